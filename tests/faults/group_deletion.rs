//! A server that is killed while it deletes a large group.

use rusqlite::Connection;

use crate::fixture::{assert_sound, serve};
use crate::support::server::Server;
use crate::support::wait::wait_for;

const EVENTS: i64 = 20_000;

#[test]
fn a_group_deletion_that_was_killed_is_finished_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let without_trash = || {
        let mut command = serve(folder.path());
        command.env("CALENDAR_TRASH_DAYS", "0");
        command
    };
    let mut server = Server::start(without_trash());
    let token = server.register("park@jungi.me");
    assert_eq!(server.call("POST", "/group", &token, r#"{"group_name": "회식"}"#).0, 200);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
    let fill = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {EVENTS})
         INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
         SELECT 1, 1, 'a', 'a', n, n, 0 FROM n"
    );
    conn.execute_batch(&fill).unwrap();
    let left =
        || -> i64 { conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap() };

    let (status, body) = server.call("DELETE", "/group", &token, r#"{"group_id": 1}"#);
    // Not by a command that sends the signal: the deletion might end while that starts.
    server.kill();
    assert_eq!(status, 200, "{body}");
    let cut_off = left();
    assert!(cut_off > 0 && cut_off < EVENTS, "{cut_off} were left");
    assert_sound(folder.path());

    let server = Server::start(without_trash());
    assert_eq!(server.call("GET", "/group/1", &token, "").0, 404);
    let id = format!("/calendar/event/{EVENTS}");
    assert_eq!(server.call("GET", &id, &token, "").0, 404);
    wait_for("the end of the deletion", || (left() == 0).then_some(()));
    assert!(server.stop().0.success());
    assert_sound(folder.path());
}
