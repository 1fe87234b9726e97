//! Time zones by their IANA names, and what their clocks show.
//!
//! Zones are jiff's. A `VTIMEZONE` that a file brings along is not walked: its rules can be without end,
//! and are often out of date.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};

use crate::model::WallTime;

/// The seconds of a day.
pub(super) const DAY: i64 = 86_400;

const EPOCH: DateTime = civil::date(1970, 1, 1).at(0, 0, 0, 0);

/// The time zone with that IANA name, in any case. [`TimeZone::iana_name`] gives the name as IANA spells
/// it. None for everything else, such as `UTC+9`, a rule of POSIX or `local`.
#[must_use]
pub fn named(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    Some(zone).filter(|zone| zone.iana_name().is_some())
}

/// What the clock of `to` shows when that of `from` shows `at`. A time that the clock of `from` skips is told
/// with the offset before (RFC 5545, 3.3.5); of a time that comes twice, the first is meant. What would be
/// outside the years 0001 to 9999 is [`WallTime::MIN`] or [`WallTime::MAX`].
#[must_use]
pub fn convert(at: WallTime, from: &TimeZone, to: &TimeZone) -> WallTime {
    wall(shown(to, instant(from, at.seconds())))
}

/// As [`convert`], but a second later for a time of the second run of an hour that comes twice on the clock of `to`: so
/// two times a minute or more apart are never told alike.
#[must_use]
pub fn convert_apart(at: WallTime, from: &TimeZone, to: &TimeZone) -> WallTime {
    let instant = instant(from, at.seconds());
    let told = shown(to, instant);
    let is_second_run = matches!(offset_at(to, told),
        AmbiguousOffset::Fold { before, .. } if told != instant + i64::from(before.seconds()));
    wall(told + i64::from(is_second_run))
}

/// The nearest time in the years 0001 to 9999.
pub(super) fn wall(seconds: i64) -> WallTime {
    let seconds = seconds.clamp(WallTime::MIN.seconds(), WallTime::MAX.seconds());
    // In range, so the other is never taken.
    WallTime::from_seconds(seconds).unwrap_or(WallTime::MIN)
}

/// Whether the clock of `zone` never shows `at`, since it is put forward over it.
pub(super) fn skips(zone: &TimeZone, at: i64) -> bool {
    matches!(offset_at(zone, at), AmbiguousOffset::Gap { .. })
}

/// As [`skips`], for times one after the other. It looks up the next time that the clock skips, and asks again
/// only after that: an occurrence costs a comparison.
pub(super) struct Skipped<'a> {
    zone: &'a TimeZone,
    from: i64,
    until: i64,
}

impl<'a> Skipped<'a> {
    /// For the clock of `zone`.
    pub(super) fn of(zone: &'a TimeZone) -> Self {
        Self { zone, from: i64::MIN, until: i64::MIN }
    }

    /// Whether the clock skips `at`, which is not before the times asked for earlier.
    pub(super) fn holds(&mut self, at: i64) -> bool {
        if at >= self.until {
            self.seek(at);
        }
        (self.from..self.until).contains(&at)
    }

    /// Finds what the clock skips first at or after `at`. No clock is as much as two days off.
    fn seek(&mut self, at: i64) {
        let before = timestamp(at - 2 * DAY);
        let mut offset = i64::from(self.zone.to_offset(before).seconds());
        (self.from, self.until) = (i64::MAX, i64::MAX);
        for change in self.zone.following(before) {
            let (then, new) =
                (change.timestamp().as_second(), i64::from(change.offset().seconds()));
            if then + new > at && new > offset {
                (self.from, self.until) = (then + offset, then + new);
                return;
            }
            offset = new;
        }
    }
}

