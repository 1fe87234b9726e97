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

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::clock::Clock;
use crate::config::Schedule;
use crate::error::{Error, Result};
use crate::model::WallTime;
use crate::store::{self, DirectStore, PendingNote, Stop};

/// How long to wait before trying again what did not work.
const RETRY: Duration = Duration::from_secs(10 * 60);
/// How long a server that ends waits for a backup that is to stop: what is waited for then is a disk.
const GRACE: Duration = Duration::from_secs(2);

/// The name of a backup that is made at `now`.
#[must_use]
pub fn name(now: WallTime) -> String {
    format!("calendar-{}.sqlite", now.compact())
}

/// The thread that makes backups; it ends when this is dropped, leaving nothing half done but for a
/// hidden file, which the next backup removes.
#[derive(Debug)]
pub struct Backups {
    stop: Stop,
    wake: Option<Sender<()>>,
    ended: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Backups {
    /// Starts making backups of `database` as `schedule` says. What cannot be noted in it is put
    /// into `unnoted`.
    ///
    /// # Errors
    /// [`Error::Setup`] if the folder cannot be made.
    pub fn start(
        database: PathBuf,
        schedule: Schedule,
        clock: Clock,
        unnoted: PendingNote,
    ) -> Result<Self> {
        fs::create_dir_all(&schedule.folder).map_err(|error| {
            Error::Setup(format!("backup_dir: cannot make {}: {error}", schedule.folder.display()))
        })?;
        let stop = Stop::default();
        let (wake, woken) = bounded(0);
        let (ending, ended) = bounded(0);
        let work = Work { database, schedule, clock, unnoted, stop: stop.clone() };
        let thread = std::thread::Builder::new()
            .name("backups".into())
            .spawn(move || {
                // Dropped, and so told, also if it panics.
                let _ending: Sender<()> = ending;
                work.run(&woken);
            })
            .map_err(|error| Error::Setup(format!("cannot start the backup thread: {error}")))?;
        Ok(Self { stop, wake: Some(wake), ended, thread: Some(thread) })
    }
}

impl Drop for Backups {
    fn drop(&mut self) {
        self.stop.ask();
        drop(self.wake.take());
        if self.ended.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a backup does not stop: it is left unfinished");
        } else if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the backup thread panicked");
        }
    }
}

/// What the thread works with.
struct Work {
    database: PathBuf,
    schedule: Schedule,
    clock: Clock,
    unnoted: PendingNote,
    stop: Stop,
}

impl Work {
    fn run(&self, woken: &Receiver<()>) {
        let mut wait = self.due_in().unwrap_or_default();
        while woken.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = match self.attempt() {
                Ok(made) => {
                    tracing::info!(file = %made.display(), "made a backup");
                    self.schedule.every
                }
                // Broken off because the server stops: no failure to be noted.
                Err(_) if self.stop.is_asked() => return,
                Err(error) => {
                    tracing::error!("no backup was made: {error}");
                    RETRY.min(self.schedule.every)
                }
            };
        }
    }

    /// How long until the next backup, counted from the last that was made.
    fn due_in(&self) -> Result<Duration> {
        let attempts =
            DirectStore::open(&self.database)?.read(|snapshot| snapshot.backup_attempts())?;
        let Some(last) = attempts.last else { return Ok(Duration::ZERO) };
        let age = self.clock.now()?.seconds().saturating_sub(last.seconds());
        // A clock that was set back makes the last one look as if it were to come: then one is due.
        let age = u64::try_from(age).map_or(self.schedule.every, Duration::from_secs);
        Ok(self.schedule.every.saturating_sub(age))
    }

    fn attempt(&self) -> Result<PathBuf> {
        let file = self.schedule.folder.join(name(self.clock.now()?));
        let made = store::backup(&self.database, &file, &mut |_, _| {}, &self.stop);
        if made.is_err() && self.stop.is_asked() {
            return made.map(|_| file);
        }
        let failure = made.as_ref().err().map(ToString::to_string);
        let now = self.clock.now()?;
        let noted = DirectStore::open(&self.database)
            .and_then(|mut store| store.write(|tx| tx.note_backup(now, failure.as_deref())));
        match noted {
            Ok(()) => self.unnoted.set(None),
            Err(error) => {
                self.unnoted.set(Some((now, failure)));
                tracing::error!("how the backup went could not be noted: {error}");
            }
        }
        made?;
        remove_old(&self.schedule, &file)?;
        Ok(file)
    }
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
