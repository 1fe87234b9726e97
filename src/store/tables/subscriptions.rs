//! The table `subscription`: groups that are filled from an outside calendar.
//!
//! Several servers look for what is due. Whoever sets `due` to a later time has the subscription until then, and is told
//! by that time from whoever has it afterwards: a fetch that took too long writes nothing any more. A subscription of a
//! deleted group is never due; its row goes with the group's.

use crate::error::Result;
use crate::model::{
    CalendarRead, CalendarSource, DueSubscription, Email, GroupId, ObjectId, UserId,
};
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// Counts the subscriptions of user ?1.
pub(in crate::store) const COUNT_OF_CREATOR: Sql = Sql::both(
    "
SELECT count(*) FROM calendar_group g JOIN subscription s ON s.group_id = g.id
WHERE g.creator_id = ?1 AND g.deleted = 0",
);

/// A subscription that was due at ?1.
pub(in crate::store) const DUE: Sql = Sql::each(
    "
SELECT s.group_id, s.due, s.url, s.etag, s.modified, s.wish, s.failures
FROM subscription s JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
WHERE s.due <= ?1 ORDER BY s.due LIMIT 1",
    "
SELECT s.group_id, s.due, s.url, s.etag, s.modified, s.wish, s.failures
FROM subscription s JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
WHERE s.due <= ?1 ORDER BY s.due LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED",
);

/// The same, for a look.
pub(in crate::store) const IS_DUE: Sql = Sql::both(
    "
SELECT 1 FROM subscription s JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
WHERE s.due <= ?1 LIMIT 1",
);

const CLAIM: Sql = Sql::both("UPDATE subscription SET due = ?2 WHERE group_id = ?1");

const IS_CLAIMED: Sql = Sql::both("SELECT 1 FROM subscription WHERE group_id = ?1 AND due = ?2");

const INSERT: Sql = Sql::both("INSERT INTO subscription (group_id, url, due) VALUES (?1, ?2, ?3)");

/// Forgets which version of its calendar group ?1 is filled from.
const FORGET_VERSION: Sql =
    Sql::both("UPDATE subscription SET etag = NULL, modified = NULL WHERE group_id = ?1");

const NOTE_READ: Sql = Sql::both(
    r#"
UPDATE subscription SET url = ?3, etag = ?4, modified = ?5, problem = ?6, wish = ?7, "read" = ?8, due = ?9,
    failures = 0
WHERE group_id = ?1 AND due = ?2"#,
);

const NOTE_FAILURE: Sql = Sql::both(
    "
UPDATE subscription SET problem = ?3, due = ?4, failures = failures + 1 WHERE group_id = ?1 AND due = ?2",
);

/// In whose name group ?1 is filled: its creator as long as they are a member, else the owner who is one for the longest time.
pub(in crate::store) const FILLER: Sql = Sql::both(
    r#"
SELECT u.email FROM calendar_group g JOIN member m ON m.group_id = g.id AND (m.user_id = g.creator_id OR m.role = 4)
JOIN "user" u ON u.id = m.user_id
WHERE g.id = ?1 AND g.deleted = 0
ORDER BY CASE WHEN m.user_id = g.creator_id THEN 0 ELSE 1 END, m.created, m.user_id LIMIT 1"#,
);

/// At most ?3 objects of group ?1 with a UID after ?2, by UID.
pub(in crate::store) const BY_UID: Sql = Sql::both(
    "
SELECT o.id, o.uid, o.ics FROM calendar_object o
WHERE o.group_id = ?1 AND o.uid > ?2 ORDER BY o.uid LIMIT ?3",
);

/// An object of a group that is filled from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedObject {
    /// Its id.
    pub id: ObjectId,
    /// Its UID.
    pub uid: String,
    /// Its text.
    pub ics: String,
}

impl Snapshot<'_> {
    /// How many subscriptions `creator` has made.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_subscriptions_of(&self, creator: UserId) -> Result<u32> {
        self.conn.one(COUNT_OF_CREATOR, params![creator.0], |row| row.get(0))
    }

    /// Whether a subscription is due at `now` (Unix time in seconds).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_due_subscription(&self, now: i64) -> Result<bool> {
        Ok(self.conn.row(IS_DUE, params![now], |_| Ok(()))?.is_some())
    }

    /// The email of the user in whose name `group` is filled: its creator as long as they are a member, else an owner. None if
    /// there is no such group.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn filler_of(&self, group: GroupId) -> Result<Option<Email>> {
        self.conn.row(FILLER, params![group.0], |row| row.get(0).map(Email::stored))
    }

    /// Whether a claim still holds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn is_claimed(&self, claim: &DueSubscription) -> Result<bool> {
        let claim = params![claim.group.0, claim.claimed];
        Ok(self.conn.row(IS_CLAIMED, claim, |_| Ok(()))?.is_some())
    }

    /// At most `limit` objects of `group` with a UID after `after`, by UID.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn copied_objects(
        &self,
        group: GroupId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<CopiedObject>> {
        self.conn.rows(BY_UID, params![group.0, after, limit], |row| {
            Ok(CopiedObject { id: ObjectId(row.get(0)?), uid: row.get(1)?, ics: row.get(2)? })
        })
    }
}

impl Transaction<'_> {
    /// Has `group` filled from `source`, from `due` on (Unix time in seconds).
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_subscription(
        &self,
        group: GroupId,
        source: &CalendarSource,
        due: i64,
    ) -> Result<()> {
        let url = source.to_string();
        self.conn.execute(INSERT, params![group.0, url.as_str(), due]).map(drop)
    }

    /// Claims a subscription that is due at `now`, if there is one, so that nobody else does until `until`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn claim_subscription(&self, now: i64, until: i64) -> Result<Option<DueSubscription>> {
        let Some(mut due) = self.conn.row(DUE, params![now], from_row)? else { return Ok(None) };
        due.claimed = until;
        self.conn.execute(CLAIM, params![due.group.0, until])?;
        Ok(Some(due))
    }

    /// Forgets which version of its calendar a group is filled from, before that is no longer so.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_calendar_version(&self, group: GroupId) -> Result<()> {
        self.conn.execute(FORGET_VERSION, params![group.0]).map(drop)
    }

    /// Notes that the calendar was read, if the claim still holds.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_calendar_read(&self, claim: &DueSubscription, read: &CalendarRead) -> Result<()> {
        let row = params![
            claim.group.0,
            claim.claimed,
            read.url.as_str(),
            read.etag.as_deref(),
            read.modified.as_deref(),
            read.problem.as_deref(),
            read.wish,
            read.read,
            read.due
        ];
        self.conn.execute(NOTE_READ, row).map(drop)
    }

    /// Notes why the calendar could not be read, if the claim still holds, and that it is to be fetched again at `due`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_calendar_failure(
        &self,
        claim: &DueSubscription,
        problem: &str,
        due: i64,
    ) -> Result<()> {
        let row = params![claim.group.0, claim.claimed, problem, due];
        self.conn.execute(NOTE_FAILURE, row).map(drop)
    }
}

fn from_row(row: &Row<'_>) -> Result<DueSubscription> {
    Ok(DueSubscription {
        group: GroupId(row.get(0)?),
        claimed: row.get(1)?,
        url: row.get(2)?,
        etag: row.get(3)?,
        modified: row.get(4)?,
        wish: row.get(5)?,
        failures: row.get(6)?,
    })
}
