//! Writers that note what the server acknowledged, so that it can be held to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;
use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Connection, Reply};
use crate::fixture::{DAY, UNAVAILABLE, event};
use crate::support::server::Server;
use crate::support::wait::PATIENCE;

/// What writers were told was done, and what they were told nothing of.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    /// The events that were made, by id.
    pub(crate) made: BTreeMap<i64, String>,
    /// Those of them that were deleted.
    pub(crate) deleted: BTreeSet<i64>,
    /// Subjects of events whose creation was requested and never answered.
    pub(crate) perhaps_made: BTreeSet<String>,
    /// Events whose deletion was requested and never answered.
    pub(crate) perhaps_deleted: BTreeSet<i64>,
    /// How many requests were refused because nothing could be stored.
    pub(crate) refusals: usize,
}

impl Acknowledged {
    /// Adds what another writer noted.
    #[track_caller]
    pub(crate) fn add(&mut self, other: Self) {
        for (id, subject) in other.made {
            let before = self.made.insert(id, subject.clone());
            assert_eq!(before, None, "id {id} was given to {subject:?} too");
        }
        self.deleted.extend(other.deleted);
        self.perhaps_made.extend(other.perhaps_made);
        self.perhaps_deleted.extend(other.perhaps_deleted);
        self.refusals += other.refusals;
    }

    /// Registers events, and deletes every fourth of them at once, until the connection ends or it was
    /// refused `patience` times. Each answer of 200 is told to `told`.
    pub(crate) fn of_writer(
        server: &Server,
        token: &str,
        name: &str,
        patience: usize,
        told: &Sender<()>,
    ) -> Self {
        let (mut connection, mut all) = (Connection::to(server), Self::default());
        let until = Instant::now() + PATIENCE;
        for number in 0.. {
            if all.refusals >= patience {
                break;
            }
            assert!(Instant::now() < until, "the server neither ends nor refuses");
            let subject = format!("{name} {number}");
            let body = event(&subject);
            let Ok(reply) = connection.call("POST", "/calendar/event", token, &body) else {
                all.perhaps_made.insert(subject);
                break;
            };
            if !all.noted(&reply, told) {
                continue;
            }
            let id = reply.made.unwrap();
            all.made.insert(id, subject);
            if number % 4 == 3 {
                let body = json!({ "event_id": id }).to_string();
                let Ok(reply) = connection.call("DELETE", "/calendar/event", token, &body) else {
                    all.perhaps_deleted.insert(id);
                    break;
                };
                if all.noted(&reply, told) {
                    all.deleted.insert(id);
                }
            }
        }
        all
    }

    /// Whether it was done. If not, the answer must be the documented refusal.
    #[track_caller]
    fn noted(&mut self, reply: &Reply, told: &Sender<()>) -> bool {
        if reply.status == 200 {
            let _ = told.send(());
            return true;
        }
        assert_eq!((reply.status, reply.body.as_str()), (503, UNAVAILABLE));
        self.refusals += 1;
        false
    }

    /// Asserts that a server shows what was acknowledged: every event that was made and not deleted,
    /// none twice, and nothing else but what nobody was told of. What it shows of those counts as
    /// acknowledged from then on.
    #[track_caller]
    pub(crate) fn assert_kept(&mut self, server: &Server, token: &str) {
        let mut shown = BTreeMap::new();
        let (status, body) = server.call("GET", DAY, token, "");
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        for event in answer["data"].as_array().unwrap() {
            let (id, subject) = (event["id"].as_i64().unwrap(), event["subject"].as_str().unwrap());
            assert_eq!(shown.insert(id, subject.to_owned()), None, "event {id} is there twice");
        }
        for (id, subject) in &self.made {
            match shown.remove(id) {
                Some(there) => {
                    assert!(!self.deleted.contains(id), "event {id} was deleted and is back");
                    assert_eq!(there, *subject, "event {id} is another one now");
                }
                None if self.perhaps_deleted.contains(id) => {
                    self.deleted.insert(*id);
                }
                None => {
                    assert!(self.deleted.contains(id), "event {id} ({subject:?}) is lost");
                }
            }
        }
        for (id, subject) in shown {
            assert!(
                self.perhaps_made.remove(&subject),
                "event {id} ({subject:?}) is there twice, or was never asked for"
            );
            self.made.insert(id, subject);
        }
        self.perhaps_made.clear();
        self.perhaps_deleted.clear();
    }
}

/// Starts `count` writers, calls `end` once they were given `enough` answers of 200, and gives what
/// they noted. They stop when the server is gone.
#[track_caller]
pub(crate) fn under_load(
    server: &Server,
    token: &str,
    name: &str,
    count: usize,
    enough: usize,
    end: impl FnOnce(),
) -> Acknowledged {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..count)
            .map(|number| (tell.clone(), format!("{name} {number}")))
            .map(|(tell, name)| {
                scope
                    .spawn(move || Acknowledged::of_writer(server, token, &name, usize::MAX, &tell))
            })
            .collect();
        drop(tell);
        let deadline = Instant::now() + PATIENCE;
        let answers = (0..enough).take_while(|_| {
            told.recv_timeout(deadline.saturating_duration_since(Instant::now())).is_ok()
        });
        let answers = answers.count();
        // Before the assertion, since the writers go on until the server is gone.
        end();
        assert_eq!(answers, enough, "too few were answered in time");
        let mut all = Acknowledged::default();
        writers.into_iter().for_each(|writer| all.add(writer.join().unwrap()));
        all
    })
}
