//! The table `app_password`.

use super::users;
use crate::error::{Error, Result};
use crate::model::{
    AppPassword, AppPasswordId, AppPasswordScope, CalendarVersion, ShortText, User, UserId,
    WallTime,
};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The user whose app password has the digest ?1, and that. A look at PostgreSQL is a way through the network, so this one
/// also tells both parts of the version of their calendar, as [`users::BY_EMAIL`] does.
pub(in crate::store) const BY_DIGEST: Sql = Sql::each(
    r#"
SELECT u.id, u.email, u.created, u.token_generation, u.events,
    p.id, p.user_id, p.name, p.scope, p.created, p.used, p.used_from
FROM app_password p JOIN "user" u ON u.id = p.user_id WHERE p.digest = ?1"#,
    r#"
SELECT u.id, u.email, u.created, u.token_generation, u.events + CAST(coalesce((
        SELECT sum(c.change) FROM event_count_change c WHERE c.user_id = u.id), 0) AS BIGINT),
    p.id, p.user_id, p.name, p.scope, p.created, p.used, p.used_from,
    u.calendar_version, CAST(coalesce((
        SELECT sum(g.version) FROM selection s JOIN calendar_group g ON g.id = s.group_id
        WHERE s.user_id = u.id), 0) AS BIGINT)
FROM app_password p JOIN "user" u ON u.id = p.user_id WHERE p.digest = ?1"#,
);

/// The app passwords of user ?1, by id.
pub(in crate::store) const OF_USER: Sql = Sql::both(
    "
SELECT id, user_id, name, scope, created, used, used_from
FROM app_password WHERE user_id = ?1 ORDER BY id",
);

pub(in crate::store) const COUNT_OF_USER: Sql =
    Sql::both("SELECT count(*) FROM app_password WHERE user_id = ?1");

const INSERT: Sql = Sql::both(
    "
INSERT INTO app_password (user_id, name, scope, digest, created) VALUES (?1, ?2, ?3, ?4, ?5)
RETURNING id",
);

const NOTE_USE: Sql = Sql::both("UPDATE app_password SET used = ?2, used_from = ?3 WHERE id = ?1");

const DELETE: Sql =
    Sql::both("DELETE FROM app_password WHERE user_id = ?1 AND id = ?2 RETURNING id");

const DELETE_ALL_OF_USER: Sql = Sql::both("DELETE FROM app_password WHERE user_id = ?1");

/// The app password in the columns from `first` on.
fn from_row(row: &Row<'_>, first: usize) -> Result<AppPassword> {
    let scope: i64 = row.get(first + 3)?;
    let no_scope = || Error::Internal(format!("{scope} is not the scope of an app password"));
    Ok(AppPassword {
        id: AppPasswordId(row.get(first)?),
        owner: UserId(row.get(first + 1)?),
        name: ShortText::stored(row.get(first + 2)?),
        scope: AppPasswordScope::of_number(scope).ok_or_else(no_scope)?,
        created: WallTime::from_seconds(row.get(first + 4)?)?,
        used: row.get::<Option<i64>>(first + 5)?.map(WallTime::from_seconds).transpose()?,
        used_from: row.get::<Option<String>>(first + 6)?.and_then(|from| from.parse().ok()),
    })
}

impl Snapshot<'_> {
    /// The app password whose secret has that SHA-256 digest, and its user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn app_password(&self, digest: &[u8; 32]) -> Result<Option<(AppPassword, User)>> {
        let sql = self.locking(BY_DIGEST, "u");
        self.conn.row(sql, params![&digest[..]], |row| {
            let user = users::from_row(row)?;
            if let Conn::Postgres(session) = self.conn {
                self.seen.set(Some(CalendarVersion {
                    user: user.id,
                    own: row.get(12)?,
                    groups: row.get(13)?,
                    lineage: session.lineage(),
                }));
            }
            Ok((from_row(row, 5)?, user))
        })
    }

    /// The app passwords of `user`, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn app_passwords_of(&self, user: UserId) -> Result<Vec<AppPassword>> {
        self.conn.rows(OF_USER, params![user.0], |row| from_row(row, 0))
    }

    /// How many app passwords `user` has.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_app_passwords(&self, user: UserId) -> Result<u32> {
        self.conn.one(COUNT_OF_USER, params![user.0], |row| row.get(0))
    }
}

impl Transaction<'_> {
    /// Adds an app password of `user`. `digest` is the SHA-256 digest of its secret.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_app_password(
        &self,
        user: UserId,
        name: &ShortText,
        scope: AppPasswordScope,
        digest: &[u8; 32],
        created: WallTime,
    ) -> Result<AppPasswordId> {
        let row = params![user.0, name.as_str(), scope.number(), &digest[..], created.seconds()];
        self.conn.one(INSERT, row, |row| row.get(0).map(AppPasswordId))
    }

    /// Notes that an app password was used, by a client at the address `from`, where that is known.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_app_password_use(
        &self,
        id: AppPasswordId,
        now: WallTime,
        from: Option<&str>,
    ) -> Result<()> {
        self.conn.execute(NOTE_USE, params![id.0, now.seconds(), from]).map(drop)
    }

    /// Deletes an app password of `user`; gives whether there was one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_app_password(&self, user: UserId, id: AppPasswordId) -> Result<bool> {
        let gone = self.conn.row(DELETE, params![user.0, id.0], |_| Ok(()))?;
        Ok(gone.is_some())
    }

    /// Deletes all app passwords of `user`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_app_passwords_of(&self, user: UserId) -> Result<()> {
        self.conn.execute(DELETE_ALL_OF_USER, params![user.0]).map(drop)
    }
}
