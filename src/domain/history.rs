//! The history: what of it somebody sees, and how an entry is undone.
//!
//! An entry is undone by giving each row that it changed what the row was before. So each must still be as the entry left
//! it: undone in the reverse order, any number of changes lead back to exactly what was. The undoing is an entry too, and
//! undone in turn. Whoever may change the event may undo what was done to it.

use std::collections::BTreeSet;

use super::limits::{Setting, check_series, too_many_series};
use super::{access, groups, members, series};
use crate::error::{Error, Result};
use crate::model::{
    CalendarOf, Entry, EntryId, EntryRow, Event, EventId, Everyone, GroupId, ObjectId, Page,
    Recurrence, Role, SeenEntry, State, Touched, User, UserId, private_subject,
};
use crate::store::{Snapshot, StoredObject, Transaction, is_in_state, state_of_group};

/// The entries in `page` of the history of an event, the newest first. It may have been deleted.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, or `caller` may not know of it.
pub fn of_event(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    id: EventId,
    page: Page<EntryId>,
) -> Result<Vec<SeenEntry>> {
    let entries = snapshot.history_of_event(id, page)?;
    if let Err(error) = access::readable_event(snapshot, caller, id) {
        // An event that is gone is known to whoever may see what is left in its calendar.
        let last = snapshot.history_of_event(id, Page { after: None, limit: Some(1) })?;
        let known = match last.first() {
            Some(last) if snapshot.event(id)?.is_none() => sees(snapshot, caller, last)?,
            _ => false,
        };
        if !known {
            return Err(error);
        }
    }
    seen(snapshot, caller, entries)
}

/// The entries in `page` of the history of the personal calendar of `caller`, the newest first.
///
/// # Errors
/// If the store cannot read.
pub fn personal(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    page: Page<EntryId>,
) -> Result<Vec<SeenEntry>> {
    seen(snapshot, caller, snapshot.history_of(CalendarOf::Personal(caller), page)?)
}

/// The entries in `page` of the history of `group`, the newest first.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it.
pub fn of_group(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    group: GroupId,
    page: Page<EntryId>,
) -> Result<Vec<SeenEntry>> {
    access::visible_group(snapshot, caller, group)?;
    seen(snapshot, caller, snapshot.history_of(CalendarOf::Group(group), page)?)
}

/// The entry with that id, as `caller` sees it.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or `caller` may not know of it.
pub fn entry(snapshot: &Snapshot<'_>, caller: UserId, id: EntryId) -> Result<SeenEntry> {
    let entry = known_entry(snapshot, caller, id)?;
    let seen = seen(snapshot, caller, vec![entry])?;
    seen.into_iter().next().ok_or_else(|| no_entry(id))
}

fn no_entry(EntryId(id): EntryId) -> Error {
    Error::NotFound(format!("entry {id} does not exist, or is too old"))
}

fn known_entry(snapshot: &Snapshot<'_>, caller: UserId, id: EntryId) -> Result<Entry> {
    let entry = snapshot.entry(id)?.ok_or_else(|| no_entry(id))?;
    if sees(snapshot, caller, &entry)? { Ok(entry) } else { Err(no_entry(id)) }
}

/// Whether `caller` may know of an entry: it is in their personal calendar, or in a group that they may see.
fn sees(snapshot: &Snapshot<'_>, caller: UserId, entry: &Entry) -> Result<bool> {
    if entry.user == Some(caller) {
        return Ok(true);
    }
    match entry.group {
        Some(group) => Ok(access::role_in(snapshot, caller, group)?.is_some()),
        None => Ok(false),
    }
}

