//! Who sees what, and who may do what. All access rules are here.
//!
//! - A calendar shows its user's personal events, and all events of the groups that its user has
//!   selected.
//! - A user may read what their calendar shows, and what they registered themselves.
//! - Of somebody else's private event, a user sees when it is, not what ([`seen_by`]). No search finds it.
//! - A feed shows whoever has its address what its user's calendar shows, as its user sees it; or one group, with
//!   private events as others see them. A feed of busy times shows when an event is, of those that take up time
//!   ([`seen_in`]).
//! - What a user may in a group is their [`Role`] as a member, or else what everyone may in it: register events, see it, or
//!   nothing. Of a group in which everyone may nothing, a private one, only its members know: for others it does not exist
//!   ([`role_in`]).
//! - A reader sees a group and selects it. A writer also registers events in it, and changes and deletes their own. An
//!   editor does so with everybody's: otherwise nobody but the spammer could remove spam. An owner also changes and
//!   deletes the group, and its members. There is always an owner.
//! - Only the user who registered a personal event may change or delete it.
//! - An editor deletes somebody else's private event, and does not change it: they would write over what they do not see.
//! - Who is no longer let into a group sees nothing of it at once: neither in their calendar, nor their own events in it, nor
//!   by a feed that they have made of it.
//! - In a group that is filled from an outside calendar, nobody registers, changes or deletes an event.
//!   The address of that calendar may be a secret, so only the group's owners see it ([`seen_group`]).
//! - An app password is good for its user's calls that change nothing, or for all but those on the account itself: whatever
//!   would outlive it is not made with it ([`may_reach`]).
//! - An owner invites others by a link, which makes whoever has it a member: not an owner, and not with less than everyone
//!   may. It is good while whoever made it owns the group ([`role_by`]).
//! - Which colour somebody gives a calendar, and where they list it, nobody else sees.
//! - Whoever runs the server has its database, and so lists all groups by command, and adds and removes the members of any
//!   ([`any_group`]). There is an owner all the same.
//! - All members of a group know who else is one. Others who see an open group know its owners.
//!
//! A view cannot ask about each event in turn. The queries that find what a calendar shows, in
//! `store/tables/events.rs` and `store/tables/subject_index.rs`, repeat [`shows`], [`role_in`] and [`seen_by`] in SQL
//! and say so. A property test (`tests/api/property`) checks that they agree with it.

use super::{no_event, no_group};
use crate::error::{Error, Result};
use crate::model::{
    AppPasswordScope, Event, EventDetails, EventId, Feed, Group, GroupDetails, GroupId, Invitation,
    Role, Standing, Status, UserId, private_subject,
};
use crate::store::{Snapshot, StoredObject, Transaction};

/// How far a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It changes nothing.
    Read,
    /// It changes the calendar, its groups or its settings.
    Change,
    /// It is about what opens the account: passwords, tokens, secret addresses.
    Account,
}

/// Checks that an app password with that scope is good for a call that goes so far.
///
/// # Errors
/// [`Error::NotOwner`] if it is not.
pub fn may_reach(scope: AppPasswordScope, reach: Reach) -> Result<()> {
    match (reach, scope) {
        (Reach::Read, _) | (Reach::Change, AppPasswordScope::All) => Ok(()),
        (Reach::Change, AppPasswordScope::Read) => Err(Error::NotOwner(
            "the scope of this app password is read: it changes nothing".into(),
        )),
        (Reach::Account, _) => Err(Error::NotOwner(
            "an app password may not do this, whatever its scope: send a token".into(),
        )),
    }
}

/// Whether the calendar of `user` shows `event`.
///
/// # Errors
/// If the store cannot read.
pub fn shows(snapshot: &Snapshot<'_>, user: UserId, event: &Event) -> Result<bool> {
    match event.group {
        None => Ok(event.owner == user),
        Some(group) => snapshot.has_selected(user, group),
    }
}

/// `event` as `reader` sees it.
#[must_use]
pub fn seen_by(mut event: Event, reader: UserId) -> Event {
    if hidden_from(&event, reader) {
        hide(&mut event.details);
    }
    event
}

/// Whether `reader` sees when `event` is, and not what.
#[must_use]
pub fn hidden_from(event: &Event, reader: UserId) -> bool {
    event.owner != reader && event.details.is_private()
}

/// `event` as those see it who read `feed`; none if they see nothing of it.
#[must_use]
pub fn seen_in(feed: &Feed, mut event: Event) -> Option<Event> {
    let status = event.details.properties.as_ref().map(|properties| properties.status);
    let free = event.details.properties.as_ref().is_some_and(|properties| properties.free);
    if feed.busy_only && (event.birthday || free || status == Some(Status::Cancelled)) {
        return None;
    }
    if hides(feed, &event) {
        hide(&mut event.details);
    }
    Some(event)
}

