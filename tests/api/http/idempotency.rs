//! `Idempotency-Key`: a call whose answer was lost is repeated, and makes nothing twice.

use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, KIM, NOW};

const EVENT: &str =
    r#"{"sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "once"}"#;
const GROUP_EVENT: &str = r#"{"group_id": 1, "sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "once"}"#;
const GROUP: &str = r#"{"group_name": "once"}"#;

fn with_key(calendar: &Calendar, path: &str, token: &str, key: &str, body: &str) -> Answer {
    let headers = [("X-calendar-access-token", token), ("Idempotency-Key", key)];
    calendar.send(Method::Post, &format!("/api/v1{path}"), &headers, body)
}

fn rows(calendar: &Calendar) -> [String; 2] {
    ["event", "calendar_group"]
        .map(|table| calendar.rows(&format!("SELECT count(*) FROM {table}")).concat())
}

#[test]
fn the_same_key_gives_the_first_answer_again_and_makes_nothing() {
    let (calendar, token) = Calendar::populated();
    for (path, body, id, then) in [
        ("/calendar/event", EVENT, 2, ["2", "1"]),
        ("/group/event", GROUP_EVENT, 2, ["2", "1"]),
        ("/group", GROUP, 2, ["2", "2"]),
    ] {
        for _ in 0..2 {
            let answer = with_key(&calendar, path, &token, "a key", body);
            assert_eq!(answer.made(), id, "{path}");
            assert_eq!(rows(&calendar), then, "{path}");
        }
    }
    // Also where the thing is gone by now.
    calendar.delete("/calendar/event", &token, r#"{"event_id": 2}"#);
    assert_eq!(with_key(&calendar, "/calendar/event", &token, "a key", EVENT).made(), 2);
    assert_eq!(rows(&calendar), ["1", "2"]);
}

#[test]
fn another_key_or_none_or_that_of_another_user_makes_another() {
    let (calendar, token) = Calendar::populated();
    let kim = calendar.register(KIM);
    assert_eq!(with_key(&calendar, "/calendar/event", &token, "a", EVENT).made(), 2);
    assert_eq!(with_key(&calendar, "/calendar/event", &token, "b", EVENT).made(), 3);
    assert_eq!(with_key(&calendar, "/calendar/event", &kim, "a", EVENT).made(), 4);
    assert_eq!(calendar.post("/calendar/event", &token, EVENT).made(), 5);
    assert_eq!(calendar.post("/calendar/event", &token, EVENT).made(), 6);
}

#[test]
fn a_key_is_kept_for_a_day() {
    let (calendar, token) = Calendar::populated();
    let make = || with_key(&calendar, "/calendar/event", &token, "a", EVENT).made();
    assert_eq!(make(), 2);
    calendar.clock.set(NOW + 86_400);
    assert_eq!(make(), 2);
    calendar.clock.set(NOW + 86_401);
    assert_eq!((make(), make()), (3, 3));
    assert_eq!(calendar.rows("SELECT made_id FROM idempotency_key"), ["3"]);
}

#[test]
fn what_was_refused_leaves_its_key_free() {
    let (calendar, token) = Calendar::populated();
    with_key(&calendar, "/group/event", &token, "a", &GROUP_EVENT.replace("1,", "9,"))
        .not_found("group 9 does not exist");
    assert_eq!(with_key(&calendar, "/group/event", &token, "a", GROUP_EVENT).made(), 2);
}

#[test]
fn a_key_has_1_to_64_characters() {
    let (calendar, token) = Calendar::populated();
    let longest = "가".repeat(64);
    assert_eq!(with_key(&calendar, "/calendar/event", &token, &longest, EVENT).made(), 2);
    for bad in ["", " ", &"a".repeat(65)] {
        with_key(&calendar, "/calendar/event", &token, bad, EVENT)
            .invalid("Idempotency-Key: expected 1 to 64 characters");
        with_key(&calendar, "/calendar/event", &token, bad, "[]")
            .malformed("body: expected a JSON object");
    }
    assert_eq!(rows(&calendar), ["2", "1"]);
}

#[test]
fn of_one_user_the_latest_keys_are_kept() {
    let (calendar, token) = Calendar::populated();
    calendar.execute(&format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10005)
        INSERT INTO idempotency_key SELECT 1, 'event', 'old ' || n, n, {NOW} - 20000 + n FROM n"
    ));
    assert_eq!(with_key(&calendar, "/calendar/event", &token, "new", EVENT).made(), 2);
    let kept = calendar.rows("SELECT count(*) FROM idempotency_key WHERE key LIKE 'old %'");
    assert_eq!(kept, ["10000"]);
    assert_eq!(calendar.rows("SELECT count(*) FROM idempotency_key WHERE key = 'old 5'"), ["0"]);
}
