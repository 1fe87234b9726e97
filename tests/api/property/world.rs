//! The server beside the model: each step is taken with both, and what they show is compared.

use std::collections::BTreeSet;

use calendar_server::domain::{access, events};
use calendar_server::model::{EventId, Room, TimeRange, UserId, WallTime};
use calendar_server::store::DirectStore;
use jiff::civil::{Date, DateTime, date};
use jiff::{ToSpan, tz};
use serde_json::{Value, json};

use super::model::{EMAILS, Event, folded};
use super::steps::{Fields, Step, View, later};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, NOT_INDEXED, Settings};

/// More events than are searched without the index.
const LARGE: usize = 2001;

/// The server, and what it is expected to hold.
pub(crate) struct World {
    calendar: Calendar,
    tokens: Vec<String>,
    now: DateTime,
    events: Vec<Event>,
    /// The groups, each with its creator.
    groups: Vec<(i64, usize)>,
    selected: Vec<Vec<i64>>,
    /// Every id that was ever given out, also of what was deleted.
    event_ids: Vec<i64>,
    group_ids: Vec<i64>,
}

impl World {
    pub(crate) fn new() -> Self {
        // Nine hours ahead all year round: a zone that no test machine has.
        let calendar = Calendar::with(Settings { zone: "Etc/GMT-9", ..Settings::default() });
        let tokens = EMAILS.iter().map(|email| calendar.register(email)).collect();
        let mut world = Self {
            calendar,
            tokens,
            now: DateTime::default(),
            events: Vec::new(),
            groups: Vec::new(),
            selected: vec![Vec::new(); EMAILS.len()],
            event_ids: Vec::new(),
            group_ids: Vec::new(),
        };
        world.set_clock(date(2017, 6, 19).at(19, 55, 4, 0));
        world
    }

    /// Who registered an event may change and delete it, and who created its group, and so owns it.
    fn may_edit(&self, user: usize, event: &Event) -> bool {
        let created = |group| self.groups.contains(&(group, user));
        event.user == user || event.group.is_some_and(created)
    }

    /// One in which each calendar has more events than are searched without the index. Their subject
    /// contains no searched word.
    pub(crate) fn large() -> Self {
        let mut world = Self::new();
        world.calendar.execute(&format!(
            "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {LARGE})
             INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
             SELECT u.id, 'z', 'z', 0, 0, 0 FROM user u, n ORDER BY u.id"
        ));
        let start = date(1970, 1, 1).at(0, 0, 0, 0);
        world.events = (0..EMAILS.len() * LARGE)
            .map(|at| Event {
                id: i64::try_from(at + 1).unwrap(),
                user: at / LARGE,
                group: None,
                subject: "z".into(),
                starts: start,
                ends: start,
                created: start,
                updated: None,
                birthday: false,
            })
            .collect();
        world.event_ids = vec![1, i64::try_from(world.events.len()).unwrap()];
        world
    }

    /// Waits until the search index has every event.
    pub(crate) fn wait_for_the_index(&mut self) {
        // The writer looks for deferred work after a write.
        self.take(0, &Step::MakeGroup);
        self.calendar.wait_until_none(NOT_INDEXED);
    }

    fn set_clock(&mut self, at: DateTime) {
        let unix = at.to_zoned(tz::TimeZone::fixed(tz::offset(9))).unwrap().timestamp();
        self.calendar.clock.set(unix.as_second());
        self.now = at;
    }

