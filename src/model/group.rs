//! Groups, in which events are shared.

use super::{Email, GroupId, UserId, WallTime};

/// A calendar group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Who created it.
    pub creator: UserId,
    /// The email of its creator.
    pub creator_email: Email,
    /// When it was created.
    pub created: WallTime,
    /// When it was last renamed, if ever.
    pub updated: Option<WallTime>,
}
