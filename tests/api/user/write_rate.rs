//! How often one user may write.

use std::num::NonZeroU32;
use std::time::Duration;

use calendar_server::model::Rate;
use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::calls::CALLS;

/// Two writes of a user an hour.
fn limited() -> Calendar {
    let rate = Rate { times: NonZeroU32::new(2).unwrap(), per: Duration::from_secs(3600) };
    Calendar::with(Settings { write_rate: Some(rate), ..Settings::default() })
}

#[track_caller]
fn has_to_wait(refused: &Answer) {
    let wait = refused.header("Retry-After").unwrap().to_owned();
    assert!((1790..=1801).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    let detail = format!("too many requests: try again in {wait} s");
    refused.refuses(429, 42900, "TOO MANY REQUESTS", &detail);
}

#[test]
fn a_user_who_writes_too_often_has_to_wait_and_no_other() {
    let calendar = limited();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&park, "a");
    calendar.group(&park, "b");
    has_to_wait(&calendar.post("/group", &park, r#"{"group_name":"c"}"#));
    calendar.group(&kim, "d");
    assert_eq!(calendar.rows("SELECT name FROM calendar_group ORDER BY id"), ["a", "b", "d"]);
    assert_eq!(calendar.get("/group", &park).status, 200, "reads are not limited");
}

#[test]
fn every_call_that_writes_is_limited_and_none_that_reads() {
    let calendar = limited();
    let park = calendar.register(PARK);
    calendar.group(&park, "a");
    calendar.select(&park, "1");
    for (method, path, body) in CALLS {
        let answer = calendar.call(method, path, &park, body);
        if method == Method::Get {
            assert!([200, 404].contains(&answer.status), "{path}");
        } else {
            has_to_wait(&answer);
        }
    }
    let password = r#"{"password":"correct horse"}"#;
    has_to_wait(&calendar.put("/user/password", &park, password));
    has_to_wait(&calendar.delete("/user/token", &park, ""));
    let stored = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM selection),
        (SELECT count(*) FROM user WHERE password_hash IS NOT NULL OR token_generation > 0)";
    assert_eq!(calendar.rows(stored), ["0|1|0"]);
}

#[test]
fn what_cannot_be_read_or_has_no_valid_token_does_not_count_and_comes_first() {
    let calendar = limited();
    let park = calendar.register(PARK);
    for _ in 0..5 {
        calendar.post("/group", &park, "{}").invalid("group_name: required, but missing");
        calendar.post("/group", "abc", r#"{"group_name":"a"}"#).bad_token();
    }
    calendar.group(&park, "a");
    // A write that is refused counts.
    calendar.delete("/group", &park, r#"{"group_id":9}"#).not_found("group 9 does not exist");
    has_to_wait(&calendar.delete("/group", &park, r#"{"group_id":9}"#));
    calendar.post("/group", &park, "{}").invalid("group_name: required, but missing");
    calendar.execute("UPDATE user SET token_generation = 1");
    calendar.post("/group", &park, r#"{"group_name":"a"}"#).bad_token();
}

#[test]
fn without_a_rate_writes_are_not_limited() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for number in 0..50 {
        calendar.group(&park, &number.to_string());
        calendar.put("/group", &park, r#"{"group_id":1,"group_name":"a"}"#).is(200, DONE);
    }
}
