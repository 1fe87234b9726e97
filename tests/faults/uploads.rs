//! Files that are sent to the server: large, slow, broken off, or refused before they are sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::fixture::{assert_flat, assert_sound, memory, serve};
use crate::support::database::count_events;
use crate::support::server::{Server, read_answer};
use crate::support::wait::wait_for;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nEND:VCALENDAR\r\n";

/// A connection on which the head of an import of `length` bytes is sent, with the header lines `more`.
fn begin(server: &Server, token: &str, length: usize, more: &str) -> TcpStream {
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/import HTTP/1.1\r\nHost: a\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// The same, for a client that waits until it is told to send the body.
fn begin_told_to_go_on(server: &Server, token: &str, length: usize) -> TcpStream {
    let stream = begin(server, token, length, "Expect: 100-continue\r\nConnection: close\r\n");
    let told = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut read = vec![0; told.len()];
    (&stream).read_exact(&mut read).unwrap();
    assert_eq!(String::from_utf8_lossy(&read), told);
    stream
}

/// The status of an import of [`CALENDAR`].
fn import(server: &Server, token: &str) -> u16 {
    server.call("POST", "/import", token, CALENDAR).0
}

#[test]
fn a_client_that_waits_is_told_to_send_its_file_or_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let mut stream = begin_told_to_go_on(&server, &token, CALENDAR.len());
    stream.write_all(CALENDAR.as_bytes()).unwrap();
    let (head, body) = read_answer(stream);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head} {body}");
    // Nothing of these files is sent.
    let refused = |token: &str, length: usize| {
        read_answer(begin(&server, token, length, "Expect: 100-continue\r\nConnection: close\r\n"))
    };
    let (head, body) = refused("not.a.token", 64 << 20);
    assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
    assert!(body.contains(r#""message":"INVAILD TOKEN""#), "{body}");
    let (head, body) = refused(&token, (64 << 20) + 1);
    assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
    let detail = "body: expected at most 67108864 bytes";
    let envelope =
        format!(r#"{{"meta":{{"code":41300,"message":"PAYLOAD TOO LARGE","detail":"{detail}"}}}}"#);
    assert_eq!(body, envelope);
}

#[test]
fn a_file_that_is_larger_than_it_may_be_is_cut_off_where_nobody_says_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/import HTTP/1.1\r\nHost: a\r\nX-calendar-access-token: {token}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n".to_vec(), vec![b'a'; 1 << 20], b"\r\n".to_vec()].concat();
    for _ in 0..66 {
        // The server may have answered already.
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let (head, body) = read_answer(stream);
    assert!(head.starts_with("HTTP/1.1 413 "), "{head} {body}");
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_an_import_shows_nothing_of_it_and_takes_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calendar.sqlite");
    let mut server = Server::start(serve(folder.path()));
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@example.com"));
    assert_eq!(server.call("POST", "/group", &park, r#"{"group_name": "choir"}"#).0, 200);
    let calendar = |events: u32| {
        let events: String = (0..events)
            .map(|n| format!("BEGIN:VEVENT\r\nUID:e{n}\r\nDTSTART:20170620T090000Z\r\nSUMMARY:e\r\nEND:VEVENT\r\n"))
            .collect();
        CALENDAR.replace("END:VCALENDAR", &format!("{events}END:VCALENDAR"))
    };
    let many = calendar(20_000);
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/import?group=1 HTTP/1.1\r\nHost: a\r\nX-calendar-access-token: {kim}\r\nContent-Length: {}\r\n\r\n",
        many.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(many.as_bytes()).unwrap();
    wait_for("a part of the import", || (count_events(&file) >= 500).then_some(()));
    server.kill();
    assert!(count_events(&file) < 20_000, "it was killed too late");

    let server = Server::start(serve(folder.path()));
    let shown =
        || server.call("GET", "/group/1/export", &park, "").1.matches("BEGIN:VEVENT").count();
    assert_eq!(shown(), 0);
    // Nobody waits until it is cleared away.
    for (token, created) in [(&park, r#""created":10,"#), (&kim, r#""created":0,"#)] {
        let (status, body) = server.call("POST", "/import?group=1", token, &calendar(10));
        assert_eq!(status, 200, "{body}");
        assert!(body.contains(created), "{body}");
    }
    assert_eq!(shown(), 10);
    wait_for("the end of what was left", || (count_events(&file) == 10).then_some(()));
    drop(server);
    assert_sound(folder.path());
}

#[test]
fn a_client_that_sends_all_of_a_refused_file_still_reads_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let mut stream = begin(&server, "not.a.token", 8 << 20, "");
    let _ = stream.write_all(&vec![b'a'; 8 << 20]);
    let (head, _) = read_answer(stream);
    assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
}

#[test]
fn a_connection_goes_on_after_a_file_that_was_refused_or_taken() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let mut stream = BufReader::new(server.connect());
    for (token, expected) in [("not.a.token", "401"), (&token, "200"), ("", "401"), (&token, "200")]
    {
        let length = CALENDAR.len();
        let request = format!(
            "POST /api/v1/import HTTP/1.1\r\nHost: a\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\n\r\n{CALENDAR}"
        );
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let before = head.len();
            assert!(stream.read_line(&mut head).unwrap() > 0, "it was closed: {head}");
            if let Some(value) = head[before..].to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        assert!(head.starts_with(&format!("HTTP/1.1 {expected} ")), "{head}");
        stream.read_exact(&mut vec![0; length]).unwrap();
    }
}

#[test]
fn a_user_sends_one_file_at_a_time_and_may_send_the_next_when_it_is_done_or_broken_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@example.com"));
    let mut first = begin_told_to_go_on(&server, &park, CALENDAR.len());
    let (head, body) = server.exchange("POST", "/import", &park, CALENDAR);
    assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
    assert!(head.to_lowercase().contains("retry-after: 10"), "{head}");
    assert!(body.contains(r#""code":42900"#), "{body}");
    assert_eq!(import(&server, &kim), 200);
    first.write_all(CALENDAR.as_bytes()).unwrap();
    assert!(read_answer(first).0.starts_with("HTTP/1.1 200 "));
    let broken_off = begin_told_to_go_on(&server, &park, CALENDAR.len());
    assert_eq!(import(&server, &park), 429);
    drop(broken_off);
    wait_for("the end of the import", || (import(&server, &park) == 200).then_some(()));
}

#[test]
fn files_that_arrive_slowly_hold_no_memory_and_are_not_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let tokens: Vec<_> =
        (0..7).map(|number| server.register(&format!("user{number}@example.com"))).collect();
    assert_eq!(import(&server, &tokens[0]), 200);
    let before = memory(&server);
    let piece = vec![b'a'; 8 << 20];
    let held: Vec<_> = tokens[..6]
        .iter()
        .map(|token| {
            let mut stream = begin_told_to_go_on(&server, token, 16 << 20);
            stream.write_all(&piece).unwrap();
            stream
        })
        .collect();
    assert_eq!(import(&server, &tokens[6]), 429);
    assert_flat(&server, before);
    drop(held);
    wait_for("a place", || (import(&server, &tokens[6]) == 200).then_some(()));
}

#[test]
fn a_file_that_stops_arriving_is_answered_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(folder.path());
    command.env("CALENDAR_BODY_TIMEOUT", "1s");
    let server = Server::start(command);
    let token = server.register("park@jungi.me");
    let mut stream = begin(&server, &token, CALENDAR.len(), "");
    stream.write_all(b"BEGIN:VCALENDAR\r\n").unwrap();
    let (head, body) = read_answer(stream);
    assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
    let detail = "body: it took too long to arrive";
    assert_eq!(
        body,
        format!(r#"{{"meta":{{"code":40800,"message":"REQUEST TIMEOUT","detail":"{detail}"}}}}"#)
    );
    assert_eq!(import(&server, &token), 200);
}

#[test]
fn a_file_comes_over_http_2_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(folder.path());
    command.env("CALENDAR_CLEARTEXT_HTTP2", "true");
    let server = Server::start(command);
    let token = server.register("park@jungi.me");
    let large = format!("{CALENDAR}{}", "\r\n".repeat(1 << 20));
    let mut curl = Command::new("curl")
        .args(["-s", "--http2-prior-knowledge", "-w", " %{http_version} %{http_code}"])
        .args(["-H", &format!("X-calendar-access-token: {token}"), "--data-binary", "@-"])
        .arg(format!("{}/api/v1/import?dry_run=true", server.url))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    curl.stdin.take().unwrap().write_all(large.as_bytes()).unwrap();
    let printed = curl.wait_with_output().unwrap().stdout;
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.ends_with(" 2 200"), "{printed}");
}
