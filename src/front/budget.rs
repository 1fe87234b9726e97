//! The bytes of requests and answers that are held at once, over all connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::clients::Client;

/// How long a small answer waits for its turn. A large one does not wait: it is held while it waits.
const TURN: Duration = Duration::from_secs(5);
/// The largest answer that waits.
pub(super) const SMALL: usize = 64 << 10;

/// What is left of the limit.
pub(super) struct Budget {
    left: Arc<Semaphore>,
}

/// Bytes that count until this is dropped.
pub(super) struct Reserved {
    _of_all: OwnedSemaphorePermit,
    _of_client: Option<Share>,
}

/// What counts for one client until this is dropped.
struct Share {
    held: Arc<AtomicUsize>,
    bytes: usize,
}

impl Budget {
    /// A limit of `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: Arc::new(Semaphore::new(bytes)) }
    }

    /// Counts `bytes` for `client`, if there is room now.
    pub(super) fn reserve_now(&self, client: &Client, bytes: usize) -> Option<Reserved> {
        let share = share_of(client, bytes).ok()?;
        let count = u32::try_from(bytes).ok()?;
        let permit = Arc::clone(&self.left).try_acquire_many_owned(count).ok()?;
        Some(Reserved { _of_all: permit, _of_client: share })
    }

    /// Counts `bytes` for `client`; a small number may wait for room. `None` if that would be more than all
    /// together, or one client, may have.
    pub(super) async fn reserve(&self, client: &Client, bytes: usize) -> Option<Reserved> {
        if let Some(reserved) = self.reserve_now(client, bytes) {
            return Some(reserved);
        }
        if bytes > SMALL {
            return None;
        }
        let share = share_of(client, bytes).ok()?;
        let turn = Arc::clone(&self.left).acquire_many_owned(u32::try_from(bytes).ok()?);
        let permit = tokio::time::timeout(TURN, turn).await.ok()?.ok()?;
        Some(Reserved { _of_all: permit, _of_client: share })
    }
}

/// The client has as much as it may have.
struct TooMuch;

/// Counts `bytes` for `client`, if it has a limit of its own.
fn share_of(client: &Client, bytes: usize) -> Result<Option<Share>, TooMuch> {
    let Some((held, most)) = client.held() else { return Ok(None) };
    let before = held.fetch_add(bytes, Ordering::Relaxed);
    // Dropped if it is too much, which gives it back.
    let share = Share { held: Arc::clone(held), bytes };
    if before + bytes <= most { Ok(Some(share)) } else { Err(TooMuch) }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
