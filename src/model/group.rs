//! A group that events can be shared in.

use super::{Email, GroupId, UserId, WallTime};

/// A calendar group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its key.
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// Who made it.
    pub creator: UserId,
    /// The email of who made it.
    pub creator_email: Email,
    /// When it was made.
    pub created: WallTime,
    /// When it was last renamed, if ever.
    pub updated: Option<WallTime>,
}
