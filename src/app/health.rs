//! The health check: whether the database can be read and written, checked at most once a second.
//!
//! A check writes to the disk, and anybody may request one. So its result is kept for a second, and
//! a flood of requests costs one write a second.
//!
//! A monitor gets its answer in good time even if the database gives none. A request waits for a
//! check for at most [`WAIT`], and is then told the last known result. A check without a result after
//! [`OVERDUE`] counts as failed until it has one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout_at};

use crate::error::Result;
use crate::store::{BackupHistory, PendingNote, Store};

/// How long a result is kept, counted from the beginning of its check.
const REMEMBERED: Duration = Duration::from_secs(1);
/// How long after the beginning of a check a request waits for its result.
const WAIT: Duration = Duration::from_millis(80);
/// How long a check may take until it counts as failed.
const OVERDUE: Duration = Duration::from_secs(5);

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
    read: Check<BackupHistory>,
    write: Check<()>,
    pending: PendingNote,
}

impl Health {
    /// A health check for a server whose backups put into `pending` an outcome that they cannot
    /// record in the database.
    #[must_use]
    pub fn new(pending: PendingNote) -> Self {
        Self { pending, ..Self::default() }
    }

    /// Checks whether the store can be read and written, unless a result is kept. Answers within 80
    /// milliseconds: what is not known by then is as it was last known, and false if it never was.
    ///
    /// It has to be called on a Tokio runtime with a timer.
    pub async fn look(&self, store: &Store) -> Condition {
        // Both begin before either is waited for.
        let read = self.read.begin(|| store.queue_watch(|snapshot| snapshot.backup_history()));
        let write = self.write.begin(|| store.queue_write(|tx| tx.touch()));
        let noted = self.read.result(read).await;
        let write = self.write.result(write).await.is_some();
        Condition { read: noted.is_some(), write, backups: self.pending.with(noted) }
    }
}

/// One of the things that are checked. Requests share a check that has begun.
#[derive(Debug)]
struct Check<T>(Arc<watch::Sender<Seen<T>>>);

/// Timed by the monotonic clock, since the wall clock may be set back.
#[derive(Debug)]
struct Seen<T> {
    /// When the last check began.
    begun: Option<Instant>,
    /// Whether it has no result yet.
    running: bool,
    /// The last result; none if it was a failure.
    last: Option<T>,
}

impl<T> Default for Check<T> {
    fn default() -> Self {
        let seen = Seen { begun: None, running: false, last: None };
        Self(Arc::new(watch::Sender::new(seen)))
    }
}

impl<T: Clone + Send + Sync + 'static> Check<T> {
    /// Begins a check by `ask`, unless one is running or a result is kept. Gives when the last one
    /// began.
    fn begin(&self, ask: impl FnOnce() -> Result<oneshot::Receiver<Result<T>>>) -> Instant {
        let now = Instant::now();
        let mut begun = now;
        let begins = self.0.send_if_modified(|seen| {
            match seen.begun {
                Some(at) if seen.running || now.duration_since(at) < REMEMBERED => {
                    begun = at;
                    return false;
                }
                _ => (seen.begun, seen.running) = (Some(now), true),
            }
            true
        });
        if begins {
            match ask() {
                Ok(answer) => {
                    let check = Arc::clone(&self.0);
                    tokio::spawn(
                        async move { end(&check, answer.await.ok().and_then(Result::ok)) },
                    );
                }
                Err(_) => end(&self.0, None),
            }
        }
        begun
    }

    /// The result of the check that began at `begun`, or the last known one if it takes too long.
    async fn result(&self, begun: Instant) -> Option<T> {
        let mut seen = self.0.subscribe();
        let _ = timeout_at(begun + WAIT, seen.wait_for(|seen| !seen.running)).await;
        let seen = seen.borrow();
        let overdue = seen.running && begun.elapsed() > OVERDUE;
        if overdue { None } else { seen.last.clone() }
    }
}

/// Records the result of a check.
fn end<T>(check: &watch::Sender<Seen<T>>, result: Option<T>) {
    check.send_modify(|seen| (seen.running, seen.last) = (false, result));
}
