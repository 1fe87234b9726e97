//! Outside calendars, whose servers are hostile, slow, or not what they seem.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use calendar_server::fetch::{FetchError, Fetched, Fetcher, Known, Policy};
use calendar_server::model::FeedUrl;
use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n";

/// A server of a calendar, and the requests that it got.
struct Feed {
    address: SocketAddr,
    requests: Receiver<String>,
}

impl Feed {
    /// Each connection is one call of `serve`, with the head of its request.
    fn new(serve: impl Fn(&str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let head = head(&mut stream);
                serve(&head, &mut stream);
                let _ = sender.send(head);
            }
        });
        Self { address, requests }
    }

    /// Every request has the same answer.
    fn answering(answer: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::new(move |_, stream| drop(stream.write_all(answer.as_ref())))
    }

    fn url(&self, path: &str) -> FeedUrl {
        url(&format!("http://{}{path}", self.address))
    }

    fn fetch(&self) -> Result<Fetched, FetchError> {
        fetcher().fetch(&self.url("/"), Known::default())
    }

    /// The head of the next request.
    fn request(&self) -> String {
        self.requests.recv_timeout(Duration::from_secs(10)).unwrap()
    }
}

pub(crate) fn head(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.extend(byte);
    }
    String::from_utf8_lossy(&head).into_owned()
}

pub(crate) fn url(text: &str) -> FeedUrl {
    FeedUrl::read(text).unwrap()
}

/// From 127.0.0.1 and no other private address.
fn policy() -> Policy {
    Policy { private: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() }
}

pub(crate) fn fetcher() -> Fetcher {
    Fetcher::new(policy())
}

/// An answer of 200 with these headers.
pub(crate) fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bytes(fetched: Result<Fetched, FetchError>) -> Vec<u8> {
    match fetched {
        Ok(Fetched::Body { bytes, .. }) => bytes,
        other => panic!("{other:?}"),
    }
}

/// A server that leads from each path to the next, and its calendar at `/end`.
fn leading(ways: &'static [(&'static str, u16, &'static str)]) -> Feed {
    Feed::new(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let answer = match ways.iter().find(|(from, ..)| *from == path) {
            Some((_, status, to)) => {
                format!("HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
                    .into_bytes()
            }
            None => ok("", CALENDAR.as_bytes()),
        };
        let _ = stream.write_all(&answer);
    })
}

#[test]
fn a_calendar_comes_with_what_tells_its_version() {
    let feed = Feed::answering(ok(
        "ETag: \"a\"\r\nLast-Modified: Mon, 19 Jun 2017 13:55:04 GMT\r\n",
        CALENDAR.as_bytes(),
    ));
    let fetched = feed.fetch().unwrap();
    let expected = Fetched::Body {
        bytes: CALENDAR.into(),
        etag: Some("\"a\"".into()),
        modified: Some("Mon, 19 Jun 2017 13:55:04 GMT".into()),
        moved: None,
    };
    assert_eq!(fetched, expected);
    let request = feed.request().to_lowercase();
    assert!(request.starts_with("get / http/1.1\r\n"), "{request}");
    for line in ["user-agent: calendar-server/", "accept: text/calendar", "accept-encoding: gzip"] {
        assert!(request.contains(line), "{request}");
    }
    for line in ["if-none-match", "if-modified-since", "authorization", "cookie"] {
        assert!(!request.contains(line), "{request}");
    }
}

#[test]
fn a_calendar_that_is_known_is_not_sent_again() {
    let feed = Feed::answering("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    let known = Known { etag: Some("\"a\""), modified: Some("Mon, 19 Jun 2017 13:55:04 GMT") };
    let fetched = fetcher().fetch(&feed.url("/"), known);
    assert_eq!(fetched, Ok(Fetched::Unchanged { moved: None }));
    let request = feed.request().to_lowercase();
    assert!(request.contains("if-none-match: \"a\"\r\n"), "{request}");
    assert!(request.contains("if-modified-since: mon, 19 jun 2017 13:55:04 gmt\r\n"), "{request}");
    // Where nothing is known, it is no answer.
    assert_eq!(feed.fetch(), Err(FetchError::Answer { status: 304, retry_after: None }));
}

