//! The one thread that writes.
//!
//! It takes what has queued up, runs each piece of work in a savepoint of its own inside one
//! transaction, commits once (`synchronous=FULL`, so that a commit is on disk), and only then answers
//! them all. Under load many writers share one wait for the disk; alone, a write waits for nobody.
//! Work that fails or panics undoes its own savepoint and nothing else. Work whose client has gone
//! runs to its end like any other. The queue is bounded: when it is full, a caller is refused at once
//! instead of waiting for ever. When idle the thread runs deferred work (`upkeep.rs`).
//!
//! While the files of the database are not at their paths, all writes are refused (`presence.rs`). The
//! thread looks twice a second, and before and after every commit. If they are not, it first
//! answers, and then saves the contents of the database to a new file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::activity::Activity;
use super::conn::Conn;
use super::connection::BUSY_TIMEOUT;
use super::place::{Place, RESCUED};
use super::presence::Presence;
use super::staged::StagedFile;
use super::transaction::{Transaction, execute, panic_text};
use crate::error::{Error, Result};

/// How many writes may wait: at thousands a second, more than can be answered in good time.
const QUEUE: usize = 4096;
/// The most writes of one commit, so that the first of them does not wait long.
const BATCH: usize = 512;
/// How long after its first write began a commit takes in another one. One user's slow writes then hold up
/// the answers to the writes before them by little more than one of them takes.
const LONGEST: Duration = Duration::from_millis(20);

/// How long the queue has to be empty before upkeep begins.
const IDLE: Duration = Duration::from_millis(20);
/// How long to wait between two steps of upkeep.
const PAUSE: Duration = Duration::from_millis(1);
/// How often a step of upkeep is done under constant load.
const AT_LEAST: Duration = Duration::from_millis(100);
/// How often to look whether the files are at their paths, without a write.
const LOOK: Duration = Duration::from_millis(500);
/// How long to wait after the contents of the database could not be saved.
const RETRY: Duration = Duration::from_mins(1);

/// Runs inside the transaction and gives its [`Answer`]. Gets no connection if no transaction could
/// begin, and then runs nothing.
type Job = Box<dyn FnOnce(Option<&Connection>) -> Answer + Send>;
/// Does a step of deferred work; gives whether there may be more.
type Upkeep = Box<dyn FnMut(&mut Connection) -> Result<bool> + Send>;
/// Answers the client, once the outcome is known. The argument is why the transaction failed, if it
/// did.
type Answer = Box<dyn FnOnce(Option<&str>)>;

/// The writer thread and its queue.
#[derive(Debug)]
pub(in crate::store) struct Writer {
    jobs: Option<Sender<Job>>,
    activity: Arc<Activity>,
    presence: Arc<Presence>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which writes to `conn`, a connection to the database at `place`, and does
    /// steps of `upkeep` when idle.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot be started.
    pub(in crate::store) fn start(
        place: &Place,
        conn: Connection,
        mut upkeep: Upkeep,
    ) -> Result<Self> {
        let (jobs, queue) = bounded(QUEUE);
        let activity = Arc::new(Activity::default());
        let presence = Arc::new(Presence::of(place)?);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn({
                let thread = Thread {
                    place: place.clone(),
                    conn,
                    presence: Arc::clone(&presence),
                    activity: Arc::clone(&activity),
                    rescue_at: None,
                };
                move || thread.serve(&queue, &mut upkeep)
            })
            .map_err(|error| Error::Setup(format!("cannot start the writer thread: {error}")))?;
        Ok(Self { jobs: Some(jobs), activity, presence, thread: Some(thread) })
    }

