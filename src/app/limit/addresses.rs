//! Limits how often one client may register, sign in or change a password.
//!
//! The client's address is the peer address of the connection. The header `X-Forwarded-For` is used only
//! if it comes from a proxy in `trusted_proxies`, since any client can send it. IPv6 addresses are counted
//! by their first 64 bits, since one subscriber usually gets a whole /64, and eight times more loosely by
//! their first 48 bits, since some get a whole /48, with 65,536 of them.

use std::net::IpAddr;
use std::num::NonZeroU32;

use ipnet::IpNet;

use super::accounts::Accounts;
use super::{ByKey, quota};
use crate::error::{Error, Result};
use crate::http::peer::{Proxies, first_bits};
use crate::model::Rate;

/// How many times as often as one /64 a whole /48 may.
const WIDER: NonZeroU32 = NonZeroU32::new(8).unwrap();

/// The limits on registering, signing in and changing a password.
#[derive(Debug)]
pub struct AuthLimit {
    proxies: Proxies,
    limits: Option<Limits>,
}

#[derive(Debug)]
struct Limits {
    subscribers: ByKey<IpAddr>,
    sites: ByKey<IpAddr>,
    accounts: Accounts,
}

/// The client of a request that was counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// None where nothing is limited.
    site: Option<IpAddr>,
}

impl AuthLimit {
    /// A limit of `rate` for each client, with those that go with it, or none. `proxies` are trusted to
    /// name their clients.
    #[must_use]
    pub fn new(rate: Option<Rate>, proxies: Vec<IpNet>) -> Self {
        let limits = |rate: Rate| {
            let wider = Rate { times: rate.times.saturating_mul(WIDER), per: rate.per };
            Some(Limits {
                subscribers: ByKey::new(quota(rate)?),
                sites: ByKey::new(quota(wider)?),
                accounts: Accounts::beside(rate)?,
            })
        };
        Self { proxies: Proxies::at(proxies), limits: rate.and_then(limits) }
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
    ) -> Result<Counted> {
        match peer {
            Some(peer) => self.count(self.proxies.client(peer, hops)),
            None if self.limits.is_none() => Ok(Counted { site: None }),
            None => Err(Error::Internal(
                "the connection has no address, so the rate limit cannot be checked".into(),
            )),
        }
    }

    /// The address of the client of a request over a connection from `peer`, with these `hops` in the header
    /// `X-Forwarded-For`.
    #[must_use]
    pub fn client<'f>(
        &self,
        peer: IpAddr,
        hops: impl DoubleEndedIterator<Item = &'f str>,
    ) -> IpAddr {
        self.proxies.client(peer, hops)
    }

    fn count(&self, client: IpAddr) -> Result<Counted> {
        let Some(limits) = &self.limits else { return Ok(Counted { site: None }) };
        limits.subscribers.count(first_bits(client, 64))?;
        let site = first_bits(client, 48);
        if client.is_ipv6() {
            limits.sites.count(site)?;
        }
        Ok(Counted { site: Some(site) })
    }

    /// Whether the client may try a password for `email` now.
    ///
    /// # Errors
    /// [`Error::TooMany`] if too many have failed for this account, and the client has to wait.
    pub fn may_try(&self, email: &str, client: Counted) -> Result<()> {
        match (&self.limits, client.site) {
            (Some(limits), Some(site)) => limits.accounts.may_try(email, site),
            _ => Ok(()),
        }
    }

    /// Notes what became of a password that the client has tried for `email`.
    pub fn tried<T>(&self, email: &str, client: Counted, outcome: &Result<T>) {
        let (Some(limits), Some(site)) = (&self.limits, client.site) else { return };
        match outcome {
            Ok(_) => limits.accounts.succeeded(email, site),
            Err(Error::Refused(_)) => limits.accounts.failed(email),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

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
    fn a_whole_48_of_ipv6_may_eight_times_as_often_as_a_64() {
        let rate = Rate { times: NonZeroU32::new(2).unwrap(), per: Duration::from_hours(1) };
        let limit = AuthLimit::new(Some(rate), Vec::new());
        let may =
            |subnet: u16| limit.count(format!("2001:db8:7:{subnet:x}::1").parse().unwrap()).is_ok();
        let allowed = (0..20).map(may).filter(|may| *may).count();
        assert_eq!(allowed, 16);
        assert!(limit.count("2001:db8:8::1".parse().unwrap()).is_ok());

        // What its /64 is refused does not count for the /48.
        let limit = AuthLimit::new(Some(rate), Vec::new());
        let same = || limit.count("2001:db8:7::1".parse().unwrap()).is_ok();
        assert_eq!((0..50).filter(|_| same()).count(), 2);
        assert!(limit.count("2001:db8:7:1::1".parse().unwrap()).is_ok());
    }

    #[test]
    fn at_most_ten_thousand_addresses_are_remembered() {
        let rate = Rate { times: NonZeroU32::new(1).unwrap(), per: Duration::from_hours(1) };
        let limit = AuthLimit::new(Some(rate), Vec::new());
        for number in 0..20_000_u32 {
            assert!(limit.count(IpAddr::V4(number.into())).is_ok());
        }
        let limits = limit.limits.as_ref().unwrap();
        assert_eq!(limits.subscribers.limiters.lock().unwrap().len(), 10_000);
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
