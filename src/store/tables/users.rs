//! The table `user`.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::{CalendarVersion, Email, User, UserId, WallTime, casefold};
use crate::store::engine::{Snapshot, Transaction};

/// The user whose folded email is ?1.
pub(in crate::store) const BY_EMAIL: &str = r#"
SELECT id, email, created, token_generation, events FROM "user" WHERE email_folded = ?1"#;

/// Both parts of the calendar version of user ?1: the user's own, and the sum of the versions of their
/// selected groups. A deleted group is included until it is purged, so that the sum never shrinks while
/// the selection stays the same.
pub(in crate::store) const CALENDAR_VERSION: &str = r#"
SELECT u.calendar_version, CAST(coalesce((
    SELECT sum(g.version) FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.user_id = u.id), 0) AS BIGINT)
FROM "user" u WHERE u.id = ?1"#;

/// All users, by id.
const ALL: &str = r#"SELECT id, email, created, token_generation, events FROM "user" ORDER BY id"#;

/// Adds a user. Tokens of a removed user with the same email stay invalid; until migration 12, its digest
/// was that of the email with its case folded.
const INSERT: &str = r#"
INSERT INTO "user" (email, email_folded, password_hash, created, token_generation)
VALUES (?1, ?2, ?3, ?4, coalesce(
    (SELECT max(r.token_generation) FROM removed_user r WHERE r.email_digest IN (?5, ?6)), 0))
RETURNING id, email, created, token_generation, events"#;

/// Adds an imported user, with its id.
const IMPORT: &str = r#"
INSERT INTO "user" (id, email, email_folded, created) VALUES (?1, ?2, ?3, ?4)
RETURNING id"#;

const PASS_ID: &str = "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'user' AND seq < ?1";

const HAS_USERS: &str = r#"SELECT EXISTS (SELECT 1 FROM "user")"#;

const HAS_HAD_USERS: &str = "
SELECT EXISTS (SELECT 1 FROM sqlite_sequence
    WHERE name IN ('user', 'calendar_group', 'event') AND seq > 0)";

const GENERATIONS: &str = r#"SELECT email_folded, token_generation FROM "user""#;

const REMOVED_GENERATIONS: &str = "SELECT email_digest, token_generation FROM removed_user";

const ADVANCE_GENERATIONS: &str = r#"UPDATE "user" SET token_generation = token_generation + ?1"#;

const ADVANCE_REMOVED_GENERATIONS: &str =
    "UPDATE removed_user SET token_generation = token_generation + ?1";

/// Records that the next user with an email begins at generation ?2, or at the recorded one if that is
/// higher.
const REMEMBER_REMOVED: &str = "
INSERT INTO removed_user (email_digest, token_generation) VALUES (?1, ?2)
ON CONFLICT (email_digest) DO UPDATE SET token_generation = excluded.token_generation
WHERE excluded.token_generation > removed_user.token_generation";

const PASSWORD_HASH: &str = r#"SELECT password_hash FROM "user" WHERE id = ?1"#;

const SET_PASSWORD_HASH: &str = r#"UPDATE "user" SET password_hash = ?2 WHERE id = ?1"#;

const END_TOKENS: &str = r#"
UPDATE "user" SET token_generation = token_generation + 1 WHERE id = ?1
RETURNING token_generation"#;

const GENERATION: &str = r#"SELECT email_folded, token_generation FROM "user" WHERE id = ?1"#;

const DELETE: &str = r#"DELETE FROM "user" WHERE id = ?1"#;

const GIVE_GROUPS: &str = "UPDATE calendar_group SET creator_id = ?2 WHERE creator_id = ?1";

fn from_row(row: &Row<'_>) -> Result<User> {
    Ok(User {
        id: UserId(row.get(0)?),
        email: Email::stored(row.get(1)?),
        created: WallTime::from_seconds(row.get(2)?)?,
        token_generation: row.get(3)?,
        events: row.get::<_, i64>(4)?.unsigned_abs(),
    })
}

/// The digest of a folded email, which is all that is kept of a removed user.
fn digest(folded: &str) -> Vec<u8> {
    Sha256::digest(folded).to_vec()
}

/// An email that is or was registered, as a digest, with its current token generation.
#[derive(Debug)]
pub(in crate::store) struct Known {
    digest: Vec<u8>,
    generation: i64,
}

/// Every email that is or was registered.
pub(in crate::store) fn known(conn: &Connection) -> Result<Vec<Known>> {
    let mut all = Vec::new();
    let mut users = conn.prepare(GENERATIONS)?;
    let mut rows = users.query([])?;
    while let Some(row) = rows.next()? {
        let folded: String = row.get(0)?;
        all.push(Known { digest: digest(&folded), generation: row.get(1)? });
    }
    let mut removed = conn.prepare(REMOVED_GENERATIONS)?;
    let mut rows = removed.query([])?;
    while let Some(row) = rows.next()? {
        all.push(Known { digest: row.get(0)?, generation: row.get(1)? });
    }
    Ok(all)
}

