//! Changes on condition that nobody else has changed the thing (RFC 9110, 13): two who edit the same
//! event see that they do, rather than one undoing what the other did.
//!
//! The tag is a hash of what is shown, and not of `updated`, which has whole seconds.

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use sha2::{Digest, Sha256};

use crate::etag;

/// The entity tag of a representation, in its quotes; a strong one.
pub(super) fn tag(representation: &[u8]) -> String {
    let hash = Sha256::digest(representation);
    let digits: Vec<String> = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{}\"", digits.concat())
}

/// The header `If-Match`: on which of its states a thing may be changed.
#[derive(Debug)]
pub(crate) enum IfMatch {
    /// Whatever it is now.
    Any,
    /// Only one of these, by their tags.
    States(Vec<String>),
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if !request.headers().contains("If-Match") {
            return Outcome::Success(Self::Any);
        }
        // What is weakly the same may have changed, and a header that names nothing allows nothing.
        let strong = etag::given(request, "If-Match").filter(|(weak, _)| !weak);
        let states: Vec<String> = strong.map(|(_, tag)| tag.to_owned()).collect();
        let any = states.iter().any(|tag| tag == "*");
        Outcome::Success(if any { Self::Any } else { Self::States(states) })
    }
}
