//! `PUT /invitation/<secret>`, repeated since its answer was lost.

use serde_json::json;

use super::{Club, LEE};
use crate::support::calendar::{DONE, KIM, NOW};
use crate::support::expected::data;

const WEEK: i64 = 7 * 86_400;
const NONE: &str = "there is no such invitation";

fn joined(role: &str) -> String {
    data(&format!(r#"{{"group":1,"role":"{role}","was_member":false}}"#))
}

/// A private club with an invitation by Park, and the path of that.
fn invited() -> (Club, String) {
    let club = Club::private();
    let body = json!({"role": "editor"}).to_string();
    let made = club.calendar.post("/group/1/invitation", &club.park, body).json();
    let url = made["data"]["url"].as_str().unwrap().to_owned();
    (club, url.replace("/join/", "/invitation/"))
}

#[test]
fn whoever_repeats_it_is_told_the_same_until_it_would_have_expired() {
    let (club, path) = invited();
    let accept = |token: &str| club.calendar.put(&path, token, "");
    accept(&club.kim).is(200, &joined("editor"));
    let before = club.calendar.rows("SELECT group_id, user_id, role, created FROM member");
    accept(&club.kim).is(200, &joined("editor"));
    club.calendar.clock.set(NOW + WEEK);
    accept(&club.kim).is(200, &joined("editor"));
    assert_eq!(club.calendar.rows("SELECT group_id, user_id, role, created FROM member"), before);
    // It leaves no second entry of the history, and nobody else gets in.
    let made = "SELECT count(*) FROM history WHERE kind = 4";
    assert_eq!(club.calendar.rows(made), ["1"]);
    accept(&club.lee).not_found(NONE);
    club.calendar.get(&path, "").not_found(NONE);
    club.calendar.clock.set(NOW + WEEK + 1);
    accept(&club.kim).not_found(NONE);
}

#[test]
fn it_is_told_to_members_alone() {
    let (club, path) = invited();
    let accept = |token: &str| club.calendar.put(&path, token, "");
    accept(&club.kim).is(200, &joined("editor"));
    // What they are by now is told.
    club.put(&club.park, KIM, "reader").is(200, DONE);
    accept(&club.kim).is(200, &joined("reader"));
    club.remove(&club.park, KIM).is(200, DONE);
    accept(&club.kim).not_found(NONE);
    assert_eq!(club.members(&club.park), ["park@jungi.me owner"]);
    // Who has been let in again by name is one.
    club.member(KIM, "writer");
    accept(&club.kim).is(200, &joined("writer"));
    club.member(LEE, "writer");
    accept(&club.lee).not_found(NONE);
    club.calendar.delete("/group", &club.park, r#"{"group_id": 1}"#).is(200, DONE);
    accept(&club.kim).not_found(NONE);
}

#[test]
fn a_key_of_a_client_does_not_stand_for_an_invitation() {
    let (club, path) = invited();
    club.calendar.put(&path, &club.kim, "").is(200, &joined("editor"));
    let keys = club.calendar.rows("SELECT length(key), made_id FROM idempotency_key");
    assert_eq!(keys, ["75|1"]);
    let key = club.calendar.rows("SELECT key FROM idempotency_key").remove(0);
    let headers =
        [("X-calendar-access-token", club.kim.as_str()), ("Idempotency-Key", key.as_str())];
    let body = r#"{"group_name": "b"}"#;
    let refused = club.calendar.send(rocket::http::Method::Post, "/api/v1/group", &headers, body);
    refused.invalid("Idempotency-Key: expected 1 to 64 characters");
}
