//! The table `selection`: which groups each user's calendar shows.

use crate::error::Result;
use crate::model::{GroupId, Selection, UserId};
use crate::store::engine::{Snapshot, Transaction};

pub(in crate::store) const OF_USER: &str = "SELECT group_id FROM selection WHERE user_id = ?1";
pub(in crate::store) const SELECTED: &str =
    "SELECT 1 FROM selection WHERE user_id = ?1 AND group_id = ?2";

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
        Ok(self.conn.prepare_cached(SELECTED)?.exists([user.0, group.0])?)
    }
}

impl Transaction<'_> {
    /// Replaces what `user` has selected; the groups must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn replace_selection(&self, user: UserId, selection: &Selection) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM selection WHERE user_id = ?1")?.execute([user.0])?;
        let sql = "INSERT INTO selection (user_id, group_id) VALUES (?1, ?2)";
        let mut insert = self.conn.prepare_cached(sql)?;
        for group in selection.ids() {
            insert.execute([user.0, group.0])?;
        }
        Ok(())
    }
}
