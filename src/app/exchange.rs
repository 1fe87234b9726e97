//! Data that Rocket keeps with a request: its id, its time of arrival, the code of its answer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rocket::Request;
use rocket::http::Status;

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

/// Logs an answered request and adds it to the metrics.
pub(crate) fn log(request: &Request<'_>, status: Status) {
    tell(request, request.method().as_str(), status);
}

/// The same for a request that Rocket could not read: its method is unknown.
pub(crate) fn log_unreadable(request: &Request<'_>, status: Status) {
    tell(request, "-", status);
}

fn tell(request: &Request<'_>, method: &str, status: Status) {
    let Kept { id, arrived, code } = kept(request);
    let (took, code) = (arrived.elapsed(), code.load(Ordering::Relaxed));
    if let Some(metrics) = request.rocket().state::<App>().and_then(|app| app.metrics.as_deref()) {
        let route = request.route().map_or("none", |route| route.uri.path());
        metrics.observe(&metrics::Request { method, route, status: status.code, code, took });
    }
    let path = known_path(request);
    trace::log(&Exchange { method, path, status: status.code, code, took, id: *id });
}

fn known_path<'r>(request: &'r Request<'_>) -> &'r str {
    let path = request.uri().path().as_str();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let ends_in_id = last.bytes().all(|byte| byte.is_ascii_digit());
    match request.route() {
        Some(route) if ends_in_id || !route.uri.path().contains('<') => path,
        _ if path.starts_with("/api/v1/") => "/api/v1/…",
        _ => "/…",
    }
}
