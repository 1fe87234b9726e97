//! The table `user`.

use std::collections::HashSet;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result, Taken};
use crate::model::{CalendarVersion, Email, User, UserId, WallTime, casefold};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};
use crate::store::tables::sequences;

/// The user whose folded email is ?1. A look at PostgreSQL is a way through the network, so this one
/// also tells both parts of the version of their calendar ([`CALENDAR_VERSION`]); what is not yet added
/// to the number of their events is in `event_count_change`.
pub(in crate::store) const BY_EMAIL: Sql = Sql::each(
    r#"
SELECT id, email, created, token_generation, events FROM "user" WHERE email_folded = ?1"#,
    r#"
SELECT u.id, u.email, u.created, u.token_generation, u.events + CAST(coalesce((
        SELECT sum(c.change) FROM event_count_change c WHERE c.user_id = u.id), 0) AS BIGINT),
    u.calendar_version, CAST(coalesce((
        SELECT sum(g.version) FROM selection s JOIN calendar_group g ON g.id = s.group_id
        WHERE s.user_id = u.id), 0) AS BIGINT)
FROM "user" u WHERE u.email_folded = ?1"#,
);

/// Both parts of the calendar version of user ?1: the user's own, and the sum of the versions of their
/// selected groups. A deleted group is included until it is purged, so that the sum never shrinks while
/// the selection stays the same.
pub(in crate::store) const CALENDAR_VERSION: Sql = Sql::both(
    r#"
SELECT u.calendar_version, CAST(coalesce((
    SELECT sum(g.version) FROM selection s JOIN calendar_group g ON g.id = s.group_id
    WHERE s.user_id = u.id), 0) AS BIGINT)
FROM "user" u WHERE u.id = ?1"#,
);

