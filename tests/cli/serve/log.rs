//! A server's log.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::support::server::{Server, command, read_answer};

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
