//! Calls from pages of other origins (Fetch standard, CORS protocol).

use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, PARK, Settings};
use crate::support::expected::events;

const OURS: &str = "https://calendar.example";

const OTHERS: &str = "https://evil.example";

fn with_origins(origins: &[&str]) -> Calendar {
    let cors_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    Calendar::with(Settings { cors_origins, ..Settings::default() })
}

fn today(calendar: &Calendar, origin: &str, token: &str) -> Answer {
    let headers = [("Origin", origin), ("X-calendar-access-token", token)];
    calendar.send(Method::Get, "/api/v1/calendar/today", &headers, "")
}

fn preflight(calendar: &Calendar, origin: &str, path: &str) -> Answer {
    let headers = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "content-type, x-calendar-access-token"),
    ];
    calendar.send(Method::Options, path, &headers, "")
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("Access-Control-Allow-Origin")
}

#[test]
fn no_origin_is_allowed_by_default() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let answer = today(&calendar, OURS, &token);
    answer.is(200, &events(&[]));
    assert_eq!(allowed(&answer), None);
    let answer = preflight(&calendar, OURS, "/api/v1/calendar/event");
    answer.not_allowed("POST, PUT, DELETE");
    assert_eq!(allowed(&answer), None);
}

#[test]
fn an_app_with_a_scheme_of_its_own_may_be_allowed() {
    let app = "capacitor://localhost";
    let calendar = with_origins(&[app]);
    let token = calendar.register(PARK);
    let answer = today(&calendar, app, &token);
    answer.is(200, &events(&[]));
    assert_eq!(allowed(&answer), Some(app));
    assert_eq!(allowed(&today(&calendar, "ionic://localhost", &token)), None);
}

#[test]
fn a_page_of_an_allowed_origin_may_read_answers_and_errors() {
    let calendar = with_origins(&[OURS]);
    let token = calendar.register(PARK);
    let answer = today(&calendar, OURS, &token);
    answer.is(200, &events(&[]));
    let refused = today(&calendar, OURS, "");
    refused.without_token();
    let lost = calendar.send(Method::Get, "/api/v1/nothing", &[("Origin", OURS)], "");
    lost.not_found("no such path");
    for answer in [answer, refused, lost] {
        assert_eq!(allowed(&answer), Some(OURS));
        assert_eq!(answer.header("Vary"), Some("Origin"));
        let exposed = answer.header("Access-Control-Expose-Headers").unwrap();
        assert_eq!(
            exposed,
            "Content-Disposition, ETag, Location, Retry-After, X-Calendar-Entry, X-Request-Id"
        );
        assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);
    }
}

#[test]
fn a_page_of_another_origin_may_read_nothing() {
    let calendar = with_origins(&[OURS]);
    let token = calendar.register(PARK);
    for origin in
        [OTHERS, "https://calendar.example.evil.example", "http://calendar.example", "null", ""]
    {
        let answer = today(&calendar, origin, &token);
        answer.is(200, &events(&[]));
        assert_eq!(allowed(&answer), None);
        assert_eq!(answer.header("Vary"), Some("Origin"));
        let answer = preflight(&calendar, origin, "/api/v1/calendar/event");
        answer.not_allowed("POST, PUT, DELETE");
        assert_eq!(allowed(&answer), None);
    }
}

#[test]
fn a_star_stands_for_every_origin() {
    let calendar = with_origins(&["*"]);
    let token = calendar.register(PARK);
    for origin in [OURS, OTHERS] {
        let answer = today(&calendar, origin, &token);
        answer.is(200, &events(&[]));
        assert!([Some("*"), Some(origin)].contains(&allowed(&answer)), "{answer:?}");
    }
}

#[test]
fn a_preflight_of_an_allowed_origin_is_answered_for_every_path() {
    let calendar = with_origins(&["https://other.example", OURS]);
    for path in ["/user/", "/calendar/event", "/calendar/event/1", "/group", "/calendar/birthday/"]
    {
        let answer = preflight(&calendar, OURS, &format!("/api/v1{path}"));
        answer.is(200, DONE);
        assert_eq!(allowed(&answer), Some(OURS));
        let methods = answer.header("Access-Control-Allow-Methods").unwrap();
        for method in ["GET", "POST", "PUT", "DELETE"] {
            assert!(methods.split(", ").any(|allowed| allowed == method), "{methods}");
        }
        let headers = answer.header("Access-Control-Allow-Headers").unwrap().to_lowercase();
        for header in ["content-type", "x-calendar-access-token", "if-match", "if-none-match"] {
            assert!(headers.split(", ").any(|allowed| allowed == header), "{headers}");
        }
    }
    preflight(&calendar, OURS, "/api/v1/nothing").not_found("no such path");
}

#[test]
fn a_request_without_an_origin_gets_no_cors_headers() {
    let calendar = with_origins(&[OURS]);
    let token = calendar.register(PARK);
    let answer = calendar.get("/calendar/today", &token);
    answer.is(200, &events(&[]));
    assert_eq!(allowed(&answer), None);
}
