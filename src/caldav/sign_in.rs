//! Who calls: an email with an app password or the password, by HTTP Basic (RFC 7617).
//!
//! A program sends them with every request. An app password is found by its digest. A password is hashed slowly by design, so
//! one that was right is remembered for some minutes, by a digest under a key of this process; what ends the tokens of its user
//! ends that too. Most programs send their first request without either, which counts as no attempt.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rocket::http::Method;
use rocket::request::Request;

use super::answer::{Answer, challenge, failed, of_error};
use super::xml::Element;
use crate::app::{App, Caller, Credential, exchange};
use crate::domain::access::Reach;
use crate::domain::app_passwords;
use crate::domain::auth::Claims;
use crate::domain::users::Credentials;
use crate::error::{Error, Result};
use crate::model::{AppPasswordScope, AppSecret, Door, Email, Password, User, lowercase};
use crate::store::Snapshot;

/// Who has signed in.
pub(super) struct SignedIn {
    pub(super) caller: Caller,
    /// Their email, as it is registered.
    pub(super) email: Email,
    /// Whether they may change anything: an app password may be good for reading alone.
    pub(super) writes: bool,
}

/// The methods that change nothing.
fn reads(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "PROPFIND" | "REPORT")
}

/// Who sends `request`.
///
/// # Errors
/// The answer to whoever has not signed in.
pub(super) async fn of(request: &Request<'_>, app: &App) -> std::result::Result<SignedIn, Answer> {
    let Some(header) = request.headers().get_one("Authorization") else { return Err(challenge()) };
    let Some((email, password)) = basic(header) else { return Err(challenge()) };
    if !is_private(request) {
        // It was sent to be read by everybody on the way.
        let why = "the password was sent without TLS: use an address that begins with https, and name a proxy that ends TLS in trusted_proxies";
        return Err(failed(403, Element::dav("need-privileges"), why));
    }
    let done = match AppSecret::read(&password) {
        Some(secret) => with_app_password(request, app, &email, &secret).await,
        None => with_password(request, app, &email, password).await,
    };
    done.map_err(of_error)
}

/// The name and the password in a header `Authorization`.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (email, password) = decoded.split_once(':')?;
    Some((email.to_owned(), password.to_owned()))
}

/// Whether nobody on the way has read what `request` says: it came over TLS, or from this machine.
fn is_private(request: &Request<'_>) -> bool {
    let near = request.remote().is_none_or(|peer| peer.ip().to_canonical().is_loopback());
    exchange::site_of(request).starts_with("https://")
        || near && !request.headers().contains("X-Forwarded-For")
}

fn peer(request: &Request<'_>) -> Option<IpAddr> {
    request.remote().map(|peer| peer.ip())
}

fn forwarded<'r>(request: &'r Request<'_>) -> std::vec::IntoIter<&'r str> {
    let lists = request.headers().get("X-Forwarded-For").flat_map(|list| list.split(','));
    lists.collect::<Vec<_>>().into_iter()
}

async fn with_app_password(
    request: &Request<'_>,
    app: &App,
    email: &str,
    secret: &AppSecret,
) -> Result<SignedIn> {
    let reach = if reads(exchange::method_of(request)) { Reach::Read } else { Reach::Change };
    let digest = secret.digest();
    let find = move |snapshot: &Snapshot<'_>| app_passwords::verify(snapshot, &digest, Reach::Read);
    let (found, user) = match app.store.read_inline(find).await {
        Ok((found, user)) if is_same(&user.email, email) => (found, user),
        Ok(_) | Err(Error::InvalidToken) => {
            // Whoever guesses is counted; whoever is right never is.
            app.auth_limit.check(peer(request), forwarded(request))?;
            return Err(Error::InvalidToken);
        }
        Err(error) => return Err(error),
    };
    let from = peer(request).map(|at| app.auth_limit.client(at, forwarded(request)));
    let credential = Credential::app_password(secret, reach, from, app).await?;
    let caller = Caller::new(credential, Door::AppPassword);
    Ok(SignedIn { caller, email: user.email, writes: found.scope == AppPasswordScope::All })
}

fn is_same(registered: &Email, given: &str) -> bool {
    lowercase(registered.as_str()) == lowercase(given.trim())
}

async fn with_password(
    request: &Request<'_>,
    app: &App,
    email: &str,
    password: String,
) -> Result<SignedIn> {
    let known = app.passwords.get(email, &password);
    let claims = match known {
        Some(claims) if app.passwords.is_valid(app, &claims).await? => claims,
        _ => {
            let claims = check(request, app, email, &password).await?;
            app.passwords.keep(email, &password, claims.clone());
            claims
        }
    };
    let email = claims.email.clone();
    let caller = Caller::new(Credential::Token(claims), Door::Caldav);
    Ok(SignedIn { caller, email, writes: true })
}

/// Checks a password, slowly.
async fn check(
    request: &Request<'_>,
    app: &App,
    email: &str,
    password: &str,
) -> Result<std::sync::Arc<Claims>> {
    let client = app.auth_limit.check(peer(request), forwarded(request))?;
    app.auth_limit.may_try(email, client)?;
    let given = Password::given(password.to_owned());
    let of = email.to_owned();
    let credentials = app.store.read_inline(move |snapshot| Credentials::of(snapshot, &of)).await?;
    let signed_in: Result<User> = app.hashing.run(move || credentials.sign_in(&given)).await;
    app.auth_limit.tried(email, client, &signed_in);
    Ok(std::sync::Arc::new(Claims::of(&signed_in?)))
}

/// Whether `request` asks what it may ask, and needs nobody for it.
pub(super) fn needs_nobody(request: &Request<'_>) -> bool {
    request.method() == Method::Options
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn a_name_and_a_password_are_read_as_rfc_7617_has_them() {
        let of = |email: &str, password: &str| Some((email.to_owned(), password.to_owned()));
        assert_eq!(basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), of("Aladdin", "open sesame"));
        assert_eq!(basic("basic  dGVzdDoxMjPCow=="), of("test", "123£"));
        assert_eq!(basic("Basic YTpiOmM="), of("a", "b:c"));
        for bad in ["", "Basic", "Bearer YTpi", "Basic YQ==", "Basic !", "Basic /w=="] {
            assert_eq!(basic(bad), None, "{bad}");
        }
    }
}
