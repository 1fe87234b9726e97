//! The name of a group.

use super::two_users;
use crate::support::calendar::{Calendar, DONE, PARK};
use crate::support::expected::{GROUPS, group, groups, one_group};

/// Asserts that neither creating nor renaming a group takes `name`, which is JSON.
fn assert_name_is_invalid(calendar: &Calendar, token: &str, name: &str, detail: &str) {
    calendar.post("/group/", token, format!(r#"{{"group_name":{name}}}"#)).invalid(detail);
    let rename = format!(r#"{{"group_id":1,"group_name":{name}}}"#);
    calendar.put("/group/", token, rename).invalid(detail);
}

#[test]
fn a_group_name_is_1_to_128_characters() {
    let (calendar, park, _) = two_users();
    let longest = "👍".repeat(128);
    assert_eq!(calendar.group(&park, &longest), 1);
    calendar.get("/group/1", &park).is(200, &one_group(&group(1, &longest, PARK, None), 0));
    for empty in [r#""""#, r#""  ""#, r#""\t\n\u3000""#] {
        assert_name_is_invalid(
            &calendar,
            &park,
            empty,
            "group_name: expected 1 to 128 characters, got none",
        );
    }
    let long = format!(r#""{longest}a""#);
    assert_name_is_invalid(&calendar, &park, &long, "group_name: expected at most 128 characters");
    let huge = format!(r#""{}""#, "a".repeat(60_000));
    assert_name_is_invalid(&calendar, &park, &huge, "group_name: expected at most 128 characters");
    let stored = calendar.rows("SELECT name, updated FROM calendar_group");
    assert_eq!(stored, [format!("{longest}|-")]);
}

#[test]
fn a_group_name_is_a_string() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    for value in ["1", "1.5", "false", "null", r#"["b"]"#, "{}"] {
        assert_name_is_invalid(&calendar, &park, value, "group_name: expected a string");
    }
    let missing = "group_name: required, but missing";
    calendar.post("/group/", &park, "{}").invalid(missing);
    calendar.put("/group/", &park, r#"{"group_id":1}"#).invalid(missing);
    assert_eq!(calendar.rows(GROUPS), ["1|a|1|2017-06-19 19:55:04|-"]);
}

#[test]
fn only_outer_white_space_of_a_group_name_is_trimmed() {
    let (calendar, park, _) = two_users();
    calendar.post("/group/", &park, r#"{"group_name":"\t 회식  관련\n \u3000"}"#).is(200, DONE);
    let padded = format!("  {}  ", "b".repeat(128));
    calendar
        .put("/group/", &park, format!(r#"{{"group_id":1,"group_name":"{padded}"}}"#))
        .is(200, DONE);
    calendar.group(&park, " 회식  관련 ");
    calendar.get("/group/list", &park).is(
        200,
        &groups(&[
            group(1, &"b".repeat(128), PARK, Some("Mon, 19 Jun 2017 19:55:04 GMT")),
            group(2, "회식  관련", PARK, None),
        ]),
    );
}
