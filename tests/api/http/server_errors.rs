//! Errors of the server itself: what it tells of them, and what it does not.

use crate::support::calendar::{Calendar, DONE};

const INTERNAL_ERROR: &str = r#"{"meta":{"code":50000,"message":"INTERNAL SERVER ERROR"}}"#;

#[test]
fn an_internal_error_tells_no_details() {
    let (calendar, token) = Calendar::populated();
    calendar.execute("ALTER TABLE event RENAME TO gone");
    calendar.get("/calendar/", &token).is(500, INTERNAL_ERROR);
    calendar.get("/calendar/event/1", &token).is(500, INTERNAL_ERROR);
    calendar.delete("/calendar/event", &token, r#"{"event_id":1}"#).is(500, INTERNAL_ERROR);
    let body = r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"a"}"#;
    calendar.post("/calendar/event", &token, body).is(500, INTERNAL_ERROR);
    assert_eq!(calendar.rows("SELECT count(*) FROM gone"), ["1"]);
    calendar.execute("ALTER TABLE gone RENAME TO event");
}

#[test]
fn other_calls_work_beside_an_internal_error() {
    let (calendar, token) = Calendar::populated();
    calendar.execute("ALTER TABLE event RENAME TO gone");
    calendar.get("/calendar/", &token).is(500, INTERNAL_ERROR);
    calendar.post("/group/", &token, r#"{"group_name":"a"}"#).is(200, DONE);
    calendar.execute("ALTER TABLE gone RENAME TO event");
    let answer = calendar.get("/calendar/event/1", &token);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn an_invalid_stored_time_is_an_internal_error_and_not_an_empty_list() {
    let (calendar, token) = Calendar::populated();
    calendar.execute("UPDATE event SET created = 253402300800");
    calendar.get("/calendar/", &token).is(500, INTERNAL_ERROR);
    calendar.get("/calendar/event/1", &token).is(500, INTERNAL_ERROR);
}

#[test]
fn a_token_without_its_user_is_refused_while_the_file_is_locked() {
    let (calendar, _) = Calendar::populated_in_file();
    let gone = calendar.register("kim@example.com");
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    let lock = rusqlite::Connection::open(calendar.database.file()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    calendar.post("/group/", &gone, r#"{"group_name":"a"}"#).bad_token();
}

#[test]
fn while_the_file_is_locked_reads_are_answered_and_a_write_is_unavailable() {
    let (calendar, token) = Calendar::populated_in_file();
    let lock = rusqlite::Connection::open(calendar.database.file()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = calendar.post("/group/", &token, r#"{"group_name":"a"}"#);
    answer.refuses(503, 50300, "SERVICE UNAVAILABLE", "nothing was stored; try again later");
    assert_eq!(calendar.get("/group/1", &token).status, 200);
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_group"), ["1"]);
    calendar.post("/group/", &token, r#"{"group_name":"a"}"#).is(200, DONE);
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_group"), ["2"]);
}
