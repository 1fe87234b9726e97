//! A database file that was cut off or overwritten while no server had it open.

use std::fs::{self, File};
use std::path::Path;

use crate::client::Connection;
use crate::fixture::{bounded, event, serve};
use crate::support::files::files;
use crate::support::server::{Ended, Server, command, run};

const COMMANDS: [&[&str]; 10] = [
    &["serve", "--port", "0"],
    &["dev-run", "--port", "0"],
    &["db", "init"],
    &["db", "migrate"],
    &["db", "upgrade"],
    &["db", "status"],
    &["db", "check"],
    &["db", "backup", "copy.sqlite"],
    &["user", "list"],
    &["user", "add", "kim@example.com"],
];

/// A database of a few hundred events. With `log` its server was killed, and the last writes are
/// only in the write-ahead log.
fn calendar(log: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let mut connection = Connection::to(&server);
    for number in 0..300 {
        let body = event(&format!("{number}: {}", "x".repeat(100)));
        let made = connection.call("POST", "/calendar/event", &token, &body).unwrap();
        assert_eq!(made.status, 200, "{}", made.body);
    }
    if log {
        server.signal("KILL");
        server.ended();
        assert!(folder.path().join("calendar.sqlite-wal").exists());
    } else {
        assert!(server.stop().0.success());
        assert_eq!(files(folder.path()), ["calendar.sqlite"]);
    }
    folder
}

fn cut(file: &Path, length: u64) {
    File::options().write(true).open(file).unwrap().set_len(length).unwrap();
}

fn ended(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = command(folder, arguments);
    command.env("CALENDAR_LOG_LEVEL", "off");
    bounded(command)
}

/// Every file of a folder with what is in it.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| (name.clone(), fs::read(folder.join(name)).unwrap());
    files(folder).into_iter().map(read).collect()
}

/// Asserts that a command reports the file in one line, and changes nothing.
#[track_caller]
fn assert_refused(folder: &Path, arguments: &[&str], why: &str) {
    let before = contents(folder);
    let refused = ended(folder, arguments);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{arguments:?}: {refused:?}");
    assert_eq!(refused.err.lines().count(), 1, "{arguments:?}: {}", refused.err);
    let said = refused.err.strip_prefix("error: ").unwrap();
    assert!(said.contains("calendar.sqlite"), "{arguments:?}: {said}");
    assert!(said.contains(why), "{arguments:?}: {said}");
    assert_eq!(files(folder), before.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    assert!(contents(folder) == before, "{arguments:?} changed a file");
}

#[test]
fn a_truncated_database_is_refused_by_every_command_and_left_alone() {
    let folder = calendar(false);
    let file = folder.path().join("calendar.sqlite");
    let whole = fs::metadata(&file).unwrap().len();
    assert!(whole > 60_000, "{whole}");
    for length in [whole - 4096, whole / 2 + 1000, whole / 2 / 4096 * 4096, 4096, 1000] {
        cut(&file, length);
        for arguments in COMMANDS {
            // `db init` has nothing to do where a file is, and need not read all of it.
            if arguments != ["db", "init"] {
                assert_refused(folder.path(), arguments, "damaged: restore it from a backup");
            }
        }
    }
}

#[test]
fn a_database_cut_to_100_bytes_is_refused_by_every_command_and_left_alone() {
    let folder = calendar(false);
    cut(&folder.path().join("calendar.sqlite"), 100);
    for arguments in COMMANDS {
        assert_refused(folder.path(), arguments, "");
    }
}

#[test]
fn a_database_with_another_header_is_refused_by_every_command_and_left_alone() {
    let folder = calendar(false);
    let file = folder.path().join("calendar.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    for (at, byte) in bytes.iter_mut().take(100).enumerate() {
        *byte = u8::try_from(at * 37 % 251).unwrap();
    }
    fs::write(&file, bytes).unwrap();
    for arguments in COMMANDS {
        assert_refused(folder.path(), arguments, "calendar.sqlite is not a database");
    }
}

#[test]
fn a_database_cut_to_nothing_is_not_taken_for_an_empty_calendar() {
    for log in [false, true] {
        let folder = calendar(log);
        cut(&folder.path().join("calendar.sqlite"), 0);
        for arguments in COMMANDS {
            // These two may take an empty file for a place to make a database in.
            if !matches!(arguments, ["db", "init" | "migrate"]) {
                assert_refused(folder.path(), arguments, "");
            }
        }
    }
}

#[test]
fn a_truncated_database_beside_a_log_is_read_whole_or_refused_and_left_alone() {
    let folder = calendar(true);
    let file = folder.path().join("calendar.sqlite");
    for length in [fs::metadata(&file).unwrap().len() / 2, 1000, 100] {
        cut(&file, length);
        let looks = [
            &["db", "migrate"][..],
            &["db", "status"],
            &["db", "check"],
            &["db", "backup", "copy.sqlite"],
        ];
        for arguments in looks {
            let data = |folder| {
                let mut all = contents(folder);
                // Every reader of a log writes its index there.
                all.retain(|(name, _)| !name.ends_with("-shm"));
                all
            };
            let before = data(folder.path());
            let said = ended(folder.path(), arguments);
            if said.code == Some(0) {
                // The log has the pages that it needs.
                assert_eq!(said.err, "", "{arguments:?}");
                let whole = said.out.contains(" 300") || said.out.contains("applied");
                assert!(whole, "{arguments:?}: {}", said.out);
            } else {
                assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{arguments:?}");
                assert_eq!(said.err.lines().count(), 1, "{arguments:?}: {}", said.err);
                assert!(data(folder.path()) == before, "{arguments:?} changed a file");
            }
            assert!(!said.err.contains("panicked"), "{arguments:?}: {}", said.err);
            let _ = fs::remove_file(folder.path().join("copy.sqlite"));
        }
    }
}

#[test]
fn every_command_names_the_damaged_file() {
    let folder = calendar(true);
    let file = folder.path().join("calendar.sqlite");
    cut(&file, fs::metadata(&file).unwrap().len() / 2);
    for arguments in &COMMANDS[5..9] {
        let said = ended(folder.path(), arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{arguments:?}: {said:?}");
        assert!(said.err.contains("calendar.sqlite"), "{arguments:?}: {}", said.err);
    }
}

#[test]
fn a_database_with_a_zeroed_end_is_found_faulty_and_panics_no_server() {
    let folder = calendar(false);
    let file = folder.path().join("calendar.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let kept = bytes.len() / 20 * 19;
    bytes[kept..].fill(0);
    fs::write(&file, &bytes).unwrap();
    let checked = run(folder.path(), &["db", "check"]);
    assert_eq!(checked.code, Some(1));
    assert!(!checked.err.contains("panicked"), "{}", checked.err);
    assert_eq!(checked.err.lines().count(), 1, "{}", checked.err);
    assert_refused(folder.path(), &["db", "backup", "copy.sqlite"], "calendar.sqlite");

    // It is served as far as possible: what cannot be read is an internal error.
    let token = run(folder.path(), &["user", "token", "park@jungi.me"]);
    assert_eq!(token.code, Some(0), "{}", token.err);
    let server = Server::start(serve(folder.path()));
    for _ in 0..3 {
        let (status, body) =
            server.call("GET", "/calendar/search?search_word=x", token.out.trim(), "");
        assert_eq!((status, body.contains("50000")), (500, true), "{body}");
        assert!(!body.contains("malformed"), "no internals: {body}");
    }
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("malformed") && !log.contains("panicked"), "{log}");
}
