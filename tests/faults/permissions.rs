//! A database that may not be written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fixture::{DAY, assert_sound, bounded, event};
use crate::support::files::files;
use crate::support::server::{Ended, Server, command};
use crate::support::shell::{copy_environment, is_root};

/// A calendar with Park and one event, of a user who is not root.
struct UnprivilegedCalendar {
    folder: tempfile::TempDir,
    binary: PathBuf,
    token: String,
}

impl UnprivilegedCalendar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The other user may not reach where it was built. A link, since it is large.
        let binary = folder.path().join("binary");
        let built = env!("CARGO_BIN_EXE_calendar-server");
        fs::hard_link(built, &binary).or_else(|_| fs::copy(built, &binary).map(drop)).unwrap();
        if is_root() {
            chown(folder.path(), Some(65534), Some(65534)).unwrap();
        }
        let mut calendar = Self { folder, binary, token: String::new() };
        let server = calendar.serve();
        calendar.token = server.register("park@jungi.me");
        assert_eq!(server.call("POST", "/calendar/event", &calendar.token, &event("a")).0, 200);
        assert!(server.stop().0.success());
        calendar
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let plain = command(self.path(), arguments);
        let mut command = Command::new(&self.binary);
        command.current_dir(self.path()).args(arguments);
        copy_environment(&plain, &mut command);
        if is_root() {
            command.uid(65534).gid(65534);
        }
        command
    }

    fn serve(&self) -> Server {
        Server::start(self.command(&["serve", "--port", "0"]))
    }

    /// How `serve` ends when it refuses to start.
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
fn a_read_only_file_is_refused_at_the_start_until_it_is_writable() {
    let calendar = UnprivilegedCalendar::new();
    calendar.set("calendar.sqlite", 0o400);
    let before = fs::read(calendar.path().join("calendar.sqlite")).unwrap();
    let why =
        "error: no permission to write calendar.sqlite: run as its owner, or change its mode\n";
    assert_eq!(
        calendar.refusal(),
        Ended { code: Some(1), out: String::new(), err: why.to_owned() }
    );
    assert!(fs::read(calendar.path().join("calendar.sqlite")).unwrap() == before);
    calendar.set("calendar.sqlite", 0o600);
    calendar.assert_serves(1);
}

#[test]
fn read_only_side_files_are_refused_at_the_start() {
    let calendar = UnprivilegedCalendar::new();
    let server = calendar.serve();
    assert_eq!(server.call("POST", "/calendar/event", &calendar.token, &event("b")).0, 200);
    server.signal("KILL");
    server.ended();
    let sides = ["calendar.sqlite-wal", "calendar.sqlite-shm"];
    sides.iter().for_each(|name| calendar.set(name, 0o400));
    let refusal = calendar.refusal();
    assert_eq!((refusal.code, refusal.out.as_str()), (Some(1), ""));
    assert!(refusal.err.starts_with("error: no permission to "), "{}", refusal.err);
    assert_eq!(refusal.err.lines().count(), 1, "{}", refusal.err);
    sides.iter().for_each(|name| calendar.set(name, 0o600));
    calendar.assert_serves(2);
}

#[test]
fn a_read_only_folder_is_refused_at_the_start_until_it_is_writable() {
    let calendar = UnprivilegedCalendar::new();
    calendar.set(".", 0o500);
    let refusal = calendar.refusal();
    calendar.set(".", 0o700);
    assert_eq!((refusal.code, refusal.out.as_str()), (Some(1), ""));
    let why = "error: no permission to read and write calendar.sqlite and its folder: ";
    assert!(refusal.err.starts_with(why), "{}", refusal.err);
    assert_eq!(refusal.err.lines().count(), 1, "{}", refusal.err);
    assert_eq!(files(calendar.path()), ["binary", "calendar.sqlite"]);
    calendar.assert_serves(1);
}

#[test]
fn a_running_server_goes_on_writing_when_file_modes_change() {
    let calendar = UnprivilegedCalendar::new();
    let server = calendar.serve();
    let parts = ["calendar.sqlite", "calendar.sqlite-wal", "calendar.sqlite-shm"];
    assert_eq!(server.call("POST", "/calendar/event", &calendar.token, &event("b")).0, 200);
    parts.iter().for_each(|name| calendar.set(name, 0o400));
    calendar.set(".", 0o500);
    for subject in ["c", "d"] {
        assert_eq!(server.call("POST", "/calendar/event", &calendar.token, &event(subject)).0, 200);
    }
    let (status, day) = server.call("GET", DAY, &calendar.token, "");
    assert_eq!((status, day.matches(r#""id":"#).count()), (200, 4), "{day}");
    let (status, log) = server.stop();
    calendar.set(".", 0o700);
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert_eq!(calendar.refusal().code, Some(1));
    // Without the binary, which may be a link to the one that was built.
    let ours = files(calendar.path()).into_iter().filter(|name| name != "binary");
    ours.for_each(|name| calendar.set(&name, 0o600));
    calendar.assert_serves(4);
}
