//! The caller of a request, and the rate limit on registration, sign-in and password changes.
//!
//! The order of checks is part of the API: path and method, token, body or query, parameters.
//! Whether the token's user exists is checked in the same read or write of the store as the call
//! itself, and so is the scope of an app password. An error in the body or the query is reported after
//! that, so handlers hand their input to [`Caller`] unread.

use std::net::IpAddr;
use std::ops::Deref;

use rocket::http::Method;
use rocket::request::{FromRequest, Outcome, Request};

use super::credential::Credential;
use super::input::Input;
use super::query;
use super::recorded::Recorded;
use super::refusal::{Refusal, Result, refuse};
use crate::app::{App, Counted};
use crate::domain::access::Reach;
use crate::error::{self, Error};
use crate::model::{AppSecret, Author, Door, Email, User};
use crate::store::{Lane, Snapshot, Transaction};

/// The caller by the header `X-calendar-access-token`, which has an access token or an app password. It reads and writes
/// the store for its user.
pub(crate) struct Caller {
    credential: Credential,
    query_is_sound: bool,
    /// How they came, as the history tells it.
    door: Door,
    recorded: Recorded,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let reads = matches!(request.method(), Method::Get | Method::Head);
        let reach = if reads { Reach::Read } else { Reach::Change };
        match identify(request, reach).await {
            Ok(caller) => Outcome::Success(caller),
            Err(refusal) => refuse(request, refusal),
        }
    }
}

/// The caller of a call on what opens the account, for which no app password is good.
pub(crate) struct AccountCaller(Caller);

impl Deref for AccountCaller {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AccountCaller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match identify(request, Reach::Account).await {
            Ok(caller) => Outcome::Success(Self(caller)),
            Err(refusal) => refuse(request, refusal),
        }
    }
}

async fn identify(request: &Request<'_>, reach: Reach) -> Result<Caller> {
    let app = request.rocket().state::<App>();
    let app = app.ok_or_else(|| Error::Internal("the app is not managed".into()))?;
    let header = request.headers().get_one("X-calendar-access-token").unwrap_or_default().trim();
    if header.is_empty() {
        return Err(Error::MissingToken.into());
    }
    let credential = match AppSecret::read(header) {
        Some(secret) => {
            let client = |peer| app.auth_limit.client(peer, forwarded(request).into_iter());
            Credential::app_password(&secret, reach, peer(request).map(client), app).await?
        }
        None => Credential::Token(app.tokens.verify(header, app.clock.unix())?),
    };
    let query_is_sound = request.uri().query().is_none_or(|query| query::is_sound(query.as_str()));
    // The page says so itself. Whoever else does is told as the page, and gains nothing.
    let client = request.headers().get_one("X-Calendar-Client");
    let door = if client == Some("page") { Door::Page } else { Door::Api };
    Ok(Caller { credential, query_is_sound, door, recorded: Recorded::of(request) })
}

impl Caller {
    /// The same, who came by another door.
    pub(super) fn by(self, door: Door) -> Self {
        Self { door, ..self }
    }

    /// The email of the caller, who may not exist.
    pub(super) fn email(&self) -> &Email {
        self.credential.email()
    }

