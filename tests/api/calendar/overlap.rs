//! Which events a day or a month shows: those that overlap it.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

use crate::support::calendar::{Calendar, DONE, PARK};
use crate::support::expected::{Shown, events};

/// The ids of the events that a view shows.
fn ids(calendar: &Calendar, token: &str, view: &str) -> Vec<i64> {
    let answer = calendar.get(view, token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let events = answer.json()["data"].as_array().unwrap().clone();
    events.iter().map(|event| event["id"].as_i64().unwrap()).collect()
}

fn on(calendar: &Calendar, token: &str, date: &str) -> Vec<i64> {
    ids(calendar, token, &format!("/calendar/date?date={date}"))
}

fn in_month(calendar: &Calendar, token: &str, month: &str) -> Vec<i64> {
    ids(calendar, token, &format!("/calendar/month?year_month={month}"))
}

/// A calendar with a personal event, and the same event in the selected group.
fn with_event(sdate: &str, edate: &str) -> (Calendar, String) {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.group(&park, "a");
    calendar.select(&park, "1");
    calendar.event(&park, sdate, edate, "a");
    calendar.group_event(&park, 1, sdate, edate, "a");
    (calendar, park)
}

const NONE: [i64; 0] = [];

#[test]
fn a_three_day_event_shows_on_its_middle_day_as_it_is() {
    let (calendar, park) = with_event("2017-06-19 20:00:00", "2017-06-21 10:00:00");
    let first = Shown {
        subject: "a",
        sdate: "Mon, 19 Jun 2017 20:00:00 GMT",
        edate: "Wed, 21 Jun 2017 10:00:00 GMT",
        ..Shown::default()
    };
    let list = events(&[first.clone(), Shown { id: 2, group: Some(1), ..first }]);
    for day in ["2017-06-19", "2017-06-20", "2017-06-21"] {
        calendar.get(&format!("/calendar/date?date={day}"), &park).is(200, &list);
    }
    for day in ["2017-06-18", "2017-06-22"] {
        calendar.get(&format!("/calendar/date?date={day}"), &park).is(200, &events(&[]));
    }
}

#[test]
fn an_event_over_new_year_shows_in_both_months() {
    let (calendar, park) = with_event("2016-12-31 22:00:00", "2017-01-01 02:00:00");
    let first = Shown {
        subject: "a",
        sdate: "Sat, 31 Dec 2016 22:00:00 GMT",
        edate: "Sun, 01 Jan 2017 02:00:00 GMT",
        ..Shown::default()
    };
    let list = events(&[first.clone(), Shown { id: 2, group: Some(1), ..first }]);
    for month in ["2016-12", "2017-01"] {
        calendar.get(&format!("/calendar/month?year_month={month}"), &park).is(200, &list);
    }
    for month in ["2016-11", "2017-02"] {
        calendar.get(&format!("/calendar/month?year_month={month}"), &park).is(200, &events(&[]));
    }
}

#[test]
fn an_event_that_ends_at_midnight_is_not_on_the_next_day_or_month() {
    let (calendar, park) = with_event("2017-06-30 20:00:00", "2017-07-01 00:00:00");
    assert_eq!(on(&calendar, &park, "2017-06-30"), [1, 2]);
    assert_eq!(on(&calendar, &park, "2017-07-01"), NONE);
    assert_eq!(in_month(&calendar, &park, "2017-06"), [1, 2]);
    assert_eq!(in_month(&calendar, &park, "2017-07"), NONE);
}

#[test]
fn an_event_that_ends_a_second_after_midnight_is_on_the_next_day_and_month() {
    let (calendar, park) = with_event("2017-06-30 20:00:00", "2017-07-01 00:00:01");
    assert_eq!(on(&calendar, &park, "2017-07-01"), [1, 2]);
    assert_eq!(in_month(&calendar, &park, "2017-07"), [1, 2]);
}

#[test]
fn an_event_that_starts_in_the_last_second_of_a_month_is_in_it() {
    let (calendar, park) = with_event("2017-06-30 23:59:59", "2017-07-01 00:00:00");
    assert_eq!(on(&calendar, &park, "2017-06-30"), [1, 2]);
    assert_eq!(in_month(&calendar, &park, "2017-06"), [1, 2]);
    assert_eq!(on(&calendar, &park, "2017-07-01"), NONE);
}

#[test]
fn an_event_of_no_length_is_on_the_day_it_starts() {
    let (calendar, park) = with_event("2017-07-01 00:00:00", "2017-07-01 00:00:00");
    assert_eq!(on(&calendar, &park, "2017-07-01"), [1, 2]);
    assert_eq!(on(&calendar, &park, "2017-06-30"), NONE);
    assert_eq!(on(&calendar, &park, "2017-07-02"), NONE);
    assert_eq!(in_month(&calendar, &park, "2017-07"), [1, 2]);
    assert_eq!(in_month(&calendar, &park, "2017-06"), NONE);
}

#[test]
fn an_all_day_event_is_on_its_day_alone() {
    let (calendar, park) = with_event("2016-02-29 00:00:00", "2016-03-01 00:00:00");
    assert_eq!(on(&calendar, &park, "2016-02-28"), NONE);
    assert_eq!(on(&calendar, &park, "2016-02-29"), [1, 2]);
    assert_eq!(on(&calendar, &park, "2016-03-01"), NONE);
    assert_eq!(in_month(&calendar, &park, "2016-03"), NONE);
}

#[test]
fn an_event_from_the_first_year_to_the_last_is_on_every_day() {
    let (calendar, park) = with_event("0001-01-01 00:00:00", "9999-12-31 23:59:59");
    for day in ["0001-01-01", "0001-01-02", "1970-01-01", "2017-06-19", "9999-12-30", "9999-12-31"]
    {
        assert_eq!(on(&calendar, &park, day), [1, 2], "{day}");
    }
    for month in ["0001-01", "0001-02", "1969-12", "2017-06", "9999-11", "9999-12"] {
        assert_eq!(in_month(&calendar, &park, month), [1, 2], "{month}");
    }
    assert_eq!(ids(&calendar, &park, "/calendar/"), [1, 2]);
    assert_eq!(ids(&calendar, &park, "/calendar/today"), [1, 2]);
}

#[test]
fn the_first_and_last_second_of_time_can_have_events() {
    let (calendar, park) = with_event("9999-12-31 23:59:59", "9999-12-31 23:59:59");
    calendar.event(&park, "0001-01-01 00:00:00", "0001-01-01 00:00:00", "b");
    assert_eq!(on(&calendar, &park, "9999-12-31"), [1, 2]);
    assert_eq!(in_month(&calendar, &park, "9999-12"), [1, 2]);
    assert_eq!(on(&calendar, &park, "9999-12-30"), NONE);
    assert_eq!(on(&calendar, &park, "0001-01-01"), [3]);
    assert_eq!(in_month(&calendar, &park, "0001-01"), [3]);
    assert_eq!(on(&calendar, &park, "0001-01-02"), NONE);
}

#[test]
fn an_event_of_any_length_is_on_its_last_day() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.group(&park, "a");
    calendar.select(&park, "1");
    let ends = date(3000, 6, 1).at(0, 0, 1, 0);
    let text = |at: DateTime| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut all = Vec::new();
    for days in [1, 2, 31, 32, 33, 365, 1024, 1025, 32_768, 32_769, 365_000] {
        for seconds in [-1, 0, 1] {
            let starts = ends.checked_sub(days.days()).unwrap();
            let starts = starts.checked_sub(seconds.seconds()).unwrap();
            let (sdate, edate) = (text(starts), text(ends));
            all.push(calendar.event(&park, &sdate, &edate, "a"));
            all.push(calendar.group_event(&park, 1, &sdate, &edate, "a"));
        }
    }
    let mut shown = on(&calendar, &park, "3000-06-01");
    shown.sort_unstable();
    assert_eq!(shown, all);
    let mut shown = in_month(&calendar, &park, "3000-06");
    shown.sort_unstable();
    assert_eq!(shown, all);
    assert_eq!(on(&calendar, &park, "3000-06-02"), NONE);
}

