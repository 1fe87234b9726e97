//! CalDAV by the binary itself: methods that only a connection can show, hostile documents, and a server that is killed while
//! programs put objects.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::Agent;

use crate::fixture::{assert_sound, memory, serve};
use crate::support::server::{Server, command};

const PARK: &str = "park@jungi.me";
const PERSONAL: &str = "/dav/calendars/park@jungi.me/personal";

/// The header of an app password that it makes, and that password.
fn sign_in(server: &Server, token: &str) -> (String, String) {
    let body = r#"{"name": "phone", "scope": "all"}"#;
    let (status, answer) = server.call("POST", "/user/app-password", token, body);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let password = answer["data"]["password"].as_str().unwrap().to_owned();
    (format!("Basic {}", STANDARD.encode(format!("{PARK}:{password}"))), password)
}

fn request(server: &Server, sign_in: &str, head: &str, body: &str) -> (String, String) {
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {}\r\nAuthorization: {sign_in}\r\nContent-Length: {length}\r\nConnection: close\r\n",
        server.address()
    );
    server.send(format!("{request}Depth: 1\r\n\r\n{body}").as_bytes())
}

fn object(uid: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20170601T000000Z\r\nDTSTART:20170620T000000Z\r\nSUMMARY:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[test]
fn the_methods_of_webdav_come_through_and_leave_no_secret_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev_run = command(folder.path(), &["dev-run", "--port", "0"]);
    dev_run.env("CALENDAR_LOG_LEVEL", "debug");
    let server = Server::start(dev_run);
    let token = server.register(PARK);
    let (header, password) = sign_in(&server, &token);
    for (head, status) in [
        ("PROPFIND /dav/", "207 Multi-Status"),
        ("PROPFIND /.well-known/caldav", "207 Multi-Status"),
        ("PROPFIND /", "207 Multi-Status"),
        ("OPTIONS /dav/principals/", "200 OK"),
        ("MKCALENDAR /dav/calendars/park@jungi.me/new/", "201 Created"),
        ("HEAD /dav/calendars/park@jungi.me/new/none.ics", "404 Not Found"),
        ("LOCK /dav/calendars/park@jungi.me/new/", "405 Method Not Allowed"),
        ("BREW /dav/", "405 Method Not Allowed"),
        ("TRACE /dav/", "405 Method Not Allowed"),
        ("REPORT /dav/", "400 Bad Request"),
    ] {
        let (answer, _) = request(&server, &header, head, "");
        let line = answer.lines().next().unwrap_or_default();
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{head}");
    }
    let (answer, _) = request(&server, "Basic wrong", "PROPFIND /dav/", "");
    assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
    let (_, log) = server.stop();
    assert!(log.contains("PROPFIND") && log.contains("/dav/…"), "{log}");
    let encoded = header.split(' ').nth(1).unwrap();
    for secret in ["park", "none.ics", "BREW", encoded, &password] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[test]
fn below_a_path_each_address_has_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut below = serve(folder.path());
    below.env("CALENDAR_BASE_PATH", "/calendar");
    let server = Server::start(below);
    let token = server.register(PARK);
    let (header, _) = sign_in(&server, &token);
    let (answer, _) = request(&server, &header, "GET /calendar/.well-known/caldav", "");
    assert!(answer.contains("\r\nlocation: /calendar/dav/\r\n"), "{answer}");
    let home = "/calendar/dav/calendars/park@jungi.me/";
    let (_, body) = request(&server, &header, &format!("PROPFIND {home}"), "");
    for href in ["", "personal/", "birthdays/"] {
        assert!(body.contains(&format!("<D:href>{home}{href}</D:href>")), "{body}");
    }
    assert!(!body.contains("<D:href>/dav/"), "{body}");
    let path = format!("{home}personal/a.ics");
    let (answer, _) = request(&server, &header, &format!("PUT {path}"), &object("a"));
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    let multiget = format!(
        "<C:calendar-multiget xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><prop><getetag/></prop><href>{path}</href></C:calendar-multiget>"
    );
    let (_, body) = request(&server, &header, &format!("REPORT {home}personal/"), &multiget);
    assert!(
        body.contains(&format!("<D:href>{path}</D:href>")) && body.contains("200 OK"),
        "{body}"
    );
}

#[test]
fn hostile_documents_cost_little_and_are_told_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register(PARK);
    let (header, _) = sign_in(&server, &token);
    let before = memory(&server);
    let entities: String = (1..10)
        .map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)))
        .collect();
    let laughs = format!("<!DOCTYPE a [<!ENTITY a0 \"ha\">{entities}]><a>&a9;</a>");
    let deep = "<a>".repeat(100_000);
    let many = format!("<a>{}</a>", "<b/>".repeat(200_000));
    let attributes =
        format!("<a {}/>", (0..50_000).map(|n| format!("b{n}=\"\" ")).collect::<String>());
    for (body, why) in [
        (&laughs, "400 Bad Request"),
        (&deep, "400 Bad Request"),
        (&many, "400 Bad Request"),
        (&attributes, "400 Bad Request"),
        (&"a".repeat(10 << 20), "413 Payload Too Large"),
    ] {
        for head in ["PROPFIND /dav/", "REPORT /dav/calendars/park@jungi.me/personal/"] {
            let (answer, _) = request(&server, &header, head, body);
            let line = answer.lines().next().unwrap_or_default();
            assert_eq!(line, format!("HTTP/1.1 {why}"), "{head} {body:.40}");
        }
    }
    let more = memory(&server) - before;
    assert!(more < 64 << 10, "{more} KiB more");
    assert!(server.stop().0.success());
}

/// Puts objects until the server is gone, and gives those that it acknowledged. Each is told to `told`.
fn put_all(server: &str, header: &str, name: usize, told: &mpsc::Sender<()>) -> Vec<String> {
    let config = Agent::config_builder().http_status_as_error(false);
    let agent: Agent = config.timeout_global(Some(Duration::from_secs(20))).build().into();
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let uid = format!("{name}-{number}");
        let request = agent.put(format!("{server}{PERSONAL}/{uid}.ics"));
        let Ok(answer) = request.header("Authorization", header).send(object(&uid)) else { break };
        assert_eq!(answer.status().as_u16(), 201);
        acknowledged.push(uid);
        let _ = told.send(());
    }
    acknowledged
}

#[test]
fn a_server_killed_while_programs_put_objects_loses_none_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register(PARK);
    let (header, _) = sign_in(&server, &token);
    let (told, heard) = mpsc::channel();
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|name| {
                let (url, header, told) = (server.url.clone(), &header, told.clone());
                scope.spawn(move || put_all(&url, header, name, &told))
            })
            .collect();
        (0..200).for_each(|_| heard.recv_timeout(Duration::from_secs(60)).unwrap());
        server.signal("KILL");
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(server.ended().0.signal(), Some(9));
    assert!(acknowledged.len() >= 200);
    assert_sound(folder.path());
    let server = Server::start(serve(folder.path()));
    for uid in &acknowledged {
        let (head, body) = request(&server, &header, &format!("GET {PERSONAL}/{uid}.ics"), "");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{uid}: {head}");
        assert_eq!(body, object(uid));
    }
    let (_, listed) = request(
        &server,
        &header,
        &format!("PROPFIND {PERSONAL}/"),
        r#"<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>"#,
    );
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for name in listed.split(".ics</D:href>").filter_map(|before| before.rsplit('/').next()) {
        *times.entry(name).or_default() += 1;
    }
    for uid in &acknowledged {
        assert_eq!(times.get(uid.as_str()), Some(&1), "{uid}");
    }
}
