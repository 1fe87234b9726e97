//! `dev-run` and `serve`.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;

use rocket::config::{LogLevel, Shutdown, Sig};
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Rocket};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{log, output};
use crate::app::{App, AuthLimit, HashingPool, Health, Metrics, ViewCache};
use crate::backups::Backups;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::auth::Tokens;
use crate::error::{Error, Result};
use crate::server;
use crate::store::{Opened, PendingNote, Store};

/// Serves on a laptop until it is told to stop, and prints the page's address.
pub(super) fn dev_run(config: Config) -> Result<()> {
    log::readable(config.log_level);
    run(config, |url| {
        // Serving goes on even where the address could not be printed.
        let _ = output::line(&format!("calendar-server is at {url} (stop it with ctrl-c)"));
    })
}

/// Serves a deployment until it is told to stop.
pub(super) fn serve(config: Config) -> Result<()> {
    log::lines(config.log_level);
    if config.registration_open && !config.address.is_loopback() {
        tracing::warn!(
            address = %config.address,
            "registration is open to whoever reaches this address: close it with registration = \"closed\""
        );
    }
    run(config, |url| tracing::info!(url, "listening"))
}

fn run(config: Config, ready: impl Fn(&str) + Send + Sync + 'static) -> Result<()> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // Each connection is a file: as many as the machine lets this process have. If it lets it have
    // no more than it has, it serves all the same.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.workers)
        .max_blocking_threads(config.max_blocking)
        .enable_all()
        .build()
        .map_err(|error| Error::Setup(format!("cannot start the threads: {error}")))?;
    let settings = rocket::Config::from(&config.rocket);
    let told_to_stop = runtime.block_on(async { signals(&settings.shutdown) })?;
    let schedule = config
        .backups
        .clone()
        .map(|schedule| (config.database.clone(), schedule, config.zone.clone()));
    let metrics_address = config.metrics_address;
    let unnoted = PendingNote::default();
    let app = open(config.clone(), unnoted.clone())?;
    let measured = match (metrics_address, &app.metrics) {
        (Some(address), Some(metrics)) => Some(metrics_server(address, Arc::clone(metrics))?),
        _ => None,
    };
    let rocket = server::build(config.rocket, app);
    let start =
        |(database, schedule, zone)| Backups::start(database, schedule, Clock::new(zone), unnoted);
    let backups = schedule.map(start).transpose()?;
    let rocket = rocket.attach(AdHoc::on_liftoff("ready", move |rocket| {
        let settings = rocket.config();
        let scheme = if settings.tls_enabled() { "https" } else { "http" };
        ready(&url(scheme, settings.address, settings.port));
        Box::pin(async {})
    }));
    let ended = runtime.block_on(async {
        let rocket = rocket.ignite().await?;
        for mut signal in told_to_stop {
            let shutdown = rocket.shutdown();
            tokio::spawn(async move {
                signal.recv().await;
                shutdown.notify();
            });
        }
        let measured = measured.map(|rocket| async {
            let rocket = rocket.ignite().await?;
            Ok::<_, rocket::Error>((rocket.shutdown(), tokio::spawn(rocket.launch())))
        });
        let measured = match measured {
            Some(starting) => Some(starting.await?),
            None => None,
        };
        let ended = rocket.launch().await;
        if let Some((shutdown, serving)) = measured {
            shutdown.notify();
            if let Ok(Err(error)) = serving.await {
                tracing::error!("metrics: {error}");
            }
        }
        ended
    });
    // The backups end before the store, which folds its log into the file as the last to close it.
    drop(backups);
    ended.map(drop).or_else(|error| stopped(&error, &settings))
}

/// The server of the metrics at `address`.
fn metrics_server(address: SocketAddr, metrics: Arc<Metrics>) -> Result<Rocket<Build>> {
    // Tried here, where it can be said clearly.
    TcpListener::bind(address).map_err(|error| {
        Error::Setup(format!("metrics_address: cannot listen on {address}: {error}"))
    })?;
    let settings = rocket::Config {
        address: address.ip(),
        port: address.port(),
        log_level: LogLevel::Off,
        // It is told to stop by the server that it measures.
        shutdown: Shutdown {
            ctrlc: false,
            signals: HashSet::new(),
            grace: 0,
            mercy: 0,
            ..Shutdown::default()
        },
        ..rocket::Config::release_default()
    };
    Ok(server::metrics(Figment::from(settings), metrics))
}

/// Opens the database and gives what the handlers work with.
fn open(config: Config, unnoted: PendingNote) -> Result<App> {
    let (store, Opened { made, applied }) = Store::open(&config.database)?;
    if made {
        tracing::info!(database = %config.database.display(), "made the database");
    }
    for migration in applied {
        tracing::info!(version = migration.version, name = migration.name, "migrated");
    }
    let key = config.signing_key.as_deref().unwrap_or(store.signing_key());
    Ok(App {
        tokens: Tokens::new(key, config.token_lifetime),
        clock: Clock::new(config.zone),
        registration_open: config.registration_open,
        auth_limit: AuthLimit::new(config.auth_rate, config.trusted_proxies),
        hashing: HashingPool::default(),
        views: Arc::new(ViewCache::default()),
        health: Health::new(unnoted),
        metrics: config
            .metrics_address
            .map(|_| Arc::new(Metrics::new(store.activity(), config.database.clone()))),
        cors_origins: config.cors_origins,
        store,
    })
}

/// The signals that stop the server. Rocket listens for them only once it is up, and until then one
/// of them would kill the process; so they are caught from the start.
fn signals(shutdown: &Shutdown) -> Result<Vec<Signal>> {
    let kinds = [
        (shutdown.ctrlc, SignalKind::interrupt()),
        (shutdown.signals.contains(&Sig::Term), SignalKind::terminate()),
        // A terminal that is closed.
        (shutdown.ctrlc, SignalKind::hangup()),
    ];
    let caught = kinds.into_iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| signal(kind));
    caught
        .collect::<io::Result<_>>()
        .map_err(|error| Error::Setup(format!("cannot listen for signals: {error}")))
}

fn url(scheme: &str, address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{scheme}://{address}:{port}/"),
        IpAddr::V6(address) => format!("{scheme}://[{address}]:{port}/"),
    }
}

/// Why serving ended, for the operator.
fn stopped(error: &rocket::Error, settings: &rocket::Config) -> Result<()> {
    let rocket::Config { address, port, .. } = settings;
    Err(Error::Setup(match error.kind() {
        // Clients that did not let go of their connections in time are no failure of ours.
        ErrorKind::Shutdown(_, None) => return Ok(()),
        ErrorKind::Bind(error) => match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "port {port} of {address} is taken by another program: stop that, or choose another with --port"
            ),
            io::ErrorKind::PermissionDenied => {
                format!("no permission to listen on port {port}: choose one above 1023 with --port")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!(
                    "this machine does not have the address {address}: choose another with --address"
                )
            }
            _ if settings.tls_enabled() => format!("tls: {error}"),
            _ => format!("cannot listen on port {port} of {address}: {error}"),
        },
        // Before anything is served, the only files that Rocket reads are those of TLS.
        ErrorKind::Io(error) => format!("tls: {error}"),
        ErrorKind::Config(error) => format!("{}: {}", error.path.join("."), error.kind),
        other => format!("cannot serve: {other}"),
    }))
}
