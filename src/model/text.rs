//! Short texts that people type: subjects, group names and search words.

use unicase::UniCase;

use super::Expected;
use crate::error::Result;

/// A text of 1 to 128 characters (Unicode scalar values), without white space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortText(String);

impl ShortText {
    /// The maximum length of a text, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Trims `raw` and accepts it if 1 to 128 characters are left. U+0000 is refused, since not every
    /// database can store it.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        let text = raw.trim();
        without_nul(text)?;
        match text.chars().take(Self::MAX_CHARS + 1).count() {
            1..=Self::MAX_CHARS => Ok(Self(text.to_owned())),
            0 => Err(Expected::new("1 to 128 characters, got none")),
            _ => Err(Expected::new("at most 128 characters")),
        }
    }

    /// As [`ShortText::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid), which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// A text from the store or from the server itself, which needs no check.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text as given, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with its case folded, for comparison.
    #[must_use]
    pub fn folded(&self) -> String {
        casefold(&self.0)
    }
}

/// Refuses U+0000.
pub(super) fn without_nul(text: &str) -> std::result::Result<(), Expected> {
    if text.contains('\0') { Err(Expected::new("text without U+0000")) } else { Ok(()) }
}

/// Applies Unicode's full default case folding (The Unicode Standard, section 3.13, R4 toCasefold).
/// Texts that differ only in case become equal: `STRASSE` and `Straße` become `strasse`.
#[must_use]
pub fn casefold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        UniCase::unicode(text).to_folded_case()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_folding_covers_all_of_unicode() {
        assert_eq!(casefold("ÄRGER Straße ΣΊΣΥΦΟΣ 회의 I"), "ärger strasse σίσυφοσ 회의 i");
    }

    #[test]
    fn a_text_has_no_nul_in_it() {
        let error = ShortText::parse("subject", "a\0b").unwrap_err();
        assert_eq!(error.to_string(), "subject: expected text without U+0000");
    }

    #[test]
    fn a_character_is_a_unicode_scalar_value() {
        let longest = "👍".repeat(128);
        assert_eq!(ShortText::parse("subject", &longest).unwrap().as_str(), longest);
        assert!(ShortText::parse("subject", &"👍".repeat(129)).is_err());
    }

    #[test]
    fn white_space_at_either_end_is_trimmed() {
        assert_eq!(ShortText::parse("subject", "\u{3000} 회의\t\n").unwrap().as_str(), "회의");
        let error = ShortText::parse("subject", " \u{3000}\t").unwrap_err();
        assert_eq!(error.to_string(), "subject: expected 1 to 128 characters, got none");
    }
}
