//! The machine's clock set back by a day, by the in-process client: the binary has no clock but the
//! machine's.

use std::fs;
use std::path::Path;
use std::time::Duration;

use calendar_server::backups::{self, Backups};
use calendar_server::clock::Clock;
use calendar_server::config::Schedule;
use calendar_server::store::{self, BackupHistory, DirectStore, Faults, PendingNote, Stop};
use jiff::tz::TimeZone;
use serde_json::json;

use crate::asking::{names, wait_for};
use crate::helpers::{Calendar, DONE, KIM, NOW, PARK, Settings};

const DAY: i64 = 86_400;

fn with_token_lifetime() -> Calendar {
    let hour = Some(Duration::from_secs(3600));
    Calendar::with(Settings { token_lifetime: hour, ..Settings::default() })
}

#[test]
fn a_token_from_before_the_clock_was_set_back_goes_on_and_one_from_after_ends_by_the_clock() {
    let calendar = with_token_lifetime();
    let before = calendar.register(PARK);
    calendar.clock.set(NOW - DAY);
    // Its `iat` is in the future now.
    assert_eq!(calendar.get("/user/", &before).status, 200);
    let after = calendar.register(KIM);
    assert_eq!(calendar.get("/user/", &after).status, 200);
    assert_eq!(
        calendar.get("/user/", &after).json()["data"]["created"],
        "Sun, 18 Jun 2017 19:55:04 GMT"
    );
    calendar.clock.set(NOW - DAY + 3600);
    calendar.get("/user/", &after).bad_token();
    assert_eq!(calendar.get("/user/", &before).status, 200);
}

#[test]
fn ids_go_on_rising_and_times_are_the_clocks_after_it_was_set_back() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let [sdate, edate] = ["2017-06-18 09:00:00", "2017-06-18 12:00:00"];
    let first = calendar.event(&token, sdate, edate, "a");
    let gone = calendar.event(&token, sdate, edate, "b");
    calendar.delete("/calendar/event", &token, json!({"event_id": gone}).to_string()).is(200, DONE);
    assert_eq!(calendar.get("/calendar/today", &token).json()["data"], json!([]));

    calendar.clock.set(NOW - DAY);
    let second = calendar.event(&token, sdate, edate, "c");
    assert!(second > gone, "{second} after {gone}");
    let change = json!({"event_id": first, "sdate": sdate, "edate": edate, "subject": "d"});
    calendar.put("/calendar/event", &token, change.to_string()).is(200, DONE);
    let today = calendar.get("/calendar/today", &token).json();
    let [first_shown, second_shown] = [&today["data"][0], &today["data"][1]];
    assert_eq!((&first_shown["id"], &second_shown["id"]), (&json!(first), &json!(second)));
    assert_eq!(first_shown["created"], "Mon, 19 Jun 2017 19:55:04 GMT");
    assert_eq!(first_shown["updated"], "Sun, 18 Jun 2017 19:55:04 GMT");
    assert_eq!(second_shown["created"], "Sun, 18 Jun 2017 19:55:04 GMT");

    // To before 1970 too, where a clock without a battery may stand.
    calendar.clock.set(-DAY);
    let third = calendar.event(&token, sdate, edate, "e");
    assert!(third > second, "{third} after {second}");
    let path = format!("/calendar/event/{third}");
    assert_eq!(
        calendar.get(&path, &token).json()["data"]["created"],
        "Wed, 31 Dec 1969 09:00:00 GMT"
    );
    assert_eq!(store::check(&calendar.database).unwrap(), Faults::default());
}

/// A migrated database of which, by its clock in Seoul, a backup was made just now.
fn backed_up(folder: &Path) -> (std::path::PathBuf, Clock) {
    let database = folder.join("calendar.sqlite");
    store::init(&database).unwrap();
    store::upgrade(&database).unwrap();
    let clock = Clock::fixed(TimeZone::get("Asia/Seoul").unwrap(), NOW);
    let now = clock.now().unwrap();
    DirectStore::open(&database).unwrap().write(|tx| tx.note_backup(now, None)).unwrap();
    (database, clock)
}

/// Sets the clock back, and lets the server's own backups be made, two of them kept, until it has
/// made one.
fn one_more(database: &Path, kept: &Path, clock: &Clock) {
    clock.set(NOW - DAY);
    let day = Duration::from_secs(24 * 3600);
    let schedule = Schedule { folder: kept.to_owned(), every: day, keep: 2 };
    let made = BackupHistory { last: Some(clock.now().unwrap()), failed: None };
    let backups =
        Backups::start(database.to_owned(), schedule, clock.clone(), PendingNote::default())
            .unwrap();
    wait_for("a backup", || {
        let history = DirectStore::open(database).unwrap().read(|store| store.backup_history());
        (history.unwrap() == made).then_some(())
    });
    // Its thread ends what it has begun.
    drop(backups);
}

#[test]
fn a_backup_that_was_made_in_the_future_makes_one_due() {
    let folder = tempfile::tempdir().unwrap();
    let (database, clock) = backed_up(folder.path());
    let kept = folder.path().join("backups");
    one_more(&database, &kept, &clock);
    assert_eq!(names(&kept), ["calendar-20170618-195504.sqlite"]);
}

#[test]
fn a_backup_that_is_made_when_the_clock_was_set_back_is_kept_before_those_of_the_future() {
    let folder = tempfile::tempdir().unwrap();
    let (database, clock) = backed_up(folder.path());
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    for hours in [1, 2] {
        clock.set(NOW - hours * 3600);
        let file = kept.join(backups::name(clock.now().unwrap()));
        store::backup(&database, &file, &mut |_, _| {}, &Stop::default()).unwrap();
    }
    one_more(&database, &kept, &clock);
    let left = names(&kept);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&"calendar-20170618-195504.sqlite".to_owned()), "{left:?}");
}
