//! Every migration, on an empty and on a populated database of the version before it; and what is
//! done with a database whose history is not this binary's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use calendar_server::error::Error;
use calendar_server::store::{self, Migration, Store};
use refinery::{Runner, Target};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

/// What happens in a calendar at each version, the first at version 1: rows that only fit from then
/// on. Some are made and deleted again, so that their ids are used up.
const LIFE: [&str; 9] = ["
    INSERT INTO user (email, email_folded, created) VALUES
        ('Park@jungi.me', 'park@jungi.me', 1497869704), ('김@예.한국', '김@예.한국', 1497869705),
        ('gone@example.com', 'gone@example.com', 1);
    INSERT INTO calendar_group (name, creator_id, created, updated) VALUES
        ('공부방', 1, 1497869706, NULL), ('Straße', 2, 1497869707, 1497869708), ('gone', 2, 1, NULL);
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, updated, birthday)
    VALUES
        (1, NULL, '친구들과 약속', '친구들과 약속', 1497949200, 1497960000, 1497869709, NULL, 0),
        (2, 1, 'Straße', 'strasse', -62135596800, 253402300799, 1497869709, 1497869710, 0),
        (1, 2, 'moment', 'moment', 1497949200, 1497949200, 1497869709, NULL, 0),
        (1, 1, 'month', 'month', 1497949200, 1500541200, 1497869709, NULL, 0),
        (2, 2, 'years', 'years', 1497949200, 1592557200, 1497869709, NULL, 0),
        (2, NULL, '김@예.한국 생일', '김@예.한국 생일', 951782400, 951782400, 1497869711, NULL, 1),
        (1, NULL, 'gone', 'gone', 0, 0, 1, NULL, 0);
    INSERT INTO selection (user_id, group_id) VALUES (1, 1), (1, 2), (2, 1);
    INSERT INTO backup (id, finished) VALUES (1, 1497869712);
    DELETE FROM user WHERE email LIKE 'gone%';
    DELETE FROM calendar_group WHERE name = 'gone';
    DELETE FROM event WHERE subject = 'gone';
",
"
    UPDATE user SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', token_generation = 3
    WHERE id = 1;
    INSERT INTO removed_user (email_digest, token_generation) VALUES (x'00', 4);
",
"
    INSERT INTO backup (finished, failure) VALUES (1497869713, 'no room');
",
"
    UPDATE event SET updated = 1497869714 WHERE id IN (1, 2);
",
"
    UPDATE event SET subject = '가족과 약속', subject_folded = '가족과 약속' WHERE id = 1;
    DELETE FROM event WHERE subject = 'years';
",
"
    INSERT INTO calendar_group (name, creator_id, created, deleted) VALUES ('swept', 1, 1497869715, 1);
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
    VALUES (1, last_insert_rowid(), 'swept', 'swept', 1, 2, 1497869715);
",
"
    UPDATE subject_gram_progress SET followed = 1;
    UPDATE event SET subject = '회식', subject_folded = '회식' WHERE id = 1;
",
"
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
    VALUES (2, 1, 'long', 'long', 1497949200, 1600000000, 1497869716);
",
"
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, revision)
    VALUES (1, 1, 'revised', 'revised', 1497949200, 1497949200, 1497869717, -4711);
    UPDATE event SET updated = 1497869718, revision = 4711 WHERE id = 1;
",
];

/// How often processes are let loose on one database: what they do to each other is a matter of luck.
const ROUNDS: usize = 24;

/// What a newer binary leaves in the history.
const FROM_THE_FUTURE: &str =
    "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
     VALUES (4711, 'from_the_future', '2030-01-01T00:00:00Z', '1')";

struct Database {
    path: PathBuf,
    _folder: TempDir,
}

impl Database {
    /// As `db init` leaves it and the first `version` migrations after it, without any rows.
    fn at(version: i32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Self { path: folder.path().join("calendar.sqlite"), _folder: folder };
        store::init(&database.path).unwrap();
        database.migrate_to(version);
        database
    }

    /// One that has lived through the first `version` versions.
    fn populated(version: i32) -> Self {
        let database = Self::at(0);
        for (version, life) in (1..=version).zip(LIFE) {
            database.migrate_to(version);
            let conn = database.open();
            conn.pragma_update(None, "foreign_keys", true).unwrap();
            conn.execute_batch(life).unwrap();
        }
        database
    }

