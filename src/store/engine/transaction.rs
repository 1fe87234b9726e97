//! The interface of a connection for the code above the store: a [`Snapshot`], which reads one
//! state of the database, and a [`Transaction`], which also changes it. The modules in `tables/`
//! add their methods.

use std::ops::Deref;

use rusqlite::Connection;

use crate::error::Result;

/// One consistent state of the database, to read.
#[derive(Debug)]
pub struct Snapshot<'c> {
    pub(in crate::store) conn: &'c Connection,
}

/// A state of the database that can also be changed. It is a [`Snapshot`] too.
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
    /// Writes a page without changing it, to find out whether the database can be written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn touch(&self) -> Result<()> {
        Ok(self.conn.pragma_update(None, "user_version", 0)?)
    }

    /// The transaction that `conn` is in.
    pub(in crate::store) fn on(conn: &'c Connection) -> Self {
        Self { snapshot: Snapshot { conn } }
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
