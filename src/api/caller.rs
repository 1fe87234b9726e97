//! The caller of a request, and the rate limit on registration, sign-in and password changes.
//!
//! The order of checks is part of the API: path and method, token, body or query, parameters.
//! Whether the token's user exists is checked in the same read or write of the store as the call
//! itself. An error in the body or the query is reported after that, so handlers hand their input
//! to [`Caller`] unread.

use std::sync::Arc;

use rocket::request::{FromRequest, Outcome, Request};

use super::input::Input;
use super::query;
use super::recorded::Recorded;
use super::refusal::{Refusal, Result, refuse};
use crate::app::{App, Counted};
use crate::domain::auth::{self, Claims};
use crate::error::{self, Error};
use crate::model::{Author, Door, Email, User};
use crate::store::{Lane, Snapshot, Transaction};

/// The verified access token of the header `X-calendar-access-token`. It reads and writes the store for
/// the token's user.
pub(crate) struct Caller {
    claims: Arc<Claims>,
    query_is_sound: bool,
    /// How they came, as the history tells it.
    door: Door,
    recorded: Recorded,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match verify(request) {
            Ok(caller) => Outcome::Success(caller),
            Err(refusal) => refuse(request, refusal),
        }
    }
}

fn verify(request: &Request<'_>) -> Result<Caller> {
    let app = request.rocket().state::<App>();
    let app = app.ok_or_else(|| Error::Internal("the app is not managed".into()))?;
    let token = request.headers().get_one("X-calendar-access-token").unwrap_or_default().trim();
    if token.is_empty() {
        return Err(Error::MissingToken.into());
    }
    let claims = app.tokens.verify(token, app.clock.unix())?;
    let query_is_sound = request.uri().query().is_none_or(|query| query::is_sound(query.as_str()));
    // The page says so itself. Whoever else does is told as the page, and gains nothing.
    let client = request.headers().get_one("X-Calendar-Client");
    let door = if client == Some("page") { Door::Page } else { Door::Api };
    Ok(Caller { claims, query_is_sound, door, recorded: Recorded::of(request) })
}

impl Caller {
    /// The same, who came by another door.
    pub(super) fn by(self, door: Door) -> Self {
        Self { door, ..self }
    }

    /// The email in the token, whose user may not exist.
    pub(super) fn email(&self) -> &Email {
        &self.claims.email
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
            Ok(input) => Ok(app.store.read_inline(self.for_user(input, work)).await?),
            Err(refusal) => self.after_token(app, refusal).await,
        }
    }

    /// Runs `work`, which may read many rows, for the token's user. Users take turns.
    ///
    /// # Errors
    /// In this order: [`Error::InvalidToken`] if there is no such user or they have ended the
    /// token, [`Error::Malformed`] for broken percent-encoding in the query, the error of `input`,
    /// the error of `work`.
    pub(super) async fn read<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User, I::Value) -> error::Result<T> + Send + 'static,
    {
        match self.given(input) {
            Ok(input) => {
                let lane = Lane::of(self.claims.email.as_str());
                Ok(app.store.read(lane, self.for_user(input, work)).await?)
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
        let claims = Arc::clone(&self.claims);
        move |snapshot| work(snapshot, auth::user_of(snapshot, &claims)?, input)
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
        Ok(app.write_limit.count(&self.claims.email)?)
    }

    /// Runs `work`, a part of a call, for the token's user in a write that is not counted.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if there is no such user or they have ended the token, the error of `work`.
    pub(super) async fn write_part<T, F>(&self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User) -> error::Result<T> + Send + 'static,
    {
        let (claims, recorded) = (Arc::clone(&self.claims), self.recorded.clone());
        let (door, now) = (self.door, app.clock.now());
        let at = now.ok().filter(|_| app.history_days > 0);
        let work = move |tx: &Transaction<'_>| {
            let user = auth::user_of(tx, &claims)?;
            if let Some(at) = at {
                tx.record(Author {
                    user: Some(user.id),
                    email: user.email.clone(),
                    door,
                    door_name: None,
                    at,
                });
            }
            let done = work(tx, user)?;
            if let Some(entry) = tx.recorded() {
                recorded.note(entry);
            }
            Ok(done)
        };
        match app.store.write(work).await {
            // The write may have failed before it looked for the user.
            Err(error @ Error::Unavailable(_)) => self.after_token(app, error.into()).await,
            done => Ok(done?),
        }
    }

    /// `refusal`, unless the token has an error of its own.
    async fn after_token<T>(&self, app: &App, refusal: Refusal) -> Result<T> {
        app.store.read_inline(self.for_user((), |_, _, ()| Ok(()))).await?;
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
    let lists: Vec<&str> = request.headers().get("X-Forwarded-For").collect();
    let hops = lists.iter().flat_map(|list| list.split(','));
    Ok(app.auth_limit.check(request.remote().map(|peer| peer.ip()), hops)?)
}
