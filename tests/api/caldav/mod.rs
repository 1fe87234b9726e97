//! CalDAV: what phones and calendar programs ask, and what they get.

mod calendars;
mod clients;
mod discovery;
mod objects;
mod queries;
mod sign_in;
mod sync;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, KIM, PARK};

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const HOME: &str = "/dav/calendars/park@jungi.me";
pub(crate) const PERSONAL: &str = "/dav/calendars/park@jungi.me/personal";

/// A program of one user.
pub(crate) struct Program<'a> {
    pub(crate) calendar: &'a Calendar,
    sign_in: String,
    /// For the same user's calls of the API.
    pub(crate) token: String,
}

impl<'a> Program<'a> {
    /// Of [`PARK`], who has an app password and nothing else.
    pub(crate) fn new(calendar: &'a Calendar) -> Self {
        Self::of(calendar, PARK)
    }

    pub(crate) fn of(calendar: &'a Calendar, email: &str) -> Self {
        let token = calendar.register(email);
        let password = calendar.app_password(&token, "all");
        Self::with(calendar, email, &password, token)
    }

    pub(crate) fn with(calendar: &'a Calendar, email: &str, password: &str, token: String) -> Self {
        Self { calendar, sign_in: basic(email, password), token }
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Answer {
        let mut all = vec![("Authorization", self.sign_in.as_str())];
        all.extend_from_slice(headers);
        self.calendar.send_as(method, path, &all, body)
    }

    /// Asks for properties, each as it is written in a `prop`.
    pub(crate) fn propfind(&self, path: &str, depth: &str, props: &str) -> Answer {
        let body = format!("<D:propfind {NAMES}><D:prop>{props}</D:prop></D:propfind>");
        self.call("PROPFIND", path, &[("Depth", depth)], &body)
    }

    pub(crate) fn report(&self, path: &str, body: &str) -> Answer {
        self.call("REPORT", path, &[], &body.replacen('>', &format!(" {NAMES}>"), 1))
    }

    /// Puts a new object and gives its tag, in quotes.
    #[track_caller]
    pub(crate) fn put(&self, path: &str, object: &str) -> String {
        let answer = self.call("PUT", path, &[("If-None-Match", "*")], object);
        assert_eq!((answer.status, answer.body.as_str()), (201, ""), "{path}");
        answer.header("ETag").unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> String {
        let answer = self.call("GET", path, &[], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }
}

pub(crate) const NAMES: &str = r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/""#;

pub(crate) fn basic(email: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{email}:{password}")))
}

/// An object of one event, with the lines in it beside the UID.
pub(crate) fn event(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20170601T000000Z\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// One on 20 June 2017, from 9 to 10 on the server's clock.
pub(crate) fn meeting(uid: &str, subject: &str) -> String {
    event(
        uid,
        &format!(
            "SUMMARY:{subject}\r\nDTSTART;TZID=Asia/Seoul:20170620T090000\r\nDTEND;TZID=Asia/Seoul:20170620T100000\r\n"
        ),
    )
}

/// The texts of all elements that are called so, in their order.
pub(crate) fn texts(answer: &Answer, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let pieces = answer.body.split(&open).skip(1);
    // What may stand in a text as well, without what could be taken for an element.
    let read = |text: &str| text.replace("&#13;", "\r").replace("&quot;", "\"");
    pieces.map(|piece| read(piece.split(&close).next().unwrap())).collect()
}

/// The addresses of the responses.
#[track_caller]
pub(crate) fn hrefs(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 207, "{}", answer.body);
    let responses = answer.body.split("<D:response><D:href>").skip(1);
    responses.map(|response| response.split("</D:href>").next().unwrap().to_owned()).collect()
}

/// Asserts that a request is refused by a precondition, and gives the sentence.
#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, precondition: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("Content-Type"), Some("application/xml; charset=utf-8"));
    assert!(answer.body.contains(&format!("<{precondition}")), "{}", answer.body);
    texts(answer, "D:responsedescription").concat()
}

/// A group of that user, selected by all of `tokens`.
pub(crate) fn group(calendar: &Calendar, token: &str, name: &str, tokens: &[&str]) -> i64 {
    let group = calendar.group(token, name);
    for token in tokens {
        let path = format!("/user/calendar/group/{group}");
        assert_eq!(calendar.put(&path, token, "").status, 200);
    }
    group
}

/// What somebody sees of June 2017 by the API: when, and what.
pub(crate) fn june(calendar: &Calendar, token: &str) -> Vec<String> {
    let answer = calendar.get("/calendar/month?year_month=2017-06", token);
    let data = answer.json()["data"].clone();
    let events = data.as_array().unwrap_or_else(|| panic!("{}", answer.body)).clone();
    let line = |event: &serde_json::Value| {
        let (at, what) = (&event["sdate"], &event["subject"]);
        format!("{} {}", at.as_str().unwrap(), what.as_str().unwrap())
    };
    events.iter().map(line).collect()
}

/// A second person.
pub(crate) fn kim(calendar: &Calendar) -> Program<'_> {
    Program::of(calendar, KIM)
}
