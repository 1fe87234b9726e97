//! `db restore`: what it brings back, what it keeps, whom it waits for, and which tokens it ends.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

use crate::backup::{add_events, calendar, damage, events_in};
use crate::setup::failed;
use crate::spawned::{Ended, Server, command, files, run};

#[test]
fn restoring_brings_back_what_was_and_keeps_what_is() {
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
    let kept = lines.next().unwrap().strip_prefix("what was there is kept as ").unwrap();
    assert!(kept.contains("/calendar.sqlite.before-restore-2"), "{kept}");
    assert_eq!(events_in(&here.join(kept)), 7, "also what was only in the log of a killed server");
    let mode = fs::metadata(here.join("calendar.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let server = Server::dev_run(here);
    let (_, day) = server.call("GET", "/calendar/date?date=2017-06-19", &token, "");
    assert_eq!(day.matches(r#""id":"#).count(), 3, "{day}");
}

#[test]
fn restoring_where_a_link_leads_keeps_the_link() {
    let (folder, _) = calendar(2);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    std::os::unix::fs::symlink("calendar.sqlite", here.join("link.sqlite")).unwrap();
    let restored = run(here, &["db", "restore", "copy.sqlite", "--database", "link.sqlite"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(fs::symlink_metadata(here.join("link.sqlite")).unwrap().is_symlink());
    assert_eq!(events_in(&here.join("calendar.sqlite")), 2);
}

#[test]
fn the_log_of_a_database_that_is_gone_is_not_taken_for_that_of_the_backup() {
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
    assert_eq!(events_in(&here.join("calendar.sqlite")), 2);
}

#[test]
fn restoring_works_where_there_is_nothing() {
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
fn two_restores_in_the_same_second_keep_both_of_what_was_there() {
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
        kept.push(line.strip_prefix("what was there is kept as ").unwrap().to_owned());
    }
    let events: Vec<_> = kept.iter().map(|name| events_in(&here.join(name))).collect();
    assert_eq!(events, [5, 1, 1, 1, 1]);
    assert_eq!(files(here).len(), 7, "{:?}", files(here));
}

#[test]
fn a_program_that_reads_or_writes_the_database_is_in_the_way_of_a_restore() {
    let (folder, _) = calendar(2);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let other = rusqlite::Connection::open(here.join("calendar.sqlite")).unwrap();
    let refused =
        failed("calendar.sqlite is in use by another program: close that first, and restore again");
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM event").unwrap();
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]), refused);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(events_in(&here.join("calendar.sqlite")), 0, "what it wrote is there");
    drop(other);
    assert_eq!(files(here), ["calendar.sqlite", "copy.sqlite"]);
}

/// `user password` that waits for the password of Park.
fn asking(here: &std::path::Path) -> Child {
    let mut command = command(here, &["user", "password", "park@jungi.me"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_restore_does_not_take_the_database_from_under_a_command() {
    let (folder, _) = calendar(1);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    let mut command = asking(here);
    // Once it has the folder for its own, nobody else can have it.
    let shared = File::open(here).unwrap();
    crate::spawned::wait_for("the command", || {
        let free = shared.try_lock().is_ok();
        shared.unlock().unwrap();
        (!free).then_some(())
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
fn a_command_does_not_write_to_a_database_that_is_being_replaced() {
    let (folder, _) = calendar(1);
    let here = folder.path();
    let replacing = File::open(here).unwrap();
    replacing.lock().unwrap();
    assert_eq!(
        run(here, &["user", "add", "kim@jungi.me"]),
        failed("calendar.sqlite is being restored: try again when that is done")
    );
    drop(replacing);
    assert_eq!(run(here, &["user", "add", "kim@jungi.me"]).code, Some(0));
}

#[test]
fn commands_work_beside_each_other_and_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    server.register("park@jungi.me");
    let mut waiting = asking(here);
    let added = run(here, &["user", "add", "kim@jungi.me"]);
    assert_eq!(server.call("GET", "/user/", added.out.trim(), "").0, 200);
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    waiting.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
    assert!(waiting.wait_with_output().unwrap().status.success());
}

/// The tokens of Park and Kim that were given out before the backup `copy.sqlite` and after it; the
/// server is stopped.
fn tokens_around_a_backup(here: &std::path::Path) -> Vec<String> {
    let server = Server::dev_run(here);
    let mut tokens = vec![server.register("park@jungi.me"), server.register("kim@jungi.me")];
    let other = |email: &str| run(here, &["user", "token", email]).out.trim().to_owned();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    for _ in 0..3 {
        assert_eq!(run(here, &["user", "revoke", "park@jungi.me"]).code, Some(0));
        tokens.push(other("park@jungi.me"));
    }
    assert_eq!(run(here, &["user", "remove", "kim@jungi.me", "--yes"]).code, Some(0));
    tokens.push(server.register("kim@jungi.me"));
    // Choi and Han are in no backup; Han is gone again.
    tokens.push(server.register("choi@jungi.me"));
    tokens.push(server.register("han@jungi.me"));
    assert_eq!(run(here, &["user", "remove", "han@jungi.me", "--yes"]).code, Some(0));
    assert!(server.stop().0.success());
    tokens
}

fn status(server: &Server, token: &str) -> u16 {
    server.call("GET", "/user/", token, "").0
}

#[test]
fn a_restore_that_ends_tokens_ends_every_one_that_was_ever_given_out() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut tokens = tokens_around_a_backup(here);
    for round in 0..2 {
        let restored = run(here, &["db", "restore", "copy.sqlite", "--end-tokens"]);
        assert_eq!((restored.code, restored.err.as_str()), (Some(0), ""));
        let mut lines = restored.out.lines();
        assert_eq!(
            lines.next(),
            Some("restored calendar.sqlite, with 2 users, 0 groups and 0 events")
        );
        assert_eq!(lines.next(), Some("ended all tokens that were given out before"));
        assert!(lines.next().unwrap().starts_with("what was there is kept as "));
        assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");

        let server = Server::dev_run(here);
        let mut new: Vec<String> = ["park@jungi.me", "kim@jungi.me"]
            .map(|email| run(here, &["user", "token", email]).out.trim().to_owned())
            .into();
        new.extend(["choi@jungi.me", "han@jungi.me"].map(|email| server.register(email)));
        for token in &tokens {
            assert_eq!(status(&server, token), 401, "round {round}: {token}");
        }
        for token in &new {
            assert_eq!(status(&server, token), 200, "round {round}: {token}");
        }
        // And ending goes on from there.
        assert_eq!(run(here, &["user", "revoke", "park@jungi.me"]).code, Some(0));
        assert_eq!(status(&server, &new[0]), 401);
        tokens.extend(new);
        assert!(server.stop().0.success());
    }
    let unchanged = rusqlite::Connection::open(here.join("copy.sqlite")).unwrap();
    let generations = "SELECT sum(token_generation) FROM user";
    assert_eq!(unchanged.query_row(generations, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn a_restore_that_ends_no_tokens_lets_those_of_the_backup_count() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = tokens_around_a_backup(folder.path());
    assert_eq!(run(folder.path(), &["db", "restore", "copy.sqlite"]).code, Some(0));
    let server = Server::dev_run(folder.path());
    let statuses: Vec<_> = tokens.iter().map(|token| status(&server, token)).collect();
    assert_eq!(statuses, [200, 200, 401, 401, 401, 401, 401, 401]);
}

#[test]
fn a_backup_of_an_older_version_is_migrated_so_that_its_tokens_can_be_ended() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let v1 = include_str!("../../migrations/V1__users_groups_events.sql");
    assert_eq!(run(here, &["db", "init", "--database", "old.sqlite"]).code, Some(0));
    assert_eq!(run(here, &["db", "upgrade", "--database", "old.sqlite"]).code, Some(0));
    let conn = rusqlite::Connection::open(here.join("old.sqlite")).unwrap();
    conn.execute_batch(
        "DROP TABLE subject_gram; DROP TABLE subject_gram_pending;
         DROP TABLE subject_gram_progress; DROP TABLE group_length_class;
         DROP TABLE event; DROP TABLE selection; DROP TABLE calendar_group; DROP TABLE user;
         DROP TABLE backup; DROP TABLE removed_user;
         DELETE FROM refinery_schema_history WHERE version > 1",
    )
    .unwrap();
    conn.execute_batch(v1).unwrap();
    let park = "INSERT INTO user (email, email_folded, created) VALUES ('park@jungi.me', 'park@jungi.me', 0)";
    conn.execute(park, []).unwrap();
    drop(conn);
    let restored = run(here, &["db", "restore", "old.sqlite", "--end-tokens"]);
    assert_eq!(
        restored.out,
        "restored calendar.sqlite, with 1 user, 0 groups and 0 events\nended all tokens that were given out before\n"
    );
    assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");
    let old = run(here, &["db", "migrate", "--json", "--database", "old.sqlite"]).out;
    assert!(old.contains("pending"), "the backup itself is left as it is: {old}");
}

#[test]
fn that_tokens_of_a_damaged_database_are_not_known_is_said() {
    let (folder, _) = calendar(400);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    fs::write(here.join("calendar.sqlite"), "nothing that could be read").unwrap();
    let restored = run(here, &["db", "restore", "copy.sqlite", "--end-tokens"]);
    assert_eq!(restored.code, Some(0));
    assert!(
        restored.err.starts_with("tokens of users who registered after the backup may become valid again when they register again: "),
        "{}",
        restored.err
    );
}
