//! `/user`, `/user/login`, `/user/password`, `/user/token` and `/user/calendar/group`.

mod bounds;
mod email;
mod feeds;
mod guarded_account;
mod login;
mod looks;
mod password;
mod rate_limit;
mod read;
mod register;
mod selected_groups;
mod settings;
mod token;
mod write_rate;

use std::num::NonZeroU32;
use std::time::Duration;

use calendar_server::model::Rate;
use serde_json::json;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, PARK, Settings};

pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) fn credentials(email: &str, password: &str) -> String {
    json!({"useremail": email, "password": password}).to_string()
}

pub(crate) fn login(calendar: &Calendar, email: &str, password: &str) -> Answer {
    calendar.post("/user/login", "", credentials(email, password))
}

#[track_caller]
pub(crate) fn token_in(answer: &Answer) -> String {
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(
        200,
        &format!(r#"{{"meta":{{"code":20000,"message":"SUCCESS"}},"data":{{"token":"{token}"}}}}"#),
    );
    token
}

/// A calendar and the token of Park, who registered with [`PASSWORD`].
pub(crate) fn with_password() -> (Calendar, String) {
    let calendar = Calendar::new();
    let token = token_in(&calendar.post("/user/", "", credentials(PARK, PASSWORD)));
    (calendar, token)
}

#[track_caller]
pub(crate) fn assert_not_signed_in(answer: &Answer) {
    answer.refuses(401, 40100, "INVALID AUTHORIZATION", "the email or the password is not right");
}

/// Two attempts an hour per address; 10.0.0.1 is a trusted proxy.
pub(crate) fn with_rate_limit() -> Calendar {
    let rate = Rate { times: NonZeroU32::new(2).unwrap(), per: Duration::from_secs(3600) };
    let trusted_proxies = vec!["10.0.0.1/32".parse().unwrap()];
    Calendar::with(Settings { auth_rate: Some(rate), trusted_proxies, ..Settings::default() })
}
