//! Limits how often one client address may register, sign in or change a password.
//!
//! The address is the peer address of the connection. The header `X-Forwarded-For` is used only if
//! it comes from a proxy in `trusted_proxies`, since any client can send it. IPv6 addresses are
//! counted by their first 64 bits, since one subscriber usually gets a whole /64. At most ten
//! thousand addresses are remembered. After that, the least recently used one is forgotten.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;
use lru::LruCache;

use crate::error::{Error, Result};
use crate::model::Rate;

/// How many addresses are remembered.
const ADDRESSES: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// The limit on registering, signing in and changing a password.
#[derive(Debug)]
pub struct AuthLimit {
    quota: Option<Quota>,
    proxies: Vec<IpNet>,
    clients: Mutex<LruCache<IpAddr, DefaultDirectRateLimiter>>,
}

impl AuthLimit {
    /// A limit of `rate` for each client, or none. `proxies` are trusted to name their clients.
    #[must_use]
    pub fn new(rate: Option<Rate>, proxies: Vec<IpNet>) -> Self {
        let quota = rate.and_then(|rate| {
            Quota::with_period(rate.per / rate.times.get())
                .map(|quota| quota.allow_burst(rate.times))
        });
        Self { quota, proxies, clients: Mutex::new(LruCache::new(ADDRESSES)) }
    }

    /// Counts a request over a connection from `peer`, with these `hops` in the header
    /// `X-Forwarded-For`.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the client has reached the limit. [`Error::Internal`] if there is a
    /// limit and no `peer`, so that clients cannot be told apart.
    pub fn check<'f>(
        &self,
        peer: Option<IpAddr>,
        hops: impl DoubleEndedIterator<Item = &'f str>,
    ) -> Result<()> {
        match peer {
            Some(peer) => self.count(self.client(peer, hops)),
            None if self.quota.is_none() => Ok(()),
            None => Err(Error::Internal(
                "the connection has no address, so the rate limit cannot be checked".into(),
            )),
        }
    }

    fn count(&self, client: IpAddr) -> Result<()> {
        let Some(quota) = self.quota else { return Ok(()) };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = clients.get_or_insert(subscriber(client), || RateLimiter::direct(quota));
        limiter.check().map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            Error::TooMany(wait.as_secs() + 1)
        })
    }

    /// The client behind a connection from `peer`: read from the right, the first address in `forwarded`
    /// that is not a trusted proxy.
    fn client<'f>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'f str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in forwarded.rev() {
            if !self.proxies.iter().any(|net| net.contains(&client)) {
                break;
            }
            match address(hop.trim()) {
                Some(hop) => client = hop.to_canonical(),
                None => break,
            }
        }
        client
    }
}

/// Reads an address as proxies write it: some add a port or brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;

    fn behind(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
        let limit = AuthLimit::new(None, proxies);
        limit.client(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_name_the_client() {
        assert_eq!(behind(&[], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(behind(&["10.0.0.0/8"], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_whatever_the_client_wrote_before() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        assert_eq!(behind(&proxies, "10.1.2.3", &["203.0.113.9", " 198.51.100.7"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "::1", &["198.51.100.7", "10.9.9.9"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "::ffff:10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "10.1.2.3", &["198.51.100.7", "nonsense"]), "10.1.2.3");
        assert_eq!(behind(&proxies, "10.1.2.3", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "10.1.2.3", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(behind(&proxies, "10.1.2.3", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(behind(&proxies, "10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn each_address_has_its_own_limit_and_each_ipv6_subscriber() {
        let rate = Rate { times: NonZeroU32::new(2).unwrap(), per: Duration::from_hours(1) };
        let limit = AuthLimit::new(Some(rate), Vec::new());
        let may = |address: &str| limit.count(address.parse().unwrap()).is_ok();
        assert_eq!([may("192.0.2.1"), may("192.0.2.1"), may("192.0.2.1")], [true, true, false]);
        assert!(may("192.0.2.2"));
        assert_eq!(
            [may("2001:db8::1"), may("2001:db8::2"), may("2001:db8::3")],
            [true, true, false]
        );
        assert!(may("2001:db8:0:1::1"));
    }

    #[test]
    fn at_most_ten_thousand_addresses_are_remembered() {
        let rate = Rate { times: NonZeroU32::new(1).unwrap(), per: Duration::from_hours(1) };
        let limit = AuthLimit::new(Some(rate), Vec::new());
        for number in 0..20_000_u32 {
            assert!(limit.count(IpAddr::V4(number.into())).is_ok());
        }
        assert_eq!(limit.clients.lock().unwrap().len(), 10_000);
        assert!(limit.count(IpAddr::V4(19_999.into())).is_err());
    }

    #[test]
    fn a_refusal_says_how_long_to_wait() {
        let rate = Rate { times: NonZeroU32::new(1).unwrap(), per: Duration::from_mins(1) };
        let limit = AuthLimit::new(Some(rate), Vec::new());
        let client = "192.0.2.1".parse().unwrap();
        assert!(limit.count(client).is_ok());
        match limit.count(client) {
            Err(Error::TooMany(seconds)) => assert!((59..=61).contains(&seconds), "{seconds}"),
            other => panic!("{other:?}"),
        }
    }
}
