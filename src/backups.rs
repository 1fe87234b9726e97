//! The scheduled backups: the server makes a checked copy in a folder at intervals, and keeps the
//! last few.
//!
//! They are made on a thread of their own, over connections of its own, so that neither readers nor
//! the writer wait for them. The outcome of each is recorded in the database, for `db status` and the
//! health check.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::clock::Clock;
use crate::config::Schedule;
use crate::error::{Error, Result};
use crate::model::WallTime;
use crate::store::{self, DirectStore, PendingNote, Presence, Stop};

/// How long to wait after a backup that failed.
const RETRY: Duration = Duration::from_mins(10);
/// How long a stopping server waits for a backup to stop. This is long enough unless the disk
/// hangs.
const GRACE: Duration = Duration::from_secs(2);

/// The file name of a backup that is made at `now`: `calendar-20170620-090000.sqlite`.
#[must_use]
pub fn name(now: WallTime) -> String {
    format!("calendar-{}.sqlite", now.compact())
}

/// The thread that makes backups. It ends when this is dropped, and leaves at most a hidden file,
/// which the next backup removes.
#[derive(Debug)]
pub struct Backups {
    stop: Stop,
    wake: Option<Sender<()>>,
    ended: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Backups {
    /// Starts making backups of `database` as `schedule` says. An outcome that cannot be recorded in
    /// the database is put into `pending`. While its files are not at their paths, by
    /// `presence`, no backup is made.
    ///
    /// # Errors
    /// [`Error::Setup`] if the folder cannot be made.
    pub fn start(
        database: PathBuf,
        schedule: Schedule,
        clock: Clock,
        pending: PendingNote,
        presence: Arc<Presence>,
    ) -> Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&schedule.folder);
        made.map_err(|error| {
            Error::Setup(format!("backup_dir: cannot make {}: {error}", schedule.folder.display()))
        })?;
        let stop = Stop::default();
        let (wake, woken) = bounded(0);
        let (ending, ended) = bounded(0);
        let work = Work { database, schedule, clock, pending, presence, stop: stop.clone() };
        let thread = std::thread::Builder::new()
            .name("backups".into())
            .spawn(move || {
                // Dropped when the thread ends, even by a panic. `Backups::drop` waits for that.
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
            tracing::warn!("a backup does not stop, and is left unfinished");
        } else if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the backup thread panicked");
        }
    }
}

/// The thread's work, and what it needs for it.
struct Work {
    database: PathBuf,
    schedule: Schedule,
    clock: Clock,
    pending: PendingNote,
    presence: Arc<Presence>,
    stop: Stop,
}

