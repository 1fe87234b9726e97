//! What all connections share.

use std::sync::atomic::AtomicBool;

use rocket::local::asynchronous::Client;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::budget::Budget;
use super::clients::Clients;
use super::tls::Certificates;
use crate::config;
use crate::http::peer::Proxies;

/// What all connections share.
pub(super) struct Shared {
    /// What answers.
    pub(super) rocket: Client,
    /// The limits.
    pub(super) settings: config::Front,
    /// For TLS, if it is spoken.
    pub(super) certificates: Option<Certificates>,
    /// The bytes that are held.
    pub(super) budget: Budget,
    /// The proxies that are trusted.
    pub(super) proxies: Proxies,
    /// The clients that are connected.
    pub(super) clients: Clients,
    /// What runs: connections, and requests whose clients have left.
    pub(super) tasks: TaskTracker,
    /// Whether the server stops.
    pub(super) stopping: watch::Receiver<bool>,
    /// The header `Server`, if one is sent.
    pub(super) ident: Option<String>,
    /// Whether it was said that a peer names a client without being trusted to.
    pub(super) distrusted: AtomicBool,
}

/// `path` without `base`, if it is below that. A proxy may have taken it away already.
pub(super) fn inside<'a>(path: &'a str, base: &str) -> &'a str {
    match path.strip_prefix(base) {
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}
