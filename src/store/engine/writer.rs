//! The one thread that writes.
//!
//! It takes what has queued up, runs each piece of work in a savepoint of its own inside one
//! transaction, commits once (`synchronous=FULL`, so that a commit is on disk), and only then
//! answers them all. Under load that shares one wait for the disk among many writers; alone, a
//! write waits for nobody. Work that fails or panics undoes its savepoint and nothing else, and
//! work whose client has gone away runs to its end like any other. The queue is bounded: when it is
//! full a caller is told so at once instead of waiting for ever. While nobody asks it for anything
//! it does what earlier writes have left to do (`upkeep.rs`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::activity::Activity;
use super::transaction::{execute, panic_text};
use super::{BUSY_TIMEOUT, Transaction};
use crate::error::{Error, Result};

/// How many writes may wait; at thousands a second, more than would be answered in good time.
const QUEUE: usize = 4096;
/// How many writes one commit takes at the most, so that the first of them is not kept waiting.
const BATCH: usize = 512;

/// For how long nobody has to have asked for anything before there is time for upkeep.
const IDLE: Duration = Duration::from_millis(20);
/// How long is waited between two slices of upkeep.
const PAUSE: Duration = Duration::from_millis(1);
/// How often a slice is done where there is never time.
const AT_LEAST: Duration = Duration::from_millis(100);

/// Runs inside the transaction, and gives what is left to do once its outcome is known: to answer.
/// Without a connection, because no transaction could begin, it runs nothing.
type Job = Box<dyn FnOnce(Option<&Connection>) -> Answer + Send>;
/// Does a step of deferred work, and tells whether there may be more.
type Upkeep = fn(&mut Connection) -> Result<bool>;
/// Takes why the transaction failed, if it did.
type Answer = Box<dyn FnOnce(Option<&str>)>;

#[derive(Debug)]
pub(in crate::store) struct Writer {
    jobs: Option<Sender<Job>>,
    activity: Arc<Activity>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. When idle it does steps of `upkeep`, which tells whether there may be more.
    pub(in crate::store) fn start(conn: Connection, upkeep: Upkeep) -> Result<Self> {
        let (jobs, queue) = bounded(QUEUE);
        let activity = Arc::new(Activity::default());
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn({
                let activity = Arc::clone(&activity);
                move || serve(conn, &queue, &activity, upkeep)
            })
            .map_err(|error| Error::Setup(format!("cannot start the writer thread: {error}")))?;
        Ok(Self { jobs: Some(jobs), activity, thread: Some(thread) })
    }

    pub(in crate::store) fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.activity)
    }

    pub(in crate::store) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let activity = Arc::clone(&self.activity);
        let job: Job = Box::new(move |conn| {
            activity.taken();
            let result = conn.map(|conn| in_savepoint(conn, work));
            Box::new(move |failure| {
                let result = match (failure, result) {
                    (None, Some(result)) => result,
                    (reason, _) => Err(Error::Unavailable(reason.unwrap_or("not run").to_owned())),
                };
                // The client may have gone; what it asked for is done all the same.
                let _ = reply.send(result);
            })
        });
        let closed = || Error::Unavailable("the writer has stopped".into());
        self.activity.queued();
        match self.jobs.as_ref().ok_or_else(closed)?.try_send(job) {
            Ok(()) => answer.await.map_err(|_| closed())?,
            Err(refused) => {
                self.activity.taken();
                Err(match refused {
                    TrySendError::Full(_) => {
                        Error::Unavailable("too many writes are waiting".into())
                    }
                    TrySendError::Disconnected(_) => closed(),
                })
            }
        }
    }
}

/// Waits until all that was queued is on disk.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer thread panicked");
        }
    }
}

