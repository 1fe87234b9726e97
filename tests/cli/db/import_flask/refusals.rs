//! What is not imported: into a database that is in use, or from a file that is not the Flask
//! system's, not closed, or locked.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use super::{SCHEMA, import, made, real};
use crate::support::files::files;
use crate::support::server::{failed, run};

#[test]
fn an_import_into_a_used_database_is_refused() {
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
    let why = "the database has had users, whose ids and tokens must not be reused: import into a new one, named with --database";
    assert_eq!(import(here, &real(), &other), failed(why));
}

#[test]
fn a_file_that_is_not_a_flask_database_is_refused_and_nothing_made() {
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
fn the_databases_of_the_two_systems_are_not_confused() {
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
fn a_database_in_wal_mode_is_read_with_its_log() {
    let row = "INSERT INTO user (id, email) VALUES (1, 'park@jungi.me')";
    let (folder, old) = made(&format!("{row}; COMMIT; PRAGMA journal_mode = WAL; BEGIN"));
    let here = folder.path();
    let before = fs::read(&old).unwrap();
    assert_eq!(import(here, &old, &["--dry-run"]).code, Some(0));
    assert_eq!(files(here), ["old.db"]);
    assert_eq!(fs::read(&old).unwrap(), before);

    // While a program has it open, with a user that is only in the log.
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

    // As a crash or a careless copy leaves it: the log without its index.
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
fn a_database_with_a_hot_journal_is_refused() {
    let (folder, old) = made("");
    let here = folder.path();
    let conn = Connection::open(&old).unwrap();
    // Without a cache, changes go to the file before they are committed.
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
fn a_locked_database_is_waited_for_and_then_refused() {
    let (folder, old) = made("INSERT INTO user (id, email) VALUES (1, 'park@jungi.me')");
    let conn = Connection::open(&old).unwrap();
    conn.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(
        import(folder.path(), Path::new("old.db"), &[]),
        failed("old.db is locked by another program: try again when that is done")
    );
}
