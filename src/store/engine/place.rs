//! Where a database is on the disk.
//!
//! SQLite keeps `-wal` and `-shm` beside the file, not beside a link to it, and a rename onto a
//! link replaces the link. So a path is resolved once, at the entry of the store. The code below
//! works on the resolved file. Messages show the path as the operator gave it.

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The suffix of the file in which a server saves the contents of a database whose files were removed.
pub(in crate::store) const RESCUED: &str = ".rescued";

/// The suffixes of the files that SQLite may keep beside a database.
pub(in crate::store) const SIDES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The place of a database, or of a file that is to become one. Displayed as the operator gave it.
#[derive(Debug, Clone)]
pub(in crate::store) struct Place {
    given: PathBuf,
    path: PathBuf,
}

impl Place {
    /// The place that `path` leads to. Neither the file nor its folder has to exist.
    pub(in crate::store) fn of(path: &Path) -> Self {
        Self { given: path.to_owned(), path: resolved(path) }
    }

    /// The place of a new file that gets the name `path`. Links in the path of its folder are
    /// followed. A link at the name itself is not, since it could lead out of the folder.
    pub(in crate::store) fn of_new(path: &Path) -> Self {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let resolved = in_its_folder(&absolute).unwrap_or(absolute);
        Self { given: path.to_owned(), path: resolved }
    }

    /// The place at `path`, which must be absolute and without links, such as a path beside another
    /// place.
    pub(in crate::store) fn exactly(path: PathBuf) -> Self {
        Self { given: path.clone(), path }
    }

    /// The absolute path of the file, with links followed.
    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the file.
    pub(in crate::store) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// The folder as the operator gave it; none for the working directory.
    pub(in crate::store) fn given_folder(&self) -> Option<&Path> {
        self.given.parent().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// The path of a file beside this one, whose name has `suffix` after this one's.
    pub(in crate::store) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(suffix);
        name.into()
    }

    /// A place beside this one, named with `suffix` and a number if need be, where neither a file nor
    /// what SQLite would keep beside it is yet.
    pub(in crate::store) fn free_beside(&self, suffix: &str) -> Self {
        let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
        let taken = |name: &Self| {
            is_there(name.path()) || SIDES.iter().any(|side| is_there(&name.beside(side)))
        };
        let mut name = Self::exactly(self.beside(suffix));
        let mut number = 2;
        while taken(&name) {
            name = Self::exactly(self.beside(&format!("{suffix}-{number}")));
            number += 1;
        }
        name
    }

    /// SQLite's write-ahead log.
    pub(in crate::store) fn wal(&self) -> PathBuf {
        self.beside("-wal")
    }

    /// SQLite's index of that log.
    pub(in crate::store) fn shm(&self) -> PathBuf {
        self.beside("-shm")
    }

    /// Whether `file` is the file that is here now: the same inode of the same device.
    pub(in crate::store) fn is(&self, file: &File) -> bool {
        let identity = |found: fs::Metadata| (found.dev(), found.ino());
        match (file.metadata(), fs::metadata(&self.path)) {
            (Ok(open), Ok(here)) => identity(open) == identity(here),
            _ => false,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.given.display().fmt(f)
    }
}

fn resolved(path: &Path) -> PathBuf {
    // Absolute, since SQLite gives some relative names a special meaning, such as `:memory:`.
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // The file may not exist yet.
    path.canonicalize().ok().or_else(|| end_of_links(&absolute)).unwrap_or(absolute)
}

/// The most links that lead from one to the next, as in Linux (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// Where a path that names no file leads to: a link may lead to a file that is still to be made, or that is
/// on a disk that is not mounted. None if its links lead in a circle.
fn end_of_links(absolute: &Path) -> Option<PathBuf> {
    let mut end = in_its_folder(absolute)?;
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&end) else { return Some(end) };
        let next = end.parent()?.join(target);
        end = in_its_folder(&next).unwrap_or(next);
    }
    None
}

/// The path with the links to its folder followed. None without a folder that exists.
fn in_its_folder(absolute: &Path) -> Option<PathBuf> {
    Some(absolute.parent()?.canonicalize().ok()?.join(absolute.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_file_and_what_lies_beside_that() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        fs::create_dir(here.join("data")).unwrap();
        let file = here.join("data/calendar.sqlite");
        let link = here.join("link.sqlite");
        fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink("data/calendar.sqlite", &link).unwrap();
        let place = Place::of(&link);
        assert_eq!(place.path(), file);
        assert_eq!(place.folder(), here.join("data"));
        assert_eq!(place.wal(), here.join("data/calendar.sqlite-wal"));
        assert_eq!(place.to_string(), link.display().to_string());
    }

    #[test]
    fn a_file_to_be_made_has_its_place_already() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        std::os::unix::fs::symlink(&here, here.join("link")).unwrap();
        assert_eq!(Place::of(&here.join("link/new.sqlite")).path(), here.join("new.sqlite"));
        let nowhere = here.join("no/such/new.sqlite");
        assert_eq!(Place::of(&nowhere).path(), nowhere);
        std::os::unix::fs::symlink("link/new.sqlite", here.join("dangling")).unwrap();
        assert_eq!(Place::of(&here.join("dangling")).path(), here.join("new.sqlite"));
        std::os::unix::fs::symlink("no/such/new.sqlite", here.join("unmounted")).unwrap();
        assert_eq!(Place::of(&here.join("unmounted")).path(), nowhere);
        std::os::unix::fs::symlink("circle", here.join("circle")).unwrap();
        assert_eq!(Place::of(&here.join("circle")).path(), here.join("circle"));
    }

    #[test]
    fn a_file_that_was_replaced_is_not_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        fs::write(&other, "new").unwrap();
        let (place, old) = (Place::of(&path), File::open(&path).unwrap());
        assert!(place.is(&old));
        fs::rename(&other, &path).unwrap();
        assert!(!place.is(&old));
        fs::remove_file(&path).unwrap();
        assert!(!place.is(&old));
    }
}
