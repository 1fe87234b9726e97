//! The table `calendar_object`: what came from elsewhere, as it came.
//!
//! Its events are rows of `event`, which say what views and searches need. Its text is what a client gets back. What an
//! import has not shown yet is found by none of these methods.

use super::event_rows;
use super::history::{MadeRow, state_of};
use crate::error::{Error, Result};
use crate::model::{CalendarOf, Event, EventId, GroupId, ImportId, ObjectId, Touched, UserId};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The object with id ?1.
pub(in crate::store) const BY_ID: Sql = Sql::both(
    "
SELECT o.id, o.user_id, o.group_id, o.component, o.uid, o.ics FROM calendar_object o
WHERE o.id = ?1
    AND (o.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = o.group_id AND g.deleted = 1)",
);

/// The id of the object that event ?1 belongs to.
const OF_EVENT: Sql =
    Sql::both("SELECT e.object_id FROM event e WHERE e.id = ?1 AND e.object_id IS NOT NULL");

/// The id of the personal object of user ?1 with the UID ?2.
pub(in crate::store) const PERSONAL_BY_UID: Sql = Sql::both(
    "SELECT o.id FROM calendar_object o WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NULL",
);

/// The id of the object of group ?1 with the UID ?2.
pub(in crate::store) const IN_GROUP_BY_UID: Sql =
    Sql::both("SELECT o.id FROM calendar_object o WHERE o.group_id = ?1 AND o.uid = ?2");

/// The objects of user ?1 with the UID ?2, in whichever calendar. INDEXED BY forces the index of those in groups.
pub(in crate::store) const BY_UID: Sql = Sql::each(
    "
SELECT o.id, o.group_id FROM calendar_object o
WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NULL
    AND (o.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NOT NULL))
UNION ALL
SELECT o.id, o.group_id FROM calendar_object o INDEXED BY calendar_object_of_user_in_group
    JOIN calendar_group g ON g.id = o.group_id AND g.deleted = 0
WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NOT NULL
    AND (o.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NOT NULL))",
    "
SELECT o.id, o.group_id FROM calendar_object o
WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NULL
    AND (o.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NOT NULL))
UNION ALL
SELECT o.id, o.group_id FROM calendar_object o JOIN calendar_group g ON g.id = o.group_id AND g.deleted = 0
WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NOT NULL
    AND (o.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NOT NULL))",
);

/// The events of object ?1: what is no changed occurrence first.
pub(in crate::store) const EVENTS: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.object_id = ?1
ORDER BY CASE WHEN e.series_id IS NULL THEN 0 ELSE 1 END, e.id"#,
);

