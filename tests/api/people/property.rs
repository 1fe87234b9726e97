//! Random people, memberships, visibilities and changes, against a model of who may what that a reader can check by eye.
//! After each step, every call that names or lists a group or an event is compared with it for everybody.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LEE, MONTH, TIME};
use crate::feed;
use crate::property::cases;
use crate::support::calendar::{Calendar, KIM, PARK};

const EMAILS: [&str; 3] = [PARK, KIM, LEE];
const ROLES: [&str; 4] = ["reader", "writer", "editor", "owner"];
const EVERYONE: [&str; 3] = ["none", "reader", "writer"];
const NARROWED: &str = "SELECT count(*) FROM calendar_group WHERE narrowed > 0 AND deleted = 0";

/// A request of a user. The numbers pick among the groups and events made so far, deleted ones included.
#[derive(Debug, Clone)]
enum Step {
    Make { everyone: usize },
    Share { group: usize, everyone: usize },
    Delete { group: usize },
    Put { group: usize, who: usize, role: usize },
    Remove { group: usize, who: usize },
    Select { group: usize },
    Unselect { group: usize },
    Add { group: usize, private: bool },
    Change { event: usize },
    DeleteEvent { event: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let any = 0..3_usize;
    let everyone = || 0..3_usize;
    let event = 0..8_usize;
    prop_oneof![
        2 => everyone().prop_map(|everyone| Step::Make { everyone }),
        3 => (any.clone(), everyone()).prop_map(|(group, everyone)| Step::Share { group, everyone }),
        1 => any.clone().prop_map(|group| Step::Delete { group }),
        5 => (any.clone(), any.clone(), 0..4_usize)
            .prop_map(|(group, who, role)| Step::Put { group, who, role }),
        3 => (any.clone(), any.clone()).prop_map(|(group, who)| Step::Remove { group, who }),
        3 => any.clone().prop_map(|group| Step::Select { group }),
        1 => any.clone().prop_map(|group| Step::Unselect { group }),
        5 => (any, prop::bool::ANY).prop_map(|(group, private)| Step::Add { group, private }),
        3 => event.clone().prop_map(|event| Step::Change { event }),
        2 => event.prop_map(|event| Step::DeleteEvent { event }),
    ]
}

#[derive(Debug)]
struct Group {
    creator: usize,
    everyone: usize,
    /// The role of each member: 1 to 4.
    members: BTreeMap<usize, usize>,
    selected: BTreeSet<usize>,
    /// The addresses of feeds, by their users.
    feeds: BTreeMap<usize, String>,
}

impl Group {
    /// 1 to 4; 0 for whom it does not exist.
    fn role(&self, user: usize) -> usize {
        self.members.get(&user).copied().unwrap_or(self.everyone)
    }

    fn owners(&self) -> usize {
        self.members.values().filter(|role| **role == 4).count()
    }

    /// Who has lost sight of it has it no more in their calendar, nor a feed of it.
    fn forget(&mut self) {
        let lost: Vec<_> = (0..EMAILS.len()).filter(|user| self.role(*user) == 0).collect();
        for user in lost {
            self.selected.remove(&user);
            self.feeds.remove(&user);
        }
    }
}

#[derive(Debug)]
struct Event {
    group: i64,
    owner: usize,
    private: bool,
    subject: String,
}

struct World {
    calendar: Calendar,
    tokens: Vec<String>,
    groups: BTreeMap<i64, Group>,
    events: BTreeMap<i64, Event>,
    /// How many were made, deleted ones included.
    made: (i64, i64),
    /// The feeds that have ended.
    ended: Vec<String>,
    changes: usize,
}

impl World {
    fn new() -> Self {
        let calendar = Calendar::new();
        let tokens = EMAILS.iter().map(|email| calendar.register(email)).collect();
        let (groups, events) = (BTreeMap::new(), BTreeMap::new());
        Self { calendar, tokens, groups, events, made: (0, 0), ended: Vec::new(), changes: 0 }
    }

