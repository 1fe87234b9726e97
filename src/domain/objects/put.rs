//! How an object gets into a calendar: what becomes of it, and its rows.

use super::prepared::Prepared;
use super::rows::{Rows, is_series};
use super::text::{Writer, is_birthday};
use crate::domain::limits::{Setting, too_many_series};
use crate::domain::{access, events};
use crate::error::{Error, Result};
use crate::ical::{Kind, Object};
use crate::model::{
    CalendarOf, Event, EventDetails, EventId, GroupId, ImportId, ObjectId, Recurrence, User,
    WallTime,
};
use crate::store::{NewEvent, NewObject, Snapshot, StoredObject, Transaction};

/// What becomes of an object.
pub(in crate::domain) enum Decision {
    /// It is new.
    Create,
    /// It is newer than what is there.
    Update(Existing),
    /// It is there already; a sentence where that needs one.
    Unchanged(Option<String>),
    /// It is not taken, as the sentence says.
    Skip(String),
    /// It is the birthday of the caller.
    Birthday,
}

/// What an object is newer than.
pub(in crate::domain) enum Existing {
    /// An object.
    Object(StoredObject),
    /// An event without one.
    Event(Box<Event>),
}

/// Puts objects into one calendar.
pub(in crate::domain) struct Intake<'a> {
    caller: &'a User,
    calendar: CalendarOf,
    setting: Setting<'a>,
    writer: Writer<'a>,
    import: Option<ImportId>,
    /// How many events the caller may still register.
    events_left: u64,
    /// How many series, once somebody has asked: to count them takes time.
    series_left: Option<u32>,
}

impl<'a> Intake<'a> {
    /// For objects of `caller` into `group`, or the personal calendar. What belongs to an `import` is seen with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such group, [`Error::NotOwner`] if it is filled from an outside calendar.
    pub(in crate::domain) fn new(
        snapshot: &Snapshot<'_>,
        caller: &'a User,
        group: Option<GroupId>,
        import: Option<ImportId>,
        setting: Setting<'a>,
    ) -> Result<Self> {
        if let Some(group) = group {
            access::fillable_group(snapshot, caller.id, group)?;
        }
        let calendar = group.map_or(CalendarOf::Personal(caller.id), CalendarOf::Group);
        let writer = Writer::new(snapshot.uid_suffix()?, setting.zone);
        let events_left = u64::from(setting.bounds.events).saturating_sub(caller.events);
        Ok(Self { caller, calendar, setting, writer, import, events_left, series_left: None })
    }

