//! The store: one SQLite file, and the only place that knows SQL.
//!
//! Above it nobody sees a connection. [`Store::read`] and [`Store::write`] take a closure and hand
//! it a [`Snapshot`] or a [`Transaction`], types with a method for each thing that can be asked, so
//! that a check and the write it guards are one transaction. Each table has a file with its SQL.
//!
//! All writes go through one thread (`writer.rs`). A pool of writers was measured and rejected:
//! SQLite has one writer whatever one does, so they fight for the lock (a seventh of the throughput,
//! the slowest answers over a second). A short read is done where it is asked for ([`Store::glance`])
//! and a long one by threads of its own ([`Store::read`]), both in `reader.rs`.

mod activity;
mod attempts;
mod backup;
mod check;
mod direct;
mod error;
mod events;
mod file;
mod flask;
mod groups;
mod lock;
mod partial;
#[cfg(test)]
mod plans;
mod reader;
mod restore;
mod schema;
mod search;
mod selections;
mod status;
mod upkeep;
mod users;
mod writer;

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

pub use activity::{Activity, Commits};
pub use attempts::{Attempts, Unnoted};
pub use backup::{Contents, Progress, Stop, backup};
pub use check::{Faults, check};
pub use direct::Direct;
pub use events::NewEvent;
pub use file::{Initialised, init};
pub use flask::{Flask, OldEvent, OldGroup, OldUser, can_be_kept};
pub use restore::{Restored, restore};
pub use schema::{Migration, Plan, newest_version, plan, upgrade};
pub use status::{Status, size, status};

use crate::error::Result;
use lock::Lock;
use reader::Readers;
use writer::Writer;

/// How long a connection waits for another process that holds the file's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open calendar database, migrated and ready to serve.
pub struct Store {
    // Declared, and so dropped, before the writer: the connection that closes last folds the
    // write-ahead log into the file, which a read-only one cannot.
    readers: Readers,
    writer: Writer,
    signing_key: Vec<u8>,
    // And this last: see its module.
    _lock: Lock,
}

/// The signing key is not shown.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// What [`Store::open`] had to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// Whether the file was made.
    pub made: bool,
    /// The migrations that were applied, oldest first.
    pub applied: Vec<Migration>,
}

impl Store {
    /// Opens the database at `path`, making and migrating it as needed, and starts its threads.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it, if the file cannot be
    /// used: no permission, no such folder, another kind of file, a newer version.
    pub fn open(path: &Path) -> Result<(Self, Opened)> {
        file::writable(path)?;
        let made = file::init_to_serve(path)? == Initialised::Made;
        let lock = Lock::alone(path)?;
        file::own(path)?;
        let applied = upgrade(path)?;
        let writing = file::open_for_writing(path)?;
        let signing_key = file::signing_key(&writing)?;
        let readers = Readers::start(|| file::open_for_reading(path))?;
        let store = Self { readers, writer: Writer::start(writing)?, signing_key, _lock: lock };
        Ok((store, Opened { made, applied }))
    }

    /// The key that was made with the database, for the signing of tokens.
    #[must_use]
    pub fn signing_key(&self) -> &[u8] {
        &self.signing_key
    }

    /// What the writer is about.
    #[must_use]
    pub fn activity(&self) -> Arc<Activity> {
        self.writer.activity()
    }

    /// Runs `work`, which reads a few rows, over one consistent state of the database: on this
    /// thread, which does nothing else meanwhile.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn glance<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.readers.glance(work).await
    }

    /// Runs `work`, which may read much, on a reader thread, over one consistent state of the
    /// database.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`](crate::error::Error::Unavailable) if too many reads
    /// are waiting, [`Error::Internal`](crate::error::Error::Internal) if `work` panics.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` on the writer thread. When this returns `Ok`, what it wrote is on disk; when it
    /// returns `Err`, nothing of it is.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`](crate::error::Error::Unavailable) if too many writes
    /// are waiting or the file cannot be written now,
    /// [`Error::Internal`](crate::error::Error::Internal) if `work` panics.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.run(work).await
    }
}

/// One consistent state of the database, to be asked.
#[derive(Debug)]
pub struct Snapshot<'c> {
    conn: &'c Connection,
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

    fn on(conn: &'c Connection) -> Self {
        Self { snapshot: Snapshot { conn } }
    }
}

/// Runs a statement without parameters, and keeps it prepared.
fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(drop)
}

/// What a panic said, as far as it can be told.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".into())
}
