//! The table `calendar_group`.
//!
//! A group may have too many events and selections to delete in one short transaction. So a deletion
//! marks the group and raises its version: from then on nobody sees the group or its events. It stays in the trash for
//! some days, as it was. Its rows are purged later in slices: the selections first, each of which raises its user's calendar
//! version, then the events, the objects and the tombstones, and the group's own row last.

use crate::error::Result;
use crate::model::{
    Color, Email, Everyone, Group, GroupDetails, GroupId, Page, Role, Room, ShortText,
    Subscription, Touched, UserId, WallTime,
};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Param, Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};
use crate::store::tables::history::{MadeRow, state_of_group};
use crate::store::tables::{looks, sequences};

/// The group with id ?1, and what user ?2 is in it.
pub(in crate::store) const BY_ID: Sql = Sql::both(
    r#"
SELECT g.id, g.creator_id, g.name, u.email, g.created, g.updated, s.url, s."read", s.problem, g.everyone, g.color,
    g.description, m.role
FROM calendar_group g JOIN "user" u ON u.id = g.creator_id LEFT JOIN subscription s ON s.group_id = g.id
LEFT JOIN member m ON m.group_id = g.id AND m.user_id = ?2
WHERE g.id = ?1 AND g.deleted = 0"#,
);

/// At most ?2 groups with an id above ?1 that user ?3 may see (`access::standing`), by id.
pub(in crate::store) const ALL: Sql = Sql::both(
    r#"
SELECT g.id, g.creator_id, g.name, u.email, g.created, g.updated, s.url, s."read", s.problem, g.everyone, g.color,
    g.description, m.role
FROM calendar_group g JOIN "user" u ON u.id = g.creator_id LEFT JOIN subscription s ON s.group_id = g.id
LEFT JOIN member m ON m.group_id = g.id AND m.user_id = ?3
WHERE g.id > ?1 AND g.deleted = 0 AND (g.everyone > 0 OR m.role IS NOT NULL) ORDER BY g.id LIMIT ?2"#,
);

/// All groups, by id.
const WHOLE: Sql = Sql::both(
    r#"
SELECT g.id, g.creator_id, g.name, u.email, g.created, g.updated, s.url, s."read", s.problem, g.everyone, g.color,
    g.description, CAST(NULL AS BIGINT)
FROM calendar_group g JOIN "user" u ON u.id = g.creator_id LEFT JOIN subscription s ON s.group_id = g.id
WHERE g.deleted = 0 ORDER BY g.id"#,
);

/// The groups that user ?1 created or owns, and of which nobody else is a member, by id.
pub(in crate::store) const ALONE: Sql = Sql::both(
    r#"
SELECT g.id, g.creator_id, g.name, u.email, g.created, g.updated, s.url, s."read", s.problem, g.everyone, g.color,
    g.description, CAST(NULL AS BIGINT)
FROM calendar_group g JOIN "user" u ON u.id = g.creator_id LEFT JOIN subscription s ON s.group_id = g.id
WHERE (g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4))
    AND g.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM member o WHERE o.group_id = g.id AND o.user_id <> ?1)
ORDER BY g.id"#,
);

/// Counts the other groups that user ?1 created, or owns alone.
const COUNT_SHARED: Sql = Sql::both(
    "
SELECT count(*) FROM calendar_group g
WHERE (g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4)
        AND NOT EXISTS (
            SELECT 1 FROM member o WHERE o.group_id = g.id AND o.user_id <> ?1 AND o.role = 4))
    AND g.deleted = 0
    AND EXISTS (SELECT 1 FROM member o WHERE o.group_id = g.id AND o.user_id <> ?1)",
);

/// At most ?3 groups that user ?1 created and may see (`access::standing`), with an id above ?2, by id.
pub(in crate::store) const OF_CREATOR: Sql = Sql::both(
    r#"
SELECT g.id, g.creator_id, g.name, u.email, g.created, g.updated, s.url, s."read", s.problem, g.everyone, g.color,
    g.description, m.role
FROM calendar_group g JOIN "user" u ON u.id = g.creator_id LEFT JOIN subscription s ON s.group_id = g.id
LEFT JOIN member m ON m.group_id = g.id AND m.user_id = ?1
WHERE g.creator_id = ?1 AND g.id > ?2 AND g.deleted = 0 AND (g.everyone > 0 OR m.role IS NOT NULL)
ORDER BY g.id LIMIT ?3"#,
);

/// Without those of imports that are not shown.
pub(in crate::store) const COUNT_EVENTS: Sql = Sql::each(
    "
SELECT count(*) FROM event e
WHERE coalesce(-e.group_id, e.user_id) = -?1 AND (e.change > 0 OR e.import_id IS NULL
    OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))",
    "
