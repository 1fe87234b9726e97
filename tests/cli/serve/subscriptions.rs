//! Groups that are filled from an outside calendar, whose server is one of this test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::server::{Server, command, run};
use crate::support::wait::wait_for;

/// A server of a calendar, which says what it is told to say.
struct Outside {
    address: SocketAddr,
    answer: Arc<Mutex<String>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Outside {
    fn saying(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (answer, requests) = (Arc::new(Mutex::new(answer)), Arc::new(Mutex::new(Vec::new())));
        let (said, heard) = (Arc::clone(&answer), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut head, mut byte) = (stream.unwrap(), Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                    head.extend(byte);
                }
                heard.lock().unwrap().push(String::from_utf8(head).unwrap().to_lowercase());
                let _ = stream.write_all(said.lock().unwrap().as_bytes());
            }
        });
        Self { address, answer, requests }
    }

    fn says(&self, answer: String) {
        *self.answer.lock().unwrap() = answer;
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}"
    )
}

/// An event on 1 November 2017 at that hour.
fn event(uid: &str, hour: u32, subject: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20171001T000000Z\r\nDTSTART:20171101T{hour:02}0000\r\nSUMMARY:{subject}\r\nEND:VEVENT\r\n"
    )
}

fn calendar(etag: &str, events: &str) -> String {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b\r\nX-PUBLISHED-TTL:PT2H\r\n{events}END:VCALENDAR\r\n"
    );
    answer("200 OK", &format!("ETag: \"{etag}\"\r\n"), &text)
}

fn start(folder: &Path, more: &[(&str, &str)]) -> Server {
    let mut command = command(folder, &["dev-run", "--port", "0"]);
    Server::start({
        command.envs(more.iter().copied());
        command
    })
}

const ALLOWED: (&str, &str) = ("CALENDAR_FEED_NETWORKS", "[\"127.0.0.0/8\"]");

fn rows(folder: &Path, sql: &str) -> Vec<i64> {
    let conn = Connection::open(folder.join("calendar.sqlite")).unwrap();
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Waits until the calendar of group 1 was fetched: it is due again, and later than a claim lasts.
fn wait_until_fetched(folder: &Path) {
    let sql = "SELECT due - CAST(strftime('%s', 'now') AS INTEGER) FROM subscription";
    wait_for("the fetch", || (rows(folder, sql)[0] > 650).then_some(()));
}

/// Starts the server again when the calendar of group 1 is due, and waits until it was fetched.
fn fetched_again(folder: &Path, server: Server) -> (Server, String) {
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    let conn = Connection::open(folder.join("calendar.sqlite")).unwrap();
    conn.execute("UPDATE subscription SET due = 0", []).unwrap();
    drop(conn);
    let server = start(folder, &[ALLOWED]);
    wait_until_fetched(folder);
    (server, log)
}

fn get(server: &Server, token: &str, path: &str) -> Value {
    let (status, body) = server.call("GET", path, token, "");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["data"].take()
}

/// Subscribes to a calendar as group 1, and selects it.
fn subscribed(server: &Server, outside: &Outside) -> String {
    subscribed_to(server, &format!("http://{}/hidden/calendar.ics?key=hidden", outside.address))
}

fn subscribed_to(server: &Server, url: &str) -> String {
    let token = server.register("park@jungi.me");
    let body = json!({"url": url, "group_name": "경기"}).to_string();
    let (status, body) = server.call("POST", "/group/subscription", &token, &body);
    assert_eq!(status, 200, "{body}");
    assert_eq!(server.call("PUT", "/user/calendar/group/1", &token, "").0, 200);
    token
}

/// The id, the subject and the revision of each event.
fn shown(server: &Server, token: &str) -> Vec<(i64, String, String)> {
    let path = "/calendar/range?sdate=2017-11-01+00:00:00&edate=2017-11-02+00:00:00";
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = get(server, token, path).as_array().unwrap().clone();
    let id = |event: &Value| event["id"].as_i64().unwrap();
    events
        .iter()
        .map(|event| {
            let one = get(server, token, &format!("/calendar/event/{}", id(event)));
            (id(event), text(&event["subject"]), text(&one["revision"]))
        })
        .collect()
}

#[test]
fn a_group_follows_its_outside_calendar() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let outside =
        Outside::saying(calendar("1", &(event("a", 9, "first") + &event("b", 10, "second"))));
    let server = start(here, &[ALLOWED]);
    let token = subscribed(&server, &outside);
    wait_until_fetched(here);
    let first = shown(&server, &token);
    let subjects = |of: &[(i64, String, String)]| {
        of.iter().map(|(_, subject, _)| subject.clone()).collect::<Vec<_>>()
    };
    assert_eq!(subjects(&first), ["first", "second"]);
    let told = get(&server, &token, "/group/1")["subscription"].clone();
    assert!(told["read"].is_string() && told.get("problem").is_none(), "{told}");
    assert!(rows(here, "SELECT due - \"read\" FROM subscription")[0] >= 7200);

    // What it says counts, newer or not; what it says as before is left alone.
    let (changed, new) = (event("b", 10, "changed"), event("c", 11, "new"));
    outside.says(calendar("2", &(event("a", 9, "first") + &changed + &new)));
    let (server, _) = fetched_again(here, server);
    let second = shown(&server, &token);
    assert_eq!(subjects(&second), ["first", "changed", "new"]);
    assert_eq!(second[0], first[0]);
    assert_eq!(second[1].0, first[1].0);
    assert!(outside.requests()[1].contains("if-none-match: \"1\"\r\n"));

    outside.says(calendar("3", &(changed + &new)));
    let (server, _) = fetched_again(here, server);
    assert_eq!(shown(&server, &token), second[1..], "what is gone from it is deleted");

    outside.says(answer("304 Not Modified", "", ""));
    let (server, _) = fetched_again(here, server);
    assert_eq!(shown(&server, &token), second[1..]);
    assert!(outside.requests()[3].contains("if-none-match: \"3\"\r\n"));
    assert!(get(&server, &token, "/group/1")["subscription"].get("problem").is_none());
    assert!(server.stop().0.success());
    assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");
}

