//! The id of a request, and its line in the log.

use std::fmt;
use std::time::Duration;

/// 64 random bits that match an answer to its log lines. The header `X-Request-Id` gives them as 16
/// hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(u64);

impl RequestId {
    /// A new one. It is not a secret, so a fast generator will do.
    pub(crate) fn random() -> Self {
        Self(fastrand::u64(..))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A request and how it was answered.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    /// The method; `-` if it is unknown.
    pub(crate) method: &'a str,
    /// The path. The query is left out, since it may hold search words. Parts that no route has are
    /// left out, since they could be anything.
    pub(crate) path: &'a str,
    /// The HTTP status of the answer.
    pub(crate) status: u16,
    /// The code in the answer's envelope; 0 without one.
    pub(crate) code: u32,
    /// How long it took.
    pub(crate) took: Duration,
    /// Its id.
    pub(crate) id: RequestId,
}

/// Logs a request in one line.
pub(crate) fn log(exchange: &Exchange<'_>) {
    let Exchange { method, path, status, code, took, id } = *exchange;
    let milliseconds = took.as_secs_f64() * 1000.0;
    tracing::info!(
        method,
        path,
        status,
        code = (code != 0).then_some(code),
        ms = (milliseconds * 100.0).round() / 100.0,
        request_id = %id,
        "request"
    );
}
