//! The members of groups: who they are, and how they come and go.

use super::{access, no_group};
use crate::error::{Error, Result};
use crate::model::{Bounds, Email, GroupId, GroupMember, Role, UserId, WallTime};
use crate::store::{Snapshot, Transaction};

/// The members of `group` whom `caller` may know, the highest roles first.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it.
pub fn of(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<Vec<GroupMember>> {
    let least = access::known_members(snapshot, caller, group)?;
    snapshot.members_of(group, least)
}

/// All members of `group`, for whoever runs the server, the highest roles first.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group.
pub fn all_of(snapshot: &Snapshot<'_>, group: GroupId) -> Result<Vec<GroupMember>> {
    snapshot.group(group, None)?.ok_or_else(|| no_group(group))?;
    snapshot.members_of(group, Role::Reader)
}

/// Makes the user with that email a member of `group`, whose calendar shows it from then on if there is room; or gives a
/// member another role.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group or user: registration (call 1) tells just as well who has an account.
/// [`Error::NotOwner`] if `caller` does not own the group, [`Error::Conflict`] if it has as many members as `bounds` allow,
/// [`Error::Invalid`] if it would have no owner.
pub fn put(
    tx: &Transaction<'_>,
    caller: UserId,
    group: GroupId,
    email: &Email,
    role: Role,
    (bounds, now): (Bounds, WallTime),
) -> Result<()> {
    access::own_group(tx, caller, group)?;
    put_into(tx, group, email, role, (bounds, now))
}

/// The same for whoever runs the server.
///
/// # Errors
/// As [`put`], but for [`Error::NotOwner`].
pub fn put_by_operator(
    tx: &Transaction<'_>,
    group: GroupId,
    email: &Email,
    role: Role,
    (bounds, now): (Bounds, WallTime),
) -> Result<()> {
    access::any_group(tx, group)?;
    put_into(tx, group, email, role, (bounds, now))
}

/// The same for who may, of a group that is locked.
fn put_into(
    tx: &Transaction<'_>,
    group: GroupId,
    email: &Email,
    role: Role,
    (bounds, now): (Bounds, WallTime),
) -> Result<()> {
    let user = tx
        .other_user(email)?
        .ok_or_else(|| Error::NotFound(format!("no user is registered with {}", email.as_str())))?;
    let before = tx.membership(group, user)?;
    if before == Some(role) {
        return Ok(());
    }
    if before == Some(Role::Owner) {
        check_other_owner(tx, group, "role")?;
    }
    if before.is_none() {
        check_room(tx, group, bounds, "remove one first")?;
    }
    tx.put_member(group, user, role, now)?;
    if before == Some(Role::Owner) {
        tx.delete_invitations_by(group, user)?;
    }
    if before.is_none() {
        tx.select_for(user, group, bounds.selected_groups)?;
    }
    Ok(())
}

/// Removes the member of `group` with that email, or `caller` themselves.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group or member; [`Error::NotOwner`] if that is somebody else and `caller` does
/// not own the group, [`Error::Invalid`] if it would have no owner.
pub fn remove(tx: &Transaction<'_>, caller: UserId, group: GroupId, email: &Email) -> Result<()> {
    let standing = access::member_of(tx, caller, group)?;
    let user = tx.other_user(email)?;
    if user != Some(caller) && standing.role != Some(Role::Owner) {
        return Err(access::not_owned(group));
    }
    remove_from(tx, group, email, user)
}

/// The same for whoever runs the server.
///
/// # Errors
/// As [`remove`], but for [`Error::NotOwner`].
pub fn remove_by_operator(tx: &Transaction<'_>, group: GroupId, email: &Email) -> Result<()> {
    access::any_group(tx, group)?;
    remove_from(tx, group, email, tx.other_user(email)?)
}

/// The same for who may, of a group that is locked. `user` is who has that email.
fn remove_from(
    tx: &Transaction<'_>,
    group: GroupId,
    email: &Email,
    user: Option<UserId>,
) -> Result<()> {
    let member = match user {
        Some(user) => tx.membership(group, user)?.map(|role| (user, role)),
        None => None,
    };
    let (user, role) = member.ok_or_else(|| {
        let GroupId(id) = group;
        Error::NotFound(format!("{} is no member of group {id}", email.as_str()))
    })?;
    if role == Role::Owner {
        check_other_owner(tx, group, "useremail")?;
        tx.delete_invitations_by(group, user)?;
    }
    tx.delete_member(group, user)
}

/// Checks that `group`, which is locked, may have another member; otherwise `advice` says what to do.
pub(super) fn check_room(
    tx: &Transaction<'_>,
    group: GroupId,
    bounds: Bounds,
    advice: &str,
) -> Result<()> {
    let most = bounds.group_members;
    if tx.count_members(group, Role::Reader, most)? < most {
        return Ok(());
    }
    Err(Error::Conflict(format!("the group has {most} members, which is the most: {advice}")))
}

/// Checks that `group`, one of whose owners is to be none any more, has another; `name` is the parameter that says so.
pub(super) fn check_other_owner(tx: &Transaction<'_>, group: GroupId, name: &str) -> Result<()> {
    if tx.count_members(group, Role::Owner, 2)? > 1 {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name}: the group has no other owner: make somebody else an owner first"
    )))
}
