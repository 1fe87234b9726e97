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
    of_client: Option<(Arc<AtomicUsize>, usize)>,
}

impl Budget {
    /// A limit of `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: Arc::new(Semaphore::new(bytes)) }
    }

    /// Counts `bytes` for `client`, if there is room now.
    pub(super) fn reserve_now(&self, client: &Client, bytes: usize) -> Option<Reserved> {
        let share = share_of(client, bytes)?;
        let count = u32::try_from(bytes).ok()?;
        let permit = Arc::clone(&self.left).try_acquire_many_owned(count).ok()?;
        Some(Reserved { _of_all: permit, of_client: share.kept() })
    }

    /// Counts `bytes` for `client`. `None` if that would be more than all together, or one client, may have.
    pub(super) async fn reserve(&self, client: &Client, bytes: usize) -> Option<Reserved> {
        let share = share_of(client, bytes)?;
        let count = u32::try_from(bytes).ok()?;
        let permit = match Arc::clone(&self.left).try_acquire_many_owned(count) {
            Ok(permit) => permit,
            Err(_) if bytes > SMALL => return None,
            Err(_) => {
                let turn = Arc::clone(&self.left).acquire_many_owned(count);
                tokio::time::timeout(TURN, turn).await.ok()?.ok()?
            }
        };
        Some(Reserved { _of_all: permit, of_client: share.kept() })
    }
}

/// Counts `bytes` for `client` alone; `None` if that is more than it may have.
fn share_of(client: &Client, bytes: usize) -> Option<Share> {
    let Some((held, most)) = client.held() else { return Some(Share(None)) };
    let before = held.fetch_add(bytes, Ordering::Relaxed);
    // Dropping the share gives it back.
    let share = Share(Some((Arc::clone(held), bytes)));
    (before + bytes <= most).then_some(share)
}

/// A share of a client that is given back, unless it is kept.
struct Share(Option<(Arc<AtomicUsize>, usize)>);

impl Share {
    fn kept(mut self) -> Option<(Arc<AtomicUsize>, usize)> {
        self.0.take()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some(share) = &self.0 {
            release(share);
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if let Some(share) = &self.of_client {
            release(share);
        }
    }
}

fn release((held, bytes): &(Arc<AtomicUsize>, usize)) {
    held.fetch_sub(*bytes, Ordering::Relaxed);
}
