//! What the secrets have in common that are given out once and kept as digests: their letters, and how often their use
//! is noted.

use sha2::{Digest, Sha256};

use super::WallTime;
use crate::error::{Error, Result};

/// Base 32 in lower case (RFC 4648, 6): nothing in it is taken for punctuation, or for another letter, when it is read
/// from paper.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// How far behind a last use may be, in seconds, so that reading is not writing.
const NOTED_EVERY: i64 = 3600;

/// As many random letters, each of five bits.
///
/// # Errors
/// [`Error::Internal`] if the system has no random bytes.
pub(super) fn random_letters(count: usize) -> Result<String> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    let letter = |byte: u8| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]);
    Ok(bytes.into_iter().map(letter).collect())
}

/// Whether `text` has that many letters, and nothing else.
pub(super) fn are_letters(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// The SHA-256 digest by which the store finds a secret. A comparison of digests takes as long as it takes: the time
/// tells nothing of the secret.
pub(super) fn digest_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Whether a use at `now` is to be noted, after one at `used`.
pub(super) fn is_noted_at(used: Option<WallTime>, now: WallTime) -> bool {
    let since = |used: WallTime| now.seconds() - used.seconds();
    // A clock that was set back would otherwise stop the notes.
    used.is_none_or(|used| !(0..NOTED_EVERY).contains(&since(used)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_once_an_hour_and_after_the_clock_was_set_back() {
        let at = |seconds| WallTime::from_seconds(seconds).unwrap();
        assert!(is_noted_at(None, at(10)));
        assert!(!is_noted_at(Some(at(10)), at(10)));
        assert!(!is_noted_at(Some(at(10)), at(3609)));
        assert!(is_noted_at(Some(at(10)), at(3610)));
        assert!(is_noted_at(Some(at(10)), at(9)));
    }

    #[test]
    fn letters_are_random_and_all_of_the_alphabet() {
        let (one, other) = (random_letters(500).unwrap(), random_letters(500).unwrap());
        assert_ne!(one, other);
        assert!(are_letters(&one, 500) && !are_letters(&one, 499));
        assert!(ALPHABET.iter().all(|letter| one.contains(char::from(*letter))));
        for bad in ["A", "1", "-", " ", "가"] {
            assert!(!are_letters(bad, bad.len()), "{bad}");
        }
    }
}
