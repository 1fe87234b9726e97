//! Tests of series: which rules are refused, and what the others give.

use proptest::prelude::*;

use super::*;
use crate::ical::samples::{at, clock, compact, end, rule, start, typed, zone};

fn series(rule: &str, starts: &str, zone: Option<TimeZone>) -> Result<Series, Fault> {
    Series::new(Rule::parse(rule).unwrap(), at(starts), zone)
}

fn refused(rule: &str, starts: &str) -> String {
    series(rule, starts, None).unwrap_err().to_string()
}

/// The first occurrences, at most `most`.
fn first(series: &Series, most: usize) -> Vec<String> {
    typed(series.within(i64::MIN, END).take(most).map(wall))
}

#[test]
fn the_examples_of_rfc_5545_give_its_dates() {
    for line in include_str!("../../tests/data/rfc5545.tsv").lines() {
        let [rule, starts, dates] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let time = starts.split('T').nth(1).unwrap();
        let full = |date: &str| {
            let timed = date.contains('T');
            compact(&if timed { date.to_owned() } else { format!("{date}T{time}") })
        };
        let goes_on = dates.ends_with('…');
        let dates = typed(dates.split(' ').filter(|date| *date != "…").map(full));
        let rule = Rule::parse(rule).unwrap();
        let series = Series::new(rule, compact(starts), Some(zone("America/New_York"))).unwrap();
        let found = first(&series, if goes_on { dates.len() } else { 1000 });
        assert_eq!(found, dates, "{line}");
        assert_eq!(series.last().map(WallTime::typed), dates.last().cloned().filter(|_| !goes_on));
    }
}

/// See `tests/data/recurrence.py`: the first is in full, the others are what they are after the one before.
fn expected(line: &str) -> Vec<String> {
    let mut times: Vec<i64> = Vec::new();
    for item in line.split(' ').filter(|item| !item.is_empty()) {
        let next = match (times.last(), item.strip_suffix('d')) {
            (None, _) => compact(item).seconds(),
            (Some(before), Some(days)) => before + days.parse::<i64>().unwrap() * DAY,
            (Some(before), None) => before + item.parse::<i64>().unwrap(),
        };
        times.push(next);
    }
    typed(times.into_iter().map(wall))
}

#[test]
fn rules_give_what_other_programs_say() {
    for line in include_str!("../../tests/data/recurrence.tsv").lines() {
        let [_judge, rule, starts, times] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let found = match Series::new(Rule::parse(rule).unwrap(), compact(starts), None) {
            Ok(series) => first(&series, 12),
            Err(fault) if fault == Fault::NONE => Vec::new(),
            Err(fault) => panic!("{rule}: {fault}"),
        };
        assert_eq!(found, expected(times), "{line}");
    }
}

#[test]
fn a_series_starts_at_its_first_occurrence_and_counts_from_there() {
    let fridays =
        series("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;COUNT=2", "2026-11-25 09:00:00", None).unwrap();
    assert_eq!(fridays.starts(), at("2026-11-27 09:00:00"));
    assert_eq!(first(&fridays, 9), ["2026-11-27 09:00:00", "2026-12-11 09:00:00"]);
    assert_eq!(fridays.last(), Some(at("2026-12-11 09:00:00")));
    // The first week of 2020 begins in 2019, and every second year is even.
    let weeks =
        series("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO", "2018-06-01 00:00:00", None).unwrap();
    let mondays = ["2019-12-30 00:00:00", "2022-01-03 00:00:00", "2024-01-01 00:00:00"];
    assert_eq!(first(&weeks, 3), mondays);
    let again = Series::new(weeks.rule().clone(), weeks.starts(), None).unwrap();
    assert_eq!(first(&again, 3), mondays);
}

