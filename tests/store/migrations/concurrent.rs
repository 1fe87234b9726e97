//! Eight processes that make or upgrade one database at once.

use std::process::Output;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{Database, newest, rows, spawn};

/// How often the processes are started: how they interleave is a matter of luck.
const ROUNDS: usize = 24;

#[track_caller]
fn assert_all_succeeded(outputs: impl IntoIterator<Item = Output>) {
    for output in outputs {
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn eight_processes_upgrade_one_database_at_once() {
    for _ in 0..ROUNDS {
        let database = Database::at(0);
        let all: Vec<_> = (0..8).map(|_| spawn(&["db", "upgrade"], &database.path)).collect();
        assert_all_succeeded(all.into_iter().map(|one| one.wait_with_output().unwrap()));
        assert_eq!(database.history(), (1..=newest()).collect::<Vec<_>>());
        database.assert_sound();
    }
}

#[test]
fn eight_processes_make_one_database_at_once_with_one_key() {
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.sqlite");
        let all: Vec<_> = (0..8).map(|_| spawn(&["db", "init"], &path)).collect();
        let outputs: Vec<_> = all.into_iter().map(|one| one.wait_with_output().unwrap()).collect();
        let made = outputs.iter().filter(|output| output.stdout.starts_with(b"made ")).count();
        assert_all_succeeded(outputs);
        assert_eq!(made, 1, "each of them says that it made the database");
        let keys = rows(&Connection::open(&path).unwrap(), "SELECT length(key) FROM signing_key");
        assert_eq!(keys, [[Value::Integer(32)]]);
    }
}
