//! What is known of a request beside its answer, and what the log and the metrics get of it.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rocket::Request;
use rocket::http::Status;

use crate::app::{self, App};

/// 64 random bits by which an answer and the log lines about it are matched; given out in the header
/// `X-Request-Id` as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(u64);

impl RequestId {
    /// The id of `request`: made when it is first asked for, and then the same.
    pub(crate) fn of(request: &Request<'_>) -> Self {
        // Nothing is kept secret by it, so it need not be drawn from the system each time.
        *request.local_cache(|| Self(fastrand::u64(..)))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// When a request arrived.
#[derive(Clone, Copy)]
struct Arrival(Instant);

/// Notes that `request` has arrived.
pub(crate) fn arrived(request: &Request<'_>) {
    request.local_cache(|| Arrival(Instant::now()));
}

/// The code of the envelope that a request is answered with; 0 where the answer is none.
struct AnswerCode(AtomicU32);

/// Notes the code that `request` is answered with.
pub(crate) fn answered(request: &Request<'_>, code: u32) {
    request.local_cache(|| AnswerCode(AtomicU32::new(0))).0.store(code, Ordering::Relaxed);
}

/// Logs a request, in one line. The query is left out, since it may hold what somebody searches for,
/// and so is whatever of a path is none of ours, since that could be anything.
pub(crate) fn log(request: &Request<'_>, status: Status) {
    line(request, request.method().as_str(), status);
}

/// Logs a request that was given up on before it was routed, and whose method is not known.
pub(crate) fn log_unreadable(request: &Request<'_>, status: Status) {
    line(request, "-", status);
}

fn line(request: &Request<'_>, method: &str, status: Status) {
    let Arrival(arrived) = *request.local_cache(|| Arrival(Instant::now()));
    let took = arrived.elapsed();
    let milliseconds = took.as_secs_f64() * 1000.0;
    let code = request.local_cache(|| AnswerCode(AtomicU32::new(0))).0.load(Ordering::Relaxed);
    if let Some(metrics) = request.rocket().state::<App>().and_then(|app| app.metrics.as_deref()) {
        let route = request.route().map_or("none", |route| route.uri.path());
        metrics.observe(&app::Request { method, route, status: status.code, code, took });
    }
    tracing::info!(
        method,
        path = known_path(request),
        status = status.code,
        code = (code != 0).then_some(code),
        ms = (milliseconds * 100.0).round() / 100.0,
        request_id = %RequestId::of(request),
        "request"
    );
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
