//! The table `history` as it is written: each write of an event, an object, a group or a member notes first what was there.
//!
//! It does so while the transaction has an author ([`Transaction::record`]); the domain need not know. So no call can
//! forget a row that it changes, and one that changes many is undone as exactly as one that changes one. A trigger would
//! not know who it was, and copies of whole tables or a log of events would have to be played back. What an import adds
//! that is not shown yet leaves nothing, nor does what fills a group from an outside calendar.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::{
    Author, CalendarOf, Color, Email, EntryId, EventId, Everyone, GroupDetails, GroupId, ObjectId,
    Role, Touched, UserId, WallTime,
};
use crate::store::engine::sql::{Param, Sql, params};
use crate::store::engine::{Recorder, Snapshot, Transaction};

/// Notes a row that did not exist before.
const NOTE_MADE: Sql = Sql::both(
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, subject, private,
    state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
RETURNING id",
);

/// Notes event ?7 as it is. Left out of its image is what can be made again of the rest, its import, and its number, which
/// is another after every write.
pub(in crate::store) const NOTE_EVENT: Sql = Sql::each(
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, subject, private,
    image, state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?1 IS NULL AND e.group_id IS NULL THEN e.user_id END,
    CASE WHEN ?1 IS NULL THEN e.group_id END, 1, e.id, coalesce(?8, e.subject),
    CASE WHEN e.private = 1 OR ?9 = 1 THEN 1 ELSE 0 END,
    json_patch('{}', json_object('user_id', e.user_id, 'group_id', e.group_id, 'subject', e.subject,
        'starts', e.starts, 'ends', e.ends, 'created', e.created, 'updated', e.updated, 'birthday', e.birthday,
        'revision', e.revision, 'private', e.private, 'properties', e.properties, 'rule', e.rule,
        'last_start', e.last_start, 'exceptions', e.exceptions, 'reach', e.reach, 'series_id', e.series_id,
        'occurrence', e.occurrence, 'object_id', e.object_id)),
    CASE WHEN ?11 = 1 THEN e.revision ELSE ?10 END
FROM event e WHERE e.id = ?7
RETURNING id",
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, subject, private,
    image, state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?1 IS NULL AND e.group_id IS NULL THEN e.user_id END,
    CASE WHEN ?1 IS NULL THEN e.group_id END, 1, e.id, coalesce(?8, e.subject),
    CASE WHEN e.private = 1 OR ?9 = 1 THEN 1 ELSE 0 END,
    CAST(json_strip_nulls(json_build_object('user_id', e.user_id, 'group_id', e.group_id, 'subject', e.subject,
        'starts', e.starts, 'ends', e.ends, 'created', e.created, 'updated', e.updated, 'birthday', e.birthday,
        'revision', e.revision, 'private', e.private, 'properties', e.properties, 'rule', e.rule,
        'last_start', e.last_start, 'exceptions', e.exceptions, 'reach', e.reach, 'series_id', e.series_id,
        'occurrence', e.occurrence, 'object_id', e.object_id)) AS text),
    CASE WHEN ?11 = 1 THEN e.revision ELSE ?10 END
FROM event e WHERE e.id = ?7
RETURNING id",
);

/// Notes object ?7 as it is.
pub(in crate::store) const NOTE_OBJECT: Sql = Sql::each(
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, image, state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?1 IS NULL AND o.group_id IS NULL THEN o.user_id END,
    CASE WHEN ?1 IS NULL THEN o.group_id END, 2, o.id,
    json_patch('{}', json_object('user_id', o.user_id, 'group_id', o.group_id, 'component', o.component,
        'uid', o.uid, 'ics', o.ics)), ?8
FROM calendar_object o WHERE o.id = ?7
    AND (?9 = 0 OR NOT EXISTS (SELECT 1 FROM event e WHERE e.object_id = o.id))
RETURNING id",
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, image, state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?1 IS NULL AND o.group_id IS NULL THEN o.user_id END,
    CASE WHEN ?1 IS NULL THEN o.group_id END, 2, o.id,
    CAST(json_strip_nulls(json_build_object('user_id', o.user_id, 'group_id', o.group_id, 'component', o.component,
        'uid', o.uid, 'ics', o.ics)) AS text), ?8
FROM calendar_object o WHERE o.id = ?7
    AND (?9 = 0 OR NOT EXISTS (SELECT 1 FROM event e WHERE e.object_id = o.id))
RETURNING id",
);

