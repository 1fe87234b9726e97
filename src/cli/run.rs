//! `dev-run` and `serve`.

use std::net::IpAddr;

use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;

use super::{log, output};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::auth::Tokens;
use crate::error::{Error, Result};
use crate::server;
use crate::store::{Opened, Store};

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
    run(config, |url| tracing::info!(url, "listening"))
}

fn run(config: Config, ready: impl Fn(&str) + Send + Sync + 'static) -> Result<()> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let (store, Opened { made, applied }) = Store::open(&config.database)?;
    if made {
        tracing::info!(database = %config.database.display(), "made the database");
    }
    for migration in applied {
        tracing::info!(version = migration.version, name = migration.name, "migrated");
    }
    let key = config.signing_key.as_deref().unwrap_or(store.signing_key());
    let app = App {
        tokens: Tokens::new(key, config.token_lifetime),
        clock: Clock::new(config.zone),
        registration_open: config.registration_open,
        cors_origins: config.cors_origins,
        store,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.workers)
        .enable_all()
        .build()
        .map_err(|error| Error::Setup(format!("cannot start the threads: {error}")))?;
    let rocket =
        server::build(config.rocket, app).attach(AdHoc::on_liftoff("ready", move |rocket| {
            let settings = rocket.config();
            let scheme = if settings.tls_enabled() { "https" } else { "http" };
            ready(&url(scheme, settings.address, settings.port));
            Box::pin(async {})
        }));
    // What is left when this returns is dropped here: the store, once its queue is on disk.
    runtime.block_on(async { rocket.launch().await.map(drop) }).or_else(|error| stopped(&error))
}

fn url(scheme: &str, address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{scheme}://{address}:{port}/"),
        IpAddr::V6(address) => format!("{scheme}://[{address}]:{port}/"),
    }
}

/// Why serving ended, for the operator.
fn stopped(error: &rocket::Error) -> Result<()> {
    Err(Error::Setup(match error.kind() {
        // Clients that did not let go of their connections in time are no failure of ours.
        ErrorKind::Shutdown(_, None) => return Ok(()),
        ErrorKind::Bind(error) => match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "the port is taken by another program: stop that, or choose another with --port"
                    .into()
            }
            std::io::ErrorKind::PermissionDenied => {
                "no permission to listen on that port: choose one above 1023 with --port".into()
            }
            std::io::ErrorKind::AddrNotAvailable => {
                "this machine does not have that address: choose another with --address".into()
            }
            _ => format!("cannot listen: {error}"),
        },
        ErrorKind::Config(error) => format!("{}: {}", error.path.join("."), error.kind),
        other => format!("cannot serve: {other}"),
    }))
}
