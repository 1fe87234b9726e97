//! The health check: whether the database can be read and written, checked at most once a second.
//!
//! A check writes to the disk, and anybody may request one. So its result is kept for a second, and
//! a flood of requests costs one write a second.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::store::{BackupHistory, PendingNote, Store};

/// How long a result is kept.
const REMEMBERED: Duration = Duration::from_secs(1);

/// The result of a check.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Whether the database could be read.
    pub read: bool,
    /// Whether it could be written.
    pub write: bool,
    /// The history of the backups, if it is known.
    pub backups: Option<BackupHistory>,
}

/// Checks the store, and keeps the result for a second.
#[derive(Debug, Default)]
pub struct Health {
    /// Timed by the monotonic clock, since the wall clock may be set back. Locked during a check,
    /// so that concurrent requests share one check.
    last: Mutex<Option<(Instant, Condition)>>,
    pending: PendingNote,
}

impl Health {
    /// A health check for a server whose backups put into `pending` an outcome that they cannot
    /// record in the database.
    #[must_use]
    pub fn new(pending: PendingNote) -> Self {
        Self { pending, ..Self::default() }
    }

    /// Checks whether the store can be read and written, unless a result is kept.
    pub async fn look(&self, store: &Store) -> Condition {
        let mut last = self.last.lock().await;
        if let Some((at, condition)) = &*last
            && at.elapsed() < REMEMBERED
        {
            return condition.clone();
        }
        let noted = store.read(|snapshot| snapshot.backup_history()).await.ok();
        let write = store.write(|tx| tx.touch()).await.is_ok();
        let condition =
            Condition { read: noted.is_some(), write, backups: self.pending.with(noted) };
        *last = Some((Instant::now(), condition.clone()));
        condition
    }
}
