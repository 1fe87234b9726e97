//! The table `member`: who may do what in a group, beside what everyone may.
//!
//! Whoever changes members locks the group, so that two owners cannot remove each other at the same time. Nothing of the
//! member's own is locked. So when somebody has lost sight of a group, only its version moves and its count `narrowed`: the
//! queries of views leave it out for them from then on. Upkeep purges later, in slices, what they have selected, with a lock
//! on their row, and their feeds of the group.

use crate::error::Result;
use crate::model::{Email, Everyone, GroupId, GroupMember, Role, Standing, UserId, WallTime};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};
use crate::store::tables::looks;

/// How user ?2 stands to group ?1.
pub(in crate::store) const STANDING: Sql = Sql::both(
    "
SELECT g.everyone, m.role, s.group_id
FROM calendar_group g LEFT JOIN member m ON m.group_id = g.id AND m.user_id = ?2
LEFT JOIN subscription s ON s.group_id = g.id
WHERE g.id = ?1 AND g.deleted = 0",
);

/// Locks group ?1.
const LOCK: Sql = Sql::both("SELECT g.id FROM calendar_group g WHERE g.id = ?1").locking("g");

/// The members of group ?1 who have at least the role ?2, the highest roles first.
pub(in crate::store) const OF_GROUP: Sql = Sql::both(
    r#"
SELECT u.email, m.role FROM member m JOIN "user" u ON u.id = m.user_id
WHERE m.group_id = ?1 AND m.role >= ?2 ORDER BY m.role DESC, m.user_id"#,
);

/// What user ?2 is in group ?1.
const ROLE: Sql = Sql::both("SELECT role FROM member WHERE group_id = ?1 AND user_id = ?2");

/// A user by their folded email, without a lock on their row.
const USER: Sql = Sql::both(r#"SELECT id FROM "user" WHERE email_folded = ?1"#);

/// Counts the members of group ?1 who have at least the role ?2, up to ?3.
pub(in crate::store) const COUNT: Sql = Sql::both(
    "
SELECT count(*) FROM (
    SELECT 1 FROM member m WHERE m.group_id = ?1 AND m.role >= ?2 LIMIT ?3) AS few",
);

const PUT: Sql = Sql::both(
    "
INSERT INTO member (group_id, user_id, role, created) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (group_id, user_id) DO UPDATE SET role = excluded.role",
);

const DELETE: Sql = Sql::both("DELETE FROM member WHERE group_id = ?1 AND user_id = ?2");

/// Has the calendars of all who have selected group ?1 looked at anew, whose members have changed.
const NOTE_CHANGE: Sql = Sql::both(
    "
UPDATE calendar_group SET version = version + 1,
    narrowed = narrowed + CASE WHEN everyone = 0 THEN ?2 ELSE 0 END
WHERE id = ?1",
);

/// A group of which somebody may have lost sight. INDEXED BY forces the index of those.
pub(in crate::store) const NEXT_NARROWED: Sql = Sql::each(
    "
SELECT id, narrowed FROM calendar_group INDEXED BY calendar_group_narrowed
WHERE narrowed > 0 AND deleted = 0 LIMIT 1",
    "SELECT id, narrowed FROM calendar_group WHERE narrowed > 0 AND deleted = 0 LIMIT 1",
);

/// Locks up to ?2 users who have selected group ?1 and may not see it, in the order of their ids.
const LOCK_LOST: Sql = Sql::both(
    r#"
SELECT u.id FROM "user" u
WHERE u.id IN (
    SELECT s.user_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.group_id = ?1 AND g.everyone = 0
        AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = ?1 AND m.user_id = s.user_id)
    ORDER BY s.user_id LIMIT ?2)
ORDER BY u.id"#,
)
.locking("u");

/// Removes group ?1 from up to ?2 selections of users who may not see it.
pub(in crate::store) const PURGE_SELECTIONS: Sql = Sql::both(
    "
DELETE FROM selection WHERE group_id = ?1 AND user_id IN (
    SELECT s.user_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.group_id = ?1 AND g.everyone = 0
        AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = ?1 AND m.user_id = s.user_id)
    ORDER BY s.user_id LIMIT ?2)",
);

/// Deletes up to ?2 feeds of group ?1 whose users may not see it.
pub(in crate::store) const PURGE_FEEDS: Sql = Sql::both(
    "
DELETE FROM feed WHERE id IN (
    SELECT f.id FROM feed f JOIN calendar_group g ON g.id = f.group_id
    WHERE f.group_id = ?1 AND g.everyone = 0
        AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = ?1 AND m.user_id = f.user_id)
    ORDER BY f.id LIMIT ?2)",
);

/// All is purged, unless somebody has lost sight of the group since.
const SETTLE: Sql =
    Sql::both("UPDATE calendar_group SET narrowed = 0 WHERE id = ?1 AND narrowed = ?2");

