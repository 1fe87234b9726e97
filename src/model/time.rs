//! Calendar times, days, months and the ranges that they cover.
//!
//! Times are "floating times" (RFC 5545): wall-clock digits in the server's configured zone, without
//! an offset. No value here knows the zone; only `clock.rs` does. A time is stored as seconds from
//! 1970-01-01 00:00:00 *on the same wall clock*, as if the zone were UTC. That is eight bytes which
//! sort like the times. SQLite compares them as integers, and `datetime(x, 'unixepoch')` prints the
//! digits that were typed.

use std::fmt;

use time::{Date, Month as MonthName, PrimitiveDateTime, Time, UtcDateTime};

use super::Expected;
use crate::error::{Error, Result};

/// A wall-clock time ("floating time" in RFC 5545), to the second, from 0001-01-01 00:00:00 to
/// 9999-12-31 23:59:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(i64);

const DAY: i64 = 86_400;

impl WallTime {
    /// 0001-01-01 00:00:00.
    pub const MIN: Self = Self(-62_135_596_800);
    /// 9999-12-31 23:59:59.
    pub const MAX: Self = Self(253_402_300_799);

    /// Parses `YYYY-MM-DD HH:MM:SS` and nothing else.
    ///
    /// # Errors
    /// What was expected, for another form or for a date or time that does not exist.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        read_wall_time(raw).ok_or(Expected::new("YYYY-MM-DD HH:MM:SS"))
    }

    /// As [`WallTime::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`], which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// The time `seconds` after 1970-01-01 00:00:00 on the same wall clock.
    ///
    /// # Errors
    /// [`Error::Internal`] outside the years 0001 to 9999, which are never stored.
    pub fn from_seconds(seconds: i64) -> Result<Self> {
        if (Self::MIN.0..=Self::MAX.0).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Error::Internal(format!("time out of range: {seconds} s")))
        }
    }

    /// Seconds since 1970-01-01 00:00:00 on the same wall clock.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The time `seconds` later on the same wall clock, or the first or last one that there is.
    #[must_use]
    pub fn later(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Whether it is a midnight.
    #[must_use]
    pub fn is_midnight(self) -> bool {
        self.0.rem_euclid(DAY) == 0
    }

    /// The time in a form for file names: `20170620-090000`.
    #[must_use]
    pub fn compact(self) -> String {
        let t = self.date_time();
        let date = format!("{:04}{:02}{:02}", t.year(), u8::from(t.month()), t.day());
        format!("{date}-{:02}{:02}{:02}", t.hour(), t.minute(), t.second())
    }

    /// The day that this time is on.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.date_time().date())
    }

    /// `YYYY-MM-DD HH:MM:SS`, the form that [`WallTime::parse`] takes.
    #[must_use]
    pub fn typed(self) -> String {
        let t = self.date_time();
        let (year, month, day) = (t.year(), u8::from(t.month()), t.day());
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
    }

    fn date_time(self) -> UtcDateTime {
        // In range by construction, so the fallback is never taken.
        UtcDateTime::from_unix_timestamp(self.0).unwrap_or(UtcDateTime::UNIX_EPOCH)
    }
}

/// The published API's form: `Tue, 20 Jun 2017 09:00:00 GMT`, like an HTTP-date (RFC 9110, 5.6.7).
/// `GMT` is a fixed part of the form, and the digits are those of the wall clock.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.http_date()).unwrap_or_default())
    }
}

impl serde::Serialize for WallTime {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.http_date()).unwrap_or_default())
    }
}

impl WallTime {
    /// The bytes that [`fmt::Display`] prints. They are laid out by hand: a view prints a hundred of
    /// these, and `format!` would take most of its time.
    #[must_use]
    pub fn http_date(self) -> [u8; 29] {
        let t = self.date_time();
        let mut out = *b"Thu, 01 Jan 1970 00:00:00 GMT";
        out[0..3].copy_from_slice(WEEKDAYS[usize::from(t.weekday().number_days_from_monday())]);
        digits(&mut out[5..7], u16::from(t.day()));
        out[8..11].copy_from_slice(MONTHS[usize::from(u8::from(t.month())) - 1]);
        digits(&mut out[12..16], t.year().unsigned_abs().try_into().unwrap_or(0));
        digits(&mut out[17..19], u16::from(t.hour()));
        digits(&mut out[20..22], u16::from(t.minute()));
        digits(&mut out[23..25], u16::from(t.second()));
        out
    }
}

const WEEKDAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Fills `out` with the last digits of `number`.
fn digits(out: &mut [u8], mut number: u16) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// The half-open range `[from, until)` of wall-clock seconds that a day or a month covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// The first second in it.
    pub from: i64,
    /// The first second after it. For 9999-12-31 that is in the year 10000.
    pub until: i64,
}

impl TimeRange {
    /// Whether `[starts, ends)` overlaps this range. An event of no length counts at its start.
    #[must_use]
    pub fn holds(&self, starts: WallTime, ends: WallTime) -> bool {
        starts.0 < self.until && (starts.0 >= self.from || ends.0 > self.from)
    }
}

