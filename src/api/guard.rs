//! What is checked before a handler runs: the path's id, the access token, the body, the query.
//!
//! The order of checks is part of the API (path and method, token, body, parameters), and Rocket
//! runs request guards in the order in which a handler lists them, the body last. A guard that
//! refuses leaves its error in the request's cache, where the catcher finds it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use rocket::data::{ByteUnit, Data, FromData, Outcome as DataOutcome};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::app::App;
use crate::domain::auth::{self, Claims};
use crate::error::{Error, Result};
use crate::model::{Email, User};
use crate::store::{Snapshot, Transaction};

/// The most bytes of a body that are read.
const BODY_LIMIT: u64 = 64 * 1024;

/// How deep a body may be nested. What is asked for is one level deep.
const DEEPEST: usize = 100;

/// The error that a guard refused a request with.
struct Refusal(Mutex<Option<Error>>);

/// Takes the error that a guard left.
pub(super) fn refusal(request: &Request<'_>) -> Option<Error> {
    let left = request.local_cache(|| Refusal(Mutex::new(None)));
    left.0.lock().ok()?.take()
}

pub(super) fn refuse(request: &Request<'_>, error: Error) -> (Status, ()) {
    let left = request.local_cache(|| Refusal(Mutex::new(None)));
    if let Ok(mut left) = left.0.lock() {
        *left = Some(error);
    }
    // The catcher answers with the error's own status, whatever this one is.
    (Status::BadRequest, ())
}

/// The access token of the header `X-calendar-access-token`, verified. Whether its user exists is
/// asked together with what the call wants to know, in one look at the store: [`Bearer::read_inline`] and
/// [`Bearer::read`].
pub(crate) struct Bearer {
    token: Arc<Claims>,
    query_is_sound: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Bearer {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match bearer(request) {
            Ok((bearer, _)) => Outcome::Success(bearer),
            Err(error) => Outcome::Error(refuse(request, error)),
        }
    }
}

impl Bearer {
    /// Runs `work`, which reads a few rows, for the token's user.
    ///
    /// # Errors
    /// As [`Bearer::read`].
    pub(super) async fn read_inline<T, F>(self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User) -> Result<T> + Send + 'static,
    {
        app.store.read_inline(self.known(work)).await
    }

    /// Runs `work`, which may read much, for the token's user.
    ///
    /// # Errors
    /// Those of `work`; [`Error::InvalidToken`] if there is no such user, then
    /// [`Error::Malformed`] for broken percent-encoding in the query.
    pub(super) async fn read<T, F>(self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User) -> Result<T> + Send + 'static,
    {
        app.store.read(self.known(work)).await
    }

    /// `work` behind the question whether the token's user exists.
    fn known<T, F>(self, work: F) -> impl FnOnce(&Snapshot<'_>) -> Result<T>
    where
        F: FnOnce(&Snapshot<'_>, User) -> Result<T>,
    {
        let Self { token, query_is_sound } = self;
        move |snapshot| {
            let user = auth::user_of(snapshot, &token)?;
            if query_is_sound { work(snapshot, user) } else { Err(broken_query()) }
        }
    }
}

fn bearer<'r>(request: &'r Request<'_>) -> Result<(Bearer, &'r App)> {
    let app = request.rocket().state::<App>();
    let app = app.ok_or_else(|| Error::Internal("the app is not managed".into()))?;
    let token = request.headers().get_one("X-calendar-access-token").unwrap_or_default().trim();
    if token.is_empty() {
        return Err(Error::MissingToken);
    }
    let verified = app.tokens.verify(token, app.clock.unix())?;
    let query_is_sound = request.uri().query().is_none_or(|query| is_sound(query.as_str()));
    Ok((Bearer { token: verified, query_is_sound }, app))
}

/// Who is calling, for calls that write: the access token, verified. Whether its user exists is asked
/// inside the write, where it holds until the write is done: [`Caller::write`]. What is wrong with the
/// request beside the token goes by way of [`Caller::token_first`], so that it never comes before that.
#[derive(Clone)]
pub(crate) struct Caller(Arc<Claims>);

/// The caller of a request, kept for the guard of its body.
struct Calling(Option<Caller>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match caller(request).await {
            Ok(caller) => {
                request.local_cache(|| Calling(Some(caller.clone())));
                Outcome::Success(caller)
            }
            Err(error) => Outcome::Error(refuse(request, error)),
        }
    }
}

