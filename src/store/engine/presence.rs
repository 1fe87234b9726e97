//! Notices that the database's files are no longer the ones at their paths.
//!
//! SQLite goes on writing to a file that was deleted or replaced, and every commit succeeds although
//! nothing of it can be found again. So the writer looks at the paths before and after each commit,
//! and the server refuses writes while another file, or none, is there. A look is one `stat` per
//! file: it opens nothing, since closing a handle would end SQLite's locks on the database
//! (POSIX `fcntl`).

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::place::Place;

/// The device and inode of a file.
type Identity = (u64, u64);

/// The files that the connections of a store have open.
#[derive(Debug)]
pub(super) struct Presence {
    files: Vec<(PathBuf, Identity)>,
}

impl Presence {
    /// Of the database at `place`, which is open, and of those files beside it that are there now.
    pub(super) fn of(place: &Place) -> Self {
        let paths = [place.path().to_owned(), place.wal(), place.shm()];
        let files = paths.into_iter().filter_map(|path| identity(&path).map(|id| (path, id)));
        Self { files: files.collect() }
    }

    /// What is wrong, naming the file, if not all of them are at their paths.
    pub(super) fn fault(&self) -> Option<String> {
        let (path, _) = self.files.iter().find(|(path, id)| identity(path) != Some(*id))?;
        let state = if fs::symlink_metadata(path).is_ok() { "was replaced" } else { "is gone" };
        Some(format!("{} {state} while the server runs", path.display()))
    }
}

/// None if there is no file, or it cannot be looked at.
fn identity(path: &Path) -> Option<Identity> {
    fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_or_replaced_is_named_and_one_that_comes_back_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&folder.path().join("calendar.sqlite"));
        fs::write(place.path(), "db").unwrap();
        fs::write(place.wal(), "log").unwrap();
        let presence = Presence::of(&place);
        assert_eq!(presence.fault(), None);
        let aside = place.beside("-aside");
        fs::rename(place.wal(), &aside).unwrap();
        let wal = place.wal().display().to_string();
        assert_eq!(presence.fault().unwrap(), format!("{wal} is gone while the server runs"));
        fs::write(place.wal(), "another").unwrap();
        assert_eq!(presence.fault().unwrap(), format!("{wal} was replaced while the server runs"));
        fs::rename(&aside, place.wal()).unwrap();
        assert_eq!(presence.fault(), None);
    }
}
