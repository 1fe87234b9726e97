//! What a rule ends with.

use std::fmt;

use jiff::tz::TimeZone;

use super::zone::{DAY, last_shown, wall};
use crate::model::{Day, WallTime};

/// What a rule ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It does not.
    Never,
    /// After so many occurrences.
    Count(u32),
    /// At a time, which is included.
    Until(Until),
}

/// The time in `UNTIL`, in seconds since 1970-01-01 00:00:00 of the same digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// A day by its midnight; all of it is included.
    Date(i64),
    /// A time on the clock of the rule.
    Local(i64),
    /// A time in UTC.
    Utc(i64),
}

impl Until {
    /// Reads one of the forms of RFC 5545, in upper case.
    pub(super) fn read(value: &str) -> Option<Self> {
        let (digits, utc) = match value.strip_suffix('Z') {
            Some(digits) => (digits, true),
            None => (value, false),
        };
        let Some((date, time)) = digits.split_once('T') else {
            return Some(Self::Date(midnight(digits)?)).filter(|_| !utc);
        };
        let seconds = midnight(date)? + time_of_day(time)?;
        Some(if utc { Self::Utc(seconds) } else { Self::Local(seconds) })
    }

    /// The first second after it, on the clock of `zone`.
    pub(super) fn end(self, zone: Option<&TimeZone>) -> i64 {
        match (self, zone) {
            (Self::Date(at), _) => at + DAY,
            (Self::Utc(at), Some(zone)) => last_shown(zone, at) + 1,
            (Self::Local(at) | Self::Utc(at), _) => at + 1,
        }
    }

    /// The same in the years 0001 to 9999.
    pub(super) fn in_range(self) -> Self {
        let near = |at: i64| wall(at).seconds();
        match self {
            Self::Date(at) => Self::Date(wall(at).day().midnight().seconds()),
            Self::Local(at) => Self::Local(near(at)),
            Self::Utc(at) => Self::Utc(near(at)),
        }
    }
}

/// `19970101`, `19970101T090000` or `19970101T090000Z`.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |seconds: i64| wall(seconds).compact().replace('-', "T");
        match *self {
            Self::Date(at) => f.write_str(digits(at).split('T').next().unwrap_or_default()),
            Self::Local(at) => f.write_str(&digits(at)),
            Self::Utc(at) => write!(f, "{}Z", digits(at)),
        }
    }
}

/// `YYYYMMDD`.
fn midnight(date: &str) -> Option<i64> {
    let (year, rest) = date.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some(Day::read(&format!("{year}-{month}-{day}")).ok()?.midnight().seconds())
}

/// The seconds of a day at `HHMMSS`. A leap second counts as the one before.
fn time_of_day(time: &str) -> Option<i64> {
    let (hour, rest) = time.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    let second = if second == "60" { "59" } else { second };
    let time = WallTime::read(&format!("1970-01-01 {hour}:{minute}:{second}")).ok()?;
    Some(time.seconds()).filter(|seconds| *seconds < DAY)
}
