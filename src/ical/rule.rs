//! A recurrence rule as text, read strictly.
//!
//! `ical` reads rules liberally: it ignores what it does not know, and walks what it was given. A rule that is
//! stored here is shown by other programs too, so that what they would read differently is refused: parts
//! that RFC 5545 does not allow together, or that are given twice. What cannot be told apart is accepted:
//! lower case, and blanks around parts.

use std::borrow::Cow;
use std::fmt;

use ical::recur::{
    IcalRecurFreq as Freq, IcalRecurRule, IcalRecurSkip, IcalRecurWeekday as Weekday,
    IcalRecurWeekdayNum as WeekdayNum,
};

use super::zone::{DAY, wall};
use crate::model::{Day, WallTime};

/// How many bytes a rule may have.
const MAX_BYTES: usize = 1000;

/// Of those, how many are kept free for an end and for longer numbers: a series that is parted gets an
/// `UNTIL`, and must still be a rule that is accepted.
const ROOM: usize = 32;

/// How many times `BYSETPOS` may have to choose from. All of them are made to choose one.
const MAX_SET: usize = 10_000;

/// How many occurrences a series may have in 31 days.
pub(super) const MAX_DENSE: usize = 1000;

/// How many occurrences `COUNT` may ask for.
pub(super) const MAX_COUNT: u32 = 10_000;

const MAX_INTERVAL: u32 = 100_000;

/// Why a rule is refused, as in `BYMONTHDAY: expected -31 to 31 and not 0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Cow<'static, str>);

impl Fault {
    /// More than [`MAX_DENSE`] occurrences in 31 days.
    pub(super) const DENSE: Self = Self::of("expected at most 1000 occurrences in 31 days");
    /// No occurrence before the year 10000.
    pub(super) const NONE: Self = Self::of("expected an occurrence at or after the start");
    /// More than [`MAX_COUNT`] occurrences.
    pub(super) const COUNT: Self = Self::of("COUNT: expected 1 to 10000");

    const LONG: Self = Self::of("expected at most 1000 bytes, 32 of them for its end");
    const FORM: Self = Self::of("expected parts such as FREQ=WEEKLY, with semicolons between them");
    const FREQ: Self = Self::of("FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY");

    pub(super) const fn of(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    pub(super) fn in_part(part: &str, what: &str) -> Self {
        Self(Cow::Owned(format!("{part}: {what}")))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// What a rule ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It does not.
    Never,
    /// After so many occurrences.
    Count(u32),
    /// At a time, which is included.
    Until(Until),
}

/// The time in `UNTIL`, in seconds since 1970-01-01 00:00:00 of the same digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// A day by its midnight; all of it is included.
    Date(i64),
    /// A time on the clock of the rule.
    Local(i64),
    /// A time in UTC.
    Utc(i64),
}

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
        for part in value.strip_suffix(';').unwrap_or(value).split(';') {
            reader.take(part)?;
        }
        let rule = reader.finish()?;
        Some(rule).filter(|rule| rule.bare().len() + ROOM <= MAX_BYTES).ok_or(Fault::LONG)
    }

    /// The rule in upper case, without blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
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
}

impl Until {
    /// The same in the years 0001 to 9999.
    pub(super) fn in_range(self) -> Self {
        let near = |at: i64| wall(at).seconds();
        match self {
            Self::Date(at) => Self::Date(wall(at).day().midnight().seconds()),
            Self::Local(at) => Self::Local(near(at)),
            Self::Utc(at) => Self::Utc(near(at)),
        }
    }
}

/// `19970101`, `19970101T090000` or `19970101T090000Z`.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |seconds: i64| wall(seconds).compact().replace('-', "T");
        match *self {
            Self::Date(at) => f.write_str(digits(at).split('T').next().unwrap_or_default()),
            Self::Local(at) => f.write_str(&digits(at)),
            Self::Utc(at) => write!(f, "{}Z", digits(at)),
        }
    }
}

fn is_part(part: &str, name: &str) -> bool {
    part.split('=').next() == Some(name)
}

fn distinct(list: &[u8]) -> usize {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    list.len()
}

/// Takes one part after the other.
struct Reader {
    text: String,
    freq: Option<Freq>,
    parts: IcalRecurRule,
    end: End,
}

