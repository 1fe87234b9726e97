//! What happens to writes while the primary is killed and its standby takes over.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;

use crate::nodes::Nodes;
use crate::support::server::{Server, command};
use crate::support::wait::wait_for;

const CLIENTS: usize = 8;

/// A calendar's server over `nodes`.
fn server(nodes: &Nodes, folder: &std::path::Path) -> Server {
    Server::start(serve(nodes, folder))
}

fn serve(nodes: &Nodes, folder: &std::path::Path) -> Command {
    let url = nodes.url();
    let mut command = command(folder, &["--database", &url, "dev-run", "--port", "0"]);
    command.env("CALENDAR_LOG_LEVEL", "critical");
    command
}

fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false);
    config.timeout_global(Some(Duration::from_secs(20))).build().into()
}

/// The status and the body of an answer; none if there was none.
fn post(
    agent: &Agent,
    url: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Option<(u16, Value)> {
    let mut request = agent.post(format!("{url}/api/v1{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.send(body.to_string()).ok()?;
    Some((response.status().as_u16(), response.body_mut().read_json().ok()?))
}

fn register(agent: &Agent, url: &str) -> String {
    let body = json!({"useremail": "park@jungi.me"});
    let (status, body) = post(agent, url, "/user", &[], &body).unwrap();
    assert_eq!(status, 200, "{body}");
    body["data"]["token"].as_str().unwrap().to_owned()
}

/// The status and the tag of June.
fn month(agent: &Agent, url: &str, token: &str) -> (u16, String) {
    let url = format!("{url}/api/v1/calendar/month?year_month=2017-06");
    let answer = agent.get(url).header("X-calendar-access-token", token).call().unwrap();
    (answer.status().as_u16(), answer.headers()["ETag"].to_str().unwrap().to_owned())
}

fn event(subject: &str) -> Value {
    json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00", "subject": subject})
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn every_acknowledged_event_is_there_once_after_the_primary_was_killed_and_the_standby_promoted() {
    let (nodes, folder) = (Nodes::start(), tempfile::tempdir().unwrap());
    let servers = [server(&nodes, folder.path()), server(&nodes, folder.path())];
    let token = register(&agent(), &servers[0].url);
    let before = servers.each_ref().map(|server| month(&agent(), &server.url, &token).1);
    assert_eq!(before[0], before[1]);
    let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let until_more = |more: usize| {
        let before = count.load(Ordering::Relaxed);
        wait_for("writes", || (count.load(Ordering::Relaxed) >= before + more).then_some(()));
    };
    // A client repeats each call with its key until it is told that it was done.
    let writer = |client: usize| {
        let (agent, url) = (agent(), &servers[client % 2].url);
        let mut acknowledged = Vec::new();
        for number in 0.. {
            let subject = format!("{client} {number}");
            let headers = [
                ("X-calendar-access-token", token.as_str()),
                ("Idempotency-Key", subject.as_str()),
            ];
            loop {
                if stop.load(Ordering::Relaxed) {
                    return acknowledged;
                }
                match post(&agent, url, "/calendar/event", &headers, &event(&subject)) {
                    Some((200, _)) => break,
                    Some((503, _)) | None => {}
                    Some((status, body)) => panic!("{status} {body}"),
                }
            }
            acknowledged.push(subject);
            count.fetch_add(1, Ordering::Relaxed);
        }
        acknowledged
    };
    let (acknowledged, unavailable) = std::thread::scope(|scope| {
        let writer = &writer;
        let writers: Vec<_> =
            (0..CLIENTS).map(|client| scope.spawn(move || writer(client))).collect();
        until_more(200);
        nodes.primary.kill();
        let killed = Instant::now();
        nodes.standby.promote();
        until_more(200);
        let unavailable = killed.elapsed();
        stop.store(true, Ordering::Relaxed);
        let all: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        (all, unavailable)
    });
    assert!(unavailable < Duration::from_secs(30), "{unavailable:?}");
    // The promoted server has not made a checkpoint yet, and is another history all the same.
    let after = servers.each_ref().map(|server| month(&agent(), &server.url, &token).1);
    assert_eq!(after[0], after[1]);
    let lineage = |tag: &str| tag.split('-').next().unwrap().to_owned();
    assert_ne!(lineage(&before[0]), lineage(&after[0]));
    let stored = nodes.standby.ask("calendar", "SELECT subject FROM event");
    let mut times = BTreeMap::new();
    for subject in stored.lines() {
        *times.entry(subject).or_insert(0) += 1;
    }
    assert!(times.values().all(|count| *count == 1), "twice: {times:?}");
    let lost: Vec<_> =
        acknowledged.iter().filter(|subject| !times.contains_key(subject.as_str())).collect();
    assert!(lost.is_empty(), "of {} acknowledged: {lost:?}", acknowledged.len());
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn a_commit_that_did_not_wait_for_the_standby_is_not_called_done() {
    let (nodes, folder) = (Nodes::start(), tempfile::tempdir().unwrap());
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let metrics = format!("127.0.0.1:{port}");
    let mut command = serve(&nodes, folder.path());
    command.env("CALENDAR_METRICS_ADDRESS", &metrics);
    let server = Server::start(command);
    let shown = |line: &str| {
        wait_for(line, || {
            let mut answer = agent().get(format!("http://{metrics}/metrics")).call().ok()?;
            let text = answer.body_mut().read_to_string().unwrap();
            text.lines().any(|shown| shown == line).then_some(())
        });
    };
    shown("calendar_database_reachable 1");
    shown("calendar_standbys_in_step 1");
    let token = register(&agent(), &server.url);
    nodes.standby.stop();
    shown("calendar_standbys_in_step 0");
    let headers = [("X-calendar-access-token", token.as_str())];
    let commits_that_wait = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
    let (status, body) = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            post(&agent(), &server.url, "/calendar/event", &headers, &event("alone")).unwrap()
        });
        wait_for("a commit that waits", || {
            (nodes.primary.ask("postgres", commits_that_wait) != "0").then_some(())
        });
        assert_eq!(month(&agent(), &server.url, &token).0, 200, "reads go on");
        // Whoever gives up the wait for the standby has the commit on the primary alone.
        let given_up = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
            WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
        wait_for("a commit that waits", || {
            (nodes.primary.ask("postgres", given_up) != "0").then_some(())
        });
        waiting.join().unwrap()
    });
    let detail =
        "it is not known whether this was stored: look, or repeat it with the same Idempotency-Key";
    let meta = json!({"code": 50300, "message": "SERVICE UNAVAILABLE", "detail": detail});
    assert_eq!((status, body), (503, json!({ "meta": meta })));
    nodes.standby.start();
    nodes.wait_until_in_step();
    let (status, body) =
        post(&agent(), &server.url, "/calendar/event", &headers, &event("together")).unwrap();
    assert_eq!(status, 200, "{body}");
    let stored = nodes.primary.ask("calendar", "SELECT subject FROM event ORDER BY id");
    assert_eq!(stored, "alone\ntogether");
}
