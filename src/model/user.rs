//! A registered user.

use super::{Email, UserId, WallTime};

/// Somebody who has a calendar here.
#[derive(Debug, Clone)]
pub struct User {
    /// Their key.
    pub id: UserId,
    /// The address they registered with, as they wrote it.
    pub email: Email,
    /// When they registered.
    pub created: WallTime,
    /// Which of their tokens are valid: those that carry this number.
    pub token_generation: i64,
}

/// A state of what a user's calendar shows: `own` moves with the user's personal events and with the
/// selection of groups; `groups` is the sum of the numbers of the selected groups, each of which moves
/// with the group's events. While the selection stands the sum only grows, and when it changes `own`
/// does, so the pair never comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarVersion {
    /// Whose calendar it is.
    pub user: UserId,
    /// The user's own number.
    pub own: i64,
    /// The sum of the numbers of the selected groups.
    pub groups: i64,
}
