//! The envelope: each code of the API's table, and the headers that every answer has.

use rocket::http::Method;

use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::calls::CALLS;

#[test]
fn success_without_data_has_no_data_field() {
    let (calendar, token) = Calendar::populated();
    calendar.post("/group/", &token, r#"{"group_name":"a"}"#).is(200, DONE);
    assert!(!DONE.contains("data"));
}

#[test]
fn an_empty_list_is_an_empty_array() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    calendar
        .get("/group/", &token)
        .is(200, r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[]}"#);
}

#[test]
fn code_20010_stands_for_two_messages() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    calendar
        .post("/user/", "", r#"{"useremail":"park@jungi.me"}"#)
        .is(200, r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#);
    let body = r#"{"birthday":"1990-06-20"}"#;
    calendar.put("/calendar/birthday", &token, body).is(200, DONE);
    calendar
        .put("/calendar/birthday", &token, body)
        .is(200, r#"{"meta":{"code":20010,"message":"USER BIRTHDAY EXIST"}}"#);
}

#[test]
fn codes_40000_and_40001_have_the_same_message() {
    let (calendar, token) = Calendar::populated();
    calendar.post("/group/", &token, "[]").is(
        400,
        r#"{"meta":{"code":40000,"message":"INVALID PARAMETER","detail":"body: expected a JSON object"}}"#,
    );
    calendar.post("/group/", &token, "{}").is(
        400,
        r#"{"meta":{"code":40001,"message":"INVALID PARAMETER","detail":"group_name: required, but missing"}}"#,
    );
}

#[test]
fn code_40100_refuses_a_registration() {
    let calendar = Calendar::with(Settings { registration_open: false, ..Settings::default() });
    calendar.post("/user/", "", r#"{"useremail":"park@jungi.me"}"#).is(
        401,
        r#"{"meta":{"code":40100,"message":"INVALID AUTHORIZATION","detail":"registration is closed"}}"#,
    );
}

#[test]
fn code_40101_is_a_missing_header() {
    Calendar::new().get("/group/", "").is(
        401,
        r#"{"meta":{"code":40101,"message":"MISSING HEADER","detail":"the header X-calendar-access-token is missing"}}"#,
    );
}

#[test]
fn code_40102_stands_for_two_messages_one_of_them_misspelt() {
    let (calendar, _) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.get("/group/", "x").is(
        401,
        r#"{"meta":{"code":40102,"message":"INVAILD TOKEN","detail":"the access token is not valid"}}"#,
    );
    calendar.delete("/group/", &kim, r#"{"group_id":1}"#).is(
        401,
        r#"{"meta":{"code":40102,"message":"UNAUTHORIZED REQUEST","detail":"group 1 belongs to somebody else"}}"#,
    );
}

#[test]
fn code_40300_is_a_method_that_the_path_does_not_take() {
    let answer = Calendar::new().call(Method::Patch, "/calendar/event", "", "");
    answer.is(
        403,
        r#"{"meta":{"code":40300,"message":"METHOD NOT ALLOWED","detail":"this path takes POST, PUT, DELETE"}}"#,
    );
    assert_eq!(answer.header("Allow"), Some("POST, PUT, DELETE"));
}

#[test]
fn code_40400_is_a_path_an_event_or_a_group_that_does_not_exist() {
    let (calendar, token) = Calendar::populated();
    for (path, detail) in [
        ("/nothing", "no such path"),
        ("/calendar/event/7", "event 7 does not exist"),
        ("/group/7", "group 7 does not exist"),
    ] {
        calendar.get(path, &token).is(
            404,
            &format!(r#"{{"meta":{{"code":40400,"message":"NOT FOUND","detail":"{detail}"}}}}"#),
        );
    }
}

#[test]
fn code_41300_is_a_body_that_is_too_large() {
    let (calendar, token) = Calendar::populated();
    calendar.post("/group/", &token, " ".repeat(65_537)).is(
        413,
        r#"{"meta":{"code":41300,"message":"PAYLOAD TOO LARGE","detail":"body: expected at most 65536 bytes"}}"#,
    );
}

#[test]
fn repeated_slashes_count_as_one() {
    let (calendar, token) = Calendar::populated();
    let headers = [("X-calendar-access-token", token.as_str())];
    let one = calendar.get("/group/1", &token).body;
    for target in ["//api/v1/group/1", "/api//v1/group/1", "/api/v1/group//1", "/api/v1/group/1//"]
    {
        calendar.send(Method::Get, target, &headers, "").is(200, &one);
        calendar.send(Method::Put, target, &headers, "").not_allowed("GET, HEAD");
    }
    let target = "/api/v1/calendar//event//";
    calendar.send(Method::Get, target, &headers, "").not_allowed("POST, PUT, DELETE");
    calendar.send(Method::Get, "/api//nothing", &headers, "").not_found("no such path");
    calendar.send(Method::Get, "//api//", &headers, "").not_found("no such path");
}

#[test]
fn a_text_beyond_ascii_comes_back_as_utf_8_and_not_escaped() {
    let (calendar, token) = Calendar::populated();
    let answer = calendar.get("/calendar/event/1", &token);
    assert!(answer.body.contains(r#""subject":"테스트 일정""#), "{}", answer.body);
    let escaped = r#"{"group_id":1,"group_name":"\ud83d\udc4d \uce5c\uad6c"}"#;
    calendar.put("/group/", &token, escaped).is(200, DONE);
    assert_eq!(calendar.rows("SELECT name FROM calendar_group"), ["👍 친구"]);
    let answer = calendar.get("/group/1", &token);
    assert!(answer.body.contains(r#""name":"👍 친구""#), "{}", answer.body);
}

#[test]
fn no_answer_is_a_redirect_or_sets_a_cookie() {
    let (calendar, token) = Calendar::populated();
    for (method, path, body) in CALLS {
        let answer = calendar.call(method, path, &token, body);
        assert!(matches!(answer.status, 200 | 404 | 412), "{method} {path}: {}", answer.body);
        assert_eq!(answer.header("Set-Cookie"), None);
    }
}

#[test]
fn every_answer_has_the_security_headers() {
    let (calendar, token) = Calendar::populated();
    for answer in [
        calendar.get("/calendar/", &token),
        calendar.get("/calendar/", ""),
        calendar.get("/nowhere", ""),
        calendar.post("/user/", "", "{"),
    ] {
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    }
}
