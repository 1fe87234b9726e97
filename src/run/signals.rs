//! The signals that stop the server. They are caught from the start: before it serves, one of them would
//! kill the process halfway.

use std::io;

use rocket::config::{self, Sig};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

use crate::error::{Error, Result};

/// The caught signals.
pub(super) struct Signals {
    stop: Vec<Signal>,
    hangup: Option<Signal>,
}

/// Catches the signals that `shutdown` names, from now on; called in the runtime. SIGHUP, which a terminal
/// sends when it is closed, stops the server too, unless it `rereads` its certificates at it.
///
/// # Errors
/// [`Error::Setup`] if the system does not allow it.
pub(super) fn catch(shutdown: &config::Shutdown, rereads: bool) -> Result<Signals> {
    let kinds = [
        (shutdown.ctrlc, SignalKind::interrupt()),
        (shutdown.signals.contains(&Sig::Term), SignalKind::terminate()),
        (shutdown.ctrlc && !rereads, SignalKind::hangup()),
    ];
    let caught = kinds.into_iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| signal(kind));
    let hangup = rereads.then(|| signal(SignalKind::hangup())).transpose();
    let refused = |error| Error::Setup(format!("cannot listen for signals: {error}"));
    Ok(Signals {
        stop: caught.collect::<io::Result<_>>().map_err(refused)?,
        hangup: hangup.map_err(refused)?,
    })
}

impl Signals {
    /// Waits until a signal tells the server to stop, or has done so already. Calls `reread` at each
    /// SIGHUP, if it was caught for that.
    pub(super) async fn stop(self, reread: impl Fn() + Send + 'static) {
        let mut waiting = JoinSet::new();
        for mut signal in self.stop {
            waiting.spawn(async move {
                signal.recv().await;
            });
        }
        if let Some(mut hangup) = self.hangup {
            waiting.spawn(async move {
                while hangup.recv().await.is_some() {
                    reread();
                }
            });
        }
        if waiting.join_next().await.is_none() {
            // No signal stops it.
            std::future::pending::<()>().await;
        }
    }
}
