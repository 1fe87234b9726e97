//! Which addresses there are, who is told, and how often a program may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use calendar_server::model::Rate;
use rocket::http::Method;

use super::{get, june};
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};

#[test]
fn nothing_is_at_an_address_that_no_feed_has() {
    let (calendar, _) = Calendar::populated();
    for secret in ["a".repeat(52), "a".repeat(51), "1".into(), "A".repeat(52), "%00".into()] {
        for ending in [".ics", ".json"] {
            assert_eq!(get(&calendar, &format!("/feed/{secret}{ending}")).status, 404, "{secret}");
        }
    }
    for path in ["/feed", "/feed/", "/feed/1", "/feed/a.txt", "/feed/a/b.ics"] {
        assert_eq!(get(&calendar, path).status, 404, "{path}");
    }
}

#[test]
fn a_feed_ends_with_its_user_its_group_and_all_tokens_and_by_itself() {
    let (calendar, token) = Calendar::populated();
    let feed = || calendar.feed(&token, "{}");
    let gone = |feed: &str| assert_eq!(get(&calendar, &june(feed)).status, 404);
    let there = |feed: &str| assert_eq!(get(&calendar, &june(feed)).status, 200);

    let ended = feed();
    there(&ended);
    calendar.delete("/user/feed/2", &token, "").is(200, DONE);
    gone(&ended);

    let of_group = calendar.feed(&token, r#"{"group": 1}"#);
    there(&of_group);
    calendar.delete("/group", &token, r#"{"group_id": 1}"#).is(200, DONE);
    gone(&of_group);

    let revoked = feed();
    calendar.delete("/user/token", &token, "").is(200, DONE);
    gone(&revoked);

    let kim = calendar.register(KIM);
    let of_kim = calendar.feed(&kim, "{}");
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    gone(&of_kim);
}

#[test]
fn the_last_use_is_noted_once_an_hour() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let feed = calendar.feed(&token, "{}");
    let used = || calendar.get("/user/feed", &token).json()["data"][0]["used"].clone();
    assert!(used().is_null());
    // A write that is answered comes after the note, which nobody waits for.
    let read = || {
        assert_eq!(get(&calendar, &june(&feed)).status, 200);
        calendar.put("/user/settings", &token, "{}").is(200, DONE);
        used()
    };
    assert_eq!(read(), "Mon, 19 Jun 2017 19:55:04 GMT");
    calendar.clock.set(1_497_869_704 + 3599);
    assert_eq!(read(), "Mon, 19 Jun 2017 19:55:04 GMT");
    calendar.clock.set(1_497_869_704 + 3600);
    assert_eq!(read(), "Mon, 19 Jun 2017 20:55:04 GMT");
}

#[test]
fn who_guesses_addresses_is_slowed_down_and_a_feed_that_exists_is_not() {
    let rate = Rate { times: NonZeroU32::new(2).unwrap(), per: Duration::from_hours(1) };
    let calendar = Calendar::with(Settings { auth_rate: Some(rate), ..Settings::default() });
    let body = format!(r#"{{"useremail": "{PARK}"}}"#);
    let registered =
        calendar.send_from("192.0.2.1:1", Method::Post, "/api/v1/user", &[], body).json();
    let token = registered["data"]["token"].as_str().unwrap();
    let feed = calendar.feed(token, "{}");
    let from = |peer: &str, path: &str| calendar.send_from(peer, Method::Get, path, &[], "");
    let guess = format!("/feed/{}.ics", "a".repeat(52));
    for status in [404, 404, 429, 429] {
        assert_eq!(from("192.0.2.1:1", &guess).status, status);
    }
    let refused = from("192.0.2.1:1", "/feed/no-secret.json");
    assert_eq!((refused.status, refused.body.as_str()), (429, "429 Too Many Requests\n"));
    assert!(refused.header("Retry-After").is_some());
    assert_eq!(from("192.0.2.1:1", &june(&feed)).status, 200, "it is somebody else's program");
    assert_eq!(from("192.0.2.2:1", &guess).status, 404);
}

#[test]
fn what_is_shown_is_kept_until_the_calendar_changes() {
    let (calendar, token) = Calendar::populated();
    let feed = june(&calendar.feed(&token, "{}"));
    let first = get(&calendar, &feed);
    let tag = first.header("ETag").unwrap().to_owned();
    assert_eq!(first.header("Cache-Control"), Some("private, max-age=60"));
    assert_eq!(first.header("X-Robots-Tag"), Some("noindex"));
    assert_eq!(first.header("Referrer-Policy"), Some("no-referrer"));
    let again = |headers: &[(&'static str, &str)]| calendar.send(Method::Get, &feed, headers, "");
    let known = again(&[("If-None-Match", &tag)]);
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_eq!(known.header("ETag"), Some(tag.as_str()));
    let head = calendar.send(Method::Head, &feed, &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("ETag"), Some(tag.as_str()));

    calendar.event(&token, "2017-06-21 09:00:00", "2017-06-21 12:00:00", "new");
    let changed = again(&[("If-None-Match", &tag)]);
    assert_eq!(changed.status, 200);
    assert!(changed.body.contains("new"));
    assert_ne!(changed.header("ETag"), Some(tag.as_str()));
}

#[test]
fn two_feeds_of_one_calendar_have_different_tags() {
    let (calendar, token) = Calendar::populated();
    let tag = |what: &str| {
        let answer = get(&calendar, &june(&calendar.feed(&token, what)));
        answer.header("ETag").unwrap().to_owned()
    };
    assert_ne!(tag("{}"), tag(r#"{"busy_only": true}"#));
}
