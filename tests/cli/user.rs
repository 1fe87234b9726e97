//! `user add|list|token|password|revoke|remove`, beside a running server.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::setup::failed;
use crate::spawned::{Ended, Server, command, run};

fn user(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["user"], arguments].concat())
}

/// Runs `user password`, with `typed` piped in.
fn password(folder: &Path, email: &str, typed: &str) -> Ended {
    let mut command = command(folder, &["user", "password", email]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

fn done(out: &str) -> Ended {
    Ended { code: Some(0), out: out.to_owned(), err: String::new() }
}

fn status(server: &Server, token: &str) -> u16 {
    server.call("GET", "/user/", token, "").0
}

fn sign_in(server: &Server, email: &str, password: &str) -> u16 {
    let body = json!({"useremail": email, "password": password}).to_string();
    server.call("POST", "/user/login", "", &body).0
}

/// The token that a command printed, alone on its line.
#[track_caller]
fn printed(ended: &Ended) -> String {
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let token = ended.out.strip_suffix('\n').unwrap();
    assert!(token.starts_with("eyJ") && !token.contains('\n'), "{token}");
    token.to_owned()
}

#[test]
fn with_registration_closed_the_operator_makes_users_and_their_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_REGISTRATION", "closed");
    let server = Server::start(command);
    let first = printed(&user(folder.path(), &["add", "park@jungi.me"]));
    let second = printed(&user(folder.path(), &["token", "PARK@jungi.me"]));
    assert_eq!([status(&server, &first), status(&server, &second)], [200, 200]);
    assert_eq!(
        user(folder.path(), &["add", "Park@jungi.me"]),
        failed("user Park@jungi.me exists already: calendar-server user token gives another token")
    );
}

#[test]
fn a_token_of_a_configured_key_is_signed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let keyed = |arguments: &[&str]| {
        let mut command = command(folder.path(), arguments);
        command.env("CALENDAR_SECRET_KEY", "secret_key_2017");
        command
    };
    let server = Server::start(keyed(&["serve", "--port", "0"]));
    let output = keyed(&["user", "add", "park@jungi.me"]).output().unwrap();
    assert_eq!(status(&server, &printed(&output.into())), 200);
}

#[test]
fn a_password_is_read_from_standard_input_and_ends_all_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    assert_eq!(
        password(folder.path(), "park@jungi.me", "correct horse\n"),
        done("set the password of park@jungi.me, and ended all their tokens\n")
    );
    assert_eq!(status(&server, &token), 401);
    assert_eq!(sign_in(&server, "park@jungi.me", "correct horse"), 200);
    assert_eq!(sign_in(&server, "park@jungi.me", "wrong horse"), 401);

    assert_eq!(
        password(folder.path(), "park@jungi.me", "short\n"),
        failed("password: expected 8 to 256 characters")
    );
    assert_eq!(sign_in(&server, "park@jungi.me", "correct horse"), 200);
}

#[test]
fn a_password_is_no_argument() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(user(folder.path(), &["password", "park@jungi.me", "correct horse"]).code, Some(2));
}

#[test]
fn revoking_ends_all_tokens_of_a_user() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@jungi.me"));
    assert_eq!(
        user(folder.path(), &["revoke", "park@jungi.me"]),
        done("ended all tokens of park@jungi.me\n")
    );
    assert_eq!([status(&server, &park), status(&server, &kim)], [401, 200]);
    let next = printed(&user(folder.path(), &["token", "park@jungi.me"]));
    assert_eq!(status(&server, &next), 200);
}

const EVENT: &str =
    r#""sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속""#;

