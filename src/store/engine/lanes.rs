//! The work that waits for the reader threads, in lanes that take turns: one for each user, say.
//!
//! A user who asks for many slow reads waits for their own, and others hardly at all: the next piece
//! of work comes from the next lane, and no lane has more than its share of the threads.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// How much may wait in all.
const MOST: usize = 4096;
/// How much may wait in one lane.
const MOST_OF_ONE: usize = 256;

/// Where a read waits for its turn: behind the reads of its own lane, and by turns with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lane(u64);

impl Lane {
    /// The lane of `key`, which is always the same. Two keys hardly ever share one.
    #[must_use]
    pub fn of(key: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A lane that no other read is in.
    #[must_use]
    pub fn alone() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What waits, and how much of each lane is being done.
pub(super) struct Lanes<J> {
    /// Those with anything that waits or is being done.
    used: HashMap<Lane, Contents<J>>,
    /// Those with anything that waits and may begin; each once, the next one first.
    turns: VecDeque<Lane>,
    waiting: usize,
    at_once: usize,
}

struct Contents<J> {
    waiting: VecDeque<J>,
    running: usize,
}

impl<J> Lanes<J> {
    /// Empty lanes, of which each has at most `at_once` jobs done at the same time.
    pub(super) fn new(at_once: usize) -> Self {
        Self { used: HashMap::new(), turns: VecDeque::new(), waiting: 0, at_once }
    }

    /// Queues `job`; gives whether there was room for it.
    pub(super) fn push(&mut self, lane: Lane, job: J) -> bool {
        if self.waiting >= MOST {
            return false;
        }
        let empty = || Contents { waiting: VecDeque::new(), running: 0 };
        let contents = self.used.entry(lane).or_insert_with(empty);
        if contents.waiting.len() >= MOST_OF_ONE {
            return false;
        }
        contents.waiting.push_back(job);
        self.waiting += 1;
        if contents.waiting.len() == 1 && contents.running < self.at_once {
            self.turns.push_back(lane);
        }
        true
    }

    /// Takes the next job, which is being done until [`Lanes::done`] is told.
    pub(super) fn take(&mut self) -> Option<(Lane, J)> {
        let lane = self.turns.pop_front()?;
        let contents = self.used.get_mut(&lane)?;
        let job = contents.waiting.pop_front()?;
        contents.running += 1;
        self.waiting -= 1;
        if !contents.waiting.is_empty() && contents.running < self.at_once {
            self.turns.push_back(lane);
        }
        Some((lane, job))
    }

    /// A job that was taken from `lane` is done.
    pub(super) fn done(&mut self, lane: Lane) {
        let Some(contents) = self.used.get_mut(&lane) else { return };
        let was_full = contents.running == self.at_once;
        contents.running -= 1;
        if contents.waiting.is_empty() {
            if contents.running == 0 {
                self.used.remove(&lane);
            }
        } else if was_full {
            self.turns.push_back(lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Lane = Lane(1);
    const B: Lane = Lane(2);

    fn take(lanes: &mut Lanes<u32>) -> Option<u32> {
        lanes.take().map(|(_, job)| job)
    }

    #[test]
    fn lanes_take_turns_and_each_keeps_its_order() {
        let mut lanes = Lanes::new(8);
        for (lane, job) in [(A, 1), (A, 2), (A, 3), (B, 10), (B, 11)] {
            assert!(lanes.push(lane, job));
        }
        let order: Vec<_> = std::iter::from_fn(|| take(&mut lanes)).collect();
        assert_eq!(order, [1, 10, 2, 11, 3]);
    }

    #[test]
    fn a_lane_with_all_its_threads_waits_until_one_is_done() {
        let mut lanes = Lanes::new(2);
        for job in 1..=4 {
            assert!(lanes.push(A, job));
        }
        let taken = [take(&mut lanes), take(&mut lanes), take(&mut lanes)];
        assert_eq!(taken, [Some(1), Some(2), None]);
        assert!(lanes.push(A, 5) && lanes.push(B, 10));
        assert_eq!([take(&mut lanes), take(&mut lanes)], [Some(10), None]);
        lanes.done(A);
        assert_eq!([take(&mut lanes), take(&mut lanes)], [Some(3), None]);
        lanes.done(A);
        lanes.done(A);
        let taken = [take(&mut lanes), take(&mut lanes), take(&mut lanes)];
        assert_eq!(taken, [Some(4), Some(5), None]);
    }

    #[test]
    fn nothing_is_kept_of_a_lane_that_is_empty() {
        let mut lanes = Lanes::new(1);
        for lane in [A, B, A] {
            assert!(lanes.push(lane, 1));
        }
        while let Some((lane, _)) = lanes.take() {
            lanes.done(lane);
        }
        assert!(lanes.used.is_empty() && lanes.turns.is_empty() && lanes.waiting == 0);
    }

    #[test]
    fn a_full_lane_leaves_room_for_others_until_all_are_full() {
        let mut lanes = Lanes::new(1);
        assert_eq!((0..MOST).filter(|_| lanes.push(A, 0)).count(), MOST_OF_ONE);
        assert_eq!((0..MOST).filter(|_| lanes.push(Lane::alone(), 0)).count(), MOST - MOST_OF_ONE);
        assert!(!lanes.push(B, 0));
        assert!(lanes.take().is_some());
        assert!(lanes.push(B, 0));
    }

    #[test]
    fn a_key_has_one_lane() {
        assert_eq!(Lane::of("park@jungi.me"), Lane::of("park@jungi.me"));
        assert_ne!(Lane::of("park@jungi.me"), Lane::of("kim@example.com"));
        assert_ne!(Lane::alone(), Lane::alone());
    }
}
