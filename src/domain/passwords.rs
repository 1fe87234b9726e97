//! Passwords: argon2id (RFC 9106) with the recommended parameters of its crate, stored as a PHC
//! string, which carries them.
//!
//! A hash takes some 40 ms and 19 MiB on purpose. Who calls these functions sees to it that few run
//! at a time, and not on a thread that others wait for.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::error::{Error, Result};
use crate::model::Password;

/// The hash of a password that nobody has: checked where there is none to check, so that an answer
/// takes as long for a user who does not exist.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| {
    let mut password = [0; 32];
    getrandom::fill(&mut password).ok()?;
    Argon2::default().hash_password(&password).ok().map(|hash| hash.to_string())
});

/// The hash of `password`, under a salt of its own.
///
/// # Errors
/// [`Error::Internal`] without random numbers or memory.
pub fn hash(password: &Password) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("cannot hash a password: {error}")))
}

/// Whether `password` is the one that was hashed. Without a hash it is not, after as long a time.
#[must_use]
pub fn verify(password: &Password, hash: Option<&str>) -> bool {
    let checked = hash.or(NOBODYS.as_deref()).and_then(|hash| PasswordHash::new(hash).ok());
    let right = checked.is_some_and(|checked| {
        Argon2::default().verify_password(password.as_bytes(), &checked).is_ok()
    });
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_against_its_own_hash_alone() {
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
    }
}