    /// For objects of `owner` in `calendar`, in which whoever puts them there may.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(in crate::domain) fn into(
        snapshot: &Snapshot<'_>,
        owner: &'a User,
        calendar: CalendarOf,
        setting: Setting<'a>,
    ) -> Result<Self> {
        let writer = Writer::new(snapshot.uid_suffix()?, setting.zone);
        let events_left = u64::from(setting.bounds.events).saturating_sub(owner.events);
        let (import, series_left) = (None, None);
        Ok(Self { caller: owner, calendar, setting, writer, import, events_left, series_left })
    }

    /// The UID of an event that has no object.
    pub(in crate::domain) fn uid_of(&self, event: EventId) -> String {
        self.writer.uid(event)
    }

    /// The event of the calendar that has that UID, and no object.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(in crate::domain) fn own_event(
        &self,
        snapshot: &Snapshot<'_>,
        uid: &str,
    ) -> Result<Option<EventId>> {
        let Some(id) = self.writer.id(uid) else { return Ok(None) };
        let event = snapshot.event(id)?.filter(is_whole);
        let here = event.filter(|event| {
            event.group.map_or(CalendarOf::Personal(event.owner), CalendarOf::Group)
                == self.calendar
        });
        Ok(match here {
            Some(event) if snapshot.object_of_event(event.id)?.is_none() => Some(event.id),
            _ => None,
        })
    }

    /// For objects of an outside calendar, which fill `group` in the name of `caller`: at most `room` events more.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(in crate::domain) fn from_outside(
        snapshot: &Snapshot<'_>,
        caller: &'a User,
        group: GroupId,
        room: u64,
        setting: Setting<'a>,
    ) -> Result<Self> {
        let writer = Writer::new(snapshot.uid_suffix()?, setting.zone);
        let events_left = u64::from(setting.bounds.events).saturating_sub(caller.events).min(room);
        let calendar = CalendarOf::Group(group);
        let (import, series_left) = (None, None);
        Ok(Self { caller, calendar, setting, writer, import, events_left, series_left })
    }

    fn group(&self) -> Option<GroupId> {
        match self.calendar {
            CalendarOf::Personal(_) => None,
            CalendarOf::Group(group) => Some(group),
        }
    }

    /// What is to become of an object. Writes nothing.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(in crate::domain) fn decide(
        &self,
        snapshot: &Snapshot<'_>,
        prepared: &Prepared,
    ) -> Result<Decision> {
        let uid = prepared.object.uid();
        if let Some(there) = snapshot.object_by_uid(self.calendar, uid)? {
            return self.over_object(prepared, there);
        }
        if let Some(decision) = self.of_own(snapshot, prepared)? {
            return Ok(decision);
        }
        let elsewhere = snapshot.objects_by_uid_elsewhere(self.caller.id, self.calendar, uid)?;
        for (_, group) in elsewhere {
            if self.knows(snapshot, group)? {
                return Ok(Decision::Skip(in_other_calendar(group)));
            }
        }
        if is_birthday(prepared.object.text()) && self.group().is_none() {
            return self.birthday(snapshot, prepared);
        }
        Ok(match snapshot.import_of_uid(self.calendar, uid)? {
            None => Decision::Create,
            Some((import, _)) if Some(import) == self.import => {
                Decision::Skip("another of the files has its UID".into())
            }
            // One of the caller's own is given up.
            Some((_, owner)) if owner == self.caller.id => Decision::Create,
            Some(_) => Decision::Skip(
                "somebody else is importing it at this moment: try again in some minutes".into(),
            ),
        })
    }

    /// Whether the caller may know what is in `group`, also where it is theirs.
    fn knows(&self, snapshot: &Snapshot<'_>, group: Option<GroupId>) -> Result<bool> {
        let Some(group) = group else { return Ok(true) };
        Ok(access::role_in(snapshot, self.caller.id, group)?.is_some())
    }

    fn over_object(&self, prepared: &Prepared, there: StoredObject) -> Result<Decision> {
        let new = &prepared.object;
        if same_content(new.text(), &there.ics) {
            return Ok(Decision::Unchanged(None));
        }
        let old = Object::parse(there.ics.clone())
            .map_err(|fault| Error::Internal(format!("a stored object: {fault}")))?;
        if (new.sequence(), new.stamp()) < (old.sequence(), old.stamp()) {
            return Ok(Decision::Unchanged(Some("a newer version of it is here".into())));
        }
        if there.owner != self.caller.id {
            return Ok(Decision::Skip("somebody else registered it".into()));
        }
        if there.component != new.kind().word() {
            let component = &there.component;
            return Ok(Decision::Skip(format!("its UID is that of a {component} here")));
        }
        Ok(Decision::Update(Existing::Object(there)))
    }

    /// What becomes of an object that this database wrote; none for any other.
    fn of_own(&self, snapshot: &Snapshot<'_>, prepared: &Prepared) -> Result<Option<Decision>> {
        let Some(id) = self.writer.id(prepared.object.uid()) else { return Ok(None) };
        let Some(event) = snapshot.event(id)?.filter(is_whole) else {
            return Ok(None);
        };
        let here = match event.group {
            None => CalendarOf::Personal(event.owner),
            Some(group) => CalendarOf::Group(group),
        };
        if here != self.calendar {
            let own = event.owner == self.caller.id && self.knows(snapshot, event.group)?;
            return Ok(own.then(|| Decision::Skip(in_other_calendar(event.group))));
        }
        // Its text would have another UID if it had been an object of its own.
        if snapshot.object_of_event(id)?.is_some() {
            return Ok(None);
        }
        let newer = prepared.object.stamp().is_some_and(|stamp| stamp > self.writer.stamp(&event));
        Ok(Some(if event.birthday || !newer {
            Decision::Unchanged(None)
        } else if event.owner != self.caller.id {
            Decision::Skip("somebody else registered it".into())
        } else if prepared.object.kind() != Kind::Event {
            Decision::Skip("its UID is that of a VEVENT here".into())
        } else {
            Decision::Update(Existing::Event(Box::new(event)))
        }))
    }

    fn birthday(&self, snapshot: &Snapshot<'_>, prepared: &Prepared) -> Result<Decision> {
        let Some(there) = snapshot.birthday_of(self.caller.id)? else {
            return Ok(Decision::Birthday);
        };
        let day = |details: &EventDetails| details.times.starts().day();
        let same =
            prepared.rows.main.as_ref().is_some_and(|(new, _)| day(new) == day(&there.details));
        Ok(if same {
            Decision::Unchanged(None)
        } else {
            Decision::Skip("you have a birthday registered already".into())
        })
    }

    /// Does what was decided.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the caller would have too much; if the store cannot be written.
    pub(in crate::domain) fn put(
        &mut self,
        tx: &Transaction<'_>,
        prepared: &Prepared,
        decision: &Decision,
    ) -> Result<()> {
        match decision {
            Decision::Create => {
                let object = self.insert_object(tx, prepared)?;
                self.insert_rows(tx, object, &prepared.rows)
            }
            Decision::Update(Existing::Object(there)) => {
                tx.change_object(there.id, prepared.object.text())?;
                self.replace_rows(tx, there.id, &prepared.rows)
            }
            Decision::Update(Existing::Event(event)) => {
                let object = self.insert_object(tx, prepared)?;
                tx.give_to_object(event.id, object)?;
                self.replace_rows(tx, object, &prepared.rows)
            }
            Decision::Birthday => {
                let Some((details, _)) = &prepared.rows.main else { return Ok(()) };
                let (day, most) = (details.times.starts().day(), self.setting.bounds.events);
                let made = events::register_birthday(tx, self.caller, day, self.setting.now, most)?;
                let Some(birthday) = tx.event(made)? else { return Ok(()) };
                let named = EventDetails::new(details.subject.clone(), birthday.details.times);
                if named == birthday.details {
                    return Ok(());
                }
                tx.begin_event(made, &named, &birthday.recurrence)
            }
            Decision::Unchanged(_) | Decision::Skip(_) => Ok(()),
        }
    }

    /// Finds whether what was decided would be refused. Writes nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the caller would have too much; if the store cannot be read.
    pub(in crate::domain) fn rehearse(
        &mut self,
        snapshot: &Snapshot<'_>,
        prepared: &Prepared,
        decision: &Decision,
    ) -> Result<()> {
        let (before, series) = match decision {
            Decision::Create => (0, 0),
            Decision::Birthday => return self.take(1),
            Decision::Update(Existing::Object(there)) => {
                let there = snapshot.events_of_object(there.id)?;
                (there.len(), there.iter().filter(|event| is_series(event)).count())
            }
            Decision::Update(Existing::Event(event)) => (1, usize::from(is_series(event))),
            Decision::Unchanged(_) | Decision::Skip(_) => return Ok(()),
        };
        self.take(prepared.rows.len().saturating_sub(before))?;
        self.take_series(snapshot, prepared.rows.series().saturating_sub(series))
    }

    /// Makes the object of that UID what an outside calendar says, whether that is newer or not. What else the caller
    /// has of that UID does not matter: a subscription is a calendar by itself. Gives whether there was room for it.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub(in crate::domain) fn copy(
        &mut self,
        tx: &Transaction<'_>,
        prepared: &Prepared,
    ) -> Result<bool> {
        let there = tx.object_by_uid(self.calendar, prepared.object.uid())?;
        let events = there
            .as_ref()
            .map_or(Ok(0), |there| tx.events_of_object(there.id).map(|events| events.len()))?;
        let more = prepared.rows.len().saturating_sub(events) as u64;
        let series = prepared.rows.series();
        if more > self.events_left || series > 0 && (self.series_left(tx)? as usize) < series {
            return Ok(false);
        }
        let same_kind = |there: &StoredObject| there.component == prepared.object.kind().word();
        match there {
            Some(there) if there.owner == self.caller.id && same_kind(&there) => {
                self.put(tx, prepared, &Decision::Update(Existing::Object(there)))?;
            }
            Some(there) => {
                tx.delete_object(there.id)?;
                self.events_left += events as u64;
                self.put(tx, prepared, &Decision::Create)?;
            }
            None => self.put(tx, prepared, &Decision::Create)?,
        }
        Ok(true)
    }

    /// How many series the caller may still register.
    fn series_left(&mut self, snapshot: &Snapshot<'_>) -> Result<u32> {
        if let Some(left) = self.series_left {
            return Ok(left);
        }
        let most = self.setting.bounds.series;
        let left = most.saturating_sub(snapshot.count_series(self.caller.id, most)?);
        self.series_left = Some(left);
        Ok(left)
    }

    /// Takes the room of some series.
    fn take_series(&mut self, snapshot: &Snapshot<'_>, series: usize) -> Result<()> {
        if series == 0 {
            return Ok(());
        }
        let series = u32::try_from(series).unwrap_or(u32::MAX);
        let left = self.series_left(snapshot)?.checked_sub(series);
        self.series_left = Some(left.ok_or_else(|| too_many_series(self.setting.bounds.series))?);
        Ok(())
    }

    fn insert_object(&self, tx: &Transaction<'_>, prepared: &Prepared) -> Result<ObjectId> {
        tx.insert_object(&NewObject {
            owner: self.caller.id,
            group: self.group(),
            component: prepared.object.kind().word(),
            uid: prepared.object.uid(),
            ics: prepared.object.text(),
            import: self.import,
        })
    }

    fn insert_rows(&mut self, tx: &Transaction<'_>, object: ObjectId, rows: &Rows) -> Result<()> {
        self.take(rows.len())?;
        self.take_series(tx, rows.series())?;
        let main = match &rows.main {
            Some((details, recurrence)) => Some(self.insert(tx, object, details, recurrence)?),
            None => None,
        };
        for (start, details) in &rows.changed {
            self.insert(tx, object, details, &changed(main, *start))?;
        }
        for following in &rows.following {
            let series = self.insert(tx, object, &following.details, &following.recurrence)?;
            for (start, details) in &following.changed {
                self.insert(tx, object, details, &changed(Some(series), Some(*start)))?;
            }
        }
        Ok(())
    }

    fn insert(
        &self,
        tx: &Transaction<'_>,
        object: ObjectId,
        details: &EventDetails,
        recurrence: &Recurrence,
    ) -> Result<EventId> {
        tx.insert_event(&NewEvent {
            owner: self.caller.id,
            group: self.group(),
            details,
            created: self.setting.now,
            birthday: false,
            recurrence,
            object: Some(object),
            import: self.import,
        })
    }

    /// Makes the events of an object those of `rows`. What stays what it is keeps its id.
    fn replace_rows(&mut self, tx: &Transaction<'_>, object: ObjectId, rows: &Rows) -> Result<()> {
        let mut there = tx.events_of_object(object)?;
        let alone = there.iter().filter(|event| is_whole(event)).count();
        let (main, recurrence) = match (&rows.main, alone) {
            (Some((details, recurrence)), 1) if rows.following.is_empty() => (details, recurrence),
            (None, 0) if there.is_empty() => return self.insert_rows(tx, object, rows),
            _ => {
                // It was of another make.
                tx.delete_events_of_object(object)?;
                self.events_left += there.len() as u64;
                return self.insert_rows(tx, object, rows);
            }
        };
        let now = self.setting.now;
        let Some(place) = there.iter().position(is_whole) else { return Ok(()) };
        let before = there.swap_remove(place);
        self.take_series(tx, rows.series().saturating_sub(usize::from(is_series(&before))))?;
        tx.change_event(before.id, main, recurrence, now)?;
        for (start, details) in &rows.changed {
            let recurrence = changed(Some(before.id), *start);
            let known = there.iter().position(|event| event.recurrence == recurrence);
            if let Some(place) = known {
                let event = there.swap_remove(place);
                tx.change_event(event.id, details, &recurrence, now)?;
            } else {
                self.take(1)?;
                self.insert(tx, object, details, &recurrence)?;
            }
        }
        there.iter().try_for_each(|event| tx.delete_event(event.id))
    }

    /// Takes the room of some events.
    fn take(&mut self, events: usize) -> Result<()> {
        let left = self.events_left.checked_sub(events as u64);
        self.events_left = left.ok_or_else(|| {
            let most = self.setting.bounds.events;
            Error::Conflict(format!(
                "with these you would have registered more than {most} events, which is the most: delete some first"
            ))
        })?;
        Ok(())
    }
}

/// The recurrence of an occurrence that was changed by itself; of one whose series is elsewhere, none.
fn changed(series: Option<EventId>, start: Option<WallTime>) -> Recurrence {
    match (series, start) {
        (Some(series), Some(start)) => Recurrence::Changed { series, start },
        _ => Recurrence::Once,
    }
}

/// Whether an event is not the changed occurrence of another.
fn is_whole(event: &Event) -> bool {
    !matches!(event.recurrence, Recurrence::Changed { .. })
}

/// Whether two texts say the same, whenever they were written down.
pub(in crate::domain) fn same_content(one: &str, other: &str) -> bool {
    let lines = |text: &'_ str| {
        text.split("\r\n")
            .filter(|line| !line.starts_with("DTSTAMP") && !line.starts_with("PRODID"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    one == other || lines(one) == lines(other)
}

fn in_other_calendar(group: Option<GroupId>) -> String {
    match group {
        None => "it is in your personal calendar already".into(),
        Some(GroupId(id)) => format!("it is in group {id} already"),
    }
}