#[test]
fn an_end_is_included_and_a_day_as_a_whole() {
    let last = |end: &str, zone| {
        let series =
            series(&format!("FREQ=DAILY;UNTIL={end}"), "2026-11-25 09:00:00", zone).unwrap();
        series.last().unwrap().typed()
    };
    let (seoul, new_york) = (|| Some(zone("Asia/Seoul")), || Some(zone("America/New_York")));
    assert_eq!(last("20261127", None), "2026-11-27 09:00:00");
    assert_eq!(last("20261127", seoul()), "2026-11-27 09:00:00");
    assert_eq!(last("20261127T090000", seoul()), "2026-11-27 09:00:00");
    assert_eq!(last("20261127T085959", seoul()), "2026-11-26 09:00:00");
    assert_eq!(last("20261127T000000Z", seoul()), "2026-11-27 09:00:00");
    assert_eq!(last("20261126T235959Z", seoul()), "2026-11-26 09:00:00");
    assert_eq!(last("20261127T140000Z", new_york()), "2026-11-27 09:00:00");
    assert_eq!(last("20261127T135959Z", new_york()), "2026-11-26 09:00:00");
    assert_eq!(last("20261127T090000Z", None), "2026-11-27 09:00:00");
    assert_eq!(
        refused("FREQ=DAILY;UNTIL=20261124", "2026-11-25 09:00:00"),
        "expected an occurrence at or after the start"
    );
}

#[test]
fn what_the_clock_skips_does_not_take_place_and_is_not_counted() {
    let days = |name, starts, rule| first(&series(rule, starts, Some(zone(name))).unwrap(), 3);
    let daily = "FREQ=DAILY;COUNT=3";
    assert_eq!(
        days("America/New_York", "2024-03-09 02:30:00", daily),
        ["2024-03-09 02:30:00", "2024-03-11 02:30:00", "2024-03-12 02:30:00"]
    );
    assert_eq!(
        days("America/New_York", "2024-03-10 02:30:00", daily),
        ["2024-03-11 02:30:00", "2024-03-12 02:30:00", "2024-03-13 02:30:00"]
    );
    // Half an hour, from 02:00 to 02:30.
    assert_eq!(
        days(
            "Australia/Lord_Howe",
            "2024-10-06 02:00:00",
            "FREQ=HOURLY;BYMINUTE=15,45;BYHOUR=1,2,3"
        ),
        ["2024-10-06 02:45:00", "2024-10-06 03:15:00", "2024-10-06 03:45:00"]
    );
    // Here winter is what differs from the standard time.
    assert_eq!(
        days("Europe/Dublin", "2024-03-30 01:30:00", daily),
        ["2024-03-30 01:30:00", "2024-04-01 01:30:00", "2024-04-02 01:30:00"]
    );
    // The time of summer returns after Ramadan.
    assert_eq!(
        days("Africa/Casablanca", "2024-04-13 02:30:00", daily),
        ["2024-04-13 02:30:00", "2024-04-15 02:30:00", "2024-04-16 02:30:00"]
    );
    assert_eq!(
        days("Asia/Seoul", "2024-03-09 02:30:00", daily),
        ["2024-03-09 02:30:00", "2024-03-10 02:30:00", "2024-03-11 02:30:00"]
    );
    assert_eq!(
        days("Asia/Seoul", "1988-05-07 02:30:00", daily),
        ["1988-05-07 02:30:00", "1988-05-09 02:30:00", "1988-05-10 02:30:00"]
    );
    let never = "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU";
    let none = series(never, "2024-03-01 02:30:00", Some(zone("America/New_York")));
    // Until 2007, summer began in April.
    assert_eq!(none.unwrap_err(), Fault::NONE);
}

#[test]
fn an_hour_that_comes_twice_has_its_occurrences_once() {
    let new_york = || Some(zone("America/New_York"));
    let hours = series("FREQ=HOURLY;COUNT=4", "2024-11-03 00:30:00", new_york()).unwrap();
    assert_eq!(
        first(&hours, 9),
        [
            "2024-11-03 00:30:00",
            "2024-11-03 01:30:00",
            "2024-11-03 02:30:00",
            "2024-11-03 03:30:00"
        ]
    );
    let last = |until: &str| {
        let rule = format!("FREQ=HOURLY;BYMINUTE=0,30;BYHOUR=0,1,2,3;UNTIL={until}");
        series(&rule, "2024-11-03 00:30:00", new_york()).unwrap().last().unwrap().typed()
    };
    assert_eq!(last("20241103T052959Z"), "2024-11-03 01:00:00");
    assert_eq!(last("20241103T053000Z"), "2024-11-03 01:30:00");
    // The second run of the hour, after all of the first.
    assert_eq!(last("20241103T060000Z"), "2024-11-03 01:30:00");
    assert_eq!(last("20241103T061000Z"), "2024-11-03 01:30:00");
    assert_eq!(last("20241103T065959Z"), "2024-11-03 01:30:00");
    assert_eq!(last("20241103T070000Z"), "2024-11-03 02:00:00");
    let lord_howe = series(
        "FREQ=DAILY;UNTIL=20240406T153000Z",
        "2024-04-05 01:45:00",
        Some(zone("Australia/Lord_Howe")),
    );
    assert_eq!(lord_howe.unwrap().last(), Some(at("2024-04-07 01:45:00")));
}

