//! The table `history` as it is read: lists of entries, what each changed, and what was there before.

use super::event_rows;
use crate::error::Result;
use crate::model::{
    Action, Author, CalendarOf, Color, Door, Email, Entry, EntryId, EntryRow, Event, EventId,
    Everyone, Group, GroupDetails, GroupId, ObjectId, Page, Role, ShortText, Touched, UserId,
    WallTime,
};
use crate::store::engine::Snapshot;
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::tables::objects::StoredObject;

/// At most ?3 entries before ?2 in the history of the personal calendar of user ?1, the newest first.
pub(in crate::store) const PERSONAL: Sql = Sql::both(
    "
SELECT h.id, h.at, h.email, h.door, h.door_name, h.undoes, h.undone_by, h.user_id, h.group_id, h.kind, h.row_id,
    h.subject, h.private, h.id, CAST(CASE WHEN h.image IS NULL THEN 0 ELSE 1 END AS BIGINT), h.state
FROM history h WHERE h.user_id = ?1 AND h.id < ?2 ORDER BY h.id DESC LIMIT ?3",
);

/// The same of group ?1.
pub(in crate::store) const IN_GROUP: Sql = Sql::both(
    "
SELECT h.id, h.at, h.email, h.door, h.door_name, h.undoes, h.undone_by, h.user_id, h.group_id, h.kind, h.row_id,
    h.subject, h.private, h.id, CAST(CASE WHEN h.image IS NULL THEN 0 ELSE 1 END AS BIGINT), h.state
FROM history h WHERE h.group_id = ?1 AND h.id < ?2 ORDER BY h.id DESC LIMIT ?3",
);

/// The same of event ?1: what each entry did to that.
pub(in crate::store) const OF_EVENT: Sql = Sql::both(
    "
SELECT h.id, h.at, h.email, h.door, h.door_name, h.undoes, h.undone_by, h.user_id, h.group_id, r.kind, r.row_id,
    r.subject, r.private, r.id, CAST(CASE WHEN r.image IS NULL THEN 0 ELSE 1 END AS BIGINT), r.state
FROM history r JOIN history h ON h.id = coalesce(r.entry_id, r.id)
WHERE r.kind = 1 AND r.row_id = ?1 AND h.id < ?2 ORDER BY r.id DESC LIMIT ?3",
);

/// Entry ?1.
pub(in crate::store) const BY_ID: Sql = Sql::both(
    "
SELECT h.id, h.at, h.email, h.door, h.door_name, h.undoes, h.undone_by, h.user_id, h.group_id, h.kind, h.row_id,
    h.subject, h.private, h.id, CAST(CASE WHEN h.image IS NULL THEN 0 ELSE 1 END AS BIGINT), h.state
FROM history h WHERE h.id = ?1 AND h.entry_id IS NULL",
);

/// The first event that entry ?1 changed.
const FIRST_EVENT: Sql = Sql::both(
    "
SELECT r.row_id, r.subject, r.private, r.id FROM history r
WHERE r.entry_id = ?1 AND r.kind = 1 ORDER BY r.id LIMIT 1",
);

/// What entry ?1 did to each row.
pub(in crate::store) const ROWS: Sql = Sql::both(
    "
SELECT r.id, r.kind, r.row_id, CAST(CASE WHEN r.image IS NULL THEN 0 ELSE 1 END AS BIGINT), r.state FROM history r
WHERE r.id = ?1 OR r.entry_id = ?1 ORDER BY r.id",
);

/// Where the history has event ?1 as it was when it next changed after the row ?2 of the history.
pub(in crate::store) const NEXT: Sql = Sql::both(
    "
SELECT r.id FROM history r WHERE r.kind = 1 AND r.row_id = ?1 AND r.id > ?2 ORDER BY r.id LIMIT 1",
);

/// The event that row ?1 of the history has, and the id of its object.
const EVENT_IMAGE: Sql = Sql::each(
    r#"
SELECT h.row_id, json_extract(h.image, '$.user_id'), coalesce(u.email, ''), json_extract(h.image, '$.group_id'),
    json_extract(h.image, '$.subject'), json_extract(h.image, '$.starts'), json_extract(h.image, '$.ends'),
    json_extract(h.image, '$.created'), json_extract(h.image, '$.updated'), json_extract(h.image, '$.birthday'),
    json_extract(h.image, '$.revision'), json_extract(h.image, '$.private'), json_extract(h.image, '$.properties'),
    json_extract(h.image, '$.rule'), json_extract(h.image, '$.last_start'), json_extract(h.image, '$.exceptions'),
    json_extract(h.image, '$.reach'), json_extract(h.image, '$.series_id'), json_extract(h.image, '$.occurrence'),
    json_extract(h.image, '$.object_id')
FROM history h LEFT JOIN "user" u ON u.id = json_extract(h.image, '$.user_id')
WHERE h.id = ?1 AND h.kind = 1 AND h.image IS NOT NULL"#,
    r#"
SELECT h.row_id, e.user_id, coalesce(u.email, ''), e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence, e.object_id
FROM history h CROSS JOIN LATERAL json_populate_record(CAST(NULL AS event), CAST(h.image AS json)) e
LEFT JOIN "user" u ON u.id = e.user_id
WHERE h.id = ?1 AND h.kind = 1 AND h.image IS NOT NULL"#,
);

