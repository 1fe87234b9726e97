//! How a server stops.

use std::io::{Read, Write};
use std::time::Instant;

use super::log::EVENT;
use crate::support::server::{Server, command, read_answer};

#[test]
fn a_signal_finishes_running_requests_and_exits_with_0() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(command(folder.path(), &["serve", "--port", "0"]));
        let token = server.register("park@jungi.me");
        let mut stream = server.connect();
        let length = EVENT.len();
        let head = format!(
            "POST /api/v1/calendar/event HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Once the server asks for the body, the request is running.
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        server.signal(signal);
        stream.write_all(EVENT.as_bytes()).unwrap();
        let (head, body) = read_answer(stream);
        assert!(head.starts_with("HTTP/1.1 200 "), "{signal}: {head}");
        assert_eq!(body, r#"{"meta":{"code":20000,"message":"SUCCESS"}}"#);
        let (status, log) = server.ended();
        assert_eq!(status.code(), Some(0), "{signal}: {log}");
        let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
        let subject: String =
            conn.query_row("SELECT subject FROM event", [], |row| row.get(0)).unwrap();
        assert_eq!(subject, "privatissimum");
    }
}

#[test]
fn an_idle_connection_does_not_keep_a_server_from_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["serve", "--port", "0"]));
    let idle = server.connect();
    let mut half = server.connect();
    half.write_all(b"GET /api/v1/calendar HTTP/1.1\r\nHost:").unwrap();
    let started = Instant::now();
    assert_eq!(server.stop().0.code(), Some(0));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    drop((idle, half));
}
