//! `db import-flask`: a database that the earlier system made (`tests/data/`) comes over, and what is
//! none is refused. What becomes of single rows is in `import_rows.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::setup::failed;
use crate::spawned::{Ended, Server, command, files, run};

/// What the earlier system's migrations made.
const SCHEMA: &str = r#"
    CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));
    CREATE TABLE event (id INTEGER NOT NULL, email VARCHAR(64), subject VARCHAR(128), sdate DATETIME,
        edate DATETIME, created DATETIME, updated DATETIME, "group" VARCHAR, birthday VARCHAR,
        PRIMARY KEY (id));
    CREATE TABLE "group" (id INTEGER NOT NULL, name VARCHAR, created DATETIME, updated DATETIME,
        creator_email VARCHAR, PRIMARY KEY (id));
    CREATE TABLE user (id INTEGER NOT NULL, email VARCHAR(64) NOT NULL,
        selected_calendar_group VARCHAR(256), token VARCHAR(512), PRIMARY KEY (id));
    CREATE UNIQUE INDEX ix_user_email ON user (email);"#;

/// The token that the reference prints, of park@jungi.me under [`OLD_KEY`].
const PARK: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJKVU5HSVBBUksiLCJ1c2VyZW1haWwiOiJwYXJrQGp1bmdpLm1lIiwiYXVkIjoiQ0FMRU5EQVJfQVBJIn0.8gpD2Wd-p26UuPVLHP9bLD9gbXo_nbP19rzO8N0N0zo";
const OLD_KEY: &str = "secret_key_2017";

fn real() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flask-calendar.sqlite")
}

/// Runs `db import-flask` under the old key.
pub fn import(folder: &Path, old: &Path, options: &[&str]) -> Ended {
    let arguments = [&["db", "import-flask", old.to_str().unwrap()], options].concat();
    command(folder, &arguments).env("CALENDAR_SECRET_KEY", OLD_KEY).output().unwrap().into()
}

fn serve(folder: &Path) -> Server {
    let mut command = command(folder, &["serve", "--port", "0"]);
    command.env("CALENDAR_SECRET_KEY", OLD_KEY);
    Server::start(command)
}

/// A folder with a database of the earlier system, filled by `rows`.
pub fn made(rows: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(&format!("{SCHEMA} BEGIN; {rows}; COMMIT")).unwrap();
    (folder, path)
}

