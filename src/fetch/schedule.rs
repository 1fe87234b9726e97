//! When to fetch a calendar again.
//!
//! What is random is given, so that a test can give it. It makes no wait shorter: so many calendars that were
//! subscribed to at once, or failed at once, are not fetched at once for ever.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long after a fetch that succeeded the next one is due.
///
/// `wish` is what the calendar says of itself (`REFRESH-INTERVAL` of RFC 7986, 5.7, or the older
/// `X-PUBLISHED-TTL`), which is heard between an hour and seven days. Six hours without it. Up to a tenth is added,
/// by `random`, which is any number.
#[must_use]
pub fn after_success(wish: Option<Duration>, random: u32) -> Duration {
    let wish = wish.map_or(6 * HOUR, |wish| wish.as_secs());
    spread(wish.clamp(HOUR, 7 * DAY), random)
}

/// How long after a fetch that failed the next one is due.
///
/// `failures` says how many there were in a row, this one included: 15 minutes after the first, then twice as
/// long each time, up to a day. The server may ask for more (`retry_after`), also up to a day. Up to a tenth is
/// added, by `random`, which is any number.
#[must_use]
pub fn after_failure(failures: u32, retry_after: Option<Duration>, random: u32) -> Duration {
    // The seventh is longer than a day.
    let doublings = failures.saturating_sub(1).min(7);
    let wait = (15 * MINUTE) << doublings;
    let asked = retry_after.map_or(0, |asked| asked.as_secs());
    spread(wait.max(asked).min(DAY), random)
}

fn spread(seconds: u64, random: u32) -> Duration {
    let share = u128::from(seconds / 10 * 1000) * u128::from(random) / u128::from(u32::MAX);
    Duration::from_secs(seconds) + Duration::from_millis(u64::try_from(share).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * HOUR)
    }

    #[test]
    fn a_calendar_is_fetched_as_often_as_it_asks_for_within_bounds() {
        assert_eq!(after_success(None, 0), hours(6));
        assert_eq!(after_success(Some(hours(12)), 0), hours(12));
        assert_eq!(after_success(Some(Duration::from_secs(1)), 0), hours(1));
        assert_eq!(after_success(Some(Duration::ZERO), 0), hours(1));
        assert_eq!(after_success(Some(hours(24 * 365)), 0), hours(24 * 7));
        assert_eq!(
            after_success(Some(Duration::MAX), u32::MAX),
            hours(24 * 7) + hours(24 * 7) / 10
        );
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_day() {
        let minutes = |failures| after_failure(failures, None, 0).as_secs() / 60;
        let waits: Vec<_> = (1..=9).map(minutes).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert_eq!(minutes(0), 15);
        assert_eq!(minutes(u32::MAX), 1440);
    }

    #[test]
    fn a_server_may_ask_to_wait_longer_and_not_shorter() {
        assert_eq!(after_failure(1, Some(hours(2)), 0), hours(2));
        assert_eq!(after_failure(4, Some(Duration::from_secs(5)), 0), hours(2));
        assert_eq!(after_failure(1, Some(Duration::MAX), 0), hours(24));
    }

    #[test]
    fn chance_adds_up_to_a_tenth() {
        assert_eq!(after_success(None, u32::MAX), hours(6) + hours(6) / 10);
        let half = after_success(None, u32::MAX / 2);
        assert!(half > hours(6) + hours(6) / 21 && half < hours(6) + hours(6) / 19, "{half:?}");
        assert_eq!(after_failure(1, None, u32::MAX), Duration::from_secs(990));
    }
}
