//! Changes on condition that nobody else has changed the thing (RFC 9110, 13): two who edit the same
//! event see that they do, rather than one undoing what the other did. The entity tag of an event is its
//! revision.

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use crate::etag;
use crate::model::{Precondition, Revision};

/// The entity tag of an event in that state, in its quotes; a strong one.
pub(super) fn tag(state: Revision) -> String {
    format!("\"{state}\"")
}

/// The header `If-Match`: on which of its states a thing may be changed.
#[derive(Debug)]
pub(crate) struct IfMatch(pub(crate) Precondition);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if !request.headers().contains("If-Match") {
            return Outcome::Success(Self(Precondition::Any));
        }
        // What is weakly the same may have changed, and a header that names nothing allows nothing.
        let strong = etag::given(request, "If-Match").filter(|(weak, _)| !weak);
        let tags: Vec<&str> = strong.map(|(_, tag)| tag).collect();
        if tags.contains(&"*") {
            return Outcome::Success(Self(Precondition::Any));
        }
        let states = tags.iter().filter_map(|tag| tag.trim_matches('"').parse().ok()).collect();
        Outcome::Success(Self(Precondition::OneOf(states)))
    }
}
