//! The table `calendar_group`.

use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::error::Result;
use crate::model::{Email, Group, GroupId, ShortText, UserId, WallTime};
use crate::store::engine::{Snapshot, Transaction};

pub(in crate::store) const SELECT: &str = "SELECT g.id, g.name, u.email, g.created, g.updated
    FROM calendar_group g JOIN user u ON u.id = g.creator_id";

/// Counts the groups, without those that are deleted and still to be swept.
pub(in crate::store) const COUNT: &str = "SELECT count(*) FROM calendar_group WHERE deleted = 0";

pub(in crate::store) const BY_ID: &str = "WHERE g.id = ?1 AND g.deleted = 0";
pub(in crate::store) const ALL: &str = "WHERE g.deleted = 0 ORDER BY g.id";
pub(in crate::store) const OF_CREATOR: &str =
    "WHERE g.creator_id = ?1 AND g.deleted = 0 ORDER BY g.id";

/// How many events of a deleted group go in one transaction, which takes a few milliseconds.
const SLICE: u16 = 500;

pub(in crate::store) const DELETED: &str =
    "SELECT id FROM calendar_group INDEXED BY calendar_group_deleted WHERE deleted = 1 LIMIT 1";
pub(in crate::store) const EVENTS: &str = "DELETE FROM event WHERE id IN (
    SELECT id FROM event INDEXED BY event_in_group WHERE group_id = ?1 LIMIT ?2)";

pub(in crate::store) const COUNT_EVENTS: &str = "SELECT count(*) FROM event WHERE group_id = ?1";

fn from_row(row: &Row<'_>) -> Result<Group> {
    Ok(Group {
        id: GroupId(row.get(0)?),
        name: row.get(1)?,
        creator_email: Email::stored(row.get(2)?),
        created: WallTime::from_seconds(row.get(3)?)?,
        updated: row.get::<_, Option<i64>>(4)?.map(WallTime::from_seconds).transpose()?,
    })
}

impl Snapshot<'_> {
    /// The group of that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn group(&self, id: GroupId) -> Result<Option<Group>> {
        Ok(self.groups_where(BY_ID, [id.0])?.pop())
    }

    /// Who made the group of that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn creator_of_group(&self, id: GroupId) -> Result<Option<UserId>> {
        let sql = "SELECT creator_id FROM calendar_group WHERE id = ?1 AND deleted = 0";
        let row = self.conn.prepare_cached(sql)?.query_row([id.0], |row| row.get(0)).optional()?;
        Ok(row.map(UserId))
    }

    /// How many events are in the group of that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_events_in_group(&self, id: GroupId) -> Result<u64> {
        let mut statement = self.conn.prepare_cached(COUNT_EVENTS)?;
        let count: i64 = statement.query_row([id.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// All groups, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn groups(&self) -> Result<Vec<Group>> {
        self.groups_where(ALL, [])
    }

    /// The groups that `creator` made, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn groups_of(&self, creator: UserId) -> Result<Vec<Group>> {
        self.groups_where(OF_CREATOR, [creator.0])
    }

    fn groups_where(&self, condition: &str, params: impl Params) -> Result<Vec<Group>> {
        let mut statement = self.conn.prepare_cached(&format!("{SELECT} {condition}"))?;
        let mut rows = statement.query(params)?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next()? {
            groups.push(from_row(row)?);
        }
        Ok(groups)
    }
}

impl Transaction<'_> {
    /// Adds a group.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_group(
        &self,
        creator: UserId,
        name: &ShortText,
        created: WallTime,
    ) -> Result<GroupId> {
        let sql = "INSERT INTO calendar_group (name, creator_id, created) VALUES (?1, ?2, ?3)";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(GroupId(statement.insert((name.as_str(), creator.0, created.seconds()))?))
    }

    /// Gives a group another name.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn rename_group(&self, id: GroupId, name: &ShortText, updated: WallTime) -> Result<()> {
        let sql = "UPDATE calendar_group SET name = ?2, updated = ?3 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute((id.0, name.as_str(), updated.seconds()))?;
        Ok(())
    }

    /// Removes a group, its events and its place in every selection. Of many events the most are
    /// only out of sight when this returns, and go later.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_group(&self, id: GroupId) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM selection WHERE group_id = ?1")?.execute([id.0])?;
        let sql = "UPDATE calendar_group SET deleted = 1 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute([id.0])?;
        delete_some(self.conn, id).map(drop)
    }
}

/// Removes some events of a deleted group, and with the last of them the group. Gives how many
/// rows went.
fn delete_some(conn: &Connection, id: GroupId) -> Result<usize> {
    let gone = conn.prepare_cached(EVENTS)?.execute((id.0, SLICE))?;
    if gone == usize::from(SLICE) {
        return Ok(gone);
    }
    Ok(gone + conn.prepare_cached("DELETE FROM calendar_group WHERE id = ?1")?.execute([id.0])?)
}

/// Removes some of what deleted groups have left behind; gives how many rows.
pub(in crate::store) fn purge_deleted(conn: &Connection) -> Result<usize> {
    let next = conn.prepare_cached(DELETED)?.query_row([], |row| row.get(0)).optional()?;
    next.map_or(Ok(0), |id| delete_some(conn, GroupId(id)))
}
