//! How rows of `event` and `calendar_object` are given back what they were, with their ids.
//!
//! An event gets back its revision too: the same revision is the same content. Its number is a new one, so that clients that
//! follow the calendar see it. What clients were told is gone is so no more, so its tombstone goes.

use super::event_rows::Columns;
use super::history::{Left, MadeRow, state_of};
use super::objects::{IN_GROUP_BY_UID, PERSONAL_BY_UID, StoredObject};
use crate::error::Result;
use crate::model::{
    CalendarOf, EntryId, Event, EventId, GroupId, ObjectId, Touched, UserId, WallTime,
};
use crate::store::engine::Transaction;
use crate::store::engine::sql::{Sql, params};

/// Locks entry ?1, after the events that it is about.
const LOCK: Sql = Sql::both("SELECT h.undone_by FROM history h WHERE h.id = ?1").locking("h");

const INSERT_EVENT: Sql = Sql::each(
    r#"
INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, updated, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence, object_id,
    change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, CASE
    WHEN ?3 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?2)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?3) END)"#,
    "
INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, updated, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence, object_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
);

const UPDATE_EVENT: Sql = Sql::each(
    r#"
UPDATE event SET subject = ?4, subject_folded = ?5, starts = ?6, ends = ?7, created = ?8, updated = ?9, birthday = ?10,
    revision = ?11, private = ?12, properties = ?13, properties_folded = ?14, rule = ?15, last_start = ?16,
    exceptions = ?17, reach = ?18, series_id = ?19, occurrence = ?20, object_id = ?21, change = CASE
        WHEN ?3 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?2)
        ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?3) END
WHERE id = ?1"#,
    "
UPDATE event SET subject = ?4, subject_folded = ?5, starts = ?6, ends = ?7, created = ?8, updated = ?9, birthday = ?10,
    revision = ?11, private = ?12, properties = ?13, properties_folded = ?14, rule = ?15, last_start = ?16,
    exceptions = ?17, reach = ?18, series_id = ?19, occurrence = ?20, object_id = ?21
WHERE id = ?1 AND user_id = ?2 AND group_id IS NOT DISTINCT FROM ?3",
);

const INSERT_OBJECT: Sql = Sql::each(
    r#"
INSERT INTO calendar_object (id, user_id, group_id, component, uid, ics, change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE
    WHEN ?4 = 'VEVENT' THEN 0
    WHEN ?3 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?2)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?3) END)"#,
    "INSERT INTO calendar_object (id, user_id, group_id, component, uid, ics) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
);

const FORGET_PERSONAL: Sql = Sql::both("DELETE FROM tombstone WHERE user_id = ?1 AND name = ?2");

const FORGET_IN_GROUP: Sql = Sql::both("DELETE FROM tombstone WHERE group_id = ?1 AND name = ?2");

const COUNT_PERSONAL: Sql =
    Sql::both("UPDATE tombstones_kept SET kept = kept - ?2 WHERE user_id = ?1");

const COUNT_IN_GROUP: Sql =
    Sql::both("UPDATE tombstones_kept SET kept = kept - ?2 WHERE group_id = ?1");

/// The changed occurrences of series ?1.
const OCCURRENCES: Sql = Sql::both("SELECT e.id FROM event e WHERE e.series_id = ?1 ORDER BY e.id");

/// Selects group ?1 again for those whom row ?2 of the history names, unless they have selected ?3 groups already.
const SELECT_AGAIN: Sql = Sql::each(
    r#"
INSERT INTO selection (user_id, group_id)
SELECT u.id, ?1 FROM history h, json_each(h.image, '$.selected') j JOIN "user" u ON u.id = j.value
WHERE h.id = ?2 AND ?3 > (
    SELECT count(*) FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.user_id = u.id AND g.deleted = 0)
ON CONFLICT (user_id, group_id) DO NOTHING"#,
    r#"
INSERT INTO selection (user_id, group_id)
SELECT u.id, ?1 FROM history h
CROSS JOIN LATERAL json_array_elements_text(CAST(h.image AS json) -> 'selected') j (id)
JOIN "user" u ON u.id = CAST(j.id AS bigint)
WHERE h.id = ?2 AND ?3 > (
    SELECT count(*) FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.user_id = u.id AND g.deleted = 0)
ORDER BY u.id
ON CONFLICT (user_id, group_id) DO NOTHING"#,
);

