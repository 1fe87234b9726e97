//! Selections: the groups that a user's calendar shows besides the personal events.

use super::access;
use crate::error::{Error, Result};
use crate::model::{Selection, UserId};
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
        access::open_group(tx, group)?;
    }
    tx.replace_selection(caller, selection)
}
