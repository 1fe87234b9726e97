//! The answers of CalDAV: documents of XML, calendar objects, and refusals with the precondition that failed (RFC 4918, 16).

use std::io::Cursor;

use rocket::http::{ContentType, Header, Status};
use rocket::response::Response;

use super::xml::{CALDAV, DAV, Element};
use crate::error::{Error, Result};
use crate::ical::ObjectFault;
use crate::model::Room;

/// How the browser, or a program that shows it, names what the password is for. Always the same: clients keep passwords by it.
const CHALLENGE: &str = r#"Basic realm="calendar-server", charset="UTF-8""#;

/// What the header `DAV` says of this server: only what is there.
pub(super) const CLASSES: &str = "1, 3, calendar-access, extended-mkcol";

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// One without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// One with a document.
    pub(super) fn xml(status: u16, root: &Element) -> Self {
        let mut answer = Self::empty(status);
        answer.body = root.document();
        answer.header("Content-Type", "application/xml; charset=utf-8")
    }

    /// What is known of several things (RFC 4918, 13).
    pub(super) fn multistatus(responses: impl IntoIterator<Item = Element>) -> Self {
        Self::xml(207, &Element::dav("multistatus").with_all(responses))
    }

    /// The same, written already.
    pub(super) fn written(list: Multistatus) -> Self {
        let mut answer = Self::empty(207);
        answer.body = list.finished();
        answer.header("Content-Type", "application/xml; charset=utf-8")
    }

    /// A calendar object.
    pub(super) fn calendar(text: String, tag: &str, component: &str) -> Self {
        let mut answer = Self::empty(200);
        answer.body = text.into_bytes();
        let kind = format!("text/calendar; charset=utf-8; component={component}");
        answer.header("Content-Type", kind).header("ETag", quoted(tag))
    }

    /// A sentence, for whoever looks at it by hand.
    pub(super) fn text(status: u16, text: &str) -> Self {
        let mut answer = Self::empty(status);
        answer.body = format!("{text}\n").into_bytes();
        answer.header("Content-Type", "text/plain; charset=utf-8")
    }

    /// The same with a header more.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with that body.
    pub(super) fn with_body(mut self, text: String) -> Self {
        self.body = text.into_bytes();
        self
    }

    /// As Rocket sends it.
    pub(super) fn response(self) -> Response<'static> {
        let mut response = Response::build();
        response.status(Status::new(self.status));
        response.raw_header("DAV", CLASSES);
        for (name, value) in self.headers {
            if name == "Content-Type" {
                // As it is written: the parameters of a calendar object are not known to all.
                response.header(ContentType::parse_flexible(&value).unwrap_or(ContentType::Any));
            } else {
                response.header(Header::new(name, value));
            }
        }
        response.sized_body(self.body.len(), Cursor::new(self.body));
        response.finalize()
    }
}

/// A list of responses, each written when it is known: a calendar may have very many.
pub(super) struct Multistatus {
    out: Vec<u8>,
    room: Room,
}

impl Multistatus {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { out: Element::dav("multistatus").opened(), room: Room::in_view() }
    }

    /// Adds a response.
    ///
    /// # Errors
    /// [`Error::TooLong`] if the answer would be too large.
    pub(super) fn push(&mut self, response: &Element) -> Result<()> {
        let before = self.out.len();
        response.append_to(&mut self.out);
        self.room.take(self.out.len() - before)
    }

    fn finished(mut self) -> Vec<u8> {
        Element::dav("multistatus").close(&mut self.out);
        self.out
    }
}

/// A tag as a header has it.
pub(super) fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

/// A request for a name and a password.
pub(super) fn challenge() -> Answer {
    Answer::text(401, "sign in with your email, and an app password or your password")
        .header("WWW-Authenticate", CHALLENGE)
}

/// A refusal by a precondition, with a sentence.
pub(super) fn failed(status: u16, precondition: Element, why: &str) -> Answer {
    let mut error = Element::dav("error").with(precondition);
    if !why.is_empty() {
        error = error.with(Element::dav("responsedescription").text(why));
    }
    Answer::xml(status, &error)
}

/// A refusal of a request that cannot be read.
pub(super) fn bad(why: &str) -> Answer {
    Answer::text(400, why)
}

/// There is nothing at an address.
pub(super) fn not_found() -> Answer {
    Answer::text(404, "there is nothing at this address")
}

/// The refusal of an object that cannot be stored.
pub(super) fn unfit(fault: &ObjectFault) -> Answer {
    let precondition = match fault {
        ObjectFault::TooLarge => "max-resource-size",
        ObjectFault::Data(_) => "valid-calendar-data",
        ObjectFault::Object(_) => "valid-calendar-object-resource",
        ObjectFault::Component(_) => "supported-calendar-component",
        ObjectFault::Instances(_) => "max-instances",
    };
    failed(403, Element::new(CALDAV, precondition), &fault.to_string())
}

/// The answer to an error of the calendar.
pub(super) fn of_error(error: Error) -> Answer {
    match error {
        Error::MissingToken | Error::InvalidToken | Error::Refused(_) => challenge(),
        Error::NotOwner(why) => failed(403, Element::new(DAV, "need-privileges"), &why),
        Error::NotFound(_) => not_found(),
        Error::Malformed(why) | Error::Invalid(why) => bad(&why),
        Error::Changed(_) | Error::Outdated(_) => Answer::empty(412),
        Error::Conflict(why) | Error::TooLong(why) => {
            failed(507, Element::dav("quota-not-exceeded"), &why)
        }
        Error::Exists(_) => Answer::empty(409),
        Error::TooMany(seconds) => {
            Answer::text(429, "too many requests").header("Retry-After", seconds.to_string())
        }
        Error::Unavailable(why) | Error::Unknown(why) => {
            tracing::error!("{why}");
            Answer::text(503, "the calendar cannot be used at this moment")
                .header("Retry-After", "5")
        }
        other => {
            tracing::error!("{other}");
            Answer::text(500, "the server has failed; its log says how")
        }
    }
}
