//! A server's log.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::support::server::{Server, command, read_answer, run};

pub(crate) const EVENT: &str =
    r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"privatissimum"}"#;

#[test]
fn serve_logs_one_line_per_request() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["serve", "--port", "0"]));
    let token = server.register("park@jungi.me");
    let (head, _) = server.exchange("GET", "/calendar/search?search_word=word", &token, "");
    let id = head.split("x-request-id: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    assert_eq!(server.call("GET", "/calendar/event/12345", &token, "").0, 404);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    let requests: Vec<&str> = log.lines().filter(|line| line.contains(" request ")).collect();
    assert_eq!(requests.len(), 3, "{log}");
    let line = requests[1];
    for part in
        ["method=\"GET\"", "path=\"/api/v1/calendar/search\"", "status=200", "code=20000", " ms="]
    {
        assert!(line.contains(part), "no {part} in {line}");
    }
    assert!(line.contains(&format!("request_id={id}")), "{line} has not the id of {head}");
    assert!(
        requests[2].contains("path=\"/api/v1/calendar/event/12345\" status=404 code=40400"),
        "{log}"
    );
}

#[test]
fn no_log_level_logs_a_token_an_email_or_a_subject() {
    for name in ["serve", "dev-run"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &[name, "--port", "0"]);
        command.env("CALENDAR_LOG_LEVEL", "debug").env("CALENDAR_SECRET_KEY", "the-signing-key");
        let server = Server::start(command);
        let token = server.register("park@jungi.me");
        server.call("POST", "/user/", "", r#"{"useremail":"park@jungi.me"}"#);
        server.call("POST", "/user/", "", r#"{"useremail":"park@jungi.me"#);
        assert_eq!(server.call("POST", "/calendar/event", &token, EVENT).0, 200);
        server.call("GET", "/calendar/search?search_word=privatissimum", &token, "");
        server.call("GET", "/calendar/date?date=privatissimum", &token, "");
        server.call("GET", "/park@jungi.me/privatissimum", &token, "");
        server.call("GET", "/group/park@jungi.me", &token, "");
        server.call("GET", &format!("/group/{token}"), &token, "");
        server.call("PROPFIND", "/calendar?privatissimum=park@jungi.me", &token, "");
        let (_, log) = server.stop();
        assert!(log.contains("request"), "{log}");
        for secret in ["park", "privatissimum", &token, "eyJ", "the-signing-key"] {
            assert!(!log.contains(secret), "{name}: {secret} is in the log:\n{log}");
        }
    }
}

#[test]
fn an_unwritable_log_stops_nothing() {
    for name in ["serve", "dev-run"] {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
            .to_string();
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = command(folder.path(), &[name, "--port", &port]);
        let mut child = command.stdout(std::process::Stdio::null()).stderr(full).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let answered = std::iter::repeat_with(|| {
            std::thread::yield_now();
            let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).ok()?;
            stream
                .write_all(
                    b"GET /api/v1/group/list HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n",
                )
                .ok()?;
            Some(read_answer(stream).0)
        })
        .take_while(|_| Instant::now() < deadline)
        .find_map(|answered| answered);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(answered.unwrap().starts_with("HTTP/1.1 401 "), "{name}");
    }
}

#[test]
fn serve_warns_once_of_an_open_registration_that_others_can_reach() {
    let warnings = |address: &str, registration: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &["serve", "--port", "0", "--address", address]);
        command.env("CALENDAR_REGISTRATION", registration);
        let (_, log) = Server::start(command).stop();
        log.matches("registration is open to anyone who can reach this address").count()
    };
    assert_eq!(warnings("0.0.0.0", "open"), 1);
    assert_eq!(warnings("0.0.0.0", "closed"), 0);
    assert_eq!(warnings("127.0.0.1", "open"), 0);
}

/// Sends `count` requests over one connection and waits for their answers.
fn many_requests(server: &Server, count: usize) {
    let mut stream = server.connect();
    let mut answers = stream.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let (mut seen, mut part, mut text) = (0, [0; 8192], String::new());
        while seen < count {
            let read = answers.read(&mut part).unwrap();
            assert!(read > 0, "the connection ended after {seen} answers");
            text.push_str(std::str::from_utf8(&part[..read]).unwrap());
            seen += text.matches("HTTP/1.1 401 ").count();
            // What may be the beginning of the next answer is looked at again.
            let rest = text.rfind("HTTP/1.1 401 ").map_or(0, |at| at + 1);
            text.drain(..rest.max(text.len().saturating_sub(12)));
        }
    });
    let request = "GET /api/v1/group/12345 HTTP/1.1\r\nHost: c\r\n\r\n";
    for _ in 0..count / 100 {
        stream.write_all(request.repeat(100).as_bytes()).unwrap();
    }
    reading.join().unwrap();
}

