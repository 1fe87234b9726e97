//! `/calendar/birthday`, and where a birthday shows.

use rocket::http::Method;

use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK};
use crate::support::expected::{EVENTS, Shown, events};

const SUBJECT: &str = "park@jungi.me 생일";

const EXISTS: &str = r#"{"meta":{"code":20010,"message":"USER BIRTHDAY EXIST"}}"#;

fn shown(at: &str) -> Shown<'_> {
    Shown { subject: SUBJECT, sdate: at, edate: at, birthday: true, ..Shown::default() }
}

/// A calendar whose only event is Park's birthday.
fn born(day: &str) -> (Calendar, String) {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let body = format!(r#"{{"birthday":"{day}"}}"#);
    calendar.put("/calendar/birthday", &park, body).is(200, DONE);
    (calendar, park)
}

/// Asserts that the day and its month show the birthday at `at`.
#[track_caller]
fn is_on(calendar: &Calendar, token: &str, day: &str, at: &str) {
    let list = events(&[shown(at)]);
    calendar.get(&format!("/calendar/date?date={day}"), token).is(200, &list);
    calendar.get(&format!("/calendar/month?year_month={}", &day[..7]), token).is(200, &list);
}

#[track_caller]
fn is_not_on(calendar: &Calendar, token: &str, day: &str) {
    calendar.get(&format!("/calendar/date?date={day}"), token).is(200, &events(&[]));
}

#[track_caller]
fn is_not_in(calendar: &Calendar, token: &str, month: &str) {
    calendar.get(&format!("/calendar/month?year_month={month}"), token).is(200, &events(&[]));
}

#[test]
fn a_birthday_is_registered_with_put_and_post_under_three_names_as_a_date_or_a_time() {
    for method in [Method::Put, Method::Post] {
        for name in ["birthday", "brithday", "sdate"] {
            for value in ["1990-06-19", "1990-06-19 20:00:00", "1990-06-19 23:59:59"] {
                let calendar = Calendar::new();
                let park = calendar.register(PARK);
                let answer = calendar.call(
                    method,
                    "/calendar/birthday",
                    &park,
                    format!(r#"{{"{name}":"{value}"}}"#),
                );
                answer.is(200, DONE);
                assert_eq!(
                    calendar.rows(EVENTS),
                    [format!(
                        "1|1|-|{SUBJECT}|1990-06-19 00:00:00|1990-06-19 00:00:00|2017-06-19 19:55:04|-|1"
                    )]
                );
                calendar
                    .get("/calendar/today", &park)
                    .is(200, &events(&[shown("Mon, 19 Jun 2017 00:00:00 GMT")]));
            }
        }
    }
}

#[test]
fn a_birthday_shows_every_year_from_the_year_of_birth_on() {
    let (calendar, park) = born("1990-06-20");
    is_on(&calendar, &park, "1990-06-20", "Wed, 20 Jun 1990 00:00:00 GMT");
    is_on(&calendar, &park, "1991-06-20", "Thu, 20 Jun 1991 00:00:00 GMT");
    is_on(&calendar, &park, "2017-06-20", "Tue, 20 Jun 2017 00:00:00 GMT");
    is_on(&calendar, &park, "9999-06-20", "Sun, 20 Jun 9999 00:00:00 GMT");
    for before in ["1989-06-20", "0001-06-20"] {
        is_not_on(&calendar, &park, before);
        is_not_in(&calendar, &park, &before[..7]);
    }
    for beside in ["2017-06-19", "2017-06-21"] {
        is_not_on(&calendar, &park, beside);
    }
    for beside in ["2017-05", "2017-07"] {
        is_not_in(&calendar, &park, beside);
    }
}

#[test]
fn a_birthday_shows_today_and_this_month() {
    let (calendar, park) = born("1990-06-20");
    let list = events(&[shown("Tue, 20 Jun 2017 00:00:00 GMT")]);
    calendar.get("/calendar/", &park).is(200, &list);
    calendar.get("/calendar/today", &park).is(200, &events(&[]));
    calendar.clock.set(NOW + 86_400);
    calendar.get("/calendar/today", &park).is(200, &list);
}

#[test]
fn the_29th_of_february_shows_on_the_28th_in_common_years() {
    let (calendar, park) = born("1996-02-29");
    is_on(&calendar, &park, "1996-02-29", "Thu, 29 Feb 1996 00:00:00 GMT");
    is_on(&calendar, &park, "2000-02-29", "Tue, 29 Feb 2000 00:00:00 GMT");
    is_on(&calendar, &park, "2017-02-28", "Tue, 28 Feb 2017 00:00:00 GMT");
    is_on(&calendar, &park, "2100-02-28", "Sun, 28 Feb 2100 00:00:00 GMT");
    for beside in ["1996-02-28", "2000-02-28", "2017-03-01", "2017-02-27", "1995-02-28"] {
        is_not_on(&calendar, &park, beside);
    }
    is_not_in(&calendar, &park, "2017-03");
    assert_eq!(
        calendar.rows("SELECT datetime(starts, 'unixepoch') FROM event"),
        ["1996-02-29 00:00:00"]
    );
}

#[test]
fn a_birthday_on_the_first_or_last_day_of_time_shows_from_year_to_year() {
    let (calendar, park) = born("0001-01-01");
    is_on(&calendar, &park, "0001-01-01", "Mon, 01 Jan 0001 00:00:00 GMT");
    is_on(&calendar, &park, "9999-01-01", "Fri, 01 Jan 9999 00:00:00 GMT");
    is_not_on(&calendar, &park, "9999-12-31");
    let (calendar, park) = born("9999-12-31");
    is_on(&calendar, &park, "9999-12-31", "Fri, 31 Dec 9999 00:00:00 GMT");
    is_not_in(&calendar, &park, "9998-12");
}

#[test]
fn a_birthday_at_the_turn_of_the_year_is_in_one_month() {
    let (calendar, park) = born("1990-12-31");
    is_on(&calendar, &park, "2016-12-31", "Sat, 31 Dec 2016 00:00:00 GMT");
    is_not_in(&calendar, &park, "2017-01");
    let (calendar, park) = born("1990-01-01");
    is_on(&calendar, &park, "2017-01-01", "Sun, 01 Jan 2017 00:00:00 GMT");
    is_not_in(&calendar, &park, "2016-12");
}

#[test]
fn a_second_birthday_changes_nothing() {
    let (calendar, park) = born("1990-06-20");
    let before = calendar.rows(EVENTS);
    calendar.clock.set(NOW + 60);
    for method in [Method::Put, Method::Post] {
        for day in ["1991-07-21", "1990-06-20"] {
            let body = format!(r#"{{"birthday":"{day}"}}"#);
            calendar.call(method, "/calendar/birthday", &park, body).is(200, EXISTS);
        }
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn each_user_has_a_birthday_that_no_other_calendar_shows() {
    let (calendar, park) = born("1990-06-20");
    let kim = calendar.register(KIM);
    calendar.get("/calendar/", &kim).is(200, &events(&[]));
    calendar.put("/calendar/birthday", &kim, r#"{"birthday":"1991-06-20"}"#).is(200, DONE);
    let at = "Tue, 20 Jun 2017 00:00:00 GMT";
    let of_kim = Shown { id: 2, email: KIM, subject: "kim@example.com 생일", ..shown(at) };
    calendar.get("/calendar/", &kim).is(200, &events(&[of_kim]));
    calendar.get("/calendar/", &park).is(200, &events(&[shown(at)]));
    calendar.get("/calendar/event/1", &kim).not_found("event 1 does not exist");
}

#[test]
fn a_deleted_birthday_can_be_registered_again() {
    let (calendar, park) = born("1990-06-20");
    calendar.delete("/calendar/event", &park, r#"{"event_id":1}"#).is(200, DONE);
    is_not_in(&calendar, &park, "2017-06");
    assert!(calendar.rows(EVENTS).is_empty());
    calendar.put("/calendar/birthday", &park, r#"{"birthday":"1991-07-21"}"#).is(200, DONE);
    let again = Shown { id: 2, ..shown("Fri, 21 Jul 2017 00:00:00 GMT") };
    calendar.get("/calendar/month?year_month=2017-07", &park).is(200, &events(&[again]));
    assert_eq!(calendar.rows("SELECT id FROM event"), ["2"]);
}

#[test]
fn a_birthday_of_another_user_cannot_be_changed_or_deleted() {
    let (calendar, _) = born("1990-06-20");
    let kim = calendar.register(KIM);
    let before = calendar.rows(EVENTS);
    let detail = "event 1 was registered by somebody else";
    calendar.delete("/calendar/event", &kim, r#"{"event_id":1}"#).not_owned(detail);
    let body = r#"{"event_id":1,"sdate":"1990-01-01 00:00:00","edate":"1990-01-01 00:00:00","subject":"a"}"#;
    calendar.put("/calendar/event", &kim, body).not_owned(detail);
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn a_birthday_read_by_its_id_is_in_the_year_of_birth() {
    let (calendar, park) = born("1990-06-20");
    let born = shown("Wed, 20 Jun 1990 00:00:00 GMT");
    calendar.get("/calendar/event/1", &park).is_event(&born);
}

#[test]
fn a_changed_birthday_stays_a_birthday() {
    let (calendar, park) = born("1990-06-20");
    let body = r#"{"event_id":1,"sdate":"1991-06-21 00:00:00","edate":"1991-06-21 00:00:00","subject":"생일"}"#;
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    let changed = Shown {
        subject: "생일",
        updated: Some("Mon, 19 Jun 2017 19:55:04 GMT"),
        ..shown("Wed, 21 Jun 2017 00:00:00 GMT")
    };
    calendar.get("/calendar/", &park).is(200, &events(&[changed]));
    is_not_in(&calendar, &park, "1990-06");
}

#[test]
fn a_birthday_changed_on_a_day_on_which_it_shows_keeps_the_day_of_birth() {
    for (day, seen) in [
        ("1990-06-20", "1990-06-20"),
        ("1990-06-20", "2017-06-20"),
        ("2000-02-29", "2004-02-29"),
        ("2000-02-29", "2001-02-28"),
        ("1990-12-31", "9999-12-31"),
    ] {
        let (calendar, park) = born(day);
        let body = format!(
            r#"{{"event_id":1,"sdate":"{seen} 00:00:00","edate":"{seen} 00:00:00","subject":"My day"}}"#
        );
        calendar.put("/calendar/event", &park, body).is(200, DONE);
        assert_eq!(
            calendar.rows("SELECT subject || ' ' || date(starts, 'unixepoch') FROM event"),
            [format!("My day {day}")],
            "seen on {seen}"
        );
    }
}

#[test]
fn a_birthday_changed_on_another_day_moves_there() {
    for (day, other) in [
        ("1990-06-20", "1990-06-21"),
        // Before the birth it does not show.
        ("1990-06-20", "1989-06-20"),
        ("2000-02-29", "2004-02-28"),
        ("2000-02-29", "2001-03-01"),
    ] {
        let (calendar, park) = born(day);
        let body = format!(
            r#"{{"event_id":1,"sdate":"{other} 00:00:00","edate":"{other} 00:00:00","subject":"a"}}"#
        );
        calendar.put("/calendar/event", &park, body).is(200, DONE);
        assert_eq!(calendar.rows("SELECT date(starts, 'unixepoch') FROM event"), [other]);
    }
}

#[test]
fn a_birthday_is_a_real_day_in_one_of_two_forms() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for bad in [
        "",
        "1990",
        "1990-06",
        "1990-6-20",
        "19900620",
        "1990-06-31",
        "2017-02-29",
        "0000-01-01",
        "10000-01-01",
        "1990-06-20T00:00:00",
        "1990-06-20 24:00:00",
        "1990-06-20 00:00",
        "1990-06-20 ",
        " 1990-06-20",
        "1990-06-20 00:00:00Z",
        "Wed, 20 Jun 1990 00:00:00 GMT",
    ] {
        for name in ["birthday", "brithday", "sdate"] {
            for method in [Method::Put, Method::Post] {
                calendar
                    .call(method, "/calendar/birthday", &park, format!(r#"{{"{name}":"{bad}"}}"#))
                    .invalid(&format!("{name}: expected YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"));
            }
        }
    }
    for value in ["19900620", "1.5", "true", "null", r#"["1990-06-20"]"#, "{}"] {
        calendar
            .put("/calendar/birthday", &park, format!(r#"{{"birthday":{value}}}"#))
            .invalid("birthday: expected a string");
    }
    calendar.put("/calendar/birthday", &park, "{}").invalid("birthday: required, but missing");
    assert!(calendar.rows(EVENTS).is_empty());
}

#[test]
fn the_subject_of_a_birthday_may_be_longer_than_any_other() {
    let calendar = Calendar::new();
    let email = format!("{}@b", "가".repeat(252));
    let token = calendar.register(&email);
    calendar.put("/calendar/birthday", &token, r#"{"birthday":"1990-06-20"}"#).is(200, DONE);
    let subject = format!("{email} 생일");
    let at = "Tue, 20 Jun 2017 00:00:00 GMT";
    let long = Shown { email: &email, subject: &subject, ..shown(at) };
    calendar.get("/calendar/", &token).is(200, &events(&[long]));
}

#[test]
fn a_birthday_is_found_by_its_subject() {
    let (calendar, park) = born("1990-06-20");
    let answer = calendar.get("/calendar/search?search_word=%EC%83%9D%EC%9D%BC", &park);
    answer.is(200, &events(&[shown("Wed, 20 Jun 1990 00:00:00 GMT")]));
}

#[test]
fn a_birthday_is_read_and_deleted_by_itself_whatever_its_subject_is() {
    let (calendar, park) = born("1990-06-19");
    let kim = calendar.register(KIM);
    let read = calendar.get("/calendar/birthday", &park);
    let one = calendar.get("/calendar/event/1", &park);
    assert_eq!((read.status, &read.body), (200, &one.body));
    assert_eq!(read.header("ETag"), one.header("ETag"));
    assert_eq!(read.json()["data"]["sdate"], "Tue, 19 Jun 1990 00:00:00 GMT");
    let change = r#"{"event_id": 1, "sdate": "1991-06-20 00:00:00", "edate": "1991-06-20 00:00:00", "subject": "내 생일"}"#;
    calendar.put("/calendar/event", &park, change).is(200, DONE);
    let read = calendar.get("/calendar/birthday", &park).json();
    assert_eq!((&read["data"]["subject"], &read["data"]["id"]), (&"내 생일".into(), &1.into()));
    let none = "you have no birthday registered";
    calendar.get("/calendar/birthday", &kim).not_found(none);
    calendar.delete("/calendar/birthday", &kim, "").not_found(none);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
    calendar.delete("/calendar/birthday", &park, "").is(200, DONE);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
    calendar.get("/calendar/birthday", &park).not_found(none);
    calendar.delete("/calendar/birthday", &park, "").not_found(none);
}
