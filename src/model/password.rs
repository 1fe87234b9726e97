//! Passwords, before they are hashed.

use std::fmt;

use super::Expected;
use super::text::without_nul;
use crate::error::Result;

/// A password of 8 to 256 characters (Unicode scalar values), white space included.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The minimum length of a password, in characters.
    pub const MIN_CHARS: usize = 8;
    /// The maximum length of a password, in characters.
    pub const MAX_CHARS: usize = 256;

    /// Checks `raw`.
    ///
    /// # Errors
    /// What was expected, without the password.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        without_nul(raw)?;
        match raw.chars().take(Self::MAX_CHARS + 1).count() {
            Self::MIN_CHARS..=Self::MAX_CHARS => Ok(Self(raw.to_owned())),
            _ => Err(Expected::new("8 to 256 characters")),
        }
    }

    /// As [`Password::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid), which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// A password to verify, which may be anything.
    #[must_use]
    pub fn given(raw: String) -> Self {
        Self(raw)
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Hides the password.
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
    fn debug_output_does_not_show_the_password() {
        let password = Password::parse("password", "correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