/// `entries` as `reader` sees them, with what the events were before and after.
fn seen(snapshot: &Snapshot<'_>, reader: UserId, entries: Vec<Entry>) -> Result<Vec<SeenEntry>> {
    let seen = entries.into_iter().map(|entry| {
        let id = match entry.about {
            Touched::Event(id) => id,
            Touched::Group(id) => {
                let before = snapshot.group_before(entry.row)?;
                let before = before.map(|(details, _)| State::Group(details));
                let after = snapshot.group_after(id, entry.row)?.map(State::Group);
                return Ok(SeenEntry { entry, before, after });
            }
            Touched::Member(_) => {
                let before = snapshot.member_before(entry.row)?;
                let before = before.map(|(role, _)| State::Member(role));
                let after = snapshot.member_after(entry.row)?.map(State::Member);
                return Ok(SeenEntry { entry, before, after });
            }
            Touched::Object(_) => return Ok(SeenEntry { entry, before: None, after: None }),
        };
        let before = snapshot.event_before(entry.row)?.map(|(event, _)| event);
        let after = snapshot.event_after(id, entry.row)?;
        let now = snapshot.event(id)?;
        let of = [&before, &after, &now];
        let own = of.into_iter().flatten().any(|event| event.owner == reader);
        let hidden = !own
            && (entry.private
                || of.into_iter().flatten().any(|event| access::hidden_from(event, reader)));
        if hidden {
            let subject = Some(private_subject().as_str().to_owned());
            let entry = Entry { subject, private: true, ..entry };
            return Ok(SeenEntry { entry, before: None, after: None });
        }
        let [before, after] = [before, after].map(|event| event.map(Box::new).map(State::Event));
        Ok(SeenEntry { entry, before, after })
    });
    seen.collect()
}

/// Undoes an entry. Gives the entry that says so.
///
/// # Errors
/// [`Error::NotFound`] if there is no such entry, or `caller` may not know of it; [`Error::NotOwner`] if they may not
/// change what it is about; [`Error::Outdated`] if that was changed since; [`Error::Conflict`] if there would be too much.
pub fn undo(
    tx: &Transaction<'_>,
    caller: &User,
    id: EntryId,
    setting: Setting<'_>,
    trash: groups::Trash,
) -> Result<EntryId> {
    let entry = known_entry(tx, caller.id, id)?;
    if entry.undone {
        return Err(undone_already(id));
    }
    let rows = tx.entry_rows(id)?;
    let work = Work { tx, caller, setting };
    match (entry.about, rows.as_slice()) {
        (Touched::Group(group), [row]) => work.undo_group(&entry, row, group, trash)?,
        (Touched::Member(member), [row]) => work.undo_member(&entry, row, member)?,
        _ => work.undo_events(&entry, &rows)?,
    }
    let by = tx.recorded();
    let by = by.ok_or_else(|| Error::Outdated(format!("entry {} has changed nothing", id.0)))?;
    tx.mark_undone(id, Some(by))?;
    if let Some(again) = entry.undoes {
        tx.mark_undone(again, None)?;
    }
    Ok(by)
}

/// What becomes of a row.
enum Step {
    /// The event becomes this, as part of that object: now it is this, or gone.
    Event(Box<Event>, Option<ObjectId>, Option<Box<Event>>),
    /// The event, which the entry made, goes.
    NoEvent(Box<Event>),
    /// The object becomes this. Whether it is gone.
    Object(StoredObject, bool),
    /// The object, which the entry made, goes.
    NoObject(ObjectId),
    /// The entry made and deleted it.
    Nothing,
}

struct Work<'a> {
    tx: &'a Transaction<'a>,
    caller: &'a User,
    setting: Setting<'a>,
}

