//! A queue of work that several threads share, in lanes that take turns.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::lanes::{Lane, Lanes};

/// The queue.
pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    /// Notified when a job is queued, and at the end.
    changed: Condvar,
}

struct State<J> {
    lanes: Lanes<J>,
    closed: bool,
}

impl<J> Queue<J> {
    /// An empty queue for `threads` threads. A lane has all of them but one, or the only one.
    pub(super) fn new(threads: usize) -> Self {
        let at_once = threads.saturating_sub(1).max(1);
        let state = State { lanes: Lanes::new(at_once), closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues `job`; gives whether there was room for it.
    pub(super) fn push(&self, lane: Lane, job: J) -> bool {
        let queued = self.lock().lanes.push(lane, job);
        if queued {
            self.changed.notify_one();
        }
        queued
    }

    /// Lets the threads end once nothing is left to do.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Waits for jobs and has `work` do one after the other, until the end.
    pub(super) fn serve(&self, mut work: impl FnMut(J)) {
        let mut done = None;
        while let Some((lane, job)) = self.next(done) {
            work(job);
            done = Some(lane);
        }
    }

    /// Waits for a job, after one from the lane `done`.
    ///
    /// A job that is done makes room for at most one more, which this thread takes itself: no other
    /// thread has to be notified.
    fn next(&self, done: Option<Lane>) -> Option<(Lane, J)> {
        let mut state = self.lock();
        if let Some(lane) = done {
            state.lanes.done(lane);
        }
        loop {
            if let Some(next) = state.lanes.take() {
                return Some(next);
            }
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
