//! Rate limits: how often one address or account may sign in, and how often one user may write.
//!
//! They are kept in memory, and begin anew with the server. Each remembers at most ten thousand keys, and
//! then forgets the one that was unused for longest.

mod accounts;
mod addresses;
mod writes;

pub use addresses::{AuthLimit, Counted};
pub use writes::WriteLimit;

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use lru::LruCache;

use crate::error::{Error, Result};
use crate::model::Rate;

/// How many keys are remembered.
const KEYS: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// The quota that stands for `rate`; none if it is too fast to count.
fn quota(rate: Rate) -> Option<Quota> {
    let quota = Quota::with_period(rate.per / rate.times.get())?;
    Some(quota.allow_burst(rate.times))
}

/// A limit for each key by itself.
#[derive(Debug)]
struct ByKey<K: Hash + Eq> {
    quota: Quota,
    limiters: Mutex<LruCache<K, DefaultDirectRateLimiter>>,
}

impl<K: Hash + Eq> ByKey<K> {
    fn new(quota: Quota) -> Self {
        Self { quota, limiters: Mutex::new(LruCache::new(KEYS)) }
    }

    /// Counts a request of `key`.
    ///
    /// # Errors
    /// [`Error::TooMany`] if `key` has reached the limit.
    fn count(&self, key: K) -> Result<()> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters.get_or_insert(key, || RateLimiter::direct(self.quota));
        limiter.check().map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            Error::TooMany(wait.as_secs() + 1)
        })
    }
}