    #[expect(clippy::too_many_lines, reason = "a case for each step")]
    pub(crate) fn take(&mut self, user: usize, step: &Step) {
        let token = self.tokens[user].clone();
        match step {
            Step::Add { group, event } => {
                let group = group.map(|number| pick(&self.group_ids, number));
                let (path, body) = match group {
                    None => ("/calendar/event", body(event, json!({}))),
                    Some(id) => ("/group/event", body(event, json!({"group_id": id}))),
                };
                let answer = self.calendar.post(path, &token, body);
                if event.subject.trim().is_empty() {
                    return is(&answer, 400, 40001);
                } else if group.is_some_and(|id| !self.groups.iter().any(|it| it.0 == id)) {
                    return is(&answer, 404, 40400);
                }
                is(&answer, 200, 20000);
                let id = made(&answer, "/api/v1/calendar/event/", &mut self.event_ids);
                self.events.push(Event {
                    id,
                    user,
                    group,
                    subject: event.subject.trim().to_owned(),
                    starts: event.starts,
                    ends: event.ends,
                    created: self.now,
                    updated: None,
                    birthday: false,
                });
            }
            Step::Change { event, to } => {
                let id = pick(&self.event_ids, *event);
                let mut to = to.clone();
                let stored = self.events.iter().find(|event| event.id == id);
                let may = stored.is_some_and(|event| self.may_edit(user, event));
                let found = self.events.iter_mut().find(|event| event.id == id);
                if found.as_ref().is_some_and(|event| event.birthday) {
                    // A birthday is a day without a time.
                    to.starts = to.starts.date().at(0, 0, 0, 0);
                    to.ends = to.starts;
                }
                let body = body(&to, json!({"event_id": id}));
                let answer = self.calendar.put("/calendar/event", &token, body);
                match found {
                    _ if to.subject.trim().is_empty() => is(&answer, 400, 40001),
                    None => is(&answer, 404, 40400),
                    Some(_) if !may => is(&answer, 401, 40102),
                    Some(event) => {
                        is(&answer, 200, 20000);
                        to.subject.trim().clone_into(&mut event.subject);
                        // A day on which the birthday is shown says nothing of the year of birth.
                        if !(event.birthday && event.birthday_on(to.starts.date())) {
                            (event.starts, event.ends) = (to.starts, to.ends);
                        }
                        event.updated = Some(self.now);
                    }
                }
            }
            Step::Delete { event } => {
                let id = pick(&self.event_ids, *event);
                let body = json!({"event_id": id}).to_string();
                let answer = self.calendar.delete("/calendar/event", &token, body);
                match self.events.iter().position(|event| event.id == id) {
                    None => is(&answer, 404, 40400),
                    Some(at) if !self.may_edit(user, &self.events[at]) => {
                        is(&answer, 401, 40102);
                    }
                    Some(at) => {
                        is(&answer, 200, 20000);
                        self.events.remove(at);
                    }
                }
            }
            Step::Birthday { on } => {
                let body = json!({"birthday": on.to_string()}).to_string();
                let answer = self.calendar.put("/calendar/birthday", &token, body);
                if self.events.iter().any(|event| event.birthday && event.user == user) {
                    return is(&answer, 200, 20010);
                }
                is(&answer, 200, 20000);
                let day = self.calendar.get(&format!("/calendar/date?date={on}"), &token).json();
                let all = day["data"].as_array().unwrap().iter();
                let id = all.filter(|event| event["birthday"] == "1").map(|event| &event["id"]);
                let id = id.filter_map(Value::as_i64).collect::<Vec<_>>()[0];
                fresh(id, &mut self.event_ids);
                self.events.push(Event {
                    id,
                    user,
                    group: None,
                    subject: format!("{} 생일", EMAILS[user]),
                    starts: on.at(0, 0, 0, 0),
                    ends: on.at(0, 0, 0, 0),
                    created: self.now,
                    updated: None,
                    birthday: true,
                });
            }
            Step::MakeGroup => {
                let answer = self.calendar.post("/group/", &token, r#"{"group_name": "회의"}"#);
                is(&answer, 200, 20000);
                self.groups.push((made(&answer, "/api/v1/group/", &mut self.group_ids), user));
            }
            Step::DeleteGroup { group } => {
                let id = pick(&self.group_ids, *group);
                let body = json!({"group_id": id}).to_string();
                let answer = self.calendar.delete("/group/", &token, body);
                match self.groups.iter().find(|group| group.0 == id) {
                    None => is(&answer, 404, 40400),
                    Some((_, creator)) if *creator != user => is(&answer, 401, 40102),
                    Some(_) => {
                        is(&answer, 200, 20000);
                        self.groups.retain(|group| group.0 != id);
                        self.events.retain(|event| event.group != Some(id));
                        self.selected.iter_mut().for_each(|groups| groups.retain(|it| *it != id));
                    }
                }
            }
            Step::Select { groups } => {
                let ids = groups.iter().map(|number| pick(&self.group_ids, *number));
                let ids: Vec<_> = ids.filter(|id| *id > 0).collect();
                let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
                let list = if ids.is_empty() { "0".to_owned() } else { list };
                let body = json!({"selected_group": list}).to_string();
                let answer = self.calendar.post("/user/calendar/group", &token, body);
                if ids.iter().all(|id| self.groups.iter().any(|group| group.0 == *id)) {
                    is(&answer, 200, 20000);
                    self.selected[user] = ids;
                } else {
                    is(&answer, 404, 40400);
                }
            }
            Step::SetClock { at } => self.set_clock(*at),
            Step::Look(view) => self.look(user, view),
        }
    }

    /// Reads a view and compares the whole answer, with its order.
    fn look(&self, user: usize, view: &View) {
        let (path, expected) = match view {
            View::ThisMonth => ("/calendar/".to_owned(), self.in_month(user, self.now.date())),
            View::Month(day) => {
                let path =
                    format!("/calendar/month?year_month={:04}-{:02}", day.year(), day.month());
                (path, self.in_month(user, *day))
            }
            View::Today => ("/calendar/today".to_owned(), self.on(user, self.now.date())),
            View::Day(day) => (format!("/calendar/date?date={day}"), self.on(user, *day)),
            View::Search(word) => {
                let escaped: String = word.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let path = format!("/calendar/search?search_word={escaped}");
                if word.trim().is_empty() {
                    return is(&self.calendar.get(&path, &self.tokens[user]), 400, 40001);
                }
                (path, self.search(user, word.trim()))
            }
        };
        let answer = self.calendar.get(&path, &self.tokens[user]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let expected: Vec<_> = expected.iter().map(Event::json).collect();
        let meta = json!({"code": 20000, "message": "SUCCESS"});
        let expected = json!({"meta": meta, "data": expected});
        assert_eq!(answer.json(), expected, "GET {path} by {}", EMAILS[user]);
    }

    fn calendar_of(&self, user: usize) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| match event.group {
            None => event.user == user,
            Some(group) => self.selected[user].contains(&group),
        })
    }

