//! A parse error that does not yet name the parameter.

use std::borrow::Cow;
use std::fmt;

use crate::error::Error;

/// What a text was expected to be, as in `expected YYYY-MM-DD`. The caller adds the name of the
/// parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(Cow<'static, str>);

impl Expected {
    /// `what` completes the phrase "expected …".
    #[must_use]
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }

    /// The error for the parameter `name`.
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
