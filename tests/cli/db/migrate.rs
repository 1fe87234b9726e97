//! `db migrate` and `db upgrade` beyond the set-up.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::json;

use crate::support::server::{Ended, command, done, failed, run};

#[test]
fn the_plan_can_be_json() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["db", "migrate", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(
        plan,
        json!([
            {"version": 1, "name": "users_groups_events", "state": "pending"},
            {"version": 2, "name": "accounts", "state": "pending"},
            {"version": 3, "name": "backup_failures", "state": "pending"},
            {"version": 4, "name": "calendar_versions", "state": "pending"},
            {"version": 5, "name": "search_by_trigrams", "state": "pending"},
            {"version": 6, "name": "deleted_groups", "state": "pending"},
            {"version": 7, "name": "search_progress", "state": "pending"},
            {"version": 8, "name": "group_lengths", "state": "pending"},
            {"version": 9, "name": "revisions_and_group_versions", "state": "pending"},
            {"version": 10, "name": "event_counts", "state": "pending"},
            {"version": 11, "name": "idempotency_keys", "state": "pending"},
            {"version": 12, "name": "search_keys", "state": "pending"},
            {"version": 13, "name": "user_settings", "state": "pending"},
            {"version": 14, "name": "properties_and_series", "state": "pending"},
            {"version": 15, "name": "calendar_objects", "state": "pending"},
            {"version": 16, "name": "feeds_and_subscriptions", "state": "pending"},
            {"version": 17, "name": "people", "state": "pending"},
            {"version": 18, "name": "app_passwords", "state": "pending"},
            {"version": 19, "name": "history", "state": "pending"},
            {"version": 20, "name": "invitations_and_looks", "state": "pending"},
            {"version": 21, "name": "caldav", "state": "pending"},
        ])
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a plan makes no database");
}

#[test]
fn a_database_newer_than_the_binary_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.sqlite");
    run(folder.path(), &["db", "init"]);
    run(folder.path(), &["db", "upgrade"]);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'later', '2030-01-01T00:00:00Z', '1')",
        [],
    )
    .unwrap();
    drop(conn);
    let before = fs::read(&path).unwrap();
    let why = "calendar.sqlite is at version 999, newer than this binary's 21: use a newer calendar-server";
    for arguments in [&["db", "upgrade"][..], &["db", "migrate"], &["db", "status"]] {
        assert_eq!(run(folder.path(), arguments), failed(why), "{arguments:?}");
    }
    for name in ["dev-run", "serve"] {
        let mut command = command(folder.path(), &[name, "--port", "0"]);
        assert_eq!(Ended::from(command.output().unwrap()), failed(why));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_developer_gets_the_next_empty_migration() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(
        run(here, &["db", "migrate", "-m", "add colour"]),
        failed("there is no folder migrations/ here: run it in the source tree")
    );
    fs::create_dir(here.join("migrations")).unwrap();
    fs::write(here.join("migrations/V9__users.sql"), "").unwrap();
    fs::write(here.join("migrations/V10__groups.sql"), "").unwrap();
    let ended = run(here, &["db", "migrate", "-m", "Add colour, and shape"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "wrote migrations/V11__add_colour_and_shape.sql\n")
    );
    assert_eq!(
        fs::read_to_string(here.join("migrations/V11__add_colour_and_shape.sql")).unwrap(),
        ""
    );
    fs::create_dir(here.join("migrations/postgres")).unwrap();
    assert_eq!(
        run(here, &["db", "migrate", "-m", "size"]),
        done("wrote migrations/V12__size.sql\nwrote migrations/postgres/V12__size.sql\n")
    );
    assert_eq!(fs::read_to_string(here.join("migrations/postgres/V12__size.sql")).unwrap(), "");
    assert_eq!(
        run(here, &["db", "migrate", "-m", "색"]),
        failed("-m: expected words in ASCII letters and digits, such as \"add colour\"")
    );
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path(), &["db", "migrate"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}
