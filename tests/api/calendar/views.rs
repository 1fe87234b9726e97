//! What the four views have in common: whose events they show, and in which order. Which events
//! overlap a day or a month is in `overlap.rs`.

use crate::support::calendar::{Calendar, DONE, KIM, PARK};
use crate::support::expected::{Shown, events};

const VIEWS: [&str; 4] = [
    "/calendar/",
    "/calendar/month?year_month=2017-06",
    "/calendar/today",
    "/calendar/date?date=2017-06-19",
];

/// A moment on 19 June 2017.
fn at(hour: &str) -> String {
    format!("2017-06-19 {hour}:00:00")
}

pub(crate) fn shown<'a>(id: i64, email: &'a str, subject: &'a str, hour: &'a str) -> Shown<'a> {
    Shown { id, email, subject, sdate: hour, edate: hour, ..Shown::default() }
}

#[test]
fn an_empty_calendar_is_an_empty_list() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for view in VIEWS {
        calendar.get(view, &park).is(200, &events(&[]));
    }
}

#[test]
fn a_view_shows_the_users_personal_events_and_all_of_the_selected_groups() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    for name in ["selected", "also selected", "not selected"] {
        calendar.group(&park, name);
    }
    calendar.select(&park, "1,2");
    calendar.select(&kim, "3");
    let at = at("09");
    calendar.event(&park, &at, &at, "own");
    calendar.event(&kim, &at, &at, "foreign");
    for group in 1..=3 {
        calendar.group_event(&park, group, &at, &at, "own, in a group");
        calendar.group_event(&kim, group, &at, &at, "foreign, in a group");
    }
    let hour = "Mon, 19 Jun 2017 09:00:00 GMT";
    let in_group =
        |id, email, subject, group| Shown { group: Some(group), ..shown(id, email, subject, hour) };
    let of_park = events(&[
        shown(1, PARK, "own", hour),
        in_group(3, PARK, "own, in a group", 1),
        in_group(4, KIM, "foreign, in a group", 1),
        in_group(5, PARK, "own, in a group", 2),
        in_group(6, KIM, "foreign, in a group", 2),
    ]);
    let of_kim = events(&[
        shown(2, KIM, "foreign", hour),
        in_group(7, PARK, "own, in a group", 3),
        in_group(8, KIM, "foreign, in a group", 3),
    ]);
    for view in VIEWS {
        calendar.get(view, &park).is(200, &of_park);
        calendar.get(view, &kim).is(200, &of_kim);
    }
    calendar.select(&park, "0");
    for view in VIEWS {
        calendar.get(view, &park).is(200, &events(&[shown(1, PARK, "own", hour)]));
    }
}

#[test]
fn a_list_is_ordered_by_start_and_then_id() {
    let (calendar, park) = Calendar::populated();
    calendar.delete("/calendar/event", &park, r#"{"event_id":1}"#).is(200, DONE);
    let (eight, nine) = ("Mon, 19 Jun 2017 08:00:00 GMT", "Mon, 19 Jun 2017 09:00:00 GMT");
    calendar.event(&park, &at("09"), &at("09"), "b");
    calendar.group_event(&park, 1, &at("08"), &at("08"), "c");
    calendar.event(&park, &at("09"), &at("09"), "a");
    calendar.event(&park, &at("08"), &at("08"), "d");
    calendar.put("/calendar/birthday", &park, r#"{"birthday":"2017-06-19"}"#).is(200, DONE);
    let midnight = "Mon, 19 Jun 2017 00:00:00 GMT";
    let list = events(&[
        Shown { birthday: true, ..shown(6, PARK, "park@jungi.me 생일", midnight) },
        Shown { group: Some(1), ..shown(3, PARK, "c", eight) },
        shown(5, PARK, "d", eight),
        shown(2, PARK, "b", nine),
        shown(4, PARK, "a", nine),
    ]);
    for view in VIEWS {
        calendar.get(view, &park).is(200, &list);
    }
}

#[test]
fn calls_without_parameters_ignore_the_query() {
    let (calendar, park) = Calendar::populated();
    let june = calendar.get("/calendar/", &park).body;
    assert!(june.contains("테스트 일정"));
    calendar.get("/calendar/?year_month=2016-01&x", &park).is(200, &june);
    calendar.get("/calendar/today?date=2017-06-20", &park).is(200, &events(&[]));
}
