//! Events: what a calendar shows, and who may change it.
//!
//! A calendar shows its owner's personal events and every event of the groups that the owner has
//! selected. Whoever registered an event may change or delete it, and nobody else.
//!
//! A birthday is one event that is shown on its day every year. It has no time of day: it stands at
//! midnight and has no length.

use super::{no_event, no_group};
use crate::error::{Error, Result, Taken};
use crate::model::{
    Day, Event, EventId, EventTimes, GroupId, ShortText, TimeRange, User, UserId, WallTime,
};
use crate::store::{NewEvent, Snapshot, Transaction};

/// What the calendar of `caller` shows in `range`, by start and then id.
///
/// # Errors
/// If the store cannot read.
pub fn in_range(snapshot: &Snapshot<'_>, caller: UserId, range: TimeRange) -> Result<Vec<Event>> {
    let mut events = snapshot.events_between(caller, range)?;
    if let Some(birthday) = snapshot.birthday_of(caller)? {
        let shown = birthday.starts.day().anniversaries(range);
        events.extend(shown.map(|at| Event { starts: at, ends: at, ..birthday.clone() }));
    }
    sort(&mut events);
    Ok(events)
}

/// The events in the calendar of `caller` whose subject contains `word`, by start and then id. A
/// birthday is found once, in the year of birth.
///
/// # Errors
/// If the store cannot read.
pub fn search(snapshot: &Snapshot<'_>, caller: UserId, word: &ShortText) -> Result<Vec<Event>> {
    let mut events = snapshot.events_containing(caller, word)?;
    sort(&mut events);
    Ok(events)
}

/// One event that the caller registered or that the caller's calendar shows.
///
/// # Errors
/// [`Error::NotFound`] for any other, so that its existence is not told.
pub fn get(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<Event> {
    let event = snapshot.event(id)?.ok_or_else(|| no_event(id))?;
    let visible = snapshot.owner_of_event(id)? == Some(caller)
        || match event.group {
            Some(group) => snapshot.has_selected(caller, group)?,
            None => false,
        };
    if visible { Ok(event) } else { Err(no_event(id)) }
}

/// Registers an event, in `group` or, without one, in the caller's personal calendar.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    group: Option<GroupId>,
    times: EventTimes,
    subject: &ShortText,
    now: WallTime,
) -> Result<EventId> {
    if let Some(id) = group {
        tx.creator_of_group(id)?.ok_or_else(|| no_group(id))?;
    }
    let subject = subject.as_str();
    tx.insert_event(&NewEvent {
        user: caller,
        group,
        subject,
        times,
        created: now,
        birthday: false,
    })
}

/// Gives an event other times and another subject; its group stays. A birthday moves to the day of
/// the new start.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another registered it,
/// [`Error::Invalid`] for a birthday of more than one day.
pub fn change(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    times: EventTimes,
    subject: &ShortText,
    now: WallTime,
) -> Result<()> {
    only_its_owner(tx, caller, id)?;
    let birthday = tx.birthday_of(caller)?.is_some_and(|birthday| birthday.id == id);
    let times = if birthday { whole_day(times)? } else { times };
    tx.change_event(id, times, subject, now)
}

/// Looks whether an event that is about to be changed or deleted is as the caller knows it.
///
/// # Errors
/// Those of [`delete`]; then [`Error::Changed`] if `is_known` says no.
pub fn check_precondition(
    tx: &Transaction<'_>,
    caller: UserId,
    id: EventId,
    is_known: impl FnOnce(&Event) -> Result<bool>,
) -> Result<()> {
    only_its_owner(tx, caller, id)?;
    let event = tx.event(id)?.ok_or_else(|| no_event(id))?;
    if is_known(&event)? { Ok(()) } else { Err(Error::Changed(id.0)) }
}

/// Deletes an event, the birthday too.
///
/// # Errors
/// [`Error::NotFound`] if there is none of that id, [`Error::NotOwner`] if another registered it.
pub fn delete(tx: &Transaction<'_>, caller: UserId, id: EventId) -> Result<()> {
    only_its_owner(tx, caller, id)?;
    tx.delete_event(id)
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
    let subject = format!("{} 생일", caller.email.as_str());
    tx.insert_event(&NewEvent {
        user: caller.id,
        group: None,
        subject: &subject,
        times: EventTimes::moment(day.midnight()),
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

fn only_its_owner(tx: &Transaction<'_>, caller: UserId, id: EventId) -> Result<()> {
    match tx.owner_of_event(id)? {
        None => Err(no_event(id)),
        Some(owner) if owner != caller => {
            Err(Error::NotOwner(format!("event {} was registered by somebody else", id.0)))
        }
        Some(_) => Ok(()),
    }
}

fn sort(events: &mut [Event]) {
    events.sort_unstable_by_key(|event| (event.starts, event.id));
}
