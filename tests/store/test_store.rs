//! A store in a folder of its own, seen through its public functions and, from outside, through a
//! connection of another program.
//!
//! Nothing here sleeps. Where the order matters, a write is held on the writer thread, the writes
//! that are to queue up behind it are polled once each, and then it is let go.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Waker};
use std::time::Duration;

use calendar_server::error::Result;
use calendar_server::model::{Email, WallTime};
use calendar_server::store::{Lane, Snapshot, Store, Transaction};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) struct TestStore {
    // Dropped in this order: the store closes its files before the folder is removed.
    pub(crate) store: Store,
    pub(crate) runtime: Runtime,
    pub(crate) path: PathBuf,
    pub(crate) _folder: TempDir,
}

impl TestStore {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.sqlite");
        let (store, _) = Store::open(&path).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
        Self { store, runtime: runtime.unwrap(), path, _folder: folder }
    }

    /// Holds the writer thread inside the write of user `name` until the gate is opened.
    pub(crate) fn hold(&self, name: &'static str) -> (Waiting<'_, ()>, Gate) {
        let ((running, seen), (open, gate)) = (channel(), channel());
        let held = begin(self.store.write(move |tx| {
            running.send(()).unwrap();
            gate.recv_timeout(Duration::from_secs(30)).unwrap();
            insert(tx, name)
        }));
        seen.recv_timeout(Duration::from_secs(30)).unwrap();
        (held, Gate(open))
    }

    pub(crate) fn add(&self, name: &str) -> impl Future<Output = Result<()>> + use<'_> {
        let name = name.to_owned();
        self.store.write(move |tx| insert(tx, &name))
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        let email = email(name);
        self.wait(self.store.read(Lane::alone(), move |snapshot| registered(snapshot, &email)))
            .unwrap()
    }

    /// Queues a read in `lane` that goes on until what is returned with it is dropped.
    pub(crate) fn long_read(&self, lane: Lane) -> (Waiting<'_, ()>, Sender<()>) {
        let (gate, opened) = channel();
        let read = self.store.read(lane, move |_| {
            let _ = opened.recv_timeout(Duration::from_secs(30));
            Ok(())
        });
        (begin(read), gate)
    }

    /// The users as another program sees them.
    pub(crate) fn users(&self) -> Vec<String> {
        users(&self.path)
    }
}

pub(crate) struct Gate(Sender<()>);

impl Gate {
    pub(crate) fn open(self) {
        self.0.send(()).unwrap();
    }
}

pub(crate) type Waiting<'s, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 's>>;

/// Polls `work` once, which queues it, and gives it back pending.
pub(crate) fn begin<'s, T>(work: impl Future<Output = Result<T>> + Send + 's) -> Waiting<'s, T> {
    let mut work: Waiting<'s, T> = Box::pin(work);
    let first = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first.is_pending(), "it was answered before anybody could have done it");
    work
}

pub(crate) fn email(name: &str) -> Email {
    Email::parse("useremail", &format!("{name}@example.com")).unwrap()
}

pub(crate) fn insert(tx: &Transaction<'_>, name: &str) -> Result<()> {
    tx.insert_user(&email(name), None, WallTime::MIN).map(drop)
}

pub(crate) fn registered(snapshot: &Snapshot<'_>, email: &Email) -> Result<bool> {
    Ok(snapshot.user_by_email(email)?.is_some())
}

pub(crate) fn users(path: &Path) -> Vec<String> {
    let conn = Connection::open(path).unwrap();
    let mut names =
        conn.prepare("SELECT replace(email, '@example.com', '') FROM user ORDER BY id").unwrap();
    let names = names.query_map([], |row| row.get(0)).unwrap();
    names.collect::<rusqlite::Result<_>>().unwrap()
}