/// Notes group ?7 as it is. What makes or deletes one is in the history of user ?8 too: that of the group is not seen then. If it is
/// about to become private, by ?11, its image has the users who have selected it and lose sight of it.
pub(in crate::store) const NOTE_GROUP: Sql = Sql::each(
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, subject, image,
    state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8, g.id, 3, g.id, coalesce(?9, g.name),
    json_patch('{}', json_object('name', g.name, 'everyone', g.everyone, 'color', g.color,
        'description', g.description, 'updated', g.updated, 'selected', json(CASE WHEN ?11 = 1 AND g.everyone > 0 THEN (
            SELECT nullif(json_group_array(s.user_id), '[]') FROM selection s
            WHERE s.group_id = g.id AND NOT EXISTS (
                SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = s.user_id)) END))), ?10
FROM calendar_group g WHERE g.id = ?7
RETURNING id",
    "
INSERT INTO history (entry_id, at, email, door, door_name, undoes, user_id, group_id, kind, row_id, subject, image,
    state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8, g.id, 3, g.id, coalesce(?9, g.name),
    CAST(json_strip_nulls(json_build_object('name', g.name, 'everyone', g.everyone, 'color', g.color,
        'description', g.description, 'updated', g.updated, 'selected', CASE WHEN ?11 = 1 AND g.everyone > 0 THEN (
            SELECT json_agg(s.user_id) FROM selection s
            WHERE s.group_id = g.id AND NOT EXISTS (
                SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = s.user_id)) END)) AS text), ?10
FROM calendar_group g WHERE g.id = ?7
RETURNING id",
);

/// Notes member ?8 of group ?7 as they are, or that they are none.
pub(in crate::store) const NOTE_MEMBER: Sql = Sql::each(
    r#"
INSERT INTO history (entry_id, at, email, door, door_name, undoes, group_id, kind, row_id, subject, image, state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 4, u.id, u.email,
    CASE WHEN m.role IS NOT NULL THEN json_object('group_id', m.group_id, 'role', m.role, 'created', m.created) END,
    ?9
FROM "user" u LEFT JOIN member m ON m.group_id = ?7 AND m.user_id = u.id
WHERE u.id = ?8
RETURNING id"#,
    r#"
INSERT INTO history (entry_id, at, email, door, door_name, undoes, group_id, kind, row_id, subject, image, state)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 4, u.id, u.email,
    CASE WHEN m.role IS NOT NULL THEN CAST(json_build_object('group_id', m.group_id, 'role', m.role,
        'created', m.created) AS text) END,
    ?9
FROM "user" u LEFT JOIN member m ON m.group_id = ?7 AND m.user_id = u.id
WHERE u.id = ?8
RETURNING id"#,
);

/// The row has changed once more in the same transaction.
const NOTE_AGAIN: Sql = Sql::both(
    "
UPDATE history SET state = ?2, subject = coalesce(?3, subject), private = CASE WHEN ?4 = 1 THEN 1 ELSE private END
WHERE id = ?1",
);

/// Object ?2, which has changed in the same transaction, is about to be deleted if it has no events.
const NOTE_EMPTY: Sql = Sql::both(
    "
UPDATE history SET state = NULL
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.object_id = ?2)",
);

/// Others see no text of event ?1 any more, whatever it said before.
pub(in crate::store) const HIDE: Sql =
    Sql::both("UPDATE history SET private = 1 WHERE kind = 1 AND row_id = ?1 AND private = 0");

const CHILDREN: Sql = Sql::both(
    "SELECT e.id FROM event e WHERE e.series_id = ?1 AND e.occurrence >= ?2 ORDER BY e.id",
);

const OF_OBJECT: Sql = Sql::both(
    "
SELECT e.id FROM event e WHERE e.object_id = ?1
ORDER BY CASE WHEN e.series_id IS NULL THEN 0 ELSE 1 END, e.id",
);

const UNDONE: Sql = Sql::both("UPDATE history SET undone_by = ?2 WHERE id = ?1");

/// Deletes, of the first ?2 rows, those of entries from before ?1. Ids grow almost as time does.
pub(in crate::store) const PRUNE: Sql = Sql::both(
    "
DELETE FROM history WHERE id IN (
    SELECT few.id FROM (SELECT h.id, h.at FROM history h WHERE h.entry_id IS NULL ORDER BY h.id LIMIT ?2) few
    WHERE few.at < ?1)",
);

/// Whether there is what [`PRUNE`] deletes.
const IS_OLD: Sql = Sql::both(
    "
SELECT 1 FROM (SELECT h.id, h.at FROM history h WHERE h.entry_id IS NULL ORDER BY h.id LIMIT ?2) few
WHERE few.at < ?1 LIMIT 1",
);

/// The calendars with more than ?1 entries: user, group.
pub(in crate::store) const FULL: Sql = Sql::both(
    "
SELECT h.user_id, CAST(NULL AS BIGINT) FROM history h WHERE h.user_id IS NOT NULL
GROUP BY h.user_id HAVING count(*) > ?1
UNION ALL
SELECT CAST(NULL AS BIGINT), h.group_id FROM history h WHERE h.group_id IS NOT NULL
GROUP BY h.group_id HAVING count(*) > ?1",
);

/// Deletes the ?3 oldest entries of user ?1, if they have more than ?2.
pub(in crate::store) const PRUNE_PERSONAL: Sql = Sql::both(
    "
DELETE FROM history WHERE id IN (
    SELECT h.id FROM history h WHERE h.user_id = ?1 ORDER BY h.id LIMIT ?3)
    AND id <= (SELECT k.id FROM history k WHERE k.user_id = ?1 ORDER BY k.id DESC LIMIT 1 OFFSET ?2)",
);

/// The same of group ?1.
pub(in crate::store) const PRUNE_IN_GROUP: Sql = Sql::both(
    "
DELETE FROM history WHERE id IN (
    SELECT h.id FROM history h WHERE h.group_id = ?1 ORDER BY h.id LIMIT ?3)
    AND id <= (SELECT k.id FROM history k WHERE k.group_id = ?1 ORDER BY k.id DESC LIMIT 1 OFFSET ?2)",
);

/// How many entries go in one transaction.
const SLICE: u16 = 500;

/// How an object with this text is told from one with another, in the column `state`.
pub(super) fn state_of(text: &str) -> i64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0_u64, |state, byte| state << 8 | u64::from(*byte)).cast_signed()
}

