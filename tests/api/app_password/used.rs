//! When and from where an app password was used last.

use rocket::http::Method;
use serde_json::{Value, json};

use super::{READS, with_password};
use crate::support::calendar::{Calendar, DONE, NOW, PARK, Settings};

const HEADER: &str = "X-calendar-access-token";

/// What the list says of the first app password. A write that is answered comes after the notes, which nobody waits for.
fn listed(calendar: &Calendar, token: &str) -> Value {
    for _ in 0..100 {
        calendar.put("/user/settings", token, "{}").is(200, DONE);
        let listed = calendar.get("/user/app-password", token).json()["data"][0].take();
        if !calendar.database.is_shared() || !listed["used"].is_null() {
            return listed;
        }
    }
    panic!("the use is not noted");
}

#[test]
fn the_last_use_is_noted_once_an_hour_whatever_it_was() {
    let (calendar, token, password) = with_password("read");
    let used = || listed(&calendar, &token)["used"].clone();
    assert_eq!(calendar.get("/user", &password).status, 200);
    assert_eq!(used(), "Mon, 19 Jun 2017 19:55:04 GMT");
    calendar.clock.set(NOW + 3599);
    assert_eq!(calendar.get("/calendar/month?year_month=2017-06", &password).status, 200);
    assert_eq!(used(), "Mon, 19 Jun 2017 19:55:04 GMT");
    calendar.clock.set(NOW + 3600);
    assert_eq!(calendar.get("/calendar/month?year_month=2017-06", &password).status, 200);
    if !calendar.database.is_shared() {
        assert_eq!(used(), "Mon, 19 Jun 2017 20:55:04 GMT");
    }
}

#[test]
fn a_write_and_a_request_that_is_wrong_are_uses_and_a_refused_scope_is_none() {
    for (scope, status, body) in
        [("all", 200, r#"{"group_name": "a"}"#), ("all", 400, "{"), ("read", 401, "{}")]
    {
        let (calendar, token, password) = with_password(scope);
        let answer = calendar.post("/group", &password, body);
        assert_eq!(answer.status, status);
        if status == 401 {
            answer.not_owned(READS);
            calendar.put("/user/settings", &token, "{}").is(200, DONE);
            assert_eq!(calendar.rows("SELECT used FROM app_password"), ["-"]);
        } else {
            assert_eq!(listed(&calendar, &token)["used"], "Mon, 19 Jun 2017 19:55:04 GMT");
        }
    }
}

#[test]
fn the_address_is_that_of_the_client_behind_trusted_proxies() {
    for (peer, forwarded, expected) in [
        ("192.0.2.1:1", "", "192.0.2.1"),
        ("192.0.2.1:1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1:1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1:1", "203.0.113.9, 2001:db8::1", "2001:db8::1"),
        ("[::ffff:192.0.2.9]:1", "", "192.0.2.9"),
        ("10.0.0.1:1", "<b>", "10.0.0.1"),
    ] {
        let trusted_proxies = vec!["10.0.0.1/32".parse().unwrap()];
        let calendar = Calendar::with(Settings { trusted_proxies, ..Settings::default() });
        let token = calendar.register(PARK);
        let password = calendar.app_password(&token, "read");
        let headers = [(HEADER, password.as_str()), ("X-Forwarded-For", forwarded)];
        let headers = if forwarded.is_empty() { &headers[..1] } else { &headers[..] };
        let answer = calendar.send_from(peer, Method::Get, "/api/v1/user", headers, "");
        assert_eq!(answer.status, 200);
        assert_eq!(
            listed(&calendar, &token),
            json!({
                "id": 1, "name": "b", "scope": "read", "created": "Mon, 19 Jun 2017 19:55:04 GMT",
                "used": "Mon, 19 Jun 2017 19:55:04 GMT", "from": expected,
            }),
            "{peer} {forwarded}"
        );
    }
}

#[test]
fn a_use_by_an_unknown_address_takes_the_place_of_a_known_one() {
    let (calendar, token, password) = with_password("read");
    let headers = [(HEADER, password.as_str())];
    calendar.send_from("192.0.2.1:1", Method::Get, "/api/v1/user", &headers, "");
    assert_eq!(listed(&calendar, &token)["from"], "192.0.2.1");
    calendar.clock.set(NOW + 3600);
    calendar.send(Method::Get, "/api/v1/user", &headers, "");
    if !calendar.database.is_shared() {
        assert_eq!(listed(&calendar, &token).get("from"), None);
    }
}
