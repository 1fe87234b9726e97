//! What the store promises to those above it, seen through its public functions alone and, from the
//! outside, through a connection of another program.
//!
//! Nothing here sleeps. Where the order of things matters, a write is held at a gate on the writer
//! thread, what should queue up behind it is polled once, and then the gate is opened.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use calendar_server::error::{Error, Result};
use calendar_server::model::{Email, ShortText, UserId, WallTime};
use calendar_server::store::{Snapshot, Store, Transaction};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How many writes may wait, by the store's own account.
const QUEUE: usize = 4096;

struct House {
    // Dropped in this order: the store lets go of its files before their folder goes.
    store: Store,
    runtime: Runtime,
    path: PathBuf,
    _folder: TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.sqlite");
        let (store, _) = Store::open(&path).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
        Self { store, runtime: runtime.unwrap(), path, _folder: folder }
    }

    /// Holds the writer thread inside a write of `name` until the gate is opened.
    fn hold(&self, name: &'static str) -> (Waiting<'_, ()>, Gate) {
        let ((running, seen), (open, gate)) = (channel(), channel());
        let held = begin(self.store.write(move |tx| {
            running.send(()).unwrap();
            gate.recv_timeout(Duration::from_secs(30)).unwrap();
            insert(tx, name)
        }));
        seen.recv_timeout(Duration::from_secs(30)).unwrap();
        (held, Gate(open))
    }

    fn add(&self, name: &str) -> impl Future<Output = Result<()>> + use<'_> {
        let name = name.to_owned();
        self.store.write(move |tx| insert(tx, &name))
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    fn knows(&self, name: &str) -> bool {
        let email = email(name);
        self.wait(self.store.read(move |snapshot| registered(snapshot, &email))).unwrap()
    }

    /// The users as another program sees them.
    fn users(&self) -> Vec<String> {
        users(&self.path)
    }
}

struct Gate(Sender<()>);

impl Gate {
    fn open(self) {
        self.0.send(()).unwrap();
    }
}

type Waiting<'s, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 's>>;

/// Polls `work` once, which queues it, and hands it back unanswered.
fn begin<'s, T>(work: impl Future<Output = Result<T>> + Send + 's) -> Waiting<'s, T> {
    let mut work: Waiting<'s, T> = Box::pin(work);
    let first = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first.is_pending(), "it was answered before anybody could have done it");
    work
}

fn email(name: &str) -> Email {
    Email::parse("useremail", &format!("{name}@example.com")).unwrap()
}

fn insert(tx: &Transaction<'_>, name: &str) -> Result<()> {
    tx.insert_user(&email(name), None, WallTime::MIN).map(drop)
}

fn registered(snapshot: &Snapshot<'_>, email: &Email) -> Result<bool> {
    Ok(snapshot.user_by_email(email)?.is_some())
}

