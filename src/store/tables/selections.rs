//! The table `selection`: which groups each user's calendar shows. The queries leave out deleted
//! groups, whose rows stay until they are purged.

use crate::error::Result;
use crate::model::{GroupId, Selection, UserId};
use crate::store::engine::{Snapshot, Transaction};

/// The groups that user ?1 has selected.
pub(in crate::store) const OF_USER: &str = "
SELECT s.group_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND g.deleted = 0";

/// Whether user ?1 has selected group ?2.
pub(in crate::store) const HAS: &str = "
SELECT 1 FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE s.user_id = ?1 AND s.group_id = ?2 AND g.deleted = 0";

/// All rows of user ?1, including those of deleted groups.
const ROWS: &str = "SELECT group_id FROM selection WHERE user_id = ?1";

const DELETE: &str = "DELETE FROM selection WHERE user_id = ?1 AND group_id = ?2";

const INSERT: &str = "INSERT INTO selection (user_id, group_id) VALUES (?1, ?2)";

impl Snapshot<'_> {
    /// The groups that `user` has selected.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn selection_of(&self, user: UserId) -> Result<Selection> {
        let mut statement = self.conn.prepare_cached(OF_USER)?;
        let ids = statement.query_map([user.0], |row| row.get(0).map(GroupId))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether `user` has selected `group`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_selected(&self, user: UserId, group: GroupId) -> Result<bool> {
        Ok(self.conn.prepare_cached(HAS)?.exists([user.0, group.0])?)
    }
}

impl Transaction<'_> {
    /// Replaces the groups that `user` has selected; the new ones must exist. Only the difference is
    /// written.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn replace_selection(&self, user: UserId, selection: &Selection) -> Result<()> {
        let mut rows = self.conn.prepare_cached(ROWS)?;
        let before: Selection = rows
            .query_map([user.0], |row| row.get(0).map(GroupId))?
            .collect::<rusqlite::Result<_>>()?;
        let mut delete = self.conn.prepare_cached(DELETE)?;
        for group in before.without(selection) {
            delete.execute([user.0, group.0])?;
        }
        let mut insert = self.conn.prepare_cached(INSERT)?;
        for group in selection.without(&before) {
            insert.execute([user.0, group.0])?;
        }
        Ok(())
    }
}