#[test]
fn leap_days_and_the_31st_are_left_out_where_there_are_none() {
    let found = |rule, starts| first(&series(rule, starts, None).unwrap(), 3);
    assert_eq!(
        found("FREQ=YEARLY", "2096-02-29 00:00:00"),
        ["2096-02-29 00:00:00", "2104-02-29 00:00:00", "2108-02-29 00:00:00"]
    );
    assert_eq!(
        found("FREQ=MONTHLY", "2026-01-31 00:00:00"),
        ["2026-01-31 00:00:00", "2026-03-31 00:00:00", "2026-05-31 00:00:00"]
    );
    assert_eq!(found("FREQ=YEARLY;INTERVAL=4", "2025-12-31 00:00:00")[1], "2029-12-31 00:00:00");
    assert_eq!(
        refused("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "2023-01-01 00:00:00"),
        Fault::NONE.to_string()
    );
}

#[test]
fn a_series_reaches_from_the_first_year_to_the_last() {
    for zone in [None, Some(zone("Asia/Seoul")), Some(zone("America/New_York"))] {
        for freq in ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"] {
            let rule = format!("FREQ={freq}");
            let old = series(&rule, "0001-01-01 00:00:00", zone.clone()).unwrap();
            assert_eq!(old.between(i64::MIN, WallTime::MIN.seconds() + 1), [WallTime::MIN]);
            assert_eq!(old.last(), None);
            let last = series(&rule, "9999-12-31 23:59:59", zone.clone()).unwrap();
            assert_eq!(last.between(WallTime::MAX.seconds(), i64::MAX), [WallTime::MAX]);
            assert_eq!(last.between(i64::MIN, WallTime::MAX.seconds()), []);
            let year = old.between(at("9999-01-01 00:00:00").seconds(), i64::MAX);
            assert!(!year.is_empty(), "{freq}");
            let counted = series(&format!("{rule};COUNT=2"), "9999-12-31 23:59:59", zone.clone());
            assert_eq!(counted.unwrap().last(), None);
            let ended = series(
                &format!("{rule};UNTIL=99991231T235959Z"),
                "9999-12-01 00:00:00",
                zone.clone(),
            );
            assert!(ended.unwrap().last().is_some());
        }
        let weeks = series("FREQ=YEARLY;BYWEEKNO=1,52,53", "0001-01-01 00:00:00", zone).unwrap();
        assert_eq!(weeks.between(i64::MIN, WallTime::MIN.seconds() + 1), [WallTime::MIN]);
        assert_eq!(weeks.between(WallTime::MAX.seconds() - DAY, i64::MAX).len(), 1);
    }
}

