//! Requests that no client library sends, as bytes on a socket, to the spawned binary.

use std::io::Write;

use crate::support::server::{Server, read_answer};

fn serving() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    (folder, server)
}

#[track_caller]
fn assert_envelope(server: &Server, request: &[u8], status: &str, body: &str) {
    let (head, got) = server.send(request);
    let shown = String::from_utf8_lossy(request);
    assert_eq!(got, body, "{shown}\n{head}");
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}\n{head}");
    assert!(head.contains("content-type: application/json"), "{shown}\n{head}");
}

const NO_PATH: &str = r#"{"meta":{"code":40400,"message":"NOT FOUND","detail":"no such path"}}"#;

#[test]
fn an_unknown_method_is_not_allowed_on_a_known_path() {
    let (_folder, server) = serving();
    for (path, allow) in [
        ("/api/v1/group/", "GET, HEAD, POST, PUT, DELETE"),
        ("/api/v1/group", "GET, HEAD, POST, PUT, DELETE"),
        ("/api/v1/group/1", "GET, HEAD"),
        ("/api/v1/group/list", "GET, HEAD"),
        ("/api/v1/calendar/event", "POST, PUT, DELETE"),
        ("/api/v1/calendar/event/1", "GET, HEAD"),
        ("/api/v1/calendar/birthday", "GET, HEAD, POST, PUT, DELETE"),
        ("/api/v1/group/event", "POST"),
    ] {
        for method in ["BREW", "PROPFIND", "get", "QUERY"] {
            let (head, body) = server.exchange(method, path.trim_start_matches("/api/v1"), "", "");
            assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
            assert!(
                head.to_lowercase().contains(&format!("\r\nallow: {}\r\n", allow.to_lowercase())),
                "{head}"
            );
            let detail = format!("this path takes {allow}");
            assert_eq!(
                body,
                format!(
                    r#"{{"meta":{{"code":40300,"message":"METHOD NOT ALLOWED","detail":"{detail}"}}}}"#
                )
            );
        }
    }
    for path in ["/api/v1/nothing", "/api/v1/group/abc", "/api/"] {
        let request = format!("BREW {path} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n");
        assert_envelope(&server, request.as_bytes(), "404", NO_PATH);
    }
}

#[test]
fn a_strange_path_is_not_found() {
    let (_folder, server) = serving();
    let paths = [
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
    ];
    for path in paths {
        for method in ["GET", "POST", "PATCH"] {
            let answer = server.call(method, &format!("/{path}"), "", "{}");
            assert_eq!(answer, (404, NO_PATH.to_owned()), "{method} {path}");
        }
    }
}

#[test]
fn a_target_in_absolute_form_is_the_same_path() {
    let (_folder, server) = serving();
    let request =
        b"GET http://localhost/api/v1/nothing HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n";
    assert_envelope(&server, request, "404", NO_PATH);
}

#[test]
fn broken_percent_encoding_on_the_wire_is_refused() {
    let (_folder, server) = serving();
    let token = server.register("park@jungi.me");
    for broken in ["%", "%4", "%zz", "%ff"] {
        let answer =
            server.call("GET", &format!("/calendar/search?search_word={broken}"), &token, "");
        let body = r#"{"meta":{"code":40000,"message":"INVALID PARAMETER","detail":"query: expected percent-encoded UTF-8"}}"#;
        assert_eq!(answer, (400, body.to_owned()), "{broken}");
    }
}

#[test]
fn a_target_that_is_not_a_path_is_answered_in_the_envelope() {
    let (_folder, server) = serving();
    let body = r#"{"meta":{"code":40000,"message":"INVALID PARAMETER","detail":"the request target is not a path"}}"#;
    let request = b"CONNECT example.com:443 HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n";
    assert_envelope(&server, request, "400", body);
}

