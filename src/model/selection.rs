//! The groups that a user's calendar shows.

use std::collections::BTreeSet;

use super::{Expected, GroupId};
use crate::error::Result;

/// A set of groups, written as `"1,2,3"`, or as `"0"` if empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(BTreeSet<GroupId>);

impl Selection {
    /// Reads group ids joined by commas, with spaces around them allowed, or `"0"` alone for none.
    /// An id given twice counts once.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        Self::read_in_order(raw).map(|ids| ids.into_iter().collect())
    }

    /// The same as a list, in the order in which they are given, and as often.
    ///
    /// # Errors
    /// What was expected.
    pub fn read_in_order(raw: &str) -> std::result::Result<Vec<GroupId>, Expected> {
        let text = raw.trim();
        if text == "0" {
            return Ok(Vec::new());
        }
        let ids =
            text.split(',').map(|part| read_id(part.trim_matches(' '))).collect::<Option<_>>();
        ids.ok_or(Expected::new("group ids joined by commas, such as 1,2,3, or 0 alone for none"))
    }

    /// As [`Selection::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid), which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// The ids of its groups that are not in `other`, in order.
    pub fn without<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = GroupId> + 's {
        self.0.difference(&other.0).copied()
    }

    /// The ids of its groups, in order.
    pub fn ids(&self) -> impl Iterator<Item = GroupId> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<GroupId> for Selection {
    fn from_iter<I: IntoIterator<Item = GroupId>>(ids: I) -> Self {
        Self(ids.into_iter().collect())
    }
}

impl std::fmt::Display for Selection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("0");
        }
        for (index, GroupId(id)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{id}")?;
        }
        Ok(())
    }
}

/// A positive decimal number that fits 64 bits, without a sign or leading zeros.
fn read_id(digits: &str) -> Option<GroupId> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain).map(GroupId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_joined_by_commas_and_spaces_are_allowed() {
        for (text, shown) in
            [("1,2,3", "1,2,3"), (" 3 , 1,2 ", "1,2,3"), ("7,7", "7"), ("0", "0"), (" 0 ", "0")]
        {
            assert_eq!(Selection::parse("selected_group", text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            ",",
            "1,",
            ",1",
            "0,1",
            "1,0",
            "00",
            "01",
            "-1",
            "+1",
            "1.0",
            "a",
            "1;2",
            "1 2",
            "9223372036854775808",
        ] {
            assert!(Selection::parse("selected_group", bad).is_err(), "{bad:?}");
        }
    }
}