#[test]
fn what_fills_a_calendar_is_refused() {
    let dense = "expected at most 1000 occurrences in 31 days";
    for rule in [
        "FREQ=HOURLY;BYMINUTE=0,30",
        "FREQ=HOURLY;BYMINUTE=0,30;COUNT=1001",
        "FREQ=DAILY;BYHOUR=9,10,11,12;BYMINUTE=0,5,10,15,20,25,30,35,40,45",
        "FREQ=YEARLY;BYHOUR=9,10,11,12;BYMINUTE=0,5,10,15,20,25,30,35,40,45",
        // Not in the first year, of which little is left.
        "FREQ=YEARLY;INTERVAL=10;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYHOUR=9,10,11,12;BYMINUTE=0,5,10,15,20,25,30,35,40",
    ] {
        let starts =
            if rule.contains("YEARLY") { "2026-12-31 00:00:00" } else { "2026-11-25 00:00:00" };
        let named = if rule.contains("BYDAY") || !rule.contains("YEARLY") {
            rule.to_owned()
        } else {
            format!(
                "{rule};BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
            )
        };
        assert_eq!(refused(&named, starts), dense, "{named}");
    }
    for rule in [
        "FREQ=HOURLY",
        "FREQ=HOURLY;BYMINUTE=0,30;COUNT=4",
        "FREQ=HOURLY;BYMINUTE=0,30;COUNT=1000",
        "FREQ=HOURLY;INTERVAL=2;BYMINUTE=0,30",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9,10,11,12;BYMINUTE=0,5,10,15,20,25,30,35,40,45",
        "FREQ=DAILY;BYHOUR=8,9,10,11;BYMINUTE=0,5,10,15,20,25,30,35",
    ] {
        assert!(series(rule, "2026-11-25 00:00:00", None).is_ok(), "{rule}");
    }
    assert_eq!(
        refused("FREQ=DAILY;COUNT=10001", "2026-11-25 00:00:00"),
        "COUNT: expected 1 to 10000"
    );
    let most = series("FREQ=DAILY;COUNT=10000", "2026-11-25 00:00:00", None).unwrap();
    assert_eq!(most.last(), Some(at("2054-04-11 00:00:00")));
}

#[test]
fn a_rule_made_to_take_long_does_not() {
    let found = |rule: &str| {
        let starts = at("1970-01-01 00:00:00");
        let stored = Series::stored(Rule::parse(rule).unwrap(), starts, None, None);
        let from = at("2026-01-01 00:00:00").seconds();
        stored.between(from, from + 400 * DAY).len()
    };
    let all = |to: usize| (0..to).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=YEARLY;INTERVAL=100000;BYWEEKNO=53;BYYEARDAY=200".to_owned(),
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6,9,11".to_owned(),
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30,31".to_owned(),
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=HOURLY;BYYEARDAY=366;BYMONTH=3".to_owned(),
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=366".to_owned(),
        "FREQ=HOURLY;BYMINUTE=7;BYSETPOS=2".to_owned(),
        format!("FREQ=DAILY;BYHOUR=1;BYMINUTE={};BYSETPOS=366", all(60)),
        format!("FREQ=YEARLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYHOUR={};BYSETPOS=1", all(24)),
    ] {
        assert!(found(&rule) <= 2, "{rule}");
        if let Err(fault) = series(&rule, "1970-01-01 00:00:00", None) {
            assert_eq!(fault, Fault::NONE, "{rule}");
        }
    }
    // Nobody waits for that.
    let long = series("FREQ=YEARLY;BYWEEKNO=53;COUNT=10000", "1970-01-01 09:00:00", None);
    assert_eq!(long.unwrap().last(), None);
    // Rare, and to the end of time.
    let rare =
        series("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;UNTIL=99991231", "1970-01-01 00:00:00", None);
    assert_eq!(rare.unwrap().last(), Some(at("9998-12-28 00:00:00")));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_series_that_was_stored_is_the_same(
        (starts, end) in start().prop_flat_map(|starts| (Just(starts), end(starts))),
        rule in rule(),
        zone in clock(),
    ) {
        let Ok(series) = Series::new(Rule::parse(&(rule + &end)).unwrap(), starts, zone.clone()) else {
            return Ok(());
        };
        let rule = Rule::parse(series.rule().as_str()).unwrap();
        let stored = Series::stored(rule, series.starts(), zone, series.last());
        prop_assert_eq!(first(&stored, 50), first(&series, 50));
        prop_assert_eq!(stored.last(), series.last());
        if let Some(last) = series.last() {
            let later = stored.between(last.seconds(), last.seconds() + 400 * DAY);
            prop_assert_eq!(later, [last]);
            if let End::Count(count) = series.rule().end {
                prop_assert_eq!(first(&series, 50).len(), count as usize);
            }
        }
        prop_assert!(series.gives(series.starts()));
    }
}
