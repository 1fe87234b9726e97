//! Limits how often passwords are guessed for one account, from however many addresses.
//!
//! Whoever guesses from thousands of addresses stays below the limit of each. So the failures of an account
//! are counted from everywhere. Past the limit the account is guarded until a failure may be counted again:
//!
//! - An address from which the account has signed in is let through as before.
//! - Any other gets one attempt in ten minutes.
//!
//! So whoever guesses slows down other strangers, and neither the owner at a known address nor the owner's
//! first attempt at a new one. An email that nobody has registered is treated the same, so that an answer
//! does not tell which are.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use lru::LruCache;

use super::{ByKey, KEYS, quota};
use crate::error::{Error, Result};
use crate::model::{Rate, lowercase};

/// How many failures an account may have, as a multiple of the attempts of one address.
const FAILURES: u32 = 3;
/// How often an unknown address may try a guarded account.
const ONCE_IN: Duration = Duration::from_mins(10);

/// A hash of the account's email, which may be any text and long, and a network.
type Place = (u64, IpAddr);

#[derive(Debug)]
struct Account {
    failures: DefaultDirectRateLimiter,
    guarded_until: Option<Instant>,
}

/// The limit on failures by account.
#[derive(Debug)]
pub(super) struct Accounts {
    quota: Quota,
    hasher: RandomState,
    failing: Mutex<LruCache<u64, Account>>,
    /// Where accounts have signed in. Only who knows the password gets into it, or pushes others out.
    known: Mutex<LruCache<Place, ()>>,
    /// The attempts of unknown networks on guarded accounts.
    strangers: ByKey<Place>,
}

impl Accounts {
    /// A limit beside that of `rate` for each address; none if `rate` is too fast to count.
    pub(super) fn beside(rate: Rate) -> Option<Self> {
        let times = rate.times.saturating_mul(NonZeroU32::new(FAILURES)?);
        Some(Self {
            quota: quota(Rate { times, per: rate.per })?,
            hasher: RandomState::new(),
            failing: Mutex::new(LruCache::new(KEYS)),
            known: Mutex::new(LruCache::new(KEYS)),
            strangers: ByKey::new(Quota::with_period(ONCE_IN)?),
        })
    }

    fn key(&self, email: &str) -> u64 {
        self.hasher.hash_one(lowercase(email.trim()))
    }

    /// Whether somebody in `network` may try a password for `email` now.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the account is guarded and they have to wait.
    pub(super) fn may_try(&self, email: &str, network: IpAddr) -> Result<()> {
        let (key, now) = (self.key(email), Instant::now());
        let mut accounts = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let until = accounts.get(&key).and_then(|account| account.guarded_until);
        drop(accounts);
        let Some(left) = until.and_then(|until| until.checked_duration_since(now)) else {
            return Ok(());
        };
        let place = (key, network);
        if self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&place).is_some() {
            return Ok(());
        }
        self.strangers.count(place).map_err(|error| match error {
            Error::TooMany(wait) => Error::TooMany(wait.min(left.as_secs() + 1)),
            other => other,
        })
    }

    /// Notes that a password for `email` from `network` was right.
    pub(super) fn succeeded(&self, email: &str, network: IpAddr) {
        let place = (self.key(email), network);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).put(place, ());
    }

    /// Notes that a password for `email` was wrong, or that there is no such account.
    pub(super) fn failed(&self, email: &str) {
        let key = self.key(email);
        let mut accounts = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.get_or_insert_mut(key, || Account {
            failures: RateLimiter::direct(self.quota),
            guarded_until: None,
        });
        if let Err(not_until) = account.failures.check() {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            account.guarded_until = Some(Instant::now() + wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "park@jungi.me";

    fn accounts() -> Accounts {
        let rate = Rate { times: NonZeroU32::MIN, per: Duration::from_hours(3) };
        Accounts::beside(rate).unwrap()
    }

    fn network(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    #[test]
    fn a_guarded_account_takes_one_attempt_of_each_stranger_and_all_of_a_known_network() {
        let accounts = accounts();
        accounts.succeeded(OWNER, network(1));
        for _ in 0..FAILURES {
            assert!(accounts.may_try(OWNER, network(2)).is_ok());
            accounts.failed(OWNER);
        }
        assert!(accounts.may_try(OWNER, network(2)).is_ok(), "not guarded before one more fails");
        accounts.failed(OWNER);
        for number in 2..9 {
            assert!(accounts.may_try(" Park@JUNGI.me", network(number)).is_ok(), "the first");
            match accounts.may_try(OWNER, network(number)) {
                Err(Error::TooMany(wait)) => assert!((590..=601).contains(&wait), "{wait}"),
                other => panic!("{other:?}"),
            }
        }
        assert!((0..20).all(|_| accounts.may_try(OWNER, network(1)).is_ok()));
        assert!((0..20).all(|_| accounts.may_try("kim@jungi.me", network(2)).is_ok()));
    }

    #[test]
    fn a_network_is_known_to_the_account_that_signed_in_from_it_and_to_no_other() {
        let accounts = accounts();
        accounts.succeeded("kim@jungi.me", network(1));
        (0..=FAILURES).for_each(|_| accounts.failed(OWNER));
        assert!(accounts.may_try(OWNER, network(1)).is_ok());
        assert!(accounts.may_try(OWNER, network(1)).is_err());
    }

    #[test]
    fn at_most_ten_thousand_accounts_and_places_are_remembered() {
        let accounts = accounts();
        for number in 0..20_000_u32 {
            let email = number.to_string();
            accounts.failed(&email);
            accounts.succeeded(&email, network(1));
        }
        assert_eq!(accounts.failing.lock().unwrap().len(), 10_000);
        assert_eq!(accounts.known.lock().unwrap().len(), 10_000);
    }
}
