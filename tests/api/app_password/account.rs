//! How app passwords are made, listed and ended.

use calendar_server::domain::app_passwords::{self, NewAppPassword};
use calendar_server::domain::users;
use calendar_server::model::{AppPasswordScope, AppSecret, Email, ShortText};
use rocket::http::Method;
use serde_json::json;

use super::{ACCOUNT, with_password};
use crate::support::calendar::{Calendar, DONE, KIM, PARK};

const PATH: &str = "/user/app-password";

#[test]
fn an_app_password_is_made_and_no_other_answer_has_it() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let made = calendar.post(PATH, &token, r#"{"name": " My phone ", "scope": "read"}"#);
    let password = made.json()["data"]["password"].as_str().unwrap().to_owned();
    made.is(
        200,
        &format!(
            r#"{{"meta":{{"code":20000,"message":"SUCCESS"}},"data":{{"id":1,"password":"{password}"}}}}"#
        ),
    );
    let groups = password.strip_prefix("app-").unwrap().split('-').collect::<Vec<_>>();
    assert!(groups.len() == 7 && groups.iter().all(|group| group.len() == 4), "{password}");

    let listed = calendar.get(PATH, &token);
    listed.is(
        200,
        r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[{"id":1,"name":"My phone","scope":"read","created":"Mon, 19 Jun 2017 19:55:04 GMT","used":null}]}"#,
    );
    let kept = "SELECT user_id, name, scope, length(digest), used, used_from FROM app_password";
    assert_eq!(calendar.rows(kept), ["1|My phone|1|32|-|-"]);
    let other = calendar.app_password(&token, "all");
    assert_ne!(other, password);
    assert_eq!(calendar.rows("SELECT scope FROM app_password ORDER BY id"), ["1", "2"]);
}