SELECT count(*) FROM event e
WHERE e.group_id = ?1 AND (e.import_id IS NULL
    OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))",
);

/// Counts the groups that user ?1 created, up to ?2.
pub(in crate::store) const COUNT_OF_CREATOR: Sql = Sql::both(
    "
SELECT count(*) FROM (
    SELECT 1 FROM calendar_group g WHERE g.creator_id = ?1 AND g.deleted = 0 LIMIT ?2) AS few",
);

const INSERT: Sql = Sql::both(
    "
INSERT INTO calendar_group (name, creator_id, created, everyone, color, description)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
RETURNING id",
);

/// Adds an imported group, with the time of its last change.
const IMPORT: Sql = Sql::both(
    "
INSERT INTO calendar_group (name, creator_id, created, updated) VALUES (?1, ?2, ?3, ?4)
RETURNING id",
);

/// The same, with its id.
const IMPORT_AS: Sql = Sql::both(
    "
INSERT INTO calendar_group (id, name, creator_id, created, updated) VALUES (?1, ?2, ?3, ?4, ?5)
RETURNING id",
);

/// Its version moves, since views show the group to others now.
const CHANGE: Sql = Sql::both(
    "
UPDATE calendar_group SET name = ?2, updated = ?3, color = ?4, description = ?5, everyone = ?6,
    version = version + CASE WHEN everyone = ?6 THEN 0 ELSE 1 END,
    narrowed = narrowed + CASE WHEN everyone > 0 AND ?6 = 0 THEN 1 ELSE 0 END
WHERE id = ?1",
);

/// Into the trash, at ?2; without it, to be purged.
const MARK_DELETED: Sql = Sql::both(
    "UPDATE calendar_group SET deleted = 1, trashed = ?2, version = version + 1 WHERE id = ?1",
);

/// A group that is marked as deleted, and not in the trash. INDEXED BY forces the index of deleted groups. Several servers purge
/// different groups.
pub(in crate::store) const NEXT_DELETED: Sql = Sql::each(
    "
SELECT id FROM calendar_group INDEXED BY calendar_group_deleted WHERE deleted = 1 AND trashed IS NULL LIMIT 1",
    "
SELECT id FROM calendar_group WHERE deleted = 1 AND trashed IS NULL LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
);

/// Locks the users of up to ?2 selections of group ?1, in the order of their ids: each of them has a
/// transaction of their own.
const LOCK_SELECTORS: Sql = Sql::both(
    r#"
SELECT u.id FROM "user" u
WHERE u.id IN (SELECT s.user_id FROM selection s WHERE s.group_id = ?1 ORDER BY s.user_id LIMIT ?2)
ORDER BY u.id"#,
)
.locking("u");

/// Removes group ?1 from up to ?2 selections.
pub(in crate::store) const PURGE_SELECTIONS: Sql = Sql::both(
    "
DELETE FROM selection WHERE group_id = ?1 AND user_id IN (
    SELECT s.user_id FROM selection s WHERE s.group_id = ?1 ORDER BY s.user_id LIMIT ?2)",
);

/// Deletes up to ?2 events of group ?1. INDEXED BY forces the index of events by group.
pub(in crate::store) const PURGE_EVENTS: Sql = Sql::each(
    "
DELETE FROM event WHERE id IN (
    SELECT e.id FROM event e INDEXED BY event_in_group WHERE e.group_id = ?1 LIMIT ?2)",
    "
DELETE FROM event WHERE id IN (SELECT e.id FROM event e WHERE e.group_id = ?1 LIMIT ?2)",
);

/// Deletes up to ?2 changed occurrences of series of group ?1, before the series that would take all of theirs along.
pub(in crate::store) const PURGE_CHANGED: Sql = Sql::each(
    "
DELETE FROM event WHERE id IN (
    SELECT e.id FROM event e INDEXED BY event_changed_in_group
    WHERE e.group_id = ?1 AND e.series_id IS NOT NULL LIMIT ?2)",
    "
DELETE FROM event WHERE id IN (
    SELECT e.id FROM event e WHERE e.group_id = ?1 AND e.series_id IS NOT NULL LIMIT ?2)",
);

/// Deletes up to ?2 objects of group ?1, whose events are gone. INDEXED BY forces the index of objects by group.
pub(in crate::store) const PURGE_OBJECTS: Sql = Sql::each(
    "
DELETE FROM calendar_object WHERE id IN (
    SELECT o.id FROM calendar_object o INDEXED BY calendar_object_in_group WHERE o.group_id = ?1 LIMIT ?2)",
    "
DELETE FROM calendar_object WHERE id IN (
    SELECT o.id FROM calendar_object o WHERE o.group_id = ?1 LIMIT ?2)",
);

