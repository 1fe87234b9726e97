//! Backups that the server makes by itself: every so often a checked copy in a folder, of which the
//! last few are kept.
//!
//! They are made on a thread of their own, over connections of its own, so that neither readers nor
//! the writer wait for them. How each attempt went is noted in the database, where `db status` and
//! the health answer find it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};

use crate::clock::Clock;
use crate::config::Schedule;
use crate::error::{Error, Result};
use crate::model::WallTime;
use crate::store::{self, Direct};

/// How long to wait before trying again what did not work.
const RETRY: Duration = Duration::from_secs(10 * 60);

/// The name of a backup that is made at `now`.
#[must_use]
pub fn name(now: WallTime) -> String {
    format!("calendar-{}.sqlite", now.compact())
}

/// The thread that makes backups; it ends when this is dropped, leaving nothing half done.
#[derive(Debug)]
pub struct Backups {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Backups {
    /// Starts making backups of `database` as `schedule` says.
    ///
    /// # Errors
    /// [`Error::Setup`] if the folder cannot be made.
    pub fn start(database: PathBuf, schedule: Schedule, clock: Clock) -> Result<Self> {
        fs::create_dir_all(&schedule.folder).map_err(|error| {
            Error::Setup(format!("backup_dir: cannot make {}: {error}", schedule.folder.display()))
        })?;
        let (stop, stopped) = bounded(0);
        let thread = std::thread::Builder::new()
            .name("backups".into())
            .spawn(move || run(&database, &schedule, &clock, &stopped))
            .map_err(|error| Error::Setup(format!("cannot start the backup thread: {error}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Backups {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the backup thread panicked");
        }
    }
}

fn run(database: &Path, schedule: &Schedule, clock: &Clock, stopped: &Receiver<()>) {
    let mut wait = due_in(database, schedule, clock).unwrap_or_default();
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = match attempt(database, schedule, clock, stopped) {
            Ok(made) => {
                tracing::info!(file = %made.display(), "made a backup");
                schedule.every
            }
            // Broken off because the server stops: no failure to be noted.
            Err(_) if is_stopped(stopped) => return,
            Err(error) => {
                tracing::error!("no backup was made: {error}");
                RETRY.min(schedule.every)
            }
        };
    }
}

fn is_stopped(stopped: &Receiver<()>) -> bool {
    stopped.try_recv() == Err(TryRecvError::Disconnected)
}

/// How long until the next backup, counted from the last that was made.
fn due_in(database: &Path, schedule: &Schedule, clock: &Clock) -> Result<Duration> {
    let attempts = Direct::open(database)?.read(|snapshot| snapshot.backup_attempts())?;
    let Some(last) = attempts.last else { return Ok(Duration::ZERO) };
    let age = clock.now()?.seconds().saturating_sub(last.seconds());
    // A clock that was set back makes the last one look as if it were to come: then one is due.
    let age = u64::try_from(age).map_or(schedule.every, Duration::from_secs);
    Ok(schedule.every.saturating_sub(age))
}

fn attempt(
    database: &Path,
    schedule: &Schedule,
    clock: &Clock,
    stopped: &Receiver<()>,
) -> Result<PathBuf> {
    let file = schedule.folder.join(name(clock.now()?));
    let made = store::backup(database, &file, &mut |_, _| !is_stopped(stopped));
    if made.is_err() && is_stopped(stopped) {
        return made.map(|_| file);
    }
    let failure = made.as_ref().err().map(ToString::to_string);
    let now = clock.now()?;
    let noted = Direct::open(database)
        .and_then(|mut store| store.write(|tx| tx.note_backup(now, failure.as_deref())));
    if let Err(error) = noted {
        tracing::error!("how the backup went could not be noted: {error}");
    }
    made?;
    remove_old(schedule, &file)?;
    Ok(file)
}

/// Removes the oldest of the backups that the server made, by the time in their names, until as
/// many are left as are to be kept. The one that was just made is kept, whatever time a clock that
/// was set back gave it; other files are left alone.
fn remove_old(schedule: &Schedule, newest: &Path) -> Result<()> {
    let cannot =
        |error| Error::Setup(format!("backup_dir: {}: {error}", schedule.folder.display()));
    let mut own = Vec::new();
    for entry in fs::read_dir(&schedule.folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        if entry.path() != newest && entry.file_name().to_str().is_some_and(is_own) {
            own.push(entry.path());
        }
    }
    own.sort();
    let surplus = (own.len() + 1).saturating_sub(schedule.keep);
    own.iter().take(surplus).try_for_each(|old| fs::remove_file(old).map_err(cannot))
}

/// Whether a file has a name that [`name`] gives.
fn is_own(file: &str) -> bool {
    let time = file.strip_prefix("calendar-").and_then(|rest| rest.strip_suffix(".sqlite"));
    time.and_then(|time| time.split_once('-')).is_some_and(|(date, time)| {
        let digits = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        digits(date, 8) && digits(time, 6)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_that_the_server_gives_are_its_own() {
        let time = WallTime::parse("sdate", "2017-06-20 09:00:00").unwrap();
        assert_eq!(name(time), "calendar-20170620-090000.sqlite");
        assert!(is_own(&name(time)));
        for other in [
            "calendar.sqlite",
            "calendar-mine.sqlite",
            "calendar-20170620.sqlite",
            "calendar-2017062-0900000.sqlite",
            "x",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
