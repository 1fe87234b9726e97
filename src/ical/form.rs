//! The forms in which a time is written (RFC 5545, 3.3.5), and what is written in them.

use jiff::tz::TimeZone;

use super::component::EventComponent;
use super::content_line::{ContentLine, parameter};
use super::rule::Rule;
use super::until::{End, Until};
use super::value::When;
use super::zone::{DAY, convert, instant, last_shown, named, wall};
use crate::model::WallTime;

/// The TZID of a server whose zone has no name. Programs take it by its rules.
const NAMELESS: &str = "Local";

/// A form of a DTSTART, and of what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// A day.
    Date,
    /// A time on whatever clock.
    Floating,
    /// A time in UTC.
    Utc,
    /// A time on the clock of a VTIMEZONE.
    Zone {
        /// Its TZID.
        tzid: String,
        /// What it means.
        zone: TimeZone,
    },
}

/// The clock on which the times of an event are told.
pub(super) fn clock(event: &EventComponent, server: &TimeZone) -> TimeZone {
    event.zone.as_deref().and_then(named).unwrap_or_else(|| server.clone())
}

/// Whether a zone is UTC under one of its names.
fn is_utc(name: &str) -> bool {
    ["UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"]
        .iter()
        .any(|utc| utc.eq_ignore_ascii_case(name))
}

/// Whether two zones are the same one of IANA.
fn named_alike(zone: &TimeZone, other: &TimeZone) -> bool {
    zone.iana_name().is_some_and(|name| other.iana_name() == Some(name))
}

impl Form {
    /// The form of an event of ours. A floating time would be another one on every phone, so that what is told on the
    /// server's clock has the server's zone.
    pub(super) fn own(event: &EventComponent, server: &TimeZone) -> Self {
        if event.properties.all_day {
            return Self::Date;
        }
        let zone = clock(event, server);
        let name = zone.iana_name().map(str::to_owned);
        let repeats = event.rule.is_some() || event.replaces.is_some();
        match name {
            Some(name) if is_utc(&name) => Self::Utc,
            Some(tzid) => Self::Zone { tzid, zone },
            None if zone.is_unknown() || !repeats => Self::Utc,
            // The days of its rule are those of the server's clock.
            None => Self::Zone { tzid: NAMELESS.to_owned(), zone },
        }
    }

    /// The form of a line, whose TZID means `zone`.
    pub(super) fn of(line: &ContentLine<'_>, zone: &TimeZone) -> Self {
        match (When::read(line.value()), line.parameter("TZID")) {
            (Some(When::Date(_)), _) => Self::Date,
            (Some(When::Utc(_)), _) => Self::Utc,
            (_, Some(tzid)) => Self::Zone { tzid: tzid.to_owned(), zone: zone.clone() },
            (_, None) => Self::Floating,
        }
    }

    /// Whether this is the clock of UTC.
    pub(super) fn is_of_utc(event: &EventComponent, server: &TimeZone) -> bool {
        clock(event, server).iana_name().is_some_and(is_utc)
    }

    /// A time that the clock of `clock` shows, as it is written.
    pub(super) fn value(&self, at: WallTime, clock: &TimeZone) -> String {
        match self {
            Self::Date => digits(at).get(..8).unwrap_or_default().to_owned(),
            Self::Floating => digits(at),
            Self::Utc => utc(instant(clock, at.seconds())),
            // Conversion would move a time that the clock skips.
            Self::Zone { zone, .. } if zone == clock || named_alike(zone, clock) => digits(at),
            Self::Zone { zone, .. } => digits(convert(at, clock, zone)),
        }
    }

    /// The parameters that tell the form.
    pub(super) fn parameters(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Date => vec![("VALUE", "DATE")],
            Self::Floating | Self::Utc => Vec::new(),
            Self::Zone { tzid, .. } => vec![("TZID", tzid)],
        }
    }

    /// A line with a time.
    pub(super) fn line(&self, name: &str, at: WallTime, clock: &TimeZone) -> String {
        let parameters: String =
            self.parameters().iter().map(|(key, value)| parameter(key, value)).collect();
        format!("{name}{parameters}:{}", self.value(at, clock))
    }

    /// The line of an RDATE. It is a PERIOD where it is not as long as the event.
    pub(super) fn addition(
        &self,
        (from, until): (WallTime, WallTime),
        length: i64,
        clock: &TimeZone,
    ) -> String {
        if *self == Self::Date || until.seconds() - from.seconds() == length {
            return self.line("RDATE", from, clock);
        }
        let line = self.line("RDATE;VALUE=PERIOD", from, clock);
        format!("{line}/{}", self.value(until, clock))
    }

    /// The line of a rule whose start has this form: its UNTIL has to follow it (RFC 5545, 3.3.10).
    pub(super) fn rule(&self, rule: &Rule, clock: &TimeZone) -> String {
        let end = match rule.end {
            End::Until(until) => End::Until(self.until(until, clock).in_range()),
            end => end,
        };
        format!("RRULE:{}", rule.ending(end).as_str())
    }

    fn until(&self, until: Until, clock: &TimeZone) -> Until {
        let last = match until {
            Until::Date(day) => day + DAY - 1,
            Until::Local(at) | Until::Utc(at) => at,
        };
        match (self, until) {
            (Self::Date, _) => Until::Date(last.div_euclid(DAY) * DAY),
            (Self::Floating, Until::Utc(at)) => Until::Local(last_shown(clock, at)),
            (Self::Floating, _) => Until::Local(last),
            (_, Until::Utc(_)) => until,
            _ => Until::Utc(instant(clock, last)),
        }
    }
}

/// `20261127T090000`.
pub(super) fn digits(at: WallTime) -> String {
    at.compact().replace('-', "T")
}

/// `20261127T000000Z`, of a Unix time.
pub(super) fn utc(seconds: i64) -> String {
    digits(wall(seconds)) + "Z"
}
