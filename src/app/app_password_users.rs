//! Whose the app passwords are that were used last.
//!
//! It says who takes a turn and whose writes are counted, and not who may do anything: that is checked in the store, every
//! time. An app password never becomes another user's, so nothing here is ever wrong.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

use crate::model::Email;

/// How many are remembered, each some hundreds of bytes.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// The users of the app passwords that were used last, by digest.
#[derive(Debug)]
pub struct AppPasswordUsers(Mutex<LruCache<[u8; 32], Email>>);

impl Default for AppPasswordUsers {
    /// None.
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl AppPasswordUsers {
    /// The email of the user whose app password has that digest, if it is remembered.
    #[must_use]
    pub fn get(&self, digest: &[u8; 32]) -> Option<Email> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    /// Remembers it.
    pub fn keep(&self, digest: [u8; 32], email: Email) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(digest, email);
    }
}