#[test]
fn a_calendar_that_moved_for_good_says_where_to() {
    for (ways, to) in [
        (&[("/", 301, "/b"), ("/b", 308, "/end")][..], Some("/end")),
        (&[("/", 301, "/b"), ("/b", 302, "/end")], Some("/b")),
        (&[("/", 302, "/b"), ("/b", 301, "/end")], None),
        (&[("/", 307, "/b"), ("/b", 303, "/end")], None),
        (&[("/", 308, "a/../end#x")], Some("/end")),
    ] {
        let feed = leading(ways);
        match feed.fetch() {
            Ok(Fetched::Body { bytes, moved, .. }) => {
                assert_eq!(bytes, CALENDAR.as_bytes());
                assert_eq!(moved, to.map(|path| feed.url(path)), "{ways:?}");
            }
            other => panic!("{ways:?}: {other:?}"),
        }
    }
}

#[test]
fn five_redirects_are_followed_and_no_more() {
    const WAYS: [(&str, u16, &str); 6] = [
        ("/0", 302, "/1"),
        ("/1", 302, "/2"),
        ("/2", 302, "/3"),
        ("/3", 302, "/4"),
        ("/4", 302, "/5"),
        ("/5", 302, "/end"),
    ];
    let feed = leading(&WAYS);
    let from = |path| fetcher().fetch(&feed.url(path), Known::default());
    assert_eq!(bytes(from("/1")), CALENDAR.as_bytes());
    assert_eq!(from("/0"), Err(FetchError::TooManyRedirects));
    let round = leading(&[("/", 301, "/")]);
    assert_eq!(round.fetch(), Err(FetchError::TooManyRedirects));
}

#[test]
fn no_redirect_leads_into_a_private_network() {
    for (to, host) in [
        ("http://127.0.0.2/", "127.0.0.2"),
        ("http://192.168.1.1/", "192.168.1.1"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("http://[::1]/", "[::1]"),
        ("http://[::ffff:a00:1]/", "[::ffff:a00:1]"),
        ("http://3232235777/", "192.168.1.1"),
        ("http://intern.test/", "intern.test"),
        ("https://intern.test:8443/", "intern.test"),
    ] {
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        let feed = Feed::answering(answer);
        let names = |host: &str, port| match host.trim_matches(['[', ']']).parse() {
            Ok(address) => Ok(vec![SocketAddr::new(address, port)]),
            Err(_) if host == "intern.test" => Ok(vec![([10, 0, 0, 1], port).into()]),
            Err(_) => Err(ErrorKind::NotFound.into()),
        };
        let fetcher = Fetcher::with_names(policy(), names);
        let error = fetcher.fetch(&feed.url("/"), Known::default()).unwrap_err();
        assert_eq!(error, FetchError::Forbidden(host.into()), "{to}");
    }
}

#[test]
fn this_machine_is_asked_for_nothing_as_a_rule() {
    let feed = Feed::answering(ok("", CALENDAR.as_bytes()));
    let fetcher = Fetcher::new(Policy::default());
    for host in ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "127.1"] {
        let at = url(&format!("http://{host}:{}/", feed.address.port()));
        let error = fetcher.fetch(&at, Known::default()).unwrap_err();
        assert!(matches!(error, FetchError::Forbidden(_)), "{host}: {error}");
    }
    assert!(feed.requests.try_recv().is_err(), "it was asked");
}

#[test]
fn the_connection_goes_to_the_address_that_was_looked_at() {
    let feed = Feed::answering(ok("", CALENDAR.as_bytes()));
    let port = feed.address.port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let names = move |host: &str, port| {
        noted.lock().unwrap().push(host.to_owned());
        // The private one is passed over; a second look would find only that.
        let mut found = vec![SocketAddr::from(([10, 0, 0, 1], port))];
        if noted.lock().unwrap().len() == 1 {
            found.push(([127, 0, 0, 1], port).into());
        }
        Ok(found)
    };
    let fetcher = Fetcher::with_names(policy(), names);
    let at = url(&format!("http://example.test:{port}/"));
    assert_eq!(bytes(fetcher.fetch(&at, Known::default())), CALENDAR.as_bytes());
    assert_eq!(*asked.lock().unwrap(), ["example.test"]);
    assert!(feed.request().to_lowercase().contains(&format!("host: example.test:{port}\r\n")));
    let again = fetcher.fetch(&at, Known::default());
    assert_eq!(again, Err(FetchError::Forbidden("example.test".into())));
}

