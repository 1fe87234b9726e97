//! What becomes of each kind of row that the earlier system let in and this one does not, and of
//! many rows.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{EVENTS, import, made, stored};
use crate::support::server::run;

/// Imports a database filled by `rows`, and gives the JSON report and the database.
#[track_caller]
fn imported(rows: &str) -> (Value, Connection, tempfile::TempDir) {
    let (folder, old) = made(rows);
    let ended = import(folder.path(), &old, &["--json"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    for tally in report["totals"].as_object().unwrap().values() {
        let number = |key: &str| tally[key].as_u64().unwrap();
        assert_eq!(number("read"), number("imported") + number("merged"), "{report}");
    }
    let checked = run(folder.path(), &["db", "check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.out);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    (report, conn, folder)
}

/// The reported rows, one a line.
fn reported(report: &Value) -> Vec<String> {
    let rows = report["rows"].as_array().unwrap().iter().map(|row| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        format!("{} {}: {} => {}", text("table"), row["id"], text("was"), text("became"))
    });
    rows.collect()
}

#[test]
fn users_whose_domains_only_case_folding_confuses_stay_two_and_times_in_other_forms_are_named() {
    let (report, conn, _folder) = imported(
        r"INSERT INTO user VALUES (1, 'info@straße.example', NULL, NULL), (2, 'info@strasse.example', NULL, NULL);
        INSERT INTO event VALUES
            (1, 'info@straße.example', 'late', '2016-03-27 10:00 PM', '2016-03-27 11:00 PM KST', '2017-01-01 00:00:00', NULL, NULL, NULL),
            (2, 'info@strasse.example', 'other', '2016-03-28 10:00:00', '2016-03-28 11:00:00', '2017-01-01 00:00:00', NULL, NULL, NULL)",
    );
    assert_eq!(
        reported(&report),
        [
            r#"event 1: sdate "2016-03-27 10:00 PM", edate "2016-03-27 11:00 PM KST" => read as, without "KST": 2016-03-27 22:00:00 to 2016-03-27 23:00:00"#
        ]
    );
    assert_eq!(report["totals"]["user"], json!({"read": 2, "imported": 2, "merged": 0, "made": 0}));
    assert_eq!(
        stored(&conn, "SELECT user_id, datetime(starts, 'unixepoch') FROM event ORDER BY id"),
        ["1|2016-03-27 22:00:00", "2|2016-03-28 10:00:00"]
    );
}

#[test]
fn users_whose_addresses_differ_in_case_are_merged() {
    let (report, conn, _folder) = imported(
        r#"INSERT INTO "group" VALUES (1, '하나', '2017-01-01 00:00:00', NULL, 'KIM@jungi.me'),
            (2, '둘', '2017-01-01 00:00:00', '2018-01-01 00:00:00.5', 'kim@jungi.me');
        INSERT INTO user VALUES (3, 'Kim@jungi.me', '1', NULL), (4, 'kim@jungi.me', '2,7', NULL),
            (9, 'KIM@JUNGI.ME', NULL, NULL), (5, 'park@jungi.me', NULL, NULL);
        INSERT INTO event VALUES
            (1, 'kim@jungi.me', 'a', '2017-01-01 00:00:00', '2017-01-01 00:00:00', '2017-01-01 00:00:00', NULL, NULL, '1'),
            (2, 'Kim@jungi.me', 'b', '2017-01-02 00:00:00', '2017-01-02 00:00:00', '2017-01-01 00:00:00', NULL, NULL, '1')"#,
    );
    assert_eq!(
        reported(&report),
        [
            r#"user 4: email "kim@jungi.me" => merged into user 3, "Kim@jungi.me""#,
            r#"user 4: selected_calendar_group "2,7" => "2": the other groups do not exist"#,
            r#"user 9: email "KIM@JUNGI.ME" => merged into user 3, "Kim@jungi.me""#,
            r#"group 1: creator_email "KIM@jungi.me" => of user 3, "Kim@jungi.me""#,
            r#"group 2: creator_email "kim@jungi.me" => of user 3, "Kim@jungi.me""#,
            r#"event 1: email "kim@jungi.me" => of user 3, "Kim@jungi.me""#,
            r#"event 2: birthday "1" => an ordinary event: event 1 is the birthday of "Kim@jungi.me""#,
        ]
    );
    assert_eq!(report["totals"]["user"], json!({"read": 4, "imported": 2, "merged": 2, "made": 0}));
    assert_eq!(stored(&conn, "SELECT id, email FROM user"), ["3|Kim@jungi.me", "5|park@jungi.me"]);
    assert_eq!(stored(&conn, "SELECT * FROM selection"), ["3|1", "3|2"]);
    assert_eq!(
        stored(&conn, "SELECT id, creator_id, datetime(updated, 'unixepoch') FROM calendar_group"),
        ["1|3|NULL", "2|3|2018-01-01 00:00:00"]
    );
    assert_eq!(stored(&conn, "SELECT seq FROM sqlite_sequence WHERE name = 'user'"), ["9"]);
}

#[test]
fn missing_users_are_created() {
    let (report, conn, _folder) = imported(
        r#"INSERT INTO user VALUES (7, 'park@jungi.me', NULL, NULL);
        INSERT INTO "group" VALUES (1, '하나', '2017-01-01 00:00:00', NULL, 'ghost@jungi.me'),
            (2, '둘', '2017-01-01 00:00:00', NULL, NULL);
        INSERT INTO event (id, email, subject, sdate, edate, created)
            SELECT value ->> 0, value ->> 1, 'a', '2017-01-01 00:00:00', '2017-01-01 00:00:00', '2017-01-01 00:00:00'
            FROM json_each('[[1, "ghost@jungi.me"], [2, "Ghost@jungi.me"], [3, null], [4, " "], [5, "park@jungi.me\n"], [6, "some one"]]')"#,
    );
    assert_eq!(
        reported(&report),
        [
            r#"group 1: creator_email "ghost@jungi.me" => of user 8, who was created"#,
            r#"group 2: creator_email NULL => of user 9, "nobody@import.invalid", who was created"#,
            r#"event 1: email "ghost@jungi.me" => of user 8, who was created"#,
            r#"event 2: email "Ghost@jungi.me" => of user 8, "ghost@jungi.me""#,
            r#"event 3: email NULL => of user 9, "nobody@import.invalid""#,
            r#"event 4: email " " => of user 9, "nobody@import.invalid""#,
            r#"event 5: email "park@jungi.me\n" => of user 7, "park@jungi.me""#,
            r#"event 6: email "some one" => of user 10, who was created"#,
        ]
    );
    assert_eq!(report["totals"]["user"], json!({"read": 1, "imported": 1, "merged": 0, "made": 3}));
    assert_eq!(
        stored(&conn, "SELECT user_id FROM event ORDER BY id"),
        ["8", "8", "9", "9", "7", "10"]
    );
}

#[test]
fn a_birthday_is_one_day_of_one_user_in_no_group() {
    let (report, conn, _folder) = imported(
        r#"INSERT INTO user VALUES (1, 'a@b', NULL, NULL), (2, 'b@b', NULL, NULL), (3, 'c@b', NULL, NULL);
        INSERT INTO "group" VALUES (1, '하나', '2017-01-01 00:00:00', NULL, 'a@b');
        INSERT INTO event VALUES
            (1, 'a@b', 'first', '1990-06-22 09:00:00', '1990-06-23 00:00:00', '2017-01-01 00:00:00', NULL, '1', '1'),
            (2, 'a@b', 'second', '1991-06-22 00:00:00', '1991-06-22 00:00:00', '2017-01-01 00:00:00', NULL, '1', '1'),
            (3, 'b@b', 'no day', 'soon', NULL, '2017-01-01 00:00:00', NULL, NULL, '1'),
            (4, 'b@b', 'day', '1990-06-22 00:00:00', '1990-06-22 00:00:00', '2017-01-01 00:00:00', NULL, '8', '1'),
            (5, 'c@b', 'no birthday', '1990-06-22 00:00:00', '1990-06-22 00:00:00', '2017-01-01 00:00:00', NULL, NULL, 'yes')"#,
    );
    assert_eq!(
        reported(&report),
        [
            r#"event 1: sdate "1990-06-22 09:00:00", edate "1990-06-23 00:00:00" => a birthday is one day: 1990-06-22 00:00:00 to 1990-06-22 00:00:00"#,
            r#"event 1: group "1" => in no group, as a birthday"#,
            r#"event 2: birthday "1" => an ordinary event: event 1 is the birthday of "a@b""#,
            r#"event 3: sdate "soon", edate NULL => unreadable, so when it was registered: 2017-01-01 00:00:00 to 2017-01-01 00:00:00"#,
            r#"event 3: birthday "1" => an ordinary event: its day cannot be read"#,
            r#"event 4: group "8" => a personal event: there is no such group"#,
            r#"event 5: birthday "yes" => an ordinary event"#,
        ]
    );
    assert_eq!(
        stored(&conn, EVENTS),
        [
            "1|a@b|first|1990-06-22 00:00:00|1990-06-22 00:00:00|-|1",
            "2|a@b|second|1991-06-22 00:00:00|1991-06-22 00:00:00|1|0",
            "3|b@b|no day|2017-01-01 00:00:00|2017-01-01 00:00:00|-|0",
            "4|b@b|day|1990-06-22 00:00:00|1990-06-22 00:00:00|-|1",
            "5|c@b|no birthday|1990-06-22 00:00:00|1990-06-22 00:00:00|-|0",
        ]
    );
}

#[test]
fn an_invalid_id_is_replaced_also_where_it_is_referred_to() {
    let (report, conn, _folder) = imported(
        r#"INSERT INTO user VALUES (-1, 'a@b', '-5,3', NULL), (4, 'b@b', NULL, NULL);
        INSERT INTO "group" VALUES (-5, '하나', '2017-01-01 00:00:00', NULL, 'a@b'),
            (3, NULL, '2017-01-01 00:00:00', NULL, 'b@b');
        INSERT INTO event (id, email, subject, sdate, edate, created, "group")
            SELECT value ->> 0, 'a@b', 'a', '2017-01-01 00:00:00', '2017-01-01 00:00:00', '2017-01-01 00:00:00', value ->> 1
            FROM json_each('[[0, "-5"], [9223372036854775807, null], [6, "3"]]')"#,
    );
    assert_eq!(
        reported(&report),
        [
            "user -1: id -1 => id 5",
            r#"user -1: selected_calendar_group "-5,3" => "3,4": the other groups do not exist"#,
            "group -5: id -5 => id 4",
            r#"group 3: name NULL => "(이름 없음)""#,
            r#"event 0: group "-5" => group 4"#,
            "event 0: id 0 => id 7",
            "event 9223372036854775807: id 9223372036854775807 => id 8",
        ]
    );
    assert_eq!(
        stored(&conn, "SELECT id, user_id, group_id FROM event ORDER BY id"),
        ["6|5|3", "7|5|4", "8|5|NULL"]
    );
}

#[test]
fn an_empty_row_is_imported() {
    let (report, conn, _folder) = imported(
        r#"INSERT INTO "group" (id) VALUES (1); INSERT INTO event (id) VALUES (1);
        INSERT INTO event (id, email, subject, sdate, edate, created, updated, "group", birthday) VALUES
            (2, x'ff40', x'fffe', 1497880504, 2.5, x'00', x'00', x'00', x'00')"#,
    );
    let rows = reported(&report);
    assert_eq!(
        [&rows[0], &rows[1]],
        [
            r#"group 1: creator_email NULL => of user 1, "nobody@import.invalid", who was created"#,
            r#"group 1: name NULL => "(이름 없음)""#
        ]
    );
    assert!(rows[2].starts_with("group 1: created NULL => now: 20"), "{rows:?}");
    assert!(rows.contains(
        &"event 2: U+0000, or bytes that are not UTF-8 => U+FFFD in the place of each".into()
    ));
    assert_eq!(
        stored(&conn, "SELECT id, subject FROM event"),
        ["1|(제목 없음)", "2|\u{fffd}\u{fffd}"]
    );
    assert_eq!(
        stored(&conn, "SELECT count(*) FROM event WHERE starts = created AND ends = created"),
        ["2"]
    );
}

#[test]
fn the_report_escapes_control_characters() {
    let (folder, old) =
        made("INSERT INTO user VALUES (1, 'a\u{1b}[31m' || char(10) || 'b', NULL, NULL)");
    let ended = import(folder.path(), &old, &[]);
    assert!(
        ended.out.contains(r#"user   1   email "a\u{1b}[31m\nb"  kept, although"#),
        "{}",
        ended.out
    );
}

#[test]
fn many_events_are_imported_at_once() {
    let (report, conn, _folder) = imported(
        r"INSERT INTO user VALUES (1, 'a@b', NULL, NULL);
        INSERT INTO event (id, email, subject, sdate, edate, created)
            WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            SELECT i, 'a@b', 'event ' || i, datetime('2017-01-01', i || ' hours'),
                datetime('2017-01-01', i || ' hours', '30 minutes'), '2017-01-01 00:00:00' FROM n",
    );
    assert_eq!(
        report["totals"]["event"],
        json!({"read": 20_000, "imported": 20_000, "merged": 0, "made": 0})
    );
    assert_eq!(report["rows"], json!([]));
    assert_eq!(
        stored(&conn, "SELECT max(id) FROM event WHERE subject = 'event ' || id"),
        ["20000"]
    );
}

#[test]
fn an_email_that_may_pass_for_another_is_kept_and_reported() {
    let (folder, old) = made(
        "INSERT INTO user VALUES (1, 'рark@jungi.me', NULL, NULL), (2, '박정이@jungi.me', NULL, NULL)",
    );
    let ended = import(folder.path(), &old, &[]);
    let kept =
        "kept, although it may pass for another email address, so that its tokens stay valid";
    let row = format!(r#"user   1   email "рark@jungi.me"  {kept}"#);
    assert!(ended.out.contains(&row), "{}", ended.out);
    assert_eq!(ended.out.matches("kept, although").count(), 1, "{}", ended.out);
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    let emails = stored(&conn, "SELECT email FROM user ORDER BY id");
    assert_eq!(emails, ["рark@jungi.me", "박정이@jungi.me"]);
}