    /// The queue and the commits, in numbers.
    pub(in crate::store) fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.activity)
    }

    /// Whether the files of the database are at their paths.
    pub(in crate::store) fn presence(&self) -> Arc<Presence> {
        Arc::clone(&self.presence)
    }

    /// Runs `work` on the thread, and returns when it is on disk.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] if too many writes are waiting or nothing could be
    /// stored, [`Error::Internal`] if `work` panics.
    pub(in crate::store) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        self.queue(work)?.await.map_err(|_| stopped())?
    }

    /// Queues `work` as [`Writer::run`] does, and returns at once. The receiver gets its result, or is
    /// closed if the thread stops.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too many writes are waiting, or the files are not at their paths.
    pub(in crate::store) fn queue<T, F>(&self, work: F) -> Result<oneshot::Receiver<Result<T>>>
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
                // The client may have gone; its work is done anyway.
                let _ = reply.send(result);
            })
        });
        if !self.activity.in_place() {
            return Err(Error::Unavailable("the database's files are not at their paths".into()));
        }
        self.activity.queued();
        match self.jobs.as_ref().ok_or_else(stopped)?.try_send(job) {
            Ok(()) => Ok(answer),
            Err(refused) => {
                self.activity.taken();
                Err(match refused {
                    TrySendError::Full(_) => {
                        Error::Unavailable("too many writes are waiting".into())
                    }
                    TrySendError::Disconnected(_) => stopped(),
                })
            }
        }
    }
}

