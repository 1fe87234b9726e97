//! Every migration, on an empty and on a populated database of the version before it.

mod concurrent;
mod refusals;
mod upgrade;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use calendar_server::error::Error;
use calendar_server::store::{self, Store};
use refinery::{Runner, Target};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use crate::support::server::command;

/// The rows that a calendar gets at each version, the first at version 1: they fit only from then on.
/// Some are deleted again, so that their ids are used up.
pub(crate) const ROWS_BY_VERSION: [&str; 21] = ["
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
"
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
    VALUES (2, 2, 'counted', 'counted', 1497949200, 1497949200, 1497869719);
",
"
    INSERT INTO idempotency_key (user_id, kind, key, made_id, used)
    VALUES (1, 'event', '열쇠', 1, 1497869720), (2, 'group', 'key', 1, 1497869720);
",
"
    UPDATE user SET email = 'info@straße.example', email_folded = 'info@straße.example' WHERE id = 2;
",
"
    INSERT INTO user_settings (user_id, clock, view, default_group) VALUES (1, 24, 'week', 1), (2, NULL, 'era', NULL);
",
r#"
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, private, properties,
        properties_folded, rule, last_start, exceptions, reach)
    VALUES (1, 1, 'swimming', 'swimming', 1497949200, 1497952800, 1497869720, 1, '{"location":"Pool"}', 'pool',
        'FREQ=WEEKLY;COUNT=9', 1502787600, '[1498554000]', 1502877600);
    INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, series_id, occurrence)
    SELECT 1, 1, 'diving', 'diving', 1498557600, 1498561200, 1497869721, id, 1498554000
    FROM event WHERE subject = 'swimming';
"#,
"
    INSERT INTO import (id, user_id, touched) VALUES (7, 1, 1497869722);
    INSERT INTO calendar_object (user_id, import_id, change, component, uid, ics)
    VALUES (1, 7, 0, 'VEVENT', 'uid', 'BEGIN:VCALENDAR'), (2, NULL, 0, 'VEVENT', 'uid', 'BEGIN:VCALENDAR');
    INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, object_id, import_id)
    VALUES (1, 'imported', 'imported', 1497949200, 1497949200, 1497869722, 1, 7),
        (2, 'from elsewhere', 'from elsewhere', 1497949200, 1497949200, 1497869722, 2, NULL);
    INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
    VALUES (1, 'lost', 'lost', 0, 0, 1);
    DELETE FROM event WHERE subject = 'lost';
",
"
    INSERT INTO feed (user_id, group_id, busy_only, name, digest, created, used)
    VALUES (1, NULL, 0, '홈페이지', zeroblob(32), 1497869723, NULL),
        (2, 1, 1, 'busy', randomblob(32), 1497869723, 1497869724);
    INSERT INTO subscription (group_id, url, etag, due)
    VALUES (1, 'https://holidays.example/kr.ics', 'W/\"1\"', 1497869725);
",
"
    UPDATE calendar_group SET everyone = 0, color = '#1a73e8', description = 'Who learns with us', narrowed = 1
    WHERE id = 1;
    INSERT INTO member (group_id, user_id, role, created) VALUES (1, 2, 3, 1497869726);
",
"
    INSERT INTO app_password (user_id, name, scope, digest, created, used, used_from)
    VALUES (1, '휴대폰', 1, zeroblob(32), 1497869727, NULL, NULL),
        (2, 'laptop', 2, randomblob(32), 1497869727, 1497869728, '192.0.2.1');
",
r#"
    INSERT INTO history (at, email, door, user_id, kind, row_id, subject, image, state)
    VALUES (1497869727, 'park@jungi.me', 1, 1, 1, 1, '회식', '{"user_id":1}', 4711);
    INSERT INTO history (entry_id, kind, row_id, state) VALUES (last_insert_rowid(), 1, 2, -4711);
"#,
"
    INSERT INTO invitation (group_id, inviter_id, role, digest, created, expires)
    VALUES (1, 1, 2, zeroblob(32), 1497869727, 1498474527), (1, 1, 1, randomblob(32), 1497869727, 1498474527);
    DELETE FROM invitation WHERE id = 2;
    INSERT INTO calendar_look (user_id, group_id, color, position) VALUES (1, NULL, '#1a73e8', NULL), (1, 1, NULL, 1);
