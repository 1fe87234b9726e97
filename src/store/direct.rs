//! The store without its threads: for a command, which does one thing and ends, beside a server or
//! without one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Snapshot, Transaction, file, schema};
use crate::error::Result;

/// A database that a command works on.
#[derive(Debug)]
pub struct Direct {
    conn: Connection,
}

impl Direct {
    /// Opens the database at `path`, which must be there and migrated.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open(path: &Path) -> Result<Self> {
        if file::look(path)? != file::Found::Calendar {
            return Err(file::missing(path));
        }
        if !schema::plan(path)?.pending.is_empty() {
            return Err(schema::unmigrated(path));
        }
        Ok(Self { conn: file::open_for_writing(path)? })
    }

    /// The key that was made with the database, for the signing of tokens.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn signing_key(&self) -> Result<Vec<u8>> {
        file::signing_key(&self.conn)
    }

    /// Runs `work` over one consistent state of the database.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read<T>(&mut self, work: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let tx = self.conn.transaction()?;
        work(&Snapshot { conn: &tx })
    }

    /// Runs `work` in a transaction, which is kept if it returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&Transaction::on(&tx))?;
        tx.commit()?;
        Ok(done)
    }
}
