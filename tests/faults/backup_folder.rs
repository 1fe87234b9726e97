//! What else lies in the folder of the server's own backups: links, folders, files of other servers.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use calendar_server::clock::Clock;
use calendar_server::store::{self, Stop};
use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::fixture::{self, assert_sound, migrated};
use crate::support::files::files;

/// 2017-06-19 10:55:04.
const NOW: i64 = 1_497_869_704;
/// The name of a backup that is made at [`NOW`].
const MADE: &str = "calendar-20170619-105504.sqlite";
/// The name of an older one.
const OLD: &str = "calendar-20160101-000000.sqlite";

/// A folder with a database, and an empty one for its backups.
fn set_up() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (database, kept) = (migrated(folder.path()), folder.path().join("backups"));
    fs::create_dir(&kept).unwrap();
    (folder, database, kept)
}

fn backup(database: &Path, to: &Path) {
    store::backup(database, to, &mut |_, _| {}, &Stop::default()).unwrap();
}

/// Has a server that keeps one backup make the next, and gives what is then in `kept`.
fn make_a_backup(database: &Path, kept: &Path) -> Vec<String> {
    fixture::make_a_backup(database, kept, 1, &Clock::fixed(TimeZone::UTC, NOW))
}

#[test]
fn an_old_backup_is_removed_and_a_link_of_its_kind_leads_to_no_removal() {
    let (folder, database, kept) = set_up();
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
    let (folder, database, kept) = set_up();
    symlink("../elsewhere.sqlite", kept.join(MADE)).unwrap();
    let numbered = MADE.replace(".sqlite", "-2.sqlite");
    assert!(make_a_backup(&database, &kept).contains(&numbered));
    assert!(kept.join(MADE).is_symlink() && !folder.path().join("elsewhere.sqlite").exists());
}

#[test]
fn the_database_itself_is_never_taken_for_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join(OLD);
    fs::rename(migrated(folder.path()), &database).unwrap();
    assert!(make_a_backup(&database, folder.path()).contains(&MADE.to_owned()));
    assert!(database.exists());
}

#[test]
fn two_servers_in_one_folder_leave_each_others_backups_alone() {
    let (_folder, here, kept) = set_up();
    let (_other, there, _) = set_up();
    let numbered = MADE.replace(".sqlite", "-2.sqlite");
    backup(&there, &kept.join(OLD));
    // Each keeps one, and both make theirs in the same second.
    std::thread::scope(|scope| {
        for database in [&here, &there] {
            scope.spawn(|| make_a_backup(database, &kept));
        }
    });
    assert_eq!(files(&kept), [numbered, MADE.to_owned()]);
}

#[test]
fn the_folder_of_the_backups_is_made_for_its_owner_alone() {
    let (folder, database, _) = set_up();
    let kept = folder.path().join("for/backups");
    make_a_backup(&database, &kept);
    for made in [kept.as_path(), kept.parent().unwrap()] {
        assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
