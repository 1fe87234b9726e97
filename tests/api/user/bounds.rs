//! How many groups and events one user may have.

use calendar_server::model::Bounds;
use serde_json::json;

use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::expected::{SELECTIONS, data};

const TIME: &str = "2017-06-20 09:00:00";
const GROUPS: &str = "you have created 2 groups, which is the most: delete one first";
const EVENTS: &str = "you have registered 3 events, which is the most: delete some first";
/// The kept counts, and how many events there are.
const COUNTS: &str = "SELECT u.events, (SELECT count(*) FROM event e WHERE e.user_id = u.id)
    FROM user u ORDER BY u.id";

/// With few groups and events for each user, and the tokens of two.
fn bounded() -> (Calendar, String, String) {
    let bounds = Bounds { groups: 2, selected_groups: 2, group_members: 2, events: 3, series: 1 };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    (calendar, park, kim)
}

fn new_event(group: Option<i64>) -> String {
    json!({"group_id": group, "sdate": TIME, "edate": TIME, "subject": "a"}).to_string()
}

fn three_events(calendar: &Calendar, token: &str) {
    for subject in ["a", "b", "c"] {
        calendar.event(token, TIME, TIME, subject);
    }
}

#[test]
fn the_bounds_are_generous_without_a_setting() {
    let expected = Bounds {
        groups: 1000,
        selected_groups: 1000,
        group_members: 1000,
        events: 200_000,
        series: 10_000,
    };
    assert_eq!(Calendar::new().app().bounds, expected);
}

