//! The table `idempotency_key`: what was made with which key of a client.

use crate::error::Result;
use crate::model::{IdempotencyKey, UserId};
use crate::store::engine::Transaction;
use crate::store::engine::sql::{Sql, params};

/// How many keys of a user are kept at most, the latest ones.
const MOST: i64 = 10_000;

/// What user ?1 has made of kind ?2 with key ?3 at or after ?4.
pub(in crate::store) const MADE: Sql = Sql::both(
    "
SELECT made_id FROM idempotency_key
WHERE user_id = ?1 AND kind = ?2 AND key = ?3 AND used >= ?4",
);

/// Deletes the keys of user ?1 that were used before ?2.
pub(in crate::store) const FORGET_OLD: Sql =
    Sql::both("DELETE FROM idempotency_key WHERE user_id = ?1 AND used < ?2");

/// Deletes the keys of user ?1 beyond the latest ?2.
pub(in crate::store) const FORGET_MANY: Sql = Sql::both(
    "
DELETE FROM idempotency_key
WHERE user_id = ?1 AND used <= (
    SELECT k.used FROM idempotency_key k WHERE k.user_id = ?1
    ORDER BY k.used DESC LIMIT 1 OFFSET ?2)",
);

const INSERT: Sql = Sql::both(
    "
INSERT INTO idempotency_key (user_id, kind, key, made_id, used) VALUES (?1, ?2, ?3, ?4, ?5)",
);

/// The kind of a thing that is made with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// An event.
    Event,
    /// A group.
    Group,
    /// A membership of the group, by an invitation, whose key no client can send.
    Membership,
}

impl Made {
    fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Group | Self::Membership => "group",
        }
    }
}

impl Transaction<'_> {
    /// The id of what `user` has made with `key` since `since` (Unix time in seconds).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn made_with(
        &self,
        user: UserId,
        kind: Made,
        key: &IdempotencyKey,
        since: i64,
    ) -> Result<Option<i64>> {
        self.conn.row(MADE, params![user.0, kind.name(), key.as_str(), since], |row| row.get(0))
    }

    /// Keeps `key`, with which `user` has made the thing with the id `made` at `now`, and forgets those of
    /// before `since` (Unix time in seconds).
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn keep_key(
        &self,
        user: UserId,
        kind: Made,
        key: &IdempotencyKey,
        made: i64,
        now: i64,
        since: i64,
    ) -> Result<()> {
        self.conn.execute(FORGET_OLD, params![user.0, since])?;
        self.conn.execute(FORGET_MANY, params![user.0, MOST])?;
        let row = params![user.0, kind.name(), key.as_str(), made, now];
        self.conn.execute(INSERT, row).map(drop)
    }
}
