//! The database file: how it is made, recognised and opened.
//!
//! A calendar database carries an application id in its header, so that another program's SQLite
//! file is told from ours before anything is written to it. It is made readable by its owner alone,
//! since it holds the key that signs tokens; SQLite gives `-wal` and `-shm` the same mode.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};

use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::BUSY_TIMEOUT;
use super::lock::Lock;
use super::staged::StagedFile;
use crate::error::{Error, Result};

/// `CALD`, in the header of every calendar database (`PRAGMA application_id`).
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"CALD");

const SIGNING_KEY_BYTES: usize = 32;

/// Made with the file rather than by a migration: the key has to be there before any table.
const SIGNING_KEY_TABLE: &str = "CREATE TABLE signing_key (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB    NOT NULL CHECK (length(key) = 32)
) STRICT";

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Found {
    /// Nothing.
    Nothing,
    /// A file that nothing has been written to yet.
    Empty,
    /// A calendar database.
    Calendar,
}

/// What [`init`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialised {
    /// It made the database.
    Made,
    /// The database was there; nothing was changed.
    There,
}

/// Makes the database at `path`, in WAL mode with a fresh signing key and no other table, unless it
/// is there.
///
/// # Errors
/// [`Error::Setup`] if the file cannot be made, or is something else than a calendar database.
pub fn init(path: &Path) -> Result<Initialised> {
    let _lock = Lock::to_write(path)?;
    match look(path)? {
        Found::Calendar => Ok(Initialised::There),
        Found::Empty => {
            if fs::metadata(with_suffix(path, "-wal")).is_ok_and(|log| log.len() > 0) {
                return Err(empty(path));
            }
            // It may have any mode.
            own(path)?;
            fill(path)
        }
        // Made whole under another name, so that at no moment there is half of one under this.
        Found::Nothing => {
            let log = with_suffix(path, "-wal");
            if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
                return Err(Error::Setup(format!(
                    "{} is the log of a database that is gone: restore a backup, or remove it to begin anew",
                    log.display()
                )));
            }
            let partial = StagedFile::beside(path)?;
            fill(partial.path())?;
            let placed = partial.persist_noclobber(path)?;
            Ok(if placed { Initialised::Made } else { Initialised::There })
        }
    }
}

/// Makes the database in an empty file.
fn fill(path: &Path) -> Result<Initialised> {
    let mut conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let begun = |conn: &mut Connection| -> rusqlite::Result<Initialised> {
        set_wal(conn)?;
        // Another process may be making it at the same moment: look again, with the lock held.
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if tx.query_row("SELECT 1 FROM sqlite_schema", [], |_| Ok(())).optional()?.is_some() {
            return Ok(Initialised::There);
        }
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute_batch(SIGNING_KEY_TABLE)?;
        let mut key = [0; SIGNING_KEY_BYTES];
        getrandom::fill(&mut key)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        tx.execute("INSERT INTO signing_key (id, key) VALUES (1, ?1)", [&key[..]])?;
        tx.commit()?;
        Ok(Initialised::Made)
    };
    begun(&mut conn).map_err(|error| unusable(path, &error))
}

/// The file at `path` is empty, which no calendar is.
fn empty(path: &Path) -> Error {
    let shown = path.display();
    Error::Setup(format!(
        "{shown} is empty, which no calendar is: restore a backup, or remove it to begin anew"
    ))
}

/// Makes the database to be served if there is none; but where there was one of which nothing is
/// left, it is not taken for a place to begin anew.
pub(in crate::store) fn init_to_serve(path: &Path) -> Result<Initialised> {
    if look(path)? == Found::Empty { Err(empty(path)) } else { init(path) }
}

/// That the file, and what lies beside it, may be written. Asked before SQLite opens it, which falls
/// back to reading without a word, and leaves files beside it that then nobody may write.
pub(in crate::store) fn writable(path: &Path) -> Result<()> {
    for side in ["", "-wal", "-shm"] {
        let file = if side.is_empty() { path.to_owned() } else { with_suffix(path, side) };
        match access(&file, Access::WRITE_OK) {
            // What lies beside it goes with whoever closes it last.
            Ok(()) | Err(Errno::NOENT) => {}
            Err(_) => {
                let shown = file.display();
                return Err(Error::Setup(format!(
                    "no permission to write {shown}: run as its owner, or change its mode"
                )));
            }
        }
    }
    Ok(())
}

/// Where a path leads: what SQLite keeps beside a database is beside the file and not beside a link.
pub(in crate::store) fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let resolved = path.canonicalize().ok().or_else(|| {
        Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
    });
    resolved.unwrap_or_else(|| path.to_owned())
}

/// The name of a file beside the database.
pub(in crate::store) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = real(path).into_os_string();
    name.push(suffix);
    name.into()
}

