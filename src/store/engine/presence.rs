//! Notices that the database's files are no longer the ones at their paths.
//!
//! SQLite goes on writing to a file that was deleted or replaced, and every commit succeeds, although
//! the data is lost once the process ends. So the writer looks at the paths before and after each commit,
//! and the server refuses writes while another file, or none, is there. A look is one `stat` per
//! file: it opens nothing, since closing a handle would end SQLite's locks on the database
//! (POSIX `fcntl`).

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::explain;
use super::place::Place;
use crate::error::Result;

/// The device and inode of a file.
type Identity = (u64, u64);

/// The files that the connections of a store have open. By default none, so that none can be missed.
#[derive(Debug, Default)]
pub struct Presence {
    files: Vec<(PathBuf, Identity)>,
}

impl Presence {
    /// Of the database at `place`, which is open in WAL mode, so that its `-wal` and `-shm` are there.
    ///
    /// # Errors
    /// [`Error::Setup`](crate::error::Error::Setup) if one of the three is not.
    pub(super) fn of(place: &Place) -> Result<Self> {
        let paths = [place.path().to_owned(), place.wal(), place.shm()];
        let files = paths.into_iter().map(|path| {
            let id = identity(&path)
                .map_err(|error| explain::cannot("open", &path.display(), &error))?;
            Ok((path, id))
        });
        Ok(Self { files: files.collect::<Result<_>>()? })
    }

    /// Looks at the paths. Names the first file that is not at its path, and says what happened to it;
    /// `None` if all are there.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.files.iter().find_map(|(path, id)| {
            let shown = path.display();
            match identity(path) {
                Ok(found) if found == *id => None,
                Ok(_) => Some(format!("{shown} was replaced while the server was running")),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    Some(format!("{shown} was removed while the server was running"))
                }
                Err(error) => Some(format!("cannot look at {shown}: {error}")),
            }
        })
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
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
        assert!(Presence::of(&place).is_err());
        fs::write(place.shm(), "index").unwrap();
        let presence = Presence::of(&place).unwrap();
        assert_eq!(presence.fault(), None);
        let aside = place.beside("-aside");
        fs::rename(place.wal(), &aside).unwrap();
        let wal = place.wal().display().to_string();
        assert_eq!(
            presence.fault().unwrap(),
            format!("{wal} was removed while the server was running")
        );
        fs::write(place.wal(), "another").unwrap();
        assert_eq!(
            presence.fault().unwrap(),
            format!("{wal} was replaced while the server was running")
        );
        fs::rename(&aside, place.wal()).unwrap();
        assert_eq!(presence.fault(), None);
    }
}
