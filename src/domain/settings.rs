//! The settings of a user.

use super::access;
use crate::error::Result;
use crate::model::{UserId, UserSettings};
use crate::store::Transaction;

/// Replaces all settings of `caller`.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) if the group for new events does not exist.
pub fn replace(tx: &Transaction<'_>, caller: UserId, settings: &UserSettings) -> Result<()> {
    if let Some(group) = settings.default_group {
        access::visible_group(tx, caller, group)?;
    }
    tx.replace_settings(caller, settings)
}