/// The object that row ?1 of the history has.
const OBJECT_IMAGE: Sql = Sql::each(
    "
SELECT h.row_id, json_extract(h.image, '$.user_id'), json_extract(h.image, '$.group_id'),
    json_extract(h.image, '$.component'), json_extract(h.image, '$.uid'), json_extract(h.image, '$.ics')
FROM history h WHERE h.id = ?1 AND h.kind = 2 AND h.image IS NOT NULL",
    "
SELECT h.row_id, o.user_id, o.group_id, o.component, o.uid, o.ics
FROM history h CROSS JOIN LATERAL json_populate_record(CAST(NULL AS calendar_object), CAST(h.image AS json)) o
WHERE h.id = ?1 AND h.kind = 2 AND h.image IS NOT NULL",
);

/// The group that row ?1 of the history has.
const GROUP_IMAGE: Sql = Sql::each(
    "
SELECT json_extract(h.image, '$.name'), json_extract(h.image, '$.everyone'), json_extract(h.image, '$.color'),
    json_extract(h.image, '$.description'), json_extract(h.image, '$.updated')
FROM history h WHERE h.id = ?1 AND h.kind = 3 AND h.image IS NOT NULL",
    "
SELECT g.name, g.everyone, g.color, g.description, g.updated
FROM history h CROSS JOIN LATERAL json_populate_record(CAST(NULL AS calendar_group), CAST(h.image AS json)) g
WHERE h.id = ?1 AND h.kind = 3 AND h.image IS NOT NULL",
);

/// The member that row ?1 of the history has.
const MEMBER_IMAGE: Sql = Sql::each(
    "
SELECT json_extract(h.image, '$.role'), json_extract(h.image, '$.created')
FROM history h WHERE h.id = ?1 AND h.kind = 4 AND h.image IS NOT NULL",
    "
SELECT m.role, m.created
FROM history h CROSS JOIN LATERAL json_populate_record(CAST(NULL AS member), CAST(h.image AS json)) m
WHERE h.id = ?1 AND h.kind = 4 AND h.image IS NOT NULL",
);

/// Where the history has group ?1 as it was when it next changed after the row ?2.
pub(in crate::store) const NEXT_GROUP: Sql = Sql::both(
    "
SELECT r.id FROM history r WHERE r.group_id = ?1 AND r.id > ?2 AND r.kind = 3 ORDER BY r.id LIMIT 1",
);

/// The state of row ?1.
const STATE: Sql = Sql::both("SELECT h.state FROM history h WHERE h.id = ?1");

fn from_row(row: &Row<'_>) -> Result<Option<Entry>> {
    let Some(about) = Touched::of_numbers(row.get(9)?, row.get(10)?) else { return Ok(None) };
    let undoes = row.get::<Option<i64>>(5)?.map(EntryId);
    let (was, state): (bool, Option<i64>) = (row.get(14)?, row.get(15)?);
    Ok(Some(Entry {
        id: EntryId(row.get(0)?),
        author: Author {
            user: None,
            at: WallTime::from_seconds(row.get(1)?)?,
            email: row.get::<Option<String>>(2)?.map(Email::stored),
            door: Door::of_number(row.get(3)?),
            door_name: row.get(4)?,
        },
        action: match (undoes, was, state) {
            (Some(_), ..) => Action::Undo,
            (None, false, _) => Action::Create,
            (None, true, Some(_)) => Action::Change,
            (None, true, None) => Action::Delete,
        },
        user: row.get::<Option<i64>>(7)?.map(UserId),
        group: row.get::<Option<i64>>(8)?.map(GroupId),
        about,
        row: row.get(13)?,
        subject: row.get(11)?,
        private: row.get(12)?,
        undone: row.get::<Option<i64>>(6)?.is_some(),
        undoes,
    }))
}

