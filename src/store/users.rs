//! The table `user`.

use rusqlite::{OptionalExtension, Row};

use super::{Snapshot, Transaction};
use crate::error::Result;
use crate::model::{Email, User, UserId, WallTime};

fn from_row(row: &Row<'_>) -> rusqlite::Result<(UserId, Email, i64)> {
    Ok((UserId(row.get(0)?), Email::stored(row.get(1)?), row.get(2)?))
}

impl Snapshot<'_> {
    /// The user who registered with `email`, in whatever case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let sql = "SELECT id, email, created FROM user WHERE email_folded = ?1";
        let row =
            self.conn.prepare_cached(sql)?.query_row([email.folded()], from_row).optional()?;
        row.map(|(id, email, created)| {
            Ok(User { id, email, created: WallTime::from_seconds(created)? })
        })
        .transpose()
    }
}

impl Transaction<'_> {
    /// Adds a user; the address must not be taken.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_user(&self, email: &Email, created: WallTime) -> Result<UserId> {
        let sql = "INSERT INTO user (email, email_folded, created) VALUES (?1, ?2, ?3)";
        let id = self.conn.prepare_cached(sql)?.insert((
            email.as_str(),
            email.folded(),
            created.seconds(),
        ))?;
        Ok(UserId(id))
    }
}
