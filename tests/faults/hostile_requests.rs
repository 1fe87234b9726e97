//! Hostile requests, as bytes on a socket.

use std::io::{ErrorKind, Read, Write};

use serde_json::Value;

use crate::fixture::{DAY, assert_flat, memory, serve};
use crate::support::server::Server;

/// Sends bytes, whether or not the server reads them all, and gives its answer: nothing if it closes
/// the connection.
fn answer_to(server: &Server, said: &[u8]) -> Vec<u8> {
    let mut stream = server.connect();
    let mut answer = Vec::new();
    // The server may refuse and close the connection before all is sent.
    let _ = stream.write_all(said);
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    }
    answer
}

/// Asserts a closed connection or the envelope. Gives the status, 0 for a
/// closed connection.
#[track_caller]
fn assert_acceptable(what: &str, answer: &[u8]) -> u16 {
    let answer = std::str::from_utf8(answer).unwrap();
    if answer.is_empty() {
        return 0;
    }
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{what}: {answer}"));
    let code = body["meta"]["code"].as_u64().unwrap();
    assert_eq!(code / 100, u64::from(status), "{what}: {answer}");
    assert_ne!(status, 500, "{what}: {answer}");
    status
}

fn with_body(token: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST /api/v1/group/ HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: {token}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn get(token: &str, target: &[u8], headers: &[u8]) -> Vec<u8> {
    let rest = format!(
        " HTTP/1.1\r\nHost: c\r\nConnection: close\r\nX-calendar-access-token: {token}\r\n"
    );
    [b"GET /api/v1", target, rest.as_bytes(), headers, b"\r\n"].concat()
}

/// The name of a request, its bytes, and the statuses that are accepted: 0 is a closed connection.
type HostileRequest = (&'static str, Vec<u8>, &'static [u16]);

fn requests(token: &str) -> Vec<HostileRequest> {
    let deep = |levels: usize, open: &str| open.repeat(levels).into_bytes();
    let parameters = (0..10_000).map(|number| format!("a{number}=%20&")).collect::<String>();
    let search = format!("/calendar/search?{parameters}search_word=a");
    let header = [b"X-Large: ", "x".repeat(1 << 20).as_bytes(), b"\r\n"].concat();
    let headers = (0..20_000).map(|number| format!("X-{number}: x\r\n")).collect::<String>();
    let long_path = format!("/{}", "x".repeat(1 << 20));
    let bad = b"\xff\xfe\xc3\x28\xed\xa0\x80";
    vec![
        ("100,000 levels", with_body(token, &deep(100_000, "[")), &[0, 413]),
        ("60,000 levels", with_body(token, &deep(60_000, "[")), &[400]),
        ("12,000 objects", with_body(token, &deep(12_000, r#"{"a":"#)), &[400]),
        (
            "60,000 levels in a name",
            with_body(token, &[br#"{"group_name":"#, &deep(60_000, "[")[..], b"}"].concat()),
            &[400],
        ),
        ("10,000 parameters", get(token, search.as_bytes(), b""), &[200, 414, 431]),
        ("a header of 1 MiB", get(token, b"/group/", &header), &[0, 431]),
        ("20,000 headers", get(token, b"/group/", headers.as_bytes()), &[0, 431]),
        ("a path of 1 MiB", get(token, long_path.as_bytes(), b""), &[0, 400, 414, 431]),
        ("bytes in a path", get(token, &[b"/group/", &bad[..]].concat(), b""), &[0, 400, 404]),
        (
            "bytes in a query",
            get(token, &[b"/calendar/search?search_word=", &bad[..]].concat(), b""),
            &[0, 400],
        ),
        (
            "escaped bytes in a query",
            get(token, b"/calendar/search?search_word=%ff%fe%c3%28", b""),
            &[400],
        ),
        ("bytes in a header", get(token, b"/group/", &[b"X-A: ", &bad[..], b"\r\n"].concat()), &[200]),
        ("bytes in a header's name", get(token, b"/group/", &[&bad[..], b": a\r\n"].concat()), &[400]),
        (
            "bytes in a token",
            [
                b"GET /api/v1/group/ HTTP/1.1\r\nHost: c\r\nConnection: close\r\nX-calendar-access-token: ",
                &bad[..],
                b"\r\n\r\n",
            ]
            .concat(),
            &[401],
        ),
        ("bytes in a method", [&bad[..], b" /api/v1/group/ HTTP/1.1\r\n\r\n"].concat(), &[0, 400]),
        ("bytes for a body", with_body(token, bad), &[400]),
        (
            "bytes in a body",
            with_body(token, &[br#"{"group_name":""#, &bad[..], br#""}"#].concat()),
            &[400],
        ),
        ("half a surrogate", with_body(token, br#"{"group_name":"\ud800"}"#), &[400]),
        ("bytes alone", bad.repeat(1000), &[0, 400]),
        ("zeros", vec![0; 10_000], &[0, 400]),
        (
            "a length of too many digits",
            b"POST /api/v1/group/ HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n".to_vec(),
            &[0, 400],
        ),
        (
            "two lengths",
            b"POST /api/v1/group/ HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x".to_vec(),
            &[0, 400],
        ),
        (
            "a chunk of a negative length",
            b"POST /api/v1/user/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n-1\r\n{}\r\n0\r\n\r\n".to_vec(),
            &[0, 400],
        ),
        (
            "a chunk of 2^64 bytes",
            b"POST /api/v1/user/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n10000000000000000\r\n{}\r\n0\r\n\r\n".to_vec(),
            &[0, 400],
        ),
    ]
}

#[test]
fn a_hostile_request_is_refused_and_leaks_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let requests = requests(&token);
    let send_all = || {
        for (what, said, fits) in &requests {
            let answer = answer_to(&server, said);
            let status = assert_acceptable(what, &answer);
            assert!(fits.contains(&status), "{what}: {status}");
        }
    };
    for _ in 0..4 {
        send_all();
    }
    let before = memory(&server);
    for _ in 0..30 {
        send_all();
    }
    assert_flat(&server, before);
    let (status, groups) = server.call("GET", "/group/list", &token, "");
    assert_eq!(status, 200);
    assert!(groups.ends_with(r#""data":[]}"#), "none of it made a group: {groups}");
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    for bad in ["status=500", "ERROR", "panicked"] {
        let line = log.lines().find(|line| line.contains(bad));
        assert_eq!(line, None, "{bad} is in the log");
    }
}

#[test]
fn a_body_that_never_ends_is_refused_while_it_is_sent() {
    const MOST: usize = 10 << 20;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(serve(folder.path()));
    let token = server.register("park@jungi.me");
    let send = |path: &str, token: &str, start: &str| {
        let mut stream = server.connect();
        let mut reading = stream.try_clone().unwrap();
        let reader = std::thread::spawn(move || {
            let mut answer = Vec::new();
            let _ = reading.read_to_end(&mut answer);
            answer
        });
        let head = format!(
            "POST /api/v1{path} HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut sent = 0;
        let mut chunk = start.to_owned();
        while sent < MOST && !reader.is_finished() {
            let framed = format!("{:x}\r\n{chunk}\r\n", chunk.len());
            if stream.write_all(framed.as_bytes()).is_err() {
                break;
            }
            sent += chunk.len();
            chunk = " ".repeat(1024);
        }
        // The body has not ended here either: no last chunk was sent.
        let answer = reader.join().unwrap();
        (sent, assert_acceptable(path, &answer))
    };
    let cases = [
        ("/group/", token.as_str(), r#"{"group_name":"a"#, [0, 413]),
        ("/group/", token.as_str(), r#"{"group_name":"a"}"#, [0, 413]),
        ("/user/", "", r#"{"useremail":"kim@example.com"}"#, [0, 413]),
        ("/group/", "no token", "{}", [0, 401]),
        ("/nothing", "", "{}", [0, 404]),
    ];
    let send_all = || {
        for (path, token, start, fits) in cases {
            let (sent, status) = send(path, token, start);
            assert!(sent < MOST, "{path}: it took all of {sent} bytes");
            assert!(fits.contains(&status), "{path}: {status}");
        }
    };
    send_all();
    let before = memory(&server);
    for _ in 0..10 {
        send_all();
    }
    assert_flat(&server, before);
    assert_eq!(server.call("GET", DAY, &token, "").0, 200);
    let (_, groups) = server.call("GET", "/group/list", &token, "");
    assert!(groups.ends_with(r#""data":[]}"#), "{groups}");
}
