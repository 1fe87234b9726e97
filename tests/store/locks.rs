//! The lock of another program on the database.

use std::time::{Duration, Instant};

use calendar_server::error::Error;
use rusqlite::Connection;

use crate::test_store::{TestStore, begin};

#[test]
fn writes_are_unavailable_while_another_program_holds_the_lock() {
    let test = TestStore::new();
    let other = Connection::open(&test.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let writes = (0..3).map(|number| begin(test.add(&format!("refused-{number}"))));
    for write in writes.collect::<Vec<_>>() {
        let error = test.wait(write).unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    }
    let waited = started.elapsed();
    assert!(waited >= Duration::from_millis(4500), "it gave up after {waited:?}");
    assert!(waited < Duration::from_secs(9), "one waited behind another: {waited:?}");
    other.execute_batch("ROLLBACK").unwrap();
    test.wait(test.add("again")).unwrap();
    assert_eq!(test.users(), ["again"]);
}

#[test]
fn a_write_waits_for_a_short_lock() {
    let test = TestStore::new();
    let other = Connection::open(&test.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let write = begin(test.add("patient"));
    // The read gives the writer time to meet the lock.
    assert!(!test.knows("patient"));
    other.execute_batch("COMMIT").unwrap();
    test.wait(write).unwrap();
    assert_eq!(test.users(), ["patient"]);
}
