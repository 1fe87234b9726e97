//! What a request proves its caller with: an access token, or an app password.
//!
//! That the user exists, that the token or the app password has not ended, and that its scope goes so far, is checked in the
//! same read or write of the store as the call itself. But users take turns and are limited by their email, which an app
//! password does not say as a token does. So that is read before the call, and remembered (`AppPasswordUsers`).

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::App;
use crate::domain::access::Reach;
use crate::domain::app_passwords;
use crate::domain::auth::{self, Claims};
use crate::error::Result;
use crate::model::{AppPassword, AppSecret, Email, User};
use crate::store::Snapshot;

/// What a request proves its caller with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The claims of a verified token.
    Token(Arc<Claims>),
    /// An app password.
    AppPassword(Arc<SentAppPassword>),
}

/// An app password that came with a request.
#[derive(Debug)]
pub struct SentAppPassword {
    digest: [u8; 32],
    email: Email,
    reach: Reach,
    /// The address of the client.
    from: Option<IpAddr>,
    /// As it was found, until its use is noted.
    found: Mutex<Option<AppPassword>>,
}

impl Credential {
    /// An app password, for a call that goes as far as `reach`, from a client at the address `from`.
    ///
    /// # Errors
    /// [`Error::InvalidToken`](crate::error::Error::InvalidToken) if it does not exist; if the store cannot read.
    pub async fn app_password(
        secret: &AppSecret,
        reach: Reach,
        from: Option<IpAddr>,
        app: &App,
    ) -> Result<Self> {
        let digest = secret.digest();
        let email = if let Some(email) = app.app_password_users.get(&digest) {
            email
        } else {
            let find = move |snapshot: &Snapshot<'_>| {
                Ok(app_passwords::verify(snapshot, &digest, Reach::Read)?.1.email)
            };
            let email = app.store.read_inline(find).await?;
            app.app_password_users.keep(digest, email.clone());
            email
        };
        let found = Mutex::new(None);
        Ok(Self::AppPassword(Arc::new(SentAppPassword { digest, email, reach, from, found })))
    }

    /// The email of its user, who may not exist any more.
    #[must_use]
    pub fn email(&self) -> &Email {
        match self {
            Self::Token(claims) => &claims.email,
            Self::AppPassword(sent) => &sent.email,
        }
    }

    /// Its user.
    ///
    /// # Errors
    /// [`Error::InvalidToken`](crate::error::Error::InvalidToken) if there is no such user, or it has ended;
    /// [`Error::NotOwner`](crate::error::Error::NotOwner) if the scope of an app password does not go so far.
    pub fn user(&self, snapshot: &Snapshot<'_>) -> Result<User> {
        match self {
            Self::Token(claims) => auth::user_of(snapshot, claims),
            Self::AppPassword(sent) => {
                let (password, user) = app_passwords::verify(snapshot, &sent.digest, sent.reach)?;
                *sent.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(password);
                Ok(user)
            }
        }
    }

    /// What the app password is called with which the user was found; none of a token.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let Self::AppPassword(sent) = self else { return None };
        let found = sent.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.as_ref().map(|password| password.name.as_str().to_owned())
    }

    /// Notes that an app password was used, now and then, and holds the answer up for nothing: a note that is lost comes
    /// with the next use.
    pub fn note_use(&self, app: &App) {
        let Self::AppPassword(sent) = self else { return };
        let found = sent.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(password), Ok(now)) = (found, app.clock.now()) else { return };
        if password.is_noted_at(now) {
            let (id, from) = (password.id, sent.from.map(|from| from.to_string()));
            let note =
                app.store.queue_write(move |tx| tx.note_app_password_use(id, now, from.as_deref()));
            drop(note);
        }
    }
}
