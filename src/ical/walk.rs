//! The walk along a rule, begun next to the window that is asked for.
//!
//! A rule without `COUNT` depends on its start in three ways only: the start supplies parts that the rule does not
//! name, `INTERVAL` counts from its period, and nothing comes before it. So the parts are spelled out, the
//! walk begins with the first counted period that may reach into the window, and what is outside the
//! window is dropped. That this changes nothing is tested against the walk from the start.

use ical::recur::expand::IcalRecurExpand;
use ical::recur::{
    IcalRecurDateTime as Civil, IcalRecurFreq as Freq, IcalRecurRule,
    IcalRecurWeekdayNum as WeekdayNum,
};

use super::parts::WEEKDAYS;
use super::zone::DAY;

/// Weeks of a year reach this far into the years beside it.
const WEEK_OVER: i64 = 3;

/// A rule, spelled out, without an end.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    rule: IcalRecurRule,
    /// In the period from which `INTERVAL` counts.
    anchor: Civil,
}

impl Walk {
    /// The walk of `rule` from `starts`, in seconds. The period that `INTERVAL` counts from is that of the
    /// start. With `BYWEEKNO` it is the year to which the week of the start belongs (`by_week`), or the
    /// year on its calendar: of 2019-12-30, which is in the first week of 2020, that is 2020 or 2019.
    pub(super) fn new(rule: &IcalRecurRule, starts: i64, by_week: bool) -> Self {
        let start = Civil::from_seconds(starts);
        let mut rule = spelled(rule, start);
        let mut anchor = start;
        if by_week && !rule.by_week_no.is_empty() {
            // A week belongs to the year of its fourth day.
            let fourth = week_start(&rule, starts.div_euclid(DAY)) + 3;
            anchor = Civil::from_seconds(fourth * DAY);
        }
        if let Some((months, month)) = by_months(&rule, anchor) {
            rule.freq = Freq::Monthly;
            rule.interval *= months;
            anchor = Civil::date(anchor.year, month, 1);
        }
        Self { rule, anchor }
    }

    /// What the rule gives in `[from, until)`, in order. `from` is not before the start.
    pub(super) fn within(&self, from: i64, until: i64) -> impl Iterator<Item = i64> + use<> {
        let walk = (from < until).then(|| {
            let mut rule = self.rule.clone();
            // The walk compares the end with the beginning of a period, which weeks may precede.
            let over = if rule.by_week_no.is_empty() { 0 } else { WEEK_OVER * DAY };
            rule.until = Some(Civil::from_seconds(until - 1 + over));
            IcalRecurExpand::new(rule, self.near(from))
        });
        let times = walk.into_iter().flatten().map(|at| at.seconds());
        times.skip_while(move |at| *at < from).take_while(move |at| *at < until)
    }

    /// The beginning of the first counted period after which nothing at or after `from` is missed.
    fn near(&self, from: i64) -> Civil {
        let (anchor, every) = (self.anchor, i64::from(self.rule.interval));
        let day = anchor.seconds().div_euclid(DAY);
        let from_day = from.div_euclid(DAY);
        match self.rule.freq {
            Freq::Weekly => {
                let first = week_start(&self.rule, day);
                let wanted = week_start(&self.rule, from_day);
                Civil::from_seconds(counted(first, wanted, every * 7) * DAY)
            }
            Freq::Monthly => {
                let at = Civil::from_seconds(from_day * DAY);
                month(counted(month_number(anchor), month_number(at), every))
            }
            Freq::Yearly if self.rule.by_week_no.is_empty() => {
                let at = i64::from(Civil::from_seconds(from).year);
                month(counted(i64::from(anchor.year), at, every) * 12)
            }
            Freq::Yearly => {
                // The walk drops what is before the year that it begins with, hence also those days of its
                // first week. So it begins with a year that `from` is well inside of, or after.
                let at = Civil::from_seconds((from_day - WEEK_OVER - 1) * DAY);
                let years = i64::from(at.year) - i64::from(anchor.year);
                let back = years.rem_euclid(every);
                month((i64::from(at.year) - back) * 12)
            }
            Freq::Daily => Civil::from_seconds(counted(day, from_day, every) * DAY),
            // The walk (0.6.1) compares the end with the minute of its start: so that is the full hour.
            _ => {
                let hour = |seconds: i64| seconds.div_euclid(3600);
                Civil::from_seconds(counted(hour(anchor.seconds()), hour(from), every) * 3600)
            }
        }
    }
}

/// The first of `first`, `first + every`, … that is not before `wanted`.
fn counted(first: i64, wanted: i64, every: i64) -> i64 {
    let behind = (wanted - first).max(0);
    first + (behind + every - 1) / every * every
}

fn month_number(at: Civil) -> i64 {
    i64::from(at.year) * 12 + i64::from(at.month) - 1
}

/// The first of the month with that number.
fn month(number: i64) -> Civil {
    let year = i32::try_from(number.div_euclid(12)).unwrap_or(i32::MAX);
    let month = u8::try_from(number.rem_euclid(12) + 1).unwrap_or(1);
    Civil::date(year, month, 1)
}

/// The weekday of a day since 1970-01-01, a Thursday; 0 is Sunday.
fn weekday(day: i64) -> i64 {
    (day + 4).rem_euclid(7)
}

