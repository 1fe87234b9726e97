//! Rate limits.

use std::num::NonZeroU32;
use std::time::Duration;

/// A number of times per duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many times, all of which may be used at once.
    pub times: NonZeroU32,
    /// How long until all of them are available again.
    pub per: Duration,
}
