//! The front and Rocket's own server answer the same requests with the same bytes. What the front passes a
//! request on with is meant for tests, so an update of Rocket could change it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use calendar_server::config::Front as Settings;
use calendar_server::front::Front;
use rocket::fairing::AdHoc;
use tokio::runtime::Runtime;

use crate::support::calendar::unlaunched;
use crate::support::wait::PATIENCE;

fn behind_front(runtime: &Runtime) -> (SocketAddr, tempfile::TempDir) {
    let (rocket, folder) = unlaunched();
    let settings = Settings::at(SocketAddr::from(([127, 0, 0, 1], 0)));
    let front = runtime.block_on(Front::bind(settings, rocket)).unwrap();
    let address = front.url();
    let address = address.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    runtime.spawn(front.serve(std::future::pending(), PATIENCE));
    (address, folder)
}

fn rockets_own(runtime: &Runtime) -> (SocketAddr, tempfile::TempDir) {
    let (rocket, folder) = unlaunched();
    let (sender, receiver) = std::sync::mpsc::channel();
    let rocket = rocket.attach(AdHoc::on_liftoff("port", move |rocket| {
        let _ = sender.send(rocket.config().port);
        Box::pin(async {})
    }));
    runtime.spawn(rocket.launch());
    let port = receiver.recv_timeout(PATIENCE).unwrap();
    (SocketAddr::from(([127, 0, 0, 1], port)), folder)
}

/// The answers on one connection, with the fields of their heads sorted, without date and request id.
fn answers(to: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut parts: Vec<String> = Vec::new();
    for part in text.split("\r\n\r\n") {
        let mut lines: Vec<&str> = part.split("\r\n").collect();
        if lines.iter().any(|line| line.contains("HTTP/1.")) {
            lines.retain(|line| !line.starts_with("date: ") && !line.starts_with("x-request-id: "));
            lines[1..].sort_unstable();
        }
        parts.push(lines.join("\n"));
    }
    parts.join("\n\n")
}

#[test]
fn the_front_answers_as_rockets_own_server_does() {
    const END: &str = "\r\nHost: a\r\nConnection: close\r\n";
    let with_body = |head: &str, body: &str| {
        let length = body.len();
        format!("{head} HTTP/1.1{END}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    };
    let get = |target: &str| format!("GET {target} HTTP/1.1{END}\r\n").into_bytes();
    let register = r#"{"useremail": "park@jungi.me"}"#;
    let long = " ".repeat(64 << 10);
    let longer = " ".repeat(1 << 20);
    let cases = [
        ("a page", get("/")),
        ("a page's head", format!("HEAD / HTTP/1.1{END}\r\n").into_bytes()),
        ("compressed", format!("GET / HTTP/1.1{END}Accept-Encoding: gzip\r\n\r\n").into_bytes()),
        ("a description", get("/api/v1/openapi.json")),
        ("no token", get("/api/v1/user/")),
        ("a registration", with_body("POST /api/v1/user/", register)),
        ("the same again", with_body("POST /api/v1/user", register)),
        ("a form", with_body("POST /api/v1/user/", "_method=delete")),
        (
            "a form by its type",
            format!(
                "POST /api/v1/group/ HTTP/1.1{END}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\n_method=put"
            )
            .into_bytes(),
        ),
        ("no JSON", with_body("POST /api/v1/user/", "{")),
        ("at the limit", with_body("POST /api/v1/user/", &long)),
        ("over the limit", with_body("POST /api/v1/user/", &format!("{long} "))),
        ("far over the limit", with_body("POST /api/v1/user/", &longer)),
        (
            "in chunks",
            format!("POST /api/v1/user/ HTTP/1.1{END}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n")
                .into_bytes(),
        ),
        (
            "expected",
            format!("POST /api/v1/user/ HTTP/1.1{END}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}")
                .into_bytes(),
        ),
        ("no path", get("/nothing")),
        ("no path of the API", get("/api/v1/nothing?a=b")),
        ("odd characters", get("/a{b}|c^?x={|}^")),
        ("broken escapes", get("/api/v1/calendar/search?search_word=%zz")),
        ("escapes in a path", get("/api/v1/%67roup/list")),
        ("slashes", get("//api//v1//group//list//")),
        ("an absolute target", get("http://h.example/api/v1/group/list")),
        ("a method that a path does not take", format!("PATCH /api/v1/group/ HTTP/1.1{END}\r\n").into_bytes()),
        ("TRACE", format!("TRACE /api/v1/group/ HTTP/1.1{END}\r\n").into_bytes()),
        ("OPTIONS of all", format!("OPTIONS * HTTP/1.1{END}\r\n").into_bytes()),
        (
            "a value that is not UTF-8",
            [b"GET /api/v1/user/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-calendar-access-token: \xff\r\n\r\n".as_slice()]
                .concat(),
        ),
        ("HTTP/1.0", b"GET /api/v1/group/list HTTP/1.0\r\n\r\n".to_vec()),
        (
            "two at once",
            format!("GET /api/v1/user/ HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1{END}\r\n").into_bytes(),
        ),
    ];
    let runtime = Runtime::new().unwrap();
    let (front, _front) = behind_front(&runtime);
    let (own, _own) = rockets_own(&runtime);
    for (what, request) in cases {
        let expected = answers(own, &request);
        assert!(expected.starts_with("HTTP/1."), "{what}: {expected}");
        assert_eq!(answers(front, &request), expected, "{what}");
    }
}
