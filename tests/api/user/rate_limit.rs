//! How often one address may register and sign in, and how many passwords are hashed at a time.

use std::future::Future;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use rocket::http::Method;
use serde_json::json;

use super::{PASSWORD, credentials, login, token_in, with_password, with_rate_limit};
use crate::support::calendar::PARK;

#[test]
fn registering_and_signing_in_are_rate_limited_per_address() {
    let calendar = with_rate_limit();
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
fn a_client_without_an_address_is_refused_under_a_rate_limit() {
    let fault = r#"{"meta":{"code":50000,"message":"INTERNAL SERVER ERROR"}}"#;
    let calendar = with_rate_limit();
    for path in ["/user/", "/user/login"] {
        calendar.post(path, "", credentials(PARK, PASSWORD)).is(500, fault);
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn guesses_of_the_old_password_are_rate_limited() {
    let calendar = with_rate_limit();
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
fn forwarded_addresses_are_believed_only_from_a_trusted_proxy() {
    let calendar = with_rate_limit();
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
fn other_calls_are_not_rate_limited() {
    let calendar = with_rate_limit();
    let from = |path: &str| {
        calendar.send_from("192.0.2.1:1", Method::Get, &format!("/api/v1{path}"), &[], "")
    };
    assert!((0..10).all(|_| from("/calendar/").status == 401));
}

#[test]
fn two_passwords_are_hashed_at_a_time_thirty_wait_and_the_rest_are_refused() {
    let (calendar, token) = with_password();
    let hashing = &calendar.app().hashing;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // Each hash says that it has begun, and ends once it may.
    let ((begun, beginnings), (finish, gate)) = (channel(), channel());
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
    let mut first = [(); 2].map(|()| beginnings.recv_timeout(patience).unwrap());
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
    assert!(beginnings.try_recv().is_err(), "no third has begun");

    // All at once, since either of two that run may take what lets one of them end.
    (0..all.len()).for_each(|_| finish.send(()).unwrap());
    for (number, hash) in all.into_iter().enumerate() {
        assert_eq!(runtime.block_on(hash).unwrap(), number);
    }
    let rest: Vec<_> = beginnings.try_iter().collect();
    assert_eq!(rest, (2..32).collect::<Vec<_>>(), "in the order in which they came");
    token_in(&login(&calendar, PARK, PASSWORD));
}
