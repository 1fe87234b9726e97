//! Copies of a database, and putting one back.
//!
//! A copy is made of one state of the database, by SQLite's backup API, while a server goes on
//! writing. It is checked before it gets its name: whoever sees the file may rely on it. Until then
//! it is a hidden file beside it, which is removed if anything goes wrong.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::file::{self, Found};
use super::lock::Lock;
use super::partial::Partial;
use super::{BUSY_TIMEOUT, Snapshot, Transaction, check, schema};
use crate::error::{Error, Result};
use crate::model::WallTime;

/// How many pages are copied between two looks at the progress: 1 MiB.
const PAGES: i32 = 256;

/// What is told of a copy under way, in pages; the answer is whether to go on.
pub type Progress<'a> = dyn FnMut(u64, u64) -> bool + 'a;

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Users.
    pub users: i64,
    /// Groups.
    pub groups: i64,
    /// Events, birthdays included.
    pub events: i64,
}

/// Copies the database at `from` to the file `to`, which must not be there.
///
/// # Errors
/// [`Error::Setup`] if it cannot be read, or not be written, or the copy is not sound.
pub fn backup(from: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<Contents> {
    if file::look(from)? != Found::Calendar {
        return Err(file::missing(from));
    }
    if to.exists() {
        return Err(Error::Setup(format!("{} exists already: name another file", to.display())));
    }
    let partial = Partial::beside(to)?;
    let contents = copy(from, partial.path(), progress)?;
    if !partial.take_place(to)? {
        return Err(Error::Setup(format!("{} exists already: name another file", to.display())));
    }
    Ok(contents)
}

/// Replaces the database at `to` by a checked copy of the backup at `from`. What was there is kept
/// beside it, under its name with `suffix`, which is given back; at no moment is there nothing.
///
/// # Errors
/// [`Error::Setup`] if the backup is none, is damaged or newer than this binary, or a server has
/// the database; nothing is changed then.
pub fn restore(
    from: &Path,
    to: &Path,
    suffix: &str,
    progress: &mut Progress<'_>,
) -> Result<(Contents, Option<PathBuf>)> {
    if file::look(from)? != Found::Calendar {
        return Err(Error::Setup(format!(
            "{} is no backup of a calendar database",
            from.display()
        )));
    }
    schema::plan(from)?;
    let there = to.exists();
    if there && is_same(from, to) {
        return Err(Error::Setup(format!(
            "{} is the database itself: name a backup",
            from.display()
        )));
    }
    let _lock = there.then(|| Lock::take(to)).transpose()?;
    // The file itself, where a link leads to it: a rename would put the database in the link's place.
    let to = &file::real(to);
    let kept = file::with_suffix(to, suffix);
    let partial = Partial::beside(to)?;
    let contents = copy(from, partial.path(), progress)?;
    if there {
        keep(to, &kept)?;
        partial.replace(to)?;
        return Ok((contents, Some(kept)));
    }
    // A log of what was there before would be taken for that of the backup.
    keep_sides(to, &kept)?;
    if !partial.take_place(to)? {
        let shown = to.display();
        return Err(Error::Setup(format!(
            "{shown} was made meanwhile: stop its server and restore again"
        )));
    }
    Ok((contents, None))
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Copies and checks.
fn copy(from: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<Contents> {
    copy_and_check(from, to, progress).map_err(|error| match error {
        Error::Internal(why) | Error::Unavailable(why) => {
            Error::Setup(format!("cannot copy {}: {why}", from.display()))
        }
        other => other,
    })
}

fn copy_and_check(from: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<Contents> {
    let source = file::open_to_look(from)?;
    // One state of the source, however long the copy takes.
    source.execute_batch("BEGIN")?;
    let contents = contents(&source)?;
    let mut target = file::open(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut run = |target: &mut Connection| -> Result<()> {
        let backup = Backup::new(&source, target)?;
        let mut waited_since = None;
        loop {
            match backup.step(PAGES)? {
                StepResult::Done => return Ok(()),
                StepResult::More => waited_since = None,
                _ if waited_since.get_or_insert_with(Instant::now).elapsed() > BUSY_TIMEOUT => {
                    return Err(Error::Unavailable("the database is locked".into()));
                }
                _ => sleep(Duration::from_millis(5)),
            }
            let state = backup.progress();
            let (total, left) = (
                u64::from(state.pagecount.unsigned_abs()),
                u64::from(state.remaining.unsigned_abs()),
            );
            if !progress(total.saturating_sub(left), total) {
                return Err(Error::Unavailable("the copy was broken off".into()));
            }
        }
    };
    run(&mut target)?;
    // A file to be kept has no log beside it.
    target
        .pragma_update(None, "journal_mode", "delete")
        .map_err(|error| file::unusable(to, &error))?;
    let mut wrong = check::structure(&target)?;
    if self::contents(&target)? != contents {
        wrong.push("it has other numbers of rows".into());
    }
    match wrong.first() {
        Some(first) => Err(Error::Setup(format!(
            "the copy of {} is not sound, and was not kept: {first}; see calendar-server db check",
            from.display()
        ))),
        None => Ok(contents),
    }
}

fn contents(conn: &Connection) -> Result<Contents> {
    let count = |table: &str| -> Result<i64> {
        let there =
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
        if !conn.query_row(there, [table], |row| row.get(0))? {
            return Ok(0);
        }
        Ok(conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
    };
    Ok(Contents {
        users: count("user")?,
        groups: count("calendar_group")?,
        events: count("event")?,
    })
}

/// Gives the database at `path` a second name, with all that its log holds.
fn keep(path: &Path, kept: &Path) -> Result<()> {
    let cannot = |error: io::Error| {
        Error::Setup(format!("cannot keep {} as {}: {error}", path.display(), kept.display()))
    };
    // Folds the log into the file. A damaged one may not let that be done: then both are kept.
    if let Ok(conn) = file::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
    // Another name for the file, or a copy where a file can have but one.
    fs::hard_link(path, kept).or_else(|_| fs::copy(path, kept).map(drop)).map_err(cannot)?;
    keep_sides(path, kept)
}

/// Moves what lies beside the database at `path` to where it lies beside `kept`.
fn keep_sides(path: &Path, kept: &Path) -> Result<()> {
    for side in ["-wal", "-shm", "-journal"] {
        match fs::rename(file::with_suffix(path, side), file::with_suffix(kept, side)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Setup(format!("cannot keep {}{side}: {error}", path.display())));
            }
            _ => {}
        }
    }
    Ok(())
}

/// How the attempts at a backup went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    /// When one was last made.
    pub last: Option<WallTime>,
    /// When and why one was not made, if that was the last attempt.
    pub failed: Option<(WallTime, String)>,
}

impl Snapshot<'_> {
    /// How the attempts at a backup went.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn backup_attempts(&self) -> Result<Attempts> {
        attempts(self.conn)
    }
}

pub(super) fn attempts(conn: &Connection) -> Result<Attempts> {
    let mut found = Attempts::default();
    let mut statement = conn.prepare("SELECT finished, failure FROM backup ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    let mut first = true;
    while let Some(row) = rows.next()? {
        let at = WallTime::from_seconds(row.get(0)?)?;
        match row.get::<_, Option<String>>(1)? {
            None => {
                found.last = Some(at);
                break;
            }
            Some(failure) if first => found.failed = Some((at, failure)),
            Some(_) => {}
        }
        first = false;
    }
    Ok(found)
}

impl Transaction<'_> {
    /// Notes an attempt at a backup, and why it failed if it did; the last hundred are kept.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_backup(&self, finished: WallTime, failure: Option<&str>) -> Result<()> {
        let sql = "INSERT INTO backup (finished, failure) VALUES (?1, ?2)";
        self.conn.execute(sql, (finished.seconds(), failure))?;
        let old = "DELETE FROM backup WHERE id <= (SELECT max(id) FROM backup) - 100
            AND id <> (SELECT max(id) FROM backup WHERE failure IS NULL)";
        self.conn.execute(old, [])?;
        Ok(())
    }
}
