//! `PUT /calendar/event`, and what it has in common with `DELETE`: whose events these change, and
//! the id that names one.

use rocket::http::Method;

use super::{STORED, change, first};
use crate::support::calendar::{Calendar, DONE, KIM, NOW};
use crate::support::expected::{EVENTS, Shown};

#[test]
fn an_event_is_changed_by_the_user_who_registered_it() {
    let (calendar, park) = Calendar::populated();
    calendar.clock.set(NOW + 60);
    calendar.put("/calendar/event", &park, change("1", r#""친구들과 약속""#)).is(200, DONE);
    let changed = Shown {
        subject: "친구들과 약속",
        sdate: "Mon, 19 Jun 2017 20:00:00 GMT",
        edate: "Mon, 19 Jun 2017 23:00:00 GMT",
        updated: Some("Mon, 19 Jun 2017 19:56:04 GMT"),
        ..first()
    };
    calendar.get("/calendar/event/1", &park).is_event(&changed);
    assert_eq!(
        calendar.rows(EVENTS),
        [
            "1|1|-|친구들과 약속|2017-06-19 20:00:00|2017-06-19 23:00:00|2017-06-19 19:55:04|2017-06-19 19:56:04|0"
        ]
    );
}

#[test]
fn changing_an_event_keeps_its_group() {
    let (calendar, park) = Calendar::populated();
    let id = calendar.group_event(&park, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    calendar.group(&park, "b");
    let body = r#"{"event_id":2,"sdate":"2017-06-21 00:00:00","edate":"2017-06-21 00:00:00","subject":"c","group_id":2,"group":"2"}"#;
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    let changed = Shown {
        id,
        subject: "c",
        group: Some(1),
        sdate: "Wed, 21 Jun 2017 00:00:00 GMT",
        edate: "Wed, 21 Jun 2017 00:00:00 GMT",
        updated: Some("Mon, 19 Jun 2017 19:55:04 GMT"),
        ..Shown::default()
    };
    calendar.get("/calendar/event/2", &park).is_event(&changed);
    assert_eq!(calendar.rows("SELECT group_id, subject FROM event"), ["-|테스트 일정", "1|c"]);
}

#[test]
fn a_groups_owner_changes_the_events_of_others_which_stay_theirs() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    let lee = calendar.register("lee@jungi.me");
    let detail = "event 2 was registered by somebody else";
    calendar.put("/calendar/event", &lee, change("2", r#""b""#)).not_owned(detail);
    calendar.put("/calendar/event", &park, change("2", r#""b""#)).is(200, DONE);
    assert_eq!(calendar.rows("SELECT id, user_id, subject FROM event WHERE id = 2"), ["2|2|b"]);
    calendar.put("/calendar/event", &kim, change("2", r#""c""#)).is(200, DONE);
    assert_eq!(calendar.rows("SELECT id, subject FROM event WHERE id = 2"), ["2|c"]);
    calendar.delete("/calendar/event", &kim, r#"{"event_id":2}"#).is(200, DONE);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_personal_event_of_another_user_cannot_be_changed_or_deleted() {
    let (calendar, _) = Calendar::populated();
    let kim = calendar.register(KIM);
    let detail = "event 1 was registered by somebody else";
    calendar.put("/calendar/event", &kim, change("1", r#""b""#)).not_owned(detail);
    calendar.delete("/calendar/event", &kim, r#"{"event_id":1}"#).not_owned(detail);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn an_event_that_does_not_exist_is_not_found() {
    let (calendar, park) = Calendar::populated();
    for id in ["0", "-1", "2", "9223372036854775807", "-9223372036854775808"] {
        let detail = format!("event {id} does not exist");
        calendar.put("/calendar/event", &park, change(id, r#""b""#)).not_found(&detail);
        let body = format!(r#"{{"event_id":{id}}}"#);
        calendar.delete("/calendar/event", &park, body).not_found(&detail);
        calendar.get(&format!("/calendar/event/{id}"), &park).not_found(&detail);
    }
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn an_event_id_is_an_integer_of_64_bits() {
    let (calendar, park) = Calendar::populated();
    for value in [
        r#""1""#,
        "1.0",
        "1e0",
        "1e2",
        "1E2",
        "true",
        "null",
        "[1]",
        "{}",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "100000000000000000000000000000000000000000",
    ] {
        let detail = "event_id: expected an integer of 64 bits";
        calendar.put("/calendar/event", &park, change(value, r#""b""#)).invalid(detail);
        let body = format!(r#"{{"event_id":{value}}}"#);
        calendar.delete("/calendar/event", &park, body).invalid(detail);
    }
    for method in [Method::Put, Method::Delete] {
        calendar
            .call(method, "/calendar/event", &park, r#"{"id":1}"#)
            .invalid("event_id: required, but missing");
    }
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}
