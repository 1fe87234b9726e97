//! `db restore`: what it brings back, what it keeps, and whom it waits for.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

use super::{add_events, calendar, damage};
use crate::support::database::count_events;
use crate::support::files::files;
use crate::support::server::{Ended, Server, command, failed, run};
use crate::support::wait::wait_for;

#[test]
fn a_restore_brings_back_the_backup_and_keeps_the_current_database() {
    let (folder, token) = calendar(3);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let server = Server::dev_run(here);
    add_events(&server, &token, 4);
    assert_eq!(
        run(here, &["db", "restore", "copy.sqlite"]),
        failed(
            "another calendar-server has calendar.sqlite: stop it first, or name another file with --database"
        )
    );
    server.signal("KILL");
    drop(server);

    let restored = run(here, &["db", "restore", "copy.sqlite"]);
    assert_eq!((restored.code, restored.err.as_str()), (Some(0), ""));
    let mut lines = restored.out.lines();
    assert_eq!(lines.next(), Some("restored calendar.sqlite, with 1 user, 0 groups and 3 events"));
    let kept = lines.next().unwrap().strip_prefix("the old database is kept as ").unwrap();
    assert!(kept.contains("/calendar.sqlite.before-restore-2"), "{kept}");
    assert_eq!(
        count_events(&here.join(kept)),
        7,
        "also what was only in the log of a killed server"
    );
    let mode = fs::metadata(here.join("calendar.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let server = Server::dev_run(here);
    let (_, day) = server.call("GET", "/calendar/date?date=2017-06-19", &token, "");
    assert_eq!(day.matches(r#""id":"#).count(), 3, "{day}");
}

#[test]
fn a_restore_begins_another_history_with_the_same_suffix_of_uids() {
    let (folder, _) = calendar(1);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let identity = || {
        let conn = rusqlite::Connection::open(here.join("calendar.sqlite")).unwrap();
        let sql = "SELECT uid_suffix, history FROM database_identity";
        conn.query_row(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
            .unwrap()
    };
    let (suffix, history) = identity();
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]).code, Some(0));
    let restored = identity();
    assert_eq!(restored.0, suffix);
    assert_ne!(restored.1, history);
}

#[test]
fn a_restore_through_a_link_keeps_the_link() {
    let (folder, _) = calendar(2);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    std::os::unix::fs::symlink("calendar.sqlite", here.join("link.sqlite")).unwrap();
    let restored = run(here, &["db", "restore", "copy.sqlite", "--database", "link.sqlite"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(fs::symlink_metadata(here.join("link.sqlite")).unwrap().is_symlink());
    assert_eq!(count_events(&here.join("calendar.sqlite")), 2);
}

#[test]
fn a_leftover_log_is_not_applied_to_a_restored_backup() {
    let (folder, token) = calendar(2);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let server = Server::dev_run(here);
    add_events(&server, &token, 5);
    server.signal("KILL");
    drop(server);
    fs::remove_file(here.join("calendar.sqlite")).unwrap();
    let refused = run(here, &["db", "init"]);
    assert!(
        refused.err.contains("calendar.sqlite-wal is the log of a database that is gone"),
        "{}",
        refused.err
    );
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]).code, Some(0));
    assert!(!here.join("calendar.sqlite-wal").exists());
    assert_eq!(count_events(&here.join("calendar.sqlite")), 2);
}

#[test]
fn a_restore_needs_no_database_in_its_place() {
    let (folder, token) = calendar(2);
    let copy = folder.path().join("copy.sqlite");
    assert_eq!(run(folder.path(), &["db", "backup", "copy.sqlite"]).code, Some(0));
    let elsewhere = tempfile::tempdir().unwrap();
    let restored = run(elsewhere.path(), &["db", "restore", copy.to_str().unwrap()]);
    assert_eq!(restored.out, "restored calendar.sqlite, with 1 user, 0 groups and 2 events\n");
    let server = Server::dev_run(elsewhere.path());
    assert_eq!(server.call("GET", "/user/", &token, "").0, 200);
}

#[test]
fn a_damaged_backup_is_refused_and_nothing_is_changed() {
    let (folder, _) = calendar(400);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    damage(&here.join("copy.sqlite"));
    let before = fs::read(here.join("calendar.sqlite")).unwrap();
    let refused = run(here, &["db", "restore", "copy.sqlite"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains("copy.sqlite"), "{}", refused.err);
    assert!(fs::read(here.join("calendar.sqlite")).unwrap() == before);
    for (file, why) in [
        ("calendar.sqlite", "calendar.sqlite is the database itself: name a backup"),
        ("missing.sqlite", "missing.sqlite is not a backup of a calendar database"),
    ] {
        assert_eq!(run(here, &["db", "restore", file]), failed(why));
    }
    assert_eq!(files(here), ["calendar.sqlite", "copy.sqlite"]);
}

#[test]
fn restores_in_the_same_second_keep_every_earlier_database() {
    let (folder, token) = calendar(1);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "one.sqlite"]).code, Some(0));
    let server = Server::dev_run(here);
    add_events(&server, &token, 4);
    assert!(server.stop().0.success());
    let mut kept = Vec::new();
    for _ in 0..5 {
        let restored = run(here, &["db", "restore", "one.sqlite"]);
        assert_eq!(restored.code, Some(0), "{}", restored.err);
        let line = restored.out.lines().last().unwrap().to_owned();
        kept.push(line.strip_prefix("the old database is kept as ").unwrap().to_owned());
    }
    let events: Vec<_> = kept.iter().map(|name| count_events(&here.join(name))).collect();
    assert_eq!(events, [5, 1, 1, 1, 1]);
    assert_eq!(files(here).len(), 7, "{:?}", files(here));
}

