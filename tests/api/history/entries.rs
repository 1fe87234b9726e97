//! `GET /calendar/event/<id>/history`, `GET /calendar/activity` and `GET /group/<id>/activity`.

use rocket::http::Method;
use serde_json::json;

use super::{changed, deleted, entries, left_by};
use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK};

const OF_EVENT: &str = "/calendar/event/1/history";

#[test]
fn each_change_of_an_event_leaves_an_entry_that_says_who_when_and_what_was_before() {
    let (calendar, park) = Calendar::populated();
    calendar.clock.set(NOW + 60);
    let answer = calendar.put("/calendar/event", &park, changed(1, "b"));
    assert_eq!(left_by(&answer), 3);
    calendar.clock.set(NOW + 120);
    assert_eq!(left_by(&calendar.delete("/calendar/event", &park, deleted(1))), 4);
    let first = json!({
        "subject": "테스트 일정", "sdate": "Tue, 20 Jun 2017 09:00:00 GMT", "edate": "Tue, 20 Jun 2017 12:00:00 GMT",
    });
    let second = json!({
        "subject": "b", "sdate": "Wed, 21 Jun 2017 10:00:00 GMT", "edate": "Wed, 21 Jun 2017 11:00:00 GMT",
    });
    let expected = [
        json!({
            "id": 4, "at": "Mon, 19 Jun 2017 19:57:04 GMT", "useremail": PARK, "door": "api", "action": "delete",
            "event": 1, "subject": "b", "before": second, "undone": false,
        }),
        json!({
            "id": 3, "at": "Mon, 19 Jun 2017 19:56:04 GMT", "useremail": PARK, "door": "api", "action": "change",
            "event": 1, "subject": "b", "before": first, "after": second, "undone": false,
        }),
        json!({
            "id": 1, "at": "Mon, 19 Jun 2017 19:55:04 GMT", "useremail": PARK, "door": "api", "action": "create",
            "event": 1, "subject": "테스트 일정", "after": first, "undone": false,
        }),
    ];
    assert_eq!(entries(&calendar, OF_EVENT, &park), expected);
    let mut personal = entries(&calendar, "/calendar/activity", &park);
    let group = personal.remove(2);
    assert_eq!((&group["action"], &group["group"]), (&json!("create"), &json!(1)));
    assert_eq!(personal, expected);
}

#[test]
fn before_and_after_have_only_what_has_changed() {
    let (calendar, park) = Calendar::populated();
    let body = r#"{"event_id":1,"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정","location":"Pool"}"#;
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    let entry = &entries(&calendar, OF_EVENT, &park)[0];
    assert_eq!(entry["before"], json!({"location": null}));
    assert_eq!(entry["after"], json!({"location": "Pool"}));
}

#[test]
fn a_request_that_is_refused_leaves_no_entry() {
    let (calendar, park) = Calendar::populated();
    let body = r#"{"event_id":1,"sdate":"2017-06-20 09:00:00","edate":"2017-06-19 12:00:00","subject":"a"}"#;
    assert_eq!(calendar.put("/calendar/event", &park, body).status, 400);
    let kim = calendar.register(KIM);
    let refused = calendar.delete("/calendar/event", &kim, deleted(1));
    assert_eq!((refused.status, refused.header("X-Calendar-Entry")), (401, None));
    assert_eq!(entries(&calendar, OF_EVENT, &park).len(), 1);
}

#[test]
fn a_read_and_a_change_of_a_selection_leave_no_entry() {
    let (calendar, park) = Calendar::populated();
    assert_eq!(calendar.get("/calendar/event/1", &park).header("X-Calendar-Entry"), None);
    calendar.select(&park, "0");
    assert_eq!(calendar.rows("SELECT count(*) FROM history WHERE kind = 1"), ["1"]);
}

