//! What becomes of a rule when its series is parted at an occurrence, or moved.

use ical::recur::IcalRecurFreq as Freq;
use jiff::tz::TimeZone;

use super::fault::Fault;
use super::rule::Rule;
use super::series::Series;
use super::until::{End, Until, UntilForm};
use super::zone::{DAY, instant, skips, wall};
use crate::model::WallTime;

impl Series {
    /// The rules of what is before the occurrence `at`, and of what is from there on, to start at `at`. The
    /// first ends with an `UNTIL` of that form before `at`. The second keeps the `UNTIL`; its `COUNT` is what is
    /// left, and at least 1.
    #[must_use]
    pub fn parted(&self, at: WallTime, form: UntilForm) -> (Rule, Rule) {
        let starts = at.seconds();
        let until = match (form, self.zone()) {
            (UntilForm::Date, _) => Until::Date((starts.div_euclid(DAY) - 1) * DAY),
            (UntilForm::Utc, Some(zone)) => Until::Utc(instant(zone, starts) - 1),
            _ => Until::Local(starts - 1),
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

    /// The rule of the same series after its occurrence at `from` is moved to `to` on the clock of `zone` (none for
    /// whole days), and its start by as much. It gives `to`. The days and months that it names move along where they
    /// say no more than the old date did; so does `UNTIL`, which gets that form where it has to be written anew.
    ///
    /// # Errors
    /// [`Fault`] if only a new rule can say what is meant.
    pub fn moved(
        &self,
        from: WallTime,
        to: WallTime,
        zone: Option<TimeZone>,
        form: UntilForm,
    ) -> Result<Rule, Fault> {
        let by = to.seconds() - from.seconds();
        if by.rem_euclid(DAY) != 0 {
            self.check_times()?;
        }
        if zone.as_ref().is_some_and(|zone| skips(zone, to.seconds())) {
            return Err(Fault::of("expected a time that the clock shows on that day"));
        }
        let changed = self.turned(from, to);
        let end = match self.rule().end {
            End::Until(until) => {
                End::Until(until.moved((from, self.zone()), (to, zone.as_ref()), form))
            }
            end => end,
        };
        let rule = self.rule().with(&changed)?.ending(end);
        let starts = self.starts().seconds() + by;
        if wall(starts).seconds() != starts {
            return Err(Fault::of("expected a start in the years 0001 to 9999"));
        }
        let rule = match end {
            End::Until(until) if !changed.is_empty() => {
                match self.last_moved(&rule, wall(starts), by, zone.as_ref()) {
                    Some(last) => rule.ending(End::Until(until.at(last, zone.as_ref()))),
                    None => rule,
                }
            }
            _ => rule,
        };
        let moved = Self::new(rule, wall(starts), zone);
        match moved {
            Ok(moved) if moved.gives(to) => Ok(moved.rule().clone()),
            _ => Err(self.cannot_move()),
        }
    }

    /// What the last occurrence becomes by `rule` from `starts` on, where its `UNTIL` ends with another one: the fourth
    /// Friday is mostly the day after the fourth Thursday, but can be six days before it. None if its `UNTIL` is right,
    /// or no occurrence is near.
    fn last_moved(
        &self,
        rule: &Rule,
        starts: WallTime,
        by: i64,
        zone: Option<&TimeZone>,
    ) -> Option<i64> {
        const NEAR: i64 = 16 * DAY;
        // The days of a week all turn alike.
        if !matches!(rule.parts.freq, Freq::Monthly | Freq::Yearly) {
            return None;
        }
        let wanted = self.last_of_all()? + by;
        let endless = Self::stored(rule.ending(End::Never), starts, zone.cloned(), None);
        let near = endless.within(wanted - NEAR, wanted + NEAR);
        let place = near.min_by_key(|at| (at - wanted).abs())?;
        let ended = Self::stored(rule.clone(), starts, zone.cloned(), None);
        let is_last =
            ended.gives(wall(place)) && ended.within(place + 1, i64::MAX).next().is_none();
        (!is_last).then_some(place)
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::super::parts::WEEKDAYS;
    use super::super::samples::{at, clock, end, rule, start, typed, weekly, zone};
    use super::super::turn::Date;
    use super::*;

    const YEARS: i64 = 30 * 366 * DAY;

    fn series(rule: &str, starts: &str, zone: Option<TimeZone>) -> Series {
        Series::new(Rule::parse(rule).unwrap(), at(starts), zone).unwrap()
    }

    fn first(series: &Series, most: usize) -> Vec<WallTime> {
        let starts = series.starts().seconds();
        series.within(starts, starts + YEARS).take(most).map(wall).collect()
    }

    fn parted(
        rule: &str,
        zone: Option<TimeZone>,
        starts: &str,
        at_: &str,
        form: UntilForm,
    ) -> [String; 2] {
        let (before, rest) = series(rule, starts, zone).parted(at(at_), form);
        [before.as_str().to_owned(), rest.as_str().to_owned()]
    }

    #[test]
    fn a_parted_series_ends_before_the_occurrence_and_goes_on_from_it() {
        use UntilForm::{Date, Local, Utc};
        let new_york = || Some(zone("America/New_York"));
        let (starts, part) = ("2026-11-02 09:00:00", "2026-11-09 09:00:00");
        assert_eq!(
            parted("FREQ=DAILY", None, starts, part, Local),
            ["FREQ=DAILY;UNTIL=20261109T085959", "FREQ=DAILY"]
        );
        assert_eq!(
            parted("FREQ=DAILY;COUNT=10", new_york(), starts, part, Utc),
            ["FREQ=DAILY;UNTIL=20261109T135959Z", "FREQ=DAILY;COUNT=3"]
        );
        assert_eq!(
            parted("FREQ=DAILY;UNTIL=20261231", new_york(), starts, part, Date),
            ["FREQ=DAILY;UNTIL=20261108", "FREQ=DAILY;UNTIL=20261231"]
        );
        assert_eq!(
            parted("FREQ=DAILY", new_york(), starts, part, Local)[0],
            "FREQ=DAILY;UNTIL=20261109T085959"
        );
        // In the first run of the hour, and before it.
        assert_eq!(
            parted("FREQ=HOURLY", new_york(), "2024-11-02 00:30:00", "2024-11-03 01:30:00", Utc)[0],
            "FREQ=HOURLY;UNTIL=20241103T052959Z"
        );
        assert_eq!(
            parted("FREQ=DAILY;COUNT=2", None, starts, "2026-12-24 09:00:00", Local)[1],
            "FREQ=DAILY;COUNT=1"
        );
        let (before, _) =
            series("FREQ=DAILY", "0001-01-01 00:00:00", None).parted(WallTime::MIN, Date);
        assert_eq!(before.as_str(), "FREQ=DAILY;UNTIL=00010101");
    }

    fn moved(rule: &str, from: &str, to: &str) -> String {
        let moved = series(rule, from, None).moved(at(from), at(to), None, UntilForm::Utc);
        moved.map_or_else(|fault| fault.to_string(), |rule| rule.as_str().to_owned())
    }

    #[test]
    fn only_the_time_of_day_moves_and_the_rule_stays() {
        let (from, to) = ("2026-11-25 09:00:00", "2026-11-25 10:30:00");
        for rule in
            ["FREQ=DAILY;COUNT=3;INTERVAL=2", "FREQ=WEEKLY;BYDAY=WE", "FREQ=YEARLY", "FREQ=HOURLY"]
        {
            assert_eq!(moved(rule, from, to), rule);
        }
        assert_eq!(
            moved("FREQ=DAILY;BYHOUR=9", from, to),
            "BYHOUR: cannot be moved to another time: send rrule too"
        );
        assert_eq!(
            moved("FREQ=HOURLY;BYMINUTE=0", from, to),
            "BYMINUTE: cannot be moved to another time: send rrule too"
        );
        assert_eq!(
            moved("FREQ=DAILY;BYSECOND=0", from, to),
            "BYSECOND: cannot be moved to another time: send rrule too"
        );
        assert_eq!(
            moved("FREQ=DAILY;BYHOUR=9", from, "2026-11-27 09:00:00"),
            "FREQ=DAILY;BYHOUR=9"
        );
    }

    #[test]
    fn the_days_of_a_week_turn_along() {
        let wednesday = "2026-11-25 09:00:00";
        let to = |rule, day: &str| moved(rule, wednesday, &format!("{day} 09:00:00"));
        assert_eq!(to("FREQ=WEEKLY", "2026-11-27"), "FREQ=WEEKLY");
        assert_eq!(to("FREQ=WEEKLY;BYDAY=WE", "2026-11-27"), "FREQ=WEEKLY;BYDAY=FR");
        assert_eq!(to("FREQ=WEEKLY;BYDAY=MO,WE,FR", "2026-11-26"), "FREQ=WEEKLY;BYDAY=TU,TH,SA");
        assert_eq!(to("FREQ=WEEKLY;BYDAY=MO,WE", "2026-11-24"), "FREQ=WEEKLY;BYDAY=SU,TU");
        assert_eq!(
            to("FREQ=WEEKLY;BYDAY=WE;COUNT=4", "2027-11-26"),
            "FREQ=WEEKLY;COUNT=4;BYDAY=FR"
        );
        assert_eq!(
            to("FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;INTERVAL=2", "2026-11-26"),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO"
        );
        assert_eq!(
            to("FREQ=WEEKLY;BYDAY=WE;BYMONTH=11", "2026-12-02"),
            "BYDAY: cannot be moved to another day: send rrule too"
        );
        // Over midnight.
        assert_eq!(
            moved("FREQ=WEEKLY;BYDAY=WE", "2026-11-25 23:00:00", "2026-11-26 01:00:00"),
            "FREQ=WEEKLY;BYDAY=TH"
        );
    }

    #[test]
    fn the_day_and_the_month_become_those_of_the_new_date() {
        let last_friday = "2026-11-27 09:00:00";
        let to = |rule, day: &str| moved(rule, last_friday, &format!("{day} 09:00:00"));
        assert_eq!(to("FREQ=MONTHLY", "2026-11-28"), "FREQ=MONTHLY");
        assert_eq!(to("FREQ=MONTHLY;BYMONTHDAY=27", "2026-11-30"), "FREQ=MONTHLY;BYMONTHDAY=30");
        assert_eq!(to("FREQ=MONTHLY;BYMONTHDAY=-4", "2026-11-30"), "FREQ=MONTHLY;BYMONTHDAY=30");
        assert_eq!(to("FREQ=MONTHLY;BYMONTHDAY=-4", "2026-12-28"), "FREQ=MONTHLY;BYMONTHDAY=-4");
        assert_eq!(to("FREQ=MONTHLY;BYDAY=4FR", "2026-11-26"), "FREQ=MONTHLY;BYDAY=4TH");
        assert_eq!(to("FREQ=MONTHLY;BYDAY=4FR", "2026-11-30"), "FREQ=MONTHLY;BYDAY=5MO");
        assert_eq!(to("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-26"), "FREQ=MONTHLY;BYDAY=-1TH");
        assert_eq!(to("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-20"), "FREQ=MONTHLY;BYDAY=3FR");
        assert_eq!(to("FREQ=YEARLY", "2026-12-01"), "FREQ=YEARLY");
        assert_eq!(to("FREQ=YEARLY;BYMONTH=11", "2026-12-01"), "FREQ=YEARLY;BYMONTH=12");
        assert_eq!(
            to("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=27", "2026-12-01"),
            "FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=12"
        );
        assert_eq!(
            to("FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR", "2026-12-29"),
            "FREQ=YEARLY;BYDAY=-1TU;BYMONTH=12"
        );
        // The 48th Friday of the year.
        assert_eq!(to("FREQ=YEARLY;BYDAY=48FR", "2026-11-30"), "FREQ=YEARLY;BYDAY=48MO");
    }

    #[test]
    fn what_cannot_be_told_from_a_new_date_asks_for_a_rule() {
        let friday = "2026-11-27 09:00:00";
        let to = |rule, day: &str| moved(rule, friday, &format!("{day} 09:00:00"));
        let another =
            |part: &str| format!("{part}: cannot be moved to another day: send rrule too");
        assert_eq!(to("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-11-28"), another("BYDAY"));
        assert_eq!(
            to("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-11-30"),
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"
        );
        assert_eq!(to("FREQ=MONTHLY;BYMONTHDAY=1,27", "2026-11-28"), another("BYMONTHDAY"));
        assert_eq!(to("FREQ=MONTHLY;BYDAY=1FR,4FR", "2026-11-28"), another("BYDAY"));
        assert_eq!(to("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=27", "2026-11-28"), another("BYMONTHDAY"));
        assert_eq!(
            to("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "2026-11-28"),
            another("BYSETPOS")
        );
        assert_eq!(to("FREQ=YEARLY;BYWEEKNO=48;BYDAY=FR", "2026-11-28"), another("BYWEEKNO"));
        assert_eq!(to("FREQ=YEARLY;BYYEARDAY=331", "2026-11-28"), another("BYYEARDAY"));
        assert_eq!(to("FREQ=YEARLY;BYMONTH=1,11", "2026-12-27"), another("BYMONTH"));
        // From 31 days a month to one without.
        let monthly = series("FREQ=MONTHLY", "2026-01-10 09:00:00", None);
        let far = monthly.moved(
            at("2026-02-10 09:00:00"),
            at("2026-03-10 09:00:00"),
            None,
            UntilForm::Utc,
        );
        assert_eq!(far.unwrap_err().to_string(), another("FREQ"));
        assert_eq!(moved("FREQ=DAILY", "0001-01-01 00:00:00", "0001-01-02 00:00:00"), "FREQ=DAILY");
        let old = series("FREQ=DAILY", "0001-01-01 00:00:00", None);
        let older =
            old.moved(at("0001-01-03 00:00:00"), at("0001-01-02 00:00:00"), None, UntilForm::Utc);
        assert_eq!(older.unwrap_err().to_string(), "expected a start in the years 0001 to 9999");
        let new_york = || Some(zone("America/New_York"));
        let skipped = series("FREQ=DAILY", "2024-03-01 01:30:00", new_york());
        let skipped = skipped.moved(
            at("2024-03-10 01:30:00"),
            at("2024-03-10 02:30:00"),
            new_york(),
            UntilForm::Utc,
        );
        assert_eq!(
            skipped.unwrap_err().to_string(),
            "expected a time that the clock shows on that day"
        );
    }

    #[test]
    fn the_end_moves_by_as_much() {
        let moved = |end: &str, zone: Option<TimeZone>, to: &str| {
            let rule = format!("FREQ=DAILY;UNTIL={end}");
            let series = series(&rule, "2026-10-20 23:00:00", zone.clone());
            let rule =
                series.moved(at("2026-10-21 23:00:00"), at(to), zone, UntilForm::Utc).unwrap();
            rule.as_str().split("UNTIL=").nth(1).unwrap().to_owned()
        };
        let new_york = || Some(zone("America/New_York"));
        assert_eq!(moved("20261025", None, "2026-10-21 08:00:00"), "20261025");
        assert_eq!(moved("20261025", None, "2026-10-22 01:00:00"), "20261026");
        assert_eq!(moved("20261025T230000", new_york(), "2026-10-22 01:00:00"), "20261026T010000");
        assert_eq!(moved("20261025T230000Z", None, "2026-10-22 01:00:00"), "20261026T010000Z");
        // 23:00 in summer, and the same in winter.
        assert_eq!(
            moved("20261026T030000Z", new_york(), "2026-10-28 23:00:00"),
            "20261102T040000Z"
        );
    }

    #[test]
    fn a_moved_ordinal_ends_with_what_the_last_occurrence_becomes() {
        let moved = |rule: &str, from: &str, to: &str| {
            moved(rule, &format!("{from} 09:00:00"), &format!("{to} 09:00:00"))
        };
        let (thursday, friday) = ("2026-11-26", "2026-11-27");
        // In January 2027 the fourth Friday is the 22nd, and the fourth Thursday the 28th.
        assert_eq!(
            moved("FREQ=MONTHLY;BYDAY=4TH;UNTIL=20270127", thursday, friday),
            "FREQ=MONTHLY;BYDAY=4FR;UNTIL=20261225"
        );
        assert_eq!(
            moved("FREQ=MONTHLY;BYDAY=4FR;UNTIL=20270122T090000Z", friday, thursday),
            "FREQ=MONTHLY;BYDAY=4TH;UNTIL=20270128T090000Z"
        );
        assert_eq!(
            moved("FREQ=MONTHLY;BYDAY=4TH;UNTIL=20261231T000000", thursday, friday),
            "FREQ=MONTHLY;BYDAY=4FR;UNTIL=20270101T000000",
            "which is right as it is"
        );
        // The fourth day from the end of February is the 25th.
        assert_eq!(
            moved("FREQ=MONTHLY;BYMONTHDAY=-4;UNTIL=20270225", friday, "2026-11-28"),
            "FREQ=MONTHLY;BYMONTHDAY=28;UNTIL=20270228"
        );
    }

    /// A series with an end, on some clock.
    fn any_series() -> impl Strategy<Value = Series> {
        let ended = start().prop_flat_map(|starts| (Just(starts), end(starts)));
        (ended, rule(), clock()).prop_filter_map("refused", |((starts, end), rule, zone)| {
            Series::new(Rule::parse(&(rule + &end)).unwrap(), starts, zone).ok()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_parts_of_a_series_are_together_the_series(
            series in any_series(),
            place: Index,
            form in prop::sample::select(vec![UntilForm::Local, UntilForm::Utc]),
        ) {
            let all = first(&series, 60);
            if all.len() < 2 {
                return Ok(());
            }
            let place = 1 + place.index(all.len().min(30) - 1);
            let at = all[place];
            let midnights = all.iter().all(|at| at.seconds() % DAY == 0);
            let (before, rest) = series.parted(at, if midnights { UntilForm::Date } else { form });
            let before = Series::new(before, series.starts(), series.zone().cloned()).unwrap();
            let rest = Series::new(rest, at, series.zone().cloned()).unwrap();
            prop_assert_eq!(rest.starts(), at);
            prop_assert_eq!(rest.last(), series.last());
            let mut together = first(&before, 60);
            prop_assert_eq!(together.len(), place);
            together.extend(first(&rest, 60));
            prop_assert_eq!(typed(together.into_iter().take(all.len())), typed(all));
        }

        #[test]
        fn a_moved_series_gives_the_new_date(
            series in any_series(),
            place: Index,
            days in -40..40_i64,
            seconds in prop_oneof![Just(0), -DAY..DAY],
        ) {
            let all = first(&series, 60);
            let place = place.index(all.len());
            let by = days * DAY + seconds;
            let (from, to) = (all[place], wall(all[place].seconds() + by));
            let Ok(rule) = series.moved(from, to, series.zone().cloned(), UntilForm::Utc) else { return Ok(()) };
            let starts = wall(series.starts().seconds() + by);
            let moved = Series::new(rule.clone(), starts, series.zone().cloned()).unwrap();
            prop_assert!(moved.gives(to));
            prop_assert_eq!(Rule::parse(rule.as_str()), Ok(rule));
        }

        #[test]
        fn a_moved_ordinal_keeps_how_many_there_are(
            (starts, until) in start().prop_flat_map(|starts| (Just(starts), 0..1500_i64)),
            days in -20..20_i64,
            date in any::<bool>(),
        ) {
            let until = wall(starts.seconds() + until * DAY);
            let until = if date { Until::Date(until.day().midnight().seconds()) } else { Until::Local(until.seconds()) };
            let to = wall(starts.seconds() + days * DAY);
            let weeks = |at: WallTime| Date::of(at).days.weeks().front;
            prop_assume!(weeks(starts) < 5 && weeks(to) < 5);
            let name = WEEKDAYS[usize::try_from(Date::of(starts).weekday).unwrap()].0;
            let rule = format!("FREQ=MONTHLY;BYDAY={}{name};UNTIL={until}", weeks(starts));
            let series = Series::new(Rule::parse(&rule).unwrap(), starts, None).unwrap();
            let rule = series.moved(starts, to, None, UntilForm::Local).unwrap();
            let moved = Series::new(rule, to, None).unwrap();
            prop_assert_eq!(first(&moved, 60).len(), first(&series, 60).len());
        }

        #[test]
        fn a_moved_week_keeps_its_form(
            (starts, end) in start().prop_flat_map(|starts| (Just(starts), end(starts))),
            rule in weekly(),
            days in -40..40_i64,
        ) {
            let rule = Rule::parse(&(rule + &end)).unwrap();
            let Ok(series) = Series::new(rule, starts, None) else { return Ok(()) };
            let by = days * DAY;
            let rule = series.moved(series.starts(), wall(series.starts().seconds() + by), None, UntilForm::Utc).unwrap();
            let moved = Series::new(rule, wall(series.starts().seconds() + by), None).unwrap();
            let expected = first(&series, 60).into_iter().map(|at| wall(at.seconds() + by));
            prop_assert_eq!(typed(first(&moved, 60)), typed(expected));
        }
    }
}