/// Whether those who read `feed` see when `event` is, and not what.
#[must_use]
pub fn hides(feed: &Feed, event: &Event) -> bool {
    let is_private = event.details.is_private();
    feed.busy_only || hidden_from(event, feed.owner) || is_private && feed.group.is_some()
}

/// Leaves of `details` when it is.
fn hide(details: &mut EventDetails) {
    if let Some(properties) = details.properties.as_mut() {
        **properties = properties.seen_by_others();
    }
    details.subject = private_subject();
}

/// What `user` may in `group`; none if there is no such group, or if they may not know of it.
///
/// # Errors
/// If the store cannot read.
pub fn role_in(snapshot: &Snapshot<'_>, user: UserId, group: GroupId) -> Result<Option<Role>> {
    Ok(snapshot.standing(user, group)?.and_then(|standing| standing.role))
}

/// The event with that id as `caller` sees it, if `caller` may read it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or if `caller` may not know of it.
pub fn readable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    let may = match event.group {
        Some(group) if event.owner == caller => role_in(snapshot, caller, group)?.is_some(),
        _ => shows(snapshot, caller, &event)?,
    };
    if may { Ok(seen_by(event, caller)) } else { Err(no_event(id)) }
}

/// The event with that id, if `caller` may change it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or if it is in a group that `caller` may not know of; [`Error::NotOwner`] if
/// `caller` may not, or it comes from an outside calendar.
pub fn changeable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = deletable_event(snapshot, caller, id)?;
    check_seen(&event, caller)?;
    Ok(event)
}

/// Checks that `caller` sees what `event`, which they may change or delete, says.
///
/// # Errors
/// [`Error::NotOwner`] if they do not.
pub fn check_seen(event: &Event, caller: UserId) -> Result<()> {
    if hidden_from(event, caller) {
        let EventId(id) = event.id;
        return Err(Error::NotOwner(format!(
            "event {id} is private: only who registered it may change it"
        )));
    }
    Ok(())
}

/// The event with that id, if `caller` may delete it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or if it is in a group that `caller` may not know of; [`Error::NotOwner`] if
/// `caller` may not, or it comes from an outside calendar.
pub fn deletable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    check_editable(snapshot, caller, &event)?;
    Ok(event)
}

/// Checks that `caller` may delete `event`, or bring it back if it is gone.
///
/// # Errors
/// As [`deletable_event`].
pub fn check_editable(snapshot: &Snapshot<'_>, caller: UserId, event: &Event) -> Result<()> {
    let Event { id, owner, group, .. } = *event;
    check_editable_in(snapshot, caller, (owner, group), || no_event(id), || not_owner(id))
}

/// The same for a calendar object.
///
/// # Errors
/// As [`deletable_event`].
pub fn check_editable_object(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    object: &StoredObject,
) -> Result<()> {
    let none = || Error::NotFound("it does not exist".into());
    let not_owner = || Error::NotOwner("it was registered by somebody else".into());
    check_editable_in(snapshot, caller, (object.owner, object.group), none, not_owner)
}

fn check_editable_in(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    (owner, group): (UserId, Option<GroupId>),
    none: impl FnOnce() -> Error,
    not_owner: impl FnOnce() -> Error,
) -> Result<()> {
    let own = owner == caller;
    let Some(group) = group else { return if own { Ok(()) } else { Err(not_owner()) } };
    let standing = snapshot.standing(caller, group)?;
    let (standing, role) =
        standing.and_then(|standing| Some((standing, standing.role?))).ok_or_else(none)?;
    takes_events(standing, group)?;
    match (own, role) {
        (_, Role::Editor | Role::Owner) | (true, Role::Writer) => Ok(()),
        (true, Role::Reader) => Err(only_reader(group)),
        (false, _) => Err(not_owner()),
    }
}

fn not_owner(id: EventId) -> Error {
    Error::NotOwner(format!("event {} was registered by somebody else", id.0))
}

fn only_reader(GroupId(id): GroupId) -> Error {
    Error::NotOwner(format!("you may see the events of group {id}, and not change them"))
}

