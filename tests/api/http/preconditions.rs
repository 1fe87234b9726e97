//! `If-Match`: an event is changed or deleted only while it is what the client knows (RFC 9110,
//! 13.1.1).

use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK};
use crate::support::expected::EVENTS;

pub(crate) const PATH: &str = "/api/v1/calendar/event";

const CHANGE: &str = r#"{"event_id": 1, "sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "changed"}"#;

const CHANGE_BACK: &str = r#"{"event_id": 1, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00", "subject": "테스트 일정"}"#;

pub(crate) const DELETION: &str = r#"{"event_id": 1}"#;

fn if_match(
    calendar: &Calendar,
    method: Method,
    token: &str,
    if_match: &str,
    body: &str,
) -> Answer {
    let headers = [("X-calendar-access-token", token), ("If-Match", if_match)];
    calendar.send(method, PATH, &headers, body)
}

pub(crate) fn tag(calendar: &Calendar, token: &str) -> String {
    calendar.get("/calendar/event/1", token).header("ETag").unwrap().to_owned()
}

#[track_caller]
fn assert_precondition_failed(answer: &Answer) {
    answer.refuses(
        412,
        41200,
        "PRECONDITION FAILED",
        "event 1 was changed in the meantime: read it again, and send its new revision",
    );
}

#[test]
fn an_event_has_one_strong_tag_for_all_readers_until_it_changes() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.select(&kim, "1");
    let time = "2017-06-20 09:00:00";
    calendar.group_event(&park, 1, time, time, "shared");
    let first = calendar.get("/calendar/event/2", &park);
    let tag = first.header("ETag").unwrap();
    assert_eq!(tag.len(), 18);
    assert!(tag.trim_matches('"').bytes().all(|byte| byte.is_ascii_hexdigit()), "{tag}");
    let others = calendar.get("/calendar/event/2", &kim);
    assert_eq!(others.header("ETag"), Some(tag));
    calendar.clock.set(NOW + 86_400);
    assert_eq!(calendar.get("/calendar/event/2", &park).header("ETag"), Some(tag));
    let head = calendar.call(Method::Head, "/calendar/event/2", &park, "");
    assert_eq!(head.header("ETag"), Some(tag));
    assert_ne!(calendar.get("/calendar/event/1", &park).header("ETag"), Some(tag));
}

#[test]
fn two_changes_in_one_second_have_two_tags() {
    let (calendar, token) = Calendar::populated();
    let first = tag(&calendar, &token);
    calendar.put("/calendar/event", &token, CHANGE).is(200, DONE);
    let second = tag(&calendar, &token);
    calendar.put("/calendar/event", &token, CHANGE_BACK).is(200, DONE);
    let third = tag(&calendar, &token);
    assert!(first != second && second != third && first != third, "{first} {second} {third}");
    // Also one that says the same once more.
    calendar.put("/calendar/event", &token, CHANGE_BACK).is(200, DONE);
    assert_ne!(tag(&calendar, &token), third);
}

#[test]
fn a_matching_tag_allows_a_change_and_a_deletion() {
    for many in [false, true] {
        let (calendar, token) = Calendar::populated();
        let known = |calendar: &Calendar| {
            let tag = tag(calendar, &token);
            if many { format!("\"a,b\" , W/\"c\",{tag}") } else { tag }
        };
        if_match(&calendar, Method::Put, &token, &known(&calendar), CHANGE).is(200, DONE);
        assert_eq!(calendar.rows("SELECT subject FROM event"), ["changed"]);
        if_match(&calendar, Method::Delete, &token, &known(&calendar), DELETION).is(200, DONE);
        assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
    }
}

#[test]
fn an_outdated_tag_changes_nothing() {
    let (calendar, token) = Calendar::populated();
    let old = tag(&calendar, &token);
    calendar.put("/calendar/event", &token, CHANGE).is(200, DONE);
    let before = calendar.rows(EVENTS);
    assert_precondition_failed(&if_match(&calendar, Method::Put, &token, &old, CHANGE_BACK));
    assert_precondition_failed(&if_match(&calendar, Method::Delete, &token, &old, DELETION));
    assert_eq!(calendar.rows(EVENTS), before);
    if_match(&calendar, Method::Put, &token, &tag(&calendar, &token), CHANGE_BACK).is(200, DONE);
}

