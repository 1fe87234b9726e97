//! Groups: how one comes, is renamed, and goes.

use super::{access, no_group};
use crate::error::Result;
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
/// [`NotFound`](crate::error::Error::NotFound) if there is none of that id, [`NotOwner`](crate::error::Error::NotOwner) if another made it.
pub fn rename(
    tx: &Transaction<'_>,
    caller: UserId,
    id: GroupId,
    name: &ShortText,
    now: WallTime,
) -> Result<()> {
    access::own_group(tx, caller, id)?;
    tx.rename_group(id, name, now)
}

/// Deletes a group with all its events, by whomever, and takes it out of every selection.
///
/// # Errors
/// [`NotFound`](crate::error::Error::NotFound) if there is none of that id, [`NotOwner`](crate::error::Error::NotOwner) if another made it.
pub fn delete(tx: &Transaction<'_>, caller: UserId, id: GroupId) -> Result<()> {
    access::own_group(tx, caller, id)?;
    tx.delete_group(id)
}

/// The group of that id, and how many events are in it, which go when it is deleted.
///
/// # Errors
/// [`NotFound`](crate::error::Error::NotFound) if there is none.
pub fn get(snapshot: &Snapshot<'_>, id: GroupId) -> Result<(Group, u64)> {
    let group = snapshot.group(id)?.ok_or_else(|| no_group(id))?;
    Ok((group, snapshot.count_events_in_group(id)?))
}
