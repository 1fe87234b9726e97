//! The time, in the configured zone.
//!
//! No other code asks the machine for the time (`clippy.toml` forbids it), so that a test can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::Result;
use crate::model::{Day, WallTime};

/// A clock that shows the time of one time zone.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    /// Where a fixed clock stands, in seconds of Unix time; none for the machine's clock.
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock, read in `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, fixed: None }
    }

    /// A clock that stands still at `unix` seconds of Unix time until [`Clock::set`] moves it.
    #[must_use]
    pub fn fixed(zone: TimeZone, unix: i64) -> Self {
        Self { zone, fixed: Some(Arc::new(AtomicI64::new(unix))) }
    }

    /// Sets a fixed clock, and all its clones, to `unix` seconds of Unix time. Does nothing to the
    /// machine's clock.
    pub fn set(&self, unix: i64) {
        if let Some(fixed) = &self.fixed {
            fixed.store(unix, Ordering::SeqCst);
        }
    }

    /// The time now, in seconds of Unix time.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    #[must_use]
    pub fn unix(&self) -> i64 {
        match &self.fixed {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
        }
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The IANA name of the zone. A zone without one, as on a machine whose zone is set by a rule or a
    /// copied file, is named by its offset from UTC now, such as `+09:00`.
    #[must_use]
    pub fn zone_name(&self) -> String {
        match self.zone.iana_name() {
            Some(name) => name.into(),
            // On a machine without a zone, the clock shows UTC.
            None if self.zone.is_unknown() => "UTC".into(),
            None => {
                let minutes = self.offset(self.unix()) / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }

    /// The time now in the zone, to the second.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) for a clock set outside the years 0001 to 9999.
    pub fn now(&self) -> Result<WallTime> {
        let unix = self.unix();
        WallTime::from_seconds(unix.saturating_add(i64::from(self.offset(unix))))
    }

    /// How many seconds the zone is ahead of UTC at `unix`.
    fn offset(&self, unix: i64) -> i32 {
        Timestamp::from_second(unix).map_or(0, |at| self.zone.to_offset(at).seconds())
    }

    /// The day now in the zone.
    ///
    /// # Errors
    /// As [`Clock::now`].
    pub fn today(&self) -> Result<Day> {
        Ok(self.now()?.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_is_another_day_in_another_zone() {
        let unix = 1_497_880_504; // 2017-06-19 13:55:04 UTC
        let at = |zone: &str| {
            Clock::fixed(TimeZone::get(zone).unwrap(), unix).now().unwrap().to_string()
        };
        assert_eq!(at("UTC"), "Mon, 19 Jun 2017 13:55:04 GMT");
        assert_eq!(at("Asia/Seoul"), "Mon, 19 Jun 2017 22:55:04 GMT");
        assert_eq!(at("Pacific/Kiritimati"), "Tue, 20 Jun 2017 03:55:04 GMT");
    }

    #[test]
    fn a_zone_without_a_name_is_named_by_its_offset_now() {
        let unix = 1_497_880_504; // in June
        let name = |zone: TimeZone| Clock::fixed(zone, unix).zone_name();
        assert_eq!(name(TimeZone::get("Asia/Seoul").unwrap()), "Asia/Seoul");
        assert_eq!(name(TimeZone::UTC), "UTC");
        assert_eq!(name(TimeZone::unknown()), "UTC");
        assert_eq!(name(TimeZone::posix("KST-9").unwrap()), "+09:00");
        assert_eq!(name(TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap()), "-04:00");
        assert_eq!(name(TimeZone::posix("NST3:30").unwrap()), "-03:30");
        assert_eq!(name(TimeZone::posix("XXX0").unwrap()), "+00:00");
    }
}
