//! Who sees what, and who may do what. Every rule of it stands here and nowhere else.
//!
//! - A calendar shows its user's personal events, and every event, by whomever, of the groups that its
//!   user has selected.
//! - Users may read what their calendar shows, and what they registered themselves.
//! - Whoever registered an event may change and delete it, and nobody else.
//! - Everybody sees every group, selects it, and registers events in it. Whoever made a group may
//!   rename and delete it, and nobody else.
//!
//! A view cannot ask about each event in turn. The queries that find what a calendar shows, in
//! `store/tables/events.rs` and `store/tables/subject_index.rs`, repeat [`shows`] in SQL and say so; a
//! property test (`tests/api/property`) holds them to it.

use super::{no_event, no_group};
use crate::error::{Error, Result};
use crate::model::{Event, EventId, GroupId, UserId};
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

/// The event of that id, which `caller` may read.
///
/// # Errors
/// [`Error::NotFound`] for any other, so that its existence is not told.
pub fn readable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    let may = event.owner == caller || shows(snapshot, caller, &event)?;
    if may { Ok(event) } else { Err(no_event(id)) }
}

/// The event of that id, which `caller` may change and delete.
///
/// # Errors
/// [`Error::NotFound`] if there is none, [`Error::NotOwner`] if another registered it.
pub fn changeable_event(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    if event.owner == caller {
        return Ok(event);
    }
    Err(Error::NotOwner(format!("event {} was registered by somebody else", id.0)))
}

/// That `group` is one that anybody may see, select and register events in.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id.
pub fn open_group(snapshot: &Snapshot<'_>, group: GroupId) -> Result<()> {
    snapshot.creator_of_group(group)?.map(drop).ok_or_else(|| no_group(group))
}

/// That `caller` may rename and delete `group`.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another made it.
pub fn own_group(snapshot: &Snapshot<'_>, caller: UserId, group: GroupId) -> Result<()> {
    match snapshot.creator_of_group(group)? {
        None => Err(no_group(group)),
        Some(creator) if creator == caller => Ok(()),
        Some(_) => Err(Error::NotOwner(format!("group {} was made by somebody else", group.0))),
    }
}