fn users(path: &Path) -> Vec<String> {
    let conn = Connection::open(path).unwrap();
    let mut names =
        conn.prepare("SELECT replace(email, '@example.com', '') FROM user ORDER BY id").unwrap();
    let names = names.query_map([], |row| row.get(0)).unwrap();
    names.collect::<rusqlite::Result<_>>().unwrap()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[test]
fn a_write_that_fails_undoes_itself_and_nothing_else_of_its_commit() {
    let house = House::new();
    let (first, gate) = house.hold("first");
    let failing = begin(house.store.write(|tx| -> Result<()> {
        insert(tx, "half")?;
        assert!(registered(tx, &email("first"))?, "the writes do not share a transaction");
        Err(Error::Invalid("subject: no".into()))
    }));
    let path = house.path.clone();
    let last = begin(house.store.write(move |tx| {
        insert(tx, "last")?;
        let gone = !registered(tx, &email("half"))?;
        Ok((gone, registered(tx, &email("first"))?, users(&path)))
    }));
    gate.open();
    house.wait(first).unwrap();
    let error = house.wait(failing).unwrap_err();
    assert!(matches!(&error, Error::Invalid(text) if text == "subject: no"), "{error:?}");
    let (gone, shared, committed_then) = house.wait(last).unwrap();
    assert!(gone && shared);
    assert!(committed_then.is_empty(), "there was a commit between them: {committed_then:?}");
    assert_eq!(house.users(), ["first", "last"]);
}

#[test]
fn a_write_that_panics_is_an_internal_error_and_undoes_itself_alone() {
    let house = House::new();
    let (first, gate) = house.hold("first");
    let panicking = begin(house.store.write(|tx| -> Result<()> {
        insert(tx, "half")?;
        panic!("on purpose")
    }));
    let last = begin(house.add("last"));
    gate.open();
    house.wait(first).unwrap();
    let error = house.wait(panicking).unwrap_err();
    assert!(matches!(&error, Error::Internal(text) if text.contains("on purpose")), "{error:?}");
    house.wait(last).unwrap();
    assert_eq!(house.users(), ["first", "last"]);
    house.wait(house.add("after")).unwrap();
    assert!(house.knows("after"));
}

#[test]
fn a_write_that_breaks_a_constraint_is_undone_whole() {
    let house = House::new();
    house.wait(house.add("taken")).unwrap();
    let twice = house.store.write(|tx| {
        insert(tx, "new")?;
        insert(tx, "taken")
    });
    assert!(matches!(house.wait(twice), Err(Error::Internal(_))));
    assert_eq!(house.users(), ["taken"]);
}

#[test]
fn a_read_that_panics_is_an_internal_error_and_every_reader_goes_on() {
    let house = House::new();
    house.wait(house.add("somebody")).unwrap();
    for _ in 0..8 {
        let panicking = house.store.read(|_| -> Result<()> { panic!("on purpose") });
        let error = house.wait(panicking).unwrap_err();
        assert!(matches!(&error, Error::Internal(text) if text.contains("on purpose")));
        assert!(house.knows("somebody"));
    }
    // A snapshot that a panic left open would hide what is written after it.
    house.wait(house.add("later")).unwrap();
    assert!((0..8).all(|_| house.knows("later")));
}

#[test]
fn a_write_whose_client_has_gone_is_done_all_the_same() {
    let house = House::new();
    let (held, gate) = house.hold("held");
    let queued = begin(house.add("queued"));
    drop((held, queued));
    gate.open();
    house.wait(house.add("behind")).unwrap();
    assert_eq!(house.users(), ["held", "queued", "behind"]);
}

#[test]
fn a_read_sees_every_write_that_was_answered_before_it() {
    let house = House::new();
    let one_client = async |client: usize| {
        for round in 0..50 {
            let name = format!("{client}-{round}");
            house.add(&name).await.unwrap();
            let email = email(&name);
            let seen = house.store.read(move |snapshot| registered(snapshot, &email)).await;
            assert!(seen.unwrap(), "{name} was answered but is not to be seen");
        }
    };
    house.wait(async { tokio::join!(one_client(0), one_client(1), one_client(2), one_client(3)) });
    assert_eq!(house.users().len(), 200);
}

#[test]
fn reads_go_on_while_the_writer_is_held_and_see_the_last_commit() {
    let house = House::new();
    house.wait(house.add("committed")).unwrap();
    let (held, gate) = house.hold("pending");
    assert!(house.knows("committed"));
    assert!(!house.knows("pending"));
    gate.open();
    house.wait(held).unwrap();
    assert!(house.knows("pending"));
}

#[test]
fn a_read_sees_one_state_from_its_beginning_to_its_end() {
    let house = House::new();
    let ((begun, seen), (open, gate)): (_, (_, Receiver<()>)) = (channel(), channel());
    let read = begin(house.store.read(move |snapshot| {
        let before = registered(snapshot, &email("meanwhile"))?;
        begun.send(()).unwrap();
        gate.recv_timeout(Duration::from_secs(30)).unwrap();
        Ok((before, registered(snapshot, &email("meanwhile"))?))
    }));
    seen.recv_timeout(Duration::from_secs(30)).unwrap();
    house.wait(house.add("meanwhile")).unwrap();
    open.send(()).unwrap();
    assert_eq!(house.wait(read).unwrap(), (false, false));
    assert!(house.knows("meanwhile"));
}

#[test]
fn a_lock_that_another_program_holds_makes_writes_unavailable_until_it_lets_go() {
    let house = House::new();
    let other = Connection::open(&house.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let writes = (0..3).map(|number| begin(house.add(&format!("refused-{number}"))));
    for write in writes.collect::<Vec<_>>() {
        let error = house.wait(write).unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    }
    let waited = started.elapsed();
    assert!(waited >= Duration::from_millis(4500), "it gave up after {waited:?}");
    assert!(waited < Duration::from_secs(9), "one waited behind another: {waited:?}");
    other.execute_batch("ROLLBACK").unwrap();
    house.wait(house.add("again")).unwrap();
    assert_eq!(house.users(), ["again"]);
}

#[test]
fn a_lock_that_is_let_go_in_time_is_waited_for() {
    let house = House::new();
    let other = Connection::open(&house.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let write = begin(house.add("patient"));
    // A read that has been answered leaves the writer time to run into the lock.
    assert!(!house.knows("patient"));
    other.execute_batch("COMMIT").unwrap();
    house.wait(write).unwrap();
    assert_eq!(house.users(), ["patient"]);
}

#[test]
fn one_write_more_than_the_queue_holds_is_unavailable_at_once() {
    let house = House::new();
    let (held, gate) = house.hold("held");
    let mut waiting: Vec<_> =
        (0..QUEUE).map(|number| begin(house.add(&format!("n{number}")))).collect();
    for _ in 0..3 {
        let mut over = Box::pin(house.add("over"));
        match over.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(Error::Unavailable(_))) => {}
            other => panic!("the queue took more than {QUEUE}: {other:?}"),
        }
    }
    gate.open();
    house.wait(held).unwrap();
    for write in waiting.drain(..) {
        house.wait(write).unwrap();
    }
    house.wait(house.add("after")).unwrap();
    let users = house.users();
    assert_eq!(users.len(), QUEUE + 2);
    assert!(!users.contains(&"over".to_owned()));
    let in_order = (0..QUEUE).map(|number| format!("n{number}"));
    assert!(users[1..=QUEUE].iter().cloned().eq(in_order), "the queue was overtaken");
}

#[test]
fn closing_the_store_first_finishes_what_is_queued() {
    let house = House::new();
    let (held, gate) = house.hold("held");
    let queued: Vec<_> = (0..2000).map(|number| begin(house.add(&format!("n{number}")))).collect();
    drop((held, queued));
    gate.open();
    let House { store, path, _folder, .. } = house;
    drop(store);
    assert_eq!(users(&path).len(), 2001);
}

#[test]
fn a_closed_store_is_one_file() {
    let House { store, runtime, path, _folder: folder } = House::new();
    runtime.block_on(store.write(|tx| insert(tx, "somebody"))).unwrap();
    runtime.block_on(store.read(|snapshot| snapshot.groups())).unwrap();
    assert!(beside(&path, "-wal").exists(), "it is not in WAL mode");
    drop(store);
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["calendar.sqlite"]);
    // The file alone holds everything: what is copied now is a whole calendar.
    let copy = folder.path().join("copy.sqlite");
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(users(&copy), ["somebody"]);
}