/// Makes the file its owner's alone: it holds the key that signs tokens. SQLite gives `-wal` and
/// `-shm` the same mode when it makes them.
pub(in crate::store) fn own(path: &Path) -> Result<()> {
    let mode =
        fs::metadata(path).map_err(|error| cannot("open", path, &error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let alone = fs::Permissions::from_mode(mode & 0o700);
    fs::set_permissions(path, alone).map_err(|error| cannot("change the mode of", path, &error))
}

/// Switches to the write-ahead log. Unlike anything else, this does not wait for a lock by itself.
fn set_wal(conn: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match conn.pragma_update(None, "journal_mode", "wal") {
            Err(error) if is_busy(&error) && Instant::now() < until => {
                sleep(Duration::from_millis(5))
            }
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Tells what is at `path` without changing it.
///
/// # Errors
/// [`Error::Setup`] if it is no calendar database, or cannot be read.
pub(in crate::store) fn look(path: &Path) -> Result<Found> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return folder_exists(path).map(|()| Found::Nothing);
        }
        Err(error) => return Err(cannot("open", path, &error)),
        Ok(there) if there.is_dir() => {
            return Err(Error::Setup(format!(
                "{} is a folder: name a file in it with --database",
                path.display()
            )));
        }
        Ok(there) if !there.is_file() => {
            return Err(Error::Setup(format!(
                "{} is no file: name one with --database",
                path.display()
            )));
        }
        Ok(there) if there.len() == 0 => return Ok(Found::Empty),
        Ok(_) => {}
    }
    let conn = open_to_look(path)?;
    let seen = || -> rusqlite::Result<(i32, bool)> {
        // One state of the file: another process may be making it at this moment.
        conn.execute_batch("BEGIN")?;
        let id = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables =
            conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
        Ok((id, tables))
    };
    match seen().map_err(|error| unusable(path, &error))? {
        (APPLICATION_ID, _) => Ok(Found::Calendar),
        (0, false) => Ok(Found::Empty),
        _ => Err(Error::Setup(format!(
            "{} is the database of another program: name another file with --database",
            path.display()
        ))),
    }
}

fn folder_exists(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(Error::Setup(format!(
            "the folder {} does not exist: make it first",
            folder.display()
        ))),
        _ => Ok(()),
    }
}

/// Opens the file for the writer thread.
pub(in crate::store) fn open_for_writing(path: &Path) -> Result<Connection> {
    writable(path)?;
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let set = || {
        set_wal(&conn)?;
        // FULL: a commit has reached the disk when it returns, so an answer of 200 is a promise.
        conn.pragma_update(None, "synchronous", "full")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        // A long burst of writes does not leave its log's size behind for ever.
        conn.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)
    };
    set().map_err(|error| unusable(path, &error))?;
    Ok(conn)
}

/// Opens the file for a reader thread.
pub(in crate::store) fn open_for_reading(path: &Path) -> Result<Connection> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let set = || {
        conn.pragma_update(None, "query_only", true)?;
        // Its log is opened by the first query: here, and not when there is no file left to open.
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    set().map_err(|error| unusable(path, &error))?;
    Ok(conn)
}

/// Opens the file for a look that leaves no trace, in the file or beside it. Where there is a `-wal`,
/// its pages must not be folded into the file, as the last connection that may write does when it
/// closes; where there is none, only a connection that may write removes the one that it makes. Who
/// may not write reads the file as it lies there, since then nobody of that user is at work on it.
pub(in crate::store) fn open_to_look(path: &Path) -> Result<Connection> {
    let in_use = with_suffix(path, "-wal").exists();
    if in_use {
        return open(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    }
    let real = real(path);
    let may_write = |path: &Path| access(path, Access::WRITE_OK).is_ok();
    if may_write(&real) && real.parent().is_some_and(may_write) {
        return open(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    }
    let absolute = std::path::absolute(path).map_err(|error| cannot("open", path, &error))?;
    let encoded = percent_encode(absolute.as_os_str().as_bytes(), NON_ALPHANUMERIC);
    let access = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    connect(format!("file:{encoded}?immutable=1").as_ref(), access)
        .map_err(|error| unusable(path, &error))
}

/// The key that was made with the database.
pub(in crate::store) fn signing_key(conn: &Connection) -> Result<Vec<u8>> {
    Ok(conn.query_row("SELECT key FROM signing_key WHERE id = 1", [], |row| row.get(0))?)
}

pub(in crate::store) fn open(path: &Path, access: OpenFlags) -> Result<Connection> {
    connect(path, access).map_err(|error| unusable(path, &error))
}

fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    // Absolute, since SQLite gives some relative names a meaning of its own, such as `:memory:`.
    let uri = access.contains(OpenFlags::SQLITE_OPEN_URI);
    let plain = if uri { None } else { std::path::absolute(path).ok() };
    let conn = Connection::open_with_flags(
        plain.as_deref().unwrap_or(path),
        access | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(64);
    // The plan of a kept statement does not depend on what is bound to it. Without this, SQLite
    // prepares a statement anew for every value that a partial index or a range is asked with,
    // which took most of the time of a view.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(conn)
}

/// What an error of the database at `path` means for its operator, who is told which file it is.
pub(in crate::store) fn about(path: &Path, error: Error) -> Error {
    match error {
        Error::Internal(why) | Error::Unavailable(why) => {
            let shown = path.display();
            Error::Setup(format!(
                "cannot use {shown}: {why}; see calendar-server db check, or restore a backup"
            ))
        }
        other => other,
    }
}

/// There is no database at `path`.
pub(in crate::store) fn missing(path: &Path) -> Error {
    let shown = path.display();
    Error::Setup(format!("there is no database {shown}: make it with calendar-server db init"))
}

/// Why a file cannot be used, for its operator.
pub(in crate::store) fn unusable(path: &Path, error: &rusqlite::Error) -> Error {
    let shown = path.display();
    Error::Setup(match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            format!("{shown} is not a database: name another file with --database")
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("{shown} is damaged: restore it from a backup ({error})")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => format!(
            "no permission to read and write {shown} and its folder: run as its owner, or change its mode ({error})"
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("{shown} is locked by another program: try again when that is done")
        }
        Some(ErrorCode::DiskFull) => format!("there is no room on the disk for {shown}"),
        _ => format!("cannot use {shown}: {error}"),
    })
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    let shown = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied => Error::Setup(format!(
            "no permission to {what} {shown}: run as the owner of its folder, or change its mode"
        )),
        _ => Error::Setup(format!("cannot {what} {shown}: {error}")),
    }
}