    /// Takes a step with the server and the model, and compares the codes.
    #[expect(clippy::too_many_lines, reason = "a case for each step")]
    fn take(&mut self, user: usize, step: &Step) {
        let token = self.tokens[user].clone();
        let group_id = |number: usize| i64::try_from(number).unwrap() + 1;
        let event_id = |number: usize| i64::try_from(number).unwrap() + 1;
        let call = |method: &str, path: &str, body: Value| {
            let method = method.parse().unwrap();
            let answer = self.calendar.call(method, path, &token, body.to_string());
            answer.json()["meta"]["code"].as_u64().unwrap()
        };
        let may = |id: i64| self.groups.get(&id).map_or(0, |group| group.role(user));
        let (got, expected) = match *step {
            Step::Make { everyone } => {
                let body = json!({"group_name": "g", "everyone": EVERYONE[everyone]});
                self.made.0 += 1;
                let got = call("POST", "/group", body);
                let members = [(user, 4)].into();
                let (selected, feeds) = (BTreeSet::new(), BTreeMap::new());
                let group = Group { creator: user, everyone, members, selected, feeds };
                self.groups.insert(self.made.0, group);
                (got, 20000)
            }
            Step::Share { group, everyone } => {
                let id = group_id(group);
                let body =
                    json!({"group_id": id, "group_name": "g", "everyone": EVERYONE[everyone]});
                let got = call("PUT", "/group", body);
                let expected = owns(may(id));
                if let Some(group) = self.groups.get_mut(&id).filter(|_| expected == 20000) {
                    group.everyone = everyone;
                }
                (got, expected)
            }
            Step::Delete { group } => {
                let id = group_id(group);
                let got = call("DELETE", "/group", json!({"group_id": id}));
                let expected = owns(may(id));
                if expected == 20000 {
                    let group = self.groups.remove(&id).unwrap();
                    self.ended.extend(group.feeds.into_values());
                    self.events.retain(|_, event| event.group != id);
                }
                (got, expected)
            }
            Step::Put { group, who, role } => {
                let id = group_id(group);
                let body = json!({"useremail": EMAILS[who], "role": ROLES[role]});
                let got = call("PUT", &format!("/group/{id}/member"), body);
                let mut expected = owns(may(id));
                if let Some(group) = self.groups.get_mut(&id).filter(|_| expected == 20000) {
                    let before = group.members.get(&who).copied();
                    if before == Some(4) && role != 3 && group.owners() == 1 {
                        expected = 40001;
                    } else {
                        group.members.insert(who, role + 1);
                        if before.is_none() {
                            group.selected.insert(who);
                        }
                    }
                }
                (got, expected)
            }
            Step::Remove { group, who } => {
                let id = group_id(group);
                let body = json!({"useremail": EMAILS[who]});
                let got = call("DELETE", &format!("/group/{id}/member"), body);
                let role = may(id);
                let mut expected = if who == user && role > 0 { 20000 } else { owns(role) };
                if let Some(group) = self.groups.get_mut(&id).filter(|_| expected == 20000) {
                    match group.members.get(&who) {
                        None => expected = 40400,
                        Some(4) if group.owners() == 1 => expected = 40001,
                        Some(_) => {
                            group.members.remove(&who);
                        }
                    }
                }
                (got, expected)
            }
            Step::Select { group } => {
                let id = group_id(group);
                let got = call("PUT", &format!("/user/calendar/group/{id}"), json!({}));
                if may(id) == 0 {
                    (got, 40400)
                } else {
                    let group = self.groups.get_mut(&id).unwrap();
                    group.selected.insert(user);
                    let address = || self.calendar.feed(&token, &json!({"group": id}).to_string());
                    group.feeds.entry(user).or_insert_with(address);
                    (got, 20000)
                }
            }
            Step::Unselect { group } => {
                let id = group_id(group);
                let got = call("DELETE", &format!("/user/calendar/group/{id}"), json!({}));
                if let Some(group) = self.groups.get_mut(&id) {
                    group.selected.remove(&user);
                }
                (got, 20000)
            }
            Step::Add { group, private } => {
                let id = group_id(group);
                let subject = format!("word {}", self.made.1 + 1);
                let body = json!({
                    "group_id": id, "sdate": TIME, "edate": TIME, "subject": subject, "private": private,
                });
                let got = call("POST", "/group/event", body);
                let expected = match may(id) {
                    0 => 40400,
                    1 => 40102,
                    _ => 20000,
                };
                if expected == 20000 {
                    self.made.1 += 1;
                    let event = Event { group: id, owner: user, private, subject };
                    self.events.insert(self.made.1, event);
                }
                (got, expected)
            }
            Step::Change { event } => {
                let id = event_id(event);
                self.changes += 1;
                let subject = format!("word {id} changed {}", self.changes);
                let body =
                    json!({"event_id": id, "sdate": TIME, "edate": TIME, "subject": subject});
                let got = call("PUT", "/calendar/event", body);
                let mut expected = self.may_delete(user, id);
                if let Some(event) = self.events.get_mut(&id).filter(|_| expected == 20000) {
                    if event.private && event.owner != user {
                        expected = 40102;
                    } else {
                        event.subject = subject;
                    }
                }
                (got, expected)
            }
            Step::DeleteEvent { event } => {
                let id = event_id(event);
                let got = call("DELETE", "/calendar/event", json!({"event_id": id}));
                let expected = self.may_delete(user, id);
                if expected == 20000 {
                    self.events.remove(&id);
                }
                (got, expected)
            }
        };
        assert_eq!(got, expected, "{step:?} by {user}: {:?} {:?}", self.groups, self.events);
        let mut lost = false;
        for group in self.groups.values_mut() {
            let before = (group.selected.len(), group.feeds.clone());
            group.forget();
            let ended = before.1.into_iter().filter(|(user, _)| !group.feeds.contains_key(user));
            self.ended.extend(ended.map(|(_, address)| address));
            lost |= before.0 > group.selected.len();
        }
        if lost {
            self.look();
        }
        self.calendar.wait_until_none(NARROWED);
        self.look();
    }