#[test]
fn a_restore_is_refused_while_another_program_writes() {
    let (folder, _) = calendar(2);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let other = rusqlite::Connection::open(here.join("calendar.sqlite")).unwrap();
    let refused =
        failed("calendar.sqlite is in use by another program: close that first, and restore again");
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM event").unwrap();
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]), refused);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(count_events(&here.join("calendar.sqlite")), 0, "what it wrote is there");
    drop(other);
    assert_eq!(files(here), ["calendar.sqlite", "copy.sqlite"]);
}

/// `user password`, which waits for the password of Park.
fn waiting_command(here: &std::path::Path) -> Child {
    let mut command = command(here, &["user", "password", "park@jungi.me"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_restore_is_refused_while_a_command_runs() {
    let (folder, _) = calendar(1);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let mut command = waiting_command(here);
    // Once it has the lock, nobody else can take it.
    wait_for("the command", || {
        let beside = File::open(here.join("calendar.sqlite.lock")).ok()?;
        beside.try_lock().is_err().then_some(())
    });
    assert_eq!(
        run(here, &["db", "restore", "copy.sqlite"]),
        failed(
            "another calendar-server command is at work on calendar.sqlite: try again when that is done"
        )
    );
    command.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
    let done: Ended = command.wait_with_output().unwrap().into();
    assert_eq!(done.code, Some(0), "{}", done.err);
    let conn = rusqlite::Connection::open(here.join("calendar.sqlite")).unwrap();
    let set = "SELECT count(password_hash) FROM user";
    assert_eq!(conn.query_row(set, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    drop(conn);
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]).code, Some(0));
}

#[test]
fn a_command_is_refused_during_a_restore() {
    let (folder, _) = calendar(1);
    let here = folder.path();
    let replacing = File::create(here.join("calendar.sqlite.lock")).unwrap();
    replacing.lock().unwrap();
    assert_eq!(
        run(here, &["user", "add", "kim@jungi.me"]),
        failed("calendar.sqlite is being restored: try again when that is done")
    );
    drop(replacing);
    assert_eq!(run(here, &["user", "add", "kim@jungi.me"]).code, Some(0));
    assert_eq!(files(here), ["calendar.sqlite"]);
}

#[test]
fn commands_work_beside_each_other_and_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    server.register("park@jungi.me");
    let mut waiting = waiting_command(here);
    let added = run(here, &["user", "add", "kim@jungi.me"]);
    assert_eq!(server.call("GET", "/user/", added.out.trim(), "").0, 200);
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    waiting.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
    assert!(waiting.wait_with_output().unwrap().status.success());
}
