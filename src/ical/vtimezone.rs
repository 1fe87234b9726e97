//! A time zone as a VTIMEZONE (RFC 5545, 3.6.5), from what jiff knows of it.
//!
//! Programs that know the IANA name look no further. For the others it has to hold at every instant from a
//! start on, for ever. Hence what changes by a rule without an end is written as that rule, and what came
//! before it as single dates. jiff does not show its rules, so they are found in the changes of forty
//! years: all weekdays meet all dates in that time, and each change that a rule is written for is checked
//! against it.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::content_line::fold;
use super::parts::WEEKDAYS;
use super::zone::timestamp;

/// No zone has changes that are known one by one after this year, Morocco's being the last.
const LAST_KNOWN: i16 = 2090;

/// In so many years every rule shows on which days it can fall.
const YEARS: i16 = 40;

/// The most rules that a year has.
const MOST_RULES: usize = 4;

/// One time that the clock is put forward or back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    /// What the clock would have shown then without it.
    at: DateTime,
    kind: Kind,
}

/// What a change does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind {
    from: Offset,
    to: Offset,
    daylight: bool,
    name: String,
}

/// A change that comes once a year, on one of seven days.
#[derive(Debug)]
struct Yearly {
    /// Its last one.
    like: Change,
    days: Days,
}

#[derive(Debug, Clone, Copy)]
enum Days {
    /// The seven that begin with this one.
    From(i8),
    /// The last seven of the month.
    Last,
    /// The seven that begin so many days before the next year, as the last Thursday's midnight in Cairo,
    /// which can be in the next month.
    ToYearEnd(i16),
}

/// The VTIMEZONE of `zone` under the name `tzid`, right from the Unix time `from` on.
pub(super) fn vtimezone(tzid: &str, zone: &TimeZone, from: i64) -> String {
    let (changes, known) = changes(zone, from);
    let rules = rules(changes.get(known..).unwrap_or_default());
    let (single, ruled) = changes.split_at(first_ruled(&changes, &rules));
    let mut text = String::from("BEGIN:VTIMEZONE\r\n");
    fold(&mut text, &format!("TZID:{tzid}"), "\r\n");
    let mut written: Vec<&Kind> = Vec::new();
    for change in single {
        if written.contains(&&change.kind) {
            continue;
        }
        written.push(&change.kind);
        let same = single.iter().filter(|other| other.kind == change.kind);
        let dates: Vec<_> = same.skip(1).map(|other| digits(other.at)).collect();
        let again = (!dates.is_empty()).then(|| format!("RDATE:{}", dates.join(",")));
        observance(&mut text, change, again.as_deref());
    }
    for rule in &rules {
        if let Some(first) = ruled.iter().find(|change| rule.gives(change)) {
            observance(&mut text, first, Some(&rule.rrule()));
        }
    }
    text.push_str("END:VTIMEZONE\r\n");
    text
}

/// The change that is in force at `from`, and those that come after it; and how many of them are known one by one.
fn changes(zone: &TimeZone, from: i64) -> (Vec<Change>, usize) {
    let start = timestamp(from);
    let in_force = zone.preceding(timestamp(from.saturating_add(1))).next();
    let before = in_force.as_ref().map_or(from, |change| change.timestamp().as_second() - 1);
    let before = zone.to_offset_info(timestamp(before));
    let (mut offset, mut was_daylight) = (before.offset(), before.dst().is_dst());
    let mut changes = Vec::new();
    if in_force.is_none() {
        // Every clock begins somewhere. Most programs have nothing before 1970.
        let first = offset.to_datetime(start).start_of_day();
        let kind = Kind {
            from: offset,
            to: offset,
            daylight: was_daylight,
            name: before.abbreviation().to_owned(),
        };
        changes.push(Change { at: first.min(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)), kind });
    }
    let last_known = offset.to_datetime(start).year().max(LAST_KNOWN);
    let mut known = changes.len();
    for change in in_force.into_iter().chain(zone.following(start)) {
        let (to, is_daylight) = (change.offset(), change.dst().is_dst());
        let at = offset.to_datetime(change.timestamp());
        if at.year() > last_known.saturating_add(YEARS) {
            break;
        }
        // Dublin's law has its winter as the exception. Programs expect the daylight time in summer.
        let daylight =
            if was_daylight != is_daylight && to != offset { to > offset } else { is_daylight };
        let name = change.abbreviation().to_owned();
        changes.push(Change { at, kind: Kind { from: offset, to, daylight, name } });
        (offset, was_daylight) = (to, is_daylight);
        if at.year() <= last_known {
            known = changes.len();
        }
    }
    (changes, known)
}

