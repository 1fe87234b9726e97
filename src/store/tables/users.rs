//! The table `user`.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::{Email, User, UserId, WallTime};
use crate::store::engine::{Snapshot, Transaction};

macro_rules! columns {
    () => {
        "id, email, created, token_generation, calendar_version"
    };
}

pub(in crate::store) const BY_EMAIL: &str =
    concat!("SELECT ", columns!(), " FROM user WHERE email_folded = ?1");
const ALL: &str = concat!("SELECT ", columns!(), " FROM user ORDER BY id");
const INSERT: &str = concat!(
    "INSERT INTO user (email, email_folded, password_hash, created, token_generation)
     VALUES (?1, ?2, ?3, ?4, coalesce(
         (SELECT token_generation FROM removed_user WHERE email_digest = ?5), 0))
     RETURNING ",
    columns!()
);

fn from_row(row: &Row<'_>) -> Result<User> {
    Ok(User {
        id: UserId(row.get(0)?),
        email: Email::stored(row.get(1)?),
        created: WallTime::from_seconds(row.get(2)?)?,
        token_generation: row.get(3)?,
        calendar_version: row.get(4)?,
    })
}

/// What is kept of the address of a removed user.
fn digest(folded: &str) -> Vec<u8> {
    Sha256::digest(folded).to_vec()
}

/// Whose tokens there are, by the digest of the address, and the number of the last of them: of
/// somebody who is there, or was.
#[derive(Debug)]
pub(in crate::store) struct Known {
    digest: Vec<u8>,
    generation: i64,
}

/// All who are there or were.
pub(in crate::store) fn known(conn: &Connection) -> Result<Vec<Known>> {
    let mut all = Vec::new();
    let mut users = conn.prepare("SELECT email_folded, token_generation FROM user")?;
    let mut rows = users.query([])?;
    while let Some(row) = rows.next()? {
        let folded: String = row.get(0)?;
        all.push(Known { digest: digest(&folded), generation: row.get(1)? });
    }
    let mut removed = conn.prepare("SELECT email_digest, token_generation FROM removed_user")?;
    let mut rows = removed.query([])?;
    while let Some(row) = rows.next()? {
        all.push(Known { digest: row.get(0)?, generation: row.get(1)? });
    }
    Ok(all)
}

/// Makes all tokens of everybody invalid, also of those who are not there but `known`, should they
/// come.
pub(in crate::store) fn end_all_tokens(conn: &Connection, known: &[Known]) -> Result<()> {
    // How often tokens were ended after this state is not known here. So it is a random step, far
    // beyond any such number, and small enough that what adds up stays exact in JSON.
    let step = getrandom::u64().map_err(|error| Error::Internal(error.to_string()))? >> 24;
    let step = i64::try_from(step).unwrap_or_default() + 1;
    let add = |table: &str| {
        let sql = format!("UPDATE {table} SET token_generation = token_generation + ?1");
        conn.execute(&sql, [step])
    };
    add("user")?;
    add("removed_user")?;
    let here: HashSet<Vec<u8>> = self::known(conn)?.into_iter().map(|one| one.digest).collect();
    let sql = "INSERT INTO removed_user (email_digest, token_generation) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET token_generation = max(token_generation, excluded.token_generation)";
    let mut statement = conn.prepare(sql)?;
    for Known { digest, generation } in known.iter().filter(|one| !here.contains(&one.digest)) {
        statement.execute((digest, generation.saturating_add(step)))?;
    }
    Ok(())
}

impl Snapshot<'_> {
    /// The user who registered with `email`, in whatever case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let mut statement = self.conn.prepare_cached(BY_EMAIL)?;
        let mut rows = statement.query([email.folded()])?;
        rows.next()?.map(from_row).transpose()
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

    /// The hash of the password of `user`, who may have none.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn password_hash(&self, user: UserId) -> Result<Option<String>> {
        let sql = "SELECT password_hash FROM user WHERE id = ?1";
        let row = self.conn.prepare_cached(sql)?.query_row([user.0], |row| row.get(0));
        Ok(row.optional()?.flatten())
    }
}

impl Transaction<'_> {
    /// Adds a user; the address must not be taken.
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
        let (folded, digest) = (email.folded(), digest(&email.folded()));
        let mut rows =
            statement.query((email.as_str(), folded, password_hash, created.seconds(), digest))?;
        let row = rows.next()?.ok_or_else(|| Error::Internal("no row was inserted".into()))?;
        from_row(row)
    }

    /// Gives a user another password, or the first.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_password_hash(&self, user: UserId, hash: &str) -> Result<()> {
        let sql = "UPDATE user SET password_hash = ?2 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute((user.0, hash))?;
        Ok(())
    }

    /// Makes all of a user's tokens invalid, and gives the number that the next ones carry.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_tokens(&self, user: UserId) -> Result<i64> {
        let sql = "UPDATE user SET token_generation = token_generation + 1 WHERE id = ?1
            RETURNING token_generation";
        Ok(self.conn.prepare_cached(sql)?.query_row([user.0], |row| row.get(0))?)
    }

    /// Removes a user with all their events, in groups too, and with the groups that they made.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_user(&self, user: UserId) -> Result<()> {
        let sql = "SELECT email_folded, token_generation FROM user WHERE id = ?1";
        let (folded, generation): (String, i64) =
            self.conn.query_row(sql, [user.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sql = "INSERT INTO removed_user (email_digest, token_generation) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET token_generation = excluded.token_generation";
        self.conn.execute(sql, (digest(&folded), generation + 1))?;
        self.conn.execute("DELETE FROM user WHERE id = ?1", [user.0])?;
        Ok(())
    }

    /// Makes `heir` the creator of all groups of `user`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn give_groups(&self, user: UserId, heir: UserId) -> Result<()> {
        let sql = "UPDATE calendar_group SET creator_id = ?2 WHERE creator_id = ?1";
        self.conn.execute(sql, [user.0, heir.0])?;
        Ok(())
    }
}
