//! The email address of `POST /user`: what is one, and which two are the same.

use super::register::TAKEN;
use crate::support::calendar::Calendar;
use crate::support::expected::data;

#[test]
fn emails_are_compared_without_case_in_any_script() {
    let calendar = Calendar::new();
    calendar.register("Ärger@Бюро.рф");
    calendar.post("/user/", "", r#"{"useremail":"äRGER@бЮРО.РФ"}"#).is(200, TAKEN);
    assert_eq!(calendar.rows("SELECT email FROM user"), ["Ärger@Бюро.рф"]);
}

#[test]
fn domains_that_differ_in_more_than_case_are_of_two_users() {
    let calendar = Calendar::new();
    let one = calendar.register("info@straße.example");
    let other = calendar.register("INFO@STRASSE.example");
    calendar.event(&one, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "비밀");
    assert_eq!(
        calendar.get("/calendar/date?date=2017-06-20", &other).json()["data"],
        serde_json::json!([])
    );
    assert_eq!(
        calendar.rows("SELECT email, email_folded FROM user ORDER BY id"),
        ["info@straße.example|info@straße.example", "INFO@STRASSE.example|info@strasse.example"]
    );
}

#[test]
fn tokens_of_a_removed_user_stay_invalid_when_the_email_is_compared_another_way_since() {
    let calendar = Calendar::new();
    // The digest of info@strasse.example, as versions before migration 12 stored it.
    calendar.execute(
        "INSERT INTO removed_user (email_digest, token_generation)
         VALUES (x'af4429084eef76360a27e2ab4950e0eed2ea0efd39c7beecfc43082f14b1845f', 7)",
    );
    calendar.register("info@straße.example");
    calendar.register("info@strasse.example");
    assert_eq!(calendar.rows("SELECT token_generation FROM user"), ["7", "7"]);
}

#[test]
fn an_email_is_stored_as_given_without_outer_white_space() {
    let calendar = Calendar::new();
    let token = calendar.register("\\t Park.Jun-Gi+Kalender@Jungi.ME\\u3000");
    calendar.get("/user/", &token).is(
        200,
        &data(
            r#"{"useremail":"Park.Jun-Gi+Kalender@Jungi.ME","created":"Mon, 19 Jun 2017 19:55:04 GMT","timezone":"Asia/Seoul"}"#,
        ),
    );
    assert_eq!(calendar.rows("SELECT email FROM user"), ["Park.Jun-Gi+Kalender@Jungi.ME"]);
}

#[test]
fn an_email_needs_one_at_sign_with_something_on_both_sides() {
    let calendar = Calendar::new();
    for bad in ["", " ", "park", "@", "@jungi.me", "park@", "park@@jungi.me", "a@b@c", " @ "] {
        calendar
            .post("/user/", "", format!(r#"{{"useremail":"{bad}"}}"#))
            .invalid("useremail: expected an email address such as name@example.com");
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn an_email_has_no_spaces_or_control_characters() {
    let calendar = Calendar::new();
    for bad in ["a b@c", "a@b c", "a@\\tb", "a@b\\u007fc", "a\\u0085b@c", "a\\u00a0b@c"] {
        calendar
            .post("/user/", "", format!(r#"{{"useremail":"{bad}"}}"#))
            .invalid("useremail: expected an email address without spaces or control characters");
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn an_email_has_at_most_254_characters_not_bytes() {
    let calendar = Calendar::new();
    let local = "👍".repeat(252);
    calendar
        .post("/user/", "", format!(r#"{{"useremail":"{local}@bc"}}"#))
        .invalid("useremail: expected an email address of at most 254 characters");
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
    let longest = format!("{local}@b");
    let token = calendar.register(&longest);
    assert_eq!(calendar.get("/user/", &token).json()["data"]["useremail"], longest);
    assert_eq!(calendar.rows("SELECT email FROM user"), [longest]);
}

#[test]
fn a_missing_email_is_named() {
    let calendar = Calendar::new();
    for body in ["{}", r#"{"email":"park@jungi.me"}"#, r#"{"UserEmail":"park@jungi.me"}"#] {
        calendar.post("/user/", "", body).invalid("useremail: required, but missing");
    }
    calendar
        .post("/user/?useremail=park@jungi.me", "", "{}")
        .invalid("useremail: required, but missing");
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn an_email_is_a_string() {
    let calendar = Calendar::new();
    for value in ["1", "1.5", "true", "null", r#"["a@b"]"#, r#"{"a":"b@c"}"#] {
        for name in ["useremail", "usereamil"] {
            calendar
                .post("/user/", "", format!(r#"{{"{name}":{value}}}"#))
                .invalid(&format!("{name}: expected a string"));
        }
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn an_email_that_may_pass_for_another_is_refused() {
    let calendar = Calendar::new();
    for hidden in ["pa\\u200brk@jungi.me", "park\\u202e@jungi.me", "park@jungi.me\\ufeff.kr"] {
        calendar
            .post("/user/", "", format!(r#"{{"useremail":"{hidden}"}}"#))
            .invalid("useremail: expected an email address without invisible characters");
    }
    for alike in ["рark@jungi.me", "park@jungі.me", "ｐark@jungi.me", "𝐩𝐚𝐫𝐤@jungi.me"]
    {
        calendar.post("/user/", "", format!(r#"{{"useremail":"{alike}"}}"#)).invalid(
            "useremail: expected an email address without look-alikes, such as letters of two alphabets in \
             one word",
        );
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
    let fine =
        ["박정이@jungi.me", "park박@예.한국", "иван@пример.рф", "佐藤@jungi.me", "👍@jungi.me"];
    for email in fine {
        calendar.register(email);
    }
    assert_eq!(calendar.rows("SELECT email FROM user ORDER BY id"), fine);
}

#[test]
fn a_user_whose_email_would_be_refused_now_signs_in_as_before() {
    let calendar = Calendar::new();
    let body = r#"{"useremail":"park@jungi.me","password":"correct horse"}"#;
    assert_eq!(calendar.post("/user/", "", body).status, 200);
    calendar.execute("UPDATE user SET email = 'рark@jungi.me', email_folded = 'рark@jungi.me'");
    let body = r#"{"useremail":"рark@jungi.me","password":"correct horse"}"#;
    let answer = calendar.post("/user/login", "", body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    assert_eq!(calendar.get("/user", &token).json()["data"]["useremail"], "рark@jungi.me");
}
