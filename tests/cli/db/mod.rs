//! `db`: the database and its backups.

mod backup;
mod check;
mod history;
mod import_flask;
mod migrate;
mod restore;
mod restore_tokens;
mod status;

use std::fs;
use std::path::Path;

use crate::support::database;
use crate::support::server::Server;

pub(crate) const EVENT: &str =
    r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;

/// Adds events on 19 June 2017.
pub(crate) fn add_events(server: &Server, token: &str, count: usize) {
    for _ in 0..count {
        assert_eq!(server.call("POST", "/calendar/event", token, EVENT).0, 200);
    }
}

/// A folder with a database of Park with `events` events, which no server has open, and the token of
/// Park.
pub(crate) fn calendar(events: usize) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    add_events(&server, &token, events);
    assert!(server.stop().0.success());
    (folder, token)
}

/// Overwrites the middle of a file with zeros.
pub(crate) fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0);
    fs::write(file, bytes).unwrap();
}

/// A database of some megabytes, whose copying shows progress, and the token of Park.
pub(crate) fn large() -> (tempfile::TempDir, String) {
    let (folder, token) = calendar(1);
    database::add_bulk(&folder.path().join("calendar.sqlite"), 40_000);
    (folder, token)
}
