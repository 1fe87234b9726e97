//! The history of the backups: the table `backup`, and the last backup that could not be recorded
//! there.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::model::WallTime;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The history of the backups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupHistory {
    /// When the last one was made.
    pub last: Option<WallTime>,
    /// When the last attempt failed and why, if it did.
    pub failed: Option<(WallTime, String)>,
}

/// The last attempt and the last backup, the later one first.
const NEWEST: Sql = Sql::both(
    "SELECT finished, failure FROM backup
    WHERE id = (SELECT max(id) FROM backup)
        OR id = (SELECT max(id) FROM backup WHERE failure IS NULL)
    ORDER BY id DESC",
);
const INSERT: Sql = Sql::both("INSERT INTO backup (finished, failure) VALUES (?1, ?2)");
const DELETE_OLD: Sql = Sql::both(
    "DELETE FROM backup WHERE id <= (SELECT max(id) FROM backup) - 100
    AND id <> (SELECT max(id) FROM backup WHERE failure IS NULL)",
);

impl Snapshot<'_> {
    /// The history of the backups.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn backup_history(&self) -> Result<BackupHistory> {
        history(self.conn)
    }
}

/// The history of the backups, read from a command's connection.
pub(in crate::store) fn history(conn: Conn<'_>) -> Result<BackupHistory> {
    // A PostgreSQL is backed up by its own tools; what is there was moved with the calendar.
    if let Conn::Postgres(_) = conn {
        conn.rows(NEWEST, params![], |_| Ok(()))?;
        return Ok(BackupHistory::default());
    }
    let attempts = conn.rows(NEWEST, params![], |row| {
        Ok((WallTime::from_seconds(row.get(0)?)?, row.get::<Option<String>>(1)?))
    })?;
    let last = attempts.iter().find(|(_, failure)| failure.is_none()).map(|(at, _)| *at);
    let failed = attempts.into_iter().next().and_then(|(at, failure)| Some((at, failure?)));
    Ok(BackupHistory { last, failed })
}

impl Transaction<'_> {
    /// Records a backup, and why it failed if it did. The last hundred are kept, and also the last
    /// successful one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_backup(&self, finished: WallTime, failure: Option<&str>) -> Result<()> {
        self.conn.execute(INSERT, params![finished.seconds(), failure])?;
        self.conn.execute(DELETE_OLD, params![]).map(drop)
    }
}

/// The outcome of the last backup, if it could not be recorded in the database. An unwritable
/// database may be why the backup failed. Clones share the outcome.
#[derive(Debug, Clone, Default)]
pub struct PendingNote(Arc<Mutex<Option<Outcome>>>);

/// When a backup ended, and why it failed if it did.
type Outcome = (WallTime, Option<String>);

impl PendingNote {
    /// Keeps the outcome of a backup that could not be recorded; none clears it.
    pub fn set(&self, outcome: Option<Outcome>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    /// Adds the unrecorded outcome to the recorded history; none if there is neither.
    #[must_use]
    pub fn with(&self, recorded: Option<BackupHistory>) -> Option<BackupHistory> {
        let pending = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((at, failure)) = pending else { return recorded };
        let recorded = recorded.unwrap_or_default();
        let newest = recorded.failed.as_ref().map(|(at, _)| *at).max(recorded.last);
        Some(match failure {
            // A command has made a backup since.
            _ if newest > Some(at) => recorded,
            None => BackupHistory { last: Some(at), failed: None },
            Some(why) => BackupHistory { failed: Some((at, why)), ..recorded },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> WallTime {
        WallTime::from_seconds(seconds).unwrap()
    }

    #[test]
    fn a_pending_note_is_used_until_a_newer_backup_is_recorded() {
        let pending = PendingNote::default();
        let made = BackupHistory { last: Some(at(10)), failed: None };
        assert_eq!(pending.with(None), None);
        assert_eq!(pending.with(Some(made.clone())), Some(made.clone()));

        pending.set(Some((at(20), Some("no room".into()))));
        let failed = Some((at(20), "no room".to_owned()));
        assert_eq!(
            pending.with(Some(made.clone())),
            Some(BackupHistory { last: Some(at(10)), failed: failed.clone() })
        );
        assert_eq!(pending.with(None), Some(BackupHistory { last: None, failed }));
        let newer = BackupHistory { last: Some(at(30)), failed: None };
        assert_eq!(pending.with(Some(newer.clone())), Some(newer));

        pending.set(Some((at(40), None)));
        assert_eq!(
            pending.with(Some(made)),
            Some(BackupHistory { last: Some(at(40)), failed: None })
        );
    }
}
