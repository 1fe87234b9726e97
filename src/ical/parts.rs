//! The parts of a rule: which there are, what values they have, and which go together.

use std::borrow::Cow;

use ical::recur::{
    IcalRecurFreq as Freq, IcalRecurRule, IcalRecurSkip, IcalRecurWeekday as Weekday,
    IcalRecurWeekdayNum as WeekdayNum,
};

use super::fault::Fault;
use super::until::{End, Until};

const MAX_INTERVAL: u32 = 100_000;

/// Takes one part after the other.
pub(super) struct Reader {
    /// What was read, in upper case and without blanks.
    pub(super) text: String,
    freq: Option<Freq>,
    /// All but `COUNT` and `UNTIL`.
    pub(super) parts: IcalRecurRule,
    pub(super) end: End,
}

impl Reader {
    /// Nothing yet.
    pub(super) fn new() -> Self {
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

    /// Reads `NAME=VALUE`, in upper case.
    pub(super) fn take(&mut self, part: &str) -> Result<(), Fault> {
        let (name, value) = part.split_once('=').ok_or(Fault::FORM)?;
        let name = name.trim_ascii();
        let value = trimmed(value);
        if self.text.split(';').any(|part| is_part(part, name)) {
            return Err(Fault::in_part(name, "expected once"));
        }
        self.read(name, &value)?;
        if !self.text.is_empty() {
            self.text.push(';');
        }
        for text in [name, "=", &value] {
            self.text.push_str(text);
        }
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
                let until = Until::read(value).ok_or_else(|| Fault::in_part(name, FORMS))?;
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

    /// The rule, if its parts go together.
    pub(super) fn finish(mut self) -> Result<Self, Fault> {
        self.parts.freq = self.freq.ok_or(Fault::FREQ)?;
        check_together(&self.parts)?;
        Ok(self)
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

/// The values of a list, each once: a rule that repeats them says no more, and takes longer.
fn list<T: PartialEq>(value: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut values = Vec::new();
    for value in value.split(',') {
        let value = item(value)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Some(values)
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

fn signed<T: TryFrom<i16> + PartialEq>(
    name: &str,
    value: &str,
    most: i16,
) -> Result<Vec<T>, Fault> {
    let number = |item: &str| {
        let number = integer(item).filter(|n| *n != 0 && (-most..=most).contains(n))?;
        T::try_from(number).ok()
    };
    list(value, number)
        .ok_or_else(|| Fault::in_part(name, &format!("expected -{most} to {most} and not 0")))
}

/// A list without the blanks around its values.
fn trimmed(value: &str) -> Cow<'_, str> {
    if value.bytes().any(|c| c.is_ascii_whitespace()) {
        value.split(',').map(str::trim_ascii).collect::<Vec<_>>().join(",").into()
    } else {
        value.into()
    }
}

/// Whether `part` is that of the name.
pub(super) fn is_part(part: &str, name: &str) -> bool {
    part.split('=').next() == Some(name)
}
