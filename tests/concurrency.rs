//! Many clients at once, against the program itself: each on a thread and a connection of its own,
//! let loose together by a barrier.
//!
//! Which comes first is a matter of luck, so nothing is said of that. What is said holds in every
//! order: which answers there may be, that an answer holds for all that was asked after it, and
//! that the database in the end is what the answers promised.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Barrier, mpsc};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::types::FromSql;
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Response;
use ureq::typestate::WithBody;
use ureq::{Agent, Body, RequestBuilder};

const CLIENTS: usize = 32;

/// What takes longer has failed, so that no test can hang.
const PATIENCE: Duration = Duration::from_secs(30);

struct Server {
    process: Child,
    base: String,
    database: PathBuf,
    _folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("calendar.sqlite");
        let mut process = Command::new(env!("CARGO_BIN_EXE_calendar-server"))
            .args(["dev-run", "--port", "0", "--database"])
            .arg(&database)
            .env_clear()
            .env("CALENDAR_TIMEZONE", "Asia/Seoul")
            .env("CALENDAR_LOG_LEVEL", "critical")
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = process.stdout.take().unwrap();
        let mut server = Self { process, base: String::new(), database, _folder: folder };
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || tell.send(BufReader::new(stdout).lines().next()));
        let line = told.recv_timeout(PATIENCE).unwrap().unwrap().unwrap();
        let url = line.strip_prefix("calendar-server is at ").unwrap().split(' ').next().unwrap();
        server.base = format!("{url}api/v1");
        server
    }

    /// Ends it as a power cut would: nothing is said to it.
    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn client(&self, token: &str) -> Client<'_> {
        let agent = Agent::config_builder().http_status_as_error(false);
        let agent = agent.timeout_global(Some(PATIENCE)).build().into();
        Client { agent, base: &self.base, token: token.to_owned() }
    }

    fn register(&self, email: &str) -> Client<'_> {
        let answer = self.client("").post("/user/", json!({"useremail": email}));
        self.client(answer.body["data"]["token"].as_str().unwrap())
    }

    /// Runs `work` for every number below [`CLIENTS`] at the same time, and gives what they give, by
    /// number.
    fn at_once<T: Send>(
        &self,
        token: &str,
        work: impl Fn(usize, &Client<'_>) -> T + Sync,
    ) -> Vec<T> {
        let (barrier, work) = (&Barrier::new(CLIENTS), &work);
        let one = move |number| {
            let client = self.client(token);
            // So that the connection is there before the start; a failure shows after it.
            let connected = client.agent.get(format!("{}/user/", self.base)).call();
            barrier.wait();
            connected.unwrap().body_mut().read_to_string().unwrap();
            work(number, &client)
        };
        std::thread::scope(|scope| {
            let threads = (0..CLIENTS).map(|number| scope.spawn(move || one(number)));
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// The first column of what `sql` gives.
    fn rows<T: FromSql>(&self, sql: &str) -> Vec<T> {
        let conn = Connection::open(&self.database).unwrap();
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    fn assert_sound(&self) {
        assert_eq!(self.rows::<String>("PRAGMA integrity_check"), ["ok"]);
        assert!(self.rows::<String>("PRAGMA foreign_key_check").is_empty());
    }
}

struct Client<'s> {
    agent: Agent,
    base: &'s str,
    token: String,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    body: Value,
    /// The id in the header `Location`.
    made: Option<i64>,
    etag: Option<String>,
    asked: Instant,
    answered: Instant,
}

impl Client<'_> {
    fn get(&self, path: &str) -> Answer {
        let asked = Instant::now();
        let request = self.agent.get(format!("{}{path}", self.base));
        Answer::read(asked, request.header("X-calendar-access-token", &self.token).call())
    }

    fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.agent.post(format!("{}{path}", self.base)), &body)
    }

    fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.agent.put(format!("{}{path}", self.base)), &body)
    }

    fn delete(&self, path: &str, body: Value) -> Answer {
        self.send(self.agent.delete(format!("{}{path}", self.base)).force_send_body(), &body)
    }

    fn send(&self, request: RequestBuilder<WithBody>, body: &Value) -> Answer {
        let asked = Instant::now();
        let request = request.header("X-calendar-access-token", &self.token);
        Answer::read(asked, request.send(body.to_string()))
    }

    fn edit(&self, id: i64, edit: &Edit) -> Answer {
        self.put("/calendar/event", edit.json(json!({"event_id": id})))
    }
}