#[test]
fn the_door_of_the_page_and_of_a_file_is_told() {
    let (calendar, park) = Calendar::populated();
    let headers = [("X-calendar-access-token", park.as_str()), ("X-Calendar-Client", "page")];
    calendar.send(Method::Put, "/api/v1/calendar/event", &headers, changed(1, "b")).is(200, DONE);
    assert_eq!(entries(&calendar, OF_EVENT, &park)[0]["door"], "page");
    let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20170619T105504Z\r\nDTSTART:20170619T200000\r\nSUMMARY:from elsewhere\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let answer = calendar.post("/import", &park, file);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let entry = &entries(&calendar, "/calendar/activity", &park)[0];
    let told = [&entry["door"], &entry["action"], &entry["subject"], &entry["event"]];
    assert_eq!(json!(told), json!(["import", "create", "from elsewhere", 2]));
    // One of the earlier system, a birthday.
    calendar.put("/calendar/birthday", &park, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let entry = &entries(&calendar, "/calendar/activity", &park)[0];
    assert_eq!(entry["subject"], "park@jungi.me 생일");
    assert_eq!(entry["action"], "create");
}

#[test]
fn a_history_is_read_in_pages() {
    let (calendar, park) = Calendar::populated();
    for subject in ["b", "c", "d"] {
        calendar.put("/calendar/event", &park, changed(1, subject)).is(200, DONE);
    }
    let ids = |query: &str| -> Vec<i64> {
        let entries = entries(&calendar, &format!("{OF_EVENT}?{query}"), &park);
        entries.iter().map(|entry| entry["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids("limit=2"), [5, 4]);
    assert_eq!(ids("limit=2&after=4"), [3, 1]);
    assert_eq!(ids("after=1"), [0_i64; 0]);
    for path in [OF_EVENT, "/calendar/activity", "/group/1/activity"] {
        let detail = "limit: expected an integer from 1 to 1000";
        calendar.get(&format!("{path}?limit=0"), &park).invalid(detail);
        calendar.get(&format!("{path}?limit=1001"), &park).invalid(detail);
        calendar
            .get(&format!("{path}?after=a"), &park)
            .invalid("after: expected an integer of 64 bits");
    }
}

#[test]
fn nobody_else_learns_of_a_personal_calendar() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.get(OF_EVENT, &kim).not_found("event 1 does not exist");
    calendar.delete("/calendar/event", &park, deleted(1)).is(200, DONE);
    calendar.get(OF_EVENT, &kim).not_found("event 1 does not exist");
    calendar.get("/calendar/event/99/history", &kim).not_found("event 99 does not exist");
    calendar.get("/calendar/event/-1/history", &kim).not_found("event -1 does not exist");
    assert!(entries(&calendar, "/calendar/activity", &kim).is_empty());
}

#[test]
fn those_who_see_a_group_see_its_activity_and_others_do_not() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let id = calendar.group_event(&park, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "choir");
    let of_event = format!("/calendar/event/{id}/history");
    let seen = entries(&calendar, "/group/1/activity", &kim);
    assert_eq!(seen, entries(&calendar, "/group/1/activity", &park));
    assert_eq!((&seen[0]["subject"], &seen[0]["group"]), (&json!("choir"), &json!(1)));
    let private = r#"{"group_id": 1, "group_name": "a", "visibility": "private"}"#;
    calendar.put("/group", &park, private).is(200, DONE);
    calendar.get("/group/1/activity", &kim).not_found("group 1 does not exist");
    calendar.get(&of_event, &kim).not_found("event 2 does not exist");
    calendar.delete("/calendar/event", &park, deleted(id)).is(200, DONE);
    calendar.get(&of_event, &kim).not_found("event 2 does not exist");
    calendar.get("/group/9/activity", &kim).not_found("group 9 does not exist");
    let reader = r#"{"useremail": "kim@example.com", "role": "reader"}"#;
    calendar.put("/group/1/member", &park, reader).is(200, DONE);
    assert_eq!(entries(&calendar, &of_event, &kim).len(), 2);
}

#[test]
fn what_a_private_event_said_is_told_only_to_who_registered_it() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.select(&kim, "1");
    let id = calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "surgery");
    let of_event = format!("/calendar/event/{id}/history");
    let mut body: serde_json::Value = serde_json::from_str(&changed(id, "operation")).unwrap();
    body["private"] = json!(true);
    calendar.put("/calendar/event", &kim, body.to_string()).is(200, DONE);
    body["private"] = json!(null);
    body["subject"] = json!("lunch");
    let hidden = |texts: &[&str], more: usize| {
        let own = calendar.get(&of_event, &kim);
        assert!(texts.iter().all(|text| own.body.contains(text)), "{}", own.body);
        for path in [of_event.as_str(), "/group/1/activity"] {
            let others = calendar.get(path, &park);
            assert!(!texts.iter().any(|text| others.body.contains(text)), "{}", others.body);
        }
        let others = entries(&calendar, &of_event, &park);
        let hidden = others.iter().filter(|entry| entry.get("before").is_none());
        assert_eq!(hidden.count(), more);
    };
    hidden(&["surgery", "operation"], 2);
    // What it said while it was private stays hidden, and so does what it had said before.
    calendar.put("/calendar/event", &kim, body.to_string()).is(200, DONE);
    hidden(&["surgery", "operation"], 3);
    calendar.delete("/calendar/event", &kim, deleted(id)).is(200, DONE);
    hidden(&["surgery", "operation"], 3);
}

#[test]
fn the_removal_of_a_user_takes_their_history_along_and_leaves_that_of_groups() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.event(&kim, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "own");
    calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "choir");
    calendar.execute(r#"DELETE FROM "user" WHERE id = 2"#);
    assert_eq!(calendar.rows("SELECT count(*) FROM history WHERE user_id = 2"), ["0"]);
    let last = &entries(&calendar, "/group/1/activity", &park)[0];
    assert_eq!((&last["useremail"], &last["subject"]), (&json!(KIM), &json!("choir")));
}

#[test]
fn every_column_of_an_event_and_of_an_object_is_kept() {
    // What is made again of the rest, and what is another after every write.
    const LEFT_OUT: [&str; 6] =
        ["id", "subject_folded", "properties_folded", "length_class", "import_id", "change"];
    let (calendar, park) = Calendar::populated_in_file();
    calendar.execute(
        "UPDATE event SET updated = 1, properties = '{\"location\":\"a\"}', rule = 'FREQ=DAILY', last_start = 5,
            exceptions = '[1]', reach = 5 WHERE id = 1;
         INSERT INTO calendar_object (user_id, group_id, change, component, uid, ics) VALUES (1, 1, 0, 'VTODO', 'a', 'b');
         INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, series_id, occurrence, object_id)
         VALUES (1, 1, 'a', 'a', 1, 2, 3, 1, 1, 1);
         UPDATE event SET object_id = 1 WHERE id = 1;",
    );
    calendar.delete("/calendar/event", &park, deleted(1)).is(200, DONE);
    for (kind, table) in [(1, "event"), (2, "calendar_object")] {
        let kept = calendar.rows(&format!(
            "SELECT DISTINCT j.key FROM history h, json_each(h.image) j WHERE h.kind = {kind}"
        ));
        let columns = calendar.rows(&format!("SELECT name FROM pragma_table_xinfo('{table}')"));
        for column in columns.iter().filter(|column| !LEFT_OUT.contains(&column.as_str())) {
            assert!(kept.contains(column), "{table}.{column} is not kept");
        }
    }
}
