//! The interface of a connection for the code above the store: a [`Snapshot`], which reads one
//! state of the database, and a [`Transaction`], which also changes it. The modules in `tables/`
//! add their methods.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;

use rusqlite::Connection;

use super::conn::Conn;
use super::sql::{Sql, params};
use crate::error::Result;
use crate::model::{Author, CalendarVersion, EntryId};

/// What a durable commit of PostgreSQL costs, without a table.
const TOUCH: Sql = Sql::both("SELECT CAST(pg_logical_emit_message(true, 'calendar', '') AS text)");

/// One consistent state of the database, to read. In PostgreSQL the first statement of a read is on its own, and
/// the others see one state that is no older.
#[derive(Debug)]
pub struct Snapshot<'c> {
    pub(in crate::store) conn: Conn<'c>,
    /// Whether it belongs to a [`Transaction`]: the rows that a decision rests on are then locked.
    pub(in crate::store) to_write: bool,
    /// The version of the calendar of the user who was read last, if it was read with them.
    pub(in crate::store) seen: Cell<Option<CalendarVersion>>,
}

/// A state of the database that can also be changed. It is a [`Snapshot`] too.
#[derive(Debug)]
pub struct Transaction<'c> {
    snapshot: Snapshot<'c>,
    /// The entry of the history that the changes leave; none while they leave none.
    pub(in crate::store) recorder: RefCell<Option<Recorder>>,
}

/// An entry of the history in the making.
#[derive(Debug)]
pub(in crate::store) struct Recorder {
    /// Who makes the changes.
    pub(in crate::store) author: Author,
    /// The entry that they undo.
    pub(in crate::store) undoes: Option<EntryId>,
    /// The entry, once something has changed.
    pub(in crate::store) entry: Option<EntryId>,
    /// By kind and id, the rows that have changed so far, and where the history has what they were.
    pub(in crate::store) rows: HashMap<(i64, i64), i64>,
}

impl<'c> Deref for Transaction<'c> {
    type Target = Snapshot<'c>;

    fn deref(&self) -> &Self::Target {
        &self.snapshot
    }
}

impl<'c> Snapshot<'c> {
    /// The state that `conn` reads.
    pub(in crate::store) fn on(conn: Conn<'c>) -> Self {
        Self { conn, to_write: false, seen: Cell::new(None) }
    }

    /// `sql`, which locks the rows of `table` if this is a transaction.
    pub(in crate::store) fn locking(&self, sql: Sql, table: &'static str) -> Sql {
        if self.to_write { sql.locking(table) } else { sql }
    }
}

impl<'c> Transaction<'c> {
    /// Writes a page without changing it, to find out whether the database can be written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn touch(&self) -> Result<()> {
        match self.conn {
            Conn::Sqlite(conn) => Ok(conn.pragma_update(None, "user_version", 0)?),
            Conn::Postgres(_) => self.conn.one(TOUCH, params![], |_| Ok(())),
        }
    }

    /// The transaction that `conn` is in.
    pub(in crate::store) fn on(conn: Conn<'c>) -> Self {
        let snapshot = Snapshot { to_write: true, ..Snapshot::on(conn) };
        Self { snapshot, recorder: RefCell::new(None) }
    }
}

/// Runs a statement without parameters and without rows, and keeps it prepared.
pub(in crate::store) fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(drop)
}

/// The text of a panic, if it has one.
pub(in crate::store) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".into())
}