/// The rules that give these changes, each once a year. Empty if there are none.
fn rules(changes: &[Change]) -> Vec<Yearly> {
    let mut rules: Vec<Yearly> = Vec::new();
    for change in changes {
        if rules.iter().any(|rule| rule.gives(change)) {
            continue;
        }
        let alike = |other: &&Change| other.kind == change.kind;
        let alike: Vec<_> = changes.iter().filter(alike).collect();
        match Yearly::of(&alike) {
            Some(rule) if rules.len() < MOST_RULES => rules.push(rule),
            _ => return Vec::new(),
        }
    }
    rules
}

/// From which change on there is nothing but what the rules give, every year.
fn first_ruled(changes: &[Change], rules: &[Yearly]) -> usize {
    let mut years: Vec<Option<i16>> = vec![None; rules.len()];
    for (at, change) in changes.iter().enumerate().rev() {
        let Some(rule) = rules.iter().position(|rule| rule.gives(change)) else { return at + 1 };
        let Some(next) = years.get_mut(rule) else { return at + 1 };
        if next.is_some_and(|next| change.at.year() != next - 1) {
            return at + 1;
        }
        *next = Some(change.at.year());
    }
    if rules.is_empty() { changes.len() } else { 0 }
}

impl Yearly {
    /// The rule that gives these, if they come once a year for as long as it takes to know it.
    fn of(changes: &[&Change]) -> Option<Self> {
        let like = (*changes.last()?).clone();
        let years = changes.iter().map(|change| change.at.year());
        let yearly = years.clone().zip(years.skip(1)).all(|(year, next)| next == year + 1);
        if !yearly || changes.len() < usize::try_from(YEARS).ok()? {
            return None;
        }
        let first = changes.iter().map(|change| change.at.day()).min()?;
        let left = changes.iter().map(|change| to_year_end(change.at)).max()?;
        let days = [Days::Last, Days::From(first), Days::ToYearEnd(left)];
        let mut rules = days.map(|days| Self { like: like.clone(), days }).into_iter();
        rules.find(|rule| changes.iter().all(|change| rule.gives(change)))
    }

    /// Whether the change is the one of its year.
    fn gives(&self, change: &Change) -> bool {
        let (at, like) = (change.at, self.like.at);
        let same_month = at.month() == like.month();
        let in_days = match self.days {
            Days::From(first) => same_month && (first..first + 7).contains(&at.day()),
            Days::Last => same_month && at.day() + 7 > at.days_in_month(),
            Days::ToYearEnd(left) => (left - 6..=left).contains(&to_year_end(at)),
        };
        in_days
            && change.kind == self.like.kind
            && at.weekday() == like.weekday()
            && at.time() == like.time()
    }

    /// Its RRULE.
    fn rrule(&self) -> String {
        let weekday = usize::try_from(self.like.at.weekday().to_sunday_zero_offset()).ok();
        let weekday = weekday.and_then(|at| WEEKDAYS.get(at)).map_or("SU", |(name, _)| name);
        let month = self.like.at.month();
        let days = match self.days {
            Days::Last => format!("BYMONTH={month};BYDAY=-1{weekday}"),
            Days::From(first) if first % 7 == 1 && first <= 22 => {
                format!("BYMONTH={month};BYDAY={}{weekday}", first / 7 + 1)
            }
            Days::From(first) => {
                let days = list(first.into());
                format!("BYMONTH={month};BYDAY={weekday};BYMONTHDAY={days}")
            }
            Days::ToYearEnd(left) => format!("BYDAY={weekday};BYYEARDAY={}", list(-left)),
        };
        format!("RRULE:FREQ=YEARLY;{days}")
    }
}

/// Seven numbers from this one on.
fn list(first: i16) -> String {
    let numbers: Vec<_> = (first..first + 7).map(|number| number.to_string()).collect();
    numbers.join(",")
}

/// How many days it is before the next year, 1 on the last day.
fn to_year_end(at: DateTime) -> i16 {
    at.days_in_year() - at.day_of_year() + 1
}

