//! Which zone of IANA a VTIMEZONE describes (RFC 5545, 3.6.5).
//!
//! It is compared by its offsets for a few years, and never used itself: such rules can be without end, and
//! are often out of date. Only a bounded number of observances is looked at, each through the window of
//! [`Series`].

use ical::recur::IcalRecurFreq as Freq;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::part::Part;
use super::rule::Rule;
use super::series::Series;
use super::source_line::SourceLine;
use super::value::When;
use super::zone::{DAY, named};
use super::zone_names::usual;
use crate::model::WallTime;

/// How many observances are compared: the newest. In most years there are two.
const MOST_OBSERVANCES: usize = 64;

/// How many onsets of each are looked at.
const MOST_ONSETS: usize = 16;

/// How long before and after the event offsets are compared.
const BEFORE: i64 = 400 * DAY;
const AFTER: i64 = 800 * DAY;

/// Between these years, rules and what a program knows of zones agree best.
const YEARS: (i64, i64) = (0, 2_114_380_800);

/// Zones that many people live in, which are meant before others with the same clock.
const FIRST: [&str; 16] = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "UTC",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Europe/Helsinki",
    "Europe/Moscow",
    "Africa/Johannesburg",
];

/// A STANDARD or DAYLIGHT.
struct Observance {
    /// The offsets before and after its onset, in seconds.
    from: i64,
    to: i64,
    starts: WallTime,
    onsets: Vec<i64>,
    rule: Option<Rule>,
    standard: bool,
}

/// The offsets of a VTIMEZONE near an event.
pub(super) struct Offsets {
    /// Before the first change.
    base: i64,
    /// When they change, in Unix time, and to what.
    changes: Vec<(i64, i64)>,
    around: i64,
    /// The offset of its newest STANDARD.
    pub(super) standard: Option<i64>,
}

impl Offsets {
    /// Those of a VTIMEZONE around a time. None if it has no observance that can be read.
    pub(super) fn read(text: &str, zone: &Part, around: WallTime) -> Option<Self> {
        let named = |part: &&Part| matches!(part.name.as_str(), "STANDARD" | "DAYLIGHT");
        let parts = zone.parts.iter().filter(named);
        let mut observances: Vec<_> =
            parts.filter_map(|part| Observance::read(text, part)).collect();
        observances.sort_by_key(|observance| std::cmp::Reverse(observance.starts));
        observances.truncate(MOST_OBSERVANCES);
        let newest = observances.first()?;
        let standard = observances.iter().find(|observance| observance.standard);
        let around = around.seconds().clamp(YEARS.0, YEARS.1);
        let window = (around - BEFORE, around + AFTER);
        let mut changes = Vec::new();
        let mut before: Option<(i64, i64)> = None;
        for observance in &observances {
            for onset in observance.within(window) {
                changes.push((onset - observance.from, observance.from, observance.to));
            }
            let earlier = observance.last_before(window.0).map(|at| (at, observance.to));
            before = before.max(earlier);
        }
        changes.sort_unstable();
        let base = match (changes.first(), before) {
            (Some((_, from, _)), _) => *from,
            (None, Some((_, to))) => to,
            (None, None) => standard.unwrap_or(newest).to,
        };
        let changes = changes.into_iter().map(|(at, _, to)| (at, to)).collect();
        Some(Self { base, changes, around, standard: standard.map(|observance| observance.to) })
    }

    /// The zone that has the same offsets: that of the server before others. Failing that, one that has
    /// them in the middle of winter and summer: rules of other years change on other days.
    pub(super) fn zone(&self, server: &TimeZone) -> Option<TimeZone> {
        let near = |zone: &TimeZone| {
            let samples = self.samples();
            samples.into_iter().all(|at| self.at(at) == offset(zone, at))
        };
        let far = |zone: &TimeZone| {
            let seasons = (0..4).map(|season| {
                let year = 31_556_952;
                self.around.div_euclid(year) * year + (15 + season * 91) * DAY
            });
            let mut seasons = seasons.step_by(2);
            !self.changes.is_empty() && seasons.all(|at| self.at(at) == offset(zone, at))
        };
        first_that(server, near).or_else(|| first_that(server, far))
    }

