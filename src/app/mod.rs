//! What every request handler works with.

use crate::clock::Clock;
use crate::domain::auth::Tokens;
use crate::store::Store;

/// The running calendar: the store, the time, the keys, and how it is set.
#[derive(Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Issues and verifies access tokens.
    pub tokens: Tokens,
    /// Whether anybody may register.
    pub registration_open: bool,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
}
