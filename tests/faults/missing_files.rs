//! The database's files are removed, replaced or moved while a server runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use rusqlite::{Connection, OpenFlags};

use crate::fixture::{DAY, UNAVAILABLE, assert_sound, bounded, event, migrated, serve};
use crate::support::database::count_events;
use crate::support::files::files;
use crate::support::server::{Server, command, failed, run};
use crate::support::wait::wait_for;

const FILES: [&str; 3] = ["calendar.sqlite", "calendar.sqlite-wal", "calendar.sqlite-shm"];

/// A server with one event.
fn started(folder: &Path) -> (Server, String) {
    let server = Server::start(serve(folder));
    let token = server.register("park@jungi.me");
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("a")).0, 200);
    (server, token)
}

/// The status line and the body of `/healthz`.
fn health(server: &Server) -> (String, String) {
    let request =
        format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address());
    let (head, body) = server.send(request.as_bytes());
    (head.lines().next().unwrap_or_default().to_owned(), body)
}

fn assert_refused(server: &Server, token: &str) {
    let refused = server.call("POST", "/calendar/event", token, &event("b"));
    assert_eq!(refused, (503, UNAVAILABLE.to_owned()));
    let (status, day) = server.call("GET", DAY, token, "");
    assert_eq!((status, day.matches(r#""id":"#).count()), (200, 1), "reads go on: {day}");
    wait_for("the health check to say so", || {
        let (status, body) = health(server);
        let refuses = body.contains(r#""read":true,"write":false"#);
        (status == "HTTP/1.1 503 Service Unavailable" && refuses).then_some(())
    });
}

#[test]
fn no_write_is_acknowledged_once_a_file_is_gone_and_what_there_was_is_rescued() {
    for name in FILES {
        let folder = tempfile::tempdir().unwrap();
        let (server, token) = started(folder.path());
        fs::remove_file(folder.path().join(name)).unwrap();
        assert_refused(&server, &token);
        let rescued = folder.path().join("calendar.sqlite.rescued");
        wait_for("the rescued file", || rescued.exists().then_some(()));
        let (status, log) = server.stop();
        assert_eq!(status.code(), Some(0), "{log}");
        if name == FILES[0] {
            let refused = run(folder.path(), &["serve", "--port", "0"]);
            assert_eq!(refused.code, Some(1), "no empty database is made: {}", refused.err);
            assert!(refused.err.contains("restore them with calendar-server db restore"));
        }
        let file = fs::canonicalize(folder.path()).unwrap().join(name);
        let fault = format!(
            "{} was removed while the server was running: refusing all writes",
            file.display()
        );
        assert_eq!(log.matches(&fault).count(), 1, "told once: {log}");
        let args = ["db", "restore", "calendar.sqlite.rescued"];
        let restored = run(folder.path(), &args);
        assert_eq!(restored.code, Some(0), "{}", restored.err);
        assert_sound(folder.path());
        let server = Server::start(serve(folder.path()));
        let (status, day) = server.call("GET", DAY, &token, "");
        assert_eq!((status, day.matches(r#""id":"#).count()), (200, 1), "{day}");
        assert_eq!(server.call("POST", "/calendar/event", &token, &event("b")).0, 200);
    }
}

#[test]
fn no_write_is_acknowledged_once_another_file_is_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = started(folder.path());
    assert_eq!(run(folder.path(), &["db", "backup", "copy.sqlite"]).code, Some(0));
    fs::rename(folder.path().join("copy.sqlite"), folder.path().join(FILES[0])).unwrap();
    assert_refused(&server, &token);
    assert_eq!(count_events(&folder.path().join(FILES[0])), 1, "nothing was written to it");
    let (_, log) = server.stop();
    assert!(log.contains("calendar.sqlite was replaced while the server was running"), "{log}");
}

#[test]
fn a_command_that_reaches_the_file_by_another_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = started(folder.path());
    fs::create_dir(folder.path().join("other")).unwrap();
    let linked = "other/linked.sqlite";
    fs::hard_link(folder.path().join(FILES[0]), folder.path().join(linked)).unwrap();
    let refusal = "error: a running calendar-server has other/linked.sqlite open under another name: give --database that name\n";
    for command in [
        ["user", "list"].as_slice(),
        &["user", "add", "kim@jungi.me"],
        &["db", "backup"],
        &["db", "status"],
    ] {
        let refused = run(folder.path(), &[command, &["--database", linked]].concat());
        assert_eq!((refused.code, refused.err.as_str()), (Some(1), refusal));
    }
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("b")).0, 200);
    assert_eq!(run(folder.path(), &["user", "list"]).code, Some(0));
    assert!(server.stop().0.success());
    assert_eq!(count_events(&folder.path().join(FILES[0])), 2);
    assert_sound(folder.path());
    // Nobody has the file now.
    assert_eq!(run(folder.path(), &["db", "status", "--database", linked]).code, Some(0));
}

#[test]
fn a_file_that_comes_back_is_written_to_again() {
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = started(folder.path());
    let [file, aside] = [FILES[0], "aside"].map(|name| folder.path().join(name));
    fs::rename(&file, &aside).unwrap();
    assert_refused(&server, &token);
    fs::rename(&aside, &file).unwrap();
    wait_for("the health check to say so", || {
        let (status, body) = health(&server);
        (status == "HTTP/1.1 200 OK" && body.contains(r#""write":true"#)).then_some(())
    });
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("b")).0, 200);
    let (_, log) = server.stop();
    assert!(log.contains("the files of the database are back: accepting writes"), "{log}");
    assert_eq!(count_events(&file), 2);
}

#[test]
fn a_server_that_stops_at_once_still_saves_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = started(folder.path());
    fs::remove_file(folder.path().join(FILES[0])).unwrap();
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert_eq!(count_events(&folder.path().join("calendar.sqlite.rescued")), 1);
}

#[test]
fn a_rescue_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rescued = folder.path().join("calendar.sqlite.rescued");
    let (server, _) = started(folder.path());
    fs::write(&rescued, "an earlier one").unwrap();
    fs::remove_file(folder.path().join(FILES[0])).unwrap();
    let (_, log) = server.stop();
    assert!(log.contains("calendar.sqlite.rescued-2"), "the log names it: {log}");
    assert_eq!(fs::read_to_string(rescued).unwrap(), "an earlier one");
    assert_eq!(count_events(&folder.path().join("calendar.sqlite.rescued-2")), 1);
}

#[test]
fn no_backup_is_made_of_a_file_that_was_put_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(folder.path());
    command.env("CALENDAR_BACKUP_DIR", "backups").env("CALENDAR_BACKUP_EVERY", "1s");
    let server = Server::start(command);
    let kept = folder.path().join("backups");
    wait_for("a backup", || (!files(&kept).is_empty()).then_some(()));
    let other = tempfile::tempdir().unwrap();
    let another = migrated(other.path());
    fs::rename(&another, folder.path().join(FILES[0])).unwrap();
    wait_for("the backups to notice", || {
        health(&server).1.contains(r#""backup":"failed""#).then_some(())
    });
    let (_, log) = server.stop();
    let file = fs::canonicalize(folder.path()).unwrap().join(FILES[0]);
    let why = format!("no backup was made: {} was replaced", file.display());
    assert!(log.contains(&why), "{log}");
    // The file alone, without the log beside it, which is that of the other.
    let alone = format!("file:{}?immutable=1", file.display());
    let untouched = Connection::open_with_flags(alone, OpenFlags::default()).unwrap();
    let notes: i64 =
        untouched.query_row("SELECT count(*) FROM backup", [], |row| row.get(0)).unwrap();
    assert_eq!(notes, 0, "nothing was noted in it");
}

#[test]
fn a_pipe_is_refused_at_once_as_a_database_and_as_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    for arguments in [["user", "list"].as_slice(), &["db", "status"], &["db", "init"], &["serve"]] {
        for (database, why) in [
            ("pipe", "pipe is not a file: name one with --database"),
            ("pipe/x", "pipe/x is not in a folder: name another file with --database"),
        ] {
            let arguments = [arguments, &["--database", database]].concat();
            let refused = bounded(command(folder.path(), &arguments));
            assert_eq!(refused, failed(why), "{arguments:?}");
        }
    }
}
