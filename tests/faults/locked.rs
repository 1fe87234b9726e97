//! A database that another process has locked.

use std::time::{Duration, Instant};

use crate::client::Connection;
use crate::fixture::{DAY, UNAVAILABLE, assert_sound, event, serve};
use crate::support::server::{Server, run};

#[test]
fn while_another_process_holds_the_lock_writes_are_refused_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("a")).0, 200);
    // This process, which is not the server's.
    let other = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let (server, token) = (&server, &token);
        let writers: Vec<_> = (0..8)
            .map(|number| {
                scope.spawn(move || {
                    let asked = Instant::now();
                    let body = event(&number.to_string());
                    let answer = server.call("POST", "/calendar/event", token, &body);
                    (answer, asked.elapsed())
                })
            })
            .collect();
        let adding = scope.spawn(|| run(folder.path(), &["user", "add", "kim@example.com"]));
        let checking = scope.spawn(|| run(folder.path(), &["db", "check"]));
        let (mut reader, mut reads) = (Connection::to(server), 0);
        while writers.iter().any(|writer| !writer.is_finished()) {
            let asked = Instant::now();
            let read = reader.call("GET", DAY, token, "").unwrap();
            let took = asked.elapsed();
            assert_eq!((read.status, read.body.matches(r#""id":"#).count()), (200, 1));
            assert!(took < Duration::from_secs(3), "a read took {took:?}");
            reads += 1;
        }
        assert!(reads > 20, "{reads} reads in 5 seconds");
        for writer in writers {
            let (answer, took) = writer.join().unwrap();
            assert_eq!(answer, (503, UNAVAILABLE.to_owned()));
            assert!(took < Duration::from_secs(20), "a refusal took {took:?}");
        }
        let (added, checked) = (adding.join().unwrap(), checking.join().unwrap());
        assert_eq!((added.code, added.out.as_str()), (Some(1), ""));
        assert!(added.err.starts_with("error: ") && added.err.contains("locked"), "{}", added.err);
        assert_eq!(checked.code, Some(0), "{}", checked.err);
    });
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(server.call("POST", "/calendar/event", &token, &event("b")).0, 200);
    let (_, day) = server.call("GET", DAY, &token, "");
    assert_eq!(day.matches(r#""id":"#).count(), 2, "nothing that was refused is stored: {day}");
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("database is locked"), "the operator is told why: {log}");
    drop(other);
    assert_sound(folder.path());
}