impl Caller {
    /// What a look at the body or its parameters gave. An error in them comes after those of the
    /// token, also where its user is gone.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if `given` is an error and there is no such user; otherwise that.
    pub(super) async fn token_first<T>(&self, app: &App, given: Result<T>) -> Result<T> {
        if given.is_err() {
            self.known(app).await?;
        }
        given
    }

    /// Asks whether the token's user exists, before more is done for them.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if there is no such user, or they have ended the token.
    pub(super) async fn known(&self, app: &App) -> Result<()> {
        let token = Arc::clone(&self.0);
        app.store.read_inline(move |snapshot| auth::user_of(snapshot, &token).map(drop)).await
    }

    /// Runs `work` for the token's user.
    ///
    /// # Errors
    /// Those of `work`; [`Error::InvalidToken`] as [`Caller::known`].
    pub(super) async fn write<T, F>(self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User) -> Result<T> + Send + 'static,
    {
        let token = Arc::clone(&self.0);
        let done = app.store.write(move |tx| work(tx, auth::user_of(tx, &token)?)).await;
        // Then the write may never have come to ask for the user.
        if matches!(done, Err(Error::Unavailable(_))) {
            self.token_first(app, done).await
        } else {
            done
        }
    }

    /// Whose token it is.
    pub(super) fn email(&self) -> &Email {
        &self.0.email
    }
}

async fn caller(request: &Request<'_>) -> Result<Caller> {
    let (Bearer { token, query_is_sound }, app) = bearer(request)?;
    let caller = Caller(token);
    let query = if query_is_sound { Ok(()) } else { Err(broken_query()) };
    caller.token_first(app, query).await?;
    Ok(caller)
}

/// Lets a request through that its client may make now.
pub(crate) struct WithinLimit;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for WithinLimit {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Some(app), Some(peer)) = (request.rocket().state::<App>(), request.remote()) else {
            return Outcome::Success(Self);
        };
        let lists: Vec<&str> = request.headers().get("X-Forwarded-For").collect();
        let hops = lists.iter().flat_map(|list| list.split(','));
        match app.auth_limit.check(peer.ip(), hops) {
            Ok(()) => Outcome::Success(Self),
            Err(error) => Outcome::Error(refuse(request, error)),
        }
    }
}

/// The integer that a path ends in. Another path does not exist.
pub(crate) struct PathId(pub(crate) i64);

impl PathId {
    /// Reads a segment of a path: decimal digits without leading zeros, and an
    /// optional minus.
    pub(super) fn parse(segment: &str) -> Option<i64> {
        let digits = segment.strip_prefix('-').unwrap_or(segment);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        segment.parse().ok().filter(|_| plain)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for PathId {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let last = request.uri().path().segments().filter(|segment| !segment.is_empty()).last();
        match last.and_then(Self::parse) {
            Some(id) => Outcome::Success(Self(id)),
            None => Outcome::Forward(Status::NotFound),
        }
    }
}

/// The parameters in a JSON body, read as JSON whatever its `Content-Type` says. A value is kept as
/// it was sent until it is asked for: only the parameter that it is for can refuse it.
pub(crate) struct Fields(HashMap<String, Box<RawValue>>);

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        let mut fields = read_fields(data).await;
        let Calling(caller) = request.local_cache(|| Calling(None));
        if let (Some(caller), Some(app)) = (caller, request.rocket().state::<App>()) {
            fields = caller.token_first(app, fields).await;
        }
        match fields {
            Ok(fields) => DataOutcome::Success(fields),
            Err(error) => DataOutcome::Error(refuse(request, error)),
        }
    }
}

