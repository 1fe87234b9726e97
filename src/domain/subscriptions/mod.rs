//! Subscriptions: groups that are filled from an outside calendar.
//!
//! Such a group is a copy: nobody changes what is in it, and whatever the calendar says is taken, whether it is newer or
//! not. Its events belong to the group's creator, and count as theirs; what comes in once they are no member any more belongs to
//! an owner.

mod refill;

pub use refill::{Refill, Step};

use jiff::tz::TimeZone;

use super::groups;
use crate::error::{Error, Result};
use crate::ical::zone;
use crate::model::{CalendarSource, GroupDetails, GroupId, UserId, WallTime};
use crate::store::Transaction;

/// How many subscriptions a user may have made.
pub const MOST: u32 = 50;
/// How many events one may have.
pub const MOST_EVENTS: u32 = 20_000;

/// Creates a group as `details` say that is filled from `source`, and is due at `due` (Unix time in seconds). `most` is how
/// many groups a user may have created.
///
/// # Errors
/// [`Error::Conflict`] if `caller` has created `most` groups already, or [`MOST`] subscriptions.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    details: &GroupDetails,
    source: &CalendarSource,
    (now, due): (WallTime, i64),
    most: u32,
) -> Result<GroupId> {
    if tx.count_subscriptions_of(caller)? >= MOST {
        return Err(Error::Conflict(format!(
            "you have subscribed to {MOST} calendars, which is the most: delete the group of one first"
        )));
    }
    let group = groups::create(tx, caller, details, now, most)?;
    tx.insert_subscription(group, source, due)?;
    Ok(group)
}

/// What the clock of `server` showed when a calendar was read at `unix` (Unix time in seconds).
#[must_use]
pub fn read_at(unix: i64, server: &TimeZone) -> Option<WallTime> {
    WallTime::from_seconds(unix).ok().map(|at| zone::convert(at, &TimeZone::UTC, server))
}
