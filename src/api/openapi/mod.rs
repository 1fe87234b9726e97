//! The description of version 1 in OpenAPI 3.1, for programs that write clients and try servers.
//!
//! What goes in and out is described by the types that the handlers read and answer with, which derive
//! their schemas from the same fields (`schemas.rs`). Which types those are, and what else a call takes, is
//! read off the handlers' signatures (`handler.rs`). The table of calls (`calls.rs`) adds what no
//! signature says. Both fill in a `Call`, which becomes an operation of OpenAPI (`operation.rs`). Tests
//! compare all of it with the mounted routes and with what a server answers.

mod answers;
mod calls;
mod examples;
mod handler;
mod operation;
mod schemas;

use std::sync::OnceLock;

use rocket::get;
use utoipa::openapi::path::Paths;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, OpenApiVersion,
};

use super::conditional::TakesGzip;
use super::envelope::{Answer, Done};
use super::path::{BASE, Prefix};
use super::refusal::Refusal;
use crate::app::View;
use crate::error::{Error, Result};

/// The name of the access token in the document.
const TOKEN: &str = "token";

const ABOUT: &str = "\
Personal events, groups of events and birthdays.

Every answer but this document and an exported calendar is an envelope with `meta` and, where there is something to return, \
`data`. The same code can stand for two messages: tell them apart by the message, which never \
changes. `meta.detail`, where there is one, is a sentence for a person, whose wording may change.

- A body is read as JSON whatever its `Content-Type` says, and has at most 65536 bytes, but that of \
an import. Unknown \
parameters are ignored.
- A path works with and without its final slash. A method that it does not take is answered 403, \
code 40300, with a header `Allow` (see the response `MethodNotAllowed`). `HEAD` is answered wherever \
`GET` is.
- Checks are made in this order: path and method, token, scope of an app password, body, parameters, whether the thing exists, \
whose it is, whether it has changed (`revision`, `If-Match`).
- Times are wall-clock times of the server's zone. They come in as `YYYY-MM-DD HH:MM:SS`, years 0001 \
to 9999, and go out as `Tue, 20 Jun 2017 09:00:00 GMT` with the same digits; `GMT` shifts nothing.
- Of a query parameter that is given more than once, the first counts.";

/// The document.
fn document() -> OpenApi {
    let (mut paths, mut components) = (Paths::new(), ComponentsBuilder::new());
    for call in calls::all() {
        components = components.schemas_from_iter(call.add_to(&mut paths).0);
    }
    let info = InfoBuilder::new()
        .title("calendar-server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::builder().name("MIT").identifier(Some("MIT")).build()));
    let tag = |name, about| TagBuilder::new().name(name).description(Some(about)).build();
    let components = components
        .schemas_from_iter(answers::schemas())
        .response("MethodNotAllowed", answers::not_allowed())
        .security_scheme(
            TOKEN,
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "X-calendar-access-token",
                "What `POST /user` and `POST /user/login` give out, or an app password.",
            ))),
        );
    OpenApiBuilder::new()
        .openapi(OpenApiVersion::Version31)
        .info(info)
        .servers(Some([Server::new(BASE)]))
        .tags(Some([
            tag("user", "Registration, sign-in, the caller, and what the caller's calendar shows."),
            tag("calendar", "The caller's own calendar, its views and the events in it."),
            tag("group", "Groups of events, which everybody sees."),
            tag("invitation", "Links with which somebody becomes a member of a group."),
            tag("import", "Calendars that come in as files."),
            tag("export", "The caller's calendar as a file."),
            tag("openapi", "This document."),
        ]))
        .security(Some([SecurityRequirement::new::<_, [&str; 0], &str>(TOKEN, [])]))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

/// The document as JSON, indented.
///
/// # Errors
/// [`Error::Internal`] if it cannot be written, which would be a mistake in the document.
pub fn json() -> Result<String> {
    let json = document().to_pretty_json();
    json.map_err(|error| Error::Internal(format!("cannot write the API's description: {error}")))
}

/// The description of the API. It is the one answer without the envelope: its readers know the form of
/// OpenAPI, and ours only from it.
#[get("/openapi.json")]
pub(super) fn get(
    prefix: Prefix<'_>,
    coding: TakesGzip,
) -> std::result::Result<Answer<Done>, Refusal> {
    let Prefix(prefix) = prefix;
    if prefix.is_empty() {
        return Ok(Answer::encoded(written(coding)?));
    }
    let server = |prefix: &str| format!("\"url\": \"{prefix}{BASE}\"");
    let document = written(TakesGzip(false))?.bytes;
    let document = String::from_utf8_lossy(&document).replacen(&server(""), &server(prefix), 1);
    Ok(Answer::bare(document.into_bytes()))
}

/// The document as it is sent. Anybody who can reach the server may ask for it, and it never changes while
/// the server runs, so it is written and compressed once.
fn written(TakesGzip(gzip): TakesGzip) -> Result<View> {
    static WRITTEN: [OnceLock<View>; 2] = [const { OnceLock::new() }; 2];
    let kept = &WRITTEN[usize::from(gzip)];
    if let Some(view) = kept.get() {
        return Ok(view.clone());
    }
    let view = Answer::<Done>::bare(json()?.into_bytes()).into_view(gzip)?;
    Ok(kept.get_or_init(|| view).clone())
}
