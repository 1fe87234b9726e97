//! Invitations: links with which somebody becomes a member of a group.

use super::{Email, GroupId, InvitationId, Role, UserId, WallTime};

/// An invitation that has not been accepted.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The group whose member somebody becomes with it.
    pub group: GroupId,
    /// The name of that.
    pub group_name: String,
    /// What they become in it.
    pub role: Role,
    /// Who invites.
    pub inviter: UserId,
    /// Their email.
    pub inviter_email: Email,
    /// When it was made.
    pub created: WallTime,
    /// When it is no longer good.
    pub expires: WallTime,
}

impl Invitation {
    /// How long one is good for, in seconds.
    pub const LASTS: i64 = 7 * 86_400;
}

/// What became of who accepts an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// The group.
    pub group: GroupId,
    /// What they are in it.
    pub role: Role,
    /// Whether they were a member already: then the invitation is not used up.
    pub was_member: bool,
}

/// Who may accept an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Invitations {
    /// Nobody.
    Off,
    /// Who has an account, or may register one.
    #[default]
    Users,
    /// Anybody: the invitation lets them register, also where registration is closed.
    Anyone,
}
