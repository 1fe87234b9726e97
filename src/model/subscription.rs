//! Subscriptions: groups that are filled from an outside calendar.

use super::GroupId;

/// What is told of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The address of the calendar, which may be a secret; none for those who may not know it.
    pub url: Option<String>,
    /// When the calendar was last read, in Unix time in seconds; none if never.
    pub read: Option<i64>,
    /// What was wrong with the last attempt, in one sentence.
    pub problem: Option<String>,
}

impl Subscription {
    /// The least bytes that it takes in an answer.
    #[must_use]
    pub fn least_bytes(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        length(&self.url) + length(&self.problem)
    }
}

/// A subscription whose calendar is to be fetched now, by whoever has this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSubscription {
    /// The group that it fills.
    pub group: GroupId,
    /// Until when it is nobody else's, in Unix time in seconds. It is also the mark by which the fetch that
    /// is going on is told from a later one.
    pub claimed: i64,
    /// The address of the calendar.
    pub url: String,
    /// The `ETag` that the calendar had when it was last read.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub modified: Option<String>,
    /// How many seconds it wants to lie between two fetches (RFC 7986, 5.7).
    pub wish: Option<i64>,
    /// How many fetches in a row have failed.
    pub failures: u32,
}

/// An outside calendar that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRead {
    /// Its address from now on.
    pub url: String,
    /// Its `ETag`, to be sent with the next request.
    pub etag: Option<String>,
    /// Its `Last-Modified`, likewise.
    pub modified: Option<String>,
    /// What could not be taken of it, in one sentence.
    pub problem: Option<String>,
    /// How many seconds it wants to lie between two fetches.
    pub wish: Option<i64>,
    /// When it was read, in Unix time in seconds.
    pub read: i64,
    /// When it is to be fetched again.
    pub due: i64,
}
