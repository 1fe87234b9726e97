//! Whether the server can read and write its database.
//!
//! A check writes to the disk, and anybody may request one. So a result is cached for a second: a flood
//! of requests costs one write per second.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::store::{BackupHistory, PendingNote, Store};

/// How long a result is cached.
const CACHED: Duration = Duration::from_secs(1);

/// The result of a check.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Whether the database could be read.
    pub read: bool,
    /// Whether it could be written.
    pub write: bool,
    /// How the backups went, if known.
    pub backups: Option<BackupHistory>,
}

/// Checks the database, and caches the result.
#[derive(Debug, Default)]
pub struct Health {
    /// Timed by the monotonic clock, since the wall clock may be set back. Locked during a check, so
    /// that concurrent requests share one.
    last: Mutex<Option<(Instant, Condition)>>,
    pending: PendingNote,
}

impl Health {
    /// `pending` holds the outcome of a backup that could not be recorded in the database.
    #[must_use]
    pub fn new(pending: PendingNote) -> Self {
        Self { pending, ..Self::default() }
    }

    /// Reads and writes the database, or gives the cached result.
    pub async fn look(&self, store: &Store) -> Condition {
        let mut last = self.last.lock().await;
        if let Some((at, condition)) = &*last
            && at.elapsed() < CACHED
        {
            return condition.clone();
        }
        let recorded = store.read(|snapshot| snapshot.backup_history()).await.ok();
        let write = store.write(|tx| tx.touch()).await.is_ok();
        let condition =
            Condition { read: recorded.is_some(), write, backups: self.pending.with(recorded) };
        *last = Some((Instant::now(), condition.clone()));
        condition
    }
}
