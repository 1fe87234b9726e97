//! A recurrence rule as text, read strictly.
//!
//! `ical` reads rules liberally: it ignores what it does not know, and walks what it was given. A rule that is
//! stored here is shown by other programs too, so that what they would read differently is refused: parts
//! that RFC 5545 does not allow together, or that are given twice. What cannot be told apart is accepted:
//! lower case, and blanks around parts.

use ical::recur::{IcalRecurFreq as Freq, IcalRecurRule};

use super::fault::Fault;
use super::parts::{Reader, is_part};
use super::until::End;

/// How many bytes a rule may have.
const MAX_BYTES: usize = 1000;

/// Of those, how many are kept free for an end and for longer numbers: a series that is parted gets an
/// `UNTIL`, and must still be a rule that is accepted.
const ROOM: usize = 32;

/// How many times `BYSETPOS` may have to choose from. All of them are made to choose one.
const MAX_SET: usize = 10_000;

/// How often one of those may be compared with a place of `BYSETPOS`.
const MAX_CHOICES: usize = 100_000;

/// How many occurrences a series may have in 31 days.
pub(super) const MAX_DENSE: usize = 1000;

/// A recurrence rule: the value of an RRULE (RFC 5545, 3.3.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    text: String,
    /// All but `COUNT` and `UNTIL`.
    pub(super) parts: IcalRecurRule,
    pub(super) end: End,
}

impl Rule {
    /// Reads a rule of at most 1,000 bytes. Some of them are kept free for an `UNTIL`.
    ///
    /// # Errors
    /// [`Fault`] for parts that are unknown, given twice, out of range, or not allowed beside the others;
    /// for `SECONDLY` and `MINUTELY`, which fill a calendar; and for other calendars (RFC 7529).
    pub fn parse(value: &str) -> Result<Self, Fault> {
        if value.len() > MAX_BYTES {
            return Err(Fault::LONG);
        }
        let mut reader = Reader::new();
        let value = value.trim_ascii();
        let value = value.strip_suffix(';').unwrap_or(value).to_ascii_uppercase();
        for part in value.split(';') {
            reader.take(part)?;
        }
        let Reader { text, parts, end, .. } = reader.finish()?;
        let rule = Self { text, parts, end };
        check_set(&rule)?;
        let fits = |text: &str| text.len() + ROOM <= MAX_BYTES;
        if fits(&rule.text) || fits(&rule.bare()) { Ok(rule) } else { Err(Fault::LONG) }
    }

    /// The rule in upper case, without blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same rule with one occurrence less, if it counts them; none if it counts only one.
    #[must_use]
    pub fn without_one(&self) -> Option<Self> {
        match self.end {
            End::Count(0 | 1) => None,
            End::Count(count) => Some(self.ending(End::Count(count - 1))),
            _ => Some(self.clone()),
        }
    }

    /// The same rule with another end.
    pub(super) fn ending(&self, end: End) -> Self {
        if end == self.end {
            return self.clone();
        }
        let mut text = self.bare();
        match end {
            End::Never => {}
            End::Count(count) => text.push_str(&format!(";COUNT={count}")),
            End::Until(until) => text.push_str(&format!(";UNTIL={until}")),
        }
        Self { text, parts: self.parts.clone(), end }
    }

    /// The same rule with other values of some parts, and those that it did not have.
    pub(super) fn with(&self, changed: &[(&str, String)]) -> Result<Self, Fault> {
        let kept = |part: &&str| changed.iter().all(|(name, _)| !is_part(part, name));
        let kept = self.text.split(';').filter(kept).map(str::to_owned);
        let new = changed.iter().map(|(name, value)| format!("{name}={value}"));
        Self::parse(&kept.chain(new).collect::<Vec<_>>().join(";"))
    }

    /// The text without an end.
    fn bare(&self) -> String {
        let ends = |part: &&str| !is_part(part, "COUNT") && !is_part(part, "UNTIL");
        self.text.split(';').filter(ends).collect::<Vec<_>>().join(";")
    }

    /// How many times of day the rule names for a day, at most.
    pub(super) fn times_a_day(&self) -> usize {
        let hours = if self.parts.freq == Freq::Hourly { 24 } else { 1 };
        let named =
            |list: &[u8], without: usize| if list.is_empty() { without } else { distinct(list) };
        named(&self.parts.by_hour, hours)
            * named(&self.parts.by_minute, 1)
            * named(&self.parts.by_second, 1)
    }

