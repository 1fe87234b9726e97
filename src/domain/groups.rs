//! Groups: anybody makes one and anybody sees it; only its creator renames or deletes it.

use super::no_group;
use crate::error::{Error, Result};
use crate::model::{Group, GroupId, ShortText, UserId, WallTime};
use crate::store::{Snapshot, Transaction};

/// Makes a group.
///
/// # Errors
/// If the store cannot write.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    name: &ShortText,
    now: WallTime,
) -> Result<GroupId> {
    tx.insert_group(caller, name, now)
}

/// Renames a group.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another made it.
pub fn rename(
    tx: &Transaction<'_>,
    caller: UserId,
    id: GroupId,
    name: &ShortText,
    now: WallTime,
) -> Result<()> {
    only_its_creator(tx, caller, id)?;
    tx.rename_group(id, name, now)
}

/// Deletes a group with all its events, by whomever, and takes it out of every selection.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another made it.
pub fn delete(tx: &Transaction<'_>, caller: UserId, id: GroupId) -> Result<()> {
    only_its_creator(tx, caller, id)?;
    tx.delete_group(id)
}

/// The group of that id, and how many events are in it, which go when it is deleted.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn get(snapshot: &Snapshot<'_>, id: GroupId) -> Result<(Group, u64)> {
    let group = snapshot.group(id)?.ok_or_else(|| no_group(id))?;
    Ok((group, snapshot.count_events_in_group(id)?))
}

fn only_its_creator(tx: &Transaction<'_>, caller: UserId, id: GroupId) -> Result<()> {
    match tx.creator_of_group(id)? {
        None => Err(no_group(id)),
        Some(creator) if creator != caller => {
            Err(Error::NotOwner(format!("group {} was made by somebody else", id.0)))
        }
        Some(_) => Ok(()),
    }
}
