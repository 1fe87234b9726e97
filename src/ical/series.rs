//! The occurrences of a rule that counts from a start.

use ical::recur::IcalRecurFreq as Freq;
use jiff::tz::TimeZone;

use super::rule::{End, Fault, MAX_COUNT, MAX_DENSE, Rule, Until};
use super::walk::Walk;
use super::zone::{DAY, last_shown, skips, wall};
use crate::model::WallTime;

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
            let until = series.repeats_until();
            let first = series.within(starts.seconds(), until).next().ok_or(Fault::NONE)?;
            series = Self::stored(series.rule, wall(first), series.zone, None);
        }
        series.check_density()?;
        let last = match series.rule.end {
            End::Never => None,
            End::Count(count) => series.nth(count),
            End::Until(_) => series.last_before(series.end),
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
            (None, End::Until(until)) => end_of(until, zone.as_ref()).min(END),
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

    /// The start of the last occurrence. None if there are more until the year 10000.
    #[must_use]
    pub fn last(&self) -> Option<WallTime> {
        self.last
    }

    /// The starts of the occurrences in `[from, until)`, in order. It costs what the window holds: ask for
    /// months, not for centuries.
    #[must_use]
    pub fn between(&self, from: i64, until: i64) -> Vec<WallTime> {
        self.within(from, until).map(wall).collect()
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
        walk.filter(|at| !self.zone.as_ref().is_some_and(|zone| skips(zone, *at)))
    }

    /// When a rule that has given nothing never will. The calendar repeats after 400 years of 146,097 days,
    /// which are whole weeks, and with `INTERVAL` after as many times as much.
    fn repeats_until(&self) -> i64 {
        let interval = i64::from(self.rule.parts.interval);
        self.starts.seconds() + 401 * 366 * DAY * interval
    }

    /// Refuses what fills a calendar: over [`MAX_DENSE`] occurrences in any 31 days. They are looked for
    /// among as many as two years can hold without that. Most rules name too few times of day for it.
    fn check_density(&self) -> Result<(), Fault> {
        if self.rule.times_a_day() * 31 <= MAX_DENSE {
            return Ok(());
        }
        let occurrences = |skipped| self.walk.within(self.starts.seconds(), self.end).skip(skipped);
        let mut pairs = occurrences(0).zip(occurrences(MAX_DENSE)).take(24 * MAX_DENSE);
        if pairs.any(|(first, later)| later - first < 31 * DAY) {
            return Err(Fault::DENSE);
        }
        Ok(())
    }

    /// The last of so many occurrences.
    fn nth(&self, count: u32) -> Option<i64> {
        let before = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        self.within(self.starts.seconds(), END).nth(before)
    }

    /// The last occurrence before `end`, looked for in ever more time before it.
    fn last_before(&self, end: i64) -> Option<i64> {
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

/// After the time of `UNTIL`, on the clock of `zone`.
pub(super) fn end_of(until: Until, zone: Option<&TimeZone>) -> i64 {
    match (until, zone) {
        (Until::Date(at), _) => at + DAY,
        (Until::Utc(at), Some(zone)) => last_shown(zone, at) + 1,
        (Until::Local(at) | Until::Utc(at), _) => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> WallTime {
        WallTime::read(text).unwrap()
    }

    fn series(rule: &str, starts: &str) -> Series {
        Series::new(Rule::parse(rule).unwrap(), at(starts), None).unwrap()
    }

    #[test]
    fn a_month_of_an_old_series_is_what_the_walk_from_its_start_gives() {
        let daily = series("FREQ=DAILY;INTERVAL=3", "1970-01-01 09:00:00");
        let month =
            daily.between(at("2026-11-01 00:00:00").seconds(), at("2026-12-01 00:00:00").seconds());
        assert_eq!(month.first().unwrap().typed(), "2026-11-03 09:00:00");
        assert_eq!(month.len(), 10);
        assert_eq!(daily.last(), None);
    }
}
