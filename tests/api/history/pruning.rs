//! What is too old of the history goes, and what is too much.

use calendar_server::pruning::Pruning;

use super::{changed, deleted, entries, left_by, undo};
use crate::support::calendar::{Calendar, DONE, KIM, NOW};

const DAY: i64 = 86_400;

fn prune(calendar: &Calendar, pruning: impl FnOnce(Pruning) -> Pruning) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(pruning(Pruning::of(calendar.app())).prune()).unwrap();
}

#[test]
fn entries_of_the_last_thirty_days_are_kept() {
    let (calendar, park) = Calendar::populated();
    calendar.clock.set(NOW + 60);
    let change = left_by(&calendar.put("/calendar/event", &park, changed(1, "b")));
    calendar.clock.set(NOW + 30 * DAY);
    prune(&calendar, |pruning| pruning);
    assert_eq!(entries(&calendar, "/calendar/activity", &park).len(), 3);
    calendar.clock.set(NOW + 30 * DAY + 30);
    prune(&calendar, |pruning| pruning);
    let left = entries(&calendar, "/calendar/activity", &park);
    assert_eq!(left.len(), 1);
    left_by(&undo(&calendar, &park, change));
    calendar.clock.set(NOW + 61 * DAY);
    prune(&calendar, |pruning| pruning);
    assert_eq!(calendar.rows("SELECT count(*) FROM history"), ["0"]);
    let detail = format!("entry {change} does not exist, or is too old");
    undo(&calendar, &park, change).not_found(&detail);
}

#[test]
fn of_a_calendar_that_changes_very_much_the_oldest_entries_go() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.event(&kim, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    for subject in ["b", "c", "d"] {
        calendar.put("/calendar/event", &park, changed(1, subject)).is(200, DONE);
    }
    prune(&calendar, |pruning| pruning.keeping(2));
    let subjects = |token: &str| -> Vec<String> {
        let entries = entries(&calendar, "/calendar/activity", token);
        entries.iter().map(|entry| entry["subject"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(subjects(&park), ["d", "c"]);
    assert_eq!(subjects(&kim), ["a"]);
}

#[test]
fn the_rows_of_an_entry_go_with_it() {
    let (calendar, park) = Calendar::populated();
    let lesson = calendar.post("/calendar/event", &park, crate::series::LESSON).made();
    let body = crate::series::change(
        lesson,
        "2017-06-27 10:00:00",
        "2017-06-27 11:00:00",
        "b",
        serde_json::json!({"occurrence": "2017-06-27 09:00:00"}),
    );
    calendar.put("/calendar/event", &park, body);
    calendar.delete("/calendar/event", &park, deleted(lesson)).is(200, DONE);
    assert_ne!(calendar.rows("SELECT count(*) FROM history WHERE entry_id IS NOT NULL"), ["0"]);
    calendar.clock.set(NOW + 31 * DAY);
    prune(&calendar, |pruning| pruning);
    assert_eq!(calendar.rows("SELECT count(*) FROM history"), ["0"]);
}

#[test]
fn invitations_that_have_expired_go_also_if_none_is_made() {
    let (calendar, _) = Calendar::populated();
    let week = 7 * DAY;
    calendar.execute(
        "INSERT INTO invitation (group_id, inviter_id, role, digest, created, expires)
         VALUES (1, 1, 1, x'01', 0, 604800), (1, 1, 1, x'02', 0, 604800)",
    );
    prune(&calendar, |pruning| pruning);
    assert_eq!(calendar.rows("SELECT id FROM invitation"), ["1"], "which lasts a week");
    calendar.clock.set(NOW + week - 1);
    prune(&calendar, |pruning| pruning);
    assert_eq!(calendar.rows("SELECT id FROM invitation"), ["1"]);
    calendar.clock.set(NOW + week);
    prune(&calendar, |pruning| pruning);
    assert!(calendar.rows("SELECT id FROM invitation").is_empty());
}
