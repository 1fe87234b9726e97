//! Password hashes: argon2id (RFC 9106) with the recommended parameters of its crate, stored as a PHC
//! string, which includes them.
//!
//! A hash takes about 40 ms and 19 MiB on purpose. The caller must limit how many run at a time, and
//! keep them off threads that others wait for.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::error::{Error, Result};
use crate::model::Password;

/// A hash of no password. It is checked if there is no real hash, so that the response takes as long
/// for a user who does not exist.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbCA6KQ$CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYY";

/// Hashes `password` with a new salt.
///
/// # Errors
/// [`Error::Internal`] if random numbers or memory are lacking.
pub fn hash(password: &Password) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("cannot hash a password: {error}")))
}

/// Whether `password` matches `hash`. Without a hash it does not, and the check takes as long.
#[must_use]
pub fn verify(password: &Password, hash: Option<&str>) -> bool {
    let checked = PasswordHash::new(hash.unwrap_or(DUMMY_HASH)).ok();
    let right = checked.is_some_and(|checked| {
        let matches = |bytes: &[u8]| Argon2::default().verify_password(bytes, &checked).is_ok();
        matches(password.as_bytes()) || password.raw_bytes().is_some_and(matches)
    });
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_only_against_its_own_hash() {
        let (one, other) = (
            Password::parse("p", "correct horse").unwrap(),
            Password::parse("p", "battery staple").unwrap(),
        );
        let hashed = hash(&one).unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert_ne!(hashed, hash(&one).unwrap(), "each has a salt of its own");
        assert!(verify(&one, Some(&hashed)));
        assert!(!verify(&other, Some(&hashed)));
        assert!(!verify(&one, None));
        assert!(!verify(&one, Some("not a hash")));
        let (dummy, real) =
            (PasswordHash::new(DUMMY_HASH).unwrap(), PasswordHash::new(&hashed).unwrap());
        assert_eq!(dummy.params, real.params, "or it would not take as long");
    }

    #[test]
    fn a_password_verifies_in_any_form_and_against_a_hash_of_its_raw_form() {
        let (composed, decomposed) = ("café con leche", "cafe\u{301} con leche");
        let hashed = hash(&Password::given(decomposed.into())).unwrap();
        assert!(verify(&Password::given(composed.into()), Some(&hashed)));
        assert!(verify(&Password::given(decomposed.into()), Some(&hashed)));
        let before = Argon2::default().hash_password(decomposed.as_bytes()).unwrap().to_string();
        assert!(verify(&Password::given(decomposed.into()), Some(&before)));
        assert!(!verify(&Password::given("cafe con leche".into()), Some(&before)));
    }
}
