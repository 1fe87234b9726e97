//! One server a database: an advisory lock (flock) on the file itself.
//!
//! It is apart from SQLite's own locks, which commands take beside a running server. The file that
//! holds it is closed after every connection of the process: closing any of a process's handles on
//! a file gives up all the locks that SQLite has on it (POSIX fcntl).

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};

/// Held while a database is served, or replaced.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the database at `path`, which must be there.
    ///
    /// # Errors
    /// [`Error::Setup`] if a server has it.
    pub(super) fn take(path: &Path) -> Result<Self> {
        let shown = path.display();
        let file = File::open(path)
            .map_err(|error| Error::Setup(format!("cannot open {shown}: {error}")))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Setup(format!(
                "another calendar-server has {shown}: stop it first, or name another file with --database"
            ))),
            Err(TryLockError::Error(error)) => {
                Err(Error::Setup(format!("cannot lock {shown}: {error}")))
            }
        }
    }
}