/// Ends all tokens of all users. For the `known` emails that are not registered now, it makes sure that
/// their old tokens stay invalid when they register again.
pub(in crate::store) fn end_all_tokens(conn: &Connection, known: &[Known]) -> Result<()> {
    // This database may be a backup, and how often tokens were ended since is unknown. So the step is
    // random: far larger than any such count, and small enough that sums stay exact in JSON.
    let step = getrandom::u64().map_err(|error| Error::Internal(error.to_string()))? >> 24;
    let step = i64::try_from(step).unwrap_or_default() + 1;
    conn.execute(ADVANCE_GENERATIONS, [step])?;
    conn.execute(ADVANCE_REMOVED_GENERATIONS, [step])?;
    let present: HashSet<Vec<u8>> = self::known(conn)?.into_iter().map(|one| one.digest).collect();
    let mut statement = conn.prepare(REMEMBER_REMOVED)?;
    for Known { digest, generation } in known.iter().filter(|one| !present.contains(&one.digest)) {
        statement.execute((digest, generation.saturating_add(step)))?;
    }
    Ok(())
}

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

    /// The user who registered with `email`, ignoring case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let mut statement = self.conn.prepare_cached(BY_EMAIL)?;
        let mut rows = statement.query([email.folded()])?;
        rows.next()?.map(from_row).transpose()
    }

    /// The version of the calendar of `user`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn calendar_version(&self, user: UserId) -> Result<CalendarVersion> {
        let mut statement = self.conn.prepare_cached(CALENDAR_VERSION)?;
        Ok(statement.query_row([user.0], |row| {
            Ok(CalendarVersion { user, own: row.get(0)?, groups: row.get(1)? })
        })?)
    }

    /// All users, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn users(&self) -> Result<Vec<User>> {
        let mut statement = self.conn.prepare(ALL)?;
        let mut rows = statement.query([])?;
        let mut users = Vec::new();
        while let Some(row) = rows.next()? {
            users.push(from_row(row)?);
        }
        Ok(users)
    }

    /// The password hash of `user`, if they have a password.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn password_hash(&self, user: UserId) -> Result<Option<String>> {
        let row = self.conn.prepare_cached(PASSWORD_HASH)?.query_row([user.0], |row| row.get(0));
        Ok(row.optional()?.flatten())
    }
}

impl Transaction<'_> {
    /// Adds a user; the email must not be taken.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_user(
        &self,
        email: &Email,
        password_hash: Option<&str>,
        created: WallTime,
    ) -> Result<User> {
        let mut statement = self.conn.prepare_cached(INSERT)?;
        let folded = email.folded();
        let digests = (digest(&folded), digest(&casefold(email.as_str())));
        let row = (email.as_str(), folded, password_hash, created.seconds(), digests.0, digests.1);
        let mut rows = statement.query(row)?;
        let row = rows.next()?.ok_or_else(|| Error::Internal("no row was inserted".into()))?;
        from_row(row)
    }

    /// Sets or replaces a user's password.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_password_hash(&self, user: UserId, hash: &str) -> Result<()> {
        self.conn.prepare_cached(SET_PASSWORD_HASH)?.execute((user.0, hash))?;
        Ok(())
    }

    /// Ends all of a user's tokens, and gives the generation of the next ones.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_tokens(&self, user: UserId) -> Result<i64> {
        Ok(self.conn.prepare_cached(END_TOKENS)?.query_row([user.0], |row| row.get(0))?)
    }

    /// Removes a user, all their events, and the groups that they created with everything in them.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_user(&self, user: UserId) -> Result<()> {
        let (folded, generation): (String, i64) =
            self.conn.query_row(GENERATION, [user.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.conn.execute(REMEMBER_REMOVED, (digest(&folded), generation + 1))?;
        self.conn.execute(DELETE, [user.0])?;
        Ok(())
    }

    /// Makes `heir` the creator of all groups of `user`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn give_groups(&self, user: UserId, heir: UserId) -> Result<()> {
        self.conn.execute(GIVE_GROUPS, [user.0, heir.0])?;
        Ok(())
    }

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
        let mut statement = self.conn.prepare_cached(IMPORT)?;
        let row = (id.map(|id| id.0), email.as_str(), email.folded(), created.seconds());
        Ok(UserId(statement.query_row(row, |row| row.get(0))?))
    }

    /// Makes the ids of later users higher than `id`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn pass_user_id(&self, UserId(id): UserId) -> Result<()> {
        self.conn.execute(PASS_ID, [id])?;
        Ok(())
    }
}