/// What a query gives, a row a line and its columns apart by `|`.
pub fn stored(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let cell = |column| -> rusqlite::Result<String> {
            Ok(match row.get::<_, rusqlite::types::Value>(column)? {
                rusqlite::types::Value::Null => "NULL".into(),
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => panic!("{other:?}"),
            })
        };
        Ok((0..columns).map(cell).collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    };
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

pub const EVENTS: &str = "SELECT e.id, u.email, e.subject, datetime(e.starts, 'unixepoch'),
    datetime(e.ends, 'unixepoch'), coalesce(e.group_id, '-'), e.birthday
    FROM event e JOIN user u ON u.id = e.user_id ORDER BY e.id";

const TOTALS: &str = "table  read  imported  merged  made
user   9     8         1       0
group  14    14        0       0
event  127   127       0       0
";

#[test]
fn a_real_database_comes_over_on_a_fresh_machine_and_each_odd_row_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let ended = import(folder.path(), &real(), &[]);
    let long = "길다 ".repeat(24);
    let rows = [
        ["user", "1", r#"selected_calendar_group "1,2,5""#, r#""1,2": no other group is there"#],
        ["user", "7", r#"email "PARK@jungi.me""#, r#"merged into user 1, "park@jungi.me""#],
        [
            "user",
            "8",
            r#"email "nobody""#,
            "kept, though no email address, so that its tokens stay valid",
        ],
        [
            "user",
            "9",
            r#"email "two words@example.com""#,
            "kept, though no email address, so that its tokens stay valid",
        ],
        [
            "event",
            "125",
            r#"sdate "2020-05-05 12:00:00.000000", edate "2020-05-04 12:00:00.000000""#,
            "swapped: 2020-05-04 12:00:00 to 2020-05-05 12:00:00",
        ],
        ["event", "126", r#"subject """#, r#""(제목 없음)""#],
        [
            "event",
            "127",
            &format!("subject \"{}…", &long[..long.len() - 4]),
            "cut to 128 characters",
        ],
        ["event", "128", r#"email "PARK@jungi.me""#, r#"of user 1, "park@jungi.me""#],
    ];
    let mut expected = format!("table  id   {:<80}  became\n", "was");
    for [table, id, was, became] in rows {
        expected += &format!("{table:<5}  {id:<3}  {was:<80}  {became}\n");
    }
    expected += &format!("\n{TOTALS}imported into calendar.sqlite\n");
    assert_eq!(ended, Ended { code: Some(0), out: expected, err: String::new() });
    let status = run(folder.path(), &["db", "status", "--json"]).out;
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!([&status["users"], &status["groups"], &status["events"]], [8, 14, 127]);
}

#[test]
fn json_has_all_of_what_a_row_was() {
    let folder = tempfile::tempdir().unwrap();
    let report: Value =
        serde_json::from_str(&import(folder.path(), &real(), &["--json"]).out).unwrap();
    assert_eq!(
        report["totals"],
        json!({
            "user": {"read": 9, "imported": 8, "merged": 1, "made": 0},
            "group": {"read": 14, "imported": 14, "merged": 0, "made": 0},
            "event": {"read": 127, "imported": 127, "merged": 0, "made": 0},
        })
    );
    assert_eq!(report["dry_run"], false);
    assert_eq!(
        report["rows"][6],
        json!({"table": "event", "id": 127, "was": format!("subject {:?}", "길다 ".repeat(60)), "became": "cut to 128 characters"})
    );
    assert_eq!(report["rows"].as_array().unwrap().len(), 8);
}

#[test]
fn every_event_of_a_real_database_has_its_id_its_digits_and_its_owner() {
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
    let made = r#"substr(datetime(created, 'unixepoch'), 1, 19)"#;
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
fn old_tokens_open_the_calendars_under_the_old_key() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let server = serve(folder.path());
    let (status, month) = server.call("GET", "/calendar/month?year_month=2020-05", PARK, "");
    assert_eq!(status, 200);
    let month: Value = serde_json::from_str(&month).unwrap();
    let shown: Vec<_> = month["data"].as_array().unwrap().iter().map(|e| &e["id"]).collect();
    assert_eq!(shown, [125, 126, 127, 128]);
    assert_eq!(
        month["data"][0],
        json!({"id": 125, "email": "park@jungi.me", "useremail": "park@jungi.me", "subject": "ends before it starts", "group": null, "sdate": "Mon, 04 May 2020 12:00:00 GMT", "edate": "Tue, 05 May 2020 12:00:00 GMT", "created": "Mon, 23 Nov 2026 12:53:49 GMT", "updated": null, "birthday": null})
    );
    let (_, birthday) = server.call("GET", "/calendar/date?date=2020-12-24", PARK, "");
    assert!(birthday.contains(r#""id":121,"#), "{birthday}");
    let (_, selected) = server.call("GET", "/user/calendar/group", PARK, "");
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
fn the_next_ids_are_higher_than_any_old_one() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let server = serve(folder.path());
    let event = r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;
    let (head, _) = server.exchange("POST", "/calendar/event", PARK, event);
    assert!(head.contains("/api/v1/calendar/event/131\r\n"), "{head}");
    let (head, _) = server.exchange("POST", "/group/", PARK, r#"{"group_name":"회식"}"#);
    assert!(head.contains("/api/v1/group/16\r\n"), "{head}");
    server.register("kim@jungi.me");
    let listed = run(folder.path(), &["user", "list"]).out;
    assert!(listed.lines().last().unwrap().starts_with("10  kim@jungi.me"), "{listed}");
}

#[test]
fn the_users_with_addresses_that_are_none_can_be_looked_after() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    assert_eq!(
        run(folder.path(), &["user", "revoke", "nobody"]).out,
        "ended all tokens of nobody\n"
    );
    let ended = run(folder.path(), &["user", "remove", "two words@example.com", "--yes"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "removed two words@example.com\n"));
}

#[test]
fn what_came_over_obeys_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), &real(), &[]).code, Some(0));
    let checked = run(folder.path(), &["db", "check", "--json"]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), "[]\n"));
}