#[test]
fn a_moved_event_leaves_the_day_it_was_on() {
    let (calendar, park) = with_event("2017-06-19 20:00:00", "2017-06-19 21:00:00");
    for id in [1, 2] {
        let body = format!(
            r#"{{"event_id":{id},"sdate":"2016-12-31 00:00:00","edate":"2017-02-01 00:00:00","subject":"a"}}"#
        );
        calendar.put("/calendar/event", &park, body).is(200, DONE);
    }
    assert_eq!(in_month(&calendar, &park, "2017-06"), NONE);
    for month in ["2016-12", "2017-01"] {
        assert_eq!(in_month(&calendar, &park, month), [1, 2]);
    }
    assert_eq!(in_month(&calendar, &park, "2017-02"), NONE);
}

#[test]
fn a_deleted_event_shows_nowhere() {
    let (calendar, park) = with_event("2017-06-19 20:00:00", "2017-06-19 21:00:00");
    calendar.delete("/calendar/event", &park, r#"{"event_id":1}"#).is(200, DONE);
    assert_eq!(on(&calendar, &park, "2017-06-19"), [2]);
    calendar.delete("/calendar/event", &park, r#"{"event_id":2}"#).is(200, DONE);
    calendar.get("/calendar/today", &park).is(200, &events(&[]));
}

#[test]
fn a_lengthened_group_event_shows_until_its_new_end() {
    let (calendar, park) = with_event("2017-06-19 20:00:00", "2017-06-19 21:00:00");
    for (end, last_day) in [
        ("2017-06-25 00:00:00", "2017-06-24"),
        ("2018-01-01 00:00:00", "2017-12-31"),
        ("2030-01-01 00:00:00", "2029-12-31"),
        ("2200-01-01 00:00:00", "2199-12-31"),
    ] {
        assert_eq!(on(&calendar, &park, last_day), NONE);
        let body = format!(
            r#"{{"event_id": 2, "sdate": "2017-06-19 20:00:00", "edate": "{end}", "subject": "a"}}"#
        );
        calendar.put("/calendar/event", &park, body).is(200, DONE);
        assert_eq!(on(&calendar, &park, last_day), [2]);
    }
}
