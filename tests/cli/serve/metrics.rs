//! The metrics, as Prometheus fetches them.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::support::server::{Ended, Server, command, read_answer, run};

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A server with metrics, and their address.
fn measured() -> (tempfile::TempDir, Server, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_METRICS_ADDRESS", &address);
    (folder, Server::start(command), address)
}

fn fetch(address: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n").unwrap();
    read_answer(stream)
}

#[track_caller]
fn assert_has(text: &str, line: &str) {
    assert!(text.lines().any(|l| l == line), "no line {line:?} in\n{text}");
}

#[test]
fn a_feed_is_measured_without_its_secret() {
    let (_folder, server, address) = measured();
    let token = server.register("park@jungi.me");
    let (_, made) = server.call("POST", "/user/feed", &token, r#"{"name": "Club"}"#);
    let secret = made.split("/feed/").nth(1).unwrap().split(".ics").next().unwrap();
    for ending in [".ics", ".json", ""] {
        server.send(
            format!("GET /feed/{secret}{ending} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
    }
    let (_, text) = fetch(&address);
    assert!(text.contains(r#"route="/feed/<address>""#), "{text}");
    assert!(!text.contains(&secret[..16]), "{text}");
}

#[test]
fn requests_commits_and_the_database_are_measured() {
    let (folder, server, address) = measured();
    let token = server.register("park@jungi.me");
    server.call("GET", "/group/12345", &token, "");
    server.call("GET", "/group/67890", &token, "");
    server.call("GET", "/park@jungi.me", &token, "");
    let (head, text) = fetch(&address);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{head}");
    assert_has(
        &text,
        r#"calendar_requests_total{method="POST",route="/api/v1/user",status="200",code="20000"} 1"#,
    );
    assert_has(
        &text,
        r#"calendar_requests_total{method="GET",route="/api/v1/group/<_>",status="404",code="40400"} 2"#,
    );
    assert_has(
        &text,
        r#"calendar_requests_total{method="GET",route="none",status="404",code="40400"} 1"#,
    );
    assert_has(
        &text,
        r#"calendar_request_duration_seconds_count{method="POST",route="/api/v1/user"} 1"#,
    );
    let bucket = r#"calendar_request_duration_seconds_bucket{le="+Inf",method="POST",route="/api/v1/user"} 1"#;
    assert_has(&text, bucket);
    assert_has(&text, "calendar_writes_waiting 0");
    assert_has(&text, "calendar_database_in_place 1");
    assert_has(&text, "calendar_commit_writes_sum 1.0");
    assert_has(&text, "calendar_commit_writes_count 1");
    assert_has(&text, r#"calendar_commit_writes_bucket{le="1.0"} 1"#);
    assert_has(&text, r#"calendar_commit_writes_bucket{le="+Inf"} 1"#);
    assert_eq!(text.lines().last(), Some("# EOF"));
    let bytes =
        text.lines().find_map(|line| line.strip_prefix("calendar_database_size_bytes ")).unwrap();
    let file = std::fs::metadata(folder.path().join("calendar.sqlite")).unwrap().len();
    assert!(bytes.parse::<u64>().unwrap() >= file, "{bytes}");
    assert!(!text.contains("park") && !text.contains("12345"), "{text}");
    let (status, _) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(TcpStream::connect(&address).is_err(), "they stop with the server");
}

#[test]
fn the_metrics_are_not_on_the_users_address() {
    let (_folder, server, _) = measured();
    let (head, _) = server.send(b"GET /metrics HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
}

#[test]
fn a_taken_or_malformed_metrics_address_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (value, said) in [
        (address.as_str(), format!("error: metrics_address: cannot listen on {address}: ")),
        ("9100", "error: metrics_address: \"9100\" is not an address with a port: ".to_owned()),
    ] {
        let mut command = command(folder.path(), &["serve", "--port", "0"]);
        command.env("CALENDAR_METRICS_ADDRESS", value).env("CALENDAR_LOG_LEVEL", "off");
        let ended: Ended = command.output().unwrap().into();
        assert_eq!(ended.code, Some(1));
        assert!(ended.err.starts_with(&said), "{}", ended.err);
    }
    assert_eq!(run(folder.path(), &["db", "status"]).code, Some(0));
}
