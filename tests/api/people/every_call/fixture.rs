//! A group with random members, of which somebody makes a call.

use std::cell::Cell;

use proptest::prelude::*;
use rocket::http::Method;
use serde_json::{Value, json};

use super::By;
use crate::feed;
use crate::history::left_by;
use crate::people::{LEE, TIME};
use crate::support::calendar::{Calendar, DONE, PARK, Settings};

const ROLES: [&str; 4] = ["reader", "writer", "editor", "owner"];
const EVERYONE: [&str; 3] = ["none", "reader", "writer"];

/// What only those may read who see the group, or the event.
pub(super) const WORDS: [&str; 8] = [
    "Geheimbund",
    "Zusammenkunft",
    "Kellergeschoss",
    "Ausflug",
    "Arzttermin",
    "Tagebuch",
    PARK,
    LEE,
];

/// What becomes of the group before the call.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Share {
        everyone: usize,
    },
    Put {
        role: usize,
    },
    Remove,
    /// Of somebody else.
    PutLee {
        role: usize,
    },
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3_usize).prop_map(|everyone| Step::Share { everyone }),
        4 => (0..4_usize).prop_map(|role| Step::Put { role }),
        1 => Just(Step::Remove),
        1 => (0..4_usize).prop_map(|role| Step::PutLee { role }),
    ]
}

