//! Connections: each way to open a database file, with its pragmas and their reasons.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::explain;
use super::place::Place;
use crate::error::{Error, Result};

/// How long a connection waits for another process that holds the file's lock.
pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the file for the writer thread, or for a command that writes.
///
/// # Errors
/// [`Error::Setup`] if it cannot be written.
pub(in crate::store) fn open_for_writing(place: &Place) -> Result<Connection> {
    check_writable(place)?;
    let conn = open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let set = || {
        set_wal(&conn)?;
        // FULL: a commit has reached the disk when it returns, so an answer of 200 is a promise.
        conn.pragma_update(None, "synchronous", "full")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        // The log of a long burst of writes shrinks again.
        conn.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)
    };
    set().map_err(|error| explain::unusable(place, &error))?;
    Ok(conn)
}

/// Opens the file for a reader thread.
///
/// # Errors
/// [`Error::Setup`] if it cannot be read.
pub(in crate::store) fn open_for_reading(place: &Place) -> Result<Connection> {
    let conn = open(place, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let set = || {
        conn.pragma_update(None, "query_only", true)?;
        // The first query opens the log: better now than when the process may open no more files.
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    set().map_err(|error| explain::unusable(place, &error))?;
    Ok(conn)
}

/// Opens the file to look at it, without leaving a trace in it or beside it.
///
/// Where there is a `-wal`, the connection is read-only: the last connection that may write moves
/// the pages of the log into the file when it closes. Where there is none, the connection may
/// write, since a read-only one would not remove the `-wal` that it makes. Without permission to
/// write, the file is read as `immutable`, since then no process of this user is writing to it.
///
/// # Errors
/// [`Error::Setup`] if it cannot be read.
pub(in crate::store) fn open_to_look(place: &Place) -> Result<Connection> {
    if place.wal().exists() {
        return open(place, OpenFlags::SQLITE_OPEN_READ_ONLY);
    }
    let may_write = |path: &Path| access(path, Access::WRITE_OK).is_ok();
    if may_write(place.path()) && may_write(place.folder()) {
        return open(place, OpenFlags::SQLITE_OPEN_READ_WRITE);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    connect(uri(place, true).as_ref(), flags).map_err(|error| explain::unusable(place, &error))
}

/// Opens the file with SQLite's `flags`.
///
/// # Errors
/// [`Error::Setup`] if SQLite cannot open it.
pub(in crate::store) fn open(place: &Place, flags: OpenFlags) -> Result<Connection> {
    connect(place.path(), flags).map_err(|error| explain::unusable(place, &error))
}

/// Opens `path`, which is absolute or a URI, and gives SQLite's own error.
pub(in crate::store) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(64);
    // The plan of a prepared statement does not depend on its parameters. Without this, SQLite
    // prepares a statement again for every value that is compared with a partial index or a range,
    // which took most of the time of a view.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(conn)
}

/// The file as a URI (<https://www.sqlite.org/uri.html>). An `immutable` one is read without locks
/// and without its log.
pub(in crate::store) fn uri(place: &Place, immutable: bool) -> String {
    let path = percent_encode(place.path().as_os_str().as_bytes(), NON_ALPHANUMERIC);
    format!("file:{path}?immutable={}", u8::from(immutable))
}

/// Checks that the file, its `-wal` and its `-shm` may be written. Without permission, SQLite opens
/// them read-only without saying so, and leaves files beside them that nobody may write.
///
/// # Errors
/// [`Error::Setup`] that names the file.
pub(in crate::store) fn check_writable(place: &Place) -> Result<()> {
    let denied = |shown: &dyn std::fmt::Display| {
        Error::Setup(format!(
            "no permission to write {shown}: run as its owner, or change its mode"
        ))
    };
    // The last connection to close removes the `-wal` and the `-shm`, so they may be missing.
    let may = |path: &Path| {
        matches!(access(path, Access::WRITE_OK), Ok(()) | Err(Errno::NOENT | Errno::NOTDIR))
    };
    if !may(place.path()) {
        return Err(denied(place));
    }
    match [place.wal(), place.shm()].iter().find(|side| !may(side)) {
        Some(side) => Err(denied(&side.display())),
        None => Ok(()),
    }
}

/// Switches to the write-ahead log. SQLite's busy timeout does not cover this pragma.
pub(super) fn set_wal(conn: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match conn.pragma_update(None, "journal_mode", "wal") {
            Err(error) if is_busy(&error) && Instant::now() < until => {
                sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}
