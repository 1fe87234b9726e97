//! Locks on a database: advisory locks (`flock`), separate from SQLite's own.
//!
//! - One server per database, by an exclusive lock on the file. A restore, which replaces the file,
//!   takes the same lock.
//! - Commands write beside a server, but not while a restore replaces the file: their writes would
//!   go to the file that is put aside. They take a shared lock on an empty file beside it, named with
//!   `.lock`, and a restore takes an exclusive one. Whoever unlocks it last removes it. Only the owner
//!   can open it, so no other program can hold up a server, as it could by a lock on the folder.
//!
//! The file that holds a lock is closed after every connection of the process: when a process closes
//! any of its handles on a database, it loses all of SQLite's locks on it (POSIX `fcntl`).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::connection::BUSY_TIMEOUT;
use super::explain;
use super::place::Place;
use crate::error::{Error, Result};

/// How long to wait between two tries to lock.
const PAUSE: Duration = Duration::from_millis(5);
/// How long to wait for a command that probes the lock of a server ([`refuse_alias`]).
const PROBED: Duration = Duration::from_millis(100);
/// The longest time from a server's lock on the file to the creation of its log.
const STARTING: Duration = Duration::from_secs(1);

/// The suffix of the file whose lock keeps a restore from the writers.
const LOCK: &str = ".lock";

/// A lock, held until it is dropped.
#[derive(Debug)]
pub(in crate::store) struct Lock {
    /// The locked file, and its place if it is one that exists for its lock alone. None where no file
    /// can be made, and so nothing be written.
    held: Option<(File, Option<Place>)>,
}

impl Lock {
    /// Locks the database at `place`, which must exist, for one server or one restore.
    ///
    /// # Errors
    /// [`Error::Setup`] if another server or restore holds the lock.
    pub(in crate::store) fn alone(place: &Place) -> Result<Self> {
        lock_file(place, &mut || {})
    }

    /// Locks the file beside the database at `place`, shared with others that write.
    ///
    /// # Errors
    /// [`Error::Setup`] if the database is being restored, and still is after some seconds.
    pub(in crate::store) fn to_write(place: &Place) -> Result<Self> {
        lock_beside(place, BUSY_TIMEOUT, File::try_lock_shared, || {
            format!("{place} is being restored: try again when that is done")
        })
    }

    /// Locks the file beside the database at `place`, to replace the database.
    ///
    /// # Errors
    /// [`Error::Setup`] if somebody writes to the database, and still does after some seconds.
    pub(in crate::store) fn to_replace(place: &Place) -> Result<Self> {
        lock_beside(place, BUSY_TIMEOUT, File::try_lock, || {
            format!(
                "another calendar-server command is at work on {place}: try again when that is done"
            )
        })
    }
}

/// Checks that no server has the file at `place` open under another name: a hard link, or a file that is
/// mounted alone. SQLite looks for the log beside the name that it is given, so it would miss what the
/// server has in its log, and damage the file.
///
/// Must not be called in the server's own process, since it closes a handle of the file.
///
/// # Errors
/// [`Error::Setup`] if a server has the file, and no log is beside it after a second.
pub(in crate::store) fn refuse_alias(place: &Place) -> Result<()> {
    // A restore holds the lock of a server too. The command itself reports it, and also a path that is
    // not a file; to open a pipe would block. Whoever removes the file of the lock holds it for a moment.
    let writing = lock_beside(place, PROBED, File::try_lock_shared, String::new);
    let is_file = fs::metadata(place.path()).is_ok_and(|found| found.is_file());
    let (Ok(_writing), true) = (writing, is_file) else { return Ok(()) };
    let Ok(file) = File::open(place.path()) else { return Ok(()) };
    let until = Instant::now() + STARTING;
    // A server that starts makes its log a moment after it locks the file.
    while !place.wal().exists() && matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        if Instant::now() > until {
            return Err(Error::Setup(format!(
                "a running calendar-server has {place} open under another name: give --database that name"
            )));
        }
        sleep(PAUSE);
    }
    Ok(())
}

