//! `POST /group/event`.

use crate::event::STORED;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};
use crate::support::expected::{EVENTS, Shown, events};

/// A body whose `group_id` and `subject` are JSON.
fn body(group: &str, subject: &str) -> String {
    format!(
        r#"{{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":{subject},"group_id":{group}}}"#
    )
}

fn shown(email: &str) -> Shown<'_> {
    Shown {
        id: 2,
        email,
        subject: "친구들과 약속",
        group: Some(1),
        sdate: "Mon, 19 Jun 2017 20:00:00 GMT",
        edate: "Mon, 19 Jun 2017 23:00:00 GMT",
        ..Shown::default()
    }
}

#[test]
fn location_leads_to_a_created_group_event() {
    let (calendar, park) = Calendar::populated();
    let answer = calendar.post("/group/event", &park, body("1", r#""친구들과 약속""#));
    answer.is(200, DONE);
    assert_eq!(answer.header("Location"), Some("/api/v1/calendar/event/2"));
    calendar.get("/calendar/event/2", &park).is_event(&shown(PARK));
    assert_eq!(
        calendar.rows(EVENTS),
        [
            STORED,
            "2|1|1|친구들과 약속|2017-06-19 20:00:00|2017-06-19 23:00:00|2017-06-19 19:55:04|-|0"
        ]
    );
}

#[test]
fn any_user_adds_events_to_any_group_and_those_who_selected_it_see_them() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.post("/group/event", &kim, body("1", r#""친구들과 약속""#)).is(200, DONE);
    calendar.get("/calendar/today", &park).is(200, &events(&[shown(KIM)]));
    calendar.get("/calendar/today", &kim).is(200, &events(&[]));
    calendar.get("/calendar/event/2", &kim).is_event(&shown(KIM));
    assert_eq!(calendar.rows("SELECT user_id, group_id FROM event WHERE id = 2"), ["2|1"]);
}

#[test]
fn a_group_that_does_not_exist_takes_no_event() {
    let (calendar, park) = Calendar::populated();
    for id in ["0", "-1", "2", "9223372036854775807", "-9223372036854775808"] {
        calendar
            .post("/group/event", &park, body(id, r#""a""#))
            .not_found(&format!("group {id} does not exist"));
    }
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).is(200, DONE);
    let deleted = calendar.post("/group/event", &park, body("1", r#""a""#));
    deleted.not_found("group 1 does not exist");
    assert_eq!(deleted.header("Location"), None);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_group_id_is_an_integer_of_64_bits() {
    let (calendar, park) = Calendar::populated();
    for value in [
        r#""1""#,
        "1.0",
        "1e0",
        "true",
        "null",
        "[1]",
        "{}",
        "9223372036854775808",
        "-9223372036854775809",
    ] {
        calendar
            .post("/group/event", &park, body(value, r#""a""#))
            .invalid("group_id: expected an integer of 64 bits");
    }
    let without = r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"a"}"#;
    calendar.post("/group/event", &park, without).invalid("group_id: required, but missing");
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn the_subject_is_a_string_of_1_to_128_characters() {
    let (calendar, park) = Calendar::populated();
    let long = format!(r#""{}""#, "가".repeat(129));
    for (subject, detail) in [
        (r#""""#, "subject: expected 1 to 128 characters, got none"),
        (r#"" \t""#, "subject: expected 1 to 128 characters, got none"),
        (long.as_str(), "subject: expected at most 128 characters"),
        ("1", "subject: expected a string"),
        ("null", "subject: expected a string"),
    ] {
        calendar.post("/group/event", &park, body("1", subject)).invalid(detail);
    }
    let without = r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","group_id":1}"#;
    calendar.post("/group/event", &park, without).invalid("subject: required, but missing");
    assert_eq!(calendar.rows(EVENTS), [STORED]);
    let longest = "👍".repeat(128);
    calendar.post("/group/event", &park, body("1", &format!(r#""  {longest} ""#))).is(200, DONE);
    assert_eq!(calendar.rows("SELECT subject FROM event WHERE id = 2"), [longest]);
}

#[test]
fn an_event_in_a_group_writes_two_numbers_and_no_row_of_others_who_selected_it() {
    let (calendar, park) = Calendar::populated();
    for email in [KIM, "lee@jungi.me"] {
        let token = calendar.register(email);
        calendar.select(&token, "1");
    }
    // Besides the version of the group, the count of the events of whoever registers it.
    let users = r#"SELECT id, email, email_folded, created, password_hash, token_generation, calendar_version,
            CASE WHEN id = 1 THEN events - (SELECT count(*) FROM event WHERE user_id = 1) ELSE events END
        FROM "user" ORDER BY id"#;
    let version = || {
        let rows = calendar.rows("SELECT version FROM calendar_group WHERE id = 1");
        rows[0].parse::<i64>().unwrap()
    };
    let before = (calendar.rows(users), version());
    let id = calendar.group_event(&park, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    assert_eq!((calendar.rows(users), version()), (before.0.clone(), before.1 + 1));
    calendar.delete("/calendar/event", &park, format!(r#"{{"event_id":{id}}}"#)).is(200, DONE);
    calendar.settle();
    assert_eq!((calendar.rows(users), version()), (before.0, before.1 + 2));
}
