//! `/calendar/event`: registering, changing, deleting and reading events.

use rocket::http::Method;

use crate::helpers::{Calendar, DONE, KIM, NOW, PARK};
use crate::wire::{EVENTS, Shown, data};

const STORED: &str =
    "1|1|-|테스트 일정|2017-06-20 09:00:00|2017-06-20 12:00:00|2017-06-19 19:55:04|-|0";

fn first() -> Shown<'static> {
    Shown {
        subject: "테스트 일정",
        sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
        edate: "Tue, 20 Jun 2017 12:00:00 GMT",
        ..Shown::default()
    }
}

/// A body for call 6, whose values are JSON.
fn change(id: &str, subject: &str) -> String {
    format!(
        r#"{{"event_id":{id},"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":{subject}}}"#
    )
}

#[test]
fn an_event_that_is_registered_can_be_read_where_location_says() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let answer = calendar.post(
        "/calendar/event",
        &park,
        r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정"}"#,
    );
    answer.is(200, DONE);
    assert_eq!(answer.header("Location"), Some("/api/v1/calendar/event/1"));
    calendar.get("/calendar/event/1", &park).is(200, &data(&first().json()));
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn what_is_not_of_call_5_is_ignored_in_it() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.group(&park, "a");
    calendar
        .post(
            "/calendar/event",
            &park,
            r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정",
                "id":7,"event_id":7,"group_id":1,"group":"1","birthday":"1","email":"kim@example.com",
                "created":"x","updated":[{}]}"#,
        )
        .is(200, DONE);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn an_event_is_changed_by_who_registered_it() {
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
    calendar.get("/calendar/event/1", &park).is(200, &data(&changed.json()));
    assert_eq!(
        calendar.rows(EVENTS),
        [
            "1|1|-|친구들과 약속|2017-06-19 20:00:00|2017-06-19 23:00:00|2017-06-19 19:55:04|2017-06-19 19:56:04|0"
        ]
    );
}

#[test]
fn an_event_in_a_group_is_changed_and_its_group_stays() {
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
    calendar.get("/calendar/event/2", &park).is(200, &data(&changed.json()));
    assert_eq!(calendar.rows("SELECT group_id, subject FROM event"), ["-|테스트 일정", "1|c"]);
}

