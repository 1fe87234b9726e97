//! `PUT /user/password`.

use serde_json::json;

use super::{PASSWORD, assert_not_signed_in, login, token_in, with_password};
use crate::support::calendar::{Calendar, PARK};

#[test]
fn a_first_password_needs_no_old_one_and_ends_earlier_tokens() {
    let calendar = Calendar::new();
    let before = calendar.register(PARK);
    let body = json!({"password": PASSWORD}).to_string();
    let after = token_in(&calendar.put("/user/password", &before, &body));
    calendar.get("/user/", &before).bad_token();
    assert_eq!(calendar.get("/user/", &after).status, 200);
    token_in(&login(&calendar, PARK, PASSWORD));
}

#[test]
fn changing_a_password_needs_the_old_one() {
    let (calendar, token) = with_password();
    let change = |body| calendar.put("/user/password", &token, json!(body).to_string());
    change(json!({"password": "battery staple"})).invalid("old_password: required, but missing");
    assert_not_signed_in(&change(
        json!({"password": "battery staple", "old_password": "wrong horse"}),
    ));
    change(json!({"password": "short", "old_password": PASSWORD}))
        .invalid("password: expected 8 to 256 characters");
    change(json!({"old_password": PASSWORD})).invalid("password: required, but missing");
    assert_eq!(calendar.get("/user/", &token).status, 200, "a refusal ends no token");

    let after = token_in(&change(json!({"password": "battery staple", "old_password": PASSWORD})));
    calendar.get("/user/", &token).bad_token();
    assert_eq!(calendar.get("/user/", &after).status, 200);
    assert_not_signed_in(&login(&calendar, PARK, PASSWORD));
    token_in(&login(&calendar, PARK, "battery staple"));
}

#[test]
fn changing_a_password_needs_a_token() {
    let (calendar, _) = with_password();
    let body = json!({"password": "battery staple", "old_password": PASSWORD}).to_string();
    calendar.put("/user/password", "", &body).without_token();
    calendar.put("/user/password", "abc", &body).bad_token();
    token_in(&login(&calendar, PARK, PASSWORD));
}
