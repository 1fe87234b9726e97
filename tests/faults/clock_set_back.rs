//! The server's own backups after the clock was set back by a day.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calendar_server::backups::{self, Backups};
use calendar_server::clock::Clock;
use calendar_server::config::Schedule;
use calendar_server::store::{self, BackupHistory, DirectStore, PendingNote, Stop};
use jiff::tz::TimeZone;

use crate::support::files::files;
use crate::support::wait::wait_for;

/// 2017-06-19 19:55:04 in Seoul.
const NOW: i64 = 1_497_869_704;
const DAY: i64 = 86_400;

/// A migrated database, a backup of which was made just now by its clock in Seoul.
fn backed_up(folder: &Path) -> (std::path::PathBuf, Clock) {
    let database = folder.join("calendar.sqlite");
    store::init(&database).unwrap();
    store::upgrade(&database).unwrap();
    let clock = Clock::fixed(TimeZone::get("Asia/Seoul").unwrap(), NOW);
    let now = clock.now().unwrap();
    DirectStore::open(&database).unwrap().write(|tx| tx.note_backup(now, None)).unwrap();
    (database, clock)
}

/// Sets the clock back, and runs the server's own backups, which keep two, until one is made.
fn make_a_backup(database: &Path, kept: &Path, clock: &Clock) {
    clock.set(NOW - DAY);
    let day = Duration::from_hours(24);
    let schedule = Schedule { folder: kept.to_owned(), every: day, keep: 2 };
    let made = BackupHistory { last: Some(clock.now().unwrap()), failed: None };
    let backups = Backups::start(
        database.to_owned(),
        schedule,
        clock.clone(),
        PendingNote::default(),
        Arc::default(),
    )
    .unwrap();
    wait_for("a backup", || {
        let attempts = DirectStore::open(database).unwrap().read(|store| store.backup_history());
        (attempts.unwrap() == made).then_some(())
    });
    // The thread finishes what it has begun.
    drop(backups);
}

#[test]
fn a_backup_from_the_future_makes_one_due() {
    let folder = tempfile::tempdir().unwrap();
    let (database, clock) = backed_up(folder.path());
    let kept = folder.path().join("backups");
    make_a_backup(&database, &kept, &clock);
    assert_eq!(files(&kept), ["calendar-20170618-195504.sqlite"]);
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
    make_a_backup(&database, &kept, &clock);
    let left = files(&kept);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&"calendar-20170618-195504.sqlite".to_owned()), "{left:?}");
}