impl Answer {
    fn read(asked: Instant, response: Result<Response<Body>, ureq::Error>) -> Self {
        let mut response = response.unwrap();
        let body = response.body_mut().read_json().unwrap();
        let answered = Instant::now();
        let made = response.headers().get("Location").map(|location| {
            location.to_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
        });
        let etag = response.headers().get("ETag").map(|tag| tag.to_str().unwrap().to_owned());
        Self { status: response.status().as_u16(), body, made, etag, asked, answered }
    }

    fn code(&self) -> i64 {
        self.body["meta"]["code"].as_i64().unwrap()
    }

    /// Whether it was done; the only other answer there may be is that the thing does not exist.
    #[track_caller]
    fn done(&self) -> bool {
        match (self.status, self.code()) {
            (200, 20000) => true,
            (404, 40400) => false,
            _ => panic!("not in the contract: {self:?}"),
        }
    }

    fn before(&self, other: &Self) -> bool {
        self.answered < other.asked
    }
}

/// What one client makes of an event: its times follow from its subject, so that a mixture of two
/// edits is told from either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edit(usize, usize);

impl Edit {
    fn json(self, mut rest: Value) -> Value {
        let Self(client, round) = self;
        rest["subject"] = format!("{client} {round}").into();
        rest["sdate"] = format!("2017-06-20 09:{client:02}:{round:02}").into();
        rest["edate"] = format!("2017-06-20 10:{client:02}:{round:02}").into();
        rest
    }

    #[track_caller]
    fn of(event: &Value) -> Self {
        let numbers = event["subject"].as_str().unwrap().split_once(' ').unwrap();
        let (client, round) = (numbers.0.parse().unwrap(), numbers.1.parse().unwrap());
        for (name, hour) in [("sdate", 9), ("edate", 10)] {
            let time = format!("Tue, 20 Jun 2017 {hour:02}:{client:02}:{round:02} GMT");
            assert_eq!(event[name], time, "an event is made of two edits: {event}");
        }
        Self(client, round)
    }
}

#[test]
fn of_all_who_register_one_email_at_once_one_gets_a_token() {
    let server = Server::start();
    let emails: Vec<String> = (0..CLIENTS)
        .map(|number| {
            let upper = |(at, letter): (usize, char)| match number >> at & 1 {
                1 if at < 5 => letter.to_ascii_uppercase(),
                _ => letter,
            };
            "minji@jungi.me".chars().enumerate().map(upper).collect()
        })
        .collect();
    let answers = server
        .at_once("", |number, client| client.post("/user/", json!({"useremail": emails[number]})));
    let (first, rest): (Vec<_>, Vec<_>) =
        answers.iter().zip(&emails).partition(|(answer, _)| answer.code() == 20000);
    assert_eq!(first.len(), 1, "{answers:?}");
    for (answer, _) in rest {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, json!({"meta": {"code": 20010, "message": "USER ID EXIST"}}));
    }
    let (answer, email) = first[0];
    let client = server.client(answer.body["data"]["token"].as_str().unwrap());
    assert_eq!(client.get("/user/").body["data"]["useremail"], **email);
    assert_eq!(server.rows::<String>("SELECT email FROM user"), [email.as_str()]);
}

#[test]
fn of_all_birthdays_that_one_user_registers_at_once_one_is_kept() {
    let server = Server::start();
    let token = server.register("park@jungi.me").token;
    let day = |number: usize| format!("1990-01-{:02}", number % 28 + 1);
    let answers = server.at_once(&token, |number, client| {
        (number, client.put("/calendar/birthday", json!({"birthday": day(number)})))
    });
    assert!(answers.iter().all(|(_, answer)| answer.status == 200));
    let kept: Vec<_> = answers.iter().filter(|(_, answer)| answer.code() == 20000).collect();
    assert_eq!(kept.len(), 1);
    assert!(answers.iter().filter(|(_, answer)| answer.code() == 20010).count() == CLIENTS - 1);
    let rows = server.rows::<String>("SELECT date(starts, 'unixepoch') FROM event");
    assert_eq!(rows, [day(kept[0].0)]);
}

