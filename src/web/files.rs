//! The files under `static/`, as `build.rs` prepares them. Text is compressed, and files have
//! addresses with a hash of the whole folder. The content at an address with the hash never
//! changes, so a browser asks for it once. Pages have no hash in their addresses and are
//! revalidated each time.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::read::GzDecoder;
use include_dir::{Dir, include_dir};
use rocket::http::uri::Segments;
use rocket::http::uri::fmt;
use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};

use crate::http::{coding, etag};

static FILES: Dir<'_> = include_dir!("$OUT_DIR/static");

/// The hash of all files.
pub(super) const HASH: &str = env!("STATIC_HASH");

/// A file, and how long a browser may cache it.
pub(super) struct File {
    stored: Stored,
    kind: ContentType,
    keep: Keep,
}

#[derive(Clone, Copy)]
enum Stored {
    Plain(&'static [u8]),
    Gzip(&'static [u8]),
}

#[derive(Clone, Copy)]
enum Keep {
    /// Its address has the hash.
    ForEver,
    /// It is revalidated each time.
    WhileUnchanged,
    Never,
}

impl File {
    /// A page by its path below `static/`.
    pub(super) fn page(path: &str) -> Option<Self> {
        Self::find(path, Keep::WhileUnchanged)
    }

    /// The file at `/static/<hash>/<path>`.
    ///
    /// The hash may be that of another version: a browser that opened the page before an upgrade
    /// asks for what it has not loaded yet. It gets the present file, which it must not cache. A
    /// redirect was rejected: a browser loads a module a second time from another address.
    pub(super) fn at(hash: &str, path: Segments<'_, fmt::Path>) -> Option<Self> {
        let digits =
            hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if hash.len() != HASH.len() || !digits {
            return None;
        }
        let path = path.collect::<Vec<_>>().join("/");
        Self::find(&path, if hash == HASH { Keep::ForEver } else { Keep::Never })
    }

    fn find(path: &str, keep: Keep) -> Option<Self> {
        let kind = kind(path)?;
        let stored = match FILES.get_file(format!("{path}.gz")) {
            Some(file) => Stored::Gzip(file.contents()),
            None => Stored::Plain(FILES.get_file(path)?.contents()),
        };
        Some(Self { stored, kind, keep })
    }
}

/// The type of a file, by its extension. `None` for files that are not for browsers.
fn kind(path: &str) -> Option<ContentType> {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    Some(match extension.unwrap_or(path) {
        "html" => ContentType::HTML,
        "js" | "mjs" => ContentType::JavaScript,
        "css" => ContentType::CSS,
        "json" => ContentType::JSON,
        "svg" => ContentType::SVG,
        "png" => ContentType::PNG,
        "ico" => ContentType::Icon,
        "woff2" => ContentType::WOFF2,
        "webmanifest" => ContentType::new("application", "manifest+json"),
        "txt" | "LICENSE" | "NOTICE" => ContentType::Plain,
        _ => return None,
    })
}

impl<'r> Responder<'r, 'static> for File {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::new();
        let keep = match self.keep {
            Keep::ForEver => "public, max-age=31536000, immutable",
            Keep::WhileUnchanged => "no-cache",
            Keep::Never => "no-store",
        };
        response.set_header(Header::new("Cache-Control", keep));
        if matches!(self.stored, Stored::Gzip(_)) {
            response.set_header(Header::new("Vary", "Accept-Encoding"));
        }
        if matches!(self.keep, Keep::WhileUnchanged) {
            // Weak, since the compressed and the plain file share it.
            let tag = format!("\"{HASH}\"");
            response.set_raw_header("ETag", format!("W/{tag}"));
            if etag::is_known(request.headers().get("If-None-Match"), &tag) {
                response.set_status(Status::NotModified);
                return Ok(response);
            }
        }
        response.set_header(self.kind);
        let body: &'static [u8] = match self.stored {
            Stored::Plain(bytes) => bytes,
            Stored::Gzip(bytes) if coding::takes_gzip(request.headers().get("Accept-Encoding")) => {
                response.set_header(Header::new("Content-Encoding", "gzip"));
                bytes
            }
            Stored::Gzip(bytes) => decompressed(bytes)?,
        };
        response.set_sized_body(body.len(), Cursor::new(body));
        Ok(response)
    }
}

/// What `gzip`, an embedded file, is decompressed. Each file is decompressed once, for the first client that
/// takes no gzip.
fn decompressed(gzip: &'static [u8]) -> Result<&'static [u8], Status> {
    static KEPT: Mutex<BTreeMap<usize, &'static [u8]>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let address = gzip.as_ptr().addr();
    if let Some(bytes) = kept.get(&address) {
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    match GzDecoder::new(gzip).read_to_end(&mut bytes) {
        Ok(_) => {
            let bytes: &'static [u8] = bytes.leak();
            kept.insert(address, bytes);
            Ok(bytes)
        }
        Err(error) => {
            tracing::error!("an embedded file is broken: {error}");
            Err(Status::InternalServerError)
        }
    }
}