/// Deletes up to ?2 tombstones of group ?1.
pub(in crate::store) const PURGE_TOMBSTONES: Sql = Sql::both(
    "
DELETE FROM tombstone WHERE group_id = ?1 AND change <= (
    SELECT few.change FROM (
        SELECT t.change FROM tombstone t WHERE t.group_id = ?1 ORDER BY t.change LIMIT ?2) few
    ORDER BY few.change DESC LIMIT 1)",
);

/// Deletes up to ?2 rows of the history of group ?1.
pub(in crate::store) const PURGE_HISTORY: Sql = Sql::both(
    "
DELETE FROM history WHERE id IN (
    SELECT h.id FROM history h WHERE h.group_id = ?1 ORDER BY h.id LIMIT ?2)",
);

/// Deletes up to ?2 names of objects of group ?1.
pub(in crate::store) const PURGE_NAMES: Sql = Sql::both(
    "
DELETE FROM resource_name WHERE object_id IN (
    SELECT n.object_id FROM resource_name n WHERE n.group_id = ?1 LIMIT ?2)",
);

const DELETE: Sql = Sql::both("DELETE FROM calendar_group WHERE id = ?1");

/// How many rows of a deleted group are purged in one transaction, which takes a few milliseconds.
const SLICE: u16 = 500;

/// The id above which `page` begins.
fn above(page: Page<GroupId>) -> i64 {
    page.after.map_or(i64::MIN, |GroupId(id)| id)
}

fn from_row(row: &Row<'_>) -> Result<Group> {
    Ok(Group {
        id: GroupId(row.get(0)?),
        creator: UserId(row.get(1)?),
        name: row.get(2)?,
        creator_email: Email::stored(row.get(3)?),
        created: WallTime::from_seconds(row.get(4)?)?,
        updated: row.get::<Option<i64>>(5)?.map(WallTime::from_seconds).transpose()?,
        subscription: match row.get(6)? {
            Some(url) => {
                Some(Subscription { url: Some(url), read: row.get(7)?, problem: row.get(8)? })
            }
            None => None,
        },
        everyone: Everyone::of_number(row.get(9)?),
        color: row.get(10)?,
        description: row.get(11)?,
        membership: row.get::<Option<i64>>(12)?.and_then(Role::of_number),
    })
}

