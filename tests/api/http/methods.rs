//! Paths, methods and slashes.

use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, Settings};
use crate::support::calls::CALLS;

const METHODS: [Method; 9] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Delete,
    Method::Patch,
    Method::Options,
    Method::Trace,
    Method::Connect,
];

/// Every path with the methods that it takes, as `Allow` names them.
const PATHS: [(&str, &str); 35] = [
    ("/user", "GET, HEAD, POST"),
    ("/user/calendar/group", "GET, HEAD, POST"),
    ("/user/calendar/group/1", "PUT, DELETE"),
    ("/user/calendar/look", "GET, HEAD, PUT"),
    ("/user/calendar/order", "PUT"),
    ("/user/settings", "GET, HEAD, PUT"),
    ("/user/app-password", "GET, HEAD, POST"),
    ("/user/app-password/1", "DELETE"),
    ("/user/feed", "GET, HEAD, POST"),
    ("/user/feed/1", "DELETE"),
    ("/calendar", "GET, HEAD"),
    ("/calendar/month", "GET, HEAD"),
    ("/calendar/event", "POST, PUT, DELETE"),
    ("/calendar/event/1", "GET, HEAD"),
    ("/calendar/event/1/history", "GET, HEAD"),
    ("/calendar/activity", "GET, HEAD"),
    ("/calendar/today", "GET, HEAD"),
    ("/calendar/date", "GET, HEAD"),
    ("/calendar/range", "GET, HEAD"),
    ("/calendar/search", "GET, HEAD"),
    ("/calendar/birthday", "GET, HEAD, POST, PUT, DELETE"),
    ("/group", "GET, HEAD, POST, PUT, DELETE"),
    ("/group/list", "GET, HEAD"),
    ("/group/event", "POST"),
    ("/group/1/export", "GET, HEAD"),
    ("/group/1/activity", "GET, HEAD"),
    ("/history/1/undo", "POST"),
    ("/group/1/member", "GET, HEAD, PUT, DELETE"),
    ("/group/1/invitation", "GET, HEAD, POST"),
    ("/group/1/invitation/1", "DELETE"),
    ("/invitation/abc", "GET, HEAD, PUT"),
    ("/holidays", "GET, HEAD"),
    ("/import", "POST"),
    ("/export", "GET, HEAD"),
    ("/openapi.json", "GET, HEAD"),
];

fn takes(allow: &str, method: Method) -> bool {
    allow.split(", ").any(|allowed| allowed == method.as_str())
}

/// Asserts a refusal; a `HEAD` has its status and headers but no body.
#[track_caller]
fn refuses(answer: &Answer, method: Method, allow: &str) {
    if method == Method::Head {
        answer.is(403, "");
        assert_eq!(answer.header("Allow"), Some(allow));
    } else {
        answer.not_allowed(allow);
    }
}

#[test]
fn every_path_refuses_the_methods_it_does_not_take_and_names_those_it_does() {
    let (calendar, token) = Calendar::populated();
    for (path, allow) in PATHS {
        for method in METHODS.into_iter().filter(|method| !takes(allow, *method)) {
            for slash in ["", "/", "?year_month=2017-06", "/?%zz"] {
                let path = format!("{path}{slash}");
                refuses(&calendar.call(method, &path, &token, ""), method, allow);
                refuses(&calendar.call(method, &path, "", "{"), method, allow);
            }
        }
    }
    for (path, allow) in [("/group/1", "GET, HEAD"), ("/group/999", "GET, HEAD")] {
        for method in METHODS.into_iter().filter(|method| !takes(allow, *method)) {
            for slash in ["", "/"] {
                let path = format!("{path}{slash}");
                refuses(&calendar.call(method, &path, &token, "{}"), method, allow);
            }
        }
    }
}

#[test]
fn every_path_takes_the_methods_it_names() {
    let (calendar, _) = Calendar::populated();
    for (path, allow) in PATHS {
        for method in METHODS.into_iter().filter(|method| takes(allow, *method)) {
            for slash in ["", "/"] {
                let answer = calendar.call(method, &format!("{path}{slash}"), "", "{");
                if (method, path) == (Method::Post, "/user") {
                    answer.malformed(
                        "body: expected a JSON object (EOF while parsing an object at line 1 column 1)",
                    );
                } else if path == "/openapi.json" {
                    assert_eq!(answer.status, 200);
                } else if (method, path) == (Method::Get, "/invitation/abc") {
                    answer.not_found("there is no such invitation");
                } else if method == Method::Head {
                    answer.is(if path == "/invitation/abc" { 404 } else { 401 }, "");
                } else {
                    answer.without_token();
                }
                assert_eq!(answer.header("Allow"), None);
            }
        }
    }
}