#[test]
fn only_the_owner_can_read_the_files() {
    let house = House::new();
    house.wait(house.add("somebody")).unwrap();
    assert!(house.knows("somebody"));
    for suffix in ["", "-wal", "-shm"] {
        let file = std::fs::metadata(beside(&house.path, suffix)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "calendar.sqlite{suffix}");
    }
}

#[test]
fn what_was_answered_is_there_when_the_store_is_opened_again() {
    let House { store, runtime, path, _folder } = House::new();
    let key = store.signing_key().to_vec();
    runtime.block_on(store.write(|tx| insert(tx, "somebody"))).unwrap();
    drop(store);
    let (store, opened) = Store::open(&path).unwrap();
    assert!(!opened.made && opened.applied.is_empty(), "{opened:?}");
    assert_eq!(store.signing_key(), key);
    let seen = store.read(|snapshot| registered(snapshot, &email("SomeBody")));
    assert!(runtime.block_on(seen).unwrap());
}

#[test]
fn a_group_needs_a_creator_who_exists() {
    let house = House::new();
    let orphan = house.store.write(|tx| {
        let name = ShortText::parse("group_name", "orphan")?;
        tx.insert_group(UserId(7), &name, WallTime::MIN)
    });
    assert!(matches!(house.wait(orphan), Err(Error::Internal(_))));
    let groups = house.wait(house.store.read(|snapshot| snapshot.groups())).unwrap();
    assert!(groups.is_empty());
}
