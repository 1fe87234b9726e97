//! Short texts that people type: subjects, group names, words to search for.

use unicase::UniCase;

use super::Expected;
use crate::error::Result;

/// A text of 1 to 128 characters (Unicode scalar values), without white space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortText(String);

impl ShortText {
    /// The most characters that a text may have.
    pub const MAX_CHARS: usize = 128;

    /// Trims `raw` and takes it if 1 to 128 characters are left, none of them U+0000, which not every
    /// database can store.
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

    /// A text that the store holds: it was checked when it came in, or made by the house.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text as it was given.
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

/// `text` under Unicode's full default case folding (The Unicode Standard, section 3.13, R4
/// toCasefold), so that texts that differ only in case become equal: `STRASSE`, `Straße` → `strasse`.
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
    fn folding_is_unicodes_and_not_only_asciis() {
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
    fn white_space_at_either_end_does_not_count() {
        assert_eq!(ShortText::parse("subject", "\u{3000} 회의\t\n").unwrap().as_str(), "회의");
        let error = ShortText::parse("subject", " \u{3000}\t").unwrap_err();
        assert_eq!(error.to_string(), "subject: expected 1 to 128 characters, got none");
    }
}
