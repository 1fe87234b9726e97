//! CalDAV (RFC 4791) over WebDAV (RFC 4918): the calendar as phones and calendar programs know it.
//!
//! A request is taken apart here: who sends it (`sign_in.rs`), what it is about (`paths.rs`), and its method, which has a file of its
//! own. What a calendar holds and who may change it is asked of the domain, as by every protocol. Comments name the program
//! for which something odd is done.

mod answer;
mod call;
mod collection;
mod object;
mod paths;
mod properties;
mod propfind;
mod proppatch;
mod report;
mod sign_in;
mod xml;

use rocket::data::{ByteUnit, Data};
use rocket::http::Method;
use rocket::request::Request;
use rocket::route::{Handler, Outcome, Route};

use answer::{Answer, bad, not_found, of_error};
use call::{Call, Depth};
use paths::Place;

use crate::app::{App, exchange};
use crate::error::{Error, Result};
use crate::ical::ObjectFault;

/// The most bytes of a request: an object of 1 MiB, and a byte by which a larger one is known.
pub(crate) const BODY_LIMIT: usize = 1 << 20;

/// What each thing allows.
const METHODS: &str =
    "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL";

/// Whether `path` is one of CalDAV alone.
pub(crate) fn is_at(path: &str) -> bool {
    path == "/dav" || path.starts_with("/dav/")
}

/// The routes, mounted at the root.
#[must_use]
pub(crate) fn routes() -> Vec<Route> {
    let methods = [
        Method::Get,
        Method::Put,
        Method::Post,
        Method::Delete,
        Method::Options,
        Method::Patch,
        Method::Trace,
    ];
    let mut routes = Vec::new();
    for path in ["/dav", "/dav/<path..>", "/.well-known/caldav"] {
        routes.extend(methods.map(|method| Route::new(method, path, Door)));
    }
    // Where Apple's programs begin, whatever a person has typed. Rocket takes the methods of WebDAV for TRACE.
    for path in ["/", "/principals"] {
        routes.push(Route::new(Method::Trace, path, Door));
        routes.push(Route::new(Method::Options, path, Door));
    }
    routes
}

/// Answers every request.
#[derive(Clone)]
struct Door;

#[rocket::async_trait]
impl Handler for Door {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        Outcome::Success(answer(request, data).await.response())
    }
}

async fn answer(request: &Request<'_>, data: Data<'_>) -> Answer {
    let Some(app) = request.rocket().state::<App>() else {
        return of_error(Error::Internal("the app is not managed".into()));
    };
    let path = request.uri().path().as_str();
    let place = Place::read(path);
    let method = exchange::method_of(request);
    if sign_in::needs_nobody(request) {
        return Answer::empty(200).header("Allow", METHODS);
    }
    // Of what is not CalDAV's alone, a client is told who it is, and no more.
    let knows = if is_at(path) || path.starts_with("/.well-known/") {
        METHODS.split(", ").any(|known| known == method)
    } else {
        matches!(method, "PROPFIND" | "REPORT")
    };
    if path.starts_with("/.well-known/") && method != "PROPFIND" {
        // What stands before it is written by the listener, as for every redirect.
        return Answer::empty(301).header("Location", "/dav/");
    }
    if !knows {
        return not_allowed();
    }
    let signed_in = match sign_in::of(request, app).await {
        Ok(signed_in) => signed_in,
        Err(answer) => return answer,
    };
    if !place.is_of(&signed_in.email) {
        return not_found();
    }
    let body = match data.open(ByteUnit::from(BODY_LIMIT + 1)).into_bytes().await {
        Ok(body) => body.into_inner(),
        Err(_) => return bad("the body did not arrive"),
    };
    if body.len() > BODY_LIMIT {
        return too_large(method);
    }
    let headers = request.headers();
    let depth = match headers.get_one("Depth").map(str::trim) {
        None => None,
        Some("0") => Some(Depth::Zero),
        Some("1") => Some(Depth::One),
        Some(other) if other.eq_ignore_ascii_case("infinity") => Some(Depth::Infinity),
        Some(_) => return bad("Depth: expected 0, 1 or infinity"),
    };
    let prefers = headers.get("Prefer").any(|prefer| prefer.contains("return=minimal"));
    let brief = headers.get_one("Brief").is_some_and(|brief| brief.trim() == "t");
    let call = Call { app, signed_in, request, body, depth, minimal: prefers || brief };
    done(&call, method, place).await.unwrap_or_else(of_error)
}

fn not_allowed() -> Answer {
    Answer::text(405, "this method is not for calendars").header("Allow", METHODS)
}

fn too_large(method: &str) -> Answer {
    if method == "PUT" {
        return answer::unfit(&ObjectFault::TooLarge);
    }
    Answer::text(413, "the body is larger than 1 MiB")
}

async fn done(call: &Call<'_>, method: &str, place: Place) -> Result<Answer> {
    match method {
        "PROPFIND" => propfind::answer(call, place).await,
        "REPORT" => report::answer(call, place).await,
        "PROPPATCH" => proppatch::answer(call, place).await,
        "MKCALENDAR" | "MKCOL" => collection::make(call, method, place).await,
        "GET" | "HEAD" => object::get(call, place).await,
        "PUT" => object::put(call, place).await,
        "DELETE" => match place {
            Place::Calendar(_, segment) => collection::delete(call, segment).await,
            place => object::delete(call, place).await,
        },
        "COPY" | "MOVE" => object::copy(call, place, method == "MOVE").await,
        _ => Ok(not_allowed()),
    }
}
