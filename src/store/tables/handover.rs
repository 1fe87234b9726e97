//! Who gets the groups of a user who is removed.
//!
//! A removal is one transaction, so all that it changes is locked first, in the order of every other write. Each group that goes
//! to somebody has an entry of its own in its history: what else goes has none, since nothing of it is left.

use crate::error::Result;
use crate::model::{Author, GroupId, Role, UserId};
use crate::store::engine::Transaction;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Param, Sql, params};

/// Locks the users who selected a group that user ?1 created or owns, whose rows a trigger changes when it is deleted, in
/// the order of their ids.
const LOCK_SELECTORS: Sql = Sql::both(r#"
SELECT u.id FROM "user" u
WHERE u.id IN (
    SELECT s.user_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4))
ORDER BY u.id"#)
.locking("u");

/// Locks the events of user ?1 and those in the groups that they created or own, in the order of their ids.
const LOCK_EVENTS: Sql = Sql::both(
    "
SELECT e.id FROM event e
WHERE e.user_id = ?1 OR e.group_id IN (
    SELECT g.id FROM calendar_group g
    WHERE g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4))
ORDER BY e.id",
)
.locking("e");

/// Locks the objects of user ?1 and those in the groups that they created or own, in the order of their ids.
const LOCK_OBJECTS: Sql = Sql::both(
    "
SELECT o.id FROM calendar_object o
WHERE o.user_id = ?1 OR o.group_id IN (
    SELECT g.id FROM calendar_group g
    WHERE g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4))
ORDER BY o.id",
)
.locking("o");

/// Locks the groups that user ?1 created, owns or has events or objects in, in the order of their ids.
const LOCK_GROUPS: Sql = Sql::both(
    "
SELECT g.id FROM calendar_group g
WHERE g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4)
    OR g.id IN (SELECT e.group_id FROM event e WHERE e.user_id = ?1 AND e.group_id IS NOT NULL)
    OR g.id IN (SELECT o.group_id FROM calendar_object o WHERE o.user_id = ?1 AND o.group_id IS NOT NULL)
ORDER BY g.id",
)
.locking("g");

/// Has the outside calendars read anew that fill groups in the name of user ?1: the events in them go with the user.
const REFILL_GROUPS: Sql = Sql::both(
    "
UPDATE subscription SET etag = NULL, modified = NULL, due = 0
WHERE group_id IN (SELECT g.id FROM calendar_group g WHERE g.creator_id = ?1)
    OR group_id IN (SELECT o.group_id FROM calendar_object o WHERE o.user_id = ?1 AND o.group_id IS NOT NULL)",
);

const GIVE_GROUPS: Sql =
    Sql::both("UPDATE calendar_group SET creator_id = ?2 WHERE creator_id = ?1");

/// Makes user ?2 an owner of the groups that user ?1 created.
const GIVE_MEMBERSHIP: Sql = Sql::both(
    "
INSERT INTO member (group_id, user_id, role, created)
SELECT g.id, ?2, 4, g.created FROM calendar_group g WHERE g.creator_id = ?1
ON CONFLICT (group_id, user_id) DO UPDATE SET role = excluded.role",
);

/// Makes an owner of the member of each group of which user ?1 is an owner who has the highest role of the others, for
/// the longest time: of one that has another owner, that one.
const HAND_OVER_OWNED: Sql = Sql::both(
    "
UPDATE member SET role = 4
WHERE group_id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4)
    AND user_id = (
        SELECT o.user_id FROM member o WHERE o.group_id = member.group_id AND o.user_id <> ?1
        ORDER BY o.role DESC, o.created, o.user_id LIMIT 1)",
);

/// The groups that user ?1 created or owns with other members: each with the one of these who gets it, whether that one becomes
/// an owner by it, and whether user ?1 is a member.
const HEIRS: Sql = Sql::both(
    "
SELECT g.id, o.user_id, CAST(CASE WHEN m.role = 4 AND o.role < 4 THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN m.role IS NULL THEN 0 ELSE 1 END AS BIGINT)
FROM calendar_group g JOIN member o ON o.group_id = g.id AND o.user_id = (
    SELECT x.user_id FROM member x WHERE x.group_id = g.id AND x.user_id <> ?1
    ORDER BY x.role DESC, x.created, x.user_id LIMIT 1)
LEFT JOIN member m ON m.group_id = g.id AND m.user_id = ?1
WHERE g.creator_id = ?1 OR m.role = 4
ORDER BY g.id",
);

