//! Why a rule is refused.

use std::borrow::Cow;
use std::fmt;

/// Why a rule is refused, as in `BYMONTHDAY: expected -31 to 31 and not 0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Cow<'static, str>);

impl Fault {
    /// Too many occurrences in 31 days.
    pub(super) const DENSE: Self = Self::of("expected at most 1000 occurrences in 31 days");
    /// No occurrence before the year 10000.
    pub(super) const NONE: Self = Self::of("expected an occurrence at or after the start");
    /// Another count.
    pub(super) const COUNT: Self = Self::of("COUNT: expected 1 to 10000");

    /// Too long.
    pub(super) const LONG: Self = Self::of("expected at most 1000 bytes, 32 of them for its end");
    /// Not of the form of a rule.
    pub(super) const FORM: Self =
        Self::of("expected parts such as FREQ=WEEKLY, with semicolons between them");
    /// Another frequency, or none.
    pub(super) const FREQ: Self =
        Self::of("FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY");

    /// A fault that is always the same.
    pub(super) const fn of(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// `what` is wrong with a part of the rule.
    pub(super) fn in_part(part: &str, what: &str) -> Self {
        Self(Cow::Owned(format!("{part}: {what}")))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
