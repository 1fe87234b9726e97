//! What an app password is good for.

use std::num::NonZeroU32;
use std::time::Duration;

use calendar_server::model::Rate;
use rocket::http::Method;

use super::{ACCOUNT, READS, with_password};
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::calls::CALLS;

const HEADER: &str = "X-calendar-access-token";

fn is_on_account(method: Method, path: &str) -> bool {
    let makes = [(Method::Post, "/user/feed"), (Method::Post, "/group/1/invitation")];
    path.starts_with("/user/app-password") || makes.contains(&(method, path))
}

#[test]
fn one_for_everything_is_answered_as_a_token_by_every_call_but_those_on_the_account() {
    for (method, path, body) in CALLS {
        let ask = |by_password: bool| {
            let (calendar, token) = Calendar::populated();
            let password = calendar.app_password(&token, "all");
            let answer =
                calendar.call(method, path, if by_password { &password } else { &token }, body);
            let tables = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM calendar_group),
                (SELECT count(*) FROM selection), (SELECT count(*) FROM feed), (SELECT count(*) FROM app_password)";
            (answer, calendar.rows(tables))
        };
        let (by_password, by_token) = (ask(true), ask(false));
        if is_on_account(method, path) {
            by_password.0.not_owned(ACCOUNT);
            continue;
        }
        let mut expected = by_token.0.body.clone();
        if let Some(revision) = by_token.0.json()["data"]["revision"].as_str() {
            let other = by_password.0.json()["data"]["revision"].as_str().unwrap().to_owned();
            expected = expected.replace(revision, &other);
        }
        // The history says by which door somebody came.
        let door = r#""door":"app_password","door_name":"#;
        let plain = match by_password.0.body.split_once(door) {
            Some((before, after)) => {
                let (_, after) = after.split_once(',').unwrap();
                format!(r#"{before}"door":"api",{after}"#)
            }
            None => by_password.0.body.clone(),
        };
        assert_eq!((by_password.0.status, plain), (200, expected), "{method} {path}");
        assert_eq!(by_password.1, by_token.1, "{method} {path}");
    }
}

#[test]
fn one_to_read_is_answered_as_a_token_by_every_call_that_changes_nothing_and_by_no_other() {
    let (calendar, token) = Calendar::populated();
    let password = calendar.app_password(&token, "read");
    let tables = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM calendar_group),
        (SELECT count(*) FROM selection), (SELECT count(*) FROM feed), (SELECT count(*) FROM app_password),
        (SELECT count(*) FROM user_settings), (SELECT max(role) FROM member)";
    let before = calendar.rows(tables);
    for (method, path, body) in CALLS {
        let answer = calendar.call(method, path, &password, body);
        if is_on_account(method, path) {
            answer.not_owned(ACCOUNT);
        } else if method == Method::Get {
            let by_token = calendar.call(method, path, &token, body);
            answer.is(200, &by_token.body);
            calendar.call(Method::Head, path, &password, "").is(200, "");
        } else {
            answer.not_owned(READS);
            // What is wrong with the request itself comes later.
            calendar.call(method, path, &password, "{").not_owned(READS);
            let end = if path.contains('?') { '&' } else { '?' };
            calendar.call(method, &format!("{path}{end}x=%zz"), &password, body).not_owned(READS);
        }
    }
    calendar.delete("/group/1/member", &password, "{}").not_owned(READS);
    calendar.post("/import", &password, "BEGIN:VCALENDAR").not_owned(READS);
    calendar.post("/import?group=x", &password, "").not_owned(READS);
    assert_eq!(calendar.get("/export", &password).status, 200);
    assert_eq!(calendar.get("/group/1/export", &password).status, 200);
    assert_eq!(calendar.rows(tables), before);
}

#[test]
fn the_path_and_the_method_are_checked_before_the_scope() {
    let (calendar, _, password) = with_password("read");
    calendar.post("/nothing", &password, "{").not_found("no such path");
    calendar.post("/calendar/today", &password, "{").not_allowed("GET, HEAD");
    calendar.delete("/user/app-password/x", &password, "").not_found("no such path");
}

#[test]
fn one_that_does_not_exist_or_is_not_whole_is_refused_as_a_token_that_is_not_valid() {
    let (calendar, _, password) = with_password("all");
    for wrong in [
        "app-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa".to_owned(),
        password[..37].to_owned(),
        password.to_uppercase(),
        password.replace('-', ""),
        format!("{password}a"),
        format!("Bearer {password}"),
        "app-".into(),
    ] {
        for _ in 0..2 {
            calendar.get("/user", &wrong).bad_token();
            calendar.post("/group", &wrong, "{").bad_token();
        }
    }
    let uri = "/api/v1/user";
    let spaced = format!(" {password}\t");
    assert_eq!(calendar.send(Method::Get, uri, &[(HEADER, &spaced)], "").status, 200);
    let basic = [("Authorization", password.as_str())];
    calendar.send(Method::Get, uri, &basic, "").without_token();
}

#[test]
fn it_reads_what_its_own_user_may_and_nothing_else() {
    let (calendar, token) = Calendar::populated();
    let kim = calendar.register(KIM);
    let of_kim = calendar.app_password(&kim, "all");
    let body = r#"{"group_id": 1, "visibility": "private", "group_name": "a"}"#;
    calendar.put("/group", &token, body).is(200, DONE);
    calendar.get("/group/1", &of_kim).not_found("group 1 does not exist");
    calendar.get("/calendar/event/1", &of_kim).not_found("event 1 does not exist");
    assert_eq!(calendar.get("/user", &of_kim).json()["data"]["useremail"], KIM);
}

#[test]
fn a_view_that_is_kept_is_the_same_one_for_its_user() {
    let (calendar, token) = Calendar::populated();
    let password = calendar.app_password(&token, "read");
    let month = "/calendar/month?year_month=2017-06";
    let by_token = calendar.get(month, &token);
    let tag = by_token.header("ETag").unwrap().to_owned();
    let by_password = calendar.get(month, &password);
    assert_eq!(by_password.header("ETag"), Some(tag.as_str()));
    by_password.is(200, &by_token.body);
    let known = [(HEADER, password.as_str()), ("If-None-Match", tag.as_str())];
    let uri = format!("/api/v1{month}");
    assert_eq!(calendar.send(Method::Get, &uri, &known, "").status, 304);
    calendar.event(&token, "2017-06-21 09:00:00", "2017-06-21 10:00:00", "b");
    let changed = calendar.send(Method::Get, &uri, &known, "");
    assert_eq!(changed.status, 200);
    assert!(changed.body.contains(r#""subject":"b""#), "{}", changed.body);
}

#[test]
fn its_writes_count_for_its_user() {
    let rate = Rate { times: NonZeroU32::new(3).unwrap(), per: Duration::from_hours(1) };
    let calendar = Calendar::with(Settings { write_rate: Some(rate), ..Settings::default() });
    let token = calendar.register(PARK);
    let password = calendar.app_password(&token, "all");
    calendar.group(&token, "a");
    calendar.group(&password, "b");
    let body = r#"{"group_name": "c"}"#;
    assert_eq!(calendar.post("/group", &password, body).status, 429);
    assert_eq!(calendar.post("/group", &token, body).status, 429);
    assert_eq!(calendar.post("/group", &calendar.register(KIM), body).status, 200);
    assert_eq!(calendar.rows("SELECT name FROM calendar_group ORDER BY id"), ["a", "b", "c"]);
}