async fn read_fields(data: Data<'_>) -> Result<Fields> {
    let bytes = data
        .open(ByteUnit::Byte(BODY_LIMIT))
        .into_bytes()
        .await
        .map_err(|_| Error::Malformed("body: it ended before it was complete".into()))?;
    if !bytes.is_complete() {
        return Err(Error::TooLarge(format!("body: expected at most {BODY_LIMIT} bytes")));
    }
    if nested_deeper_than(DEEPEST, &bytes) {
        return Err(Error::Malformed(format!(
            "body: expected a JSON object (nested deeper than {DEEPEST} levels)"
        )));
    }
    let text = str::from_utf8(&bytes)
        .map_err(|_| Error::Malformed("body: expected a JSON object (in UTF-8)".into()))?;
    let fields = read_json(text);
    fields.map(Fields).map_err(|error| match error.classify() {
        Category::Data => Error::Malformed("body: expected a JSON object".into()),
        _ => Error::Malformed(format!("body: expected a JSON object ({error})")),
    })
}

/// Whether JSON has more than `levels` of objects and arrays inside one another.
fn nested_deeper_than(levels: usize, json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    json.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > levels
    })
}

/// Reads JSON (RFC 8259). The reference prints an example with a `//` comment in it, and every
/// example works as it is printed: what is no JSON is read once more without such comments.
fn read_json(text: &str) -> serde_json::Result<HashMap<String, Box<RawValue>>> {
    serde_json::from_str(text).or_else(|error| {
        let bare = without_comments(text.as_bytes());
        if bare.len() == text.len() { Err(error) } else { serde_json::from_slice(&bare) }
    })
}

/// `text` without what stands from a `//` outside strings to the end of the line.
fn without_comments(text: &[u8]) -> Vec<u8> {
    let (mut bare, mut in_string, mut at) = (Vec::with_capacity(text.len()), false, 0);
    while let Some(&byte) = text.get(at) {
        if !in_string && text[at..].starts_with(b"//") {
            at += text[at..].iter().position(|byte| *byte == b'\n').unwrap_or(text.len() - at);
            continue;
        }
        let escape = in_string && byte == b'\\';
        in_string ^= byte == b'"';
        let taken = if escape { 2 } else { 1 };
        bare.extend(text[at..].iter().take(taken));
        at += taken;
    }
    bare
}

impl Fields {
    /// The parameter `name`, which must be a string.
    pub(super) fn string(&self, name: &str) -> Result<String> {
        let value = self.0.get(name).ok_or_else(|| missing(name))?;
        serde_json::from_str(value.get()).map_err(|error| match error.classify() {
            Category::Data => Error::Invalid(format!("{name}: expected a string")),
            _ => Error::Malformed(format!("{name}: expected a JSON string ({error})")),
        })
    }

    /// The parameter `name`, which must be a string where it is given.
    pub(super) fn optional_string(&self, name: &str) -> Result<Option<String>> {
        if self.0.contains_key(name) { self.string(name).map(Some) } else { Ok(None) }
    }

    /// The first of `names` that is given, with its value, which must be a string. If none is, the
    /// error names the first.
    pub(super) fn string_of<'n>(&self, names: &[&'n str]) -> Result<(&'n str, String)> {
        let given = names.iter().copied().find(|name| self.0.contains_key(*name));
        let name = given.or(names.first().copied()).unwrap_or_default();
        Ok((name, self.string(name)?))
    }

    /// The parameter `name`, which must be an integer of 64 bits.
    pub(super) fn integer(&self, name: &str) -> Result<i64> {
        // What is JSON and reads as an integer is one, without a fraction or an exponent.
        let value = self.0.get(name).ok_or_else(|| missing(name))?;
        value
            .get()
            .parse()
            .map_err(|_| Error::Invalid(format!("{name}: expected an integer of 64 bits")))
    }
}