/// A day of the calendar, in the years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// Parses `YYYY-MM-DD` and nothing else.
    ///
    /// # Errors
    /// What was expected, for another form or a date that does not exist.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        read_date(raw.as_bytes()).map(Self).ok_or(Expected::new("YYYY-MM-DD"))
    }

    /// As [`Day::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`], which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// Parses a date, or a date and time whose time is ignored. The birthday call accepts both.
    ///
    /// # Errors
    /// What was expected, for any other form.
    pub fn read_loosely(raw: &str) -> std::result::Result<Self, Expected> {
        read_date(raw.as_bytes())
            .map(Self)
            .or_else(|| read_wall_time(raw).map(WallTime::day))
            .ok_or(Expected::new("YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"))
    }

    /// Midnight at the start of the day.
    #[must_use]
    pub fn midnight(self) -> WallTime {
        WallTime(PrimitiveDateTime::new(self.0, Time::MIDNIGHT).as_utc().unix_timestamp())
    }

    /// The range that this day covers.
    #[must_use]
    pub fn time_range(self) -> TimeRange {
        let from = self.midnight().0;
        TimeRange { from, until: from + DAY }
    }

    /// The month of this day.
    #[must_use]
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }

    /// Whether it is a 29 February.
    #[must_use]
    pub fn is_leap_day(self) -> bool {
        (self.0.month(), self.0.day()) == (MonthName::February, 29)
    }
}

/// A month of the calendar, in the years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    year: i32,
    month: MonthName,
}

impl Month {
    /// Parses `YYYY-MM` and nothing else.
    ///
    /// # Errors
    /// What was expected, for another form or a month that does not exist.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        read_month(raw.as_bytes()).ok_or(Expected::new("YYYY-MM"))
    }

    /// As [`Month::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`], which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// The range that this month covers.
    #[must_use]
    pub fn time_range(self) -> TimeRange {
        let first = Date::from_calendar_date(self.year, self.month, 1).unwrap_or(Date::MIN);
        let from = Day(first).midnight().0;
        let days = i64::from(self.month.length(self.year));
        TimeRange { from, until: from + days * DAY }
    }
}

/// The number that `digits` write, if they are at most four ASCII digits.
fn number(digits: &[u8]) -> Option<u16> {
    let few = Some(digits).filter(|digits| digits.len() <= 4)?;
    few.iter().try_fold(0u16, |value, digit| {
        digit.is_ascii_digit().then(|| value * 10 + u16::from(digit - b'0'))
    })
}

fn byte(digits: &[u8]) -> Option<u8> {
    number(digits).and_then(|value| u8::try_from(value).ok())
}

fn read_month(text: &[u8]) -> Option<Month> {
    let [y @ .., b'-', m1, m2] = text else { return None };
    let year = number(y).filter(|year| y.len() == 4 && *year > 0)?;
    let month = MonthName::try_from(byte(&[*m1, *m2])?).ok()?;
    Some(Month { year: i32::from(year), month })
}

fn read_date(text: &[u8]) -> Option<Date> {
    let [month @ .., b'-', d1, d2] = text else { return None };
    let Month { year, month } = read_month(month)?;
    Date::from_calendar_date(year, month, byte(&[*d1, *d2])?).ok()
}

fn read_wall_time(text: &str) -> Option<WallTime> {
    let [date @ .., b' ', h1, h2, b':', m1, m2, b':', s1, s2] = text.as_bytes() else {
        return None;
    };
    let time = Time::from_hms(byte(&[*h1, *h2])?, byte(&[*m1, *m2])?, byte(&[*s1, *s2])?).ok()?;
    Some(WallTime(PrimitiveDateTime::new(read_date(date)?, time).as_utc().unix_timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> WallTime {
        WallTime::parse("sdate", text).unwrap()
    }

    fn month(text: &str) -> TimeRange {
        Month::parse("year_month", text).unwrap().time_range()
    }

    #[test]
    fn a_time_is_printed_with_its_true_weekday_and_unshifted_digits() {
        assert_eq!(at("2017-06-20 09:00:00").to_string(), "Tue, 20 Jun 2017 09:00:00 GMT");
        assert_eq!(at("0001-01-01 00:00:00").to_string(), "Mon, 01 Jan 0001 00:00:00 GMT");
        assert_eq!(at("9999-12-31 23:59:59").to_string(), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(at("0001-01-01 00:00:00"), WallTime::MIN);
        assert_eq!(at("0001-02-03 04:05:06").typed(), "0001-02-03 04:05:06");
        assert_eq!(at("9999-12-31 23:59:59"), WallTime::MAX);
    }

    #[test]
    fn no_other_form_is_accepted_as_a_time() {
        for bad in [
            "",
            "2017-06-19",
            "2017-06-19T20:00:00",
            "2017-6-19 20:00:00",
            "2017-06-19 20:00",
            "2017-06-19 20:00:60",
            "2017-06-19 24:00:00",
            "2017-02-29 00:00:00",
            "2017-13-01 00:00:00",
            "0000-01-01 00:00:00",
            "10000-01-01 00:00:00",
            "99999999-01-01 00:00:00",
            "-001-01-01 00:00:00",
            "+017-06-19 20:00:00",
            "2017-06-19 20:00:00Z",
            "2017-06-19  20:00:00",
            " 2017-06-19 20:00:00",
            "2017-06-19 20:00:00\n",
            "２０１７-06-19 20:00:00",
            "2017-06-19 20:00:00.0",
            "017-06-19 20:00:00",
        ] {
            assert!(WallTime::parse("sdate", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_last_month_ends_in_the_year_10000() {
        let december = month("9999-12");
        assert_eq!(december.until, WallTime::MAX.seconds() + 1);
        assert!(december.holds(WallTime::MAX, WallTime::MAX));
    }

    #[test]
    fn a_range_is_half_open_and_an_event_of_no_length_counts_at_its_start() {
        let june = month("2017-06");
        assert!(!june.holds(at("2017-05-31 00:00:00"), at("2017-06-01 00:00:00")));
        assert!(june.holds(at("2017-06-01 00:00:00"), at("2017-06-01 00:00:00")));
        assert!(!june.holds(at("2017-07-01 00:00:00"), at("2017-07-01 00:00:00")));
        assert!(june.holds(at("2016-01-01 00:00:00"), at("2018-01-01 00:00:00")));
    }
}
