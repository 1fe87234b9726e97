//! The email address that identifies a user.

use serde::Serialize;

use super::Expected;
use super::deception::{is_invisible, passes_for_another};
use crate::error::Result;

/// An email address, stored as given and compared without regard to case.
///
/// Far looser than RFC 5321 on purpose: the published API accepts any address of at most 254 characters
/// with one `@`, something on both sides of it, and no white space or control characters. A new address
/// must not pass for another one either, since whoever reads a group's members sees no more of it.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The maximum length of an address, in characters.
    pub const MAX_CHARS: usize = 254;

    /// Trims and checks `raw`, the address of a new user.
    ///
    /// # Errors
    /// What the broken rule expects.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        let email = Self::well_formed(raw)?;
        if email.0.chars().any(is_invisible) {
            return Err(Expected::new("an email address without invisible characters"));
        }
        let (local, domain) = email.0.split_once('@').unwrap_or_default();
        if std::iter::once(local).chain(domain.split('.')).any(passes_for_another) {
            return Err(Expected::new(
                "an email address without look-alikes, such as letters of two alphabets in one word",
            ));
        }
        Ok(email)
    }

    /// Trims `raw` and checks its form alone.
    ///
    /// # Errors
    /// What the broken rule expects.
    pub fn well_formed(raw: &str) -> std::result::Result<Self, Expected> {
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

    /// The address in lower case, see [`lowercase`]. Addresses equal in it are the same user.
    #[must_use]
    pub fn folded(&self) -> String {
        lowercase(&self.0)
    }
}

/// `email` in lower case, each character by Unicode's simple mapping (UnicodeData.txt). It is all in which
/// the addresses of one user may differ: by full case folding, `straße.example` and `strasse.example`,
/// which are two domains, would be one.
#[must_use]
pub fn lowercase(email: &str) -> String {
    // Only `İ` has more than one character in lower case; the first is its simple mapping.
    email.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
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
    fn a_new_address_has_no_invisible_characters_and_no_look_alikes() {
        for (bad, what) in [
            ("pa\u{200b}rk@jungi.me", "invisible characters"),
            ("park\u{202e}@jungi.me", "invisible characters"),
            ("\u{feff}park@jungi.me", "invisible characters"),
            ("park@jungi\u{ad}.me", "invisible characters"),
            ("박\u{3164}@jungi.me", "invisible characters"),
            ("рark@jungi.me", "look-alikes"),
            ("park@jungі.me", "look-alikes"),
            ("ｐark@jungi.me", "look-alikes"),
        ] {
            assert!(Email::well_formed(bad).is_ok(), "{bad:?}");
            let error = Email::parse("useremail", bad).unwrap_err().to_string();
            assert!(error.contains(what), "{bad:?}: {error}");
        }
        for good in ["박정이@예.한국", "иван@пример.рф", "ivan@пример.рф", "park박@jungi.me"]
        {
            assert!(Email::read(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn addresses_that_differ_in_more_than_case_are_of_two_users() {
        for (one, other) in [("PARK@Jungi.ME", "park@jungi.me"), ("ÄRGER@ΣΑΣ.gr", "ärger@σασ.gr")]
        {
            assert_eq!(lowercase(one), lowercase(other), "{one}");
        }
        for (one, other) in [
            ("info@straße.example", "info@strasse.example"),
            ("a@ﬁle.example", "a@file.example"),
            ("a@ς.gr", "a@σ.gr"),
            ("caf\u{e9}@a.example", "cafe\u{301}@a.example"),
        ] {
            assert_ne!(lowercase(one), lowercase(other), "{one}");
        }
        assert_eq!(lowercase("İ"), "i");
    }

    #[test]
    fn the_longest_address_has_254_characters() {
        let local = "가".repeat(252);
        assert!(Email::parse("useremail", &format!("{local}@b")).is_ok());
        assert!(Email::parse("useremail", &format!("{local}@bc")).is_err());
    }
}
