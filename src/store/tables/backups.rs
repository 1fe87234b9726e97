//! How the attempts at a backup went: the table `backup`, and what could not be noted there.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::error::Result;
use crate::model::WallTime;
use crate::store::engine::{Snapshot, Transaction};

/// How the attempts at a backup went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupHistory {
    /// When one was last made.
    pub last: Option<WallTime>,
    /// When and why one was not made, if that was the last attempt.
    pub failed: Option<(WallTime, String)>,
}

impl Snapshot<'_> {
    /// How the attempts at a backup went.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn backup_attempts(&self) -> Result<BackupHistory> {
        attempts(self.conn)
    }
}

pub(in crate::store) fn attempts(conn: &Connection) -> Result<BackupHistory> {
    let mut found = BackupHistory::default();
    let mut statement = conn.prepare("SELECT finished, failure FROM backup ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    let mut first = true;
    while let Some(row) = rows.next()? {
        let at = WallTime::from_seconds(row.get(0)?)?;
        match row.get::<_, Option<String>>(1)? {
            None => {
                found.last = Some(at);
                break;
            }
            Some(failure) if first => found.failed = Some((at, failure)),
            Some(_) => {}
        }
        first = false;
    }
    Ok(found)
}

impl Transaction<'_> {
    /// Notes an attempt at a backup, and why it failed if it did; the last hundred are kept.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn note_backup(&self, finished: WallTime, failure: Option<&str>) -> Result<()> {
        let sql = "INSERT INTO backup (finished, failure) VALUES (?1, ?2)";
        self.conn.execute(sql, (finished.seconds(), failure))?;
        let old = "DELETE FROM backup WHERE id <= (SELECT max(id) FROM backup) - 100
            AND id <> (SELECT max(id) FROM backup WHERE failure IS NULL)";
        self.conn.execute(old, [])?;
        Ok(())
    }
}

/// The last attempt, where it could not be noted in the database: a database that cannot be written
/// may be why it failed. Its clones remember the same.
#[derive(Debug, Clone, Default)]
pub struct PendingNote(Arc<Mutex<Option<Attempt>>>);

/// When it was, and why it failed if it did.
type Attempt = (WallTime, Option<String>);

impl PendingNote {
    /// Remembers an attempt, or that the last one is noted.
    pub fn set(&self, attempt: Option<Attempt>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = attempt;
    }

    /// How the attempts went, by what is noted and what is not; none where neither is known.
    #[must_use]
    pub fn with(&self, noted: Option<BackupHistory>) -> Option<BackupHistory> {
        let unnoted = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((at, failure)) = unnoted else { return noted };
        let noted = noted.unwrap_or_default();
        let newest = noted.failed.as_ref().map(|(at, _)| *at).max(noted.last);
        Some(match failure {
            // A command made one since.
            _ if newest > Some(at) => noted,
            None => BackupHistory { last: Some(at), failed: None },
            Some(why) => BackupHistory { failed: Some((at, why)), ..noted },
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
    fn what_could_not_be_noted_counts_until_something_newer_is() {
        let unnoted = PendingNote::default();
        let made = BackupHistory { last: Some(at(10)), failed: None };
        assert_eq!(unnoted.with(None), None);
        assert_eq!(unnoted.with(Some(made.clone())), Some(made.clone()));

        unnoted.set(Some((at(20), Some("no room".into()))));
        let failed = Some((at(20), "no room".to_owned()));
        assert_eq!(
            unnoted.with(Some(made.clone())),
            Some(BackupHistory { last: Some(at(10)), failed: failed.clone() })
        );
        assert_eq!(unnoted.with(None), Some(BackupHistory { last: None, failed }));
        let newer = BackupHistory { last: Some(at(30)), failed: None };
        assert_eq!(unnoted.with(Some(newer.clone())), Some(newer));

        unnoted.set(Some((at(40), None)));
        assert_eq!(
            unnoted.with(Some(made)),
            Some(BackupHistory { last: Some(at(40)), failed: None })
        );
    }
}
