//! The values of properties: texts, times and lengths of time (RFC 5545, 3.3).
//!
//! They are read as programs write them: a time without seconds, a day with hyphens, a comma that is not
//! escaped. What is written is the business of others.

use super::decode::windows_1252;
use super::source_line::SourceLine;
use super::zone::DAY;
use crate::model::{Day, WallTime};

/// A time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day, by its midnight.
    Date(WallTime),
    /// A time on the clock that the property names, or on any.
    Local(WallTime),
    /// A time in UTC.
    Utc(WallTime),
}

impl When {
    /// Reads a DATE or a DATE-TIME (3.3.4, 3.3.5). None for a time that there is not, and for years
    /// outside 0001 to 9999.
    pub(super) fn read(value: &str) -> Option<Self> {
        let value = value.trim_ascii();
        if value.len() > 32 || !value.is_ascii() {
            return None;
        }
        let (value, utc) = match value.strip_suffix(['Z', 'z']) {
            Some(value) => (value, true),
            None => (value, false),
        };
        let digits = |text: &str| text.replace(['-', ':'], "");
        let (date, time) = match value.split_once(['T', 't', ' ']) {
            Some((date, time)) => (digits(date), Some(digits(time))),
            None => (digits(value), None),
        };
        if date.len() != 8 {
            return None;
        }
        let typed =
            [digits_at(&date, 0, 4)?, digits_at(&date, 4, 6)?, digits_at(&date, 6, 8)?].join("-");
        let midnight = Day::read(&typed).ok()?.midnight();
        let Some(time) = time else { return Some(Self::Date(midnight)) };
        if time.len() != 4 && time.len() != 6 {
            return None;
        }
        let number = |from: usize| digits_at(&time, from, from + 2)?.parse::<i64>().ok();
        let second = if time.len() == 6 { number(4)? } else { 0 };
        let (hour, minute) = (number(0)?, number(2)?);
        // A leap second is not on this clock, and 24:00 is the midnight after.
        let whole = hour == 24 && minute == 0 && second == 0;
        if !(whole || hour < 24) || minute > 59 || second > 60 {
            return None;
        }
        let at = midnight.later(hour * 3600 + minute * 60 + second.min(59));
        Some(if utc { Self::Utc(at) } else { Self::Local(at) })
    }

    /// What is written, on whatever clock.
    pub(super) fn digits(self) -> WallTime {
        match self {
            Self::Date(at) | Self::Local(at) | Self::Utc(at) => at,
        }
    }

    /// Its day.
    pub(super) fn date(self) -> Self {
        Self::Date(self.digits().day().midnight())
    }
}

/// Digits at a place. None if there is something else.
fn digits_at(text: &str, from: usize, to: usize) -> Option<&str> {
    text.get(from..to).filter(|digits| digits.bytes().all(|c| c.is_ascii_digit()))
}

/// A length of time (3.3.6). Days are those of the clock, the rest is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Length {
    /// Weeks and days, in seconds.
    pub(super) days: i64,
    /// Hours, minutes and seconds, in seconds.
    pub(super) exact: i64,
}

impl Length {
    /// Reads a DURATION, in any case, also with a unit on the wrong side of the `T`. None for one with
    /// years or over 100 years.
    pub(super) fn read(value: &str) -> Option<Self> {
        let value = value.trim_ascii().to_ascii_uppercase();
        let (value, sign) = match value.strip_prefix(['+', '-']) {
            Some(rest) => (rest, if value.starts_with('-') { -1 } else { 1 }),
            None => (value.as_str(), 1),
        };
        let mut rest = value.strip_prefix('P')?;
        let mut length = Self::default();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('T') {
                rest = after;
                continue;
            }
            let end = rest.bytes().position(|c| !c.is_ascii_digit())?;
            let (number, after) = rest.split_at_checked(end)?;
            let number: i64 = Some(number).filter(|number| number.len() <= 10)?.parse().ok()?;
            let unit = after.chars().next()?;
            match unit {
                'W' => length.days += number * 7 * DAY,
                'D' => length.days += number * DAY,
                'H' => length.exact += number * 3600,
                'M' => length.exact += number * 60,
                'S' => length.exact += number,
                _ => return None,
            }
            rest = after.get(1..)?;
        }
        let fits = length.days.saturating_add(length.exact) <= 36_600 * DAY;
        fits.then_some(Self { days: sign * length.days, exact: sign * length.exact })
    }
}

