//! In which order a request is checked: path and method, token, body, parameters, existence,
//! ownership.

use rocket::http::Method;

use crate::support::calendar::{Calendar, DONE, KIM};
use crate::support::calls::CALLS;

#[test]
fn the_path_is_checked_before_the_token() {
    let calendar = Calendar::new();
    for path in ["/nothing", "/group/abc", "/calendar/event/x"] {
        calendar.get(path, "").not_found("no such path");
        calendar.get(path, "not.a.token").not_found("no such path");
        calendar.post(path, "", "{").not_found("no such path");
    }
}

#[test]
fn the_method_is_checked_before_the_token_and_the_body() {
    let calendar = Calendar::new();
    let huge = "a".repeat(70_000);
    for token in ["", "not.a.token"] {
        calendar
            .call(Method::Patch, "/group/", token, &huge)
            .not_allowed("GET, HEAD, POST, PUT, DELETE");
        calendar.post("/calendar/today", token, "{").not_allowed("GET, HEAD");
        calendar.get("/calendar/event?x=%zz", token).not_allowed("POST, PUT, DELETE");
    }
}

#[test]
fn the_token_is_checked_before_the_body_and_the_query() {
    let (calendar, _) = Calendar::populated();
    let huge = "a".repeat(70_000);
    for body in ["", "{", "[]", "{}", huge.as_str()] {
        calendar.post("/group/", "", body).without_token();
        calendar.put("/calendar/event", "not.a.token", body).bad_token();
        calendar.delete("/group", "not.a.token", body).bad_token();
    }
    for query in ["?search_word=%zz", "?search_word=", ""] {
        calendar.get(&format!("/calendar/search{query}"), "").without_token();
        calendar.get(&format!("/calendar/search{query}"), "not.a.token").bad_token();
    }
}

#[test]
fn a_token_without_its_user_is_refused_before_the_body_and_the_query() {
    let (calendar, token) = Calendar::populated();
    let gone = calendar.register(KIM);
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    let huge = "a".repeat(70_000);
    for (method, path, body) in CALLS {
        calendar.call(method, path, &gone, body).bad_token();
        for body in ["", "{", "[]", "{}", r#"{"event_id": "x", "group_id": 1.5}"#, huge.as_str()] {
            calendar.call(method, path, &gone, body).bad_token();
            calendar.call(method, path, "", body).without_token();
        }
        let end = if path.contains('?') { '&' } else { '?' };
        let broken = format!("{path}{end}x=%zz");
        calendar.call(method, &broken, &gone, body).bad_token();
        calendar
            .call(method, &broken, &token, body)
            .malformed("query: expected percent-encoded UTF-8");
    }
    let password = r#"{"password": "short"}"#;
    calendar.put("/user/password", &gone, password).bad_token();
    calendar.delete("/user/token", &gone, "").bad_token();
}

#[test]
fn the_token_is_checked_before_existence() {
    let (calendar, _) = Calendar::populated();
    for path in ["/group/999", "/calendar/event/999"] {
        calendar.get(path, "").without_token();
        calendar.get(path, "not.a.token").bad_token();
    }
    calendar.delete("/group/", "", r#"{"group_id":999}"#).without_token();
}

#[test]
fn the_whole_body_is_read_before_its_parameters() {
    let (calendar, token) = Calendar::populated();
    calendar.delete("/group/", &token, r#"{"group_id":"x""#).malformed(
        "body: expected a JSON object (EOF while parsing an object at line 1 column 15)",
    );
    calendar
        .get("/calendar/search?search_word=&x=%", &token)
        .malformed("query: expected percent-encoded UTF-8");
}

#[test]
fn the_size_of_a_body_is_checked_before_its_form() {
    let (calendar, token) = Calendar::populated();
    calendar.post("/group/", &token, "{".repeat(65_537)).refuses(
        413,
        41300,
        "PAYLOAD TOO LARGE",
        "body: expected at most 65536 bytes",
    );
}

#[test]
fn parameters_are_checked_before_existence() {
    let (calendar, token) = Calendar::populated();
    calendar
        .put("/group/", &token, r#"{"group_id":999,"group_name":""}"#)
        .invalid("group_name: expected 1 to 128 characters, got none");
    let times = r#""sdate":"2017-06-20 00:00:00","edate":"2017-06-19 00:00:00","subject":"a""#;
    let backwards = "edate: expected a time that is not before sdate";
    calendar
        .put("/calendar/event", &token, format!(r#"{{"event_id":999,{times}}}"#))
        .invalid(backwards);
    calendar
        .post("/group/event", &token, format!(r#"{{"group_id":999,{times}}}"#))
        .invalid(backwards);
    calendar.post("/user/calendar/group", &token, r#"{"selected_group":"999,x"}"#).invalid(
        "selected_group: expected group ids joined by commas, such as 1,2,3, or 0 alone for none",
    );
}

#[test]
fn parameters_are_checked_before_ownership() {
    let (calendar, _) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.put("/group/", &kim, r#"{"group_id":1}"#).invalid("group_name: required, but missing");
    calendar
        .put("/calendar/event", &kim, r#"{"event_id":1}"#)
        .invalid("sdate: required, but missing");
    calendar
        .delete("/calendar/event", &kim, r#"{"event_id":"1"}"#)
        .invalid("event_id: expected an integer of 64 bits");
}

#[test]
fn the_request_is_checked_before_the_clock() {
    let (calendar, token) = Calendar::populated();
    let gone = calendar.register(KIM);
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    // Beyond the year 9999.
    calendar.clock.set(1_000_000_000_000);
    let mut faults = 0;
    for (method, path, body) in CALLS {
        calendar.call(method, path, &gone, body).bad_token();
        if !body.is_empty() {
            calendar.call(method, path, &token, "[]").malformed("body: expected a JSON object");
        }
        faults += usize::from(calendar.call(method, path, &token, body).status == 500);
    }
    // This month and today, and the calls that note when they were done.
    assert_eq!(faults, 19);
}

#[test]
fn a_birthdays_form_is_checked_before_its_existence() {
    let (calendar, token) = Calendar::populated();
    let body = r#"{"birthday":"1990-06-20"}"#;
    calendar.put("/calendar/birthday", &token, body).is(200, DONE);
    calendar
        .put("/calendar/birthday", &token, r#"{"birthday":"tomorrow"}"#)
        .invalid("birthday: expected YYYY-MM-DD or YYYY-MM-DD HH:MM:SS");
}