#[test]
fn an_event_of_a_group_is_changed_and_deleted_by_who_registered_it_and_not_by_the_groups_creator() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    let detail = "event 2 was registered by somebody else";
    calendar.put("/calendar/event", &park, change("2", r#""b""#)).not_owned(detail);
    calendar.delete("/calendar/event", &park, r#"{"event_id":2}"#).not_owned(detail);
    assert_eq!(calendar.rows("SELECT id, subject, updated FROM event WHERE id = 2"), ["2|a|-"]);
    calendar.put("/calendar/event", &kim, change("2", r#""b""#)).is(200, DONE);
    assert_eq!(calendar.rows("SELECT id, subject FROM event WHERE id = 2"), ["2|b"]);
    calendar.delete("/calendar/event", &kim, r#"{"event_id":2}"#).is(200, DONE);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_personal_event_of_somebody_else_is_neither_changed_nor_deleted() {
    let (calendar, _) = Calendar::populated();
    let kim = calendar.register(KIM);
    let detail = "event 1 was registered by somebody else";
    calendar.put("/calendar/event", &kim, change("1", r#""b""#)).not_owned(detail);
    calendar.delete("/calendar/event", &kim, r#"{"event_id":1}"#).not_owned(detail);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_deleted_event_is_gone() {
    let (calendar, park) = Calendar::populated();
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "b");
    calendar.delete("/calendar/event", &park, r#"{"event_id":2}"#).is(200, DONE);
    let detail = "event 2 does not exist";
    calendar.get("/calendar/event/2", &park).not_found(detail);
    calendar.put("/calendar/event", &park, change("2", r#""b""#)).not_found(detail);
    calendar.delete("/calendar/event", &park, r#"{"event_id":2}"#).not_found(detail);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn the_id_of_a_deleted_event_is_never_used_again() {
    let (calendar, park) = Calendar::populated();
    for last in 1..4 {
        calendar
            .delete("/calendar/event", &park, format!(r#"{{"event_id":{last}}}"#))
            .is(200, DONE);
        let next = calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
        assert_eq!(next, last + 1);
    }
    calendar.group_event(&park, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).is(200, DONE);
    assert_eq!(calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a"), 6);
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

/// Calls 5 and 6 with `subject`, which is JSON.
fn send_both(calendar: &Calendar, token: &str, subject: &str, detail: &str) {
    let body = change("1", subject);
    calendar.post("/calendar/event", token, &body).invalid(detail);
    calendar.put("/calendar/event", token, &body).invalid(detail);
}

#[test]
fn a_subject_is_1_to_128_characters() {
    let (calendar, park) = Calendar::populated();
    for empty in [r#""""#, r#""   ""#, r#""\u0009\u000a\u2003""#] {
        send_both(&calendar, &park, empty, "subject: expected 1 to 128 characters, got none");
    }
    for long in ["가".repeat(129), "a".repeat(60_000)] {
        let long = format!(r#""{long}""#);
        send_both(&calendar, &park, &long, "subject: expected at most 128 characters");
    }
    assert_eq!(calendar.rows(EVENTS), [STORED]);
    for longest in ["a".repeat(128), "👍".repeat(128)] {
        let id = calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", &longest);
        calendar
            .put("/calendar/event", &park, change("1", &format!(r#""{longest}""#)))
            .is(200, DONE);
        let stored = calendar.rows(&format!("SELECT subject FROM event WHERE id IN (1, {id})"));
        assert_eq!(stored, [longest.as_str(), longest.as_str()]);
    }
}

#[test]
fn a_subject_is_a_string() {
    let (calendar, park) = Calendar::populated();
    for value in ["1", "-1.5", "true", "null", r#"["b"]"#, r#"{"b":"c"}"#] {
        send_both(&calendar, &park, value, "subject: expected a string");
    }
    let body = r#"{"event_id":1,"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00"}"#;
    calendar.post("/calendar/event", &park, body).invalid("subject: required, but missing");
    calendar.put("/calendar/event", &park, body).invalid("subject: required, but missing");
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_subject_comes_back_as_it_was_sent_but_for_white_space_at_its_ends() {
    let (calendar, park) = Calendar::populated();
    let sdate = "2017-06-20 09:00:00";
    for subject in [
        "친구들과 약속",
        "e\u{301} and é stay apart",
        "👩‍👩‍👧‍👦 \u{202e}rtl\u{202c}",
        r#"<b>"quoted" & 'single' \ back/slash</b>"#,
        "'; DROP TABLE event; --",
        "line\nbreak\ttab and  two spaces",
        "\u{1}\u{7f}\u{10ffff}\u{feff}",
    ] {
        let id = calendar.event(&park, sdate, sdate, &format!(" \u{3000}\n{subject}\t \u{a0}"));
        let shown = Shown {
            id,
            subject,
            sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
            edate: "Tue, 20 Jun 2017 09:00:00 GMT",
            ..Shown::default()
        };
        calendar.get(&format!("/calendar/event/{id}"), &park).is(200, &data(&shown.json()));
    }
}

#[test]
fn an_event_is_read_by_whose_calendar_shows_it_or_who_registered_it_and_nobody_else() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let at = ("2017-06-20 09:00:00", "2017-06-20 12:00:00");
    let in_group = calendar.group_event(&park, 1, at.0, at.1, "a");
    let shown = Shown { id: in_group, subject: "a", group: Some(1), ..first() };
    calendar.get("/calendar/event/1", &kim).not_found("event 1 does not exist");
    calendar.get("/calendar/event/2", &kim).not_found("event 2 does not exist");
    calendar.select(&kim, "1");
    calendar.get("/calendar/event/1", &kim).not_found("event 1 does not exist");
    calendar.get("/calendar/event/2", &kim).is(200, &data(&shown.json()));
    calendar.select(&park, "0");
    calendar.get("/calendar/event/2", &park).is(200, &data(&shown.json()));
}
