//! A disk without room: no file may be longer than 1 MiB, and a write beyond that fails as on a
//! full disk.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;

use crate::acknowledged::Acknowledged;
use crate::fixture::{UNAVAILABLE, assert_sound, bounded, event, serve};
use crate::support::files::files;
use crate::support::server::{Server, command, run};
use crate::support::shell::in_bash;

#[test]
fn sixteen_writers_on_a_full_disk_lose_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(without_room(&serve(folder.path())));
    let token = server.register("park@jungi.me");
    let mut noted = Acknowledged::default();
    let (tell, _told) = channel();
    let write = |noted: &mut Acknowledged, round: &str, patience| {
        std::thread::scope(|scope| {
            let (server, token, tell) = (&server, &token, &tell);
            let writers: Vec<_> = (0..16)
                .map(|number| format!("{round} {number}"))
                .map(|name| {
                    scope.spawn(move || {
                        Acknowledged::of_writer(server, token, &name, patience, tell)
                    })
                })
                .collect();
            writers.into_iter().for_each(|writer| noted.add(writer.join().unwrap()));
        });
    };
    write(&mut noted, "a", 3);
    assert_eq!(noted.refusals, 48, "all the writers met the limit");
    assert!(noted.made.len() > 48, "{noted:?}");
    noted.assert_kept(&server, &token);

    let id = server.id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited:"]).status();
    assert!(raised.unwrap().success());
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("b")).0, 200);
    noted.perhaps_made.insert("b".into());
    noted.assert_kept(&server, &token);
    assert!(server.stop().0.success());
    assert_sound(folder.path());
}

const EVENT: &str =
    r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;

#[test]
fn one_writer_on_a_full_disk_is_refused_and_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(without_room(&command(folder.path(), &["serve", "--port", "0"])));
    let token = server.register("park@jungi.me");
    let mut stored = 0;
    let refusal = loop {
        let (status, body) = server.call("POST", "/calendar/event", &token, EVENT);
        if status != 200 {
            break (status, body);
        }
        stored += 1;
        assert!(stored < 20_000, "the limit is not in force");
    };
    assert_eq!(refusal, (503, UNAVAILABLE.to_owned()));
    let count = |server: &Server| {
        let (status, body) = server.call("GET", "/calendar/date?date=2017-06-19", &token, "");
        assert_eq!(status, 200, "it can still be read");
        body.matches(r#""id":"#).count()
    };
    assert_eq!(count(&server), stored);

    let raised = Command::new("prlimit")
        .args(["--pid", &server.id().to_string(), "--fsize=unlimited:"])
        .status()
        .unwrap();
    assert!(raised.success());
    assert_eq!(server.call("POST", "/calendar/event", &token, EVENT).0, 200);
    assert_eq!(count(&server), stored + 1);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("nothing was stored") || log.contains("unavailable"), "{log}");
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let rows: i64 = conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
    assert_eq!(usize::try_from(rows).unwrap(), stored + 1);
}

#[test]
fn on_a_nearly_full_disk_a_database_is_made_whole_or_not_at_all() {
    let mut times = [0, 0];
    for kibibytes in (0..=64).step_by(4) {
        let folder = tempfile::tempdir().unwrap();
        let made = succeeds(folder.path(), &["db", "init"], kibibytes);
        let names = files(folder.path());
        assert_eq!(names, if made { vec!["calendar.sqlite"] } else { vec![] }, "{kibibytes} KiB");
        // Once there is room again, it goes on.
        for step in ["init", "upgrade"] {
            let done = run(folder.path(), &["db", step]);
            assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{kibibytes} KiB");
        }
        assert_sound(folder.path());
        times[usize::from(made)] += 1;
    }
    assert!(times.iter().all(|times| *times > 0), "{times:?}");
}

#[test]
fn a_migration_for_which_there_is_no_room_is_applied_once_there_is() {
    let mut times = [0, 0];
    for kibibytes in (16..=1536).step_by(95) {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
        let upgraded = succeeds(folder.path(), &["db", "upgrade"], kibibytes);
        let again = run(folder.path(), &["db", "upgrade"]);
        assert_eq!((again.code, again.err.as_str()), (Some(0), ""), "{kibibytes} KiB");
        assert_sound(folder.path());
        assert_eq!(files(folder.path()), ["calendar.sqlite"], "{kibibytes} KiB");
        times[usize::from(upgraded)] += 1;
    }
    assert!(times.iter().all(|times| *times > 0), "{times:?}");
}

/// Whether a command succeeds where a file may have that many KiB; if not, it gives one line of error.
fn succeeds(folder: &Path, arguments: &[&str], kibibytes: u32) -> bool {
    let limited = format!("trap '' XFSZ; ulimit -S -f {kibibytes}; exec \"$@\"");
    let ended = bounded(in_bash(&command(folder, arguments), &limited));
    if ended.code != Some(0) {
        assert_eq!(ended.code, Some(1), "{kibibytes} KiB: {}", ended.err);
        let is_one_line = ended.err.lines().count() == 1;
        assert!(ended.err.starts_with("error: ") && is_one_line, "{kibibytes} KiB: {}", ended.err);
    }
    ended.code == Some(0)
}

/// The same command where a file may have 1 MiB at most.
fn without_room(plain: &Command) -> Command {
    in_bash(plain, "trap '' XFSZ; ulimit -S -f 1024; exec \"$@\"")
}
