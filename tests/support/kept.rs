//! Where the calendar of a test is kept: in a file, or in a PostgreSQL where the tests run on one.

use std::path::{Path, PathBuf};

use calendar_server::model::Database;
use rusqlite::Connection;
use tempfile::TempDir;

use super::database;
use super::postgres::SharedDatabase;
use super::wait::wait_for;

pub(crate) enum Kept {
    File(PathBuf, TempDir),
    Shared(SharedDatabase),
}

impl Kept {
    pub(crate) fn new() -> Self {
        SharedDatabase::new().map_or_else(Self::in_file, Self::Shared)
    }

    pub(crate) fn in_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::File(folder.path().join("calendar.sqlite"), folder)
    }

    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// The path of the file.
    pub(crate) fn file(&self) -> &Path {
        match self {
            Self::File(path, _) => path,
            Self::Shared(_) => panic!("it is not in a file"),
        }
    }

    pub(crate) fn database(&self) -> Database {
        match self {
            Self::File(path, _) => Database::from(path),
            Self::Shared(shared) => shared.database(),
        }
    }

    /// What `--database` is given.
    pub(crate) fn argument(&self) -> String {
        match self {
            Self::File(path, _) => path.to_str().unwrap().to_owned(),
            Self::Shared(shared) => shared.url(),
        }
    }

    /// Runs statements on the database, beside its server.
    pub(crate) fn execute(&self, sql: &str) {
        match self {
            Self::File(path, _) => Connection::open(path).unwrap().execute_batch(sql).unwrap(),
            Self::Shared(shared) => shared.execute(sql),
        }
    }

    /// All rows that `sql` gives, as text, the columns joined by `|`, NULL as `-`.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        match self {
            Self::File(path, _) => database::rows(&Connection::open(path).unwrap(), sql, "-"),
            Self::Shared(shared) => shared.rows(sql, "-"),
        }
    }

    /// Waits until what PostgreSQL defers is done: the rest of deleted groups, the counts of their events.
    pub(crate) fn settle(&self) {
        let left = "SELECT (SELECT count(*) FROM calendar_group WHERE deleted = 1)
            + (SELECT count(*) FROM event_count_change)";
        if self.is_shared() {
            wait_for("the deferred work", || (self.rows(left) == ["0"]).then_some(()));
        }
    }
}
