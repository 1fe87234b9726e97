//! The server of the metrics. It has an address of its own, and starts and stops with the server that
//! it measures.

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rocket::config::{LogLevel, Shutdown};
use rocket::figment::Figment;
use rocket::{Build, Ignite, Rocket};
use tokio::task::JoinHandle;

use crate::app::Metrics;
use crate::error::{Error, Result};
use crate::server;

/// The server of `metrics` at `address`.
///
/// # Errors
/// [`Error::Setup`] if it cannot listen there.
pub(super) fn build(address: SocketAddr, metrics: Arc<Metrics>) -> Result<Rocket<Build>> {
    // Bound here first, so that the error can name the key.
    TcpListener::bind(address).map_err(|error| {
        Error::Setup(format!("metrics_address: cannot listen on {address}: {error}"))
    })?;
    let settings = rocket::Config {
        address: address.ip(),
        port: address.port(),
        log_level: LogLevel::Off,
        // The server that it measures stops it.
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

/// The server of the metrics while it serves.
pub(super) struct Serving {
    shutdown: rocket::Shutdown,
    task: JoinHandle<std::result::Result<Rocket<Ignite>, rocket::Error>>,
}

impl Serving {
    /// Starts it on a task of its own.
    ///
    /// # Errors
    /// If Rocket cannot ignite it.
    pub(super) async fn start(rocket: Rocket<Build>) -> std::result::Result<Self, rocket::Error> {
        let rocket = rocket.ignite().await?;
        Ok(Self { shutdown: rocket.shutdown(), task: tokio::spawn(rocket.launch()) })
    }

    /// Stops it, and logs its error if it failed.
    pub(super) async fn stop(self) {
        self.shutdown.notify();
        if let Ok(Err(error)) = self.task.await {
            tracing::error!("metrics: {error}");
        }
    }
}
