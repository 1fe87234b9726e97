//! Rows that an import brings with their ids, and what it has to know before.

use crate::error::Result;
use crate::model::{Email, GroupId, ShortText, UserId, WallTime};
use crate::store::engine::{Snapshot, Transaction};

const HAS_USERS: &str = r#"SELECT EXISTS (SELECT 1 FROM "user")"#;
const HAS_HAD_USERS: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_sequence
    WHERE name IN ('user', 'calendar_group', 'event') AND seq > 0)";
const COUNT_ALL: &str = r#"SELECT (SELECT count(*) FROM "user"), (SELECT count(*) FROM calendar_group),
    (SELECT count(*) FROM event)"#;
const INSERT_USER: &str = r#"INSERT INTO "user" (id, email, email_folded, created) VALUES (?1, ?2, ?3, ?4)
    RETURNING id"#;
const PASS_USER_ID: &str = "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'user' AND seq < ?1";
const INSERT_GROUP: &str = "INSERT INTO calendar_group (id, name, creator_id, created, updated)
    VALUES (?1, ?2, ?3, ?4, ?5)
    RETURNING id";

impl Snapshot<'_> {
    /// Whether there is any user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_users(&self) -> Result<bool> {
        Ok(self.conn.query_row(HAS_USERS, [], |row| row.get(0))?)
    }

    /// Whether there has ever been a user, so that ids have been given out.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_had_users(&self) -> Result<bool> {
        Ok(self.conn.query_row(HAS_HAD_USERS, [], |row| row.get(0))?)
    }

    /// How many users, groups and events there are.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_all(&self) -> Result<[u64; 3]> {
        let counts: [i64; 3] = self
            .conn
            .query_row(COUNT_ALL, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
        Ok(counts.map(i64::unsigned_abs))
    }
}

/// Rows that come with ids; a row without one gets the next.
impl Transaction<'_> {
    /// Adds a user, for whom tokens of the earlier system are valid; the address must not be taken.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_user(
        &self,
        id: Option<UserId>,
        email: &Email,
        created: WallTime,
    ) -> Result<UserId> {
        let mut statement = self.conn.prepare_cached(INSERT_USER)?;
        let row = (id.map(|id| id.0), email.as_str(), email.folded(), created.seconds());
        Ok(UserId(statement.query_row(row, |row| row.get(0))?))
    }

    /// Makes the ids of later users higher than `id`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn pass_user_id(&self, UserId(id): UserId) -> Result<()> {
        self.conn.execute(PASS_USER_ID, [id])?;
        Ok(())
    }

    /// Adds a group; its creator must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_group(
        &self,
        id: Option<GroupId>,
        creator: UserId,
        name: &ShortText,
        created: WallTime,
        updated: Option<WallTime>,
    ) -> Result<GroupId> {
        let row = (
            id.map(|id| id.0),
            name.as_str(),
            creator.0,
            created.seconds(),
            updated.map(WallTime::seconds),
        );
        let mut statement = self.conn.prepare_cached(INSERT_GROUP)?;
        Ok(GroupId(statement.query_row(row, |row| row.get(0))?))
    }
}
