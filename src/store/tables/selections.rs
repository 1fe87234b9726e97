//! The table `selection`: which groups each user's calendar shows. The queries leave out deleted
//! groups and those that the user may no longer see (`access::standing`), whose rows stay until they are purged.

use crate::error::Result;
use crate::model::{GroupId, Selection, UserId};
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The groups that user ?1 has selected.
pub(in crate::store) const OF_USER: Sql = Sql::both(
    "
SELECT s.group_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))",
);

/// Whether user ?1 has selected group ?2.
pub(in crate::store) const HAS: Sql = Sql::both(
    "
SELECT 1 FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND s.group_id = ?2 AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))",
);

/// The rows of user ?1, including those of groups that they may not see. Those of deleted groups stay: such a group may
/// come back from the trash.
const ROWS: Sql = Sql::both(
    "
SELECT s.group_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND g.deleted = 0",
);

const DELETE: Sql = Sql::both("DELETE FROM selection WHERE user_id = ?1 AND group_id = ?2");

/// Somebody else may select it for the user meanwhile.
const INSERT: Sql = Sql::both(
    "
INSERT INTO selection (user_id, group_id) VALUES (?1, ?2)
ON CONFLICT (user_id, group_id) DO NOTHING",
);

/// Counts the groups that user ?1 has selected, up to ?2.
const COUNT: Sql = Sql::both(
    "
SELECT count(*) FROM (
    SELECT 1 FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.user_id = ?1 AND g.deleted = 0 LIMIT ?2) AS few",
);

impl Snapshot<'_> {
    /// The groups that `user` has selected.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn selection_of(&self, user: UserId) -> Result<Selection> {
        let ids = self.conn.rows(OF_USER, params![user.0], |row| row.get(0).map(GroupId))?;
        Ok(ids.into_iter().collect())
    }

    /// Whether `user` has selected `group`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_selected(&self, user: UserId, group: GroupId) -> Result<bool> {
        let found = self.conn.row(HAS, params![user.0, group.0], |_| Ok(()))?;
        Ok(found.is_some())
    }
}

impl Transaction<'_> {
    /// Replaces the groups that `user` has selected; the new ones must exist. Only the difference is
    /// written.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn replace_selection(&self, user: UserId, selection: &Selection) -> Result<()> {
        let rows = self.conn.rows(ROWS, params![user.0], |row| row.get(0).map(GroupId))?;
        let before: Selection = rows.into_iter().collect();
        for group in before.without(selection) {
            self.conn.execute(DELETE, params![user.0, group.0])?;
        }
        for group in selection.without(&before) {
            self.conn.execute(INSERT, params![user.0, group.0])?;
        }
        Ok(())
    }

    /// Adds `group` to those that `user` has selected, unless that would be more than `most`. `user` may be somebody else
    /// than the caller: nothing of theirs is locked.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn select_for(&self, user: UserId, group: GroupId, most: u32) -> Result<()> {
        let selected: u32 = self.conn.one(COUNT, params![user.0, most], |row| row.get(0))?;
        if selected < most {
            self.conn.execute(INSERT, params![user.0, group.0])?;
        }
        Ok(())
    }

    /// Takes `group` out of those that `user`, the caller, has selected.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn unselect(&self, user: UserId, group: GroupId) -> Result<()> {
        self.conn.execute(DELETE, params![user.0, group.0]).map(drop)
    }
}
