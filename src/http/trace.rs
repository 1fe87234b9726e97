//! What is told of a request: the id under which the log has it, and its line in the log.

use std::fmt;
use std::time::Duration;

/// 64 random bits by which an answer and the log lines about it are matched; given out in the header
/// `X-Request-Id` as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(u64);

impl RequestId {
    /// A new one. It is no secret, so the operating system need not be asked for each.
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
    /// The method; `-` where it is not known.
    pub(crate) method: &'a str,
    /// The path, without the query, which may hold what somebody searches for; without whatever of the
    /// path is none of ours, which could be anything.
    pub(crate) path: &'a str,
    /// The HTTP status of the answer.
    pub(crate) status: u16,
    /// The code of the answer's envelope; 0 where it has none.
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