/// How many rows are purged in one transaction.
const SLICE: u16 = 500;

impl Snapshot<'_> {
    /// How `user` stands to `group`; none if there is no such group.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn standing(&self, user: UserId, group: GroupId) -> Result<Option<Standing>> {
        // What is written next may refer to the group, so its row must not be purged meanwhile.
        let sql = if self.to_write { STANDING.keeping("g") } else { STANDING };
        self.standing_by(sql, user, group)
    }

    fn standing_by(&self, sql: Sql, user: UserId, group: GroupId) -> Result<Option<Standing>> {
        self.conn.row(sql, params![group.0, user.0], |row| {
            let everyone = Everyone::of_number(row.get(0)?);
            let member = row.get::<Option<i64>>(1)?.and_then(Role::of_number);
            Ok(Standing {
                role: member.or(everyone.role()),
                is_member: member.is_some(),
                everyone,
                is_filled: row.get::<Option<i64>>(2)?.is_some(),
            })
        })
    }

    /// The members of `group` who have at least the role `least`, the highest roles first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn members_of(&self, group: GroupId, least: Role) -> Result<Vec<GroupMember>> {
        let rows = self.conn.rows(OF_GROUP, params![group.0, least.number()], |row| {
            Ok((Email::stored(row.get(0)?), Role::of_number(row.get(1)?)))
        })?;
        let members = rows.into_iter();
        Ok(members.filter_map(|(email, role)| Some(GroupMember { email, role: role? })).collect())
    }

    /// How many members of `group` have at least the role `least`, counted up to `most`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_members(&self, group: GroupId, least: Role, most: u32) -> Result<u32> {
        self.conn.one(COUNT, params![group.0, least.number(), most], |row| row.get(0))
    }

    /// What `user` is in `group`; none if they are no member.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn membership(&self, group: GroupId, user: UserId) -> Result<Option<Role>> {
        let role = self.conn.row(ROLE, params![group.0, user.0], |row| row.get::<i64>(0))?;
        Ok(role.and_then(Role::of_number))
    }

    /// The user who registered with `email`, ignoring case. Unlike [`Snapshot::user_by_email`] it locks nothing, so it is for
    /// users other than the caller.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn other_user(&self, email: &Email) -> Result<Option<UserId>> {
        self.conn.row(USER, params![&email.folded()], |row| row.get(0).map(UserId))
    }
}

impl Transaction<'_> {
    /// Keeps others from changing `group` and its members until this transaction ends.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn lock_group(&self, group: GroupId) -> Result<()> {
        self.conn.row(LOCK, params![group.0], |_| Ok(())).map(drop)
    }

    /// As [`Snapshot::standing`], and keeps others from changing the group and its members until this transaction ends.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn locked_standing(&self, user: UserId, group: GroupId) -> Result<Option<Standing>> {
        // A statement that has waited for the lock sees the group as it is then, and its members as they were before.
        self.lock_group(group)?;
        self.standing_by(STANDING, user, group)
    }

    /// Makes `user` a member of `group`, or gives a member another role.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn put_member(
        &self,
        group: GroupId,
        user: UserId,
        role: Role,
        now: WallTime,
    ) -> Result<()> {
        self.note_member_before(group, user, Some(role))?;
        self.conn.execute(NOTE_CHANGE, params![group.0, 0_i64])?;
        self.conn.execute(PUT, params![group.0, user.0, role.number(), now.seconds()]).map(drop)
    }

    /// Removes a member of `group`. If that is private, they see nothing of it when this returns.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_member(&self, group: GroupId, user: UserId) -> Result<()> {
        self.note_member_before(group, user, None)?;
        self.conn.execute(DELETE, params![group.0, user.0])?;
        self.conn.execute(NOTE_CHANGE, params![group.0, 1_i64]).map(drop)
    }
}

/// Purges some of what users have of a group of which they have lost sight; gives whether, as a number, there was anything
/// to look at.
pub(in crate::store) fn purge_lost(conn: Conn<'_>) -> Result<usize> {
    let next = conn.row(NEXT_NARROWED, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((group, narrowed)): Option<(i64, i64)> = next else { return Ok(0) };
    // In a transaction of its own, so that users are locked in the order of their ids.
    let looks = looks::purge_lost(conn, group, SLICE)?;
    if looks > 0 {
        return Ok(looks);
    }
    let slice = params![group, SLICE];
    if let Conn::Postgres(_) = conn {
        conn.rows(LOCK_LOST, slice, |_| Ok(()))?;
    }
    for sql in [PURGE_SELECTIONS, PURGE_FEEDS] {
        let rows = conn.execute(sql, slice)?;
        if rows >= usize::from(SLICE) {
            return Ok(rows);
        }
    }
    conn.execute(SETTLE, params![group, narrowed])?;
    Ok(1)
}
