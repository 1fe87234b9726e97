//! A private group, for those who are no members of it, and for those who were.

use serde_json::json;

use super::{Club, LEE, MONTH, TIME};
use crate::feed;
use crate::support::calendar::{DONE, KIM, PARK};
use crate::support::expected::{SELECTIONS, data, groups};

const GONE: &str = "group 1 does not exist";
const NARROWED: &str = "SELECT count(*) FROM calendar_group WHERE narrowed > 0";

#[test]
fn a_private_group_does_not_exist_for_others_in_any_call() {
    let club = Club::private();
    club.event(&club.park, &json!({})).made();
    let (calendar, kim) = (&club.calendar, &club.kim);
    calendar.get("/group/list", kim).is(200, &groups(&[]));
    calendar.get("/group/1", kim).not_found(GONE);
    calendar.get("/group/1/member", kim).not_found(GONE);
    calendar.get("/group/1/export", kim).not_found(GONE);
    calendar.get("/calendar/event/1", kim).not_found("event 1 does not exist");
    calendar.post("/user/calendar/group", kim, r#"{"selected_group": "1"}"#).not_found(GONE);
    calendar.put("/user/calendar/group/1", kim, "").not_found(GONE);
    calendar.put("/user/settings", kim, r#"{"default_group": 1}"#).not_found(GONE);
    calendar.post("/user/feed", kim, r#"{"name": "a", "group": 1}"#).not_found(GONE);
    calendar.post("/import?group=1", kim, "").not_found(GONE);
    club.event(kim, &json!({})).not_found(GONE);
    club.edit(kim, 1, "b").not_found("event 1 does not exist");
    club.delete_event(kim, 1).not_found("event 1 does not exist");
    club.change(kim, &json!({})).not_found(GONE);
    calendar.delete("/group", kim, r#"{"group_id": 1}"#).not_found(GONE);
    club.put(kim, KIM, "owner").not_found(GONE);
    club.remove(kim, PARK).not_found(GONE);
    club.remove(kim, KIM).not_found(GONE);
}

#[test]
fn its_members_see_it_as_any_group() {
    let club = Club::private();
    club.event(&club.park, &json!({})).made();
    club.member(KIM, "writer");
    assert_eq!(club.june(&club.kim), ["choir"]);
    assert_eq!(club.event(&club.kim, &json!({"subject": "band"})).made(), 2);
    let found = club.calendar.get("/calendar/search?search_word=choir", &club.kim).json();
    assert_eq!(found["data"][0]["id"], 1);
    assert_eq!(club.calendar.get("/group/1/export", &club.kim).status, 200);
    assert_eq!(club.calendar.get("/group/list", &club.kim).json()["data"][0]["everyone"], "none");
}

#[test]
fn a_group_that_becomes_private_leaves_the_calendars_of_others_at_once() {
    let club = Club::open();
    club.event(&club.park, &json!({})).made();
    club.member(KIM, "reader");
    club.calendar.select(&club.lee, "1");
    club.calendar.select(&club.park, "1");
    let before = club.calendar.get(MONTH, &club.lee);
    assert_eq!(club.june(&club.lee), ["choir"]);
    club.change(&club.park, &json!({"visibility": "private"})).is(200, DONE);
    assert!(club.june(&club.lee).is_empty());
    let tag = before.header("ETag").unwrap().to_owned();
    let headers = [("X-calendar-access-token", club.lee.as_str()), ("If-None-Match", tag.as_str())];
    let uri = format!("/api/v1{MONTH}");
    let again = club.calendar.send(rocket::http::Method::Get, &uri, &headers, "");
    assert_eq!(again.status, 200, "{}", again.body);
    let found = club.calendar.get("/calendar/search?search_word=choir", &club.lee);
    found.is(200, &groups(&[]));
    club.calendar
        .get("/user/calendar/group", &club.lee)
        .is(200, &data(r#"{"selected_group":"0"}"#));
    assert_eq!([club.june(&club.park), club.june(&club.kim)], [["choir"], ["choir"]]);
    club.calendar.settle();
    club.calendar.wait_until_none(NARROWED);
    assert_eq!(club.calendar.rows(SELECTIONS), ["1|1", "2|1"]);
    // What happens in it moves nothing of theirs any more.
    let quiet = club.calendar.get(MONTH, &club.lee).header("ETag").unwrap().to_owned();
    club.event(&club.park, &json!({})).made();
    assert_eq!(club.calendar.get(MONTH, &club.lee).header("ETag"), Some(quiet.as_str()));
    // Once it is open again, they select it anew.
    club.change(&club.park, &json!({"visibility": "open"})).is(200, DONE);
    assert!(club.june(&club.lee).is_empty());
    club.calendar.select(&club.lee, "1");
    assert_eq!(club.june(&club.lee), ["choir", "choir"]);
}

#[test]
fn who_is_removed_or_leaves_sees_nothing_of_it_at_once_not_even_their_own() {
    for leaves in [true, false] {
        let club = Club::private();
        club.member(KIM, "writer");
        club.member(LEE, "reader");
        club.event(&club.kim, &json!({})).made();
        assert_eq!(club.june(&club.kim), ["choir"]);
        club.remove(if leaves { &club.kim } else { &club.park }, KIM).is(200, DONE);
        assert!(club.june(&club.kim).is_empty());
        club.calendar.get("/calendar/event/1", &club.kim).not_found("event 1 does not exist");
        club.edit(&club.kim, 1, "b").not_found("event 1 does not exist");
        club.delete_event(&club.kim, 1).not_found("event 1 does not exist");
        club.calendar.get("/group/1", &club.kim).not_found(GONE);
        assert_eq!(club.june(&club.lee), ["choir"], "it stays in the group");
        club.calendar.settle();
        club.calendar.wait_until_none(NARROWED);
        assert_eq!(club.calendar.rows(SELECTIONS), ["3|1"]);
        club.member(KIM, "reader");
        assert_eq!(club.june(&club.kim), ["choir"]);
    }
}

#[test]
fn a_feed_of_a_group_of_which_its_user_has_lost_sight_has_ended() {
    let club = Club::private();
    club.member(KIM, "reader");
    club.event(&club.park, &json!({})).made();
    let of_group = club.calendar.feed(&club.kim, r#"{"group": 1}"#);
    let of_calendar = club.calendar.feed(&club.kim, "{}");
    let of_park = club.calendar.feed(&club.park, r#"{"group": 1}"#);
    assert!(feed::get(&club.calendar, &of_calendar).body.contains("choir"));
    club.remove(&club.park, KIM).is(200, DONE);
    assert_eq!(feed::get(&club.calendar, &of_group).status, 404);
    assert!(!feed::get(&club.calendar, &of_calendar).body.contains("choir"));
    assert!(feed::get(&club.calendar, &of_park).body.contains("choir"));
    let list = club.calendar.get("/user/feed", &club.kim).json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    club.calendar.settle();
    club.calendar.wait_until_none(NARROWED);
    club.member(KIM, "reader");
    assert_eq!(feed::get(&club.calendar, &of_group).status, 404, "it does not begin again");
    assert_eq!(club.calendar.rows("SELECT id FROM feed ORDER BY id"), ["2", "3"]);
}

#[test]
fn the_group_for_new_events_is_none_that_one_cannot_see() {
    let club = Club::open();
    club.calendar.put("/user/settings", &club.kim, r#"{"default_group": 1}"#).is(200, DONE);
    club.change(&club.park, &json!({"visibility": "private"})).is(200, DONE);
    club.calendar.get("/user/settings", &club.kim).is(200, &data("{}"));
}

#[test]
fn the_creator_of_a_group_who_has_left_it_sees_it_no_more() {
    let club = Club::private();
    club.member(KIM, "owner");
    club.remove(&club.park, PARK).is(200, DONE);
    club.calendar.get("/group", &club.park).is(200, &groups(&[]));
    club.calendar.get("/group/1", &club.park).not_found(GONE);
    assert_eq!(club.calendar.get("/group/1", &club.kim).json()["data"]["creator_email"], PARK);
}

#[test]
fn only_the_owners_of_a_group_see_the_address_that_fills_it() {
    let club = Club::open();
    let body =
        json!({"url": "https://club.example/secret.ics", "group_name": "filled"}).to_string();
    assert_eq!(club.calendar.post("/group/subscription", &club.park, body).made(), 2);
    let url = |token: &str| {
        club.calendar.get("/group/2", token).json()["data"]["subscription"]["url"].clone()
    };
    let put = |email: &str, role: &str| {
        let body = json!({"useremail": email, "role": role}).to_string();
        club.calendar.put("/group/2/member", &club.park, body).is(200, DONE);
    };
    put(KIM, "owner");
    put(LEE, "editor");
    assert_eq!(url(&club.park), "https://club.example/secret.ics");
    assert_eq!(url(&club.kim), "https://club.example/secret.ics");
    assert!(url(&club.lee).is_null());
    let event = json!({"group_id": 2, "sdate": TIME, "edate": TIME, "subject": "a"}).to_string();
    club.calendar
        .post("/group/event", &club.lee, event)
        .not_owned("the events of group 2 come from an outside calendar");
}

#[test]
fn a_file_says_nothing_of_ones_own_events_in_a_group_that_one_cannot_see() {
    let file = |uid: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20170619T105504Z\r\n\
             DTSTART:20170620T090000\r\nSUMMARY:choir\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let club = Club::private();
    club.member(KIM, "writer");
    let import = |path: &str, uid: &str| {
        let answer = club.calendar.post(path, &club.kim, file(uid)).json();
        (answer["data"]["created"].clone(), answer["data"]["skipped"].clone())
    };
    assert_eq!(import("/import?group=1", "a@example.com"), (json!(1), json!(0)));
    club.event(&club.kim, &json!({})).made();
    let export = club.calendar.get("/group/1/export", &club.kim).body;
    let own = export.lines().find_map(|line| line.strip_prefix("UID:2@")).unwrap();
    let own = format!("2@{own}");
    for uid in ["a@example.com", &own] {
        assert_eq!(import("/import", uid), (json!(0), json!(1)));
    }
    club.remove(&club.kim, KIM).is(200, DONE);
    for uid in ["a@example.com", &own] {
        assert_eq!(import("/import", uid), (json!(1), json!(0)));
    }
}
