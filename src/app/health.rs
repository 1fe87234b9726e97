//! Whether the server can do its work, as it was a moment ago.
//!
//! To look means to write to the disk, and anybody may ask. So an answer is remembered for a second,
//! and who asks meanwhile gets the same: a flood of questions costs one write a second.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::store::{BackupHistory, PendingNote, Store};

/// How long an answer is remembered.
const REMEMBERED: Duration = Duration::from_secs(1);

/// What was seen.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Whether the database could be read.
    pub read: bool,
    /// Whether it could be written.
    pub write: bool,
    /// How the backups went, if that is known.
    pub backups: Option<BackupHistory>,
}

/// Looks, and remembers.
#[derive(Debug, Default)]
pub struct Health {
    /// By the monotonic clock, since the other may be set back. Held while looking, so that those who
    /// ask at the same time wait for one look.
    last: Mutex<Option<(Instant, Condition)>>,
    pending: PendingNote,
}

impl Health {
    /// That of a server whose backups put into `pending` what they cannot note in the database.
    #[must_use]
    pub fn new(pending: PendingNote) -> Self {
        Self { pending, ..Self::default() }
    }

    /// Reads and writes, unless that was done a moment ago.
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
