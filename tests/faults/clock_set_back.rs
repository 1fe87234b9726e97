//! The server's own backups after the clock was set back by a day.

use std::fs;
use std::path::{Path, PathBuf};

use calendar_server::backups;
use calendar_server::clock::Clock;
use calendar_server::store::{self, DirectStore, Stop};
use jiff::tz::TimeZone;

use crate::fixture::{self, migrated};

/// 2017-06-19 19:55:04 in Seoul.
const NOW: i64 = 1_497_869_704;
const DAY: i64 = 86_400;

/// A migrated database, a backup of which was made just now by its clock in Seoul.
fn backed_up(folder: &Path) -> (PathBuf, Clock) {
    let database = migrated(folder);
    let clock = Clock::fixed(TimeZone::get("Asia/Seoul").unwrap(), NOW);
    let now = clock.now().unwrap();
    DirectStore::open(&database).unwrap().write(|tx| tx.note_backup(now, None)).unwrap();
    (database, clock)
}

/// Sets the clock back, and has a server that keeps two backups make one; gives what is then in `kept`.
fn make_a_backup(database: &Path, kept: &Path, clock: &Clock) -> Vec<String> {
    clock.set(NOW - DAY);
    fixture::make_a_backup(database, kept, 2, clock)
}

#[test]
fn a_backup_from_the_future_makes_one_due() {
    let folder = tempfile::tempdir().unwrap();
    let (database, clock) = backed_up(folder.path());
    let kept = folder.path().join("backups");
    assert_eq!(make_a_backup(&database, &kept, &clock), ["calendar-20170618-195504.sqlite"]);
}

#[test]
fn a_backup_after_the_clock_was_set_back_is_kept_before_those_from_the_future() {
    let folder = tempfile::tempdir().unwrap();
    let (database, clock) = backed_up(folder.path());
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    for hours in [1, 2] {
        clock.set(NOW - hours * 3600);
        let file = kept.join(backups::name(clock.now().unwrap()));
        store::backup(&database, &file, &mut |_, _| {}, &Stop::default()).unwrap();
    }
    let left = make_a_backup(&database, &kept, &clock);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&"calendar-20170618-195504.sqlite".to_owned()), "{left:?}");
}