/// How a group with these details is told from one with others, in the column `state`.
#[must_use]
pub fn state_of_group(details: &GroupDetails) -> i64 {
    let GroupDetails { name, everyone, color, description } = details;
    let (color, description) = (color.as_ref().map(Color::as_str), description.as_deref());
    state_of(&format!("{:?}", (name.as_str(), everyone.number(), color, description)))
}

/// How a row is left.
#[derive(Debug, Clone, Copy)]
pub(super) enum Left<'a> {
    /// With another revision, subject and privacy.
    Changed(i64, &'a str, bool),
    /// As an event of the same revision.
    Same,
    /// Gone.
    Gone,
}

/// A row that was made.
pub(super) struct MadeRow<'a> {
    pub(super) about: Touched,
    pub(super) owner: UserId,
    pub(super) group: Option<GroupId>,
    pub(super) subject: Option<&'a str>,
    pub(super) private: bool,
    pub(super) state: i64,
}

impl Snapshot<'_> {
    /// The calendars that have more than `most` entries.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn long_histories(&self, most: u32) -> Result<Vec<CalendarOf>> {
        let long = self.conn.rows(FULL, params![most], |row| {
            let user = row.get::<Option<i64>>(0)?.map(|id| CalendarOf::Personal(UserId(id)));
            let group = row.get::<Option<i64>>(1)?.map(|id| CalendarOf::Group(GroupId(id)));
            Ok(user.or(group))
        })?;
        Ok(long.into_iter().flatten().collect())
    }
}

impl Snapshot<'_> {
    /// Whether there are entries from before `before`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_history_before(&self, before: WallTime) -> Result<bool> {
        Ok(self.conn.row(IS_OLD, params![before.seconds(), SLICE], |_| Ok(()))?.is_some())
    }
}