/// Writes what begins with `change`, and the line that says when it comes again.
fn observance(out: &mut String, change: &Change, again: Option<&str>) {
    let kind = &change.kind;
    let name = if kind.daylight { "DAYLIGHT" } else { "STANDARD" };
    let lines = [
        format!("BEGIN:{name}"),
        format!("TZNAME:{}", kind.name),
        format!("TZOFFSETFROM:{}", offset(kind.from)),
        format!("TZOFFSETTO:{}", offset(kind.to)),
        format!("DTSTART:{}", digits(change.at)),
    ];
    lines.iter().for_each(|line| fold(out, line, "\r\n"));
    again.iter().for_each(|line| fold(out, line, "\r\n"));
    fold(out, &format!("END:{name}"), "\r\n");
}

/// A UTC-OFFSET value (RFC 5545, 3.3.14). The sun's time of a place has seconds.
fn offset(offset: Offset) -> String {
    let total = offset.seconds();
    let sign = if total < 0 { '-' } else { '+' };
    let (hours, minutes, seconds) = (total.abs() / 3600, total.abs() / 60 % 60, total.abs() % 60);
    let seconds = if seconds == 0 { String::new() } else { format!("{seconds:02}") };
    format!("{sign}{hours:02}{minutes:02}{seconds}")
}

