//! The history of groups and of their members, and the trash.

use calendar_server::pruning::Pruning;
use serde_json::{Value, json};

use super::{EVENTS, entries, left_by, undo};
use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK, Settings};

const DAY: i64 = 86_400;
const REFUSED: &str = "PRECONDITION FAILED";
const GROUPS: &str = "SELECT id, name, creator_id, created, updated, everyone, color, description FROM calendar_group
    WHERE deleted = 0 ORDER BY id";
const MEMBERS: &str = "SELECT group_id, user_id, role, created FROM member ORDER BY 1, 2";
const SELECTIONS: &str = "SELECT user_id, group_id FROM selection ORDER BY 1, 2";

/// Park, who owns group 1, in which both have an event, and Kim. Both have selected it.
fn club(trash_days: u32) -> (Calendar, [String; 2]) {
    let calendar = Calendar::with(Settings { trash_days, ..Settings::default() });
    let people = [PARK, KIM].map(|email| calendar.register(email));
    calendar.group(&people[0], "club");
    for token in &people {
        calendar.select(token, "1");
        calendar.group_event(token, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "choir");
    }
    calendar.settle();
    (calendar, people)
}

fn change(calendar: &Calendar, token: &str, more: &Value) -> crate::support::answer::Answer {
    let mut body = json!({"group_id": 1, "group_name": "club"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    calendar.put("/group", token, body.to_string())
}

fn delete(calendar: &Calendar, token: &str) -> i64 {
    left_by(&calendar.delete("/group", token, r#"{"group_id": 1}"#))
}

fn put(calendar: &Calendar, token: &str, email: &str, role: &str) -> i64 {
    let body = json!({"useremail": email, "role": role}).to_string();
    left_by(&calendar.put("/group/1/member", token, body))
}

fn everything(calendar: &Calendar, people: &[String]) -> Vec<String> {
    let tables = [EVENTS, GROUPS, MEMBERS, SELECTIONS];
    let mut all: Vec<String> = tables.iter().flat_map(|sql| calendar.rows(sql)).collect();
    for token in people {
        all.push(calendar.get("/calendar/month?year_month=2017-06", token).body);
        all.push(calendar.get("/group/list", token).body);
        all.push(calendar.get("/user/calendar/group", token).body);
    }
    all
}

#[test]
fn a_changed_group_gets_back_what_it_was() {
    let (calendar, [park, kim]) = club(30);
    let before = calendar.rows(GROUPS);
    let what = json!({"group_name": "Choir", "color": "#1a73e8", "everyone": "reader"});
    let entry = left_by(&change(&calendar, &park, &what));
    let told = &entries(&calendar, "/group/1/activity", &kim)[0];
    assert_eq!((&told["action"], &told["group"]), (&json!("change"), &json!(1)));
    assert_eq!(told["before"], json!({"group_name": "club", "everyone": "writer", "color": null}));
    let after = json!({"group_name": "Choir", "everyone": "reader", "color": "#1a73e8"});
    assert_eq!(told["after"], after);
    undo(&calendar, &kim, entry).not_owned("group 1 belongs to somebody else");
    let undone = left_by(&undo(&calendar, &park, entry));
    assert_eq!(calendar.rows(GROUPS), before);
    left_by(&undo(&calendar, &park, undone));
    assert_ne!(calendar.rows(GROUPS), before);
    let entry = left_by(&change(&calendar, &park, &json!({"group_name": "a"})));
    change(&calendar, &park, &json!({"group_name": "b"})).is(200, DONE);
    let detail = "group 1 was changed since: undo that first";
    undo(&calendar, &park, entry).refuses(412, 41200, REFUSED, detail);
}

#[test]
fn a_deleted_group_is_seen_by_nobody_and_comes_back_with_everything_in_it() {
    let (calendar, people) = club(30);
    let [park, kim] = &people;
    put(&calendar, park, KIM, "editor");
    let before = everything(&calendar, &people);
    let entry = delete(&calendar, park);
    for token in &people {
        calendar.get("/group/1", token).not_found("group 1 does not exist");
        calendar.get("/group/1/activity", token).not_found("group 1 does not exist");
        calendar.get("/calendar/event/1", token).not_found("event 1 does not exist");
        calendar.get("/calendar/event/1/history", token).not_found("event 1 does not exist");
        calendar
            .get("/calendar/month?year_month=2017-06", token)
            .is(200, r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[]}"#);
        calendar
            .get("/group/list", token)
            .is(200, r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[]}"#);
        let selected = calendar.get("/user/calendar/group", token).json();
        assert_eq!(selected["data"]["selected_group"], "0");
        // What they select meanwhile changes nothing of the group in the trash.
        calendar.select(token, "0");
    }
    let detail = format!("entry {entry} does not exist, or is too old");
    undo(&calendar, kim, entry).not_found(&detail);
    let told = &entries(&calendar, "/calendar/activity", park)[0];
    assert_eq!((&told["action"], &told["subject"]), (&json!("delete"), &json!("club")));
    let undone = left_by(&undo(&calendar, park, entry));
    assert_eq!(everything(&calendar, &people), before);
    assert_eq!(entries(&calendar, "/group/1/activity", kim)[0]["id"], undone);
    let detail = format!("entry {entry} was undone already");
    undo(&calendar, park, entry).refuses(412, 41200, REFUSED, &detail);
    left_by(&undo(&calendar, park, undone));
    calendar.get("/group/1", park).not_found("group 1 does not exist");
}

#[test]
fn the_trash_is_emptied_after_some_days() {
    let (calendar, people) = club(30);
    let entry = delete(&calendar, &people[0]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let prune = || runtime.block_on(Pruning::of(calendar.app()).prune()).unwrap();
    calendar.clock.set(NOW + 30 * DAY);
    prune();
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["2"]);
    calendar.clock.set(NOW + 30 * DAY + 1);
    prune();
    calendar.wait_until_none("SELECT count(*) FROM calendar_group");
    for table in ["event", "selection", "member", "history"] {
        assert_eq!(calendar.rows(&format!("SELECT count(*) FROM {table}")), ["0"], "{table}");
    }
    let detail = format!("entry {entry} does not exist, or is too old");
    undo(&calendar, &people[0], entry).not_found(&detail);
    calendar.settle();
    assert_eq!(calendar.rows("SELECT events FROM \"user\""), ["0", "0"]);
}

#[test]
fn without_a_trash_a_deleted_group_is_purged_at_once() {
    let (calendar, people) = club(0);
    let answer = calendar.delete("/group", &people[0], r#"{"group_id": 1}"#);
    answer.is(200, DONE);
    calendar.wait_until_none("SELECT count(*) FROM calendar_group");
    assert_eq!(calendar.rows("SELECT count(*) FROM history"), ["0"]);
}

#[test]
fn without_a_trash_a_group_that_was_made_is_deleted_only_by_a_call_that_says_so() {
    let (calendar, people) = club(0);
    let before = everything(&calendar, &people);
    let made = entries(&calendar, "/calendar/activity", &people[0])[0]["id"].as_i64().unwrap();
    let detail = "nothing of the group would be kept: delete it, if that is meant";
    undo(&calendar, &people[0], made).invalid(detail);
    assert_eq!(everything(&calendar, &people), before);
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_group"), ["1"]);
}

#[test]
fn a_user_has_as_many_groups_in_the_trash_as_elsewhere() {
    let bounds = calendar_server::model::Bounds { groups: 1, ..Default::default() };
    let settings = Settings { trash_days: 30, bounds, ..Settings::default() };
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    calendar.group(&park, "a");
    let first = delete(&calendar, &park);
    calendar.group(&park, "b");
    let detail = "its creator has 1 groups, which is the most: delete one first";
    undo(&calendar, &park, first).invalid(detail);
    calendar.delete("/group", &park, r#"{"group_id": 2}"#).is(200, DONE);
    calendar.wait_until_none("SELECT count(*) FROM calendar_group WHERE id = 2");
    left_by(&undo(&calendar, &park, first));
    assert_eq!(calendar.rows("SELECT name FROM calendar_group"), ["a"]);
}

#[test]
fn a_group_that_was_made_goes_into_the_trash() {
    let (calendar, people) = club(30);
    let before = everything(&calendar, &people);
    let undone = left_by(&undo(&calendar, &people[0], 1));
    calendar.get("/group/1", &people[0]).not_found("group 1 does not exist");
    left_by(&undo(&calendar, &people[0], undone));
    assert_eq!(everything(&calendar, &people), before);
}

#[test]
fn members_come_and_go_and_come_back() {
    let (calendar, people) = club(30);
    let [park, kim] = &people;
    change(&calendar, park, &json!({"visibility": "private"})).is(200, DONE);
    calendar
        .wait_until_none("SELECT count(*) FROM calendar_group WHERE narrowed > 0 AND deleted = 0");
    let before = calendar.rows(MEMBERS);
    let added = put(&calendar, park, KIM, "reader");
    let told = &entries(&calendar, "/group/1/activity", kim)[0];
    assert_eq!(
        (&told["action"], &told["member"], told.get("subject"), &told["after"]),
        (&json!("create"), &json!(KIM), None, &json!({"role": "reader"}))
    );
    let reader = everything(&calendar, &people);
    calendar.clock.set(NOW + 60);
    let raised = put(&calendar, park, KIM, "editor");
    let told = &entries(&calendar, "/group/1/activity", kim)[0];
    assert_eq!(told["before"], json!({"role": "reader"}));
    undo(&calendar, kim, raised).not_owned("group 1 belongs to somebody else");
    left_by(&undo(&calendar, park, raised));
    assert_eq!(everything(&calendar, &people), reader);
    let left =
        left_by(&calendar.delete("/group/1/member", kim, json!({"useremail": KIM}).to_string()));
    calendar.get("/group/1", kim).not_found("group 1 does not exist");
    calendar
        .wait_until_none("SELECT count(*) FROM calendar_group WHERE narrowed > 0 AND deleted = 0");
    let detail = format!("entry {left} does not exist, or is too old");
    undo(&calendar, kim, left).not_found(&detail);
    let detail = "the member was changed since: undo that first";
    undo(&calendar, park, added).refuses(412, 41200, REFUSED, detail);
    left_by(&undo(&calendar, park, left));
    assert_eq!(everything(&calendar, &people), reader);
    left_by(&undo(&calendar, park, added));
    assert_eq!(calendar.rows(MEMBERS), before);
}

#[test]
fn the_last_owner_stays_one() {
    let (calendar, [park, kim]) = club(30);
    let owner = put(&calendar, &park, KIM, "owner");
    put(&calendar, &park, PARK, "reader");
    undo(&calendar, &park, owner).not_owned("group 1 belongs to somebody else");
    let detail = "entry: the group has no other owner: make somebody else an owner first";
    undo(&calendar, &kim, owner).invalid(detail);
}

#[test]
fn those_who_lost_sight_of_a_group_have_it_in_their_calendar_again_when_that_is_undone() {
    let (calendar, people) = club(30);
    let [park, kim] = &people;
    let lee = calendar.register("lee@jungi.me");
    calendar.select(&lee, "1");
    put(&calendar, park, KIM, "reader");
    let narrowed = "SELECT count(*) FROM calendar_group WHERE narrowed > 0 AND deleted = 0";
    let everybody = [park.clone(), kim.clone(), lee.clone()];
    let before = everything(&calendar, &everybody);
    let private = left_by(&change(&calendar, park, &json!({"visibility": "private"})));
    calendar.wait_until_none(narrowed);
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "2|1"]);
    calendar.get("/group/1", &lee).not_found("group 1 does not exist");
    let undone = left_by(&undo(&calendar, park, private));
    assert_eq!(everything(&calendar, &everybody), before);
    // The other way round, and once more before upkeep has looked.
    let again = left_by(&undo(&calendar, park, undone));
    left_by(&undo(&calendar, park, again));
    assert_eq!(everything(&calendar, &everybody), before);
    calendar.wait_until_none(narrowed);
    assert_eq!(everything(&calendar, &everybody), before);
    // Nobody is told who had selected it.
    let told = entries(&calendar, "/group/1/activity", kim);
    assert!(told.iter().all(|entry| !entry.to_string().contains("selected")), "{told:?}");
}

#[test]
fn whoever_has_selected_enough_meanwhile_or_is_gone_does_not_get_a_group_back() {
    let bounds = calendar_server::model::Bounds { selected_groups: 1, ..Default::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let [park, kim, lee] = [PARK, KIM, "lee@jungi.me"].map(|email| calendar.register(email));
    calendar.group(&park, "club");
    calendar.group(&park, "other");
    calendar.select(&kim, "1");
    calendar.select(&lee, "1");
    let private = left_by(&change(&calendar, &park, &json!({"visibility": "private"})));
    calendar
        .wait_until_none("SELECT count(*) FROM calendar_group WHERE narrowed > 0 AND deleted = 0");
    calendar.select(&kim, "2");
    calendar.execute("DELETE FROM user WHERE email = 'lee@jungi.me'");
    left_by(&undo(&calendar, &park, private));
    assert_eq!(calendar.rows(SELECTIONS), ["2|2"]);
}