#[test]
fn raw_utf8_in_a_query_is_read_as_the_reference_prints_it() {
    let (_folder, server) = serving();
    let token = server.register("park@jungi.me");
    let event =
        r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정"}"#;
    assert_eq!(server.call("POST", "/calendar/event", &token, event).0, 200);
    for word in ["%ED%85%8C%EC%8A%A4%ED%8A%B8", "테스트", "테%EC%8A%A4트"] {
        let found = server.call("GET", &format!("/calendar/search?search_word={word}"), &token, "");
        assert_eq!(found.0, 200);
        assert!(found.1.contains(r#""subject":"테스트 일정""#), "{}", found.1);
    }
}

#[test]
fn a_token_that_is_not_text_is_refused() {
    let (_folder, server) = serving();
    let request = b"GET /api/v1/calendar/ HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: \xff\xfe\r\nConnection: close\r\n\r\n";
    let (head, body) = server.send(request);
    assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
    assert!(body.starts_with(r#"{"meta":{"code":4010"#), "{body}");
}

#[test]
fn a_body_of_more_than_64_kib_is_refused_with_and_without_a_content_length() {
    let (_folder, server) = serving();
    let body = r#"{"meta":{"code":41300,"message":"PAYLOAD TOO LARGE","detail":"body: expected at most 65536 bytes"}}"#;
    let pad = "x".repeat(70_000);
    let told = format!(
        "POST /api/v1/user/ HTTP/1.1\r\nHost: c\r\nConnection: close\r\nContent-Length: 70000\r\n\r\n{pad}"
    );
    assert_envelope(&server, told.as_bytes(), "413", body);
    let chunked = |length: usize| {
        let body = r#"{"useremail":"park@jungi.me"}"#;
        let padded = body.to_owned() + &" ".repeat(length - body.len());
        let mut request = "POST /api/v1/user/ HTTP/1.1\r\nHost: c\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
        for chunk in padded.as_bytes().chunks(4096) {
            let text = std::str::from_utf8(chunk).unwrap();
            request.push_str(&format!("{:x}\r\n{text}\r\n", chunk.len()));
        }
        request + "0\r\n\r\n"
    };
    assert_envelope(&server, chunked(65_537).as_bytes(), "413", body);
    let (head, _) = server.send(chunked(65_536).as_bytes());
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
}

#[test]
fn a_body_that_stops_short_changes_nothing_and_the_server_goes_on() {
    let (_folder, server) = serving();
    let mut stream = server.connect();
    let head = "POST /api/v1/user/ HTTP/1.1\r\nHost: c\r\nContent-Length: 100\r\n\r\n{\"useremail\":\"park@jungi.me\"}";
    stream.write_all(head.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let (_, body) = read_answer(stream);
    assert!(body.is_empty() || body.starts_with(r#"{"meta":{"code":40000,"#), "{body}");
    server.register("park@jungi.me");
}

#[test]
fn a_form_that_asks_for_another_method_is_answered_in_the_envelope() {
    let (_folder, server) = serving();
    let form = "_method=delete&event_id=1";
    let request = format!(
        "POST /api/v1/calendar/event HTTP/1.1\r\nHost: c\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let body = r#"{"meta":{"code":40101,"message":"MISSING HEADER","detail":"the header X-calendar-access-token is missing"}}"#;
    assert_envelope(&server, request.as_bytes(), "401", body);
}

#[test]
fn many_requests_on_one_connection_are_answered_in_order() {
    let (_folder, server) = serving();
    let mut stream = server.connect();
    let one = "GET /api/v1/nowhere HTTP/1.1\r\nHost: c\r\n\r\n".repeat(9);
    let last = "GET /api/v1/calendar HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n";
    stream.write_all((one + last).as_bytes()).unwrap();
    let (head, rest) = read_answer(stream);
    let all = format!("{head}{rest}");
    assert_eq!(all.matches("HTTP/1.1 404 ").count(), 9, "{all}");
    assert_eq!(all.matches("HTTP/1.1 401 ").count(), 1, "{all}");
}
