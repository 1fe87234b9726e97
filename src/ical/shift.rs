//! What becomes of a rule when its series is parted at an occurrence, or moved.

use ical::recur::{IcalRecurDateTime as Civil, IcalRecurFreq as Freq};

use super::rule::{End, Fault, Rule, Until, WEEKDAYS};
use super::series::{Series, end_of};
use super::zone::{DAY, instant, skips, wall};
use crate::model::WallTime;

impl Series {
    /// The rules of what is before the occurrence `at`, and of what is from there on, to start at `at`. The
    /// first ends with an `UNTIL` before `at`: a date for whole days (`all_day`), else a time in UTC if
    /// there is a zone. The second keeps the `UNTIL`; its `COUNT` is what is left, and at least 1.
    #[must_use]
    pub fn parted(&self, at: WallTime, all_day: bool) -> (Rule, Rule) {
        let starts = at.seconds();
        let until = match self.zone() {
            _ if all_day => Until::Date((starts.div_euclid(DAY) - 1) * DAY),
            Some(zone) => Until::Utc(instant(zone, starts) - 1),
            None => Until::Local(starts - 1),
        };
        let rest = match self.rule().end {
            End::Count(count) => {
                let before = self.within(self.starts().seconds(), starts).count();
                End::Count(count.saturating_sub(u32::try_from(before).unwrap_or(u32::MAX)).max(1))
            }
            end => end,
        };
        (self.rule().ending(End::Until(until.in_range())), self.rule().ending(rest))
    }

    /// The rule of the same series after its occurrence at `from` is moved to `to`, and its start by as much.
    /// It gives `to`. The days and months that it names move along where they say no more than the old
    /// date did; so does `UNTIL`.
    ///
    /// # Errors
    /// [`Fault`] if only a new rule can say what is meant.
    pub fn moved(&self, from: WallTime, to: WallTime) -> Result<Rule, Fault> {
        let by = to.seconds() - from.seconds();
        if by.rem_euclid(DAY) != 0 {
            self.check_times()?;
        }
        if self.zone().is_some_and(|zone| skips(zone, to.seconds())) {
            return Err(Fault::of("expected a time that the clock shows on that day"));
        }
        let changed = self.turned(from, to);
        let rule = self.rule().with(&changed)?.ending(self.moved_end(from, to));
        let starts = self.starts().seconds() + by;
        if wall(starts).seconds() != starts {
            return Err(Fault::of("expected a start in the years 0001 to 9999"));
        }
        let moved = Self::new(rule, wall(starts), self.zone().cloned());
        match moved {
            Ok(moved) if moved.gives(to) => Ok(moved.rule().clone()),
            _ => Err(self.cannot_move()),
        }
    }

    /// Times of day that the rule names do not move.
    fn check_times(&self) -> Result<(), Fault> {
        let parts = &self.rule().parts;
        let named = [
            ("BYHOUR", parts.by_hour.is_empty()),
            ("BYMINUTE", parts.by_minute.is_empty()),
            ("BYSECOND", parts.by_second.is_empty()),
        ];
        match named.iter().find(|(_, empty)| !empty) {
            Some((name, _)) => {
                Err(Fault::in_part(name, "cannot be moved to another time: send rrule too"))
            }
            None => Ok(()),
        }
    }

    fn cannot_move(&self) -> Fault {
        let parts = &self.rule().parts;
        let named = [
            ("BYSETPOS", parts.by_set_pos.is_empty()),
            ("BYWEEKNO", parts.by_week_no.is_empty()),
            ("BYYEARDAY", parts.by_year_day.is_empty()),
            ("BYMONTHDAY", parts.by_month_day.is_empty()),
            ("BYDAY", parts.by_day.is_empty()),
            ("BYMONTH", parts.by_month.is_empty()),
        ];
        let name = named.iter().find(|(_, empty)| !empty).map_or("FREQ", |(name, _)| name);
        Fault::in_part(name, "cannot be moved to another day: send rrule too")
    }

    /// The parts that name the old date, with the new one.
    fn turned(&self, from: WallTime, to: WallTime) -> Vec<(&'static str, String)> {
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

    /// The end, moved on the clock of the series by as much as the occurrence.
    fn moved_end(&self, from: WallTime, to: WallTime) -> End {
        let End::Until(until) = self.rule().end else { return self.rule().end };
        let by = to.seconds() - from.seconds();
        let days = to.seconds().div_euclid(DAY) - from.seconds().div_euclid(DAY);
        let moved = match (until, self.zone()) {
            (Until::Date(at), _) => Until::Date(at + days * DAY),
            (Until::Utc(_), Some(zone)) => {
                let shown = end_of(until, Some(zone)) - 1;
                Until::Utc(instant(zone, shown + by))
            }
            (Until::Utc(at), None) => Until::Utc(at + by),
            (Until::Local(at), _) => Until::Local(at + by),
        };
        End::Until(moved.in_range())
    }
}

/// A place counted from both ends, both from 1.
#[derive(Debug, Clone, Copy)]
struct Place {
    front: i64,
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
    fn weeks(self) -> Self {
        Self { front: (self.front - 1) / 7 + 1, back: (self.back - 1) / 7 + 1 }
    }
}

/// Where a day is in its week, month and year.
struct Date {
    weekday: i64,
    month: i64,
    days: Place,
    year_days: Place,
}

impl Date {
    fn of(at: WallTime) -> Self {
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
