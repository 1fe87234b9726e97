//! The header `Idempotency-Key`: a call that makes something can be repeated without making it twice.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

use crate::app::App;
use crate::domain::repeats::Repeatable;
use crate::error;
use crate::model::IdempotencyKey;

/// The name of the header.
pub(super) const HEADER: &str = "Idempotency-Key";

/// The value of the header, unread.
pub(crate) struct Idempotency(Option<String>);

impl Idempotency {
    /// The key, if there is one, and the time now.
    ///
    /// # Errors
    /// [`Error::Invalid`](error::Error::Invalid), which names the header.
    pub(super) fn read(&self, app: &App) -> error::Result<Repeatable> {
        let key = self.0.as_deref().map(IdempotencyKey::read).transpose();
        Ok(Repeatable { key: key.map_err(|expected| expected.of(HEADER))?, now: app.clock.unix() })
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Idempotency {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self(request.headers().get_one(HEADER).map(str::to_owned)))
    }
}
