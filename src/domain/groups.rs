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
    let Group { name, everyone, color, description, .. } =
        tx.group(id, Some(caller))?.ok_or_else(|| no_group(id))?;
    let (name, color) = (ShortText::stored(name), color.map(Color::stored));
    let details = input.over(GroupDetails { name, everyone, color, description })?;
    tx.change_group(id, &details, now)
}

/// Deletes a group with all its events, whoever registered them, and removes it from every selection.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it,
/// [`Error::NotOwner`] if they do not own it.
pub fn delete(tx: &Transaction<'_>, caller: UserId, id: GroupId) -> Result<()> {
    access::own_group(tx, caller, id)?;
    tx.delete_group(id)
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
