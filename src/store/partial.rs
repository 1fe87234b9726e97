//! A file that is made under another name and gets its own when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::file::with_suffix;
use crate::error::{Error, Result};

/// A hidden file beside the one that it is to be; it is removed when this is dropped.
pub(super) struct Partial(PathBuf);

impl Partial {
    /// Makes it, empty and its owner's alone.
    pub(super) fn beside(path: &Path) -> Result<Self> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("calendar");
        // Not by the process alone: in a container that has the same number every time.
        let number = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
        let partial = path.with_file_name(format!(".{name}.{number:016x}.partial"));
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
        match made {
            Ok(_) => Ok(Self(partial)),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Err(Error::Setup(format!(
                    "no permission to make {}: run as the owner of its folder, or change its mode",
                    path.display()
                )))
            }
            Err(error) => Err(Error::Setup(format!("cannot make {}: {error}", path.display()))),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Puts it in the place of whatever is at `path`, once it is on disk.
    pub(super) fn replace(self, path: &Path) -> Result<()> {
        self.put(path, |partial| fs::rename(partial, path))
    }

    /// Puts it at `path`, once it is on disk; gives whether it did, since something may be there.
    pub(super) fn take_place(self, path: &Path) -> Result<bool> {
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
            File::open(&self.0)?.sync_all()?;
            place(&self.0)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        put().map_err(|error| {
            Error::Setup(format!("cannot put {} in place: {error}", path.display()))
        })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for side in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(with_suffix(&self.0, side));
        }
    }
}
