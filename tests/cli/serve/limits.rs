//! Which limits a server sets by default.

use std::fs;

use crate::support::server::{Server, command};
use crate::support::shell::in_bash;

#[test]
fn serve_limits_registrations_and_dev_run_does_not() {
    for (name, allowed) in [("serve", 10), ("dev-run", 15)] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(command(folder.path(), &[name, "--port", "0"]));
        let statuses = (0..15).map(|number| {
            let body = format!(r#"{{"useremail":"user{number}@jungi.me"}}"#);
            server.call("POST", "/user/", "", &body).0
        });
        assert_eq!(statuses.filter(|status| *status == 200).count(), allowed, "{name}");
    }
}

#[test]
fn dev_run_limits_registrations_when_configured() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["dev-run", "--port", "0"]);
    command.env("CALENDAR_AUTH_RATE", "2/h");
    let server = Server::start(command);
    let register = |name: &str| {
        server.exchange("POST", "/user/", "", &format!(r#"{{"useremail":"{name}@jungi.me"}}"#))
    };
    register("park");
    register("kim");
    let (head, body) = register("lee");
    assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
    let wait = head.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
    assert!((1..=1801).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    assert!(body.contains(r#""code":42900,"message":"TOO MANY REQUESTS""#), "{body}");
}

#[test]
fn a_server_raises_its_open_files_to_the_hard_limit() {
    let folder = tempfile::tempdir().unwrap();
    let plain = command(folder.path(), &["serve", "--port", "0"]);
    let server = Server::start(in_bash(&plain, "ulimit -S -n 64; exec \"$@\""));
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let mut numbers = line.split_whitespace().skip(3);
    assert_eq!(numbers.next(), numbers.next(), "{line}");
}
