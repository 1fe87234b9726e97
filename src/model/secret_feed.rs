//! Feeds: what a calendar shows, for everybody who knows a secret address.
//!
//! A calendar program that subscribes to an address sends no token, so the address itself is the secret. It is
//! given out once, when the feed is made; only its digest is kept.

use std::time::Duration;

use super::secret::is_noted_at;
use super::{Day, FeedId, GroupId, ShortText, TimeRange, UserId, WallTime};

/// A feed.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// Whose it is.
    pub owner: UserId,
    /// What its owner calls it, and the title of the calendar for those who read it.
    pub name: ShortText,
    /// The group that it shows; without one, all that its owner's calendar shows.
    pub group: Option<GroupId>,
    /// Whether it shows when there is something, and not what.
    pub busy_only: bool,
    /// When it was made.
    pub created: WallTime,
    /// When it was last read, within an hour; none if never.
    pub used: Option<WallTime>,
}

impl Feed {
    /// Whether its use at `now` is to be noted.
    #[must_use]
    pub fn is_noted_at(&self, now: WallTime) -> bool {
        is_noted_at(self.used, now)
    }
}

/// How far feeds go back and ahead. None is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedSpan {
    /// How long before today an event may have ended.
    pub past: Option<Duration>,
    /// How long after today one may begin.
    pub future: Option<Duration>,
}

impl Default for FeedSpan {
    /// A year back, and all that is to come.
    fn default() -> Self {
        Self { past: Some(Duration::from_hours(365 * 24)), future: None }
    }
}

impl FeedSpan {
    /// What feeds show on the day `today`. It changes at midnight and not before, so that what was made of a
    /// calendar can be kept.
    #[must_use]
    pub fn on(self, today: Day) -> TimeRange {
        let today = today.time_range();
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let from = self.past.map_or(i64::MIN, |past| today.from.saturating_sub(seconds(past)));
        let until =
            self.future.map_or(i64::MAX, |future| today.until.saturating_add(seconds(future)));
        TimeRange {
            from: from.max(WallTime::MIN.seconds()),
            until: until.min(WallTime::MAX.seconds() + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_begins_and_ends_with_whole_days() {
        let today = Day::parse("day", "2017-06-20").unwrap();
        let span = FeedSpan {
            past: Some(Duration::from_hours(24)),
            future: Some(Duration::from_hours(48)),
        };
        let midnight = today.time_range().from;
        assert_eq!(
            span.on(today),
            TimeRange { from: midnight - 86_400, until: midnight + 3 * 86_400 }
        );
        let all = FeedSpan { past: None, future: None }.on(today);
        assert_eq!(
            (all.from, all.until),
            (WallTime::MIN.seconds(), WallTime::MAX.seconds() + 1),
            "whatever a calendar can hold"
        );
        let longest = FeedSpan { past: Some(Duration::MAX), future: Some(Duration::MAX) };
        assert_eq!(longest.on(today), all);
    }
}
