//! Selections: the groups that a user's calendar shows besides the personal events.

use super::access;
use crate::error::{Error, Result};
use crate::model::{GroupId, Selection, UserId};
use crate::store::Transaction;

/// Replaces the groups that `caller` has selected.
///
/// # Errors
/// [`Error::Invalid`] if there are more than `most`, and not all of them are selected already.
/// [`Error::NotFound`] if one of them does not exist. In either case, nothing changes.
pub fn replace(
    tx: &Transaction<'_>,
    caller: UserId,
    selection: &Selection,
    most: u32,
) -> Result<()> {
    let count = selection.ids().count();
    if count > usize::try_from(most).unwrap_or(usize::MAX)
        && selection.without(&tx.selection_of(caller)?).next().is_some()
    {
        return Err(Error::Invalid(format!(
            "selected_group: expected at most {most} groups, got {count}"
        )));
    }
    for group in selection.ids() {
        access::visible_group(tx, caller, group)?;
    }
    tx.replace_selection(caller, selection)
}

/// Adds `group` to those that `caller` has selected. Two devices that each add one do not undo each other's
/// selection, as with [`replace`].
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, [`Error::Conflict`] if `caller` has selected `most` groups
/// already.
pub fn add(tx: &Transaction<'_>, caller: UserId, group: GroupId, most: u32) -> Result<()> {
    access::visible_group(tx, caller, group)?;
    let before = tx.selection_of(caller)?;
    if before.ids().any(|selected| selected == group) {
        return Ok(());
    }
    if before.ids().count() >= usize::try_from(most).unwrap_or(usize::MAX) {
        return Err(Error::Conflict(format!(
            "you have selected {most} groups, which is the most: unselect one first"
        )));
    }
    tx.replace_selection(caller, &before.ids().chain([group]).collect())
}

/// Takes `group` out of those that `caller` has selected. One that is not selected, or does not exist, is
/// not selected afterwards either.
///
/// # Errors
/// If the database cannot be written.
pub fn remove(tx: &Transaction<'_>, caller: UserId, group: GroupId) -> Result<()> {
    let before = tx.selection_of(caller)?;
    tx.replace_selection(caller, &before.ids().filter(|selected| *selected != group).collect())
}