/// The day on which the week of `day` starts.
fn week_start(rule: &IcalRecurRule, day: i64) -> i64 {
    day - (weekday(day) - rule.week_start as i64).rem_euclid(7)
}

/// The rule with all that its start supplies.
fn spelled(rule: &IcalRecurRule, start: Civil) -> IcalRecurRule {
    let mut rule = rule.clone();
    if rule.by_hour.is_empty() && rule.freq != Freq::Hourly {
        rule.by_hour = vec![start.hour];
    }
    if rule.by_minute.is_empty() {
        rule.by_minute = vec![start.minute];
    }
    if rule.by_second.is_empty() {
        rule.by_second = vec![start.second];
    }
    let names_days = !rule.by_day.is_empty()
        || !rule.by_month_day.is_empty()
        || !rule.by_year_day.is_empty()
        || !rule.by_week_no.is_empty();
    let day = i8::try_from(start.day).unwrap_or(1);
    match rule.freq {
        _ if names_days => {}
        Freq::Weekly => {
            let number = usize::try_from(weekday(start.seconds().div_euclid(DAY))).unwrap_or(0);
            let weekday = WEEKDAYS.get(number).map(|(_, weekday)| *weekday);
            rule.by_day.extend(weekday.map(|weekday| WeekdayNum { ordinal: None, weekday }));
        }
        Freq::Monthly => rule.by_month_day = vec![day],
        Freq::Yearly => {
            if rule.by_month.is_empty() {
                rule.by_month = vec![start.month];
            }
            rule.by_month_day = vec![day];
        }
        _ => {}
    }
    rule
}

/// How many months stand for a year of a yearly rule that can be walked by months, and the month to count
/// from. A year is searched day by day; a birthday is in one month of twelve.
fn by_months(rule: &IcalRecurRule, anchor: Civil) -> Option<(u32, u8)> {
    let by_month = rule.freq == Freq::Yearly
        && rule.by_week_no.is_empty()
        && rule.by_year_day.is_empty()
        && rule.by_set_pos.is_empty();
    match rule.by_month.as_slice() {
        [only] if by_month => Some((12, *only)),
        [_, ..] if by_month && rule.interval == 1 => Some((1, anchor.month)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::super::samples::{clock, rule, start, typed};
    use super::super::zone::{skips, wall};
    use super::super::{Fault, Rule, Series};
    use super::*;
    use crate::model::WallTime;

    /// What the walk from `starts` on gives, in `[from, until)`.
    fn plain(
        rule: &Rule,
        starts: WallTime,
        zone: Option<&TimeZone>,
        from: i64,
        until: i64,
    ) -> Vec<WallTime> {
        IcalRecurExpand::new(rule.parts.clone(), Civil::from_seconds(starts.seconds()))
            .map(|at| at.seconds())
            .take_while(|at| *at < until)
            .filter(|at| *at >= from && !zone.is_some_and(|zone| skips(zone, *at)))
            .map(wall)
            .collect()
    }

    /// Whether the year of the start is that of its week.
    fn sure(rule: &Rule, starts: WallTime) -> bool {
        let month = Civil::from_seconds(starts.seconds()).month;
        rule.parts.by_week_no.is_empty() || rule.parts.interval == 1 || !matches!(month, 1 | 12)
    }

    #[test]
    fn the_weeks_of_a_year_are_found_on_both_sides_of_new_year() {
        let starts = WallTime::read("2015-01-01 00:00:00").unwrap();
        let rule = Rule::parse("FREQ=YEARLY;INTERVAL=5;BYWEEKNO=1,53").unwrap();
        let series = Series::new(rule, starts, None).unwrap();
        // Of 2015 and 2020, which have 53 weeks. The first of 2020 is from 30 December on.
        for (first, days) in
            [("2015-12-28", 7), ("2019-12-30", 7), ("2020-12-28", 7), ("2016-01-04", 0)]
        {
            let first = WallTime::read(&format!("{first} 00:00:00")).unwrap().seconds();
            let each = (0..7).map(|day| series.between(first + day * DAY, first + (day + 1) * DAY));
            assert_eq!(each.flatten().count(), days, "{first}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_window_holds_what_the_walk_from_the_start_gives(
            rule in rule(),
            starts in start(),
            zone in clock(),
            after in -40 * DAY..1500 * DAY,
            length in prop_oneof![1..DAY, DAY..40 * DAY, 40 * DAY..400 * DAY],
        ) {
            let rule = Rule::parse(&rule).unwrap();
            prop_assume!(sure(&rule, starts));
            let (from, until) = (starts.seconds() + after, starts.seconds() + after + length);
            match Series::new(rule.clone(), starts, zone.clone()) {
                Ok(series) => {
                    let plain = plain(&rule, starts, zone.as_ref(), from, until);
                    prop_assert_eq!(typed(series.between(from, until)), typed(plain));
                }
                Err(fault) if fault == Fault::NONE => {
                    prop_assert_eq!(plain(&rule, starts, zone.as_ref(), starts.seconds(), until), []);
                }
                Err(fault) => prop_assert_eq!(fault, Fault::DENSE),
            }
        }
    }
}
