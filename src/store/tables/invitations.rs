//! The table `invitation`: the links with which somebody becomes a member of a group.
//!
//! Whoever makes or accepts one has locked the group, so that of two who accept the same one only one does, and a group
//! has no more than it may.

use crate::error::Result;
use crate::model::{Email, GroupId, Invitation, InvitationId, Role, UserId, WallTime};
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The invitation whose secret has the SHA-256 digest ?1, unless it has expired by ?2.
pub(in crate::store) const BY_DIGEST: Sql = Sql::both(
    r#"
SELECT i.id, i.group_id, g.name, i.role, i.inviter_id, u.email, i.created, i.expires
FROM invitation i JOIN calendar_group g ON g.id = i.group_id JOIN "user" u ON u.id = i.inviter_id
WHERE i.digest = ?1 AND i.expires > ?2 AND g.deleted = 0"#,
);

/// The invitations to group ?1 that have not expired by ?2, by id.
pub(in crate::store) const OF_GROUP: Sql = Sql::both(
    r#"
SELECT i.id, i.group_id, g.name, i.role, i.inviter_id, u.email, i.created, i.expires
FROM invitation i JOIN calendar_group g ON g.id = i.group_id JOIN "user" u ON u.id = i.inviter_id
WHERE i.group_id = ?1 AND i.expires > ?2 ORDER BY i.id"#,
);

/// Counts them.
pub(in crate::store) const COUNT_OF_GROUP: Sql =
    Sql::both("SELECT count(*) FROM invitation WHERE group_id = ?1 AND expires > ?2");

const INSERT: Sql = Sql::both(
    "
INSERT INTO invitation (group_id, inviter_id, role, digest, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
RETURNING id",
);

const DELETE: Sql =
    Sql::both("DELETE FROM invitation WHERE group_id = ?1 AND id = ?2 RETURNING id");

/// Deletes those that user ?2 has made to group ?1.
const DELETE_BY: Sql = Sql::both("DELETE FROM invitation WHERE group_id = ?1 AND inviter_id = ?2");

const DELETE_ALL_OF_USER: Sql = Sql::both("DELETE FROM invitation WHERE inviter_id = ?1");

/// Deletes up to ?2 invitations that have expired by ?1. Several servers delete different ones.
pub(in crate::store) const PURGE_EXPIRED: Sql = Sql::each(
    "
DELETE FROM invitation WHERE id IN (
    SELECT i.id FROM invitation i WHERE i.expires <= ?1 ORDER BY i.expires LIMIT ?2)",
    "
DELETE FROM invitation WHERE id IN (
    SELECT i.id FROM invitation i WHERE i.expires <= ?1 ORDER BY i.expires LIMIT ?2 FOR UPDATE SKIP LOCKED)",
);

/// Whether there is one that has expired by ?1.
pub(in crate::store) const IS_EXPIRED: Sql =
    Sql::both("SELECT 1 FROM invitation i WHERE i.expires <= ?1 LIMIT 1");

/// How many that have expired are deleted in one transaction.
const SLICE: u16 = 100;

fn from_row(row: &Row<'_>) -> Result<Option<Invitation>> {
    let Some(role) = Role::of_number(row.get(3)?) else { return Ok(None) };
    Ok(Some(Invitation {
        id: InvitationId(row.get(0)?),
        group: GroupId(row.get(1)?),
        group_name: row.get(2)?,
        role,
        inviter: UserId(row.get(4)?),
        inviter_email: Email::stored(row.get(5)?),
        created: WallTime::from_seconds(row.get(6)?)?,
        expires: WallTime::from_seconds(row.get(7)?)?,
    }))
}

impl Snapshot<'_> {
    /// The invitation whose secret has that SHA-256 digest, if it is good at `now`. Whether who invites still may is not
    /// asked here.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn invitation(&self, digest: &[u8; 32], now: WallTime) -> Result<Option<Invitation>> {
        let found = self.conn.row(BY_DIGEST, params![&digest[..], now.seconds()], from_row)?;
        Ok(found.flatten())
    }

    /// The invitations to `group` that are good at `now`, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn invitations_to(&self, group: GroupId, now: WallTime) -> Result<Vec<Invitation>> {
        let found = self.conn.rows(OF_GROUP, params![group.0, now.seconds()], from_row)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Whether there are invitations that have expired by `now`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_expired_invitations(&self, now: WallTime) -> Result<bool> {
        Ok(self.conn.row(IS_EXPIRED, params![now.seconds()], |_| Ok(()))?.is_some())
    }

    /// How many invitations to `group` are good at `now`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_invitations(&self, group: GroupId, now: WallTime) -> Result<u32> {
        self.conn.one(COUNT_OF_GROUP, params![group.0, now.seconds()], |row| row.get(0))
    }
}

impl Transaction<'_> {
    /// Adds an invitation to `group` by `inviter`, and deletes some that have expired. `digest` is the SHA-256 digest of
    /// its secret.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_invitation(
        &self,
        group: GroupId,
        inviter: UserId,
        role: Role,
        digest: &[u8; 32],
        (created, expires): (WallTime, WallTime),
    ) -> Result<InvitationId> {
        let (created, expires) = (created.seconds(), expires.seconds());
        self.conn.execute(PURGE_EXPIRED, params![created, SLICE])?;
        let row = params![group.0, inviter.0, role.number(), &digest[..], created, expires];
        self.conn.one(INSERT, row, |row| row.get(0).map(InvitationId))
    }

    /// Deletes some of the invitations that have expired by `now`; gives how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn purge_expired_invitations(&self, now: WallTime) -> Result<usize> {
        self.conn.execute(PURGE_EXPIRED, params![now.seconds(), SLICE])
    }

    /// Deletes an invitation to `group`; gives whether there was one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_invitation(&self, group: GroupId, id: InvitationId) -> Result<bool> {
        let gone = self.conn.row(DELETE, params![group.0, id.0], |_| Ok(()))?;
        Ok(gone.is_some())
    }

    /// Deletes the invitations that `inviter`, who owns `group` no longer, has made to it.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_invitations_by(&self, group: GroupId, inviter: UserId) -> Result<()> {
        self.conn.execute(DELETE_BY, params![group.0, inviter.0]).map(drop)
    }

    /// Deletes all invitations that `inviter` has made.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_invitations_of(&self, inviter: UserId) -> Result<()> {
        self.conn.execute(DELETE_ALL_OF_USER, params![inviter.0]).map(drop)
    }
}
