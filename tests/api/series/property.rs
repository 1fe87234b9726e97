//! Random changes of series by scope, against a model that holds every occurrence by itself.

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, ToSpan};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::range;
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, KIM, PARK};
use crate::transfer::{exported, import};

const HOUR: i64 = 3600;

/// An occurrence of the model.
#[derive(Debug, Clone)]
struct Occurrence {
    /// Its start by the rule.
    name: DateTime,
    /// What it has become, if it was changed by itself: its start, its end, its subject.
    changed: Option<(DateTime, DateTime, String)>,
}

#[derive(Debug, Clone)]
struct Series {
    id: i64,
    /// Who registered it.
    owner: usize,
    every: Every,
    subject: String,
    /// In seconds.
    length: i64,
    occurrences: Vec<Occurrence>,
    /// How many were left out: their names stay used.
    left_out: Vec<DateTime>,
}

impl Series {
    /// What it gives for an occurrence.
    fn given(&self, name: DateTime) -> (DateTime, DateTime, String) {
        (name, later(name, self.length), self.subject.clone())
    }

    /// Whether months do not all move to another day by the same time: what comes of it is for tests of its own.
    fn would_turn(&self, at: usize, start: DateTime) -> bool {
        let occurrence = &self.occurrences[at];
        let before = occurrence.changed.as_ref().map_or(occurrence.name, |changed| changed.0);
        let moved = later(occurrence.name, start.duration_since(before).as_secs());
        matches!(self.every, Every::Months(_)) && moved.date() != occurrence.name.date()
    }
}

