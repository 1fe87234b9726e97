//! Reading, by read-only connections. A read never waits for the writer: in WAL mode it sees the last
//! commit.
//!
//! A read of a few rows runs on the caller's thread: handing it to another thread and waking up with
//! the answer costs more than the read. A read that may take longer runs on one of two reader
//! threads, so that it holds up no thread that serves connections. The two share one queue, so that a
//! long search holds up one of them, and not the reads that are next in line.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Snapshot;
use super::transaction::{execute, panic_text};
use crate::error::{Error, Result};

/// How many reads may wait.
const QUEUE: usize = 4096;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The reader threads, and the connections for inline reads.
#[derive(Debug)]
pub(in crate::store) struct Readers {
    /// The connections for inline reads that are not in use.
    idle: Mutex<Vec<Connection>>,
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts `threads` threads, whose names begin with `name`. `open` gives a connection for each of
    /// them, and for each of `inline` concurrent inline reads.
    ///
    /// # Errors
    /// Those of `open`; [`Error::Setup`] if a thread cannot be started.
    pub(in crate::store) fn start(
        name: &str,
        threads: usize,
        inline: usize,
        open: impl Fn() -> Result<Connection>,
    ) -> Result<Self> {
        let (jobs, queue) = bounded(QUEUE);
        let start_one = |number| {
            let (conn, queue): (_, Receiver<Job>) = (open()?, queue.clone());
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || queue.iter().for_each(|job| job(&conn)))
                .map_err(|error| Error::Setup(format!("cannot start a reader thread: {error}")))
        };
        let threads = (1..=threads).map(start_one).collect::<Result<_>>()?;
        let idle = (0..inline).map(|_| open()).collect::<Result<_>>()?;
        Ok(Self { idle: Mutex::new(idle), jobs: Some(jobs), threads })
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
        let Some(conn) = taken else { return self.run(work).await };
        let result = in_snapshot(&conn, work);
        idle().push(conn);
        result
    }

    /// Runs `work` on a reader thread.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] if too many reads are waiting, [`Error::Internal`] if
    /// `work` panics.
    pub(in crate::store) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        self.queue(work)?.await.map_err(|_| stopped())?
    }

    /// Queues `work` as [`Readers::run`] does, and returns at once. The receiver gets its result, or is
    /// closed if the threads stop.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too many reads are waiting.
    pub(in crate::store) fn queue<T, F>(&self, work: F) -> Result<oneshot::Receiver<Result<T>>>
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
        match self.jobs.as_ref().ok_or_else(stopped)?.try_send(job) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => {
                Err(Error::Unavailable("too many reads are waiting".into()))
            }
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }
}

fn stopped() -> Error {
    Error::Unavailable("the readers have stopped".into())
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.jobs.take());
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
    let result = catch_unwind(AssertUnwindSafe(|| work(&Snapshot { conn })))
        .unwrap_or_else(|panic| Err(Error::Internal(panic_text(&*panic))));
    if !conn.is_autocommit() {
        execute(conn, "ROLLBACK")?;
    }
    result
}
