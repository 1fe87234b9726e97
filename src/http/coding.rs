//! Content coding (RFC 9110, 8.4): gzip, for clients that take it.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Result};

/// The fewest bytes worth compressing: fewer fit into one packet anyway.
pub(crate) const WORTH_COMPRESSING: usize = 1024;

/// Whether a client that sent `lists` in `Accept-Encoding` takes gzip (RFC 9110, 12.5.3). A client that sent
/// none gets no gzip, since many small clients do not decompress.
pub(crate) fn takes_gzip<'a>(lists: impl Iterator<Item = &'a str>) -> bool {
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

/// `bytes` in gzip (RFC 1952), at the fastest level, since the client waits.
///
/// # Errors
/// [`Error::Internal`] if there is no memory for it.
pub(crate) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let into = Vec::with_capacity(bytes.len() / 4);
    let compress = || -> io::Result<Vec<u8>> {
        let mut encoder = gzip_into(into);
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    compress().map_err(|error| Error::Internal(format!("cannot compress an answer: {error}")))
}

/// What writes into `into` in gzip, as [`gzip`] does. [`GzEncoder::finish`] ends it.
pub(crate) fn gzip_into<W: Write>(into: W) -> GzEncoder<W> {
    GzEncoder::new(into, Compression::fast())
}
