//! How the text of an object follows its rows.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::rows::{Components, Rows, start_of};
use super::text::unix;
use crate::domain::limits::Setting;
use crate::error::{Error, Result};
use crate::ical::{EventComponent, Events, Object, ObjectFault, renamed, rewritten};
use crate::model::{Event, EventId, Recurrence, WallTime};
use crate::store::{NewObject, StoredObject, Transaction};

/// How the changed occurrences of an object were named before a change: by their starts by the rule. When their series
/// moves, they are named otherwise, and only their ids tell which component of the text each has.
#[derive(Default)]
pub(in crate::domain) struct Names(BTreeMap<EventId, WallTime>);

impl FromIterator<(EventId, WallTime)> for Names {
    fn from_iter<T: IntoIterator<Item = (EventId, WallTime)>>(names: T) -> Self {
        Self(names.into_iter().collect())
    }
}

impl Names {
    /// As they are now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(in crate::domain) fn of(tx: &Transaction<'_>, object: &StoredObject) -> Result<Self> {
        let events = tx.events_of_object(object.id)?;
        Ok(events.iter().filter_map(|event| Some((event.id, start_of(event)?))).collect())
    }

    /// By the name that each of `events` has now, the one that it had.
    fn before(&self, events: &[Event]) -> BTreeMap<WallTime, WallTime> {
        let renamed = |event: &Event| Some((start_of(event)?, *self.0.get(&event.id)?));
        events.iter().filter_map(renamed).collect()
    }
}

/// Rewrites the object of an event that was changed or deleted, if it has one still. `made` is the event that came of the
/// change: an occurrence of its own, or a series that was parted from this one. `names` are those before the change.
///
/// # Errors
/// If the store cannot be read or written.
pub(in crate::domain) fn follow_all(
    tx: &Transaction<'_>,
    object: &StoredObject,
    made: Option<EventId>,
    names: &Names,
    setting: Setting<'_>,
) -> Result<()> {
    if let Some(made) = made.map(|id| tx.event(id)).transpose()?.flatten() {
        if matches!(made.recurrence, Recurrence::Changed { .. }) {
            tx.give_to_object(made.id, object.id)?;
        } else {
            part(tx, object, &made, names, setting)?;
        }
    }
    follow(tx, object, names, setting)
}

/// Gives a series that was parted from that of `object` an object of its own, which says what that does.
fn part(
    tx: &Transaction<'_>,
    object: &StoredObject,
    made: &Event,
    names: &Names,
    setting: Setting<'_>,
) -> Result<()> {
    let uid = format!("{}@{}", made.id.0, tx.uid_suffix()?);
    let text = renamed(&parsed(object)?, &uid);
    let own = NewObject {
        owner: made.owner,
        group: made.group,
        component: &object.component,
        uid: &uid,
        ics: &text,
        import: None,
    };
    let own = tx.insert_object(&own)?;
    tx.give_to_object(made.id, own)?;
    let own = tx.object(own)?.ok_or_else(|| Error::Internal("an object is gone".into()))?;
    follow(tx, &own, names, setting)
}

/// Makes the text of `object` say what its rows say. `names` are those of its changed occurrences in the text.
///
/// # Errors
/// If the store cannot be read or written.
pub(super) fn follow(
    tx: &Transaction<'_>,
    object: &StoredObject,
    names: &Names,
    setting: Setting<'_>,
) -> Result<()> {
    let Some(object) = tx.object(object.id)? else { return Ok(()) };
    let events = tx.events_of_object(object.id)?;
    if events.is_empty() {
        return tx.delete_object(object.id);
    }
    let read = parsed(&object)?;
    let wrong = |fault: ObjectFault| Error::Internal(format!("a stored object: {fault}"));
    let reading = read.events(setting.zone).map_err(wrong)?;
    let before = names.before(&events);
    let wanted = wanted(&reading, &events, &before, setting.zone)?;
    let now = unix(setting.now, setting.zone);
    let (main, changed) = (wanted.main.as_ref(), &wanted.changed);
    let text = rewritten(&read, main, changed, &before, now, setting.zone).map_err(wrong)?;
    if text == object.ics { Ok(()) } else { tx.change_object(object.id, &text) }
}