#[test]
fn a_group_is_filled_on_by_another_owner_once_its_creator_has_left_and_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let outside =
        Outside::saying(calendar("1", &(event("a", 9, "first") + &event("b", 10, "second"))));
    let server = start(here, &[ALLOWED]);
    let park = subscribed(&server, &outside);
    wait_until_fetched(here);
    let kim = server.register("kim@jungi.me");
    for arguments in [&["put", "1", "kim@jungi.me", "owner"][..], &["remove", "1", "park@jungi.me"]]
    {
        assert_eq!(run(here, &[&["group", "member"], arguments].concat()).code, Some(0));
    }
    outside.says(calendar(
        "2",
        &(event("a", 9, "first") + &event("b", 10, "changed") + &event("c", 11, "new")),
    ));
    let (server, _) = fetched_again(here, server);
    let told = |server: &Server| -> Vec<(String, String)> {
        let path = "/calendar/range?sdate=2017-11-01+00:00:00&edate=2017-11-02+00:00:00";
        let events = get(server, &kim, path).as_array().unwrap().clone();
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        events.iter().map(|event| (text(event, "subject"), text(event, "email"))).collect()
    };
    let owned =
        |all: [(&str, &str); 3]| all.map(|(subject, of)| (subject.to_owned(), of.to_owned()));
    let (of_park, of_kim) = ("park@jungi.me", "kim@jungi.me");
    assert_eq!(told(&server), owned([("first", of_park), ("changed", of_kim), ("new", of_kim)]));
    assert_eq!(rows(here, "SELECT events FROM user ORDER BY id"), [1, 2]);
    assert_eq!(get(&server, &park, "/group/1")["role"], "writer", "as everyone");

    // What is the creator's goes with them, and comes in again, though the calendar has not changed.
    assert_eq!(run(here, &["user", "remove", of_park, "--yes"]).code, Some(0));
    let (server, _) = fetched_again(here, server);
    assert_eq!(told(&server), owned([("first", of_kim), ("changed", of_kim), ("new", of_kim)]));
    assert!(get(&server, &kim, "/group/1")["subscription"].get("problem").is_none());
    assert!(server.stop().0.success());
    assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");
}

