//! Who sees what, and who may do what. All access rules are here.
//!
//! - A calendar shows its user's personal events, and all events of the groups that its user has
//!   selected.
//! - A user may read what their calendar shows, and what they registered themselves.
//! - Of somebody else's private event, a user sees when it is, not what ([`seen_by`]). No search finds it.
//! - Only the user who registered an event may change it. That user may delete it, and so may the
//!   creator of its group: otherwise nobody but the spammer could remove spam.
//! - Every user may see every group, select it, and register events in it. Only its creator may rename
//!   or delete it.
//!
//! A view cannot ask about each event in turn. The queries that find what a calendar shows, in
//! `store/tables/events.rs` and `store/tables/subject_index.rs`, repeat [`shows`] and [`seen_by`] in SQL and say
//! so. A property test (`tests/api/property`) checks that they agree with it.

use super::{no_event, no_group};
use crate::error::{Error, Result};
use crate::model::{Event, EventId, GroupId, UserId, private_subject};
use crate::store::Snapshot;

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
    if event.owner != reader
        && let Some(properties) = event.details.properties.as_mut().filter(|p| p.private)
    {
        **properties = properties.seen_by_others();
        event.details.subject = private_subject();
    }
    event
}

/// The event with that id as `caller` sees it, if `caller` may read it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or if `caller` may not know of it.
pub fn readable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    let may = event.owner == caller || shows(snapshot, caller, &event)?;
    if may { Ok(seen_by(event, caller)) } else { Err(no_event(id)) }
}

/// The event with that id, if `caller` may change it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, [`Error::NotOwner`] if somebody else registered it.
pub fn changeable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    if event.owner == caller { Ok(event) } else { Err(not_owner(id)) }
}

/// The event with that id, if `caller` may delete it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, [`Error::NotOwner`] if somebody else registered it, unless it
/// is in a group that `caller` created.
pub fn deletable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    let may = event.owner == caller
        || match event.group {
            Some(group) => snapshot.creator_of_group(group)? == Some(caller),
            None => false,
        };
    if may { Ok(event) } else { Err(not_owner(id)) }
}

fn not_owner(id: EventId) -> Error {
    Error::NotOwner(format!("event {} was registered by somebody else", id.0))
}

/// Checks that `group` exists. Every user may see it, select it and register events in it.
///
/// # Errors
/// [`Error::NotFound`] if it does not.
pub fn open_group(snapshot: &Snapshot<'_>, group: GroupId) -> Result<()> {
    snapshot.creator_of_group(group)?.map(drop).ok_or_else(|| no_group(group))
}

/// Checks that `caller` may rename and delete `group`.
///
/// # Errors
/// [`Error::NotFound`] if it does not exist, [`Error::NotOwner`] if somebody else created it.
pub fn own_group(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<()> {
    match snapshot.creator_of_group(group)? {
        None => Err(no_group(group)),
        Some(creator) if creator == caller => Ok(()),
        Some(_) => Err(Error::NotOwner(format!("group {} was made by somebody else", group.0))),
    }
}
