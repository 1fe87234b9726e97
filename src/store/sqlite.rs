//! The store over a SQLite file: its threads, and the way in which it is opened.

use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;

use super::engine::conn::Conn;
use super::engine::file::{self, Found};
use super::engine::lock::Lock;
use super::engine::readers::Readers;
use super::engine::writer::Writer;
use super::engine::{Initialised, Place, connection, explain, init};
use super::maintenance::migrations::Migration;
use super::maintenance::{migrations, upkeep};
use super::tables::imports;
use crate::error::Result;

/// The number of reader threads: two for the reads of one user, and one more for others.
const READERS: usize = 3;

/// An open file.
pub(super) struct Sqlite {
    // Declared, and so dropped, before the writer: the connection that closes last moves the
    // write-ahead log into the file, which a read-only one cannot.
    pub(super) readers: Readers,
    pub(super) watcher: Readers,
    pub(super) writer: Writer,
    pub(super) signing_key: Vec<u8>,
    // Dropped last: see its module.
    _lock: Lock,
}

impl Sqlite {
    /// Opens the database at `path`, making and migrating it as needed, and starts its threads. Gives whether it
    /// made the file, and the migrations that it applied.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup), with what to do about it, if the file cannot be
    /// used: no permission, no such folder, another kind of file, a newer version.
    pub(super) fn open(path: &Path) -> Result<(Self, bool, Vec<Migration>)> {
        let place = Place::of(path);
        connection::check_writable(&place)?;
        let _starting = Lock::to_write(&place)?;
        let made = match file::length(&place)? {
            None => init::make(&place)? == Initialised::Made,
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
        init::own(&place)?;
        let applied = migrations::apply(&place, pending)?;
        let writing = connection::open_for_writing(&place)?;
        let signing_key = init::signing_key(&writing)?;
        imports::give_up_all(Conn::Sqlite(&writing))?;
        let open = || connection::open_for_reading(&place);
        let cpus = available_parallelism().map_or(1, NonZero::get);
        let store = Self {
            readers: Readers::start("store-reader", READERS, cpus, open)?,
            watcher: Readers::start("store-watcher", 1, 0, open)?,
            writer: Writer::start(&place, writing, Box::new(upkeep::steps()))?,
            signing_key,
            _lock: lock,
        };
        Ok((store, made, applied))
    }
}
