//! `/user/app-password`, and calls with an app password in place of a token.

mod account;
mod scope;
mod used;

use crate::support::calendar::{Calendar, PARK};

pub(crate) const READS: &str = "the scope of this app password is read: it changes nothing";
pub(crate) const ACCOUNT: &str =
    "an app password may not do this, whatever its scope: send a token";

/// A calendar, the token of Park, and an app password of theirs.
fn with_password(scope: &str) -> (Calendar, String, String) {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let password = calendar.app_password(&token, scope);
    (calendar, token, password)
}
