//! App passwords: what a user gives to one program in place of their password or a token.
//!
//! Each can be ended by itself, and may be good for reading alone. It is shown once, when it is made; only its digest is
//! kept. A password that a person makes up is hashed slowly (argon2), since it may be guessed. This one is random, so that
//! a plain digest is as good, and can be looked for at every request.

use std::fmt;
use std::net::IpAddr;

use super::secret::{are_letters, digest_of, is_noted_at, random_letters};
use super::{AppPasswordId, Expected, ShortText, UserId, WallTime};
use crate::error::Result;
use serde::{Serialize, Serializer};

/// An app password, without the secret.
#[derive(Debug, Clone)]
pub struct AppPassword {
    /// Its id.
    pub id: AppPasswordId,
    /// Whose it is.
    pub owner: UserId,
    /// What its owner calls it.
    pub name: ShortText,
    /// What it is good for.
    pub scope: AppPasswordScope,
    /// When it was made.
    pub created: WallTime,
    /// When it was last used, within an hour; none if never.
    pub used: Option<WallTime>,
    /// The address of the client that used it then, where it is known.
    pub used_from: Option<IpAddr>,
}

impl AppPassword {
    /// Whether its use at `now` is to be noted.
    #[must_use]
    pub fn is_noted_at(&self, now: WallTime) -> bool {
        is_noted_at(self.used, now)
    }
}

/// What an app password is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppPasswordScope {
    /// What changes nothing.
    Read,
    /// Everything but the account itself.
    All,
}

impl AppPasswordScope {
    /// How they are written.
    pub const WORDS: [&str; 2] = ["all", "read"];

    /// Reads one of [`AppPasswordScope::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> std::result::Result<Self, Expected> {
        let scope = [Self::All, Self::Read].into_iter().find(|scope| scope.as_str() == word);
        scope.ok_or_else(|| Expected::new("all or read"))
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::All => "all",
        }
    }

    /// Its number in the database: 1 or 2.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Read => 1,
            Self::All => 2,
        }
    }

    /// The scope with that number; none for any other.
    #[must_use]
    pub fn of_number(number: i64) -> Option<Self> {
        [Self::Read, Self::All].into_iter().find(|scope| scope.number() == number)
    }
}

impl Serialize for AppPasswordScope {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// The secret: `app-` and seven groups of four letters and digits, of 140 random bits.
///
/// It is often typed into a phone from another screen, hence the groups. By the beginning it is told from a token, and
/// found by whoever looks for secrets in what is about to be published.
#[derive(Clone, PartialEq, Eq)]
pub struct AppSecret(String);

/// The secret is not shown.
impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret")
    }
}

impl AppSecret {
    const PREFIX: &str = "app-";
    const GROUPS: usize = 7;
    const GROUP: usize = 4;

    /// A new one.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) if the system has no random bytes.
    pub fn random() -> Result<Self> {
        let groups = (0..Self::GROUPS).map(|_| random_letters(Self::GROUP));
        let groups = groups.collect::<Result<Vec<_>>>()?;
        Ok(Self(format!("{}{}", Self::PREFIX, groups.join("-"))))
    }

    /// Reads what a program sends; none for what has not the form of an app password.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let groups = text.strip_prefix(Self::PREFIX)?;
        let sound = groups.split('-').all(|group| are_letters(group, Self::GROUP));
        let length = Self::GROUPS * (Self::GROUP + 1) - 1;
        (sound && groups.len() == length).then(|| Self(text.to_owned()))
    }

    /// The secret itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The SHA-256 digest by which the store finds it.
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
        let (one, other) = (AppSecret::random().unwrap(), AppSecret::random().unwrap());
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(AppSecret::read(one.as_str()).unwrap().digest(), one.digest());
        assert_ne!(one.digest(), other.digest());
        assert_eq!(format!("{one:?}"), "AppSecret");
    }

    #[test]
    fn what_has_another_form_is_no_secret() {
        let secret = "app-k3vq-7m2x-abcd-efgh-ijkl-mnop-qrst";
        assert!(AppSecret::read(secret).is_some());
        for bad in [
            "",
            "app-",
            "app-k3vq",
            &secret[..37],
            &secret[4..],
            &secret.to_uppercase(),
            &secret.replace('3', "1"),
            &secret.replace("-7m2x-", "7-m2x-"),
            &secret.replace("app-", "APP-"),
            &format!("{secret}-abcd"),
            &format!("{secret}-"),
            &format!("{secret} "),
            &secret.replace("abcd", "가a"),
        ] {
            assert!(AppSecret::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn scopes_have_a_word_and_a_number_of_their_own() {
        for word in AppPasswordScope::WORDS {
            let scope = AppPasswordScope::read(word).unwrap();
            assert_eq!(scope.as_str(), word);
            assert_eq!(AppPasswordScope::of_number(scope.number()), Some(scope));
        }
        assert!(AppPasswordScope::read("write").is_err());
        assert!([0, 3].into_iter().all(|number| AppPasswordScope::of_number(number).is_none()));
    }
}
