//! The key by which a client repeats a call safely.

use super::Expected;

/// What a client chose for one thing that it wants made, so that a repeat of the call, after an answer that
/// was lost, makes no second one (the header `Idempotency-Key`): 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The maximum length of a key, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Trims and checks `raw`.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(raw: &str) -> Result<Self, Expected> {
        let key = raw.trim();
        match key.chars().take(Self::MAX_CHARS + 1).count() {
            1..=Self::MAX_CHARS => Ok(Self(key.to_owned())),
            _ => Err(Expected::new("1 to 64 characters")),
        }
    }

    /// The key of an invitation whose secret has that SHA-256 digest: longer than any that a client may choose.
    #[must_use]
    pub fn of_invitation(digest: &[u8; 32]) -> Self {
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("invitation {digest}"))
    }

    /// The key, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_1_to_64_characters() {
        assert_eq!(IdempotencyKey::read(" a b ").unwrap().as_str(), "a b");
        assert!(IdempotencyKey::read(&"가".repeat(64)).is_ok());
        for bad in ["", " ", &"a".repeat(65)] {
            let expected = IdempotencyKey::read(bad).unwrap_err().to_string();
            assert_eq!(expected, "expected 1 to 64 characters", "{bad:?}");
        }
    }

    #[test]
    fn no_client_chooses_the_key_of_an_invitation() {
        let key = IdempotencyKey::of_invitation(&[10; 32]);
        assert_eq!(key.as_str(), format!("invitation {}", "0a".repeat(32)));
        assert!(IdempotencyKey::read(key.as_str()).is_err());
    }
}
