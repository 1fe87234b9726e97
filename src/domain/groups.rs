//! Groups: how they are created, changed and deleted.

use super::{access, no_group};
use crate::error::{Error, Result};
use crate::model::{
    Color, Everyone, Group, GroupDetails, GroupId, Patch, ShortText, UserId, Visibility, WallTime,
};
use crate::store::{Snapshot, Transaction};

/// A group as a request has it.
#[derive(Debug, Clone)]
pub struct GroupInput {
    /// Its name.
    pub name: ShortText,
    /// Who knows of it.
    pub visibility: Option<Visibility>,
    /// What those may who are no members.
    pub everyone: Option<Everyone>,
    /// Its colour.
    pub color: Patch<Color>,
    /// What it is for.
    pub description: Patch<String>,
}

impl GroupInput {
    /// What becomes of a group that is as `before`.
    fn over(self, before: GroupDetails) -> Result<GroupDetails> {
        Ok(GroupDetails {
            name: self.name,
            everyone: Everyone::after(before.everyone, self.visibility, self.everyone)?,
            color: self.color.over(before.color),
            description: self.description.over(before.description),
        })
    }

    /// The group that it makes.
    ///
    /// # Errors
    /// [`Error::Invalid`] if its parameters contradict each other.
    pub fn made(self) -> Result<GroupDetails> {
        let before = GroupDetails::named(self.name.clone());
        self.over(before)
    }

    /// Checks what can be checked without the group that it changes.
    ///
    /// # Errors
    /// [`Error::Invalid`] if its parameters contradict each other.
    pub fn checked(self) -> Result<Self> {
        Everyone::after(Everyone::Writer, self.visibility, self.everyone)?;
        Ok(self)
    }
}

/// Creates a group, which `caller` owns.
///
/// # Errors
/// [`Error::Conflict`] if `caller` has created `most` groups already.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    details: &GroupDetails,
    now: WallTime,
    most: u32,
) -> Result<GroupId> {
    if tx.count_groups_of(caller, most)? >= most {
        return Err(Error::Conflict(format!(
            "you have created {most} groups, which is the most: delete one first"
        )));
    }
    tx.insert_group(caller, details, now)
}

/// Renames a group, and changes of it what else `input` says.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it,
/// [`Error::NotOwner`] if they do not own it.
pub fn change(
    tx: &Transaction<'_>,
    caller: UserId,
    id: GroupId,
    input: GroupInput,
    now: WallTime,
) -> Result<()> {
    access::own_group(tx, caller, id)?;
    let before = tx.group(id, Some(caller))?.ok_or_else(|| no_group(id))?;
    let details = input.over(before.into_details())?;
    tx.change_group(id, &details, Some(now))
}

/// What becomes of deleted groups.
#[derive(Debug, Clone, Copy)]
pub struct Trash {
    /// When a group is deleted; none if it is purged at once.
    pub since: Option<WallTime>,
    /// How many groups of one user may be in the trash. More are purged at once.
    pub most: u32,
}

/// Deletes a group with all its events, whoever registered them, and removes it from every selection.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it,
/// [`Error::NotOwner`] if they do not own it.
pub fn delete(tx: &Transaction<'_>, caller: UserId, id: GroupId, trash: Trash) -> Result<()> {
    put_away(tx, caller, id, trash).map(drop)
}

/// The same. Gives whether the group is in the trash: otherwise, nothing of it is kept.
pub(super) fn put_away(
    tx: &Transaction<'_>,
    caller: UserId,
    id: GroupId,
    trash: Trash,
) -> Result<bool> {
    access::own_group(tx, caller, id)?;
    let group = tx.group(id, Some(caller))?.ok_or_else(|| no_group(id))?;
    let is_full = tx.count_trashed_of(group.creator, trash.most)? >= trash.most;
    let since = trash.since.filter(|_| !is_full);
    tx.delete_group(id, since)?;
    Ok(since.is_some())
}

/// The group with that id as `caller` sees it, and the number of its events, which a deletion would remove.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or `caller` may not know of it.
pub fn get(snapshot: &Snapshot<'_>, caller: UserId, id: GroupId) -> Result<(Group, u64)> {
    let group = snapshot.group(id, Some(caller))?.and_then(access::seen_group);
    let group = group.ok_or_else(|| no_group(id))?;
    Ok((group, snapshot.count_events_in_group(id)?))
}
