//! Text that is not what it seems: characters that nobody sees, that reorder what stands beside them, or
//! that pass for others.

use unicode_security::{
    GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection, skeleton,
};

/// Whether `c` is invisible by itself: Unicode's property `Default_Ignorable_Code_Point` (The Unicode
/// Standard, section 5.21), zero-width characters, fillers and variation selectors among them.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8 | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A
        | 0xE_0000..=0xE_0FFF)
}

/// Whether `c` ends a line, or changes the order in which the text beside it is shown (UAX #9): with it, one
/// line can pass for another.
#[must_use]
pub fn disturbs_a_line(c: char) -> bool {
    let reorders = matches!(u32::from(c),
        0x061C | 0x200E..=0x200F | 0x202A..=0x202E | 0x2066..=0x2069);
    reorders || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `text` as a part of a line for a person: what would disturb the line is escaped, as in `\u{202e}`.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if disturbs_a_line(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether `word` passes for another one, by UTS #39: it mixes scripts that have look-alikes, as Latin and
/// Cyrillic do, or has characters that are variants of others, such as fullwidth or mathematical letters.
/// Latin may stand beside Korean, Chinese, Japanese, and scripts that do not resemble it ("moderately
/// restrictive", section 5.2). A whole word in another script passes, whatever it resembles.
pub(super) fn passes_for_another(word: &str) -> bool {
    let is_letter = |c: char| {
        c.is_alphanumeric() || !c.is_ascii() && GeneralSecurityProfile::identifier_allowed(c)
    };
    let letters: String = word.chars().filter(|c| is_letter(*c)).collect();
    let fullwidth = |c: char| matches!(c, '\u{FF01}'..='\u{FF5E}');
    let variant =
        |c: char| fullwidth(c) || skeleton(c.encode_utf8(&mut [0; 4])).all(|c| c.is_ascii());
    !letters.as_str().check_restriction_level(RestrictionLevel::ModeratelyRestrictive)
        || word.chars().any(|c| !c.is_ascii() && !is_letter(c) && variant(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_one_script_or_with_latin_beside_korean_passes_for_no_other() {
        for word in [
            "",
            "park",
            "O'Brien+calendar_2",
            "박정이",
            "park박",
            "Ärger",
            "naïve",
            "иванов",
            "Ωμέγα",
            "佐藤さん",
            "sato佐藤",
            "สมชาย",
            "somchaiสม",
            "אבי",
            "मोहन",
            "👍",
            "a\"b,c\"",
            "cafe\u{301}",
        ] {
            assert!(!passes_for_another(word), "{word}");
        }
    }

    #[test]
    fn a_word_of_mixed_scripts_or_of_variants_passes_for_another() {
        for word in [
            "рark",
            "pаypal",
            "раураl",
            "αdmin",
            "ｐａｒｋ",
            "𝐩𝐚𝐫𝐤",
            "park\u{ff0e}jungi",
            "park\u{2024}jungi",
            "ⓟark",
            "ﬁle",
            "박а",
        ] {
            assert!(passes_for_another(word), "{word}");
        }
    }

    #[test]
    fn what_would_disturb_a_line_is_escaped() {
        assert_eq!(harmless("회의 👨‍👩‍👧 é"), "회의 👨‍👩‍👧 é");
        assert_eq!(harmless("a\u{1b}[31m\nb\u{2028}"), "a\\u{1b}[31m\\u{a}b\\u{2028}");
        assert_eq!(harmless("\u{202e}txt.\u{2066}"), "\\u{202e}txt.\\u{2066}");
    }
}
