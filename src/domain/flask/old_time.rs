//! Reads the times of the earlier system, which stored whatever text a client sent.

use crate::model::WallTime;

/// A time that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OldTime {
    pub(super) at: WallTime,
    /// Whether it had the form in which the earlier system wrote times.
    pub(super) in_form: bool,
    /// Whether it had a fraction of a second, which is dropped.
    pub(super) fraction: bool,
    /// What was not understood, and counts for nothing; may be empty.
    pub(super) ignored: String,
}

/// Parses `YYYY-MM-DD HH:MM:SS.ffffff`, as SQLAlchemy writes it, with the fraction optional.
/// Otherwise it accepts any text that begins with a date, with or without a time after it.
pub(super) fn read(raw: Option<&str>) -> Option<OldTime> {
    let text = raw?.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if let Ok(at) = WallTime::parse("time", whole)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        let fraction = fraction.bytes().any(|byte| byte != b'0');
        return Some(OldTime { at, in_form: true, fraction, ignored: String::new() });
    }
    let (date, rest) = date(text)?;
    let (clock, ignored) = clock(rest);
    let at = |clock: &str| WallTime::parse("time", &format!("{date} {clock}"));
    let midnight = "00:00:00";
    let (at, ignored) = match at(&clock) {
        Ok(at) => (at, ignored),
        Err(_) => (at(midnight).ok()?, rest.trim().to_owned()),
    };
    Some(OldTime { at, in_form: false, fraction: false, ignored })
}

/// A date at the start of `text`, as `YYYY-MM-DD`, and what follows it. Anything but digits may separate
/// its parts.
fn date(text: &str) -> Option<(String, &str)> {
    let (year, rest) = number(text)?;
    let (month, rest) = number(rest.trim_start_matches(not_a_digit))?;
    let (day, rest) = number(rest.trim_start_matches(not_a_digit))?;
    let year = (text.find(not_a_digit) == Some(4)).then_some(year)?;
    Some((format!("{year:04}-{month:02}-{day:02}"), rest))
}

/// The time of a day in `text`, as `HH:MM:SS`, and what was not understood. What is missing is 0. A time
/// with one of the words for a half of the day is one of twelve hours.
fn clock(text: &str) -> (String, String) {
    let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (before, after) = text.split_at(digits);
    let mut parts = [0; 3];
    let mut rest = after;
    for (index, part) in parts.iter_mut().enumerate() {
        let from = if index == 0 { Some(rest) } else { rest.strip_prefix(':') };
        let Some((value, after)) = from.and_then(number) else { break };
        (*part, rest) = (value, after);
    }
    // A fraction is dropped, as where the form is right.
    if let Some((_, after)) = rest.strip_prefix('.').and_then(number) {
        rest = after;
    }
    let mut ignored = Vec::new();
    for word in before.split_whitespace().chain(rest.split_whitespace()) {
        let hour = parts[0];
        let half = match word.to_lowercase().as_str() {
            "am" | "a.m." | "오전" => Some(0),
            "pm" | "p.m." | "오후" => Some(12),
            _ => None,
        };
        match half {
            Some(half) if (1..=12).contains(&hour) => parts[0] = hour % 12 + half,
            Some(12) if hour > 12 => {}
            _ if matches!(word, "T" | "t" | ",") => {}
            _ => ignored.push(word),
        }
    }
    let [hour, minute, second] = parts;
    (format!("{hour:02}:{minute:02}:{second:02}"), ignored.join(" "))
}

/// The number at the start of `text`, and what follows it.
fn number(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at(text.find(not_a_digit).unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}

fn not_a_digit(c: char) -> bool {
    !c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_far_as_it_is_valid_and_what_is_left_is_said() {
        for (raw, at, ignored) in [
            ("2017-06-19 20:00:00.000000", "2017-06-19 20:00:00", ""),
            ("2017-06-19 20:00:00.999999", "2017-06-19 20:00:00", ""),
            (" 2017-06-19 20:00:00 ", "2017-06-19 20:00:00", ""),
            ("2017-06-19T20:00:00Z", "2017-06-19 20:00:00", "Z"),
            ("2017-06-19T20:00:00.250+09:00", "2017-06-19 20:00:00", "+09:00"),
            ("2017-06-19 20:00", "2017-06-19 20:00:00", ""),
            ("2017-06-19", "2017-06-19 00:00:00", ""),
            ("2017-6-9 8:7:6", "2017-06-09 08:07:06", ""),
            ("2017/06/19, 20:00", "2017-06-19 20:00:00", ""),
            ("2017-06-19 25:00:00", "2017-06-19 00:00:00", "25:00:00"),
            ("2017-06-19 20:00:00.", "2017-06-19 20:00:00", "."),
            ("2016-03-27 10:00 PM", "2016-03-27 22:00:00", ""),
            ("2016-03-27 10:00pm", "2016-03-27 22:00:00", ""),
            ("2016-03-27 12:05:09 a.m.", "2016-03-27 00:05:09", ""),
            ("2016-03-27 12:05 pm", "2016-03-27 12:05:00", ""),
            ("2016-03-27 오후 3:30", "2016-03-27 15:30:00", ""),
            ("2016-03-27 오전 9", "2016-03-27 09:00:00", ""),
            ("2016-03-27 22:00 PM", "2016-03-27 22:00:00", ""),
            ("2016-03-27 22:00 AM", "2016-03-27 22:00:00", "AM"),
            ("2016-03-27 10:00 or so", "2016-03-27 10:00:00", "or so"),
            ("2016-03-27 10:00:00:00", "2016-03-27 10:00:00", ":00"),
            ("0001-01-01 00:00:00", "0001-01-01 00:00:00", ""),
            ("9999-12-31 23:59:59.999999", "9999-12-31 23:59:59", ""),
        ] {
            let time = read(Some(raw)).unwrap_or_else(|| panic!("{raw}: is not read"));
            let at = WallTime::parse("time", at).unwrap();
            assert_eq!((time.at, time.ignored.as_str()), (at, ignored), "{raw}");
        }
    }

    #[test]
    fn a_text_that_does_not_begin_with_a_date_is_not_a_time() {
        for raw in [
            "",
            "soon",
            "1497880504",
            "0000-01-01 00:00:00",
            "10000-01-01 00:00:00",
            "-0001-01-01 00:00:00",
            "2017-02-29 00:00:00",
            "2017-13-01 00:00:00",
            "2017",
            "2017-06",
            "19-06-2017",
            "2017-99999999999999-01",
            "２０１７-06-19",
        ] {
            assert_eq!(read(Some(raw)), None, "{raw}");
        }
        assert_eq!(read(None), None);
    }
}
