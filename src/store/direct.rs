//! The store without its threads, for a command that does one thing and ends. A server may be
//! running beside it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::engine::conn::Conn;
use super::engine::file::{self, Found};
use super::engine::lock::Lock;
use super::engine::postgres::pool;
use super::engine::{Place, Snapshot, Transaction, connection, explain, init};
use super::maintenance::moving::{self, Moved};
use super::maintenance::postgres::Cluster;
use super::maintenance::{self, migrations, upkeep};
use crate::error::{Error, Result};
use crate::model::Database;

/// A database that a command works on.
pub struct DirectStore {
    engine: Engine,
}

enum Engine {
    File(Box<File>),
    Postgres(Box<Cluster>),
}

struct File {
    place: Place,
    conn: Connection,
    // Dropped after the connection: see their module.
    locks: Vec<Lock>,
}

/// Without what it is connected to.
impl std::fmt::Debug for DirectStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectStore").finish_non_exhaustive()
    }
}

impl DirectStore {
    /// Opens `database`, which must exist and be migrated.
    ///
    /// # Errors
    /// [`Error::Setup`], with what to do about it.
    pub fn open(database: impl Into<Database>) -> Result<Self> {
        let engine = match database.into() {
            Database::File(path) => Engine::File(Box::new(File::open(&path)?)),
            Database::Postgres(url) => {
                let cluster = Cluster::open(&url)?;
                cluster.check_migrated()?;
                Engine::Postgres(Box::new(cluster))
            }
        };
        Ok(Self { engine })
    }

    /// Opens `database`, which must exist and be migrated, and whose file no server may have open, nor open
    /// meanwhile. Of a PostgreSQL, that cannot be known.
    ///
    /// # Errors
    /// [`Error::Setup`], with what to do about it.
    pub fn open_alone(database: impl Into<Database>) -> Result<Self> {
        let database = database.into();
        let alone = database.file().map(|path| Lock::alone(&Place::of(path))).transpose()?;
        let mut store = Self::open(database)?;
        if let Engine::File(file) = &mut store.engine {
            file.locks.extend(alone);
        }
        Ok(store)
    }

    /// Opens `database`; where there is no file, makes it, and migrates it.
    ///
    /// # Errors
    /// [`Error::Setup`], with what to do about it.
    pub fn open_or_make(database: impl Into<Database>) -> Result<Self> {
        let engine = match database.into() {
            Database::File(path) => Engine::File(Box::new(File::open_or_make(&path)?)),
            Database::Postgres(url) => {
                let mut cluster = Cluster::open(&url)?;
                if cluster.plan()?.applied.is_empty() {
                    cluster.migrate()?;
                }
                cluster.check_migrated()?;
                Engine::Postgres(Box::new(cluster))
            }
        };
        Ok(Self { engine })
    }

    /// Opens `database` for [`DirectStore::rehearse`]. Where there is no file, uses a
    /// temporary in-memory database instead.
    ///
    /// # Errors
    /// [`Error::Setup`], with what to do about it.
    pub fn open_to_rehearse(database: impl Into<Database>) -> Result<Self> {
        match database.into() {
            Database::File(path) => {
                Ok(Self { engine: Engine::File(Box::new(File::open_to_rehearse(&path)?)) })
            }
            Database::Postgres(url) => Self::open(Database::Postgres(url)),
        }
    }