impl Reader {
    fn new() -> Self {
        let parts = IcalRecurRule {
            freq: Freq::Daily,
            until: None,
            count: None,
            interval: 1,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
            scale: None,
            skip: IcalRecurSkip::Omit,
        };
        Self { text: String::new(), freq: None, parts, end: End::Never }
    }

    fn take(&mut self, part: &str) -> Result<(), Fault> {
        let (name, value) = part.split_once('=').ok_or(Fault::FORM)?;
        let name = name.trim_ascii().to_ascii_uppercase();
        let value = value.to_ascii_uppercase();
        let value = value.split(',').map(str::trim_ascii).collect::<Vec<_>>().join(",");
        if self.text.split(';').any(|part| is_part(part, &name)) {
            return Err(Fault::in_part(&name, "expected once"));
        }
        self.read(&name, &value)?;
        if !self.text.is_empty() {
            self.text.push(';');
        }
        self.text.push_str(&format!("{name}={value}"));
        Ok(())
    }

    fn read(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let parts = &mut self.parts;
        match name {
            "FREQ" => self.freq = Some(freq(value).ok_or(Fault::FREQ)?),
            "COUNT" => {
                let count = whole(value).filter(|count| *count > 0).ok_or(Fault::COUNT)?;
                self.set_end(End::Count(count))?;
            }
            "UNTIL" => {
                const FORMS: &str = "expected a day such as 20271231, or a time such as 20271231T235959Z";
                let until = until(value).ok_or_else(|| Fault::in_part(name, FORMS))?;
                self.set_end(End::Until(until))?;
            }
            "INTERVAL" => {
                let interval = whole(value).filter(|n| (1..=MAX_INTERVAL).contains(n));
                parts.interval = interval.ok_or(Fault::of("INTERVAL: expected 1 to 100000"))?;
            }
            "BYSECOND" => {
                // A leap second is not on this clock; it counts as the second before (3.3.12).
                let seconds = unsigned(name, value, 0, 60)?;
                parts.by_second = seconds.into_iter().map(|second: u8| second.min(59)).collect();
            }
            "BYMINUTE" => parts.by_minute = unsigned(name, value, 0, 59)?,
            "BYHOUR" => parts.by_hour = unsigned(name, value, 0, 23)?,
            "BYDAY" => parts.by_day = list(value, weekday_num).ok_or(Fault::of(
                "BYDAY: expected weekdays such as MO, or such as -1FR with numbers from -53 to 53 and not 0",
            ))?,
            "BYMONTHDAY" => parts.by_month_day = signed(name, value, 31)?,
            "BYYEARDAY" => parts.by_year_day = signed(name, value, 366)?,
            "BYWEEKNO" => parts.by_week_no = signed(name, value, 53)?,
            "BYMONTH" => parts.by_month = unsigned(name, value, 1, 12)?,
            "BYSETPOS" => parts.by_set_pos = signed(name, value, 366)?,
            "WKST" => {
                parts.week_start = weekday(value)
                    .ok_or(Fault::of("WKST: expected MO, TU, WE, TH, FR, SA or SU"))?;
            }
            _ if is_name(name) => return Err(Fault::in_part(name, "expected a part of RFC 5545")),
            _ => return Err(Fault::FORM),
        }
        Ok(())
    }

    fn set_end(&mut self, end: End) -> Result<(), Fault> {
        if self.end != End::Never {
            return Err(Fault::of("COUNT: expected without UNTIL"));
        }
        self.end = end;
        Ok(())
    }

    fn finish(mut self) -> Result<Rule, Fault> {
        self.parts.freq = self.freq.ok_or(Fault::FREQ)?;
        check_together(&self.parts)?;
        let rule = Rule { text: self.text, parts: self.parts, end: self.end };
        check_set(&rule)?;
        Ok(rule)
    }
}

