//! App passwords: what a user gives to one program in place of their password or a token.
//!
//! One is as good as a token within its scope, so it ends where tokens do: with its user, and when all tokens of its user
//! are ended. A new password ends the tokens and not the app passwords, as it does not end the feeds: they are in other
//! programs, each of which would have to be given a new one, and in the list beside the time and the place of their last
//! use. Whatever would outlive an app password is not made with one (`access::may_reach`).

use super::access::{self, Reach};
use crate::error::{Error, Result};
use crate::model::{
    AppPassword, AppPasswordId, AppPasswordScope, AppSecret, ShortText, User, UserId, WallTime,
};
use crate::store::{Snapshot, Transaction};

/// How many app passwords a user may have.
pub const MOST: u32 = 50;

/// An app password that is to be made.
#[derive(Debug, Clone)]
pub struct NewAppPassword {
    /// What its owner calls it.
    pub name: ShortText,
    /// What it is good for.
    pub scope: AppPasswordScope,
}

/// Makes an app password of `caller`, which is `secret`.
///
/// # Errors
/// [`Error::Conflict`] if `caller` has [`MOST`] already.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    new: &NewAppPassword,
    secret: &AppSecret,
    now: WallTime,
) -> Result<AppPasswordId> {
    if tx.count_app_passwords(caller)? >= MOST {
        return Err(Error::Conflict(format!(
            "you have {MOST} app passwords, which is the most: end one first"
        )));
    }
    tx.insert_app_password(caller, &new.name, new.scope, &secret.digest(), now)
}

/// Ends an app password of `caller`: from then on it is good for nothing.
///
/// # Errors
/// [`Error::NotFound`] if `caller` has no such app password.
pub fn end(tx: &Transaction<'_>, caller: UserId, id: AppPasswordId) -> Result<()> {
    let AppPasswordId(number) = id;
    let missing = || Error::NotFound(format!("app password {number} does not exist"));
    if tx.delete_app_password(caller, id)? { Ok(()) } else { Err(missing()) }
}

/// The app password whose secret has that digest, and its user, for a call that goes as far as `reach`.
///
/// # Errors
/// [`Error::InvalidToken`] if there is none, or it has ended; [`Error::NotOwner`] if its scope does not go so far.
pub fn verify(
    snapshot: &Snapshot<'_>,
    digest: &[u8; 32],
    reach: Reach,
) -> Result<(AppPassword, User)> {
    let (password, user) = snapshot.app_password(digest)?.ok_or(Error::InvalidToken)?;
    access::may_reach(password.scope, reach)?;
    Ok((password, user))
}
