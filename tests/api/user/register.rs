//! `POST /user`.

use serde_json::json;

use super::{PASSWORD, assert_not_signed_in, credentials, login, token_in, with_password};
use crate::support::calendar::{Calendar, KIM, PARK, Settings};
use crate::support::expected::data;
use crate::support::printed_token::PRINTED_TOKEN;

pub(crate) const TAKEN: &str = r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#;

const USERS: &str =
    "SELECT id, email, email_folded, datetime(created, 'unixepoch') FROM user ORDER BY id";

#[test]
fn registering_gives_a_token_that_is_accepted() {
    let calendar = Calendar::new();
    let answer = calendar.post("/user/", "", r#"{"useremail": "park@jungi.me"}"#);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(200, &data(&format!(r#"{{"token":"{token}"}}"#)));
    calendar.get("/user/", &token).is(
        200,
        &data(r#"{"useremail":"park@jungi.me","created":"Mon, 19 Jun 2017 19:55:04 GMT","timezone":"Asia/Seoul"}"#),
    );
    assert_eq!(calendar.rows(USERS), ["1|park@jungi.me|park@jungi.me|2017-06-19 19:55:04"]);
}

#[test]
fn usereamil_is_read_as_useremail() {
    let calendar = Calendar::new();
    let answer = calendar.post("/user/", "", r#"{"usereamil": "park@jungi.me"}"#);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(200, &data(&format!(r#"{{"token":"{token}"}}"#)));
    calendar
        .post("/user/", "", r#"{"usereamil": "a b@c"}"#)
        .invalid("usereamil: expected an email address without spaces or control characters");
    assert_eq!(calendar.rows("SELECT email FROM user"), [PARK]);
}

#[test]
fn registering_a_taken_email_gives_no_token() {
    let calendar = Calendar::new();
    calendar.register(PARK);
    for again in ["park@jungi.me", "PARK@jungi.me", "park@JUNGI.ME", "  park@jungi.me\\n"] {
        calendar.post("/user/", "", format!(r#"{{"useremail":"{again}"}}"#)).is(200, TAKEN);
    }
    assert_eq!(calendar.rows("SELECT email FROM user"), [PARK]);
}

#[test]
fn registering_ignores_a_token() {
    let calendar = Calendar::new();
    let answer = calendar.post("/user/", "no token at all", r#"{"useremail":"kim@example.com"}"#);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(200, &data(&format!(r#"{{"token":"{token}"}}"#)));
    assert_eq!(calendar.rows("SELECT email FROM user"), [KIM]);
}

#[test]
fn closed_registration_refuses_new_users_and_keeps_the_others() {
    let calendar = Calendar::with(Settings { registration_open: false, ..Settings::default() });
    for _ in 0..2 {
        calendar.post("/user/", "", r#"{"useremail":"park@jungi.me"}"#).refuses(
            401,
            40100,
            "INVALID AUTHORIZATION",
            "registration is closed",
        );
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
    calendar.execute(
        "INSERT INTO user (email, email_folded, created) VALUES ('park@jungi.me', 'park@jungi.me', 0)",
    );
    calendar.post("/user/", "", r#"{"useremail":"park@jungi.me"}"#).refuses(
        401,
        40100,
        "INVALID AUTHORIZATION",
        "registration is closed",
    );
    calendar.get("/user/", PRINTED_TOKEN).is(
        200,
        &data(r#"{"useremail":"park@jungi.me","created":"Thu, 01 Jan 1970 00:00:00 GMT","timezone":"Asia/Seoul"}"#),
    );
}

#[test]
fn a_registration_with_a_bad_password_registers_nobody() {
    let calendar = Calendar::new();
    for password in [json!("1234567"), json!("x".repeat(257)), json!(null), json!(12_345_678)] {
        let body = json!({"useremail": PARK, "password": password}).to_string();
        assert_eq!(calendar.post("/user/", "", body).json()["meta"]["code"], 40001, "{password}");
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn registering_a_taken_address_does_not_change_its_password() {
    let (calendar, _) = with_password();
    calendar
        .post("/user/", "", credentials(PARK, "battery staple"))
        .is(200, r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#);
    assert_not_signed_in(&login(&calendar, PARK, "battery staple"));
    token_in(&login(&calendar, PARK, PASSWORD));
}

#[test]
fn removed_users_do_not_affect_the_tokens_of_new_ones() {
    let calendar = Calendar::new();
    calendar.register("kim@jungi.me");
    calendar.execute("INSERT INTO removed_user VALUES (x'00', 7)");
    calendar.register(PARK);
    assert_eq!(calendar.get("/user/", PRINTED_TOKEN).status, 200);
}
