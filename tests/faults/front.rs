//! Clients that are slow, greedy or do not read, and requests that are not valid HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::fixture::{DAY, memory, serve};
use crate::support::server::{Server, command};
use crate::support::wait::{PATIENCE, wait_for};

/// `serve` on a free port with these settings.
fn with(folder: &Path, settings: &[(&str, &str)]) -> Server {
    let mut command = serve(folder);
    for (key, value) in settings {
        command.env(format!("CALENDAR_{}", key.to_uppercase()), value);
    }
    Server::start(command)
}

/// The head and the body of the answer to these bytes; empty if the server closes the connection.
fn answer_to(server: &Server, bytes: &[u8]) -> (String, String) {
    let mut stream = server.connect();
    // The server may refuse before all is sent.
    let _ = stream.write_all(bytes);
    read_all(stream)
}

fn read_all(mut stream: TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    assert!(ended.is_ok(), "{ended:?} after {}", String::from_utf8_lossy(&bytes));
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned())
}

#[test]
fn a_request_that_is_not_valid_http_gets_the_envelope_or_a_page() {
    const SOUND: &str = "Host: a\r\nConnection: close\r\n";
    let folder = tempfile::tempdir().unwrap();
    let server = with(folder.path(), &[]);
    let many: String = (0..150).map(|number| format!("X-{number}: a\r\n")).collect();
    let large = format!("X-Large: {}\r\n", "a".repeat(80 << 10));
    let long = "a".repeat(80 << 10);
    let host = "Host: expected the header once, with a host";
    let coding = "Transfer-Encoding: expected chunked, and nothing else";
    let malformed = "the request is not valid HTTP";
    // The request after its target, the status, the code, the message, the detail.
    let cases = [
        (format!(" b HTTP/1.1\r\n{SOUND}"), 400, 40000, "INVALID PARAMETER", malformed),
        (format!(" HTTP/1.1\r\n{SOUND}no colon\r\n"), 400, 40000, "INVALID PARAMETER", malformed),
        (" HTTP/1.1\r\nConnection: close\r\n".to_owned(), 400, 40000, "INVALID PARAMETER", host),
        (format!(" HTTP/1.1\r\n{SOUND}Host: b\r\n"), 400, 40000, "INVALID PARAMETER", host),
        (" HTTP/1.1\r\nHost: a b\r\n".to_owned(), 400, 40000, "INVALID PARAMETER", host),
        (
            format!(" HTTP/1.1\r\n{SOUND}Transfer-Encoding: gzip\r\n"),
            501,
            50100,
            "NOT IMPLEMENTED",
            coding,
        ),
        (
            format!(" HTTP/1.1\r\n{SOUND}Transfer-Encoding: gzip, chunked\r\n"),
            501,
            50100,
            "NOT IMPLEMENTED",
            coding,
        ),
        (
            format!(" HTTP/1.1\r\n{SOUND}{many}"),
            431,
            43100,
            "REQUEST HEADER FIELDS TOO LARGE",
            "the headers are too large or too many",
        ),
        (
            format!(" HTTP/1.1\r\n{SOUND}{large}"),
            431,
            43100,
            "REQUEST HEADER FIELDS TOO LARGE",
            "the headers are too large or too many",
        ),
        (
            format!("{long} HTTP/1.1\r\n{SOUND}"),
            414,
            41400,
            "URI TOO LONG",
            "the request target is too long",
        ),
    ];
    for (rest, status, code, message, detail) in cases {
        let shown: String = rest.chars().take(80).collect();
        let request = format!("GET /api/v1/group/{rest}\r\n");
        let (head, body) = answer_to(&server, request.as_bytes());
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}: {head}");
        let envelope =
            format!(r#"{{"meta":{{"code":{code},"message":"{message}","detail":"{detail}"}}}}"#);
        assert_eq!(body, envelope, "{shown}");
        let head = head.to_lowercase();
        for field in ["content-type: application/json", "connection: close", "x-request-id: "] {
            assert!(head.contains(field), "{shown}: no {field} in {head}");
        }

        let request = format!("GET /group/{rest}\r\n");
        let (head, body) = answer_to(&server, request.as_bytes());
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}: {head}");
        assert!(head.to_lowercase().contains("content-type: text/plain"), "{shown}: {head}");
        assert!(body.starts_with(&format!("{status} ")), "{shown}: {body}");
    }
    let browser =
        "GET /a b HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nAccept-Language: ko\r\n\r\n";
    let (head, body) = answer_to(&server, browser.as_bytes());
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert!(head.to_lowercase().contains("content-security-policy: default-src 'none'"), "{head}");
    assert!(body.contains("<h1>서버가 할 수 없는 일입니다</h1>"), "{body}");
    let (status, log) = server.stop();
    assert!(status.success());
    let line = r#"request method="-" path="/api/v1/…" status=431 code=43100 "#;
    assert!(log.contains(line), "{log}");
}

