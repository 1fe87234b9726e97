//! A database whose history is not this binary's: refused, and not a byte of it changed.

use std::fs;
use std::path::Path;

use calendar_server::error::Error;
use calendar_server::store::Store;

use super::{Database, newest};

/// The row that a newer binary leaves in the history.
const FROM_THE_FUTURE: &str =
    "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
     VALUES (4711, 'from_the_future', '2030-01-01T00:00:00Z', '1')";

#[test]
fn a_database_newer_than_the_library_is_refused_untouched() {
    let database = Database::populated(newest());
    database.open().execute_batch(FROM_THE_FUTURE).unwrap();
    let known = format!(" {}", newest());
    database.assert_refused_untouched(&["version 4711", &known, "newer"]);
}

#[test]
fn a_newer_database_whose_program_was_killed_is_refused_untouched() {
    let database = Database::populated(newest());
    let conn = database.open();
    conn.execute_batch(FROM_THE_FUTURE).unwrap();
    // What is in the folder while a program has the database open is what a kill leaves.
    let left = Database::at(0);
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(name(&database.path), name(&left.path)).unwrap();
    }
    let wal = format!("{}-wal", left.path.display());
    let before = (fs::read(&left.path).unwrap(), fs::read(&wal).unwrap());
    assert!(!before.1.is_empty(), "the row of the history is not in the log alone");
    let Err(Error::Setup(text)) = Store::open(&left.path).map(drop) else { panic!("not refused") };
    assert!(text.contains("version 4711"), "{text}");
    assert!((fs::read(&left.path).unwrap(), fs::read(&wal).unwrap()) == before);
}

#[test]
fn a_database_with_another_migration_of_the_same_number_is_refused_untouched() {
    let changes = [
        "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1",
        "UPDATE refinery_schema_history SET name = 'something_else' WHERE version = 1",
    ];
    for change in changes {
        let database = Database::populated(newest());
        assert_eq!(database.open().execute(change, []).unwrap(), 1);
        database.assert_refused_untouched(&["V1", "calendar.sqlite"]);
    }
}
