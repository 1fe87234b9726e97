//! The secrets in the addresses of feeds and of invitations.
//!
//! Whoever knows such an address needs nothing else. It is given out once; only the digest of its secret is kept.

use std::fmt;

use super::secret::{are_letters, digest_of, random_letters};
use crate::error::Result;

/// The secret in an address: 52 letters and digits, of 260 random bits.
///
/// An address in a mail or on paper has nothing at its end that could be taken for punctuation.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressSecret(String);

/// The secret is not shown.
impl fmt::Debug for AddressSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressSecret")
    }
}

impl AddressSecret {
    /// The length of a secret.
    pub const CHARS: usize = 52;

    /// A new one.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) if the system has no random bytes.
    pub fn random() -> Result<Self> {
        Ok(Self(random_letters(Self::CHARS)?))
    }

    /// Reads what stands in an address; none for what is no secret of any address.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        are_letters(text, Self::CHARS).then(|| Self(text.to_owned()))
    }

    /// The secret itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of its feed, if it is one's.
    #[must_use]
    pub fn feed_path(&self) -> String {
        format!("/feed/{}.ics", self.0)
    }

    /// The path at which its invitation is accepted, if it is one's.
    #[must_use]
    pub fn invitation_path(&self) -> String {
        format!("/join/{}", self.0)
    }

    /// The SHA-256 digest by which the store finds what is there.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest_of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_has_a_digest_of_its_own() {
        let (one, other) = (AddressSecret::random().unwrap(), AddressSecret::random().unwrap());
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(AddressSecret::read(one.as_str()).unwrap().digest(), one.digest());
        assert_ne!(one.digest(), other.digest());
        assert_eq!(format!("{one:?}"), "AddressSecret");
    }

    #[test]
    fn what_has_another_form_is_no_secret() {
        let secret = "a".repeat(52);
        assert!(AddressSecret::read(&secret).is_some());
        for bad in ["", "1", &"a".repeat(51), &"a".repeat(53), &"A".repeat(52), &"가".repeat(52)] {
            assert!(AddressSecret::read(bad).is_none(), "{bad}");
        }
    }
}
