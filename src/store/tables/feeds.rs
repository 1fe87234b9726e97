//! The table `feed`. The queries leave out the feeds of deleted groups, and of those that their user may no longer see
//! (`access::standing`), whose rows stay until they are purged.

use super::users;
use crate::error::Result;
use crate::model::{CalendarVersion, Feed, FeedId, GroupId, ShortText, User, UserId, WallTime};
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The feed whose secret has the digest ?1, its user, and both parts of the version of what it shows: those of
/// the user's calendar ([`users::CALENDAR_VERSION`]), or nothing and the version of its group.
pub(in crate::store) const BY_DIGEST: Sql = Sql::both(
    r#"
SELECT u.id, u.email, u.created, u.token_generation, u.events,
    f.id, f.user_id, f.name, f.group_id, f.busy_only, f.created, f.used,
    CASE WHEN f.group_id IS NULL THEN u.calendar_version ELSE 0 END,
    CASE WHEN f.group_id IS NULL THEN CAST(coalesce((
        SELECT sum(s.version) FROM selection c JOIN calendar_group s ON s.id = c.group_id
        WHERE c.user_id = u.id), 0) AS BIGINT)
    ELSE g.version END
FROM feed f JOIN "user" u ON u.id = f.user_id LEFT JOIN calendar_group g ON g.id = f.group_id
WHERE f.digest = ?1 AND (f.group_id IS NULL OR g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = f.user_id)))"#,
);

/// The feeds of user ?1, by id.
pub(in crate::store) const OF_USER: Sql = Sql::both(
    "
SELECT f.id, f.user_id, f.name, f.group_id, f.busy_only, f.created, f.used
FROM feed f LEFT JOIN calendar_group g ON g.id = f.group_id
WHERE f.user_id = ?1 AND (f.group_id IS NULL OR g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1)))
ORDER BY f.id",
);

/// Counts the feeds of user ?1, also those that are left out.
pub(in crate::store) const COUNT_OF_USER: Sql =
    Sql::both("SELECT count(*) FROM feed WHERE user_id = ?1");

const INSERT: Sql = Sql::both(
    "
INSERT INTO feed (user_id, group_id, busy_only, name, digest, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
RETURNING id",
);

const NOTE_USE: Sql = Sql::both("UPDATE feed SET used = ?2 WHERE id = ?1");

const DELETE: Sql = Sql::both("DELETE FROM feed WHERE user_id = ?1 AND id = ?2 RETURNING id");

const DELETE_ALL_OF_USER: Sql = Sql::both("DELETE FROM feed WHERE user_id = ?1");

/// The feed in the columns from `first` on.
fn from_row(row: &Row<'_>, first: usize) -> Result<Feed> {
    Ok(Feed {
        id: FeedId(row.get(first)?),
        owner: UserId(row.get(first + 1)?),
        name: ShortText::stored(row.get(first + 2)?),
        group: row.get::<Option<i64>>(first + 3)?.map(GroupId),
        busy_only: row.get(first + 4)?,
        created: WallTime::from_seconds(row.get(first + 5)?)?,
        used: row.get::<Option<i64>>(first + 6)?.map(WallTime::from_seconds).transpose()?,
    })
}

impl Snapshot<'_> {
    /// The feed whose secret has that SHA-256 digest, its user, and the version of what it shows.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn feed(&self, digest: &[u8; 32]) -> Result<Option<(Feed, User, CalendarVersion)>> {
        let lineage = self.conn.lineage();
        self.conn.row(BY_DIGEST, params![&digest[..]], |row| {
            let (user, feed) = (users::from_row(row)?, from_row(row, 5)?);
            let (own, groups) = (row.get(12)?, row.get(13)?);
            let version = CalendarVersion { user: user.id, own, groups, lineage };
            Ok((feed, user, version))
        })
    }

    /// The feeds of `user`, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn feeds_of(&self, user: UserId) -> Result<Vec<Feed>> {
        self.conn.rows(OF_USER, params![user.0], |row| from_row(row, 0))
    }

    /// How many feeds `user` has, also those that have ended and are not purged yet.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_feeds(&self, user: UserId) -> Result<u32> {
        self.conn.one(COUNT_OF_USER, params![user.0], |row| row.get(0))
    }
}

impl Transaction<'_> {
    /// Adds a feed of what the calendar of `user` shows, or of `group`, which must exist. `digest` is the SHA-256 digest of
    /// its secret.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_feed(
        &self,
        user: UserId,
        group: Option<GroupId>,
        busy_only: bool,
        name: &ShortText,
        digest: &[u8; 32],
        created: WallTime,
    ) -> Result<FeedId> {
        let group = group.map(|group| group.0);
        let row = params![user.0, group, busy_only, name.as_str(), &digest[..], created.seconds()];
        self.conn.one(INSERT, row, |row| row.get(0).map(FeedId))
    }

    /// Notes that a feed was read.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_feed_use(&self, id: FeedId, now: WallTime) -> Result<()> {
        self.conn.execute(NOTE_USE, params![id.0, now.seconds()]).map(drop)
    }

    /// Deletes a feed of `user`; gives whether there was one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_feed(&self, user: UserId, id: FeedId) -> Result<bool> {
        let gone = self.conn.row(DELETE, params![user.0, id.0], |_| Ok(()))?;
        Ok(gone.is_some())
    }

    /// Deletes all feeds of `user`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_feeds_of(&self, user: UserId) -> Result<()> {
        self.conn.execute(DELETE_ALL_OF_USER, params![user.0]).map(drop)
    }
}
