//! The answers to requests that do not reach Rocket: those that are not valid HTTP, arrive too slowly, or
//! need more memory than is left.

use std::time::{Instant, SystemTime};

use httpdate::fmt_http_date;
use hyper::http::request::Parts;
use hyper::{StatusCode, Version};

use super::shared::{self, Shared};
use crate::app::exchange::{self, Unread};
use crate::http::trace::RequestId;
use crate::{api, web};

/// How much of a head is kept, to tell what was meant by it.
const KEPT: usize = 2048;

/// The head of a request, as far as it was read.
#[derive(Default)]
pub(super) struct Head {
    start: Vec<u8>,
    /// How many bytes its first line has.
    line: usize,
    line_ended: bool,
}

impl Head {
    /// Takes in more of it.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        if !self.line_ended {
            let end = bytes.iter().position(|byte| *byte == b'\n');
            self.line_ended = end.is_some();
            self.line += end.unwrap_or(bytes.len());
        }
        let room = KEPT.saturating_sub(self.start.len());
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The target of the request line, as far as it is there.
    fn target(&self) -> &[u8] {
        let line = self.start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        line.split(|byte| *byte == b' ').nth(1).unwrap_or_default()
    }

    /// The value of the field `name`, which is in lower case.
    fn field(&self, name: &str) -> Option<&str> {
        self.start.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
            let (field, value) = str::from_utf8(line).ok()?.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What is wrong with a request.
#[derive(Clone, Copy)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) detail: &'static str,
}

impl Problem {
    pub(super) const MALFORMED: Self =
        Self { status: 400, detail: "the request is not valid HTTP" };
    pub(super) const HOST: Self =
        Self { status: 400, detail: "Host: expected the header once, with a host" };
    pub(super) const TARGET: Self =
        Self { status: 400, detail: "the request target is not a path" };
    pub(super) const BODY: Self =
        Self { status: 400, detail: "body: it ended before it was complete" };
    pub(super) const SLOW: Self =
        Self { status: 408, detail: "the request took too long to arrive" };
    pub(super) const SLOW_BODY: Self =
        Self { status: 408, detail: "body: it took too long to arrive" };
    pub(super) const LONG_TARGET: Self =
        Self { status: 414, detail: "the request target is too long" };
    pub(super) const LARGE_HEAD: Self =
        Self { status: 431, detail: "the headers are too large or too many" };
    pub(super) const CODING: Self =
        Self { status: 501, detail: "Transfer-Encoding: expected chunked, and nothing else" };
    pub(super) const BUSY: Self =
        Self { status: 503, detail: "too many answers wait to be read; try again later" };

    /// What is wrong with the request that begins with `head`, which may have `most` bytes, if `written` is the
    /// bare refusal that hyper answers it with.
    pub(super) fn bare(written: &[u8], head: &Head, most: usize) -> Option<Self> {
        let text = str::from_utf8(written).ok()?;
        let (fields, body) = text.split_once("\r\n\r\n")?;
        let fields = fields.to_ascii_lowercase();
        if !body.is_empty()
            || !fields.contains("content-length: 0")
            || fields.contains("x-request-id")
        {
            return None;
        }
        Some(match text.split(' ').nth(1)? {
            "414" => Self::LONG_TARGET,
            "431" if head.line > most / 2 => Self::LONG_TARGET,
            "431" => Self::LARGE_HEAD,
            _ if head
                .field("transfer-encoding")
                .is_some_and(|coding| !coding.eq_ignore_ascii_case("chunked")) =>
            {
                Self::CODING
            }
            _ => Self::MALFORMED,
        })
    }
}

/// What the client says about the answer that it wants.
struct Asked<'a> {
    path: &'a str,
    accept: Option<&'a str>,
    languages: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether the answer is the envelope. What has no path may have been meant for the API, whose clients
    /// expect it.
    fn is_for_api(&self, base: &str) -> bool {
        let path = match self.path.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => self.path,
        };
        if !path.starts_with('/') {
            return !web::takes_html(self.accept.unwrap_or_default());
        }
        let path = shared::inside(path, base);
        path.split('/').find(|segment| !segment.is_empty()) == Some("api")
    }
}

/// An answer.
pub(super) struct Refusal {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// Makes the answer to a request with that problem, and adds it to the log and the metrics.
fn refuse(shared: &Shared, problem: &Problem, asked: &Asked<'_>, began: Instant) -> Refusal {
    let id = RequestId::random();
    let for_api = asked.is_for_api(&shared.settings.base_path);
    let (code, mut headers, body) = if for_api {
        let (code, body) = api::unread(problem.status, problem.detail);
        let headers = api::HEADERS.map(|(name, value)| (name, value.to_owned()));
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/json".into()));
        (code, headers, body)
    } else {
        let status = problem.status;
        let base = &shared.settings.base_path;
        let (headers, body) = web::unread(status, asked.accept, asked.languages, base, id);
        (0, headers, body)
    };
    headers.push(("X-Request-Id", id.to_string()));
    if problem.status == 503 {
        headers.push(("Retry-After", "5".into()));
    }
    if let Some(ident) = &shared.ident {
        headers.push(("Server", ident.clone()));
    }
    let unread = Unread { for_api, status: problem.status, code, took: began.elapsed(), id };
    exchange::log_unread(shared.rocket.rocket(), &unread);
    Refusal { headers, body }
}

/// A permanent redirect to `place`. It is added to the log and the metrics.
pub(super) fn moved(shared: &Shared, place: String, began: Instant) -> Refusal {
    let id = RequestId::random();
    let headers = vec![("Location", place), ("X-Request-Id", id.to_string())];
    let status = StatusCode::PERMANENT_REDIRECT.as_u16();
    let unread = Unread { for_api: false, status, code: 0, took: began.elapsed(), id };
    exchange::log_unread(shared.rocket.rocket(), &unread);
    Refusal { headers, body: Vec::new() }
}

/// The answer to a request that hyper could not read, or that did not arrive in time, as bytes.
pub(super) fn over_http1(
    shared: &Shared,
    problem: &Problem,
    head: &Head,
    began: Instant,
) -> Vec<u8> {
    let asked = Asked {
        path: &String::from_utf8_lossy(head.target()),
        accept: head.field("accept"),
        languages: head.field("accept-language"),
    };
    let Refusal { headers, body } = refuse(shared, problem, &asked, began);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    #[expect(clippy::disallowed_methods, reason = "a header for clients, as hyper sends it")]
    let now = SystemTime::now();
    answer.push_str(&format!("Date: {}\r\n", fmt_http_date(now)));
    answer.push_str(&format!("Connection: close\r\nContent-Length: {}\r\n\r\n", body.len()));
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(&body);
    answer
}

/// The answer to a request that was read but is not passed on.
pub(super) fn of(shared: &Shared, problem: &Problem, parts: &Parts, began: Instant) -> Refusal {
    let field = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let path = parts.uri.path();
    let asked = Asked { path, accept: field("accept"), languages: field("accept-language") };
    let mut refusal = refuse(shared, problem, &asked, began);
    if problem.status != 503 && parts.version < Version::HTTP_2 {
        // Where the next request begins is not certain.
        refusal.headers.push(("Connection", "close".into()));
    }
    refusal
}
