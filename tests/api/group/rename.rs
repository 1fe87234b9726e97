//! `PUT /group`, and what it has in common with `DELETE`: whose groups these change, and the id
//! that names one.

use rocket::http::Method;

use super::two_users;
use crate::support::calendar::{DONE, NOW, PARK};
use crate::support::expected::{GROUPS, group, groups};

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
fn a_group_of_another_user_cannot_be_renamed_or_deleted() {
    let (calendar, park, kim) = two_users();
    calendar.group(&kim, "a");
    calendar.select(&park, "1");
    let detail = "group 1 belongs to somebody else";
    calendar.put("/group/", &park, r#"{"group_id":1,"group_name":"b"}"#).not_owned(detail);
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).not_owned(detail);
    assert_eq!(calendar.rows(GROUPS), ["1|a|2|2017-06-19 19:55:04|-"]);
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