fn serve(mut conn: Connection, queue: &Receiver<Job>, activity: &Activity, upkeep: Upkeep) {
    // The process before this one may have left something to do.
    let (mut left, mut last, mut patience) = (true, Instant::now(), IDLE);
    loop {
        let waited = if left {
            queue.recv_timeout(patience)
        } else {
            queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match waited {
            Ok(job) => {
                write(&conn, job, queue, activity);
                (left, patience) = (true, IDLE);
                if last.elapsed() < AT_LEAST {
                    continue;
                }
            }
            Err(RecvTimeoutError::Timeout) => patience = PAUSE,
            Err(RecvTimeoutError::Disconnected) => return,
        }
        left = run_upkeep(&mut conn, upkeep);
        last = Instant::now();
    }
}

/// Does a slice of upkeep, if no other process is writing. Gives whether there may be more to do;
/// after a failure not before the next write.
fn run_upkeep(conn: &mut Connection, upkeep: Upkeep) -> bool {
    let mut slice = || {
        conn.busy_timeout(Duration::ZERO)?;
        let done = upkeep(conn);
        conn.busy_timeout(BUSY_TIMEOUT)?;
        done
    };
    slice().unwrap_or_else(|error| {
        tracing::warn!("what is left to do has to wait: {error}");
        false
    })
}

/// Does `job` and what is queued behind it, and answers.
fn write(conn: &Connection, job: Job, queue: &Receiver<Job>, activity: &Activity) {
    if let Err(error) = execute(conn, "BEGIN IMMEDIATE") {
        // Whoever waits behind it would only wait as long again for the same lock.
        let reason = format!("cannot begin to write: {error}");
        tracing::error!("{reason}");
        // Taken before the first answer: what is asked for after it deserves a try of its own.
        let waiting: Vec<Job> = std::iter::once(job).chain(queue.try_iter()).collect();
        for job in waiting {
            job(None)(Some(&reason));
        }
        return;
    }
    let (answers, failure) = run_batch(conn, job, queue);
    match &failure {
        Some(reason) => tracing::error!(writes = answers.len(), "nothing was stored: {reason}"),
        None => activity.committed(answers.len()),
    }
    for answer in answers {
        answer(failure.as_deref());
    }
}

/// Runs `first` and what is queued behind it, then commits. Gives why that failed, if it did.
fn run_batch(
    conn: &Connection,
    first: Job,
    queue: &Receiver<Job>,
) -> (Vec<Answer>, Option<String>) {
    let mut answers = vec![first(Some(conn))];
    // SQLite ends the whole transaction by itself when, say, the disk is full.
    while !conn.is_autocommit() && answers.len() < BATCH {
        match queue.try_recv() {
            Ok(job) => answers.push(job(Some(conn))),
            Err(_) => break,
        }
    }
    if conn.is_autocommit() {
        return (answers, Some("the transaction was ended by SQLite".into()));
    }
    let failure = execute(conn, "COMMIT").err().map(|error| format!("cannot commit: {error}"));
    if failure.is_some()
        && !conn.is_autocommit()
        && let Err(error) = conn.execute_batch("ROLLBACK")
    {
        tracing::error!("cannot roll back: {error}");
    }
    (answers, failure)
}

/// Runs `work` so that all of it is undone if it fails or panics.
fn in_savepoint<T, F>(conn: &Connection, work: F) -> Result<T>
where
    F: FnOnce(&Transaction<'_>) -> Result<T>,
{
    execute(conn, "SAVEPOINT work")?;
    let result = catch_unwind(AssertUnwindSafe(|| work(&Transaction::on(conn))))
        .unwrap_or_else(|panic| Err(Error::Internal(panic_text(&*panic))));
    if conn.is_autocommit() {
        return result;
    }
    let close = || -> rusqlite::Result<()> {
        if result.is_err() {
            execute(conn, "ROLLBACK TO work")?;
        }
        execute(conn, "RELEASE work")
    };
    if let Err(error) = close() {
        // Then it cannot be told from the others' work: all of it is undone, and all are told so.
        tracing::error!("cannot end a savepoint: {error}");
        conn.execute_batch("ROLLBACK")?;
    }
    result
}