",
"
    INSERT INTO resource_name (object_id, user_id, group_id, name) VALUES (1, 1, NULL, '회의.ics'), (4711, NULL, 1, 'a.ics');
    INSERT INTO calendar_property (user_id, group_id, name, value)
    VALUES (1, NULL, '{DAV:}displayname', '<displayname xmlns=\"DAV:\">Mine</displayname>'), (2, 1, 'segment', 'work');
",
];

pub(crate) struct Database {
    pub(crate) path: PathBuf,
    _folder: TempDir,
}

impl Database {
    /// One without rows, after `db init` and the first `version` migrations.
    pub(crate) fn at(version: i32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Self { path: folder.path().join("calendar.sqlite"), _folder: folder };
        store::init(&database.path).unwrap();
        database.migrate_to(version);
        database
    }

    /// One with the rows of the first `version` versions.
    pub(crate) fn populated(version: i32) -> Self {
        let database = Self::at(0);
        for (version, rows) in (1..=version).zip(ROWS_BY_VERSION) {
            database.migrate_to(version);
            let conn = database.open();
            conn.pragma_update(None, "foreign_keys", true).unwrap();
            conn.execute_batch(rows).unwrap();
        }
        database
    }

    /// Migrates by refinery alone, without the code under test.
    pub(crate) fn migrate_to(&self, version: i32) {
        if version > 0 {
            let runner = Runner::new(&source()).set_grouped(true);
            let mut conn = self.open();
            store::add_functions(&conn).unwrap();
            runner.set_target(Target::Version(version)).run(&mut conn).unwrap();
        }
    }

    pub(crate) fn open(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    pub(crate) fn history(&self) -> Vec<i32> {
        let sql = "SELECT version FROM refinery_schema_history ORDER BY version";
        rows(&self.open(), sql).into_iter().map(|row| integer(&row[0])).collect()
    }

    pub(crate) fn assert_sound(&self) {
        let conn = self.open();
        assert_eq!(rows(&conn, "PRAGMA integrity_check"), [[Value::Text("ok".into())]]);
        assert!(rows(&conn, "PRAGMA foreign_key_check").is_empty());
    }

    pub(crate) fn tables(&self) -> Vec<String> {
        tables(&self.open())
    }

    /// Every file in the folder with its bytes.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = fs::read_dir(self.path.parent().unwrap()).unwrap();
        let mut files: Vec<_> = folder
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[track_caller]
    pub(crate) fn assert_refused_untouched(&self, parts: &[&str]) {
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
        let output = spawn(&["db", "upgrade"], &self.path).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(self.files() == before, "it was refused, and changed all the same");
    }
}

/// The migrations of the source tree, oldest first.
pub(crate) fn source() -> Vec<refinery::Migration> {
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

pub(crate) fn newest() -> i32 {
    let newest = source().last().unwrap().version();
    assert_eq!(store::newest_version().unwrap(), newest, "the binary's are not the source tree's");
    newest
}

pub(crate) fn rows(conn: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = conn.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

pub(crate) fn integer(value: &Value) -> i32 {
    match value {
        Value::Integer(number) => i32::try_from(*number).unwrap(),
        other => panic!("no integer: {other:?}"),
    }
}

pub(crate) fn tables(conn: &Connection) -> Vec<String> {
    // Without the tables of the search index itself, which is made from the others.
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'
        AND (name NOT LIKE 'subject_gram%' OR name IN ('subject_gram_pending', 'subject_gram_progress'))
        ORDER BY name";
    let names = rows(conn, sql).into_iter().map(|row| match &row[0] {
        Value::Text(name) => name.clone(),
        other => panic!("no name: {other:?}"),
    });
    names.collect()
}

/// A query for all rows of a table, with the columns that it has now, whatever it gets later.
pub(crate) fn query_for(conn: &Connection, table: &str) -> String {
    let names = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns: Vec<_> = names.column_names().filter(|name| !grows(table, name)).collect();
    let columns = columns.join("\", \"");
    // A birthday becomes a series.
    let rows = if table == "event" { "WHERE birthday = 0" } else { "" };
    format!("SELECT \"{columns}\" FROM \"{table}\" {rows} ORDER BY 1, 2")
}

/// Whether an upgrade raises the numbers of a column: each calendar's, when its events are numbered.
fn grows(table: &str, column: &str) -> bool {
    matches!((table, column), ("user", "calendar_version") | ("calendar_group", "version"))
}

pub(crate) fn spawn(arguments: &[&str], database: &Path) -> Child {
    command(database.parent().unwrap(), arguments)
        .arg("--database")
        .arg(database)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
