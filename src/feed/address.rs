//! What stands after `/feed/` in an address.

use rocket::request::FromParam;

use crate::model::AddressSecret;

/// The form in which a feed is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An iCalendar file (RFC 5545).
    Calendar,
    /// JSON, for the page of the feed.
    Page,
}

/// The secret and the form in an address.
pub(super) struct Address {
    /// None for what cannot be a secret.
    pub(super) secret: Option<AddressSecret>,
    pub(super) form: Form,
}

/// An address without one of the two endings is that of a page (`web/`).
impl<'r> FromParam<'r> for Address {
    type Error = ();

    fn from_param(segment: &'r str) -> Result<Self, ()> {
        let of = |ending, form| {
            let secret = segment.strip_suffix(ending)?;
            Some(Self { secret: AddressSecret::read(secret), form })
        };
        of(".ics", Form::Calendar).or_else(|| of(".json", Form::Page)).ok_or(())
    }
}
