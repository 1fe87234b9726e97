//! The page for the browser, which is a client of the API like any other. Its files are embedded in
//! the binary.

mod errors;
mod feed;
mod files;
mod health;
mod join;
mod protect;

use rocket::catcher::{self, Catcher};
use rocket::http::Status;
use rocket::http::uri::fmt::Path;
use rocket::http::uri::{Origin, Segments};
use rocket::response::{Redirect, Responder};
use rocket::{Either, Request, Route, get};

pub(crate) use errors::{takes_html, unread};
pub(crate) use protect::protect;

use errors::Unanswered;
use files::File;

/// The pages' routes, mounted at the root.
#[must_use]
pub fn routes() -> Vec<Route> {
    rocket::routes![index, docs, worker, file, icon, feed::page, join::page, health::health]
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
fn docs(uri: &Origin<'_>) -> Either<Redirect, Option<File>> {
    // The links of the page are relative.
    if uri.path().ends_with('/') {
        return Either::Left(Redirect::permanent("../docs"));
    }
    Either::Right(File::page("docs/index.html"))
}

/// The service worker. A browser lets it keep only pages below its own address.
#[get("/sw.js")]
fn worker() -> Option<File> {
    File::page("sw.js")
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
    Box::pin(async move { Unanswered(status).respond_to(request) })
}
