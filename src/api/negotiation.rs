//! What a client says of the form in which it wants an answer: only if it is not the one that it has
//! (RFC 9110, 13.1.2), compressed (12.5.3).

use std::convert::Infallible;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::request::{FromRequest, Outcome, Request};

use crate::error::{Error, Result};
use crate::etag;

/// The fewest bytes that are worth compressing: fewer fit into one packet as they are.
pub(super) const WORTH_COMPRESSING: usize = 1024;

/// What a client wants of a view.
pub(super) struct Conditional {
    /// The entity tags of what it has, by `If-None-Match`, in their quotes; or `*`.
    has: Vec<String>,
    /// Whether it takes gzip.
    pub(super) gzip: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Conditional {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let has = etag::given(request, "If-None-Match").map(|(_, tag)| tag.to_owned()).collect();
        Outcome::Success(Self { has, gzip: takes_gzip(request) })
    }
}

impl Conditional {
    /// Whether the client has what `tag` stands for, weak or not (RFC 9110, 13.1.2).
    pub(super) fn has(&self, tag: &str) -> bool {
        let opaque = tag.trim_start_matches("W/");
        self.has.iter().any(|has| has == "*" || has == opaque)
    }
}

/// Whether the client says that it takes gzip (RFC 9110, 12.5.3); one that says nothing is taken not
/// to, since many a small client shows the bytes as they come.
pub(crate) fn takes_gzip(request: &Request<'_>) -> bool {
    let lists = request.headers().get("Accept-Encoding");
    let weights = lists.flat_map(|list| list.split(',')).filter_map(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next()?;
        let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
        Some((name, weight.parse::<f32>().unwrap_or(0.0) > 0.0))
    });
    let mut any = false;
    for (name, wanted) in weights {
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return wanted;
        }
        any |= name == "*" && wanted;
    }
    any
}

/// `bytes` in gzip (RFC 1952), at its fastest: it is done while the client waits.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let into = Vec::with_capacity(bytes.len() / 4);
    let compress = || -> io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(into, Compression::fast());
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    compress().map_err(|error| Error::Internal(format!("cannot compress an answer: {error}")))
}
