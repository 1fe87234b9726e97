//! A file that cannot be written to now.

use std::process::{Command, Stdio};

use crate::spawned::{Server, command};

const REFUSED: &str = r#"{"meta":{"code":50300,"message":"SERVICE UNAVAILABLE","detail":"nothing was stored; try again later"}}"#;
const EVENT: &str =
    r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;

/// A server that may make no file longer than 1 MiB: what is written beyond that fails, as on a full
/// disk.
fn without_room(folder: &std::path::Path) -> Server {
    let plain = command(folder, &["serve", "--port", "0"]);
    let mut bash = Command::new("bash");
    bash.arg("-c").arg("trap '' XFSZ; ulimit -S -f 1024; exec \"$@\"").arg("bash");
    bash.arg(plain.get_program()).args(plain.get_args()).current_dir(folder);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => bash.env(name, value),
            None => bash.env_remove(name),
        };
    }
    bash.stdin(Stdio::null());
    Server::start(bash)
}

#[test]
fn without_room_a_write_is_refused_nothing_acknowledged_is_lost_and_with_room_all_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let server = without_room(folder.path());
    let token = server.register("park@jungi.me");
    let mut stored = 0;
    let refusal = loop {
        let (status, body) = server.call("POST", "/calendar/event", &token, EVENT);
        if status != 200 {
            break (status, body);
        }
        stored += 1;
        assert!(stored < 20_000, "the limit is not in force");
    };
    assert_eq!(refusal, (503, REFUSED.to_owned()));
    let count = |server: &Server| {
        let (status, body) = server.call("GET", "/calendar/date?date=2017-06-19", &token, "");
        assert_eq!(status, 200, "it can still be read");
        body.matches(r#""id":"#).count()
    };
    assert_eq!(count(&server), stored);

    let raised = Command::new("prlimit")
        .args(["--pid", &server.id().to_string(), "--fsize=unlimited:"])
        .status()
        .unwrap();
    assert!(raised.success());
    assert_eq!(server.call("POST", "/calendar/event", &token, EVENT).0, 200);
    assert_eq!(count(&server), stored + 1);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("nothing was stored") || log.contains("unavailable"), "{log}");
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let rows: i64 = conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
    assert_eq!(usize::try_from(rows).unwrap(), stored + 1);
}