    /// Without the code under test.
    fn migrate_to(&self, version: i32) {
        if version > 0 {
            let runner = Runner::new(&source()).set_grouped(true);
            runner.set_target(Target::Version(version)).run(&mut self.open()).unwrap();
        }
    }

    fn open(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    fn history(&self) -> Vec<i32> {
        let sql = "SELECT version FROM refinery_schema_history ORDER BY version";
        rows(&self.open(), sql).into_iter().map(|row| integer(&row[0])).collect()
    }

    fn assert_sound(&self) {
        let conn = self.open();
        assert_eq!(rows(&conn, "PRAGMA integrity_check"), [[Value::Text("ok".into())]]);
        assert!(rows(&conn, "PRAGMA foreign_key_check").is_empty());
    }

    fn tables(&self) -> Vec<String> {
        tables(&self.open())
    }

    /// All that is in the folder, to the byte.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = fs::read_dir(self.path.parent().unwrap()).unwrap();
        let mut files: Vec<_> = folder
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[track_caller]
    fn assert_refused_untouched(&self, parts: &[&str]) {
        let before = self.files();
        let refusals = [
            Store::open(&self.path).map(drop),
            store::upgrade(&self.path).map(drop),
            store::plan(&self.path).map(drop),
        ];
        for refusal in refusals {
            let Err(Error::Setup(text)) = refusal else { panic!("not refused: {refusal:?}") };
            for part in parts {
                assert!(text.contains(part), "no {part:?} in: {text}");
            }
        }
        let output = run(&["db", "upgrade"], &self.path).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(self.files() == before, "it was refused, and changed all the same");
    }
}

/// The migrations of the source tree, oldest first.
fn source() -> Vec<refinery::Migration> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut migrations: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap();
            refinery::Migration::unapplied(name, &fs::read_to_string(&path).unwrap()).unwrap()
        })
        .collect();
    migrations.sort();
    migrations
}

fn newest() -> i32 {
    let newest = source().last().unwrap().version();
    assert_eq!(store::newest_version().unwrap(), newest, "the binary's are not the source tree's");
    newest
}

