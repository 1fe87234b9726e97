//! Why a call is refused: an error of the calendar, or one that only HTTP knows.

use std::sync::Mutex;

use rocket::http::Status;
use rocket::request::{Outcome, Request};

use crate::error::Error;

/// Why a call is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The calendar refuses it.
    Calendar(Error),
    /// There is no such path.
    NoSuchPath,
    /// The path does not take the method. The text lists those that it takes, as in the header
    /// `Allow`.
    MethodNotAllowed(String),
    /// The request is too large.
    TooLarge(String),
    /// The request took too long to arrive.
    TooSlow(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Calendar(error)
    }
}

/// The result of guards and handlers.
pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// The refusal of a guard. Rocket gives a catcher only the status, so the refusal is kept in the
/// request's cache.
struct Left(Mutex<Option<Refusal>>);

fn left<'r>(request: &'r Request<'_>) -> &'r Left {
    request.local_cache(|| Left(Mutex::new(None)))
}

/// Refuses `request` in a guard.
pub(super) fn refuse<T>(request: &Request<'_>, refusal: Refusal) -> Outcome<T, ()> {
    if let Ok(mut left) = left(request).0.lock() {
        *left = Some(refusal);
    }
    // The catcher ignores this status and answers with the status of the refusal.
    Outcome::Error((Status::BadRequest, ()))
}

/// Takes the refusal of a guard, if one refused `request`.
pub(super) fn take(request: &Request<'_>) -> Option<Refusal> {
    left(request).0.lock().ok()?.take()
}
