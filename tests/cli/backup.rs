//! `db backup`, `db check`, and the backups that the server makes by itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::setup::failed;
use crate::spawned::{Server, command, files, run, wait_for};

const EVENT: &str =
    r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;

pub fn add_events(server: &Server, token: &str, count: usize) {
    for _ in 0..count {
        assert_eq!(server.call("POST", "/calendar/event", token, EVENT).0, 200);
    }
}

/// A database with Park and some events, served no more.
pub fn calendar(events: usize) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    add_events(&server, &token, events);
    assert!(server.stop().0.success());
    (folder, token)
}

pub fn events_in(file: &Path) -> i64 {
    let conn = Connection::open(file).unwrap();
    conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_backup_beside_a_running_server_is_one_state_of_it_and_serves() {
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
fn a_backup_under_writers_is_whole() {
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
    assert_eq!(events_in(&folder.path().join("calendar.sqlite")), 400);
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
    assert_eq!(events_in(&folder.path().join(name)), 1);
}

#[test]
fn a_backup_does_not_overwrite_and_needs_a_database() {
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
fn a_backup_through_a_link_has_what_the_log_has() {
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

/// Overwrites the middle of a file with zeros.
pub fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0);
    fs::write(file, bytes).unwrap();
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

#[test]
fn a_check_lists_every_row_that_breaks_a_rule() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF;
         UPDATE user SET email = 'park', email_folded = 'PARK';
         INSERT INTO calendar_group (id, name, creator_id, created) VALUES (1, ' a', 1, 0), (2, '', 99, 253402300800);
         INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, birthday) VALUES
             (7, 1, NULL, 'A', 'A', 0, 0, 0, 0),
             (8, 1, 55, 'a', 'a', -62135596801, 0, 0, 0),
             (9, 1, NULL, 'a', 'a', 3600, 3600, 0, 1);
         DELETE FROM group_length_class;
         INSERT INTO selection (user_id, group_id) VALUES (1, 77);",
    )
    .unwrap();
    drop(conn);
    let checked = run(folder.path(), &["db", "check"]);
    let expected = "\
calendar_group 2: refers to a user that does not exist
event 8: refers to a calendar_group that does not exist
selection: refers to a calendar_group that does not exist
user 1: email_folded: is not the folded email
calendar_group 1: name: has white space at an end
calendar_group 2: name: expected 1 to 128 characters, got none
calendar_group 2: created: is outside the years 0001 to 9999
event 7: subject_folded: is not the folded subject
event 8: starts: is outside the years 0001 to 9999
event 8: length_class: is missing from group_length_class
event 9: starts: a birthday is at midnight
";
    assert_eq!(checked.code, Some(1));
    assert_eq!(checked.out, expected);
    assert_eq!(
        checked.err,
        "error: calendar.sqlite has 11 faults: restore a backup, or repair them\n"
    );
    let listed: Vec<String> =
        serde_json::from_str(&run(folder.path(), &["db", "check", "--json"]).out).unwrap();
    assert_eq!(listed, expected.lines().collect::<Vec<_>>());
}

fn backups_in(folder: &Path) -> Vec<PathBuf> {
    let own = |name: &String| name.starts_with("calendar-") && name.ends_with(".sqlite");
    let found = fs::read_dir(folder).map(|_| files(folder)).unwrap_or_default();
    found.into_iter().filter(own).map(|name| folder.join(name)).collect()
}

#[test]
fn the_server_makes_backups_by_itself_and_keeps_the_last_few() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command
        .env("CALENDAR_BACKUP_DIR", "backups")
        .env("CALENDAR_BACKUP_EVERY", "1s")
        .env("CALENDAR_BACKUP_KEEP", "2");
    let server = Server::start(command);
    server.register("park@jungi.me");
    let kept = folder.path().join("backups");
    let first = wait_for("a first backup", || backups_in(&kept).first().cloned());
    fs::write(kept.join("calendar-mine.sqlite"), "kept").unwrap();
    wait_for("its removal", || (!first.exists()).then_some(()));
    assert!(server.stop().0.success());
    let left = backups_in(&kept);
    assert_eq!(left.len(), 3, "two of its own, and mine: {left:?}");
    let newest = left[left.len() - 2].to_str().unwrap().to_owned();
    assert_eq!(run(folder.path(), &["db", "check", "--database", &newest]).code, Some(0));
    assert!(!files(&kept).iter().any(|name| name.contains("partial")));
    assert_eq!(files(folder.path()), ["backups", "calendar.sqlite"]);
}