fn stopped() -> Error {
    Error::Unavailable("the writer has stopped".into())
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

/// The state of the thread.
struct Thread {
    place: Place,
    conn: Connection,
    presence: Arc<Presence>,
    activity: Arc<Activity>,
    /// When to save the contents of the database; none while its files are at their paths, and once they
    /// are saved.
    rescue_at: Option<Instant>,
}

impl Thread {
    fn serve(mut self, queue: &Receiver<Job>, upkeep: &mut Upkeep) {
        // The process before this one may have left deferred work.
        let (mut left, mut last, mut patience) = (true, Instant::now(), IDLE);
        loop {
            let busy = left && self.activity.in_place();
            match queue.recv_timeout(if busy { patience } else { LOOK }) {
                Ok(job) => {
                    self.write(job, queue);
                    (left, patience) = (true, IDLE);
                    if last.elapsed() < AT_LEAST {
                        continue;
                    }
                }
                Err(RecvTimeoutError::Timeout) => patience = PAUSE,
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.fault().is_some() {
                self.rescue();
            } else if left {
                left = run_upkeep(&mut self.conn, upkeep);
            }
            last = Instant::now();
        }
        // The last chance: a file without a name ends with this process.
        if self.fault().is_some() && self.rescue_at.is_some() {
            self.rescue_at = Some(Instant::now());
            self.rescue();
        }
    }

    /// Looks whether the files are at their paths, and gives what is wrong. Logs a change.
    fn fault(&mut self) -> Option<String> {
        let fault = self.presence.fault();
        if self.activity.set_in_place(fault.is_none()) {
            self.rescue_at = fault.is_some().then(Instant::now);
            match &fault {
                None => tracing::info!("the files of the database are back: accepting writes"),
                Some(fault) => tracing::error!("{fault}: refusing all writes"),
            }
        }
        fault
    }

    /// Saves the contents of the database to a new file beside it, unless that is done or was just
    /// tried. A file that was removed has no name any more, and ends with this process.
    fn rescue(&mut self) {
        if self.rescue_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        match rescue(&self.conn, &self.place) {
            Ok(rescued) => {
                self.rescue_at = None;
                tracing::warn!("saved the contents of the database to {rescued}");
            }
            Err(error) => {
                self.rescue_at = Some(Instant::now() + RETRY);
                tracing::error!("cannot save the contents of the database: {error}");
            }
        }
    }

    /// Does `job` and what is queued behind it in one transaction, and answers.
    fn write(&mut self, job: Job, queue: &Receiver<Job>) {
        let begun = match self.fault() {
            Some(fault) => Err(fault),
            None => execute(&self.conn, "BEGIN IMMEDIATE")
                .map_err(|error| format!("cannot begin to write: {error}"))
                .inspect_err(|reason| tracing::error!("{reason}")),
        };
        if let Err(reason) = begun {
            // The jobs behind it fail too: each would wait as long again for the same lock.
            // Taken before the first answer: a job that comes after it gets a try of its own.
            let waiting: Vec<Job> = std::iter::once(job).chain(queue.try_iter()).collect();
            for job in waiting {
                job(None)(Some(&reason));
            }
            return;
        }
        let (answers, failure) = run_batch(&self.conn, job, queue, LONGEST);
        match &failure {
            Some(reason) => tracing::error!(writes = answers.len(), "nothing was stored: {reason}"),
            None => self.activity.committed(answers.len()),
        }
        // A commit to a file that has disappeared meanwhile must not be reported as stored.
        let failure = failure.or_else(|| self.fault());
        for answer in answers {
            answer(failure.as_deref());
        }
    }
}

/// Does a step of upkeep, if no other process is writing. Gives whether there may be more; after a
/// failure it waits for the next write.
fn run_upkeep(conn: &mut Connection, upkeep: &mut Upkeep) -> bool {
    let mut step = || {
        conn.busy_timeout(Duration::ZERO)?;
        let done = upkeep(conn);
        conn.busy_timeout(BUSY_TIMEOUT)?;
        done
    };
    step().unwrap_or_else(|error| {
        tracing::warn!("deferred work has to wait: {error}");
        false
    })
}

/// Saves the contents of the database at `place`, which `conn` reads, to a new file beside it. Gives
/// the place of that file.
fn rescue(conn: &Connection, place: &Place) -> Result<Place> {
    let staged = StagedFile::beside(place)?;
    let path = staged.place().path().to_str();
    let path = path.ok_or_else(|| Error::Setup(format!("the path of {place} is not UTF-8")))?;
    conn.execute("VACUUM INTO ?1", [path])?;
    let rescued = place.free_beside(RESCUED);
    if staged.persist_noclobber(&rescued)? {
        Ok(rescued)
    } else {
        Err(Error::Setup(format!("{rescued} exists already")))
    }
}

/// Runs `first` and what is queued behind it, for about `longest`, then commits. Gives why that failed, if
/// it did.
fn run_batch(
    conn: &Connection,
    first: Job,
    queue: &Receiver<Job>,
    longest: Duration,
) -> (Vec<Answer>, Option<String>) {
    let begun = Instant::now();
    let mut answers = vec![first(Some(conn))];
    // SQLite ends the whole transaction by itself when the disk is full, for example.
    while !conn.is_autocommit() && answers.len() < BATCH && begun.elapsed() < longest {
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

/// Runs `work` so that it is undone if it fails or panics, and nothing else is.
fn in_savepoint<T, F>(conn: &Connection, work: F) -> Result<T>
where
    F: FnOnce(&Transaction<'_>) -> Result<T>,
{
    execute(conn, "SAVEPOINT work")?;
    let result = catch_unwind(AssertUnwindSafe(|| work(&Transaction::on(Conn::Sqlite(conn)))))
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
        // The savepoint cannot be undone alone, so the whole batch is rolled back, and every job is
        // told so.
        tracing::error!("cannot end a savepoint: {error}");
        conn.execute_batch("ROLLBACK")?;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database in memory, in a transaction, and a queue of `count` jobs.
    fn queued(count: usize) -> (Connection, Receiver<Job>) {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (n INTEGER); BEGIN IMMEDIATE").unwrap();
        let (jobs, queue) = bounded(count);
        for _ in 0..count {
            let job: Job = Box::new(|conn| {
                conn.unwrap().execute_batch("INSERT INTO t VALUES (1)").unwrap();
                Box::new(|_| {})
            });
            assert!(jobs.try_send(job).is_ok());
        }
        (conn, queue)
    }

    fn committed(conn: &Connection) -> u32 {
        assert!(conn.is_autocommit());
        conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_commit_ends_when_its_time_is_up_and_leaves_the_rest_to_the_next() {
        let (conn, queue) = queued(3);
        let (answers, failure) = run_batch(&conn, queue.recv().unwrap(), &queue, Duration::ZERO);
        assert_eq!((answers.len(), failure), (1, None));
        assert_eq!((committed(&conn), queue.len()), (1, 2));
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (answers, failure) = run_batch(&conn, queue.recv().unwrap(), &queue, Duration::MAX);
        assert_eq!((answers.len(), failure), (2, None));
        assert_eq!((committed(&conn), queue.len()), (3, 0));
    }

    #[test]
    fn a_commit_has_a_maximum_of_writes() {
        let (conn, queue) = queued(BATCH + 1);
        let (answers, failure) = run_batch(&conn, queue.recv().unwrap(), &queue, Duration::MAX);
        assert_eq!((answers.len(), failure), (BATCH, None));
        assert_eq!((committed(&conn) as usize, queue.len()), (BATCH, 1));
    }
}