#[test]
fn edits_of_one_event_at_once_leave_it_as_a_last_one_of_them_made_it() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    let id = owner.post("/calendar/event", Edit(0, 0).json(json!({}))).made.unwrap();
    let path = format!("/calendar/event/{id}");
    let turns = server.at_once(&owner.token, |number, client| {
        let turn = |round| {
            let edit = Edit(number, round);
            (edit, client.edit(id, &edit), client.get(&path))
        };
        (1..=10).map(turn).collect::<Vec<_>>()
    });
    let turns: Vec<_> = turns.into_iter().flatten().collect();
    assert!(turns.iter().all(|(_, edit, read)| edit.done() && read.done()));
    let edits: BTreeMap<_, _> = turns.iter().map(|(edit, answer, _)| (*edit, answer)).collect();
    for (edit, answer, read) in &turns {
        let seen = Edit::of(&read.body["data"]);
        // Its own, or another that was not over before its own began.
        assert!(!edits[&seen].before(answer), "after {edit:?} was done, {seen:?} was read");
    }
    let last = Edit::of(&owner.get(&path).body["data"]);
    let later = edits.values().filter(|answer| edits[&last].before(answer)).count();
    assert_eq!(later, 0, "{later} edits that came after the one that was kept are lost");
    assert_eq!(server.rows::<i64>("SELECT count(*) FROM event"), [1]);
}

#[test]
fn of_all_edits_at_once_of_what_was_read_one_is_done_and_the_others_are_told() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    let id = owner.post("/calendar/event", Edit(40, 0).json(json!({}))).made.unwrap();
    let known = owner.get(&format!("/calendar/event/{id}")).etag.unwrap();
    let answers = server.at_once(&owner.token, |number, client| {
        let edit = Edit(number, 0);
        let request = client.agent.put(format!("{}/calendar/event", client.base));
        (edit, client.send(request.header("If-Match", &known), &edit.json(json!({"event_id": id}))))
    });
    let (done, told): (Vec<_>, Vec<_>) =
        answers.iter().partition(|(_, answer)| (answer.status, answer.code()) == (200, 20000));
    assert_eq!(done.len(), 1, "{answers:?}");
    assert!(told.iter().all(|(_, answer)| (answer.status, answer.code()) == (412, 41200)));
    assert_eq!(Edit::of(&owner.get(&format!("/calendar/event/{id}")).body["data"]), done[0].0);
}

#[test]
fn an_event_that_is_edited_and_deleted_at_once_is_gone_for_all_from_then_on() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    for _ in 0..5 {
        let id = owner.post("/calendar/event", Edit(0, 0).json(json!({}))).made.unwrap();
        // Four of the clients edit it a few times and then delete it.
        let answers = server.at_once(&owner.token, |number, client| {
            let rounds = if number % 8 == 0 { 3 } else { 12 };
            let edits: Vec<_> =
                (0..rounds).map(|round| client.edit(id, &Edit(number, round))).collect();
            let delete = (number % 8 == 0)
                .then(|| client.delete("/calendar/event", json!({"event_id": id})));
            (edits, delete)
        });
        let (edits, deletes): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let (edits, deletes) =
            (edits.into_iter().flatten(), deletes.into_iter().flatten().collect::<Vec<_>>());
        let done: Vec<_> = deletes.iter().filter(|delete| delete.done()).collect();
        assert_eq!(done.len(), 1, "it was deleted {} times: {deletes:?}", done.len());
        for edit in edits {
            let found = edit.done();
            assert!(!(found && done[0].before(&edit)), "edited after it was deleted: {edit:?}");
            assert!(found || !edit.before(done[0]), "gone before it was deleted: {edit:?}");
        }
        assert!(!owner.get(&format!("/calendar/event/{id}")).done());
        assert_eq!(server.rows::<i64>("SELECT count(*) FROM event"), [0]);
    }
    server.assert_sound();
}

