//! Writes: what one that fails, panics or loses its client leaves.

use calendar_server::error::{Error, Result, Taken};
use calendar_server::model::{GroupDetails, ShortText, UserId, WallTime};
use calendar_server::store::Lane;

use crate::test_store::{TestStore, begin, email, insert, registered, users};

#[test]
fn a_failed_write_undoes_itself_and_no_other_of_its_commit() {
    // A commit ends after some milliseconds, so on a busy machine the writes may fall into two.
    assert!((0..100).any(|_| a_failed_write_in_one_commit()), "they never share a commit");
}

/// Gives false if the writes did not fall into one commit.
fn a_failed_write_in_one_commit() -> bool {
    let test = TestStore::new();
    let (before, gate) = test.hold("before");
    let first = begin(test.add("first"));
    let failing = begin(test.store.write(|tx| -> Result<()> {
        insert(tx, "half")?;
        Err(Error::Invalid("subject: no".into()))
    }));
    let path = test.path.clone();
    let last = begin(test.store.write(move |tx| {
        insert(tx, "last")?;
        let gone = !registered(tx, &email("half"))?;
        Ok((gone, registered(tx, &email("first"))?, users(&path)))
    }));
    gate.open();
    test.wait(before).unwrap();
    test.wait(first).unwrap();
    let error = test.wait(failing).unwrap_err();
    assert!(matches!(&error, Error::Invalid(text) if text == "subject: no"), "{error:?}");
    let (gone, seen, committed_then) = test.wait(last).unwrap();
    assert!(gone && seen);
    assert_eq!(test.users(), ["before", "first", "last"]);
    !committed_then.contains(&"first".to_owned())
}

#[test]
fn a_write_that_panics_is_an_internal_error_and_undoes_itself_alone() {
    let test = TestStore::new();
    let (first, gate) = test.hold("first");
    let panicking = begin(test.store.write(|tx| -> Result<()> {
        insert(tx, "half")?;
        panic!("on purpose")
    }));
    let last = begin(test.add("last"));
    gate.open();
    test.wait(first).unwrap();
    let error = test.wait(panicking).unwrap_err();
    assert!(matches!(&error, Error::Internal(text) if text.contains("on purpose")), "{error:?}");
    test.wait(last).unwrap();
    assert_eq!(test.users(), ["first", "last"]);
    test.wait(test.add("after")).unwrap();
    assert!(test.knows("after"));
}

#[test]
fn a_write_that_breaks_a_constraint_is_undone_whole() {
    let test = TestStore::new();
    test.wait(test.add("taken")).unwrap();
    let twice = test.store.write(|tx| {
        insert(tx, "new")?;
        insert(tx, "taken")
    });
    assert!(matches!(test.wait(twice), Err(Error::Exists(Taken::Email))));
    assert_eq!(test.users(), ["taken"]);
}

#[test]
fn a_write_is_done_though_its_client_is_gone() {
    let test = TestStore::new();
    let (held, gate) = test.hold("held");
    let queued = begin(test.add("queued"));
    drop((held, queued));
    gate.open();
    test.wait(test.add("behind")).unwrap();
    assert_eq!(test.users(), ["held", "queued", "behind"]);
}

#[test]
fn a_group_needs_a_creator_who_exists() {
    let test = TestStore::new();
    let orphan = test.store.write(|tx| {
        let name = ShortText::parse("group_name", "orphan")?;
        tx.insert_group(UserId(7), &GroupDetails::named(name), WallTime::MIN)
    });
    assert!(matches!(test.wait(orphan), Err(Error::Internal(_))));
    let groups = test.wait(test.store.read(Lane::alone(), |snapshot| snapshot.all_groups()));
    let groups = groups.unwrap();
    assert!(groups.is_empty());
}
