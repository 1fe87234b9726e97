//! The server, the clients that call it at the same time, and the edits by which they are told
//! apart.

use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use calendar_server::domain::stored::READERS;
use calendar_server::store::{self, Faults};
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::typestate::WithBody;
use ureq::{Agent, Body, RequestBuilder};

use crate::support::kept::Kept;
use crate::support::server::{self, command};
use crate::support::wait::PATIENCE;

pub(crate) const CLIENTS: usize = 32;

/// A server with a database of its own; two servers where that is a PostgreSQL.
pub(crate) struct Server {
    programs: Vec<server::Server>,
    bases: Vec<String>,
    clients: AtomicUsize,
    kept: Kept,
}

impl Server {
    pub(crate) fn start() -> Self {
        let kept = Kept::new();
        let folder = tempfile::tempdir().unwrap();
        let start = || {
            let address = kept.argument();
            let arguments = ["--database", address.as_str(), "dev-run", "--port", "0"];
            let mut command = command(folder.path(), &arguments);
            command.env("CALENDAR_LOG_LEVEL", "critical").env("CALENDAR_TRASH_DAYS", "0");
            server::Server::start(command)
        };
        let programs: Vec<_> =
            std::iter::repeat_with(start).take(if kept.is_shared() { 2 } else { 1 }).collect();
        let bases = programs.iter().map(|program| format!("{}/api/v1", program.url)).collect();
        Self { programs, bases, clients: AtomicUsize::new(0), kept }
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.programs.iter_mut().for_each(server::Server::kill);
    }

    /// Of one server and the other, by turns.
    pub(crate) fn client(&self, token: &str) -> Client<'_> {
        let agent = Agent::config_builder().http_status_as_error(false);
        let agent = agent.timeout_global(Some(PATIENCE)).build().into();
        let number = self.clients.fetch_add(1, Ordering::Relaxed);
        let base = &self.bases[number % self.bases.len()];
        Client { agent, base, token: token.to_owned() }
    }

    pub(crate) fn register(&self, email: &str) -> Client<'_> {
        let answer = self.client("").post("/user/", json!({"useremail": email}));
        self.client(answer.body["data"]["token"].as_str().unwrap())
    }

    /// Runs `work` for every number below [`CLIENTS`] at the same time, and gives what they give, by
    /// number.
    pub(crate) fn at_once<T: Send>(
        &self,
        token: &str,
        work: impl Fn(usize, &Client<'_>) -> T + Sync,
    ) -> Vec<T> {
        let (barrier, work) = (&Barrier::new(CLIENTS), &work);
        let one = move |number| {
            let client = self.client(token);
            // The connection is made before the start. A failure shows after it: the others wait.
            let connected = client.agent.get(format!("{}/user/", client.base)).call();
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
    pub(crate) fn rows<T: FromStr<Err: Debug>>(&self, sql: &str) -> Vec<T> {
        self.kept.rows(sql).iter().map(|row| row.parse().unwrap()).collect()
    }

    /// Waits until what is deferred is done.
    pub(crate) fn settle(&self) {
        self.kept.settle();
    }

    pub(crate) fn assert_sound(&self) {
        assert_eq!(store::check(self.kept.database(), READERS).unwrap(), Faults::default());
    }
}

pub(crate) struct Client<'s> {
    pub(crate) agent: Agent,
    pub(crate) base: &'s str,
    pub(crate) token: String,
}

impl Client<'_> {
    pub(crate) fn get(&self, path: &str) -> Answer {
        let asked = Instant::now();
        let request = self.agent.get(format!("{}{path}", self.base));
        Answer::read(asked, request.header("X-calendar-access-token", &self.token).call())
    }

    #[expect(clippy::needless_pass_by_value, reason = "a body is made where it is sent")]
    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.agent.post(format!("{}{path}", self.base)), &body)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a body is made where it is sent")]
    pub(crate) fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.agent.put(format!("{}{path}", self.base)), &body)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a body is made where it is sent")]
    pub(crate) fn delete(&self, path: &str, body: Value) -> Answer {
        self.send(self.agent.delete(format!("{}{path}", self.base)).force_send_body(), &body)
    }

    pub(crate) fn send(&self, request: RequestBuilder<WithBody>, body: &Value) -> Answer {
        let asked = Instant::now();
        let request = request.header("X-calendar-access-token", &self.token);
        Answer::read(asked, request.send(body.to_string()))
    }

    pub(crate) fn edit(&self, id: i64, edit: &Edit) -> Answer {
        self.put("/calendar/event", edit.json(json!({"event_id": id})))
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The id in the header `Location`.
    pub(crate) made: Option<i64>,
    pub(crate) etag: Option<String>,
    pub(crate) asked: Instant,
    pub(crate) answered: Instant,
}

impl Answer {
    pub(crate) fn read(asked: Instant, response: Result<Response<Body>, ureq::Error>) -> Self {
        let mut response = response.unwrap();
        let body = response.body_mut().read_json().unwrap();
        let answered = Instant::now();
        let made = response.headers().get("Location").map(|location| {
            location.to_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
        });
        let etag = response.headers().get("ETag").map(|tag| tag.to_str().unwrap().to_owned());
        Self { status: response.status().as_u16(), body, made, etag, asked, answered }
    }

    pub(crate) fn code(&self) -> i64 {
        self.body["meta"]["code"].as_i64().unwrap()
    }

    /// Whether it was done. The only other answer is that the event or group does not exist.
    #[track_caller]
    pub(crate) fn done(&self) -> bool {
        match (self.status, self.code()) {
            (200, 20000) => true,
            (404, 40400) => false,
            _ => panic!("not in the contract: {self:?}"),
        }
    }

    pub(crate) fn before(&self, other: &Self) -> bool {
        self.answered < other.asked
    }
}

/// An edit of an event by a client in a round. Its times follow from its subject, so that a
/// mixture of two edits shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edit(pub(crate) usize, pub(crate) usize);

impl Edit {
    pub(crate) fn json(self, mut rest: Value) -> Value {
        let Self(client, round) = self;
        rest["subject"] = format!("{client} {round}").into();
        rest["sdate"] = format!("2017-06-20 09:{client:02}:{round:02}").into();
        rest["edate"] = format!("2017-06-20 10:{client:02}:{round:02}").into();
        rest
    }

    #[track_caller]
    pub(crate) fn of(event: &Value) -> Self {
        let numbers = event["subject"].as_str().unwrap().split_once(' ').unwrap();
        let (client, round) = (numbers.0.parse().unwrap(), numbers.1.parse().unwrap());
        for (name, hour) in [("sdate", 9), ("edate", 10)] {
            let time = format!("Tue, 20 Jun 2017 {hour:02}:{client:02}:{round:02} GMT");
            assert_eq!(event[name], time, "an event is made of two edits: {event}");
        }
        Self(client, round)
    }
}
