//! Users.

use super::{Email, UserId, WallTime};

/// A registered user.
#[derive(Debug, Clone)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The address they registered with, as they wrote it.
    pub email: Email,
    /// When they registered.
    pub created: WallTime,
    /// Tokens with this generation are valid, and no others.
    pub token_generation: i64,
    /// How many events they have registered, in groups or not.
    pub events: u64,
}

/// The version of what a user's calendar shows. `own` grows when the user's personal events or
/// selection of groups change. `groups` is the sum of the selected groups' versions, each of which
/// grows when the group's events change. So the sum never shrinks while the selection stays the same,
/// and no pair repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarVersion {
    /// The user whose calendar it is.
    pub user: UserId,
    /// The version of the user's own events and selection.
    pub own: i64,
    /// The sum of the versions of the selected groups.
    pub groups: i64,
    /// Which history of the database it is from. A PostgreSQL that goes on from a backup, or after a
    /// fail-over, has another; a file has 0, since its server knows of no other history.
    pub lineage: u64,
}