impl Work {
    fn run(&self, woken: &Receiver<()>) {
        let mut wait = self.due_in().unwrap_or_default();
        while woken.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = match self.make() {
                Ok(made) => {
                    tracing::info!(file = %made.display(), "made a backup");
                    self.schedule.every
                }
                // The server is stopping, so this is not a failure.
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
        let history =
            DirectStore::open(&self.database)?.read(|snapshot| snapshot.backup_history())?;
        let Some(last) = history.last else { return Ok(Duration::ZERO) };
        let age = self.clock.now()?.seconds().saturating_sub(last.seconds());
        // If the clock was set back, the last backup seems to lie in the future. Then a backup is
        // due.
        let age = u64::try_from(age).map_or(self.schedule.every, Duration::from_secs);
        Ok(self.schedule.every.saturating_sub(age))
    }

    fn make(&self) -> Result<PathBuf> {
        if let Err(error) = self.check_in_place() {
            self.pending.set(Some((self.clock.now()?, Some(error.to_string()))));
            return Err(error);
        }
        let (file, made) = loop {
            let file = unused_path(&self.schedule.folder, self.clock.now()?);
            let made = store::backup(&self.database, &file, &mut |_, _| {}, &self.stop);
            // Another server in the same folder may have taken the name meanwhile.
            if made.is_ok() || fs::symlink_metadata(&file).is_err() {
                break (file, made);
            }
        };
        if made.is_err() && self.stop.is_asked() {
            return made.map(|_| file);
        }
        let failure = made.as_ref().err().map(ToString::to_string);
        let now = self.clock.now()?;
        let recorded = self
            .check_in_place()
            .and_then(|()| DirectStore::open(&self.database))
            .and_then(|mut store| store.write(|tx| tx.note_backup(now, failure.as_deref())));
        match recorded {
            Ok(()) => self.pending.set(None),
            Err(error) => {
                self.pending.set(Some((now, failure)));
                tracing::error!("the outcome of the backup could not be recorded: {error}");
            }
        }
        made?;
        let removed =
            self.check_in_place().and_then(|()| remove_old(&self.database, &self.schedule, &file));
        if let Err(error) = removed {
            tracing::warn!("an old backup was not removed: {error}");
        }
        Ok(file)
    }

    /// Checks that the database at the path is the one that the server has open, and not another that
    /// was put there: nothing may be copied from that or noted in it.
    fn check_in_place(&self) -> Result<()> {
        self.presence.fault().map_or(Ok(()), |fault| Err(Error::Setup(fault)))
    }
}

/// An unused path in `folder` for a backup made at `now`. The name gets a number if it is taken: by
/// another server's backup, or by one made an hour earlier, when daylight saving time ends.
#[must_use]
pub fn unused_path(folder: &Path, now: WallTime) -> PathBuf {
    let name = name(now);
    let mut path = folder.join(&name);
    let mut number = 2;
    while fs::symlink_metadata(&path).is_ok() {
        path = folder.join(name.replace(".sqlite", &format!("-{number}.sqlite")));
        number += 1;
    }
    path
}

/// Removes the oldest of the server's backups, by the time in their names, until `schedule.keep` are
/// left. The newest is kept even if a clock that was set back gave it an old name. All other files,
/// those of another server among them, are left alone.
fn remove_old(database: &Path, schedule: &Schedule, newest: &Path) -> Result<()> {
    let cannot =
        |error| Error::Setup(format!("backup_dir: {}: {error}", schedule.folder.display()));
    let mut own = Vec::new();
    for entry in fs::read_dir(&schedule.folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        if entry.path() != newest && entry.file_name().to_str().and_then(order).is_some() {
            own.push(entry.path());
        }
    }
    let mut own = store::backups_of(database, own)?;
    own.sort_by_key(|file| file.file_name().and_then(OsStr::to_str).and_then(order));
    let surplus = (own.len() + 1).saturating_sub(schedule.keep);
    // `remove_file` removes the name in the folder, never what a link points to.
    let removed: Vec<_> = own.iter().take(surplus).map(fs::remove_file).collect();
    removed.into_iter().collect::<io::Result<()>>().map_err(cannot)
}

/// The time in a name that [`unused_path`] gives, and its number. None for any other name.
fn order(file: &str) -> Option<(String, u32)> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> =
        file.strip_prefix("calendar-")?.strip_suffix(".sqlite")?.split('-').collect();
    let (date, time, number) = match parts[..] {
        [date, time] => (date, time, 1),
        [date, time, number] if digits(number) => (date, time, number.parse().ok()?),
        _ => return None,
    };
    let is_time = date.len() == 8 && time.len() == 6 && digits(date) && digits(time);
    is_time.then(|| (format!("{date}{time}"), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_that_the_server_gives_are_its_own() {
        let time = WallTime::parse("sdate", "2017-06-20 09:00:00").unwrap();
        assert_eq!(name(time), "calendar-20170620-090000.sqlite");
        let ordered = ["", "-2", "-10"]
            .map(|number| order(&format!("calendar-20170620-090000{number}.sqlite")));
        assert!(ordered[0].is_some() && ordered.is_sorted(), "{ordered:?}");
        for other in [
            "calendar.sqlite",
            "calendar-mine.sqlite",
            "calendar-20170620.sqlite",
            "calendar-2017062-0900000.sqlite",
            "calendar-20170620-090000-.sqlite",
            "calendar-20170620-090000-2-3.sqlite",
            "x",
        ] {
            assert_eq!(order(other), None, "{other}");
        }
    }
}
