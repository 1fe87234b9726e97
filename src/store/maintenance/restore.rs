//! Putting a backup in the place of a database.
//!
//! If the process is killed or the machine loses power, either the old database or the backup is at
//! the path, whole. The old database is kept under a name that nothing had before.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::backup::{Progress, Stop, copy};
use super::migrations;
use crate::error::{Error, Result};
use crate::store::engine::file::{self, Found};
use crate::store::engine::lock::Lock;
use crate::store::engine::place::SIDES;
use crate::store::engine::staged::StagedFile;
use crate::store::engine::{Place, connection, explain};
use crate::store::tables::contents::Contents;
use crate::store::tables::users;

const HAS_HISTORY: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'database_identity')";
const NEW_HISTORY: &str = "UPDATE database_identity SET history = random() WHERE id = 1";

/// How far the ids of entries of the history go on: a page that still offers to undo an entry from after the backup
/// undoes no other one.
const AFTER_LOST_ENTRIES: &str =
    "UPDATE sqlite_sequence SET seq = seq + 1000000000 WHERE name = 'history'";

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// What the database now holds.
    pub contents: Contents,
    /// Where the old database is kept, if there was one.
    pub kept: Option<PathBuf>,
    /// Why the users of the old database could not be read, if tokens were to be ended.
    pub unknown: Option<String>,
}

/// Replaces the database at `to` by a checked copy of the backup at `from`. What was there is kept
/// beside it, under its name with `suffix`. With `end_tokens`, every token that was given out before
/// becomes invalid: also one that was ended after the backup was made, and one of a user who
/// registered after it. For that the copy is migrated, if it has to be.
///
/// # Errors
/// [`Error::Setup`] if `from` is not a backup, is damaged or newer than this binary, or another
/// process is at work on the database; then nothing is changed.
pub fn restore(
    from: &Path,
    to: &Path,
    suffix: &str,
    end_tokens: bool,
    progress: &mut Progress<'_>,
) -> Result<Restored> {
    let (from, to) = (Place::of(from), Place::of(to));
    let Found::Calendar(backup) = file::look(&from)? else {
        return Err(Error::Setup(format!("{from} is not a backup of a calendar database")));
    };
    migrations::plan_of(&from, &backup)?;
    let there = to.path().exists();
    if there && from.path() == to.path() {
        return Err(Error::Setup(format!("{from} is the database itself: name a backup")));
    }
    let _alone = there.then(|| Lock::alone(&to)).transpose()?;
    let _replacing = Lock::to_replace(&to)?;
    let staged = StagedFile::beside(&to)?;
    let contents = copy(&from, backup, staged.place(), progress, &Stop::default())?;
    let mut unknown = None;
    if end_tokens {
        let replaced = if there { users_of(&to) } else { Ok(Vec::new()) };
        unknown = replaced.as_ref().err().map(ToString::to_string);
        end_all_tokens(staged.place(), &replaced.unwrap_or_default())?;
    }
    explain::named(staged.place(), begin_history(staged.place()))?;
    let kept = to.free_beside(suffix);
    if there {
        let at_rest = checkpoint(&to)?;
        keep_sides(&to, &kept)?;
        staged.swap_in(&to, kept.path())?;
        if at_rest.is_some() {
            drop(at_rest);
            tidy(&kept);
        }
        return Ok(Restored { contents, kept: Some(kept.path().to_owned()), unknown });
    }
    // SQLite would take a log of what was there before for that of the backup.
    keep_sides(&to, &kept)?;
    if !staged.persist_noclobber(&to)? {
        return Err(Error::Setup(format!(
            "{to} was made meanwhile: stop its server and restore again"
        )));
    }
    Ok(Restored { contents, kept: None, unknown })
}

/// Gives the database at `place` a history of its own: a client that follows a calendar, or undoes what was done, does not go on
/// from what was after the backup. A database that has no such history yet gets one by its migration.
fn begin_history(place: &Place) -> Result<()> {
    let conn = connection::open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if conn.query_row(HAS_HISTORY, [], |row| row.get(0))? {
        conn.execute(NEW_HISTORY, [])?;
        conn.execute(AFTER_LOST_ENTRIES, [])?;
    }
    Ok(())
}

/// Everybody for whom the database at `place` has given out tokens.
fn users_of(place: &Place) -> Result<Vec<users::Known>> {
    let known = connection::open_to_look(place).and_then(|conn| users::known(&conn));
    explain::named(place, known)
}

/// Makes invalid every token of the users of the database at `place`, and of those who are `known`
/// from elsewhere.
fn end_all_tokens(place: &Place, known: &[users::Known]) -> Result<()> {
    let end = || -> Result<()> {
        migrations::migrate(place)?;
        let mut conn = connection::open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        users::end_all_tokens(&tx, known)?;
        Ok(tx.commit()?)
    };
    explain::named(place, end())
}

/// Moves the log of the database at `place` into the file and keeps other processes from writing to
/// it while the returned connection is open. Gives none if the database is too damaged for that: then
/// the file and its log are kept as they are.
fn checkpoint(place: &Place) -> Result<Option<Connection>> {
    let in_use = || {
        Error::Setup(format!(
            "{place} is in use by another program: close that first, and restore again"
        ))
    };
    let log = place.wal();
    let checkpointed = || -> rusqlite::Result<Option<Connection>> {
        let conn = connection::connect(place.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        conn.execute_batch("BEGIN IMMEDIATE")?;
        // Nobody wrote in between.
        let empty = fs::metadata(&log).map_or(true, |log| log.len() == 0);
        Ok((busy == 0 && empty).then_some(conn))
    };
    match checkpointed() {
        Ok(Some(conn)) => Ok(Some(conn)),
        Ok(None) => Err(in_use()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Err(in_use()),
        Err(_) => Ok(None),
    }
}

/// Removes what lies beside a database that is at rest. A connection that was open while the file got
/// its name does not do that when it closes; the last one opened since does.
fn tidy(place: &Place) {
    if let Ok(conn) = connection::open(place, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let _ = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    }
}

/// Moves what lies beside `place` to where it lies beside `kept`.
fn keep_sides(place: &Place, kept: &Place) -> Result<()> {
    for side in SIDES {
        match fs::rename(place.beside(side), kept.beside(side)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::Setup(format!("cannot keep {place}{side}: {error}")));
            }
            _ => {}
        }
    }
    Ok(())
}