    /// The code for who deletes an event.
    fn may_delete(&self, user: usize, id: i64) -> u64 {
        let Some(event) = self.events.get(&id) else { return 40400 };
        match (self.groups[&event.group].role(user), event.owner == user) {
            (0, _) => 40400,
            (3 | 4, _) | (2, true) => 20000,
            _ => 40102,
        }
    }

    fn look(&self) {
        (0..EMAILS.len()).for_each(|user| self.look_as(user));
        for address in &self.ended {
            assert_eq!(feed::get(&self.calendar, address).status, 404);
        }
    }

    /// Compares what every call tells `user` with the model.
    fn look_as(&self, user: usize) {
        let data = |path: &str| {
            let answer = self.calendar.get(path, &self.tokens[user]);
            (answer.status, answer.json()["data"].clone())
        };
        let list = |path: &str| data(path).1.as_array().unwrap().clone();
        let ids =
            |list: &[Value]| list.iter().map(|it| it["id"].as_i64().unwrap()).collect::<Vec<_>>();
        let seen = || self.groups.iter().filter(|(_, group)| group.role(user) > 0);
        let listed = list("/group/list");
        assert_eq!(ids(&listed), seen().map(|(id, _)| *id).collect::<Vec<_>>());
        let own = seen().filter(|(_, group)| group.creator == user).map(|(id, _)| *id);
        assert_eq!(ids(&list("/group")), own.collect::<Vec<_>>());
        for (shown, (_, group)) in listed.iter().zip(seen()) {
            let role = ROLES[group.role(user) - 1];
            let reference = if group.creator == user { "owner" } else { "writer" };
            assert_eq!(shown.get("role"), Some(&json!(role)).filter(|_| role != reference));
            let everyone = json!(EVERYONE[group.everyone]);
            assert_eq!(shown.get("everyone"), Some(&everyone).filter(|_| group.everyone < 2));
        }
        let selected = seen().filter(|(_, group)| group.selected.contains(&user));
        let selected: Vec<_> = selected.map(|(id, _)| id.to_string()).collect();
        let selected = if selected.is_empty() { "0".to_owned() } else { selected.join(",") };
        assert_eq!(data("/user/calendar/group").1["selected_group"], selected);

        for id in 1..=self.made.0 {
            let group = self.groups.get(&id).filter(|group| group.role(user) > 0);
            let status = if group.is_some() { 200 } else { 404 };
            let of_group = |event: &&Event| event.group == id;
            let (got, shown) = data(&format!("/group/{id}"));
            assert_eq!(got, status);
            let (got, members) = data(&format!("/group/{id}/member"));
            assert_eq!(got, status);
            let export = self.calendar.get(&format!("/group/{id}/export"), &self.tokens[user]);
            assert_eq!(export.status, status);
            let Some(group) = group else { continue };
            assert_eq!(shown["events"], self.events.values().filter(of_group).count());
            let known = |role: &usize| group.members.contains_key(&user) || *role == 4;
            let mut expected: Vec<_> =
                group.members.iter().filter(|(_, role)| known(role)).collect();
            expected.sort_by_key(|(who, role)| (5 - **role, **who));
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(who, role)| json!({"useremail": EMAILS[*who], "role": ROLES[*role - 1]}))
                .collect();
            assert_eq!(members, json!(expected));
            for event in self.events.values().filter(of_group) {
                let clear = !event.private || event.owner == user;
                assert_eq!(export.body.contains(&format!("SUMMARY:{}\r\n", event.subject)), clear);
            }
            if let Some(address) = group.feeds.get(&user) {
                let feed = feed::get(&self.calendar, address);
                assert_eq!(feed.status, 200);
                let events = self.events.values().filter(of_group).count();
                assert_eq!(feed.body.matches("BEGIN:VEVENT").count(), events);
            }
        }

