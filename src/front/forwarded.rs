//! What a trusted proxy tells of a request: the prefix of its path.

use std::sync::atomic::Ordering;

use hyper::HeaderMap;

use super::shared::Shared;
use super::state::Peer;
use crate::config;

/// The prefix before the paths of the request with these `headers`, as its client sees them: what the proxy
/// says in `X-Forwarded-Prefix`, or else the configured one.
pub(super) fn prefix<'a>(shared: &'a Shared, peer: &Peer, headers: &'a HeaderMap) -> &'a str {
    let configured = shared.settings.base_path.as_str();
    if !peer.trusted {
        return configured;
    }
    let told = headers.get("x-forwarded-prefix").and_then(|told| told.to_str().ok());
    let told = told.map(|told| told.trim().trim_end_matches('/'));
    told.filter(|told| told.is_empty() || config::is_prefix(told)).unwrap_or(configured)
}

/// Says once that a peer names a client without being trusted to: its clients then share one limit.
pub(super) fn warn_of_distrust(shared: &Shared, peer: &Peer, headers: &HeaderMap) {
    if !peer.trusted
        && headers.contains_key("x-forwarded-for")
        && !shared.distrusted.swap(true, Ordering::Relaxed)
    {
        tracing::warn!(
            peer = %peer.address.ip(),
            "X-Forwarded-For from a peer that is not in trusted_proxies is ignored: if it is your proxy, add it, or all its clients share one limit"
        );
    }
}
