//! Who is calling, and how often they may.
//!
//! The order of checks is part of the API: path and method, token, body, parameters. Whether the token's
//! user exists is asked in the same look at the store, or in the same write, as what the call does; what
//! is wrong with the query or the body waits for that answer.

use std::sync::{Arc, Mutex};

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use super::body::Body;
use super::query;
use crate::app::App;
use crate::domain::auth::{self, Claims};
use crate::error::{Error, Result};
use crate::model::User;
use crate::store::{Snapshot, Transaction};

/// The error that a guard refused a request with, left where the catcher finds it.
struct Refusal(Mutex<Option<Error>>);

fn refusal_of<'r>(request: &'r Request<'_>) -> &'r Refusal {
    request.local_cache(|| Refusal(Mutex::new(None)))
}

/// Takes the error that a guard left.
pub(super) fn take_refusal(request: &Request<'_>) -> Option<Error> {
    refusal_of(request).0.lock().ok()?.take()
}

fn refuse<T>(request: &Request<'_>, error: Error) -> Outcome<T, ()> {
    if let Ok(mut left) = refusal_of(request).0.lock() {
        *left = Some(error);
    }
    // The catcher answers with the error's own status, whatever this one is.
    Outcome::Error((Status::BadRequest, ()))
}

/// The access token of the header `X-calendar-access-token`, verified, and the way to the store for its
/// user.
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
    pub(super) async fn read_inline<T, F>(&self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User) -> Result<T> + Send + 'static,
    {
        app.store.read_inline(self.for_user(work)).await
    }

    /// Runs `work`, which may read much, for the token's user.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if there is no such user or they have ended the token, then
    /// [`Error::Malformed`] for broken percent-encoding in the query, then those of `work`.
    pub(super) async fn read<T, F>(&self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User) -> Result<T> + Send + 'static,
    {
        app.store.read(self.for_user(work)).await
    }

    fn for_user<T, F>(&self, work: F) -> impl FnOnce(&Snapshot<'_>) -> Result<T> + use<T, F>
    where
        F: FnOnce(&Snapshot<'_>, User) -> Result<T>,
    {
        let (claims, query_is_sound) = (Arc::clone(&self.claims), self.query_is_sound);
        move |snapshot| {
            let user = auth::user_of(snapshot, &claims)?;
            if query_is_sound { work(snapshot, user) } else { Err(query::broken()) }
        }
    }

    /// Runs `work` for the token's user in a write, with what the request's body holds.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] as [`Caller::read`], then what is wrong with the query, then with the
    /// body, then those of `work`.
    pub(super) async fn write<B, T, F>(&self, app: &App, body: Body<B>, work: F) -> Result<T>
    where
        B: Send + 'static,
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User, B) -> Result<T> + Send + 'static,
    {
        let body = if self.query_is_sound { body.into_inner() } else { Err(query::broken()) };
        let done = match body {
            Ok(body) => {
                let claims = Arc::clone(&self.claims);
                let work = move |tx: &Transaction<'_>| work(tx, auth::user_of(tx, &claims)?, body);
                app.store.write(work).await
            }
            Err(error) => return self.after_token(app, error).await,
        };
        match done {
            // Then the write may never have come to ask for the user.
            Err(error @ Error::Unavailable(_)) => self.after_token(app, error).await,
            done => done,
        }
    }

    /// `error`, unless the token's own comes first.
    async fn after_token<T>(&self, app: &App, error: Error) -> Result<T> {
        self.read_inline(app, |_, _| Ok(())).await?;
        Err(error)
    }
}

/// Lets a request through that its client may make now.
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
