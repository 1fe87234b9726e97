//! The groups in the trash: rows of `calendar_group` that are marked as deleted, and not purged yet.

use super::history::state_of_group;
use crate::error::Result;
use crate::model::{Color, Everyone, GroupDetails, GroupId, Role, ShortText, UserId, WallTime};
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// Brings group ?1 back from the trash.
const RESTORE: Sql = Sql::both(
    "
UPDATE calendar_group SET deleted = 0, trashed = NULL, version = version + 1
WHERE id = ?1 AND deleted = 1 AND trashed IS NOT NULL",
);

/// The details of group ?1, which is in the trash, and what user ?2 is in it.
const TRASHED: Sql = Sql::both(
    "
SELECT g.name, g.everyone, g.color, g.description, g.creator_id,
    (SELECT m.role FROM member m WHERE m.group_id = g.id AND m.user_id = ?2)
FROM calendar_group g WHERE g.id = ?1 AND g.deleted = 1 AND g.trashed IS NOT NULL",
)
.locking("g");

/// Counts the groups in the trash that user ?1 created, up to ?2.
pub(in crate::store) const COUNT_TRASHED: Sql = Sql::both(
    "
SELECT count(*) FROM (
    SELECT 1 FROM calendar_group g WHERE g.creator_id = ?1 AND g.trashed IS NOT NULL LIMIT ?2) AS few",
);

/// Has up to ?2 groups purged that were put into the trash before ?1.
pub(in crate::store) const EMPTY_TRASH: Sql = Sql::both(
    "
UPDATE calendar_group SET trashed = NULL WHERE id IN (
    SELECT g.id FROM calendar_group g WHERE g.trashed < ?1 ORDER BY g.trashed LIMIT ?2)",
);

/// Whether a group was put into the trash before ?1.
pub(in crate::store) const IS_DUE: Sql =
    Sql::both("SELECT 1 FROM calendar_group g WHERE g.trashed < ?1 LIMIT 1");

/// How many groups leave the trash in one transaction.
const SLICE: u16 = 500;

impl Snapshot<'_> {
    /// Whether groups are to be purged that were put into the trash before `before`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_trash_before(&self, before: WallTime) -> Result<bool> {
        Ok(self.conn.row(IS_DUE, params![before.seconds()], |_| Ok(()))?.is_some())
    }
}

impl Transaction<'_> {
    /// A group that is in the trash: its details, who created it, and what `user` is in it. It stays there until this
    /// transaction ends.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn trashed_group(
        &self,
        id: GroupId,
        user: UserId,
    ) -> Result<Option<(GroupDetails, UserId, Option<Role>)>> {
        self.conn.row(TRASHED, params![id.0, user.0], |row| {
            let details = GroupDetails {
                name: ShortText::stored(row.get(0)?),
                everyone: Everyone::of_number(row.get(1)?),
                color: row.get::<Option<String>>(2)?.map(Color::stored),
                description: row.get(3)?,
            };
            let role = row.get::<Option<i64>>(5)?.and_then(Role::of_number);
            Ok((details, UserId(row.get(4)?), role))
        })
    }

    /// Brings a group with these details back from the trash, by `user`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn restore_group(&self, id: GroupId, details: &GroupDetails, user: UserId) -> Result<()> {
        self.conn.execute(RESTORE, params![id.0])?;
        self.note_made_group(id, user, &details.name, state_of_group(details))
    }

    /// How many groups that `creator` created are in the trash; `most` if there are more.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_trashed_of(&self, creator: UserId, most: u32) -> Result<u32> {
        self.conn.one(COUNT_TRASHED, params![creator.0, most], |row| row.get(0))
    }

    /// Has some of the groups purged that were put into the trash before `before`; gives how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn empty_trash(&self, before: WallTime) -> Result<usize> {
        self.conn.execute(EMPTY_TRASH, params![before.seconds(), SLICE])
    }
}
