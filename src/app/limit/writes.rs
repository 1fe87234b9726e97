//! Limits how often one user may write.

use super::{ByKey, quota};
use crate::error::Result;
use crate::model::{Email, Rate};

/// The limit on the writes of each user.
#[derive(Debug)]
pub struct WriteLimit(Option<ByKey<String>>);

impl WriteLimit {
    /// A limit of `rate` for each user, or none.
    #[must_use]
    pub fn new(rate: Option<Rate>) -> Self {
        Self(rate.and_then(quota).map(ByKey::new))
    }

    /// Counts a write of the user with that email.
    ///
    /// # Errors
    /// [`Error::TooMany`](crate::error::Error::TooMany) if the user has reached the limit.
    pub fn count(&self, user: &Email) -> Result<()> {
        self.0.as_ref().map_or(Ok(()), |users| users.count(user.folded()))
    }
}