#[test]
fn the_old_file_is_left_as_it_is_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.db");
    fs::copy(real(), &old).unwrap();
    for options in [&["--dry-run"][..], &[]] {
        assert_eq!(import(folder.path(), &old, options).code, Some(0));
        assert_eq!(fs::read(&old).unwrap(), fs::read(real()).unwrap());
    }
    assert_eq!(files(folder.path()), ["calendar.sqlite", "old.db"]);
}

#[test]
fn a_dry_run_says_the_same_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dry = import(folder.path(), &real(), &["--dry-run"]);
    assert_eq!(files(folder.path()), [""; 0], "it makes no database");
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    assert_eq!(run(folder.path(), &["db", "upgrade"]).code, Some(0));
    let before = fs::read(folder.path().join("calendar.sqlite")).unwrap();
    assert_eq!(import(folder.path(), &real(), &["--dry-run"]), dry, "nor does it need one");
    assert_eq!(fs::read(folder.path().join("calendar.sqlite")).unwrap(), before);
    assert_eq!(files(folder.path()), ["calendar.sqlite"]);
    let json = import(folder.path(), &real(), &["--dry-run", "--json"]).out;
    let mut dry_json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(dry_json["dry_run"].take(), true);
    let elsewhere = tempfile::tempdir().unwrap();
    let json = import(elsewhere.path(), &real(), &["--json"]).out;
    let mut done_json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(done_json["dry_run"].take(), false);
    assert_eq!(dry_json, done_json, "the same totals and rows");

    let done = import(folder.path(), &real(), &[]);
    let ends = |ended: &Ended| ended.out.lines().last().unwrap().to_owned();
    assert_eq!(ends(&dry), "a dry run: nothing was written to calendar.sqlite");
    assert_eq!(done.out.replace(&ends(&done), ""), dry.out.replace(&ends(&dry), ""));
    assert_eq!(done.code, Some(0));
}

#[test]
fn without_the_old_key_it_is_said_that_tokens_need_it() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["db", "import-flask", real().to_str().unwrap()]);
    assert_eq!(ended.code, Some(0));
    assert_eq!(
        ended.err,
        "the old tokens are valid only under the old key: set secret_key or secret_key_file to it\n"
    );
}

#[test]
fn a_database_that_has_users_or_had_some_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(import(here, &real(), &[]).code, Some(0));
    let before = fs::read(here.join("calendar.sqlite")).unwrap();
    let why = "the database has users: import into a new one, named with --database";
    for options in [&[][..], &["--dry-run"]] {
        assert_eq!(import(here, &real(), options), failed(why));
    }
    assert_eq!(fs::read(here.join("calendar.sqlite")).unwrap(), before);

    let other = ["--database", "other.sqlite"];
    for step in ["init", "upgrade"] {
        assert_eq!(run(here, &[&["db", step][..], &other].concat()).code, Some(0));
    }
    assert_eq!(run(here, &[&["user", "add", "a@b"][..], &other].concat()).code, Some(0));
    assert_eq!(
        run(here, &[&["user", "remove", "a@b", "--yes"][..], &other].concat()).code,
        Some(0)
    );
    let why = "the database has had users, whose ids and tokens are not to be used again: import into a new one, named with --database";
    assert_eq!(import(here, &real(), &other), failed(why));
}

#[test]
fn what_is_no_database_of_the_flask_system_is_refused_and_no_database_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("text"), "Dear diary, today I made a calendar. ".repeat(100)).unwrap();
    fs::write(here.join("empty"), "").unwrap();
    let database = |name: &str, sql: &str| {
        Connection::open(here.join(name)).unwrap().execute_batch(sql).unwrap();
    };
    database("cookies", "CREATE TABLE cookies (id)");
    database("younger", &SCHEMA.replace(" birthday VARCHAR,", ""));
    database("keyless", &SCHEMA.replace("PRIMARY KEY (id)", "CHECK (id > 0)"));
    for (name, why) in [
        ("none", "there is no file none: name the SQLite file of the Flask system"),
        (".", ". is not a file: name the SQLite file of the Flask system"),
        ("text", "text is not a database: name the SQLite file of the Flask system"),
        ("empty", "empty is not a database of the Flask system: its table user is missing"),
        ("cookies", "cookies is not a database of the Flask system: its table user is missing"),
        (
            "younger",
            "younger is not a database of the Flask system: the column birthday of its table event is missing",
        ),
        (
            "keyless",
            "keyless is not a database of the Flask system: the integer key id of its table user is missing",
        ),
    ] {
        let before = fs::read(here.join(name)).ok();
        assert_eq!(import(here, Path::new(name), &[]), failed(why));
        assert_eq!(fs::read(here.join(name)).ok(), before);
    }
    assert_eq!(files(here), ["cookies", "empty", "keyless", "text", "younger"]);
}

