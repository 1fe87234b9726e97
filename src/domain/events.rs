//! Events: what a calendar shows, and how events are registered, changed and deleted.
//!
//! A birthday is one event that occurs on its day every year. It has no time of day and no length: it
//! is stored at midnight.

use super::access;
use crate::error::{Error, Result, Taken};
use crate::model::{
    Day, Event, EventDetails, EventId, EventTimes, GroupId, Occurrence, Page, Precondition, Room,
    ShortText, TimeRange, User, UserId, WallTime,
};
use crate::store::{NewEvent, Snapshot, Transaction};

/// What the calendar of `caller` shows in `range`, by start and then id.
///
/// # Errors
/// [`Error::TooLong`] if it does not fit into `room`.
pub fn in_range(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    range: TimeRange,
    room: Room,
) -> Result<Vec<Occurrence>> {
    let mut events = snapshot.events_between(caller, range, room)?;
    let birthday = events.pop_if(|event| event.birthday);
    let mut shown: Vec<_> = events.into_iter().map(Occurrence::of).collect();
    shown.extend(birthday.into_iter().flat_map(|event| Occurrence::of_birthday(event, range)));
    shown.sort_unstable_by_key(Occurrence::order);
    Ok(shown)
}

/// The events in the calendar of `caller` whose subject contains `word`, each at its first occurrence,
/// by start and then id: those in `page` of them. The event that it begins after need not contain the
/// word any more: what counts is where it stands now.
///
/// # Errors
/// [`Error::NotFound`] if `page` begins after an event that does not exist, or that `caller` may not know
/// of; [`Error::TooLong`] if it is more than an answer holds.
pub fn search(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    word: &ShortText,
    page: Page<EventId>,
) -> Result<Vec<Occurrence>> {
    let after = page.after.map(|id| position(snapshot, caller, id)).transpose()?;
    let page = Page { after, limit: page.limit };
    let events = snapshot.events_containing(caller, word, page, Room::in_list())?;
    Ok(events.into_iter().map(Occurrence::of).collect())
}

/// Where an event stands in the order of a search.
fn position(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<(WallTime, EventId)> {
    let event = access::readable_event(snapshot, caller, id).map_err(|error| match error {
        Error::NotFound(what) => Error::NotFound(format!("after: {what}: search again without it")),
        other => other,
    })?;
    Ok((event.details.times.starts(), id))
}

/// The event with that id, if the caller may read it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or if the caller may not know of it.
pub fn get(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    access::readable_event(snapshot, caller, id)
}

/// Registers an event in `group`, or in the caller's personal calendar without one.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, [`Error::Conflict`] if the caller has `most` events
/// already.
pub fn create(
    tx: &Transaction<'_>,
    caller: &User,
    group: Option<GroupId>,
    details: &EventDetails,
    now: WallTime,
    most: u32,
) -> Result<EventId> {
    if let Some(group) = group {
        access::open_group(tx, group)?;
    }
    check_count(caller, most)?;
    tx.insert_event(&NewEvent { owner: caller.id, group, details, created: now, birthday: false })
}

/// Checks that `caller`, as the same transaction has read them, may have another event.
fn check_count(caller: &User, most: u32) -> Result<()> {
    if caller.events < u64::from(most) {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "you have registered {most} events, which is the most: delete some first"
    )))
}

/// Gives an event new details. Its group stays the same. A birthday moves to the day of the new start.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, [`Error::NotOwner`] if somebody else registered it,
/// [`Error::Changed`] if `precondition` does not allow its revision, [`Error::Invalid`] for a birthday
/// of more than one day.
pub fn change(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    details: &EventDetails,
    precondition: &Precondition,
    now: WallTime,
) -> Result<()> {
    let event = access::changeable_event(tx, caller, id)?;
    check_precondition(&event, precondition)?;
    if event.birthday {
        let details = EventDetails { times: whole_day(details.times)?, ..details.clone() };
        return tx.change_event(id, &details, now);
    }
    tx.change_event(id, details, now)
}

/// Deletes an event, which may be the birthday.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, [`Error::NotOwner`] if the caller neither registered
/// it nor created its group, [`Error::Changed`] if `precondition` does not allow its revision.
pub fn delete(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    precondition: &Precondition,
) -> Result<()> {
    check_precondition(&access::deletable_event(tx, caller, id)?, precondition)?;
    tx.delete_event(id)
}

fn check_precondition(event: &Event, precondition: &Precondition) -> Result<()> {
    if precondition.allows(event.revision) { Ok(()) } else { Err(Error::Changed(event.id.0)) }
}

/// The caller's birthday, in the year of birth.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn birthday(snapshot: &Snapshot<'_>, caller: UserId) -> Result<Event> {
    let birthday = snapshot.birthday_of(caller)?;
    birthday.ok_or_else(|| Error::NotFound("you have no birthday registered".into()))
}

/// Deletes the caller's birthday.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn delete_birthday(tx: &Transaction<'_>, caller: UserId) -> Result<()> {
    tx.delete_event(birthday(tx, caller)?.id)
}

/// Registers the caller's birthday.
///
/// # Errors
/// [`Error::Exists`] if there is one already, which stays as it is; [`Error::Conflict`] if the caller has
/// `most` events already.
pub fn register_birthday(
    tx: &Transaction<'_>,
    caller: &User,
    day: Day,
    now: WallTime,
    most: u32,
) -> Result<EventId> {
    if tx.birthday_of(caller.id)?.is_some() {
        return Err(Error::Exists(Taken::Birthday));
    }
    check_count(caller, most)?;
    let details = &EventDetails::birthday(&caller.email, day);
    tx.insert_event(&NewEvent {
        owner: caller.id,
        group: None,
        details,
        created: now,
        birthday: true,
    })
}

/// The midnight at the start of a one-day event. Its end may be any time of that day, or the next
/// midnight.
fn whole_day(times: EventTimes) -> Result<EventTimes> {
    let day = times.starts().day();
    if times.ends().seconds() > day.time_range().until {
        return Err(Error::Invalid(
            "edate: expected the day of sdate, since a birthday is one day".into(),
        ));
    }
    Ok(EventTimes::moment(day.midnight()))
}