    /// When offsets are compared: often enough to find each change of a zone, and beside each of its own.
    fn samples(&self) -> Vec<i64> {
        let steps = (-20..=40).map(|step| self.around + step * 20 * DAY);
        let beside = self.changes.iter().flat_map(|(at, _)| [at - 1, *at]);
        beside.chain(steps).collect()
    }

    fn at(&self, at: i64) -> i64 {
        let before = self.changes.partition_point(|(change, _)| *change <= at);
        let last = before.checked_sub(1).and_then(|place| self.changes.get(place));
        last.map_or(self.base, |(_, to)| *to)
    }
}

/// The zone of the server, or else the first of others, that is so.
fn first_that(server: &TimeZone, is: impl Fn(&TimeZone) -> bool) -> Option<TimeZone> {
    let own = Some(server).filter(|zone| zone.iana_name().is_some() && is(zone));
    let others = || FIRST.into_iter().chain(usual()).filter_map(named);
    own.cloned().or_else(|| others().find(|zone| is(zone)))
}

/// The offset of a zone at an instant.
fn offset(zone: &TimeZone, at: i64) -> i64 {
    let at = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    i64::from(zone.to_offset(at).seconds())
}

impl Observance {
    fn read(text: &str, part: &Part) -> Option<Self> {
        let line = |name: &str| part.line(text, name);
        let offset = |name: &str| seconds(line(name)?.value());
        let starts = When::read(line("DTSTART")?.value())?.digits();
        let (from, to) = (offset("TZOFFSETFROM"), offset("TZOFFSETTO")?);
        let rule = line("RRULE").and_then(|line: SourceLine| Rule::parse(line.value()).ok());
        let rule = rule.filter(|rule| rule.parts.freq == Freq::Yearly);
        let dates = part.lines(text).filter(|line| line.is("RDATE")).take(MOST_OBSERVANCES);
        let mut onsets: Vec<_> = dates
            .flat_map(|line| {
                let dates = line.value().split(',').take(MOST_OBSERVANCES);
                dates
                    .filter_map(|date| Some(When::read(date)?.digits().seconds()))
                    .collect::<Vec<_>>()
            })
            .collect();
        onsets.push(starts.seconds());
        let standard = part.name == "STANDARD";
        Some(Self { from: from.unwrap_or(to), to, starts, onsets, rule, standard })
    }

    /// Its first onsets in a window, on the clock before them.
    fn within(&self, (from, until): (i64, i64)) -> Vec<i64> {
        let inside = |at: &&i64| (from..until).contains(*at);
        let mut onsets: Vec<_> =
            self.onsets.iter().filter(inside).take(MOST_ONSETS).copied().collect();
        if let Some(rule) = &self.rule {
            let series = Series::stored(rule.clone(), self.starts, None, None);
            onsets.extend(series.within(from, until).take(MOST_ONSETS));
        }
        onsets.sort_unstable();
        onsets.dedup();
        onsets
    }

    /// Its last onset before a time, by its rule not longer ago than two years.
    fn last_before(&self, until: i64) -> Option<i64> {
        let by_rule = self.within((until - 2 * 366 * DAY, until)).pop();
        let written = self.onsets.iter().filter(|at| **at < until).max().copied();
        by_rule.max(written)
    }
}

/// A UTC-OFFSET (3.3.14) in seconds.
fn seconds(value: &str) -> Option<i64> {
    let value = value.trim();
    let digits = value.trim_start_matches(['+', '-']).replace(':', "");
    let good = matches!(digits.len(), 4 | 6) && digits.bytes().all(|c| c.is_ascii_digit());
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i64>().ok();
    let total = part(0).filter(|_| good)? * 3600 + part(2)? * 60 + part(4).unwrap_or(0);
    Some(if value.starts_with('-') { -total } else { total }).filter(|total| total.abs() < DAY)
}

/// The zone of an offset: of a whole hour one with a name of IANA, of another one without.
pub(super) fn fixed(seconds: i64) -> Option<TimeZone> {
    if seconds == 0 {
        return named("UTC");
    }
    let hours = seconds / 3600;
    if hours * 3600 == seconds && (-12..=14).contains(&hours) {
        // The names of IANA have the sign of POSIX: west is positive.
        return named(&format!("Etc/GMT{:+}", -hours));
    }
    let offset = Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?;
    Some(TimeZone::fixed(offset))
}
