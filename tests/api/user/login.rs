//! `POST /user/login`.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;

use super::{PASSWORD, assert_not_signed_in, credentials, login, token_in, with_password};
use crate::support::calendar::{Calendar, PARK};

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
fn a_password_is_the_same_composed_and_decomposed() {
    let calendar = Calendar::new();
    let (composed, decomposed) = ("café con leche", "cafe\u{301} con leche");
    for (email, first, second) in [("a@b", composed, decomposed), ("c@d", decomposed, composed)] {
        token_in(&calendar.post("/user/", "", credentials(email, first)));
        token_in(&login(&calendar, email, first));
        token_in(&login(&calendar, email, second));
        assert_not_signed_in(&login(&calendar, email, "cafe con leche"));
    }
    // Earlier versions hashed the raw form.
    let before = Argon2::default().hash_password(decomposed.as_bytes()).unwrap();
    calendar.execute(&format!("UPDATE user SET password_hash = '{before}' WHERE email = 'a@b'"));
    token_in(&login(&calendar, "a@b", decomposed));
    assert_not_signed_in(&login(&calendar, "a@b", composed));
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