impl Transaction<'_> {
    /// Selects `group` again for those who lost sight of it when it became private, as `row` of the history says, unless they
    /// have selected `most` groups already. Nothing of theirs is locked.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn select_again(&self, group: GroupId, row: i64, most: u32) -> Result<()> {
        self.conn.execute(SELECT_AGAIN, params![group.0, row, i64::from(most)]).map(drop)
    }

    /// Locks an entry; gives by which it was undone. Whoever locks one has locked the events that it is about, which a
    /// change of them does first too.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn lock_entry(&self, entry: EntryId) -> Result<Option<EntryId>> {
        let by = self.conn.row(LOCK, params![entry.0], |row| row.get::<Option<i64>>(0))?;
        Ok(by.flatten().map(EntryId))
    }

    /// The changed occurrences of a series.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn occurrences_of(&self, series: EventId) -> Result<Vec<EventId>> {
        self.conn.rows(OCCURRENCES, params![series.0], |row| row.get(0).map(EventId))
    }

    /// Whether the calendar has an object with that UID, also one that no import has shown yet.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_uid(&self, calendar: CalendarOf, uid: &str) -> Result<bool> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(UserId(user)) => (PERSONAL_BY_UID, user),
            CalendarOf::Group(GroupId(group)) => (IN_GROUP_BY_UID, group),
        };
        Ok(self.conn.row(sql, params![of, uid], |_| Ok(()))?.is_some())
    }

    /// Makes an event what it was, as part of `object`: `is_gone` tells whether it is to come back.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn put_back_event(
        &self,
        event: &Event,
        object: Option<ObjectId>,
        is_gone: bool,
    ) -> Result<()> {
        let columns = Columns::of(&event.details, &event.recurrence)?;
        let (subject, times) = (event.details.subject.as_str(), event.details.times);
        let (revision, private) = (event.revision.0, event.details.is_private());
        if !is_gone {
            self.note_event_before(event.id, Left::Changed(revision, subject, private))?;
        }
        let row = params![
            event.id.0,
            event.owner.0,
            event.group.map(|group| group.0),
            subject,
            &columns.search_key,
            times.starts().seconds(),
            times.ends().seconds(),
            event.created.seconds(),
            event.updated.map(WallTime::seconds),
            event.birthday,
            revision,
            private,
            columns.properties.as_deref(),
            columns.properties_folded.as_deref(),
            columns.rule(),
            columns.last(),
            columns.exceptions.as_deref(),
            columns.reach(),
            columns.changed.map(|(series, _)| series.0),
            columns.changed.map(|(_, start)| start.seconds()),
            object.map(|object| object.0),
        ];
        self.conn.execute(if is_gone { INSERT_EVENT } else { UPDATE_EVENT }, row)?;
        if !is_gone {
            return Ok(());
        }
        self.note_made(&MadeRow {
            about: Touched::Event(event.id),
            owner: event.owner,
            group: event.group,
            subject: Some(subject),
            private,
            state: revision,
        })?;
        if object.is_none() && columns.changed.is_none() {
            self.forget_tombstone(event.owner, event.group, &event.id.0.to_string())?;
        }
        Ok(())
    }

    /// Brings an object back, without events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn put_back_object(&self, object: &StoredObject) -> Result<()> {
        let StoredObject { id, owner, group, component, uid, ics } = object;
        let of = group.map(|group| group.0);
        let (component, uid, ics) = (component.as_str(), uid.as_str(), ics.as_str());
        self.conn.execute(INSERT_OBJECT, params![id.0, owner.0, of, component, uid, ics])?;
        self.note_made(&MadeRow {
            about: Touched::Object(id.0),
            owner: *owner,
            group: *group,
            subject: None,
            private: false,
            state: state_of(ics),
        })?;
        self.forget_tombstone(*owner, *group, &format!("object-{}", id.0))
    }

    fn forget_tombstone(&self, owner: UserId, group: Option<GroupId>, name: &str) -> Result<()> {
        let (forget, count, of) = match group {
            Some(GroupId(group)) => (FORGET_IN_GROUP, COUNT_IN_GROUP, group),
            None => (FORGET_PERSONAL, COUNT_PERSONAL, owner.0),
        };
        let forgotten = self.conn.execute(forget, params![of, name])?;
        if forgotten == 0 {
            return Ok(());
        }
        let forgotten = i64::try_from(forgotten).unwrap_or_default();
        self.conn.execute(count, params![of, forgotten]).map(drop)
    }
}

/// Whether an object that has this text is as an entry left it with that `state`.
#[must_use]
pub fn is_in_state(ics: &str, state: i64) -> bool {
    state_of(ics) == state
}
