//! Users: how they register, sign in and are removed.

use std::fmt;

use super::passwords;
use crate::error::{Error, Result, Taken};
use crate::model::{Author, Email, Group, Password, User, WallTime};
use crate::store::{Snapshot, Transaction};

/// Registers `email`, with or without a password.
///
/// # Errors
/// [`Error::Exists`] if the address is taken, whatever its case.
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

/// The user with that address.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn get(snapshot: &Snapshot<'_>, email: &Email) -> Result<User> {
    let missing = || Error::NotFound(format!("user {} does not exist", email.as_str()));
    snapshot.user_by_email(email)?.ok_or_else(missing)
}

/// The data that a password is checked against: the user, if there is one, and their hash, if they
/// have one.
pub struct Credentials {
    user: Option<User>,
    hash: Option<String>,
}

/// Hides the hash.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Credentials {
    /// The credentials of the user with that address. There may be no such user, and `email` may be any
    /// text.
    ///
    /// # Errors
    /// If the store cannot read.
    pub fn of(snapshot: &Snapshot<'_>, email: &str) -> Result<Self> {
        match snapshot.user_by_email(&Email::stored(email.trim().to_owned()))? {
            Some(user) => Self::of_user(snapshot, user),
            None => Ok(Self { user: None, hash: None }),
        }
    }

    /// The credentials of `user`.
    ///
    /// # Errors
    /// If the store cannot read.
    pub fn of_user(snapshot: &Snapshot<'_>, user: User) -> Result<Self> {
        Ok(Self { hash: snapshot.password_hash(user.id)?, user: Some(user) })
    }

    /// The user, if `password` is right.
    ///
    /// # Errors
    /// [`Error::Refused`] if anything is wrong. Neither the duration nor the text reveals what.
    pub fn sign_in(self, password: &Password) -> Result<User> {
        let right = passwords::verify(password, self.hash.as_deref());
        match self.user {
            Some(user) if right => Ok(user),
            _ => Err(refused()),
        }
    }

    /// Prepares a password change. A user who has a password must give it as `old`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `old` is missing.
    pub fn to_change(self, old: Option<Password>) -> Result<Change> {
        if self.hash.is_some() && old.is_none() {
            return Err(Error::Invalid("old_password: required, but missing".into()));
        }
        Ok(Change { credentials: self, old })
    }
}

/// A password change, before the old password is checked.
#[derive(Debug)]
pub struct Change {
    credentials: Credentials,
    old: Option<Password>,
}

impl Change {
    /// Checks the old password and gives the hash that it matched, or none if there was no password.
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

/// Ends all tokens of a user, their app passwords and feeds, and the invitations that they have made: what was on a device
/// that is lost gives nothing any more.
///
/// # Errors
/// If the store cannot write.
pub fn end_tokens(tx: &Transaction<'_>, user: &User) -> Result<()> {
    tx.end_tokens(user.id)?;
    tx.delete_app_passwords_of(user.id)?;
    tx.delete_feeds_of(user.id)?;
    tx.delete_invitations_of(user.id)
}

/// The error for every failed sign-in.
#[must_use]
pub fn refused() -> Error {
    Error::Refused("the email or the password is not right".into())
}

/// Gives a user a new password and ends all their tokens. `checked` is the hash that the old password
/// was checked against, if there was one.
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

/// Gives a user a new password without checking the old one, and ends all their tokens.
///
/// # Errors
/// If the store cannot write.
pub fn set_password(tx: &Transaction<'_>, user: &User, hash: &str) -> Result<User> {
    tx.set_password_hash(user.id, hash)?;
    Ok(User { token_generation: tx.end_tokens(user.id)?, ..user.clone() })
}

/// The number of things that belong to a user, counted before the user is removed.
#[derive(Debug)]
pub struct Belongings {
    /// Their personal events, the birthday included.
    pub personal_events: u64,
    /// Their events in groups.
    pub group_events: u64,
    /// How many groups they created.
    pub made: u32,
    /// The groups that they created or own, and of which nobody else is a member.
    pub groups: Vec<Group>,
    /// Other users' events in those groups.
    pub others_events: u64,
    /// How many other groups they created, or own alone: these go to another member.
    pub shared: u64,
}

/// Counts the things that belong to `user`.
///
/// # Errors
/// If the store cannot read.
pub fn belongings(snapshot: &Snapshot<'_>, user: &User) -> Result<Belongings> {
    Ok(Belongings {
        personal_events: snapshot.count_personal_events(user.id)?,
        group_events: snapshot.count_group_events(user.id)?,
        made: snapshot.count_groups_of(user.id, u32::MAX)?,
        groups: snapshot.groups_alone_of(user.id)?,
        shared: snapshot.count_shared_groups_of(user.id)?,
        others_events: snapshot.count_others_events_in_groups_of(user.id)?,
    })
}

/// What happens to the groups of a removed user that have no other member. The others go to the member who has the highest
/// role, for the longest time.
#[derive(Debug)]
pub enum Groups {
    /// The user must not have any.
    Keep,
    /// They are given to somebody else.
    GiveTo(Email),
    /// They are removed too, with everybody's events in them.
    Remove,
}

/// Checks that `user` may be removed as `groups` says.
///
/// # Errors
/// [`Error::Conflict`] if the user has groups and `groups` does not say what to do with them, or gives
/// them to the same user; [`Error::NotFound`] if the user to give them to does not exist.
pub fn may_remove(snapshot: &Snapshot<'_>, user: &User, groups: &Groups) -> Result<()> {
    match groups {
        Groups::Keep => {
            let made = snapshot.groups_alone_of(user.id)?.len();
            if made > 0 {
                let (groups, them) = if made == 1 { ("group", "it") } else { ("groups", "them") };
                return Err(Error::Conflict(format!(
                    "{} created {made} {groups}: give {them} to somebody, or remove {them} too",
                    user.email.as_str()
                )));
            }
        }
        Groups::GiveTo(heir) => {
            if get(snapshot, heir)?.id == user.id {
                return Err(Error::Conflict("the groups must be given to somebody else".into()));
            }
        }
        Groups::Remove => {}
    }
    Ok(())
}

/// Removes a user with all their events. With an `author`, the history of each group that goes to somebody says so.
///
/// # Errors
/// Those of [`may_remove`], or [`Error::NotFound`] if there is no such user.
pub fn remove(
    tx: &Transaction<'_>,
    email: &Email,
    groups: &Groups,
    author: Option<&Author>,
) -> Result<()> {
    let user = get(tx, email)?;
    may_remove(tx, &user, groups)?;
    tx.hand_over_groups(user.id, author)?;
    if let Groups::GiveTo(heir) = groups {
        tx.give_groups(user.id, get(tx, heir)?.id, author)?;
    }
    tx.delete_user(user.id)
}