fn later(at: DateTime, seconds: i64) -> DateTime {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

fn typed(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// How a series repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Days(i64),
    Weeks(i64),
    /// Each week on the day on which it begins and on the second after it.
    TwoDays,
    /// On a day of the month that each has.
    Months(i64),
}

impl Every {
    /// The rule of what begins at `start`, without its end.
    fn rule(self, start: DateTime) -> String {
        match self {
            Self::Days(every) => format!("FREQ=DAILY;INTERVAL={every}"),
            Self::Weeks(every) => format!("FREQ=WEEKLY;INTERVAL={every}"),
            Self::TwoDays => {
                let name = |at: DateTime| at.strftime("%a").to_string()[..2].to_uppercase();
                format!("FREQ=WEEKLY;BYDAY={},{}", name(start), name(later(start, 48 * HOUR)))
            }
            Self::Months(every) => format!("FREQ=MONTHLY;INTERVAL={every}"),
        }
    }

    /// The start of the occurrence at that place, from 0.
    fn nth(self, start: DateTime, at: i64) -> DateTime {
        let span = match self {
            Self::Days(every) => (at * every).days(),
            Self::Weeks(every) => (at * every * 7).days(),
            Self::TwoDays => (at / 2 * 7 + at % 2 * 2).days(),
            Self::Months(every) => (at * every).months(),
        };
        start.checked_add(span).unwrap()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Create {
        day: i64,
        every: Every,
        count: i64,
        /// Whether its end is a time and not a number, and how many hours after the last start.
        until: Option<i64>,
        hours: i64,
    },
    /// Of one occurrence of a series, as far as the scope reaches.
    Change {
        series: usize,
        at: usize,
        scope: &'static str,
        by: i64,
        hours: i64,
        subject: String,
    },
    /// Of one occurrence, back to what its series has for it. Also of one that is left out.
    PutBack {
        series: usize,
        at: usize,
    },
    Delete {
        series: usize,
        at: usize,
        scope: &'static str,
    },
}

fn every() -> impl Strategy<Value = Every> {
    prop_oneof![
        (1..4_i64).prop_map(Every::Days),
        (1..4_i64).prop_map(Every::Weeks),
        Just(Every::TwoDays),
        Just(Every::Months(1)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let scope = || prop::sample::select(vec!["this", "this", "following", "all"]);
    let place = || (0..8_usize, 0..16_usize);
    // Not by so much that two occurrences of a series could be told apart by their order alone.
    let by = prop::sample::select(vec![-49, -24, -1, 0, 0, 1, 24, 30]);
    prop_oneof![
        2 => (0..20_i64, every(), 1..9_i64, prop::option::of(0..12_i64), 1..30_i64)
            .prop_map(|(day, every, count, until, hours)| Step::Create { day, every, count, until, hours }),
        4 => (place(), scope(), by, 1..30_i64, "[ab]").prop_map(|((series, at), scope, by, hours, subject)| {
            Step::Change { series, at, scope, by: by * HOUR, hours, subject }
        }),
        1 => place().prop_map(|(series, at)| Step::PutBack { series, at }),
        2 => (place(), scope()).prop_map(|((series, at), scope)| Step::Delete { series, at, scope }),
    ]
}

struct World {
    calendar: Calendar,
    tokens: [String; 2],
    series: Vec<Series>,
}

impl World {
    fn new() -> Self {
        let calendar = Calendar::new();
        let tokens = [calendar.register(PARK), calendar.register(KIM)];
        calendar.group(&tokens[0], "pool");
        tokens.iter().for_each(|token| calendar.select(token, "1"));
        Self { calendar, tokens, series: Vec::new() }
    }

    fn put(
        &self,
        user: usize,
        id: i64,
        at: DateTime,
        scope: &str,
        to: &(DateTime, DateTime, String),
    ) -> Answer {
        let body = json!({
            "event_id": id, "occurrence": typed(at), "scope": scope,
            "sdate": typed(to.0), "edate": typed(to.1), "subject": to.2,
        });
        self.calendar.put("/calendar/event", &self.tokens[user], body.to_string())
    }

    fn take(&mut self, user: usize, step: &Step) {
        match step {
            Step::Create { day, every, count, until, hours } => {
                let start = later(date(2017, 7, 1).at(12, 0, 0, 0), day * 24 * HOUR);
                let names = (0..*count).map(|at| every.nth(start, at));
                let end = match until {
                    None => format!("COUNT={count}"),
                    Some(hours) => {
                        let end = later(every.nth(start, count - 1), hours * HOUR);
                        format!("UNTIL={}", end.strftime("%Y%m%dT%H%M%S"))
                    }
                };
                let body = json!({
                    "group_id": 1, "subject": "new", "sdate": typed(start), "edate": typed(later(start, hours * HOUR)),
                    "rrule": format!("{};{end}", every.rule(start)),
                });
                let id =
                    self.calendar.post("/group/event", &self.tokens[user], body.to_string()).made();
                let occurrences = names.map(|name| Occurrence { name, changed: None }).collect();
                let series = Series {
                    id,
                    owner: user,
                    every: *every,
                    subject: "new".into(),
                    length: hours * HOUR,
                    occurrences,
                    left_out: Vec::new(),
                };
                self.series.push(series);
            }
            Step::Change { series, at, scope, by, hours, subject } => {
                let Some((index, at)) = self.pick(*series, *at) else { return };
                let name = self.series[index].occurrences[at].name;
                let start = later(name, *by);
                let to = (start, later(start, hours * HOUR), subject.clone());
                if *scope != "this" && self.series[index].would_turn(at, start) {
                    return;
                }
                let answer = self.put(user, self.series[index].id, name, scope, &to);
                // The first user made the group, and so owns it.
                if self.series[index].owner != user && user != 0 {
                    assert_eq!(answer.status, 401, "{}", answer.body);
                    return;
                }
                assert_eq!(answer.status, 200, "{}", answer.body);
                self.change(index, at, scope, to, &answer);
            }
            Step::PutBack { series, at } => {
                let Some((index, at)) = self.pick(*series, *at) else { return };
                let left_out = self.series[index].left_out.pop();
                let series = &self.series[index];
                let name = left_out.unwrap_or(series.occurrences[at].name);
                let owner = series.owner;
                let given = series.given(name);
                let answer = self.put(owner, series.id, name, "this", &given);
                assert_eq!(
                    (answer.status, answer.header("Location")),
                    (200, None),
                    "{}",
                    answer.body
                );
                let series = &mut self.series[index];
                if left_out.is_some() {
                    series.occurrences.push(Occurrence { name, changed: None });
                    series.occurrences.sort_by_key(|occurrence| occurrence.name);
                } else {
                    series.occurrences[at].changed = None;
                }
            }
            Step::Delete { series, at, scope } => {
                let Some((index, at)) = self.pick(*series, *at) else { return };
                let series = &mut self.series[index];
                let name = series.occurrences[at].name;
                let body =
                    json!({"event_id": series.id, "occurrence": typed(name), "scope": scope});
                let answer =
                    self.calendar.delete("/calendar/event", &self.tokens[user], body.to_string());
                // The first user made the group.
                if series.owner != user && user != 0 {
                    assert_eq!(answer.status, 401, "{}", answer.body);
                    return;
                }
                assert_eq!(answer.status, 200, "{}", answer.body);
                match *scope {
                    "this" => {
                        series.occurrences.remove(at);
                        series.left_out.push(name);
                    }
                    "following" => {
                        series.occurrences.truncate(at);
                        series.left_out.retain(|left_out| *left_out < name);
                    }
                    _ => series.occurrences.clear(),
                }
                // What has no occurrence any more is gone.
                self.series.retain(|series| !series.occurrences.is_empty());
            }
        }
    }

    /// A series and an occurrence that is there.
    fn pick(&self, series: usize, at: usize) -> Option<(usize, usize)> {
        let index = series.checked_rem(self.series.len())?;
        Some((index, at % self.series[index].occurrences.len()))
    }

    fn change(
        &mut self,
        index: usize,
        at: usize,
        scope: &str,
        to: (DateTime, DateTime, String),
        answer: &Answer,
    ) {
        let series = &mut self.series[index];
        let name = series.occurrences[at].name;
        let is_first = at == 0 && series.left_out.iter().all(|left_out| *left_out > name);
        match scope {
            "this" => {
                let changed = Some(to).filter(|to| *to != series.given(name));
                series.occurrences[at].changed = changed;
            }
            "following" if !is_first => {
                let mut rest = series.clone();
                let location = answer.header("Location").unwrap();
                rest.id = location.rsplit('/').next().unwrap().parse().unwrap();
                rest.occurrences.drain(..at);
                rest.left_out.retain(|left_out| *left_out >= name);
                series.occurrences.truncate(at);
                series.left_out.retain(|left_out| *left_out < name);
                change_all(&mut rest, 0, &to);
                self.series.push(rest);
                self.series.retain(|series| !series.occurrences.is_empty());
            }
            _ => change_all(series, at, &to),
        }
    }

    /// What the calendar is to show.
    fn expected(&self) -> Vec<String> {
        let mut expected: Vec<String> = Vec::new();
        for series in &self.series {
            for occurrence in &series.occurrences {
                let given = series.given(occurrence.name);
                let (starts, ends, subject) = occurrence.changed.as_ref().unwrap_or(&given);
                let name = typed(occurrence.name);
                let id = series.id;
                expected.push(format!("{starts} {ends} {subject} {name} {id}"));
            }
        }
        expected.sort();
        expected
    }

    fn compare(&self) {
        let expected = self.expected();
        for token in &self.tokens {
            let answer = self.calendar.get(&range("2017-04-01", "2018-05-01"), token);
            let events = answer.json()["data"].as_array().unwrap().clone();
            let mut shown: Vec<String> = events.iter().map(line).collect();
            shown.sort();
            assert_eq!(shown, expected);
        }
    }

    /// What goes out as a file is the same calendar where that comes in.
    fn carry(&self) {
        let text = exported(&self.calendar, &self.tokens[0], Some(1));
        let other = Calendar::new();
        let token = other.register(PARK);
        let answer = import(&other, &token, "", &text);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let without_id = |line: &String| line.rsplit_once(' ').unwrap().0.to_owned();
        let mut expected: Vec<_> = self.expected().iter().map(without_id).collect();
        let answer = other.get(&range("2017-04-01", "2018-05-01"), &token);
        let events = answer.json()["data"].as_array().unwrap().clone();
        let mut shown: Vec<_> = events.iter().map(|event| without_id(&line(event))).collect();
        [&mut expected, &mut shown].into_iter().for_each(|lines| lines.sort());
        assert_eq!(shown, expected, "{text}");
    }

    /// The kept counts are those of the rows, once what PostgreSQL defers is done.
    fn count(&self) {
        self.calendar.settle();
        let counted = self.calendar.rows(
            "SELECT sum(u.events - (SELECT count(*) FROM event e WHERE e.user_id = u.id)) FROM user u",
        );
        assert_eq!(counted, ["0"]);
    }
}

/// All occurrences move by as much as the one at `at`, and get as much longer. What was changed by itself keeps its times,
/// and its subject if that is its own; the one at `at` becomes what was sent.
fn change_all(series: &mut Series, at: usize, to: &(DateTime, DateTime, String)) {
    let seconds = |from: DateTime, to: DateTime| to.duration_since(from).as_secs();
    let named = &series.occurrences[at];
    let (starts, ends, _) = named.changed.clone().unwrap_or_else(|| series.given(named.name));
    let by = seconds(starts, to.0);
    series.length = (series.length + seconds(to.0, to.1) - seconds(starts, ends)).max(0);
    let before = std::mem::replace(&mut series.subject, to.2.clone());
    for (index, occurrence) in series.occurrences.iter_mut().enumerate() {
        occurrence.name = later(occurrence.name, by);
        match &mut occurrence.changed {
            Some(changed) if index == at => changed.clone_from(to),
            Some((_, _, subject)) if *subject == before => subject.clone_from(&to.2),
            _ => {}
        }
    }
    series.left_out.iter_mut().for_each(|name| *name = later(*name, by));
}

fn line(event: &Value) -> String {
    let at = |key: &str| {
        let date = event[key].as_str().unwrap();
        jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(date).unwrap().datetime()
    };
    let (starts, ends) = (at("sdate"), at("edate"));
    let (subject, name) =
        (event["subject"].as_str().unwrap(), event["occurrence"].as_str().unwrap());
    let series = event.get("series").unwrap_or(&event["id"]);
    format!("{starts} {ends} {subject} {name} {series}")
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: super::super::property::cases(32),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_scope_changes_what_a_plain_list_of_occurrences_says(
        steps in vec((0..2_usize, step()), 1..24)
    ) {
        let mut world = World::new();
        for (user, step) in &steps {
            world.take(*user, step);
            world.compare();
        }
        world.count();
        world.carry();
    }
}
