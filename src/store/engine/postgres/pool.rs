//! PostgreSQL, which several servers share: threads, each with a connection of its own that it drives itself.
//!
//! Reads wait in one queue, by turns, and writes in another, each for the next of half of the threads that is free: a
//! write may wait for a lock, or for the standby, and no read does. There is no group commit
//! here: PostgreSQL has its own, over all connections. What one transaction decides by must not be changed by
//! another meanwhile, so it locks: first the row of the caller (`Snapshot::user_by_email`), then the event,
//! then the group. Every transaction of a server has one caller and at most one group, so none of them wait
//! for each other in a circle.
//!
//! A connection that was lost is opened again for the next piece of work, to whichever server then takes
//! writes. What cannot be done because there is none is refused after [`PATIENCE`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::address::Address;
use super::session::{Limits, Session};
use crate::error::{Error, Result};
use crate::store::engine::activity::Activity;
use crate::store::engine::conn::Conn;
use crate::store::engine::lanes::Lane;
use crate::store::engine::queue::Queue;
use crate::store::engine::transaction::{Snapshot, Transaction, panic_text};

/// How long work waits for a connection while no server takes writes.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait between two tries of a connection.
const PAUSE: Duration = Duration::from_millis(100);
/// How long an idle pool waits until it looks for deferred work, which another server may have left.
const UPKEEP: Duration = Duration::from_secs(1);

/// A connection, or why there is none.
type Ready<'s> = std::result::Result<&'s Session, &'s str>;

/// Work, and since when it waits.
struct Job {
    since: Instant,
    work: Box<dyn FnOnce(Ready<'_>) + Send>,
}

/// Does a step of deferred work; gives whether there may be more.
pub(in crate::store) type Upkeep = Box<dyn FnMut(Conn<'_>) -> Result<bool> + Send>;

/// What the pool does when nobody asks for anything.
#[derive(Clone, Copy)]
pub(in crate::store) struct Chores {
    /// Gives what does a step of deferred work each time, and gives whether there may be more.
    pub(in crate::store) upkeep: fn() -> Upkeep,
    /// Counts the standbys that confirm each commit.
    pub(in crate::store) standbys: fn(Conn<'_>) -> Result<usize>,
}

/// The threads and their queues.
pub(in crate::store) struct Postgres {
    reads: Arc<Queue<Job>>,
    writes: Arc<Queue<Job>>,
    /// For the health check, whose answer must not wait for others.
    watcher: Arc<Queue<Job>>,
    activity: Arc<Activity>,
    threads: Vec<JoinHandle<()>>,
    upkeep: Option<crossbeam_channel::Sender<()>>,
}

impl Postgres {
    /// Connects to the database at `address` and starts `connections` threads, at least one for reads and one for
    /// writes. `chores` are done by a thread and a connection of its own.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot be reached, or a thread cannot be started.
    pub(in crate::store) fn start(
        address: &Address,
        connections: usize,
        chores: Chores,
    ) -> Result<Self> {
        let (stop, stopped) = crossbeam_channel::bounded(0);
        let writers = (connections / 2).max(1);
        let readers = (connections - writers).max(1);
        let mut pool = Self {
            reads: Arc::new(Queue::new(readers)),
            writes: Arc::new(Queue::new(writers)),
            watcher: Arc::new(Queue::new(1)),
            activity: Arc::default(),
            threads: Vec::new(),
            upkeep: Some(stop),
        };
        for number in 1..=readers {
            pool.spawn(format!("store-reader-{number}"), address, Arc::clone(&pool.reads))?;
        }
        for number in 1..=writers {
            pool.spawn(format!("store-writer-{number}"), address, Arc::clone(&pool.writes))?;
        }
        pool.spawn("store-watcher".into(), address, Arc::clone(&pool.watcher))?;
        let mut session = Some(connected(address, Limits::SERVER)?);
        let (address, activity) = (address.clone(), pool.activity());
        let count = move |session: Option<&Session>| {
            let counted =
                session.map(|session| read(session, |snapshot| (chores.standbys)(snapshot.conn)));
            activity.set_standbys_in_step(counted.and_then(Result::ok));
        };
        // Now, so that the first health check can tell.
        count(session.as_ref());
        let thread = std::thread::Builder::new().name("store-upkeep".into()).spawn(move || {
            let (mut wait, mut step) = (Duration::ZERO, (chores.upkeep)());
            while stopped.recv_timeout(wait) == Err(crossbeam_channel::RecvTimeoutError::Timeout) {
                wait = UPKEEP;
                session = session.take().filter(Session::is_open);
                if session.is_none() {
                    session = Session::open(&address, Limits::SERVER).ok();
                }
                count(session.as_ref());
                let Some(session) = &session else { continue };
                match write(session, |tx| step(tx.conn)) {
                    Ok(true) => wait = Duration::ZERO,
                    Ok(false) => {}
                    Err(error) => tracing::warn!("deferred work has to wait: {error}"),
                }
            }
        });
        pool.threads.push(thread.map_err(|error| cannot_start(&error))?);
        Ok(pool)
    }

    /// Starts a thread that does what is in `queue`.
    fn spawn(&mut self, name: String, address: &Address, queue: Arc<Queue<Job>>) -> Result<()> {
        // Opened now, so that the first request need not wait for it.
        let mut session = Some(connected(address, Limits::SERVER)?);
        let address = address.clone();
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let mut refused = None;
            queue.serve(|Job { since, work }: Job| {
                let ready = match session.take().filter(Session::is_open) {
                    Some(session) => Ok(session),
                    None => reopen(&address, since + PATIENCE, &mut refused),
                };
                work(ready.as_ref().map_err(String::as_str));
                session = ready.ok();
            });
        });
        self.threads.push(thread.map_err(|error| cannot_start(&error))?);
        Ok(())
    }

    /// The queue, in numbers.
    pub(in crate::store) fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.activity)
    }

    /// Runs `work`, which reads, in the turn of `lane`.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] if too much is waiting or no server takes writes,
    /// [`Error::Internal`] if `work` panics.
    pub(in crate::store) async fn read<T, F>(&self, lane: Lane, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        queue(&self.reads, lane, move |ready| read(ready?, work))?.await.map_err(|_| stopped())?
    }

    /// Queues `work` for the health check's thread.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too much is waiting.
    pub(in crate::store) fn queue_watch<T, F>(
        &self,
        work: F,
    ) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    {
        queue(&self.watcher, Lane::alone(), move |ready| read(ready?, work))
    }

    /// Queues `work`, which writes, and returns at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too much is waiting.
    pub(in crate::store) fn queue_write<T, F>(
        &self,
        work: F,
    ) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let activity = Arc::clone(&self.activity);
        self.activity.queued();
        let queued = queue(&self.writes, Lane::alone(), move |ready| {
            activity.taken();
            let done = write(ready?, work);
            if done.is_ok() {
                activity.committed(1);
            }
            done
        });
        if queued.is_err() {
            self.activity.taken();
        }
        queued
    }

    /// Runs `work`, which writes. When this returns `Ok`, what it wrote is on disk.
    ///
    /// # Errors
    /// As [`Postgres::read`]; [`Error::Unknown`] if the connection was lost during the commit.
    pub(in crate::store) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        self.queue_write(work)?.await.map_err(|_| stopped())?
    }
}