#[test]
fn a_backup_that_fails_is_in_the_log_and_in_the_status() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_BACKUP_DIR", "backups").env("CALENDAR_BACKUP_EVERY", "1s");
    let server = Server::start(command);
    wait_for("a first backup", || (!backups_in(&kept).is_empty()).then_some(()));
    fs::remove_dir_all(&kept).unwrap();
    fs::write(&kept, "a file in its place").unwrap();
    let status = wait_for("a failure", || {
        let status = run(folder.path(), &["db", "status"]).out;
        status.contains("\nbackup failed  ").then_some(status)
    });
    assert!(!status.contains("last backup    never"), "{status}");
    let (code, log) = server.stop();
    assert!(code.success());
    assert!(log.contains("ERROR") && log.contains("no backup was made: "), "{log}");
}

#[test]
fn a_folder_that_cannot_be_made_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_BACKUP_DIR", "file/backups").env("CALENDAR_LOG_LEVEL", "off");
    let ended: crate::spawned::Ended = command.output().unwrap().into();
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.starts_with("error: backup_dir: cannot make file/backups: "),
        "{}",
        ended.err
    );
}

#[test]
fn a_check_looks_at_hashes_the_key_removed_users_backups_and_the_ids_to_come() {
    let (folder, _) = calendar(3);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    let other = format!("{}01", "00".repeat(31));
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbCA6KQ$CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYY";
    conn.execute_batch(&format!(
        "INSERT INTO user (id, email, email_folded, created, password_hash) VALUES
             (2, 'a', 'a', 0, '{hash}'), (3, 'b', 'b', 0, 'correct horse'),
             (4, 'c', 'c', 0, replace('{hash}', 'argon2id', 'argon2i')),
             (5, 'd', 'd', 0, '$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbCA6KQ');
         DELETE FROM signing_key;
         DELETE FROM subject_gram_progress;
         INSERT INTO removed_user VALUES (zeroblob(32), 1), (x'aB', 1), (x'{other}', -1);
         INSERT INTO backup (id, finished) VALUES (1, 0), (2, 253402300800);
         UPDATE sqlite_sequence SET seq = 2 WHERE name = 'event';
         DELETE FROM sqlite_sequence WHERE name = 'user'",
    ))
    .unwrap();
    drop(conn);
    let checked = run(folder.path(), &["db", "check"]);
    assert_eq!(
        checked.out,
        format!(
            "\
signing_key: has no row
subject_gram_progress: has no row
user 3: password_hash: is not an argon2id hash
user 4: password_hash: is not an argon2id hash
user 5: password_hash: is not an argon2id hash
removed_user {other}: token_generation: is negative
removed_user ab: email_digest: is not a SHA-256 digest
backup 2: finished: is outside the years 0001 to 9999
sqlite_sequence user: is 0, and there is an id 5
sqlite_sequence event: is 2, and there is an id 3
"
        )
    );
    assert_eq!(checked.code, Some(1));
}

#[test]
fn a_check_lists_a_thousand_faults_and_says_how_many_there_are() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
         SELECT 1, 'A', 'A', 0, 0, 0 FROM n",
    )
    .unwrap();
    drop(conn);
    let checked = run(folder.path(), &["db", "check"]);
    assert_eq!((checked.code, checked.out.lines().count()), (Some(1), 1000));
    assert_eq!(
        checked.err,
        "error: calendar.sqlite has 1500 faults, of which the first 1000 are listed: restore a backup, or repair them\n"
    );
}

/// A database of some megabytes, and the token of Park.
pub fn large() -> (tempfile::TempDir, String) {
    let (folder, token) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
         SELECT 1, 'a dinner with friends ' || i, 'a dinner with friends ' || i, 0, 0, 0 FROM n",
    )
    .unwrap();
    (folder, token)
}
