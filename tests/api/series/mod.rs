//! Events that repeat, and what events say beside their subject and times.

mod ends;
mod moves;
mod properties;
mod property;
mod rules;
mod scopes;
mod zones;

use serde_json::{Value, json};

use crate::support::calendar::Calendar;

/// A weekly swimming lesson on Tuesdays from 20 June 2017 on.
pub(crate) const LESSON: &str = r#"{"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "Swimming", "rrule": "FREQ=WEEKLY"}"#;

/// A path of [`Calendar::get`] for what is shown in `[from, until)`, two days.
pub(crate) fn range(from: &str, until: &str) -> String {
    format!("/calendar/range?sdate={from}+00:00:00&edate={until}+00:00:00")
}

/// What is shown between two days: the id, the start, the end as a time, the subject.
#[track_caller]
pub(crate) fn shown(calendar: &Calendar, token: &str, from: &str, until: &str) -> Vec<String> {
    let answer = calendar.get(&range(from, until), token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let events = answer.json()["data"].as_array().unwrap().clone();
    events.iter().map(line).collect()
}

/// `Tue, 20 Jun 2017 09:00:00 GMT` as `06-20 09:00`.
fn short(date: &Value) -> String {
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(date.as_str().unwrap()).unwrap();
    at.strftime("%m-%d %H:%M").to_string()
}

pub(crate) fn line(event: &Value) -> String {
    let (starts, ends) = (short(&event["sdate"]), short(&event["edate"]));
    let ends = if starts[..5] == ends[..5] { ends[6..].to_owned() } else { ends };
    format!("{} {starts} to {ends} {}", event["id"], event["subject"].as_str().unwrap())
}

/// A body of call 6: `event_id`, times of 20 to 27 June, a subject, and `more`.
pub(crate) fn change(id: i64, sdate: &str, edate: &str, subject: &str, more: Value) -> String {
    let mut body = json!({"event_id": id, "sdate": sdate, "edate": edate, "subject": subject});
    let Value::Object(more) = more else { return body.to_string() };
    body.as_object_mut().unwrap().extend(more);
    body.to_string()
}
