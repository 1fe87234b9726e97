//! Passwords, signing in, ending tokens, and how often one address may try.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use calendar_server::model::Rate;
use rocket::http::Method;
use serde_json::json;

use crate::helpers::{Answer, Calendar, DONE, PARK, Settings};
use crate::reference::PRINTED_TOKEN;

const PASSWORD: &str = "correct horse";

fn credentials(email: &str, password: &str) -> String {
    json!({"useremail": email, "password": password}).to_string()
}

fn login(calendar: &Calendar, email: &str, password: &str) -> Answer {
    calendar.post("/user/login", "", credentials(email, password))
}

#[track_caller]
fn token_in(answer: &Answer) -> String {
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(
        200,
        &format!(r#"{{"meta":{{"code":20000,"message":"SUCCESS"}},"data":{{"token":"{token}"}}}}"#),
    );
    token
}

/// Park has a password; gives the token of the registration.
fn with_password() -> (Calendar, String) {
    let calendar = Calendar::new();
    let token = token_in(&calendar.post("/user/", "", credentials(PARK, PASSWORD)));
    (calendar, token)
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    answer.refuses(401, 40100, "INVALID AUTHORIZATION", "the email or the password is not right");
}

#[test]
fn who_registered_with_a_password_can_sign_in_with_it() {
    let (calendar, first) = with_password();
    let second = token_in(&login(&calendar, "PARK@Jungi.me", PASSWORD));
    for token in [first, second] {
        assert_eq!(calendar.get("/user/", &token).json()["data"]["useremail"], PARK);
    }
    let stored = calendar.rows("SELECT password_hash FROM user").remove(0);
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
}

#[test]
fn a_refusal_is_the_same_whatever_is_wrong() {
    let (calendar, _) = with_password();
    calendar.register("kim@jungi.me");
    assert_refused(&login(&calendar, PARK, "battery staple"));
    assert_refused(&login(&calendar, PARK, "Correct horse"));
    assert_refused(&login(&calendar, "kim@jungi.me", PASSWORD));
    assert_refused(&login(&calendar, "nobody@jungi.me", PASSWORD));
}

#[test]
fn what_cannot_be_a_sign_in_is_named() {
    let (calendar, _) = with_password();
    let post = |body: &str| calendar.post("/user/login", "", body);
    post("{")
        .malformed("body: expected a JSON object (EOF while parsing an object at line 1 column 1)");
    post("{}").invalid("useremail: required, but missing");
    post(r#"{"useremail":"park@jungi.me"}"#).invalid("password: required, but missing");
    post(r#"{"useremail":"park@jungi.me","password":12345678}"#)
        .invalid("password: expected a string");
    assert_refused(&login(&calendar, PARK, "short"));
    assert_refused(&login(&calendar, PARK, &"x".repeat(257)));
    assert_refused(&login(&calendar, "park", PASSWORD));
}

#[test]
fn a_registration_with_a_bad_password_registers_nobody() {
    let calendar = Calendar::new();
    for password in [json!("1234567"), json!("x".repeat(257)), json!(null), json!(12_345_678)] {
        let body = json!({"useremail": PARK, "password": password}).to_string();
        assert_eq!(calendar.post("/user/", "", body).json()["meta"]["code"], 40001, "{password}");
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn registering_a_taken_address_does_not_change_its_password() {
    let (calendar, _) = with_password();
    calendar
        .post("/user/", "", credentials(PARK, "battery staple"))
        .is(200, r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#);
    assert_refused(&login(&calendar, PARK, "battery staple"));
    token_in(&login(&calendar, PARK, PASSWORD));
}

#[test]
fn a_first_password_needs_no_old_one_and_ends_the_tokens_before_it() {
    let calendar = Calendar::new();
    let before = calendar.register(PARK);
    let body = json!({"password": PASSWORD}).to_string();
    let after = token_in(&calendar.put("/user/password", &before, &body));
    calendar.get("/user/", &before).bad_token();
    assert_eq!(calendar.get("/user/", &after).status, 200);
    token_in(&login(&calendar, PARK, PASSWORD));
}

#[test]
fn a_password_is_changed_by_who_knows_the_old_one() {
    let (calendar, token) = with_password();
    let change = |body| calendar.put("/user/password", &token, json!(body).to_string());
    change(json!({"password": "battery staple"})).invalid("old_password: required, but missing");
    assert_refused(&change(json!({"password": "battery staple", "old_password": "wrong horse"})));
    change(json!({"password": "short", "old_password": PASSWORD}))
        .invalid("password: expected 8 to 256 characters");
    change(json!({"old_password": PASSWORD})).invalid("password: required, but missing");
    assert_eq!(calendar.get("/user/", &token).status, 200, "a refusal ends no token");

    let after = token_in(&change(json!({"password": "battery staple", "old_password": PASSWORD})));
    calendar.get("/user/", &token).bad_token();
    assert_eq!(calendar.get("/user/", &after).status, 200);
    assert_refused(&login(&calendar, PARK, PASSWORD));
    token_in(&login(&calendar, PARK, "battery staple"));
}

#[test]
fn guessing_an_old_password_is_limited_like_signing_in() {
    let calendar = limited();
    let from = |method, path: &str, headers: &[(&'static str, &str)], body: String| {
        calendar.send_from("192.0.2.1:1", method, &format!("/api/v1{path}"), headers, body)
    };
    let token = token_in(&from(Method::Post, "/user/", &[], credentials(PARK, PASSWORD)));
    let headers = [("X-calendar-access-token", token.as_str())];
    let guess = || {
        let body = json!({"password": "battery staple", "old_password": "wrong horse"}).to_string();
        from(Method::Put, "/user/password", &headers, body).status
    };
    assert_eq!([guess(), guess()], [401, 429]);
}

#[test]
fn an_address_that_was_never_removed_begins_where_it_always_did() {
    let calendar = Calendar::new();
    calendar.register("kim@jungi.me");
    calendar.execute("INSERT INTO removed_user VALUES (x'00', 7)");
    calendar.register(PARK);
    assert_eq!(calendar.get("/user/", PRINTED_TOKEN).status, 200);
}

#[test]
fn changing_a_password_needs_a_token() {
    let (calendar, _) = with_password();
    let body = json!({"password": "battery staple", "old_password": PASSWORD}).to_string();
    calendar.put("/user/password", "", &body).without_token();
    calendar.put("/user/password", "abc", &body).bad_token();
    token_in(&login(&calendar, PARK, PASSWORD));
}

#[test]
fn ending_tokens_ends_all_of_the_callers_and_nobody_elses() {
    let (calendar, first) = with_password();
    let kim = calendar.register("kim@jungi.me");
    let second = token_in(&login(&calendar, PARK, PASSWORD));
    calendar.delete("/user/token", &second, "").is(200, DONE);
    calendar.get("/user/", &first).bad_token();
    calendar.get("/user/", &second).bad_token();
    calendar.delete("/user/token", &second, "").bad_token();
    assert_eq!(calendar.get("/user/", &kim).status, 200);
    let third = token_in(&login(&calendar, PARK, PASSWORD));
    assert_eq!(calendar.get("/user/", &third).status, 200);
}

#[test]
fn a_token_of_the_earlier_system_is_ended_with_the_others() {
    let calendar = Calendar::new();
    calendar.register(PARK);
    assert_eq!(calendar.get("/user/", PRINTED_TOKEN).status, 200);
    calendar.delete("/user/token", PRINTED_TOKEN, "").is(200, DONE);
    calendar.get("/user/", PRINTED_TOKEN).bad_token();
}

#[test]
fn a_clock_that_is_set_back_brings_no_ended_token_to_life() {
    let (calendar, token) = with_password();
    calendar.delete("/user/token", &token, "").is(200, DONE);
    calendar.clock.set(0);
    calendar.get("/user/", &token).bad_token();
    let later = token_in(&login(&calendar, PARK, PASSWORD));
    assert_eq!(calendar.get("/user/", &later).status, 200);
}

#[test]
fn the_new_paths_take_no_other_method() {
    let calendar = Calendar::new();
    calendar.get("/user/login", "").not_allowed("POST");
    calendar.get("/user/password", "").not_allowed("PUT");
    calendar.get("/user/token", "").not_allowed("DELETE");
}

/// Two tries an hour, behind a proxy at 10.0.0.1.
fn limited() -> Calendar {
    let rate = Rate { times: NonZeroU32::new(2).unwrap(), per: Duration::from_secs(3600) };
    let trusted_proxies = vec!["10.0.0.1/32".parse().unwrap()];
    Calendar::with(Settings { auth_rate: Some(rate), trusted_proxies, ..Settings::default() })
}

#[test]
fn one_address_may_register_and_sign_in_only_so_often() {
    let calendar = limited();
    let from = |peer: &str, path: &str| {
        calendar.send_from(
            peer,
            Method::Post,
            &format!("/api/v1{path}"),
            &[],
            credentials(PARK, PASSWORD),
        )
    };
    token_in(&from("192.0.2.1:1000", "/user/"));
    token_in(&from("192.0.2.1:2000", "/user/login"));
    for path in ["/user/", "/user/login"] {
        let refused = from("192.0.2.1:3000", path);
        let wait = refused.header("Retry-After").unwrap().to_owned();
        assert!((1..=1801).contains(&wait.parse::<u32>().unwrap()), "{wait}");
        refused.refuses(
            429,
            42900,
            "TOO MANY REQUESTS",
            &format!("too many requests: try again in {wait} s"),
        );
    }
    token_in(&from("192.0.2.2:1000", "/user/login"));
}

#[test]
fn who_cannot_be_told_from_others_is_refused_where_there_is_a_limit() {
    let fault = r#"{"meta":{"code":50000,"message":"INTERNAL SERVER ERROR"}}"#;
    let calendar = limited();
    for path in ["/user/", "/user/login"] {
        calendar.post(path, "", credentials(PARK, PASSWORD)).is(500, fault);
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn who_forwards_for_whom_is_believed_only_of_a_trusted_proxy() {
    let calendar = limited();
    let status = |peer: &str, forwarded: &str| {
        let headers = [("X-Forwarded-For", forwarded), ("X-Real-IP", forwarded)];
        calendar
            .send_from(
                peer,
                Method::Post,
                "/api/v1/user/login",
                &headers,
                credentials(PARK, PASSWORD),
            )
            .status
    };
    let by_proxy =
        ["198.51.100.1", "198.51.100.2", "198.51.100.3"].map(|client| status("10.0.0.1:1", client));
    assert_eq!(by_proxy, [401, 401, 401], "each client has its own limit");
    let lied = ["198.51.100.4", "198.51.100.5", "198.51.100.6"]
        .map(|client| status("192.0.2.9:1", client));
    assert_eq!(lied, [401, 401, 429], "and who is no proxy has one, whatever it says");
    assert_eq!(status("10.0.0.1:1", "203.0.113.1, 198.51.100.1"), 401);
    assert_eq!(status("10.0.0.1:1", "203.0.113.2, 198.51.100.1"), 429, "the nearest hop counts");
}

#[test]
fn other_calls_are_not_limited() {
    let calendar = limited();
    let from = |path: &str| {
        calendar.send_from("192.0.2.1:1", Method::Get, &format!("/api/v1{path}"), &[], "")
    };
    assert!((0..10).all(|_| from("/calendar/").status == 401));
}

#[test]
fn passwords_are_hashed_two_at_a_time_thirty_wait_and_the_rest_are_told_to_come_again() {
    let (calendar, token) = with_password();
    let hashing = &calendar.app().hashing;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // What hashes: it says that it has begun, and ends when it is let.
    let ((begun, beginning), (let_end, gate)) = (channel(), channel());
    let gate = Arc::new(Mutex::new(gate));
    let mut all: Vec<_> = (0..32)
        .map(|number| {
            let (begun, gate) = (begun.clone(), Arc::clone(&gate));
            Box::pin(hashing.run(move || {
                begun.send(number).unwrap();
                gate.lock().unwrap().recv_timeout(Duration::from_secs(30)).unwrap();
                Ok(number)
            }))
        })
        .collect();
    {
        let _context = runtime.enter();
        let mut context = Context::from_waker(Waker::noop());
        assert!(all.iter_mut().all(|hash| hash.as_mut().poll(&mut context).is_pending()));
    }
    let patience = Duration::from_secs(30);
    let mut first = [(); 2].map(|()| beginning.recv_timeout(patience).unwrap());
    first.sort_unstable();
    assert_eq!(first, [0, 1]);

    let refused = [
        login(&calendar, PARK, PASSWORD),
        login(&calendar, "nobody@jungi.me", PASSWORD),
        calendar.post("/user/", "", credentials("kim@jungi.me", PASSWORD)),
        calendar.put(
            "/user/password",
            &token,
            json!({"password": "battery staple", "old_password": PASSWORD}).to_string(),
        ),
    ];
    for refused in refused {
        refused.refuses(429, 42900, "TOO MANY REQUESTS", "too many requests: try again in 1 s");
        assert_eq!(refused.header("Retry-After"), Some("1"));
    }
    assert_eq!(calendar.rows("SELECT email FROM user"), [PARK]);
    assert_eq!(calendar.get("/user/", &token).status, 200, "what hashes nothing does not wait");
    calendar.register("lee@jungi.me");
    assert!(beginning.try_recv().is_err(), "no third has begun");

    for (number, hash) in all.into_iter().enumerate() {
        let_end.send(()).unwrap();
        assert_eq!(runtime.block_on(hash).unwrap(), number, "in the order in which they came");
    }
    token_in(&login(&calendar, PARK, PASSWORD));
}
