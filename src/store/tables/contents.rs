//! How many users, groups and events a database holds, whatever its schema version.

use rusqlite::Connection;

use crate::error::Result;
use crate::store::engine::Snapshot;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};

/// Whether the tables exist. The first migration makes all three.
const HAS_TABLES: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'event')";

/// Whether groups can be marked as deleted, to be purged later.
const MARKS_DELETED: &str =
    "SELECT EXISTS (SELECT 1 FROM pragma_table_info('calendar_group') WHERE name = 'deleted')";

/// All rows, of a schema that does not mark groups as deleted.
const COUNT_ALL: &str = r#"
SELECT (SELECT count(*) FROM "user"),
    (SELECT count(*) FROM calendar_group),
    (SELECT count(*) FROM event)"#;

/// All rows except those of deleted groups that are not purged yet.
pub(in crate::store) const COUNT: Sql = Sql::both(
    r#"
SELECT (SELECT count(*) FROM "user"),
    (SELECT count(*) FROM calendar_group WHERE deleted = 0),
    (SELECT count(*) FROM event)
        - (SELECT count(*) FROM calendar_group g JOIN event e ON e.group_id = g.id WHERE g.deleted = 1)"#,
);

/// How much a database holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many users are registered.
    pub users: u64,
    /// How many groups there are.
    pub groups: u64,
    /// How many events there are, birthdays included.
    pub events: u64,
}

impl Contents {
    /// Counts them in a SQLite database of any version. One that was never migrated holds nothing.
    pub(in crate::store) fn of(conn: &Connection) -> Result<Self> {
        if !conn.query_row(HAS_TABLES, [], |row| row.get(0))? {
            return Ok(Self::default());
        }
        let marks = conn.query_row(MARKS_DELETED, [], |row| row.get(0))?;
        let sql = if marks { COUNT } else { Sql::both(COUNT_ALL) };
        Conn::Sqlite(conn).one(sql, params![], Self::from_row)
    }

    /// Reads a row of [`COUNT`].
    pub(in crate::store) fn from_row(row: &Row<'_>) -> Result<Self> {
        let [users, groups, events]: [i64; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok(Self {
            users: users.unsigned_abs(),
            groups: groups.unsigned_abs(),
            events: events.unsigned_abs(),
        })
    }
}

impl Snapshot<'_> {
    /// How many users, groups and events there are.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn contents(&self) -> Result<Contents> {
        self.conn.one(COUNT, params![], Contents::from_row)
    }
}
