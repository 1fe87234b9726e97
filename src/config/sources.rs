//! Where settings come from, besides the environment: `Rocket.toml` and the command line.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::PathBuf;

use rocket::figment::providers::{Format, Serialized, Toml};
use rocket::figment::value::Value;
use rocket::figment::{Figment, Provider};

use crate::error::{Error, Result};

/// What was given on the command line.
#[derive(Debug, Default, Clone)]
pub struct Flags {
    /// `--database`
    pub database: Option<PathBuf>,
    /// `--address`
    pub address: Option<IpAddr>,
    /// `--port`
    pub port: Option<u16>,
}

/// The path of `Rocket.toml`, or that which `ROCKET_CONFIG` names.
pub(super) fn path() -> PathBuf {
    std::env::var_os("ROCKET_CONFIG").unwrap_or_else(|| "Rocket.toml".into()).into()
}

/// Reads `Rocket.toml`, or the file that `ROCKET_CONFIG` names; neither has to exist. Gives its
/// settings by section, and what the operator should know about it.
///
/// # Errors
/// [`Error::Setup`] that names the file, if it cannot be read or is not TOML in sections.
pub(super) fn file(profile: &str) -> Result<(impl Provider, Vec<String>)> {
    let path = path();
    let shown = path.display();
    let mut warnings = Vec::new();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if std::env::var_os("ROCKET_CONFIG").is_some() {
                warnings.push(format!("ROCKET_CONFIG names {shown}, which does not exist"));
            }
            String::new()
        }
        Err(error) => return Err(Error::Setup(format!("cannot read {shown}: {error}"))),
    };
    // Parsed here already so that the error names the file.
    let all = Toml::string(&text).data().map_err(|error| {
        Error::Setup(format!("{shown}: {}", without_source(&error.kind.to_string())))
    })?;
    for (section, value) in all.values().flatten() {
        if !matches!(value, Value::Dict(..)) {
            return Err(Error::Setup(format!(
                "{shown}: {section}: put every key in a section such as [default]"
            )));
        }
        if !["default", "global", "debug", "release", profile].contains(&section.as_str()) {
            warnings.push(format!("{shown} has a section [{section}] that is not read"));
        }
    }
    Ok((Toml::string(&text).nested(), warnings))
}

/// The message of a TOML parser, in one line. The line of the file that it quotes is left out,
/// since it may hold the signing key.
fn without_source(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    match lines.as_slice() {
        [begins, .., why] => format!("{begins}: {why}"),
        _ => said.to_owned(),
    }
}

/// Puts the flags over what is `given` elsewhere.
pub(super) fn with_flags(mut given: Figment, flags: &Flags) -> Figment {
    if let Some(database) = &flags.database {
        given = given.merge(Serialized::global("database", database));
    }
    if let Some(address) = flags.address {
        given = given.merge(Serialized::global("address", address));
    }
    if let Some(port) = flags.port {
        given = given.merge(Serialized::global("port", port));
    }
    given
}
