//! What somebody signs in with.

use std::fmt;

use super::without_nul;
use crate::error::{Error, Result};

/// A password of 8 to 256 characters (Unicode scalar values), white space included.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The fewest characters that a password may have.
    pub const MIN_CHARS: usize = 8;
    /// The most characters that a password may have.
    pub const MAX_CHARS: usize = 256;

    /// Checks `raw`; `name` is the parameter it came in, for the error.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that is too short or too long, or has a U+0000 in it; it is not shown.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        without_nul(name, raw)?;
        match raw.chars().take(Self::MAX_CHARS + 1).count() {
            Self::MIN_CHARS..=Self::MAX_CHARS => Ok(Self(raw.to_owned())),
            _ => Err(Error::Invalid(format!("{name}: expected 8 to 256 characters"))),
        }
    }

    /// What somebody says their password is, which may be anything.
    #[must_use]
    pub fn given(raw: String) -> Self {
        Self(raw)
    }

    /// Its bytes, to be hashed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The password is not shown.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_8_to_256_characters_of_any_kind() {
        for good in ["12345678", "비밀번호비밀번호", " \t\n      ", &"👍".repeat(256)] {
            assert!(Password::parse("password", good).is_ok(), "{good}");
        }
        for bad in ["", "1234567", "비밀번호비밀번", &"a".repeat(257)] {
            let error = Password::parse("password", bad).unwrap_err();
            assert_eq!(error.to_string(), "password: expected 8 to 256 characters");
        }
    }

    #[test]
    fn a_password_is_not_in_what_is_printed_for_debugging() {
        let password = Password::parse("password", "correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