#[test]
fn a_request_that_does_not_arrive_in_time_is_answered_and_its_connection_closed() {
    let folder = tempfile::tempdir().unwrap();
    let times = [("header_timeout", "1s"), ("body_timeout", "1s"), ("idle_timeout", "2s")];
    let server = with(folder.path(), &times);
    let slow = |detail: &str| {
        format!(r#"{{"meta":{{"code":40800,"message":"REQUEST TIMEOUT","detail":"{detail}"}}}}"#)
    };
    let (head, body) = answer_to(&server, b"GET /api/v1/group/ HTTP/1.1\r\nHost: a\r\nX-cal");
    assert!(head.starts_with("HTTP/1.1 408 Request Timeout"), "{head}");
    assert_eq!(body, slow("the request took too long to arrive"));
    let request = b"POST /api/v1/user/ HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n{\"userem";
    let (head, body) = answer_to(&server, request);
    assert!(head.starts_with("HTTP/1.1 408 Request Timeout"), "{head}");
    assert_eq!(body, slow("body: it took too long to arrive"));
    // One that sends nothing, and one that sends nothing more.
    assert_eq!(answer_to(&server, b""), (String::new(), String::new()));
    let (head, _) = answer_to(&server, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    // A client that sends a byte now and then gets no more time.
    let mut stream = server.connect();
    let mut bytes = b"GET /api/v1/group/ HTTP/1.1\r\n".iter().chain(b"X-A: a\r\n".iter().cycle());
    wait_for("the refusal", || {
        let sent = stream.write_all(&[*bytes.next().unwrap()]);
        (sent.is_err() || server_closed(&stream)).then_some(())
    });
    assert!(server.stop().0.success());
}

/// Whether the server has sent something, or closed the connection.
fn server_closed(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    peeked.is_ok()
}

#[test]
fn a_client_has_so_many_connections_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = with(folder.path(), &[("max_connections_per_client", "3")]);
    let ask = |stream: &mut TcpStream| {
        let mut start = [0; 12];
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").is_ok()
            && stream.read_exact(&mut start).is_ok()
            && &start == b"HTTP/1.1 200"
    };
    let mut kept: Vec<_> = (0..3).map(|_| server.connect()).collect();
    assert!(kept.iter_mut().all(ask));
    assert!(!ask(&mut server.connect()), "a fourth is closed");
    drop(kept.pop());
    let again = wait_for("a place", || {
        let mut stream = server.connect();
        ask(&mut stream).then_some(stream)
    });
    drop((kept, again));
    assert!(server.stop().0.success());
}

#[test]
fn a_proxy_that_is_trusted_stands_for_many_clients() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [("max_connections_per_client", "1"), ("trusted_proxies", r#"["127.0.0.1"]"#)];
    let server = with(folder.path(), &limits);
    let kept: Vec<_> = (0..5).map(|_| server.connect()).collect();
    assert_eq!(server.call("GET", "/user/", "", "").0, 401);
    drop(kept);
}

/// Puts `count` groups with long names into the database of a stopped server.
fn fill_with_groups(folder: &Path, count: i64) {
    let conn = rusqlite::Connection::open(folder.join("calendar.sqlite")).unwrap();
    conn.execute(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
         INSERT INTO calendar_group (name, creator_id, created)
         SELECT printf('%0128d', n), (SELECT min(id) FROM user), 63000000000 FROM number",
        [count],
    )
    .unwrap();
}

/// A server with a list of groups of 14 MB, more than the kernel keeps for a client, and a token.
fn with_a_long_list(folder: &Path, settings: &[(&str, &str)]) -> (Server, String) {
    let server = with(folder, &[]);
    let token = server.register("park@jungi.me");
    assert!(server.stop().0.success());
    fill_with_groups(folder, 60_000);
    (with(folder, settings), token)
}

/// A connection that asks for the list of groups and reads nothing.
fn unread_list(server: &Server, token: &str) -> TcpStream {
    let mut stream = server.connect();
    let request = format!(
        "GET /api/v1/group/list HTTP/1.1\r\nHost: a\r\nX-calendar-access-token: {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

#[test]
fn answers_that_are_not_read_cost_a_bounded_amount() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [("max_unsent_bytes", "64 MiB"), ("write_timeout", "1h")];
    let (server, token) = with_a_long_list(folder.path(), &limits);
    let (status, all) = server.call("GET", "/group/list", &token, "");
    assert_eq!(status, 200);
    assert!(all.len() > 12 << 20, "{} bytes", all.len());
    drop(all);
    let before = memory(&server);
    let unread: Vec<_> = (0..16).map(|_| unread_list(&server, &token)).collect();
    let busy = r#"{"meta":{"code":50300,"message":"SERVICE UNAVAILABLE","detail":"too many answers wait to be read; try again later"}}"#;
    wait_for("a refusal", || {
        let (status, said) = server.call("GET", "/group/list", &token, "");
        if status == 503 {
            assert_eq!(said, busy);
        }
        (status == 503).then_some(())
    });
    let grown = memory(&server) - before;
    // Without a limit it would be 224 MB, and what it takes to make the last of them.
    assert!(grown < 200 * 1024, "{grown} KiB for answers that nobody reads");
    // Small answers get through, and large ones once the others have gone.
    assert_eq!(server.call("GET", DAY, &token, "").0, 200);
    drop(unread);
    wait_for("room", || (server.call("GET", "/group/list", &token, "").0 == 200).then_some(()));
    assert!(server.stop().0.success());
}

#[test]
fn a_client_that_does_not_read_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = with_a_long_list(folder.path(), &[("write_timeout", "1s")]);
    let open = || std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    let before = open();
    let unread = unread_list(&server, &token);
    wait_for("the connection", || (open() > before).then_some(()));
    wait_for("its end", || (open() <= before).then_some(()));
    let mut unread = unread;
    let mut got = Vec::new();
    let _ = unread.read_to_end(&mut got);
    assert!(got.starts_with(b"HTTP/1.1 200 OK"));
    assert!(got.len() < 12 << 20, "{} bytes, so the answer was not cut", got.len());
    // One that reads slowly gets all of it: 14 MB in pieces, with pauses.
    let mut slow = unread_list(&server, &token);
    let mut piece = vec![0; 1 << 20];
    let (mut all, mut tail) = (0, Vec::new());
    while !tail.ends_with(b"]}") {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let count = slow.read(&mut piece).unwrap();
        assert!(count > 0, "cut after {all} bytes");
        all += count;
        tail = piece[..count].to_vec();
    }
    assert!(all > 12 << 20, "{all}");
    assert!(server.stop().0.success());
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
/// The end of the headers, and of the stream unless there is a body.
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;

/// The fields `:method: GET`, `:scheme: http`, `:path: /`, `:authority: a` (RFC 7541).
const GET: &[u8] = b"\x82\x86\x84\x41\x01a";

/// Reads frames until one that `wanted` takes, and gives its payload; `None` at the end.
fn read_frame(stream: &mut TcpStream, wanted: impl Fn(u8, u32) -> bool) -> Option<Vec<u8>> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).ok()?;
        let id = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
        if wanted(head[3], id) {
            return Some(payload);
        }
    }
}

