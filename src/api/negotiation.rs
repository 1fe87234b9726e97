//! What a client says of the form in which it wants an answer: only if it is not the one that it has
//! (RFC 9110, 13.1.2), compressed (12.5.3).

use std::convert::Infallible;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::request::{FromRequest, Outcome, Request};

use crate::error::{Error, Result};

/// The fewest bytes that are worth compressing: fewer fit into one packet as they are.
pub(super) const WORTH_COMPRESSING: usize = 1024;

/// What a client wants of a view.
pub(super) struct Wanted {
    /// The entity tags of what it has, as `If-None-Match` lists them.
    has: Vec<String>,
    /// Whether it takes gzip.
    pub(super) gzip: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Wanted {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let has = request.headers().get("If-None-Match").map(str::to_owned).collect();
        Outcome::Success(Self { has, gzip: takes_gzip(request) })
    }
}

impl Wanted {
    /// Whether the client has what `tag` stands for.
    pub(super) fn has(&self, tag: &str) -> bool {
        self.has.iter().any(|list| lists(list, tag))
    }
}

/// Whether the value of an `If-None-Match` is `*` or lists `tag`, by weak comparison (RFC 9110,
/// 8.8.3.2). None of our tags has a comma in it.
fn lists(list: &str, tag: &str) -> bool {
    let opaque = |tag: &'_ str| tag.trim().trim_start_matches("W/").to_owned();
    list.trim() == "*" || list.split(',').any(|listed| opaque(listed) == opaque(tag))
}

/// Whether the client of `request` takes gzip.
pub(super) fn takes_gzip(request: &Request<'_>) -> bool {
    let mut lists = request.headers().get("Accept-Encoding");
    lists.any(|list| list.split(',').any(accepts_gzip))
}

/// Whether one item of an `Accept-Encoding` is gzip, and not to say that it is not wanted.
fn accepts_gzip(item: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    named && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_compared_weakly_in_a_list_or_with_anything() {
        for list in ["W/\"a\"", "\"a\"", "*", " * ", "\"b\", W/\"a\"", "\"b\",\"a\" ,"] {
            assert!(lists(list, "W/\"a\""), "{list}");
        }
        for list in ["", "a", "\"A\"", "\"ab\"", "\"b\", \"c\"", "**", "W/", "\""] {
            assert!(!lists(list, "W/\"a\""), "{list}");
        }
    }

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for item in ["gzip", " GZIP ", "gzip;q=1", "gzip; q=0.5"] {
            assert!(accepts_gzip(item), "{item}");
        }
        for item in ["", "*", "br", "gzip;q=0", "gzip; q=0.000", "gzip;q=x", "gzipped"] {
            assert!(!accepts_gzip(item), "{item}");
        }
    }
}
