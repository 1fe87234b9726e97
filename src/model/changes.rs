//! What a client that follows a calendar is told (RFC 6578): the members of the calendar that have changed, and those
//! that are gone.
//!
//! A calendar has a number, which grows with each of its changes and belongs to it alone. A client keeps the number up to
//! which it knows the calendar, as a token.

use std::fmt;
use std::str::FromStr;

use super::{EventId, GroupId, ObjectId, UserId};

/// A calendar by itself: what a user has in no group, or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CalendarOf {
    /// The personal events of a user.
    Personal(UserId),
    /// The events of a group.
    Group(GroupId),
}

/// What a calendar holds under one name: an object that came from elsewhere, or an event that was made here. A series and
/// its changed occurrences are one member. The name of a member stays the same, and is not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// An object, whose name is `object-<id>`.
    Object(ObjectId),
    /// An event that does not repeat, or a series, whose name is its id.
    Event(EventId),
}

/// Its name.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(ObjectId(id)) => write!(f, "object-{id}"),
            Self::Event(EventId(id)) => write!(f, "{id}"),
        }
    }
}

impl FromStr for Member {
    type Err = ();

    /// Parses what [`fmt::Display`] writes, and nothing else.
    fn from_str(name: &str) -> Result<Self, ()> {
        match name.strip_prefix("object-") {
            Some(id) => number(id).map(|id| Self::Object(ObjectId(id))),
            None => number(name).map(|id| Self::Event(EventId(id))),
        }
    }
}

/// Up to where a client knows a calendar. Written as `<history>-<change>`, with `-<begun>` where it is still in its first
/// list: the first in hexadecimal, the others in decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncToken {
    /// Of which history of the database it is. One that was restored from a backup has another.
    pub history: u64,
    /// The number up to which the client knows all changes.
    pub change: i64,
    /// The number that the calendar had when the client began to list it, while it is not through: what was deleted
    /// before, it cannot have known. Otherwise 0.
    pub begun: i64,
}

impl fmt::Display for SyncToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.history, self.change)?;
        if self.begun > 0 { write!(f, "-{}", self.begun) } else { Ok(()) }
    }
}

impl FromStr for SyncToken {
    type Err = ();

    /// Parses what [`fmt::Display`] writes, and nothing else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let history = parts.next().ok_or(())?;
        let history = u64::from_str_radix(history, 16).map_err(|_| ())?;
        let change = parts.next().ok_or(()).and_then(number)?;
        let begun = parts.next().map_or(Ok(0), number)?;
        let token = Self { history, change, begun };
        if token.to_string() == text { Ok(token) } else { Err(()) }
    }
}

/// Reads a number of decimal digits that is not negative.
fn number(digits: &str) -> Result<i64, ()> {
    let number: i64 = digits.parse().map_err(|_| ())?;
    if digits == number.to_string() && number >= 0 { Ok(number) } else { Err(()) }
}

/// What became of a calendar since a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The members that were added or changed, and are there, each once.
    pub changed: Vec<Member>,
    /// The names of the members that were deleted, also of some that the client never knew.
    pub deleted: Vec<String>,
    /// The token to go on from.
    pub upto: SyncToken,
    /// Whether there is more to tell now.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_is_written_and_in_no_other_way() {
        for token in [
            SyncToken { history: 0, change: 0, begun: 0 },
            SyncToken { history: u64::MAX, change: i64::MAX, begun: i64::MAX },
            SyncToken { history: 4711, change: 5, begun: 17 },
        ] {
            assert_eq!(token.to_string().parse(), Ok(token));
        }
        assert_eq!(
            SyncToken { history: 255, change: 5, begun: 0 }.to_string(),
            "00000000000000ff-5"
        );
        for bad in [
            "",
            "1",
            "00000000000000ff",
            "ff-5",
            "00000000000000FF-5",
            "00000000000000ff-05",
            "00000000000000ff--5",
            "00000000000000ff-5-0",
            "00000000000000ff-5-6-7",
            "00000000000000ff-9223372036854775808",
        ] {
            assert_eq!(bad.parse::<SyncToken>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn a_member_is_known_by_its_name_alone() {
        for (name, member) in
            [("object-17", Member::Object(ObjectId(17))), ("17", Member::Event(EventId(17)))]
        {
            assert_eq!(name.parse(), Ok(member));
            assert_eq!(member.to_string(), name);
        }
        for bad in
            ["", "object-", "object-x", "017", "+17", "-17", "object-017", "Object-17", "17.ics"]
        {
            assert_eq!(bad.parse::<Member>(), Err(()), "{bad}");
        }
    }
}
