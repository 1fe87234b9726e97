//! Short texts that people type: subjects, group names and search words.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

use super::Expected;
use super::deception::is_invisible;
use crate::error::Result;

/// A text of 1 to 128 characters (Unicode scalar values), without white space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortText(String);

impl ShortText {
    /// The maximum length of a text, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Trims `raw` and accepts it if 1 to 128 characters are left, at least one of them visible. U+0000 is
    /// refused, since not every database can store it.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        let text = Self::well_formed(raw)?;
        if text.0.chars().any(is_visible) {
            Ok(text)
        } else {
            Err(Expected::new("at least one visible character"))
        }
    }

    /// As [`ShortText::read`], but it may be invisible, as earlier versions accepted it.
    ///
    /// # Errors
    /// What was expected.
    pub fn well_formed(raw: &str) -> std::result::Result<Self, Expected> {
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

    /// The text as searches compare it, see [`search_key`].
    #[must_use]
    pub fn search_key(&self) -> String {
        search_key(&self.0)
    }
}

/// Whether `c` leaves a mark on a page.
pub(super) fn is_visible(c: char) -> bool {
    const BRAILLE_BLANK: char = '\u{2800}';
    !(c.is_whitespace() || c.is_control() || is_invisible(c) || c == BRAILLE_BLANK)
}

/// Refuses U+0000.
pub(super) fn without_nul(text: &str) -> std::result::Result<(), Expected> {
    if text.contains('\0') { Err(Expected::new("text without U+0000")) } else { Ok(()) }
}

/// `text` as searches compare it: equal for texts that match by Unicode's compatibility caseless matching
/// (The Unicode Standard, section 3.13, D146). So `STRASSE` finds `Straße`, a composed `회의` finds a
/// decomposed one, and half-width letters find full-width ones. It is composed (NFKC), so that a word
/// finds only whole syllables.
#[must_use]
pub fn search_key(text: &str) -> String {
    // Most texts are of characters that nothing but case applies to.
    let is_plain = |c: char| c.is_ascii() || ('가'..='힣').contains(&c);
    if text.chars().all(is_plain) { text.to_ascii_lowercase() } else { caseless(text) }
}

/// The compatibility caseless form of any text.
fn caseless(text: &str) -> String {
    let folded = casefold(&text.nfd().collect::<String>());
    casefold(&folded.nfkd().collect::<String>()).nfkc().collect()
}

/// Applies Unicode's full default case folding (The Unicode Standard, section 3.13, R4 toCasefold).
/// Texts that differ only in case become equal: `STRASSE` and `Straße` become `strasse`.
#[must_use]
pub(crate) fn casefold(text: &str) -> String {
    UniCase::unicode(text).to_folded_case()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_folding_covers_all_of_unicode() {
        assert_eq!(casefold("ÄRGER Straße ΣΊΣΥΦΟΣ 회의 I"), "ärger strasse σίσυφοσ 회의 i");
    }

    #[test]
    fn canonically_and_compatibly_equal_texts_have_one_search_key() {
        for (one, other) in [
            ("회의", "\u{1112}\u{116c}\u{110b}\u{1174}"),
            ("café", "CAFE\u{301}"),
            ("が", "か\u{3099}"),
            ("ガス", "ｶﾞｽ"),
            ("ABC １２", "ａｂｃ\u{3000}12"),
            ("ﬁle", "FILE"),
            ("①", "1"),
            ("\u{1f80}", "\u{3b1}\u{345}\u{313}"),
            ("ﾡ", "ㄱ"),
        ] {
            assert_eq!(search_key(one), search_key(other), "{one}");
            assert_eq!(search_key(&search_key(one)), search_key(one), "{one}");
        }
        let plain = "회의 자료 Team 3, 각힣가";
        assert_eq!(search_key(plain), caseless(plain));
        for (one, other) in [("cafe", "café"), ("か", "が"), ("호", "회"), ("ı", "i")] {
            assert_ne!(search_key(one), search_key(other), "{one}");
        }
        assert!(
            !search_key("혼").contains(&search_key("호")),
            "a syllable is not a part of another"
        );
    }

    #[test]
    fn a_text_has_a_character_that_can_be_seen() {
        for bad in
            ["\u{200b}", "\u{3164}\u{feff}", "\u{2800}", "\u{e0041}", "\u{7}", "\u{ad} \u{ad}"]
        {
            let error = ShortText::parse("subject", bad).unwrap_err();
            assert_eq!(
                error.to_string(),
                "subject: expected at least one visible character",
                "{bad:?}"
            );
        }
        for good in ["👨\u{200d}👩", "\u{200b}a", ".", "\u{301}", "❤\u{fe0f}"] {
            assert_eq!(ShortText::parse("subject", good).unwrap().as_str(), good);
        }
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
