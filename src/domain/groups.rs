//! Groups: how they are created, renamed and deleted.

use super::{access, no_group};
use crate::error::{Error, Result};
use crate::model::{Group, GroupId, ShortText, UserId, WallTime};
use crate::store::{Snapshot, Transaction};

/// Creates a group.
///
/// # Errors
/// [`Error::Conflict`] if `caller` has created `most` groups already.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    name: &ShortText,
    now: WallTime,
    most: u32,
) -> Result<GroupId> {
    if tx.count_groups_of(caller, most)? >= most {
        return Err(Error::Conflict(format!(
            "you have created {most} groups, which is the most: delete one first"
        )));
    }
    tx.insert_group(caller, name, now)
}

/// Renames a group.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group,
/// [`Error::NotOwner`] if somebody else created it.
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

/// Deletes a group with all its events, whoever registered them, and removes it from every selection.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group,
/// [`Error::NotOwner`] if somebody else created it.
pub fn delete(tx: &Transaction<'_>, caller: UserId, id: GroupId) -> Result<()> {
    access::own_group(tx, caller, id)?;
    tx.delete_group(id)
}

/// The group with that id, and the number of its events, which a deletion would remove.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn get(snapshot: &Snapshot<'_>, id: GroupId) -> Result<(Group, u64)> {
    let group = snapshot.group(id)?.ok_or_else(|| no_group(id))?;
    Ok((group, snapshot.count_events_in_group(id)?))
}
