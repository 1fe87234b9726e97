//! Selections: the groups that a user's calendar shows besides the personal events.

use super::access;
use crate::error::Result;
use crate::model::{Selection, UserId};
use crate::store::Transaction;

/// Replaces the groups that `caller` has selected.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) if one of the groups does not exist. Then
/// nothing changes.
pub fn replace(tx: &Transaction<'_>, caller: UserId, selection: &Selection) -> Result<()> {
    for group in selection.ids() {
        access::open_group(tx, group)?;
    }
    tx.replace_selection(caller, selection)
}
