//! How often a calendar that is published wants to be fetched.

use std::time::Duration;

use super::source_line::lines;
use super::value::Length;

/// How many lines may come before what a calendar says of itself.
const MOST_LINES: usize = 100;

/// What `text`, the text of a calendar, says of how long to wait between two fetches: `REFRESH-INTERVAL` (RFC 7986,
/// 5.7), else the older `X-PUBLISHED-TTL`. None if neither is there, or not a length of time.
pub(super) fn refresh_interval(text: &str) -> Option<Duration> {
    let mut older = None;
    let of_itself = lines(text, 0).take(MOST_LINES);
    // The first component in the calendar ends what it says of itself.
    let begins = |value: &str| !value.trim_ascii().eq_ignore_ascii_case("VCALENDAR");
    for line in of_itself.take_while(|line| !(line.is("BEGIN") && begins(line.value()))) {
        let length = || Length::read(line.value()).and_then(seconds);
        if line.is("REFRESH-INTERVAL") {
            return length().or(older);
        }
        if line.is("X-PUBLISHED-TTL") {
            older = length();
        }
    }
    older
}

fn seconds(length: Length) -> Option<Duration> {
    u64::try_from(length.days.saturating_add(length.exact)).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(lines: &str) -> Option<u64> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}BEGIN:VEVENT\r\n");
        refresh_interval(&text).map(|interval| interval.as_secs() / 3600)
    }

    #[test]
    fn a_calendar_says_how_often_it_is_to_be_fetched() {
        assert_eq!(hours("REFRESH-INTERVAL;VALUE=DURATION:P1D\r\n"), Some(24));
        assert_eq!(hours("X-PUBLISHED-TTL:PT12H\r\n"), Some(12));
        assert_eq!(
            hours("X-PUBLISHED-TTL:PT12H\r\nREFRESH-INTERVAL;VALUE=DURATION:P1W\r\n"),
            Some(168)
        );
        assert_eq!(hours("refresh-interval;value=duration:\r\n pt3h\r\n"), Some(3));
    }

    #[test]
    fn what_is_no_length_of_time_says_nothing() {
        for lines in
            ["", "REFRESH-INTERVAL:soon\r\n", "REFRESH-INTERVAL:-PT1H\r\n", "X-PUBLISHED-TTL:\r\n"]
        {
            assert_eq!(hours(lines), None, "{lines}");
        }
        assert_eq!(hours("BEGIN:VEVENT\r\nREFRESH-INTERVAL:PT1H\r\n"), None, "an event says it");
        assert_eq!(refresh_interval(""), None);
    }
}