    /// Whether `BYSETPOS` has no place that there is, in the sets of a day or an hour, which are all alike.
    pub(super) fn chooses_nothing(&self) -> bool {
        let hours = match self.parts.freq {
            Freq::Daily => 1,
            Freq::Hourly if self.parts.by_hour.is_empty() => 24,
            Freq::Hourly => distinct(&self.parts.by_hour),
            _ => return false,
        };
        let places = self.times_a_day() / hours;
        let missing = |place: &i16| usize::from(place.unsigned_abs()) > places;
        !self.parts.by_set_pos.is_empty() && self.parts.by_set_pos.iter().all(missing)
    }
}

/// Refuses what would make too many times only to leave them out.
fn check_set(rule: &Rule) -> Result<(), Fault> {
    let days = match rule.parts.freq {
        Freq::Yearly => 366,
        Freq::Monthly => 31,
        Freq::Weekly => 7,
        _ => 1,
    };
    if rule.times_a_day() > MAX_DENSE {
        Err(Fault::DENSE)
    } else if !rule.parts.by_set_pos.is_empty() && rule.times_a_day() * days > MAX_SET {
        Err(Fault::of("BYSETPOS: expected at most 10000 times to choose from"))
    } else if rule.parts.by_set_pos.len() * rule.times_a_day() * days > MAX_CHOICES {
        Err(Fault::of("BYSETPOS: expected fewer places, or fewer times to choose from"))
    } else {
        Ok(())
    }
}

