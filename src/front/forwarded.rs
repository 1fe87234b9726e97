//! What a trusted proxy tells of a request: the prefix of its path, and what its client calls the server.

use std::sync::atomic::Ordering;

use hyper::HeaderMap;
use hyper::http::uri::Authority;

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

/// The scheme and the host by which its client knows the server that got the request with these `headers`, such
/// as `https://calendar.example`: what the proxy says in `X-Forwarded-Proto` and `X-Forwarded-Host`, or else how
/// it came here. None if the client named no host, which is `asked`.
pub(super) fn site(
    shared: &Shared,
    peer: &Peer,
    headers: &HeaderMap,
    asked: Option<&str>,
) -> Option<String> {
    let told = |name| {
        let told = headers.get(name).filter(|_| peer.trusted)?.to_str().ok()?;
        // A chain of proxies lists what each was asked for; the first is the client's.
        told.split(',').next().map(str::trim)
    };
    let own = if shared.settings.tls.is_some() { "https" } else { "http" };
    let scheme = told("x-forwarded-proto").filter(|scheme| matches!(*scheme, "http" | "https"));
    let host = told("x-forwarded-host").or(asked)?;
    let sound = !host.contains('@') && Authority::try_from(host).is_ok();
    sound.then(|| format!("{}://{host}", scheme.unwrap_or(own)))
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
