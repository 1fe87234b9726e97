//! Copies of a database.
//!
//! A copy is made of one state of the database, by SQLite's backup API, while a server goes on
//! writing. It is checked before it gets its name, so that a file of that name is a sound copy. Until
//! then it is a hidden file beside it, which is removed if anything goes wrong.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use rustix::process::geteuid;

use super::check;
use crate::error::{Error, Result};
use crate::store::engine::init::signing_key;
use crate::store::engine::staged::StagedFile;
use crate::store::engine::{BUSY_TIMEOUT, Place, connection, explain, file};
use crate::store::tables::contents::Contents;

/// How many pages to copy between two reports of the progress: 1 MiB.
const PAGES: i32 = 256;

/// How many steps of SQLite's virtual machine to run between two looks at [`Stop`]: some tenths of a
/// millisecond.
const STEPS: i32 = 10_000;

/// Told, while a copy is being made, how many pages are copied and how many there are.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

/// Asks a copy to stop, while it is being made or checked. Clones are the same request.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the copy to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Has SQLite interrupt the statements of `conn` once it is asked.
    fn interrupt(&self, conn: &mut Connection) -> Result<()> {
        let stop = self.clone();
        Ok(conn.progress_handler(STEPS, Some(move || stop.is_asked()))?)
    }
}

/// Copies the database at `from` to the file `to`, which must not be there.
///
/// # Errors
/// [`Error::Setup`] if `from` cannot be read or `to` not written, if the copy is not sound, or if it
/// was stopped.
pub fn backup(
    from: &Path,
    to: &Path,
    progress: &mut Progress<'_>,
    stop: &Stop,
) -> Result<Contents> {
    let (from, to) = (Place::of(from), Place::of_new(to));
    let taken = || Error::Setup(format!("{to} exists already: name another file"));
    let source = file::calendar(&from)?;
    if fs::symlink_metadata(to.path()).is_ok() {
        return Err(taken());
    }
    let staged = StagedFile::beside(&to)?;
    let contents = copy(&from, source, staged.place(), progress, stop)?;
    if staged.persist_noclobber(&to)? { Ok(contents) } else { Err(taken()) }
}

/// Those of `files` that are backups of the database at `database`: regular files of this user that
/// have its signing key. Left out are links, the database itself, and a file with a log beside it, which
/// another server has open.
///
/// # Errors
/// [`Error::Setup`] if the database cannot be read.
pub fn backups_of(database: &Path, mut files: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    let place = Place::of(database);
    let key = signing_key(&file::calendar(&place)?)?;
    let itself = fs::metadata(place.path()).ok().map(|found| (found.dev(), found.ino()));
    files.retain(|path| {
        let Ok(found) = fs::symlink_metadata(path) else { return false };
        found.is_file()
            && found.uid() == geteuid().as_raw()
            && itself != Some((found.dev(), found.ino()))
            && !Place::of_new(path).wal().exists()
            && file::calendar(&Place::of(path)).and_then(|conn| signing_key(&conn)).ok().as_ref()
                == Some(&key)
    });
    Ok(files)
}

/// Copies the database at `from` to the empty file at `to`, and checks the copy. `source` is the
/// connection of [`file::calendar`], whose transaction makes the copy one state of it.
///
/// # Errors
/// As [`backup`].
pub(in crate::store) fn copy(
    from: &Place,
    source: Connection,
    to: &Place,
    progress: &mut Progress<'_>,
    stop: &Stop,
) -> Result<Contents> {
    copy_and_check(from, source, to, progress, stop).map_err(|error| match error {
        Error::Internal(why) | Error::Unavailable(why) => {
            Error::Setup(format!("cannot copy {from}: {why}"))
        }
        other => other,
    })
}

fn copy_and_check(
    from: &Place,
    mut source: Connection,
    to: &Place,
    progress: &mut Progress<'_>,
    stop: &Stop,
) -> Result<Contents> {
    let stopped = || Error::Unavailable("it was stopped".into());
    stop.interrupt(&mut source)?;
    let contents = Contents::of(&source)?;
    let mut target = connection::open(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    stop.interrupt(&mut target)?;
    let mut run = |target: &mut Connection| -> Result<()> {
        let backup = Backup::new(&source, target)?;
        let mut waited_since = None;
        loop {
            if stop.is_asked() {
                return Err(stopped());
            }
            let step = backup.step(PAGES)?;
            let state = backup.progress();
            let (total, left) = (
                u64::from(state.pagecount.unsigned_abs()),
                u64::from(state.remaining.unsigned_abs()),
            );
            progress(total.saturating_sub(left), total);
            match step {
                StepResult::Done => return Ok(()),
                StepResult::More => waited_since = None,
                _ if waited_since.get_or_insert_with(Instant::now).elapsed() > BUSY_TIMEOUT => {
                    return Err(Error::Unavailable("the database is locked".into()));
                }
                _ => sleep(Duration::from_millis(5)),
            }
        }
    };
    run(&mut target)?;
    drop(source);
    // A backup is one file, without a log beside it.
    target
        .pragma_update(None, "journal_mode", "delete")
        .map_err(|error| explain::unusable(to, &error))?;
    let mut wrong = check::structure(&target)?;
    if Contents::of(&target)? != contents {
        wrong.add("its numbers of rows differ".into());
    }
    match wrong.listed.first() {
        Some(first) => Err(Error::Setup(format!(
            "the copy of {from} is not sound, and was not kept: {first}; see calendar-server db check"
        ))),
        None => Ok(contents),
    }
}
