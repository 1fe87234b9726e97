//! A file that is made under another name and gets its own when it is whole.
//!
//! What a killed process left of one is removed when the next is made in the same folder. That it is
//! left and not at work is told by a lock on an empty file beside it, and not on the file itself:
//! over a network, where backups may well go, the system takes that lock for one of SQLite's.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::file::with_suffix;
use super::lock::{folder_of, is_at};
use crate::error::{Error, Result};

const ENDING: &str = ".partial";
const LOCK: &str = ".lock";

/// A hidden file beside the one that it is to be; it is removed when this is dropped.
pub(in crate::store) struct StagedFile {
    path: PathBuf,
    _lock: File,
}

impl StagedFile {
    /// Makes it, empty and its owner's alone.
    pub(in crate::store) fn beside(path: &Path) -> Result<Self> {
        remove_left(&folder_of(path));
        Self::make(path).map_err(|error| {
            Error::Setup(match error.kind() {
                ErrorKind::PermissionDenied => format!(
                    "no permission to make {}: run as the owner of its folder, or change its mode",
                    path.display()
                ),
                _ => format!("cannot make {}: {error}", path.display()),
            })
        })
    }

    fn make(path: &Path) -> io::Result<Self> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("calendar");
        let new =
            |path: &Path| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        loop {
            // Not by the process alone: in a container that has the same number every time.
            let number = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
            let partial = path.with_file_name(format!(".{name}.{number:016x}{ENDING}"));
            let lock_path = lock_of(&partial);
            let lock = new(&lock_path)?;
            // A file system without locks has nobody who would take it for left.
            let taken = matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock));
            // Another process may have removed it before it was locked.
            if taken || !is_at(&lock, &lock_path) {
                continue;
            }
            let made = new(&partial);
            if made.is_err() {
                let _ = fs::remove_file(&lock_path);
            }
            return made.map(|_| Self { path: partial, _lock: lock });
        }
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in the place of the file at `path`, once it is on disk; that file gets the name `kept`,
    /// which nothing may have.
    pub(in crate::store) fn swap_in(self, path: &Path, kept: &Path) -> Result<()> {
        self.put(path, |partial| {
            // The two change places in one step, so that no file ever has two names: a database that
            // is opened under each of them at a time is lost.
            fs::rename(partial, kept)?;
            if renameat_with(CWD, kept, CWD, path, RenameFlags::EXCHANGE).is_ok() {
                return Ok(());
            }
            // A file system that cannot do that.
            fs::rename(kept, partial)?;
            fs::hard_link(path, kept).or_else(|_| copy(path, kept))?;
            sync_folder_of(path)?;
            fs::rename(partial, path)
        })
    }

    /// Puts it at `path`, once it is on disk; gives whether it did, since something may be there.
    pub(in crate::store) fn persist_noclobber(self, path: &Path) -> Result<bool> {
        let mut placed = true;
        self.put(path, |partial| match fs::hard_link(partial, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                placed = false;
                Ok(())
            }
            // A file system without links.
            Err(_) if !path.exists() => fs::rename(partial, path),
            done => done,
        })?;
        Ok(placed)
    }

    fn put(&self, path: &Path, place: impl FnOnce(&Path) -> io::Result<()>) -> Result<()> {
        let put = || {
            File::open(&self.path)?.sync_all()?;
            place(&self.path)?;
            sync_folder_of(path)
        };
        put().map_err(|error| {
            Error::Setup(format!("cannot put {} in place: {error}", path.display()))
        })
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Copies a file to one that must not be there, onto the disk.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut File::open(from)?, &mut made)?;
    made.sync_all()
}

/// Makes sure that the names in the folder of `path` are on disk.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn lock_of(partial: &Path) -> PathBuf {
    let mut name = partial.as_os_str().to_owned();
    name.push(LOCK);
    name.into()
}

/// Removes a partial file with all that is beside it, and the file with its lock last.
fn remove(partial: &Path) {
    for side in ["-journal", "-wal", "-shm", ""] {
        let _ = fs::remove_file(with_suffix(partial, side));
    }
    let _ = fs::remove_file(lock_of(partial));
}

/// Removes what killed processes left in a folder. What cannot be removed is in nobody's way.
fn remove_left(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())) {
        let name = entry.file_name();
        let Some(name) = name.to_str().map(|name| name.strip_suffix(LOCK).unwrap_or(name)) else {
            continue;
        };
        if is_name(name) {
            remove_if_left(&folder.join(name));
        }
    }
}

/// Removes a partial file that nobody is making. Its lock is made before it and removed after it.
fn remove_if_left(partial: &Path) {
    let lock = OpenOptions::new().write(true).open(lock_of(partial));
    let left = match &lock {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    };
    // With the lock held, so that who is about to make the file does not take it meanwhile.
    if left {
        remove(partial);
    }
}

fn is_name(name: &str) -> bool {
    let stem = name.strip_prefix('.').and_then(|name| name.strip_suffix(ENDING));
    stem.and_then(|stem| stem.rsplit_once('.')).is_some_and(|(_, number)| {
        number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_process_left_is_removed_by_the_next_and_what_one_is_making_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let left = [
            ".old.sqlite.0123456789abcdef.partial",
            ".old.sqlite.0123456789abcdef.partial-journal",
            ".old.sqlite.0123456789abcdef.partial.lock",
            ".older.sqlite.00000000000000aa.partial",
            ".oldest.sqlite.00000000000000bb.partial.lock",
        ];
        let others = [".mine.partial", "calendar.sqlite", "x.0123456789abcdef.partial"];
        for name in left.iter().chain(&others) {
            fs::write(here.join(name), "x").unwrap();
        }
        let at_work = StagedFile::beside(&here.join("a.sqlite")).unwrap();
        assert_eq!(names(here).len(), others.len() + 2, "{:?}", names(here));
        let second = StagedFile::beside(&here.join("a.sqlite")).unwrap();
        assert!(at_work.path().exists() && second.path().exists());
        drop((at_work, second));
        assert_eq!(names(here), others);
    }
}