    /// Runs `work`, which reads a few rows, for the token's user.
    ///
    /// # Errors
    /// As [`Caller::read`].
    pub(super) async fn read_inline<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User, I::Value) -> error::Result<T> + Send + 'static,
    {
        match self.given(input) {
            Ok(input) => {
                let done = app.store.read_inline(self.for_user(input, work)).await;
                self.credential.note_use(app);
                Ok(done?)
            }
            Err(refusal) => self.after_token(app, refusal).await,
        }
    }

    /// Runs `work`, which may read many rows, for the token's user. Users take turns.
    ///
    /// # Errors
    /// In this order: [`Error::InvalidToken`] if there is no such user or they have ended the
    /// token, [`Error::NotOwner`] if it is an app password whose scope does not go so far, [`Error::Malformed`] for broken percent-encoding in the query, the error of `input`,
    /// the error of `work`.
    pub(super) async fn read<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User, I::Value) -> error::Result<T> + Send + 'static,
    {
        match self.given(input) {
            Ok(input) => {
                let lane = Lane::of(self.email().as_str());
                let done = app.store.read(lane, self.for_user(input, work)).await;
                self.credential.note_use(app);
                Ok(done?)
            }
            Err(refusal) => self.after_token(app, refusal).await,
        }
    }

    /// `work` after the check that the token's user exists.
    fn for_user<I, T, F>(
        &self,
        input: I,
        work: F,
    ) -> impl FnOnce(&Snapshot<'_>) -> error::Result<T> + use<I, T, F>
    where
        F: FnOnce(&Snapshot<'_>, User, I) -> error::Result<T>,
    {
        let credential = self.credential.clone();
        move |snapshot| work(snapshot, credential.user(snapshot)?, input)
    }

    /// Reads `input`, unless the query is broken.
    fn given<I: Input>(&self, input: I) -> Result<I::Value> {
        if self.query_is_sound { input.read() } else { Err(query::broken().into()) }
    }

    /// Runs `work` for the token's user in a write.
    ///
    /// # Errors
    /// As [`Caller::read`]; [`Error::TooMany`] before those of `work`, if the user writes too often.
    pub(super) async fn write<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User, I::Value) -> error::Result<T> + Send + 'static,
    {
        let input = match self.given(input) {
            Ok(input) => input,
            Err(refusal) => return self.after_token(app, refusal).await,
        };
        if let Err(refusal) = self.count_write(app) {
            return self.after_token(app, refusal).await;
        }
        self.write_part(app, |tx, user| work(tx, user, input)).await
    }

    /// Counts a call that writes by several of [`Caller::write_part`].
    ///
    /// # Errors
    /// [`Error::TooMany`] if the user writes too often.
    pub(super) fn count_write(&self, app: &App) -> Result<()> {
        Ok(app.write_limit.count(self.email())?)
    }

    /// Runs `work`, a part of a call, for the token's user in a write that is not counted.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if there is no such user or they have ended the token, [`Error::NotOwner`] if it is an app
    /// password whose scope does not go so far, the error of `work`.
    pub(super) async fn write_part<T, F>(&self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User) -> error::Result<T> + Send + 'static,
    {
        let (credential, recorded) = (self.credential.clone(), self.recorded.clone());
        let (door, now) = (self.door, app.clock.now());
        let at = now.ok().filter(|_| app.history_days > 0);
        let done = app.store.write(move |tx| {
            let user = credential.user(tx)?;
            if let Some(at) = at {
                let door_name = credential.name();
                let door = if door_name.is_some() { Door::AppPassword } else { door };
                let (id, email) = (Some(user.id), Some(user.email.clone()));
                tx.record(Author { user: id, email, door, door_name, at });
            }
            let done = work(tx, user)?;
            if let Some(entry) = tx.recorded() {
                recorded.note(entry);
            }
            Ok(done)
        });
        let done = done.await;
        self.credential.note_use(app);
        match done {
            // The write may have failed before it looked for the user.
            Err(error @ Error::Unavailable(_)) => self.after_token(app, error.into()).await,
            done => Ok(done?),
        }
    }

    /// `refusal`, unless the token has an error of its own.
    async fn after_token<T>(&self, app: &App, refusal: Refusal) -> Result<T> {
        let done = app.store.read_inline(self.for_user((), |_, _, ()| Ok(()))).await;
        self.credential.note_use(app);
        done?;
        Err(refusal)
    }
}

/// Refuses a request if its client has made too many (`auth_rate`); else it says who that is.
pub(crate) struct WithinLimit(pub(super) Counted);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for WithinLimit {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match count(request) {
            Ok(client) => Outcome::Success(Self(client)),
            Err(refusal) => refuse(request, refusal),
        }
    }
}

fn count(request: &Request<'_>) -> Result<Counted> {
    let app = request.rocket().state::<App>();
    let app = app.ok_or_else(|| Error::Internal("the app is not managed".into()))?;
    Ok(app.auth_limit.check(peer(request), forwarded(request).into_iter())?)
}

fn peer(request: &Request<'_>) -> Option<IpAddr> {
    request.remote().map(|peer| peer.ip())
}

/// The addresses in the header `X-Forwarded-For`.
fn forwarded<'r>(request: &'r Request<'_>) -> Vec<&'r str> {
    request.headers().get("X-Forwarded-For").flat_map(|list| list.split(',')).collect()
}
