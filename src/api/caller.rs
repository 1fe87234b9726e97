//! Who is calling, and how often they may.
//!
//! The order of checks is part of the API: path and method, token, body or query, parameters. Whether the
//! token's user exists is checked in the same read or write of the store as the call itself. An error in
//! the body or the query has to wait for that, so handlers hand their input to [`Caller`] unread.

use std::sync::{Arc, Mutex};

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use super::query;
use crate::app::App;
use crate::domain::auth::{self, Claims};
use crate::error::{Error, Result};
use crate::model::User;
use crate::store::{Snapshot, Transaction};

/// The error of a guard that refused the request. Rocket gives a catcher only the status, so the error
/// is left in the request's cache.
struct Refusal(Mutex<Option<Error>>);

fn refusal_of<'r>(request: &'r Request<'_>) -> &'r Refusal {
    request.local_cache(|| Refusal(Mutex::new(None)))
}

/// Takes the error of the guard that refused `request`, if one did.
pub(super) fn take_refusal(request: &Request<'_>) -> Option<Error> {
    refusal_of(request).0.lock().ok()?.take()
}

fn refuse<T>(request: &Request<'_>, error: Error) -> Outcome<T, ()> {
    if let Ok(mut left) = refusal_of(request).0.lock() {
        *left = Some(error);
    }
    // The catcher ignores this status and answers with the error's own.
    Outcome::Error((Status::BadRequest, ()))
}

/// What a call takes beside its token: a [`Body`](super::body::Body), a
/// [`Query`](super::query::Query), or nothing.
pub(super) trait Input: Send + 'static {
    /// What it is read into.
    type Value: Send + 'static;

    /// Reads it.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    fn read(self) -> Result<Self::Value>;
}

impl Input for () {
    type Value = ();

    fn read(self) -> Result<()> {
        Ok(())
    }
}

/// The verified access token of the header `X-calendar-access-token`. It reads and writes the store for
/// the token's user.
pub(crate) struct Caller {
    claims: Arc<Claims>,
    query_is_sound: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match verify(request) {
            Ok(caller) => Outcome::Success(caller),
            Err(error) => refuse(request, error),
        }
    }
}

fn verify(request: &Request<'_>) -> Result<Caller> {
    let app = request.rocket().state::<App>();
    let app = app.ok_or_else(|| Error::Internal("the app is not managed".into()))?;
    let token = request.headers().get_one("X-calendar-access-token").unwrap_or_default().trim();
    if token.is_empty() {
        return Err(Error::MissingToken);
    }
    let claims = app.tokens.verify(token, app.clock.unix())?;
    let query_is_sound = request.uri().query().is_none_or(|query| query::is_sound(query.as_str()));
    Ok(Caller { claims, query_is_sound })
}

impl Caller {
    /// Runs `work`, which reads a few rows, for the token's user.
    ///
    /// # Errors
    /// As [`Caller::read`].
    pub(super) async fn read_inline<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User, I::Value) -> Result<T> + Send + 'static,
    {
        app.store.read_inline(self.for_user(input, work)).await
    }

    /// Runs `work`, which may read many rows, for the token's user.
    ///
    /// # Errors
    /// In this order: [`Error::InvalidToken`] if there is no such user or they have ended the token,
    /// [`Error::Malformed`] for broken percent-encoding in the query, the error of `input`, that of
    /// `work`.
    pub(super) async fn read<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User, I::Value) -> Result<T> + Send + 'static,
    {
        app.store.read(self.for_user(input, work)).await
    }

    fn for_user<I, T, F>(
        &self,
        input: I,
        work: F,
    ) -> impl FnOnce(&Snapshot<'_>) -> Result<T> + use<I, T, F>
    where
        I: Input,
        F: FnOnce(&Snapshot<'_>, User, I::Value) -> Result<T>,
    {
        let (claims, input) = (Arc::clone(&self.claims), self.given(input));
        move |snapshot| {
            let user = auth::user_of(snapshot, &claims)?;
            work(snapshot, user, input?)
        }
    }

    /// Reads `input`, unless the query is broken.
    fn given<I: Input>(&self, input: I) -> Result<I::Value> {
        if self.query_is_sound { input.read() } else { Err(query::broken()) }
    }

    /// Runs `work` for the token's user in a write.
    ///
    /// # Errors
    /// As [`Caller::read`].
    pub(super) async fn write<I, T, F>(&self, app: &App, input: I, work: F) -> Result<T>
    where
        I: Input,
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User, I::Value) -> Result<T> + Send + 'static,
    {
        let done = match self.given(input) {
            Ok(input) => {
                let claims = Arc::clone(&self.claims);
                let work = move |tx: &Transaction<'_>| work(tx, auth::user_of(tx, &claims)?, input);
                app.store.write(work).await
            }
            Err(error) => return self.after_token(app, error).await,
        };
        match done {
            // The write may have failed before it looked for the user.
            Err(error @ Error::Unavailable(_)) => self.after_token(app, error).await,
            done => done,
        }
    }

    /// `error`, unless the token has an error of its own.
    async fn after_token<T>(&self, app: &App, error: Error) -> Result<T> {
        self.read_inline(app, (), |_, _, ()| Ok(())).await?;
        Err(error)
    }
}

/// Refuses a request of a client that has made too many (`auth_rate`).
pub(crate) struct WithinLimit;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for WithinLimit {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match count(request) {
            Ok(()) => Outcome::Success(Self),
            Err(error) => refuse(request, error),
        }
    }
}

fn count(request: &Request<'_>) -> Result<()> {
    let app = request.rocket().state::<App>();
    let app = app.ok_or_else(|| Error::Internal("the app is not managed".into()))?;
    let lists: Vec<&str> = request.headers().get("X-Forwarded-For").collect();
    let hops = lists.iter().flat_map(|list| list.split(','));
    app.auth_limit.check(request.remote().map(|peer| peer.ip()), hops)
}