fn parsed(object: &StoredObject) -> Result<Object> {
    Object::parse(object.ics.clone())
        .map_err(|fault| Error::Internal(format!("a stored object: {fault}")))
}

/// What the components are to say: what they say now, except for what the rows say otherwise than rows that would be made
/// of them.
fn wanted(
    reading: &Events,
    events: &[Event],
    before: &BTreeMap<WallTime, WallTime>,
    server: &TimeZone,
) -> Result<Components> {
    let made = Rows::of(reading, server)?.components(server)?;
    if reading.main.is_none() {
        return Ok(of_no_series(reading, &made, Components::of_no_series(events, server)?));
    }
    let mut now = Components::of_events(events, server)?;
    if let (Some(main), Some(read), Some(made)) = (&mut now.main, &reading.main, &made.main) {
        keep(main, read, made);
        // A start that is written as one needs no other line.
        let starts = main.starts;
        main.additions.retain(|(start, _)| *start != starts);
        // A date of its own stays one where its occurrence was changed by itself.
        let changed = |start| now.changed.iter().any(|one| one.replaces == Some(start));
        for addition in &read.additions {
            if changed(addition.0) && !main.additions.contains(addition) {
                main.additions.push(*addition);
            }
        }
        main.additions.sort_unstable();
    }
    for one in &mut now.changed {
        let name = one.replaces.map(|name| before.get(&name).copied().unwrap_or(name));
        let same = |other: &&EventComponent| other.replaces == name;
        let read = reading.changed.iter().find(same);
        let made = made.changed.iter().find(same);
        if let (Some(read), Some(made)) = (read, made) {
            keep(one, read, made);
        }
    }
    Ok(now)
}

/// The same for occurrences whose series is elsewhere. Their rows do not say which they are. But one call changes one of
/// them: all others are as they were.
fn of_no_series(reading: &Events, made: &Components, now: Components) -> Components {
    let mut left: Vec<_> = reading.changed.iter().zip(&made.changed).collect();
    let (mut changed, mut others) = (Vec::new(), Vec::new());
    for row in now.changed {
        match left.iter().position(|(_, made)| says_the_same(made, &row)) {
            Some(place) => changed.push(left.remove(place).0.clone()),
            None => others.push(row),
        }
    }
    for mut row in others {
        if left.is_empty() {
            break;
        }
        let (read, made) = left.remove(0);
        row.replaces = read.replaces;
        keep(&mut row, read, made);
        changed.push(row);
    }
    changed.sort_by_key(|component| component.replaces);
    Components { main: None, changed }
}

fn says_the_same(one: &EventComponent, other: &EventComponent) -> bool {
    EventComponent { replaces: other.replaces, ..one.clone() } == *other
}

/// Takes from `read` what `wanted` says as `made` does.
fn keep(wanted: &mut EventComponent, read: &EventComponent, made: &EventComponent) {
    let starts = wanted.starts;
    if (wanted.starts, wanted.ends, &wanted.zone) == (made.starts, made.ends, &made.zone) {
        (wanted.starts, wanted.ends) = (read.starts, read.ends);
        wanted.zone.clone_from(&read.zone);
    }
    // A start that its rule does not give is a date of its own once the series starts elsewhere.
    let apart = made.starts != read.starts && starts != made.starts;
    if wanted.rule == made.rule && !apart {
        wanted.rule.clone_from(&read.rule);
    }
    if wanted.exceptions == made.exceptions {
        wanted.exceptions.clone_from(&read.exceptions);
    }
    if wanted.additions == made.additions && !apart {
        wanted.additions.clone_from(&read.additions);
    }
    if wanted.subject == made.subject {
        wanted.subject = read.subject.clone();
    }
    if wanted.properties == made.properties {
        wanted.properties = read.properties.clone();
    }
}
