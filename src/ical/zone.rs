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
fn timestamp(instant: i64) -> Timestamp {
    let instant = instant.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(instant).unwrap_or(Timestamp::UNIX_EPOCH)
}
