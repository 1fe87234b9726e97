//! Looks at the file at a place, without changing it.
//!
//! A calendar database carries an application id in its header, so that another program's SQLite
//! file is recognised before anything is written to it.

use std::fs;
use std::io::ErrorKind;

use rusqlite::Connection;

use super::place::Place;
use super::{connection, explain};
use crate::error::{Error, Result};

/// `CALD`, in the header of every calendar database (`PRAGMA application_id`).
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"CALD");

/// What is at a place.
#[derive(Debug)]
pub(in crate::store) enum Found {
    /// Nothing.
    Nothing,
    /// A file that nothing has been written to yet.
    Empty,
    /// A calendar database, open to be looked at, in a transaction that reads one state of it.
    Calendar(Connection),
}

/// Looks at what is at `place`.
///
/// # Errors
/// [`Error::Setup`] if it is something other than a calendar database, or cannot be read.
pub(in crate::store) fn look(place: &Place) -> Result<Found> {
    match length(place)? {
        None => return Ok(Found::Nothing),
        Some(0) => return Ok(Found::Empty),
        Some(_) => {}
    }
    let conn = connection::open_to_look(place)?;
    let seen = || -> rusqlite::Result<(i32, bool)> {
        // One state of the file: another process may be making it at this moment.
        conn.execute_batch("BEGIN")?;
        let id = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables =
            conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
        Ok((id, tables))
    };
    match seen().map_err(|error| explain::unusable(place, &error))? {
        (APPLICATION_ID, _) => Ok(Found::Calendar(conn)),
        (0, false) => Ok(Found::Empty),
        _ => Err(Error::Setup(format!(
            "{place} is the database of another program: name another file with --database"
        ))),
    }
}

/// The calendar database at `place`, open to be looked at, as [`Found::Calendar`].
///
/// # Errors
/// [`Error::Setup`] as [`look`], and if there is none.
pub(in crate::store) fn calendar(place: &Place) -> Result<Connection> {
    match look(place)? {
        Found::Calendar(conn) => Ok(conn),
        Found::Nothing | Found::Empty => Err(explain::missing(place)),
    }
}

/// The length of the file in bytes; none if there is no file.
///
/// # Errors
/// [`Error::Setup`] if it is not a file, cannot be looked at, or its folder does not exist.
pub(in crate::store) fn length(place: &Place) -> Result<Option<u64>> {
    match fs::metadata(place.path()) {
        Ok(found) if found.is_dir() => {
            Err(Error::Setup(format!("{place} is a folder: name a file in it with --database")))
        }
        Ok(found) if !found.is_file() => {
            Err(Error::Setup(format!("{place} is not a file: name one with --database")))
        }
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => match place.given_folder() {
            Some(folder) if !folder.is_dir() => Err(Error::Setup(format!(
                "the folder {} does not exist: make it first",
                folder.display()
            ))),
            _ if !place.folder().is_dir() => Err(Error::Setup(format!(
                "{place} is a link to {}, whose folder does not exist: make it first, or mount it",
                place.path().display()
            ))),
            _ => Ok(None),
        },
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(Error::Setup(format!(
            "{place} is not in a folder: name another file with --database"
        ))),
        Err(error) => Err(explain::cannot("open", place, &error)),
    }
}
