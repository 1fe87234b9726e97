//! `user remove`.

use serde_json::json;

use super::{status, user, with_groups};
use crate::support::server::{Server, done, failed, run};

#[test]
fn removing_a_user_who_made_groups_says_what_to_do_and_removes_nothing() {
    let (folder, server, park, _) = with_groups();
    assert_eq!(
        user(folder.path(), &["remove", "park@jungi.me", "--yes"]),
        failed(
            "park@jungi.me created 1 group: give it to somebody, or remove it too (--give-groups-to EMAIL, or --with-groups)"
        )
    );
    assert_eq!(status(&server, &park), 200);
}

#[test]
fn removing_a_user_can_give_their_groups_to_another() {
    let (folder, server, park, kim) = with_groups();
    let ended = user(
        folder.path(),
        &["remove", "park@jungi.me", "--give-groups-to", "kim@jungi.me", "--yes"],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(ended.out, "removed park@jungi.me\n");
    assert_eq!(
        ended.err,
        "park@jungi.me: 1 personal event and 1 event in groups will be removed; kim@jungi.me gets the groups 가족\n"
    );
    assert_eq!(status(&server, &park), 401);
    let (_, groups) = server.call("GET", "/group/", &kim, "");
    assert_eq!(groups.matches(r#""creator_email":"kim@jungi.me""#).count(), 2, "{groups}");
    let (_, day) = server.call("GET", "/calendar/date?date=2017-06-19", &kim, "");
    assert_eq!(day.matches(r#""id":"#).count(), 2, "Kim's own event and Kim's in the group: {day}");
    assert!(!day.contains("park@jungi.me"), "{day}");
}

#[test]
fn removing_a_user_can_remove_their_groups_with_all_events() {
    let (folder, server, _, kim) = with_groups();
    let ended = user(folder.path(), &["remove", "park@jungi.me", "--with-groups", "--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(
        ended.err,
        "park@jungi.me: 1 personal event and 1 event in groups will be removed; so will the groups 가족, with 1 event of others\n"
    );
    let (_, day) = server.call("GET", "/calendar/date?date=2017-06-19", &kim, "");
    assert_eq!(day.matches(r#""id":"#).count(), 1, "{day}");
    assert_eq!(server.call("GET", "/group/1", &kim, "").0, 404);
}

#[test]
fn a_removed_users_token_is_refused_when_the_address_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let old = server.register("park@jungi.me");
    assert_eq!(user(folder.path(), &["remove", "park@jungi.me", "--yes"]).code, Some(0));
    let new = server.register("park@jungi.me");
    assert_eq!([status(&server, &old), status(&server, &new)], [401, 200]);
}

#[test]
fn control_characters_are_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    server.call("POST", "/group/", &token, r#"{"group_name":"G\u001b[31m1"}"#);
    let ended = user(folder.path(), &["remove", "park@jungi.me", "--with-groups", "--yes"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.contains("so will the groups G\\u{1b}[31m1,"), "{}", ended.err);
}

#[test]
fn without_yes_or_a_terminal_nothing_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    let ended = user(folder.path(), &["remove", "park@jungi.me"]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        "park@jungi.me: 0 personal events and 0 events in groups will be removed\nerror: cannot ask for confirmation without a terminal: use --yes\n"
    );
    assert_eq!(status(&server, &token), 200);
}

#[test]
fn names_and_emails_cannot_forge_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let park = server.register("park@jungi.me");
    let forged = r#"{"group_name":"a\n0 events\u001b[2K\u0085\u202exoh\u2066"}"#;
    assert_eq!(server.call("POST", "/group/", &park, forged).0, 200);
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    // As the earlier system took them.
    let email = "lee\n\u{9b}2k\u{202e}@jungi.me";
    let sql = "INSERT INTO user (email, email_folded, created) VALUES (?1, ?1, 0)";
    conn.execute(sql, [email]).unwrap();
    drop(conn);

    let removed = user(folder.path(), &["remove", "park@jungi.me", "--with-groups", "--yes"]);
    let shown = r"a\u{a}0 events\u{1b}[2K\u{85}\u{202e}xoh\u{2066}";
    let expected = format!(
        "park@jungi.me: 0 personal events and 0 events in groups will be removed; so will the groups {shown}, with 0 events of others\n"
    );
    assert_eq!((removed.code, removed.err), (Some(0), expected));

    let listed = user(folder.path(), &["list"]).out;
    assert_eq!(listed.lines().count(), 2, "{listed:?}");
    assert!(
        listed.contains(r"  lee\u{a}\u{9b}2k\u{202e}@jungi.me  Thu, 01 Jan 1970"),
        "{listed:?}"
    );
    let json = user(folder.path(), &["list", "--json"]).out;
    assert!(json.contains(r#""lee\n\u009b2k\u202e@jungi.me""#), "{json}");
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[0]["email"], email);
    let ended = user(folder.path(), &["remove", email, "--yes"]);
    assert_eq!(ended.out, "removed lee\\u{a}\\u{9b}2k\\u{202e}@jungi.me\n");
}

/// Adds a member to group 1, by Park.
fn member(server: &Server, park: &str, email: &str, role: &str) {
    let body = format!(r#"{{"useremail": "{email}", "role": "{role}"}}"#);
    assert_eq!(server.call("PUT", "/group/1/member", park, &body).0, 200);
}

#[test]
fn a_group_with_members_goes_to_the_one_with_the_highest_role() {
    let (folder, server, park, kim) = with_groups();
    let lee = server.register("lee@jungi.me");
    member(&server, &park, "lee@jungi.me", "writer");
    member(&server, &park, "kim@jungi.me", "editor");
    let private = r#"{"group_id": 1, "group_name": "가족", "visibility": "private"}"#;
    assert_eq!(server.call("PUT", "/group", &park, private).0, 200);
    let ended = user(folder.path(), &["remove", "park@jungi.me", "--yes"]);
    assert_eq!(
        ended.err,
        "park@jungi.me: 1 personal event and 1 event in groups will be removed; 1 group shared with others will go to another member\n"
    );
    assert_eq!(ended.code, Some(0));
    let (_, members) = server.call("GET", "/group/1/member", &lee, "");
    let expected = r#"[{"useremail":"kim@jungi.me","role":"owner"},{"useremail":"lee@jungi.me","role":"writer"}]"#;
    assert!(members.ends_with(&format!(r#""data":{expected}}}"#)), "{members}");
    let (_, group) = server.call("GET", "/group/1", &kim, "");
    assert!(group.contains(r#""creator_email":"kim@jungi.me""#), "{group}");
    assert!(group.contains(r#""events":1"#), "{group}");
}

#[test]
fn a_group_of_another_that_only_the_removed_user_owned_goes_where_theirs_go() {
    let (folder, server, park, kim) = with_groups();
    member(&server, &park, "kim@jungi.me", "owner");
    let leave = r#"{"useremail": "park@jungi.me"}"#;
    assert_eq!(server.call("DELETE", "/group/1/member", &park, leave).0, 200);
    let ended = user(folder.path(), &["remove", "kim@jungi.me", "--yes"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let give = ["remove", "kim@jungi.me", "--give-groups-to", "park@jungi.me", "--yes"];
    assert_eq!(user(folder.path(), &give).code, Some(0));
    assert_eq!(status(&server, &kim), 401);
    let (_, members) = server.call("GET", "/group/1/member", &park, "");
    assert!(members.contains(r#"[{"useremail":"park@jungi.me","role":"owner"}]"#), "{members}");
}

#[test]
fn the_history_of_a_group_says_to_whom_it_went() {
    let (folder, server, park, kim) = with_groups();
    let here = folder.path();
    assert_eq!(server.call("POST", "/group", &park, r#"{"group_name": "alone"}"#).0, 200);
    member(&server, &park, "kim@jungi.me", "editor");
    let give = ["remove", "park@jungi.me", "--give-groups-to", "kim@jungi.me", "--yes"];
    assert_eq!(user(here, &give).code, Some(0));
    let told = |group: i64| -> Vec<serde_json::Value> {
        let path = format!("/group/{group}/activity?limit=2");
        let (status, body) = server.call("GET", &path, &kim, "");
        assert_eq!(status, 200, "{body}");
        let mut entries = serde_json::from_str::<serde_json::Value>(&body).unwrap()["data"].take();
        for entry in entries.as_array_mut().unwrap() {
            let entry = entry.as_object_mut().unwrap();
            assert!(entry.remove("id").is_some() && entry.remove("at").is_some());
        }
        entries.as_array().unwrap().clone()
    };
    let gone = |group: i64| {
        json!({
            "door": "command", "action": "delete", "member": "park@jungi.me", "group": group,
            "before": {"role": "owner"}, "undone": false,
        })
    };
    let raised = json!({
        "door": "command", "action": "change", "member": "kim@jungi.me", "group": 1, "before": {"role": "editor"},
        "after": {"role": "owner"}, "undone": false,
    });
    assert_eq!(told(1), [gone(1), raised]);
    let given = json!({
        "door": "command", "action": "create", "member": "kim@jungi.me", "group": 3, "after": {"role": "owner"},
        "undone": false,
    });
    assert_eq!(told(3), [gone(3), given]);
    // Neither leads back: Park is no user any more, and there is no other owner.
    let (_, body) = server.call("GET", "/group/1/activity?limit=2", &kim, "");
    let ids: serde_json::Value = serde_json::from_str(&body).unwrap();
    for (place, status, why) in [
        (0, 412, "the member is no user any more"),
        (1, 400, "entry: the group has no other owner: make somebody else an owner first"),
    ] {
        let path = format!("/history/{}/undo", ids["data"][place]["id"]);
        let (got, body) = server.call("POST", &path, &kim, "");
        assert_eq!(got, status, "{body}");
        assert!(body.contains(why), "{body}");
    }
    assert_eq!(run(here, &["db", "check"]), done("calendar.sqlite is sound\n"));
}
