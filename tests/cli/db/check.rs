//! `db check`.

use rusqlite::Connection;

use super::calendar;
use crate::support::server::run;

#[test]
fn a_check_lists_every_row_that_breaks_a_rule() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF;
         UPDATE user SET email = 'park', email_folded = 'PARK', events = 7;
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
member: refers to a user that does not exist
selection: refers to a calendar_group that does not exist
user 1: email_folded: is not the email in lower case
user 1: events: is 10, and they have 4 events
calendar_group 1: name: has white space at an end
calendar_group 2: name: expected 1 to 128 characters, got none
calendar_group 2: created: is outside the years 0001 to 9999
member 2, 99: created: is outside the years 0001 to 9999
event 7: subject_folded: is not the search key of the subject
event 8: starts: is outside the years 0001 to 9999
event 8: length_class: is missing from group_length_class
event 9: starts: a birthday is at midnight
event 9: rule: is not that of a birthday
";
    assert_eq!(checked.code, Some(1));
    assert_eq!(checked.out, expected);
    assert_eq!(
        checked.err,
        "error: calendar.sqlite has 15 faults: restore a backup, or repair them\n"
    );
    let listed: Vec<String> =
        serde_json::from_str(&run(folder.path(), &["db", "check", "--json"]).out).unwrap();
    assert_eq!(listed, expected.lines().collect::<Vec<_>>());
}

#[test]
fn a_check_covers_the_history() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        r#"INSERT INTO history (id, at, email, door, user_id, kind, row_id, image) VALUES
            (101, 0, 'a@b', 1, 1, 1, 1, '{"user_id":1}'),
            (102, 253402300800, 'a@b', 1, 1, 1, 1, '{'),
            (103, 0, NULL, 1, NULL, 3, 1, '{"user_id":1}');
         INSERT INTO history (id, entry_id, kind, row_id) VALUES (104, 101, 2, 1);"#,
    )
    .unwrap();
    drop(conn);
    let expected = "\
history 102: at: is outside the years 0001 to 9999
history 102: image: is none of its kind
history 103: image: is none of its kind
history 103: does not say who made it, or how
history 103: is of no calendar
";
    assert_eq!(run(folder.path(), &["db", "check"]).out, expected);
}

#[test]
fn a_check_covers_properties_and_series() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        r#"PRAGMA foreign_keys = OFF;
         INSERT INTO calendar_group (id, name, creator_id, created) VALUES (1, 'a', 1, 0);
         INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, properties,
            properties_folded, rule, last_start, exceptions, reach, series_id, occurrence) VALUES
             (7, 1, NULL, 'a', 'a', 0, 0, 0, '{"location":"Pool"}', 'pool', 'FREQ=DAILY', NULL, '[5,9]', 9, NULL, NULL),
             (8, 1, NULL, 'a', 'a', 0, 0, 0, '{"location":"Pool"}', 'Pool', NULL, NULL, NULL, NULL, 7, 5),
             (9, 1, NULL, 'a', 'a', 0, 0, 0, '{"free":1}', NULL, NULL, NULL, '[5]', NULL, 8, 253402300800),
             (10, 1, 1, 'a', 'a', 0, 0, 0, NULL, 'x', 'FREQ=DAILY', 253402300800, '[9,5]', 253402300800, NULL, NULL),
             (11, 1, NULL, 'a', 'a', 0, 0, 0, NULL, NULL, 'FREQ=SOMETIMES', NULL, NULL, 0, NULL, NULL);
         DELETE FROM group_length_class WHERE length_class = 9"#,
    )
    .unwrap();
    drop(conn);
    assert_eq!(
        run(folder.path(), &["db", "check"]).out,
        "\
event 8: properties_folded: is not the search key of the place and the notes
event 9: properties: are no properties
event 9: exceptions: are not the starts of occurrences in order
event 9: series_id: is no series
event 9: occurrence: is outside the years 0001 to 9999
event 10: properties_folded: is not the search key of the place and the notes
event 10: exceptions: are not the starts of occurrences in order
event 10: rule: its group is not listed in group_length_class
event 10: last_start: is outside the years 0001 to 9999
event 10: reach: is outside the years 0001 to 9999
event 11: rule: FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY
"
    );
}

#[test]
fn a_check_covers_hashes_the_key_removed_users_backups_and_sequences() {
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
fn a_check_covers_app_passwords() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "INSERT INTO app_password (id, user_id, name, scope, digest, created, used, used_from) VALUES
             (1, 1, 'sound', 1, zeroblob(32), 0, 1, '2001:db8::1'),
             (2, 1, ' ', 2, zeroblob(31), 253402300800, 253402300800, 'localhost'),
             (3, 1, 'a', 2, randomblob(32), 0, NULL, '192.0.2.1');
         UPDATE sqlite_sequence SET seq = 1 WHERE name = 'app_password'",
    )
    .unwrap();
    drop(conn);
    assert_eq!(
        run(folder.path(), &["db", "check"]).out,
        "\
app_password 2: name: expected 1 to 128 characters, got none
app_password 2: digest: is not a SHA-256 digest
app_password 2: created: is outside the years 0001 to 9999
app_password 2: used: is outside the years 0001 to 9999
app_password 2: used_from: is not an address
app_password 3: used_from: is there before the first use
sqlite_sequence app_password: is 1, and there is an id 3
"
    );
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

