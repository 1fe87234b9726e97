//! Registration.

use crate::error::{Error, Result, Taken};
use crate::model::{Email, UserId, WallTime};
use crate::store::Transaction;

/// Registers `email`.
///
/// # Errors
/// [`Error::Exists`] if somebody has that address already, in whatever case.
pub fn register(tx: &Transaction<'_>, email: &Email, now: WallTime) -> Result<UserId> {
    if tx.user_by_email(email)?.is_some() {
        return Err(Error::Exists(Taken::Email));
    }
    tx.insert_user(email, now)
}