#[test]
fn the_holidays_of_a_country_are_on_their_days_and_follow_a_newer_program() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = start(here, &[]);
    let token = subscribed_to(&server, "holidays:KR");
    wait_until_fetched(here);
    let on = |server: &Server, day: &str| {
        let events = get(server, &token, &format!("/calendar/date?date={day}"));
        let subjects = events.as_array().unwrap().iter().map(|event| event["subject"].clone());
        subjects.collect::<Vec<_>>()
    };
    assert_eq!(on(&server, "2026-09-25"), ["추석"]);
    assert_eq!(on(&server, "2027-02-07"), ["설날"]);
    assert!(on(&server, "2026-09-23").is_empty());
    let day = &get(&server, &token, "/calendar/date?date=2026-09-25")[0];
    assert_eq!((&day["all_day"], &day["description"]), (&json!(true), &json!("Chuseok")));
    assert_eq!(day["free"], true);
    let told = get(&server, &token, "/group/1")["subscription"].clone();
    assert!(told["read"].is_string() && told.get("problem").is_none(), "{told}");
    let (status, _) = server.call("DELETE", "/calendar/event", &token, r#"{"event_id": 1}"#);
    assert_eq!(status, 401, "nobody changes them");

    // The same program has the same ones, and leaves them alone.
    let unchanged = "SELECT sum(change) FROM event";
    let before = rows(here, unchanged);
    let server = fetched_again(here, server).0;
    assert_eq!(rows(here, unchanged), before);
    // What another one had is replaced.
    assert!(server.stop().0.success());
    let conn = Connection::open(here.join("calendar.sqlite")).unwrap();
    conn.execute_batch(
        "UPDATE subscription SET etag = 'old', due = 0;
         UPDATE calendar_object SET ics = replace(ics, 'SUMMARY:추석', 'SUMMARY:old');
         UPDATE event SET subject = 'old' WHERE subject = '추석'",
    )
    .unwrap();
    drop(conn);
    let server = start(here, &[]);
    wait_until_fetched(here);
    assert_eq!(on(&server, "2026-09-25"), ["추석"]);
}

#[test]
fn what_goes_wrong_is_told_and_takes_nothing_away_until_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let outside = Outside::saying(calendar("1", &event("a", 9, "first")));
    let mut server = start(here, &[ALLOWED]);
    let token = subscribed(&server, &outside);
    wait_until_fetched(here);
    let before = shown(&server, &token);
    for (said, problem) in [
        (answer("503 No", "", ""), "the server has a problem of its own (HTTP status 503)"),
        (
            answer("200 OK", "", "<!DOCTYPE html>\n<p>Sign in\n"),
            "there is no calendar at the address: the file is a page of the web and no calendar",
        ),
        (answer("200 OK", "", ""), "there is no calendar at the address"),
        (calendar("2", ""), "the calendar is empty, so what it said before is kept"),
    ] {
        outside.says(said);
        server = fetched_again(here, server).0;
        let told = get(&server, &token, "/group/1")["subscription"].clone();
        assert_eq!(told["problem"], problem);
        assert!(told["read"].is_string());
        assert_eq!(shown(&server, &token), before);
    }
    assert_eq!(rows(here, "SELECT failures FROM subscription"), [4]);
    outside.says(calendar("3", &event("a", 9, "mended")));
    let (server, log) = fetched_again(here, server);
    assert!(log.contains("the calendar is empty") && log.contains("127.0.0.1"), "{log}");
    assert!(!log.contains("hidden"), "the address may be a secret: {log}");
    assert!(get(&server, &token, "/group/1")["subscription"].get("problem").is_none());
    assert_eq!(shown(&server, &token)[0].1, "mended");
    assert_eq!(rows(here, "SELECT failures FROM subscription"), [0]);
}

#[test]
fn what_cannot_be_read_or_has_no_room_is_counted_and_the_rest_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let many: String = (0..450).map(|number| event(&format!("e{number}"), 9, "a")).collect();
    let broken = "BEGIN:VEVENT\r\nUID:broken\r\nSUMMARY:a\r\nEND:VEVENT\r\n";
    let outside = Outside::saying(calendar("1", &(broken.to_owned() + &many)));
    let server = start(here, &[ALLOWED, ("CALENDAR_MAX_EVENTS", "430")]);
    let token = subscribed(&server, &outside);
    wait_until_fetched(here);
    let told = get(&server, &token, "/group/1");
    assert_eq!(told["events"], 430);
    let problem = told["subscription"]["problem"].as_str().unwrap();
    assert!(problem.starts_with("one part of the calendar could not be read: "), "{problem}");
    assert!(problem.ends_with("; 20 events were left out: there is no room for more"), "{problem}");
    // There is room now, and the same calendar is asked for anew.
    let (server, _) = fetched_again(here, server);
    assert_eq!(get(&server, &token, "/group/1")["events"], 450);
    assert!(!outside.requests()[1].contains("if-none-match"));
}

#[test]
fn nothing_is_fetched_from_inside_unless_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let outside = Outside::saying(calendar("1", &event("a", 9, "first")));
    let server = start(here, &[]);
    let token = subscribed(&server, &outside);
    wait_until_fetched(here);
    assert_eq!(
        get(&server, &token, "/group/1")["subscription"]["problem"],
        "127.0.0.1 is in a private network, from which this server fetches no calendars: ask your administrator"
    );
    assert!(outside.requests().is_empty() && shown(&server, &token).is_empty());
}
