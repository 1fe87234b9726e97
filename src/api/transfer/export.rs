//! `GET /export` and `GET /group/<id>/export`: a calendar goes out as a file.
//!
//! It is written to a file without a name in one state of the database, and sent from there: a client that reads
//! slowly holds a file, and no state of the database.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::http::{ContentType, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{State, get};
use tokio::io::{AsyncRead, ReadBuf};

use crate::api::caller::Caller;
use crate::api::conditional::{Conditional, TakesGzip};
use crate::api::envelope::Code;
use crate::api::path::PathId;
use crate::api::refusal::Result;
use crate::api::terms::Terms;
use crate::app::{App, Place, exchange};
use crate::domain::groups;
use crate::domain::transfer::{self, What};
use crate::error::{self, Error};
use crate::http::coding;
use crate::model::GroupId;

/// The largest piece in which a file is read.
const PIECE: usize = 64 << 10;
/// What stands for itself in a name that is encoded (RFC 8187, section 3.2.1).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A calendar as a file, or that the client has it already.
pub(in crate::api) struct Exported {
    /// A weak tag: the file may be sent compressed or not.
    tag: String,
    /// None if the client has it.
    file: Option<Spooled>,
}

/// A file that is sent.
struct Spooled {
    file: File,
    size: u64,
    compressed: bool,
    /// The value of `Content-Disposition`.
    disposition: String,
    place: Place,
}

/// The caller's personal calendar.
#[get("/export")]
pub(in crate::api) async fn export(
    caller: Caller,
    conditional: Conditional,
    coding: TakesGzip,
    app: &State<App>,
) -> Result<Exported> {
    send(&caller, conditional, coding, app, What::Personal).await
}

/// The calendar of a group.
#[get("/group/<_>/export")]
pub(in crate::api) async fn export_group(
    id: PathId,
    caller: Caller,
    conditional: Conditional,
    coding: TakesGzip,
    app: &State<App>,
) -> Result<Exported> {
    send(&caller, conditional, coding, app, What::Group(GroupId(id.0))).await
}

async fn send(
    caller: &Caller,
    conditional: Conditional,
    TakesGzip(gzip): TakesGzip,
    app: &App,
    what: What,
) -> Result<Exported> {
    let (now, terms) = (app.clock.now(), Terms::of(app));
    // A token that is not valid is reported first.
    let place = app.transfers.export(caller.email());
    let exported = caller.read(app, (), move |snapshot, user, ()| {
        let disposition = match what {
            What::Personal => disposition("personal", None),
            What::Group(id) => {
                let (group, _) = groups::get(snapshot, user.id, id)?;
                disposition(&format!("group-{}", id.0), Some(&group.name))
            }
        };
        let tag = format!("W/\"{}\"", transfer::export_tag(snapshot, &user, what)?);
        if conditional.has(&tag) {
            return Ok(Exported { tag, file: None });
        }
        let (place, setting) = (place?, terms.at(now?));
        let (file, size) =
            spool(gzip, |out| transfer::export(snapshot, &user, what, setting, &mut { out }))?;
        let file = Spooled { file, size, compressed: gzip, disposition, place };
        Ok(Exported { tag, file: Some(file) })
    });
    exported.await
}

/// A file without a name with what `write` writes, and its size.
fn spool(
    gzip: bool,
    write: impl FnOnce(&mut dyn Write) -> error::Result<()>,
) -> error::Result<(File, u64)> {
    let cannot = |error: io::Error| Error::Unavailable(format!("cannot keep an export: {error}"));
    let mut out = BufWriter::with_capacity(PIECE, tempfile::tempfile().map_err(cannot)?);
    if gzip {
        let mut encoder = coding::gzip_into(&mut out);
        write(&mut encoder)?;
        encoder.finish().map_err(cannot)?;
    } else {
        write(&mut out)?;
    }
    let mut file = out.into_inner().map_err(|error| cannot(error.into_error()))?;
    let size = file.stream_position().map_err(cannot)?;
    file.seek(SeekFrom::Start(0)).map_err(cannot)?;
    Ok((file, size))
}

/// `Content-Disposition` (RFC 6266) of a file with the name `plain`, or better `name`, which may have any characters.
fn disposition(plain: &str, name: Option<&str>) -> String {
    let plain = format!("attachment; filename=\"{plain}.ics\"");
    let Some(name) = name else { return plain };
    // What some system does not take in the name of a file.
    let name: String = name
        .chars()
        .map(|c| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c })
        .collect();
    format!("{plain}; filename*=UTF-8''{}.ics", utf8_percent_encode(&name, ENCODED))
}

impl<'r> Responder<'r, 'static> for Exported {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Self { tag, file } = self;
        let mut response = Response::build();
        response.raw_header("ETag", tag).raw_header("Vary", "Accept-Encoding");
        let Some(Spooled { file, size, compressed, disposition, place }) = file else {
            return response.status(Status::NotModified).ok();
        };
        exchange::answered(request, Code::SUCCESS.1);
        if compressed {
            response.raw_header("Content-Encoding", "gzip");
        }
        let body = Body { file: tokio::fs::File::from_std(file), _place: place };
        response
            .header(ContentType::new("text", "calendar").with_params(("charset", "utf-8")))
            .raw_header("Content-Disposition", disposition)
            // Its size is said, but it is not in memory, as the front takes a body of a known size to be.
            .raw_header("Content-Length", size.to_string())
            .max_chunk_size(PIECE)
            .streamed_body(body)
            .ok()
    }
}

/// A file that is read as it is sent, and counts until then.
struct Body {
    file: tokio::fs::File,
    _place: Place,
}

impl AsyncRead for Body {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_read(cx, into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_group_becomes_one_of_a_file() {
        assert_eq!(disposition("personal", None), "attachment; filename=\"personal.ics\"");
        assert_eq!(
            disposition("group-1", Some("회식 a/b\"")),
            "attachment; filename=\"group-1.ics\"; filename*=UTF-8''%ED%9A%8C%EC%8B%9D%20a_b_.ics"
        );
    }
}
