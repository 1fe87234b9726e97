//! Invitations: how somebody becomes a member of a group by a link.
//!
//! The link is its own permission: whoever has it may use it, once and within a week. So it makes nobody an owner, who could
//! remove all others, and it is good only while whoever made it owns the group. That a link was used, has expired, was ended
//! or never existed is one and the same answer.

use super::{access, members, repeats, users};
use crate::error::{Error, Result};
use crate::model::{
    AddressSecret, Bounds, Email, GroupId, IdempotencyKey, Invitation, InvitationId, Joined, Role,
    User, UserId, WallTime,
};
use crate::store::{Made, Snapshot, Transaction};

/// How many open invitations a group may have.
pub const MOST: u32 = 50;

/// Makes an invitation to `group`, whose address has `secret` in it. Gives its id, and when it is no longer good.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it; [`Error::NotOwner`] if they do not own it;
/// [`Error::Conflict`] if the group has [`MOST`] already.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    group: GroupId,
    role: Role,
    secret: &AddressSecret,
    now: WallTime,
) -> Result<(InvitationId, WallTime)> {
    access::own_group(tx, caller, group)?;
    if tx.count_invitations(group, now)? >= MOST {
        return Err(Error::Conflict(format!(
            "the group has {MOST} open invitations, which is the most: end one first"
        )));
    }
    let expires = WallTime::from_seconds(now.seconds() + Invitation::LASTS)?;
    let id = tx.insert_invitation(group, caller, role, &secret.digest(), (now, expires))?;
    Ok((id, expires))
}

/// The open invitations to `group`, by id.
///
/// # Errors
/// As [`create`], but for the last.
pub fn of(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    group: GroupId,
    now: WallTime,
) -> Result<Vec<Invitation>> {
    access::owned_group(snapshot, caller, group)?;
    snapshot.invitations_to(group, now)
}

/// Ends an invitation to `group`: from then on, its link is good for nothing.
///
/// # Errors
/// As [`of`], and [`Error::NotFound`] if the group has no such invitation.
pub fn end(tx: &Transaction<'_>, caller: UserId, group: GroupId, id: InvitationId) -> Result<()> {
    access::own_group(tx, caller, group)?;
    let InvitationId(number) = id;
    let missing = || Error::NotFound(format!("invitation {number} does not exist"));
    if tx.delete_invitation(group, id)? { Ok(()) } else { Err(missing()) }
}

/// The error for every secret that is good for nothing.
#[must_use]
pub fn no_invitation() -> Error {
    Error::NotFound("there is no such invitation".into())
}

/// The invitation with that secret, with the role that somebody would have by it.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn find(snapshot: &Snapshot<'_>, secret: &AddressSecret, now: WallTime) -> Result<Invitation> {
    let found = snapshot.invitation(&secret.digest(), now)?.ok_or_else(no_invitation)?;
    let role = access::role_by(snapshot, &found)?.ok_or_else(no_invitation)?;
    Ok(Invitation { role, ..found })
}

/// Makes `caller` a member of the group that `secret` invites to, whose calendar shows it from then on if there is room. Who
/// is a member already stays what they are, and the invitation can still be used. Who repeats the call, since its answer was
/// lost, is told the same until the invitation would have expired, while they are a member. `unix` is the time now, too: Unix
/// time in seconds.
///
/// # Errors
/// [`Error::NotFound`] if there is no such invitation, [`Error::Conflict`] if the group has as many members as `bounds` allow.
pub fn accept(
    tx: &Transaction<'_>,
    caller: UserId,
    secret: &AddressSecret,
    (bounds, now, unix): (Bounds, WallTime, i64),
) -> Result<Joined> {
    let key = IdempotencyKey::of_invitation(&secret.digest());
    let since = unix - repeats::KEPT;
    let Some(seen) = tx.invitation(&secret.digest(), now)? else {
        let joined = tx.made_with(caller, Made::Membership, &key, since)?.map(GroupId);
        return again(tx, caller, joined.ok_or_else(no_invitation)?);
    };
    let group = seen.group;
    tx.lock_group(group)?;
    // Somebody else may have accepted or ended it, or removed who invites, while this waited for the lock.
    let invitation = find(tx, secret, now)?;
    if let Some(role) = tx.membership(group, caller)? {
        return Ok(Joined { group, role, was_member: true });
    }
    members::check_room(tx, group, bounds, "ask an owner to remove one first")?;
    tx.delete_invitation(group, invitation.id)?;
    tx.put_member(group, caller, invitation.role, now)?;
    tx.select_for(caller, group, bounds.selected_groups)?;
    // Keys are kept for a day: this one until the invitation expires.
    let expires = unix + invitation.expires.seconds() - now.seconds();
    tx.keep_key(caller, Made::Membership, &key, group.0, expires - repeats::KEPT, since)?;
    Ok(Joined { group, role: invitation.role, was_member: false })
}

/// What `caller` was told who has become a member of `group` by an invitation.
fn again(tx: &Transaction<'_>, caller: UserId, group: GroupId) -> Result<Joined> {
    let standing = tx.standing(caller, group)?.filter(|standing| standing.is_member);
    let role = standing.and_then(|standing| standing.role).ok_or_else(no_invitation)?;
    Ok(Joined { group, role, was_member: false })
}

/// Registers `email` and accepts the invitation, or neither: one link makes at most one account.
///
/// # Errors
/// Those of [`accept`], of which the first comes before everything else: a link that is good for nothing tells nobody who has
/// an account; then [`Error::Exists`] if the address is taken.
pub fn register(
    tx: &Transaction<'_>,
    email: &Email,
    password_hash: Option<&str>,
    secret: &AddressSecret,
    (bounds, now, unix): (Bounds, WallTime, i64),
) -> Result<User> {
    find(tx, secret, now)?;
    let user = users::register(tx, email, password_hash, now)?;
    accept(tx, user.id, secret, (bounds, now, unix))?;
    Ok(user)
}
