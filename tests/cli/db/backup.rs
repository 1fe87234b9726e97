//! `db backup`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use super::{add_events, calendar, damage};
use crate::support::database::count_events;
use crate::support::files::files;
use crate::support::server::{Server, command, failed, run};

#[test]
fn a_backup_of_a_running_server_is_consistent_and_can_be_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    add_events(&server, &token, 5);
    let made = run(folder.path(), &["db", "backup", "copy.sqlite"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    assert_eq!(made.out, "made copy.sqlite, with 1 user, 0 groups and 5 events\n");
    let mode = fs::metadata(folder.path().join("copy.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        !files(folder.path())
            .iter()
            .any(|name| name.contains("partial") || name.starts_with("copy.sqlite-"))
    );
    let status = run(folder.path(), &["db", "status"]).out;
    assert!(!status.contains("last backup  never"), "{status}");

    add_events(&server, &token, 1);
    let copied = Server::start(command(
        folder.path(),
        &["serve", "--port", "0", "--database", "copy.sqlite"],
    ));
    let (_, day) = copied.call("GET", "/calendar/date?date=2017-06-19", &token, "");
    assert_eq!(
        day.matches(r#""id":"#).count(),
        5,
        "its own key is in it, so the token is good: {day}"
    );
}

#[test]
fn a_backup_and_the_status_leave_out_deleted_groups_that_are_not_purged_yet() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    server.register("park@jungi.me");
    assert!(server.stop().0.success());
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "INSERT INTO calendar_group (name, creator_id, created, deleted) VALUES ('회식', 1, 0, 1);
        INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
        VALUES (1, last_insert_rowid(), '약속', '약속', 1, 2, 0)",
    )
    .unwrap();
    drop(conn);
    let made = run(folder.path(), &["db", "backup", "copy.sqlite"]);
    assert_eq!(made.out, "made copy.sqlite, with 1 user, 0 groups and 0 events\n");
    let ended = run(folder.path(), &["db", "status", "--json", "--database", "copy.sqlite"]);
    let status: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let counts = ["users", "groups", "events"].map(|key| status[key].as_u64());
    assert_eq!(counts, [Some(1), Some(0), Some(0)]);
}

#[test]
fn a_backup_during_writes_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| add_events(&server, &token, 100));
        }
        for number in 0..5 {
            let name = format!("{number}.sqlite");
            assert_eq!(run(folder.path(), &["db", "backup", &name]).code, Some(0));
            let checked = run(folder.path(), &["db", "check", "--database", &name]);
            assert_eq!((checked.code, checked.out), (Some(0), format!("{name} is sound\n")));
        }
    });
    assert_eq!(count_events(&folder.path().join("calendar.sqlite")), 400);
}

#[test]
fn a_backup_without_a_name_is_named_by_its_time() {
    let (folder, _) = calendar(1);
    let made = run(folder.path(), &["db", "backup"]);
    let name = made.out.strip_prefix("made ").unwrap().split(',').next().unwrap();
    assert!(
        name.starts_with("calendar-2") && name.len() == "calendar-20170620-090000.sqlite".len(),
        "{name}"
    );
    assert_eq!(count_events(&folder.path().join(name)), 1);
}

#[test]
fn a_backup_overwrites_nothing_and_needs_a_database() {
    let (folder, _) = calendar(1);
    fs::write(folder.path().join("there"), "mine").unwrap();
    assert_eq!(
        run(folder.path(), &["db", "backup", "there"]),
        failed("there exists already: name another file")
    );
    assert_eq!(fs::read_to_string(folder.path().join("there")).unwrap(), "mine");
    let missing = run(folder.path(), &["db", "backup", "--database", "none.sqlite", "x"]);
    assert_eq!(
        missing,
        failed("there is no database none.sqlite: make it with calendar-server db init")
    );
    let nowhere = run(folder.path(), &["db", "backup", "no/such/x"]);
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.starts_with("error: cannot make no/such/x: "), "{}", nowhere.err);
    assert_eq!(files(folder.path()), ["calendar.sqlite", "there"]);
}

#[test]
fn a_backup_through_a_link_includes_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    add_events(&server, &token, 3);
    let links = folder.path().join("links");
    fs::create_dir(&links).unwrap();
    std::os::unix::fs::symlink("../calendar.sqlite", links.join("link.sqlite")).unwrap();
    let made =
        run(folder.path(), &["db", "backup", "copy.sqlite", "--database", "links/link.sqlite"]);
    assert_eq!(made.out, "made copy.sqlite, with 1 user, 0 groups and 3 events\n");
    assert_eq!(files(&links), ["link.sqlite"]);
}

#[test]
fn a_damaged_database_is_not_copied_and_can_be_replaced() {
    let (folder, _) = calendar(400);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    damage(&here.join("calendar.sqlite"));
    let refused = run(here, &["db", "backup", "other.sqlite"]);
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert_eq!(files(here), ["calendar.sqlite", "copy.sqlite"]);
    let restored = run(here, &["db", "restore", "copy.sqlite"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");
}
