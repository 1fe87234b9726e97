//! The table `calendar_look`: which colour each user has given a calendar, and where they list it.
//!
//! The rows of a user are theirs alone, and written under their own lock. Those of a group that was deleted, or of which they have
//! lost sight, are left out at once and purged later, as what they have selected is.

use crate::error::Result;
use crate::model::{Color, GroupId, Look, UserId};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// How the calendars look to user ?1 that they may see (`access::role_in`): the personal one first, then in their order.
pub(in crate::store) const OF_USER: Sql = Sql::both(
    "
SELECT l.group_id, l.color, l.position FROM calendar_look l LEFT JOIN calendar_group g ON g.id = l.group_id
WHERE l.user_id = ?1 AND (l.group_id IS NULL OR g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1)))
ORDER BY CASE WHEN l.group_id IS NULL THEN 0 WHEN l.position IS NULL THEN 2 ELSE 1 END, l.position, l.group_id",
);

/// Counts the rows of user ?1, up to ?2.
pub(in crate::store) const COUNT: Sql = Sql::both(
    "
SELECT count(*) FROM (SELECT 1 FROM calendar_look l WHERE l.user_id = ?1 LIMIT ?2) AS few",
);

/// The groups that user ?1 has put into an order, also those that are left out elsewhere.
pub(in crate::store) const PLACES: Sql = Sql::both(
    "
SELECT l.group_id, l.position FROM calendar_look l
WHERE l.user_id = ?1 AND l.group_id IS NOT NULL AND l.position IS NOT NULL",
);

/// ?2 is the group, or 0 for the personal calendar.
pub(in crate::store) const SET_COLOR: Sql = Sql::both(
    "UPDATE calendar_look SET color = ?3 WHERE user_id = ?1 AND coalesce(group_id, 0) = ?2",
);
pub(in crate::store) const SET_POSITION: Sql = Sql::both(
    "UPDATE calendar_look SET position = ?3 WHERE user_id = ?1 AND coalesce(group_id, 0) = ?2",
);
const INSERT: Sql = Sql::both(
    "INSERT INTO calendar_look (user_id, group_id, color, position) VALUES (?1, ?2, ?3, ?4)",
);

/// Deletes the rows of user ?1 that say nothing.
const DELETE_EMPTY: Sql = Sql::both(
    "DELETE FROM calendar_look WHERE user_id = ?1 AND color IS NULL AND position IS NULL",
);

/// Locks the users of up to ?2 looks of group ?1, in the order of their ids.
const LOCK_USERS: Sql = Sql::both(
    r#"
SELECT u.id FROM "user" u
WHERE u.id IN (SELECT l.user_id FROM calendar_look l WHERE l.group_id = ?1 ORDER BY l.user_id LIMIT ?2)
ORDER BY u.id"#,
)
.locking("u");

/// Deletes up to ?2 looks of group ?1.
pub(in crate::store) const PURGE: Sql = Sql::both(
    "
DELETE FROM calendar_look WHERE group_id = ?1 AND user_id IN (
    SELECT l.user_id FROM calendar_look l WHERE l.group_id = ?1 ORDER BY l.user_id LIMIT ?2)",
);

/// Locks up to ?2 users with looks of group ?1 who may not see it, in the order of their ids.
const LOCK_LOST: Sql = Sql::both(
    r#"
SELECT u.id FROM "user" u
WHERE u.id IN (
    SELECT l.user_id FROM calendar_look l JOIN calendar_group g ON g.id = l.group_id
    WHERE l.group_id = ?1 AND g.everyone = 0
        AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = ?1 AND m.user_id = l.user_id)
    ORDER BY l.user_id LIMIT ?2)
ORDER BY u.id"#,
)
.locking("u");

/// Deletes up to ?2 looks of group ?1 whose users may not see it.
pub(in crate::store) const PURGE_LOST: Sql = Sql::both(
    "
DELETE FROM calendar_look WHERE group_id = ?1 AND user_id IN (
    SELECT l.user_id FROM calendar_look l JOIN calendar_group g ON g.id = l.group_id
    WHERE l.group_id = ?1 AND g.everyone = 0
        AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = ?1 AND m.user_id = l.user_id)
    ORDER BY l.user_id LIMIT ?2)",
);

impl Snapshot<'_> {
    /// How the calendars look to `user` to which they have given a colour or a place: the personal one first, then in their order.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn looks_of(&self, user: UserId) -> Result<Vec<Look>> {
        self.conn.rows(OF_USER, params![user.0], |row| {
            Ok(Look {
                group: row.get::<Option<i64>>(0)?.map(GroupId),
                color: row.get::<Option<String>>(1)?.map(Color::stored),
                position: row.get(2)?,
            })
        })
    }

    /// How many calendars `user` has given a colour or a place; `most` if there are more.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_looks(&self, user: UserId, most: u32) -> Result<u32> {
        self.conn.one(COUNT, params![user.0, most], |row| row.get(0))
    }
}

impl Transaction<'_> {
    /// Gives `group`, or the personal calendar, the colour `color` for `user`; or none of theirs.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_color(
        &self,
        user: UserId,
        group: Option<GroupId>,
        color: Option<&Color>,
    ) -> Result<()> {
        let (group, color) = (group.map(|group| group.0), color.map(Color::as_str));
        let changed = self.conn.execute(SET_COLOR, params![user.0, group.unwrap_or(0), color])?;
        if changed == 0 && color.is_some() {
            self.conn.execute(INSERT, params![user.0, group, color, None::<i64>])?;
        }
        self.conn.execute(DELETE_EMPTY, params![user.0]).map(drop)
    }

    /// Lists the groups of `user` in that order, and all others after them. Only the difference is written.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn replace_order(&self, user: UserId, order: &[GroupId]) -> Result<()> {
        let before: Vec<(i64, i64)> =
            self.conn.rows(PLACES, params![user.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (group, _) in before.iter().filter(|(group, _)| !order.contains(&GroupId(*group))) {
            self.conn.execute(SET_POSITION, params![user.0, *group, None::<i64>])?;
        }
        for (GroupId(group), position) in order.iter().copied().zip(1_i64..) {
            if before.contains(&(group, position)) {
                continue;
            }
            if self.conn.execute(SET_POSITION, params![user.0, group, position])? == 0 {
                let row = params![user.0, group, None::<&str>, position];
                self.conn.execute(INSERT, row)?;
            }
        }
        self.conn.execute(DELETE_EMPTY, params![user.0]).map(drop)
    }
}

/// Deletes up to `slice` looks of a group that was deleted; gives how many.
pub(in crate::store) fn purge(conn: Conn<'_>, group: i64, slice: u16) -> Result<usize> {
    if let Conn::Postgres(_) = conn {
        conn.rows(LOCK_USERS, params![group, slice], |_| Ok(()))?;
    }
    conn.execute(PURGE, params![group, slice])
}

/// Deletes up to `slice` looks of a group whose users have lost sight of it; gives how many.
pub(in crate::store) fn purge_lost(conn: Conn<'_>, group: i64, slice: u16) -> Result<usize> {
    if let Conn::Postgres(_) = conn {
        conn.rows(LOCK_LOST, params![group, slice], |_| Ok(()))?;
    }
    conn.execute(PURGE_LOST, params![group, slice])
}
