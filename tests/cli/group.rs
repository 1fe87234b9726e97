//! `group list` and `group member list`, `put` and `remove`, beside a running server.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::server::{Ended, Server, done, failed, run};

fn group(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["group"], arguments].concat())
}

fn member(folder: &Path, arguments: &[&str]) -> Ended {
    group(folder, &[&["member"], arguments].concat())
}

/// Park and Kim, and the private group 1 of Park's, with an event.
fn club() -> (tempfile::TempDir, Server, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@jungi.me"));
    let post = |path: &str, body: &str| assert_eq!(server.call("POST", path, &park, body).0, 200);
    post("/group", r#"{"group_name": "가족", "visibility": "private"}"#);
    let times = r#""sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00""#;
    post("/group/event", &format!(r#"{{"group_id":1,{times},"subject":"약속"}}"#));
    (folder, server, park, kim)
}

fn data(server: &Server, path: &str, token: &str) -> Value {
    let (status, body) = server.call("GET", path, token, "");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["data"].take()
}

#[test]
fn the_groups_are_listed_with_their_owners_also_private_ones() {
    let (folder, server, _, kim) = club();
    let here = folder.path();
    let open = r#"{"group_name": "회식", "everyone": "reader"}"#;
    assert_eq!(server.call("POST", "/group", &kim, open).0, 200);
    assert_eq!(member(here, &["put", "2", "park@jungi.me", "owner"]).code, Some(0));
    let listed = group(here, &["list", "--json"]);
    let mut rows: Value = serde_json::from_str(&listed.out).unwrap();
    for row in rows.as_array_mut().unwrap() {
        let created = row.as_object_mut().unwrap().remove("created").unwrap();
        assert_eq!(created.as_str().unwrap().len(), 25);
    }
    assert_eq!(
        rows,
        json!([
            {"id": 1, "name": "가족", "everyone": "none", "owners": ["park@jungi.me"], "members": 1, "events": 1},
            {"id": 2, "name": "회식", "everyone": "reader", "owners": ["park@jungi.me", "kim@jungi.me"], "members": 2,
                "events": 0},
        ])
    );
    let table = group(here, &["list"]);
    let lines: Vec<_> = table.out.lines().collect();
    assert!(lines[0].starts_with("id  name  created "), "{}", table.out);
    assert!(lines[1].contains("  none      park@jungi.me "), "{}", table.out);
    assert!(lines[2].ends_with("  park@jungi.me, kim@jungi.me  2        0"), "{}", table.out);
    // A deleted one is in the trash, and no more of a group here than elsewhere.
    assert_eq!(server.call("DELETE", "/group", &kim, r#"{"group_id": 2}"#).0, 200);
    assert_eq!(group(here, &["list"]).out.lines().count(), 2);
    assert_eq!(member(here, &["list", "2"]), failed("group 2 does not exist"));
    let put = member(here, &["put", "2", "kim@jungi.me", "owner"]);
    assert_eq!(put, failed("group 2 does not exist"));
}

#[test]
fn members_come_change_and_go_and_the_history_says_that_it_was_a_command() {
    let (folder, server, park, kim) = club();
    let here = folder.path();
    assert_eq!(server.call("GET", "/group/1", &kim, "").0, 404);
    assert_eq!(
        member(here, &["put", "1", "KIM@jungi.me", "reader"]),
        done("KIM@jungi.me is reader of group 1 now\n")
    );
    assert_eq!(data(&server, "/group/1", &kim)["role"], "reader");
    assert_eq!(data(&server, "/user/calendar/group", &kim)["selected_group"], "1");
    assert_eq!(
        member(here, &["put", "1", "kim@jungi.me", "owner"]),
        done("kim@jungi.me is owner of group 1 now\n")
    );
    assert_eq!(
        member(here, &["list", "1"]),
        done("email          role\npark@jungi.me  owner\nkim@jungi.me   owner\n")
    );
    assert_eq!(
        member(here, &["remove", "1", "park@jungi.me"]),
        done("removed park@jungi.me from group 1\n")
    );
    let listed = member(here, &["list", "1", "--json"]).out;
    let rows: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(rows, json!([{"email": "kim@jungi.me", "role": "owner"}]));
    assert_eq!(server.call("GET", "/group/1", &park, "").0, 404);

    let mut told = data(&server, "/group/1/activity?limit=3", &kim);
    for entry in told.as_array_mut().unwrap() {
        let entry = entry.as_object_mut().unwrap();
        assert_eq!(entry.remove("at").unwrap().as_str().unwrap().len(), 29);
        assert!(entry.remove("id").unwrap().is_i64());
    }
    assert_eq!(
        told,
        json!([
            {"door": "command", "action": "delete", "member": "park@jungi.me", "group": 1, "before": {"role": "owner"},
                "undone": false},
            {"door": "command", "action": "change", "member": "kim@jungi.me", "group": 1, "before": {"role": "reader"},
                "after": {"role": "owner"}, "undone": false},
            {"door": "command", "action": "create", "member": "kim@jungi.me", "group": 1, "after": {"role": "reader"},
                "undone": false},
        ])
    );
    // Whoever owns it may undo what the command did.
    let last = data(&server, "/group/1/activity?limit=1", &kim)[0]["id"].clone();
    assert_eq!(server.call("POST", &format!("/history/{last}/undo"), &kim, "").0, 200);
    assert_eq!(data(&server, "/group/1", &park)["id"], 1);
    assert_eq!(run(here, &["db", "check"]), done("calendar.sqlite is sound\n"));
}

#[test]
fn what_an_owner_may_not_do_the_operator_may_not_either() {
    let (folder, server, _, _) = club();
    let here = folder.path();
    let last = "the group has no other owner: make somebody else an owner first";
    assert_eq!(
        member(here, &["remove", "1", "park@jungi.me"]),
        failed(&format!("useremail: {last}"))
    );
    assert_eq!(
        member(here, &["put", "1", "park@jungi.me", "reader"]),
        failed(&format!("role: {last}"))
    );
    assert_eq!(
        member(here, &["put", "1", "lee@jungi.me", "reader"]),
        failed("no user is registered with lee@jungi.me")
    );
    assert_eq!(
        member(here, &["remove", "1", "kim@jungi.me"]),
        failed("kim@jungi.me is no member of group 1")
    );
    for arguments in [&["list", "9"][..], &["put", "9", "kim@jungi.me", "reader"]] {
        assert_eq!(member(here, arguments), failed("group 9 does not exist"));
    }
    assert_eq!(member(here, &["remove", "-1", "a"]).code, Some(2));
    assert_eq!(member(here, &["remove", "0", "a@b.c"]), failed("group 0 does not exist"));
    let role = member(here, &["put", "1", "kim@jungi.me", "admin"]);
    assert_eq!((role.code, role.out.as_str()), (Some(2), ""));
    assert!(role.err.contains("[possible values: reader, writer, editor, owner]"), "{}", role.err);
    assert_eq!(member(here, &["put", "x", "kim@jungi.me", "reader"]).code, Some(2));
    assert_eq!(member(here, &["list", "1"]), done("email          role\npark@jungi.me  owner\n"));
    drop(server);
    // Without a server, and with no history.
    std::fs::write(here.join("Rocket.toml"), "[default]\nhistory_days = 0\n").unwrap();
    let entries = || {
        let conn = rusqlite::Connection::open(here.join("calendar.sqlite")).unwrap();
        conn.query_row("SELECT count(*) FROM history", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = entries();
    assert_eq!(member(here, &["put", "1", "kim@jungi.me", "editor"]).code, Some(0));
    assert_eq!(entries(), before);
}

#[test]
fn names_cannot_forge_a_line() {
    let (folder, server, park, _) = club();
    let forged = r#"{"group_name":"a\n9  b\u001b[2K\u202e"}"#;
    assert_eq!(server.call("POST", "/group", &park, forged).0, 200);
    let listed = group(folder.path(), &["list"]).out;
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains(r"  a\u{a}9  b\u{1b}[2K\u{202e}  "), "{listed}");
}
