//! The table `resource_name`: what clients of CalDAV call the objects of a calendar.
//!
//! Whoever writes a name has locked the calendar's row by the change of an object before.

use crate::error::Result;
use crate::model::{CalendarOf, ObjectId};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// All names in the personal calendar of user ?1.
pub(in crate::store) const PERSONAL: Sql =
    Sql::both("SELECT n.object_id, n.name FROM resource_name n WHERE n.user_id = ?1");

pub(in crate::store) const IN_GROUP: Sql =
    Sql::both("SELECT n.object_id, n.name FROM resource_name n WHERE n.group_id = ?1");

/// The object that is called ?2 there.
pub(in crate::store) const PERSONAL_BY_NAME: Sql =
    Sql::both("SELECT n.object_id FROM resource_name n WHERE n.user_id = ?1 AND n.name = ?2");

pub(in crate::store) const IN_GROUP_BY_NAME: Sql =
    Sql::both("SELECT n.object_id FROM resource_name n WHERE n.group_id = ?1 AND n.name = ?2");

/// What object ?1 is called.
pub(in crate::store) const OF_OBJECT: Sql =
    Sql::both("SELECT n.name FROM resource_name n WHERE n.object_id = ?1");

const DELETE_PERSONAL: Sql =
    Sql::both("DELETE FROM resource_name WHERE user_id = ?1 AND name = ?2");
const DELETE_IN_GROUP: Sql =
    Sql::both("DELETE FROM resource_name WHERE group_id = ?1 AND name = ?2");
const DELETE_OF_OBJECT: Sql = Sql::both("DELETE FROM resource_name WHERE object_id = ?1");
const INSERT: Sql = Sql::both(
    "INSERT INTO resource_name (object_id, user_id, group_id, name) VALUES (?1, ?2, ?3, ?4)",
);

/// Deletes the names in a calendar of objects that are gone, and of whose deletion nobody is told any more.
const PRUNE_PERSONAL: Sql = Sql::both(
    "
DELETE FROM resource_name WHERE user_id = ?1
    AND NOT EXISTS (SELECT 1 FROM calendar_object o WHERE o.id = resource_name.object_id)
    AND object_id NOT IN (
        SELECT CAST(substr(t.name, 8) AS BIGINT) FROM tombstone t
        WHERE t.user_id = ?1 AND substr(t.name, 1, 7) = 'object-')",
);
const PRUNE_IN_GROUP: Sql = Sql::both(
    "
DELETE FROM resource_name WHERE group_id = ?1
    AND NOT EXISTS (SELECT 1 FROM calendar_object o WHERE o.id = resource_name.object_id)
    AND object_id NOT IN (
        SELECT CAST(substr(t.name, 8) AS BIGINT) FROM tombstone t
        WHERE t.group_id = ?1 AND substr(t.name, 1, 7) = 'object-')",
);

impl Snapshot<'_> {
    /// What the objects of `calendar` are called, also some that are gone, where clients have named them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn resource_names(&self, calendar: CalendarOf) -> Result<Vec<(ObjectId, String)>> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(user) => (PERSONAL, user.0),
            CalendarOf::Group(group) => (IN_GROUP, group.0),
        };
        self.conn.rows(sql, params![of], |row: &Row<'_>| Ok((ObjectId(row.get(0)?), row.get(1)?)))
    }

    /// The object of `calendar` that a client has called `name`, which may be gone.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn object_called(&self, calendar: CalendarOf, name: &str) -> Result<Option<ObjectId>> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(user) => (PERSONAL_BY_NAME, user.0),
            CalendarOf::Group(group) => (IN_GROUP_BY_NAME, group.0),
        };
        self.conn.row(sql, params![of, name], |row| row.get(0).map(ObjectId))
    }

    /// What a client has called an object.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn name_of_object(&self, object: ObjectId) -> Result<Option<String>> {
        self.conn.row(OF_OBJECT, params![object.0], |row| row.get(0))
    }
}

impl Transaction<'_> {
    /// Calls an object of `calendar` by a name, which no other object has then.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn name_object(&self, calendar: CalendarOf, object: ObjectId, name: &str) -> Result<()> {
        let (sql, of, user, group) = match calendar {
            CalendarOf::Personal(user) => (DELETE_PERSONAL, user.0, Some(user.0), None),
            CalendarOf::Group(group) => (DELETE_IN_GROUP, group.0, None, Some(group.0)),
        };
        self.conn.execute(sql, params![of, name])?;
        self.conn.execute(DELETE_OF_OBJECT, params![object.0])?;
        self.conn.execute(INSERT, params![object.0, user, group, name]).map(drop)
    }
}

/// Deletes the names of a calendar, `of` a user or a group, that nobody needs any more.
pub(in crate::store) fn prune(conn: Conn<'_>, of: i64, is_group: bool) -> Result<()> {
    let sql = if is_group { PRUNE_IN_GROUP } else { PRUNE_PERSONAL };
    conn.execute(sql, params![of]).map(drop)
}
