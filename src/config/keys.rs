//! The known keys: this server's own, and those of Rocket that it passes on.

use rocket::config::LogLevel;
use rocket::figment::providers::Serialized;
use rocket::figment::value::{Dict, Value};
use rocket::figment::{Figment, Profile};

use super::lookup::wrong;
use crate::error::{Error, Result};

const OURS: &[&str] = &[
    "database",
    "database_password_file",
    "database_ca",
    "database_connections",
    "timezone",
    "secret_key_file",
    "secret_key",
    "token_lifetime",
    "registration",
    "invitations",
    "cors_origins",
    "auth_rate",
    "trusted_proxies",
    "backup_dir",
    "backup_every",
    "backup_keep",
    "metrics_address",
    "tls",
    "base_path",
    "cleartext_http2",
    "max_connections",
    "max_connections_per_client",
    "max_header_bytes",
    "header_timeout",
    "body_timeout",
    "idle_timeout",
    "write_timeout",
    "max_unsent_bytes",
    "log_format",
    "write_rate",
    "max_groups",
    "max_selected_groups",
    "max_group_members",
    "max_events",
    "max_series",
    "history_days",
    "trash_days",
    "feed_past",
    "feed_future",
    "frame_ancestors",
    "feed_networks",
];

const ROCKETS: [&str; 12] = [
    "address",
    "port",
    "workers",
    "max_blocking",
    "keep_alive",
    "ident",
    "ip_header",
    "limits",
    "temp_dir",
    "log_level",
    "shutdown",
    "cli_colors",
];

/// Keys that are tables, and the keys inside them.
const NESTED: [(&str, &[&str]); 2] = [
    ("shutdown", &["ctrlc", "signals", "grace", "mercy", "force"]),
    ("tls", &["certs", "key", "ciphers", "prefer_server_cipher_order"]),
];

/// Every key that can be set.
pub fn keys() -> impl Iterator<Item = &'static str> {
    OURS.iter().copied().chain(ROCKETS)
}

/// Checks that every key is known.
///
/// # Errors
/// [`Error::Setup`] that names the key.
pub(super) fn check(given: &Figment) -> Result<()> {
    let all: Dict = given.extract().map_err(|error| wrong(&error, None))?;
    let unknown =
        |key: &str| Err(Error::Setup(format!("unknown key {key}: see docs/configuration.md")));
    for (key, value) in &all {
        if !OURS.contains(&key.as_str()) && !ROCKETS.contains(&key.as_str()) {
            return unknown(key);
        }
        let nested = NESTED.iter().find(|(name, _)| name == key);
        if let (Some((_, known)), Value::Dict(_, inner)) = (nested, value)
            && let Some(inner) = inner.keys().find(|inner| !known.contains(&inner.as_str()))
        {
            return unknown(&format!("{key}.{inner}"));
        }
    }
    Ok(())
}

/// Rocket's settings: those given, else the defaults of this server, else Rocket's.
///
/// # Errors
/// [`Error::Setup`] if a value cannot be read.
pub(super) fn rocket_settings(given: &Figment) -> Result<Figment> {
    let all: Dict = given.extract().map_err(|error| wrong(&error, None))?;
    let theirs: Dict = all.into_iter().filter(|(key, _)| ROCKETS.contains(&key.as_str())).collect();
    let defaults = rocket::Config {
        ident: rocket::config::Ident::try_new("calendar-server").unwrap_or_default(),
        port: 5000,
        log_level: LogLevel::Normal,
        shutdown: rocket::config::Shutdown { grace: 1, mercy: 1, ..Default::default() },
        ..rocket::Config::release_default()
    };
    Ok(Figment::from(defaults).select(Profile::Default).merge(Serialized::globals(theirs)))
}
