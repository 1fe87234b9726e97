//! Access tokens: JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7518, 3.2).
//!
//! The claims are those of the earlier system. Its tokens have neither `iat` nor `exp`, and stay
//! valid. New tokens have `iat`, and `exp` if a lifetime is configured. A token is valid while its
//! `generation` equals its user's. Raising the user's `generation` ends all their tokens.
//!
//! Neither cryptography back end of the crate `jsonwebtoken` fits: one pulls in RSA, the other a C
//! library. This module connects it to `hmac` and `sha2` instead. It supports HS256 alone, so a
//! token with another algorithm cannot be verified.
//!
//! A client sends the same token with every request, and verifying it costs more than the rest of a
//! short request. So the claims of recently verified tokens are cached by the token's bytes. The
//! expiry and the user are checked every time.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use lru::LruCache;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use signature::{Signer, Verifier};

use crate::error::{Error, Result};
use crate::model::{Email, User};
use crate::store::Snapshot;

const ISSUER: &str = "JUNGIPARK";
const AUDIENCE: &str = "CALENDAR_API";

/// How many verified tokens are cached, each some hundreds of bytes.
const CACHED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Issues and verifies access tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime: Option<Duration>,
    verified: Mutex<LruCache<Box<str>, Arc<Claims>>>,
}

/// Hides the key and the tokens.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct NewClaims<'a> {
    iss: &'a str,
    useremail: &'a str,
    aud: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// Left out if it is 0, so that the token matches the published API.
    #[serde(skip_serializing_if = "is_zero")]
    generation: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(generation: &i64) -> bool {
    *generation == 0
}

#[derive(Deserialize)]
struct Payload {
    useremail: String,
    /// A `NumericDate` (RFC 7519, 2), which may have a fraction.
    exp: Option<f64>,
    #[serde(default)]
    generation: i64,
}

/// The claims of a verified token.
#[derive(Debug)]
pub struct Claims {
    /// The email of its user.
    pub email: Email,
    generation: i64,
    /// When it expires, in seconds of Unix time.
    expires: Option<f64>,
}

impl Claims {
    /// What a token of `user` would say that never expires.
    #[must_use]
    pub fn of(user: &User) -> Self {
        Self { email: user.email.clone(), generation: user.token_generation, expires: None }
    }
}

impl Tokens {
    /// Tokens signed with `key`, which expire after `lifetime` if one is given.
    #[must_use]
    pub fn new(key: &[u8], lifetime: Option<Duration>) -> Self {
        // The crate keeps its back end in a global. Installing the same one twice does no harm.
        let _ = HS256.install_default();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud"]);
        // `verify` checks the expiry, against the server's own clock.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
            lifetime,
            verified: Mutex::new(LruCache::new(CACHED)),
        }
    }

    /// A token for `user`; `now` is in seconds of Unix time.
    ///
    /// # Errors
    /// [`Error::Internal`] if the token cannot be signed.
    pub fn issue(&self, user: &User, now: i64) -> Result<String> {
        let lifetime = self.lifetime.map(|life| i64::try_from(life.as_secs()).unwrap_or(i64::MAX));
        let claims = NewClaims {
            iss: ISSUER,
            useremail: user.email.as_str(),
            aud: AUDIENCE,
            iat: now,
            exp: lifetime.map(|seconds| now.saturating_add(seconds)),
            generation: user.token_generation,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(format!("cannot sign a token: {error}")))
    }

    /// Verifies a token and gives its claims; `now` is in seconds of Unix time. [`user_of`] checks that
    /// the user exists and has not ended the token.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if the token was not issued with this key for this service, or has
    /// expired.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Claims>> {
        let cache = || self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = cache().get(token).map(Arc::clone);
        let claims = if let Some(claims) = cached {
            claims
        } else {
            let claims = Arc::new(self.decode(token)?);
            cache().put(token.into(), Arc::clone(&claims));
            claims
        };
        #[expect(clippy::cast_precision_loss, reason = "exact for the next 285 million years")]
        let expired = claims.expires.is_some_and(|expires| expires <= now as f64);
        if expired { Err(Error::InvalidToken) } else { Ok(claims) }
    }

    fn decode(&self, token: &str) -> Result<Claims> {
        let claims = jsonwebtoken::decode::<Payload>(token, &self.decoding, &self.validation)
            .map_err(|_| Error::InvalidToken)?
            .claims;
        Ok(Claims {
            email: Email::stored(claims.useremail),
            generation: claims.generation,
            expires: claims.exp,
        })
    }
}

