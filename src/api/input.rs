//! The input of a call besides its token, unread until the token has been checked.

use super::refusal::Result;

/// The input of a call besides its token: a [`Body`](super::body::Body), a
/// [`Query`](super::query::Query), or nothing.
pub(super) trait Input: Send + 'static {
    /// The type that it is read into.
    type Value: Send + 'static;

    /// Reads it.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    fn read(self) -> Result<Self::Value>;
}

impl Input for () {
    type Value = ();

    fn read(self) -> Result<()> {
        Ok(())
    }
}
