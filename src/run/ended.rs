//! Why serving ended, for the operator.

use std::io;

use rocket::error::ErrorKind;

use crate::error::{Error, Result};

/// Gives `Ok` if `error` is not a failure, and else says what to do about it.
///
/// # Errors
/// [`Error::Setup`].
pub(super) fn explain(error: &rocket::Error, settings: &rocket::Config) -> Result<()> {
    let rocket::Config { address, port, .. } = settings;
    Err(Error::Setup(match error.kind() {
        // Clients that did not close their connections in time are not a failure.
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