    /// The key that was made with the database, for the signing of tokens: 32 bytes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn signing_key(&self) -> Result<Vec<u8>> {
        match &self.engine {
            Engine::File(file) => init::signing_key(&file.conn),
            Engine::Postgres(cluster) => cluster.signing_key(),
        }
    }

    /// Runs `work` over one consistent state of the database.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read<T>(&mut self, work: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        match &mut self.engine {
            Engine::File(file) => {
                let File { place, conn, .. } = &mut **file;
                let read = |conn: &mut Connection| {
                    let tx = conn.transaction()?;
                    work(&Snapshot::on(Conn::Sqlite(&tx)))
                };
                explain::named(place, read(conn))
            }
            Engine::Postgres(cluster) => {
                pool::read(&cluster.session, work).map_err(|error| cluster.named(error))
            }
        }
    }

    /// Runs `work` in a transaction, which is kept if it returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        match &mut self.engine {
            Engine::File(file) => file.in_transaction(work, |tx| tx.commit()),
            Engine::Postgres(cluster) => {
                pool::write(&cluster.session, work).map_err(|error| cluster.named(error))
            }
        }
    }

    /// Does all deferred work, such as bringing the search index up to date, in short transactions. A server
    /// does it when it is idle; meanwhile a search looks at every event that is not indexed yet.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        match &mut self.engine {
            Engine::File(file) => {
                let File { place, conn, .. } = &mut **file;
                let mut step = upkeep::steps();
                while explain::named(place, step(conn))? {}
                Ok(())
            }
            Engine::Postgres(_) => {
                let mut step = maintenance::postgres::upkeep();
                while self.write(|tx| step(tx.conn))? {}
                Ok(())
            }
        }
    }

    /// Counts what [`DirectStore::move_to`] would copy.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_to_move(&mut self) -> Result<Moved> {
        self.read(moving::count)
    }

    /// Copies everything that this database has to `to`, which has and had no users, in one transaction that is kept
    /// if what was written is what was read. One of them is a file, and the other a PostgreSQL. Tells `progress` how
    /// many rows are done, and of how many.
    ///
    /// # Errors
    /// [`Error::Conflict`] if `to` has or had users,
    /// [`Error::Setup`] if both are of the same kind, or one cannot be used.
    pub fn move_to(&mut self, to: &mut Self, progress: &mut dyn FnMut(u64, u64)) -> Result<Moved> {
        match (&self.engine, &to.engine) {
            (Engine::File(_), Engine::File(_)) => Err(Error::Setup(
                "both are files: use calendar-server db backup and db restore".into(),
            )),
            (Engine::Postgres(_), Engine::Postgres(_)) => Err(Error::Setup(
                "both are PostgreSQL databases: use pg_dump and pg_restore".into(),
            )),
            _ => {
                let moved = self.read(|from| to.write(|tx| moving::copy(from, tx, progress)))?;
                to.finish()?;
                Ok(moved)
            }
        }
    }

    /// Checks that [`DirectStore::move_to`] may write to this database.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it has or had users.
    pub fn check_empty(&mut self) -> Result<()> {
        self.read(moving::check_empty)
    }

    /// Runs `work` in a transaction that is always rolled back.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn rehearse<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        match &mut self.engine {
            Engine::File(file) => file.in_transaction(work, |tx| tx.rollback()),
            Engine::Postgres(cluster) => {
                pool::rehearse(&cluster.session, work).map_err(|error| cluster.named(error))
            }
        }
    }
}

impl File {
    fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let lock = Lock::to_write(&place)?;
        let seen = file::calendar(&place)?;
        Self::seen(place, seen, lock)
    }

    fn open_or_make(path: &Path) -> Result<Self> {
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

    fn open_to_rehearse(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let lock = Lock::to_write(&place)?;
        match file::look(&place)? {
            Found::Calendar(seen) => Self::seen(place, seen, lock),
            Found::Nothing | Found::Empty => {
                Ok(Self { place, conn: migrations::scratch()?, locks: vec![lock] })
            }
        }
    }

    /// Opens the database that was `seen` at `place`.
    fn seen(place: Place, seen: Connection, lock: Lock) -> Result<Self> {
        migrations::check_migrated(&place, &seen)?;
        // Its transaction would block the switch to the write-ahead log.
        drop(seen);
        let conn = connection::open_for_writing(&place)?;
        Ok(Self { place, conn, locks: vec![lock] })
    }

    fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
        end: impl FnOnce(rusqlite::Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<T> {
        let run = |conn: &mut Connection| {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&Transaction::on(Conn::Sqlite(&tx)))?;
            end(tx)?;
            Ok(done)
        };
        explain::named(&self.place, run(&mut self.conn))
    }
}
