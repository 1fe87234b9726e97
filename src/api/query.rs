//! The parameters in a query string (`application/x-www-form-urlencoded`, as the URL standard has it,
//! but that broken percent-encoding is an error). Of a name that is there twice, the first counts.

use std::borrow::Cow;
use std::marker::PhantomData;

use percent_encoding::percent_decode_str;
use rocket::request::{FromRequest, Outcome, Request};

use super::parameters::{FromParameters, Given, Source};
use crate::error::{Error, Result};

/// What a call takes in its query, which is read once the token's user is known.
pub(crate) struct Query<T> {
    raw: String,
    kind: PhantomData<fn() -> T>,
}

#[rocket::async_trait]
impl<'r, T> FromRequest<'r> for Query<T> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let raw = request.uri().query().map_or("", |query| query.as_str());
        Outcome::Success(Self { raw: raw.to_owned(), kind: PhantomData })
    }
}

impl<T: FromParameters> Query<T> {
    /// Whether the parameter `name` is given and can be read as text.
    pub(super) fn gives(&self, name: &str) -> bool {
        matches!(Pairs(&self.raw).get(name), Ok(Some(_)))
    }

    /// What was sent.
    ///
    /// # Errors
    /// Of how it was sent.
    pub(super) fn read(&self) -> Result<T> {
        T::read(&Pairs(&self.raw))
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

/// Whether all of a query can be decoded, whatever of it is asked for.
pub(super) fn is_sound(raw: &str) -> bool {
    // What is not encoded cannot be encoded wrongly.
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

/// The query cannot be decoded.
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
