//! The files that `export` writes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::domain::Setting;
use crate::domain::transfer::{self, What};
use crate::error::{Error, Result};
use crate::model::{GroupId, User};
use crate::store::Snapshot;

/// Whose calendar it is.
pub(super) enum Of<'a> {
    /// The personal one of a user.
    User(&'a User),
    /// That of a group, with what is private in it: who runs the server can read it anyway.
    Group(GroupId),
}

/// Writes one calendar into `out`.
pub(super) fn written(
    snapshot: &Snapshot<'_>,
    of: &Of<'_>,
    setting: Setting<'_>,
    out: &mut File,
) -> Result<()> {
    let mut buffered = BufWriter::new(out);
    match of {
        Of::User(user) => transfer::export(snapshot, user, What::Personal, setting, &mut buffered),
        Of::Group(group) => transfer::export_whole_group(snapshot, *group, setting, &mut buffered),
    }?;
    buffered.flush().map_err(|error| Error::Setup(format!("cannot write: {error}")))
}

/// Puts what `write` writes in the place of `path`, as a whole: until then, what is there stays.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let cannot =
        |error: io::Error| Error::Setup(format!("cannot write {}: {error}", path.display()));
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut staged = NamedTempFile::new_in(folder).map_err(cannot)?;
    write(staged.as_file_mut())?;
    staged.as_file().sync_all().map_err(cannot)?;
    staged.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}
