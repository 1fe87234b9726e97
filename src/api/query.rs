//! The parameters in a query string: `application/x-www-form-urlencoded` as in the URL standard,
//! except that broken percent-encoding is an error. If a name is given twice, the first value is
//! used.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use rocket::request::{FromRequest, Outcome, Request};

use super::input::Input;
use super::parameters::{Given, Parameters, Source};
use super::refusal;
use crate::error::{Error, Result};

/// The parameters in a query. Like [`Body`](super::body::Body), the guard never fails.
pub(crate) struct Query<T>(Result<T>);

#[rocket::async_trait]
impl<'r, T: Parameters> FromRequest<'r> for Query<T> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let raw = request.uri().query().map_or("", |query| query.as_str());
        Outcome::Success(Self(T::read(&Pairs(raw))))
    }
}

impl<T: Send + 'static> Input for Query<T> {
    type Value = T;

    fn read(self) -> refusal::Result<T> {
        Ok(self.0?)
    }
}

struct Pairs<'a>(&'a str);

impl Source for Pairs<'_> {
    fn get(&self, name: &str) -> Result<Option<Given<'_>>> {
        for (given, value) in pairs(self.0) {
            if decode(given)? == name {
                return Ok(Some(Given::Text(decode(value)?)));
            }
        }
        Ok(None)
    }
}

/// The names and values in a query, encoded.
fn pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = raw.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Whether the whole query can be decoded, whatever parameters a call has.
pub(super) fn is_sound(raw: &str) -> bool {
    // Without percent signs, nothing can be broken.
    !raw.contains('%')
        || pairs(raw).all(|(name, value)| decode(name).is_ok() && decode(value).is_ok())
}

fn decode(raw: &str) -> Result<Cow<'_, str>> {
    if !raw.contains(['%', '+']) {
        return Ok(raw.into());
    }
    let text = raw.replace('+', " ");
    let mut escapes = text.split('%').skip(1);
    let whole = |escape: &str| escape.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let decoded = percent_decode_str(&text).decode_utf8();
    match decoded {
        Ok(decoded) if escapes.all(whole) => Ok(decoded.into_owned().into()),
        _ => Err(broken()),
    }
}

/// The error of a query that cannot be decoded.
pub(super) fn broken() -> Error {
    Error::Malformed("query: expected percent-encoded UTF-8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_strictly() {
        let read = |raw| match Pairs(raw).get("q") {
            Ok(Some(Given::Text(text))) => Ok(Some(text.into_owned())),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        assert_eq!(read("a=1&q=%ED%85%8C+b%2B&q=2").unwrap().unwrap(), "테 b+");
        assert_eq!(read("q=테스트").unwrap().unwrap(), "테스트");
        assert_eq!(read("q").unwrap().unwrap(), "");
        assert_eq!(read("a=1").unwrap(), None);
        for broken in ["q=%", "q=%4", "q=%zz", "q=%ff", "%f=2&q=1", "q=%4%31"] {
            assert!(matches!(read(broken), Err(Error::Malformed(_))), "{broken}");
            assert!(!is_sound(broken), "{broken}");
        }
        assert!(!is_sound("q=1&%f=2"));
        assert!(is_sound("a=1&q=%ED%85%8C+b%2B&q=테") && is_sound("") && is_sound("&&q"));
    }
}
