//! The answer of the in-process server, and what the tests assert of it.

use serde_json::Value;

use super::calendar::DONE;
use super::expected::{Shown, data};

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Empty where the bytes are not UTF-8.
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Answer {
    /// The header `name`, if there is exactly one.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        assert!(found.next().is_none(), "{name} is there twice");
        Some(value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// Asserts the status and, to the byte, the body.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, body));
        assert_eq!(self.header("Content-Type"), Some("application/json"));
        assert_eq!(self.header("X-Request-Id").map(str::len), Some(16));
    }

    /// Asserts an error's status, code, message and detail, and that there is nothing else.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: u32, message: &str, detail: &str) {
        let detail = serde_json::to_string(detail).unwrap();
        let body =
            format!(r#"{{"meta":{{"code":{code},"message":"{message}","detail":{detail}}}}}"#);
        self.is(status, &body);
    }

    /// Asserts that this is one event as `shown`, with its revision.
    #[track_caller]
    pub(crate) fn is_event(&self, shown: &Shown<'_>) {
        let event = shown.json();
        let revision = self.json()["data"]["revision"].as_str().unwrap_or_default().to_owned();
        let is_revision = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        assert!(revision.len() == 16 && revision.chars().all(is_revision), "{}", self.body);
        let event = event.trim_end_matches('}');
        self.is(200, &data(&format!(r#"{event},"revision":"{revision}"}}"#)));
    }

    /// Asserts that something was made, and gives the id that `Location` ends in.
    #[track_caller]
    pub(crate) fn made(&self) -> i64 {
        self.is(200, DONE);
        self.header("Location").unwrap().rsplit('/').next().unwrap().parse().unwrap()
    }

    #[track_caller]
    pub(crate) fn malformed(&self, detail: &str) {
        self.refuses(400, 40000, "INVALID PARAMETER", detail);
    }

    #[track_caller]
    pub(crate) fn invalid(&self, detail: &str) {
        self.refuses(400, 40001, "INVALID PARAMETER", detail);
    }

    #[track_caller]
    pub(crate) fn without_token(&self) {
        let detail = "the header X-calendar-access-token is missing";
        self.refuses(401, 40101, "MISSING HEADER", detail);
    }

    #[track_caller]
    pub(crate) fn bad_token(&self) {
        self.refuses(401, 40102, "INVAILD TOKEN", "the access token is not valid");
    }

    #[track_caller]
    pub(crate) fn not_owned(&self, detail: &str) {
        self.refuses(401, 40102, "UNAUTHORIZED REQUEST", detail);
    }

    #[track_caller]
    pub(crate) fn not_allowed(&self, allow: &str) {
        self.refuses(403, 40300, "METHOD NOT ALLOWED", &format!("this path takes {allow}"));
        assert_eq!(self.header("Allow"), Some(allow));
    }

    #[track_caller]
    pub(crate) fn not_found(&self, detail: &str) {
        self.refuses(404, 40400, "NOT FOUND", detail);
    }
}
