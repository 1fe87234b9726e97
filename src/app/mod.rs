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

use ipnet::IpNet;

use crate::clock::Clock;
use crate::domain::auth::Tokens;
use crate::model::Rate;
use crate::store::{PendingNote, Store};

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

/// How the calendar is set. The default is what a laptop needs.
#[derive(Debug)]
pub struct Settings {
    /// Whether anybody may register.
    pub registration_open: bool,
    /// How often one address may register and sign in; without one, as often as it likes.
    pub auth_rate: Option<Rate>,
    /// The proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Where the server's own backups leave what they cannot note in the database.
    pub pending_note: PendingNote,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            auth_rate: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            pending_note: PendingNote::default(),
        }
    }
}

impl App {
    /// The calendar in `store`. Nothing is measured until `metrics` is set.
    #[must_use]
    pub fn new(store: Store, clock: Clock, tokens: Tokens, settings: Settings) -> Self {
        Self {
            store,
            clock,
            tokens,
            registration_open: settings.registration_open,
            auth_limit: AuthLimit::new(settings.auth_rate, settings.trusted_proxies),
            hashing: HashingPool::default(),
            views: Arc::new(ViewCache::default()),
            health: Health::new(settings.pending_note),
            metrics: None,
            cors_origins: settings.cors_origins,
        }
    }
}
