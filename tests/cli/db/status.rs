//! `db status`.

use std::fs;

use serde_json::json;

use crate::support::server::{Server, failed, run};

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
        json!({"database": "calendar.sqlite", "version": 21, "pending": 0, "bytes": 0, "users": 2, "groups": 1, "events": 3, "last_backup": null, "backup_failure": null})
    );
    assert!(server.stop().0.success());

    let bytes = fs::metadata(folder.path().join("calendar.sqlite")).unwrap().len();
    let ended = run(folder.path(), &["db", "status"]);
    let table = format!(
        "database     calendar.sqlite\nversion      21\nsize         {bytes} bytes\nusers        2\ngroups       1\nevents       3\nlast backup  never\n"
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
        ended.out.contains("\nversion      0, 21 pending: calendar-server db upgrade\n"),
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
