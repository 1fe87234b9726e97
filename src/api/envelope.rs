//! The envelope of every answer under `/api/`, and the table of codes and messages.
//!
//! The same code can stand for two messages, so clients tell them apart by the message: a message never
//! changes. `INVAILD TOKEN` is the spelling of the published API.

use std::io::Cursor;
use std::marker::PhantomData;

use rocket::http::{ContentType, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use serde::Serialize;

use super::conditional::{self, Conditional, TakesGzip};
use super::recorded::Recorded;
use super::refusal::Refusal;
use crate::app::{View, exchange};
use crate::error::{Error, Result, Taken};
use crate::http::coding::{self, WORTH_COMPRESSING};
use crate::model::{EntryId, Room, harmless};

/// The HTTP status, the code and the message of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) u16, pub(super) u32, pub(super) &'static str);

/// Every code. The description of the API (`openapi/`) says which call answers which.
impl Code {
    pub(super) const SUCCESS: Self = Self(200, 20000, "SUCCESS");
    pub(super) const EMAIL_EXISTS: Self = Self(200, 20010, "USER ID EXIST");
    pub(super) const BIRTHDAY_EXISTS: Self = Self(200, 20010, "USER BIRTHDAY EXIST");
    pub(super) const MALFORMED: Self = Self(400, 40000, "INVALID PARAMETER");
    pub(super) const INVALID: Self = Self(400, 40001, "INVALID PARAMETER");
    pub(super) const REFUSED: Self = Self(401, 40100, "INVALID AUTHORIZATION");
    pub(super) const MISSING_TOKEN: Self = Self(401, 40101, "MISSING HEADER");
    pub(super) const INVALID_TOKEN: Self = Self(401, 40102, "INVAILD TOKEN");
    pub(super) const NOT_OWNER: Self = Self(401, 40102, "UNAUTHORIZED REQUEST");
    pub(super) const METHOD_NOT_ALLOWED: Self = Self(403, 40300, "METHOD NOT ALLOWED");
    pub(super) const NOT_FOUND: Self = Self(404, 40400, "NOT FOUND");
    pub(super) const SLOW: Self = Self(408, 40800, "REQUEST TIMEOUT");
    pub(super) const CHANGED: Self = Self(412, 41200, "PRECONDITION FAILED");
    pub(super) const TOO_LARGE: Self = Self(413, 41300, "PAYLOAD TOO LARGE");
    pub(super) const LONG_TARGET: Self = Self(414, 41400, "URI TOO LONG");
    pub(super) const TOO_MANY: Self = Self(429, 42900, "TOO MANY REQUESTS");
    pub(super) const LARGE_HEADERS: Self = Self(431, 43100, "REQUEST HEADER FIELDS TOO LARGE");
    pub(super) const INTERNAL: Self = Self(500, 50000, "INTERNAL SERVER ERROR");
    pub(super) const NOT_IMPLEMENTED: Self = Self(501, 50100, "NOT IMPLEMENTED");
    pub(super) const UNAVAILABLE: Self = Self(503, 50300, "SERVICE UNAVAILABLE");
}

fn code_of(refusal: &Refusal) -> Code {
    let error = match refusal {
        Refusal::Calendar(error) => error,
        Refusal::NoSuchPath => return Code::NOT_FOUND,
        Refusal::MethodNotAllowed(_) => return Code::METHOD_NOT_ALLOWED,
        Refusal::TooLarge(_) => return Code::TOO_LARGE,
        Refusal::TooSlow(_) => return Code::SLOW,
    };
    match error {
        Error::Exists(Taken::Email) => Code::EMAIL_EXISTS,
        Error::Exists(Taken::Birthday) => Code::BIRTHDAY_EXISTS,
        Error::Malformed(_) => Code::MALFORMED,
        Error::Invalid(_) | Error::Conflict(_) => Code::INVALID,
        Error::Refused(_) => Code::REFUSED,
        Error::MissingToken => Code::MISSING_TOKEN,
        Error::InvalidToken => Code::INVALID_TOKEN,
        Error::NotOwner(_) => Code::NOT_OWNER,
        Error::NotFound(_) => Code::NOT_FOUND,
        Error::Changed(_) | Error::Outdated(_) => Code::CHANGED,
        Error::TooMany(_) => Code::TOO_MANY,
        Error::TooLong(_) | Error::Unavailable(_) | Error::Unknown(_) => Code::UNAVAILABLE,
        Error::Internal(_) | Error::Setup(_) => Code::INTERNAL,
    }
}

/// The envelope for a request that was refused with `status` before it reached the API, and its code.
pub(crate) fn unread(status: u16, detail: &str) -> (u32, Vec<u8>) {
    let Code(_, code, message) = match status {
        400 => Code::MALFORMED,
        408 => Code::SLOW,
        414 => Code::LONG_TARGET,
        431 => Code::LARGE_HEADERS,
        501 => Code::NOT_IMPLEMENTED,
        503 => Code::UNAVAILABLE,
        _ => Code::INTERNAL,
    };
    let meta = Meta { code, message, detail: Some(detail.to_owned()) };
    let body = serde_json::to_vec(&Envelope { meta, data: None::<()> });
    (code, body.unwrap_or_default())
}

/// The headers of every answer under `/api/`, besides those of CORS.
pub(crate) const HEADERS: [(&str, &str); 3] = [
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
];

/// The published detail: one sentence for a person. It says nothing internal, so some refusals have
/// none. Where a client has to send a header, the sentence names it.
fn detail_of(refusal: &Refusal) -> Option<String> {
    let error = match refusal {
        Refusal::Calendar(error) => error,
        Refusal::NoSuchPath => return Some("no such path".into()),
        Refusal::MethodNotAllowed(allow) => return Some(format!("this path takes {allow}")),
        Refusal::TooLarge(detail) | Refusal::TooSlow(detail) => return Some(detail.clone()),
    };
    match error {
        Error::Exists(_) | Error::Internal(_) | Error::Setup(_) => None,
        Error::MissingToken => Some("the header X-calendar-access-token is missing".into()),
        Error::Changed(_) => Some(format!("{error}: read it again, and send its new revision")),
        Error::TooMany(seconds) => Some(format!("too many requests: try again in {seconds} s")),
        Error::Unavailable(_) => Some("nothing was stored; try again later".into()),
        Error::Unknown(_) => Some(
            "it is not known whether this was stored: look, or repeat it with the same Idempotency-Key"
                .into(),
        ),
        _ => Some(error.to_string()),
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    meta: Meta<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
}

#[derive(Serialize)]
struct Meta<'a> {
    code: u32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// The answer to a successful call, with data of the type `T`: [`Done`] for none, a [`List`] for an
/// array. The description of the API (`openapi/`) takes the type of the data from here.
pub(crate) struct Answer<T> {
    body: View,
    location: Option<String>,
    tag: Option<String>,
    not_modified: bool,
    /// Whether the body has the content coding that the client wants.
    encoded: bool,
    /// The data is serialized already, so an answer does not borrow it. By the variance of this
    /// type, a `Group<'_>` makes an `Answer<Group<'static>>`.
    data: PhantomData<fn(T)>,
}

/// No data.
pub(crate) struct Done;

/// An array of `T`.
pub(crate) struct List<T>(PhantomData<T>);

impl Answer<Done> {
    /// Done, without data.
    pub(crate) fn done() -> Self {
        let Code(_, code, message) = Code::SUCCESS;
        let envelope = format!(r#"{{"meta":{{"code":{code},"message":"{message}"}}}}"#);
        Self::bare(envelope.into_bytes())
    }

    /// Done, without data; the created thing can be read at `location`.
    pub(crate) fn made_at(location: String) -> Self {
        Self { location: Some(location), ..Self::done() }
    }
}

impl<T: Serialize> Answer<T> {
    /// Done, with `data`.
    pub(crate) fn data(data: T) -> Result<Self> {
        let Code(_, code, message) = Code::SUCCESS;
        let envelope = Envelope { meta: Meta { code, message, detail: None }, data: Some(data) };
        Ok(Self::bare(serde_json::to_vec(&envelope).map_err(|error| unwritten(&error))?))
    }
}

impl<T: Serialize> Answer<List<T>> {
    /// Done, with `items`, which take about `size` bytes and have to fit into `room`; `write` appends one
    /// of them as JSON, as it serializes.
    ///
    /// # Errors
    /// [`Error::TooLong`] as soon as they do not fit.
    pub(crate) fn list(
        size: usize,
        mut room: Room,
        items: impl Iterator<Item = T>,
        write: impl Fn(&T, &mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<Self> {
        let Code(_, code, message) = Code::SUCCESS;
        let mut body = Vec::with_capacity(size.min(Room::BYTES) + 64);
        body.extend_from_slice(
            format!(r#"{{"meta":{{"code":{code},"message":"{message}"}},"data":"#).as_bytes(),
        );
        body.push(b'[');
        for (index, item) in items.enumerate() {
            let before = body.len();
            if index > 0 {
                body.push(b',');
            }
            write(&item, &mut body).map_err(|error| unwritten(&error))?;
            room.take(body.len() - before)?;
        }
        body.extend_from_slice(b"]}");
        Ok(Self::bare(body))
    }
}

impl<T> Answer<T> {
    /// Done, with `body` as it is: JSON without the envelope.
    pub(super) fn bare(body: Vec<u8>) -> Self {
        let body = View { bytes: body.into(), compressed: false };
        Self {
            body,
            location: None,
            tag: None,
            not_modified: false,
            encoded: false,
            data: PhantomData,
        }
    }

    /// Done, with `body`, which has the content coding that the client wants.
    pub(super) fn encoded(body: View) -> Self {
        Self { body, encoded: true, ..Self::bare(Vec::new()) }
    }

    /// The same with the entity tag `tag`.
    pub(super) fn view(body: View, tag: String) -> Self {
        Self { tag: Some(tag), ..Self::encoded(body) }
    }

    /// This answer with the entity tag `tag`, or 304 if the client has it already.
    pub(super) fn tagged(self, tag: String, conditional: &Conditional) -> Self {
        if conditional.has(&tag) {
            Self::not_modified(tag)
        } else {
            Self { tag: Some(tag), ..self }
        }
    }

    /// 304: the client has the representation that `tag` names.
    pub(super) fn not_modified(tag: String) -> Self {
        Self { tag: Some(tag), not_modified: true, ..Self::bare(Vec::new()) }
    }

    /// This answer in the content coding that the client wants: where it is read, since that of a long one
    /// takes time.
    pub(super) fn coded(self, TakesGzip(gzip): TakesGzip) -> Result<Self> {
        Ok(Self::encoded(encode(self.body, || gzip)?))
    }

    /// The body of this answer, compressed if `gzip` and if it is worth it.
    pub(super) fn into_view(self, gzip: bool) -> Result<View> {
        encode(self.body, || gzip)
    }
}

fn unwritten(error: &serde_json::Error) -> Error {
    Error::Internal(format!("cannot write an answer: {error}"))
}

impl<'r, T> Responder<'r, 'static> for Answer<T> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Self { body, location, tag, not_modified, encoded, .. } = self;
        let mut response = if not_modified {
            Response::build().status(Status::NotModified).finalize()
        } else if encoded {
            respond(request, Code::SUCCESS, body)
        } else {
            match encode(body, || conditional::takes_gzip(request)) {
                Ok(body) => respond(request, Code::SUCCESS, body),
                Err(error) => return error.respond_to(request),
            }
        };
        if let Some(location) = location {
            response.set_raw_header("Location", location);
        }
        if let Some(tag) = tag {
            response.set_raw_header("ETag", tag);
        }
        if let Some(EntryId(entry)) = Recorded::of(request).entry() {
            response.set_raw_header("X-Calendar-Entry", entry.to_string());
        }
        Ok(response)
    }
}

/// The answer to a refused call. Details that the client does not get are logged here, and nowhere
/// else.
impl<'r> Responder<'r, 'static> for Refusal {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let id = exchange::id_of(request);
        match &self {
            Self::Calendar(Error::Internal(reason) | Error::Setup(reason)) => {
                tracing::error!(request_id = %id, "{}", harmless(reason));
            }
            Self::Calendar(Error::Unavailable(reason) | Error::Unknown(reason)) => {
                tracing::warn!(request_id = %id, "{}", harmless(reason));
            }
            _ => {}
        }
        let kind @ Code(_, code, message) = code_of(&self);
        let meta = Meta { code, message, detail: detail_of(&self) };
        let body = serde_json::to_vec(&Envelope { meta, data: None::<()> })
            .map_err(|_| Status::InternalServerError)?;
        let body = View { bytes: body.into(), compressed: false };
        let mut response = respond(request, kind, body);
        match self {
            Self::MethodNotAllowed(allow) => {
                response.set_raw_header("Allow", allow);
            }
            Self::Calendar(Error::TooMany(seconds)) => {
                response.set_raw_header("Retry-After", seconds.to_string());
            }
            _ => {}
        }
        Ok(response)
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Refusal::from(self).respond_to(request)
    }
}

/// `body`, compressed if the client takes gzip and if it is worth it.
fn encode(body: View, takes_gzip: impl FnOnce() -> bool) -> Result<View> {
    if body.compressed || body.bytes.len() < WORTH_COMPRESSING || !takes_gzip() {
        return Ok(body);
    }
    Ok(View { bytes: coding::gzip(&body.bytes)?.into(), compressed: true })
}

/// The largest piece in which a body is sent. Rocket's default of 4 KB would send a view in several.
const CHUNK: usize = 64 * 1024;

fn respond(request: &Request<'_>, Code(status, code, _): Code, body: View) -> Response<'static> {
    exchange::answered(request, code);
    let View { bytes, compressed } = body;
    let mut response = Response::build();
    response.status(Status::new(status)).header(ContentType::JSON);
    if compressed {
        response.raw_header("Content-Encoding", "gzip");
    }
    if compressed || bytes.len() >= WORTH_COMPRESSING {
        response.raw_header("Vary", "Accept-Encoding");
    }
    response
        .max_chunk_size(bytes.len().clamp(1, CHUNK))
        .sized_body(bytes.len(), Cursor::new(bytes))
        .finalize()
}
