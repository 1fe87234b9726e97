//! A server that ends while 32 clients write.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use crate::acknowledged::{Acknowledged, under_load};
use crate::fixture::{assert_sound, serve};
use crate::support::server::Server;

#[test]
fn ten_kills_under_32_writers_lose_and_double_no_event_and_reuse_no_id() {
    let folder = tempfile::tempdir().unwrap();
    let (mut token, mut all) = (String::new(), Acknowledged::default());
    for round in 0..10 {
        let server = Server::start(serve(folder.path()));
        if round == 0 {
            token = server.register("park@jungi.me");
        }
        all.assert_kept(&server, &token);
        let newest = all.made.last_key_value().map_or(0, |(id, _)| *id);
        let noted = under_load(&server, &token, &round.to_string(), 32, 200, || {
            server.signal("KILL");
        });
        assert_eq!(server.ended().0.signal(), Some(9));
        assert!(noted.made.len() > 100, "{noted:?}");
        let oldest = *noted.made.first_key_value().unwrap().0;
        assert!(oldest > newest, "id {oldest} came after {newest}");
        all.add(noted);
        assert_sound(folder.path());
    }
    let server = Server::start(serve(folder.path()));
    all.assert_kept(&server, &token);
    assert!(server.stop().0.success());
    assert_sound(folder.path());
}

#[test]
fn a_server_stopped_under_32_writers_keeps_every_answer_and_ends_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let mut told = None;
    let mut noted = under_load(&server, &token, "a", 32, 400, || {
        server.signal("TERM");
        told = Some(Instant::now());
    });
    let (status, log) = server.ended();
    let took = told.unwrap().elapsed();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(took < Duration::from_secs(5), "it took {took:?}");
    assert!(!log.contains("panicked") && !log.contains("status=500"), "{log}");
    assert_sound(folder.path());
    let server = Server::start(serve(folder.path()));
    noted.assert_kept(&server, &token);
}
