//! `/feed/<secret>`: what is read at the secret address of a feed, without a token.

mod address;
mod events;
mod file;
mod page;

use rocket::http::Method;
use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::calendar::Calendar;

pub(crate) fn get(calendar: &Calendar, path: &str) -> Answer {
    calendar.send(Method::Get, path, &[], "")
}

/// The path of what the page of a feed reads, of June 2017.
pub(crate) fn june(feed: &str) -> String {
    let page = feed.strip_suffix(".ics").unwrap();
    format!("{page}.json?sdate=2017-06-01%2000:00:00&edate=2017-07-01%2000:00:00")
}

/// The events that a feed shows to its page in June 2017.
#[track_caller]
pub(crate) fn events_in_june(calendar: &Calendar, feed: &str) -> Vec<Value> {
    let answer = get(calendar, &june(feed));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["events"].as_array().unwrap().clone()
}

pub(crate) fn subjects_in_june(calendar: &Calendar, feed: &str) -> Vec<Value> {
    events_in_june(calendar, feed).into_iter().map(|event| event["subject"].clone()).collect()
}

/// Registers an event on 20 June 2017 from 9 to 12, with more of it in `more`.
#[track_caller]
pub(crate) fn event(calendar: &Calendar, token: &str, subject: &str, more: &Value) -> i64 {
    let mut body = json!({
        "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00", "subject": subject,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let path = if body.get("group_id").is_some() { "/group/event" } else { "/calendar/event" };
    calendar.post(path, token, body.to_string()).made()
}