/// The text that a line says, without its escapes (3.3.11) or the encoding of vCalendar 1.0.
pub(super) fn text(line: &SourceLine) -> String {
    let value = line.value();
    if is_quoted_printable(line) {
        return unescaped(&quoted_printable(value));
    }
    unescaped(value)
}

/// The UID that a line says. None for an empty one.
pub(super) fn uid_of(line: &SourceLine) -> Option<String> {
    let uid = text(line);
    let uid = uid.trim();
    (line.is("UID") && !uid.is_empty()).then(|| uid.to_owned())
}

/// Whether the value is in the encoding of vCalendar 1.0.
pub(super) fn is_quoted_printable(line: &SourceLine) -> bool {
    const WORD: &str = "QUOTED-PRINTABLE";
    line.params().any(|(name, value)| {
        value.eq_ignore_ascii_case(WORD) || value.is_empty() && name.eq_ignore_ascii_case(WORD)
    })
}

/// A value of vCalendar 1.0, in UTF-8 or else in Windows-1252.
pub(super) fn quoted_printable(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = (*first == b'=').then_some(after).and_then(|after| {
            let digits = str::from_utf8(after.get(..2)?).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    bytes.retain(|byte| *byte != 0 && *byte != b'\r');
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| windows_1252(*byte)).collect())
}

/// A text without its escapes. A backslash before what needs none is taken for itself.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(c @ ('\\' | ',' | ';' | ':' | '"')) => text.push(c),
            Some(c) => text.extend(['\\', c]),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::samples::at;
    use super::*;

    #[test]
    fn a_time_is_a_day_or_on_a_clock_or_in_utc() {
        assert_eq!(When::read("20260228"), Some(When::Date(at("2026-02-28 00:00:00"))));
        for (value, when) in [
            ("20260228T093015", When::Local(at("2026-02-28 09:30:15"))),
            ("20260228T0930", When::Local(at("2026-02-28 09:30:00"))),
            ("2026-02-28T09:30:15", When::Local(at("2026-02-28 09:30:15"))),
            (" 20260228t093015z ", When::Utc(at("2026-02-28 09:30:15"))),
            ("20260228T235960Z", When::Utc(at("2026-02-28 23:59:59"))),
            ("20260228T240000", When::Local(at("2026-03-01 00:00:00"))),
            ("00010101T000000", When::Local(WallTime::MIN)),
            ("99991231T235959", When::Local(WallTime::MAX)),
        ] {
            assert_eq!(When::read(value), Some(when), "{value}");
        }
        for value in [
            "",
            "2026",
            "20260229",
            "20261301",
            "00000101",
            "100000101",
            "20260228T",
            "20260228T9",
            "20260228T250000",
            "20260228T240001",
            "20260228T096000",
            "20260228T093061",
            "가",
            "2026022가",
            "20260228T13000Z",
            "-0010101",
            "+2026228",
            "20260228T+9-1+1",
        ] {
            assert_eq!(When::read(value), None, "{value}");
        }
    }

    #[test]
    fn a_length_has_days_of_the_clock_and_an_exact_rest() {
        for (value, days, exact) in [
            ("PT1H30M", 0, 5400),
            ("P1DT2H", DAY, 7200),
            ("P2W", 14 * DAY, 0),
            ("-PT15M", 0, -900),
            ("+P1D", DAY, 0),
            ("pt0s", 0, 0),
            ("P1H", 0, 3600),
            ("P", 0, 0),
        ] {
            assert_eq!(Length::read(value), Some(Length { days, exact }), "{value}");
        }
        for value in
            ["", "1H", "PT", "P1Y", "PT1", "PTH", "P99999999999D", "P9999999999W", "PT-1H", "P가"]
        {
            let length = Length::read(value);
            assert!(length.is_none() || value == "PT", "{value}: {length:?}");
        }
    }

    #[test]
    fn a_text_is_read_without_its_escapes() {
        let read = |line: &str| text(&SourceLine::at(line, 0).unwrap());
        assert_eq!(read(r"SUMMARY:a\, b\; c\\d\ne\Nf\x\"), "a, b; c\\d\ne\nf\\x\\");
        assert_eq!(
            read("SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9=0D=0Ab=zz"),
            "café\nb=zz"
        );
        assert_eq!(read("SUMMARY;QUOTED-PRINTABLE:caf=E9"), "café");
    }
}
