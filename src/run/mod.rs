//! A running server: its parts, and the order in which they start and stop.
//!
//! The signals are caught first, so that none of them kills the process halfway. Then the database
//! is opened, and then the ports. At the end, the backups stop before the store. The store is the
//! last to close the file, so it moves the write-ahead log into it.

mod ended;
mod metrics;
mod signals;

use std::net::IpAddr;
use std::sync::Arc;

use rocket::fairing::AdHoc;
use rocket::{Build, Rocket};
use tokio::runtime::Runtime;
use tokio::signal::unix::Signal;

use crate::app::{App, Metrics, Settings};
use crate::backups::Backups;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::auth::Tokens;
use crate::error::{Error, Result};
use crate::server;
use crate::store::{Opened, PendingNote, Store};

/// Serves as `config` says until a signal stops it. Calls `ready` with the URL of the server once it
/// listens.
///
/// # Errors
/// [`Error::Setup`] if it cannot start, or ends for another reason than a signal.
pub(crate) fn until_stopped(
    config: Config,
    ready: impl Fn(&str) + Send + Sync + 'static,
) -> Result<()> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // Each connection takes a file descriptor, so the limit is raised as far as the machine allows.
    // If it cannot be raised, the server runs with the present limit.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = runtime(&config)?;
    let settings = rocket::Config::from(&config.rocket);
    let signals = runtime.block_on(async { signals::catch(&settings.shutdown) })?;
    let pending = PendingNote::default();
    let app = open(&config, pending.clone())?;
    let metrics = match (config.metrics_address, &app.metrics) {
        (Some(address), Some(metrics)) => Some(metrics::build(address, Arc::clone(metrics))?),
        _ => None,
    };
    let presence = app.store.presence();
    let rocket = server::build(config.rocket, app);
    let rocket = rocket.attach(AdHoc::on_liftoff("ready", move |rocket| {
        let settings = rocket.config();
        let scheme = if settings.tls_enabled() { "https" } else { "http" };
        ready(&url(scheme, settings.address, settings.port));
        Box::pin(async {})
    }));
    let start = |schedule| {
        let clock = Clock::new(config.zone.clone());
        Backups::start(config.database.clone(), schedule, clock, pending, presence)
    };
    let backups = config.backups.map(start).transpose()?;
    let ended = runtime.block_on(launch(rocket, metrics, signals));
    drop(backups);
    ended.or_else(|error| ended::explain(&error, &settings))
}

fn runtime(config: &Config) -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.workers)
        .max_blocking_threads(config.max_blocking)
        .enable_all()
        .build()
        .map_err(|error| Error::Setup(format!("cannot start the threads: {error}")))
}

/// Opens the database, and gives the state that the handlers work with.
fn open(config: &Config, pending: PendingNote) -> Result<App> {
    let (store, Opened { made, applied }) = Store::open(&config.database)?;
    if made {
        tracing::info!(database = %config.database.display(), "made the database");
    }
    for migration in applied {
        tracing::info!(version = migration.version, name = migration.name, "migrated");
    }
    let key = config.signing_key.as_deref().unwrap_or(store.signing_key());
    let tokens = Tokens::new(key, config.token_lifetime);
    let settings = Settings {
        registration_open: config.registration_open,
        auth_rate: config.auth_rate,
        trusted_proxies: config.trusted_proxies.clone(),
        cors_origins: config.cors_origins.clone(),
        pending_note: pending,
    };
    let metrics = config
        .metrics_address
        .map(|_| Arc::new(Metrics::new(store.activity(), config.database.clone())));
    let app = App::new(store, Clock::new(config.zone.clone()), tokens, settings);
    Ok(App { metrics, ..app })
}

/// Serves, and the metrics beside it, until one of `signals` comes.
async fn launch(
    rocket: Rocket<Build>,
    metrics: Option<Rocket<Build>>,
    signals: Vec<Signal>,
) -> std::result::Result<(), rocket::Error> {
    let rocket = rocket.ignite().await?;
    signals::stop_by(signals, &rocket.shutdown());
    let metrics = match metrics {
        Some(metrics) => Some(metrics::Serving::start(metrics).await?),
        None => None,
    };
    let ended = rocket.launch().await;
    if let Some(metrics) = metrics {
        metrics.stop().await;
    }
    ended.map(drop)
}

fn url(scheme: &str, address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{scheme}://{address}:{port}/"),
        IpAddr::V6(address) => format!("{scheme}://[{address}]:{port}/"),
    }
}