        let shown = list(MONTH);
        let in_calendar = |event: &Event| self.groups[&event.group].selected.contains(&user);
        let expected = self.events.iter().filter(|(_, event)| in_calendar(event));
        assert_eq!(ids(&shown), expected.map(|(id, _)| *id).collect::<Vec<_>>());
        for shown in &shown {
            self.check_subject(user, shown);
        }
        let found = ids(&list("/calendar/search?search_word=word"));
        let clear = |event: &Event| !event.private || event.owner == user;
        let expected = self.events.iter().filter(|(_, event)| in_calendar(event) && clear(event));
        assert_eq!(found, expected.map(|(id, _)| *id).collect::<Vec<_>>());
        for id in 1..=self.made.1 {
            let (status, shown) = data(&format!("/calendar/event/{id}"));
            let readable = self.events.get(&id).is_some_and(|event| {
                let group = &self.groups[&event.group];
                group.role(user) > 0 && (event.owner == user || group.selected.contains(&user))
            });
            assert_eq!(status, if readable { 200 } else { 404 });
            if readable {
                self.check_subject(user, &shown);
            }
        }
    }

    /// An event says what it is to those who may know.
    fn check_subject(&self, user: usize, shown: &Value) {
        let event = &self.events[&shown["id"].as_i64().unwrap()];
        let clear = !event.private || event.owner == user;
        assert_eq!(shown["subject"] == event.subject.as_str(), clear, "{shown} to {user}");
    }
}

/// The code for who does what only an owner may.
fn owns(role: usize) -> u64 {
    match role {
        0 => 40400,
        4 => 20000,
        _ => 40102,
    }
}

proptest! {
    // No file is written beside the source: a failing case is shrunk and printed.
    #![proptest_config(ProptestConfig {
        cases: cases(12),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn everybody_sees_and_changes_what_a_plain_list_of_roles_says(
        steps in vec((0..EMAILS.len(), step()), 4..20)
    ) {
        let mut world = World::new();
        for (user, step) in &steps {
            world.take(*user, step);
        }
    }
}
