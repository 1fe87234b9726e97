//! The occurrences of a rule that counts from a start.

use ical::recur::IcalRecurFreq as Freq;
use jiff::tz::TimeZone;

use super::fault::Fault;
use super::rule::{MAX_DENSE, Rule};
use super::until::End;
use super::walk::Walk;
use super::zone::{DAY, Skipped, wall};
use crate::model::WallTime;

/// How many occurrences `COUNT` may ask for.
const MAX_COUNT: u32 = 10_000;

/// The first second of the year 10000.
const END: i64 = WallTime::MAX.seconds() + 1;

/// A rule with the start that it counts from, on the clock of a time zone.
///
/// All times are wall-clock times on that clock, as in [`WallTime::seconds`]. Without a zone, as for whole
/// days, the clock is never put forward or back.
///
/// An occurrence that the clock skips does not take place and is not counted (RFC 5545, 3.3.10). Of an hour that
/// comes twice, the first is meant.
#[derive(Debug, Clone)]
pub struct Series {
    rule: Rule,
    starts: WallTime,
    zone: Option<TimeZone>,
    walk: Walk,
    last: Option<WallTime>,
    /// After the last occurrence.
    end: i64,
}

impl Series {
    /// A new series. Its start is the first occurrence at or after `starts`.
    ///
    /// # Errors
    /// [`Fault`] if it has no occurrence before the year 10000, or more than 1,000 within 31 days, or if
    /// `COUNT` is over 10,000.
    pub fn new(rule: Rule, starts: WallTime, zone: Option<TimeZone>) -> Result<Self, Fault> {
        if matches!(rule.end, End::Count(count) if count > MAX_COUNT) {
            return Err(Fault::COUNT);
        }
        let mut series = Self::stored(rule, starts, zone, None);
        if !series.gives(starts) {
            series.walk = Walk::new(&series.rule.parts, starts.seconds(), false);
            let first = series.first().ok_or(Fault::NONE)?;
            series = Self::stored(series.rule, wall(first), series.zone, None);
        }
        series.check_density()?;
        let last = match series.rule.end {
            End::Never => None,
            End::Count(count) => series.nth(count),
            End::Until(_) => series.last_of_all(),
        };
        Ok(Self::stored(series.rule, series.starts, series.zone, last.map(wall)))
    }

    /// A series that was stored: its rule, its start, and what [`Series::last`] gave then.
    #[must_use]
    pub fn stored(
        rule: Rule,
        starts: WallTime,
        zone: Option<TimeZone>,
        last: Option<WallTime>,
    ) -> Self {
        let walk = Walk::new(&rule.parts, starts.seconds(), true);
        let end = match (last, rule.end) {
            (Some(last), _) => last.seconds() + 1,
            (None, End::Until(until)) => until.end(zone.as_ref()).min(END),
            (None, _) => END,
        };
        Self { rule, starts, zone, walk, last, end }
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The start of the first occurrence.
    #[must_use]
    pub fn starts(&self) -> WallTime {
        self.starts
    }

    /// The start of the last occurrence. None if there are more until the year 10000, or if a `COUNT` is not
    /// reached within 1,000 years (times `INTERVAL`): nobody will wait for that, nor should a write.
    #[must_use]
    pub fn last(&self) -> Option<WallTime> {
        self.last
    }

    /// The starts of the occurrences in `[from, until)`, in order. It costs what the window holds: ask for
    /// months, not for centuries.
    #[must_use]
    pub fn between(&self, from: i64, until: i64) -> Vec<WallTime> {
        self.each_between(from, until).collect()
    }

    /// The same, found one after the other: whoever needs only the first may ask for centuries.
    pub fn each_between(&self, from: i64, until: i64) -> impl Iterator<Item = WallTime> {
        self.within(from, until).map(wall)
    }

    /// Whether an occurrence starts then.
    #[must_use]
    pub fn gives(&self, start: WallTime) -> bool {
        self.within(start.seconds(), start.seconds() + 1).next().is_some()
    }

    /// The clock on which the times are.
    pub(super) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// As [`Series::between`], one after the other.
    pub(super) fn within(&self, from: i64, until: i64) -> impl Iterator<Item = i64> {
        let walk = self.walk.within(from.max(self.starts.seconds()), until.min(self.end));
        let mut skipped = self.zone.as_ref().map(Skipped::of);
        walk.filter(move |at| !skipped.as_mut().is_some_and(|skipped| skipped.holds(*at)))
    }

    /// A time after the start by so many years, each of them as many as `INTERVAL` says.
    fn years(&self, years: i64) -> i64 {
        let interval = i64::from(self.rule.parts.interval);
        self.starts.seconds() + years * 366 * DAY * interval
    }

    /// The first occurrence. What has not come within 400 years never will: then the calendar repeats, since
    /// its 146,097 days are whole weeks.
    fn first(&self) -> Option<i64> {
        let until = if self.rule.chooses_nothing() { i64::MIN } else { self.years(401) };
        self.within(self.starts.seconds(), until).next()
    }

    /// Refuses what fills a calendar: over [`MAX_DENSE`] occurrences in any 31 days. They are looked for
    /// for 30 years, in which leap years and weekdays meet in all ways, and among as many as two years
    /// can hold without that. Most rules name too few times of day for it.
    fn check_density(&self) -> Result<(), Fault> {
        if self.rule.times_a_day() * 31 <= MAX_DENSE {
            return Ok(());
        }
        let until = self.years(30).min(self.end);
        let occurrences = |skipped| self.walk.within(self.starts.seconds(), until).skip(skipped);
        // A rule that ends sooner never gets as dense as it would.
        let count = match self.rule.end {
            End::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let most = count.saturating_sub(MAX_DENSE).min(24 * MAX_DENSE);
        let mut pairs = occurrences(0).zip(occurrences(MAX_DENSE)).take(most);
        if pairs.any(|(first, later)| later - first < 31 * DAY) {
            return Err(Fault::DENSE);
        }
        Ok(())
    }

    /// The last of so many occurrences. None if they take over 1,000 years.
    fn nth(&self, count: u32) -> Option<i64> {
        let before = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        self.within(self.starts.seconds(), self.years(1000)).nth(before)
    }

    /// The last occurrence before the end, looked for in ever more time before that.
    pub(super) fn last_of_all(&self) -> Option<i64> {
        let end = self.end;
        let starts = self.starts.seconds();
        let shortest = if self.rule.parts.freq == Freq::Hourly { 2 } else { 40 };
        let mut length = shortest * DAY;
        loop {
            let from = starts.max(end - length);
            let last = self.within(from, end).last();
            if last.is_some() || from == starts {
                return last;
            }
            length *= 8;
        }
    }
}

#[cfg(test)]
#[path = "series_tests.rs"]
mod tests;
