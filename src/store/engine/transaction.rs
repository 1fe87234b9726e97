//! What the rest of the house sees of a connection: a state of the database that can be asked, and
//! one that can also be changed. The tables give both their methods.

use std::ops::Deref;

use rusqlite::Connection;

use crate::error::Result;

/// One consistent state of the database, to be asked.
#[derive(Debug)]
pub struct Snapshot<'c> {
    pub(in crate::store) conn: &'c Connection,
}

/// A state of the database that can also be changed.
#[derive(Debug)]
pub struct Transaction<'c> {
    snapshot: Snapshot<'c>,
}

impl<'c> Deref for Transaction<'c> {
    type Target = Snapshot<'c>;

    fn deref(&self) -> &Self::Target {
        &self.snapshot
    }
}

impl<'c> Transaction<'c> {
    /// Writes a page as it is, to see that it can be written.
    ///
    /// # Errors
    /// If it cannot.
    pub fn touch(&self) -> Result<()> {
        Ok(self.conn.pragma_update(None, "user_version", 0)?)
    }

    /// The transaction that `conn` is in.
    pub(in crate::store) fn on(conn: &'c Connection) -> Self {
        Self { snapshot: Snapshot { conn } }
    }
}

/// Runs a statement without parameters, and keeps it prepared.
pub(in crate::store) fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(drop)
}

/// What a panic said, as far as it can be told.
pub(in crate::store) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".into())
}