impl Snapshot<'_> {
    /// The entries in `page` of the history of `calendar`, the newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn history_of(&self, calendar: CalendarOf, page: Page<EntryId>) -> Result<Vec<Entry>> {
        match calendar {
            CalendarOf::Personal(UserId(user)) => self.entries(PERSONAL, user, page),
            CalendarOf::Group(GroupId(group)) => self.entries(IN_GROUP, group, page),
        }
    }

    /// The entries in `page` of the history of an event, which may be gone, the newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn history_of_event(&self, event: EventId, page: Page<EntryId>) -> Result<Vec<Entry>> {
        self.entries(OF_EVENT, event.0, page)
    }

    fn entries(&self, sql: Sql, of: i64, page: Page<EntryId>) -> Result<Vec<Entry>> {
        let before = page.after.map_or(i64::MAX, |EntryId(id)| id);
        let entries = self.conn.rows(sql, params![of, before, page.rows()], from_row)?;
        entries.into_iter().flatten().map(|entry| self.about_event(entry)).collect()
    }

    /// The entry with that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>> {
        let entry = self.conn.row(BY_ID, params![id.0], from_row)?.flatten();
        entry.map(|entry| self.about_event(entry)).transpose()
    }

    /// An entry that begins with an object is about the first of its events.
    fn about_event(&self, entry: Entry) -> Result<Entry> {
        let Touched::Object(_) = entry.about else { return Ok(entry) };
        let first = self.conn.row(FIRST_EVENT, params![entry.id.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        Ok(match first {
            Some((event, subject, private, row)) => {
                Entry { about: Touched::Event(EventId(event)), subject, private, row, ..entry }
            }
            None => entry,
        })
    }

    /// What an entry did to each row, in the order in which it did.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn entry_rows(&self, entry: EntryId) -> Result<Vec<EntryRow>> {
        let rows = self.conn.rows(ROWS, params![entry.0], |row| {
            let about = Touched::of_numbers(row.get(1)?, row.get(2)?);
            let (was, state) = (row.get(3)?, row.get(4)?);
            let row = row.get(0)?;
            Ok(about.map(|about| EntryRow { row, about, was, state }))
        })?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The event that the history has in `row`, and its object; none if it was not there.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn event_before(&self, row: i64) -> Result<Option<(Event, Option<ObjectId>)>> {
        self.conn.row(EVENT_IMAGE, params![row], |row| {
            Ok((event_rows::from_row(row)?, row.get::<Option<i64>>(19)?.map(ObjectId)))
        })
    }

    /// The event `id` as an entry left it that has it in `row`; none if it is gone since then.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn event_after(&self, id: EventId, row: i64) -> Result<Option<Event>> {
        match self.conn.row(NEXT, params![id.0, row], |row| row.get::<i64>(0))? {
            Some(next) => Ok(self.event_before(next)?.map(|(event, _)| event)),
            None => self.event(id),
        }
    }

    /// The group that the history has in `row`, and when it had last changed; none if it was not there.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn group_before(&self, row: i64) -> Result<Option<(GroupDetails, Option<WallTime>)>> {
        self.conn.row(GROUP_IMAGE, params![row], |row| {
            let updated = row.get::<Option<i64>>(4)?.map(WallTime::from_seconds).transpose()?;
            let details = GroupDetails {
                name: ShortText::stored(row.get(0)?),
                everyone: Everyone::of_number(row.get(1)?),
                color: row.get::<Option<String>>(2)?.map(Color::stored),
                description: row.get(3)?,
            };
            Ok((details, updated))
        })
    }

    /// The group `id` as an entry left it that has it in `row`; none if it is gone since then.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn group_after(&self, id: GroupId, row: i64) -> Result<Option<GroupDetails>> {
        match self.conn.row(NEXT_GROUP, params![id.0, row], |row| row.get::<i64>(0))? {
            Some(next) => Ok(self.group_before(next)?.map(|(details, _)| details)),
            None => Ok(self.group(id, None)?.map(Group::into_details)),
        }
    }

    /// The member that the history has in `row`, and since when they were one; none if they were none.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn member_before(&self, row: i64) -> Result<Option<(Role, WallTime)>> {
        let member = self.conn.row(MEMBER_IMAGE, params![row], |row| {
            Ok((Role::of_number(row.get(0)?), WallTime::from_seconds(row.get(1)?)?))
        })?;
        Ok(member.and_then(|(role, since)| Some((role?, since))))
    }

    /// What the member may whom the history has in `row`, as the entry left them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn member_after(&self, row: i64) -> Result<Option<Role>> {
        let state = self.conn.row(STATE, params![row], |row| row.get::<Option<i64>>(0))?;
        Ok(state.flatten().and_then(Role::of_number))
    }

    /// The object that the history has in `row`; none if it was not there.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn object_before(&self, row: i64) -> Result<Option<StoredObject>> {
        self.conn.row(OBJECT_IMAGE, params![row], |row| {
            Ok(StoredObject {
                id: ObjectId(row.get(0)?),
                owner: UserId(row.get(1)?),
                group: row.get::<Option<i64>>(2)?.map(GroupId),
                component: row.get(3)?,
                uid: row.get(4)?,
                ics: row.get(5)?,
            })
        })
    }
}