/// At most ?3 personal objects of user ?1 with an id above ?2, by id. Their ids are read without their texts;
/// INDEXED BY and OFFSET ensure that.
pub(in crate::store) const PERSONAL_PAGE: Sql = Sql::each(
    "
SELECT o.id, o.user_id, o.group_id, o.component, o.uid, o.ics
FROM (
    SELECT p.id FROM calendar_object p INDEXED BY calendar_object_changes
    WHERE p.user_id = ?1 AND p.group_id IS NULL AND p.id > ?2
        AND (p.import_id IS NULL
            OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few JOIN calendar_object o ON o.id = few.id
ORDER BY o.id",
    "
SELECT o.id, o.user_id, o.group_id, o.component, o.uid, o.ics
FROM (
    SELECT p.id FROM (
        SELECT a.id, a.import_id FROM calendar_object a WHERE a.user_id = ?1 AND a.group_id IS NULL AND a.id > ?2 OFFSET 0) p
    WHERE (p.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few JOIN calendar_object o ON o.id = few.id
ORDER BY o.id",
);

/// The same of group ?1.
pub(in crate::store) const GROUP_PAGE: Sql = Sql::each(
    "
SELECT o.id, o.user_id, o.group_id, o.component, o.uid, o.ics
FROM (
    SELECT p.id FROM calendar_object p INDEXED BY calendar_object_changes_in_group
    WHERE p.group_id = ?1 AND p.id > ?2
        AND (p.import_id IS NULL
            OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few JOIN calendar_object o ON o.id = few.id
ORDER BY o.id",
    "
SELECT o.id, o.user_id, o.group_id, o.component, o.uid, o.ics
FROM (
    SELECT p.id FROM (
        SELECT a.id, a.import_id FROM calendar_object a WHERE a.group_id = ?1 AND a.id > ?2 OFFSET 0) p
    WHERE (p.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few JOIN calendar_object o ON o.id = few.id
ORDER BY o.id",
);

/// Locks the events of object ?1. Whoever deletes an event, and so its object, has locked the event before.
const LOCK_EVENTS: Sql =
    Sql::both("SELECT e.id FROM event e WHERE e.object_id = ?1 ORDER BY e.id").locking("e");

const INSERT_PERSONAL: Sql = Sql::each(
    r#"
INSERT INTO calendar_object (user_id, component, uid, ics, import_id, change)
VALUES (?1, ?2, ?3, ?4, ?5, CASE
    WHEN ?5 IS NOT NULL OR ?2 = 'VEVENT' THEN 0
    ELSE (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?1) END)
ON CONFLICT (user_id, uid) WHERE group_id IS NULL DO NOTHING
RETURNING id"#,
    "
INSERT INTO calendar_object (user_id, component, uid, ics, import_id)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (user_id, uid) WHERE group_id IS NULL DO NOTHING
RETURNING id",
);

const INSERT_IN_GROUP: Sql = Sql::each(
    "
INSERT INTO calendar_object (user_id, component, uid, ics, import_id, group_id, change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE
    WHEN ?5 IS NOT NULL OR ?2 = 'VEVENT' THEN 0
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?6) END)
ON CONFLICT (group_id, uid) WHERE group_id IS NOT NULL DO NOTHING
RETURNING id",
    "
INSERT INTO calendar_object (user_id, component, uid, ics, import_id, group_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (group_id, uid) WHERE group_id IS NOT NULL DO NOTHING
RETURNING id",
);

const CHANGE: Sql = Sql::each(
    r#"
UPDATE calendar_object SET ics = ?2, change = CASE
    WHEN group_id IS NULL
        THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = calendar_object.user_id)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = calendar_object.group_id) END
WHERE id = ?1"#,
    "UPDATE calendar_object SET ics = ?2 WHERE id = ?1",
);

const DELETE: Sql = Sql::both("DELETE FROM calendar_object WHERE id = ?1");

/// Makes event ?1 part of object ?2.
const GIVE: Sql = Sql::each(
    r#"
UPDATE event SET object_id = ?2, change = CASE
    WHEN group_id IS NULL
        THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = event.user_id)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = event.group_id) END
WHERE id = ?1"#,
    "UPDATE event SET object_id = ?2 WHERE id = ?1",
);

/// Event ?1, and the changed occurrences of it.
const WITH_CHANGED: Sql =
    Sql::both("SELECT e.id FROM event e WHERE e.id = ?1 OR e.series_id = ?1 ORDER BY e.id");

/// Deletes the events of object ?1.
const DELETE_EVENTS: Sql = Sql::both("DELETE FROM event WHERE object_id = ?1");

/// Deletes object ?1 if it has no events.
const DELETE_EMPTY: Sql = Sql::both(
    "
DELETE FROM calendar_object
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.object_id = calendar_object.id)",
);

/// An object of iCalendar that came from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its id.
    pub id: ObjectId,
    /// Whose it is.
    pub owner: UserId,
    /// The group it belongs to; none for a personal object.
    pub group: Option<GroupId>,
    /// `VEVENT`, `VTODO` or `VJOURNAL` (RFC 5545, 3.6).
    pub component: String,
    /// Its UID (RFC 5545, 3.8.4.7), which no other object of its calendar has.
    pub uid: String,
    /// Its text.
    pub ics: String,
}

/// An object to add.
#[derive(Debug)]
pub struct NewObject<'a> {
    /// Whose it is.
    pub owner: UserId,
    /// Its group; none for a personal object.
    pub group: Option<GroupId>,
    /// `VEVENT`, `VTODO` or `VJOURNAL`.
    pub component: &'a str,
    /// Its UID.
    pub uid: &'a str,
    /// Its text.
    pub ics: &'a str,
    /// The import that it is part of, which shows it later.
    pub import: Option<ImportId>,
}

fn from_row(row: &Row<'_>) -> Result<StoredObject> {
    Ok(StoredObject {
        id: ObjectId(row.get(0)?),
        owner: UserId(row.get(1)?),
        group: row.get::<Option<i64>>(2)?.map(GroupId),
        component: row.get(3)?,
        uid: row.get(4)?,
        ics: row.get(5)?,
    })
}

impl Snapshot<'_> {
    /// The object with that id. In a transaction, its events are locked, and then itself.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn object(&self, id: ObjectId) -> Result<Option<StoredObject>> {
        if self.to_write
            && let Conn::Postgres(_) = self.conn
        {
            self.conn.each(LOCK_EVENTS, params![id.0], |_| Ok(()))?;
        }
        self.conn.row(self.locking(BY_ID, "o"), params![id.0], from_row)
    }

    /// The object that the event with that id belongs to.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn object_of_event(&self, id: EventId) -> Result<Option<StoredObject>> {
        let object = self.conn.row(OF_EVENT, params![id.0], |row| row.get(0).map(ObjectId))?;
        object.map_or(Ok(None), |object| self.object(object))
    }

    /// The id of the object that the event with that id belongs to.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn object_id_of_event(&self, id: EventId) -> Result<Option<ObjectId>> {
        self.conn.row(OF_EVENT, params![id.0], |row| row.get(0).map(ObjectId))
    }

    /// The object of `calendar` with that UID.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn object_by_uid(&self, calendar: CalendarOf, uid: &str) -> Result<Option<StoredObject>> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(user) => (PERSONAL_BY_UID, user.0),
            CalendarOf::Group(group) => (IN_GROUP_BY_UID, group.0),
        };
        let object = self.conn.row(sql, params![of, uid], |row| row.get(0).map(ObjectId))?;
        object.map_or(Ok(None), |object| self.object(object))
    }

    /// The objects of `user` with that UID in other calendars than `calendar`, each with its group.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn objects_by_uid_elsewhere(
        &self,
        user: UserId,
        calendar: CalendarOf,
        uid: &str,
    ) -> Result<Vec<(ObjectId, Option<GroupId>)>> {
        let read =
            |row: &Row<'_>| Ok((ObjectId(row.get(0)?), row.get::<Option<i64>>(1)?.map(GroupId)));
        let mut objects = self.conn.rows(BY_UID, params![user.0, uid], read)?;
        objects.retain(|(_, group)| match calendar {
            CalendarOf::Personal(of) => group.is_some() || of != user,
            CalendarOf::Group(of) => *group != Some(of),
        });
        Ok(objects)
    }

    /// The events of an object: the series or the single event first, then the changed occurrences, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn events_of_object(&self, id: ObjectId) -> Result<Vec<Event>> {
        self.conn.rows(self.locking(EVENTS, "e"), params![id.0], event_rows::from_row)
    }

    /// At most `limit` objects of `calendar` with an id above `after`, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn objects_page(
        &self,
        calendar: CalendarOf,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<StoredObject>> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(user) => (PERSONAL_PAGE, user.0),
            CalendarOf::Group(group) => (GROUP_PAGE, group.0),
        };
        self.conn.rows(sql, params![of, after.0, limit], from_row)
    }
}

