//! Reading, by read-only connections. A read never waits for the writer: in WAL mode it sees the last
//! commit.
//!
//! A read of a few rows runs on the caller's thread: handing it to another thread and waking up with
//! the answer costs more than the read. A read that may take longer runs on a reader thread, so that
//! it holds up no thread that serves connections. Users take turns (`lanes.rs`), and one thread is
//! always left to the others: whatever one user searches for, the reads of the rest go on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Snapshot;
use super::conn::Conn;
use super::lanes::Lane;
use super::queue::Queue;
use super::transaction::{execute, panic_text};
use crate::error::{Error, Result};

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The reader threads, and the connections for inline reads.
pub(in crate::store) struct Readers {
    /// The connections for inline reads that are not in use.
    idle: Mutex<Vec<Connection>>,
    queue: Arc<Queue<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts `threads` threads, whose names begin with `name`. `open` gives a connection for each of
    /// them, and for each of `inline` concurrent inline reads. A lane has all threads but one, or the
    /// only one.
    ///
    /// # Errors
    /// Those of `open`; [`Error::Setup`] if a thread cannot be started.
    pub(in crate::store) fn start(
        name: &str,
        threads: usize,
        inline: usize,
        open: impl Fn() -> Result<Connection>,
    ) -> Result<Self> {
        let idle = (0..inline).map(|_| open()).collect::<Result<_>>()?;
        let queue = Arc::new(Queue::new(threads));
        // Dropped if a thread cannot be started, which ends those that were.
        let mut readers = Self { idle: Mutex::new(idle), queue, threads: Vec::new() };
        for number in 1..=threads {
            let (conn, queue) = (open()?, Arc::clone(&readers.queue));
            let thread = std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || queue.serve(|job: Job| job(&conn)))
                .map_err(|error| Error::Setup(format!("cannot start a reader thread: {error}")))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs `work` on this thread, or on a reader thread if every connection for inline reads is in
    /// use.
    ///
    /// # Errors
    /// As [`Readers::run`].
    pub(in crate::store) async fn read_inline<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let Some(conn) = taken else { return self.run(Lane::alone(), work).await };
        let result = in_snapshot(&conn, work);
        idle().push(conn);
        result
    }

    /// Runs `work` on a reader thread, in the turn of `lane`.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] if too many reads are waiting, in all or in `lane`;
    /// [`Error::Internal`] if `work` panics.
    pub(in crate::store) async fn run<T, F>(&self, lane: Lane, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.queue(lane, work)?.await.map_err(|_| stopped())?
    }

    /// Queues `work` as [`Readers::run`] does, and returns at once. The receiver gets its result, or is
    /// closed if the threads stop.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too many reads are waiting, in all or in `lane`.
    pub(in crate::store) fn queue<T, F>(
        &self,
        lane: Lane,
        work: F,
    ) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            // A client that has gone needs no answer.
            if !reply.is_closed() {
                let _ = reply.send(in_snapshot(conn, work));
            }
        });
        if self.queue.push(lane, job) {
            Ok(answer)
        } else {
            Err(Error::Unavailable("too many reads are waiting".into()))
        }
    }
}

fn stopped() -> Error {
    Error::Unavailable("the readers have stopped".into())
}

/// Waits until all that was queued is done.
impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reader thread panicked");
            }
        }
    }
}

/// Runs `work` inside a transaction, so that all its queries see the same state.
fn in_snapshot<T>(conn: &Connection, work: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
    execute(conn, "BEGIN")?;
    let result = catch_unwind(AssertUnwindSafe(|| work(&Snapshot::on(Conn::Sqlite(conn)))))
        .unwrap_or_else(|panic| Err(Error::Internal(panic_text(&*panic))));
    if !conn.is_autocommit() {
        execute(conn, "ROLLBACK")?;
    }
    result
}
