//! What a browser is shown: the files under `static/`, embedded in the binary.

mod health;

use include_dir::{Dir, include_dir};
use rocket::catcher::{self, Catcher};
use rocket::http::{ContentType, Status};
use rocket::response::Responder;
use rocket::response::content::{RawHtml, RawText};
use rocket::{Request, Route, get};

use crate::error::Error;
use crate::trace;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/web/static");

/// The pages' routes, mounted at the root.
#[must_use]
pub fn routes() -> Vec<Route> {
    rocket::routes![index, style, health::health]
}

/// What answers outside `/api/` when no route does.
#[must_use]
pub fn catchers() -> Vec<Catcher> {
    vec![Catcher::new(None, answer)]
}

fn text(name: &str) -> &'static str {
    FILES.get_file(name).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

#[get("/")]
fn index() -> RawHtml<&'static str> {
    RawHtml(text("index.html"))
}

#[get("/style.css")]
fn style() -> (ContentType, &'static str) {
    (ContentType::CSS, text("style.css"))
}

fn answer<'r>(status: Status, request: &'r Request<'_>) -> catcher::BoxFuture<'r> {
    // A target without a path (as CONNECT has) never reached a router: it may as well have been
    // meant for the API, whose clients expect the envelope.
    if status == Status::BadRequest {
        trace::log_unreadable(request, status);
        let error = Error::Malformed("the request's target is no path".into());
        return Box::pin(async move { error.respond_to(request) });
    }
    let name = status.reason_lossy();
    let response = (status, RawText(format!("{} {name}\n", status.code)));
    Box::pin(async move { response.respond_to(request) })
}