/// The table of RFC 5545, 3.3.10: which part may stand beside which `FREQ`.
fn check_together(parts: &IcalRecurRule) -> Result<(), Fault> {
    let freq = parts.freq;
    let numbered = parts.by_day.iter().any(|day| day.ordinal.is_some());
    let by = [
        parts.by_month.is_empty(),
        parts.by_week_no.is_empty(),
        parts.by_year_day.is_empty(),
        parts.by_month_day.is_empty(),
        parts.by_day.is_empty(),
        parts.by_hour.is_empty(),
        parts.by_minute.is_empty(),
        parts.by_second.is_empty(),
    ];
    if !parts.by_week_no.is_empty() && freq != Freq::Yearly {
        Err(Fault::of("BYWEEKNO: expected with FREQ=YEARLY only"))
    } else if !parts.by_year_day.is_empty() && !matches!(freq, Freq::Yearly | Freq::Hourly) {
        Err(Fault::of("BYYEARDAY: expected with FREQ=YEARLY or HOURLY only"))
    } else if !parts.by_month_day.is_empty() && freq == Freq::Weekly {
        Err(Fault::of("BYMONTHDAY: expected without FREQ=WEEKLY"))
    } else if numbered && !matches!(freq, Freq::Yearly | Freq::Monthly) {
        Err(Fault::of("BYDAY: expected numbers with FREQ=YEARLY or MONTHLY only"))
    } else if numbered && !parts.by_week_no.is_empty() {
        Err(Fault::of("BYDAY: expected no numbers beside BYWEEKNO"))
    } else if !parts.by_set_pos.is_empty() && by.iter().all(|empty| *empty) {
        Err(Fault::of("BYSETPOS: expected beside another BY part"))
    } else {
        Ok(())
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
    } else {
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 32
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}

fn freq(value: &str) -> Option<Freq> {
    match value {
        "YEARLY" => Some(Freq::Yearly),
        "MONTHLY" => Some(Freq::Monthly),
        "WEEKLY" => Some(Freq::Weekly),
        "DAILY" => Some(Freq::Daily),
        "HOURLY" => Some(Freq::Hourly),
        _ => None,
    }
}

/// The weekdays, in the order in which `ical` numbers them.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("SU", Weekday::Sunday),
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
];

fn weekday(value: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| *name == value).map(|(_, weekday)| *weekday)
}

fn weekday_num(item: &str) -> Option<WeekdayNum> {
    let (number, name) = item.split_at_checked(item.len().checked_sub(2)?)?;
    let ordinal = match number {
        "" => None,
        _ => Some(integer(number).filter(|n| *n != 0 && n.unsigned_abs() <= 53)?),
    };
    Some(WeekdayNum { ordinal, weekday: weekday(name)? })
}

fn list<T>(value: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').map(item).collect()
}

/// A number with or without a sign. No part has more than three digits.
fn integer(item: &str) -> Option<i16> {
    Some(item).filter(|item| item.len() <= 4)?.parse().ok()
}

/// A number without a sign.
fn whole(item: &str) -> Option<u32> {
    Some(item).filter(|item| item.bytes().all(|c| c.is_ascii_digit()))?.parse().ok()
}

fn unsigned(name: &str, value: &str, least: u32, most: u32) -> Result<Vec<u8>, Fault> {
    let number = |item: &str| {
        let number = whole(item).filter(|number| (least..=most).contains(number))?;
        u8::try_from(number).ok()
    };
    list(value, number).ok_or_else(|| Fault::in_part(name, &format!("expected {least} to {most}")))
}

fn signed<T: TryFrom<i16>>(name: &str, value: &str, most: i16) -> Result<Vec<T>, Fault> {
    let number = |item: &str| {
        let number = integer(item).filter(|n| *n != 0 && (-most..=most).contains(n))?;
        T::try_from(number).ok()
    };
    list(value, number)
        .ok_or_else(|| Fault::in_part(name, &format!("expected -{most} to {most} and not 0")))
}

fn until(value: &str) -> Option<Until> {
    let (digits, utc) = match value.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (value, false),
    };
    let Some((date, time)) = digits.split_once('T') else {
        return Some(Until::Date(midnight(digits)?)).filter(|_| !utc);
    };
    let seconds = midnight(date)? + time_of_day(time)?;
    Some(if utc { Until::Utc(seconds) } else { Until::Local(seconds) })
}

/// `YYYYMMDD`.
fn midnight(date: &str) -> Option<i64> {
    let (year, rest) = date.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some(Day::read(&format!("{year}-{month}-{day}")).ok()?.midnight().seconds())
}

/// The seconds of a day at `HHMMSS`. A leap second counts as the one before.
fn time_of_day(time: &str) -> Option<i64> {
    let (hour, rest) = time.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    let second = if second == "60" { "59" } else { second };
    let time = WallTime::read(&format!("1970-01-01 {hour}:{minute}:{second}")).ok()?;
    Some(time.seconds()).filter(|seconds| *seconds < DAY)
}
