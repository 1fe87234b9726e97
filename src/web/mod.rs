//! The page for the browser, which is a client of the API like any other. Its files are embedded in
//! the binary.

mod errors;
mod files;
mod health;
mod protect;

use rocket::catcher::{self, Catcher};
use rocket::http::Status;
use rocket::http::uri::Segments;
use rocket::http::uri::fmt::Path;
use rocket::response::Responder;
use rocket::{Request, Route, get};

pub(crate) use protect::protect;

use crate::app::exchange;
use crate::error::Error;
use errors::Unanswered;
use files::File;

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
