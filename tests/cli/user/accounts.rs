//! `user add`, `list`, `token`, `password` and `revoke`.

use std::io::{Read, Write};

use serde_json::json;

use super::{EVENT, password, printed_token, sign_in, status, user, with_groups};
use crate::support::server::{Server, command, done, failed, read_answer, run};

#[test]
fn the_operator_adds_users_while_registration_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_REGISTRATION", "closed");
    let server = Server::start(command);
    let first = printed_token(&user(folder.path(), &["add", "park@jungi.me"]));
    let second = printed_token(&user(folder.path(), &["token", "PARK@jungi.me"]));
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
    assert_eq!(status(&server, &printed_token(&output.into())), 200);
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
fn a_password_is_not_an_argument() {
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
        done("ended all tokens, app passwords and feeds of park@jungi.me\n")
    );
    assert_eq!([status(&server, &park), status(&server, &kim)], [401, 200]);
    let next = printed_token(&user(folder.path(), &["token", "park@jungi.me"]));
    assert_eq!(status(&server, &next), 200);
}

#[test]
fn users_are_listed_with_what_they_have() {
    let (folder, _server, ..) = with_groups();
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

/// Sends the head of a request, does `meanwhile` once the server has accepted the token, and sends the
/// body. Gives the body of the answer.
fn call_with_pause(
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
    // Once the server asks for the body, it has accepted the token.
    stream.read_exact(&mut [0; 25]).unwrap();
    meanwhile();
    stream.write_all(body.as_bytes()).unwrap();
    read_answer(stream).1
}

#[test]
fn a_running_request_does_not_outlive_its_token_or_its_user() {
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
            let answered = call_with_pause(&server, line, &token, body, || {
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
fn an_unknown_user_is_named() {
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
fn a_missing_or_unmigrated_database_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let missing = "there is no database calendar.sqlite: make it with calendar-server db init";
    assert_eq!(user(folder.path(), &["list"]), failed(missing));
    run(folder.path(), &["db", "init"]);
    let unmigrated = "calendar.sqlite is not migrated: run calendar-server db upgrade";
    assert_eq!(user(folder.path(), &["list"]), failed(unmigrated));
}

#[test]
fn a_user_whose_email_may_pass_for_another_is_not_added() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    assert_eq!(run(folder.path(), &["db", "upgrade"]).code, Some(0));
    for (email, what) in [
        ("park\u{200b}@jungi.me", "without invisible characters"),
        ("рark@jungi.me", "without look-alikes, such as letters of two alphabets in one word"),
    ] {
        let ended = run(folder.path(), &["user", "add", email]);
        let said = format!("error: EMAIL: expected an email address {what}\n");
        assert_eq!((ended.code, ended.out.as_str(), ended.err), (Some(1), "", said));
    }
    assert_eq!(run(folder.path(), &["user", "list", "--json"]).out, "[]\n");
    assert_eq!(run(folder.path(), &["user", "add", "박정이@jungi.me"]).code, Some(0));
}
