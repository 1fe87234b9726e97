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

/// The state of a running server: the store, the clock, the keys and the settings.
#[derive(Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// Tells the time.
    pub clock: Clock,
    /// Issues and verifies access tokens.
    pub tokens: Tokens,
    /// Whether anybody may register.
    pub registration_open: bool,
    /// How often one address may register and sign in.
    pub auth_limit: AuthLimit,
    /// Hashes passwords.
    pub hashing: HashingPool,
    /// The views that were served recently.
    pub views: Arc<ViewCache>,
    /// Checks that the database works.
    pub health: Health,
    /// The metrics, if they are turned on.
    pub metrics: Option<Arc<Metrics>>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
}

/// The settings of a server. The default suits a laptop.
#[derive(Debug)]
pub struct Settings {
    /// Whether anybody may register.
    pub registration_open: bool,
    /// How often one address may register and sign in; none for no limit.
    pub auth_rate: Option<Rate>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Holds the outcome of a backup that could not be recorded in the database.
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
    /// A server of the calendar in `store`. There are no metrics until `metrics` is set.
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