fn missing(name: &str) -> Error {
    Error::Invalid(format!("{name}: required, but missing"))
}

/// The parameters in the query string (`application/x-www-form-urlencoded`, as the URL standard
/// has it, but that broken percent-encoding is an error). It is read when it is first asked for,
/// which comes after the token's user is known.
pub(crate) struct Query(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Query {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let raw = request.uri().query().map_or("", |query| query.as_str());
        Outcome::Success(Self(raw.to_owned()))
    }
}

/// The names and values in a query, encoded.
fn pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = raw.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn is_sound(raw: &str) -> bool {
    // What is not encoded cannot be encoded wrongly.
    !raw.contains('%')
        || pairs(raw).all(|(name, value)| decode(name).is_ok() && decode(value).is_ok())
}

fn decode(raw: &str) -> Result<Cow<'_, str>> {
    if !raw.contains(['%', '+']) {
        return Ok(raw.into());
    }
    let text = raw.replace('+', " ");
    let mut escapes = text.split('%').skip(1);
    let whole = |escape: &str| escape.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let decoded = percent_decode_str(&text).decode_utf8();
    match decoded {
        Ok(decoded) if escapes.all(whole) => Ok(decoded.into_owned().into()),
        _ => Err(broken_query()),
    }
}

fn broken_query() -> Error {
    Error::Malformed("query: expected percent-encoded UTF-8".into())
}

impl Query {
    /// The parameter `name`; where it is given more than once, the first.
    pub(super) fn get(&self, name: &str) -> Result<String> {
        for (given, value) in pairs(&self.0) {
            if decode(given)? == name {
                return Ok(decode(value)?.into_owned());
            }
        }
        Err(missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_strictly() {
        let read = |raw: &str| Query(raw.to_owned()).get("q");
        assert_eq!(read("a=1&q=%ED%85%8C+b%2B&q=2").unwrap(), "테 b+");
        assert_eq!(read("q=테스트").unwrap(), "테스트");
        assert_eq!(read("q").unwrap(), "");
        for broken in ["q=%", "q=%4", "q=%zz", "q=%ff", "%f=2&q=1", "q=%4%31"] {
            assert!(matches!(read(broken), Err(Error::Malformed(_))), "{broken}");
            assert!(!is_sound(broken), "{broken}");
        }
        assert!(!is_sound("q=1&%f=2"));
        assert!(is_sound("a=1&q=%ED%85%8C+b%2B&q=테") && is_sound("") && is_sound("&&q"));
        assert!(matches!(read("a=1"), Err(Error::Invalid(_))));
    }

    #[test]
    fn a_comment_ends_with_its_line_and_is_none_inside_a_string() {
        let bare = |text: &str| String::from_utf8(without_comments(text.as_bytes())).unwrap();
        assert_eq!(bare("{\"a\": 1 // one\n}// end"), "{\"a\": 1 \n}");
        for kept in [
            r#"{"a": "http://b"}"#,
            r#"{"a": "\"//"}"#,
            r#"{"a": "\\", "b": "//"}"#,
            "/",
            "a/b",
            r#"{"\"#,
        ] {
            assert_eq!(bare(kept), kept);
        }
        assert_eq!(bare(r#"{"a": "\\"//b"}"#), r#"{"a": "\\""#);
    }

    #[test]
    fn a_path_ends_in_plain_digits_or_does_not_exist() {
        assert_eq!(PathId::parse("25"), Some(25));
        assert_eq!(PathId::parse("-1"), Some(-1));
        for other in ["", "-", "+1", "01", "-00", "1.0", "abc", "9223372036854775808", "１"] {
            assert_eq!(PathId::parse(other), None, "{other}");
        }
    }
}
