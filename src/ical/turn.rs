//! The parts of a rule that name the date of an occurrence, when that is moved to another day.

use ical::recur::{IcalRecurDateTime as Civil, IcalRecurFreq as Freq};

use super::parts::WEEKDAYS;
use super::series::Series;
use super::zone::DAY;
use crate::model::WallTime;

impl Series {
    /// The parts that name the old date, with the new one.
    pub(super) fn turned(&self, from: WallTime, to: WallTime) -> Vec<(&'static str, String)> {
        let days = to.seconds().div_euclid(DAY) - from.seconds().div_euclid(DAY);
        match self.rule().parts.freq {
            _ if days == 0 => Vec::new(),
            Freq::Weekly => self.turned_week(days),
            Freq::Monthly | Freq::Yearly => {
                let (from, to) = (Date::of(from), Date::of(to));
                let parts = [self.turned_month_day(&from, &to), self.turned_weekday(&from, &to)];
                parts.into_iter().flatten().chain(self.turned_month(&from, &to)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The weekdays of a weekly rule. The start of the week goes with them where it decides which of them are
    /// in the same week.
    fn turned_week(&self, days: i64) -> Vec<(&'static str, String)> {
        let parts = &self.rule().parts;
        if parts.by_day.is_empty() {
            return Vec::new();
        }
        let turned = |weekday: i64| {
            let number = usize::try_from((weekday + days).rem_euclid(7)).unwrap_or(0);
            WEEKDAYS.get(number).map_or("", |(name, _)| name)
        };
        let names: Vec<_> = parts.by_day.iter().map(|day| turned(day.weekday as i64)).collect();
        let mut changed = vec![("BYDAY", names.join(","))];
        if parts.by_day.len() > 1 && (parts.interval > 1 || !parts.by_set_pos.is_empty()) {
            changed.push(("WKST", turned(parts.week_start as i64).to_owned()));
        }
        changed
    }

    fn turned_month_day(&self, from: &Date, to: &Date) -> Option<(&'static str, String)> {
        let [only] = self.rule().parts.by_month_day.as_slice() else { return None };
        let new = from.days.turned(i64::from(*only), &to.days)?;
        Some(("BYMONTHDAY", new.to_string()))
    }

    fn turned_weekday(&self, from: &Date, to: &Date) -> Option<(&'static str, String)> {
        let parts = &self.rule().parts;
        let [only] = parts.by_day.as_slice() else { return None };
        let in_year = parts.freq == Freq::Yearly && parts.by_month.is_empty();
        let weeks = |date: &Date| if in_year { date.year_days.weeks() } else { date.days.weeks() };
        if only.weekday as i64 != from.weekday {
            return None;
        }
        let new = weeks(from).turned(i64::from(only.ordinal?), &weeks(to))?;
        let name = usize::try_from(to.weekday).ok().and_then(|number| WEEKDAYS.get(number));
        name.map(|(name, _)| ("BYDAY", format!("{new}{name}")))
    }

    fn turned_month(&self, from: &Date, to: &Date) -> Option<(&'static str, String)> {
        let [only] = self.rule().parts.by_month.as_slice() else { return None };
        let fits = i64::from(*only) == from.month && from.month != to.month;
        fits.then(|| ("BYMONTH", to.month.to_string()))
    }
}

/// A place counted from both ends, both from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) front: i64,
    back: i64,
}

impl Place {
    /// What `number`, if it names this place, becomes at another. It counts from the end only where it
    /// stays the same: the last Friday becomes the last Thursday, and the last day the 30th.
    fn turned(self, number: i64, to: &Self) -> Option<i64> {
        let fits = number == self.front || number == -self.back;
        fits.then_some(if number < 0 && number == -to.back { number } else { to.front })
    }

    /// Which of its weekday a day is, of a place among days.
    pub(super) fn weeks(self) -> Self {
        Self { front: (self.front - 1) / 7 + 1, back: (self.back - 1) / 7 + 1 }
    }
}

/// Where a day is in its week, month and year.
pub(super) struct Date {
    pub(super) weekday: i64,
    month: i64,
    pub(super) days: Place,
    year_days: Place,
}

impl Date {
    pub(super) fn of(at: WallTime) -> Self {
        let at = Civil::from_seconds(at.seconds());
        let number = |date: Civil| date.seconds().div_euclid(DAY);
        let next_month = match at.month {
            12 => Civil::date(at.year + 1, 1, 1),
            month => Civil::date(at.year, month + 1, 1),
        };
        let day = number(at);
        let (month, year) = (Civil::date(at.year, at.month, 1), Civil::date(at.year, 1, 1));
        let next_year = Civil::date(at.year + 1, 1, 1);
        let among = |first: Civil, next: Civil| Place {
            front: day - number(first) + 1,
            back: number(next) - day,
        };
        Self {
            weekday: (day + 4).rem_euclid(7),
            month: i64::from(at.month),
            days: among(month, next_month),
            year_days: among(year, next_year),
        }
    }
}
