//! The store without its threads, for a command that does one thing and ends. A server may be
//! running beside it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::engine::file::{self, Found};
use super::engine::lock::Lock;
use super::engine::{Place, Snapshot, Transaction, connection, explain, init};
use super::maintenance::{migrations, upkeep};
use crate::error::Result;

/// A database that a command works on.
#[derive(Debug)]
pub struct DirectStore {
    place: Place,
    conn: Connection,
    // Dropped after the connection: see its module.
    _lock: Lock,
}

impl DirectStore {
    /// Opens the database at `path`, which must exist and be migrated.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let lock = Lock::to_write(&place)?;
        let seen = file::calendar(&place)?;
        Self::seen(place, seen, lock)
    }

    /// Opens the database at `path`; where there is none, makes it and migrates it.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open_or_make(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let lock = Lock::to_write(&place)?;
        let seen = match file::look(&place)? {
            Found::Calendar(seen) => seen,
            Found::Nothing | Found::Empty => {
                init::make(&place)?;
                migrations::migrate(&place)?;
                file::calendar(&place)?
            }
        };
        Self::seen(place, seen, lock)
    }

    /// Opens the database at `path` for [`DirectStore::rehearse`]. Where there is none, uses a
    /// temporary in-memory database instead.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it.
    pub fn open_to_rehearse(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let lock = Lock::to_write(&place)?;
        match file::look(&place)? {
            Found::Calendar(seen) => Self::seen(place, seen, lock),
            Found::Nothing | Found::Empty => {
                Ok(Self { place, conn: migrations::scratch()?, _lock: lock })
            }
        }
    }

    /// Opens the database that was `seen` at `place`.
    fn seen(place: Place, seen: Connection, lock: Lock) -> Result<Self> {
        migrations::check_migrated(&place, &seen)?;
        // Its transaction would block the switch to the write-ahead log.
        drop(seen);
        let conn = connection::open_for_writing(&place)?;
        Ok(Self { place, conn, _lock: lock })
    }

    /// The key that was made with the database, for the signing of tokens: 32 bytes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn signing_key(&self) -> Result<Vec<u8>> {
        init::signing_key(&self.conn)
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
        explain::named(&self.place, read(&mut self.conn))
    }

    /// Runs `work` in a transaction, which is kept if it returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.in_transaction(work, |tx| tx.commit())
    }

    /// Does all deferred work, such as bringing the search index up to date, in short transactions. A server
    /// does it when it is idle; meanwhile a search looks at every event that is not indexed yet.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        while explain::named(&self.place, upkeep::step(&mut self.conn))? {}
        Ok(())
    }

    /// Runs `work` in a transaction that is always rolled back.
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
        explain::named(&self.place, run(&mut self.conn))
    }
}
