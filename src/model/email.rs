//! The email address that identifies a user.

use serde::Serialize;

use super::Expected;
use super::text::casefold;
use crate::error::Result;

/// An email address, stored as given and compared without regard to case.
///
/// Far looser than RFC 5321 on purpose: the published API accepts any address of at most 254 characters
/// with one `@`, something on both sides of it, and no white space or control characters.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The maximum length of an address, in characters.
    pub const MAX_CHARS: usize = 254;

    /// Trims and checks `raw`.
    ///
    /// # Errors
    /// What the broken rule expects.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        let text = raw.trim();
        if text.chars().count() > Self::MAX_CHARS {
            return Err(Expected::new("an email address of at most 254 characters"));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Expected::new("an email address without spaces or control characters"));
        }
        match text.split_once('@') {
            Some((local, domain))
                if !local.is_empty() && !domain.is_empty() && !domain.contains('@') =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Expected::new("an email address such as name@example.com")),
        }
    }

    /// As [`Email::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid), which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// An unchecked address, from the store or to look up in it. The store's were checked on the way
    /// in, or imported from the earlier system, which did not check them.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with its case folded. Equal folded addresses are the same user.
    #[must_use]
    pub fn folded(&self) -> String {
        casefold(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn an_address_has_one_at_with_something_on_both_sides() {
        for good in ["park@jungi.me", "a@b", "박@정이.한국", "  x@y  ", "\"a,b\"@c"] {
            assert_eq!(Email::parse("useremail", good).unwrap().as_str(), good.trim());
        }
        for bad in ["", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\u{7}", "a@\u{2003}b", "nobody"] {
            assert!(matches!(Email::parse("useremail", bad), Err(Error::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn the_longest_address_has_254_characters() {
        let local = "가".repeat(252);
        assert!(Email::parse("useremail", &format!("{local}@b")).is_ok());
        assert!(Email::parse("useremail", &format!("{local}@bc")).is_err());
    }
}
