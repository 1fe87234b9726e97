//! The answers of feeds.

use std::io::Cursor;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};

use super::address::Form;
use crate::app::{View, exchange};
use crate::error::Error;
use crate::model::harmless;

/// How long a client may show what it has without asking again, in seconds, and for itself alone: a cache that others share
/// is not to hold secret addresses.
const CACHING: &str = "private, max-age=60";
/// The largest piece in which a body is sent.
const CHUNK: usize = 64 * 1024;

/// What a feed shows, or that the client has it.
pub(super) struct Answer {
    pub(super) form: Form,
    /// The name of the feed.
    pub(super) name: String,
    pub(super) tag: String,
    /// None if the client has it.
    pub(super) view: Option<View>,
}

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response
            .raw_header("ETag", self.tag)
            .raw_header("Cache-Control", CACHING)
            .raw_header("Vary", "Accept-Encoding")
            .raw_header("X-Robots-Tag", "noindex");
        let Some(View { bytes, compressed }) = self.view else {
            return response.status(Status::NotModified).ok();
        };
        match self.form {
            Form::Calendar => {
                // A name in other letters than those of ASCII has a form of its own (RFC 8187).
                let name = utf8_percent_encode(&self.name, NON_ALPHANUMERIC);
                let disposition =
                    format!("inline; filename=\"calendar.ics\"; filename*=UTF-8''{name}.ics");
                response
                    .header(ContentType::new("text", "calendar").with_params(("charset", "utf-8")))
                    .raw_header("Content-Disposition", disposition);
            }
            Form::Page => {
                response.header(ContentType::JSON);
            }
        }
        if compressed {
            response.raw_header("Content-Encoding", "gzip");
        }
        response
            .max_chunk_size(bytes.len().clamp(1, CHUNK))
            .sized_body(bytes.len(), Cursor::new(bytes))
            .ok()
    }
}

/// Why a feed is not shown.
pub(super) struct Refused(pub(super) Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// A program learns only the status, and when to come again. What happened inside is logged here, and nowhere else.
impl<'r> Responder<'r, 'static> for Refused {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let id = exchange::id_of(request);
        match self.0 {
            Error::NotFound(_) => Err(Status::NotFound),
            Error::Invalid(_) | Error::Malformed(_) => Err(Status::BadRequest),
            Error::TooMany(seconds) => {
                let text = "429 Too Many Requests\n";
                Response::build()
                    .status(Status::TooManyRequests)
                    .header(ContentType::Plain)
                    .raw_header("Retry-After", seconds.to_string())
                    .sized_body(text.len(), Cursor::new(text))
                    .ok()
            }
            Error::TooLong(_) => Err(Status::ServiceUnavailable),
            Error::Unavailable(reason) | Error::Unknown(reason) => {
                tracing::warn!(request_id = %id, "{}", harmless(&reason));
                Err(Status::ServiceUnavailable)
            }
            other => {
                tracing::error!(request_id = %id, "{}", harmless(&other.to_string()));
                Err(Status::InternalServerError)
            }
        }
    }
}
