//! `POST /user/login`.

use super::{PASSWORD, assert_not_signed_in, login, token_in, with_password};
use crate::support::calendar::PARK;

#[test]
fn a_user_signs_in_with_the_password_of_the_registration() {
    let (calendar, first) = with_password();
    let second = token_in(&login(&calendar, "PARK@Jungi.me", PASSWORD));
    for token in [first, second] {
        assert_eq!(calendar.get("/user/", &token).json()["data"]["useremail"], PARK);
    }
    let stored = calendar.rows("SELECT password_hash FROM user").remove(0);
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
}

#[test]
fn a_failed_sign_in_does_not_tell_what_was_wrong() {
    let (calendar, _) = with_password();
    calendar.register("kim@jungi.me");
    assert_not_signed_in(&login(&calendar, PARK, "battery staple"));
    assert_not_signed_in(&login(&calendar, PARK, "Correct horse"));
    assert_not_signed_in(&login(&calendar, "kim@jungi.me", PASSWORD));
    assert_not_signed_in(&login(&calendar, "nobody@jungi.me", PASSWORD));
}

#[test]
fn a_malformed_sign_in_is_refused() {
    let (calendar, _) = with_password();
    let post = |body: &str| calendar.post("/user/login", "", body);
    post("{")
        .malformed("body: expected a JSON object (EOF while parsing an object at line 1 column 1)");
    post("{}").invalid("useremail: required, but missing");
    post(r#"{"useremail":"park@jungi.me"}"#).invalid("password: required, but missing");
    post(r#"{"useremail":"park@jungi.me","password":12345678}"#)
        .invalid("password: expected a string");
    assert_not_signed_in(&login(&calendar, PARK, "short"));
    assert_not_signed_in(&login(&calendar, PARK, &"x".repeat(257)));
    assert_not_signed_in(&login(&calendar, "park", PASSWORD));
}
