//! `/user/calendar/group`: which groups a calendar shows.

use calendar_server::model::Bounds;

use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::expected::{SELECTIONS, data};

const FORM: &str =
    "selected_group: expected group ids joined by commas, such as 1,2,3, or 0 alone for none";

fn selected(groups: &str) -> String {
    data(&format!(r#"{{"selected_group":"{groups}"}}"#))
}

/// A calendar with the groups 1 and 2 of Park and the group 3 of Kim, and their tokens.
fn three_groups() -> (Calendar, String, String) {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&park, "하나");
    calendar.group(&park, "둘");
    calendar.group(&kim, "셋");
    (calendar, park, kim)
}

#[test]
fn no_group_is_selected_at_first() {
    let (calendar, park, _) = three_groups();
    calendar.get("/user/calendar/group", &park).is(200, &selected("0"));
    assert!(calendar.rows(SELECTIONS).is_empty());
}

#[test]
fn groups_of_others_can_be_selected() {
    let (calendar, park, kim) = three_groups();
    calendar.post("/user/calendar/group", &park, r#"{"selected_group":"1,2,3"}"#).is(200, DONE);
    calendar.get("/user/calendar/group", &park).is(200, &selected("1,2,3"));
    calendar.get("/user/calendar/group", &kim).is(200, &selected("0"));
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|2", "1|3"]);
}

#[test]
fn a_selection_replaces_the_one_before() {
    let (calendar, park, kim) = three_groups();
    calendar.select(&park, "1,2");
    calendar.select(&kim, "2");
    calendar.select(&park, "2,3");
    calendar.get("/user/calendar/group", &park).is(200, &selected("2,3"));
    assert_eq!(calendar.rows(SELECTIONS), ["1|2", "1|3", "2|2"]);
}

#[test]
fn zero_alone_selects_none() {
    let (calendar, park, kim) = three_groups();
    calendar.select(&kim, "1");
    for zero in ["0", " 0", "0 "] {
        calendar.select(&park, "1,2");
        calendar.select(&park, zero);
        calendar.get("/user/calendar/group", &park).is(200, &selected("0"));
        assert_eq!(calendar.rows(SELECTIONS), ["2|1"]);
    }
}

#[test]
fn spaces_order_and_repetition_do_not_matter() {
    let (calendar, park, _) = three_groups();
    for same in ["1,3", "3,1", "1, 3", " 1 ,3 ", "1,3,1", "3,3,3,1"] {
        calendar.select(&park, "2");
        calendar.select(&park, same);
        calendar.get("/user/calendar/group", &park).is(200, &selected("1,3"));
        assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|3"]);
    }
}

#[test]
fn a_malformed_selection_changes_nothing() {
    let (calendar, park, _) = three_groups();
    calendar.select(&park, "2");
    for bad in [
        "",
        " ",
        ",",
        "1,",
        ",1",
        "1,,2",
        "0,1",
        "1,0",
        "0,0",
        "00",
        "-1",
        "+1",
        "1,-2",
        "1.0",
        "1e0",
        "a",
        "1,a",
        "1;2",
        "1 2",
        "0x1",
        "１",
        "[1]",
        "9223372036854775808",
        "1,99999999999999999999",
    ] {
        calendar
            .post("/user/calendar/group", &park, format!(r#"{{"selected_group":"{bad}"}}"#))
            .invalid(FORM);
    }
    assert_eq!(calendar.rows(SELECTIONS), ["1|2"]);
}

#[test]
fn a_selection_is_a_string() {
    let (calendar, park, _) = three_groups();
    calendar.select(&park, "2");
    for value in ["1", "0", "1.0", "true", "null", "[1,2]", r#"["1"]"#, "{}"] {
        calendar
            .post("/user/calendar/group", &park, format!(r#"{{"selected_group":{value}}}"#))
            .invalid("selected_group: expected a string");
    }
    calendar
        .post("/user/calendar/group", &park, "{}")
        .invalid("selected_group: required, but missing");
    assert_eq!(calendar.rows(SELECTIONS), ["1|2"]);
}

#[test]
fn a_selection_with_an_unknown_group_changes_nothing() {
    let (calendar, park, _) = three_groups();
    calendar.select(&park, "2");
    for (unknown, first) in
        [("4", "4"), ("1,3,4", "4"), ("4,1", "4"), ("9223372036854775807,1", "9223372036854775807")]
    {
        calendar
            .post("/user/calendar/group", &park, format!(r#"{{"selected_group":"{unknown}"}}"#))
            .not_found(&format!("group {first} does not exist"));
    }
    calendar.get("/user/calendar/group", &park).is(200, &selected("2"));
    assert_eq!(calendar.rows(SELECTIONS), ["1|2"]);
}

#[test]
fn a_deleted_group_leaves_every_selection() {
    let (calendar, park, kim) = three_groups();
    calendar.select(&park, "1,2");
    calendar.select(&kim, "2,3");
    calendar.delete("/group/", &park, r#"{"group_id":2}"#).is(200, DONE);
    calendar.get("/user/calendar/group", &park).is(200, &selected("1"));
    calendar.get("/user/calendar/group", &kim).is(200, &selected("3"));
    calendar.settle();
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "2|3"]);
    calendar
        .post("/user/calendar/group", &park, r#"{"selected_group":"1,2"}"#)
        .not_found("group 2 does not exist");
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).is(200, DONE);
    calendar.get("/user/calendar/group", &park).is(200, &selected("0"));
}

#[test]
fn a_selection_may_be_as_long_as_a_body() {
    let (calendar, park, _) = three_groups();
    calendar.select(&park, &["1", "3"].repeat(16_000).join(","));
    calendar.get("/user/calendar/group", &park).is(200, &selected("1,3"));
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|3"]);
}

#[test]
fn one_group_is_selected_and_unselected_beside_the_others() {
    let (calendar, park, kim) = three_groups();
    calendar.select(&kim, "1");
    calendar.select(&park, "1");
    for _ in 0..2 {
        calendar.put("/user/calendar/group/3", &park, "").is(200, DONE);
        assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|3", "2|1"]);
    }
    for _ in 0..2 {
        calendar.delete("/user/calendar/group/1", &park, "").is(200, DONE);
        assert_eq!(calendar.rows(SELECTIONS), ["1|3", "2|1"]);
    }
    // What is not there is not selected afterwards either.
    calendar.delete("/user/calendar/group/9", &park, "").is(200, DONE);
    calendar.put("/user/calendar/group/9", &park, "").not_found("group 9 does not exist");
    calendar.get("/user/calendar/group/1", &park).not_allowed("PUT, DELETE");
    assert_eq!(calendar.rows(SELECTIONS), ["1|3", "2|1"]);
}

#[test]
fn selecting_one_group_counts_toward_the_bound() {
    let bounds = Bounds { selected_groups: 2, ..Bounds::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let park = calendar.register(PARK);
    for name in ["하나", "둘", "셋"] {
        calendar.group(&park, name);
    }
    calendar.select(&park, "1,2");
    calendar
        .put("/user/calendar/group/3", &park, "")
        .invalid("you have selected 2 groups, which is the most: unselect one first");
    calendar.put("/user/calendar/group/2", &park, "").is(200, DONE);
    calendar.delete("/user/calendar/group/1", &park, "").is(200, DONE);
    calendar.put("/user/calendar/group/3", &park, "").is(200, DONE);
    assert_eq!(calendar.rows(SELECTIONS), ["1|2", "1|3"]);
}
