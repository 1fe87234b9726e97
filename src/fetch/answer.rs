//! What an answer says in its headers, and its body within a limit.

use std::io::{self, Read};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use ureq::Body;
use ureq::http::{HeaderMap, HeaderName, header};

use super::error::{self, FetchError};

/// The longest `ETag` or `Last-Modified` that is kept. They are stored, and the server decides on them.
const LONGEST_VALIDATOR: usize = 256;

/// A header as text, if it is visible ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// `ETag` or `Last-Modified`, to be sent back as it is.
pub(super) fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = text(headers, name)?;
    (1..=LONGEST_VALIDATOR).contains(&value.len()).then(|| value.to_owned())
}

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). A date is compared with the `Date` of the same answer,
/// so that a clock that is wrong, there or here, does not matter; without that it says nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = httpdate::parse_http_date(text(headers, &header::DATE)?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

/// The whole body, decoded; `most` bytes at most, both as they come and decoded.
///
/// The client can decode by itself, but brings a second implementation of gzip along for it.
pub(super) fn body(
    headers: &HeaderMap,
    body: Body,
    host: &str,
    most: u64,
) -> Result<Vec<u8>, FetchError> {
    if body.content_length().is_some_and(|length| length > most) {
        return Err(FetchError::TooLarge(most));
    }
    let coding = text(headers, &header::CONTENT_ENCODING).unwrap_or_default().to_ascii_lowercase();
    let raw = body.into_with_config().limit(most).reader();
    let read = match coding.as_str() {
        "" | "identity" => read(raw, most),
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(raw), most),
        _ => return Err(FetchError::Garbled),
    };
    let bytes = read.map_err(|error| error::of_client(error.into(), host, most))?;
    if bytes.len() as u64 > most { Err(FetchError::TooLarge(most)) } else { Ok(bytes) }
}

/// One byte more than `most`, if there are so many.
fn read(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn how_long_to_wait_is_said_in_seconds_or_by_a_date() {
        let of = |retry: &str, date: &str| {
            retry_after(&headers(&[(header::RETRY_AFTER, retry), (header::DATE, date)]))
        };
        let now = "Mon, 19 Jun 2017 13:55:04 GMT";
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(of("120", now), seconds(120));
        assert_eq!(of(" 0 ", now), seconds(0));
        assert_eq!(of("Mon, 19 Jun 2017 14:00:04 GMT", now), seconds(300));
        assert_eq!(of("Monday, 19-Jun-17 14:00:04 GMT", now), seconds(300));
        assert_eq!(of("Mon, 19 Jun 2017 13:00:00 GMT", now), seconds(0), "in the past");
        assert_eq!(of("soon", now), None);
        assert_eq!(of("-5", now), None);
        assert_eq!(of("1.5", now), None);
        assert_eq!(of("99999999999999999999", now), None);
        assert_eq!(of("Mon, 19 Jun 2017 14:00:04 GMT", "now"), None);
        assert_eq!(retry_after(&headers(&[])), None);
    }

    #[test]
    fn only_a_short_validator_is_kept() {
        let of = |value: &str| validator(&headers(&[(header::ETAG, value)]), &header::ETAG);
        assert_eq!(of("W/\"a b\"").as_deref(), Some("W/\"a b\""));
        assert_eq!(of(""), None);
        assert_eq!(of("\"é\""), None);
        assert!(of(&"x".repeat(256)).is_some());
        assert_eq!(of(&"x".repeat(257)), None);
    }
}
