//! A database that may not be written: no room, no right, no turn.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::asking::{
    Connection, DAY, REFUSED, assert_sound, bounded, event, is_root, names, serve, through_bash,
};
use crate::diary::Diary;
use crate::spawned::{Ended, Server, command, run};

#[test]
fn sixteen_writers_who_fill_the_disk_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    // No file longer than 1 MiB: what is written beyond that fails, as on a full disk.
    let line = "trap '' XFSZ; ulimit -S -f 1024; exec \"$@\"";
    let server = Server::start(through_bash(&serve(folder.path()), line));
    let token = server.register("park@jungi.me");
    let mut noted = Diary::default();
    let (tell, _told) = channel();
    let write = |noted: &mut Diary, round: &str, patience| {
        std::thread::scope(|scope| {
            let (server, token, tell) = (&server, &token, &tell);
            let writers: Vec<_> = (0..16)
                .map(|number| format!("{round} {number}"))
                .map(|name| {
                    scope.spawn(move || Diary::of_writer(server, token, &name, patience, tell))
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

/// A calendar with Park and one event, of a user who is not root.
struct Denied {
    folder: tempfile::TempDir,
    binary: PathBuf,
    token: String,
}

impl Denied {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Where it is built may be out of the other user's reach. A link, since it is large.
        let binary = folder.path().join("binary");
        let built = env!("CARGO_BIN_EXE_calendar-server");
        fs::hard_link(built, &binary).or_else(|_| fs::copy(built, &binary).map(drop)).unwrap();
        if is_root() {
            chown(folder.path(), Some(65534), Some(65534)).unwrap();
        }
        let mut denied = Self { folder, binary, token: String::new() };
        let server = denied.serve();
        denied.token = server.register("park@jungi.me");
        assert_eq!(server.call("POST", "/calendar/event", &denied.token, &event("a")).0, 200);
        assert!(server.stop().0.success());
        denied
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let plain = command(self.path(), arguments);
        let mut command = Command::new(&self.binary);
        command.current_dir(self.path()).args(arguments);
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if is_root() {
            command.uid(65534).gid(65534);
        }
        command
    }

    fn serve(&self) -> Server {
        Server::start(self.command(&["serve", "--port", "0"]))
    }

    /// What `serve` says when it does not serve.
    fn refusal(&self) -> Ended {
        let mut command = self.command(&["serve", "--port", "0"]);
        command.env("CALENDAR_LOG_LEVEL", "off");
        bounded(command)
    }

    fn set(&self, name: &str, mode: u32) {
        let path = if name == "." { self.path().to_owned() } else { self.path().join(name) };
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[track_caller]
    fn assert_serves(&self, events: usize) {
        let server = self.serve();
        let (status, day) = server.call("GET", DAY, &self.token, "");
        assert_eq!((status, day.matches(r#""id":"#).count()), (200, events), "{day}");
        assert_eq!(
            server.call("DELETE", "/calendar/event", &self.token, r#"{"event_id":1}"#).0,
            200
        );
        assert!(server.stop().0.success());
        assert_sound(self.path());
    }
}

#[test]
fn a_file_that_may_only_be_read_is_refused_at_the_start_and_served_once_it_may_be_written() {
    let denied = Denied::new();
    denied.set("calendar.sqlite", 0o400);
    let before = fs::read(denied.path().join("calendar.sqlite")).unwrap();
    let why =
        "error: no permission to write calendar.sqlite: run as its owner, or change its mode\n";
    assert_eq!(denied.refusal(), Ended { code: Some(1), out: String::new(), err: why.to_owned() });
    assert!(fs::read(denied.path().join("calendar.sqlite")).unwrap() == before);
    denied.set("calendar.sqlite", 0o600);
    denied.assert_serves(1);
}

#[test]
fn side_files_that_may_only_be_read_are_refused_at_the_start_and_not_with_every_write() {
    let denied = Denied::new();
    let server = denied.serve();
    assert_eq!(server.call("POST", "/calendar/event", &denied.token, &event("b")).0, 200);
    server.signal("KILL");
    server.ended();
    let sides = ["calendar.sqlite-wal", "calendar.sqlite-shm"];
    sides.iter().for_each(|name| denied.set(name, 0o400));
    let refusal = denied.refusal();
    assert_eq!((refusal.code, refusal.out.as_str()), (Some(1), ""));
    assert!(refusal.err.starts_with("error: no permission to "), "{}", refusal.err);
    assert_eq!(refusal.err.lines().count(), 1, "{}", refusal.err);
    sides.iter().for_each(|name| denied.set(name, 0o600));
    denied.assert_serves(2);
}

#[test]
fn a_folder_that_may_only_be_read_is_refused_at_the_start_and_served_once_it_may_be_written() {
    let denied = Denied::new();
    denied.set(".", 0o500);
    let refusal = denied.refusal();
    denied.set(".", 0o700);
    assert_eq!((refusal.code, refusal.out.as_str()), (Some(1), ""));
    let why = "error: no permission to read and write calendar.sqlite and its folder: ";
    assert!(refusal.err.starts_with(why), "{}", refusal.err);
    assert_eq!(refusal.err.lines().count(), 1, "{}", refusal.err);
    assert_eq!(names(denied.path()), ["binary", "calendar.sqlite"]);
    denied.assert_serves(1);
}

#[test]
fn what_a_running_server_has_open_it_goes_on_writing_whatever_the_modes_become() {
    let denied = Denied::new();
    let server = denied.serve();
    let files = ["calendar.sqlite", "calendar.sqlite-wal", "calendar.sqlite-shm"];
    assert_eq!(server.call("POST", "/calendar/event", &denied.token, &event("b")).0, 200);
    files.iter().for_each(|name| denied.set(name, 0o400));
    denied.set(".", 0o500);
    for subject in ["c", "d"] {
        assert_eq!(server.call("POST", "/calendar/event", &denied.token, &event(subject)).0, 200);
    }
    let (status, day) = server.call("GET", DAY, &denied.token, "");
    assert_eq!((status, day.matches(r#""id":"#).count()), (200, 4), "{day}");
    let (status, log) = server.stop();
    denied.set(".", 0o700);
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert_eq!(denied.refusal().code, Some(1));
    // Not the binary, which may be a link to the one that was built.
    let ours = names(denied.path()).into_iter().filter(|name| name != "binary");
    ours.for_each(|name| denied.set(&name, 0o600));
    denied.assert_serves(4);
}

#[test]
fn while_another_process_holds_the_lock_writes_are_refused_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("a")).0, 200);
    // This process is another one than the server's.
    let other = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let (server, token) = (&server, &token);
        let writers: Vec<_> = (0..8)
            .map(|number| {
                scope.spawn(move || {
                    let asked = Instant::now();
                    let body = event(&number.to_string());
                    let answer = server.call("POST", "/calendar/event", token, &body);
                    (answer, asked.elapsed())
                })
            })
            .collect();
        let adding = scope.spawn(|| run(folder.path(), &["user", "add", "kim@example.com"]));
        let checking = scope.spawn(|| run(folder.path(), &["db", "check"]));
        let (mut reader, mut reads) = (Connection::to(server), 0);
        while writers.iter().any(|writer| !writer.is_finished()) {
            let asked = Instant::now();
            let read = reader.call("GET", DAY, token, "").unwrap();
            let took = asked.elapsed();
            assert_eq!((read.status, read.body.matches(r#""id":"#).count()), (200, 1));
            assert!(took < Duration::from_secs(3), "a read took {took:?}");
            reads += 1;
        }
        assert!(reads > 20, "{reads} reads in 5 seconds");
        for writer in writers {
            let (answer, took) = writer.join().unwrap();
            assert_eq!(answer, (503, REFUSED.to_owned()));
            assert!(took < Duration::from_secs(20), "a refusal took {took:?}");
        }
        let (added, checked) = (adding.join().unwrap(), checking.join().unwrap());
        assert_eq!((added.code, added.out.as_str()), (Some(1), ""));
        assert!(added.err.starts_with("error: ") && added.err.contains("locked"), "{}", added.err);
        assert_eq!(checked.code, Some(0), "{}", checked.err);
    });
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("b")).0, 200);
    let (_, day) = server.call("GET", DAY, &token, "");
    assert_eq!(day.matches(r#""id":"#).count(), 2, "nothing that was refused is stored: {day}");
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("database is locked"), "the operator is told why: {log}");
    drop(other);
    assert_sound(folder.path());
}
