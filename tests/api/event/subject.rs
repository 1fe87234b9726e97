//! The subject of an event.

use super::{STORED, assert_subject_is_invalid, change};
use crate::support::calendar::{Calendar, DONE};
use crate::support::expected::{EVENTS, Shown};

#[test]
fn a_subject_is_1_to_128_characters() {
    let (calendar, park) = Calendar::populated();
    for empty in [r#""""#, r#""   ""#, r#""\u0009\u000a\u2003""#] {
        assert_subject_is_invalid(
            &calendar,
            &park,
            empty,
            "subject: expected 1 to 128 characters, got none",
        );
    }
    for long in ["가".repeat(129), "a".repeat(60_000)] {
        let long = format!(r#""{long}""#);
        assert_subject_is_invalid(
            &calendar,
            &park,
            &long,
            "subject: expected at most 128 characters",
        );
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
fn a_subject_has_a_character_that_can_be_seen() {
    let (calendar, park) = Calendar::populated();
    for unseen in
        [r#""\u200b""#, r#""\u3164 \ufeff""#, r#""\u2800""#, "\"\u{e0041}\"", r#""\u0007""#]
    {
        let why = "subject: expected at least one visible character";
        assert_subject_is_invalid(&calendar, &park, unseen, why);
    }
    assert_eq!(calendar.rows(EVENTS), [STORED]);
    calendar
        .post("/group/", &park, "{\"group_name\":\"\u{3164}\"}")
        .invalid("group_name: expected at least one visible character");
}

#[test]
fn a_subject_is_a_string() {
    let (calendar, park) = Calendar::populated();
    for value in ["1", "-1.5", "true", "null", r#"["b"]"#, r#"{"b":"c"}"#] {
        assert_subject_is_invalid(&calendar, &park, value, "subject: expected a string");
    }
    let body = r#"{"event_id":1,"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00"}"#;
    calendar.post("/calendar/event", &park, body).invalid("subject: required, but missing");
    calendar.put("/calendar/event", &park, body).invalid("subject: required, but missing");
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_subject_comes_back_as_sent_without_outer_white_space() {
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
        calendar.get(&format!("/calendar/event/{id}"), &park).is_event(&shown);
    }
}