fn rows(conn: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = conn.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

fn integer(value: &Value) -> i32 {
    match value {
        Value::Integer(number) => i32::try_from(*number).unwrap(),
        other => panic!("no integer: {other:?}"),
    }
}

fn tables(conn: &Connection) -> Vec<String> {
    // Not those of the search index: it is one, and is made of the others.
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'
        AND (name NOT LIKE 'subject_gram%' OR name IN ('subject_gram_pending', 'subject_gram_progress'))
        ORDER BY name";
    let names = rows(conn, sql).into_iter().map(|row| match &row[0] {
        Value::Text(name) => name.clone(),
        other => panic!("no name: {other:?}"),
    });
    names.collect()
}

/// A query for all of a table, with its columns of now by name, whatever columns it gets later.
fn query_for(conn: &Connection, table: &str) -> String {
    let names = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns = names.column_names().collect::<Vec<_>>().join("\", \"");
    format!("SELECT \"{columns}\" FROM \"{table}\" ORDER BY 1, 2")
}

fn run(arguments: &[&str], database: &Path) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_calendar-server"))
        .args(arguments)
        .arg("--database")
        .arg(database)
        .current_dir(database.parent().unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[track_caller]
fn assert_all_succeeded(outputs: impl IntoIterator<Item = Output>) {
    for output in outputs {
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn every_table_of_every_version_has_rows_that_the_next_is_tested_with() {
    let newest = newest();
    assert!(LIFE.len() >= usize::try_from(newest).unwrap(), "write rows for {newest} into LIFE");
    for version in 1..=newest {
        let database = Database::populated(version);
        database.assert_sound();
        let conn = database.open();
        for table in tables(&conn) {
            let rows = rows(&conn, &query_for(&conn, &table));
            assert!(!rows.is_empty(), "{table} has no rows at version {version}");
        }
    }
}

#[test]
fn every_older_empty_database_is_brought_to_the_newest_version() {
    let newest = newest();
    for version in 0..newest {
        let database = Database::at(version);
        let applied = store::upgrade(&database.path).unwrap();
        let pending = source().into_iter().filter(|migration| migration.version() > version);
        let pending = pending.map(|it| Migration { version: it.version(), name: it.name().into() });
        assert_eq!(applied, pending.collect::<Vec<_>>());
        assert_eq!(database.history(), (1..=newest).collect::<Vec<_>>());
        database.assert_sound();
    }
}

#[test]
fn every_row_of_an_older_database_survives_the_upgrade() {
    for version in 0..=newest() {
        let database = Database::populated(version);
        let conn = database.open();
        let queries: Vec<_> = tables(&conn).iter().map(|table| query_for(&conn, table)).collect();
        let before: Vec<_> = queries.iter().map(|sql| rows(&conn, sql)).collect();
        drop(conn);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        for (sql, before) in queries.iter().zip(before) {
            let after = rows(&conn, sql);
            // A table that keeps count of others gets rows by the upgrade; it loses none.
            let lost = before.iter().filter(|row| !after.contains(row)).collect::<Vec<_>>();
            assert!(lost.is_empty(), "from version {version}, {sql}: {lost:?}");
            let counting = sql.contains("sqlite_sequence") || sql.contains("refinery");
            assert!(counting || after.len() == before.len(), "from version {version}, {sql}");
        }
        database.assert_sound();
    }
}

#[test]
fn an_index_that_has_followed_in_part_goes_on_from_there() {
    let database = Database::at(6);
    database
        .open()
        .execute_batch(
            "INSERT INTO user (email, email_folded, created) VALUES ('a@b', 'a@b', 0);
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9)
             INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
             SELECT 1, 'aaa', 'aaa', 0, 0, 0 FROM n;
             INSERT INTO subject_gram (rowid, grams) SELECT id, 'aaa aa a ' FROM event WHERE id <= 5;
             DELETE FROM subject_gram_pending WHERE event_id <= 5;
             UPDATE event SET subject = 'bbb', subject_folded = 'bbb' WHERE id IN (2, 7);
             DELETE FROM event WHERE id IN (3, 8);
             -- As an import does, with an id from before what the index has.
             INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created)
             VALUES (-1, 1, 'bbb', 'bbb', 0, 0, 0);",
        )
        .unwrap();
    store::upgrade(&database.path).unwrap();
    let conn = database.open();
    let ids = |sql: &str| rows(&conn, sql).iter().map(|row| integer(&row[0])).collect::<Vec<_>>();
    assert_eq!(ids("SELECT followed FROM subject_gram_progress"), [9]);
    assert_eq!(ids("SELECT event_id FROM subject_gram_pending ORDER BY 1"), [-1, 2, 3, 6, 7, 9]);

    let (store, _) = Store::open(&database.path).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while ids("SELECT count(*) FROM subject_gram_pending") != [0] {
        assert!(Instant::now() < deadline, "the writer does not get round to it");
        std::thread::yield_now();
    }
    drop(store);
    let holding = |word| ids(&format!("SELECT rowid FROM subject_gram('{word}') ORDER BY rowid"));
    assert_eq!(holding("aaa"), [1, 4, 5, 6, 9]);
    assert_eq!(holding("bbb"), [-1, 2, 7]);
}

#[test]
fn of_which_lengths_a_group_has_events_is_known_after_an_upgrade() {
    for version in 1..=newest() {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        let known =
            rows(&conn, "SELECT group_id, length_class FROM group_length_class ORDER BY 1, 2");
        let there = "SELECT DISTINCT group_id, length_class FROM event WHERE group_id IS NOT NULL
            ORDER BY 1, 2";
        assert_eq!(known, rows(&conn, there), "from version {version}");
    }
}

#[test]
fn every_older_database_gets_the_schema_that_a_new_one_gets() {
    let schema = |database: &Database| {
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
        rows(&database.open(), sql)
    };
    let fresh = Database::at(0);
    store::upgrade(&fresh.path).unwrap();
    for version in 0..=newest() {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        assert_eq!(schema(&database), schema(&fresh), "from version {version}");
    }
}

#[test]
fn an_upgrade_of_the_newest_version_applies_nothing_and_writes_nothing() {
    let database = Database::populated(newest());
    let before = database.files();
    assert_eq!(store::upgrade(&database.path).unwrap(), []);
    assert!(database.files() == before);
    let (store, opened) = Store::open(&database.path).unwrap();
    assert!(!opened.made && opened.applied.is_empty(), "{opened:?}");
    drop(store);
    assert_eq!(database.history(), (1..=newest()).collect::<Vec<_>>());
}

#[test]
fn a_migration_that_fails_leaves_nothing_of_itself_and_can_be_tried_again() {
    let database = Database::at(0);
    // In the way of the last statement of V1.
    database.open().execute_batch("CREATE TABLE backup (in_the_way)").unwrap();
    let error = store::upgrade(&database.path).unwrap_err();
    let Error::Setup(text) = &error else { panic!("{error:?}") };
    assert!(text.contains("V1__users_groups_events"), "{text}");
    for made in ["user", "calendar_group", "event", "selection"] {
        assert!(!database.tables().contains(&made.to_owned()), "{made} was left");
    }
    assert!(
        !database.tables().contains(&"refinery_schema_history".into())
            || database.history().is_empty()
    );
    database.assert_sound();
    database.open().execute_batch("DROP TABLE backup").unwrap();
    assert_eq!(store::upgrade(&database.path).unwrap().len(), source().len());
    database.assert_sound();
}

#[test]
fn the_tables_are_committed_together_with_their_row_of_the_history() {
    let database = Database::at(0);
    let refuse = "CREATE TABLE refinery_schema_history
            (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255));
        CREATE TRIGGER no_rows BEFORE INSERT ON refinery_schema_history
            BEGIN SELECT RAISE (ABORT, 'no rows here'); END";
    database.open().execute_batch(refuse).unwrap();
    let refused = store::upgrade(&database.path);
    assert!(matches!(refused, Err(Error::Setup(_))), "{refused:?}");
    assert_eq!(database.tables(), ["refinery_schema_history", "signing_key"]);
    database.open().execute_batch("DROP TRIGGER no_rows").unwrap();
    store::upgrade(&database.path).unwrap();
    assert_eq!(database.history(), (1..=newest()).collect::<Vec<_>>());
    assert!(database.tables().contains(&"event".to_owned()));
}

#[test]
fn a_database_that_is_newer_than_the_binary_is_refused_untouched() {
    let database = Database::populated(newest());
    database.open().execute_batch(FROM_THE_FUTURE).unwrap();
    let known = format!(" {}", newest());
    database.assert_refused_untouched(&["version 4711", &known, "newer"]);
}

#[test]
fn a_newer_database_whose_program_was_killed_is_refused_untouched() {
    let database = Database::populated(newest());
    let conn = database.open();
    conn.execute_batch(FROM_THE_FUTURE).unwrap();
    // What is in the folder while a program has the database open is what a kill would leave.
    let left = Database::at(0);
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(name(&database.path), name(&left.path)).unwrap();
    }
    let wal = format!("{}-wal", left.path.display());
    let before = (fs::read(&left.path).unwrap(), fs::read(&wal).unwrap());
    assert!(!before.1.is_empty(), "the row of the history is not in the log alone");
    let Err(Error::Setup(text)) = Store::open(&left.path).map(drop) else { panic!("not refused") };
    assert!(text.contains("version 4711"), "{text}");
    assert!((fs::read(&left.path).unwrap(), fs::read(&wal).unwrap()) == before);
}