#[test]
fn http2_without_tls_is_spoken_only_if_it_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let server = with(folder.path(), &[]);
    let (head, _) = answer_to(&server, &[PREFACE, &frame(SETTINGS, 0, 0, b"")].concat());
    assert_eq!(head, "", "the connection is closed");
    assert!(server.stop().0.success());

    let server = with(folder.path(), &[("cleartext_http2", "true")]);
    let mut stream = server.connect();
    let get = frame(HEADERS, END_HEADERS | END_STREAM, 1, GET);
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, b""), &get].concat()).unwrap();
    let settings = read_frame(&mut stream, |kind, _| kind == SETTINGS).unwrap();
    // SETTINGS_MAX_CONCURRENT_STREAMS is 100.
    assert!(settings.chunks(6).any(|one| one == [0, 3, 0, 0, 0, 100]), "{settings:?}");
    let headers = read_frame(&mut stream, |kind, id| kind == HEADERS && id == 1).unwrap();
    assert_eq!(headers[0], 0x88, "the status 200, by its place in the table");
    // HTTP/1.1 is spoken on the same port, also by a client whose first bytes come one by one.
    assert_eq!(server.call("GET", "/user/", "", "").0, 401);
    let mut stream = server.connect();
    for byte in b"PATCH /api/v1/user/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" {
        stream.write_all(&[*byte]).unwrap();
    }
    assert!(read_all(stream).0.starts_with("HTTP/1.1 403 "));
    assert!(server.stop().0.success());
}

