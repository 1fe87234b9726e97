//! The store without its threads: for a command, which does one thing and ends, beside a server or
//! without one.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::engine::file;
use super::engine::lock::Lock;
use super::maintenance::migrations;
use super::{Snapshot, Transaction};
use crate::error::Result;

/// A database that a command works on.
#[derive(Debug)]
pub struct DirectStore {
    path: PathBuf,
    conn: Connection,
    // Dropped after the connection: see its module. None where there is no file.
    _lock: Option<Lock>,
}

impl DirectStore {
    /// Opens the database at `path`, which must be there and migrated.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open(path: &Path) -> Result<Self> {
        let lock = Lock::to_write(path)?;
        if file::look(path)? != file::Found::Calendar {
            return Err(file::missing(path));
        }
        if !migrations::plan(path)?.pending.is_empty() {
            return Err(migrations::unmigrated(path));
        }
        let conn = file::open_for_writing(path)?;
        Ok(Self { path: path.to_owned(), conn, _lock: Some(lock) })
    }

    /// Opens the database at `path`; where there is none, makes it and migrates it.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open_or_make(path: &Path) -> Result<Self> {
        if file::look(path)? != file::Found::Calendar {
            file::init(path)?;
            migrations::upgrade(path)?;
        }
        Self::open(path)
    }

    /// Opens the database at `path` for [`DirectStore::rehearse`]; where there is none, makes none, but
    /// takes one that is gone when it is closed.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open_to_rehearse(path: &Path) -> Result<Self> {
        match file::look(path)? {
            file::Found::Calendar => Self::open(path),
            file::Found::Nothing | file::Found::Empty => {
                Ok(Self { path: path.to_owned(), conn: migrations::scratch()?, _lock: None })
            }
        }
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
        let read = |conn: &mut Connection| {
            let tx = conn.transaction()?;
            work(&Snapshot { conn: &tx })
        };
        read(&mut self.conn).map_err(|error| file::about(&self.path, error))
    }

    /// Runs `work` in a transaction, which is kept if it returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.in_transaction(work, |tx| tx.commit())
    }

    /// Runs `work` in a transaction of which nothing is kept.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn rehearse<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.in_transaction(work, |tx| tx.rollback())
    }

    fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
        end: impl FnOnce(rusqlite::Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<T> {
        let run = |conn: &mut Connection| {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&Transaction::on(&tx))?;
            end(tx)?;
            Ok(done)
        };
        run(&mut self.conn).map_err(|error| file::about(&self.path, error))
    }
}
