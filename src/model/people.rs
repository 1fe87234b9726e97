//! Who may do what in a group.

use serde::{Serialize, Serializer};

use super::{Email, Expected};
use crate::error::{Error, Result};

/// What a member of a group may. Each role may what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees the group and its events.
    Reader,
    /// Registers events, and changes and deletes their own.
    Writer,
    /// Changes and deletes everybody's.
    Editor,
    /// Names, shares and deletes the group.
    Owner,
}

impl Role {
    /// How they are written.
    pub const WORDS: [&str; 4] = ["reader", "writer", "editor", "owner"];

    const ALL: [Self; 4] = [Self::Reader, Self::Writer, Self::Editor, Self::Owner];

    /// Reads one of [`Role::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> std::result::Result<Self, Expected> {
        let role = Self::ALL.into_iter().find(|role| role.as_str() == word);
        role.ok_or_else(|| Expected::new(format!("one of {}", Self::WORDS.join(", "))))
    }

    /// Those that a link can give.
    pub const INVITED_WORDS: [&str; 3] = ["reader", "writer", "editor"];

    /// Reads one of [`Role::INVITED_WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read_invited(word: &str) -> std::result::Result<Self, Expected> {
        let role = Self::read(word).ok().filter(|role| *role != Self::Owner);
        role.ok_or_else(|| Expected::new(format!("one of {}", Self::INVITED_WORDS.join(", "))))
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// Its number in the database: 1 to 4.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Reader => 1,
            Self::Writer => 2,
            Self::Editor => 3,
            Self::Owner => 4,
        }
    }

    /// The role with that number; none for any other.
    #[must_use]
    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// What those may in a group who are no members of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Everyone {
    /// Nothing: the group is private, and for them it does not exist.
    None,
    /// They see it.
    Reader,
    /// They also register events in it, as in the published reference.
    Writer,
}

impl Everyone {
    /// How they are written.
    pub const WORDS: [&str; 3] = ["none", "reader", "writer"];

    /// Reads one of [`Everyone::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> std::result::Result<Self, Expected> {
        match word {
            "none" => Ok(Self::None),
            "reader" => Ok(Self::Reader),
            "writer" => Ok(Self::Writer),
            _ => Err(Expected::new(format!("one of {}", Self::WORDS.join(", ")))),
        }
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.role().map_or("none", Role::as_str)
    }

    /// Their role; none where the group does not exist for them.
    #[must_use]
    pub fn role(self) -> Option<Role> {
        match self {
            Self::None => None,
            Self::Reader => Some(Role::Reader),
            Self::Writer => Some(Role::Writer),
        }
    }

    /// Its number in the database: that of the role, or 0.
    #[must_use]
    pub fn number(self) -> i64 {
        self.role().map_or(0, Role::number)
    }

    /// What has that number.
    #[must_use]
    pub fn of_number(number: i64) -> Self {
        match number {
            1 => Self::Reader,
            2 => Self::Writer,
            _ => Self::None,
        }
    }

    /// Whether the group is open or private.
    #[must_use]
    pub fn visibility(self) -> Visibility {
        if self == Self::None { Visibility::Private } else { Visibility::Open }
    }

    /// What a request with `visibility` and `everyone` makes of `before`. Either says the other, where it is alone.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they contradict each other.
    pub fn after(
        before: Self,
        visibility: Option<Visibility>,
        everyone: Option<Self>,
    ) -> Result<Self> {
        match (visibility, everyone) {
            (None, Some(everyone)) => Ok(everyone),
            (Some(Visibility::Private), None) => Ok(Self::None),
            (Some(Visibility::Open), None) if before == Self::None => Ok(Self::Writer),
            (None | Some(Visibility::Open), None) => Ok(before),
            (Some(visibility), Some(everyone)) if everyone.visibility() == visibility => {
                Ok(everyone)
            }
            (Some(Visibility::Open), Some(_)) => Err(Error::Invalid(
                "everyone: expected writer or reader, since the group is to be open".into(),
            )),
            (Some(Visibility::Private), Some(_)) => Err(Error::Invalid(
                "everyone: expected none, since the group is to be private".into(),
            )),
        }
    }
}

impl Serialize for Everyone {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// Who knows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    Open,
    /// Its members.
    Private,
}

impl Visibility {
    /// How they are written.
    pub const WORDS: [&str; 2] = ["open", "private"];

    /// Reads one of [`Visibility::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> std::result::Result<Self, Expected> {
        match word {
            "open" => Ok(Self::Open),
            "private" => Ok(Self::Private),
            _ => Err(Expected::new("one of open, private")),
        }
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Private => "private",
        }
    }
}

impl Serialize for Visibility {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// How one user stands to a group that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What they may in it; none if for them it does not exist.
    pub role: Option<Role>,
    /// Whether they are a member of it. Everybody else has what everyone has.
    pub is_member: bool,
    /// What those may who are no members.
    pub everyone: Everyone,
    /// Whether its events come from an outside calendar.
    pub is_filled: bool,
}

/// A member of a group.
#[derive(Debug, Clone)]
pub struct GroupMember {
    /// Their email.
    pub email: Email,
    /// What they may.
    pub role: Role,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visibility_and_everyone_say_each_other_or_agree() {
        use Everyone::{None as Nobody, Reader, Writer};
        use Visibility::{Open, Private};
        for (before, visibility, everyone, after) in [
            (Reader, None, None, Some(Reader)),
            (Writer, Some(Private), None, Some(Nobody)),
            (Nobody, Some(Open), None, Some(Writer)),
            (Reader, Some(Open), None, Some(Reader)),
            (Nobody, None, Some(Reader), Some(Reader)),
            (Writer, None, Some(Nobody), Some(Nobody)),
            (Writer, Some(Private), Some(Nobody), Some(Nobody)),
            (Nobody, Some(Open), Some(Reader), Some(Reader)),
            (Writer, Some(Open), Some(Nobody), None),
            (Writer, Some(Private), Some(Reader), None),
        ] {
            assert_eq!(Everyone::after(before, visibility, everyone).ok(), after);
        }
    }

    #[test]
    fn each_role_has_its_word_and_its_number() {
        for (word, number) in Role::WORDS.into_iter().zip(1..) {
            let role = Role::read(word).unwrap();
            assert_eq!((role.as_str(), role.number()), (word, number));
            assert_eq!(Role::of_number(number), Some(role));
        }
        assert!(Role::read("Owner").is_err() && Role::of_number(5).is_none());
    }
}