impl Snapshot<'_> {
    /// The group with that id, as `reader` stands to it. Whether they may see it is not asked here (`access::seen_group`).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn group(&self, id: GroupId, reader: Option<UserId>) -> Result<Option<Group>> {
        self.conn.row(BY_ID, params![id.0, reader.map(|user| user.0)], from_row)
    }

    /// How many events the group with that id has.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_events_in_group(&self, id: GroupId) -> Result<u64> {
        let count: i64 = self.conn.one(COUNT_EVENTS, params![id.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// How many groups `creator` created; `most` if there are more.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_groups_of(&self, creator: UserId, most: u32) -> Result<u32> {
        self.conn.one(COUNT_OF_CREATOR, params![creator.0, most], |row| row.get(0))
    }

    /// The groups in `page` of the list of all groups that `reader` may see, by id.
    ///
    /// # Errors
    /// If the database cannot be read, or the groups take more than `room`.
    pub fn groups(&self, reader: UserId, page: Page<GroupId>, room: Room) -> Result<Vec<Group>> {
        self.select_groups(ALL, params![above(page), page.rows(), reader.0], room)
    }

    /// All groups, also those that are private, by id: for whoever runs the server.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn all_groups(&self) -> Result<Vec<Group>> {
        self.select_groups(WHOLE, params![], Room::unlimited())
    }

    /// The groups that `user` created or owns, and of which nobody else is a member, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn groups_alone_of(&self, user: UserId) -> Result<Vec<Group>> {
        self.select_groups(ALONE, params![user.0], Room::unlimited())
    }

    /// How many groups `user` created, or owns alone, and shares with other members.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_shared_groups_of(&self, user: UserId) -> Result<u64> {
        let count: i64 = self.conn.one(COUNT_SHARED, params![user.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The groups in `page` of the list of those that `creator` created and may see, by id.
    ///
    /// # Errors
    /// If the database cannot be read, or the groups take more than `room`.
    pub fn groups_of(
        &self,
        creator: UserId,
        page: Page<GroupId>,
        room: Room,
    ) -> Result<Vec<Group>> {
        self.select_groups(OF_CREATOR, params![creator.0, above(page), page.rows()], room)
    }

    fn select_groups(&self, sql: Sql, params: &[Param<'_>], mut room: Room) -> Result<Vec<Group>> {
        self.conn.rows(sql, params, |row| {
            let group = from_row(row)?;
            room.take(group.least_bytes())?;
            Ok(group)
        })
    }
}

impl Transaction<'_> {
    /// Adds a group, which its creator owns.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_group(
        &self,
        creator: UserId,
        details: &GroupDetails,
        created: WallTime,
    ) -> Result<GroupId> {
        let state = state_of_group(details);
        let GroupDetails { name, everyone, color, description } = details;
        let (color, description) = (color.as_ref().map(Color::as_str), description.as_deref());
        let (created, everyone) = (created.seconds(), everyone.number());
        let row = params![name.as_str(), creator.0, created, everyone, color, description];
        let id = self.conn.one(INSERT, row, |row| row.get(0).map(GroupId))?;
        self.note_made_group(id, creator, name, state)?;
        Ok(id)
    }

    /// Notes that a group was made, or came back, by `by`.
    pub(super) fn note_made_group(
        &self,
        id: GroupId,
        by: UserId,
        name: &ShortText,
        state: i64,
    ) -> Result<()> {
        self.note_made(&MadeRow {
            about: Touched::Group(id),
            owner: by,
            group: Some(id),
            subject: Some(name.as_str()),
            private: false,
            state,
        })
    }

    /// Adds a group; its creator must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_group(
        &self,
        id: Option<GroupId>,
        creator: UserId,
        name: &ShortText,
        created: WallTime,
        updated: Option<WallTime>,
    ) -> Result<GroupId> {
        let (name, creator) = (name.as_str(), creator.0);
        let (created, updated) = (created.seconds(), updated.map(WallTime::seconds));
        let Some(id) = id else {
            let row = params![name, creator, created, updated];
            return self.conn.one(IMPORT, row, |row| row.get(0).map(GroupId));
        };
        let row = params![id.0, name, creator, created, updated];
        let id = self.conn.one(IMPORT_AS, row, |row| row.get(0))?;
        sequences::pass_imported(self.conn, "calendar_group", id)?;
        Ok(GroupId(id))
    }

    /// Changes a group. If it becomes private, those who are no members see nothing of it when this returns; what they
    /// have selected of it, and their feeds, are purged later.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn change_group(
        &self,
        id: GroupId,
        details: &GroupDetails,
        updated: Option<WallTime>,
    ) -> Result<()> {
        self.note_group_before(id, Some(details))?;
        let GroupDetails { name, everyone, color, description } = details;
        let (color, description) = (color.as_ref().map(Color::as_str), description.as_deref());
        let (updated, everyone) = (updated.map(WallTime::seconds), everyone.number());
        let row = params![id.0, name.as_str(), updated, color, description, everyone];
        self.conn.execute(CHANGE, row).map(drop)
    }

    /// Deletes a group with its events, and removes it from every selection. If it has many rows, most
    /// of them are only hidden when this returns, and are purged later. With `trashed`, the time, all of it is hidden, and
    /// can be brought back until the trash is emptied.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_group(&self, id: GroupId, trashed: Option<WallTime>) -> Result<()> {
        self.note_group_before(id, None)?;
        self.conn.execute(MARK_DELETED, params![id.0, trashed.map(WallTime::seconds)])?;
        match self.conn {
            _ if trashed.is_some() => Ok(()),
            // What the purge writes belongs to many users, whose own writes wait for this group.
            Conn::Postgres(_) => Ok(()),
            Conn::Sqlite(_) => purge_slice(self.conn, id).map(drop),
        }
    }
}

/// Deletes some rows of a deleted group, and the group itself with the last of them. Gives how many
/// rows were deleted.
fn purge_slice(conn: Conn<'_>, id: GroupId) -> Result<usize> {
    let slice = params![id.0, SLICE];
    let mut purged = looks::purge(conn, id.0, SLICE)?;
    if purged >= usize::from(SLICE) {
        return Ok(purged);
    }
    if let Conn::Postgres(_) = conn {
        // In a transaction of its own, so that users are locked in the order of their ids.
        if purged > 0 {
            return Ok(purged);
        }
        conn.rows(LOCK_SELECTORS, slice, |_| Ok(()))?;
    }
    for sql in [
        PURGE_SELECTIONS,
        PURGE_CHANGED,
        PURGE_EVENTS,
        PURGE_OBJECTS,
        PURGE_TOMBSTONES,
        PURGE_HISTORY,
        PURGE_NAMES,
    ] {
        let rows = conn.execute(sql, slice)?;
        purged += rows;
        if rows >= usize::from(SLICE) {
            return Ok(purged);
        }
    }
    Ok(purged + conn.execute(DELETE, params![id.0])?)
}

/// Deletes some of the remaining rows of a deleted group; gives how many.
pub(in crate::store) fn purge_deleted(conn: Conn<'_>) -> Result<usize> {
    let next = conn.row(NEXT_DELETED, params![], |row| row.get(0))?;
    next.map_or(Ok(0), |id| purge_slice(conn, GroupId(id)))
}
