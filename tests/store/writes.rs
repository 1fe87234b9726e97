//! Writes: what one that fails, panics or loses its client leaves.

use calendar_server::error::{Error, Result};
use calendar_server::model::{ShortText, UserId, WallTime};

use crate::test_store::{TestStore, begin, email, insert, registered, users};

#[test]
fn a_failed_write_undoes_itself_and_no_other_of_its_commit() {
    let test = TestStore::new();
    let (first, gate) = test.hold("first");
    let failing = begin(test.store.write(|tx| -> Result<()> {
        insert(tx, "half")?;
        assert!(registered(tx, &email("first"))?, "the writes do not share a transaction");
        Err(Error::Invalid("subject: no".into()))
    }));
    let path = test.path.clone();
    let last = begin(test.store.write(move |tx| {
        insert(tx, "last")?;
        let gone = !registered(tx, &email("half"))?;
        Ok((gone, registered(tx, &email("first"))?, users(&path)))
    }));
    gate.open();
    test.wait(first).unwrap();
    let error = test.wait(failing).unwrap_err();
    assert!(matches!(&error, Error::Invalid(text) if text == "subject: no"), "{error:?}");
    let (gone, shared, committed_then) = test.wait(last).unwrap();
    assert!(gone && shared);
    assert!(committed_then.is_empty(), "there was a commit between them: {committed_then:?}");
    assert_eq!(test.users(), ["first", "last"]);
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
    assert!(matches!(test.wait(twice), Err(Error::Internal(_))));
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
        tx.insert_group(UserId(7), &name, WallTime::MIN)
    });
    assert!(matches!(test.wait(orphan), Err(Error::Internal(_))));
    let groups = test.wait(test.store.read(|snapshot| snapshot.groups())).unwrap();
    assert!(groups.is_empty());
}
