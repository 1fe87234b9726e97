//! Data that Rocket keeps with a request: its id, its time of arrival, the code of its answer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rocket::http::Status;
use rocket::{Orbit, Request, Rocket};

use super::{App, metrics};
use crate::http::trace::{self, Exchange, RequestId};

struct Kept {
    id: RequestId,
    arrived: Instant,
    /// The code in the answer's envelope; 0 before it is known.
    code: AtomicU32,
}

fn kept<'r>(request: &'r Request<'_>) -> &'r Kept {
    request.local_cache(|| Kept {
        id: RequestId::random(),
        arrived: Instant::now(),
        code: AtomicU32::new(0),
    })
}

/// Notes when `request` arrived.
pub(crate) fn arrived(request: &Request<'_>) {
    kept(request);
}

/// The id of `request`.
pub(crate) fn id_of(request: &Request<'_>) -> RequestId {
    kept(request).id
}

/// Notes the code in the answer's envelope.
pub(crate) fn answered(request: &Request<'_>, code: u32) {
    kept(request).code.store(code, Ordering::Relaxed);
}

/// The method of a request, where it is one that Rocket does not know; empty for one that it does.
struct Unknown(String);

/// The methods that Rocket does not know and this server does (RFC 4918, 9; RFC 3253, 3.6; RFC 4791, 5.3.1).
const BEYOND_ROCKET: [&str; 7] =
    ["PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "MKCOL", "COPY", "MOVE"];

/// Notes that the method of `request` is `method`, which Rocket does not know: it takes the request for one of TRACE, which
/// no path takes.
pub(crate) fn has_method(request: &Request<'_>, method: &str) {
    request.local_cache(|| Unknown(method.to_owned()));
}

fn unknown<'r>(request: &'r Request<'_>) -> &'r str {
    &request.local_cache(|| Unknown(String::new())).0
}

/// The method of `request`.
pub(crate) fn method_of<'r>(request: &'r Request<'_>) -> &'r str {
    Some(unknown(request)).filter(|method| !method.is_empty()).unwrap_or(request.method().as_str())
}

struct Prefix(String);

/// Notes that clients see the paths of this server behind `prefix`.
pub(crate) fn has_prefix(request: &Request<'_>, prefix: &str) {
    request.local_cache(|| Prefix(prefix.to_owned()));
}

/// What clients see before the paths of this server; empty for nothing.
pub(crate) fn prefix_of<'r>(request: &'r Request<'_>) -> &'r str {
    &request.local_cache(|| Prefix(String::new())).0
}

struct Site(String);

/// Notes that clients see this server at `site`, a scheme and a host such as `https://calendar.example`.
pub(crate) fn is_at(request: &Request<'_>, site: String) {
    request.local_cache(|| Site(site));
}

/// The scheme and the host of this server, as the client of `request` knows them; empty if it did not say.
pub(crate) fn site_of<'r>(request: &'r Request<'_>) -> &'r str {
    &request.local_cache(|| Site(String::new())).0
}

/// A request that did not reach Rocket, and how it was answered.
pub(crate) struct Unread {
    /// Whether it was meant for the API.
    pub(crate) for_api: bool,
    /// The HTTP status of the answer.
    pub(crate) status: u16,
    /// The code in the answer's envelope; 0 without one.
    pub(crate) code: u32,
    /// How long it took.
    pub(crate) took: Duration,
    /// Its id.
    pub(crate) id: RequestId,
}

/// Logs a request that did not reach `rocket`, and adds it to the metrics.
pub(crate) fn log_unread(rocket: &Rocket<Orbit>, unread: &Unread) {
    let Unread { for_api, status, code, took, id } = *unread;
    observe(rocket, &metrics::Request { method: "-", route: "none", status, code, took });
    let path = if for_api { "/api/v1/…" } else { "/…" };
    trace::log(&Exchange { method: "-", path, status, code, took, id });
}

fn observe(rocket: &Rocket<Orbit>, request: &metrics::Request<'_>) {
    if let Some(metrics) = rocket.state::<App>().and_then(|app| app.metrics.as_deref()) {
        metrics.observe(request);
    }
}

/// Logs an answered request and adds it to the metrics.
pub(crate) fn log(request: &Request<'_>, status: Status) {
    // What anybody may make up is neither logged nor counted by itself.
    let method = match unknown(request) {
        "" => request.method().as_str(),
        method => BEYOND_ROCKET.into_iter().find(|known| *known == method).unwrap_or("-"),
    };
    let Kept { id, arrived, code } = kept(request);
    let (took, code) = (arrived.elapsed(), code.load(Ordering::Relaxed));
    let route = request.route().map_or("none", |route| route.uri.path());
    let observed = metrics::Request { method, route, status: status.code, code, took };
    observe(request.rocket(), &observed);
    let path = known_path(request);
    trace::log(&Exchange { method, path, status: status.code, code, took, id: *id });
}

fn known_path<'r>(request: &'r Request<'_>) -> &'r str {
    let path = request.uri().path().as_str();
    // An id has at most 19 digits; a longer path is not kept in the log's memory.
    let is_id =
        |segment: &str| segment.len() < 20 && segment.bytes().all(|byte| byte.is_ascii_digit());
    let segments = |path| str::split(path, '/').filter(|segment: &&str| !segment.is_empty());
    match request.route() {
        // What stands there is a secret, or was meant to be one.
        _ if path.starts_with("/feed/") => "/feed/…",
        _ if path.starts_with("/join/") => "/join/…",
        _ if path.starts_with("/dav/") => "/dav/…",
        Some(route)
            if segments(route.uri.path())
                .zip(segments(path))
                .all(|(route, given)| !route.starts_with('<') || is_id(given)) =>
        {
            path
        }
        _ if path.starts_with("/api/v1/") => "/api/v1/…",
        _ => "/…",
    }
}
