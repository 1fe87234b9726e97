//! Users: how one comes, signs in, and goes.

use std::fmt;

use super::passwords;
use crate::error::{Error, Result, Taken};
use crate::model::{Email, Group, Password, User, WallTime};
use crate::store::{Snapshot, Transaction};

/// Registers `email`, with the hash of a password or without one.
///
/// # Errors
/// [`Error::Exists`] if somebody has that address already, in whatever case.
pub fn register(
    tx: &Transaction<'_>,
    email: &Email,
    password_hash: Option<&str>,
    now: WallTime,
) -> Result<User> {
    if tx.user_by_email(email)?.is_some() {
        return Err(Error::Exists(Taken::Email));
    }
    tx.insert_user(email, password_hash, now)
}

/// The user of that address.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn get(snapshot: &Snapshot<'_>, email: &Email) -> Result<User> {
    let missing = || Error::NotFound(format!("user {} does not exist", email.as_str()));
    snapshot.user_by_email(email)?.ok_or_else(missing)
}

/// What is needed to check a password: the user, if there is one, and the hash, if they have one.
pub struct Credentials {
    user: Option<User>,
    hash: Option<String>,
}

/// The hash is not shown.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Credentials {
    /// Those of the user of that address, who may not exist: it may be no address at all.
    ///
    /// # Errors
    /// If the store cannot read.
    pub fn of(snapshot: &Snapshot<'_>, email: &str) -> Result<Self> {
        match snapshot.user_by_email(&Email::stored(email.trim().to_owned()))? {
            Some(user) => Self::of_user(snapshot, user),
            None => Ok(Self { user: None, hash: None }),
        }
    }

    /// Those of `user`.
    ///
    /// # Errors
    /// If the store cannot read.
    pub fn of_user(snapshot: &Snapshot<'_>, user: User) -> Result<Self> {
        Ok(Self { hash: snapshot.password_hash(user.id)?, user: Some(user) })
    }

    /// The user, if `password` is theirs. Takes as long and says the same whatever is wrong.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub fn sign_in(self, password: &Password) -> Result<User> {
        let right = passwords::verify(password, self.hash.as_deref());
        match self.user {
            Some(user) if right => Ok(user),
            _ => Err(refused()),
        }
    }

    /// Prepares a change of the password: `old` is needed where there is one.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is missing.
    pub fn to_change(self, old: Option<Password>) -> Result<Change> {
        if self.hash.is_some() && old.is_none() {
            return Err(Error::Invalid("old_password: required, but missing".into()));
        }
        Ok(Change { credentials: self, old })
    }
}

/// A change of the password, before the old one is checked.
#[derive(Debug)]
pub struct Change {
    credentials: Credentials,
    old: Option<Password>,
}

impl Change {
    /// The hash against which the old password is right; none where there was no password.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is wrong.
    pub fn check(self) -> Result<Option<String>> {
        let hash = self.credentials.hash.clone();
        if let (Some(_), Some(old)) = (&hash, &self.old) {
            self.credentials.sign_in(old)?;
        }
        Ok(hash)
    }
}

/// Ends all tokens of a user.
///
/// # Errors
/// If the store cannot write.
pub fn end_tokens(tx: &Transaction<'_>, user: &User) -> Result<()> {
    tx.end_tokens(user.id).map(drop)
}

/// The one answer to every wrong password.
#[must_use]
pub fn refused() -> Error {
    Error::Refused("the email or the password is not right".into())
}

/// Gives a user another password and ends all their tokens. `checked` is the hash against which the
/// old password was checked, if there was one.
///
/// # Errors
/// [`Error::Refused`] if the password was changed since it was checked.
pub fn change_password(
    tx: &Transaction<'_>,
    user: &User,
    checked: Option<&str>,
    hash: &str,
) -> Result<User> {
    if tx.password_hash(user.id)?.as_deref() != checked {
        return Err(refused());
    }
    set_password(tx, user, hash)
}

/// Gives a user another password, whatever the old one is, and ends all their tokens.
///
/// # Errors
/// If the store cannot write.
pub fn set_password(tx: &Transaction<'_>, user: &User, hash: &str) -> Result<User> {
    tx.set_password_hash(user.id, hash)?;
    Ok(User { token_generation: tx.end_tokens(user.id)?, ..user.clone() })
}

/// What goes with a user who is removed.
#[derive(Debug)]
pub struct Belongings {
    /// Their personal events, the birthday included.
    pub personal_events: u64,
    /// Their events in groups.
    pub group_events: u64,
    /// The groups that they made.
    pub groups: Vec<Group>,
    /// The events of others in those groups.
    pub others_events: u64,
}

/// What `user` would leave behind.
///
/// # Errors
/// If the store cannot read.
pub fn belongings(snapshot: &Snapshot<'_>, user: &User) -> Result<Belongings> {
    Ok(Belongings {
        personal_events: snapshot.count_personal_events(user.id)?,
        group_events: snapshot.count_group_events(user.id)?,
        groups: snapshot.groups_of(user.id)?,
        others_events: snapshot.count_others_events_in_groups_of(user.id)?,
    })
}

/// What becomes of the groups that a removed user made.
#[derive(Debug)]
pub enum Groups {
    /// There must be none.
    Keep,
    /// They are given to somebody else.
    GiveTo(Email),
    /// They go too, with everybody's events in them.
    Remove,
}

/// Whether `user` may be removed as `groups` says.
///
/// # Errors
/// [`Error::Conflict`] if they made groups and nothing is said of them, or they are to inherit from
/// themselves; [`Error::NotFound`] if there is nobody to give the groups to.
pub fn may_remove(snapshot: &Snapshot<'_>, user: &User, groups: &Groups) -> Result<()> {
    match groups {
        Groups::Keep => {
            let made = snapshot.groups_of(user.id)?.len();
            if made > 0 {
                let plural = if made == 1 { "" } else { "s" };
                return Err(Error::Conflict(format!(
                    "{} made {made} group{plural}: they have to be given to somebody, or removed too",
                    user.email.as_str()
                )));
            }
        }
        Groups::GiveTo(heir) => {
            if get(snapshot, heir)?.id == user.id {
                return Err(Error::Conflict("the groups have to be given to somebody else".into()));
            }
        }
        Groups::Remove => {}
    }
    Ok(())
}

/// Removes a user with all their events.
///
/// # Errors
/// Those of [`may_remove`]; [`Error::NotFound`] if there is no such user.
pub fn remove(tx: &Transaction<'_>, email: &Email, groups: &Groups) -> Result<()> {
    let user = get(tx, email)?;
    may_remove(tx, &user, groups)?;
    if let Groups::GiveTo(heir) = groups {
        tx.give_groups(user.id, get(tx, heir)?.id)?;
    }
    tx.delete_user(user.id)
}
