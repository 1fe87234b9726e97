//! The page for the browser, which is a client of the API like any other. Its files are embedded in
//! the binary.

mod errors;
mod files;
mod health;

use rocket::catcher::{self, Catcher};
use rocket::http::Status;
use rocket::http::uri::Segments;
use rocket::http::uri::fmt::Path;
use rocket::response::Responder;
use rocket::{Request, Response, Route, get};

use crate::app::exchange;
use crate::error::Error;
use errors::Unanswered;
use files::File;

/// The Content Security Policy: a page may load only files of this server, and nothing inline, so that a
/// subject that got into a page as HTML could do nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The pages' routes, mounted at the root.
#[must_use]
pub fn routes() -> Vec<Route> {
    rocket::routes![index, docs, file, icon, health::health]
}

/// The catcher for requests outside `/api/` that no route answers.
#[must_use]
pub fn catchers() -> Vec<Catcher> {
    vec![Catcher::new(None, answer)]
}

/// Sets the headers of every answer outside `/api/`.
pub(crate) fn protect(response: &mut Response<'_>) {
    for (name, value) in [
        ("Content-Security-Policy", POLICY),
        ("Cache-Control", "no-store"),
        // Rocket itself sets X-Content-Type-Options: nosniff.
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
        if name == "X-Frame-Options" || !response.headers().contains(name) {
            response.set_raw_header(name, value);
        }
    }
}

#[get("/")]
fn index() -> Option<File> {
    File::page("page/index.html")
}

/// The API reference, where calls can be tried.
#[get("/docs")]
fn docs() -> Option<File> {
    File::page("docs/index.html")
}

#[get("/static/<hash>/<path..>")]
fn file(hash: &str, path: Segments<'_, Path>) -> Option<File> {
    File::at(hash, path)
}

/// Browsers request this path where they know only the address, as in a list of bookmarks.
#[get("/favicon.ico")]
fn icon() -> Option<File> {
    File::page("page/icon.svg")
}

fn answer<'r>(status: Status, request: &'r Request<'_>) -> catcher::BoxFuture<'r> {
    if status == Status::BadRequest {
        exchange::log_unreadable(request, status);
    }
    // A target that is not a path, such as the target of CONNECT, reaches no router. It may have
    // been meant for the API, whose clients expect the envelope.
    if status == Status::BadRequest && !errors::wants_html(request) {
        let error = Error::Malformed("the request target is not a path".into());
        return Box::pin(async move { error.respond_to(request) });
    }
    Box::pin(async move { Unanswered(status).respond_to(request) })
}
