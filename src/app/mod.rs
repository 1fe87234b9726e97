//! The state that every handler works with.

mod app_password_users;
mod caller;
mod credential;
pub(crate) mod exchange;
mod hashing_pool;
mod health;
mod limit;
mod metrics;
mod passwords;
mod transfers;
pub(crate) mod upload;
mod view_cache;

pub use app_password_users::AppPasswordUsers;
pub use caller::Caller;
pub use credential::{Credential, SentAppPassword};
pub use hashing_pool::HashingPool;
pub use health::{Condition, Health};
pub use limit::{AuthLimit, Counted, WriteLimit};
pub use metrics::{Metrics, Request};
pub use passwords::Passwords;
pub use transfers::{Place, Transfers, Turn};
pub use view_cache::{Subject, View, ViewCache};

use std::sync::Arc;

use ipnet::IpNet;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::domain::auth::Tokens;
use crate::model::{Bounds, FeedSpan, HISTORY_DAYS, Invitations, Rate, TRASH_DAYS};
use crate::store::{PendingNote, Store};

/// The running calendar: its store, clock, keys and settings.
#[derive(Debug)]
pub struct App {
    /// The store, also of what runs beside the handlers.
    pub store: Arc<Store>,
    /// The time.
    pub clock: Clock,
    /// Issues and verifies access tokens.
    pub tokens: Tokens,
    /// Whose app passwords were used last.
    pub app_password_users: AppPasswordUsers,
    /// The passwords that were right last.
    pub passwords: Passwords,
    /// Whether anybody may register.
    pub registration_open: bool,
    /// Who may accept an invitation to a group.
    pub invitations: Invitations,
    /// How much one user may have.
    pub bounds: Bounds,
    /// How many days the history goes back; with 0, there is none.
    pub history_days: u32,
    /// How many days a deleted group stays in the trash; with 0, it is purged at once.
    pub trash_days: u32,
    /// How often one address may register and sign in.
    pub auth_limit: AuthLimit,
    /// How often one address may ask for feeds that do not exist.
    pub feed_limit: AuthLimit,
    /// How far feeds go back and ahead.
    pub feed_span: FeedSpan,
    /// Which pages may have the page of a feed in them, as the header `Content-Security-Policy` names them.
    pub frame_ancestors: Vec<String>,
    /// How often one user may write.
    pub write_limit: WriteLimit,
    /// Hashes passwords.
    pub hashing: HashingPool,
    /// The files that come in and go out.
    pub transfers: Transfers,
    /// Told of each new subscription, whose calendar is to be fetched at once.
    pub subscribed: Arc<Notify>,
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
    /// Who may accept an invitation to a group.
    pub invitations: Invitations,
    /// How much one user may have.
    pub bounds: Bounds,
    /// How many days the history goes back; with 0, there is none.
    pub history_days: u32,
    /// How many days a deleted group stays in the trash; with 0, it is purged at once.
    pub trash_days: u32,
    /// How often one address may register and sign in; `None` for no limit.
    pub auth_rate: Option<Rate>,
    /// How often one user may write; `None` for no limit.
    pub write_rate: Option<Rate>,
    /// The proxies that are trusted to name their clients.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// How far feeds go back and ahead.
    pub feed_span: FeedSpan,
    /// Which pages may have the page of a feed in them.
    pub frame_ancestors: Vec<String>,
    /// The outcome of the last scheduled backup, if it could not be recorded in the database.
    pub pending_note: PendingNote,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            invitations: Invitations::default(),
            bounds: Bounds::default(),
            history_days: HISTORY_DAYS,
            trash_days: TRASH_DAYS,
            auth_rate: None,
            write_rate: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            feed_span: FeedSpan::default(),
            frame_ancestors: Vec::new(),
            pending_note: PendingNote::default(),
        }
    }
}

impl App {
    /// The calendar in `store`. There are no metrics until `metrics` is set.
    #[must_use]
    pub fn new(store: Store, clock: Clock, tokens: Tokens, settings: Settings) -> Self {
        Self {
            store: Arc::new(store),
            clock,
            tokens,
            app_password_users: AppPasswordUsers::default(),
            passwords: Passwords::default(),
            registration_open: settings.registration_open,
            invitations: settings.invitations,
            bounds: settings.bounds,
            history_days: settings.history_days,
            trash_days: settings.trash_days,
            feed_limit: AuthLimit::new(settings.auth_rate, settings.trusted_proxies.clone()),
            feed_span: settings.feed_span,
            frame_ancestors: settings.frame_ancestors,
            auth_limit: AuthLimit::new(settings.auth_rate, settings.trusted_proxies),
            write_limit: WriteLimit::new(settings.write_rate),
            hashing: HashingPool::default(),
            transfers: Transfers::default(),
            subscribed: Arc::default(),
            views: Arc::new(ViewCache::default()),
            health: Health::new(settings.pending_note),
            metrics: None,
            cors_origins: settings.cors_origins,
        }
    }
}
