//! The server in this process: a calendar of its own for each test, called as a client calls it.

use std::time::{Duration, Instant};

use calendar_server::app::{self, App};
use calendar_server::clock::Clock;
use calendar_server::domain::auth::Tokens;
use calendar_server::model::{AddressSecret, Bounds, FeedSpan, Invitations, Rate};
use calendar_server::server;
use calendar_server::store::Store;
use jiff::tz::TimeZone;
use rocket::config::LogLevel;
use rocket::figment::Figment;
use rocket::http::{Header, Method};
use rocket::local::blocking::{Client, LocalRequest};
use rocket::{Build, Rocket};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::answer::Answer;
use super::kept::Kept;

pub(crate) const DONE: &str = r#"{"meta":{"code":20000,"message":"SUCCESS"}}"#;

/// 2017-06-19 19:55:04 in Seoul: when the reference's first event was registered.
pub(crate) const NOW: i64 = 1_497_869_704;

/// The key that signed the token that the reference prints.
pub(crate) const KEY: &[u8] = b"secret_key_2017";

pub(crate) const PARK: &str = "park@jungi.me";
pub(crate) const KIM: &str = "kim@example.com";

/// The secret of the invitation that [`Calendar::populated`] has.
pub(crate) const SECRET: &str = "7qk2vhx5zn3mcf6twd4ybgrjp2laeo5usik3xq7hnv2mzc4twf6y";

/// Counts the events that the search index does not have yet.
pub(crate) const NOT_INDEXED: &str = "SELECT (SELECT count(*) FROM subject_gram_pending)
    + (SELECT count(*) FROM event WHERE id > (SELECT followed FROM subject_gram_progress))";

/// Its database is a file, or a PostgreSQL where the tests run on one.
pub(crate) struct Calendar {
    // Dropped first: nothing uses its database then.
    client: Client,
    pub(crate) clock: Clock,
    pub(crate) database: Kept,
}

/// The settings that tests vary.
pub(crate) struct Settings {
    pub(crate) registration_open: bool,
    pub(crate) invitations: Invitations,
    pub(crate) bounds: Bounds,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) auth_rate: Option<Rate>,
    pub(crate) write_rate: Option<Rate>,
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    pub(crate) token_lifetime: Option<Duration>,
    pub(crate) feed_span: FeedSpan,
    pub(crate) frame_ancestors: Vec<String>,
    pub(crate) zone: &'static str,
    /// With 0, the default here, a deleted group is purged at once.
    pub(crate) trash_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            invitations: Invitations::default(),
            bounds: Bounds::default(),
            cors_origins: Vec::new(),
            auth_rate: None,
            write_rate: None,
            trusted_proxies: Vec::new(),
            token_lifetime: None,
            feed_span: FeedSpan::default(),
            frame_ancestors: Vec::new(),
            zone: "Asia/Seoul",
            trash_days: 0,
        }
    }
}

/// What the handlers work with. The only place in the tests that builds one.
fn app(store: Store, clock: Clock, settings: Settings) -> App {
    let tokens = Tokens::new(KEY, settings.token_lifetime);
    let settings = app::Settings {
        registration_open: settings.registration_open,
        invitations: settings.invitations,
        bounds: settings.bounds,
        auth_rate: settings.auth_rate,
        write_rate: settings.write_rate,
        trusted_proxies: settings.trusted_proxies,
        cors_origins: settings.cors_origins,
        feed_span: settings.feed_span,
        frame_ancestors: settings.frame_ancestors,
        trash_days: settings.trash_days,
        ..app::Settings::default()
    };
    App::new(store, clock, tokens, settings)
}

/// A server of its own, as [`Calendar::new`] has one, that is not launched, with the folder of its database.
pub(crate) fn unlaunched() -> (Rocket<Build>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&folder.path().join("calendar.sqlite")).unwrap();
    let settings = Settings::default();
    let clock = Clock::fixed(TimeZone::get(settings.zone).unwrap(), NOW);
    let quiet =
        rocket::Config { log_level: LogLevel::Off, port: 0, ..rocket::Config::debug_default() };
    (server::build(Figment::from(quiet), app(store, clock, settings)), folder)
}

