//! What else lies in the folder of the server's own backups: links, folders, files of other servers.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use calendar_server::backups::Backups;
use calendar_server::clock::Clock;
use calendar_server::config::Schedule;
use calendar_server::store::{self, BackupHistory, DirectStore, PendingNote, Stop};
use jiff::tz::TimeZone;

use crate::fixture::assert_sound;
use crate::support::files::files;
use crate::support::wait::wait_for;

/// 2017-06-19 10:55:04.
const NOW: i64 = 1_497_869_704;
/// The name of a backup that is made at [`NOW`].
const MADE: &str = "calendar-20170619-105504.sqlite";
/// The name of an older one.
const OLD: &str = "calendar-20160101-000000.sqlite";

fn database(folder: &Path) -> PathBuf {
    let database = folder.join("calendar.sqlite");
    store::init(&database).unwrap();
    store::upgrade(&database).unwrap();
    database
}

fn backup(database: &Path, to: &Path) {
    store::backup(database, to, &mut |_, _| {}, &Stop::default()).unwrap();
}

/// Runs the server's own backups, which keep one, until one is made, and gives what is then in `kept`.
fn make_a_backup(database: &Path, kept: &Path) -> Vec<String> {
    let clock = Clock::fixed(TimeZone::UTC, NOW);
    let made = BackupHistory { last: Some(clock.now().unwrap()), failed: None };
    let schedule = Schedule { folder: kept.to_owned(), every: Duration::from_hours(24), keep: 1 };
    let backups = Backups::start(
        database.to_owned(),
        schedule,
        clock,
        PendingNote::default(),
        Arc::default(),
    )
    .unwrap();
    wait_for("a backup", || {
        let history = DirectStore::open(database).unwrap().read(|store| store.backup_history());
        (history.unwrap() == made).then_some(())
    });
    // The thread finishes what it has begun.
    drop(backups);
    files(kept)
}

#[test]
fn an_old_backup_is_removed_and_a_link_of_its_kind_leads_to_no_removal() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    backup(&database, &kept.join(OLD));
    let [link, directory] = ["calendar-20150101-000000.sqlite", "calendar-20150102-000000.sqlite"];
    symlink(&database, kept.join(link)).unwrap();
    fs::create_dir(kept.join(directory)).unwrap();
    let left = make_a_backup(&database, &kept);
    assert!(!left.contains(&OLD.to_owned()), "{left:?}");
    assert!(left.contains(&MADE.to_owned()), "{left:?}");
    assert!(kept.join(link).is_symlink() && kept.join(directory).is_dir());
    assert_sound(folder.path());
}

#[test]
fn a_link_with_the_name_of_the_next_backup_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    symlink("../elsewhere.sqlite", kept.join(MADE)).unwrap();
    let numbered = MADE.replace(".sqlite", "-2.sqlite");
    assert!(make_a_backup(&database, &kept).contains(&numbered));
    assert!(kept.join(MADE).is_symlink() && !folder.path().join("elsewhere.sqlite").exists());
}

#[test]
fn the_database_itself_is_never_taken_for_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join(OLD);
    store::init(&database).unwrap();
    store::upgrade(&database).unwrap();
    assert!(make_a_backup(&database, folder.path()).contains(&MADE.to_owned()));
    assert!(database.exists());
}

#[test]
fn two_servers_in_one_folder_leave_each_others_backups_alone() {
    let folder = tempfile::tempdir().unwrap();
    let [here, there] = ["here", "there"].map(|name| {
        fs::create_dir(folder.path().join(name)).unwrap();
        database(&folder.path().join(name))
    });
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    backup(&there, &kept.join(OLD));
    assert!(make_a_backup(&there, &kept).contains(&MADE.to_owned()));
    let numbered = MADE.replace(".sqlite", "-2.sqlite");
    // Both keep one, and make theirs in the same second.
    assert_eq!(make_a_backup(&here, &kept), [numbered, MADE.to_owned()]);
}

#[test]
fn the_folder_of_the_backups_is_made_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("for/backups");
    make_a_backup(&database(folder.path()), &kept);
    for made in [kept.as_path(), kept.parent().unwrap()] {
        assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
