//! Events: what a calendar shows, and how an event comes, changes and goes.
//!
//! A birthday is one event that takes place on its day every year. It has no time of day: it stands at
//! midnight and has no length.

use super::access;
use crate::error::{Error, Result, Taken};
use crate::model::{
    Day, Event, EventDetails, EventId, EventTimes, GroupId, Occurrence, Precondition, ShortText,
    TimeRange, User, UserId, WallTime,
};
use crate::store::{NewEvent, Snapshot, Transaction};

/// What the calendar of `caller` shows in `range`, by start and then id.
///
/// # Errors
/// If the store cannot read.
pub fn in_range(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    range: TimeRange,
) -> Result<Vec<Occurrence>> {
    let events = snapshot.events_between(caller, range)?;
    let mut shown: Vec<_> = events.into_iter().map(Occurrence::of).collect();
    if let Some(birthday) = snapshot.birthday_of(caller)? {
        shown.extend(Occurrence::of_birthday(birthday, range));
    }
    shown.sort_unstable_by_key(Occurrence::order);
    Ok(shown)
}

/// The events in the calendar of `caller` whose subject contains `word`, each at its first occurrence,
/// by start and then id.
///
/// # Errors
/// If the store cannot read.
pub fn search(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    word: &ShortText,
) -> Result<Vec<Occurrence>> {
    let events = snapshot.events_containing(caller, word)?;
    let mut found: Vec<_> = events.into_iter().map(Occurrence::of).collect();
    found.sort_unstable_by_key(Occurrence::order);
    Ok(found)
}

/// One event that the caller may read.
///
/// # Errors
/// [`Error::NotFound`] for any other, so that its existence is not told.
pub fn get(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    access::readable_event(snapshot, caller, id)
}

/// Registers an event, in `group` or, without one, in the caller's personal calendar.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    group: Option<GroupId>,
    details: &EventDetails,
    now: WallTime,
) -> Result<EventId> {
    if let Some(group) = group {
        access::open_group(tx, group)?;
    }
    tx.insert_event(&NewEvent { owner: caller, group, details, created: now, birthday: false })
}

/// Gives an event other details; its group stays. A birthday moves to the day of the new start.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another registered it,
/// [`Error::Changed`] if it is in a state that `precondition` does not allow, [`Error::Invalid`] for a
/// birthday of more than one day.
pub fn change(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    details: &EventDetails,
    precondition: &Precondition,
    now: WallTime,
) -> Result<()> {
    let event = changeable(tx, caller, id, precondition)?;
    if event.birthday {
        let details = EventDetails { times: whole_day(details.times)?, ..details.clone() };
        return tx.change_event(id, &details, now);
    }
    tx.change_event(id, details, now)
}

/// Deletes an event, the birthday too.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another registered it,
/// [`Error::Changed`] if it is in a state that `precondition` does not allow.
pub fn delete(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    precondition: &Precondition,
) -> Result<()> {
    changeable(tx, caller, id, precondition)?;
    tx.delete_event(id)
}

fn changeable(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    precondition: &Precondition,
) -> Result<Event> {
    let event = access::changeable_event(tx, caller, id)?;
    if precondition.allows(event.revision) { Ok(event) } else { Err(Error::Changed(id.0)) }
}

/// Registers the caller's birthday.
///
/// # Errors
/// [`Error::Exists`] if there is one already; it is not changed.
pub fn register_birthday(
    tx: &Transaction<'_>,
    caller: &User,
    day: Day,
    now: WallTime,
) -> Result<EventId> {
    if tx.birthday_of(caller.id)?.is_some() {
        return Err(Error::Exists(Taken::Birthday));
    }
    let details = &EventDetails::birthday(&caller.email, day);
    tx.insert_event(&NewEvent {
        owner: caller.id,
        group: None,
        details,
        created: now,
        birthday: true,
    })
}

/// The midnight that an all-day event of one day begins with. Its end may be given as any time of
/// that day or as the next midnight.
fn whole_day(times: EventTimes) -> Result<EventTimes> {
    let day = times.starts().day();
    if times.ends().seconds() > day.time_range().until {
        return Err(Error::Invalid(
            "edate: expected the day of sdate, since a birthday is one day".into(),
        ));
    }
    Ok(EventTimes::moment(day.midnight()))
}
