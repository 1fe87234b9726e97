//! The store: one SQLite file, and the only place that knows SQL.
//!
//! Above it nobody sees a connection. [`Store::read`] and [`Store::write`] take a closure and hand
//! it a [`Snapshot`] or a [`Transaction`], types with a method for each thing that can be asked, so
//! that a check and the write it guards are one transaction. Each table has a file with its SQL.
//!
//! All writes go through one thread (`writer.rs`). A pool of writers was measured and rejected:
//! SQLite has one writer whatever one does, so they fight for the lock (a seventh of the throughput,
//! the slowest answers over a second). A short read is done where it is asked for ([`Store::read_inline`])
//! and a long one by threads of its own ([`Store::read`]), both in `reader.rs`.

mod direct;
mod engine;
mod maintenance;
mod tables;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use direct::DirectStore;
pub use engine::file::{Initialised, init};
pub use engine::{Activity, Commits, Snapshot, Transaction};
pub use maintenance::backup::{Contents, Progress, Stop, backup};
pub use maintenance::check::{Faults, check};
pub use maintenance::flask::{Flask, OldEvent, OldGroup, OldUser, can_be_kept};
pub use maintenance::migrations::{Migration, Plan, newest_version, plan, upgrade};
pub use maintenance::restore::{Restored, restore};
pub use maintenance::status::{Status, size, status};
pub use tables::backups::{BackupHistory, PendingNote};
pub use tables::events::NewEvent;

use crate::error::Result;
use engine::file;
use engine::lock::Lock;
use engine::readers::Readers;
use engine::writer::Writer;
use maintenance::upkeep;

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
        let store = Self {
            readers,
            writer: Writer::start(writing, upkeep::step)?,
            signing_key,
            _lock: lock,
        };
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
    pub async fn read_inline<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.readers.read_inline(work).await
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
