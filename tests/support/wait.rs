//! Waiting for something to happen: polled up to a deadline, never slept for.

use std::time::{Duration, Instant};

/// The longest that anything may take on a busy machine. What takes longer has failed, so that no
/// test hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Polls `ready` until it gives something.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ready() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}
