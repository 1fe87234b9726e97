//! Who may do what to a database file at a time: advisory locks (flock), apart from SQLite's own.
//!
//! - One server a database: it has the file itself for its own. So has a restore, which replaces it.
//! - Commands write beside a server, but not while a restore is replacing the file under them: what
//!   they wrote would be in the file that is put aside. They share the folder, which stays the same
//!   one, and a restore has it for its own. There is no lock file that somebody could remove.
//!
//! The file that holds a lock is closed after every connection of the process: closing any of a
//! process's handles on a database gives up all the locks that SQLite has on it (POSIX fcntl).

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{BUSY_TIMEOUT, file};
use crate::error::{Error, Result};

/// Held as long as it is there.
#[derive(Debug)]
pub(in crate::store) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// The database at `path`, which must be there, for a server or a restore alone.
    ///
    /// # Errors
    /// [`Error::Setup`] if a server has it.
    pub(in crate::store) fn alone(path: &Path) -> Result<Self> {
        take(path, &mut || {})
    }

    /// The folder of the database at `path`, for who writes to it in whatever company.
    ///
    /// # Errors
    /// [`Error::Setup`] if the database is being restored, and still is after some seconds.
    pub(in crate::store) fn to_write(path: &Path) -> Result<Self> {
        folder(path, BUSY_TIMEOUT, File::try_lock_shared, || {
            format!("{} is being restored: try again when that is done", path.display())
        })
    }

    /// The folder of the database at `path`, for who replaces the file.
    ///
    /// # Errors
    /// [`Error::Setup`] if somebody writes to a database in it, and still does after some seconds.
    pub(in crate::store) fn to_replace(path: &Path) -> Result<Self> {
        folder(path, BUSY_TIMEOUT, File::try_lock, || {
            format!(
                "another calendar-server command is at work on {}: try again when that is done",
                path.display()
            )
        })
    }
}

/// `opened` is called between the opening of the file and its lock.
fn take(path: &Path, opened: &mut dyn FnMut()) -> Result<Lock> {
    let shown = path.display();
    loop {
        let file = File::open(path)
            .map_err(|error| Error::Setup(format!("cannot open {shown}: {error}")))?;
        opened();
        match file.try_lock() {
            // A restore may have put another file there meanwhile: its is the one to be locked.
            Ok(()) if is_at(&file, path) => return Ok(Lock { _file: Some(file) }),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Setup(format!(
                    "another calendar-server has {shown}: stop it first, or name another file with --database"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(cannot(path, &error)),
        }
    }
}

fn folder(
    path: &Path,
    patience: Duration,
    try_lock: impl Fn(&File) -> std::result::Result<(), TryLockError>,
    taken: impl Fn() -> String,
) -> Result<Lock> {
    let file = match File::open(folder_of(&file::real(path))) {
        Ok(file) => file,
        // Nothing can be written there: whoever opens the database says it better.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Lock { _file: None }),
        Err(error) => return Err(cannot(path, &error)),
    };
    let until = Instant::now() + patience;
    loop {
        match try_lock(&file) {
            Ok(()) => return Ok(Lock { _file: Some(file) }),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(Error::Setup(taken())),
            Err(TryLockError::Error(error)) => return Err(cannot(path, &error)),
        }
    }
}

fn cannot(path: &Path, error: &io::Error) -> Error {
    Error::Setup(format!("cannot lock {}: {error}", path.display()))
}

/// The folder that a file is in.
pub(in crate::store) fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Whether the file that is open is the one at `path`.
pub(in crate::store) fn is_at(file: &File, path: &Path) -> bool {
    let identity = |found: fs::Metadata| (found.dev(), found.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => identity(open) == identity(there),
        _ => false,
    }
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
        let mut times = 0;
        let lock = take(&path, &mut || {
            times += 1;
            if times == 1 {
                fs::rename(&other, &path).unwrap();
            }
        });
        assert_eq!(times, 2);
        let second = Lock::alone(&path).unwrap_err().to_string();
        assert!(second.starts_with("another calendar-server has "), "{second}");
        drop(lock);
        assert!(Lock::alone(&path).is_ok());
    }

    #[test]
    fn many_may_write_while_nobody_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.sqlite");
        let now = |try_lock: fn(&File) -> std::result::Result<(), TryLockError>| {
            super::folder(&path, Duration::ZERO, try_lock, || "taken".into())
        };
        let writing = [Lock::to_write(&path).unwrap(), Lock::to_write(&path).unwrap()];
        assert_eq!(now(File::try_lock).unwrap_err().to_string(), "taken");
        drop(writing);
        let replacing = Lock::to_replace(&path).unwrap();
        assert_eq!(now(File::try_lock_shared).unwrap_err().to_string(), "taken");
        drop(replacing);
        assert!(now(File::try_lock_shared).is_ok());
    }
}
