//! The state that every handler works with.

pub(crate) mod exchange;
mod hashing_pool;
mod health;
mod limit;
mod metrics;
mod view_cache;

pub use hashing_pool::HashingPool;
pub use health::{Condition, Health};
pub use limit::{AuthLimit, Counted, WriteLimit};
pub use metrics::{Metrics, Request};
pub use view_cache::{View, ViewCache};

use std::sync::Arc;

use ipnet::IpNet;

use crate::clock::Clock;
use crate::domain::auth::Tokens;
use crate::model::{Bounds, Rate};
use crate::store::{PendingNote, Store};

/// The running calendar: its store, clock, keys and settings.
#[derive(Debug)]
pub struct App {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Issues and verifies access tokens.
    pub tokens: Tokens,
    /// Whether anybody may register.
    pub registration_open: bool,
    /// How much one user may have.
    pub bounds: Bounds,
    /// How often one address may register and sign in.
    pub auth_limit: AuthLimit,
    /// How often one user may write.
    pub write_limit: WriteLimit,
    /// Hashes passwords.
    pub hashing: HashingPool,
    /// The views that were answered last, to be sent again.
    pub views: Arc<ViewCache>,
    /// The health check.
    pub health: Health,
    /// The metrics, if they are on.
    pub metrics: Option<Arc<Metrics>>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
}

/// The settings of a calendar. The defaults suit a laptop.
#[derive(Debug)]
pub struct Settings {
    /// Whether anybody may register.
    pub registration_open: bool,
    /// How much one user may have.
    pub bounds: Bounds,
    /// How often one address may register and sign in; `None` for no limit.
    pub auth_rate: Option<Rate>,
    /// How often one user may write; `None` for no limit.
    pub write_rate: Option<Rate>,
    /// The proxies that are trusted to name their clients.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// The outcome of the last scheduled backup, if it could not be recorded in the database.
    pub pending_note: PendingNote,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            bounds: Bounds::default(),
            auth_rate: None,
            write_rate: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            pending_note: PendingNote::default(),
        }
    }
}

impl App {
    /// The calendar in `store`. There are no metrics until `metrics` is set.
    #[must_use]
    pub fn new(store: Store, clock: Clock, tokens: Tokens, settings: Settings) -> Self {
        Self {
            store,
            clock,
            tokens,
            registration_open: settings.registration_open,
            bounds: settings.bounds,
            auth_limit: AuthLimit::new(settings.auth_rate, settings.trusted_proxies),
            write_limit: WriteLimit::new(settings.write_rate),
            hashing: HashingPool::default(),
            views: Arc::new(ViewCache::default()),
            health: Health::new(settings.pending_note),
            metrics: None,
            cors_origins: settings.cors_origins,
        }
    }
}
