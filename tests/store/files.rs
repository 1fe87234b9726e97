//! The files that the store makes, opens and leaves.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

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
    runtime.block_on(store.read(Lane::alone(), |snapshot| snapshot.all_groups())).unwrap();
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
fn a_lock_of_another_program_on_the_folder_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let locked = std::fs::File::open(folder.path()).unwrap();
    locked.try_lock().unwrap();
    let path = folder.path().join("calendar.sqlite");
    let (store, opened) = Store::open(&path).unwrap();
    assert!(opened.made);
    drop(store);
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["calendar.sqlite"]);
}

#[test]
fn a_link_to_a_file_that_is_to_be_made_stays_a_link() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let link = folder.path().join("calendar.sqlite");
    let data = disk.path().join("data");
    std::os::unix::fs::symlink(data.join("calendar.sqlite"), &link).unwrap();
    let refused = Store::open(&link).unwrap_err().to_string();
    let expected = format!(
        "{} is a link to {}, whose folder does not exist: make it first, or mount it",
        link.display(),
        data.join("calendar.sqlite").display()
    );
    assert_eq!(refused, expected);
    std::fs::create_dir(&data).unwrap();
    let (store, opened) = Store::open(&link).unwrap();
    assert!(opened.made);
    drop(store);
    assert!(link.is_symlink());
    assert!(data.join("calendar.sqlite").is_file());
    assert!(!Store::open(&link).unwrap().1.made);
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