/// Park made group 1, in which both have an event; each has a personal one, and Kim made group 2.
fn shared() -> (tempfile::TempDir, Server, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@jungi.me"));
    let post = |path: &str, token: &str, body: &str| {
        assert_eq!(server.call("POST", path, token, body).0, 200);
    };
    post("/group/", &park, r#"{"group_name":"가족"}"#);
    post("/group/", &kim, r#"{"group_name":"회식"}"#);
    for token in [&park, &kim] {
        post("/group/event", token, &format!(r#"{{"group_id":1,{EVENT}}}"#));
        post("/calendar/event", token, &format!("{{{EVENT}}}"));
        post("/user/calendar/group", token, r#"{"selected_group":"1"}"#);
    }
    (folder, server, park, kim)
}

#[test]
fn users_are_listed_with_what_they_have() {
    let (folder, _server, ..) = shared();
    password(folder.path(), "kim@jungi.me", "correct horse\n");
    let listed = user(folder.path(), &["list", "--json"]);
    let mut rows: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    for row in rows.as_array_mut().unwrap() {
        assert_eq!(
            row.as_object_mut().unwrap().remove("created").unwrap().as_str().unwrap().len(),
            25
        );
    }
    assert_eq!(
        rows,
        json!([
            {"id": 1, "email": "park@jungi.me", "password": false, "groups": 1, "events": 2},
            {"id": 2, "email": "kim@jungi.me", "password": true, "groups": 1, "events": 2},
        ])
    );
    let table = user(folder.path(), &["list"]).out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("id  email          created "), "{table}");
    assert!(lines[2].starts_with("2   kim@jungi.me   ") && lines[2].contains("  yes  "), "{table}");
}

#[test]
fn removing_a_user_who_made_groups_says_what_to_do_and_removes_nothing() {
    let (folder, server, park, _) = shared();
    assert_eq!(
        user(folder.path(), &["remove", "park@jungi.me", "--yes"]),
        failed(
            "park@jungi.me made 1 group: they have to be given to somebody, or removed too (--give-groups-to EMAIL, or --with-groups)"
        )
    );
    assert_eq!(status(&server, &park), 200);
}

#[test]
fn groups_can_be_given_to_somebody_else() {
    let (folder, server, park, kim) = shared();
    let ended = user(
        folder.path(),
        &["remove", "park@jungi.me", "--give-groups-to", "kim@jungi.me", "--yes"],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(ended.out, "removed park@jungi.me\n");
    assert_eq!(
        ended.err,
        "park@jungi.me: 1 personal event and 1 event in groups will be removed; kim@jungi.me gets the groups 가족\n"
    );
    assert_eq!(status(&server, &park), 401);
    let (_, groups) = server.call("GET", "/group/", &kim, "");
    assert_eq!(groups.matches(r#""creator_email":"kim@jungi.me""#).count(), 2, "{groups}");
    let (_, day) = server.call("GET", "/calendar/date?date=2017-06-19", &kim, "");
    assert_eq!(day.matches(r#""id":"#).count(), 2, "Kim's own event and Kim's in the group: {day}");
    assert!(!day.contains("park@jungi.me"), "{day}");
}

#[test]
fn groups_can_go_too_with_everybodys_events() {
    let (folder, server, _, kim) = shared();
    let ended = user(folder.path(), &["remove", "park@jungi.me", "--with-groups", "--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(
        ended.err,
        "park@jungi.me: 1 personal event and 1 event in groups will be removed; so will the groups 가족, with 1 event of others\n"
    );
    let (_, day) = server.call("GET", "/calendar/date?date=2017-06-19", &kim, "");
    assert_eq!(day.matches(r#""id":"#).count(), 1, "{day}");
    assert_eq!(server.call("GET", "/group/1", &kim, "").0, 404);
}

#[test]
fn a_removed_users_token_does_not_open_the_calendar_of_who_takes_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let old = server.register("park@jungi.me");
    assert_eq!(user(folder.path(), &["remove", "park@jungi.me", "--yes"]).code, Some(0));
    let new = server.register("park@jungi.me");
    assert_eq!([status(&server, &old), status(&server, &new)], [401, 200]);
}

/// Sends the head of a request and half its body, lets `meanwhile` happen, and sends the rest.
fn slowly(
    server: &Server,
    line: &str,
    token: &str,
    body: &str,
    meanwhile: impl FnOnce(),
) -> String {
    let mut stream = server.connect();
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Once it asks for the body, it has accepted the token.
    std::io::Read::read_exact(&mut stream, &mut [0; 25]).unwrap();
    meanwhile();
    stream.write_all(body.as_bytes()).unwrap();
    crate::spawned::answer(stream).1
}

#[test]
fn a_request_under_way_does_not_outlive_its_token_or_its_user() {
    let refused = r#"{"meta":{"code":40102,"message":"INVAILD TOKEN","detail":"the access token is not valid"}}"#;
    let event = format!("{{{EVENT}}}");
    for (line, body) in [
        ("POST /api/v1/calendar/event", event.as_str()),
        ("POST /api/v1/group", r#"{"group_name":"가족"}"#),
        ("PUT /api/v1/user/password", r#"{"password":"battery staple"}"#),
    ] {
        for end in [&["revoke", "park@jungi.me"][..], &["remove", "park@jungi.me", "--yes"]] {
            let folder = tempfile::tempdir().unwrap();
            let server = Server::dev_run(folder.path());
            let token = server.register("park@jungi.me");
            let answered = slowly(&server, line, &token, body, || {
                assert_eq!(user(folder.path(), end).code, Some(0));
            });
            assert_eq!(answered, refused, "{line}, {end:?}");
            assert_eq!(sign_in(&server, "park@jungi.me", "battery staple"), 401);
            let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
            let sql = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM calendar_group)";
            let rows: i64 = conn.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(rows, 0, "{line}, {end:?}");
        }
    }
}

#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    server.call("POST", "/group/", &token, r#"{"group_name":"G\u001b[31m1"}"#);
    let ended = user(folder.path(), &["remove", "park@jungi.me", "--with-groups", "--yes"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.contains("so will the groups G\\u{1b}[31m1,"), "{}", ended.err);
}

#[test]
fn without_yes_and_with_nobody_to_ask_nothing_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    let ended = user(folder.path(), &["remove", "park@jungi.me"]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        "park@jungi.me: 0 personal events and 0 events in groups will be removed\nerror: cannot ask for confirmation without a terminal: use --yes\n"
    );
    assert_eq!(status(&server, &token), 200);
}

#[test]
fn who_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::dev_run(folder.path());
    for arguments in [
        &["token", "kim@jungi.me"][..],
        &["revoke", "kim@jungi.me"],
        &["remove", "kim@jungi.me", "--yes"],
    ] {
        assert_eq!(
            user(folder.path(), arguments),
            failed("user kim@jungi.me does not exist"),
            "{arguments:?}"
        );
    }
    assert_eq!(
        password(folder.path(), "kim@jungi.me", "correct horse\n"),
        failed("user kim@jungi.me does not exist")
    );
    assert_eq!(
        user(folder.path(), &["add", "kim"]),
        failed("EMAIL: expected an email address such as name@example.com")
    );
}

#[test]
fn without_a_migrated_database_it_is_said_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = "there is no database calendar.sqlite: make it with calendar-server db init";
    assert_eq!(user(folder.path(), &["list"]), failed(missing));
    run(folder.path(), &["db", "init"]);
    let unmigrated = "calendar.sqlite has yet to be migrated: run calendar-server db upgrade";
    assert_eq!(user(folder.path(), &["list"]), failed(unmigrated));
}