#[test]
fn an_app_password_needs_a_name_and_a_scope() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let long = "가".repeat(129);
    for (body, detail) in [
        ("{}", "name: required, but missing"),
        (r#"{"name": "a"}"#, "scope: required, but missing"),
        (r#"{"name": " ", "scope": "all"}"#, "name: expected 1 to 128 characters, got none"),
        (r#"{"name": 1, "scope": "all"}"#, "name: expected a string"),
        (r#"{"name": "a", "scope": "write"}"#, "scope: expected all or read"),
        (r#"{"name": "a", "scope": "ALL"}"#, "scope: expected all or read"),
        (r#"{"name": "a", "scope": ["all"]}"#, "scope: expected a string"),
        (
            &format!(r#"{{"name": "{long}", "scope": "all"}}"#),
            "name: expected at most 128 characters",
        ),
    ] {
        calendar.post(PATH, &token, body).invalid(detail);
    }
    calendar.post(PATH, &token, "[]").malformed("body: expected a JSON object");
    assert_eq!(calendar.rows("SELECT count(*) FROM app_password"), ["0"]);
}

#[test]
fn a_user_has_at_most_50_app_passwords() {
    let (calendar, token, _) = with_password("all");
    for _ in 1..50 {
        calendar.app_password(&token, "read");
    }
    let body = r#"{"name": "a", "scope": "all"}"#;
    let most = "you have 50 app passwords, which is the most: end one first";
    calendar.post(PATH, &token, body).invalid(most);
    assert_eq!(calendar.post(PATH, &calendar.register(KIM), body).status, 200, "each has 50");
    calendar.delete(&format!("{PATH}/7"), &token, "").is(200, DONE);
    calendar.app_password(&token, "all");
    calendar.post(PATH, &token, body).invalid(most);
}

#[test]
fn several_at_once_make_no_more_than_50() {
    let (calendar, token, _) = with_password("all");
    for _ in 1..49 {
        calendar.app_password(&token, "read");
    }
    let (store, now) = (&calendar.app().store, calendar.clock.now().unwrap());
    let queued: Vec<_> = (0..4)
        .map(|_| {
            store.queue_write(move |tx| {
                let user = users::get(tx, &Email::stored(PARK.into()))?;
                let name = ShortText::parse("name", "a")?;
                let new = NewAppPassword { name, scope: AppPasswordScope::All };
                app_passwords::create(tx, user.id, &new, &AppSecret::random()?, now)
            })
        })
        .collect();
    let made = queued.into_iter().map(|queued| queued.unwrap().blocking_recv().unwrap());
    assert_eq!(made.flatten().count(), 1);
    assert_eq!(calendar.rows("SELECT count(*) FROM app_password"), ["50"]);
}

#[test]
fn an_app_password_is_seen_and_ended_by_nobody_but_its_user() {
    let (calendar, token, password) = with_password("all");
    let kim = calendar.register(KIM);
    assert_eq!(calendar.get(PATH, &kim).json()["data"], json!([]));
    let path = format!("{PATH}/1");
    calendar.delete(&path, &kim, "").not_found("app password 1 does not exist");
    assert_eq!(calendar.get("/user", &password).status, 200);
    calendar.delete(&path, &token, "").is(200, DONE);
    calendar.delete(&path, &token, "").not_found("app password 1 does not exist");
    assert_eq!(calendar.get(PATH, &token).json()["data"], json!([]));
    calendar.delete(&format!("{PATH}/0"), &token, "").not_found("app password 0 does not exist");
    calendar.delete(&format!("{PATH}/a"), &token, "").not_found("no such path");
}

#[test]
fn an_id_is_not_given_out_again() {
    let (calendar, token, _) = with_password("all");
    calendar.delete(&format!("{PATH}/1"), &token, "").is(200, DONE);
    calendar.app_password(&token, "all");
    assert_eq!(calendar.get(PATH, &token).json()["data"][0]["id"], 2);
}

#[test]
fn an_ended_app_password_is_good_for_nothing_at_once() {
    let (calendar, token, password) = with_password("all");
    calendar.event(&password, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "a");
    calendar.delete(&format!("{PATH}/1"), &token, "").is(200, DONE);
    for path in ["/user", "/calendar/month?year_month=2017-06", "/export", "/user/app-password"] {
        calendar.get(path, &password).bad_token();
    }
    calendar.post("/group", &password, r#"{"group_name": "b"}"#).bad_token();
    calendar.post("/group", &password, "{").bad_token();
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_group"), ["0"]);
}

#[test]
fn app_passwords_end_with_all_tokens_and_with_their_user_and_not_with_a_new_password() {
    let (calendar, token, password) = with_password("all");
    let body = r#"{"password": "correct horse battery staple"}"#;
    let changed = calendar.put("/user/password", &token, body);
    let token = changed.json()["data"]["token"].as_str().unwrap().to_owned();
    assert_eq!(calendar.get("/user", &password).status, 200);

    calendar.delete("/user/token", &token, "").is(200, DONE);
    calendar.get("/user", &password).bad_token();
    assert_eq!(calendar.rows("SELECT count(*) FROM app_password"), ["0"]);

    let kim = calendar.register(KIM);
    let of_kim = calendar.app_password(&kim, "all");
    assert_eq!(calendar.get("/user", &of_kim).status, 200);
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    calendar.get("/user", &of_kim).bad_token();
    let again = calendar.register(KIM);
    calendar.get("/user", &of_kim).bad_token();
    assert_eq!(calendar.get(PATH, &again).json()["data"], json!([]));
}

#[test]
fn what_outlives_an_app_password_is_not_made_with_one() {
    let (calendar, token, all) = with_password("all");
    let read = calendar.app_password(&token, "read");
    let new = r#"{"password": "correct horse battery staple"}"#;
    let stored = "SELECT (SELECT count(*) FROM app_password), (SELECT count(*) FROM feed),
        (SELECT count(*) FROM user WHERE password_hash IS NOT NULL OR token_generation > 0)";
    for password in [&all, &read] {
        for (method, path, body) in [
            (Method::Get, PATH, ""),
            (Method::Post, PATH, r#"{"name": "a", "scope": "read"}"#),
            (Method::Delete, "/user/app-password/1", ""),
            (Method::Delete, "/user/app-password/9", ""),
            (Method::Put, "/user/password", new),
            (Method::Delete, "/user/token", ""),
            (Method::Post, "/user/feed", r#"{"name": "a"}"#),
        ] {
            calendar.call(method, path, password, body).not_owned(ACCOUNT);
            // What is wrong with the request itself comes later.
            calendar.call(method, &format!("{path}?%zz"), password, "{").not_owned(ACCOUNT);
        }
        let login = format!(r#"{{"useremail": "{PARK}", "password": "{password}"}}"#);
        let refused = calendar.post("/user/login", "", login);
        refused.refuses(
            401,
            40100,
            "INVALID AUTHORIZATION",
            "the email or the password is not right",
        );
    }
    assert_eq!(calendar.rows(stored), ["2|0|0"]);
}
