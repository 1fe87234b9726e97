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

impl Group {
    /// The least bytes that a group takes in an answer beside its texts.
    const LEAST_BYTES: usize = 80;

    /// The least bytes that this group takes in an answer.
    #[must_use]
    pub fn least_bytes(&self) -> usize {
        Self::LEAST_BYTES + self.creator_email.as_str().len() + self.name.len()
    }
}
