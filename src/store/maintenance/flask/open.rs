//! Opens the file of the earlier system read-only, without leaving a file beside it.
//!
//! In the rollback mode that the earlier system used, a read-only connection makes no file, and its
//! lock keeps a running system from changing the file meanwhile. In WAL mode, a reader would make a
//! `-wal` and a `-shm` and could not remove them. So a WAL-mode file without a log is opened as
//! `immutable`. A log without its index, as after a crash, is refused, since the file without its
//! log is incomplete. Opening a copy of the file was rejected: a copy of a file in use is not one
//! state of it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Error, Result};
use crate::store::engine::{BUSY_TIMEOUT, Place, connection, explain};

/// Opens the file, in a transaction that reads one state of it.
///
/// # Errors
/// [`Error::Setup`] if it cannot be read.
pub(super) fn connect(place: &Place) -> Result<Connection> {
    match fs::metadata(place.path()) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::Setup(format!(
                "there is no file {place}: name the SQLite file of the Flask system"
            )));
        }
        Err(error) => return Err(Error::Setup(format!("cannot open {place}: {error}"))),
        Ok(found) if !found.is_file() => {
            return Err(Error::Setup(format!(
                "{place} is not a file: name the SQLite file of the Flask system"
            )));
        }
        Ok(_) => {}
    }
    let wal_mode = is_in_wal_mode(place);
    let has_log = wal_mode && fs::metadata(place.wal()).is_ok_and(|log| log.len() > 0);
    if has_log && !place.shm().exists() {
        return Err(left_open(place));
    }
    let begun = || -> rusqlite::Result<Connection> {
        let uri = connection::uri(place, wal_mode && !has_log);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(uri, flags)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.execute_batch("BEGIN")?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(conn)
    };
    begun().map_err(|error| unreadable(place, &error))
}

/// By the file's header (SQLite's file format, 1.3.3). False for a file that cannot be read, which
/// cannot be opened either.
fn is_in_wal_mode(place: &Place) -> bool {
    let mut header = [0; 20];
    let read = File::open(place.path()).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

fn left_open(place: &Place) -> Error {
    Error::Setup(format!(
        "{place} was not closed by the program that wrote to it: import a copy, made by sqlite3 {place} \"VACUUM INTO 'copy.sqlite'\""
    ))
}

/// Why the file cannot be read.
pub(super) fn unreadable(place: &Place, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::Setup(format!(
            "{place} is not a database: name the SQLite file of the Flask system"
        )),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) if !explain::no_more_files() => {
            Error::Setup(format!(
                "no permission to read {place}: run as its owner, or change its mode ({error})"
            ))
        }
        // A write was interrupted, and undoing it would change the file.
        Some(ErrorCode::ReadOnly) => left_open(place),
        _ => explain::unusable(place, error),
    }
}