#[test]
fn a_group_that_is_deleted_while_others_add_to_it_takes_all_its_events_along() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    let personal = owner.post("/calendar/event", Edit(0, 0).json(json!({}))).made.unwrap();
    for _ in 0..5 {
        let group = owner.post("/group/", json!({"group_name": "회의"})).made.unwrap();
        let selected = json!({"selected_group": group.to_string()});
        let answers = server.at_once(&owner.token, |number, client| {
            let one = |round| match number {
                1 => client.post("/user/calendar/group", selected.clone()),
                0 if round == 10 => client.delete("/group/", json!({"group_id": group})),
                _ => {
                    let edit = Edit(number, round % 60);
                    client.post("/group/event", edit.json(json!({"group_id": group})))
                }
            };
            let mut answers = Vec::new();
            let until = Instant::now() + PATIENCE;
            while answers.last().is_none_or(Answer::done) && (number > 0 || answers.len() < 11) {
                assert!(Instant::now() < until, "the group is never gone");
                answers.push(one(answers.len()));
            }
            answers
        });
        let deleted = &answers[0][10];
        assert!(answers[0].iter().all(Answer::done));
        for answer in answers[1..].iter().flatten() {
            let found = answer.done();
            assert!(!(found && deleted.before(answer)), "added to a deleted group: {answer:?}");
            assert!(found || !answer.before(deleted), "gone before it was deleted: {answer:?}");
        }
        assert!(answers[2..].iter().any(|answers| answers.len() > 1), "nobody added anything");
        assert_eq!(server.rows::<i64>("SELECT id FROM event"), [personal]);
        assert_eq!(server.rows::<i64>("SELECT id FROM calendar_group"), [0; 0]);
        assert_eq!(server.rows::<i64>("SELECT group_id FROM selection"), [0; 0]);
        server.assert_sound();
    }
}

#[test]
fn every_event_that_was_answered_with_200_is_there_once_after_a_kill() {
    let mut server = Server::start();
    let token = server.register("park@jungi.me").token;
    let made = server.at_once(&token, |number, client| {
        let create = |round| {
            let edit = Edit(number, round);
            let answer = client.post("/calendar/event", edit.json(json!({})));
            assert!(answer.done());
            format!("{} {number} {round}", answer.made.unwrap())
        };
        (0..50).map(create).collect::<Vec<_>>()
    });
    server.kill();
    let made: Vec<_> = made.into_iter().flatten().collect();
    assert_eq!(made.len(), CLIENTS * 50);
    let stored = server.rows::<String>("SELECT id || ' ' || subject FROM event");
    assert_eq!(stored.len(), made.len());
    assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), made.into_iter().collect());
    server.assert_sound();
}

/// A view of the month, unless it is the one that `has` stands for.
fn month(client: &Client<'_>, has: &str) -> Option<(String, BTreeSet<i64>)> {
    let request = client.agent.get(format!("{}/calendar/month?year_month=2017-06", client.base));
    let request = request.header("X-calendar-access-token", &client.token);
    let mut response = request.header("If-None-Match", has).call().unwrap();
    if response.status() == 304 {
        return None;
    }
    let body: Value = response.body_mut().read_json().unwrap();
    let ids = body["data"].as_array().unwrap().iter().map(|event| event["id"].as_i64().unwrap());
    let tag = response.headers().get("ETag").unwrap().to_str().unwrap().to_owned();
    Some((tag, ids.collect()))
}

#[test]
fn no_view_is_called_unchanged_that_lacks_what_was_written_before_it_was_asked_for() {
    let server = Server::start();
    let park = server.register("park@jungi.me");
    let unchanged = server.at_once(&park.token, |number, client| {
        let (mut tag, mut shown, mut unchanged) = ("\"none\"".to_owned(), BTreeSet::new(), 0);
        for round in 0..20 {
            // Half of the clients only look.
            let made = (number % 2 == 0).then(|| {
                let event = json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00",
                    "subject": format!("{number} {round}")});
                client.post("/calendar/event", event).made.unwrap()
            });
            match month(client, &tag) {
                Some((newer, ids)) => (tag, shown) = (newer, ids),
                None => unchanged += 1,
            }
            assert!(made.is_none_or(|id| shown.contains(&id)), "{made:?} is not in {shown:?}");
        }
        // Nobody else may be writing any more, and then it stays so.
        (tag, unchanged)
    });
    let looked = server.client(&park.token);
    let (tag, shown) = month(&looked, "\"none\"").unwrap();
    assert_eq!(shown.len(), CLIENTS / 2 * 20);
    assert!(month(&looked, &tag).is_none());
    for (older, _) in unchanged.iter().filter(|(older, _)| *older != tag) {
        assert!(month(&looked, older).is_some(), "{older} was called unchanged");
    }
    server.assert_sound();
}
