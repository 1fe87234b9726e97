//! `db status`, `db migrate` and `db upgrade` beyond the set-up.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::json;

use crate::setup::failed;
use crate::spawned::{Server, command, run};

#[test]
fn status_counts_what_a_running_server_has_stored() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    server.register("kim@jungi.me");
    assert_eq!(server.call("POST", "/group/", &token, r#"{"group_name":"회식"}"#).0, 200);
    let event = r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;
    for _ in 0..3 {
        assert_eq!(server.call("POST", "/calendar/event", &token, event).0, 200);
    }
    let ended = run(folder.path(), &["db", "status", "--json"]);
    let mut status: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert!(status["bytes"].as_u64().unwrap() >= 4096);
    status["bytes"] = json!(0);
    assert_eq!(
        status,
        json!({"database": "calendar.sqlite", "version": 8, "pending": 0, "bytes": 0, "users": 2, "groups": 1, "events": 3, "last_backup": null, "backup_failure": null})
    );
    assert!(server.stop().0.success());

    let bytes = fs::metadata(folder.path().join("calendar.sqlite")).unwrap().len();
    let ended = run(folder.path(), &["db", "status"]);
    let table = format!(
        "database     calendar.sqlite\nversion      8\nsize         {bytes} bytes\nusers        2\ngroups       1\nevents       3\nlast backup  never\n"
    );
    assert_eq!((ended.code, ended.out), (Some(0), table));
}

#[test]
fn status_of_an_unmigrated_database_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["db", "init"]);
    let ended = run(folder.path(), &["db", "status"]);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.out.contains("\nversion      0, 8 pending: calendar-server db upgrade\n"),
        "{}",
        ended.out
    );
}

#[test]
fn status_and_upgrade_without_a_database_make_none() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["status", "upgrade"] {
        assert_eq!(
            run(folder.path(), &["db", name]),
            failed("there is no database calendar.sqlite: make it with calendar-server db init")
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_plan_is_json_too() {
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
    let why = "calendar.sqlite is at version 999, newer than this binary's 8: use a newer calendar-server";
    for arguments in [&["db", "upgrade"][..], &["db", "migrate"], &["db", "status"]] {
        assert_eq!(run(folder.path(), arguments), failed(why), "{arguments:?}");
    }
    for name in ["dev-run", "serve"] {
        let mut command = command(folder.path(), &[name, "--port", "0"]);
        assert_eq!(crate::spawned::Ended::from(command.output().unwrap()), failed(why));
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
    assert_eq!(
        run(here, &["db", "migrate", "-m", "색"]),
        failed("-m: expected words in ASCII letters and digits, such as \"add colour\"")
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
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