/// The groups that user ?1 created, which user ?2 gets, in the form of [`HEIRS`].
const GIVEN: Sql = Sql::both(
    "
SELECT g.id, CAST(?2 AS BIGINT), CAST(1 AS BIGINT), CAST(CASE WHEN m.role IS NULL THEN 0 ELSE 1 END AS BIGINT)
FROM calendar_group g LEFT JOIN member m ON m.group_id = g.id AND m.user_id = ?1
WHERE g.creator_id = ?1 ORDER BY g.id",
);

/// Makes that member the creator of each group that user ?1 created.
const HAND_OVER_CREATED: Sql = Sql::both(
    "
UPDATE calendar_group SET creator_id = (
    SELECT o.user_id FROM member o WHERE o.group_id = calendar_group.id AND o.user_id <> ?1
    ORDER BY o.role DESC, o.created, o.user_id LIMIT 1)
WHERE creator_id = ?1
    AND EXISTS (SELECT 1 FROM member o WHERE o.group_id = calendar_group.id AND o.user_id <> ?1)",
);

/// Makes user ?1 the creator of each group of which they are the only member, so that it goes where theirs go.
const ADOPT: Sql = Sql::both(
    "
UPDATE calendar_group SET creator_id = ?1
WHERE creator_id <> ?1 AND id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4)
    AND NOT EXISTS (SELECT 1 FROM member o WHERE o.group_id = calendar_group.id AND o.user_id <> ?1)",
);

impl Transaction<'_> {
    /// Prepares the removal of `user`: hands over their groups that have other members, so that the others, which they
    /// leave alone, are those that they created. With an `author`, the history of each says so.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn hand_over_groups(&self, user: UserId, author: Option<&Author>) -> Result<()> {
        self.lock_all_of(user)?;
        self.note_handed_over(HEIRS, params![user.0], user, author)?;
        for sql in [REFILL_GROUPS, HAND_OVER_OWNED, HAND_OVER_CREATED, ADOPT] {
            self.conn.execute(sql, params![user.0])?;
        }
        Ok(())
    }

    /// Makes `heir` the creator and an owner of all groups that `user` created. With an `author`, the history of each says so.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn give_groups(&self, user: UserId, heir: UserId, author: Option<&Author>) -> Result<()> {
        self.note_handed_over(GIVEN, params![user.0, heir.0], user, author)?;
        self.conn.execute(GIVE_MEMBERSHIP, params![user.0, heir.0])?;
        self.conn.execute(GIVE_GROUPS, params![user.0, heir.0]).map(drop)
    }

    /// Notes of each group that `sql` gives, with who gets it, that they become an owner and that `user` is no member any more:
    /// an entry each, by `author`.
    fn note_handed_over(
        &self,
        sql: Sql,
        params: &[Param<'_>],
        user: UserId,
        author: Option<&Author>,
    ) -> Result<()> {
        let Some(author) = author else { return Ok(()) };
        let handed = self.conn.rows(sql, params, |row| {
            Ok((
                GroupId(row.get(0)?),
                UserId(row.get(1)?),
                row.get::<bool>(2)?,
                row.get::<bool>(3)?,
            ))
        })?;
        for (group, heir, becomes_owner, was_member) in handed {
            if becomes_owner {
                self.record(author.clone());
                self.note_member_before(group, heir, Some(Role::Owner))?;
            }
            if was_member {
                self.record(author.clone());
                self.note_member_before(group, user, None)?;
            }
        }
        self.recorder.replace(None);
        Ok(())
    }

    /// Locks, in the order of every other write, what a removal of `user` changes.
    fn lock_all_of(&self, user: UserId) -> Result<()> {
        if let Conn::Postgres(_) = self.conn {
            for sql in [LOCK_SELECTORS, LOCK_EVENTS, LOCK_OBJECTS, LOCK_GROUPS] {
                self.conn.each(sql, params![user.0], |_| Ok(()))?;
            }
        }
        Ok(())
    }
}
