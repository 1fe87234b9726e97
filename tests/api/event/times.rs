//! `sdate` and `edate`: which times the three calls that take them accept, and how they come back.

use rocket::http::Method;
use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, PARK, Settings};
use crate::support::expected::{EVENTS, Shown};

const TAKING_TIMES: [(Method, &str); 3] = [
    (Method::Post, "/calendar/event"),
    (Method::Put, "/calendar/event"),
    (Method::Post, "/group/event"),
];

/// The answers of the three calls to these times.
fn send_all(calendar: &Calendar, token: &str, sdate: &Value, edate: &Value) -> Vec<Answer> {
    let body =
        json!({"event_id": 1, "group_id": 1, "sdate": sdate, "edate": edate, "subject": "a"});
    let call = |(method, path)| calendar.call(method, path, token, body.to_string());
    TAKING_TIMES.map(call).into()
}

#[test]
fn a_time_has_one_form() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.rows(EVENTS);
    let good = json!("2017-06-19 20:00:00");
    for bad in [
        "",
        " ",
        "2017-06-19",
        "2017-06",
        "20:00:00",
        "2017-06-19T20:00:00",
        "2017-06-19 20:00",
        "2017-06-19 20:00:00Z",
        "2017-06-19 20:00:00+09:00",
        "2017-06-19 20:00:00.000",
        "2017-06-19  20:00:00",
        " 2017-06-19 20:00:00",
        "2017-06-19 20:00:00 ",
        "2017-06-19 20:00:00\n",
        "2017-6-19 20:00:00",
        "2017-06-19 8:00:00",
        "17-06-19 20:00:00",
        "2017/06/19 20:00:00",
        "2017-06-19 20-00-00",
        "20170619 200000",
        "Mon, 19 Jun 2017 20:00:00 GMT",
        "1497869704",
        "２０１７-06-19 20:00:00",
        "2017-06-19\u{a0}20:00:00",
        "+017-06-19 20:00:00",
        "-017-06-19 20:00:00",
        "12017-06-19 20:00:00",
    ] {
        for answer in send_all(&calendar, &park, &json!(bad), &good) {
            answer.invalid("sdate: expected YYYY-MM-DD HH:MM:SS");
        }
        for answer in send_all(&calendar, &park, &good, &json!(bad)) {
            answer.invalid("edate: expected YYYY-MM-DD HH:MM:SS");
        }
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn a_time_that_does_not_exist_is_refused() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.rows(EVENTS);
    for bad in [
        "0000-01-01 00:00:00",
        "2017-00-01 00:00:00",
        "2017-13-01 00:00:00",
        "2017-06-00 00:00:00",
        "2017-06-31 00:00:00",
        "2017-02-29 00:00:00",
        "1900-02-29 00:00:00",
        "2017-06-19 24:00:00",
        "2017-06-19 23:60:00",
        "2016-12-31 23:59:60",
        "2017-06-19 99:99:99",
    ] {
        for answer in send_all(&calendar, &park, &json!(bad), &json!("2017-06-19 20:00:00")) {
            answer.invalid("sdate: expected YYYY-MM-DD HH:MM:SS");
        }
        for answer in send_all(&calendar, &park, &json!("0001-01-01 00:00:00"), &json!(bad)) {
            answer.invalid("edate: expected YYYY-MM-DD HH:MM:SS");
        }
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn a_time_is_a_string() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.rows(EVENTS);
    let good = json!("2017-06-19 20:00:00");
    for bad in [json!(20_170_619), json!(1.5), json!(true), json!(null), json!([good]), json!({})] {
        for answer in send_all(&calendar, &park, &bad, &good) {
            answer.invalid("sdate: expected a string");
        }
        for answer in send_all(&calendar, &park, &good, &bad) {
            answer.invalid("edate: expected a string");
        }
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn a_missing_time_is_named() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.rows(EVENTS);
    for (body, missing) in [
        (r#"{"event_id":1,"group_id":1,"edate":"2017-06-19 20:00:00","subject":"a"}"#, "sdate"),
        (r#"{"event_id":1,"group_id":1,"sdate":"2017-06-19 20:00:00","subject":"a"}"#, "edate"),
    ] {
        for (method, path) in TAKING_TIMES {
            calendar
                .call(method, path, &park, body)
                .invalid(&format!("{missing}: required, but missing"));
        }
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn an_end_before_the_start_is_refused() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.rows(EVENTS);
    for (sdate, edate) in [
        ("2017-06-19 20:00:00", "2017-06-19 19:59:59"),
        ("9999-12-31 23:59:59", "0001-01-01 00:00:00"),
    ] {
        for answer in send_all(&calendar, &park, &json!(sdate), &json!(edate)) {
            answer.invalid("edate: expected a time that is not before sdate");
        }
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn an_event_may_have_no_length() {
    let (calendar, park) = Calendar::populated();
    let at = json!("2017-06-19 20:00:00");
    for answer in send_all(&calendar, &park, &at, &at) {
        answer.is(200, DONE);
    }
    assert_eq!(
        calendar.rows("SELECT id, group_id, ends - starts FROM event ORDER BY id"),
        ["1|-|0", "2|-|0", "3|1|0"]
    );
}

#[test]
fn a_time_comes_back_with_its_own_digits_and_its_true_weekday() {
    let (calendar, park) = Calendar::populated();
    for (sdate, edate, shown_sdate, shown_edate) in [
        (
            "0001-01-01 00:00:00",
            "9999-12-31 23:59:59",
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ),
        (
            "1582-10-10 01:02:03",
            "1969-12-31 23:59:59",
            "Sun, 10 Oct 1582 01:02:03 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ),
        (
            "2000-02-29 12:34:56",
            "2016-02-29 00:00:00",
            "Tue, 29 Feb 2000 12:34:56 GMT",
            "Mon, 29 Feb 2016 00:00:00 GMT",
        ),
        (
            "2038-01-19 03:14:08",
            "2106-02-07 06:28:16",
            "Tue, 19 Jan 2038 03:14:08 GMT",
            "Sun, 07 Feb 2106 06:28:16 GMT",
        ),
    ] {
        let id = calendar.event(&park, sdate, edate, "a");
        let shown =
            Shown { id, subject: "a", sdate: shown_sdate, edate: shown_edate, ..Shown::default() };
        calendar.get(&format!("/calendar/event/{id}"), &park).is_event(&shown);
        let stored = "datetime(starts, 'unixepoch'), datetime(ends, 'unixepoch')";
        let rows = calendar.rows(&format!("SELECT {stored} FROM event WHERE id = {id}"));
        assert_eq!(rows, [format!("{sdate}|{edate}")]);
    }
}

#[test]
fn all_months_and_weekdays_are_printed_in_english() {
    let (calendar, park) = Calendar::populated();
    for (month, weekday, name) in [
        (1, "Sun", "Jan"),
        (2, "Wed", "Feb"),
        (3, "Wed", "Mar"),
        (4, "Sat", "Apr"),
        (5, "Mon", "May"),
        (6, "Thu", "Jun"),
        (7, "Sat", "Jul"),
        (8, "Tue", "Aug"),
        (9, "Fri", "Sep"),
        (10, "Sun", "Oct"),
        (11, "Wed", "Nov"),
        (12, "Fri", "Dec"),
    ] {
        let at = format!("2017-{month:02}-01 00:00:00");
        let id = calendar.event(&park, &at, &at, "a");
        let at = format!("{weekday}, 01 {name} 2017 00:00:00 GMT");
        let shown = Shown { id, subject: "a", sdate: &at, edate: &at, ..Shown::default() };
        calendar.get(&format!("/calendar/event/{id}"), &park).is_event(&shown);
    }
}

#[test]
fn a_time_that_the_zone_skips_or_repeats_is_accepted() {
    let calendar = Calendar::with(Settings { zone: "America/New_York", ..Settings::default() });
    let park = calendar.register(PARK);
    calendar.event(&park, "2017-03-12 02:30:00", "2017-11-05 01:30:00", "a");
    let shown = Shown {
        subject: "a",
        sdate: "Sun, 12 Mar 2017 02:30:00 GMT",
        edate: "Sun, 05 Nov 2017 01:30:00 GMT",
        created: "Mon, 19 Jun 2017 06:55:04 GMT",
        ..Shown::default()
    };
    calendar.get("/calendar/event/1", &park).is_event(&shown);
}
