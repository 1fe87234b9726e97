//! `/user`.

use rocket::http::Method;

use crate::helpers::{Calendar, KIM, PARK, Settings};
use crate::wire::data;

const TAKEN: &str = r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#;
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
fn the_email_is_also_read_as_the_reference_misspells_it() {
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
fn an_email_that_is_taken_gives_out_no_token() {
    let calendar = Calendar::new();
    calendar.register(PARK);
    for again in ["park@jungi.me", "PARK@jungi.me", "park@JUNGI.ME", "  park@jungi.me\\n"] {
        calendar.post("/user/", "", format!(r#"{{"useremail":"{again}"}}"#)).is(200, TAKEN);
    }
    assert_eq!(calendar.rows("SELECT email FROM user"), [PARK]);
}

#[test]
fn emails_are_compared_without_regard_to_the_case_of_any_script() {
    let calendar = Calendar::new();
    calendar.register("Ärger@Бюро.рф");
    calendar.post("/user/", "", r#"{"useremail":"äRGER@бЮРО.РФ"}"#).is(200, TAKEN);
    assert_eq!(calendar.rows("SELECT email FROM user"), ["Ärger@Бюро.рф"]);
}

#[test]
fn an_email_is_kept_as_given_but_for_white_space_at_its_ends() {
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
    for bad in
        ["a b@c", "a@b c", "a@\\tb", "a\\u0001@b", "a@b\\u007fc", "a\\u0085b@c", "a\\u00a0b@c"]
    {
        calendar
            .post("/user/", "", format!(r#"{{"useremail":"{bad}"}}"#))
            .invalid("useremail: expected an email address without spaces or control characters");
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn an_email_has_at_most_254_characters_of_whatever_bytes() {
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
fn registering_takes_no_token_and_minds_none() {
    let calendar = Calendar::new();
    let answer = calendar.post("/user/", "no token at all", r#"{"useremail":"kim@example.com"}"#);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(200, &data(&format!(r#"{{"token":"{token}"}}"#)));
    assert_eq!(calendar.rows("SELECT email FROM user"), [KIM]);
}

#[test]
fn where_registration_is_closed_it_is_refused_and_who_is_registered_stays() {
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
    calendar.get("/user/", crate::reference::PRINTED_TOKEN).is(
        200,
        &data(r#"{"useremail":"park@jungi.me","created":"Thu, 01 Jan 1970 00:00:00 GMT","timezone":"Asia/Seoul"}"#),
    );
}

#[test]
fn the_zone_of_the_calendar_is_told() {
    let settings = Settings { zone: "America/St_Johns", ..Settings::default() };
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    calendar.get("/user/", &park).is(
        200,
        &data(
            r#"{"useremail":"park@jungi.me","created":"Mon, 19 Jun 2017 08:25:04 GMT","timezone":"America/St_Johns"}"#,
        ),
    );
}

#[test]
fn each_user_is_told_of_themselves() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    for (token, email) in [(&park, PARK), (&kim, KIM)] {
        calendar.call(Method::Get, "/user/", token, "").is(
            200,
            &data(&format!(
                r#"{{"useremail":"{email}","created":"Mon, 19 Jun 2017 19:55:04 GMT","timezone":"Asia/Seoul"}}"#
            )),
        );
    }
}