impl Work<'_> {
    /// Checks that nobody has undone `entry` yet, and keeps others from it.
    fn begin(&self, entry: &Entry) -> Result<()> {
        if self.tx.lock_entry(entry.id)?.is_some() {
            return Err(undone_already(entry.id));
        }
        self.tx.record_undo_of(entry.id);
        Ok(())
    }

    fn undo_events(&self, entry: &Entry, rows: &[EntryRow]) -> Result<()> {
        self.lock_series(rows)?;
        let steps = rows.iter().map(|row| self.look(row)).collect::<Result<Vec<_>>>()?;
        self.begin(entry)?;
        self.check_whole(rows)?;
        self.check_room(&steps)?;
        if let Touched::Event(event) = entry.about {
            self.tx.note_event(event)?;
        }
        self.write(&steps)
    }

    fn undo_group(
        &self,
        entry: &Entry,
        row: &EntryRow,
        id: GroupId,
        trash: groups::Trash,
    ) -> Result<()> {
        let (tx, caller) = (self.tx, self.caller.id);
        let before = tx.group_before(row.row)?;
        let changed =
            || Error::Outdated(format!("group {} was changed since: undo that first", id.0));
        if row.state.is_none() {
            let (details, creator) = access::own_trashed_group(tx, caller, id)?;
            self.begin(entry)?;
            let most = self.setting.bounds.groups;
            if tx.count_groups_of(creator, most)? >= most {
                return Err(Error::Conflict(format!(
                    "its creator has {most} groups, which is the most: delete one first"
                )));
            }
            return tx.restore_group(id, &details, caller);
        }
        access::own_group(tx, caller, id)?;
        self.begin(entry)?;
        let now = tx.group(id, Some(caller))?.ok_or_else(changed)?.into_details();
        if Some(state_of_group(&now)) != row.state {
            return Err(changed());
        }
        match before {
            Some((details, updated)) => {
                tx.change_group(id, &details, updated)?;
                if now.everyone == Everyone::None && details.everyone != Everyone::None {
                    tx.select_again(id, row.row, self.setting.bounds.selected_groups)?;
                }
                Ok(())
            }
            None if groups::put_away(tx, caller, id, trash)? => Ok(()),
            // With the group its history would go, and with that the entry of the undoing.
            None => Err(Error::Conflict(
                "nothing of the group would be kept: delete it, if that is meant".into(),
            )),
        }
    }

    fn undo_member(&self, entry: &Entry, row: &EntryRow, user: UserId) -> Result<()> {
        let tx = self.tx;
        let group = entry.group.ok_or_else(|| Error::Internal("a member of no group".into()))?;
        access::own_group(tx, self.caller.id, group)?;
        self.begin(entry)?;
        let now = tx.membership(group, user)?;
        if now.map(Role::number) != row.state {
            return Err(Error::Outdated("the member was changed since: undo that first".into()));
        }
        let before = tx.member_before(row.row)?;
        let role = before.map(|(role, _)| role);
        if now == Some(Role::Owner) && role != Some(Role::Owner) {
            members::check_other_owner(tx, group, "entry")?;
        }
        let Some((role, since)) = before else { return tx.delete_member(group, user) };
        if tx.user(user)?.is_none() {
            return Err(Error::Outdated("the member is no user any more".into()));
        }
        if now.is_none() {
            members::check_room(tx, group, self.setting.bounds, "remove one first")?;
        }
        tx.put_member(group, user, role, since)?;
        if now.is_none() {
            tx.select_for(user, group, self.setting.bounds.selected_groups)?;
        }
        Ok(())
    }

    /// Locks series before their changed occurrences, as a change of them does.
    fn lock_series(&self, rows: &[EntryRow]) -> Result<()> {
        let mut series = BTreeSet::new();
        for row in rows {
            let Touched::Event(id) = row.about else { continue };
            match self.tx.series_of(id)? {
                Some(of) => series.insert(of),
                None => series.insert(id),
            };
        }
        series.into_iter().try_for_each(|id| self.tx.event(id).map(drop))
    }

    /// What is to become of a row, if the caller may do that and it is as the entry left it.
    fn look(&self, row: &EntryRow) -> Result<Step> {
        match row.about {
            Touched::Event(id) => self.look_at_event(id, row),
            Touched::Object(id) => self.look_at_object(ObjectId(id), row),
            Touched::Group(_) | Touched::Member(_) => Ok(Step::Nothing),
        }
    }

    fn look_at_event(&self, id: EventId, row: &EntryRow) -> Result<Step> {
        let now = self.tx.event(id)?;
        let before = self.tx.event_before(row.row)?;
        let Some(known) = now.as_ref().or(before.as_ref().map(|(event, _)| event)) else {
            return if row.state.is_none() { Ok(Step::Nothing) } else { Err(changed_event(id)) };
        };
        access::check_editable(self.tx, self.caller.id, known)?;
        if now.as_ref().map(|event| event.revision.0) != row.state {
            return Err(changed_event(id));
        }
        Ok(match (before, now) {
            (Some((before, object)), now) => {
                if let Some(now) = &now {
                    access::check_seen(now, self.caller.id)?;
                    access::check_seen(&before, self.caller.id)?;
                }
                Step::Event(Box::new(before), object, now.map(Box::new))
            }
            (None, Some(now)) => Step::NoEvent(Box::new(now)),
            (None, None) => Step::Nothing,
        })
    }

    fn look_at_object(&self, id: ObjectId, row: &EntryRow) -> Result<Step> {
        let now = self.tx.object(id)?;
        let before = self.tx.object_before(row.row)?;
        let Some(known) = now.as_ref().or(before.as_ref()) else {
            return if row.state.is_none() { Ok(Step::Nothing) } else { Err(changed_object()) };
        };
        access::check_editable_object(self.tx, self.caller.id, known)?;
        let same = match (&now, row.state) {
            (Some(now), Some(state)) => is_in_state(&now.ics, state),
            (None, None) => true,
            _ => false,
        };
        if !same {
            return Err(changed_object());
        }
        let calendar = known.group.map_or(CalendarOf::Personal(known.owner), CalendarOf::Group);
        Ok(match (before, now) {
            (Some(before), None) => {
                if self.tx.has_uid(calendar, &before.uid)? {
                    return Err(Error::Outdated("it has come in again since".into()));
                }
                Step::Object(before, true)
            }
            (Some(before), Some(_)) => Step::Object(before, false),
            (None, Some(_)) => Step::NoObject(id),
            (None, None) => Step::Nothing,
        })
    }

    /// Checks that no series that goes has occurrences of which the entry knows nothing.
    fn check_whole(&self, rows: &[EntryRow]) -> Result<()> {
        for row in rows.iter().filter(|row| !row.was && row.state.is_some()) {
            let Touched::Event(id) = row.about else { continue };
            for child in self.tx.occurrences_of(id)? {
                if !rows.iter().any(|row| row.about == Touched::Event(child)) {
                    return Err(changed_event(id));
                }
            }
        }
        Ok(())
    }

    /// Checks that whose events come back may have so many, and that they have no other birthday.
    fn check_room(&self, steps: &[Step]) -> Result<()> {
        let (mut more, mut series) = (Vec::new(), 0_i64);
        let repeats = |event: &Event| {
            i64::from(!event.birthday && matches!(event.recurrence, Recurrence::Series(_)))
        };
        for step in steps {
            match step {
                Step::Event(before, _, now) => {
                    series += repeats(before) - now.as_deref().map_or(0, repeats);
                    if now.is_none() {
                        more.push(&**before);
                    }
                }
                Step::NoEvent(now) => series -= repeats(now),
                _ => {}
            }
        }
        let lost = steps.iter().filter(|step| matches!(step, Step::NoEvent(_))).count();
        let Some(first) = more.first() else { return Ok(()) };
        let owner = if first.owner == self.caller.id {
            Some(self.caller.clone())
        } else {
            self.tx.user(first.owner)?
        };
        let owner = owner.ok_or_else(|| Error::Outdated("who registered it is gone".into()))?;
        let bounds = self.setting.bounds;
        let events = owner.events.saturating_add(more.len().saturating_sub(lost) as u64);
        if events > u64::from(bounds.events) {
            return Err(Error::Conflict(format!(
                "with this there would be more than {} events, which is the most: delete some first",
                bounds.events
            )));
        }
        if series > 0 {
            check_series(self.tx, &owner, bounds)?;
            let there = i64::from(self.tx.count_series(owner.id, bounds.series)?);
            if there + series > i64::from(bounds.series) {
                return Err(too_many_series(bounds.series));
            }
        }
        let birthday = more.iter().any(|event| event.birthday);
        if birthday && self.tx.birthday_of(owner.id)?.is_some() {
            return Err(Error::Outdated("another birthday was registered since".into()));
        }
        Ok(())
    }

    /// Writes the rows: what others refer to comes first, and goes last.
    fn write(&self, steps: &[Step]) -> Result<()> {
        let tx = self.tx;
        for step in steps {
            if let Step::Object(before, true) = step {
                tx.put_back_object(before)?;
            }
        }
        for step in steps {
            if let Step::Event(before, object, now) = step {
                tx.put_back_event(before, *object, now.is_none())?;
                self.retell(before)?;
            }
        }
        for step in steps {
            match step {
                Step::Object(before, false) => tx.change_object(before.id, &before.ics)?,
                Step::NoEvent(now) => tx.delete_event(now.id)?,
                _ => {}
            }
        }
        for step in steps {
            if let Step::NoObject(id) = step {
                tx.delete_object(*id)?;
            }
        }
        Ok(())
    }

    /// Tells the times of an event in a zone of its own as the server tells them now.
    fn retell(&self, event: &Event) -> Result<()> {
        let zone = self.setting.zone;
        let Some(times) = series::told_otherwise(&event.details, zone)? else { return Ok(()) };
        let reach = match &event.recurrence {
            Recurrence::Series(repeats) => Some(series::reach(&event.details, repeats, zone)?),
            _ => None,
        };
        self.tx.retell_event(event.id, times, reach)
    }
}

fn undone_already(EntryId(id): EntryId) -> Error {
    Error::Outdated(format!("entry {id} was undone already"))
}

fn changed_event(EventId(id): EventId) -> Error {
    Error::Outdated(format!("event {id} was changed since: undo that first"))
}

fn changed_object() -> Error {
    Error::Outdated("it was changed since: undo that first".into())
}
