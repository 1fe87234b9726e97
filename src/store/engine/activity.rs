//! The writer's activity, in numbers: its queue and its commits.

use std::array;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// How many classes of commits are counted, by their number of writes: at most 1, 2, 4 … 512.
const CLASSES: usize = 10;

/// The writer's queue and its commits since the store was opened.
#[derive(Debug, Default)]
pub struct Activity {
    waiting: AtomicUsize,
    commits: [AtomicU64; CLASSES],
    writes: AtomicU64,
    misplaced: AtomicBool,
    reachable: AtomicBool,
    standbys: AtomicUsize,
}

/// Commits, counted by their number of writes.
#[derive(Debug, PartialEq, Eq)]
pub struct Commits {
    /// For each class, the most writes that its commits have, and how many commits are in it. Each
    /// commit is in the first class that fits.
    pub by_size: [(usize, u64); CLASSES],
    /// How many writes all commits have in total.
    pub writes: u64,
}

impl Activity {
    /// How many writes are waiting for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The commits so far.
    #[must_use]
    pub fn commits(&self) -> Commits {
        let by_size =
            array::from_fn(|class| (1 << class, self.commits[class].load(Ordering::Relaxed)));
        Commits { by_size, writes: self.writes.load(Ordering::Relaxed) }
    }

    /// Whether the database's files are at their paths, as of the last look.
    #[must_use]
    pub fn in_place(&self) -> bool {
        !self.misplaced.load(Ordering::Relaxed)
    }

    /// How many standbys of PostgreSQL's primary confirm each commit, as of the last look; none while there is no
    /// primary to be reached.
    #[must_use]
    pub fn standbys_in_step(&self) -> Option<usize> {
        let reachable = self.reachable.load(Ordering::Relaxed);
        reachable.then(|| self.standbys.load(Ordering::Relaxed))
    }

    /// Records what [`Activity::standbys_in_step`] gives.
    pub(in crate::store) fn set_standbys_in_step(&self, standbys: Option<usize>) {
        self.standbys.store(standbys.unwrap_or_default(), Ordering::Relaxed);
        self.reachable.store(standbys.is_some(), Ordering::Relaxed);
    }

    /// Records whether they are. Returns whether that changed.
    pub(in crate::store) fn set_in_place(&self, in_place: bool) -> bool {
        self.misplaced.swap(!in_place, Ordering::Relaxed) == in_place
    }

    pub(in crate::store) fn queued(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(in crate::store) fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    pub(in crate::store) fn committed(&self, writes: usize) {
        let class = writes.next_power_of_two().ilog2() as usize;
        self.commits[class.min(CLASSES - 1)].fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_counted_in_the_class_of_its_size() {
        let activity = Activity::default();
        for writes in [1, 1, 2, 3, 4, 5, 512] {
            activity.committed(writes);
        }
        let Commits { by_size, writes } = activity.commits();
        assert_eq!(by_size[..4], [(1, 2), (2, 1), (4, 2), (8, 1)]);
        assert_eq!(by_size[9], (512, 1));
        assert_eq!(writes, 528);
    }
}