#[test]
fn one_group_more_than_a_user_may_create_is_refused_until_one_is_deleted() {
    let (calendar, park, kim) = bounded();
    calendar.group(&park, "a");
    calendar.group(&park, "b");
    calendar.post("/group", &park, r#"{"group_name":"c"}"#).invalid(GROUPS);
    calendar
        .post("/group", &park, r#"{"group_name":""}"#)
        .invalid("group_name: expected 1 to 128 characters, got none");
    calendar.group(&kim, "d");
    calendar.put("/group", &park, r#"{"group_id":2,"group_name":"e"}"#).is(200, DONE);
    let names = "SELECT name FROM calendar_group ORDER BY id";
    assert_eq!(calendar.rows(names), ["a", "e", "d"]);
    calendar.delete("/group", &park, r#"{"group_id":1}"#).is(200, DONE);
    calendar.group(&park, "f");
    calendar.post("/group", &park, r#"{"group_name":"g"}"#).invalid(GROUPS);
    calendar.settle();
    assert_eq!(calendar.rows(names), ["e", "d", "f"]);
}

#[test]
fn a_deleted_group_that_is_not_purged_yet_does_not_count() {
    let (calendar, park, _) = bounded();
    calendar.execute(
        "INSERT INTO calendar_group (name, creator_id, created, deleted)
         VALUES ('a', 1, 0, 1), ('b', 1, 0, 1)",
    );
    calendar.group(&park, "c");
}

#[test]
fn one_event_more_than_a_user_may_have_is_refused_wherever_it_would_be() {
    let (calendar, park, kim) = bounded();
    calendar.group(&kim, "a");
    calendar.event(&park, TIME, TIME, "one");
    calendar.group_event(&park, 1, TIME, TIME, "two");
    calendar.put("/calendar/birthday", &park, r#"{"birthday":"1990-06-22"}"#).is(200, DONE);
    calendar.post("/calendar/event", &park, new_event(None)).invalid(EVENTS);
    calendar.post("/group/event", &park, new_event(Some(1))).invalid(EVENTS);
    // What does not exist comes first, and what exists already.
    calendar.post("/group/event", &park, new_event(Some(9))).not_found("group 9 does not exist");
    calendar
        .put("/calendar/birthday", &park, r#"{"birthday":"1990-06-22"}"#)
        .is(200, r#"{"meta":{"code":20010,"message":"USER BIRTHDAY EXIST"}}"#);
    calendar.group_event(&kim, 1, TIME, TIME, "four");
    assert_eq!(calendar.rows(COUNTS), ["3|3", "1|1"]);
    let change = json!({"event_id": 1, "sdate": TIME, "edate": TIME, "subject": "b"}).to_string();
    calendar.put("/calendar/event", &park, change).is(200, DONE);

    calendar.delete("/calendar/event", &park, r#"{"event_id":1}"#).is(200, DONE);
    calendar.group_event(&park, 1, TIME, TIME, "five");
    calendar.post("/calendar/event", &park, new_event(None)).invalid(EVENTS);
    assert_eq!(calendar.rows(COUNTS), ["3|3", "1|1"]);
    assert_eq!(calendar.rows("SELECT id FROM event ORDER BY id"), ["2", "3", "4", "5"]);
}

#[test]
fn a_birthday_is_an_event_that_counts() {
    let (calendar, park, _) = bounded();
    three_events(&calendar, &park);
    for method in [rocket::http::Method::Put, rocket::http::Method::Post] {
        let body = r#"{"birthday":"1990-06-22"}"#;
        calendar.call(method, "/calendar/birthday", &park, body).invalid(EVENTS);
    }
    assert_eq!(calendar.rows(COUNTS), ["3|3", "0|0"]);
}

#[test]
fn events_that_others_delete_do_not_count_any_more() {
    let (calendar, park, kim) = bounded();
    calendar.group(&kim, "a");
    calendar.group(&kim, "b");
    calendar.group_event(&park, 1, TIME, TIME, "a");
    calendar.group_event(&park, 2, TIME, TIME, "a");
    calendar.event(&park, TIME, TIME, "a");
    calendar.delete("/calendar/event", &kim, r#"{"event_id":1}"#).is(200, DONE);
    calendar.settle();
    assert_eq!(calendar.rows(COUNTS), ["2|2", "0|0"]);
    calendar.delete("/group", &kim, r#"{"group_id":2}"#).is(200, DONE);
    calendar.settle();
    assert_eq!(calendar.rows(COUNTS), ["1|1", "0|0"]);
    calendar.execute("PRAGMA foreign_keys = ON; DELETE FROM user WHERE id = 1");
    assert_eq!(calendar.rows(COUNTS), ["0|0"]);
}

#[test]
fn the_events_of_a_removed_users_groups_do_not_count_any_more() {
    let (calendar, park, kim) = bounded();
    calendar.group(&kim, "a");
    calendar.group_event(&park, 1, TIME, TIME, "a");
    calendar.execute("PRAGMA foreign_keys = ON; DELETE FROM user WHERE id = 2");
    calendar.settle();
    assert_eq!(calendar.rows(COUNTS), ["0|0"]);
    three_events(&calendar, &park);
}

#[test]
fn whoever_is_over_a_bound_keeps_what_they_have_and_gets_no_more() {
    let (calendar, park, kim) = bounded();
    calendar.execute(&format!(
        "INSERT INTO calendar_group (name, creator_id, created)
         VALUES ('a', 1, 0), ('b', 1, 0), ('c', 1, 0), ('d', 2, 0);
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created) VALUES
         {};
         INSERT INTO selection (user_id, group_id) VALUES (1, 1), (1, 2), (1, 3), (1, 4)",
        ["(1, 'a', 'a', 0, 0, 0)"; 5].join(", ")
    ));
    calendar.post("/group", &park, r#"{"group_name":"e"}"#).invalid(GROUPS);
    calendar.post("/calendar/event", &park, new_event(None)).invalid(EVENTS);
    calendar.delete("/calendar/event", &park, r#"{"event_id":1}"#).is(200, DONE);
    calendar.post("/calendar/event", &park, new_event(None)).invalid(EVENTS);
    assert_eq!(calendar.rows(COUNTS), ["4|4", "0|0"]);
    let all = data(r#"{"selected_group":"1,2,3,4"}"#);
    calendar.get("/user/calendar/group", &park).is(200, &all);

    // Fewer of those that are selected, even if they are still too many.
    calendar.select(&park, "1,2,3,4");
    calendar.select(&park, "1,2,3");
    calendar
        .post("/user/calendar/group", &park, r#"{"selected_group":"1,2,4"}"#)
        .invalid("selected_group: expected at most 2 groups, got 3");
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|2", "1|3"]);
    calendar.select(&park, "3,4");
    calendar.select(&kim, "1,2");
}

#[test]
fn more_groups_than_a_user_may_select_are_refused() {
    let (calendar, park, kim) = bounded();
    for (token, name) in [(&park, "a"), (&park, "b"), (&kim, "c")] {
        calendar.group(token, name);
    }
    calendar.select(&park, "1");
    for (groups, count) in [("1,2,3", 3), ("1,2,99", 3), ("96,97,98,99", 4)] {
        calendar
            .post("/user/calendar/group", &park, json!({"selected_group": groups}).to_string())
            .invalid(&format!("selected_group: expected at most 2 groups, got {count}"));
        assert_eq!(calendar.rows(SELECTIONS), ["1|1"]);
    }
    // One that is named twice counts once.
    calendar.select(&park, "1,3,3,1");
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|3"]);
}