/// The user of a verified token.
///
/// # Errors
/// [`Error::InvalidToken`] if there is no such user, or they have ended the token.
pub fn user_of(snapshot: &Snapshot<'_>, claims: &Claims) -> Result<User> {
    let user = snapshot.user_by_email(&claims.email)?;
    user.filter(|user| user.token_generation == claims.generation).ok_or(Error::InvalidToken)
}

static HS256: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(HmacSha256::new(*algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key| {
        Ok(Box::new(HmacSha256::new(*algorithm, key.try_get_as_bytes()?)?))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> std::result::Result<Self, JwtError> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Hmac::new_from_slice(key).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }
}

impl Signer<Vec<u8>> for HmacSha256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for HmacSha256 {
    fn verify(&self, message: &[u8], tag: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        self.0
            .clone()
            .chain_update(message)
            .verify_slice(tag)
            .map_err(signature::Error::from_source)
    }
}

impl JwtSigner for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{UserId, WallTime};

    /// The token that the published reference prints; its key was `secret_key_2017`.
    const PUBLISHED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJKVU5HSVBBUksiLCJ1c2VyZW1haWwiOiJwYXJrQGp1bmdpLm1lIiwiYXVkIjoiQ0FMRU5EQVJfQVBJIn0.8gpD2Wd-p26UuPVLHP9bLD9gbXo_nbP19rzO8N0N0zo";

    #[test]
    fn the_published_token_verifies_under_its_key_and_no_other() {
        let claims = Tokens::new(b"secret_key_2017", None).verify(PUBLISHED, 0).unwrap();
        assert_eq!(claims.email.as_str(), "park@jungi.me");
        assert!(Tokens::new(b"secret_key_2018", None).verify(PUBLISHED, 0).is_err());
    }

    #[test]
    fn a_token_expires_when_its_lifetime_is_over() {
        let tokens = Tokens::new(b"key", Some(Duration::from_mins(1)));
        let user = User {
            id: UserId(1),
            email: Email::parse("useremail", "a@b").unwrap(),
            created: WallTime::MIN,
            token_generation: 0,
            events: 0,
        };
        let token = tokens.issue(&user, 1000).unwrap();
        for _ in 0..2 {
            assert_eq!(tokens.verify(&token, 1059).unwrap().email.as_str(), "a@b");
            assert!(matches!(tokens.verify(&token, 1060), Err(Error::InvalidToken)));
        }
    }

    #[test]
    fn a_cached_token_does_not_validate_a_forged_one() {
        let tokens = Tokens::new(b"secret_key_2017", None);
        assert!(tokens.verify(PUBLISHED, 0).is_ok());
        let (claims, signature) = PUBLISHED.rsplit_once('.').unwrap();
        for forged in [
            format!("{claims}.{}", signature.replace('8', "9")),
            format!("{claims}."),
            format!("{}.{signature}", claims.replace("wYXJr", "wYXJs")),
            PUBLISHED.to_lowercase(),
        ] {
            for _ in 0..2 {
                assert!(matches!(tokens.verify(&forged, 0), Err(Error::InvalidToken)), "{forged}");
            }
        }
        assert!(tokens.verify(PUBLISHED, 0).is_ok());
    }

    #[test]
    fn debug_output_does_not_show_the_key() {
        assert_eq!(
            format!("{:?}", Tokens::new(b"topsecret", None)),
            "Tokens { lifetime: None, .. }"
        );
    }
}
