//! The history, and undoing, after a restore of a backup.

use serde_json::{Value, json};

use crate::support::server::{Server, done, run};

const TIMES: &str = r#""sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00""#;

fn change(server: &Server, token: &str, subject: &str) -> i64 {
    let body = format!(r#"{{"event_id":1,{TIMES},"subject":"{subject}"}}"#);
    let (head, answer) = server.exchange("PUT", "/calendar/event", token, &body);
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    left_by(&head)
}

/// The id of the entry that an answer tells of.
fn left_by(head: &str) -> i64 {
    let entry = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("x-calendar-entry: ").map(str::to_owned));
    entry.unwrap().parse().unwrap()
}

fn undo(server: &Server, token: &str, entry: i64) -> (u16, Value) {
    let (status, body) = server.call("POST", &format!("/history/{entry}/undo"), token, "");
    (status, serde_json::from_str(&body).unwrap())
}

fn subject(server: &Server, token: &str) -> Value {
    let (_, body) = server.call("GET", "/calendar/event/1", token, "");
    serde_json::from_str::<Value>(&body).unwrap()["data"]["subject"].take()
}

#[test]
fn what_was_done_before_the_backup_is_undone_after_it_is_restored_and_nothing_later() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    let token = server.register("park@jungi.me");
    let post = |path: &str, body: &str| {
        let (head, answer) = server.exchange("POST", path, &token, body);
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    };
    post("/calendar/event", &format!(r#"{{{TIMES},"subject":"first"}}"#));
    post("/group", r#"{"group_name":"club"}"#);
    post("/group/event", &format!(r#"{{"group_id":1,{TIMES},"subject":"choir"}}"#));
    let known = change(&server, &token, "second");
    let (head, _) = server.exchange("DELETE", "/group", &token, r#"{"group_id":1}"#);
    let deletion = left_by(&head);
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    // Both of these are lost with the restore.
    let lost = change(&server, &token, "third");
    let undone = undo(&server, &token, deletion);
    assert_eq!(undone.0, 200, "{}", undone.1);
    assert!(server.stop().0.success());
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]).code, Some(0));
    assert_eq!(run(here, &["db", "check"]), done("calendar.sqlite is sound\n"));

    let server = Server::dev_run(here);
    assert_eq!(subject(&server, &token), "second");
    let (status, refused) = undo(&server, &token, lost);
    let detail = format!("entry {lost} does not exist, or is too old");
    assert_eq!((status, &refused["meta"]["detail"]), (404, &json!(detail)));
    // What is done now has another id than what is lost, so whoever still offers to undo that undoes nothing else.
    let again = change(&server, &token, "fourth");
    assert!(again > lost + 1_000_000, "{again} after {lost}");
    assert_eq!(undo(&server, &token, lost).0, 404);
    assert_eq!(undo(&server, &token, known).0, 412, "it was changed since");
    assert_eq!(undo(&server, &token, again).0, 200);
    assert_eq!(undo(&server, &token, known).0, 200);
    assert_eq!(subject(&server, &token), "first");

    // The group is in the trash again, as it was when the backup was made, and comes back from there.
    assert_eq!(server.call("GET", "/group/1", &token, "").0, 404);
    assert_eq!(undo(&server, &token, deletion).0, 200);
    let (_, group) = server.call("GET", "/group/1", &token, "");
    assert!(group.contains(r#""events":1"#), "{group}");
    assert_eq!(run(here, &["db", "check"]), done("calendar.sqlite is sound\n"));
}
