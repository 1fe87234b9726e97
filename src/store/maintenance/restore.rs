//! Putting a backup in the place of a database.
//!
//! A process that is killed at it, or a machine that loses power, leaves the old database or the
//! backup at the path, whole, and never nothing. What was there is kept under another name, which
//! nothing had before.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::backup::{Contents, Progress, Stop, copy};
use super::migrations;
use crate::error::{Error, Result};
use crate::store::engine::BUSY_TIMEOUT;
use crate::store::engine::file::{self, Found, with_suffix};
use crate::store::engine::lock::Lock;
use crate::store::engine::staged::StagedFile;
use crate::store::tables::users;

/// What SQLite may keep beside a database.
const SIDES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// What the database now holds.
    pub contents: Contents,
    /// Where what was there is kept, if anything was.
    pub kept: Option<PathBuf>,
    /// Why the users of what was there are not known, if they were asked for and are not.
    pub unknown: Option<String>,
}

/// Replaces the database at `to` by a checked copy of the backup at `from`. What was there is kept
/// beside it, under its name with `suffix`; at no moment is there nothing. With `end_tokens`, no
/// token counts that was given out before: also those that were ended after the backup was made, and
/// those of users who registered after it. For that the backup is migrated, if it has to be.
///
/// # Errors
/// [`Error::Setup`] if the backup is none, is damaged or newer than this binary, or another process
/// is at work on the database; nothing is changed then.
pub fn restore(
    from: &Path,
    to: &Path,
    suffix: &str,
    end_tokens: bool,
    progress: &mut Progress<'_>,
) -> Result<Restored> {
    if file::look(from)? != Found::Calendar {
        return Err(Error::Setup(format!(
            "{} is no backup of a calendar database",
            from.display()
        )));
    }
    migrations::plan(from)?;
    let there = to.exists();
    if there && is_same(from, to) {
        return Err(Error::Setup(format!(
            "{} is the database itself: name a backup",
            from.display()
        )));
    }
    let _alone = there.then(|| Lock::alone(to)).transpose()?;
    let _folder = Lock::to_replace(to)?;
    // The file itself, where a link leads to it: a rename would put the database in the link's place.
    let to = &file::real(to);
    let partial = StagedFile::beside(to)?;
    let contents = copy(from, partial.path(), progress, &Stop::default())?;
    let mut unknown = None;
    if end_tokens {
        let replaced = if there { users_of(to).map(Some) } else { Ok(None) };
        unknown = replaced.as_ref().err().map(ToString::to_string);
        end_all_tokens(partial.path(), replaced.ok().flatten())?;
    }
    let kept = free_name(to, suffix);
    if there {
        let at_rest = checkpoint(to)?;
        keep_sides(to, &kept)?;
        partial.swap_in(to, &kept)?;
        if at_rest.is_some() {
            drop(at_rest);
            tidy(&kept);
        }
        return Ok(Restored { contents, kept: Some(kept), unknown });
    }
    // A log of what was there before would be taken for that of the backup.
    keep_sides(to, &kept)?;
    if !partial.persist_noclobber(to)? {
        let shown = to.display();
        return Err(Error::Setup(format!(
            "{shown} was made meanwhile: stop its server and restore again"
        )));
    }
    Ok(Restored { contents, kept: None, unknown })
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn users_of(path: &Path) -> Result<Vec<users::Known>> {
    let asked = file::open_to_look(path).and_then(|conn| users::known(&conn));
    asked.map_err(|error| file::about(path, error))
}

/// Makes every token invalid that was given out for the users of the database at `path`, and for
/// those who are `known` from elsewhere.
fn end_all_tokens(path: &Path, known: Option<Vec<users::Known>>) -> Result<()> {
    let end = || -> Result<()> {
        migrations::apply(path)?;
        let mut conn = file::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        users::end_all_tokens(&tx, known.as_deref().unwrap_or_default())?;
        Ok(tx.commit()?)
    };
    end().map_err(|error| file::about(path, error))
}

/// Folds the log of the database at `path` into the file and keeps others from writing to it. None if
/// it is damaged, which may not let that be done: then the two are kept as they are. While the
/// connection that is given is open, no other process writes to the file.
fn checkpoint(path: &Path) -> Result<Option<Connection>> {
    let in_use = || {
        Error::Setup(format!(
            "{} is in use by another program: close that first, and restore again",
            path.display()
        ))
    };
    let log = with_suffix(path, "-wal");
    let folded = || -> rusqlite::Result<Option<Connection>> {
        let conn = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        conn.execute_batch("BEGIN IMMEDIATE")?;
        // Nobody wrote in between.
        let empty = fs::metadata(&log).map_or(true, |log| log.len() == 0);
        Ok((busy == 0 && empty).then_some(conn))
    };
    match folded() {
        Ok(Some(conn)) => Ok(Some(conn)),
        Ok(None) => Err(in_use()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Err(in_use()),
        Err(_) => Ok(None),
    }
}

/// Removes what lies beside a database that is at rest: a connection that was open while the file got
/// its name does not do that when it is closed, and the last of another does.
fn tidy(path: &Path) {
    if let Ok(conn) = file::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let _ = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    }
}

/// A name beside `path` that neither a file nor what would lie beside it has yet.
fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let taken = |name: &Path| {
        fs::symlink_metadata(name).is_ok()
            || SIDES.iter().any(|side| fs::symlink_metadata(with_suffix(name, side)).is_ok())
    };
    let mut name = with_suffix(path, suffix);
    let mut number = 2;
    while taken(&name) {
        name = with_suffix(path, &format!("{suffix}-{number}"));
        number += 1;
    }
    name
}

/// Moves what lies beside the database at `path` to where it lies beside `kept`.
fn keep_sides(path: &Path, kept: &Path) -> Result<()> {
    for side in SIDES {
        match fs::rename(with_suffix(path, side), with_suffix(kept, side)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::Setup(format!("cannot keep {}{side}: {error}", path.display())));
            }
            _ => {}
        }
    }
    Ok(())
}
