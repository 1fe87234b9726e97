//! Fetching outside calendars, to which people subscribe.
//!
//! The address comes from whoever may subscribe, and what is at it from anybody. So everything has a bound: the
//! addresses that are connected to (`address.rs`), the bytes, the time in all, the redirects. Redirects are
//! followed here and not by the client, since each is looked at: it may not leave https, and only the ones that
//! are permanent say something about the subscription.
//!
//! The issuers of certificates that are trusted are those that the machine trusts, read anew for each
//! connection. So they stay current without a new release of the server, and a calendar inside a company can
//! have a certificate of that company. Mozilla's list inside the binary was rejected for that.
//!
//! A proxy that the environment names is not used: it would be the proxy that looks up names, and nothing here
//! would know what it connects to.
//!
//! Everything waits for the network, so it is called on a thread that may wait.

mod address;
mod answer;
mod error;
mod schedule;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use tokio_rustls::rustls::crypto::ring;
use ureq::Agent;
use ureq::http::{HeaderValue, Response, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;

use crate::model::FeedUrl;
use address::{Guard, Names};
pub use error::FetchError;
pub use schedule::{after_failure, after_success};

/// How long it may take to look up a name, and then to connect to it.
const CONNECT: Duration = Duration::from_secs(10);
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;
/// The most bytes of the headers of an answer.
const MOST_HEADERS: usize = 32 * 1024;

/// What may be fetched.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The private networks from which calendars are fetched all the same, such as a part of the operator's own.
    /// Anybody who may subscribe can reach what is in them. From none, as a rule.
    pub private: Vec<IpNet>,
    /// The most bytes of a calendar, after decompression.
    pub most_bytes: u64,
    /// How long all of it may take, with its redirects.
    pub timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { private: Vec::new(), most_bytes: 10 * 1024 * 1024, timeout: Duration::from_secs(30) }
    }
}

/// What the last answer said of its version (RFC 9110, 8.8), as [`Fetched::Body`] had it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// `ETag`.
    pub etag: Option<&'a str>,
    /// `Last-Modified`.
    pub modified: Option<&'a str>,
}

impl Known<'_> {
    fn is_something(&self) -> bool {
        self.etag.is_some() || self.modified.is_some()
    }
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is what is known.
    Unchanged {
        /// As in [`Fetched::Body`].
        moved: Option<FeedUrl>,
    },
    /// It is perhaps another.
    Body {
        /// The calendar, decompressed. That it is one is not checked.
        bytes: Vec<u8>,
        /// `ETag`, for [`Known`].
        etag: Option<String>,
        /// `Last-Modified`, for [`Known`].
        modified: Option<String>,
        /// Where it is from now on, if its server says that it moved for good (301, 308). That is how far the
        /// redirects are permanent from the first on.
        moved: Option<FeedUrl>,
    },
}

/// What fetches. It keeps no connection: the next fetch from the same server is hours away.
#[derive(Debug, Clone)]
pub struct Fetcher {
    agent: Agent,
    policy: Policy,
}

