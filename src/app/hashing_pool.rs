//! Hashes passwords off the threads that serve requests, two at a time.
//!
//! A hash is slow by design. Thirty more can wait for their turn, and the rest are refused. So many
//! sign-ins delay other sign-ins, and nothing else.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// How many hashes run at a time.
const AT_ONCE: usize = 2;
/// How many wait, at about 40 ms each.
const WAITING: usize = 30;

/// Limits how many passwords are hashed at a time.
#[derive(Debug)]
pub struct HashingPool {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for HashingPool {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            places: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        }
    }
}

impl HashingPool {
    /// Runs `work`, which hashes a password, when its turn comes.
    ///
    /// # Errors
    /// Those of `work`; [`Error::TooMany`] if too many are waiting.
    pub async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Error::TooMany(1))?;
        let stopped = |_| Error::Unavailable("hashing has stopped".into());
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(stopped)?;
        // Both are released when the hash is done, even if the client has gone away.
        let work = move || {
            let _held = (place, turn);
            work()
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| Error::Internal(format!("hashing a password: {error}")))?
    }
}
