//! `user app-password add`, `list` and `end`, beside a running server.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::server::{Ended, Server, done, failed, run};

fn app_password(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["user", "app-password"], arguments].concat())
}

#[test]
fn an_app_password_is_made_listed_and_ended_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    server.register("park@jungi.me");
    let made = app_password(here, &["add", "PARK@jungi.me", "My phone", "--scope", "read"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    let password = made.out.strip_suffix('\n').unwrap().to_owned();
    assert!(password.starts_with("app-") && password.len() == 38, "{password}");
    let unused = app_password(here, &["list", "park@jungi.me"]);
    let line = unused.out.lines().nth(1).unwrap().to_owned();
    assert!(line.starts_with("1   My phone  read   ") && line.ends_with("  never"), "{line}");
    assert!(!unused.out.contains(&password));

    assert_eq!(server.call("GET", "/group", &password, "").0, 200);
    assert_eq!(server.call("POST", "/group", &password, r#"{"group_name": "a"}"#).0, 401);
    let all = app_password(here, &["add", "park@jungi.me", "Laptop"]).out;
    let made = server.call("POST", "/group", all.trim(), r#"{"group_name": "a"}"#);
    assert_eq!(made.0, 200, "{}", made.1);

    let listed = app_password(here, &["list", "park@jungi.me", "--json"]).out;
    let mut rows: Value = serde_json::from_str(&listed).unwrap();
    for row in rows.as_array_mut().unwrap() {
        let row = row.as_object_mut().unwrap();
        assert_eq!(row.remove("created").unwrap().as_str().unwrap().len(), 25);
        // The second one's use may be noted later than this.
        if row["id"] == 1 {
            assert_eq!(row.remove("used").unwrap().as_str().unwrap().len(), 25);
            assert_eq!(row.remove("from").unwrap(), "127.0.0.1");
        } else {
            assert!(row.remove("used").is_some() && row.remove("from").is_some());
        }
    }
    assert_eq!(
        rows,
        json!([
            {"id": 1, "name": "My phone", "scope": "read"},
            {"id": 2, "name": "Laptop", "scope": "all"},
        ])
    );
    let table = app_password(here, &["list", "park@jungi.me"]).out;
    assert!(table.lines().nth(1).unwrap().ends_with("  127.0.0.1"), "{table}");

    assert_eq!(
        app_password(here, &["end", "park@jungi.me", "1"]),
        done("ended app password 1 of park@jungi.me\n")
    );
    assert_eq!(server.call("GET", "/group", &password, "").0, 401);
    assert_eq!(
        run(here, &["user", "revoke", "park@jungi.me"]),
        done("ended all tokens, app passwords and feeds of park@jungi.me\n")
    );
    assert_eq!(server.call("GET", "/group", all.trim(), "").0, 401);
    assert_eq!(app_password(here, &["list", "park@jungi.me", "--json"]), done("[]\n"));
}

#[test]
fn what_is_wrong_is_refused_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    let missing = failed("user kim@jungi.me does not exist");
    assert_eq!(app_password(here, &["add", "kim@jungi.me", "a"]), missing);
    assert_eq!(app_password(here, &["list", "kim@jungi.me"]), missing);
    assert_eq!(app_password(here, &["end", "kim@jungi.me", "1"]), missing);
    server.register("kim@jungi.me");
    assert_eq!(
        app_password(here, &["add", "kim@jungi.me", " "]),
        failed("NAME: expected 1 to 128 characters, got none")
    );
    let scope = app_password(here, &["add", "kim@jungi.me", "a", "--scope", "write"]);
    assert_eq!((scope.code, scope.out.as_str()), (Some(2), ""));
    assert!(scope.err.contains("[possible values: all, read]"), "{}", scope.err);
    assert_eq!(
        app_password(here, &["end", "kim@jungi.me", "1"]),
        failed("app password 1 does not exist")
    );
    assert_eq!(app_password(here, &["list", "kim@jungi.me", "--json"]), done("[]\n"));
    for _ in 0..50 {
        assert_eq!(app_password(here, &["add", "kim@jungi.me", "a"]).code, Some(0));
    }
    assert_eq!(
        app_password(here, &["add", "kim@jungi.me", "a"]),
        failed("you have 50 app passwords, which is the most: end one first")
    );
}