impl Fetcher {
    /// Fetches what `policy` allows.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self::with(policy, None)
    }

    /// The same, with another way to look up names than the machine's: `names` gives the addresses of a host and
    /// a port. For tests.
    #[must_use]
    pub fn with_names(
        policy: Policy,
        names: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self::with(policy, Some(Box::new(names)))
    }

    fn with(policy: Policy, names: Option<Box<Names>>) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .user_agent(concat!("calendar-server/", env!("CARGO_PKG_VERSION")))
            .accept("text/calendar, */*;q=0.5")
            .accept_encoding("gzip")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .max_response_header_size(MOST_HEADERS)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .build();
        let guard = Guard { names, private: policy.private.clone() };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), guard), policy }
    }

    /// Fetches the calendar at `url`, unless it is still what is `known`.
    ///
    /// # Errors
    /// Why it could not be fetched.
    pub fn fetch(&self, url: &FeedUrl, known: Known<'_>) -> Result<Fetched, FetchError> {
        let deadline = Instant::now() + self.policy.timeout;
        let (mut at, mut moved, mut for_good) = (url.clone(), None, true);
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.ask(&at, known, deadline)?;
            match answer.status().as_u16() {
                // 203 is what a proxy on the way changed.
                200 | 203 => return self.body(answer, &at, moved),
                304 if known.is_something() => return Ok(Fetched::Unchanged { moved }),
                status @ (301 | 302 | 303 | 307 | 308) => {
                    at = follow(&at, &answer)?;
                    for_good &= matches!(status, 301 | 308);
                    if for_good {
                        moved = Some(at.clone());
                    }
                }
                _ => return Err(refused(&answer)),
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    /// The answer of the server of `url`, without its body.
    fn ask(
        &self,
        url: &FeedUrl,
        known: Known<'_>,
        deadline: Instant,
    ) -> Result<Response<ureq::Body>, FetchError> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(FetchError::Slow);
        }
        let mut request = self.agent.get(url.without_credentials());
        for (name, value) in
            [(header::IF_NONE_MATCH, known.etag), (header::IF_MODIFIED_SINCE, known.modified)]
        {
            // What no header can have was not sent as one.
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                request = request.header(name, value);
            }
        }
        if let Some(credentials) = url.credentials() {
            let basic = format!("Basic {}", STANDARD.encode(credentials));
            request = request.header(header::AUTHORIZATION, basic);
        }
        let request = request.config().timeout_global(Some(left)).build();
        request.call().map_err(|error| error::of_client(error, url.host(), self.policy.most_bytes))
    }

    fn body(
        &self,
        answer: Response<ureq::Body>,
        at: &FeedUrl,
        moved: Option<FeedUrl>,
    ) -> Result<Fetched, FetchError> {
        let (head, body) = answer.into_parts();
        let bytes = answer::body(&head.headers, body, at.host(), self.policy.most_bytes)?;
        Ok(Fetched::Body {
            bytes,
            etag: answer::validator(&head.headers, &header::ETAG),
            modified: answer::validator(&head.headers, &header::LAST_MODIFIED),
            moved,
        })
    }
}

/// Where a redirect of `at` leads.
fn follow(at: &FeedUrl, answer: &Response<ureq::Body>) -> Result<FeedUrl, FetchError> {
    let location = answer.headers().get(header::LOCATION).ok_or_else(|| refused(answer))?;
    // Some send it in UTF-8 without encoding it.
    let location = String::from_utf8_lossy(location.as_bytes());
    let next = at.join(&location).map_err(|error| FetchError::Address(error.to_string()))?;
    if at.is_https() && !next.is_https() { Err(FetchError::Downgrade) } else { Ok(next) }
}

fn refused(answer: &Response<ureq::Body>) -> FetchError {
    FetchError::Answer {
        status: answer.status().as_u16(),
        retry_after: answer::retry_after(answer.headers()),
    }
}

#[cfg(test)]
mod tests {
    use ureq::Body;

    use super::*;

    #[test]
    fn no_redirect_leads_from_https_to_http() {
        let follow = |from: &str, location: &str| {
            let answer = Response::builder().status(302).header(header::LOCATION, location);
            let answer = answer.body(Body::builder().data("")).unwrap();
            let next = super::follow(&FeedUrl::read(from).unwrap(), &answer);
            next.map(|next| next.as_str().to_owned())
        };
        assert_eq!(follow("https://a/", "http://a/"), Err(FetchError::Downgrade));
        assert_eq!(follow("https://a/", "HTTP:b"), Err(FetchError::Downgrade));
        assert_eq!(follow("https://a/", "webcal://b/c").unwrap(), "https://b/c");
        assert_eq!(follow("https://a/", "//b/c").unwrap(), "https://b/c");
        assert_eq!(follow("http://a/", "https://a/").unwrap(), "https://a/");
        assert_eq!(follow("http://a/", "/b").unwrap(), "http://a/b");
    }
}
