//! `/group/<id>/member`: who is one, and how they come and go.

use calendar_server::model::Bounds;
use serde_json::json;

use super::{Club, LEE, TIME};
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::expected::{SELECTIONS, data};

const NO_OTHER: &str = "the group has no other owner: make somebody else an owner first";

#[test]
fn whoever_makes_a_group_owns_it() {
    let club = Club::open();
    assert_eq!(club.members(&club.park), ["park@jungi.me owner"]);
}

#[test]
fn members_are_listed_by_their_role_and_others_see_the_owners_of_an_open_group() {
    let club = Club::open();
    club.member(KIM, "reader");
    club.member("LEE@jungi.me", "editor");
    let all = ["park@jungi.me owner", "lee@jungi.me editor", "kim@example.com reader"];
    for token in [&club.park, &club.kim, &club.lee] {
        assert_eq!(club.members(token), all);
    }
    let choi = club.calendar.register("choi@example.com");
    assert_eq!(club.members(&choi), ["park@jungi.me owner"]);
    club.calendar.get("/group/2/member", &choi).not_found("group 2 does not exist");
}

#[test]
fn a_member_gets_another_role_and_is_removed() {
    let club = Club::open();
    club.member(KIM, "writer");
    club.member(KIM, "owner");
    assert_eq!(club.members(&club.kim), ["park@jungi.me owner", "kim@example.com owner"]);
    club.put(&club.kim, PARK, "reader").is(200, DONE);
    club.remove(&club.kim, "PARK@jungi.me").is(200, DONE);
    assert_eq!(club.members(&club.kim), ["kim@example.com owner"]);
    club.remove(&club.kim, PARK).not_found("park@jungi.me is no member of group 1");
}

#[test]
fn only_owners_change_members_and_everybody_leaves_by_themselves() {
    let club = Club::open();
    club.member(KIM, "editor");
    club.member(LEE, "writer");
    let detail = "group 1 belongs to somebody else";
    club.put(&club.kim, KIM, "owner").not_owned(detail);
    club.put(&club.kim, "nobody@example.com", "reader").not_owned(detail);
    club.remove(&club.kim, LEE).not_owned(detail);
    club.remove(&club.kim, "nobody@example.com").not_owned(detail);
    club.remove(&club.kim, KIM).is(200, DONE);
    club.remove(&club.kim, KIM).not_found("kim@example.com is no member of group 1");
    assert_eq!(club.members(&club.lee), ["park@jungi.me owner", "lee@jungi.me writer"]);
}

#[test]
fn the_last_owner_stays_one() {
    let club = Club::open();
    club.member(KIM, "editor");
    club.put(&club.park, PARK, "editor").invalid(&format!("role: {NO_OTHER}"));
    club.remove(&club.park, PARK).invalid(&format!("useremail: {NO_OTHER}"));
    // To say again what is so already changes nothing.
    club.put(&club.park, PARK, "owner").is(200, DONE);
    club.member(KIM, "owner");
    club.remove(&club.park, PARK).is(200, DONE);
    club.remove(&club.kim, KIM).invalid(&format!("useremail: {NO_OTHER}"));
    assert_eq!(club.members(&club.park), ["kim@example.com owner"]);
}

#[test]
fn who_is_added_must_have_registered() {
    let club = Club::open();
    let put = |body: &str| club.calendar.put("/group/1/member", &club.park, body);
    put(r#"{"useremail": "nobody@example.com", "role": "reader"}"#)
        .not_found("no user is registered with nobody@example.com");
    put(r#"{"useremail": "kim@example.com"}"#).invalid("role: required, but missing");
    put(r#"{"useremail": "kim@example.com", "role": "boss"}"#)
        .invalid("role: expected one of reader, writer, editor, owner");
    put(r#"{"role": "reader"}"#).invalid("useremail: required, but missing");
    club.calendar
        .delete("/group/1/member", &club.park, "{}")
        .invalid("useremail: required, but missing");
    assert_eq!(club.members(&club.park), ["park@jungi.me owner"]);
}

#[test]
fn the_calendar_of_a_new_member_shows_the_group_until_they_unselect_it() {
    let club = Club::open();
    club.event(&club.park, &json!({})).made();
    let before = club.calendar.get(super::MONTH, &club.kim);
    club.member(KIM, "reader");
    assert_eq!(club.june(&club.kim), ["choir"]);
    assert_ne!(before.header("ETag"), club.calendar.get(super::MONTH, &club.kim).header("ETag"));
    assert_eq!(club.calendar.rows(SELECTIONS), ["2|1"]);
    club.calendar.delete("/user/calendar/group/1", &club.kim, "").is(200, DONE);
    // Another role is no reason to show it again.
    club.member(KIM, "writer");
    assert!(club.june(&club.kim).is_empty());
    club.calendar.delete("/calendar/event", &club.park, r#"{"event_id":1}"#).is(200, DONE);
}

#[test]
fn a_group_has_so_many_members_and_a_calendar_so_many_groups() {
    let bounds = Bounds { group_members: 2, selected_groups: 1, ..Bounds::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let [park, kim, lee] = [PARK, KIM, LEE].map(|email| calendar.register(email));
    calendar.group(&park, "club");
    calendar.group(&kim, "other");
    calendar.select(&kim, "2");
    let club = Club { calendar, park, kim, lee };
    club.member(KIM, "reader");
    let mine = data(r#"{"selected_group":"2"}"#);
    club.calendar.get("/user/calendar/group", &club.kim).is(200, &mine);
    club.put(&club.park, LEE, "reader")
        .invalid("the group has 2 members, which is the most: remove one first");
    club.member(KIM, "editor");
    club.remove(&club.park, KIM).is(200, DONE);
    club.member(LEE, "reader");
    assert_eq!(club.members(&club.lee), ["park@jungi.me owner", "lee@jungi.me reader"]);
    assert_eq!(club.calendar.event(&club.lee, TIME, TIME, "a"), 1);
}
