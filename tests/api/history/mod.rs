//! The history: who changed what, who sees it, and how it is undone.

mod concurrent;
mod entries;
mod groups;
mod property;
mod pruning;
mod undo;

use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::calendar::Calendar;

/// Every event as it is stored, but for its number, which only grows.
const EVENTS: &str =
    "SELECT id, user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision, private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence,
    object_id FROM event ORDER BY id";

const OBJECTS: &str =
    "SELECT id, user_id, group_id, component, uid, ics FROM calendar_object ORDER BY id";

/// The entries at `path`.
#[track_caller]
fn entries(calendar: &Calendar, path: &str, token: &str) -> Vec<Value> {
    let answer = calendar.get(path, token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"].as_array().unwrap().clone()
}

fn undo(calendar: &Calendar, token: &str, entry: i64) -> Answer {
    calendar.post(&format!("/history/{entry}/undo"), token, "")
}

/// The id of the entry that an answer tells of.
#[track_caller]
pub(crate) fn left_by(answer: &Answer) -> i64 {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.header("X-Calendar-Entry").unwrap().parse().unwrap()
}

fn changed(id: i64, subject: &str) -> String {
    let times = ("2017-06-21 10:00:00", "2017-06-21 11:00:00");
    json!({"event_id": id, "sdate": times.0, "edate": times.1, "subject": subject}).to_string()
}

fn deleted(id: i64) -> String {
    json!({ "event_id": id }).to_string()
}
