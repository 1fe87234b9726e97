//! `/user/calendar/look` and `/user/calendar/order`: how calendars look to one user alone.

use calendar_server::model::Bounds;
use serde_json::json;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::expected::data;

const LOOKS: &str = "SELECT user_id, group_id, color, position FROM calendar_look ORDER BY 1, 2, 3";

fn color(calendar: &Calendar, token: &str, body: &str) -> Answer {
    calendar.put("/user/calendar/look", token, body)
}

fn order(calendar: &Calendar, token: &str, groups: &str) -> Answer {
    calendar.put("/user/calendar/order", token, json!({ "groups": groups }).to_string())
}

#[track_caller]
fn looks(calendar: &Calendar, token: &str, expected: &str) {
    calendar.get("/user/calendar/look", token).is(200, &data(expected));
}

/// Park with three groups, and Kim.
fn three() -> (Calendar, String, String) {
    let calendar = Calendar::new();
    let [park, kim] = [PARK, KIM].map(|email| calendar.register(email));
    for name in ["a", "b", "c"] {
        calendar.group(&park, name);
    }
    (calendar, park, kim)
}

#[test]
fn a_colour_is_of_one_user_alone_and_goes_again() {
    let (calendar, park, kim) = three();
    looks(&calendar, &kim, "[]");
    color(&calendar, &kim, r##"{"group": 2, "color": "#D50000"}"##).is(200, DONE);
    color(&calendar, &kim, r##"{"color": "#0B8043"}"##).is(200, DONE);
    looks(&calendar, &kim, r##"[{"group":null,"color":"#0b8043"},{"group":2,"color":"#d50000"}]"##);
    color(&calendar, &kim, r##"{"group": 2, "color": "#1a73e8"}"##).is(200, DONE);
    looks(&calendar, &kim, r##"[{"group":null,"color":"#0b8043"},{"group":2,"color":"#1a73e8"}]"##);
    looks(&calendar, &park, "[]");
    assert!(!calendar.get("/group/2", &park).body.contains("color"));
    for body in [r#"{"group": 2, "color": null}"#, r#"{"color": null}"#, r#"{"color": null}"#] {
        color(&calendar, &kim, body).is(200, DONE);
    }
    looks(&calendar, &kim, "[]");
    assert!(calendar.rows(LOOKS).is_empty());
}

#[test]
fn groups_are_put_into_an_order_and_a_colour_stays() {
    let (calendar, park, kim) = three();
    color(&calendar, &kim, r##"{"group": 3, "color": "#1a73e8"}"##).is(200, DONE);
    order(&calendar, &kim, " 3, 1 ").is(200, DONE);
    looks(
        &calendar,
        &kim,
        r##"[{"group":3,"color":"#1a73e8","position":1},{"group":1,"position":2}]"##,
    );
    order(&calendar, &kim, "2,3").is(200, DONE);
    looks(
        &calendar,
        &kim,
        r##"[{"group":2,"position":1},{"group":3,"color":"#1a73e8","position":2}]"##,
    );
    order(&calendar, &kim, "0").is(200, DONE);
    looks(&calendar, &kim, r##"[{"group":3,"color":"#1a73e8"}]"##);
    looks(&calendar, &park, "[]");
    assert_eq!(calendar.rows(LOOKS), ["2|3|#1a73e8|-"]);
}

#[test]
fn what_is_wrong_is_refused_and_nothing_changes() {
    let (calendar, park, kim) = three();
    order(&calendar, &park, "2,1").is(200, DONE);
    let put = |body: &str| color(&calendar, &park, body);
    put("{}").invalid("color: required, but missing");
    put(r#"{"group": 1}"#).invalid("color: required, but missing");
    put(r#"{"color": "red"}"#).invalid("color: expected a colour, such as #1a73e8");
    put(r##"{"group": "1", "color": "#1a73e8"}"##).invalid("group: expected an integer of 64 bits");
    put(r##"{"group": 9, "color": "#1a73e8"}"##).not_found("group 9 does not exist");
    put(r##"{"group": 0, "color": "#1a73e8"}"##).not_found("group 0 does not exist");
    put(r#"{"group": -1, "color": null}"#).not_found("group -1 does not exist");
    let form = "groups: expected group ids joined by commas, such as 1,2,3, or 0 alone for none";
    for groups in ["", "x", "1,,2", "0,1"] {
        order(&calendar, &park, groups).invalid(form);
    }
    order(&calendar, &park, "1,2,1").invalid("groups: expected each group once");
    order(&calendar, &park, "1,9").not_found("group 9 does not exist");
    calendar.put("/user/calendar/order", &park, "{}").invalid("groups: required, but missing");
    let private = r#"{"group_id": 1, "group_name": "a", "visibility": "private"}"#;
    calendar.put("/group", &park, private).is(200, DONE);
    color(&calendar, &kim, r##"{"group": 1, "color": "#1a73e8"}"##)
        .not_found("group 1 does not exist");
    order(&calendar, &kim, "1").not_found("group 1 does not exist");
    assert_eq!(calendar.rows(LOOKS), ["1|1|-|2", "1|2|-|1"]);
}

#[test]
fn who_loses_sight_of_a_group_loses_its_look_with_it() {
    let (calendar, park, kim) = three();
    color(&calendar, &kim, r##"{"group": 1, "color": "#1a73e8"}"##).is(200, DONE);
    color(&calendar, &kim, r##"{"group": 2, "color": "#1a73e8"}"##).is(200, DONE);
    order(&calendar, &kim, "1,2,3").is(200, DONE);
    let private = r#"{"group_id": 1, "group_name": "a", "visibility": "private"}"#;
    calendar.put("/group", &park, private).is(200, DONE);
    let left = r##"[{"group":2,"color":"#1a73e8","position":2},{"group":3,"position":3}]"##;
    looks(&calendar, &kim, left);
    calendar.wait_until_none("SELECT count(*) FROM calendar_look WHERE group_id = 1");
    let open = r#"{"group_id": 1, "group_name": "a", "visibility": "open"}"#;
    calendar.put("/group", &park, open).is(200, DONE);
    looks(&calendar, &kim, left);
    calendar.delete("/group", &park, r#"{"group_id": 2}"#).is(200, DONE);
    looks(&calendar, &kim, r#"[{"group":3,"position":3}]"#);
    calendar.wait_until_none("SELECT count(*) FROM calendar_look WHERE group_id = 2");
    calendar.wait_until_none("SELECT count(*) FROM calendar_group WHERE id = 2");
}

#[test]
fn so_many_calendars_have_a_look_and_those_can_change() {
    let bounds = Bounds { selected_groups: 2, ..Bounds::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let token = calendar.register(PARK);
    for name in ["a", "b", "c"] {
        calendar.group(&token, name);
    }
    order(&calendar, &token, "1,2,3").invalid("groups: expected at most 2 groups, got 3");
    order(&calendar, &token, "1,2").is(200, DONE);
    let full =
        "you have given 2 calendars a colour or a place, which is the most: take one away first";
    color(&calendar, &token, r##"{"group": 3, "color": "#1a73e8"}"##).invalid(full);
    color(&calendar, &token, r##"{"color": "#1a73e8"}"##).invalid(full);
    color(&calendar, &token, r##"{"group": 2, "color": "#1a73e8"}"##).is(200, DONE);
    assert_eq!(calendar.rows(LOOKS), ["1|1|-|1", "1|2|#1a73e8|2"]);
}

#[test]
fn a_look_changes_no_view_and_goes_with_its_user() {
    let (calendar, token) = Calendar::populated();
    let month = "/calendar/month?year_month=2017-06";
    let before = calendar.get(month, &token).header("ETag").map(str::to_owned);
    color(&calendar, &token, r##"{"group": 1, "color": "#1a73e8"}"##).is(200, DONE);
    order(&calendar, &token, "1").is(200, DONE);
    assert_eq!(calendar.get(month, &token).header("ETag").map(str::to_owned), before);
    assert_eq!(calendar.get("/user/calendar/look", "").status, 401);
    calendar.execute("PRAGMA foreign_keys = ON; DELETE FROM user WHERE id = 1");
    assert!(calendar.rows(LOOKS).is_empty());
}