#[test]
fn a_check_covers_objects_numbers_tombstones_and_imports() {
    let (folder, _) = calendar(1);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO user (id, email, email_folded, created) VALUES (2, 'kim@jungi.me', 'kim@jungi.me', 0);
         INSERT INTO import (id, user_id, shown, touched) VALUES (1, 1, 5000, 0), (2, 2, NULL, 0);
         INSERT INTO calendar_object (id, user_id, import_id, change, component, uid, ics) VALUES
             (1, 1, NULL, 0, 'VEVENT', 'a', ''), (2, 1, NULL, 9000, 'VTODO', '', ''),
             (3, 1, 2, 0, 'VEVENT', 'b', ''), (4, 1, NULL, 0, 'VTODO', 'c', '');
         INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created, object_id, change) VALUES
             (7, 2, 'a', 'a', 0, 0, 0, 3, 1), (8, 1, 'a', 'a', 0, 0, 0, 4, 1), (9, 1, 'a', 'a', 0, 0, 0, NULL, 9000);
         INSERT INTO tombstone (user_id, change, name) VALUES
             (1, 1, '9'), (1, 1, 'object-2'), (1, 9000, '4711'), (1, 1, 'object-4711');
         UPDATE user SET calendar_version = 100 WHERE id = 1;
         INSERT INTO tombstones_kept (user_id, kept, pruned_to) VALUES (2, 7, 9000);
         UPDATE database_identity SET uid_suffix = 'X'",
    )
    .unwrap();
    drop(conn);
    assert_eq!(
        run(folder.path(), &["db", "check"]).out,
        "\
database_identity 1: uid_suffix: is not 32 lower-case hexadecimal digits
tombstones_kept user 2: pruned_to: is above the calendar's number
tombstones_kept user 2: kept: is 7, and there are 0
event 7: object_id: is an object of another calendar or user
event 9: change: is above the calendar's number
calendar_object 1: component: is an event without events
calendar_object 1: ics: expected BEGIN:VCALENDAR
calendar_object 2: change: is above the calendar's number
calendar_object 2: uid: is empty
calendar_object 2: ics: expected BEGIN:VCALENDAR
calendar_object 3: import_id: is an import into another calendar
calendar_object 3: ics: expected BEGIN:VCALENDAR
calendar_object 4: component: is no event, and has events
calendar_object 4: ics: expected BEGIN:VCALENDAR
import 1: shown: is above the calendar's number
tombstone 9: name: is that of something that is there
tombstone object-2: name: is that of something that is there
tombstone 4711: change: is above the calendar's number
"
    );
}

#[test]
fn a_check_covers_groups_and_who_is_in_them() {
    let (folder, _) = calendar(0);
    let conn = Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "INSERT INTO user (email, email_folded, created) VALUES ('kim@jungi.me', 'kim@jungi.me', 0);
         INSERT INTO calendar_group (name, creator_id, created, everyone, narrowed, color, description) VALUES
             ('none owns it', 1, 0, 2, 0, '#1A73E8', ''), ('private', 1, 0, 0, 0, '#1a73e8', 'a'),
             ('upkeep is on its way', 1, 0, 0, 1, NULL, NULL), ('open', 1, 0, 1, 0, NULL, NULL);
         UPDATE member SET role = 3 WHERE group_id = 1;
         INSERT INTO calendar_look (user_id, group_id, color, position) VALUES
             (1, NULL, '#1a73e8', NULL), (1, 2, 'red', 1), (2, 2, NULL, 0), (2, 3, NULL, 1);
         INSERT INTO invitation (group_id, inviter_id, role, digest, created, expires) VALUES
             (2, 1, 1, zeroblob(32), 0, 1), (2, 1, 1, x'00', 2, 1), (2, 1, 1, x'01', 0, 253402300800);
         INSERT INTO selection (user_id, group_id) VALUES (1, 2), (2, 1), (2, 2), (2, 3), (2, 4)",
    )
    .unwrap();
    drop(conn);
    assert_eq!(
        run(folder.path(), &["db", "check"]).out,
        "\
calendar_group 1: color: is not #rrggbb
calendar_group 1: description: is empty or too long
calendar_group 1: has no owner
selection 2, 2: its user may not see the group
calendar_look 1, 2: color: is not #rrggbb
calendar_look 2, 2: position: is below 1
calendar_look 2, 2: its user may not see the group
invitation 2: digest: is not a SHA-256 digest
invitation 2: expires: is before it was made
invitation 3: digest: is not a SHA-256 digest
invitation 3: expires: is outside the years 0001 to 9999
"
    );
}