#[test]
fn every_line_is_there_after_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["serve", "--port", "0"]));
    many_requests(&server, 5000);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    let requests = log.lines().filter(|line| line.contains("path=\"/api/v1/group/12345\""));
    assert_eq!(requests.count(), 5000);
}

#[test]
fn a_line_can_be_a_json_object() {
    for name in ["serve", "dev-run"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &[name, "--port", "0"]);
        command.env("CALENDAR_LOG_FORMAT", "json");
        let server = Server::start(command);
        let (head, _) = server.exchange("GET", "/group/12345", "", "");
        let id = head.split("x-request-id: ").nth(1).unwrap().split("\r\n").next().unwrap();
        let id = id.to_owned();
        assert!(
            server
                .send(b"GET / HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n")
                .0
                .contains(" 200 ")
        );
        let (_, log) = server.stop();
        let lines: Vec<serde_json::Value> =
            log.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
        assert!(lines.iter().all(serde_json::Value::is_object), "{log}");
        for line in &lines {
            assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        }
        let requests: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
        let first = requests[0];
        assert_eq!(first["level"], "INFO");
        assert_eq!(first["method"], "GET");
        assert_eq!(first["path"], "/api/v1/group/12345");
        assert_eq!(first["status"], 401);
        assert!(first["code"].is_u64(), "{first}");
        assert!(first["ms"].is_f64(), "{first}");
        assert_eq!(first["request_id"], id);
        assert_eq!(requests[1].get("code"), None, "a page has no code");
    }
}

#[test]
fn a_reader_that_does_not_read_stops_no_request_and_is_told_what_it_missed() {
    const SENT: usize = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let command = command(folder.path(), &["dev-run", "--port", "0"]);
    let (server, err) = Server::start_unread(command);
    many_requests(&server, SENT);
    server.signal("TERM");
    // It is read only now, while the server waits at its end.
    let log = std::io::read_to_string(err).unwrap();
    assert_eq!(server.ended().0.code(), Some(0));
    let kept = log.lines().filter(|line| line.contains("/api/v1/group/12345")).count();
    let told = log.lines().filter(|line| line.contains("dropped lines of the log")).map(|line| {
        let number = line.split("lines=").nth(1).unwrap();
        number.split_whitespace().next().unwrap().parse::<usize>().unwrap()
    });
    let told: usize = told.sum();
    assert!(told > 0 && kept > 1000, "{kept} kept, {told} dropped");
    // The other lines say that the server has started.
    let others = log.lines().filter(|line| !line.contains("request")).count();
    assert!((SENT..=SENT + others).contains(&(kept + told)), "{kept} kept, {told} dropped");
}

#[test]
fn a_reader_that_never_reads_does_not_keep_the_server_from_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _unread) =
        Server::start_unread(command(folder.path(), &["dev-run", "--port", "0"]));
    many_requests(&server, 5000);
    server.signal("TERM");
    assert_eq!(server.ended().0.code(), Some(0));
}

#[test]
fn an_error_at_the_start_comes_after_the_lines_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = run(folder.path(), &["serve", "--port", &port]);
    assert_eq!(ended.code, Some(1));
    let lines: Vec<&str> = ended.err.lines().collect();
    assert!(lines[0].contains("made the database"), "{}", ended.err);
    assert!(lines[lines.len() - 1].starts_with("error: port "), "{}", ended.err);
}

#[test]
fn the_secret_of_a_feed_or_of_an_invitation_is_in_no_log() {
    for name in ["serve", "dev-run"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &[name, "--port", "0"]);
        command.env("CALENDAR_LOG_LEVEL", "debug");
        let server = Server::start(command);
        let token = server.register("park@jungi.me");
        let (status, made) = server.call("POST", "/user/feed", &token, r#"{"name": "Club"}"#);
        assert_eq!(status, 200, "{made}");
        let path = made.split("/feed/").nth(1).unwrap().split(".ics").next().unwrap().to_owned();
        let ask = |method: &str, path: &str| {
            let head = format!("{method} {path} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n");
            server.send(head.as_bytes())
        };
        let query = "sdate=2017-06-01%2000:00:00&edate=2017-07-01%2000:00:00";
        for address in [
            format!("/feed/{path}.ics"),
            format!("/feed/{path}.json?{query}"),
            format!("/feed/{path}.json"),
            format!("/feed/{path}"),
            format!("/feed/{path}/"),
            format!("/feed/{path}.txt"),
            format!("/feed/{path}/{path}"),
            format!("/join/{path}"),
            format!("/join/{path}/"),
            format!("/join/{path}/x"),
            format!("/api/v1/invitation/{path}"),
            format!("/api/v1/invitation/{path}/x"),
        ] {
            for method in ["GET", "HEAD", "POST", "PROPFIND"] {
                ask(method, &address);
            }
        }
        let (_, log) = server.stop();
        assert!(log.contains("/feed/…") && log.contains("/join/…"), "{log}");
        assert!(!log.contains(&path[..16]), "{name}: {path} is in the log:\n{log}");
    }
}
