//! `/group`: making, renaming, deleting and reading groups.

use rocket::http::Method;

use crate::helpers::{Calendar, DONE, KIM, NOW, PARK};
use crate::wire::{EVENTS, GROUPS, SELECTIONS, group, groups, one_group};

fn two_users() -> (Calendar, String, String) {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    (calendar, park, kim)
}

#[test]
fn a_group_that_is_made_can_be_read_where_location_says() {
    let (calendar, park, kim) = two_users();
    let answer = calendar.post("/group/", &park, r#"{"group_name":"회식 관련"}"#);
    answer.is(200, DONE);
    assert_eq!(answer.header("Location"), Some("/api/v1/group/1"));
    for token in [&park, &kim] {
        calendar.get("/group/1", token).is(200, &one_group(&group(1, "회식 관련", PARK, None), 0));
    }
    assert_eq!(calendar.rows(GROUPS), ["1|회식 관련|1|2017-06-19 19:55:04|-"]);
}

#[test]
fn a_group_is_listed_for_its_creator_and_among_all_for_everybody() {
    let (calendar, park, kim) = two_users();
    calendar.group(&kim, "하이용");
    calendar.group(&park, "테테테스트그룹2");
    calendar.group(&kim, "하이용");
    let (one, two, three) = (
        group(1, "하이용", KIM, None),
        group(2, "테테테스트그룹2", PARK, None),
        group(3, "하이용", KIM, None),
    );
    calendar.get("/group/", &park).is(200, &groups(std::slice::from_ref(&two)));
    calendar.get("/group/", &kim).is(200, &groups(&[one.clone(), three.clone()]));
    for token in [&park, &kim] {
        calendar
            .get("/group/list", token)
            .is(200, &groups(&[one.clone(), two.clone(), three.clone()]));
    }
}

#[test]
fn where_there_is_no_group_the_lists_are_empty() {
    let (calendar, park, kim) = two_users();
    calendar.get("/group/list", &park).is(200, &groups(&[]));
    calendar.group(&kim, "a");
    calendar.get("/group/", &park).is(200, &groups(&[]));
}

#[test]
fn groups_are_listed_by_id_past_nine() {
    let (calendar, park, _) = two_users();
    let made: Vec<_> = (1..=12).map(|id| (calendar.group(&park, "a"), id)).collect();
    assert!(made.iter().all(|(made, id)| made == id));
    let all: Vec<_> = (1..=12).map(|id| group(id, "a", PARK, None)).collect();
    calendar.get("/group/", &park).is(200, &groups(&all));
    calendar.get("/group/list", &park).is(200, &groups(&all));
}

#[test]
fn a_group_is_renamed_by_its_creator() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    calendar.group(&park, "b");
    calendar.clock.set(NOW + 3600);
    calendar
        .put("/group/", &park, r#"{"group_id":1,"group_name":"회식 및 저녁 약속 일정"}"#)
        .is(200, DONE);
    calendar.get("/group/list", &park).is(
        200,
        &groups(&[
            group(1, "회식 및 저녁 약속 일정", PARK, Some("Mon, 19 Jun 2017 20:55:04 GMT")),
            group(2, "b", PARK, None),
        ]),
    );
    assert_eq!(
        calendar.rows(GROUPS),
        [
            "1|회식 및 저녁 약속 일정|1|2017-06-19 19:55:04|2017-06-19 20:55:04",
            "2|b|1|2017-06-19 19:55:04|-"
        ]
    );
}

#[test]
fn a_group_of_somebody_else_is_neither_renamed_nor_deleted() {
    let (calendar, park, kim) = two_users();
    calendar.group(&kim, "a");
    calendar.select(&park, "1");
    let detail = "group 1 was made by somebody else";
    calendar.put("/group/", &park, r#"{"group_id":1,"group_name":"b"}"#).not_owned(detail);
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).not_owned(detail);
    assert_eq!(calendar.rows(GROUPS), ["1|a|2|2017-06-19 19:55:04|-"]);
}

#[test]
fn deleting_a_group_removes_its_events_by_whomever_and_no_others() {
    let (calendar, park, kim) = two_users();
    let doomed = calendar.group(&park, "a");
    let other = calendar.group(&kim, "b");
    let at = ("2017-06-20 09:00:00", "2017-06-20 10:00:00");
    calendar.group_event(&park, doomed, at.0, at.1, "1");
    calendar.group_event(&kim, doomed, at.0, at.1, "2");
    calendar.group_event(&kim, other, at.0, at.1, "3");
    calendar.event(&park, at.0, at.1, "4");
    calendar.select(&park, "1,2");
    calendar.select(&kim, "1");
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).is(200, DONE);
    calendar.get("/group/1", &park).not_found("group 1 does not exist");
    calendar.get("/group/", &park).is(200, &groups(&[]));
    calendar.get("/group/list", &park).is(200, &groups(&[group(2, "b", KIM, None)]));
    calendar.get("/calendar/event/2", &kim).not_found("event 2 does not exist");
    assert_eq!(
        calendar.rows(EVENTS),
        [
            "3|2|2|3|2017-06-20 09:00:00|2017-06-20 10:00:00|2017-06-19 19:55:04|-|0",
            "4|1|-|4|2017-06-20 09:00:00|2017-06-20 10:00:00|2017-06-19 19:55:04|-|0"
        ]
    );
    assert_eq!(calendar.rows(SELECTIONS), ["1|2"]);
}

