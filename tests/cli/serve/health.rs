//! `/healthz`, as a monitor asks it.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::support::server::{Server, command, read_answer, run};
use crate::support::wait::wait_for;

fn health(server: &Server) -> (String, String) {
    server.send(b"GET /healthz HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n")
}

/// Asks until the first check has succeeded: a request does not wait long for it.
fn wait_until_healthy(server: &Server) -> (String, String) {
    wait_for("a healthy server", || {
        let (head, body) = health(server);
        head.starts_with("HTTP/1.1 200 ").then_some((head, body))
    })
}

/// Asks until the answer, which the server keeps for a second, has this form.
#[track_caller]
fn assert_becomes(server: &Server, status: u16, form: &str) {
    let form = regex_lite::Regex::new(&format!("^{form}$")).unwrap();
    wait_for(&format!("{status} {form}"), || {
        let (head, body) = health(server);
        let so = head.starts_with(&format!("HTTP/1.1 {status} ")) && form.is_match(&body);
        so.then_some(())
    });
}

const TIME: &str = r#""\d{4}-\d\d-\d\d \d\d:\d\d:\d\d""#;

#[test]
fn a_server_that_reads_and_writes_is_healthy_and_shows_its_last_backup() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let (head, body) = wait_until_healthy(&server);
    assert!(head.contains("\r\ncache-control: no-store"), "{head}");
    assert_eq!(body, r#"{"read":true,"write":true,"backup":"none","last_backup":null}"#);
    assert_eq!(run(folder.path(), &["db", "backup"]).code, Some(0));
    let made = format!(r#"\{{"read":true,"write":true,"backup":"made","last_backup":{TIME}\}}"#);
    assert_becomes(&server, 200, &made);
    let status = run(folder.path(), &["db", "status", "--json"]).out;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let body: serde_json::Value = serde_json::from_str(&health(&server).1).unwrap();
    let clock = body["last_backup"].as_str().unwrap().split(' ').nth(1).unwrap().to_owned();
    assert!(status["last_backup"].as_str().unwrap().ends_with(&clock), "{status} {body}");
}

#[test]
fn a_failed_backup_is_shown_with_the_last_good_one_and_without_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "INSERT INTO backup (finished, failure) VALUES (1497902104, NULL), (1497902105, 'no room')",
    )
    .unwrap();
    let (_, body) = wait_until_healthy(&server);
    let expected =
        r#"{"read":true,"write":true,"backup":"failed","last_backup":"2017-06-19 19:55:04"}"#;
    assert_eq!(body, expected);
}

#[test]
fn a_server_is_unhealthy_while_it_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let lock = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    // No write has succeeded yet, so none is taken for granted.
    let (head, body) = health(&server);
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert!(body.contains(r#""write":false"#), "{body}");
    let refusing = r#"\{"read":true,"write":false,"backup":"none","last_backup":null\}"#;
    assert_becomes(&server, 503, refusing);
    lock.execute_batch("ROLLBACK").unwrap();
    assert_becomes(&server, 200, r#"\{"read":true,"write":true,.*"#);
}

#[test]
fn no_health_check_waits_for_a_writer_that_has_stalled() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    wait_until_healthy(&server);
    let lock = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The writer waits for this lock for five seconds, and only then knows that it cannot write.
    let mut times = Vec::new();
    wait_for("the stall to be told", || {
        let asked = Instant::now();
        let (_, body) = health(&server);
        times.push(asked.elapsed());
        assert!(body.starts_with(r#"{"read":true,"#), "{body}");
        body.contains(r#""write":false"#).then_some(())
    });
    times.sort_unstable();
    let (usual, longest) = (times[times.len() / 2], times[times.len() - 1]);
    assert!(usual < Duration::from_millis(100), "usually {usual:?}");
    // A busy machine may be slow to run the server or this test.
    assert!(longest < Duration::from_secs(2), "{longest:?} at the longest");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_becomes(&server, 200, r#"\{"read":true,"write":true,.*"#);
}

#[test]
fn a_failed_backup_is_shown_while_the_database_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("backups");
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_BACKUP_DIR", "backups").env("CALENDAR_BACKUP_EVERY", "1s");
    let server = Server::start(command);
    assert_becomes(&server, 200, r#".*"backup":"made".*"#);
    let lock = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    lock.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The server may be making a backup there.
    while fs::remove_dir_all(&kept).is_err() || fs::write(&kept, "a file in its place").is_err() {
        std::thread::yield_now();
    }
    let failed =
        format!(r#"\{{"read":true,"write":false,"backup":"failed","last_backup":{TIME}\}}"#);
    assert_becomes(&server, 503, &failed);
    let noted = "SELECT count(*) FROM backup WHERE failure IS NOT NULL";
    let noted: i64 = lock.query_row(noted, [], |row| row.get(0)).unwrap();
    assert_eq!(noted, 0, "it is known though it could not be noted");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_becomes(&server, 200, r#"\{"read":true,"write":true,"backup":"failed",.*"#);
}

#[test]
fn a_flood_of_health_checks_costs_one_write_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_METRICS_ADDRESS", address.to_string());
    let server = Server::start(command);
    let begun = Instant::now();
    wait_until_healthy(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(health(&server).0.starts_with("HTTP/1.1 200 "));
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs() + 1;
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n").unwrap();
    let (_, text) = read_answer(stream);
    let writes = text.lines().find_map(|line| line.strip_prefix("calendar_commit_writes_sum "));
    let writes: u64 = writes.unwrap().trim_end_matches(".0").parse().unwrap();
    assert!((1..=seconds).contains(&writes), "{writes} writes in {seconds} s");
}