    fn between(&self, user: usize, first: Date, last: Date) -> Vec<Event> {
        let (from, to) = (first.at(0, 0, 0, 0), last.at(23, 59, 59, 0));
        let mut shown = Vec::new();
        for event in self.calendar_of(user) {
            if !event.birthday && event.overlaps(from, to) {
                shown.push(event.clone());
            }
            let days = first.series(1.day()).take_while(|day| *day <= last);
            for day in days.filter(|day| event.birthday && event.birthday_on(*day)) {
                let midnight = day.at(0, 0, 0, 0);
                shown.push(Event { starts: midnight, ends: midnight, ..event.clone() });
            }
        }
        in_order(shown)
    }

    fn in_month(&self, user: usize, day: Date) -> Vec<Event> {
        self.between(user, day.first_of_month(), day.last_of_month())
    }

    fn on(&self, user: usize, day: Date) -> Vec<Event> {
        self.between(user, day, day)
    }

    fn search(&self, user: usize, word: &str) -> Vec<Event> {
        let found =
            self.calendar_of(user).filter(|event| folded(&event.subject).contains(&folded(word)));
        in_order(found.cloned().collect())
    }

    /// Asks for each event that there is whether a calendar shows it: the rule in words
    /// (`domain/access.rs`), the queries of the views, and the model say the same.
    pub(crate) fn compare_rule_and_queries(&self) {
        let ever = TimeRange { from: WallTime::MIN.seconds(), until: WallTime::MAX.seconds() + 1 };
        let mut store = DirectStore::open(self.calendar.database.database()).unwrap();
        for (user, email) in EMAILS.iter().enumerate() {
            let caller = UserId(i64::try_from(user + 1).unwrap());
            let shown = store
                .read(|snapshot| {
                    events::in_range(snapshot, caller, ever, &tz::TimeZone::UTC, Room::unlimited())
                })
                .unwrap();
            let by_query: BTreeSet<i64> =
                shown.iter().map(|occurrence| occurrence.event.id.0).collect();
            let by_model: BTreeSet<i64> = self.calendar_of(user).map(|event| event.id).collect();
            assert_eq!(by_query, by_model, "the calendar of {email}");
            for event in &self.events {
                let by_rule = store.read(|snapshot| {
                    let stored = snapshot.event(EventId(event.id))?.unwrap();
                    access::shows(snapshot, caller, &stored)
                });
                let shown = by_model.contains(&event.id);
                assert_eq!(by_rule.unwrap(), shown, "event {} to {email}", event.id);
            }
        }
    }

    /// Every user looks at the days and months at either end of every event.
    pub(crate) fn look_everywhere(&self) {
        let mut days: BTreeSet<Date> = [self.now.date(), date(1, 1, 1), date(9999, 12, 31)].into();
        for event in &self.events {
            for at in [event.starts, event.ends, later(event.ends, -1)] {
                days.insert(at.date());
            }
        }
        let months: BTreeSet<Date> = days.iter().map(|day| day.first_of_month()).collect();
        for user in 0..EMAILS.len() {
            days.iter().for_each(|day| self.look(user, &View::Day(*day)));
            months.iter().for_each(|month| self.look(user, &View::Month(*month)));
            self.look(user, &View::Today);
            self.look(user, &View::ThisMonth);
            for word in ["a", "ß", "ς", "%", "생일"] {
                self.look(user, &View::Search(word.to_owned()));
            }
        }
    }
}

fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| (event.starts, event.id));
    events
}

fn body(fields: &Fields, mut rest: Value) -> String {
    let written = |at: DateTime| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    rest["sdate"] = written(fields.starts).into();
    rest["edate"] = written(fields.ends).into();
    rest["subject"] = fields.subject.clone().into();
    rest.to_string()
}

/// One of the ids given out, or 0, which nothing has, if there is none yet.
fn pick(ids: &[i64], number: usize) -> i64 {
    if ids.is_empty() { 0 } else { ids[number % ids.len()] }
}

#[track_caller]
fn is(answer: &Answer, status: u16, code: u32) {
    let got = (answer.status, answer.json()["meta"]["code"].clone());
    assert_eq!(got, (status, json!(code)), "{}", answer.body);
}

/// The id in the header `Location`.
fn made(answer: &Answer, base: &str, given: &mut Vec<i64>) -> i64 {
    let location = answer.header("Location").unwrap();
    let id = location.strip_prefix(base).unwrap().parse().unwrap();
    fresh(id, given);
    id
}

fn fresh(id: i64, given: &mut Vec<i64>) {
    assert!(id > 0 && !given.contains(&id), "the id {id} was used before");
    given.push(id);
}
