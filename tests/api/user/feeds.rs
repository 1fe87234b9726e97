//! `/user/feed`: how feeds are made, listed and ended.

use serde_json::json;

use crate::support::calendar::{Calendar, DONE, KIM, PARK};

#[test]
fn a_feed_is_made_with_an_address_that_no_other_answer_has() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let made = calendar.post("/user/feed", &token, r#"{"name": " Club website "}"#).json();
    assert_eq!(made["data"]["id"], 1);
    let url = made["data"]["url"].as_str().unwrap().to_owned();
    let secret = url.strip_prefix("/feed/").unwrap().strip_suffix(".ics").unwrap().to_owned();
    assert!(secret.len() == 52 && secret.bytes().all(|c| c.is_ascii_alphanumeric()), "{secret}");

    let listed = calendar.get("/user/feed", &token);
    assert_eq!(
        listed.json()["data"],
        json!([{
            "id": 1, "name": "Club website", "group": null, "busy_only": false,
            "created": "Mon, 19 Jun 2017 19:55:04 GMT", "used": null,
        }])
    );
    assert!(!listed.body.contains(&secret));
    let kept = calendar.rows("SELECT count(*) FROM feed WHERE length(digest) = 32");
    assert_eq!(kept, ["1"], "a digest alone is kept");
}

#[test]
fn each_feed_has_an_address_of_its_own() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    assert_ne!(calendar.feed(&token, "{}"), calendar.feed(&token, "{}"));
}

#[test]
fn a_feed_of_a_group_says_so_until_the_group_is_deleted() {
    let (calendar, token) = Calendar::populated();
    calendar.feed(&token, r#"{"group": 1, "busy_only": true}"#);
    let listed = calendar.get("/user/feed", &token).json();
    assert_eq!(listed["data"][1]["group"], 1);
    assert_eq!(listed["data"][1]["busy_only"], true);
    calendar.delete("/group", &token, r#"{"group_id": 1}"#).is(200, DONE);
    let listed = calendar.get("/user/feed", &token).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_feed_of_a_group_that_does_not_exist_is_not_made() {
    let (calendar, token) = Calendar::populated();
    let answer = calendar.post("/user/feed", &token, r#"{"name": "a", "group": 7}"#);
    answer.not_found("group 7 does not exist");
    assert_eq!(calendar.rows("SELECT count(*) FROM feed"), ["1"]);
}

#[test]
fn a_feed_needs_a_name() {
    let (calendar, token) = Calendar::populated();
    calendar.post("/user/feed", &token, "{}").invalid("name: required, but missing");
    calendar
        .post("/user/feed", &token, r#"{"name": " "}"#)
        .invalid("name: expected 1 to 128 characters, got none");
}

#[test]
fn a_user_has_at_most_50_feeds() {
    let (calendar, token) = Calendar::populated();
    for _ in 1..50 {
        calendar.feed(&token, "{}");
    }
    let refused = calendar.post("/user/feed", &token, r#"{"name": "a"}"#);
    refused.invalid("you have 50 feeds, which is the most: end one first");
    calendar.delete("/user/feed/7", &token, "").is(200, DONE);
    calendar.feed(&token, "{}");
}

#[test]
fn a_feed_is_ended_by_nobody_but_its_user() {
    let (calendar, token) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.delete("/user/feed/1", &kim, "").not_found("feed 1 does not exist");
    calendar.delete("/user/feed/1", &token, "").is(200, DONE);
    calendar.delete("/user/feed/1", &token, "").not_found("feed 1 does not exist");
    assert_eq!(calendar.get("/user/feed", &token).json()["data"], json!([]));
}

#[test]
fn ending_all_tokens_ends_the_feeds_and_a_new_password_does_not() {
    let (calendar, token) = Calendar::populated();
    let feeds = || calendar.rows("SELECT count(*) FROM feed");
    let body = r#"{"password": "correct horse battery staple"}"#;
    let changed = calendar.put("/user/password", &token, body);
    let token = changed.json()["data"]["token"].as_str().unwrap().to_owned();
    assert_eq!(feeds(), ["1"]);
    calendar.delete("/user/token", &token, "").is(200, DONE);
    assert_eq!(feeds(), ["0"]);
}
