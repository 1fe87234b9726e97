//! How a body is read.

use rocket::http::Method;
use serde_json::json;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE};
use crate::support::calls::CALLS;
use crate::support::expected::GROUPS;

const BEFORE: [&str; 1] = ["1|회식 관련|1|2017-06-19 19:55:04|-"];

/// Asserts code 40000, whatever place the detail names.
#[track_caller]
fn is_malformed(answer: &Answer) {
    let detail = answer.json()["meta"]["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.starts_with("body: expected a JSON object"), "{}", answer.body);
    answer.malformed(&detail);
}

fn writing() -> impl Iterator<Item = (Method, &'static str, &'static str)> {
    CALLS.into_iter().filter(|(.., body)| !body.is_empty())
}

#[test]
fn malformed_json_is_refused() {
    let (calendar, token) = Calendar::populated();
    for bad in [
        &b""[..],
        b" \n",
        b"{",
        b"}",
        b"{\"group_name\":\"a\"",
        b"{\"group_name\":\"a\",}",
        b"{\"group_name\":\"a\"}}",
        b"{\"group_name\":\"a\"} {}",
        b"{\"group_name\":\"a\", // name",
        b"{\"group_name\":\"a\",} // name",
        b"{\"group_name\":\"a\" /* name */}",
        b"{group_name:\"a\"}",
        b"{'group_name':'a'}",
        b"{\"group_name\":a}",
        b"{\"group_name\":\"a\nb\"}",
        b"{\"group_name\":\"\\x\"}",
        b"{\"group_name\":NaN}",
        b"{\"group_name\":Infinity}",
        b"{\"group_id\":01}",
        b"{\"group_id\":+1}",
        b"{\"group_id\":0x1}",
        b"{\"group_id\":1.}",
        b"{\"group_name\":\"\xff\"}",
        b"{\"group_name\":\"\xed\xa0\x80\"}",
        b"\xef\xbb{\"group_name\":\"a\"}",
        b"\xff\xfe{\0}\0",
        b"group_name=a",
        b"{\"group_name\":\"a\"}\0",
    ] {
        for (method, path, _) in writing() {
            is_malformed(&calendar.call(method, path, &token, bad));
        }
        is_malformed(&calendar.post("/user/", "", bad));
    }
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}

#[test]
fn a_byte_order_mark_before_a_body_is_passed_over() {
    let (calendar, token) = Calendar::populated();
    let body = "\u{feff}{\"group_name\": \"\u{feff}a\"} // comment";
    assert_eq!(calendar.post("/group", &token, body).made(), 2);
    assert_eq!(calendar.rows("SELECT name FROM calendar_group WHERE id = 2"), ["\u{feff}a"]);
}

#[test]
fn a_body_that_is_not_an_object_is_refused() {
    let (calendar, token) = Calendar::populated();
    for bad in ["[]", "[{}]", r#"[{"group_name":"a"}]"#, r#""a""#, "1", "true", "null"] {
        for (method, path, _) in writing() {
            calendar.call(method, path, &token, bad).malformed("body: expected a JSON object");
        }
        calendar.post("/user/", "", bad).malformed("body: expected a JSON object");
    }
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}

#[test]
fn half_a_surrogate_pair_is_refused_except_under_an_unknown_key() {
    let (calendar, token) = Calendar::populated();
    for half in ["\\ud800", "\\udc00\\ud800", "a\\udfff"] {
        is_malformed_text(&calendar.post(
            "/group/",
            &token,
            format!(r#"{{"group_name":"{half}"}}"#),
        ));
    }
    assert_eq!(calendar.rows(GROUPS), BEFORE);
    calendar.post("/group/", &token, r#"{"group_name":"a","x":"\ud800"}"#).is(200, DONE);
}

#[track_caller]
fn is_malformed_text(answer: &Answer) {
    assert_eq!(
        (answer.status, &answer.json()["meta"]["code"]),
        (400, &40000.into()),
        "{}",
        answer.body
    );
    let detail = answer.json()["meta"]["detail"].to_string();
    assert!(detail.contains("group_name: expected a JSON string"), "{detail}");
}

#[test]
fn the_parsers_private_number_object_is_not_a_number() {
    let (calendar, token) = Calendar::populated();
    let body = r#"{"group_id":{"$serde_json::private::Number":"1"}}"#;
    calendar.delete("/group/", &token, body).invalid("group_id: expected an integer of 64 bits");
    let body = r#"{"group_name":"a","x":{"$serde_json::private::Number":"zz"}}"#;
    calendar.post("/group/", &token, body).is(200, DONE);
}

#[test]
fn deeply_nested_json_is_refused() {
    let (calendar, token) = Calendar::populated();
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let depth = 10_000;
        let inner = if close == "}" { "1" } else { "" };
        let nested = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
        is_malformed(&calendar.post("/group/", &token, &nested));
        let body = format!(r#"{{"group_name":"a","x":{nested}}}"#);
        is_malformed(&calendar.post("/group/", &token, body));
        is_malformed(&calendar.post("/group/", &token, open.repeat(depth)));
    }
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}

#[test]
fn unknown_keys_are_ignored() {
    let (calendar, token) = Calendar::populated();
    let body =
        r#"{"":0,"x":{"group_name":["b"]},"Group_Name":"c","group_name":"a","y":-1.5e-7,"z":null}"#;
    calendar.post("/group/", &token, body).is(200, DONE);
    assert_eq!(calendar.rows("SELECT name FROM calendar_group WHERE id = 2"), ["a"]);
}

#[test]
fn a_number_of_any_size_under_an_unknown_key_is_ignored() {
    let (calendar, token) = Calendar::populated();
    for number in ["1e400", "-1e400", "1e-400", &"9".repeat(400)] {
        let body = format!(r#"{{"group_name":"a","x":{number}}}"#);
        calendar.post("/group/", &token, body).is(200, DONE);
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_group"), ["5"]);
}

#[test]
fn a_huge_number_can_be_read_and_is_not_an_id() {
    let (calendar, token) = Calendar::populated();
    for number in ["1e400", "-1e400", "1e-400", &"9".repeat(400)] {
        let body = format!(r#"{{"group_id":{number}}}"#);
        calendar
            .delete("/group/", &token, body)
            .invalid("group_id: expected an integer of 64 bits");
    }
    calendar.delete("/group/", &token, r#"{"group_id":-0}"#).not_found("group 0 does not exist");
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}

#[test]
fn the_content_type_of_a_body_does_not_matter() {
    let (calendar, token) = Calendar::populated();
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=utf-16",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "image/png",
        "*/*",
        "nonsense",
        "",
    ] {
        let headers = [("X-calendar-access-token", token.as_str()), ("Content-Type", kind)];
        let name = format!(r#"{{"group_id":1,"group_name":"{kind}!"}}"#);
        calendar.send(Method::Put, "/api/v1/group/", &headers, &name).is(200, DONE);
        assert_eq!(
            calendar.rows("SELECT name FROM calendar_group WHERE deleted = 0"),
            [format!("{kind}!")]
        );
        calendar.send(Method::Post, "/api/v1/group/", &headers, &name).is(200, DONE);
        let id = calendar.rows("SELECT max(id) FROM calendar_group").remove(0);
        let body = format!(r#"{{"group_id":{id}}}"#);
        calendar.send(Method::Delete, "/api/v1/group/", &headers, body).is(200, DONE);
        is_malformed(&calendar.send(Method::Post, "/api/v1/group/", &headers, "group_name=a"));
    }
}

#[test]
fn a_forms_field_does_not_change_the_method() {
    let (calendar, token) = Calendar::populated();
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let headers = [("X-calendar-access-token", token.as_str()), form];
    for method in ["get", "put", "delete", "patch", "DELETE"] {
        for (_, path, _) in writing().filter(|(method, ..)| *method == Method::Post) {
            let body = format!("_method={method}&group_id=1");
            is_malformed(&calendar.send(Method::Post, &format!("/api/v1{path}"), &headers, body));
        }
    }
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}

#[test]
fn a_call_with_a_body_takes_no_parameters_from_the_query() {
    let (calendar, token) = Calendar::populated();
    calendar
        .post("/group/?group_name=a", &token, "{}")
        .invalid("group_name: required, but missing");
    is_malformed(&calendar.delete("/group/?group_id=1", &token, ""));
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}

/// `json` with spaces behind it, `length` bytes in all.
fn padded(json: &str, length: usize) -> String {
    format!("{json}{}", " ".repeat(length - json.len()))
}

#[test]
fn a_body_of_64_kib_is_taken() {
    for (method, path, body) in writing() {
        let (calendar, token) = Calendar::populated();
        let answer = calendar.call(method, path, &token, padded(body, 65_536));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let calendar = Calendar::new();
    let body = padded(r#"{"useremail":"park@jungi.me"}"#, 65_536);
    assert_eq!(calendar.post("/user/", "", body).status, 200);
    assert_eq!(calendar.rows("SELECT email FROM user"), ["park@jungi.me"]);
}

#[test]
fn a_body_of_more_than_64_kib_changes_nothing() {
    let (calendar, token) = Calendar::populated();
    let state = "SELECT (SELECT count(*) FROM user), (SELECT group_concat(subject) FROM event),
        (SELECT group_concat(name) FROM calendar_group), (SELECT group_concat(group_id) FROM selection)";
    for length in [65_537, 100_000, 5_000_000] {
        let too_large = |answer: Answer| {
            answer.refuses(413, 41300, "PAYLOAD TOO LARGE", "body: expected at most 65536 bytes");
        };
        for (method, path, body) in writing() {
            too_large(calendar.call(method, path, &token, padded(body, length)));
        }
        too_large(calendar.post("/user/", "", padded(r#"{"useremail":"a@b"}"#, length)));
        too_large(calendar.post("/group/", &token, "a".repeat(length)));
    }
    assert_eq!(calendar.rows(state), ["1|테스트 일정|회식 관련|1"]);
}

#[test]
fn a_zero_character_is_refused_in_every_string() {
    let (calendar, token) = Calendar::populated();
    let (post, put) = (Method::Post, Method::Put);
    let time = "2017-06-20 09:00:00";
    for (method, path, name, mut body) in [
        (post, "/user/", "useremail", json!({})),
        (post, "/user/", "usereamil", json!({})),
        (post, "/user/", "password", json!({"useremail": "a@b"})),
        (post, "/user/login", "useremail", json!({"password": "12345678"})),
        (post, "/user/login", "password", json!({"useremail": "a@b"})),
        (put, "/user/password", "password", json!({})),
        (put, "/user/password", "old_password", json!({"password": "12345678"})),
        (post, "/user/calendar/group", "selected_group", json!({})),
        (post, "/calendar/event", "sdate", json!({})),
        (post, "/calendar/event", "edate", json!({"sdate": time})),
        (post, "/calendar/event", "subject", json!({"sdate": time, "edate": time})),
        (put, "/calendar/event", "subject", json!({"event_id": 1, "sdate": time, "edate": time})),
        (put, "/calendar/birthday", "birthday", json!({})),
        (put, "/calendar/birthday", "brithday", json!({})),
        (post, "/group/", "group_name", json!({})),
        (put, "/group/", "group_name", json!({"group_id": 1})),
        (post, "/group/event", "subject", json!({"group_id": 1, "sdate": time, "edate": time})),
    ] {
        body[name] = json!("a\u{0}b");
        let token = if path == "/user/" || path == "/user/login" { "" } else { &token };
        let answer = calendar.call(method, path, token, body.to_string());
        answer.invalid(&format!("{name}: expected text without U+0000"));
    }
    for (path, name) in [("month", "year_month"), ("date", "date"), ("search", "search_word")] {
        let answer = calendar.get(&format!("/calendar/{path}?{name}=a%00b"), &token);
        answer.invalid(&format!("{name}: expected text without U+0000"));
    }
    assert_eq!(calendar.rows(GROUPS), BEFORE);
}
