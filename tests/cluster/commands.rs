//! The commands on a PostgreSQL.

use std::path::Path;

use crate::support::database;
use crate::support::postgres::SharedDatabase;
use crate::support::server::{Ended, Server, command, done, failed};

fn on(url: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec!["--database", url];
    all.extend(arguments);
    command(folder.path(), &all).output().unwrap().into()
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_calendar_is_made_migrated_filled_checked_and_described() {
    let shared = SharedDatabase::bare().unwrap();
    let url = shared.url();
    let place = url.split_once('@').unwrap().1;
    assert_eq!(
        on(&url, &["db", "init"]),
        done(&format!("postgres://{place} is there already; nothing was done\n"))
    );
    assert_eq!(
        on(&url, &["db", "migrate"]).out,
        "version  name                     state\n13       user_settings            pending\n14       properties_and_series    pending\n15       calendar_objects         pending\n16       feeds_and_subscriptions  pending\n17       people                   pending\n18       app_passwords            pending\n19       history                  pending\n20       invitations_and_looks    pending\n21       caldav                   pending\n"
    );
    let early = on(&url, &["user", "list"]);
    assert_eq!(early.code, Some(1));
    assert!(early.err.ends_with("is not migrated: run calendar-server db upgrade\n"), "{early:?}");
    assert_eq!(
        on(&url, &["db", "upgrade"]),
        done(&format!(
            "applied V13__user_settings\napplied V14__properties_and_series\napplied V15__calendar_objects\napplied V16__feeds_and_subscriptions\napplied V17__people\napplied V18__app_passwords\napplied V19__history\napplied V20__invitations_and_looks\napplied V21__caldav\npostgres://{place} is at version 21\n"
        ))
    );
    assert_eq!(
        on(&url, &["db", "upgrade"]),
        done(&format!("postgres://{place} is at version 21\n"))
    );
    let token = on(&url, &["user", "add", "park@jungi.me"]);
    assert_eq!((token.code, token.out.split('.').count()), (Some(0), 3), "{token:?}");
    let list = on(&url, &["user", "list", "--json"]);
    assert!(list.out.contains(r#""email": "park@jungi.me""#), "{list:?}");
    assert_eq!(on(&url, &["db", "check"]), done(&format!("postgres://{place} is sound\n")));
    let status = on(&url, &["db", "status"]);
    let lines: Vec<_> = status.out.lines().map(|line| line.trim_end()).collect();
    assert_eq!(lines[0], format!("database  postgres://{place}"));
    assert_eq!(lines[1], "version   21");
    assert_eq!(lines[3..], ["users     1", "groups    0", "events    0", "standbys  none"]);
    shared.execute(
        "INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
         VALUES (1, 'A', 'A', 0, 0, 0)",
    );
    let checked = on(&url, &["db", "check"]);
    assert_eq!(checked.out, "event 1: subject_folded: is not the search key of the subject\n");
    assert_eq!(checked.code, Some(1));
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_backup_is_left_to_postgres_and_no_error_shows_a_password() {
    let shared = SharedDatabase::bare().unwrap();
    let url = shared.url().replace("calendar@", "calendar:secret@");
    let place = url.split_once('@').unwrap().1.to_owned();
    for arguments in [&["db", "backup"][..], &["db", "restore", "calendar.sqlite"]] {
        assert_eq!(
            on(&url, arguments),
            failed(&format!(
                "postgres://{place} is backed up and restored by PostgreSQL's own tools, pgBackRest or pg_basebackup: see docs/cluster.md"
            ))
        );
    }
    let nowhere = on("postgres://calendar:secret@127.0.0.1:1/calendar", &["db", "status"]);
    assert_eq!(nowhere.code, Some(1));
    let begins = "error: cannot use postgres://127.0.0.1:1/calendar: ";
    assert!(nowhere.err.starts_with(begins) && !nowhere.err.contains("secret"), "{nowhere:?}");
    let broken = on("postgres://calendar:secret@127.0.0.1:port/calendar", &["db", "status"]);
    assert_eq!(
        broken,
        failed(
            "database: is not an address: give one such as postgres://calendar@db.example.com/calendar"
        )
    );
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_database_whose_characters_are_not_utf_8_is_refused() {
    let shared = SharedDatabase::bare().unwrap();
    shared.execute("CREATE DATABASE plain TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
    let url = format!("{}plain", shared.url().rsplit_once('/').unwrap().0.to_owned() + "/");
    let refused = on(&url, &["db", "upgrade"]);
    assert_eq!(refused.code, Some(1));
    let expected = "has the encoding SQL_ASCII and the character type C: make it with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'\n";
    assert!(refused.err.ends_with(expected), "{refused:?}");
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn the_flask_system_is_imported_with_its_ids_and_later_ids_follow_them() {
    let shared = SharedDatabase::bare().unwrap();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flask-calendar.sqlite");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calendar.sqlite");
    let import = ["db", "import-flask", old.to_str().unwrap(), "--json"];
    let tried = on(&shared.url(), &[&import[..], &["--dry-run"]].concat());
    assert_eq!(tried.code, Some(1), "it is not migrated yet: {tried:?}");
    assert_eq!(on(&shared.url(), &["db", "upgrade"]).code, Some(0));
    let tried = on(&shared.url(), &[&import[..], &["--dry-run"]].concat());
    assert_eq!(tried.code, Some(0), "{tried:?}");
    assert_eq!(shared.rows("SELECT count(*) FROM event", "-"), ["0"]);
    let (into_file, into_shared) =
        (on(file.to_str().unwrap(), &import), on(&shared.url(), &import));
    assert_eq!((into_shared.code, &into_shared.out), (Some(0), &into_file.out), "{into_shared:?}");
    let conn = rusqlite::Connection::open(&file).unwrap();
    for table in ["\"user\"", "calendar_group", "event"] {
        let ids: Vec<String> = {
            let mut statement =
                conn.prepare(&format!("SELECT id FROM {table} ORDER BY id")).unwrap();
            let ids = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
            ids.map(|id| id.unwrap().to_string()).collect()
        };
        assert_eq!(shared.rows(&format!("SELECT id FROM {table} ORDER BY id"), "-"), ids);
        let highest: i64 = ids.last().unwrap().parse().unwrap();
        let sequence = format!("{}_id_seq", table.trim_matches('"'));
        let last = shared.rows(&format!("SELECT last_value FROM {sequence}"), "-")[0].clone();
        assert!(last.parse::<i64>().unwrap() > highest, "{table}: {last}");
    }
    assert!(on(&shared.url(), &["db", "check"]).out.ends_with(" is sound\n"));
    assert_eq!(on(&shared.url(), &import).code, Some(1), "it has users");
}

/// Everything that a calendar holds, but what is made again.
const CONTENTS: [&str; 24] = [
    "SELECT id, length(key) FROM signing_key",
    "SELECT id, uid_suffix, history FROM database_identity",
    "SELECT id, email, email_folded, created, password_hash, token_generation, calendar_version, events
        FROM \"user\" ORDER BY id",
    "SELECT token_generation FROM removed_user ORDER BY 1",
    "SELECT id, name, creator_id, created, updated, version, deleted, everyone, color, description, narrowed,
        trashed
        FROM calendar_group ORDER BY id",
    "SELECT group_id, user_id, role, created FROM member ORDER BY 1, 2",
    "SELECT id, user_id, group_id, subject, subject_folded, starts, ends, created, updated, birthday, revision,
        length_class, private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence,
        object_id, import_id, change FROM event ORDER BY id",
    "SELECT id, user_id, group_id, shown, event_offset, object_offset, touched, abandoned FROM import ORDER BY id",
    "SELECT id, user_id, group_id, import_id, change, component, uid, ics FROM calendar_object ORDER BY id",
    "SELECT user_id, group_id, change, name FROM tombstone ORDER BY 1, 2, 3",
    "SELECT user_id, group_id, kept, pruned_to FROM tombstones_kept ORDER BY 1, 2",
    "SELECT user_id, group_id FROM selection ORDER BY 1, 2",
    "SELECT group_id, length_class FROM group_length_class ORDER BY 1, 2",
    "SELECT user_id, kind, key, made_id, used FROM idempotency_key ORDER BY 1, 2, 3",
    "SELECT user_id, language, default_group FROM user_settings ORDER BY 1",
    "SELECT id, user_id, name, scope, hex(digest), created, used, used_from FROM app_password ORDER BY id",
    "SELECT id, user_id, group_id, busy_only, name, hex(digest), created, used FROM feed ORDER BY id",
    "SELECT id, group_id, inviter_id, role, hex(digest), created, expires FROM invitation ORDER BY id",
    "SELECT user_id, group_id, color, position FROM calendar_look ORDER BY 1, 2",
    "SELECT user_id, group_id, name, value FROM calendar_property ORDER BY 1, 2, 3",
    "SELECT object_id, user_id, group_id, name FROM resource_name ORDER BY 1",
    "SELECT group_id, url, etag, modified, \"read\", problem, due, failures FROM subscription ORDER BY 1",
    "SELECT id, entry_id, at, email, door, door_name, undoes, undone_by, user_id, group_id, kind, row_id, subject,
        private, image, state FROM history ORDER BY id",
    "SELECT id, finished, failure FROM backup ORDER BY id",
];

fn contents(file: &Path) -> Vec<Vec<String>> {
    let conn = rusqlite::Connection::open(file).unwrap();
    CONTENTS.iter().map(|sql| database::rows(&conn, sql, "-")).collect()
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_calendar_is_moved_to_postgres_and_back_with_everything_that_it_holds() {
    let shared = SharedDatabase::bare().unwrap();
    let (url, folder) = (shared.url(), tempfile::tempdir().unwrap());
    let place = format!("postgres://{}", url.split_once('@').unwrap().1);
    let [file, back] = ["calendar.sqlite", "back.sqlite"].map(|name| folder.path().join(name));
    let (file_name, back_name) = (file.to_str().unwrap(), back.to_str().unwrap());
    // The rows of the Flask system, odd ones among them, and what is odd to write to another database.
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flask-calendar.sqlite");
    assert_eq!(on(file_name, &["db", "import-flask", old.to_str().unwrap()]).code, Some(0));
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = ON;
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, revision)
         SELECT min(id), 'a' || char(9) || 'b\\N' || char(10) || '회의', 'a' || char(9) || 'b\\n' || char(10) || '회의',
             -62135596800, 253402300799, 0, -9223372036854775808 FROM user;
         INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created, private, properties,
            properties_folded, rule, last_start, exceptions, reach)
         SELECT 9001, min(id), 'series', 'series', 0, 9, 0, 1, '{\"location\":\"a\\nb\"}', 'a' || char(10) || 'b',
             'FREQ=DAILY;COUNT=2', 86400, '[0]', 200000 FROM user;
         INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created, series_id, occurrence)
         SELECT 9000, min(id), 'changed', 'changed', 5, 9, 0, 9001, 0 FROM user;
         INSERT INTO import (id, user_id, touched) SELECT 70, min(id), 5 FROM user;
         INSERT INTO calendar_object (id, user_id, import_id, change, component, uid, ics)
         SELECT 80, min(id), 70, 0, 'VEVENT', 'a\tb', replace(
             'BEGIN:VCALENDAR~VERSION:2.0~PRODID:a~BEGIN:VEVENT~UID:a~SUMMARY:a\tb\\N~END:VEVENT~END:VCALENDAR~',
             '~', char(13) || char(10)) FROM user;
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, object_id, import_id)
         SELECT min(id), 'imported', 'imported', 5, 9, 0, 80, 70 FROM user;
         INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created)
         SELECT 9010, min(id), 'gone', 'gone', 5, 9, 0 FROM user;
         DELETE FROM event WHERE id = 9010;
         INSERT INTO removed_user VALUES (zeroblob(32), 7);
         INSERT INTO idempotency_key SELECT min(id), 'event', 'k', 1, 5 FROM user;
         INSERT INTO user_settings (user_id, language) SELECT min(id), 'ko' FROM user;
         DELETE FROM selection WHERE group_id % 2 = 0;
         UPDATE calendar_group SET everyone = 0, color = '#1a73e8', description = 'a' WHERE id % 2 = 0;
         UPDATE member SET user_id = (SELECT max(id) FROM user), created = 7 WHERE group_id % 2 = 0;
         INSERT INTO app_password (user_id, name, scope, digest, created, used, used_from)
         SELECT min(id), 'a	b', 1, zeroblob(32), 5, 6, '2001:db8::1' FROM user;
         INSERT INTO backup (finished, failure) VALUES (5, NULL), (6, 'no room');
         INSERT INTO invitation (group_id, inviter_id, role, digest, created, expires)
         SELECT min(g.id), min(g.creator_id), 2, zeroblob(32), 5, 9 FROM calendar_group g;
         INSERT INTO calendar_look (user_id, color) SELECT min(id), '#1a73e8' FROM user;
         INSERT INTO calendar_look (user_id, group_id, position) SELECT min(u.id), min(g.id), 1 FROM user u, calendar_group g;
         INSERT INTO calendar_property SELECT min(id), NULL, '{DAV:}displayname', '<a/>' FROM user;
         INSERT INTO calendar_property SELECT min(u.id), min(g.id), 'segment', 'work' FROM user u, calendar_group g;
         INSERT INTO resource_name SELECT 7, min(id), NULL, 'a.ics' FROM user;
         INSERT INTO resource_name SELECT 8, NULL, min(id), 'a.ics' FROM calendar_group;
         UPDATE sqlite_sequence SET seq = seq + 100",
    )
    .unwrap();
    drop(conn);
    let token = |database: &str| on(database, &["user", "list"]).out;
    let rows = |moved: &Ended| moved.out.lines().filter(|line| !line.starts_with("moved ")).count();

    let tried = on(file_name, &["db", "move", file_name, &url, "--dry-run"]);
    assert!(
        tried.out.ends_with(&format!("a dry run: nothing was written to {place}\n")),
        "{tried:?}"
    );
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(shared.rows(tables, "-"), ["0"]);
    let moved = on(file_name, &["db", "move", file_name, &url]);
    assert!(moved.out.ends_with("and read them back the same\n"), "{moved:?}");
    assert_eq!(rows(&moved), 25);
    assert!(on(&url, &["db", "check"]).out.ends_with(" is sound\n"));
    assert_eq!(token(&url), token(file_name));

    let again = on(file_name, &["db", "move", file_name, &url]);
    assert_eq!(again, failed("the database to move to has or had users: move to a new one"));
    let returned = on(file_name, &["db", "move", &url, back_name]);
    assert!(returned.out.ends_with("and read them back the same\n"), "{returned:?}");
    assert_eq!(contents(&back), contents(&file));
    let keys = |file: &Path| {
        let conn = rusqlite::Connection::open(file).unwrap();
        conn.query_row("SELECT key FROM signing_key", [], |row| row.get::<_, Vec<u8>>(0)).unwrap()
    };
    assert_eq!(keys(&back), keys(&file));
    let last = "SELECT name, seq FROM sqlite_sequence WHERE name IN ('user', 'calendar_group', 'event', 'calendar_object', 'import', 'app_password', 'invitation') ORDER BY name";
    let last_ids =
        |file: &Path| database::rows(&rusqlite::Connection::open(file).unwrap(), last, "-");
    assert_eq!(last_ids(&back), last_ids(&file));
    assert!(on(back_name, &["db", "check"]).out.ends_with(" is sound\n"));
    let next = shared.rows("SELECT nextval('event_id_seq')", "-").remove(0);
    assert_eq!(format!("event|{}", next.parse::<i64>().unwrap() - 1), last_ids(&file)[3]);
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_move_needs_a_file_and_a_postgres_and_the_file_without_its_server() {
    let shared = SharedDatabase::bare().unwrap();
    let (url, folder) = (shared.url(), tempfile::tempdir().unwrap());
    let file = folder.path().join("calendar.sqlite");
    let file = file.to_str().unwrap();
    let server = Server::start(command(folder.path(), &["dev-run", "--port", "0"]));
    let refused = on(file, &["db", "move", file, &url]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("another calendar-server has"), "{refused:?}");
    drop(server);
    let copy = format!("{file}.copy");
    assert_eq!(
        on(file, &["db", "move", file, &copy]),
        failed("both are files: use calendar-server db backup and db restore")
    );
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_role_that_owns_the_database_and_may_nothing_else_is_enough() {
    let shared = SharedDatabase::bare().unwrap();
    shared.execute("CREATE ROLE plain LOGIN");
    shared.execute(
        "CREATE DATABASE of_plain OWNER plain TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    );
    let server = shared.url().replace("calendar@", "plain@");
    let url = format!("{}/of_plain", server.rsplit_once('/').unwrap().0);
    assert_eq!(on(&url, &["db", "upgrade"]).code, Some(0));
    assert_eq!(on(&url, &["user", "add", "park@jungi.me"]).code, Some(0));
    let folder = tempfile::tempdir().unwrap();
    let server =
        Server::start(command(folder.path(), &["--database", &url, "dev-run", "--port", "0"]));
    let mut health = ureq::get(format!("{}/healthz", server.url)).call().unwrap();
    assert_eq!(
        health.body_mut().read_to_string().unwrap(),
        r#"{"read":true,"write":true,"backup":"none","last_backup":null,"standbys":0}"#
    );
    assert_eq!(on(&url, &["db", "status"]).code, Some(0));
}

/// The migration of PostgreSQL with that name, and what refinery then notes.
fn migration(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let sql = std::fs::read_to_string(folder.join(format!("{name}.sql"))).unwrap();
    let migration = refinery::Migration::unapplied(name, &sql).unwrap();
    format!(
        "{sql}; INSERT INTO refinery_schema_history VALUES ({}, '{}', '2017-06-19T00:00:00Z', '{}')",
        migration.version(),
        migration.name(),
        migration.checksum()
    )
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn an_upgrade_of_version_14_numbers_every_event_and_makes_series_of_birthdays() {
    let shared = SharedDatabase::bare().unwrap();
    shared.execute(
        "CREATE TABLE refinery_schema_history (
            version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))",
    );
    shared.execute(&migration("V13__user_settings"));
    shared.execute(&migration("V14__properties_and_series"));
    shared.execute(
        "INSERT INTO signing_key VALUES (1, decode(repeat('00', 32), 'hex'));
         INSERT INTO user (email, email_folded, created) VALUES ('a@b.de', 'a@b.de', 0), ('c@d.de', 'c@d.de', 0);
         INSERT INTO calendar_group (name, creator_id, created) VALUES ('a', 1, 0);
         INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday) VALUES
            (1, NULL, 'a', 'a', 0, 0, 0, 0), (1, NULL, 'b', 'b', 951782400, 951782400, 0, 1),
            (2, NULL, 'c', 'c', 0, 0, 0, 1), (2, 1, 'd', 'd', 0, 0, 0, 0), (2, 1, 'e', 'e', 0, 0, 0, 0);
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, rule, reach)
         VALUES (1, 'f', 'f', 0, 0, 0, 'FREQ=DAILY', 9);
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, series_id, occurrence)
         VALUES (1, 'g', 'g', 0, 0, 0, 6, 0)",
    );
    let upgraded = on(&shared.url(), &["db", "upgrade"]);
    assert!(upgraded.out.starts_with("applied V15__calendar_objects\n"), "{upgraded:?}");
    let events = "SELECT subject, change, rule, reach FROM event ORDER BY id";
    assert_eq!(
        shared.rows(events, "-"),
        [
            "a|1|-|-",
            "b|2|FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1|253402300799",
            "c|3|FREQ=YEARLY|253402300799",
            "d|4|-|-",
            "e|5|-|-",
            "f|6|FREQ=DAILY|9",
            "g|7|-|-"
        ]
    );
    // By hand as by a server of the version before, which knows neither.
    shared.execute(
        "INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
         VALUES (1, 1, 'h', 'h', 0, 0, 0), (1, NULL, 'i', 'i', 0, 0, 0);
         UPDATE event SET rule = NULL, reach = NULL WHERE birthday = 1 AND user_id = 2;
         DELETE FROM event WHERE subject = 'd'",
    );
    let numbers = "SELECT subject, change > 7 FROM event WHERE subject IN ('h', 'i') ORDER BY 1";
    assert_eq!(shared.rows(numbers, "-"), ["h|f", "i|t"], "a group counts for itself");
    assert_eq!(
        shared.rows(events, "-")[2].split_once('|').unwrap().1,
        "4|FREQ=YEARLY|253402300799"
    );
    assert_eq!(shared.rows("SELECT group_id, change, name FROM tombstone", "-"), ["1|7|4"]);
    assert!(on(&shared.url(), &["db", "check"]).out.ends_with(" is sound\n"));
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn members_of_a_group_are_changed_beside_a_server() {
    let shared = SharedDatabase::bare().unwrap();
    let url = shared.url();
    assert_eq!(on(&url, &["db", "upgrade"]).code, Some(0));
    let folder = tempfile::tempdir().unwrap();
    let server =
        Server::start(command(folder.path(), &["--database", &url, "dev-run", "--port", "0"]));
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@jungi.me"));
    let private = r#"{"group_name": "choir", "visibility": "private"}"#;
    assert_eq!(server.call("POST", "/group", &park, private).0, 200);
    assert_eq!(server.call("GET", "/group/1", &kim, "").0, 404);
    let member = |arguments: &[&str]| on(&url, &[&["group", "member"], arguments].concat());
    assert_eq!(
        member(&["put", "1", "kim@jungi.me", "owner"]),
        done("kim@jungi.me is owner of group 1 now\n")
    );
    assert_eq!(
        member(&["remove", "1", "park@jungi.me"]),
        done("removed park@jungi.me from group 1\n")
    );
    assert_eq!(member(&["list", "1"]), done("email         role\nkim@jungi.me  owner\n"));
    let last = "useremail: the group has no other owner: make somebody else an owner first";
    assert_eq!(member(&["remove", "1", "kim@jungi.me"]), failed(last));
    assert_eq!(server.call("GET", "/group/1", &park, "").0, 404);
    let (_, told) = server.call("GET", "/group/1/activity?limit=1", &kim, "");
    let expected = r#""door":"command","action":"delete","member":"park@jungi.me","group":1,"before":{"role":"owner"},"undone":false}]}"#;
    assert!(told.ends_with(expected), "{told}");
    let list = on(&url, &["group", "list", "--json"]).out;
    let rows: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(
        (&rows[0]["everyone"], &rows[0]["owners"][0]),
        (&"none".into(), &"kim@jungi.me".into())
    );
    assert!(on(&url, &["db", "check"]).out.ends_with(" is sound\n"));
}
