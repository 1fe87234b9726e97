//! The signals that stop the server. Rocket listens for them only once it serves, and until then one
//! of them would kill the process; so they are caught from the start.

use std::io;

use rocket::Shutdown;
use rocket::config::{self, Sig};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Result};

/// Catches the signals that `shutdown` names, from now on; called in the runtime.
///
/// # Errors
/// [`Error::Setup`] if the system does not allow it.
pub(super) fn catch(shutdown: &config::Shutdown) -> Result<Vec<Signal>> {
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

/// Notifies `shutdown` when one of the caught signals comes, or has come already.
pub(super) fn stop_by(signals: Vec<Signal>, shutdown: &Shutdown) {
    for mut signal in signals {
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            signal.recv().await;
            shutdown.notify();
        });
    }
}
