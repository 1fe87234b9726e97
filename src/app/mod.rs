//! What every request handler works with.

pub(crate) mod exchange;
mod hashing_pool;
mod health;
mod limit;
mod metrics;
mod view_cache;

pub use hashing_pool::HashingPool;
pub use health::Health;
pub use limit::AuthLimit;
pub use metrics::{Metrics, Request};
pub use view_cache::{View, ViewCache};

use std::sync::Arc;

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
    /// How often one address may register and sign in.
    pub auth_limit: AuthLimit,
    /// Where passwords are hashed.
    pub hashing: HashingPool,
    /// The views that were answered last.
    pub views: Arc<ViewCache>,
    /// Whether all of it works.
    pub health: Health,
    /// What is measured, if it is.
    pub metrics: Option<Arc<Metrics>>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
}
