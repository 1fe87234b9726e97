//! What went wrong with a database file, for its operator: which file it is, and what to do about it.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, ErrorKind};

use rusqlite::ErrorCode;
use rustix::io::Errno;

use super::place::Place;
use crate::error::{Error, Result};

/// There is no database at `place`.
pub(in crate::store) fn missing(place: &Place) -> Error {
    Error::Setup(format!("there is no database {place}: make it with calendar-server db init"))
}

/// The file at `place` is empty, so it is not a calendar database.
pub(in crate::store) fn empty(place: &Place) -> Error {
    Error::Setup(format!(
        "{place} is empty, so it is not a calendar: restore a backup, or remove it to start over"
    ))
}

/// Why SQLite cannot use the file.
pub(in crate::store) fn unusable(place: &Place, error: &rusqlite::Error) -> Error {
    Error::Setup(match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            format!("{place} is not a database: name another file with --database")
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("{place} is damaged: restore it from a backup ({error})")
        }
        Some(ErrorCode::CannotOpen) if no_more_files() => too_many(place),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => format!(
            "no permission to read and write {place} and its folder: run as its owner, or change its mode ({error})"
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("{place} is locked by another program: try again when that is done")
        }
        Some(ErrorCode::DiskFull) => format!("there is no room on the disk for {place}"),
        _ => format!("cannot use {place}: {error}"),
    })
}

/// The result of work on the database. An error whose text was for the log becomes one that names
/// the file.
pub(in crate::store) fn named<T>(place: &Place, result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::Internal(why) | Error::Unavailable(why) => Error::Setup(format!(
            "cannot use {place}: {why}; see calendar-server db check, or restore a backup"
        )),
        other => other,
    })
}

/// Whether this process may open no more files. SQLite does not say why it cannot open one.
pub(in crate::store) fn no_more_files() -> bool {
    File::open("/").is_err_and(|error| is_too_many(&error))
}

fn is_too_many(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

fn too_many(shown: &impl Display) -> String {
    format!("cannot open {shown}: too many files are open: raise the limit (ulimit -n)")
}

/// The file system does not let us `what` (a verb) the file or folder `shown`.
pub(in crate::store) fn cannot(what: &str, shown: &impl Display, error: &io::Error) -> Error {
    match error.kind() {
        ErrorKind::PermissionDenied => Error::Setup(format!(
            "no permission to {what} {shown}: run as the owner of its folder, or change its mode"
        )),
        _ if is_too_many(error) => Error::Setup(too_many(shown)),
        _ => Error::Setup(format!("cannot {what} {shown}: {error}")),
    }
}
