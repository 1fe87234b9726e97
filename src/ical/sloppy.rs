//! Recurrence rules as programs write them.
//!
//! [`Rule::parse`] is strict, since a rule that is typed here should be right. A rule that a file brings is
//! in use elsewhere: what RFC 5545 forbids and everyone understands alike is put right first.

use std::borrow::Cow;

use super::fault::Fault;
use super::rule::Rule;

/// The most occurrences that a rule may count; beyond, it is taken to have no end.
const MOST_COUNT: u32 = 10_000;

/// Reads a rule, and says what was taken otherwise than it is written, if its meaning is not plain.
///
/// # Errors
/// [`Fault`] if it is not a rule that can be shown.
pub(super) fn read(value: &str) -> Result<(Rule, Option<&'static str>), Fault> {
    let value = value.trim_ascii();
    if value.len() > 2000 {
        return Err(Fault::LONG);
    }
    let value = value.to_ascii_uppercase();
    let value = value.strip_prefix("RRULE:").unwrap_or(&value);
    let mut parts: Vec<(&str, Cow<str>)> = Vec::new();
    let mut note = None;
    for part in value.split(';').filter(|part| !part.trim_ascii().is_empty()) {
        let (name, value) = part.split_once('=').ok_or(Fault::FORM)?;
        let (name, value) = (name.trim_ascii(), value.trim_ascii());
        if name.starts_with("X-") {
            note = Some("a part of its own program is not taken into account");
        } else if !says_nothing(name, value) && !parts.contains(&(name, value.into())) {
            parts.push((name, value.into()));
        }
    }
    let has = |parts: &[(&str, Cow<str>)], name: &str| parts.iter().any(|part| part.0 == name);
    if has(&parts, "COUNT") && has(&parts, "UNTIL") {
        parts.retain(|(name, _)| *name != "COUNT");
        note = Some("of COUNT and UNTIL only UNTIL is taken into account");
    }
    let freq = parts.iter().find(|part| part.0 == "FREQ").map(|part| part.1.to_string());
    let short = matches!(freq.as_deref(), Some("DAILY" | "WEEKLY" | "HOURLY"));
    let by = parts.iter().any(|part| part.0.starts_with("BY") && part.0 != "BYSETPOS");
    let mut kept = Vec::new();
    for (name, value) in parts {
        let value = match name {
            "UNTIL" => until(&value),
            // The first of several Mondays in a week is Monday.
            "BYDAY" if short => value.split(',').map(without_number).collect::<Vec<_>>().join(","),
            // The only one of an occasion is its first and its last.
            "BYSETPOS" if !by && matches!(&*value, "1" | "-1" | "+1") => continue,
            "COUNT" if value.parse::<u32>().is_ok_and(|count| count > MOST_COUNT) => {
                note = Some("COUNT is over 10000 and taken for no end");
                continue;
            }
            _ => value.into_owned(),
        };
        kept.push(format!("{name}={value}"));
    }
    Ok((Rule::parse(&kept.join(";"))?, note))
}

/// Whether a part says what is so without it, or nothing at all.
fn says_nothing(name: &str, value: &str) -> bool {
    match name {
        "INTERVAL" => value.parse() == Ok(0),
        "RSCALE" => matches!(value, "GREGORIAN" | "ISO8601"),
        "SKIP" => value == "OMIT",
        "COUNT" | "UNTIL" | "WKST" => value.is_empty(),
        _ => name.starts_with("BY") && value.is_empty(),
    }
}

/// A day of the week without its number.
fn without_number(day: &str) -> &str {
    day.trim_ascii().trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
}

/// The end in a form of RFC 5545: without hyphens and colons, and without a `Z` behind a day.
fn until(value: &str) -> String {
    let value = value.replace(['-', ':'], "");
    match value.strip_suffix('Z') {
        Some(day) if day.len() == 8 => day.to_owned(),
        Some(time) if time.len() == 13 => format!("{time}00Z"),
        None if value.len() == 13 => format!("{value}00"),
        _ => value.replace("T240000", "T235959"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(value: &str) -> String {
        read(value).map_or_else(|fault| fault.to_string(), |(rule, _)| rule.as_str().to_owned())
    }

    #[test]
    fn what_everyone_understands_is_put_right() {
        for (given, rule) in [
            ("FREQ=DAILY;;COUNT=2;", "FREQ=DAILY;COUNT=2"),
            ("RRULE:FREQ=DAILY", "FREQ=DAILY"),
            ("FREQ=DAILY;INTERVAL=0;COUNT=2", "FREQ=DAILY;COUNT=2"),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY"),
            ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT", "FREQ=YEARLY"),
            ("FREQ=WEEKLY;BYDAY=1MO,-1FR", "FREQ=WEEKLY;BYDAY=MO,FR"),
            ("FREQ=WEEKLY;BYDAY=;UNTIL=;WKST=", "FREQ=WEEKLY"),
            ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
            ("FREQ=MONTHLY;BYSETPOS=1", "FREQ=MONTHLY"),
            ("FREQ=DAILY;UNTIL=2027-01-01", "FREQ=DAILY;UNTIL=20270101"),
            ("FREQ=DAILY;UNTIL=20270101Z", "FREQ=DAILY;UNTIL=20270101"),
            ("FREQ=DAILY;UNTIL=20270101T0900Z", "FREQ=DAILY;UNTIL=20270101T090000Z"),
            ("FREQ=DAILY;UNTIL=20270101T240000", "FREQ=DAILY;UNTIL=20270101T235959"),
        ] {
            assert_eq!(taken(given), rule, "{given}");
            assert_eq!(read(given).unwrap().1, None, "{given}");
        }
    }

    #[test]
    fn what_is_not_plain_is_told() {
        for (given, rule) in [
            ("FREQ=DAILY;COUNT=5;UNTIL=20270101", "FREQ=DAILY;UNTIL=20270101"),
            ("FREQ=DAILY;COUNT=99999", "FREQ=DAILY"),
            ("FREQ=DAILY;X-NAME=1", "FREQ=DAILY"),
        ] {
            assert_eq!(taken(given), rule, "{given}");
            assert!(read(given).unwrap().1.is_some(), "{given}");
        }
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        for value in
            ["", "FREQ=SECONDLY", "DAILY", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=YEARLY;RSCALE=HEBREW"]
        {
            assert!(read(value).is_err(), "{value}");
        }
        assert!(read(&"FREQ=DAILY;".repeat(100_000)).is_err());
        assert!(read(&";".repeat(1999)).is_err());
    }
}
