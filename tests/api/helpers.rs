//! A calendar of its own for each test, asked as a client would and looked into as an operator could.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use calendar_server::app::{self, App};
use calendar_server::clock::Clock;
use calendar_server::domain::auth::Tokens;
use calendar_server::model::Rate;
use calendar_server::server;
use calendar_server::store::Store;
use jiff::tz::TimeZone;
use rocket::config::LogLevel;
use rocket::figment::Figment;
use rocket::http::{Header, Method};
use rocket::local::blocking::{Client, LocalRequest};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const DONE: &str = r#"{"meta":{"code":20000,"message":"SUCCESS"}}"#;

/// 2017-06-19 19:55:04 in Seoul: when the reference's first event was registered.
pub const NOW: i64 = 1_497_869_704;

/// The key of the token that the reference prints.
pub const KEY: &[u8] = b"secret_key_2017";

pub const PARK: &str = "park@jungi.me";
pub const KIM: &str = "kim@example.com";

/// Counts what the index of the search has yet to follow.
pub const UNFOLLOWED: &str = "SELECT (SELECT count(*) FROM subject_gram_pending)
    + (SELECT count(*) FROM event WHERE id > (SELECT followed FROM subject_gram_progress))";

/// Every call with a token, as it is done on the calendar of [`Calendar::populated`].
pub const CALLS: [(Method, &str, &str); 21] = [
    (Method::Get, "/user", ""),
    (Method::Post, "/user/calendar/group", r#"{"selected_group": "0"}"#),
    (Method::Get, "/user/calendar/group", ""),
    (Method::Get, "/calendar", ""),
    (Method::Get, "/calendar/month?year_month=2017-06", ""),
    (
        Method::Post,
        "/calendar/event",
        r#"{"sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "a"}"#,
    ),
    (
        Method::Put,
        "/calendar/event",
        r#"{"event_id": 1, "sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "a"}"#,
    ),
    (Method::Delete, "/calendar/event", r#"{"event_id": 1}"#),
    (Method::Get, "/calendar/event/1", ""),
    (Method::Get, "/calendar/today", ""),
    (Method::Get, "/calendar/date?date=2017-06-20", ""),
    (Method::Get, "/calendar/search?search_word=a", ""),
    (Method::Put, "/calendar/birthday", r#"{"birthday": "1990-06-20"}"#),
    (Method::Post, "/calendar/birthday", r#"{"birthday": "1990-06-20"}"#),
    (Method::Post, "/group", r#"{"group_name": "b"}"#),
    (Method::Put, "/group", r#"{"group_id": 1, "group_name": "b"}"#),
    (Method::Delete, "/group", r#"{"group_id": 1}"#),
    (Method::Get, "/group", ""),
    (Method::Get, "/group/1", ""),
    (Method::Get, "/group/list", ""),
    (
        Method::Post,
        "/group/event",
        r#"{"group_id": 1, "sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "a"}"#,
    ),
];

pub struct Calendar {
    client: Client,
    pub clock: Clock,
    pub database: PathBuf,
    _folder: TempDir,
}

/// How a calendar can be set for a test.
pub struct Settings {
    pub registration_open: bool,
    pub cors_origins: Vec<String>,
    pub auth_rate: Option<Rate>,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    pub token_lifetime: Option<std::time::Duration>,
    pub zone: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            cors_origins: Vec::new(),
            auth_rate: None,
            trusted_proxies: Vec::new(),
            token_lifetime: None,
            zone: "Asia/Seoul",
        }
    }
}

impl Calendar {
    /// Nobody is registered; the clock stands at [`NOW`] in Seoul.
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("calendar.sqlite");
        let (store, _) = Store::open(&database).unwrap();
        let clock = Clock::fixed(TimeZone::get(settings.zone).unwrap(), NOW);
        let tokens = Tokens::new(KEY, settings.token_lifetime);
        let app = app::Settings {
            registration_open: settings.registration_open,
            auth_rate: settings.auth_rate,
            trusted_proxies: settings.trusted_proxies,
            cors_origins: settings.cors_origins,
            ..app::Settings::default()
        };
        let app = App::new(store, clock.clone(), tokens, app);
        let quiet = rocket::Config { log_level: LogLevel::Off, ..rocket::Config::debug_default() };
        let client = Client::untracked(server::build(Figment::from(quiet), app)).unwrap();
        Self { client, clock, database, _folder: folder }
    }

    /// What the handlers work with.
    pub fn app(&self) -> &App {
        self.client.rocket().state().unwrap()
    }

    /// Waits until the writer has done what it had left to do, which `count` counts.
    pub fn wait_until_none(&self, count: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.rows(count) != ["0"] {
            assert!(Instant::now() < deadline, "the writer does not get round to it");
            std::thread::yield_now();
        }
    }

    /// Registers `email` and gives its token.
    pub fn register(&self, email: &str) -> String {
        let answer = self.post("/user/", "", format!(r#"{{"useremail": "{email}"}}"#));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["data"]["token"].as_str().unwrap().to_owned()
    }

    /// A calendar and the token of [`PARK`], who has event 1 and has selected the own group 1.
    pub fn populated() -> (Self, String) {
        let calendar = Self::new();
        let token = calendar.register(PARK);
        calendar.event(&token, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "테스트 일정");
        calendar.group(&token, "회식 관련");
        calendar.select(&token, "1");
        (calendar, token)
    }

    /// Registers a personal event and gives its id.
    #[track_caller]
    pub fn event(&self, token: &str, sdate: &str, edate: &str, subject: &str) -> i64 {
        let body = json!({"sdate": sdate, "edate": edate, "subject": subject});
        self.post("/calendar/event", token, body.to_string()).made()
    }

    /// Registers an event in `group` and gives its id.
    #[track_caller]
    pub fn group_event(
        &self,
        token: &str,
        group: i64,
        sdate: &str,
        edate: &str,
        subject: &str,
    ) -> i64 {
        let body = json!({"group_id": group, "sdate": sdate, "edate": edate, "subject": subject});
        self.post("/group/event", token, body.to_string()).made()
    }

    /// Makes a group and gives its id.
    #[track_caller]
    pub fn group(&self, token: &str, name: &str) -> i64 {
        self.post("/group/", token, json!({ "group_name": name }).to_string()).made()
    }

    #[track_caller]
    pub fn select(&self, token: &str, groups: &str) {
        let body = json!({ "selected_group": groups });
        self.post("/user/calendar/group", token, body.to_string()).is(200, DONE);
    }

    pub fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::Get, path, token, "")
    }

    pub fn post(&self, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        self.call(Method::Post, path, token, body)
    }

    pub fn put(&self, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        self.call(Method::Put, path, token, body)
    }

    pub fn delete(&self, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        self.call(Method::Delete, path, token, body)
    }

    /// Calls `path` below `/api/v1`; an empty token sends no header.
    pub fn call(&self, method: Method, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        let token = (!token.is_empty()).then_some(("X-calendar-access-token", token));
        self.send(method, &format!("/api/v1{path}"), token.as_slice(), body)
    }

    pub fn send(
        &self,
        method: Method,
        uri: &str,
        headers: &[(&'static str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        self.dispatch(self.client.req(method, uri.to_owned()).body(body), headers)
    }

    /// The same, over a connection from `peer`.
    pub fn send_from(
        &self,
        peer: &str,
        method: Method,
        uri: &str,
        headers: &[(&'static str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let request = self.client.req(method, uri.to_owned()).remote(peer.parse().unwrap());
        self.dispatch(request.body(body), headers)
    }

    fn dispatch<'c>(
        &'c self,
        mut request: LocalRequest<'c>,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        for (name, value) in headers {
            request.add_header(Header::new(*name, (*value).to_owned()));
        }
        let response = request.dispatch();
        let headers = response.headers().iter();
        let headers = headers.map(|header| (header.name().to_string(), header.value().to_owned()));
        let headers = headers.collect();
        let status = response.status().code;
        let bytes = response.into_bytes().unwrap_or_default();
        let body = String::from_utf8(bytes.clone()).unwrap_or_default();
        Answer { status, body, bytes, headers }
    }

    /// Changes the database behind the server's back.
    pub fn execute(&self, sql: &str) {
        rusqlite::Connection::open(&self.database).unwrap().execute_batch(sql).unwrap();
    }

    /// All rows that `sql` gives, as text, the columns joined by `|`, NULL as `-`.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let conn = rusqlite::Connection::open(&self.database).unwrap();
        let mut statement = conn.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells = (0..columns).map(|column| match row.get_unwrap(column) {
                rusqlite::types::Value::Null => "-".to_owned(),
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => panic!("unexpected {other:?}"),
            });
            Ok(cells.collect::<Vec<_>>().join("|"))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Empty where what came is no text.
    pub body: String,
    #[allow(dead_code, reason = "the answers of the API are text")]
    pub bytes: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// The header `name`, if there is exactly one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        assert!(found.next().is_none(), "{name} is there twice");
        Some(value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// Asserts the status and, to the byte, the body.
    #[track_caller]
    pub fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, body));
        assert_eq!(self.header("Content-Type"), Some("application/json"));
        assert_eq!(self.header("X-Request-Id").map(str::len), Some(16));
    }

    /// Asserts an error's status, code, message and detail, and that there is nothing else.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: u32, message: &str, detail: &str) {
        let detail = serde_json::to_string(detail).unwrap();
        let body =
            format!(r#"{{"meta":{{"code":{code},"message":"{message}","detail":{detail}}}}}"#);
        self.is(status, &body);
    }

    /// Asserts that something was made, and gives the id that `Location` ends in.
    #[track_caller]
    pub fn made(&self) -> i64 {
        self.is(200, DONE);
        self.header("Location").unwrap().rsplit('/').next().unwrap().parse().unwrap()
    }

    #[track_caller]
    pub fn malformed(&self, detail: &str) {
        self.refuses(400, 40000, "INVALID PARAMETER", detail);
    }

    #[track_caller]
    pub fn invalid(&self, detail: &str) {
        self.refuses(400, 40001, "INVALID PARAMETER", detail);
    }

    #[track_caller]
    pub fn without_token(&self) {
        let detail = "the header X-calendar-access-token is missing";
        self.refuses(401, 40101, "MISSING HEADER", detail);
    }

    #[track_caller]
    pub fn bad_token(&self) {
        self.refuses(401, 40102, "INVAILD TOKEN", "the access token is not valid");
    }

    #[track_caller]
    pub fn not_owned(&self, detail: &str) {
        self.refuses(401, 40102, "UNAUTHORIZED REQUEST", detail);
    }

    #[track_caller]
    pub fn not_allowed(&self, allow: &str) {
        self.refuses(403, 40300, "METHOD NOT ALLOWED", &format!("this path takes {allow}"));
        assert_eq!(self.header("Allow"), Some(allow));
    }

    #[track_caller]
    pub fn not_found(&self, detail: &str) {
        self.refuses(404, 40400, "NOT FOUND", detail);
    }
}
