//! What the server answers is what the document describes.

use rocket::http::Method;
use serde_json::json;

use super::{assert_conforms, assert_matches, document, operation};
use crate::support::calendar::{Calendar, DONE, KIM, PARK, SECRET, Settings};
use crate::support::calls::CALLS;

#[test]
fn what_every_call_answers_is_as_described() {
    for (method, path, body) in CALLS {
        let (calendar, token) = Calendar::populated_in_file();
        let document = document(&calendar);
        let call = |token: &str, body: &str| {
            let answer = calendar.call(method, path, token, body);
            assert_conforms(&document, method, path, &answer);
            answer
        };
        call("", body);
        call("abc", body);
        let takes_a_body = operation(&document, method, path)["requestBody"].is_object();
        if takes_a_body {
            assert_eq!(call(&token, "{").status, 400);
            // Every setting may be left out.
            let invalid = if path == "/user/settings" { r#"{"clock": 1}"# } else { "{}" };
            assert_eq!(call(&token, invalid).status, 400);
            assert_eq!(call(&token, &" ".repeat(70_000)).status, 413);
        }
        let kim = calendar.register(KIM);
        calendar.select(&kim, "1");
        call(&kim, body);
        if path.ends_with(SECRET) {
            // Kim has used it up.
            calendar.keep_invitation(SECRET);
        }
        assert_eq!(call(&token, body).status, 200);
        call(&token, body);
        let without_query = path.split('?').next().unwrap();
        let broken = calendar.call(method, &format!("{without_query}?%zz"), &token, body);
        assert_eq!(broken.status, 400);
        assert_conforms(&document, method, path, &broken);
        let tables = "SELECT 'DROP TABLE \"' || name || '\";' FROM pragma_table_list WHERE type <> 'shadow' AND schema = 'main'
            AND name NOT LIKE 'sqlite_%' AND name NOT IN ('refinery_schema_history', 'signing_key')";
        let drops = calendar.rows(tables).concat();
        calendar.execute(&format!("PRAGMA foreign_keys = OFF; {drops}"));
        assert_eq!(call(&token, body).status, 500);
    }
}

#[test]
fn what_the_views_show_is_as_described() {
    let (calendar, token) = Calendar::populated();
    let document = document(&calendar);
    calendar.group_event(&token, 1, "2017-06-20 09:00:00", "2017-06-22 09:00:00", "회식");
    calendar.put("/calendar/birthday", &token, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let time = "2017-06-21 00:00:00";
    let change = json!({"event_id": 1, "sdate": time, "edate": time, "subject": "a"}).to_string();
    calendar.put("/calendar/event", &token, change).is(200, DONE);
    let month = calendar.get("/calendar/month?year_month=2017-06", &token);
    assert_eq!(month.json()["data"].as_array().unwrap().len(), 3);
    assert_conforms(&document, Method::Get, "/calendar/month", &month);
}

#[test]
fn a_conditional_request_is_answered_as_described() {
    let (calendar, token) = Calendar::populated();
    let document = document(&calendar);
    for (method, path, body) in CALLS {
        let parameters = &operation(&document, method, path)["parameters"];
        let condition = ["If-Match", "If-None-Match"].into_iter().find(|name| {
            let described = parameters.as_array().into_iter().flatten();
            described.into_iter().any(|it| it["name"] == *name && it["in"] == "header")
        });
        let expected = match (method, path) {
            (Method::Put | Method::Delete, "/calendar/event") => Some("If-Match"),
            (Method::Get, "/calendar/event/1" | "/calendar" | "/calendar/today") => {
                Some("If-None-Match")
            }
            (Method::Get, view)
                if ["/month?", "/date?", "/range?"].iter().any(|part| view.contains(part)) =>
            {
                Some("If-None-Match")
            }
            _ => None,
        };
        assert_eq!(condition, expected, "{method} {path}");
        let headers = |value| {
            [("X-calendar-access-token", token.as_str()), (expected.unwrap_or("X-Other"), value)]
        };
        let uri = format!("/api/v1{path}");
        if expected == Some("If-Match") {
            let refused = calendar.send(method, &uri, &headers("\"old\""), body);
            assert_eq!(refused.status, 412);
            assert_conforms(&document, method, path, &refused);
        } else if expected == Some("If-None-Match") {
            let known = calendar.send(method, &uri, &headers("*"), body);
            assert_eq!((known.status, known.body.as_str()), (304, ""));
            let responses = &operation(&document, method, path)["responses"];
            for name in responses["304"]["headers"].as_object().unwrap().keys() {
                assert!(known.header(name).is_some(), "{name} is missing");
            }
        }
    }
}

#[test]
fn signing_in_answers_as_described() {
    let calendar = Calendar::new();
    let document = document(&calendar);
    let post = |path: &str, body: &str| {
        let answer = calendar.post(path, "", body);
        assert_conforms(&document, Method::Post, path, &answer);
        answer
    };
    let credentials = format!(r#"{{"useremail": "{PARK}", "password": "correct horse"}}"#);
    assert_eq!(post("/user", &credentials).status, 200);
    assert_eq!(post("/user", &credentials).json()["meta"]["code"], 20010);
    let token =
        post("/user/login", &credentials).json()["data"]["token"].as_str().unwrap().to_owned();
    assert_eq!(post("/user/login", r#"{"useremail": "a@b", "password": "c"}"#).status, 401);
    for (body, status) in [
        (r#"{"password": "battery staple"}"#, 400),
        (r#"{"password": "battery staple", "old_password": "wrong horse"}"#, 401),
        (r#"{"password": "battery staple", "old_password": "correct horse"}"#, 200),
    ] {
        let answer = calendar.put("/user/password", &token, body);
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_conforms(&document, Method::Put, "/user/password", &answer);
    }
    let answer = calendar.delete("/user/token", &token, "");
    assert_conforms(&document, Method::Delete, "/user/token", &answer);
}

#[test]
fn a_client_that_calls_too_often_is_answered_as_described() {
    let rate = calendar_server::model::Rate {
        times: std::num::NonZeroU32::MIN,
        per: std::time::Duration::from_secs(3600),
    };
    let settings = Settings { auth_rate: Some(rate), ..Default::default() };
    let calendar = Calendar::with(settings);
    let document = document(&calendar);
    let register = |email: &str| {
        let body = format!(r#"{{"useremail": "{email}"}}"#);
        calendar.send_from("192.0.2.1:4000", Method::Post, "/api/v1/user", &[], body)
    };
    register(PARK);
    let answer = register(KIM);
    assert_eq!(answer.status, 429);
    assert_conforms(&document, Method::Post, "/user", &answer);
}

#[test]
fn a_method_that_a_path_does_not_take_is_answered_as_described() {
    let calendar = Calendar::new();
    let document = document(&calendar);
    let response = &document["components"]["responses"]["MethodNotAllowed"];
    for path in ["/user", "/calendar/event/1", "/openapi.json"] {
        let answer = calendar.call(Method::Patch, path, "", "");
        assert_eq!(answer.status, 403);
        assert!(answer.header("Allow").is_some());
        assert_matches(&document, response, &answer);
    }
}
