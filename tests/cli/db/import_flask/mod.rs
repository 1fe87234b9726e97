//! `db import-flask`: a database that the earlier system made comes over. The real one is in
//! `tests/data/`.

mod real;
mod refusals;
mod report;
mod rows;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::support::database;
use crate::support::server::{Ended, Server, command};

/// The schema of the earlier system.
pub(crate) const SCHEMA: &str = r#"
    CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));
    CREATE TABLE event (id INTEGER NOT NULL, email VARCHAR(64), subject VARCHAR(128), sdate DATETIME,
        edate DATETIME, created DATETIME, updated DATETIME, "group" VARCHAR, birthday VARCHAR,
        PRIMARY KEY (id));
    CREATE TABLE "group" (id INTEGER NOT NULL, name VARCHAR, created DATETIME, updated DATETIME,
        creator_email VARCHAR, PRIMARY KEY (id));
    CREATE TABLE user (id INTEGER NOT NULL, email VARCHAR(64) NOT NULL,
        selected_calendar_group VARCHAR(256), token VARCHAR(512), PRIMARY KEY (id));
    CREATE UNIQUE INDEX ix_user_email ON user (email);"#;

pub(crate) const OLD_KEY: &str = "secret_key_2017";

pub(crate) fn real() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flask-calendar.sqlite")
}

/// Runs `db import-flask` under the old key.
pub(crate) fn import(folder: &Path, old: &Path, options: &[&str]) -> Ended {
    let arguments = [&["db", "import-flask", old.to_str().unwrap()], options].concat();
    command(folder, &arguments).env("CALENDAR_SECRET_KEY", OLD_KEY).output().unwrap().into()
}

pub(crate) fn serve(folder: &Path) -> Server {
    let mut command = command(folder, &["serve", "--port", "0"]);
    command.env("CALENDAR_SECRET_KEY", OLD_KEY);
    Server::start(command)
}

/// A folder with a database of the earlier system, filled by `rows`.
pub(crate) fn made(rows: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(&format!("{SCHEMA} BEGIN; {rows}; COMMIT")).unwrap();
    (folder, path)
}

pub(crate) const EVENTS: &str = "SELECT e.id, u.email, e.subject, datetime(e.starts, 'unixepoch'),
    datetime(e.ends, 'unixepoch'), coalesce(e.group_id, '-'), e.birthday
    FROM event e JOIN user u ON u.id = e.user_id ORDER BY e.id";

/// All rows that `sql` gives, as text: the columns joined by `|`.
pub(crate) fn stored(conn: &Connection, sql: &str) -> Vec<String> {
    database::rows(conn, sql, "NULL")
}