#[test]
fn a_few_frames_of_http2_do_not_hold_hundreds_of_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let server = with(folder.path(), &[("cleartext_http2", "true")]);
    let token = server.register("park@jungi.me");
    let before = memory(&server);
    // A field of 3,900 bytes is kept by the server for the connection; each byte after that names it.
    let length = 3900_u32 - 127;
    let name = [&[0x40, 1][..], b"a"].concat();
    let value =
        [
            &[
                0x7f,
                u8::try_from(length & 0x7f).unwrap() | 0x80,
                u8::try_from(length >> 7).unwrap(),
            ][..],
            &[b'a'; 3900],
        ]
        .concat();
    let first = [GET, &name, &value].concat();
    let repeated = [GET, &[0xbe; 2000]].concat();
    let flood = || {
        let mut stream = server.connect();
        let mut bytes = [PREFACE, &frame(SETTINGS, 0, 0, b"")].concat();
        bytes.extend(frame(HEADERS, END_HEADERS, 1, &first));
        for number in 1..120 {
            // The stream is not ended: the server waits for a body.
            bytes.extend(frame(HEADERS, END_HEADERS, number * 2 + 1, &repeated));
        }
        let _ = stream.write_all(&bytes);
        stream
    };
    let held: Vec<_> = (0..4).map(|_| flood()).collect();
    for _ in 0..20 {
        assert_eq!(server.call("GET", DAY, &token, "").0, 200);
    }
    let grown = memory(&server) - before;
    assert!(grown < 64 * 1024, "{grown} KiB for {} connections", held.len());
    assert!(server.stop().0.success());
}

#[test]
fn answers_over_http2_that_are_not_read_count_until_they_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [("cleartext_http2", "true"), ("max_unsent_bytes", "8 MiB")];
    let server = with(folder.path(), &limits);
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let (_, page) = answer_to(&server, request);
    let hash = page.split("\"static/").nth(1).unwrap().split('/').next().unwrap();
    // A file of 128 KB, as a client asks for it that takes no gzip.
    let path = format!("/static/{hash}/page/vendor/event-calendar.min.js");
    let path = [&[0x04, u8::try_from(path.len()).unwrap()], path.as_bytes()].concat();
    let get = [b"\x82\x86".as_slice(), &path, b"\x41\x01a"].concat();
    // SETTINGS_INITIAL_WINDOW_SIZE is 1: the server may send one byte of each.
    let settings = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 1]);
    let flood = || {
        let mut stream = server.connect();
        let mut bytes = [PREFACE, &settings].concat();
        for number in 0..100 {
            bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, number * 2 + 1, &get));
        }
        stream.write_all(&bytes).unwrap();
        let mut answered = 0;
        // 200 is one byte, by its place in the table; 503 is written out.
        while answered < 100 {
            let headers = read_frame(&mut stream, |kind, _| kind == HEADERS).unwrap();
            answered += 1;
            if headers[0] != 0x88 {
                return (stream, true);
            }
        }
        (stream, false)
    };
    // One client may have 4 MiB, which is 32 of them.
    let (held, refused) = flood();
    assert!(refused);
    // The others are served meanwhile.
    assert_eq!(server.call("GET", "/user/", "", "").0, 401);
    drop(held);
    wait_for("room", || {
        let request = format!(
            "GET /static/{hash}/page/vendor/event-calendar.min.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        );
        answer_to(&server, request.as_bytes()).0.starts_with("HTTP/1.1 200 ").then_some(())
    });
    assert!(server.stop().0.success());
}