impl Transaction<'_> {
    /// Adds an object, without events; its user and group must exist.
    ///
    /// # Errors
    /// [`Error::Conflict`] if its calendar has one with that UID; if the database cannot be written.
    pub fn insert_object(&self, object: &NewObject<'_>) -> Result<ObjectId> {
        if let Some(id) = self.try_insert_object(object)? {
            return Ok(id);
        }
        // It may be part of an import that was given up.
        if self.delete_abandoned_object(object.owner, object.group, object.uid)?
            && let Some(id) = self.try_insert_object(object)?
        {
            return Ok(id);
        }
        Err(Error::Conflict("the calendar has an object with this UID".into()))
    }

    fn try_insert_object(&self, object: &NewObject<'_>) -> Result<Option<ObjectId>> {
        let NewObject { owner, group, component, uid, ics, import } = *object;
        let import = import.map(|import| import.0);
        let read = |row: &Row<'_>| row.get(0).map(ObjectId);
        let made = match group {
            None => {
                self.conn.row(INSERT_PERSONAL, params![owner.0, component, uid, ics, import], read)
            }
            Some(group) => {
                let row = params![owner.0, component, uid, ics, import, group.0];
                self.conn.row(INSERT_IN_GROUP, row, read)
            }
        }?;
        if let (Some(ObjectId(id)), None) = (made, import) {
            let (about, state) = (Touched::Object(id), state_of(ics));
            let (subject, private) = (None, false);
            self.note_made(&MadeRow { about, owner, group, subject, private, state })?;
        }
        Ok(made)
    }

    /// Gives an object another text. Its events are changed by themselves.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn change_object(&self, id: ObjectId, ics: &str) -> Result<()> {
        self.note_object_before(id.0, Some(ics), false)?;
        self.conn.execute(CHANGE, params![id.0, ics]).map(drop)
    }

    /// Makes an event, and the changed occurrences of it, part of an object.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn give_to_object(&self, event: EventId, object: ObjectId) -> Result<()> {
        let ids: Vec<i64> = self.conn.rows(WITH_CHANGED, params![event.0], |row| row.get(0))?;
        ids.into_iter().try_for_each(|id| {
            self.note_event(EventId(id))?;
            self.conn.execute(GIVE, params![id, object.0]).map(drop)
        })
    }

    /// Deletes the events of an object, and not the object.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_events_of_object(&self, id: ObjectId) -> Result<()> {
        self.note_events_of_object_before(id)?;
        self.conn.execute(DELETE_EVENTS, params![id.0]).map(drop)
    }

    /// Deletes an object with its events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_object(&self, id: ObjectId) -> Result<()> {
        if let Conn::Postgres(_) = self.conn {
            self.conn.each(LOCK_EVENTS, params![id.0], |_| Ok(()))?;
        }
        self.note_events_of_object_before(id)?;
        self.note_object_before(id.0, None, false)?;
        self.conn.execute(DELETE, params![id.0]).map(drop)
    }

    /// Deletes an object if it has no events left.
    pub(super) fn delete_empty_object(&self, id: i64) -> Result<()> {
        self.note_object_before(id, None, true)?;
        self.conn.execute(DELETE_EMPTY, params![id]).map(drop)
    }
}