#[test]
fn the_id_of_a_deleted_group_is_never_used_again() {
    let (calendar, park, _) = two_users();
    assert_eq!(calendar.group(&park, "a"), 1);
    assert_eq!(calendar.group(&park, "a"), 2);
    for last in 2..5 {
        let body = format!(r#"{{"group_id":{last}}}"#);
        calendar.delete("/group/", &park, &body).is(200, DONE);
        calendar.delete("/group/", &park, &body).not_found(&format!("group {last} does not exist"));
        assert_eq!(calendar.group(&park, "a"), last + 1);
    }
}

#[test]
fn a_group_that_does_not_exist_is_not_found() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    for id in ["0", "-1", "2", "9223372036854775807", "-9223372036854775808"] {
        let detail = format!("group {id} does not exist");
        let rename = format!(r#"{{"group_id":{id},"group_name":"b"}}"#);
        calendar.put("/group/", &park, rename).not_found(&detail);
        calendar.delete("/group/", &park, format!(r#"{{"group_id":{id}}}"#)).not_found(&detail);
        calendar.get(&format!("/group/{id}"), &park).not_found(&detail);
    }
    assert_eq!(calendar.rows(GROUPS), ["1|a|1|2017-06-19 19:55:04|-"]);
}

#[test]
fn a_group_id_is_an_integer_of_64_bits() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    for value in [
        r#""1""#,
        "1.0",
        "1e0",
        "1E2",
        "true",
        "null",
        "[1]",
        "{}",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
    ] {
        for (method, rest) in [(Method::Put, r#","group_name":"b""#), (Method::Delete, "")] {
            calendar
                .call(method, "/group/", &park, format!(r#"{{"group_id":{value}{rest}}}"#))
                .invalid("group_id: expected an integer of 64 bits");
        }
    }
    for method in [Method::Put, Method::Delete] {
        calendar
            .call(method, "/group/", &park, r#"{"group_name":"b","id":1}"#)
            .invalid("group_id: required, but missing");
    }
    assert_eq!(calendar.rows(GROUPS), ["1|a|1|2017-06-19 19:55:04|-"]);
}

/// Calls 12 and 13 with `name`, which is JSON.
fn name_both(calendar: &Calendar, token: &str, name: &str, detail: &str) {
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
        name_both(&calendar, &park, empty, "group_name: expected 1 to 128 characters, got none");
    }
    let long = format!(r#""{longest}a""#);
    name_both(&calendar, &park, &long, "group_name: expected at most 128 characters");
    let huge = format!(r#""{}""#, "a".repeat(60_000));
    name_both(&calendar, &park, &huge, "group_name: expected at most 128 characters");
    let stored = calendar.rows("SELECT name, updated FROM calendar_group");
    assert_eq!(stored, [format!("{longest}|-")]);
}

#[test]
fn a_group_name_is_a_string() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    for value in ["1", "1.5", "false", "null", r#"["b"]"#, "{}"] {
        name_both(&calendar, &park, value, "group_name: expected a string");
    }
    let missing = "group_name: required, but missing";
    calendar.post("/group/", &park, "{}").invalid(missing);
    calendar.put("/group/", &park, r#"{"group_id":1}"#).invalid(missing);
    assert_eq!(calendar.rows(GROUPS), ["1|a|1|2017-06-19 19:55:04|-"]);
}

#[test]
fn white_space_around_a_group_name_is_trimmed_and_none_within() {
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

#[test]
fn a_group_says_how_many_events_would_go_with_it_by_whomever() {
    let (calendar, park, kim) = two_users();
    calendar.group(&park, "a");
    calendar.group(&park, "b");
    let time = "2017-06-20 09:00:00";
    calendar.event(&park, time, time, "personal");
    calendar.group_event(&park, 1, time, time, "one");
    calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2018-06-20 09:00:00", "two");
    calendar.group_event(&kim, 2, time, time, "elsewhere");
    for token in [&park, &kim] {
        calendar.get("/group/1", token).is(200, &one_group(&group(1, "a", PARK, None), 2));
        calendar.get("/group/2", token).is(200, &one_group(&group(2, "b", PARK, None), 1));
    }
    calendar.delete("/calendar/event", &kim, r#"{"event_id":3}"#).is(200, DONE);
    calendar.get("/group/1", &park).is(200, &one_group(&group(1, "a", PARK, None), 1));
    let both = groups(&[group(1, "a", PARK, None), group(2, "b", PARK, None)]);
    calendar.get("/group/", &park).is(200, &both);
    calendar.get("/group/list", &kim).is(200, &both);
}

#[test]
fn a_path_that_ends_in_no_integer_is_none() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    for path in ["/group/a", "/group/1a", "/group/1.0", "/group/+1", "/group/9223372036854775808"] {
        calendar.get(path, &park).not_found("no such path");
    }
}
