//! Reads: which writes they see.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use calendar_server::error::{Error, Result};

use crate::test_store::{TestStore, begin, email, registered};

#[test]
fn a_read_that_panics_is_an_internal_error_and_every_reader_goes_on() {
    let test = TestStore::new();
    test.wait(test.add("somebody")).unwrap();
    for _ in 0..8 {
        let panicking = test.store.read(|_| -> Result<()> { panic!("on purpose") });
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
            let seen = test.store.read(move |snapshot| registered(snapshot, &email)).await;
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
    let read = begin(test.store.read(move |snapshot| {
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