fn digits(at: DateTime) -> String {
    // No event is before the year 1, but the change in force at its start may be.
    let year = at.year().max(1);
    let date = format!("{year:04}{:02}{:02}", at.month(), at.day());
    format!("{date}T{:02}{:02}{:02}", at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZoneDatabase;

    use super::super::content_line::ContentLine;
    use super::super::rule::Rule;
    use super::super::samples::{at, compact, zone};
    use super::super::series::Series;
    use super::super::tree::Component;
    use super::*;
    use crate::model::WallTime;

    fn text(name: &str, from: &str) -> String {
        vtimezone(name, &zone(name), at(from).seconds())
    }

    /// Reads `+0530`, with or without seconds.
    fn seconds(value: &str) -> i64 {
        let number = |at: usize| value.get(at..at + 2).map_or(0, |n| n.parse::<i64>().unwrap());
        let total = number(1) * 3600 + number(3) * 60 + number(5);
        if value.starts_with('-') { -total } else { total }
    }

    /// The offsets that a VTIMEZONE gives, each from a Unix time on, in order.
    fn evaluated(text: &str, until: i64) -> Vec<(i64, i64)> {
        let whole = Component::read(text);
        let mut onsets = Vec::new();
        for part in whole.components().next().unwrap().components() {
            let value = |name: &str| part.line(name).map(ContentLine::value);
            let from = seconds(value("TZOFFSETFROM").unwrap());
            let to = seconds(value("TZOFFSETTO").unwrap());
            let start = compact(value("DTSTART").unwrap());
            let mut starts: Vec<WallTime> = vec![start];
            if let Some(rule) = value("RRULE") {
                let series = Series::new(Rule::parse(rule).unwrap(), start, None).unwrap();
                assert_eq!(series.starts(), start, "{text}");
                starts = series.between(start.seconds(), until);
            }
            starts.extend(value("RDATE").iter().flat_map(|dates| dates.split(',')).map(compact));
            onsets.extend(starts.iter().map(|start| (start.seconds() - from, to)));
        }
        onsets.sort_unstable();
        onsets
    }

    /// Whether the text gives what jiff gives, at each change of either between two times.
    fn check(name: &str, zone: &TimeZone, from: i64, until: i64) {
        let text = vtimezone(name, zone, from);
        let onsets = evaluated(&text, until + 400 * 86_400);
        let by_text = |at: i64| {
            let in_force = onsets.partition_point(|(onset, _)| *onset <= at);
            onsets[in_force.checked_sub(1).unwrap_or_else(|| panic!("{name} at {at}: {text}"))].1
        };
        let changes = zone.following(Timestamp::from_second(from).unwrap());
        let changes = changes.map(|change| change.timestamp().as_second());
        let mut times: Vec<_> = changes.take_while(|at| *at < until).collect();
        times.extend(onsets.iter().map(|(onset, _)| *onset));
        times.extend([from, until]);
        for at in times.iter().flat_map(|at| [at - 1, *at]).filter(|at| (from..=until).contains(at))
        {
            let by_jiff = zone.to_offset(Timestamp::from_second(at).unwrap()).seconds();
            assert_eq!(by_text(at), i64::from(by_jiff), "{name} at {at}: {text}");
        }
    }

    #[test]
    fn every_zone_has_the_offsets_that_jiff_gives() {
        let database = TimeZoneDatabase::bundled();
        let (first, last) =
            (at("1970-01-01 00:00:00").seconds(), at("2040-01-01 00:00:00").seconds());
        let mut zones = 0;
        for name in database.available() {
            let zone = database.get(name.as_str()).unwrap();
            check(name.as_str(), &zone, first, last);
            zones += 1;
        }
        assert!(zones > 400, "only {zones} zones");
    }

    #[test]
    fn a_zone_is_right_from_its_start_on_wherever_that_is() {
        for name in [
            "America/New_York",
            "Africa/Casablanca",
            "Africa/Cairo",
            "America/Nuuk",
            "America/Santiago",
            "Antarctica/Troll",
            "Asia/Gaza",
            "Asia/Seoul",
            "Australia/Lord_Howe",
            "Europe/Dublin",
            "Europe/London",
            "Pacific/Apia",
            "Etc/GMT+5",
        ] {
            let zone = zone(name);
            for from in [
                "0002-01-01 00:00:00",
                "1850-06-01 00:00:00",
                "1945-06-01 00:00:00",
                "2007-03-11 06:59:59",
                "2007-03-11 07:00:00",
                "2026-11-27 09:00:00",
                "2089-01-01 00:00:00",
                "2300-07-01 00:00:00",
                "9990-01-01 00:00:00",
            ] {
                let from = at(from).seconds();
                let until = (from + 120 * 366 * 86_400).min(at("9998-01-01 00:00:00").seconds());
                check(name, &zone, from, until);
            }
        }
    }

    #[test]
    fn the_present_rule_is_all_that_a_new_event_needs() {
        assert_eq!(
            text("America/New_York", "2026-11-27 09:00:00"),
            "BEGIN:VTIMEZONE\r\n\
             TZID:America/New_York\r\n\
             BEGIN:DAYLIGHT\r\n\
             TZNAME:EDT\r\n\
             TZOFFSETFROM:-0500\r\n\
             TZOFFSETTO:-0400\r\n\
             DTSTART:20270314T020000\r\n\
             RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n\
             END:DAYLIGHT\r\n\
             BEGIN:STANDARD\r\n\
             TZNAME:EST\r\n\
             TZOFFSETFROM:-0400\r\n\
             TZOFFSETTO:-0500\r\n\
             DTSTART:20261101T020000\r\n\
             RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\n\
             END:STANDARD\r\n\
             END:VTIMEZONE\r\n"
        );
    }

    #[test]
    fn a_zone_that_never_changes_is_one_standard_time() {
        assert_eq!(
            text("Etc/GMT-9", "2026-11-27 09:00:00"),
            "BEGIN:VTIMEZONE\r\nTZID:Etc/GMT-9\r\nBEGIN:STANDARD\r\nTZNAME:+09\r\n\
             TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nDTSTART:19700101T000000\r\n\
             END:STANDARD\r\nEND:VTIMEZONE\r\n"
        );
        assert_eq!(text("Asia/Seoul", "2026-11-27 09:00:00").matches("BEGIN:STANDARD").count(), 1);
    }

    #[test]
    fn summer_is_the_daylight_time_also_where_the_law_has_it_as_the_standard() {
        let dublin = text("Europe/Dublin", "2026-11-27 09:00:00");
        let summer = "BEGIN:DAYLIGHT\r\nTZNAME:IST\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\n";
        assert!(dublin.contains(summer), "{dublin}");
    }

    #[test]
    fn days_that_are_not_whole_weeks_of_a_month_are_named_one_by_one() {
        let nuuk = text("America/Nuuk", "2026-11-27 09:00:00");
        assert!(nuuk.contains("BYMONTH=3;BYDAY=SA;BYMONTHDAY=24,25,26,27,28,29,30\r\n"), "{nuuk}");
        let cairo = text("Africa/Cairo", "2026-11-27 09:00:00");
        assert!(cairo.contains(";BYDAY=FR;BYYEARDAY=-67,-66,-65,-64,-63,-62,-61\r\n"), "{cairo}");
    }
}
