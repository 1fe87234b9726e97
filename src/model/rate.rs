//! How often something may be done.

use std::num::NonZeroU32;
use std::time::Duration;

/// So many times in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many times, all of which may come at once.
    pub times: NonZeroU32,
    /// In which time they become available again.
    pub per: Duration,
}
