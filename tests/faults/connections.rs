//! Clients that go away, and clients that stay and send nothing.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Connection, request};
use crate::fixture::{DAY, assert_flat, assert_sound, event, memory, serve};
use crate::support::server::Server;
use crate::support::shell::in_bash;
use crate::support::wait::wait_for;

/// A connection on which these bytes were sent and none read.
fn connection_with(server: &Server, bytes: &str) -> TcpStream {
    let mut stream = server.connect();
    // The server may close it first.
    let _ = stream.write_all(bytes.as_bytes());
    stream
}

/// A request up to `part` of its body.
fn part_of(request: &str, part: f64) -> &str {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "part of a length")]
    #[expect(clippy::cast_precision_loss, reason = "of a few hundred bytes")]
    let bytes = (body.len() as f64 * part) as usize;
    &request[..head.len() + 4 + bytes]
}

#[test]
fn clients_that_disconnect_within_a_request_leave_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let leave = |round: &str, count: usize| {
        for number in 0..count {
            for (how, part) in [("head", 0.0), ("half", 0.5), ("full", 1.0)] {
                let body = event(&format!("{how} {round} {number}"));
                let request = request("POST", "/calendar/event", &token, &body);
                drop(connection_with(&server, part_of(&request, part)));
            }
            drop(connection_with(
                &server,
                "POST /api/v1/calendar/event HTTP/1.1\r\nHost: c\r\nX-cal",
            ));
            let body = event(&format!("answered {round} {number}"));
            let stream =
                connection_with(&server, &request("POST", "/calendar/event", &token, &body));
            assert_eq!(stream.peek(&mut [0]).unwrap(), 1);
            drop(stream);
            drop(connection_with(&server, &request("GET", DAY, &token, "")));
        }
        assert_eq!(server.call("GET", "/user/", &token, "").0, 200);
    };
    leave("before", 50);
    let before = memory(&server);
    leave("after", 200);
    // A client that stays is served after everything that the others sent.
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("last")).0, 200);
    assert_flat(&server, before);
    let (status, day) = server.call("GET", DAY, &token, "");
    assert_eq!(status, 200, "{day}");
    let day: Value = serde_json::from_str(&day).unwrap();
    let mut subjects: Vec<_> =
        day["data"].as_array().unwrap().iter().map(|event| event["subject"].to_string()).collect();
    subjects.sort();
    let all = subjects.len();
    subjects.dedup();
    assert_eq!(subjects.len(), all, "one is there twice");
    let mut of = |how: &str| {
        let before = subjects.len();
        subjects.retain(|subject| !subject.starts_with(&format!("\"{how} ")));
        before - subjects.len()
    };
    assert_eq!(of("answered"), 250, "an answered event is there, though its answer was not read");
    // Either is right for these: the server may notice that the client is gone before it begins.
    of("full");
    assert_eq!(subjects, ["\"last\""], "of what was not sent to its end nothing is there");
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    for bad in ["status=500", "ERROR", "panicked"] {
        let line = log.lines().find(|line| line.contains(bad));
        assert_eq!(line, None, "{bad} is in the log");
    }
    assert_sound(folder.path());
}

/// Raises the number of files that this process may have open to `wanted`, or as far as it goes, and
/// gives it. It holds for every test of the crate, none of which needs it low.
fn raised_limit(wanted: usize) -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let hard = line.split_whitespace().nth(4).unwrap().parse().unwrap_or(usize::MAX);
    let limit = hard.min(wanted);
    let id = std::process::id().to_string();
    let set = Command::new("prlimit").args(["--pid", &id, &format!("--nofile={limit}:")]).status();
    assert!(set.unwrap().success());
    limit
}

/// Connects and sends half a header.
fn half_a_header(server: &Server) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(b"GET /api/v1/calendar/ HTTP/1.1\r\nHost: c\r\nX-calendar-acc").unwrap();
    stream
}

#[test]
fn clients_are_served_beside_2000_connections_that_hang_in_a_header() {
    let limit = raised_limit(4096);
    let count = 2000.min(limit - 300);
    assert!(count >= 500, "only {count} connections are possible here");
    let folder = tempfile::tempdir().unwrap();
    let line = "ulimit -S -n 4096 || ulimit -S -n $(ulimit -H -n); exec \"$@\"";
    let mut patient = serve(folder.path());
    patient.env("CALENDAR_MAX_CONNECTIONS_PER_CLIENT", "4096").env("CALENDAR_HEADER_TIMEOUT", "1h");
    let server = Server::start(in_bash(&patient, line));
    let hanging: Vec<_> = (0..count).map(|_| half_a_header(&server)).collect();
    let asked = Instant::now();
    let token = server.register("park@jungi.me");
    for number in 0..20 {
        let body = event(&number.to_string());
        assert_eq!(server.call("POST", "/calendar/event", &token, &body).0, 200);
    }
    let (status, day) = server.call("GET", DAY, &token, "");
    assert_eq!((status, day.matches(r#""id":"#).count()), (200, 20), "{day}");
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(10), "it took {took:?}");
    // The server still has all of them: none was closed to make room.
    let sockets = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    assert!(sockets > count, "{sockets} open files for {count} connections");
    let asked = Instant::now();
    assert_eq!(server.stop().0.code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    drop(hanging);
}

#[test]
fn a_server_out_of_file_descriptors_serves_open_connections_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(in_bash(&serve(folder.path()), "ulimit -n 64; exec \"$@\""));
    let token = server.register("park@jungi.me");
    let mut there = Connection::to(&server);
    assert_eq!(there.call("GET", "/user/", &token, "").unwrap().status, 200);
    let hanging: Vec<_> = (0..100).map(|_| half_a_header(&server)).collect();
    let open = || fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    wait_for("the last descriptor", || (open() >= 64).then_some(()));
    for number in 0..20 {
        let body = event(&number.to_string());
        assert_eq!(there.call("POST", "/calendar/event", &token, &body).unwrap().status, 200);
        assert_eq!(there.call("GET", DAY, &token, "").unwrap().status, 200);
    }
    drop(hanging);
    assert_eq!(server.call("GET", "/user/", &token, "").0, 200);
    assert!(server.stop().0.success());
    assert_sound(folder.path());
}
