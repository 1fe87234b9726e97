//! Reads: which writes they see.

use std::future::Future;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use calendar_server::error::{Error, Result};
use calendar_server::store::Lane;

use crate::support::wait::wait_for;
use crate::test_store::{TestStore, begin, email, registered};

#[test]
fn a_read_that_panics_is_an_internal_error_and_every_reader_goes_on() {
    let test = TestStore::new();
    test.wait(test.add("somebody")).unwrap();
    for _ in 0..8 {
        let panicking = test.store.read(Lane::alone(), |_| -> Result<()> { panic!("on purpose") });
        let error = test.wait(panicking).unwrap_err();
        assert!(matches!(&error, Error::Internal(text) if text.contains("on purpose")));
        assert!(test.knows("somebody"));
    }
    // A snapshot that a panic left open would hide what is written after it.
    test.wait(test.add("later")).unwrap();
    assert!((0..8).all(|_| test.knows("later")));
}

#[test]
fn a_read_sees_every_write_that_was_answered_before_it() {
    let test = TestStore::new();
    let one_client = async |client: usize| {
        for round in 0..50 {
            let name = format!("{client}-{round}");
            test.add(&name).await.unwrap();
            let email = email(&name);
            let seen =
                test.store.read(Lane::alone(), move |snapshot| registered(snapshot, &email)).await;
            assert!(seen.unwrap(), "{name} was answered but is not to be seen");
        }
    };
    test.wait(async { tokio::join!(one_client(0), one_client(1), one_client(2), one_client(3)) });
    assert_eq!(test.users().len(), 200);
}

#[test]
fn reads_go_on_while_the_writer_is_held_and_see_the_last_commit() {
    let test = TestStore::new();
    test.wait(test.add("committed")).unwrap();
    let (held, gate) = test.hold("pending");
    assert!(test.knows("committed"));
    assert!(!test.knows("pending"));
    gate.open();
    test.wait(held).unwrap();
    assert!(test.knows("pending"));
}

#[test]
fn a_read_sees_one_state_from_its_beginning_to_its_end() {
    let test = TestStore::new();
    let ((begun, seen), (open, gate)): (_, (_, Receiver<()>)) = (channel(), channel());
    let read = begin(test.store.read(Lane::alone(), move |snapshot| {
        let before = registered(snapshot, &email("meanwhile"))?;
        begun.send(()).unwrap();
        gate.recv_timeout(Duration::from_secs(30)).unwrap();
        Ok((before, registered(snapshot, &email("meanwhile"))?))
    }));
    seen.recv_timeout(Duration::from_secs(30)).unwrap();
    test.wait(test.add("meanwhile")).unwrap();
    open.send(()).unwrap();
    assert_eq!(test.wait(read).unwrap(), (false, false));
    assert!(test.knows("meanwhile"));
}

#[test]
fn a_read_does_not_wait_for_the_reads_of_another_lane() {
    let test = TestStore::new();
    let slow = Lane::of("slow@example.com");
    let (reads, gates): (Vec<_>, Vec<_>) = (0..32).map(|_| test.long_read(slow)).unzip();
    for _ in 0..8 {
        let other = test.store.read(Lane::of("other@example.com"), |_| Ok(1));
        assert_eq!(test.wait(other).unwrap(), 1);
    }
    // The next of the slow lane is still waiting behind the first.
    let behind = begin(test.store.read(slow, |_| Ok(2)));
    assert_eq!(test.wait(test.store.read(Lane::alone(), |_| Ok(3))).unwrap(), 3);
    drop(gates);
    for read in reads {
        test.wait(read).unwrap();
    }
    assert_eq!(test.wait(behind).unwrap(), 2);
}

#[test]
fn lanes_take_turns_while_all_threads_are_in_use() {
    let test = TestStore::new();
    let (first, second) = (Lane::of("first@example.com"), Lane::of("second@example.com"));
    let (reads, mut gates): (Vec<_>, Vec<_>) = (0..32)
        .map(|_| test.long_read(first))
        .chain((0..32).map(|_| test.long_read(second)))
        .unzip();
    let third = begin(test.store.read(Lane::alone(), |_| Ok(3)));
    // Two reads of the first lane are running, and one of the second. When one of the first ends, it is
    // the turn of the second or of the third.
    let second_of_second = gates.remove(33);
    drop(gates.remove(0));
    drop(second_of_second);
    assert_eq!(test.wait(third).unwrap(), 3);
    drop((reads, gates));
}

#[test]
fn a_read_beyond_those_that_may_wait_is_unavailable_at_once() {
    let test = TestStore::new();
    let lane = Lane::of("somebody@example.com");
    let (mut held, gates): (Vec<_>, Vec<_>) = (0..256).map(|_| test.long_read(lane)).unzip();
    // Two of them are running or about to.
    let refused = wait_for("a full lane", || {
        let mut over = Box::pin(test.store.read(lane, |_| Ok(())));
        match over.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => {
                held.push(over);
                None
            }
        }
    });
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    assert!((256..=258).contains(&held.len()), "{}", held.len());
    assert!(!test.knows("somebody"), "the reads of others go on");
    drop(gates);
    for read in held {
        test.wait(read).unwrap();
    }
}
