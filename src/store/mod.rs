//! The store: one SQLite file, or a PostgreSQL that several servers share; and the only place that knows SQL.
//!
//! No code above it sees a connection, nor which of the two it is. [`Store::read`] and [`Store::write`] take a
//! closure and hand it a [`Snapshot`] or a [`Transaction`], which have a method for each query and change, so
//! that a check and the write it guards are one transaction.
//!
//! Within it every arrow points down: this file, `sqlite.rs` and `direct.rs` use `maintenance/` (work on a
//! database as a whole), that uses `tables/` (one file per table, with its SQL for both), and all use `engine/`
//! (connections, locks, threads), which knows neither. A function that takes a path makes an
//! `engine::Place` of it at once.
//!
//! All writes to a file go through one thread (`engine/writer.rs`). A pool of writers was measured and rejected:
//! SQLite has one writer at a time, so they fight for the lock (a seventh of the throughput, the
//! slowest answers over a second). A short read runs on the caller's thread ([`Store::read_inline`])
//! and a long one on a reader thread ([`Store::read`]), both in `engine/readers.rs`. The health check
//! reads on a thread of its own ([`Store::queue_watch`]), so that no other read holds it up. PostgreSQL is
//! always waited for, so its reads and writes have threads too (`engine/postgres/`).

mod direct;
mod engine;
mod maintenance;
mod sqlite;
mod tables;

use std::fmt;
use std::sync::Arc;

pub use direct::DirectStore;
pub use engine::{Activity, Commits, Initialised, Lane, Presence, Snapshot, Transaction};
pub use maintenance::backup::{Progress, Stop, backup, backups_of};
pub use maintenance::check::check;
pub use maintenance::faults::{Faults, TextReaders};
pub use maintenance::flask::{Flask, OldEvent, OldGroup, OldUser, can_be_kept};
pub use maintenance::migrations::{Migration, Plan, add_functions, newest_version};
pub use maintenance::moving::Moved;
pub use maintenance::restore::{Restored, restore};
pub use maintenance::status::{Standby, Status, size, status};
pub use tables::backups::{BackupHistory, PendingNote};
pub use tables::contents::Contents;
pub use tables::event_writes::NewEvent;
pub use tables::history::state_of_group;
pub use tables::history_undo::is_in_state;
pub use tables::idempotency_keys::Made;
pub use tables::objects::{NewObject, StoredObject};
pub use tables::subscriptions::CopiedObject;

use tokio::sync::oneshot;

use crate::error::Result;
use crate::model::Database;
use engine::Place;
use engine::lock::Lock;
use engine::postgres::pool::Postgres;
use maintenance::migrations;
use maintenance::postgres::{self, Cluster};
use sqlite::Sqlite;

/// Makes the file of `database`, in WAL mode, with a new signing key and no other table, unless it is
/// there. A PostgreSQL database is made by its own tools, and only looked at.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if the file cannot be made, or is something other
/// than a calendar database; if PostgreSQL cannot be used.
pub fn init(database: impl Into<Database>) -> Result<Initialised> {
    match database.into() {
        Database::File(path) => {
            let place = Place::of(&path);
            let _lock = Lock::to_write(&place)?;
            engine::init::make(&place)
        }
        Database::Postgres(url) => Cluster::open(&url).map(|_| Initialised::There),
    }
}

/// Checks that no server has the file of `database` open under another name. For a command, before it opens
/// the database; never in the server's own process.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if one has.
pub fn refuse_alias(database: &Database) -> Result<()> {
    database.file().map_or(Ok(()), |path| engine::lock::refuse_alias(&Place::of(path)))
}

/// Compares `database` with this binary, without changing it. Where there is no file, every migration is
/// pending.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if the file is not a calendar database or is newer than this
/// binary; if PostgreSQL cannot be used.
pub fn plan(database: impl Into<Database>) -> Result<Plan> {
    match database.into() {
        Database::File(path) => migrations::plan(&path),
        Database::Postgres(url) => Cluster::open(&url)?.plan(),
    }
}