#[test]
fn a_tag_of_no_state_of_the_event_changes_nothing() {
    let (calendar, token) = Calendar::populated();
    let tag = tag(&calendar, &token);
    let before = calendar.rows(EVENTS);
    for condition in
        ["\"other\"", "W/\"other\"", tag.trim_matches('"'), "\"*\"", "W/*", "", ",", "\"\""]
    {
        assert_precondition_failed(&if_match(&calendar, Method::Put, &token, condition, CHANGE));
        assert_precondition_failed(&if_match(
            &calendar,
            Method::Delete,
            &token,
            condition,
            DELETION,
        ));
    }
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn a_star_and_no_precondition_match_any_state() {
    let (calendar, token) = Calendar::populated();
    if_match(&calendar, Method::Put, &token, "*", CHANGE).is(200, DONE);
    calendar.put("/calendar/event", &token, CHANGE_BACK).is(200, DONE);
    if_match(&calendar, Method::Delete, &token, "*", DELETION).is(200, DONE);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
    for condition in ["*", "\"other\""] {
        if_match(&calendar, Method::Put, &token, condition, CHANGE)
            .not_found("event 1 does not exist");
        if_match(&calendar, Method::Delete, &token, condition, DELETION)
            .not_found("event 1 does not exist");
    }
}

#[test]
fn the_precondition_is_checked_last() {
    let (calendar, token) = Calendar::populated();
    let kim = calendar.register(KIM);
    let known = tag(&calendar, &token);
    for condition in ["\"other\"", known.as_str(), "*"] {
        for (method, body) in [(Method::Put, CHANGE), (Method::Delete, DELETION)] {
            let ask = |token: &str, body: &str| if_match(&calendar, method, token, condition, body);
            ask("", body).without_token();
            ask("abc", body).bad_token();
            ask(&token, "[]").malformed("body: expected a JSON object");
            ask(&token, "{}").invalid("event_id: required, but missing");
            ask(&token, &body.replace(": 1", ": 7")).not_found("event 7 does not exist");
            ask(&kim, body).not_owned("event 1 was registered by somebody else");
        }
    }
    assert_eq!(tag(&calendar, &token), known);
}

#[test]
fn preconditions_apply_to_birthdays() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    calendar.put("/calendar/birthday", &token, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let old = tag(&calendar, &token);
    let moved = r#"{"event_id": 1, "sdate": "1990-06-21 00:00:00", "edate": "1990-06-21 00:00:00", "subject": "a"}"#;
    if_match(&calendar, Method::Put, &token, &old, moved).is(200, DONE);
    assert_precondition_failed(&if_match(&calendar, Method::Delete, &token, &old, DELETION));
    if_match(&calendar, Method::Delete, &token, &tag(&calendar, &token), DELETION).is(200, DONE);
}

/// `body` with that revision.
fn at(body: &str, revision: &str) -> String {
    body.replacen('{', &format!(r#"{{"revision": "{revision}", "#), 1)
}

fn revision(calendar: &Calendar, token: &str) -> String {
    let event = calendar.get("/calendar/event/1", token).json();
    event["data"]["revision"].as_str().unwrap().to_owned()
}

#[test]
fn a_revision_does_what_a_tag_does() {
    let (calendar, token) = Calendar::populated();
    let first = revision(&calendar, &token);
    assert_eq!(format!("\"{first}\""), tag(&calendar, &token));
    calendar.put("/calendar/event", &token, at(CHANGE, &first)).is(200, DONE);
    let second = revision(&calendar, &token);
    assert_ne!(first, second);
    assert_precondition_failed(&calendar.put("/calendar/event", &token, at(CHANGE_BACK, &first)));
    assert_precondition_failed(&calendar.delete("/calendar/event", &token, at(DELETION, &first)));
    // Both must hold, where both are sent.
    let both = |tag: &str, revision: &str| {
        if_match(&calendar, Method::Put, &token, tag, &at(CHANGE_BACK, revision))
    };
    assert_precondition_failed(&both("*", &first));
    assert_precondition_failed(&both(&format!("\"{first}\""), &second));
    for wrong in ["", "0", "ABCDEF0123456789", "W/0123456789abcde"] {
        calendar
            .put("/calendar/event", &token, at(CHANGE, wrong))
            .invalid("revision: expected a revision of 16 hexadecimal digits");
    }
    assert_eq!(calendar.rows("SELECT subject FROM event"), ["changed"]);
    calendar.delete("/calendar/event", &token, at(DELETION, &second)).is(200, DONE);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
}

#[test]
fn a_tag_that_a_proxy_has_changed_is_understood() {
    for proxied in ["W/\"TAG\"", "\"TAG-gzip\"", "W/\"TAG-br\"", "\"other\", \"TAG-gzip\""] {
        let (calendar, token) = Calendar::populated();
        let tag = proxied.replace("TAG", &revision(&calendar, &token));
        if_match(&calendar, Method::Put, &token, &tag, CHANGE).is(200, DONE);
        assert_precondition_failed(&if_match(&calendar, Method::Put, &token, &tag, CHANGE_BACK));
        let now = revision(&calendar, &token);
        let known = proxied.replace("TAG", &now);
        let headers = [("X-calendar-access-token", token.as_str()), ("If-None-Match", &known)];
        let answer = calendar.send(Method::Get, &format!("{PATH}/1"), &headers, "");
        assert_eq!(answer.status, 304, "{known}");
    }
}