/// Calls `opened` after it opens the file and before it locks it.
fn lock_file(place: &Place, opened: &mut dyn FnMut()) -> Result<Lock> {
    let until = Instant::now() + PROBED;
    loop {
        let file =
            File::open(place.path()).map_err(|error| explain::cannot("open", place, &error))?;
        opened();
        match file.try_lock() {
            // A restore may have put another file there meanwhile. Then that file is locked.
            Ok(()) if place.is(&file) => return Ok(Lock { held: Some((file, None)) }),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Setup(format!(
                    "another calendar-server has {place}: stop it first, or name another file with --database"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(cannot(place, &error)),
        }
    }
}

fn lock_beside(
    place: &Place,
    patience: Duration,
    try_lock: impl Fn(&File) -> std::result::Result<(), TryLockError>,
    taken: impl Fn() -> String,
) -> Result<Lock> {
    let beside = Place::exactly(place.beside(LOCK));
    let until = Instant::now() + patience;
    loop {
        let file = match open_beside(place, &beside) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(Lock { held: None }),
            // A command of root may be about to give it to its owner.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && Instant::now() < until => {
                sleep(PAUSE);
                continue;
            }
            Err(error) => return Err(cannot(place, &error)),
        };
        match try_lock(&file) {
            // Whoever held it before may have removed it meanwhile.
            Ok(()) if beside.is(&file) => return Ok(Lock { held: Some((file, Some(beside))) }),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(Error::Setup(taken())),
            Err(TryLockError::Error(error)) => return Err(cannot(place, &error)),
        }
    }
}

/// Opens the file that exists for its lock, which it makes if need be. None if nothing can be written
/// there: opening the database gives a better error.
fn open_beside(place: &Place, beside: &Place) -> io::Result<Option<File>> {
    // Neither a link nor a pipe is opened: the one leads elsewhere, the other would block.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600).custom_flags(flags);
    loop {
        match options.clone().create_new(true).open(beside.path()) {
            Ok(made) => {
                // A command of root must not leave a file that the server's user cannot open.
                let owner =
                    fs::metadata(place.path()).or_else(|_| fs::metadata(place.folder()))?.uid();
                if made.metadata()?.uid() != owner {
                    let _ = fchown(&made, Some(owner), None);
                }
                return Ok(Some(made));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                return match error.kind() {
                    ErrorKind::NotFound
                    | ErrorKind::NotADirectory
                    | ErrorKind::ReadOnlyFilesystem
                    | ErrorKind::PermissionDenied => Ok(None),
                    _ => Err(error),
                };
            }
        }
        match options.open(beside.path()) {
            // Whoever held it last has removed it meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened.map(Some),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Whoever waits for it looks, once it is locked, whether it is still there.
        if let Some((file, Some(beside))) = &self.held
            && file.try_lock().is_ok()
            && beside.is(file)
        {
            let _ = fs::remove_file(beside.path());
        }
    }
}

fn cannot(place: &Place, error: &io::Error) -> Error {
    Error::Setup(format!("cannot lock {place}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_replaced_before_it_was_locked_is_not_the_one_that_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        fs::write(&other, "new").unwrap();
        let place = Place::of(&path);
        let mut times = 0;
        let lock = lock_file(&place, &mut || {
            times += 1;
            if times == 1 {
                fs::rename(&other, &path).unwrap();
            }
        });
        assert_eq!(times, 2);
        let second = Lock::alone(&place).unwrap_err().to_string();
        assert!(second.starts_with("another calendar-server has "), "{second}");
        drop(lock);
        assert!(Lock::alone(&place).is_ok());
    }

    #[test]
    fn many_may_write_while_nobody_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&folder.path().join("calendar.sqlite"));
        let now = |try_lock: fn(&File) -> std::result::Result<(), TryLockError>| {
            lock_beside(&place, Duration::ZERO, try_lock, || "taken".into())
        };
        let writing = [Lock::to_write(&place).unwrap(), Lock::to_write(&place).unwrap()];
        assert_eq!(now(File::try_lock).unwrap_err().to_string(), "taken");
        drop(writing);
        let replacing = Lock::to_replace(&place).unwrap();
        assert_eq!(now(File::try_lock_shared).unwrap_err().to_string(), "taken");
        drop(replacing);
        assert!(now(File::try_lock_shared).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn a_lock_that_is_removed_while_somebody_waits_for_it_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&folder.path().join("calendar.sqlite"));
        let held = std::sync::Mutex::new(Some(Lock::to_replace(&place).unwrap()));
        let tries = std::sync::atomic::AtomicU32::new(0);
        let waiting = lock_beside(
            &place,
            Duration::from_secs(60),
            |file| {
                let tried = file.try_lock_shared();
                // Between the opening of the file and its second locking, it is unlocked and removed.
                if tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                    held.lock().unwrap().take();
                    return file.try_lock_shared();
                }
                tried
            },
            || "taken".into(),
        );
        assert_eq!(tries.into_inner(), 2);
        let replacing = lock_beside(&place, Duration::ZERO, File::try_lock, || "taken".into());
        assert_eq!(replacing.unwrap_err().to_string(), "taken");
        drop(waiting);
        assert!(Lock::to_replace(&place).is_ok());
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&folder.path().join("calendar.sqlite"));
        std::os::unix::fs::symlink(folder.path().join("other"), place.beside(LOCK)).unwrap();
        let refused = Lock::to_write(&place).unwrap_err().to_string();
        assert!(refused.starts_with("cannot lock "), "{refused}");
        assert!(!folder.path().join("other").exists());
    }
}
