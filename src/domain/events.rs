//! Events: what a calendar shows, and how events are registered, changed and deleted.
//!
//! A birthday is a series that occurs on its day every year, and is changed and deleted as a whole. It has no time of day
//! and no length: it is stored at midnight.

use jiff::tz::TimeZone;

use super::content::Content;
use super::limits::{Setting, check_count, check_series};
use super::{access, series};
use crate::error::{Error, Result, Taken};
use crate::model::{
    Day, Event, EventDetails, EventId, GroupId, Occurrence, Page, Patch, Recurrence, Room,
    SearchIn, ShortText, TimeRange, User, UserId, WallTime,
};
use crate::store::{NewEvent, Snapshot, Transaction};

/// What the calendar of `caller` shows in `range`, by start and then id. `zone` is that of the server.
///
/// # Errors
/// [`Error::TooLong`] if it does not fit into `room`.
pub fn in_range(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    range: TimeRange,
    zone: &TimeZone,
    mut room: Room,
) -> Result<Vec<Occurrence>> {
    let events = snapshot.events_between(caller, range, &mut room)?;
    let mut shown = Vec::with_capacity(events.len());
    for event in events {
        series::expand(access::seen_by(event, caller), range, zone, &mut room, &mut shown)?;
    }
    shown.sort_unstable_by_key(Occurrence::order);
    Ok(shown)
}

/// The events in the calendar of `caller` whose subject contains `word`, or with [`SearchIn::All`] also those whose place
/// or notes do, each at its first occurrence, by start and then id: those in `page` of them. The event that it begins after
/// need not contain the word any more: what counts is where it stands now. Of others' private events nothing is found.
///
/// # Errors
/// [`Error::NotFound`] if `page` begins after an event that does not exist, or that `caller` may not know
/// of; [`Error::TooLong`] if it is more than an answer holds.
pub fn search(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    word: &ShortText,
    place: SearchIn,
    page: Page<EventId>,
    zone: &TimeZone,
) -> Result<Vec<Occurrence>> {
    let after = page.after.map(|id| position(snapshot, caller, id)).transpose()?;
    let page = Page { after, limit: page.limit };
    let events = snapshot.events_containing(caller, word, place, page, Room::in_list())?;
    events.into_iter().map(|event| series::one(event, zone)).collect()
}

/// Where an event stands in the order of a search.
fn position(snapshot: &Snapshot<'_>, caller: UserId, id: EventId) -> Result<(WallTime, EventId)> {
    let event = access::readable_event(snapshot, caller, id).map_err(|error| match error {
        Error::NotFound(what) => Error::NotFound(format!("after: {what}: search again without it")),
        other => other,
    })?;
    Ok((event.details.times.starts(), id))
}

/// The event with that id, if the caller may read it: of a series its first occurrence, or the one that starts at
/// `occurrence` by the rule, which may have been changed by itself.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or if the caller may not know of it; [`Error::Invalid`] for an occurrence that the
/// event does not have.
pub fn get(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    id: EventId,
    occurrence: Option<WallTime>,
    zone: &TimeZone,
) -> Result<Occurrence> {
    let event = access::readable_event(snapshot, caller, id)?;
    match occurrence {
        None => series::one(event, zone),
        Some(at) => series::at(snapshot, caller, event, at, zone),
    }
}

/// Registers an event in `group`, or in the caller's personal calendar without one.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, [`Error::NotOwner`] if that is filled from an outside calendar,
/// [`Error::Invalid`] for what an event cannot be, [`Error::Conflict`] if the caller has as many events, or series, as
/// `setting` allows.
pub fn create(
    tx: &Transaction<'_>,
    caller: &User,
    group: Option<GroupId>,
    content: &Content,
    setting: Setting<'_>,
) -> Result<EventId> {
    if let Some(group) = group {
        access::fillable_group(tx, caller.id, group)?;
    }
    check_count(caller, setting.bounds.events)?;
    let details = content.over(None, setting.zone)?;
    let (details, recurrence) = match content.rule() {
        Patch::Set(rule) => {
            check_series(tx, caller, setting.bounds)?;
            series::of_rule(&details, rule.clone(), setting.zone)?
        }
        _ => (details, Recurrence::Once),
    };
    tx.insert_event(&NewEvent {
        owner: caller.id,
        group,
        details: &details,
        created: setting.now,
        birthday: false,
        recurrence: &recurrence,
        object: None,
        import: None,
    })
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
        recurrence: &Recurrence::of_birthday(day),
        object: None,
        import: None,
    })
}
