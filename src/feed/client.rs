//! Who reads a feed, and in what form the client takes an answer.

use std::convert::Infallible;
use std::net::IpAddr;

use rocket::request::{FromRequest, Outcome, Request};

use super::answer::Refused;
use crate::app::App;
use crate::error::Error;
use crate::http::{coding, etag};

/// Where a request comes from.
pub(super) struct Client {
    peer: Option<IpAddr>,
    /// The values of `X-Forwarded-For`.
    forwarded: Vec<String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Client {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let forwarded = request.headers().get("X-Forwarded-For").map(str::to_owned).collect();
        Outcome::Success(Self { peer: request.remote().map(|peer| peer.ip()), forwarded })
    }
}

impl Client {
    /// The refusal for `error`. Whoever asks for what does not exist is counted as one who signs in with a wrong password
    /// is, and refused otherwise after some attempts. A feed that does exist is never refused for that: a whole
    /// office may have one address, with an old feed in some program.
    pub(super) fn refused(&self, app: &App, error: Error) -> Refused {
        if !matches!(error, Error::NotFound(_)) {
            return Refused(error);
        }
        let hops = self.forwarded.iter().flat_map(|list| list.split(','));
        Refused(app.feed_limit.check(self.peer, hops).err().unwrap_or(error))
    }
}

/// The headers by which a client asks for an answer only if it has changed, or for a compressed one.
pub(super) struct Wanted {
    /// The values of `If-None-Match`.
    known: Vec<String>,
    /// Whether it takes gzip.
    pub(super) gzip: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Wanted {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let known = request.headers().get("If-None-Match").map(str::to_owned).collect();
        let gzip = coding::takes_gzip(request.headers().get("Accept-Encoding"));
        Outcome::Success(Self { known, gzip })
    }
}

impl Wanted {
    /// Whether the client has the representation that `tag` names.
    pub(super) fn has(&self, tag: &str) -> bool {
        etag::is_known(self.known.iter().map(String::as_str), tag)
    }
}
