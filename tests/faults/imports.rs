//! Large files that come in while something else happens to their calendar, or to whoever sends them.

use std::thread;

use tempfile::TempDir;

use crate::fixture::{assert_sound, serve};
use crate::support::database::count_events;
use crate::support::server::Server;
use crate::support::wait::wait_for;

const EVENTS: u32 = 5_000;

/// A server whose group 1, of `park`, `kim` may fill.
struct Choir {
    folder: TempDir,
    server: Server,
    park: String,
    kim: String,
}

impl Choir {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(serve(folder.path()));
        let (park, kim) = (server.register("park@jungi.me"), server.register("kim@example.com"));
        assert_eq!(server.call("POST", "/group", &park, r#"{"group_name": "choir"}"#).0, 200);
        Self { folder, server, park, kim }
    }

    fn count(&self) -> i64 {
        count_events(&self.folder.path().join("calendar.sqlite"))
    }

    /// What becomes of an import of `kim` into the group, in the middle of which `park` or `kim` makes another call.
    fn import_amid(&self, (method, path, token, body): (&str, &str, &str, &str)) -> (u16, String) {
        thread::scope(|scope| {
            let import =
                scope.spawn(|| self.server.call("POST", "/import?group=1", &self.kim, &many()));
            wait_for("a part of the import", || (self.count() >= 100).then_some(()));
            let (status, answer) = self.server.call(method, path, token, body);
            assert_eq!(status, 200, "{answer}");
            import.join().unwrap()
        })
    }

    /// How many events of the group are seen.
    fn shown(&self) -> usize {
        let (_, text) = self.server.call("GET", "/group/1/export", &self.park, "");
        text.matches("BEGIN:VEVENT").count()
    }

    fn assert_nothing_is_left(self) {
        wait_for("the end of what was left", || (self.count() == 0).then_some(()));
        assert!(self.server.stop().0.success());
        assert_sound(self.folder.path());
    }
}

fn many() -> String {
    let events: String = (0..EVENTS)
        .map(|n| format!("BEGIN:VEVENT\r\nUID:e{n}\r\nDTSTART:20170620T090000Z\r\nSUMMARY:e\r\nEND:VEVENT\r\n"))
        .collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\n{events}END:VCALENDAR\r\n")
}

#[test]
fn an_import_ends_with_its_group() {
    let choir = Choir::new();
    let (status, body) = choir.import_amid(("DELETE", "/group", &choir.park, r#"{"group_id": 1}"#));
    let gone = r#"{"meta":{"code":40400,"message":"NOT FOUND","detail":"group 1 does not exist"}}"#;
    assert_eq!((status, body.as_str()), (404, gone));
    choir.assert_nothing_is_left();
}

#[test]
fn an_import_ends_when_its_user_may_no_longer_register_events_there() {
    let choir = Choir::new();
    let readers = r#"{"group_id": 1, "group_name": "choir", "everyone": "reader"}"#;
    let (status, body) = choir.import_amid(("PUT", "/group", &choir.park, readers));
    let refused = r#"{"meta":{"code":40102,"message":"UNAUTHORIZED REQUEST","detail":"you may see the events of group 1, and not change them"}}"#;
    assert_eq!((status, body.as_str()), (401, refused));
    assert_eq!(choir.shown(), 0);
    choir.assert_nothing_is_left();
}

#[test]
fn an_import_ends_with_the_token_of_its_user() {
    let choir = Choir::new();
    let (status, body) = choir.import_amid(("DELETE", "/user/token", &choir.kim, "{}"));
    let ended = r#"{"meta":{"code":40102,"message":"INVAILD TOKEN","detail":"the access token is not valid"}}"#;
    assert_eq!((status, body.as_str()), (401, ended));
    assert_eq!(choir.shown(), 0);
    choir.assert_nothing_is_left();
}

#[test]
fn two_members_who_import_the_same_file_at_once_add_each_event_once() {
    let choir = Choir::new();
    let import = |token| choir.server.call("POST", "/import?group=1", token, &many());
    let answers = thread::scope(|scope| {
        let answers = [&choir.park, &choir.kim].map(|token| scope.spawn(move || import(token)));
        answers.map(|answer| answer.join().unwrap())
    });
    let created = answers.map(|(status, body)| {
        assert_eq!(status, 200, "{body}");
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(answer["data"]["read"], EVENTS, "{body}");
        answer["data"]["created"].as_u64().unwrap()
    });
    assert_eq!(created.iter().sum::<u64>(), u64::from(EVENTS), "{created:?}");
    assert_eq!((choir.shown(), choir.count()), (5_000, 5_000));
    let (status, body) = import(&choir.kim);
    assert_eq!(status, 200);
    assert!(body.contains(r#""created":0,"updated":0,"unchanged":5000,"skipped":0,"#), "{body}");
    assert!(choir.server.stop().0.success());
    assert_sound(choir.folder.path());
}
