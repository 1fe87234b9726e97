//! `DELETE /group`.

use super::two_users;
use crate::many_events::{MANY, found, many};
use crate::support::calendar::{DONE, KIM};
use crate::support::expected::{EVENTS, SELECTIONS, group, groups};

#[test]
fn deleting_a_group_removes_its_events_and_no_others() {
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
    calendar.settle();
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
fn a_deleted_large_group_is_gone_at_once_and_its_events_leave_the_file_later() {
    let (calendar, park) = many();
    let kim = calendar.register("lee@jungi.me");
    calendar.select(&kim, "1");
    calendar.delete("/group/", &park, r#"{"group_id": 1}"#).is(200, DONE);
    // Whether or not its events are still in the file.
    let empty = r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[]}"#;
    calendar.get("/group/list", &park).is(200, empty);
    calendar.get("/group/", &park).is(200, empty);
    calendar.get("/group/1", &park).not_found("group 1 does not exist");
    calendar.get("/calendar/month?year_month=1970-01", &kim).is(200, empty);
    // The last events are deleted last.
    let last = MANY;
    let gone = format!("event {last} does not exist");
    calendar.get(&format!("/calendar/event/{last}"), &park).not_found(&gone);
    let body = format!(r#"{{"event_id": {last}}}"#);
    calendar.delete("/calendar/event", &park, body).not_found(&gone);
    calendar
        .post("/user/calendar/group", &kim, r#"{"selected_group": "1"}"#)
        .not_found("group 1 does not exist");
    let body = r#"{"group_id": 1, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 09:00:00", "subject": "a"}"#;
    calendar.post("/group/event", &park, body).not_found("group 1 does not exist");
    assert_eq!(found(&calendar, &kim, "회"), [""; 0]);

    calendar.wait_until_none("SELECT count(*) FROM calendar_group");
    assert_eq!(calendar.rows("SELECT count(*) FROM event WHERE group_id IS NOT NULL"), ["0"]);
    let personal = MANY.div_ceil(2).to_string();
    assert_eq!(calendar.rows("SELECT count(*) FROM event WHERE user_id = 1"), [personal]);
}
