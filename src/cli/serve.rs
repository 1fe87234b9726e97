//! `dev-run` and `serve`.

use super::{log, output};
use crate::config::Config;
use crate::error::Result;
use crate::run;

/// Serves on a laptop until it is told to stop, and prints the page's address.
pub(super) fn dev_run(config: Config) -> Result<()> {
    let _log = log::readable(&config);
    run::until_stopped(config, |url| {
        // The server runs even if its address cannot be printed.
        let _ = output::line(&format!("calendar-server is at {url} (stop it with ctrl-c)"));
    })
}

/// Serves a deployment until it is told to stop.
pub(super) fn serve(config: Config) -> Result<()> {
    let _log = log::lines(&config);
    if config.registration_open && !config.front.listen.ip().is_loopback() {
        tracing::warn!(
            address = %config.front.listen.ip(),
            "registration is open to anyone who can reach this address: close it with registration = \"closed\""
        );
    }
    run::until_stopped(config, |url| tracing::info!(url, "listening"))
}
