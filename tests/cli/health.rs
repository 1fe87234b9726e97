//! `/healthz`, as what watches a server asks it.

use std::fs;

use crate::spawned::{Server, command, run};

fn health(server: &Server) -> (String, String) {
    server.send(b"GET /healthz HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n")
}

#[test]
fn a_server_that_reads_and_writes_is_healthy_and_tells_of_its_backups() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let (head, body) = health(&server);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("\r\ncache-control: no-store"), "{head}");
    assert_eq!(body, r#"{"read":true,"write":true,"backup":"none"}"#);
    assert_eq!(run(folder.path(), &["db", "backup"]).code, Some(0));
    assert_eq!(health(&server).1, r#"{"read":true,"write":true,"backup":"made"}"#);
}

#[test]
fn a_backup_that_failed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("backups")).unwrap();
    let server = Server::dev_run(folder.path());
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    conn.execute("INSERT INTO backup (finished, failure) VALUES (0, 'no room')", []).unwrap();
    let (head, body) = health(&server);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(body, r#"{"read":true,"write":true,"backup":"failed"}"#);
}

#[test]
fn a_server_that_cannot_write_is_not_healthy_until_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let lock = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (head, body) = health(&server);
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert_eq!(body, r#"{"read":true,"write":false,"backup":"none"}"#);
    lock.execute_batch("ROLLBACK").unwrap();
    assert!(health(&server).0.starts_with("HTTP/1.1 200 "));
}

#[test]
fn as_many_files_as_the_machine_allows_may_be_open() {
    let folder = tempfile::tempdir().unwrap();
    let plain = command(folder.path(), &["serve", "--port", "0"]);
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", "ulimit -S -n 64; exec \"$@\"", "bash"]).arg(plain.get_program());
    bash.args(plain.get_args()).current_dir(folder.path());
    let server = Server::start(bash);
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let mut numbers = line.split_whitespace().skip(3);
    assert_eq!(numbers.next(), numbers.next(), "{line}");
}