/// The user with id ?1, without a lock on their row.
const BY_ID: Sql =
    Sql::both(r#"SELECT id, email, created, token_generation, events FROM "user" WHERE id = ?1"#);

/// All users, by id.
const ALL: Sql =
    Sql::both(r#"SELECT id, email, created, token_generation, events FROM "user" ORDER BY id"#);

/// Adds a user, unless the email is taken.
const INSERT: Sql = Sql::both(
    r#"
INSERT INTO "user" (email, email_folded, password_hash, created) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (email_folded) DO NOTHING
RETURNING id, email, created, token_generation, events"#,
);

/// Keeps the tokens of a removed user invalid whose email user ?1 has. Until migration 12, its digest was that
/// of the email with its case folded.
const BEGIN_AFTER_REMOVED: Sql = Sql::both(
    r#"
UPDATE "user" SET token_generation = (
    SELECT max(r.token_generation) FROM removed_user r WHERE r.email_digest IN (?2, ?3))
WHERE id = ?1 AND EXISTS (SELECT 1 FROM removed_user r WHERE r.email_digest IN (?2, ?3))
RETURNING token_generation"#,
);

/// Adds an imported user.
const IMPORT: Sql = Sql::both(
    r#"
INSERT INTO "user" (email, email_folded, created) VALUES (?1, ?2, ?3)
RETURNING id"#,
);

/// The same, with their id.
const IMPORT_AS: Sql = Sql::both(
    r#"
INSERT INTO "user" (id, email, email_folded, created) VALUES (?1, ?2, ?3, ?4)
RETURNING id"#,
);

const PASS_ID: Sql =
    Sql::both("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'user' AND seq < ?1");

const COUNT_A_USER: Sql =
    Sql::both(r#"SELECT count(*) FROM (SELECT 1 FROM "user" LIMIT 1) AS few"#);

/// Counts what shows that ids have been given out. A sequence of PostgreSQL does not go back with its transaction,
/// but whoever removes a user leaves a row.
const COUNT_BEGUN: Sql = Sql::each(
    "
SELECT count(*) FROM sqlite_sequence
WHERE name IN ('user', 'calendar_group', 'event') AND seq > 0",
    r#"
SELECT count(*) FROM (
    (SELECT 1 FROM "user" LIMIT 1) UNION ALL (SELECT 1 FROM removed_user LIMIT 1)) AS few"#,
);

const GENERATIONS: &str = r#"SELECT email_folded, token_generation FROM "user""#;

const REMOVED_GENERATIONS: &str = "SELECT email_digest, token_generation FROM removed_user";

const ADVANCE_GENERATIONS: &str = r#"UPDATE "user" SET token_generation = token_generation + ?1"#;

const DELETE_APP_PASSWORDS: &str = "DELETE FROM app_password";

const DELETE_FEEDS: &str = "DELETE FROM feed";

const ADVANCE_REMOVED_GENERATIONS: &str =
    "UPDATE removed_user SET token_generation = token_generation + ?1";

/// Records that the next user with an email begins at generation ?2, or at the recorded one if that is
/// higher.
const REMEMBER_REMOVED: Sql = Sql::both(
    "
INSERT INTO removed_user (email_digest, token_generation) VALUES (?1, ?2)
ON CONFLICT (email_digest) DO UPDATE SET token_generation = excluded.token_generation
WHERE excluded.token_generation > removed_user.token_generation",
);

const PASSWORD_HASH: Sql = Sql::both(r#"SELECT password_hash FROM "user" WHERE id = ?1"#);

const SET_PASSWORD_HASH: Sql = Sql::both(r#"UPDATE "user" SET password_hash = ?2 WHERE id = ?1"#);

const END_TOKENS: Sql = Sql::both(
    r#"
UPDATE "user" SET token_generation = token_generation + 1 WHERE id = ?1
RETURNING token_generation"#,
);

const GENERATION: Sql =
    Sql::both(r#"SELECT email_folded, token_generation FROM "user" WHERE id = ?1"#);

const DELETE: Sql = Sql::both(r#"DELETE FROM "user" WHERE id = ?1"#);

pub(super) fn from_row(row: &Row<'_>) -> Result<User> {
    Ok(User {
        id: UserId(row.get(0)?),
        email: Email::stored(row.get(1)?),
        created: WallTime::from_seconds(row.get(2)?)?,
        token_generation: row.get(3)?,
        // In PostgreSQL it may be short of what is being added up at this moment.
        events: row.get::<i64>(4)?.max(0).unsigned_abs(),
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

/// Ends all tokens of all users, all app passwords and all feeds. For the `known` emails that are not registered now, it makes sure that
/// their old tokens stay invalid when they register again.
pub(in crate::store) fn end_all_tokens(conn: &Connection, known: &[Known]) -> Result<()> {
    // This database may be a backup, and how often tokens were ended since is unknown. So the step is
    // random: far larger than any such count, and small enough that sums stay exact in JSON.
    let step = getrandom::u64().map_err(|error| Error::Internal(error.to_string()))? >> 24;
    let step = i64::try_from(step).unwrap_or_default() + 1;
    conn.execute(ADVANCE_GENERATIONS, [step])?;
    conn.execute(ADVANCE_REMOVED_GENERATIONS, [step])?;
    conn.execute(DELETE_APP_PASSWORDS, [])?;
    conn.execute(DELETE_FEEDS, [])?;
    let present: HashSet<Vec<u8>> = self::known(conn)?.into_iter().map(|one| one.digest).collect();
    let mut statement = conn.prepare(REMEMBER_REMOVED.sqlite())?;
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
        self.conn.one(COUNT_A_USER, params![], |row| row.get(0))
    }

    /// Whether there has ever been a user, so that ids have been given out.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_had_users(&self) -> Result<bool> {
        self.conn.one(COUNT_BEGUN, params![], |row| row.get(0))
    }

    /// The user who registered with `email`, ignoring case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let (sql, folded) = (self.locking(BY_EMAIL, "u"), email.folded());
        self.conn.row(sql, params![&folded], |row| {
            let user = from_row(row)?;
            if let Conn::Postgres(session) = self.conn {
                self.seen.set(Some(CalendarVersion {
                    user: user.id,
                    own: row.get(5)?,
                    groups: row.get(6)?,
                    lineage: session.lineage(),
                }));
            }
            Ok(user)
        })
    }

    /// The user with that id. Unlike [`Snapshot::user_by_email`] it locks nothing, so it is for users other than the caller.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user(&self, id: UserId) -> Result<Option<User>> {
        self.conn.row(BY_ID, params![id.0], from_row)
    }

    /// The version of the calendar of `user`. What is read after it is no older.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn calendar_version(&self, user: UserId) -> Result<CalendarVersion> {
        if let Some(version) = self.seen.get().filter(|seen| seen.user == user && !self.to_write) {
            return Ok(version);
        }
        let lineage = self.conn.lineage();
        self.conn.one(CALENDAR_VERSION, params![user.0], |row| {
            Ok(CalendarVersion { user, own: row.get(0)?, groups: row.get(1)?, lineage })
        })
    }

    /// All users, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn users(&self) -> Result<Vec<User>> {
        self.conn.rows(ALL, params![], from_row)
    }

    /// The password hash of `user`, if they have a password.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn password_hash(&self, user: UserId) -> Result<Option<String>> {
        let hash = self.conn.row(PASSWORD_HASH, params![user.0], |row| row.get(0))?;
        Ok(hash.flatten())
    }
}

impl Transaction<'_> {
    /// Adds a user.
    ///
    /// # Errors
    /// [`Error::Exists`] if the email is taken; if the database cannot be written.
    pub fn insert_user(
        &self,
        email: &Email,
        password_hash: Option<&str>,
        created: WallTime,
    ) -> Result<User> {
        let folded = email.folded();
        let row = params![email.as_str(), &folded, password_hash, created.seconds()];
        let inserted = self.conn.row(INSERT, row, from_row)?;
        let user = inserted.ok_or(Error::Exists(Taken::Email))?;
        // Only now is it certain that no removal of a user with this email is still going on.
        let digests = (digest(&folded), digest(&casefold(email.as_str())));
        let row = params![user.id.0, &digests.0[..], &digests.1[..]];
        let generation = self.conn.row(BEGIN_AFTER_REMOVED, row, |row| row.get(0))?;
        Ok(User { token_generation: generation.unwrap_or(user.token_generation), ..user })
    }

    /// Sets or replaces a user's password.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_password_hash(&self, user: UserId, hash: &str) -> Result<()> {
        self.conn.execute(SET_PASSWORD_HASH, params![user.0, hash]).map(drop)
    }

    /// Ends all of a user's tokens, and gives the generation of the next ones.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_tokens(&self, user: UserId) -> Result<i64> {
        self.conn.one(END_TOKENS, params![user.0], |row| row.get(0))
    }

    /// Removes a user, all their events, and the groups that they created with everything in them. Comes after
    /// [`Transaction::hand_over_groups`].
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_user(&self, user: UserId) -> Result<()> {
        let (folded, generation): (String, i64) =
            self.conn.one(GENERATION, params![user.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let digest = digest(&folded);
        self.conn.execute(REMEMBER_REMOVED, params![&digest[..], generation + 1])?;
        self.conn.execute(DELETE, params![user.0]).map(drop)
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
        let (folded, created) = (email.folded(), created.seconds());
        let Some(UserId(id)) = id else {
            let row = params![email.as_str(), &folded, created];
            return self.conn.one(IMPORT, row, |row| row.get(0).map(UserId));
        };
        let row = params![id, email.as_str(), &folded, created];
        let id = self.conn.one(IMPORT_AS, row, |row| row.get(0))?;
        sequences::pass_imported(self.conn, "user", id)?;
        Ok(UserId(id))
    }

    /// Makes the ids of later users higher than `id`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn pass_user_id(&self, UserId(id): UserId) -> Result<()> {
        match self.conn {
            Conn::Sqlite(_) => self.conn.execute(PASS_ID, params![id]).map(drop),
            Conn::Postgres(session) => sequences::pass(session, "user", id),
        }
    }
}
