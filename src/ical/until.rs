//! What a rule ends with.

use std::fmt;

use jiff::tz::TimeZone;

use super::zone::{DAY, instant, last_shown, wall};
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

/// A form of `UNTIL` (RFC 5545, 3.3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntilForm {
    /// A date, for whole days.
    Date,
    /// A time on the clock of the rule, which means the same whatever zone that clock gets.
    Local,
    /// A time in UTC, for a start in a zone; without one it is [`UntilForm::Local`].
    Utc,
}

impl UntilForm {
    /// The end at a time that the clock of `zone` shows.
    fn of(self, at: i64, zone: &TimeZone) -> Until {
        match self {
            Self::Date => Until::Date(at.div_euclid(DAY) * DAY),
            Self::Local => Until::Local(at),
            Self::Utc => Until::Utc(instant(zone, at)),
        }
    }
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

    /// The end of a series whose occurrence at `from` is moved to `to`, each with its clock (none for whole days): it
    /// moves by as much. What it means is told on the old clock; it is written in `form`, as a start on the new one asks
    /// for. A local time stays one; on the same clock, and where there is none before and after, every end keeps its form.
    pub(super) fn moved(
        self,
        (from, old): (WallTime, Option<&TimeZone>),
        (to, new): (WallTime, Option<&TimeZone>),
        form: UntilForm,
    ) -> Self {
        // Another program's end stays as that wrote it.
        if from == to && old == new {
            return self;
        }
        let days = to.seconds().div_euclid(DAY) - from.seconds().div_euclid(DAY);
        let by = to.seconds() - from.seconds();
        let last = self.end(old) - 1 + by;
        let moved = match (self, old, new) {
            (Self::Utc(at), None, None) => Self::Utc(at + by),
            (Self::Local(at), None, None) => Self::Local(at + by),
            (Self::Date(at), None, Some(new)) => form.of(at + (days + 1) * DAY - 1, new),
            (Self::Date(at), ..) => Self::Date(at + days * DAY),
            (_, _, None) => Self::Date(last.div_euclid(DAY) * DAY),
            (Self::Utc(_), _, Some(new)) if old == Some(new) => UntilForm::Utc.of(last, new),
            (Self::Utc(_), _, Some(new)) => form.of(last, new),
            (Self::Local(_), _, Some(_)) => Self::Local(last),
        };
        moved.in_range()
    }

    /// The end at an occurrence, in the same form. `at` is on the clock of `zone`.
    pub(super) fn at(self, at: i64, zone: Option<&TimeZone>) -> Self {
        match (self, zone) {
            (Self::Date(_), _) => Self::Date(at.div_euclid(DAY) * DAY),
            (Self::Utc(_), Some(zone)) => Self::Utc(instant(zone, at)),
            (Self::Utc(_), None) => Self::Utc(at),
            (Self::Local(_), _) => Self::Local(at),
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

#[cfg(test)]
mod tests {
    use super::super::samples::{at, zone};
    use super::*;

    #[test]
    fn the_end_is_told_on_the_old_clock_and_written_for_the_new_one() {
        let moved = |end: &str, old: &str, new: &str, to: &str| {
            let clock = |name: &str| (name != "days").then(|| zone(name));
            let (old, new) = (clock(old), clock(new));
            let (from, to) = (at("2026-10-20 23:00:00"), at(to));
            let (from, to) = ((from, old.as_ref()), (to, new.as_ref()));
            Until::read(end).unwrap().moved(from, to, UntilForm::Utc).to_string()
        };
        let (same, midnight) = ("2026-10-20 23:00:00", "2026-10-20 00:00:00");
        let (seoul, new_york, days) = ("Asia/Seoul", "America/New_York", "days");
        assert_eq!(moved("20261025T140000Z", seoul, new_york, same), "20261026T030000Z");
        assert_eq!(moved("20261025T230000", seoul, new_york, same), "20261025T230000");
        assert_eq!(moved("20261025", seoul, new_york, same), "20261025");
        assert_eq!(moved("20261026T030000Z", new_york, days, midnight), "20261025");
        assert_eq!(moved("20261026T025959Z", new_york, days, midnight), "20261024");
        assert_eq!(moved("20261025T230000", new_york, days, midnight), "20261025");
        assert_eq!(moved("20261025", days, new_york, same), "20261026T035959Z");
        // On a clock that may be another one day.
        let until = Until::read("20261025T140000Z").unwrap();
        let (from, to) = ((at(same), Some(&zone(seoul))), (at(same), Some(&zone(new_york))));
        assert_eq!(until.moved(from, to, UntilForm::Local).to_string(), "20261025T230000");
        // A rule with hours of its own would have those of a whole day more.
        assert_eq!(moved("20261025T000000", days, days, "2026-10-22 23:00:00"), "20261027T000000");
        assert_eq!(moved("20261025T140000Z", days, days, same), "20261025T140000Z");
        // In the second run of an hour that comes twice.
        assert_eq!(moved("20261101T063000Z", new_york, new_york, same), "20261101T063000Z");
    }
}
