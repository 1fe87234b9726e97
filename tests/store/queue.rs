//! The queue of writes: its length, and that it is finished.

use std::future::Future;
use std::task::{Context, Poll, Waker};

use calendar_server::error::Error;

use crate::test_store::{TestStore, begin, users};

/// How many writes may wait, as the store documents it.
const QUEUE: usize = 4096;

#[test]
fn a_write_beyond_the_queue_is_unavailable_at_once() {
    let test = TestStore::new();
    let (held, gate) = test.hold("held");
    let mut waiting: Vec<_> =
        (0..QUEUE).map(|number| begin(test.add(&format!("n{number}")))).collect();
    for _ in 0..3 {
        let mut over = Box::pin(test.add("over"));
        match over.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(Error::Unavailable(_))) => {}
            other => panic!("the queue took more than {QUEUE}: {other:?}"),
        }
    }
    gate.open();
    test.wait(held).unwrap();
    for write in waiting.drain(..) {
        test.wait(write).unwrap();
    }
    test.wait(test.add("after")).unwrap();
    let users = test.users();
    assert_eq!(users.len(), QUEUE + 2);
    assert!(!users.contains(&"over".to_owned()));
    let in_order = (0..QUEUE).map(|number| format!("n{number}"));
    assert!(users[1..=QUEUE].iter().cloned().eq(in_order), "the queue was overtaken");
}

#[test]
fn closing_the_store_finishes_the_queued_writes() {
    let test = TestStore::new();
    let (held, gate) = test.hold("held");
    let queued: Vec<_> = (0..2000).map(|number| begin(test.add(&format!("n{number}")))).collect();
    drop((held, queued));
    gate.open();
    let TestStore { store, path, _folder, .. } = test;
    drop(store);
    assert_eq!(users(&path).len(), 2001);
}
