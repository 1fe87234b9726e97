//! The body of a call that takes a file, whatever its `Content-Type` says. It is read when the handler says so.

use std::convert::Infallible;
use std::fs::File;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rocket::data::{ByteUnit, Data, FromData, Outcome};
use rocket::request::Request;

use super::path::BASE;
use super::refusal::{Refusal, Result};
use crate::app::upload::{self, Fault, Patience, Unread};
use crate::archive;
use crate::error::Error;

/// The path of the call, below [`BASE`].
const PATH: &str = "import";
/// How long each piece of a body may take that does not come through the front.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a request with that method and path is an upload, whose body is passed on unread. A path is read
/// as Rocket does: decoded, without its empty segments.
pub(crate) fn is_upload(method: &str, path: &str) -> bool {
    let segments = |path| str::split(path, '/').filter(|segment: &&str| !segment.is_empty());
    let decoded = |segment| percent_decode_str(segment).decode_utf8_lossy();
    method == "POST" && segments(path).map(decoded).eq(segments(BASE).chain([PATH]))
}

/// A file that is being sent.
pub(crate) struct Upload<'r>(Unread<'r>);

#[rocket::async_trait]
impl<'r> FromData<'r> for Upload<'r> {
    type Error = Infallible;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        Outcome::Success(Self(upload::take(request).unwrap_or_else(|| {
            let data = data.open(ByteUnit::from(archive::LIMIT + 1));
            Unread::new(data, 0, Patience::of(PATIENCE))
        })))
    }
}

impl Upload<'_> {
    /// Reads it into a file without a name.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::TooSlow`], [`Error::Malformed`] if it ended before it was complete,
    /// [`Error::Unavailable`] if it could not be kept.
    pub(super) async fn spool(self) -> Result<File> {
        const MOST: u64 = archive::LIMIT;
        self.0.spool(MOST).await.map_err(|fault| match fault {
            Fault::TooLarge => Refusal::TooLarge(format!("body: expected at most {MOST} bytes")),
            Fault::TooSlow => Refusal::TooSlow("body: it took too long to arrive".into()),
            Fault::Broken => {
                Error::Malformed("body: it ended before it was complete".into()).into()
            }
            Fault::NotKept(error) => {
                Error::Unavailable(format!("cannot keep a file that comes in: {error}")).into()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_told_by_its_method_and_its_path() {
        for path in ["/api/v1/import", "/api/v1/import/", "//api//v1/import", "/api/v1/%69mp%6frt"]
        {
            assert!(is_upload("POST", path), "{path}");
        }
        for path in ["/api/v1/importer", "/api/v1", "/api/v1/import/1", "/import", "/api/v2/import"]
        {
            assert!(!is_upload("POST", path), "{path}");
        }
        for method in ["post", "PUT", "GET"] {
            assert!(!is_upload(method, "/api/v1/import"), "{method}");
        }
    }
}