#[test]
fn a_database_of_ours_is_not_one_of_the_flask_systems_nor_the_other_way_round() {
    let (folder, old) = made("");
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    assert_eq!(run(folder.path(), &["db", "upgrade"]).code, Some(0));
    assert_eq!(
        import(folder.path(), Path::new("calendar.sqlite"), &[]),
        failed(
            "calendar.sqlite is not a database of the Flask system: the column selected_calendar_group of its table user is missing"
        )
    );
    let before = fs::read(&old).unwrap();
    assert_eq!(
        import(folder.path(), &old, &["--database", "old.db"]),
        failed("old.db is the database of another program: name another file with --database")
    );
    assert_eq!(fs::read(&old).unwrap(), before);
}

#[test]
fn a_database_in_wal_mode_is_read_with_its_log_and_nothing_is_left_beside_it() {
    let row = "INSERT INTO user (id, email) VALUES (1, 'park@jungi.me')";
    let (folder, old) = made(&format!("{row}; COMMIT; PRAGMA journal_mode = WAL; BEGIN"));
    let here = folder.path();
    let before = fs::read(&old).unwrap();
    assert_eq!(import(here, &old, &["--dry-run"]).code, Some(0));
    assert_eq!(files(here), ["old.db"]);
    assert_eq!(fs::read(&old).unwrap(), before);

    // A program that has it open, with a user that is in the log alone.
    let conn = Connection::open(&old).unwrap();
    conn.execute_batch("INSERT INTO user (id, email) VALUES (2, 'kim@jungi.me')").unwrap();
    let log = fs::read(here.join("old.db-wal")).unwrap();
    let report = import(here, &old, &["--dry-run", "--json"]).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["totals"]["user"]["read"], 2);
    assert_eq!(
        (fs::read(&old).unwrap(), fs::read(here.join("old.db-wal")).unwrap()),
        (before, log)
    );

    // What a crash and a careless copy leave: the log without its index.
    let copy = here.join("copy.db");
    fs::copy(&old, &copy).unwrap();
    fs::copy(here.join("old.db-wal"), here.join("copy.db-wal")).unwrap();
    let was = files(here);
    assert_eq!(
        import(here, Path::new("copy.db"), &[]),
        failed(
            "copy.db was not closed by the program that wrote to it: import a copy, made by sqlite3 copy.db \"VACUUM INTO 'copy.sqlite'\""
        )
    );
    assert_eq!(files(here), was);
}

#[test]
fn a_database_with_half_a_change_is_refused_since_undoing_it_would_be_one() {
    let (folder, old) = made("");
    let here = folder.path();
    let conn = Connection::open(&old).unwrap();
    // With no room to keep changes in, they go to the file before they are committed.
    conn.execute_batch("PRAGMA cache_size = 1; BEGIN").unwrap();
    for _ in 0..100 {
        conn.execute("INSERT INTO user (email) VALUES (hex(randomblob(1000)))", []).unwrap();
    }
    fs::copy(&old, here.join("copy.db")).unwrap();
    fs::copy(here.join("old.db-journal"), here.join("copy.db-journal")).unwrap();
    let before = fs::read(here.join("copy.db")).unwrap();
    assert_eq!(
        import(here, Path::new("copy.db"), &[]),
        failed(
            "copy.db was not closed by the program that wrote to it: import a copy, made by sqlite3 copy.db \"VACUUM INTO 'copy.sqlite'\""
        )
    );
    assert_eq!(fs::read(here.join("copy.db")).unwrap(), before);
    assert!(here.join("copy.db-journal").exists());
}

#[test]
fn a_database_that_is_being_written_to_is_waited_for_and_then_said_to_be_locked() {
    let (folder, old) = made("INSERT INTO user (id, email) VALUES (1, 'park@jungi.me')");
    let conn = Connection::open(&old).unwrap();
    conn.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(
        import(folder.path(), Path::new("old.db"), &[]),
        failed("old.db is locked by another program: try again when that is done")
    );
}
