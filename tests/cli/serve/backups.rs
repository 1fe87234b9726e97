//! The backups that a server makes by itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::files::files;
use crate::support::server::{Ended, Server, command, run};
use crate::support::wait::wait_for;

fn backups_in(folder: &Path) -> Vec<PathBuf> {
    let own = |name: &String| name.starts_with("calendar-") && name.ends_with(".sqlite");
    let found = fs::read_dir(folder).map(|_| files(folder)).unwrap_or_default();
    found.into_iter().filter(own).map(|name| folder.join(name)).collect()
}

#[test]
fn the_server_makes_backups_by_itself_and_keeps_the_last_few() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command
        .env("CALENDAR_BACKUP_DIR", "backups")
        .env("CALENDAR_BACKUP_EVERY", "1s")
        .env("CALENDAR_BACKUP_KEEP", "2");
    let server = Server::start(command);
    server.register("park@jungi.me");
    let kept = folder.path().join("backups");
    let first = wait_for("a first backup", || backups_in(&kept).first().cloned());
    fs::write(kept.join("calendar-mine.sqlite"), "kept").unwrap();
    wait_for("its removal", || (!first.exists()).then_some(()));
    assert!(server.stop().0.success());
    let left = backups_in(&kept);
    assert_eq!(left.len(), 3, "two of its own, and mine: {left:?}");
    let newest = left[left.len() - 2].to_str().unwrap().to_owned();
    assert_eq!(run(folder.path(), &["db", "check", "--database", &newest]).code, Some(0));
    assert!(!files(&kept).iter().any(|name| name.contains("partial")));
    assert_eq!(files(folder.path()), ["backups", "calendar.sqlite"]);
}

#[test]
fn a_failed_backup_is_in_the_log_and_in_the_status() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_BACKUP_DIR", "backups").env("CALENDAR_BACKUP_EVERY", "1s");
    let server = Server::start(command);
    wait_for("a first backup", || (!backups_in(&kept).is_empty()).then_some(()));
    fs::remove_dir_all(&kept).unwrap();
    fs::write(&kept, "a file in its place").unwrap();
    let status = wait_for("a failure", || {
        let status = run(folder.path(), &["db", "status"]).out;
        status.contains("\nbackup failed  ").then_some(status)
    });
    assert!(!status.contains("last backup    never"), "{status}");
    let (code, log) = server.stop();
    assert!(code.success());
    assert!(log.contains("ERROR") && log.contains("no backup was made: "), "{log}");
}

#[test]
fn a_backup_folder_that_cannot_be_made_is_reported_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_BACKUP_DIR", "file/backups").env("CALENDAR_LOG_LEVEL", "off");
    let ended: Ended = command.output().unwrap().into();
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.starts_with("error: backup_dir: cannot make file/backups: "),
        "{}",
        ended.err
    );
}