impl Transaction<'_> {
    /// Has the changes of this transaction leave an entry of the history, by `author`. Before that they leave none.
    pub fn record(&self, author: Author) {
        let recorder = Recorder { author, undoes: None, entry: None, rows: HashMap::default() };
        self.recorder.replace(Some(recorder));
    }

    /// The entry that the changes so far have left.
    #[must_use]
    pub fn recorded(&self) -> Option<EntryId> {
        self.recorder.borrow().as_ref()?.entry
    }

    /// Has the entry say that it undoes `entry`.
    pub fn record_undo_of(&self, entry: EntryId) {
        if let Some(recorder) = self.recorder.borrow_mut().as_mut() {
            recorder.undoes = Some(entry);
        }
    }

    /// Notes that `entry` was undone by another; or that it was not, since that was undone itself.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn mark_undone(&self, entry: EntryId, by: Option<EntryId>) -> Result<()> {
        self.conn.execute(UNDONE, params![entry.0, by.map(|by| by.0)]).map(drop)
    }

    /// Makes the entry one about `event`, whatever changes first. It may stay as it is.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_event(&self, event: EventId) -> Result<()> {
        self.note_event_before(event, Left::Same)
    }

    pub(super) fn is_recording(&self) -> bool {
        self.recorder.borrow().is_some()
    }

    /// Notes event `id`, before a write that leaves it so.
    pub(super) fn note_event_before(&self, id: EventId, left: Left<'_>) -> Result<()> {
        let (state, subject, private, same) = match left {
            Left::Changed(state, subject, private) => (Some(state), Some(subject), private, false),
            Left::Same => (None, None, false, true),
            Left::Gone => (None, None, false, false),
        };
        if private {
            self.conn.execute(HIDE, params![id.0])?;
        }
        self.note(Touched::Event(id), |tx, head, known| match known {
            Some(_) if same => Ok(None),
            Some(row) => {
                tx.conn.execute(NOTE_AGAIN, params![row, state, subject, private]).map(|_| None)
            }
            None => {
                let own = params![id.0, subject, Some(i64::from(private)), state, i64::from(same)];
                tx.conn.row(NOTE_EVENT, &[head, own].concat(), |row| row.get(0))
            }
        })
    }

    /// Notes the changed occurrences of `series` from `from` on, before they are deleted.
    pub(super) fn note_children_before(&self, series: EventId, from: WallTime) -> Result<()> {
        self.note_each_before(CHILDREN, params![series.0, from.seconds()])
    }

    /// Notes the events of object `id`, before they are deleted.
    pub(super) fn note_events_of_object_before(&self, id: ObjectId) -> Result<()> {
        self.note_each_before(OF_OBJECT, params![id.0])
    }

    fn note_each_before(&self, sql: Sql, params: &[Param<'_>]) -> Result<()> {
        if !self.is_recording() {
            return Ok(());
        }
        let ids: Vec<i64> = self.conn.rows(sql, params, |row| row.get(0))?;
        ids.into_iter().try_for_each(|id| self.note_event_before(EventId(id), Left::Gone))
    }

    /// Notes object `id`, before a write that leaves it with the text `left`, or none; with `if_empty` only if it has no
    /// events.
    pub(super) fn note_object_before(
        &self,
        id: i64,
        left: Option<&str>,
        if_empty: bool,
    ) -> Result<()> {
        let state = left.map(state_of);
        self.note(Touched::Object(id), |tx, head, known| match known {
            Some(row) if if_empty => tx.conn.execute(NOTE_EMPTY, params![row, id]).map(|_| None),
            Some(row) => {
                let none: Option<&str> = None;
                tx.conn.execute(NOTE_AGAIN, params![row, state, none, false]).map(|_| None)
            }
            None => {
                let own = params![id, state, i64::from(if_empty)];
                tx.conn.row(NOTE_OBJECT, &[head, own].concat(), |row| row.get(0))
            }
        })
    }

    /// Notes group `id`, before a write that leaves it with the details `left`, or deletes it.
    pub(super) fn note_group_before(&self, id: GroupId, left: Option<&GroupDetails>) -> Result<()> {
        let author = self.recorder.borrow().as_ref().and_then(|recorder| recorder.author.user);
        let user = author.map(|user| user.0).filter(|_| left.is_none());
        let (state, name) = (left.map(state_of_group), left.map(|left| left.name.as_str()));
        self.note(Touched::Group(id), |tx, head, known| {
            if let Some(row) = known {
                return tx.conn.execute(NOTE_AGAIN, params![row, state, name, false]).map(|_| None);
            }
            let is_private = left.is_some_and(|left| left.everyone == Everyone::None);
            let own = params![id.0, user, name, state, i64::from(is_private)];
            tx.conn.row(NOTE_GROUP, &[head, own].concat(), |row| row.get(0))
        })
    }

    /// Notes a member of `group`, before a write that leaves them with the role `left`, or none.
    pub(super) fn note_member_before(
        &self,
        group: GroupId,
        user: UserId,
        left: Option<Role>,
    ) -> Result<()> {
        let state = left.map(Role::number);
        self.note(Touched::Member(user), |tx, head, known| {
            if let Some(row) = known {
                let none: Option<&str> = None;
                return tx.conn.execute(NOTE_AGAIN, params![row, state, none, false]).map(|_| None);
            }
            let own = params![group.0, user.0, state];
            tx.conn.row(NOTE_MEMBER, &[head, own].concat(), |row| row.get(0))
        })
    }

    /// Notes a row that was made.
    pub(super) fn note_made(&self, made: &MadeRow<'_>) -> Result<()> {
        let (kind, id) = made.about.numbers();
        self.note(made.about, |tx, head, known| {
            let is_first = matches!(head.first(), Some(Param::Integer(None)));
            let is_own = made.group.is_none() || matches!(made.about, Touched::Group(_));
            let user = Some(made.owner.0).filter(|_| is_first && is_own);
            let group = made.group.map(|group| group.0).filter(|_| is_first);
            let own = params![user, group, kind, id, made.subject, made.private, Some(made.state)];
            match known {
                Some(row) => {
                    let again = params![row, Some(made.state), made.subject, made.private];
                    tx.conn.execute(NOTE_AGAIN, again).map(|_| None)
                }
                None => tx.conn.row(NOTE_MADE, &[head, own].concat(), |row| row.get(0)),
            }
        })
    }

    /// Has `write` note a row, with what all rows of the entry begin with, or the row of the history that it has already.
    fn note(
        &self,
        about: Touched,
        write: impl FnOnce(&Self, &[Param<'_>], Option<i64>) -> Result<Option<i64>>,
    ) -> Result<()> {
        let mut recorder = self.recorder.borrow_mut();
        let Some(Recorder { author, undoes, entry, rows }) = recorder.as_mut() else {
            return Ok(());
        };
        let first = entry.is_none();
        let of_first = |number: i64| Some(number).filter(|_| first);
        let head = params![
            entry.map(|entry| entry.0),
            of_first(author.at.seconds()),
            author.email.as_ref().map(Email::as_str).filter(|_| first),
            of_first(author.door.number()),
            author.door_name.as_deref().filter(|_| first),
            undoes.map(|undoes| undoes.0).filter(|_| first),
        ];
        let numbers = about.numbers();
        if let Some(row) = write(self, head, rows.get(&numbers).copied())? {
            rows.insert(numbers, row);
            entry.get_or_insert(EntryId(row));
        }
        Ok(())
    }

    /// Deletes some of the entries from before `before`; gives how many rows went.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn prune_history(&self, before: WallTime) -> Result<usize> {
        self.conn.execute(PRUNE, params![before.seconds(), SLICE])
    }

    /// Deletes some of the oldest entries of calendars that have more than `most`; gives how many rows went.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn prune_long_history(&self, calendar: CalendarOf, most: u32) -> Result<usize> {
        match calendar {
            CalendarOf::Personal(UserId(user)) => {
                self.conn.execute(PRUNE_PERSONAL, params![user, most, SLICE])
            }
            CalendarOf::Group(GroupId(group)) => {
                self.conn.execute(PRUNE_IN_GROUP, params![group, most, SLICE])
            }
        }
    }
}
