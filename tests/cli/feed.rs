//! `feed add`, `list` and `end`, beside a running server.

use std::path::Path;

use serde_json::json;

use crate::support::server::{Ended, Server, command, done, failed, run};

fn feed(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["feed"], arguments].concat())
}

/// The status of what the page of the feed at `path` reads.
fn status(server: &Server, path: &str) -> u16 {
    let page = path.trim().strip_suffix(".ics").unwrap();
    let query = "sdate=2017-06-01%2000:00:00&edate=2017-07-01%2000:00:00";
    let (head, _) = server.send(
        format!("GET {page}.json?{query} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n")
            .as_bytes(),
    );
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_feed_is_made_listed_and_ended_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    server.register("park@jungi.me");
    let made = feed(here, &["add", "PARK@jungi.me", "Club website", "--busy"]);
    assert_eq!(
        (made.code, made.err.as_str()),
        (Some(0), "the address of the server, followed by:\n")
    );
    assert!(made.out.starts_with("/feed/") && made.out.ends_with(".ics\n"), "{}", made.out);
    assert_eq!(status(&server, &made.out), 200);

    let listed = feed(here, &["list", "park@jungi.me", "--json"]);
    let mut rows: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    let row = rows[0].as_object_mut().unwrap();
    assert_eq!(row.remove("created").unwrap().as_str().unwrap().len(), 25);
    row.remove("used");
    assert_eq!(rows, json!([{"id": 1, "name": "Club website", "group": null, "busy_only": true}]));
    let table = feed(here, &["list", "park@jungi.me"]).out;
    assert!(table.contains("Club website  calendar, busy times  "), "{table}");

    assert_eq!(feed(here, &["end", "park@jungi.me", "1"]), done("ended feed 1 of park@jungi.me\n"));
    assert_eq!(status(&server, &made.out), 404);
}

#[test]
fn a_feed_of_nobody_or_of_no_group_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    assert_eq!(
        feed(here, &["add", "kim@jungi.me", "a"]),
        failed("user kim@jungi.me does not exist")
    );
    server.register("kim@jungi.me");
    assert_eq!(
        feed(here, &["add", "kim@jungi.me", "a", "--group", "7"]),
        failed("group 7 does not exist")
    );
    assert_eq!(
        feed(here, &["add", "kim@jungi.me", " "]),
        failed("NAME: expected 1 to 128 characters, got none")
    );
    assert_eq!(feed(here, &["end", "kim@jungi.me", "1"]), failed("feed 1 does not exist"));
}

#[test]
fn revoking_a_users_tokens_ends_their_feeds() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let server = Server::dev_run(here);
    server.register("park@jungi.me");
    let made = feed(here, &["add", "park@jungi.me", "Phone"]).out;
    assert_eq!(status(&server, &made), 200);
    assert_eq!(
        run(here, &["user", "revoke", "park@jungi.me"]),
        done("ended all tokens, app passwords and feeds of park@jungi.me\n")
    );
    assert_eq!(status(&server, &made), 404);
}

#[test]
fn the_address_of_a_feed_begins_as_the_client_calls_the_server() {
    let made = |trusted: &str, headers: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &["serve", "--port", "0"]);
        command.env("CALENDAR_TRUSTED_PROXIES", trusted);
        let server = Server::start(command);
        let token = server.register("park@jungi.me");
        let body = r#"{"name":"Club"}"#;
        let length = body.len();
        let (_, answer) = server.send(
            format!("POST /api/v1/user/feed HTTP/1.1\r\n{headers}X-calendar-access-token: {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").as_bytes(),
        );
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let url = answer["data"]["url"].as_str().unwrap();
        url.split("/feed/").next().unwrap().to_owned()
    };
    let proxied =
        "Host: inside:5000\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: club.example\r\n";
    assert_eq!(made("[]", proxied), "http://inside:5000");
    assert_eq!(made("127.0.0.1", proxied), "https://club.example");
    let odd = "Host: inside\r\nX-Forwarded-Proto: javascript\r\nX-Forwarded-Host: a/b\r\n";
    assert_eq!(made("127.0.0.1", odd), "");
}
