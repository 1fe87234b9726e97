//! Groups, in which events are shared.

use super::{
    Email, Everyone, Expected, GroupId, Properties, Role, ShortText, Subscription, UserId, WallTime,
};

/// A calendar group, as one user stands to it.
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
    /// When it was last renamed or changed otherwise, if ever.
    pub updated: Option<WallTime>,
    /// The outside calendar that fills it; none if its events are registered here.
    pub subscription: Option<Subscription>,
    /// What those may who are no members.
    pub everyone: Everyone,
    /// Its colour, if it has one.
    pub color: Option<String>,
    /// What it is for, if somebody has said so.
    pub description: Option<String>,
    /// What the user for whom it was read is as a member; none if they are no member.
    pub membership: Option<Role>,
}

impl Group {
    /// The least bytes that a group takes in an answer beside its texts.
    const LEAST_BYTES: usize = 80;

    /// The least bytes that this group takes in an answer.
    #[must_use]
    pub fn least_bytes(&self) -> usize {
        let texts = self.creator_email.as_str().len() + self.name.len();
        let about = self.description.as_ref().map_or(0, String::len);
        let filled = self.subscription.as_ref().map_or(0, Subscription::least_bytes);
        Self::LEAST_BYTES + texts + about + filled
    }

    /// What can be changed of it.
    #[must_use]
    pub fn into_details(self) -> GroupDetails {
        let Self { name, everyone, color, description, .. } = self;
        let (name, color) = (ShortText::stored(name), color.map(Color::stored));
        GroupDetails { name, everyone, color, description }
    }

    /// What the user for whom it was read may; none if for them it does not exist.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.membership.or(self.everyone.role())
    }
}

/// What can be changed of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDetails {
    /// Its name.
    pub name: ShortText,
    /// What those may who are no members.
    pub everyone: Everyone,
    /// Its colour.
    pub color: Option<Color>,
    /// What it is for.
    pub description: Option<String>,
}

impl GroupDetails {
    /// A group that is as in the published reference: everybody registers events in it.
    #[must_use]
    pub fn named(name: ShortText) -> Self {
        Self { name, everyone: Everyone::Writer, color: None, description: None }
    }

    /// How many characters a description has at most.
    pub const MOST_DESCRIPTION: usize = Properties::MOST_LOCATION;
}

/// How a calendar looks to one user.
#[derive(Debug, Clone)]
pub struct Look {
    /// The group; none for the personal calendar.
    pub group: Option<GroupId>,
    /// The colour that they have given it.
    pub color: Option<Color>,
    /// Where they list it, from 1.
    pub position: Option<i64>,
}

/// A colour: `#` and six hexadecimal digits, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Color(String);

impl Color {
    /// Reads a colour, whose digits may be in upper case.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str) -> Result<Self, Expected> {
        let text = text.trim();
        let digits = text.strip_prefix('#').filter(|digits| {
            digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        });
        digits
            .map(|digits| Self(format!("#{}", digits.to_ascii_lowercase())))
            .ok_or(Expected::new("a colour, such as #1a73e8"))
    }

    /// One that the database has.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_digits() {
        assert_eq!(Color::read(" #1A73e8 ").unwrap().as_str(), "#1a73e8");
        for bad in ["", "#", "1a73e8", "#1a73e", "#1a73e8f", "#1a73eg", "red", "#가가"] {
            assert!(Color::read(bad).is_err(), "{bad:?}");
        }
    }
}