/// Waits until all that was queued is done.
impl Drop for Postgres {
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
        self.watcher.close();
        drop(self.upkeep.take());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
    }
}

fn stopped() -> Error {
    Error::Unavailable("the store has stopped".into())
}

fn cannot_start(error: &std::io::Error) -> Error {
    Error::Setup(format!("cannot start a thread of the store: {error}"))
}

/// A connection for a command.
///
/// # Errors
/// [`Error::Setup`] that names the address.
pub(in crate::store) fn open(address: &Address) -> Result<Session> {
    connected(address, Limits::COMMAND)
}

fn connected(address: &Address, limits: Limits) -> Result<Session> {
    Session::open(address, limits)
        .map_err(|why| Error::Setup(format!("cannot use {address}: {why}")))
}

/// A connection in place of one that was lost, by `until`. `refused` is when the last try failed, and why: work
/// that has waited long enough is then refused at once.
fn reopen(
    address: &Address,
    until: Instant,
    refused: &mut Option<(Instant, String)>,
) -> std::result::Result<Session, String> {
    loop {
        if let Some((at, why)) = refused
            && Instant::now() > until
            && at.elapsed() < PATIENCE
        {
            return Err(why.clone());
        }
        match Session::open(address, Limits::SERVER) {
            Ok(session) => {
                tracing::info!("connected to {address} again");
                *refused = None;
                return Ok(session);
            }
            Err(why) => {
                let why = format!("cannot use {address}: {why}");
                if refused.is_none() {
                    tracing::error!("{why}");
                }
                *refused = Some((Instant::now(), why));
            }
        }
        if Instant::now() < until {
            std::thread::sleep(PAUSE);
        }
    }
}

fn queue<T, F>(queue: &Queue<Job>, lane: Lane, work: F) -> Result<oneshot::Receiver<Result<T>>>
where
    T: Send + 'static,
    F: FnOnce(Result<&Session>) -> Result<T> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let work = Box::new(move |ready: Ready<'_>| {
        // The client may have gone; its work is done anyway.
        let _ = reply.send(work(ready.map_err(|why| Error::Unavailable(why.to_owned()))));
    });
    if queue.push(lane, Job { since: Instant::now(), work }) {
        Ok(answer)
    } else {
        Err(Error::Unavailable("too much is waiting for the database".into()))
    }
}

/// Runs `work`, which reads.
///
/// # Errors
/// Those of `work`; [`Error::Internal`] if it panics.
pub(in crate::store) fn read<T>(
    session: &Session,
    work: impl FnOnce(&Snapshot<'_>) -> Result<T>,
) -> Result<T> {
    session.begin_read();
    let done = caught(|| work(&Snapshot::on(Conn::Postgres(session))));
    session.end();
    done
}

/// Runs `work`, which writes, and commits.
///
/// # Errors
/// Those of `work`, after which nothing is stored; [`Error::Internal`] if it panics, [`Error::Unknown`] if the
/// connection was lost during the commit.
pub(in crate::store) fn write<T>(
    session: &Session,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    session.begin_write();
    let done = caught(|| work(&Transaction::on(Conn::Postgres(session))));
    let done = done.and_then(|done| session.commit().map(|()| done));
    session.end();
    done
}

/// Runs `work`, which writes, and rolls back.
///
/// # Errors
/// Those of `work`.
pub(in crate::store) fn rehearse<T>(
    session: &Session,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    session.begin_write();
    let done = caught(|| work(&Transaction::on(Conn::Postgres(session))));
    session.end();
    done
}

fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::Internal(panic_text(&*panic))))
}
