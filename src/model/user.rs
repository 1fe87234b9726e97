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
    /// A number that moves with whatever their calendar shows.
    pub calendar_version: i64,
}
