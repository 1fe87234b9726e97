//! What of a real database is there afterwards.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{EVENTS, import, real, serve, stored};
use crate::support::printed_token::PRINTED_TOKEN;
use crate::support::server::run;

#[test]
fn every_imported_event_keeps_its_id_its_digits_and_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let old =
        Connection::open_with_flags(real(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let new = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    let before = stored(
        &old,
        r#"SELECT id, email, subject, substr(sdate, 1, 19), substr(edate, 1, 19),
            coalesce("group", '-'), coalesce(birthday, '0') FROM event
            WHERE id NOT BETWEEN 125 AND 128 ORDER BY id"#,
    );
    let after = stored(&new, EVENTS);
    let (odd, plain): (Vec<_>, Vec<_>) = after
        .into_iter()
        .partition(|event| ["125|", "126|", "127|", "128|"].iter().any(|id| event.starts_with(id)));
    assert_eq!(plain, before);
    assert_eq!(
        odd,
        [
            "125|park@jungi.me|ends before it starts|2020-05-04 12:00:00|2020-05-05 12:00:00|-|0"
                .to_owned(),
            "126|park@jungi.me|(제목 없음)|2020-05-06 12:00:00|2020-05-06 13:00:00|-|0".into(),
            format!(
                "127|park@jungi.me|{}길…|2020-05-07 12:00:00|2020-05-07 13:00:00|-|0",
                "길다 ".repeat(42)
            ),
            "128|park@jungi.me|of PARK@jungi.me|2020-05-08 12:00:00|2020-05-08 13:00:00|-|0".into(),
        ]
    );
    let made = r"substr(datetime(created, 'unixepoch'), 1, 19)";
    assert_eq!(
        stored(&new, &format!("SELECT id, {made} FROM event ORDER BY id")),
        stored(&old, "SELECT id, substr(created, 1, 19) FROM event ORDER BY id")
    );
    assert_eq!(
        stored(
            &new,
            "SELECT g.id, g.name, u.email, substr(datetime(g.created, 'unixepoch'), 1, 19) FROM calendar_group g JOIN user u ON u.id = g.creator_id ORDER BY g.id"
        ),
        stored(
            &old,
            r#"SELECT id, name, creator_email, substr(created, 1, 19) FROM "group" ORDER BY id"#
        )
    );
}

#[test]
fn old_tokens_are_valid_under_the_old_key() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let server = serve(folder.path());
    let (status, month) =
        server.call("GET", "/calendar/month?year_month=2020-05", PRINTED_TOKEN, "");
    assert_eq!(status, 200);
    let month: Value = serde_json::from_str(&month).unwrap();
    let shown: Vec<_> = month["data"].as_array().unwrap().iter().map(|e| &e["id"]).collect();
    assert_eq!(shown, [125, 126, 127, 128]);
    assert_eq!(
        month["data"][0],
        json!({"id": 125, "email": "park@jungi.me", "useremail": "park@jungi.me", "subject": "ends before it starts", "group": null, "sdate": "Mon, 04 May 2020 12:00:00 GMT", "edate": "Tue, 05 May 2020 12:00:00 GMT", "created": "Mon, 23 Nov 2026 12:53:49 GMT", "updated": null, "birthday": null})
    );
    let (_, birthday) = server.call("GET", "/calendar/date?date=2020-12-24", PRINTED_TOKEN, "");
    assert!(birthday.contains(r#""id":121,"#), "{birthday}");
    let (_, selected) = server.call("GET", "/user/calendar/group", PRINTED_TOKEN, "");
    assert!(selected.contains(r#"{"selected_group":"1,2"}"#), "{selected}");

    let old =
        Connection::open_with_flags(real(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let tokens = stored(&old, "SELECT email, token FROM user ORDER BY id");
    assert_eq!(tokens.len(), 9);
    for row in tokens {
        let (email, token) = row.split_once('|').unwrap();
        let (status, who) = server.call("GET", "/user/", token, "");
        let known_as = if email == "PARK@jungi.me" { "park@jungi.me" } else { email };
        assert_eq!(status, 200, "{email}");
        assert!(who.contains(&format!(r#""useremail":"{known_as}""#)), "{who}");
    }
}

#[test]
fn new_ids_are_higher_than_any_imported_one() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let server = serve(folder.path());
    let event = r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;
    let (head, _) = server.exchange("POST", "/calendar/event", PRINTED_TOKEN, event);
    assert!(head.contains("/api/v1/calendar/event/131\r\n"), "{head}");
    let (head, _) = server.exchange("POST", "/group/", PRINTED_TOKEN, r#"{"group_name":"회식"}"#);
    assert!(head.contains("/api/v1/group/16\r\n"), "{head}");
    server.register("kim@jungi.me");
    let listed = run(folder.path(), &["user", "list"]).out;
    assert!(listed.lines().last().unwrap().starts_with("10  kim@jungi.me"), "{listed}");
}

#[test]
fn users_with_invalid_addresses_can_be_managed() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    assert_eq!(
        run(folder.path(), &["user", "revoke", "nobody"]).out,
        "ended all tokens, app passwords and feeds of nobody\n"
    );
    let ended = run(folder.path(), &["user", "remove", "two words@example.com", "--yes"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "removed two words@example.com\n"));
}

#[test]
fn an_imported_database_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let checked = run(folder.path(), &["db", "check", "--json"]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), "[]\n"));
}
