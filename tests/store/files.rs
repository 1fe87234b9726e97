//! The files that the store makes, opens and leaves.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use calendar_server::model::{Page, Room};
use calendar_server::store::{Lane, Store};

use crate::test_store::{TestStore, email, insert, registered, users};

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[test]
fn a_closed_store_is_one_file() {
    let TestStore { store, runtime, path, _folder: folder } = TestStore::new();
    runtime.block_on(store.write(|tx| insert(tx, "somebody"))).unwrap();
    runtime
        .block_on(store.read(Lane::alone(), |snapshot| snapshot.groups(Page::ALL, Room::in_list())))
        .unwrap();
    assert!(beside(&path, "-wal").exists(), "it is not in WAL mode");
    drop(store);
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["calendar.sqlite"]);
    // The file holds everything: a copy of it is a whole calendar.
    let copy = folder.path().join("copy.sqlite");
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(users(&copy), ["somebody"]);
}

#[test]
fn only_the_owner_can_read_the_files() {
    let test = TestStore::new();
    test.wait(test.add("somebody")).unwrap();
    assert!(test.knows("somebody"));
    for suffix in ["", "-wal", "-shm"] {
        let file = std::fs::metadata(beside(&test.path, suffix)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "calendar.sqlite{suffix}");
    }
}

#[test]
fn an_answered_write_is_there_when_the_store_is_opened_again() {
    let TestStore { store, runtime, path, _folder } = TestStore::new();
    let key = store.signing_key().to_vec();
    runtime.block_on(store.write(|tx| insert(tx, "somebody"))).unwrap();
    drop(store);
    let (store, opened) = Store::open(&path).unwrap();
    assert!(!opened.made && opened.applied.is_empty(), "{opened:?}");
    assert_eq!(store.signing_key(), key);
    let seen = store.read(Lane::alone(), |snapshot| registered(snapshot, &email("SomeBody")));
    assert!(runtime.block_on(seen).unwrap());
}
