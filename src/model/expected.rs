//! What was wrong with a text, for whoever knows where it came from.

use std::borrow::Cow;
use std::fmt;

use crate::error::Error;

/// What a text was expected to be, as in `expected YYYY-MM-DD`, said without the name of the parameter
/// that it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(Cow<'static, str>);

impl Expected {
    /// `what` goes on from "expected".
    #[must_use]
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }

    /// The error of the parameter `name`.
    #[must_use]
    pub fn of(self, name: &str) -> Error {
        Error::Invalid(format!("{name}: {self}"))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}
