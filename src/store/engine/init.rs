//! A new database: the file, its mode, and the key that signs tokens.
//!
//! The file is readable by its owner alone, since it holds that key. SQLite gives `-wal` and `-shm`
//! the same mode.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::file::{self, APPLICATION_ID, Found};
use super::place::{Place, RESCUED};
use super::staged::StagedFile;
use super::{connection, explain};
use crate::error::{Error, Result};

const KEY_BYTES: usize = 32;

/// Made with the file rather than by a migration: the key has to be there before any table.
pub(in crate::store) const CREATE_KEY: &str = "CREATE TABLE signing_key (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB    NOT NULL CHECK (length(key) = 32)
) STRICT";
const INSERT_KEY: &str = "INSERT INTO signing_key (id, key) VALUES (1, ?1)";
const KEY: &str = "SELECT key FROM signing_key WHERE id = 1";

/// What [`init`](crate::store::init) did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialised {
    /// It made the database.
    Made,
    /// The database was there; nothing was changed.
    There,
}

/// Makes the database at `place`, in WAL mode, with a new signing key and no other table, unless it
/// is there. The caller holds [`Lock::to_write`](super::lock::Lock::to_write).
///
/// # Errors
/// [`Error::Setup`] if the file cannot be made, or is something other than a calendar database.
pub(in crate::store) fn make(place: &Place) -> Result<Initialised> {
    let wal = place.wal();
    let has_log = || fs::metadata(&wal).is_ok_and(|log| log.len() > 0);
    match file::look(place)? {
        Found::Calendar(_) => Ok(Initialised::There),
        Found::Empty if has_log() => Err(explain::empty(place)),
        Found::Empty => {
            // The empty file may have any mode.
            own(place)?;
            fill(place)
        }
        Found::Nothing if place.beside(RESCUED).exists() => Err(Error::Setup(format!(
            "{place} is gone, but its contents were saved: restore them with calendar-server db restore {place}{RESCUED}"
        ))),
        Found::Nothing if has_log() => Err(Error::Setup(format!(
            "{} is the log of a database that is gone: restore a backup, or remove it to start over",
            wal.display()
        ))),
        // Completed under another name first, so that this name never holds half a database.
        Found::Nothing => {
            let staged = StagedFile::beside(place)?;
            fill(staged.place())?;
            let placed = staged.persist_noclobber(place)?;
            Ok(if placed { Initialised::Made } else { Initialised::There })
        }
    }
}

/// Makes the database in an empty file.
fn fill(place: &Place) -> Result<Initialised> {
    let mut conn = connection::open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut fill = || -> rusqlite::Result<Initialised> {
        connection::set_wal(&conn)?;
        // Another process may be making it at the same moment: look again, with the lock held.
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if tx.query_row("SELECT 1 FROM sqlite_schema", [], |_| Ok(())).optional()?.is_some() {
            return Ok(Initialised::There);
        }
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute_batch(CREATE_KEY)?;
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        tx.execute(INSERT_KEY, [&key[..]])?;
        tx.commit()?;
        Ok(Initialised::Made)
    };
    fill().map_err(|error| explain::unusable(place, &error))
}

/// Takes the permissions of everybody but the owner away from the file.
///
/// # Errors
/// [`Error::Setup`] if its mode cannot be changed.
pub(in crate::store) fn own(place: &Place) -> Result<()> {
    let found = fs::metadata(place.path());
    let mode = found.map_err(|error| explain::cannot("open", place, &error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(place.path(), fs::Permissions::from_mode(mode & 0o700))
        .map_err(|error| explain::cannot("change the mode of", place, &error))
}

/// The key that was made with the database, for the signing of tokens: 32 bytes.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::store) fn signing_key(conn: &Connection) -> Result<Vec<u8>> {
    Ok(conn.query_row(KEY, [], |row| row.get(0))?)
}
