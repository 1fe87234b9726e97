//! A running server: its parts, and the order in which they start and stop.
//!
//! The signals are caught first, so that none of them kills the process halfway. Then the database
//! is opened, and then the ports. At the end, the backups and the subscriptions stop before the store. The store is the
//! last to close the file, so it moves the write-ahead log into it.

mod metrics;
mod signals;

use std::sync::Arc;
use std::time::Duration;

use rocket::{Build, Rocket};
use tokio::runtime::Runtime;

use crate::app::{App, Metrics, Settings};
use crate::backups::Backups;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::auth::Tokens;
use crate::domain::retell;
use crate::error::{Error, Result};
use crate::fetch::{Fetcher, Policy};
use crate::front::Front;
use crate::model::EventId;
use crate::pruning::Pruning;
use crate::server;
use crate::store::{Opened, PendingNote, Snapshot, Store};
use crate::subscriptions::Subscriptions;
use signals::Signals;

/// Serves as `config` says until a signal stops it. Calls `ready` with the URL of the server once it
/// listens.
///
/// # Errors
/// [`Error::Setup`] if it cannot start, or ends for another reason than a signal.
pub(crate) fn until_stopped(config: Config, ready: impl FnOnce(&str)) -> Result<()> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // Each connection takes a file descriptor, so the limit is raised as far as the machine allows.
    // If it cannot be raised, the server runs with the present limit.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = runtime(&config)?;
    let settings = rocket::Config::from(&config.rocket);
    let rereads = config.front.tls.is_some();
    let signals = runtime.block_on(async { signals::catch(&settings.shutdown, rereads) })?;
    let pending = PendingNote::default();
    let app = open(&config, pending.clone())?;
    if let Err(error) = runtime.block_on(retell(&app)) {
        // A full disk, for one: what was told before is better than nothing.
        tracing::warn!("the times of events in other zones could not be looked through: {error}");
    }
    let metrics = match (config.metrics_address, &app.metrics) {
        (Some(address), Some(metrics)) => Some(metrics::build(address, Arc::clone(metrics))?),
        _ => None,
    };
    let presence = app.store.presence();
    let policy = Policy { private: config.feed_networks.clone(), ..Policy::default() };
    let pruning = Pruning::of(&app);
    let subscriptions = Subscriptions::of(&app, Fetcher::new(policy));
    let front = runtime.block_on(Front::bind(config.front, server::build(config.rocket, app)))?;
    let start = |schedule| {
        let database = config.database.file().ok_or_else(|| {
            Error::Setup("backup_dir: PostgreSQL is backed up by its own tools, such as pgBackRest: see docs/cluster.md".into())
        })?;
        let clock = Clock::new(config.zone.clone());
        Backups::start(database.to_owned(), schedule, clock, pending, presence)
    };
    let backups = config.backups.map(start).transpose()?;
    let filling = runtime.spawn(subscriptions.keep_filled());
    let pruning = runtime.spawn(pruning.keep_short());
    ready(&front.url());
    let grace = Duration::from_secs((settings.shutdown.grace + settings.shutdown.mercy).into());
    let ended = runtime.block_on(serve(front, metrics, signals, grace));
    drop(backups);
    for task in [filling, pruning] {
        task.abort();
        // An error says no more than that it has ended.
        let _ = runtime.block_on(task);
    }
    // The requests that are still open are given up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
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
        tracing::info!(database = %config.database, "made the database");
    }
    for migration in applied {
        tracing::info!(version = migration.version, name = migration.name, "migrated");
    }
    let key = config.signing_key.as_deref().unwrap_or(store.signing_key());
    let tokens = Tokens::new(key, config.token_lifetime);
    let settings = Settings {
        registration_open: config.registration_open,
        invitations: config.invitations,
        bounds: config.bounds,
        history_days: config.history_days,
        trash_days: config.trash_days,
        auth_rate: config.auth_rate,
        write_rate: config.write_rate,
        trusted_proxies: config.front.trusted_proxies.clone(),
        cors_origins: config.cors_origins.clone(),
        feed_span: config.feed_span,
        frame_ancestors: config.frame_ancestors.clone(),
        pending_note: pending,
    };
    let metrics = config
        .metrics_address
        .map(|_| Arc::new(Metrics::new(store.activity(), config.database.clone())));
    let app = App::new(store, Clock::new(config.zone.clone()), tokens, settings);
    Ok(App { metrics, ..app })
}

/// Tells the times of events with a zone of their own anew, where the server's zone or a zone's rules have changed.
async fn retell(app: &App) -> Result<()> {
    let mut after = Some(EventId(0));
    while let Some(from) = after {
        let zone = app.clock.zone().clone();
        let look = move |snapshot: &Snapshot<'_>| retell::look(snapshot, &zone, from);
        let (retold, last) = app.store.read_inline(look).await?;
        if !retold.is_empty() {
            tracing::info!(events = retold.len(), "told the times of events in other zones anew");
            app.store.write(move |tx| retell::store(tx, &retold)).await?;
        }
        after = last;
    }
    Ok(())
}

/// Serves, and the metrics beside it, until a signal comes; then gives open requests `grace`.
///
/// # Errors
/// [`Error::Setup`] if the metrics cannot be served.
async fn serve(
    front: Front,
    metrics: Option<Rocket<Build>>,
    signals: Signals,
    grace: Duration,
) -> Result<()> {
    let metrics =
        match metrics {
            Some(metrics) => Some(metrics::Serving::start(metrics).await.map_err(|error| {
                Error::Setup(format!("metrics_address: cannot serve: {error}"))
            })?),
            None => None,
        };
    let certificates = front.certificates();
    let following = certificates.clone().map(|files| tokio::spawn(files.follow()));
    let reread = move || {
        if let Some(certificates) = &certificates {
            certificates.reload();
        }
    };
    front.serve(signals.stop(reread), grace).await;
    if let Some(following) = following {
        following.abort();
    }
    if let Some(metrics) = metrics {
        metrics.stop().await;
    }
    Ok(())
}