#[test]
fn an_answer_over_http2_that_is_not_read_is_cut_whatever_else_the_client_asks() {
    let folder = tempfile::tempdir().unwrap();
    let times = [
        ("cleartext_http2", "true"),
        ("write_timeout", "1s"),
        ("body_timeout", "1s"),
        ("header_timeout", "1s"),
    ];
    let server = with(folder.path(), &times);
    let mut stream = server.connect();
    let stuck = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    stream.write_all(&[PREFACE, &stuck].concat()).unwrap();
    let mut number = 1;
    wait_for("the end of the connection", || {
        // A HEAD needs no window: it is answered each time.
        let fields = if number == 1 { GET.to_vec() } else { [b"\x42\x04HEAD", &GET[1..]].concat() };
        let sent = stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, number, &fields));
        let answered = read_frame(&mut stream, |kind, id| kind == HEADERS && id == number);
        number += 2;
        (sent.is_err() || answered.is_none()).then_some(())
    });
    assert!(number > 3, "others were answered meanwhile");
    assert!(server.stop().0.success());
}

fn openssl(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "2", "-subj", &format!("/CN={name}"), "-addext"])
        .args(["subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// The protocol and the status of a call that trusts the certificate `name`.
fn over_tls(server: &Server, folder: &Path, name: &str) -> String {
    let url = format!("{}/healthz", server.url);
    let asked = Command::new("curl")
        .args([
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_version} %{http_code}",
            "--cacert",
            name,
            &url,
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(asked.stdout).unwrap()
}

#[test]
fn certificates_are_read_again_at_a_signal_and_when_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    openssl(here, "first");
    std::fs::copy(here.join("cert.pem"), here.join("first.pem")).unwrap();
    let tls = r#"{certs="cert.pem",key="key.pem"}"#;
    let server = with(here, &[("tls", tls), ("header_timeout", "1s")]);
    assert_eq!(over_tls(&server, here, "first.pem"), "2 200");
    openssl(here, "second");
    server.signal("HUP");
    wait_for("the second certificate", || {
        (over_tls(&server, here, "cert.pem") == "2 200").then_some(())
    });
    assert_eq!(over_tls(&server, here, "first.pem"), "0 000", "the first one has gone");
    openssl(here, "third");
    wait_for("the third certificate", || {
        (over_tls(&server, here, "cert.pem") == "2 200").then_some(())
    });
    // A file that is broken changes nothing.
    std::fs::copy(here.join("cert.pem"), here.join("third.pem")).unwrap();
    std::fs::write(here.join("cert.pem"), "nonsense").unwrap();
    server.signal("HUP");
    assert_eq!(over_tls(&server, here, "third.pem"), "2 200");
    // A handshake has a time-out too, and a request without TLS is refused.
    let (head, _) = read_all_bytes(&server, b"\x16\x03\x01");
    assert_eq!(head, b"");
    let (status, log) = server.stop();
    assert!(status.success());
    assert!(log.contains("the earlier ones stay in use: tls: certs: "), "{log}");
}

/// What the server sends before it closes the connection.
fn read_all_bytes(server: &Server, bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut stream = server.connect();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).is_ok();
    (answer, ended)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (field, value) = line.split_once(": ")?;
        field.eq_ignore_ascii_case(name).then_some(value)
    })
}