/// Checks that `caller` may know of `group`, and so select it.
///
/// # Errors
/// [`Error::NotFound`] if they may not, or it does not exist.
pub fn visible_group(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<()> {
    role_in(snapshot, caller, group)?.map(drop).ok_or_else(|| no_group(group))
}

/// Checks that `caller` may register events in `group`.
///
/// # Errors
/// [`Error::NotFound`] if it does not exist or `caller` may not know of it, [`Error::NotOwner`] if they may only see it, or
/// it is filled from an outside calendar.
pub fn fillable_group(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<()> {
    let standing = snapshot.standing(caller, group)?;
    let (standing, role) = standing
        .and_then(|standing| Some((standing, standing.role?)))
        .ok_or_else(|| no_group(group))?;
    takes_events(standing, group)?;
    if role == Role::Reader { Err(only_reader(group)) } else { Ok(()) }
}

/// Checks that the events of `group` are registered here, and do not come from an outside calendar.
fn takes_events(standing: Standing, GroupId(id): GroupId) -> Result<()> {
    if standing.is_filled {
        return Err(Error::NotOwner(format!(
            "the events of group {id} come from an outside calendar"
        )));
    }
    Ok(())
}

/// `group` as the user sees it for whom it was read; none if for them it does not exist.
#[must_use]
pub fn seen_group(mut group: Group) -> Option<Group> {
    let role = group.role()?;
    if let Some(subscription) = group.subscription.as_mut().filter(|_| role != Role::Owner) {
        subscription.url = None;
        // It may name the server, or what is in the calendar.
        subscription.problem =
            subscription.problem.take().map(|_| "it could not be read, or not all of it".into());
    }
    Some(group)
}

/// Checks that `caller` may change, share and delete `group`, and keeps others from doing so until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] if it does not exist or `caller` may not know of it, [`Error::NotOwner`] if they do not own it.
pub fn own_group(tx: &Transaction<'_>, caller: UserId, group: GroupId) -> Result<Standing> {
    let standing = member_of(tx, caller, group)?;
    if standing.role == Some(Role::Owner) { Ok(standing) } else { Err(not_owned(group)) }
}

/// The details of `group`, which is in the trash, and who created it, if `caller` may bring it back.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, [`Error::NotOwner`] if `caller` does not own it.
pub fn own_trashed_group(
    tx: &Transaction<'_>,
    caller: UserId,
    group: GroupId,
) -> Result<(GroupDetails, UserId)> {
    let (details, creator, role) =
        tx.trashed_group(group, caller)?.ok_or_else(|| no_group(group))?;
    if role == Some(Role::Owner) { Ok((details, creator)) } else { Err(not_owned(group)) }
}

/// The same for a caller who only looks at what an owner has of it.
///
/// # Errors
/// As [`own_group`].
pub fn owned_group(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<()> {
    match role_in(snapshot, caller, group)? {
        Some(Role::Owner) => Ok(()),
        Some(_) => Err(not_owned(group)),
        None => Err(no_group(group)),
    }
}

/// What whoever accepts `invitation` becomes in its group; none if it is good for nothing any more.
///
/// # Errors
/// If the store cannot read.
pub fn role_by(snapshot: &Snapshot<'_>, invitation: &Invitation) -> Result<Option<Role>> {
    let standing = snapshot.standing(invitation.inviter, invitation.group)?;
    let standing = standing.filter(|standing| standing.role == Some(Role::Owner));
    Ok(standing.and_then(|standing| standing.everyone.role().max(Some(invitation.role))))
}

/// How `caller` stands to `group`, whose members others cannot change until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] if it does not exist or `caller` may not know of it.
pub fn member_of(tx: &Transaction<'_>, caller: UserId, group: GroupId) -> Result<Standing> {
    let standing = tx.locked_standing(caller, group)?;
    standing.filter(|standing| standing.role.is_some()).ok_or_else(|| no_group(group))
}

/// Checks for whoever runs the server that there is such a group, and keeps others from changing it and its members until the
/// transaction ends.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn any_group(tx: &Transaction<'_>, group: GroupId) -> Result<()> {
    tx.lock_group(group)?;
    tx.group(group, None)?.map(drop).ok_or_else(|| no_group(group))
}

/// The error for who does not own `group`, and may know of it.
#[must_use]
pub fn not_owned(GroupId(id): GroupId) -> Error {
    Error::NotOwner(format!("group {id} belongs to somebody else"))
}

/// The least role of the members of `group` whom `caller` may know.
///
/// # Errors
/// [`Error::NotFound`] if it does not exist or `caller` may not know of it.
pub fn known_members(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<Role> {
    let standing = snapshot.standing(caller, group)?;
    let standing = standing.filter(|standing| standing.role.is_some());
    let standing = standing.ok_or_else(|| no_group(group))?;
    Ok(if standing.is_member { Role::Reader } else { Role::Owner })
}
