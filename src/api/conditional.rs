//! The headers by which a client asks for an answer only if it has changed (`If-None-Match`), or
//! for a compressed one (`Accept-Encoding`).

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

use crate::http::{coding, etag};

/// The values of those headers.
pub(super) struct Conditional {
    /// The values of `If-None-Match`.
    known: Vec<String>,
    /// Whether the client takes gzip.
    pub(super) gzip: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Conditional {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let known = request.headers().get("If-None-Match").map(str::to_owned).collect();
        Outcome::Success(Self { known, gzip: takes_gzip(request) })
    }
}

impl Conditional {
    /// Whether the client has the representation that `tag` names.
    pub(super) fn has(&self, tag: &str) -> bool {
        etag::is_known(self.known.iter().map(String::as_str), tag)
    }
}

/// Whether the client takes gzip, for a handler whose answer may be long.
#[derive(Clone, Copy)]
pub(super) struct TakesGzip(pub(super) bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for TakesGzip {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self(takes_gzip(request)))
    }
}

/// Whether the client takes gzip.
pub(crate) fn takes_gzip(request: &Request<'_>) -> bool {
    coding::takes_gzip(request.headers().get("Accept-Encoding"))
}
