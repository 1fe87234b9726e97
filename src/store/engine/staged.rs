//! A file that is made under a temporary name and gets its own name when it is complete.
//!
//! A killed process leaves its staged file behind. It is removed when the next one is made in the
//! same folder. Each staged file has an empty file beside it, which is locked while the staged file
//! is being made; a staged file whose lock file is not locked is abandoned. The staged file itself is not
//! locked: on a network file system, where backups are often kept, that lock would conflict with
//! SQLite's own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};

use super::explain;
use super::place::Place;
use crate::error::{Error, Result};

const ENDING: &str = ".partial";
const LOCK: &str = ".lock";

/// A hidden file beside its target. It is removed when this is dropped.
pub(in crate::store) struct StagedFile {
    place: Place,
    _lock: File,
}

impl StagedFile {
    /// Makes an empty one beside `target`, readable by its owner alone.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot be made.
    pub(in crate::store) fn beside(target: &Place) -> Result<Self> {
        remove_abandoned(target.folder());
        Self::make(target).map_err(|error| explain::cannot("make", target, &error))
    }

    fn make(target: &Place) -> io::Result<Self> {
        let name = target.path().file_name().and_then(|name| name.to_str()).unwrap_or("calendar");
        let new =
            |path: &Path| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        loop {
            // The process id alone is not enough: in a container it can be the same every time.
            let number = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
            let file = format!(".{name}.{number:016x}{ENDING}");
            let staged = Place::exactly(target.folder().join(file));
            let lock_place = Place::exactly(staged.beside(LOCK));
            let lock = new(lock_place.path())?;
            // On a file system without locks this fails, but no other process takes the file for
            // abandoned either.
            let taken = matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock));
            // Another process may have removed the lock file before it was locked.
            if taken || !lock_place.is(&lock) {
                continue;
            }
            let made = new(staged.path());
            if made.is_err() {
                let _ = fs::remove_file(lock_place.path());
            }
            return made.map(|_| Self { place: staged, _lock: lock });
        }
    }

    /// The place of the file until it gets its own name.
    pub(in crate::store) fn place(&self) -> &Place {
        &self.place
    }

    /// Syncs the file to disk and puts it in the place of the file at `target`. The old file gets
    /// the name `kept`, which must be free.
    ///
    /// # Errors
    /// [`Error::Setup`] if the file system does not let us.
    pub(in crate::store) fn swap_in(self, target: &Place, kept: &Path) -> Result<()> {
        self.persist(target, |staged| {
            // The two change places in one step, so that no file ever has two names. A database
            // that is open under two names at a time can be corrupted.
            fs::rename(staged, kept)?;
            if renameat_with(CWD, kept, CWD, target.path(), RenameFlags::EXCHANGE).is_ok() {
                return Ok(());
            }
            // This file system cannot exchange two names.
            fs::rename(kept, staged)?;
            fs::hard_link(target.path(), kept).or_else(|_| copy(target.path(), kept))?;
            sync_folder(target)?;
            fs::rename(staged, target.path())
        })
    }

    /// Syncs the file to disk and puts it at `target`. Gives false, and changes nothing, if
    /// `target` exists.
    ///
    /// # Errors
    /// [`Error::Setup`] if the file system does not let us.
    pub(in crate::store) fn persist_noclobber(self, target: &Place) -> Result<bool> {
        let mut placed = true;
        self.persist(target, |staged| match fs::hard_link(staged, target.path()) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                placed = false;
                Ok(())
            }
            // This file system has no hard links.
            Err(_) if !target.path().exists() => fs::rename(staged, target.path()),
            done => done,
        })?;
        Ok(placed)
    }

    fn persist(&self, target: &Place, put: impl FnOnce(&Path) -> io::Result<()>) -> Result<()> {
        let persisted = || {
            File::open(self.place.path())?.sync_all()?;
            put(self.place.path())?;
            sync_folder(target)
        };
        persisted().map_err(|error| Error::Setup(format!("cannot put {target} in place: {error}")))
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        remove(&self.place);
    }
}

/// Copies a file to a new one, and syncs the copy to disk.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut File::open(from)?, &mut made)?;
    made.sync_all()
}

/// Makes sure that the names in the folder of `place` are on disk.
fn sync_folder(place: &Place) -> io::Result<()> {
    File::open(place.folder())?.sync_all()
}

/// Removes a staged file and the files beside it, the lock file last.
fn remove(staged: &Place) {
    for side in ["-journal", "-wal", "-shm", "", LOCK] {
        let _ = fs::remove_file(staged.beside(side));
    }
}

/// Removes the files that killed processes left in a folder. A file that cannot be removed does no
/// harm.
fn remove_abandoned(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())) {
        let name = entry.file_name();
        let Some(name) = name.to_str().map(|name| name.strip_suffix(LOCK).unwrap_or(name)) else {
            continue;
        };
        if is_name(name) {
            remove_if_abandoned(&Place::exactly(folder.join(name)));
        }
    }
}

/// Removes a staged file that no process is making. The lock file is made before it and removed
/// after it.
fn remove_if_abandoned(staged: &Place) {
    // Neither a link nor a pipe is opened: the one leads elsewhere, the other would block.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let lock = OpenOptions::new()
        .write(true)
        .custom_flags(flags.bits().cast_signed())
        .open(staged.beside(LOCK));
    let abandoned = match &lock {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    };
    // The lock is still held, so no process that is about to make the file can take it.
    if abandoned {
        remove(staged);
    }
}

/// Whether a file has a name that [`StagedFile::make`] gives.
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
    fn an_abandoned_file_is_removed_by_the_next_and_one_that_is_being_made_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let abandoned = [
            ".old.sqlite.0123456789abcdef.partial",
            ".old.sqlite.0123456789abcdef.partial-journal",
            ".old.sqlite.0123456789abcdef.partial.lock",
            ".older.sqlite.00000000000000aa.partial",
            ".oldest.sqlite.00000000000000bb.partial.lock",
        ];
        let others = [".mine.partial", "calendar.sqlite", "x.0123456789abcdef.partial"];
        for name in abandoned.iter().chain(&others) {
            fs::write(here.join(name), "x").unwrap();
        }
        let target = Place::of(&here.join("a.sqlite"));
        let first = StagedFile::beside(&target).unwrap();
        assert_eq!(names(here).len(), others.len() + 2, "{:?}", names(here));
        let second = StagedFile::beside(&target).unwrap();
        assert!(first.place().path().exists() && second.place().path().exists());
        drop((first, second));
        assert_eq!(names(here), others);
    }
}