/// The body of `other`, with what is random as in `answer`: a revision, the address of a feed, an app password.
fn with_chance_of(answer: &Answer, other: &Answer) -> String {
    let mut body = other.body.clone();
    for name in ["revision", "url", "password"] {
        let [mine, others] = [answer, other].map(|answer| answer.json()["data"][name].clone());
        if let (Some(mine), Some(others)) = (mine.as_str(), others.as_str()) {
            body = body.replace(others, mine);
        }
    }
    body
}

#[test]
fn a_final_slash_changes_nothing_for_any_call() {
    for (method, path, body) in CALLS {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (path, String::new()),
        };
        let [without, with] = ["", "/"].map(|slash| {
            let (calendar, token) = Calendar::populated();
            let answer = calendar.call(method, &format!("{path}{slash}{query}"), &token, body);
            let tables = "SELECT 'event', id, subject, starts FROM event
                UNION ALL SELECT 'group', id, name, updated FROM calendar_group
                UNION ALL SELECT 'selection', user_id, CAST(group_id AS TEXT), 0 FROM selection
                ORDER BY 1, 2, 3";
            (answer, calendar.rows(tables))
        });
        assert_eq!(without.0.status, 200, "{}", without.0.body);
        with.0.is(200, &with_chance_of(&with.0, &without.0));
        assert_eq!(with.0.header("Location"), without.0.header("Location"));
        assert_eq!(with.1, without.1);
    }
}

#[test]
fn registering_works_with_and_without_a_final_slash() {
    for path in ["/user", "/user/"] {
        let calendar = Calendar::new();
        let answer = calendar.post(path, "", r#"{"useremail":"park@jungi.me"}"#);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(calendar.rows("SELECT email FROM user"), ["park@jungi.me"]);
    }
}

#[test]
fn an_unknown_path_is_not_found_by_any_method() {
    let (calendar, token) = Calendar::populated();
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/user/",
        "/api/v1/nothing",
        "/api/v1/User/",
        "/api/v1/users",
        "/api/v1/user/calendar",
        "/api/v1/user/1",
        "/api/v1/calendar/1",
        "/api/v1/calendar/event/abc",
        "/api/v1/calendar/event/1a/",
        "/api/v1/calendar/event/1/2",
        "/api/v1/calendar/event/9223372036854775808",
        "/api/v1/group/abc",
        "/api/v1/group/1/event",
        "/api/v1/group/0x1",
        "/api/v1/%EC%BA%98",
        "/api/v1/group/%00",
        "/api/user/",
        "/api/style.css",
    ] {
        for method in METHODS {
            for headers in [&[][..], &[("X-calendar-access-token", token.as_str())]] {
                let answer = calendar.send(method, path, headers, "{");
                if method == Method::Head {
                    answer.is(404, "");
                } else {
                    answer.not_found("no such path");
                }
            }
        }
    }
}

#[test]
fn head_answers_like_get_without_the_body() {
    let (calendar, token) = Calendar::populated();
    for (_, path, _) in CALLS.into_iter().filter(|(method, ..)| *method == Method::Get) {
        calendar.call(Method::Head, path, &token, "").is(200, "");
        calendar.call(Method::Head, path, "", "").is(401, "");
    }
    calendar.call(Method::Head, "/group/2", &token, "").is(404, "");
    calendar.call(Method::Head, "/calendar/month", &token, "").is(400, "");
    calendar.call(Method::Head, "/calendar/search?search_word=%", &token, "").is(400, "");
}

#[test]
fn location_leads_to_what_was_created() {
    for (method, path, body) in CALLS {
        let (calendar, token) = Calendar::populated();
        let answer = calendar.call(method, path, &token, body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let makers = ["/calendar/event", "/group", "/group/event", "/group/subscription"];
        let makes = method == Method::Post && makers.contains(&path);
        assert_eq!(answer.header("Location").is_some(), makes, "{method} {path}");
        if let Some(location) = answer.header("Location") {
            let headers = [("X-calendar-access-token", token.as_str())];
            let read = calendar.send(Method::Get, location, &headers, "");
            assert_eq!(read.status, 200, "{}", read.body);
            assert_eq!(
                location.rsplit('/').next(),
                Some(read.json()["data"]["id"].to_string()).as_deref()
            );
        }
    }
}

#[test]
fn options_without_an_origin_is_not_allowed() {
    for cors_origins in [vec![], vec!["https://calendar.example".to_owned()]] {
        let calendar = Calendar::with(Settings { cors_origins, ..Settings::default() });
        for (path, allow) in PATHS {
            calendar.call(Method::Options, path, "", "").not_allowed(allow);
        }
    }
}