/// The Unix time at which the clock of `zone` shows `at` for the first time.
pub(super) fn instant(zone: &TimeZone, at: i64) -> i64 {
    let offset = match offset_at(zone, at) {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    at - i64::from(offset.seconds())
}

/// The last time that the clock of `zone` has shown by then. During an hour that comes twice, in its
/// second run, that is the end of the hour.
pub(super) fn last_shown(zone: &TimeZone, instant: i64) -> i64 {
    let now = shown(zone, instant);
    let AmbiguousOffset::Fold { before, .. } = offset_at(zone, now) else { return now };
    let before = i64::from(before.seconds());
    if now == instant + before {
        return now;
    }
    let put_back = zone.preceding(timestamp(instant + 1)).next();
    put_back.map_or(now, |change| change.timestamp().as_second() + before - 1)
}

fn shown(zone: &TimeZone, instant: i64) -> i64 {
    instant + i64::from(zone.to_offset(timestamp(instant)).seconds())
}

fn offset_at(zone: &TimeZone, at: i64) -> AmbiguousOffset {
    let at = EPOCH.saturating_add(SignedDuration::from_secs(at));
    zone.to_ambiguous_timestamp(at).offset()
}

/// The nearest that jiff can tell, which is 26 hours short of the year 10000.
pub(super) fn timestamp(instant: i64) -> Timestamp {
    let instant = instant.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(instant).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{at, clock, start, zone};
    use super::*;

    fn told(time: &str, from: &str, to: &str) -> String {
        convert(at(time), &zone(from), &zone(to)).typed()
    }

    #[test]
    fn a_zone_is_known_by_its_iana_name_alone() {
        let name = |name: &str| named(name)?.iana_name().map(str::to_owned);
        assert_eq!(name("Asia/Seoul").as_deref(), Some("Asia/Seoul"));
        assert_eq!(name("america/NEW_YORK").as_deref(), Some("America/New_York"));
        assert_eq!(name("utc").as_deref(), Some("UTC"));
        assert_eq!(name("Etc/GMT-9").as_deref(), Some("Etc/GMT-9"));
        for other in [
            "",
            " ",
            "local",
            "posixrules",
            "UTC+9",
            "+09:00",
            "EST5EDT,M3.2.0,M11.1.0",
            "Etc/Unknown",
            "Seoul",
            "Asia/Seoul ",
            "Asia/",
            "/Asia/Seoul",
            "../Asia/Seoul",
            "Korea Standard Time",
            "right/Asia/Seoul",
            "zone.tab",
            "아시아/서울",
            "\0",
        ] {
            assert_eq!(name(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_time_is_told_on_the_clock_of_another_zone() {
        assert_eq!(
            told("2026-11-27 09:00:00", "Asia/Seoul", "America/New_York"),
            "2026-11-26 19:00:00"
        );
        assert_eq!(
            told("2026-07-01 09:00:00", "Asia/Seoul", "America/New_York"),
            "2026-06-30 20:00:00"
        );
        assert_eq!(told("2026-07-01 09:00:00", "Europe/Dublin", "UTC"), "2026-07-01 08:00:00");
        assert_eq!(told("2026-12-01 09:00:00", "Europe/Dublin", "UTC"), "2026-12-01 09:00:00");
        assert_eq!(
            told("2026-12-01 09:00:00", "UTC", "Australia/Lord_Howe"),
            "2026-12-01 20:00:00"
        );
        // Before there were zones, the sun told the time.
        assert_eq!(told("1800-01-01 12:00:00", "Asia/Seoul", "UTC"), "1800-01-01 03:32:08");
    }

    #[test]
    fn the_two_runs_of_an_hour_are_told_apart() {
        let told = |time: &str, to: &str| convert_apart(at(time), &zone("UTC"), &zone(to)).typed();
        for (time, expected) in [
            ("2024-11-03 04:59:00", "2024-11-03 00:59:00"),
            ("2024-11-03 05:00:00", "2024-11-03 01:00:00"),
            ("2024-11-03 05:59:00", "2024-11-03 01:59:00"),
            ("2024-11-03 06:00:00", "2024-11-03 01:00:01"),
            ("2024-11-03 06:59:00", "2024-11-03 01:59:01"),
            ("2024-11-03 07:00:00", "2024-11-03 02:00:00"),
            ("2024-03-10 07:00:00", "2024-03-10 03:00:00"),
        ] {
            assert_eq!(told(time, "America/New_York"), expected, "{time}");
        }
        assert_eq!(told("2024-11-03 06:00:00", "UTC"), "2024-11-03 06:00:00");
        let new_york = zone("America/New_York");
        let same = convert_apart(at("2024-11-03 01:30:00"), &new_york, &new_york);
        assert_eq!(same.typed(), "2024-11-03 01:30:00", "the first is meant");
    }

    #[test]
    fn a_time_that_is_skipped_is_told_with_the_offset_before() {
        assert_eq!(told("2024-03-10 02:30:00", "America/New_York", "UTC"), "2024-03-10 07:30:00");
        assert_eq!(
            told("2024-03-10 02:30:00", "America/New_York", "America/New_York"),
            "2024-03-10 03:30:00"
        );
        assert_eq!(
            told("2024-10-06 02:15:00", "Australia/Lord_Howe", "Australia/Lord_Howe"),
            "2024-10-06 02:45:00"
        );
        assert!(skips(&zone("Africa/Casablanca"), at("2024-04-14 02:30:00").seconds()));
        assert!(!skips(&zone("Africa/Casablanca"), at("2024-04-14 03:00:00").seconds()));
        let new_york = zone("America/New_York");
        let mut skipped = Skipped::of(&new_york);
        assert!(!skipped.holds(at("2024-03-10 01:59:59").seconds()));
        assert!(skipped.holds(at("2024-03-10 02:00:00").seconds()));
        assert!(skipped.holds(at("2024-03-10 02:59:59").seconds()));
        assert!(!skipped.holds(at("2024-03-10 03:00:00").seconds()));
        assert!(skipped.holds(at("2025-03-09 02:30:00").seconds()));
        // A whole day.
        assert!(skips(&zone("Pacific/Apia"), at("2011-12-30 12:00:00").seconds()));
    }

    #[test]
    fn of_a_time_that_comes_twice_the_first_is_told() {
        assert_eq!(told("2024-11-03 01:30:00", "America/New_York", "UTC"), "2024-11-03 05:30:00");
        assert_eq!(told("2024-11-03 02:00:00", "America/New_York", "UTC"), "2024-11-03 07:00:00");
        assert_eq!(told("2024-11-03 06:30:00", "UTC", "America/New_York"), "2024-11-03 01:30:00");
        let new_york = zone("America/New_York");
        let shown = |utc: &str| wall(last_shown(&new_york, at(utc).seconds())).typed();
        assert_eq!(shown("2024-11-03 05:59:59"), "2024-11-03 01:59:59");
        assert_eq!(shown("2024-11-03 06:00:00"), "2024-11-03 01:59:59");
        assert_eq!(shown("2024-11-03 06:59:59"), "2024-11-03 01:59:59");
        assert_eq!(shown("2024-11-03 07:00:00"), "2024-11-03 02:00:00");
    }

    #[test]
    fn the_first_and_the_last_year_are_not_left() {
        let (seoul, new_york) = (zone("Asia/Seoul"), zone("America/New_York"));
        assert_eq!(convert(WallTime::MIN, &seoul, &new_york), WallTime::MIN);
        assert_eq!(convert(WallTime::MAX, &new_york, &seoul), WallTime::MAX);
        for zone in [&seoul, &new_york, &TimeZone::UTC] {
            assert_eq!(convert(WallTime::MIN, zone, zone), WallTime::MIN);
            assert_eq!(convert(WallTime::MAX, zone, zone), WallTime::MAX);
        }
        assert_eq!(
            convert(at("9999-12-31 12:00:00"), &TimeZone::UTC, &new_york),
            at("9999-12-31 07:00:00")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_told_there_and_back_is_the_same(start in start(), seconds in 0..400 * DAY, zone in clock()) {
            let zone = zone.unwrap_or(TimeZone::UTC);
            let at = wall(start.seconds() + seconds);
            let back = convert(convert(at, &zone, &TimeZone::UTC), &TimeZone::UTC, &zone);
            prop_assert_eq!(back == at, !skips(&zone, at.seconds()));
        }

        #[test]
        fn what_is_skipped_is_found_one_after_the_other(start in start(), every in 1..9000_i64, zone in clock()) {
            let zone = zone.unwrap_or(TimeZone::UTC);
            let mut skipped = Skipped::of(&zone);
            for at in (0..500).map(|n| start.seconds() + n * n * every) {
                prop_assert_eq!(skipped.holds(at), skips(&zone, at));
            }
        }

        #[test]
        fn what_has_been_shown_has_been_for_the_first_time(start in start(), seconds in 0..400 * DAY, zone in clock()) {
            let zone = zone.unwrap_or(TimeZone::UTC);
            let now = start.seconds() + seconds;
            let last = last_shown(&zone, now);
            prop_assert!(instant(&zone, last) <= now);
            prop_assert!(instant(&zone, last + 1) > now || skips(&zone, last + 1));
        }
    }
}
