//! Feeds: secret addresses at which others read a calendar without a token.
//!
//! A feed is as good as a token for what it shows, so it ends where tokens do: with its user, when all tokens of its
//! user are ended, and with its group. A new password ends the tokens and not the feeds: those are in
//! other people's programs, and in the list beside the time of their last use. Only a digest of the secret is
//! kept, so an address that was lost is not found again, but replaced.

use jiff::tz::TimeZone;

use super::{access, series};
use crate::error::{Error, Result};
use crate::model::{
    AddressSecret, CalendarVersion, Feed, FeedId, GroupId, Occurrence, Room, ShortText, TimeRange,
    User, UserId, WallTime,
};
use crate::store::{Snapshot, Transaction};

/// How many feeds a user may have.
pub const MOST: u32 = 50;

/// What a new feed shows.
#[derive(Debug, Clone)]
pub struct NewFeed {
    /// What its owner calls it.
    pub name: ShortText,
    /// The group that it shows; without one, all that its owner's calendar shows.
    pub group: Option<GroupId>,
    /// Whether it shows when there is something, and not what.
    pub busy_only: bool,
}

/// Makes a feed of `caller`, whose address has `secret` in it.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, [`Error::Conflict`] if `caller` has [`MOST`] feeds already.
pub fn create(
    tx: &Transaction<'_>,
    caller: UserId,
    new: &NewFeed,
    secret: &AddressSecret,
    now: WallTime,
) -> Result<FeedId> {
    if let Some(group) = new.group {
        access::visible_group(tx, caller, group)?;
    }
    if tx.count_feeds(caller)? >= MOST {
        return Err(Error::Conflict(format!(
            "you have {MOST} feeds, which is the most: end one first"
        )));
    }
    tx.insert_feed(caller, new.group, new.busy_only, &new.name, &secret.digest(), now)
}

/// Ends a feed of `caller`: from then on, nothing is at its address. One of a group that they may not know of any more has
/// ended already, whether or not its row is purged.
///
/// # Errors
/// [`Error::NotFound`] if `caller` has no such feed.
pub fn end(tx: &Transaction<'_>, caller: UserId, id: FeedId) -> Result<()> {
    let has = tx.feeds_of(caller)?.iter().any(|feed| feed.id == id);
    if has && tx.delete_feed(caller, id)? { Ok(()) } else { Err(no_feed(id)) }
}

/// The feed with that secret, its user, and the version of what it shows.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn find(
    snapshot: &Snapshot<'_>,
    secret: &AddressSecret,
) -> Result<(Feed, User, CalendarVersion)> {
    let found = snapshot.feed(&secret.digest())?;
    found.ok_or_else(|| Error::NotFound("there is no such feed".into()))
}

/// What `feed` shows in `range`, by start and then id. `zone` is that of the server.
///
/// # Errors
/// [`Error::TooLong`] if it does not fit into `room`.
pub fn in_range(
    snapshot: &Snapshot<'_>,
    feed: &Feed,
    range: TimeRange,
    zone: &TimeZone,
    mut room: Room,
) -> Result<Vec<Occurrence>> {
    let events = match feed.group {
        None => snapshot.events_between(feed.owner, range, &mut room)?,
        Some(group) => snapshot.group_events_between(group, range, &mut room)?,
    };
    let mut shown = Vec::with_capacity(events.len());
    for event in events.into_iter().filter_map(|event| access::seen_in(feed, event)) {
        series::expand(event, range, zone, &mut room, &mut shown)?;
    }
    shown.sort_unstable_by_key(Occurrence::order);
    Ok(shown)
}

fn no_feed(FeedId(id): FeedId) -> Error {
    Error::NotFound(format!("feed {id} does not exist"))
}
