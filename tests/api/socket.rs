//! What only a socket can say: methods that Rocket does not know, and bytes that its in-process
//! client would not send.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;

use calendar_server::app::App;
use calendar_server::clock::Clock;
use calendar_server::domain::auth::Tokens;
use calendar_server::server;
use calendar_server::store::Store;
use jiff::tz::TimeZone;
use rocket::config::LogLevel;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Config, Shutdown};
use tempfile::TempDir;

use crate::helpers::{DONE, KEY, NOW, PARK};
use crate::reference::PRINTED_TOKEN;
use crate::wire::{Shown, events, group, groups};

/// A calendar that listens on a port of its own until it is dropped.
struct Listening {
    port: u16,
    shutdown: Shutdown,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

/// The status line, the headers and the body of an answer.
struct Answer {
    head: String,
    body: String,
}

impl Listening {
    /// Park is registered, whose token is the printed one.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("calendar.sqlite")).unwrap();
        let app = App {
            store,
            clock: Clock::fixed(TimeZone::get("Asia/Seoul").unwrap(), NOW),
            tokens: Tokens::new(KEY, None),
            registration_open: true,
            cors_origins: Vec::new(),
        };
        let config = Config {
            log_level: LogLevel::Off,
            port: 0,
            address: Ipv4Addr::LOCALHOST.into(),
            ..Config::debug_default()
        };
        let (tell, told) = mpsc::channel();
        let rocket = server::build(Figment::from(config), app).attach(AdHoc::on_liftoff(
            "port",
            move |rocket| {
                tell.send((rocket.config().port, rocket.shutdown())).unwrap();
                Box::pin(async {})
            },
        ));
        let thread = std::thread::spawn(|| {
            rocket::execute(rocket.launch()).unwrap();
        });
        let (port, shutdown) = told.recv().unwrap();
        let listening = Self { port, shutdown, thread: Some(thread), _folder: folder };
        let body = r#"{"useremail":"park@jungi.me"}"#;
        assert!(listening.call("POST /api/v1/user/", body).head.starts_with("http/1.1 200 "));
        listening
    }

    /// Sends `line`, a method and a target, with the printed token.
    fn call(&self, line: impl AsRef<[u8]>, body: &str) -> Answer {
        let mut request = line.as_ref().to_vec();
        request.extend_from_slice(
            format!(
                " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 X-calendar-access-token: {PRINTED_TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        );
        self.send(&request)
    }

    fn send(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer { head: format!("{}\r\n", head.to_ascii_lowercase()), body: body.to_owned() }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.shutdown.clone().notify();
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

impl Answer {
    #[track_caller]
    fn is(&self, status: &str, body: &str) {
        assert_eq!(self.body, body, "{}", self.head);
        assert!(self.head.starts_with(&format!("http/1.1 {status} ")), "{}", self.head);
        assert!(self.head.contains("\r\ncontent-type: application/json\r\n"), "{}", self.head);
    }
}

#[test]
fn the_printed_search_with_its_raw_utf_8_finds_what_it_names() {
    let calendar = Listening::new();
    let event =
        r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정"}"#;
    calendar.call("POST /api/v1/calendar/event", event).is("200", DONE);
    let list = events(&[Shown {
        subject: "테스트 일정",
        sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
        edate: "Tue, 20 Jun 2017 12:00:00 GMT",
        ..Shown::default()
    }]);
    for word in ["%ED%85%8C%EC%8A%A4%ED%8A%B8", "테스트", "테%EC%8A%A4트"] {
        calendar
            .call(format!("GET /api/v1/calendar/search?search_word={word}"), "")
            .is("200", &list);
    }
}

#[test]
fn a_strange_path_is_not_found() {
    let calendar = Listening::new();
    for path in [
        "캘린더",
        "group/%zz",
        "group/%ff",
        "group/%",
        "group/{1}",
        "group/\"1\"",
        "group/1|",
        "%00",
        "group/..",
        "group/%2e%2e",
    ] {
        for method in ["GET", "POST", "PATCH"] {
            calendar.call(format!("{method} /api/v1/{path}"), "{}").is(
                "404",
                r#"{"meta":{"code":40400,"message":"NOT FOUND","detail":"no such path"}}"#,
            );
        }
    }
}

#[test]
fn a_target_in_absolute_form_is_the_same_path() {
    let calendar = Listening::new();
    calendar.call("GET http://localhost/api/v1/group/list", "").is("200", &groups(&[]));
}

#[test]
fn broken_percent_encoding_in_a_query_cannot_be_read() {
    let calendar = Listening::new();
    for broken in ["%", "%4", "%zz", "%ff"] {
        calendar.call(format!("GET /api/v1/calendar/search?search_word={broken}"), "").is(
            "400",
            r#"{"meta":{"code":40000,"message":"INVALID PARAMETER","detail":"query: expected percent-encoded UTF-8"}}"#,
        );
    }
}

#[test]
fn a_method_that_nobody_knows_is_not_allowed() {
    let calendar = Listening::new();
    for (path, allow) in [
        ("/api/v1/group/", "GET, HEAD, POST, PUT, DELETE"),
        ("/api/v1/group", "GET, HEAD, POST, PUT, DELETE"),
        ("/api/v1/group/1", "GET, HEAD"),
        ("/api/v1/group/list", "GET, HEAD"),
        ("/api/v1/calendar/event", "POST, PUT, DELETE"),
        ("/api/v1/calendar/event/1", "GET, HEAD"),
        ("/api/v1/calendar/birthday", "POST, PUT"),
        ("/api/v1/group/event", "POST"),
    ] {
        for method in ["BREW", "PROPFIND", "get", "QUERY"] {
            let answer = calendar.call(format!("{method} {path}"), "");
            answer.is(
                "403",
                &format!(
                    r#"{{"meta":{{"code":40300,"message":"METHOD NOT ALLOWED","detail":"this path takes {allow}"}}}}"#
                ),
            );
            let header = format!("\r\nallow: {}\r\n", allow.to_ascii_lowercase());
            assert!(answer.head.contains(&header), "{}", answer.head);
        }
    }
    for path in ["/api/v1/nothing", "/api/v1/group/abc", "/api/"] {
        calendar
            .call(format!("BREW {path}"), "")
            .is("404", r#"{"meta":{"code":40400,"message":"NOT FOUND","detail":"no such path"}}"#);
    }
}

/// Sends `body` in chunks of at most 4 KiB, without a `Content-Length`.
fn chunked(calendar: &Listening, line: &str, body: &str) -> Answer {
    let mut request = format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         X-calendar-access-token: {PRINTED_TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for chunk in body.as_bytes().chunks(4096) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    calendar.send(&request)
}

#[test]
fn the_limit_of_a_body_is_the_same_where_its_length_is_not_announced() {
    let calendar = Listening::new();
    let padded = |length: usize| format!(r#"{{"group_name":"a"}}{}"#, " ".repeat(length - 18));
    chunked(&calendar, "POST /api/v1/group/", &padded(65_536)).is("200", DONE);
    chunked(&calendar, "POST /api/v1/group/", &padded(65_537)).is(
        "413",
        r#"{"meta":{"code":41300,"message":"PAYLOAD TOO LARGE","detail":"body: expected at most 65536 bytes"}}"#,
    );
    calendar.call("GET /api/v1/group/list", "").is("200", &groups(&[group(1, "a", PARK, None)]));
}
