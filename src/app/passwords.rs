//! Passwords that were right a moment ago, so that a program that sends one with every request does not have it hashed slowly
//! each time.
//!
//! What is kept is a digest under a key that this process has made, and what a token of the user would say. So whatever ends
//! the tokens of a user ends this too: a new password, the end of all sessions, the removal of the user.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use lru::LruCache;
use sha2::Sha256;

use super::App;
use crate::domain::auth::{self, Claims};
use crate::error::{Error, Result};
use crate::model::lowercase;
use crate::store::Snapshot;

/// How many are remembered, each some hundreds of bytes.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();
/// For how long.
const LONG: Duration = Duration::from_mins(5);

type Digest = [u8; 32];

/// The passwords that were right last.
pub struct Passwords {
    key: [u8; 32],
    right: Mutex<LruCache<Digest, (Arc<Claims>, Instant)>>,
}

/// Hides all.
impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Default for Passwords {
    /// None.
    fn default() -> Self {
        let mut key = [0; 32];
        // Without a key that nobody knows, nothing is remembered by one that somebody does: `digest` gives nothing then.
        let has_key = getrandom::fill(&mut key).is_ok();
        Self {
            key: if has_key { key } else { [0; 32] },
            right: Mutex::new(LruCache::new(REMEMBERED)),
        }
    }
}

impl Passwords {
    fn digest(&self, email: &str, password: &str) -> Option<Digest> {
        if self.key == [0; 32] {
            return None;
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(lowercase(email.trim()).as_bytes());
        // No email has this character.
        mac.update(&[0]);
        mac.update(password.as_bytes());
        Some(mac.finalize().into_bytes().into())
    }

    /// What a token of the user would say, if the password was right in the last minutes.
    #[must_use]
    pub fn get(&self, email: &str, password: &str) -> Option<Arc<Claims>> {
        let digest = self.digest(email, password)?;
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let (claims, since) = right.get(&digest)?;
        if since.elapsed() < LONG {
            return Some(Arc::clone(claims));
        }
        right.pop(&digest);
        None
    }

    /// Whether what was kept is still so.
    ///
    /// # Errors
    /// If the store cannot read.
    pub async fn is_valid(&self, app: &App, claims: &Arc<Claims>) -> Result<bool> {
        let claims = Arc::clone(claims);
        let look = move |snapshot: &Snapshot<'_>| match auth::user_of(snapshot, &claims) {
            Ok(_) => Ok(true),
            Err(Error::InvalidToken) => Ok(false),
            Err(error) => Err(error),
        };
        app.store.read_inline(look).await
    }

    /// Remembers that the password was right.
    pub fn keep(&self, email: &str, password: &str, claims: Arc<Claims>) {
        if let Some(digest) = self.digest(email, password) {
            let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
            right.put(digest, (claims, Instant::now()));
        }
    }
}
