//! Where the server listens, and what it allows a connection.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use rocket::data::ByteUnit;
use rocket::figment::Figment;

use super::lookup::{path, read, text, texts};
use super::values::{duration, networks};
use crate::error::{Error, Result};

/// The settings of the listener and of every connection.
#[derive(Debug, Clone)]
pub struct Front {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// TLS, if it is spoken.
    pub tls: Option<Tls>,
    /// What is before every path, without a slash at its end; empty for nothing.
    pub base_path: String,
    /// The proxies that are trusted to tell what they were asked for, and by whom.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether HTTP/2 is spoken without TLS (RFC 9113, section 3.3).
    pub cleartext_http2: bool,
    /// The time between pings over HTTP/2; without one, a connection is closed after each answer.
    pub keep_alive: Option<Duration>,
    /// How many connections there are at most; others wait.
    pub max_connections: usize,
    /// How many of them one client has at most; others are closed.
    pub max_connections_per_client: usize,
    /// The largest head of a request, in bytes.
    pub max_header_bytes: usize,
    /// How long the head of a request, or a TLS handshake, may take.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long a connection without a request is kept.
    pub idle_timeout: Duration,
    /// How long a client may read nothing of an answer.
    pub write_timeout: Duration,
    /// How many bytes of requests and answers are held at most, over all connections.
    pub max_unsent_bytes: usize,
}

/// The files and choices of TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate chain, in PEM.
    pub certs: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
    /// The names of the cipher suites; empty for all.
    pub ciphers: Vec<String>,
    /// Whether the server's order of cipher suites decides.
    pub prefer_server_cipher_order: bool,
}

/// The smallest limit of a head: less would refuse what browsers send.
const LEAST_HEADER_BYTES: usize = 8 << 10;
/// The smallest limit of what is held for all connections: less would refuse the larger pages.
const LEAST_UNSENT: usize = 1 << 20;

impl Front {
    /// The defaults, for a server that listens at `listen`.
    #[must_use]
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls: None,
            base_path: String::new(),
            trusted_proxies: Vec::new(),
            cleartext_http2: false,
            keep_alive: Some(Duration::from_secs(5)),
            max_connections: 4096,
            max_connections_per_client: 512,
            max_header_bytes: 64 << 10,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            max_unsent_bytes: 128 << 20,
        }
    }
}

/// Reads the settings of a server that listens at `listen`.
///
/// # Errors
/// [`Error::Setup`] that names the key.
pub(super) fn front(given: &Figment, listen: SocketAddr, keep_alive: u32) -> Result<Front> {
    let default = Front::at(listen);
    let number = |key, default| at_least_one(given, key, default);
    let time = |key, default| time(given, key, default);
    Ok(Front {
        listen,
        tls: tls(given)?,
        base_path: base_path(text(given, "base_path")?)?,
        trusted_proxies: networks("trusted_proxies", &texts(given, "trusted_proxies")?)?,
        cleartext_http2: read(given, "cleartext_http2")?.unwrap_or(default.cleartext_http2),
        keep_alive: (keep_alive > 0).then(|| Duration::from_secs(keep_alive.into())),
        max_connections: number("max_connections", default.max_connections)?,
        max_connections_per_client: number(
            "max_connections_per_client",
            default.max_connections_per_client,
        )?,
        max_header_bytes: bytes(
            given,
            "max_header_bytes",
            default.max_header_bytes,
            LEAST_HEADER_BYTES,
        )?,
        header_timeout: time("header_timeout", default.header_timeout)?,
        body_timeout: time("body_timeout", default.body_timeout)?,
        idle_timeout: time("idle_timeout", default.idle_timeout)?,
        write_timeout: time("write_timeout", default.write_timeout)?,
        max_unsent_bytes: bytes(given, "max_unsent_bytes", default.max_unsent_bytes, LEAST_UNSENT)?,
    })
}

fn tls(given: &Figment) -> Result<Option<Tls>> {
    if given.find_value("tls").is_err() {
        return Ok(None);
    }
    let file = |key: &str| {
        path(given, key)?
            .ok_or_else(|| Error::Setup(format!("{key}: expected a path of a PEM file")))
    };
    Ok(Some(Tls {
        certs: file("tls.certs")?,
        key: file("tls.key")?,
        ciphers: texts(given, "tls.ciphers")?,
        prefer_server_cipher_order: read(given, "tls.prefer_server_cipher_order")?.unwrap_or(false),
    }))
}

/// A path such as `/calendar`: segments of letters, digits and `-._~`.
fn base_path(text: Option<String>) -> Result<String> {
    let text = text.unwrap_or_default();
    let bare = text.trim_end_matches('/');
    if bare.is_empty() || is_prefix(bare) {
        return Ok(bare.to_owned());
    }
    Err(Error::Setup(format!("base_path: {text:?} is not a path: give one such as \"/calendar\"")))
}

/// Whether `text` is a path that can stand before others: segments of unreserved characters (RFC 3986,
/// section 2.3), each after a slash.
pub(crate) fn is_prefix(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let sound = |segment: &str| !["", ".", ".."].contains(&segment) && segment.bytes().all(plain);
    text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(sound))
}

fn at_least_one(given: &Figment, key: &str, default: usize) -> Result<usize> {
    match read(given, key)?.unwrap_or(default) {
        0 => Err(Error::Setup(format!("{key}: expected at least 1"))),
        number => Ok(number),
    }
}

/// A size such as `64 KiB`, or a number of bytes.
fn bytes(given: &Figment, key: &str, default: usize, least: usize) -> Result<usize> {
    let size: Option<ByteUnit> = read(given, key)?;
    let size = size.map_or(Some(default), |size| usize::try_from(size.as_u64()).ok());
    // The counters of the limit have 32 bits.
    size.filter(|size| (least..=u32::MAX as usize).contains(size)).ok_or_else(|| {
        Error::Setup(format!("{key}: expected from {} to 4 GiB", ByteUnit::from(least)))
    })
}

fn time(given: &Figment, key: &str, default: Duration) -> Result<Duration> {
    text(given, key)?.map_or(Ok(default), |text| duration(key, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_plain_segments() {
        for good in ["/calendar", "/a/b", "/our.team/~cal-1_x"] {
            assert!(is_prefix(good), "{good}");
        }
        for bad in
            ["", "/", "calendar", "//a", "/a/", "/a//b", "/a/../b", "/a b", "/a?b", "/ü", "/a\"b"]
        {
            assert!(!is_prefix(bad), "{bad}");
        }
    }
}
