//! Calls that are repeated, since their answer was lost.

use crate::error::Result;
use crate::model::{IdempotencyKey, UserId};
use crate::store::{Made, Transaction};

/// How long a key is kept, in seconds: a day.
pub(super) const KEPT: i64 = 86_400;

/// A key that a client has sent, and the time now (Unix time in seconds).
#[derive(Debug)]
pub struct Repeatable {
    /// None without the header.
    pub key: Option<IdempotencyKey>,
    /// The time now.
    pub now: i64,
}

/// Makes something with `make`, which gives its id, unless `caller` has made something of that kind with the
/// same key within a day. Then it gives the id of that, which may have been deleted since.
///
/// # Errors
/// Those of `make`, whose key can then be used again.
pub fn once(
    tx: &Transaction<'_>,
    caller: UserId,
    kind: Made,
    repeatable: &Repeatable,
    make: impl FnOnce() -> Result<i64>,
) -> Result<i64> {
    let Repeatable { key: Some(key), now } = repeatable else { return make() };
    let since = now - KEPT;
    if let Some(made) = tx.made_with(caller, kind, key, since)? {
        return Ok(made);
    }
    let made = make()?;
    tx.keep_key(caller, kind, key, made, *now, since)?;
    Ok(made)
}