fn distinct(list: &[u8]) -> usize {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    list.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{end, rule, start};
    use super::super::until::Until;
    use super::*;

    fn read(value: &str) -> String {
        Rule::parse(value).map_or_else(|fault| fault.to_string(), |rule| rule.text)
    }

    #[test]
    fn a_rule_is_kept_in_upper_case_without_blanks_and_otherwise_as_it_was_written() {
        for (given, kept) in [
            ("FREQ=DAILY", "FREQ=DAILY"),
            ("freq=weekly;byday=mo,we", "FREQ=WEEKLY;BYDAY=MO,WE"),
            (" FREQ = WEEKLY ; BYDAY = MO , we ;\r\n", "FREQ=WEEKLY;BYDAY=MO,WE"),
            ("BYMONTH=01;INTERVAL=002;FREQ=YEARLY", "BYMONTH=01;INTERVAL=002;FREQ=YEARLY"),
            ("FREQ=MONTHLY;BYDAY=+1MO,-1FR", "FREQ=MONTHLY;BYDAY=+1MO,-1FR"),
            ("FREQ=DAILY;UNTIL=20261231t235960z", "FREQ=DAILY;UNTIL=20261231T235960Z"),
            (
                "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;WKST=SU",
                "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;WKST=SU",
            ),
            ("FREQ=HOURLY;BYYEARDAY=-366", "FREQ=HOURLY;BYYEARDAY=-366"),
            ("FREQ=DAILY;BYSECOND=60", "FREQ=DAILY;BYSECOND=60"),
            ("FREQ=DAILY;COUNT=4294967295", "FREQ=DAILY;COUNT=4294967295"),
        ] {
            assert_eq!(read(given), kept);
        }
    }

    #[test]
    fn a_value_that_is_given_twice_counts_once() {
        let rule = Rule::parse("FREQ=DAILY;BYHOUR=9,9;BYSETPOS=1,1,1").unwrap();
        assert_eq!((rule.parts.by_hour.len(), rule.parts.by_set_pos.len()), (1, 1));
        assert_eq!(rule.as_str(), "FREQ=DAILY;BYHOUR=9,9;BYSETPOS=1,1,1");
    }

    #[test]
    fn a_leap_second_is_the_one_before() {
        assert_eq!(Rule::parse("FREQ=DAILY;BYSECOND=60").unwrap().parts.by_second, [59]);
        let end = Rule::parse("FREQ=DAILY;UNTIL=19700101T000060").unwrap().end;
        assert_eq!(end, End::Until(Until::Local(59)));
    }

    #[test]
    fn every_refusal_names_the_part() {
        let form = "expected parts such as FREQ=WEEKLY, with semicolons between them";
        let freq = "FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY";
        let until = "UNTIL: expected a day such as 20271231, or a time such as 20271231T235959Z";
        let by_day = "BYDAY: expected weekdays such as MO, or such as -1FR with numbers from -53 to 53 and not 0";
        let count = "COUNT: expected 1 to 10000";
        let interval = "INTERVAL: expected 1 to 100000";
        let dense = "expected at most 1000 occurrences in 31 days";
        let list = |to: usize| (0..to).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let many_times = format!("FREQ=DAILY;BYHOUR={};BYMINUTE={}", list(24), list(42));
        let places: Vec<_> = (1..=110).map(|place| place.to_string()).collect();
        let minutes: Vec<_> = (0..40).map(|minute| minute.to_string()).collect();
        let many_places = format!(
            "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE={};BYSETPOS={}",
            minutes.join(","),
            places.join(",")
        );
        let many_choices = format!("FREQ=YEARLY;BYHOUR={};BYMINUTE=0,30;BYSETPOS=1", list(14));
        for (value, fault) in [
            ("", form),
            (";", form),
            ("DAILY", form),
            ("FREQ=DAILY;;COUNT=2", form),
            ("FREQ=DAILY;=2", form),
            ("FREQ=DAILY;\u{1b}[1m=2", form),
            ("FREQ=DAILY;횟수=2", form),
            ("FREQ=", freq),
            ("FREQ=SECONDLY", freq),
            ("FREQ=MINUTELY", freq),
            ("FREQ=FORTNIGHTLY", freq),
            ("COUNT=2", freq),
            ("RRULE:FREQ=DAILY", form),
            ("FREQ=DAILY;X-NAME=1", "X-NAME: expected a part of RFC 5545"),
            ("FREQ=DAILY;RSCALE=GREGORIAN", "RSCALE: expected a part of RFC 5545"),
            ("FREQ=DAILY;SKIP=OMIT", "SKIP: expected a part of RFC 5545"),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ: expected once"),
            ("FREQ=DAILY;COUNT=2;count=2", "COUNT: expected once"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT: expected without UNTIL"),
            ("FREQ=DAILY;UNTIL=20270101;COUNT=2", "COUNT: expected without UNTIL"),
            ("FREQ=DAILY;COUNT=0", count),
            ("FREQ=DAILY;COUNT=-1", count),
            ("FREQ=DAILY;COUNT=+1", count),
            ("FREQ=DAILY;COUNT=", count),
            ("FREQ=DAILY;COUNT=4294967296", count),
            ("FREQ=DAILY;INTERVAL=0", interval),
            ("FREQ=DAILY;INTERVAL=100001", interval),
            ("FREQ=DAILY;INTERVAL=1.5", interval),
            ("FREQ=DAILY;UNTIL=", until),
            ("FREQ=DAILY;UNTIL=2027-01-01", until),
            ("FREQ=DAILY;UNTIL=20270229", until),
            ("FREQ=DAILY;UNTIL=00000101", until),
            ("FREQ=DAILY;UNTIL=20270101Z", until),
            ("FREQ=DAILY;UNTIL=20270101T240000", until),
            ("FREQ=DAILY;UNTIL=20270101T000061", until),
            ("FREQ=DAILY;UNTIL=20270101T0000", until),
            ("FREQ=DAILY;UNTIL=20270101T000000+0900", until),
            ("FREQ=DAILY;UNTIL=２０２７0101", until),
            ("FREQ=DAILY;BYSECOND=61", "BYSECOND: expected 0 to 60"),
            ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE: expected 0 to 59"),
            ("FREQ=DAILY;BYHOUR=24", "BYHOUR: expected 0 to 23"),
            ("FREQ=DAILY;BYHOUR=-1", "BYHOUR: expected 0 to 23"),
            ("FREQ=DAILY;BYHOUR=9,,10", "BYHOUR: expected 0 to 23"),
            ("FREQ=YEARLY;BYMONTH=0", "BYMONTH: expected 1 to 12"),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH: expected 1 to 12"),
            ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH: expected 1 to 12"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: expected -31 to 31 and not 0"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: expected -31 to 31 and not 0"),
            ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY: expected -31 to 31 and not 0"),
            ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY: expected -366 to 366 and not 0"),
            ("FREQ=YEARLY;BYWEEKNO=-54", "BYWEEKNO: expected -53 to 53 and not 0"),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS: expected -366 to 366 and not 0"),
            ("FREQ=WEEKLY;BYDAY=", by_day),
            ("FREQ=WEEKLY;BYDAY=M", by_day),
            ("FREQ=WEEKLY;BYDAY=MON", by_day),
            ("FREQ=WEEKLY;BYDAY=월", by_day),
            ("FREQ=MONTHLY;BYDAY=0MO", by_day),
            ("FREQ=MONTHLY;BYDAY=54MO", by_day),
            ("FREQ=MONTHLY;BYDAY=1 MO", by_day),
            ("FREQ=WEEKLY;WKST=1MO", "WKST: expected MO, TU, WE, TH, FR, SA or SU"),
            ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO: expected with FREQ=YEARLY only"),
            ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY: expected with FREQ=YEARLY or HOURLY only"),
            ("FREQ=WEEKLY;BYYEARDAY=1", "BYYEARDAY: expected with FREQ=YEARLY or HOURLY only"),
            ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY: expected with FREQ=YEARLY or HOURLY only"),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY: expected without FREQ=WEEKLY"),
            ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY: expected numbers with FREQ=YEARLY or MONTHLY only"),
            ("FREQ=DAILY;BYDAY=-1MO", "BYDAY: expected numbers with FREQ=YEARLY or MONTHLY only"),
            ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY: expected no numbers beside BYWEEKNO"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS: expected beside another BY part"),
            (many_times.as_str(), dense),
            (many_choices.as_str(), "BYSETPOS: expected at most 10000 times to choose from"),
            (
                many_places.as_str(),
                "BYSETPOS: expected fewer places, or fewer times to choose from",
            ),
        ] {
            assert_eq!(read(value), fault, "{value}");
        }
    }

    #[test]
    fn a_rule_has_at_most_1000_bytes_and_room_for_an_end_in_them() {
        let long = "expected at most 1000 bytes, 32 of them for its end";
        let of = |bytes: usize| {
            let text = format!("FREQ=DAILY;BYDAY=MO{}", ",MO".repeat(400));
            text[..bytes].to_owned()
        };
        assert_eq!(read(&of(967)), of(967));
        assert_eq!(read(&format!("{};UNTIL=20270101T000000Z", of(967))).len(), 990);
        assert_eq!(read(&of(970)), long);
        assert_eq!(read(&" ".repeat(1001)), long);
        assert_eq!(read(&format!("FREQ=DAILY{}", " ".repeat(990))), "FREQ=DAILY");
    }

    #[test]
    fn an_end_replaces_the_one_before() {
        let rule = Rule::parse("FREQ=DAILY;COUNT=3;INTERVAL=2").unwrap();
        let until = End::Until(Until::Utc(0));
        assert_eq!(rule.ending(until).as_str(), "FREQ=DAILY;INTERVAL=2;UNTIL=19700101T000000Z");
        assert_eq!(
            rule.ending(End::Until(Until::Date(0))).as_str(),
            "FREQ=DAILY;INTERVAL=2;UNTIL=19700101"
        );
        assert_eq!(
            rule.ending(until).ending(End::Count(7)).as_str(),
            "FREQ=DAILY;INTERVAL=2;COUNT=7"
        );
        assert_eq!(rule.ending(End::Count(3)), rule);
        assert_eq!(rule.ending(End::Never).as_str(), "FREQ=DAILY;INTERVAL=2");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_read_is_read_again(
            end in start().prop_flat_map(end),
            rule in rule(),
        ) {
            let rule = Rule::parse(&(rule + &end)).unwrap();
            prop_assert_eq!(Rule::parse(rule.as_str()), Ok(rule));
        }

        #[test]
        fn any_text_is_a_rule_or_a_fault(
            text in prop_oneof![
                any::<String>(),
                "(FREQ=(YEARLY|MONTHLY|HOURLY);)?((by|BY)(DAY|SETPOS|WEEKNO|HOUR)|UNTIL|COUNT|WKST)=[+-]?[0-9MOZT가 ,]{0,17};?",
            ],
        ) {
            match Rule::parse(&text) {
                Ok(rule) => prop_assert_eq!(Rule::parse(rule.as_str()), Ok(rule)),
                Err(fault) => prop_assert!(!fault.to_string().is_empty()),
            }
        }
    }
}