impl Calendar {
    /// Without users, in Seoul, at [`NOW`].
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::kept(Kept::new(), settings)
    }

    /// In a file, whatever the tests run on.
    pub(crate) fn in_file() -> Self {
        Self::kept(Kept::in_file(), Settings::default())
    }

    fn kept(database: Kept, settings: Settings) -> Self {
        let (store, _) = Store::open(database.database()).unwrap();
        let clock = Clock::fixed(TimeZone::get(settings.zone).unwrap(), NOW);
        let app = app(store, clock.clone(), settings);
        let quiet = rocket::Config { log_level: LogLevel::Off, ..rocket::Config::debug_default() };
        let client = Client::untracked(server::build(Figment::from(quiet), app)).unwrap();
        Self { client, clock, database }
    }

    /// What the handlers work with.
    pub(crate) fn app(&self) -> &App {
        self.client.rocket().state().unwrap()
    }

    /// Waits until the writer has done its deferred work, of which `count` counts what is left.
    pub(crate) fn wait_until_none(&self, count: &str) {
        if count == NOT_INDEXED && self.database.is_shared() {
            return;
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.rows(count) != ["0"] {
            assert!(Instant::now() < deadline, "the writer does not do its deferred work");
            std::thread::yield_now();
        }
    }

    /// Waits until what PostgreSQL defers is done.
    pub(crate) fn settle(&self) {
        self.database.settle();
    }

    /// Makes `id` the next id of `table`.
    pub(crate) fn next_id(&self, table: &str, id: i64) {
        self.execute(&if self.database.is_shared() {
            format!("SELECT setval('{table}_id_seq', {id}, false)")
        } else {
            format!(
                "DELETE FROM sqlite_sequence WHERE name = '{table}';
                 INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {id} - 1)"
            )
        });
    }

    /// Registers `email` and gives its token.
    pub(crate) fn register(&self, email: &str) -> String {
        let answer = self.post("/user/", "", format!(r#"{{"useremail": "{email}"}}"#));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["data"]["token"].as_str().unwrap().to_owned()
    }

    /// A calendar and the token of [`PARK`], who registered event 1, and made and selected group 1, to which [`SECRET`]
    /// invites.
    pub(crate) fn populated() -> (Self, String) {
        Self::new().populate()
    }

    /// The same in a file, whatever the tests run on.
    pub(crate) fn populated_in_file() -> (Self, String) {
        Self::in_file().populate()
    }

    fn populate(self) -> (Self, String) {
        let calendar = self;
        let token = calendar.register(PARK);
        calendar.event(&token, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "테스트 일정");
        calendar.group(&token, "회식 관련");
        calendar.select(&token, "1");
        calendar.app_password(&token, "all");
        calendar.feed(&token, "{}");
        calendar.keep_invitation(SECRET);
        (calendar, token)
    }

    /// Registers a personal event and gives its id.
    #[track_caller]
    pub(crate) fn event(&self, token: &str, sdate: &str, edate: &str, subject: &str) -> i64 {
        let body = json!({"sdate": sdate, "edate": edate, "subject": subject});
        self.post("/calendar/event", token, body.to_string()).made()
    }

    /// Registers an event in `group` and gives its id.
    #[track_caller]
    pub(crate) fn group_event(
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
    pub(crate) fn group(&self, token: &str, name: &str) -> i64 {
        self.post("/group/", token, json!({ "group_name": name }).to_string()).made()
    }

    /// Makes an app password and gives it.
    #[track_caller]
    pub(crate) fn app_password(&self, token: &str, scope: &str) -> String {
        let body = json!({"name": "b", "scope": scope});
        let answer = self.post("/user/app-password", token, body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["data"]["password"].as_str().unwrap().to_owned()
    }

    /// Makes a feed of the calendar, or of what `what` says besides the name, and gives its path.
    #[track_caller]
    pub(crate) fn feed(&self, token: &str, what: &str) -> String {
        let mut body: Value = serde_json::from_str(what).unwrap();
        body["name"] = json!("홈페이지");
        let answer = self.post("/user/feed", token, body.to_string());
        answer.json()["data"]["url"].as_str().unwrap().to_owned()
    }

    /// Adds an invitation of user 1 to group 1 with that secret, for a writer.
    pub(crate) fn keep_invitation(&self, secret: &str) {
        let digest = AddressSecret::read(secret).unwrap().digest();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = NOW + 9 * 3600;
        self.execute(&format!(
            "INSERT INTO invitation (group_id, inviter_id, role, digest, created, expires)
             VALUES (1, 1, 2, x'{digest}', {now}, {now} + 604800)"
        ));
    }

    #[track_caller]
    pub(crate) fn select(&self, token: &str, groups: &str) {
        let body = json!({ "selected_group": groups });
        self.post("/user/calendar/group", token, body.to_string()).is(200, DONE);
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::Get, path, token, "")
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        self.call(Method::Post, path, token, body)
    }

    pub(crate) fn put(&self, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        self.call(Method::Put, path, token, body)
    }

    pub(crate) fn delete(&self, path: &str, token: &str, body: impl AsRef<[u8]>) -> Answer {
        self.call(Method::Delete, path, token, body)
    }

    /// Calls `path` below `/api/v1`; an empty token sends no header.
    pub(crate) fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let token = (!token.is_empty()).then_some(("X-calendar-access-token", token));
        self.send(method, &format!("/api/v1{path}"), token.as_slice(), body)
    }

    /// Sends a request to any path.
    pub(crate) fn send(
        &self,
        method: Method,
        uri: &str,
        headers: &[(&'static str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        Self::dispatch(self.client.req(method, uri.to_owned()).body(body), headers)
    }

    /// Like [`send`](Self::send), over a connection from `peer`.
    pub(crate) fn send_from(
        &self,
        peer: &str,
        method: Method,
        uri: &str,
        headers: &[(&'static str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let request = self.client.req(method, uri.to_owned()).remote(peer.parse().unwrap());
        Self::dispatch(request.body(body), headers)
    }

    /// The same with any method, also one of WebDAV.
    pub(crate) fn send_as(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&'static str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let known: Option<Method> = method.parse().ok();
        let request = self.client.req(known.unwrap_or(Method::Trace), uri.to_owned());
        if known.is_none() {
            server::set_method(request.inner(), method);
        }
        Self::dispatch(request.body(body), headers)
    }

    fn dispatch(mut request: LocalRequest<'_>, headers: &[(&'static str, &str)]) -> Answer {
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

    /// Runs statements on the database, beside the server.
    pub(crate) fn execute(&self, sql: &str) {
        self.database.execute(sql);
    }

    /// All rows that `sql` gives, as text, the columns joined by `|`, NULL as `-`.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        self.database.rows(sql)
    }
}
