//! The table `selection`: which groups each user's calendar shows. The queries leave out deleted
//! groups, whose rows stay until they are purged.

use crate::error::Result;
use crate::model::{GroupId, Selection, UserId};
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The groups that user ?1 has selected.
pub(in crate::store) const OF_USER: Sql = Sql::both(
    "
SELECT s.group_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND g.deleted = 0",
);

/// Whether user ?1 has selected group ?2.
pub(in crate::store) const HAS: Sql = Sql::both(
    "
SELECT 1 FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND s.group_id = ?2 AND g.deleted = 0",
);

/// All rows of user ?1, including those of deleted groups.
const ROWS: Sql = Sql::both("SELECT group_id FROM selection WHERE user_id = ?1");

const DELETE: Sql = Sql::both("DELETE FROM selection WHERE user_id = ?1 AND group_id = ?2");

const INSERT: Sql = Sql::both("INSERT INTO selection (user_id, group_id) VALUES (?1, ?2)");

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
}
