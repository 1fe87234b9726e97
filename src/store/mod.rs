//! The store: one SQLite file, and the only place that knows SQL.
//!
//! No code above it sees a connection. [`Store::read`] and [`Store::write`] take a closure and hand it
//! a [`Snapshot`] or a [`Transaction`], which have a method for each query and change, so that a check
//! and the write it guards are one transaction.
//!
//! Within it every arrow points down: this file and `direct.rs` use `maintenance/` (work on a database
//! as a whole), that uses `tables/` (one file per table, with its SQL), and all use `engine/`
//! (connections, locks, threads), which knows neither. A function that takes a path makes an
//! `engine::Place` of it at once.
//!
//! All writes go through one thread (`engine/writer.rs`). A pool of writers was measured and rejected:
//! SQLite has one writer at a time, so they fight for the lock (a seventh of the throughput, the
//! slowest answers over a second). A short read runs on the caller's thread ([`Store::read_inline`])
//! and a long one on a reader thread ([`Store::read`]), both in `engine/readers.rs`. The health check
//! reads on a thread of its own ([`Store::queue_watch`]), so that no other read holds it up.

mod direct;
mod engine;
mod maintenance;
mod tables;

use std::fmt;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

pub use direct::DirectStore;
pub use engine::{Activity, Commits, Initialised, Lane, Presence, Snapshot, Transaction};
pub use maintenance::backup::{Progress, Stop, backup, backups_of};
pub use maintenance::check::{Faults, check};
pub use maintenance::flask::{Flask, OldEvent, OldGroup, OldUser, can_be_kept};
pub use maintenance::migrations::{Migration, Plan, add_functions, newest_version, plan, upgrade};
pub use maintenance::restore::{Restored, restore};
pub use maintenance::status::{Status, size, status};
pub use tables::backups::{BackupHistory, PendingNote};
pub use tables::contents::Contents;
pub use tables::events::NewEvent;
pub use tables::idempotency_keys::Made;

use tokio::sync::oneshot;

use crate::error::Result;
use engine::file::Found;
use engine::lock::Lock;
use engine::readers::Readers;
use engine::writer::Writer;
use engine::{Place, connection, explain, file};
use maintenance::{migrations, upkeep};

/// The number of reader threads: two for the reads of one user, and one more for others.
const READERS: usize = 3;

/// Makes the database at `path`, in WAL mode, with a new signing key and no other table, unless it is
/// there.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if the file cannot be made, or is something other
/// than a calendar database.
pub fn init(path: &Path) -> Result<Initialised> {
    let place = Place::of(path);
    let _lock = Lock::to_write(&place)?;
    engine::init::make(&place)
}

/// Checks that no server has the database at `path` open under another name. For a command, before it opens
/// the database; never in the server's own process.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if one has.
pub fn refuse_alias(path: &Path) -> Result<()> {
    engine::lock::refuse_alias(&Place::of(path))
}

/// An open calendar database, migrated and ready to serve.
pub struct Store {
    // Declared, and so dropped, before the writer: the connection that closes last moves the
    // write-ahead log into the file, which a read-only one cannot.
    readers: Readers,
    watcher: Readers,
    writer: Writer,
    signing_key: Vec<u8>,
    // Dropped last: see its module.
    _lock: Lock,
}

/// The signing key is not shown.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// What [`Store::open`] did.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// Whether it made the file.
    pub made: bool,
    /// The migrations that it applied, oldest first.
    pub applied: Vec<Migration>,
}

impl Store {
    /// Opens the database at `path`, making and migrating it as needed, and starts its threads.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it, if the file cannot be
    /// used: no permission, no such folder, another kind of file, a newer version.
    pub fn open(path: &Path) -> Result<(Self, Opened)> {
        let place = Place::of(path);
        connection::check_writable(&place)?;
        let _starting = Lock::to_write(&place)?;
        let made = match file::length(&place)? {
            None => engine::init::make(&place)? == Initialised::Made,
            // An empty file may be what is left of a database, so no new one is made in it.
            Some(0) => return Err(explain::empty(&place)),
            Some(_) => false,
        };
        let lock = Lock::alone(&place)?;
        let Found::Calendar(seen) = file::look(&place)? else {
            return Err(explain::empty(&place));
        };
        let pending = migrations::plan_of(&place, &seen)?.pending;
        // Its transaction would block the first migration.
        drop(seen);
        engine::init::own(&place)?;
        let applied = migrations::apply(&place, pending)?;
        let writing = connection::open_for_writing(&place)?;
        let signing_key = engine::init::signing_key(&writing)?;
        let open = || connection::open_for_reading(&place);
        let cpus = available_parallelism().map_or(1, NonZero::get);
        let store = Self {
            readers: Readers::start("store-reader", READERS, cpus, open)?,
            watcher: Readers::start("store-watcher", 1, 0, open)?,
            writer: Writer::start(&place, writing, upkeep::step)?,
            signing_key,
            _lock: lock,
        };
        Ok((store, Opened { made, applied }))
    }

    /// The key that was made with the database, for the signing of tokens: 32 bytes.
    #[must_use]
    pub fn signing_key(&self) -> &[u8] {
        &self.signing_key
    }

    /// The writer's queue and commits, in numbers.
    #[must_use]
    pub fn activity(&self) -> Arc<Activity> {
        self.writer.activity()
    }

    /// Whether the files of the database are at their paths.
    #[must_use]
    pub fn presence(&self) -> Arc<Presence> {
        self.writer.presence()
    }

    /// Runs `work`, which reads a few rows, over one consistent state of the database, and blocks
    /// this thread meanwhile.
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

    /// Runs `work`, which may read many rows, on a reader thread, over one consistent state of the
    /// database. The lanes take turns, so that the reads of one do not hold up those of another.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`](crate::error::Error::Unavailable) if 256 reads of this
    /// lane or 4,096 in all are waiting, [`Error::Internal`](crate::error::Error::Internal) if `work` panics.
    pub async fn read<T, F>(&self, lane: Lane, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.readers.run(lane, work).await
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

    /// Queues `work`, which reads a few rows, for a thread and a connection that no other call uses,
    /// and returns at once. The receiver gets what [`Store::read`] would return, or is closed if the
    /// store is.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::error::Error::Unavailable) if too many such reads are waiting.
    pub fn queue_watch<T, F>(&self, work: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.watcher.queue(Lane::alone(), work)
    }

    /// Queues `work` for the writer thread, and returns at once. The receiver gets what
    /// [`Store::write`] would return, or is closed if the store is.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::error::Error::Unavailable) if too many writes are waiting or
    /// the files of the database are not at their paths.
    pub fn queue_write<T, F>(&self, work: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.queue(work)
    }
}
