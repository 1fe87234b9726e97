//! The paths of the API: where it is mounted, and the id that a path has.

use std::convert::Infallible;

use rocket::http::Status;
use rocket::request::{FromParam, FromRequest, Outcome, Request};

use crate::app::exchange;
use crate::model::AddressSecret;

/// Where version 1 of the API is mounted.
pub const BASE: &str = "/api/v1";

/// The integer that a path has where its route has a parameter. A path that has anything else there does not exist.
pub(crate) struct PathId(pub(crate) i64);

impl PathId {
    /// Reads a segment of a path: decimal digits without leading zeros, and an optional minus.
    pub(super) fn parse(segment: &str) -> Option<i64> {
        let digits = segment.strip_prefix('-').unwrap_or(segment);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        segment.parse().ok().filter(|_| plain)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for PathId {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match ids(request).next().flatten() {
            Some(id) => Outcome::Success(Self(id)),
            None => Outcome::Forward(Status::NotFound),
        }
    }
}

/// The second integer of a path that has two.
pub(super) struct SecondId(pub(super) i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SecondId {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match ids(request).nth(1).flatten() {
            Some(id) => Outcome::Success(Self(id)),
            None => Outcome::Forward(Status::NotFound),
        }
    }
}

/// What `request` has where the path of its route has an id, `<_>`; none for what is no integer.
fn ids<'r>(request: &'r Request<'_>) -> impl Iterator<Item = Option<i64>> + 'r {
    let route = request.route().map_or("", |route| route.uri.path());
    let parameters = route.split('/').filter(|segment| !segment.is_empty());
    let given = request.uri().path().segments();
    parameters.zip(given).filter(|(name, _)| *name == "<_>").map(|(_, id)| PathId::parse(id))
}

/// Whether a path has integers wherever its route has ids.
pub(super) fn has_ids(request: &Request<'_>) -> bool {
    ids(request).all(|id| id.is_some())
}

/// The secret that a path has; none for what cannot be one, which is answered as one that nothing is at.
pub(super) struct PathSecret(pub(super) Option<AddressSecret>);

impl<'r> FromParam<'r> for PathSecret {
    type Error = Infallible;

    fn from_param(segment: &'r str) -> Result<Self, Infallible> {
        Ok(Self(AddressSecret::read(segment)))
    }
}

/// What clients see before the paths of this server.
#[derive(Clone, Copy)]
pub(super) struct Prefix<'r>(pub(super) &'r str);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Prefix<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(exchange::prefix_of(request)))
    }
}

/// What clients see before the paths of this server, with its scheme and host as far as they are known:
/// `https://calendar.example/calendar`.
#[derive(Clone)]
pub(super) struct Root(pub(super) String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Root {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (site, prefix) = (exchange::site_of(request), exchange::prefix_of(request));
        Outcome::Success(Self(format!("{site}{prefix}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_in_plain_digits_or_does_not_exist() {
        assert_eq!(PathId::parse("25"), Some(25));
        assert_eq!(PathId::parse("-1"), Some(-1));
        for other in ["", "-", "+1", "01", "-00", "1.0", "abc", "9223372036854775808", "１"] {
            assert_eq!(PathId::parse(other), None, "{other}");
        }
    }
}