#[test]
fn the_whole_server_works_below_a_base_path() {
    let folder = tempfile::tempdir().unwrap();
    let mut started = command(folder.path(), &["dev-run", "--port", "0"]);
    started.env("CALENDAR_BASE_PATH", "/team/calendar/");
    let server = Server::start(started);
    assert!(server.url.ends_with("/team/calendar"), "{}", server.url);
    let address = server.url.split('/').nth(2).unwrap().to_owned();
    let send = |request: String| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        read_all(stream)
    };
    let get = |path: &str, more: &str| {
        send(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n"))
    };
    let (head, _) = get("/team/calendar", "");
    assert!(head.starts_with("HTTP/1.1 308 "), "{head}");
    assert_eq!(header(&head, "location"), Some("/team/calendar/"));
    assert!(header(&head, "x-request-id").is_some(), "{head}");
    let (head, page) = get("/team/calendar/", "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let (_, script) = page.split_once(r#"<script type="module" src=""#).unwrap();
    let (script, _) = script.split_once('"').unwrap();
    assert!(script.starts_with("static/"), "{script}");
    assert!(get(&format!("/team/calendar/{script}"), "").0.starts_with("HTTP/1.1 200 "));
    let (head, _) = get("/team/calendar/docs/", "");
    assert_eq!(header(&head, "location"), Some("../docs"), "{head}");
    let (_, description) = get("/team/calendar/api/v1/openapi.json", "");
    let description: Value = serde_json::from_str(&description).unwrap();
    assert_eq!(description["servers"], serde_json::json!([{"url": "/team/calendar/api/v1"}]));
    let (_, page) = get("/team/calendar/nothing", "Accept: text/html\r\n");
    assert!(page.contains(r#"<a href="/team/calendar/">To the calendar</a>"#), "{page}");
    assert!(page.contains(r#"href="/team/calendar/static/"#), "{page}");

    let post = |path: &str, token: &str, body: &str| {
        let length = body.len();
        send(format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    };
    let (_, body) = post("/team/calendar/api/v1/user/", "", r#"{"useremail":"park@jungi.me"}"#);
    let body: Value = serde_json::from_str(&body).unwrap();
    let token = body["data"]["token"].as_str().unwrap();
    // A proxy may take the base path away.
    for base in ["/team/calendar", ""] {
        let path = format!("{base}/api/v1/group/");
        let (head, _) = post(&path, token, r#"{"group_name":"a"}"#);
        let place = header(&head, "location").unwrap();
        assert!(place.starts_with("/team/calendar/api/v1/group/"), "{place}");
    }
    assert!(get("/team/calendars", "").0.starts_with("HTTP/1.1 404 "));
    // Nobody else may say where the server is.
    let (_, page) = get("/nothing", "Accept: text/html\r\nX-Forwarded-Prefix: /evil\r\n");
    assert!(page.contains(r#"<a href="/team/calendar/">"#), "{page}");
    assert!(server.stop().0.success());
}

#[test]
fn a_trusted_proxy_tells_the_prefix_and_another_peer_is_warned_of_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = with(folder.path(), &[("trusted_proxies", r#"["127.0.0.1"]"#)]);
    let page = |prefix: &str| {
        let request = format!(
            "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: text/html\r\nX-Forwarded-Prefix: {prefix}\r\n\r\n"
        );
        answer_to(&server, request.as_bytes()).1
    };
    for (told, home) in
        [("/cal", "/cal/"), ("/a/b/", "/a/b/"), ("/", "/"), ("//evil.example", "/"), ("/a\"b", "/")]
    {
        let page = page(told);
        assert!(page.contains(&format!(r#"<a href="{home}">"#)), "{told}: {page}");
    }
    assert!(server.stop().0.success());

    let server = with(folder.path(), &[]);
    for _ in 0..3 {
        let request = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
        assert!(answer_to(&server, request).0.starts_with("HTTP/1.1 200 "));
    }
    let (_, log) = server.stop();
    let warned = "X-Forwarded-For from a peer that is not in trusted_proxies is ignored";
    assert_eq!(log.matches(warned).count(), 1, "{log}");
}
