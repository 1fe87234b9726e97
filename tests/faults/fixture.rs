//! A server with nothing in the way of many requests, and what is asserted of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use calendar_server::backups::Backups;
use calendar_server::clock::Clock;
use calendar_server::config::Schedule;
use calendar_server::store::{self, BackupHistory, DirectStore, PendingNote};
use serde_json::json;

use crate::support::files::files;
use crate::support::server::{Ended, Server, command, run};
use crate::support::wait::{PATIENCE, wait_for};

/// The answer to a write while nothing can be stored.
pub(crate) const UNAVAILABLE: &str = r#"{"meta":{"code":50300,"message":"SERVICE UNAVAILABLE","detail":"nothing was stored; try again later"}}"#;

/// The day of all events here.
pub(crate) const DAY: &str = "/calendar/date?date=2017-06-19";

/// The body of an event on [`DAY`].
pub(crate) fn event(subject: &str) -> String {
    json!({"sdate": "2017-06-19 20:00:00", "edate": "2017-06-19 23:00:00", "subject": subject})
        .to_string()
}

/// Runs a command to its end, and fails if it does not end: it may serve where it should refuse.
#[track_caller]
pub(crate) fn bounded(mut command: Command) -> Ended {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + PATIENCE / 3;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
            panic!("{command:?} does not end: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap().into()
}

/// `serve` on a free port, without rate limits.
pub(crate) fn serve(folder: &Path) -> Command {
    let mut command = command(folder, &["serve", "--port", "0"]);
    command.env("CALENDAR_AUTH_RATE", "off").env("CALENDAR_WRITE_RATE", "off");
    command
}

/// The file of a migrated database in `folder`, which no server has open.
pub(crate) fn migrated(folder: &Path) -> PathBuf {
    let database = folder.join("calendar.sqlite");
    store::init(&database).unwrap();
    store::upgrade(&database).unwrap();
    database
}

/// Runs the server's own backups of `database` by `clock`, until one is made and the old ones are
/// removed; gives what is then in the folder `kept`.
#[track_caller]
pub(crate) fn make_a_backup(
    database: &Path,
    kept: &Path,
    keep: usize,
    clock: &Clock,
) -> Vec<String> {
    let made = BackupHistory { last: Some(clock.now().unwrap()), failed: None };
    let schedule = Schedule { folder: kept.to_owned(), every: Duration::from_hours(24), keep };
    let pending = PendingNote::default();
    let backups =
        Backups::start(database.to_owned(), schedule, clock.clone(), pending, Arc::default());
    wait_for("a backup", || {
        let history = DirectStore::open(database).unwrap().read(|store| store.backup_history());
        (history.unwrap() == made).then_some(())
    });
    // The thread finishes what it has begun.
    drop(backups);
    files(kept)
}

/// Asserts that `db check` finds no fault.
#[track_caller]
pub(crate) fn assert_sound(folder: &Path) {
    let checked = run(folder, &["db", "check"]);
    let sound = "calendar.sqlite is sound\n".to_owned();
    assert_eq!(checked, Ended { code: Some(0), out: sound, err: String::new() });
}

/// The memory that a server has in use, in KiB.
pub(crate) fn memory(server: &Server) -> i64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Asserts that a server has at most 20 MB more in use than `before`.
#[track_caller]
pub(crate) fn assert_flat(server: &Server, before: i64) {
    let grown = memory(server) - before;
    assert!(grown < 20 * 1024, "{grown} KiB more than the {before} KiB before");
}