#[test]
fn a_database_that_another_migration_of_the_same_number_made_is_refused_untouched() {
    let changes = [
        "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1",
        "UPDATE refinery_schema_history SET name = 'something_else' WHERE version = 1",
    ];
    for change in changes {
        let database = Database::populated(newest());
        assert_eq!(database.open().execute(change, []).unwrap(), 1);
        database.assert_refused_untouched(&["V1", "calendar.sqlite"]);
    }
}

#[test]
fn eight_processes_upgrade_one_database_at_once() {
    for _ in 0..ROUNDS {
        let database = Database::at(0);
        let all: Vec<_> = (0..8).map(|_| run(&["db", "upgrade"], &database.path)).collect();
        assert_all_succeeded(all.into_iter().map(|one| one.wait_with_output().unwrap()));
        assert_eq!(database.history(), (1..=newest()).collect::<Vec<_>>());
        database.assert_sound();
    }
}

#[test]
fn eight_processes_make_one_database_at_once_with_one_key() {
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.sqlite");
        let all: Vec<_> = (0..8).map(|_| run(&["db", "init"], &path)).collect();
        let outputs: Vec<_> = all.into_iter().map(|one| one.wait_with_output().unwrap()).collect();
        let made = outputs.iter().filter(|output| output.stdout.starts_with(b"made ")).count();
        assert_all_succeeded(outputs);
        assert_eq!(made, 1, "each of them says that it made the database");
        let keys = rows(&Connection::open(&path).unwrap(), "SELECT length(key) FROM signing_key");
        assert_eq!(keys, [[Value::Integer(32)]]);
    }
}

#[test]
fn there_is_nothing_to_upgrade_where_no_database_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.sqlite");
    let error = store::upgrade(&path).unwrap_err();
    assert!(matches!(&error, Error::Setup(text) if text.contains("db init")), "{error:?}");
    assert!(!path.exists());
}