/// Applies the pending migrations to `database`, each in a transaction of its own, and gives those that it
/// applied.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if there is no database, if it is newer than this binary, or
/// if a migration fails. The migrations before it stay applied.
pub fn upgrade(database: impl Into<Database>) -> Result<Vec<Migration>> {
    match database.into() {
        Database::File(path) => migrations::upgrade(&path),
        Database::Postgres(url) => Cluster::open(&url)?.migrate(),
    }
}

/// An open calendar database, migrated and ready to serve.
pub struct Store {
    engine: Engine,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres { pool: Postgres, signing_key: Vec<u8> },
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
    /// Opens `database`, making its file and migrating it as needed, and starts its threads.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it, if it cannot be
    /// used: no permission, no such folder, another kind of file, a newer version.
    pub fn open(database: impl Into<Database>) -> Result<(Self, Opened)> {
        match database.into() {
            Database::File(path) => {
                let (store, made, applied) = Sqlite::open(&path)?;
                Ok((Self { engine: Engine::Sqlite(store) }, Opened { made, applied }))
            }
            Database::Postgres(url) => {
                let mut cluster = Cluster::open(&url)?;
                if cluster.address.is_plain() {
                    tracing::warn!(
                        "everything crosses the network to {} unencrypted: set database_ca",
                        cluster.address
                    );
                }
                let applied = cluster.migrate()?;
                let signing_key = cluster.signing_key().map_err(|error| cluster.named(error))?;
                let pool = Postgres::start(&cluster.address, url.connections(), postgres::CHORES)?;
                let engine = Engine::Postgres { pool, signing_key };
                Ok((Self { engine }, Opened { made: false, applied }))
            }
        }
    }

    /// The key that was made with the database, for the signing of tokens: 32 bytes.
    #[must_use]
    pub fn signing_key(&self) -> &[u8] {
        match &self.engine {
            Engine::Sqlite(store) => &store.signing_key,
            Engine::Postgres { signing_key, .. } => signing_key,
        }
    }

    /// The queue of the writes and the commits, in numbers.
    #[must_use]
    pub fn activity(&self) -> Arc<Activity> {
        match &self.engine {
            Engine::Sqlite(store) => store.writer.activity(),
            Engine::Postgres { pool, .. } => pool.activity(),
        }
    }

    /// Whether the files of the database are at their paths. PostgreSQL looks after its own.
    #[must_use]
    pub fn presence(&self) -> Arc<Presence> {
        match &self.engine {
            Engine::Sqlite(store) => store.writer.presence(),
            Engine::Postgres { .. } => Arc::default(),
        }
    }

    /// Runs `work`, which reads a few rows, over one consistent state of the database. A file is read on this
    /// thread, which is blocked meanwhile.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_inline<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(store) => store.readers.read_inline(work).await,
            Engine::Postgres { pool, .. } => pool.read(Lane::alone(), work).await,
        }
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
        match &self.engine {
            Engine::Sqlite(store) => store.readers.run(lane, work).await,
            Engine::Postgres { pool, .. } => pool.read(lane, work).await,
        }
    }

    /// Runs `work` in a transaction. When this returns `Ok`, what it wrote is on disk; when it
    /// returns `Err`, nothing of it is.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`](crate::error::Error::Unavailable) if too many writes
    /// are waiting or the database cannot be written now,
    /// [`Error::Internal`](crate::error::Error::Internal) if `work` panics. With
    /// [`Error::Unknown`](crate::error::Error::Unknown) alone it may be on disk or not: the connection to
    /// PostgreSQL was lost during the commit, or the commit did not wait for the standby.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(store) => store.writer.run(work).await,
            Engine::Postgres { pool, .. } => pool.write(work).await,
        }
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
        match &self.engine {
            Engine::Sqlite(store) => store.watcher.queue(Lane::alone(), work),
            Engine::Postgres { pool, .. } => pool.queue_watch(work),
        }
    }

    /// Queues `work`, which writes, and returns at once. The receiver gets what
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
        match &self.engine {
            Engine::Sqlite(store) => store.writer.queue(work),
            Engine::Postgres { pool, .. } => pool.queue_write(work),
        }
    }
}
