//! The table `calendar_property`: what the programs of one user keep with a calendar (RFC 4918, 4).
//!
//! The rows of a user are theirs alone, and written under their own lock.

use crate::error::Result;
use crate::model::{GroupId, UserId};
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The properties that user ?1 has of group ?2, or of the personal calendar (0), by name.
pub(in crate::store) const OF_CALENDAR: Sql = Sql::both(
    "
SELECT p.name, p.value FROM calendar_property p
WHERE p.user_id = ?1 AND coalesce(p.group_id, 0) = ?2 ORDER BY p.name",
);

/// The group of which user ?1 has the property ?2 with the value ?3.
pub(in crate::store) const GROUP_BY_VALUE: Sql = Sql::both(
    "
SELECT p.group_id FROM calendar_property p
WHERE p.user_id = ?1 AND p.group_id IS NOT NULL AND p.name = ?2 AND p.value = ?3
ORDER BY p.group_id LIMIT 1",
);

const DELETE: Sql = Sql::both(
    "DELETE FROM calendar_property WHERE user_id = ?1 AND coalesce(group_id, 0) = ?2 AND name = ?3",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO calendar_property (user_id, group_id, name, value) VALUES (?1, ?2, ?3, ?4)",
);

impl Snapshot<'_> {
    /// The properties that `user` has of `group`, or of the personal calendar, by name: `{namespace}name` and XML.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn calendar_properties(
        &self,
        user: UserId,
        group: Option<GroupId>,
    ) -> Result<Vec<(String, String)>> {
        let group = group.map_or(0, |group| group.0);
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        self.conn.rows(OF_CALENDAR, params![user.0, group], read)
    }
}

impl Snapshot<'_> {
    /// The group of which `user` has that property with that value.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn group_by_property(
        &self,
        user: UserId,
        name: &str,
        value: &str,
    ) -> Result<Option<GroupId>> {
        let row = params![user.0, name, value];
        self.conn.row(GROUP_BY_VALUE, row, |row| row.get(0).map(GroupId))
    }
}

impl Transaction<'_> {
    /// Sets such a property, or takes it away.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_calendar_property(
        &self,
        user: UserId,
        group: Option<GroupId>,
        name: &str,
        value: Option<&str>,
    ) -> Result<()> {
        let of = group.map_or(0, |group| group.0);
        self.conn.execute(DELETE, params![user.0, of, name])?;
        let Some(value) = value else { return Ok(()) };
        let group = group.map(|group| group.0);
        self.conn.execute(INSERT, params![user.0, group, name, value]).map(drop)
    }
}