#[test]
fn a_server_without_a_name_is_not_found() {
    let fetcher = Fetcher::with_names(policy(), |_, _| Err(ErrorKind::ConnectionRefused.into()));
    let nowhere = Err(FetchError::Connect("no server of the name example.test was found".into()));
    assert_eq!(fetcher.fetch(&url("https://example.test/"), Known::default()), nowhere);
    let fetcher = Fetcher::with_names(policy(), |_, _| Ok(Vec::new()));
    assert_eq!(fetcher.fetch(&url("https://example.test/"), Known::default()), nowhere);
}

#[test]
fn a_user_and_a_password_are_sent_and_do_not_go_to_another_server() {
    let other = Feed::answering(ok("", CALENDAR.as_bytes()));
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n\r\n", other.url("/").as_str());
    let feed = Feed::answering(answer);
    let at = url(&format!("http://me:p%40ss@{}/", feed.address));
    assert_eq!(bytes(fetcher().fetch(&at, Known::default())), CALENDAR.as_bytes());
    let request = feed.request().to_lowercase();
    // me:p@ss
    assert!(request.contains("authorization: basic bwu6cebzcw==\r\n"), "{request}");
    assert!(!other.request().to_lowercase().contains("authorization"));
}

#[test]
fn a_redirect_does_not_leave_the_web() {
    for to in ["file:///etc/passwd", "gopher://127.0.0.1/", "http://", "https://exa<mple/"] {
        let feed = Feed::answering(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\n\r\n"));
        let error = feed.fetch().unwrap_err();
        assert!(matches!(error, FetchError::Address(_)), "{to}: {error:?}");
    }
    let nowhere = Feed::answering("HTTP/1.1 302 Found\r\n\r\n");
    assert_eq!(nowhere.fetch(), Err(FetchError::Answer { status: 302, retry_after: None }));
}

#[test]
fn a_compressed_calendar_is_decompressed() {
    for coding in ["gzip", "x-gzip", "GZIP"] {
        let headers = format!("Content-Encoding: {coding}\r\n");
        let feed = Feed::answering(ok(&headers, &gzip(CALENDAR.as_bytes())));
        assert_eq!(bytes(feed.fetch()), CALENDAR.as_bytes(), "{coding}");
    }
    let cut = &gzip(CALENDAR.as_bytes())[..20];
    for (coding, body) in [("gzip", CALENDAR.as_bytes()), ("br", CALENDAR.as_bytes())] {
        let feed = Feed::answering(ok(&format!("Content-Encoding: {coding}\r\n"), body));
        assert_eq!(feed.fetch(), Err(FetchError::Garbled), "{coding}");
    }
    let feed = Feed::answering(ok("Content-Encoding: gzip\r\n", cut));
    assert!(feed.fetch().is_err(), "the end is missing");
}

#[test]
fn a_calendar_over_the_limit_is_refused_however_it_comes() {
    let most = 10_000;
    let fetcher = Fetcher::new(Policy { most_bytes: most, ..policy() });
    let (fits, over) = (vec![b'x'; 10_000], vec![b'x'; 10_001]);
    let without_length = |body: &[u8]| [b"HTTP/1.1 200 OK\r\n\r\n", body].concat();
    let chunked = |body: &[u8]| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        [format!("{head}{:x}\r\n", body.len()).as_bytes(), body, b"\r\n0\r\n\r\n"].concat()
    };
    let packed = |body: &[u8]| ok("Content-Encoding: gzip\r\n", &gzip(body));
    let bomb = vec![0; 2_000_000];
    for (what, answer, is) in [
        ("with its length", ok("", &fits), true),
        ("with its length", ok("", &over), false),
        ("without one", without_length(&fits), true),
        ("without one", without_length(&over), false),
        ("in chunks", chunked(&fits), true),
        ("in chunks", chunked(&over), false),
        ("compressed", packed(&fits), true),
        ("compressed", packed(&over), false),
        ("a bomb", packed(&bomb), false),
        ("a length alone", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".into(), false),
    ] {
        let feed = Feed::answering(answer);
        let fetched = fetcher.fetch(&feed.url("/"), Known::default());
        if is {
            assert_eq!(bytes(fetched), fits, "{what}");
        } else {
            assert_eq!(fetched, Err(FetchError::TooLarge(most)), "{what}");
        }
    }
    let text = FetchError::TooLarge(Policy::default().most_bytes).to_string();
    assert_eq!(text, "the calendar is larger than 10 MiB");
}

/// Sends a byte now and then, until its client leaves.
fn dribble(stream: &mut TcpStream) {
    while stream.write_all(b"x").is_ok() {
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_slow_server_is_left_when_the_time_is_over() {
    let fetcher = Fetcher::new(Policy { timeout: Duration::from_millis(150), ..policy() });
    let start: [&[u8]; 3] = [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"];
    let feeds = start.map(|start| {
        Feed::new(move |_, stream| {
            stream.write_all(start).unwrap();
            if start.is_empty() {
                let _ = stream.read(&mut [0]);
            } else {
                dribble(stream);
            }
        })
    });
    let urls = feeds.map(|feed| feed.url("/"));
    thread::scope(|scope| {
        for url in &urls {
            scope.spawn(|| {
                let fetched = fetcher.fetch(url, Known::default());
                assert_eq!(fetched, Err(FetchError::Slow));
            });
        }
        // Redirects share the time.
        scope.spawn(|| {
            let feed = Feed::new(|_, stream| {
                thread::sleep(Duration::from_millis(60));
                let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n");
            });
            let fetched = fetcher.fetch(&feed.url("/"), Known::default());
            assert_eq!(fetched, Err(FetchError::Slow));
        });
    });
}

#[test]
fn a_refusal_says_what_the_server_says() {
    for (status, text) in [
        (400, "the server answered with something else than a calendar (HTTP status 400)"),
        (
            403,
            "the server does not give the calendar to everybody, check the address (HTTP status 403)",
        ),
        (404, "there is no calendar at the address any longer, or never was (HTTP status 404)"),
        (410, "there is no calendar at the address any longer, or never was (HTTP status 410)"),
        (429, "the server is asked too often (HTTP status 429)"),
        (503, "the server has a problem of its own (HTTP status 503)"),
        (206, "the server answered with something else than a calendar (HTTP status 206)"),
        (300, "the server answered with something else than a calendar (HTTP status 300)"),
    ] {
        let feed = Feed::answering(format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n"));
        let error = feed.fetch().unwrap_err();
        assert_eq!(error, FetchError::Answer { status, retry_after: None });
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_server_says_when_to_ask_again() {
    for (headers, seconds) in [
        ("Retry-After: 3600\r\n", 3600),
        (
            "Date: Mon, 19 Jun 2017 13:55:04 GMT\r\nRetry-After: Mon, 19 Jun 2017 14:00:04 GMT\r\n",
            300,
        ),
    ] {
        let feed = Feed::answering(format!(
            "HTTP/1.1 429 Too Many Requests\r\n{headers}Content-Length: 0\r\n\r\n"
        ));
        let retry_after = Some(Duration::from_secs(seconds));
        assert_eq!(feed.fetch(), Err(FetchError::Answer { status: 429, retry_after }));
    }
}

#[test]
fn what_is_not_http_is_not_read() {
    for answer in
        ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "220 mail.example ESMTP\r\n\r\n", "\r\n\r\n\0\x01\r\n"]
    {
        let error = Feed::answering(answer).fetch().unwrap_err();
        assert_eq!(error, FetchError::Garbled, "{answer:?}");
    }
    let endless = Feed::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(&[b"X: ", &[b'x'; 1000][..], b"\r\n"].concat()).is_ok() {}
    });
    assert_eq!(endless.fetch(), Err(FetchError::Garbled));
}

#[test]
fn a_connection_that_breaks_off_gives_no_calendar() {
    let closed = FetchError::Connect("the server closed the connection before the end".into());
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBEGIN:VCALENDAR\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nBEGIN:VCALENDAR\r\n",
    ] {
        assert_eq!(Feed::answering(answer).fetch(), Err(closed.clone()), "{answer:?}");
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fetched = fetcher().fetch(&url(&format!("http://{free}/")), Known::default());
    let refused = FetchError::Connect("the server accepts no connection".into());
    assert_eq!(fetched, Err(refused));
}