/// The ids of what a call is about, by their names in the templates.
#[derive(Debug, Clone)]
pub(super) struct Ids(Vec<(&'static str, String)>);

impl Ids {
    /// Of what never was; the caller is who they are.
    pub(super) fn never(&self) -> Self {
        let never = |name: &str, id: &String| match name {
            "secret" => "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst".to_owned(),
            "caller" | "new" => id.clone(),
            _ => "999999999".to_owned(),
        };
        Self(self.0.iter().map(|(name, id)| (*name, never(name, id))).collect())
    }

    /// `template` with the ids for their names.
    pub(super) fn fill(&self, template: &str) -> String {
        let fill =
            |text: String, (name, id): &(&str, String)| text.replace(&format!("{{{name}}}"), id);
        self.0.iter().fold(template.to_owned(), fill)
    }

    /// `text` with one word for all ids.
    pub(super) fn take_out(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (_, id)| text.replace(id.as_str(), "#"))
    }
}

/// The calendar, and Park and Lee, to whom all groups belong.
pub(super) struct World {
    pub(super) calendar: Calendar,
    park: String,
    callers: Cell<u32>,
    /// The address of a feed of busy times.
    busy_feed: String,
    /// An app password and a feed of Park's, and an event in their personal calendar, with its entry.
    of_park: [String; 4],
}

impl World {
    pub(super) fn new() -> Self {
        let calendar = Calendar::with(Settings { trash_days: 30, ..Settings::default() });
        let [park, _] = [PARK, LEE].map(|email| calendar.register(email));
        // No number of an answer is one of these ids by chance.
        let tables = ["calendar_group", "event", "history", "invitation", "app_password", "feed"];
        for (table, first) in tables.into_iter().zip(1_i64..) {
            calendar.next_id(table, first * 10_000_000 + 1_234_567);
        }
        calendar.app_password(&park, "all");
        let busy_feed = calendar.feed(&park, r#"{"busy_only": true}"#);
        let event = json!({"sdate": TIME, "edate": TIME, "subject": "Tagebuch"});
        let event = calendar.post("/calendar/event", &park, event.to_string());
        let last = |table: &str| calendar.rows(&format!("SELECT max(id) FROM {table}"))[0].clone();
        let of_park = [
            last("app_password"),
            last("feed"),
            event.made().to_string(),
            left_by(&event).to_string(),
        ];
        Self { calendar, park, callers: Cell::new(0), busy_feed, of_park }
    }
}

pub(super) struct Fixture<'a> {
    world: &'a World,
    pub(super) ids: Ids,
    /// The caller's: a token, an app password for everything, one to read.
    credentials: [String; 3],
    group: i64,
    everyone: usize,
    /// 1 to 4, if the caller is a member.
    member: Option<usize>,
}

impl<'a> Fixture<'a> {
    /// A caller of its own, and a group in which they, Park and Lee have been since `steps` were taken.
    pub(super) fn new(world: &'a World, steps: &[Step], with_birthday: bool) -> Self {
        let World { calendar, park, callers, of_park, .. } = world;
        callers.set(callers.get() + 1);
        let caller = format!("caller{}@example.com", callers.get());
        let token = calendar.register(&caller);
        let [password, read] = ["all", "read"].map(|scope| calendar.app_password(&token, scope));
        if with_birthday {
            let body = r#"{"birthday": "1990-06-20"}"#;
            calendar.put("/calendar/birthday", &token, body).is(200, DONE);
        }
        let call = |method, path: &str, token: &str, body: &Value| {
            let answer = calendar.call(method, path, token, body.to_string());
            assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
            answer
        };
        let named = json!({"group_name": "Geheimbund", "description": "Zusammenkunft"});
        let made = call(Method::Post, "/group", park, &named);
        let (group, made_group) = (made.made(), left_by(&made));
        let member = format!("/group/{group}/member");
        let event = |token: &str, subject: &str, private: bool| {
            let body = json!({
                "group_id": group, "sdate": TIME, "edate": "2017-06-20 10:00:00", "subject": subject, "location": "Kellergeschoss",
                "private": private,
            });
            let made = call(Method::Post, "/group/event", token, &body);
            (made.made(), left_by(&made))
        };
        let (own, made_own) = event(&token, "Probe", false);
        let (open, made_open) = event(park, "Ausflug", false);
        let (hidden, made_hidden) = event(park, "Arzttermin", true);
        let added = left_by(&call(
            Method::Put,
            &member,
            park,
            &json!({"useremail": LEE, "role": "writer"}),
        ));
        let invited = call(
            Method::Post,
            &format!("/group/{group}/invitation"),
            park,
            &json!({"role": "reader"}),
        );
        let invited = &invited.json()["data"];
        let secret = invited["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        calendar.feed(&token, "{}");
        let of_caller = |table: &str| {
            let sql = format!(
                "SELECT max(t.id) FROM {table} t JOIN \"user\" u ON u.id = t.user_id WHERE u.email = '{caller}'"
            );
            calendar.rows(&sql)[0].clone()
        };
        let ids = Ids(vec![
            ("group", group.to_string()),
            ("own", own.to_string()),
            ("open", open.to_string()),
            ("hidden", hidden.to_string()),
            ("made_own", made_own.to_string()),
            ("made_open", made_open.to_string()),
            ("made_hidden", made_hidden.to_string()),
            ("made_group", made_group.to_string()),
            ("added", added.to_string()),
            ("invitation", invited["id"].to_string()),
            ("secret", secret),
            ("password", of_caller("app_password")),
            ("feed", of_caller("feed")),
            ("other_password", of_park[0].clone()),
            ("other_feed", of_park[1].clone()),
            ("personal", of_park[2].clone()),
            ("made_personal", of_park[3].clone()),
            ("new", format!("new{}@example.com", callers.get())),
            ("caller", caller.clone()),
        ]);
        let credentials = [token, password, read];
        let mut fixture = Self { world, ids, credentials, group, everyone: 2, member: None };
        for step in steps {
            fixture.take(step, &caller, group);
        }
        if fixture.role() > 0 {
            let path = format!("/user/calendar/group/{group}");
            calendar.put(&path, &fixture.credentials[0], "").is(200, DONE);
        }
        fixture
    }

    fn take(&mut self, step: &Step, caller: &str, group: i64) {
        let World { calendar, park, .. } = self.world;
        let member = format!("/group/{group}/member");
        match *step {
            Step::Share { everyone } => {
                let body = json!({
                    "group_id": group, "group_name": "Geheimbund", "everyone": EVERYONE[everyone],
                });
                calendar.put("/group", park, body.to_string()).is(200, DONE);
                self.everyone = everyone;
            }
            Step::Put { role } => {
                let body = json!({"useremail": caller, "role": ROLES[role]});
                calendar.put(&member, park, body.to_string()).is(200, DONE);
                self.member = Some(role + 1);
            }
            Step::Remove if self.member.is_none() => {}
            Step::Remove => {
                let body = json!({ "useremail": caller });
                calendar.delete(&member, park, body.to_string()).is(200, DONE);
                self.member = None;
            }
            Step::PutLee { role } => {
                let body = json!({"useremail": LEE, "role": ROLES[role]});
                calendar.put(&member, park, body.to_string()).is(200, DONE);
            }
        }
    }

    /// What the caller may in the group: 1 to 4, or 0, for whom it does not exist.
    pub(super) fn role(&self) -> usize {
        self.member.unwrap_or(self.everyone)
    }

    pub(super) fn is_member(&self) -> bool {
        self.member.is_some()
    }

    /// What is sent in place of a token.
    pub(super) fn credential(&self, by: By) -> &str {
        match by {
            By::Nothing => "",
            By::BusyFeed => {
                self.world.busy_feed.trim_start_matches("/feed/").trim_end_matches(".ics")
            }
            By::ReadPassword => &self.credentials[2],
            By::Password => &self.credentials[1],
            By::Token => &self.credentials[0],
        }
    }

    /// Whoever has the address of a feed of busy times reads when something is, and no word of it.
    pub(super) fn check_feed(&self) {
        let World { calendar, park, .. } = self.world;
        let busy = json!({"group": self.group, "busy_only": true}).to_string();
        let read = feed::get(calendar, &calendar.feed(park, &busy));
        assert_eq!(read.status, 200);
        assert!(read.body.contains("BEGIN:VEVENT"), "{}", read.body);
        for word in WORDS {
            let is_name = word == "Geheimbund";
            assert!(is_name || !read.body.contains(word), "{}", read.body);
        }
    }
}
