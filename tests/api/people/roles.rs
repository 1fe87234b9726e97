//! What each role may with the events of a group.

use serde_json::json;

use super::{Club, LEE, TIME};
use crate::support::calendar::{DONE, KIM};

const ONLY_SEES: &str = "you may see the events of group 1, and not change them";
const OTHERS: &str = "event 1 was registered by somebody else";
const HIDDEN: &str = "event 1 is private: only who registered it may change it";

#[test]
fn a_reader_sees_and_registers_nothing() {
    let club = Club::open();
    club.member(KIM, "reader");
    club.event(&club.park, &json!({})).made();
    assert_eq!(club.june(&club.kim), ["choir"]);
    club.event(&club.kim, &json!({})).not_owned(ONLY_SEES);
    club.edit(&club.kim, 1, "b").not_owned(OTHERS);
    club.delete_event(&club.kim, 1).not_owned(OTHERS);
    let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nEND:VCALENDAR\r\n";
    club.calendar.post("/import?group=1", &club.kim, file).not_owned(ONLY_SEES);
}

#[test]
fn in_a_group_in_which_everyone_reads_who_is_no_member_is_a_reader() {
    let club = Club::open();
    club.event(&club.lee, &json!({})).made();
    club.change(&club.park, &json!({"everyone": "reader"})).is(200, DONE);
    club.event(&club.lee, &json!({})).not_owned(ONLY_SEES);
    // Not even what they registered themselves.
    club.edit(&club.lee, 1, "b").not_owned(ONLY_SEES);
    club.delete_event(&club.lee, 1).not_owned(ONLY_SEES);
    club.calendar.select(&club.lee, "1");
    assert_eq!(club.june(&club.lee), ["choir"]);
    club.member(KIM, "writer");
    assert_eq!(club.event(&club.kim, &json!({})).made(), 2);
}

#[test]
fn a_writer_changes_their_own_and_an_editor_everybodys() {
    let club = Club::open();
    club.member(KIM, "writer");
    club.member(LEE, "editor");
    club.event(&club.park, &json!({})).made();
    club.event(&club.kim, &json!({})).made();
    club.edit(&club.kim, 1, "b").not_owned(OTHERS);
    club.delete_event(&club.kim, 1).not_owned(OTHERS);
    club.edit(&club.kim, 2, "by Kim").is(200, DONE);
    club.edit(&club.lee, 1, "by Lee").is(200, DONE);
    club.edit(&club.lee, 2, "by Lee too").is(200, DONE);
    assert_eq!(club.june(&club.kim), ["by Lee", "by Lee too"]);
    let event = club.calendar.get("/calendar/event/2", &club.lee).json()["data"].clone();
    assert_eq!(event["email"], KIM, "it stays whose it was");
    club.delete_event(&club.lee, 2).is(200, DONE);
    club.delete_event(&club.park, 1).is(200, DONE);
    assert!(club.june(&club.kim).is_empty());
}

#[test]
fn only_owners_rename_and_delete_a_group() {
    let club = Club::open();
    club.member(KIM, "editor");
    let detail = "group 1 belongs to somebody else";
    club.change(&club.kim, &json!({})).not_owned(detail);
    club.calendar.delete("/group", &club.kim, r#"{"group_id":1}"#).not_owned(detail);
    club.member(KIM, "owner");
    club.put(&club.kim, crate::support::calendar::PARK, "reader").is(200, DONE);
    club.change(&club.park, &json!({})).not_owned(detail);
    club.change(&club.kim, &json!({"group_name": "new"})).is(200, DONE);
    club.calendar.delete("/group", &club.park, r#"{"group_id":1}"#).not_owned(detail);
    club.calendar.delete("/group", &club.kim, r#"{"group_id":1}"#).is(200, DONE);
}

#[test]
fn an_editor_deletes_a_private_event_and_does_not_write_over_it() {
    let club = Club::open();
    club.member(LEE, "editor");
    club.event(&club.kim, &json!({"private": true, "subject": "clinic"})).made();
    assert!(!club.june(&club.lee).contains(&"clinic".to_owned()));
    club.edit(&club.lee, 1, "b").not_owned(HIDDEN);
    club.calendar.select(&club.kim, "1");
    assert_eq!(club.june(&club.kim), ["clinic"]);
    club.delete_event(&club.lee, 1).is(200, DONE);
    assert!(club.june(&club.kim).is_empty());
}

#[test]
fn an_editor_does_not_write_over_a_private_occurrence_either() {
    let club = Club::open();
    club.member(LEE, "editor");
    let rule = json!({"rrule": "FREQ=DAILY;COUNT=3", "subject": "open"});
    club.event(&club.kim, &rule).made();
    let change = |token: &str, subject: &str, more: &str| {
        let body = format!(
            r#"{{"event_id": 1, "occurrence": "2017-06-21 09:00:00", "sdate": "2017-06-21 10:00:00",
            "edate": "2017-06-21 10:00:00", "subject": "{subject}"{more}}}"#
        );
        club.calendar.put("/calendar/event", token, body)
    };
    assert_eq!(change(&club.kim, "clinic", r#", "private": true"#).status, 200);
    let detail = "event 2 is private: only who registered it may change it";
    change(&club.lee, "b", "").not_owned(detail);
    change(&club.lee, "b", r#", "scope": "following""#).not_owned(detail);
    change(&club.lee, "b", r#", "scope": "all""#).not_owned(detail);
    // Of the others the editor changes the text, and that one keeps its own.
    club.edit(&club.lee, 1, "by Lee").is(200, DONE);
    club.calendar.select(&club.kim, "1");
    assert_eq!(club.june(&club.kim), ["by Lee", "clinic", "by Lee"]);
}

#[test]
fn what_an_editor_adds_to_a_series_counts_as_its_owners() {
    let club = Club::open();
    club.member(LEE, "editor");
    club.event(&club.kim, &json!({"rrule": "FREQ=DAILY;COUNT=4"})).made();
    let body = json!({
        "event_id": 1, "occurrence": "2017-06-22 09:00:00", "scope": "following", "sdate": "2017-06-22 09:00:00",
        "edate": "2017-06-22 09:00:00", "subject": "b",
    });
    let parted = club.calendar.put("/calendar/event", &club.lee, body.to_string());
    assert_eq!(parted.status, 200, "{}", parted.body);
    assert_eq!(club.june(&club.lee), ["choir", "choir", "b", "b"]);
    assert_eq!(club.calendar.rows("SELECT events FROM user ORDER BY id"), ["0", "2", "0"]);
    assert_eq!(club.calendar.event(&club.lee, TIME, TIME, "a"), 3);
}
