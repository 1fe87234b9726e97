//! Passwords, before they are hashed.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::Expected;
use super::text::without_nul;
use crate::error::Result;

/// A password of 8 to 256 characters (Unicode scalar values), white space included.
///
/// It is counted, hashed and verified in normalization form C, without further mapping, so that it is the
/// same one whichever device it is typed on (RFC 8265, section 4.2, of which the width mapping is left
/// out).
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    normalized: String,
    /// As it was given, if that differs.
    raw: Option<String>,
}

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
        match raw.nfc().take(Self::MAX_CHARS + 1).count() {
            Self::MIN_CHARS..=Self::MAX_CHARS => Ok(Self::given(raw.to_owned())),
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
        let normalized: String = raw.nfc().collect();
        let raw = Some(raw).filter(|raw| *raw != normalized);
        Self { normalized, raw }
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.normalized.as_bytes()
    }

    /// The bytes as they were given, if they differ: earlier versions hashed them so.
    #[must_use]
    pub fn raw_bytes(&self) -> Option<&[u8]> {
        self.raw.as_deref().map(str::as_bytes)
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
    fn a_password_is_counted_and_hashed_composed() {
        let (composed, decomposed) =
            ("비밀번호비밀번호", "비밀번호비밀번호".nfd().collect::<String>());
        let password = Password::read(&decomposed).unwrap();
        assert_eq!(password.as_bytes(), composed.as_bytes());
        assert_eq!(password.raw_bytes(), Some(decomposed.as_bytes()));
        assert_eq!(Password::read(composed).unwrap().raw_bytes(), None);
        assert!(
            Password::read(&"비밀번호".nfd().collect::<String>()).is_err(),
            "it has 4 characters"
        );
        assert!(Password::read(&"각".repeat(256).nfd().collect::<String>()).is_ok());
    }

    #[test]
    fn debug_output_does_not_show_the_password() {
        let password = Password::parse("password", "correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
