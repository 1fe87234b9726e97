//! Every setting, read from where it may stand and checked once, at start.
//!
//! A flag beats the environment (`CALENDAR_PORT`, and `ROCKET_PORT` as everywhere in Rocket), which
//! beats `Rocket.toml`, which beats the built-in default. A key that is unknown, or whose value is
//! none, is an error that names it: a misspelt key that was ignored would show much later, and as
//! something else. No error shows the value of a secret.

mod values;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use rocket::config::LogLevel;
use rocket::figment::providers::{Env, Format, Serialized, Toml};
use rocket::figment::value::{Dict, Value};
use rocket::figment::{self, Figment, Profile, Provider};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::model::Rate;
use values::{duration, origins, proxies, rate, registration_open, socket_address, zone};

const OURS: [&str; 13] = [
    "database",
    "timezone",
    "secret_key_file",
    "secret_key",
    "token_lifetime",
    "registration",
    "cors_origins",
    "auth_rate",
    "trusted_proxies",
    "backup_dir",
    "backup_every",
    "backup_keep",
    "metrics_address",
];

const ROCKETS: [&str; 13] = [
    "address",
    "port",
    "workers",
    "max_blocking",
    "keep_alive",
    "ident",
    "ip_header",
    "limits",
    "temp_dir",
    "tls",
    "log_level",
    "shutdown",
    "cli_colors",
];

/// The keys inside those of Rocket's that are tables of fixed keys.
const NESTED: [(&str, &[&str]); 2] = [
    ("shutdown", &["ctrlc", "signals", "grace", "mercy", "force"]),
    ("tls", &["certs", "key", "ciphers", "prefer_server_cipher_order"]),
];

/// Every key that can be set.
pub fn keys() -> impl Iterator<Item = &'static str> {
    OURS.into_iter().chain(ROCKETS)
}

/// What the command sets, where nothing else does.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// The section of `Rocket.toml` that is read beside `[default]` and `[global]`, unless
    /// `ROCKET_PROFILE` names another.
    pub profile: &'static str,
    /// The value of `auth_rate`.
    pub auth_rate: &'static str,
}

/// For a laptop, where whoever calls is who started the server.
pub const LAPTOP: Defaults = Defaults { profile: "debug", auth_rate: "off" };
/// For a deployment.
pub const DEPLOYMENT: Defaults = Defaults { profile: "release", auth_rate: "10/min" };

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

/// Where the server's own backups go, and when.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The folder that they are put in.
    pub folder: PathBuf,
    /// How long from one to the next.
    pub every: Duration,
    /// How many are kept.
    pub keep: usize,
}

/// All that can be set, checked.
#[derive(Clone)]
pub struct Config {
    /// The database file.
    pub database: PathBuf,
    /// The zone whose wall clock the calendar shows.
    pub zone: TimeZone,
    /// The key that signs tokens; without one, the key that was made with the database does.
    pub signing_key: Option<Vec<u8>>,
    /// How long a token is valid; without one, for ever.
    pub token_lifetime: Option<Duration>,
    /// Whether anybody may register.
    pub registration_open: bool,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// How often one address may register and sign in; without one, as often as it likes.
    pub auth_rate: Option<Rate>,
    /// The proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<IpNet>,
    /// The backups that the server makes by itself, if it does.
    pub backups: Option<Schedule>,
    /// Where the metrics are served, if they are.
    pub metrics_address: Option<SocketAddr>,
    /// The address to listen on.
    pub address: IpAddr,
    /// How many threads serve requests.
    pub workers: usize,
    /// How many more threads there may be for work that blocks.
    pub max_blocking: usize,
    /// How much is logged.
    pub log_level: LogLevel,
    /// Rocket's own settings, complete.
    pub rocket: Figment,
    /// What the operator should know about the configuration, though it is no error.
    pub warnings: Vec<String>,
}

/// The signing key is not shown.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("database", &self.database).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the configuration as it applies in the working directory.
    ///
    /// # Errors
    /// [`Error::Setup`] that names the key.
    pub fn load(defaults: Defaults, flags: &Flags) -> Result<Self> {
        let profile =
            std::env::var("ROCKET_PROFILE").unwrap_or_else(|_| defaults.profile.to_owned());
        let (file, warnings) = file(&profile)?;
        let given = Figment::from(file)
            .merge(Env::prefixed("ROCKET_").ignore(&["config", "profile", "secret_key"]).global())
            .merge(Env::prefixed("CALENDAR_").ignore(&["secret_key"]).global())
            .select(Profile::new(&profile));
        let given = with_flags(given, flags);
        check_keys(&given)?;
        let rocket = rocket_settings(&given)?;
        let settings = rocket::Config::try_from(&rocket).map_err(|error| wrong(&error, None))?;
        for (key, value) in [("workers", settings.workers), ("max_blocking", settings.max_blocking)]
        {
            if value == 0 {
                return Err(Error::Setup(format!("{key}: expected at least 1")));
            }
        }
        Ok(Self {
            database: path(&given, "database")?.unwrap_or_else(|| "calendar.sqlite".into()),
            zone: zone(text(&given, "timezone")?)?,
            signing_key: signing_key(&given)?,
            token_lifetime: text(&given, "token_lifetime")?
                .map(|text| duration("token_lifetime", &text))
                .transpose()?,
            registration_open: registration_open(text(&given, "registration")?.as_deref())?,
            auth_rate: rate(
                &text(&given, "auth_rate")?.unwrap_or_else(|| defaults.auth_rate.into()),
            )?,
            trusted_proxies: proxies(&texts(&given, "trusted_proxies")?)?,
            backups: backups(&given)?,
            metrics_address: text(&given, "metrics_address")?
                .map(|text| socket_address("metrics_address", &text))
                .transpose()?,
            address: settings.address,
            cors_origins: origins(texts(&given, "cors_origins")?)?,
            workers: settings.workers,
            max_blocking: settings.max_blocking,
            log_level: settings.log_level,
            // Rocket's own log has whole request lines in it, with what people search for.
            rocket: rocket.merge(("log_level", LogLevel::Off)),
            warnings,
        })
    }
}

/// `Rocket.toml`, or what `ROCKET_CONFIG` names; it need not exist.
fn file(profile: &str) -> Result<(impl Provider, Vec<String>)> {
    let named = std::env::var_os("ROCKET_CONFIG").map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| "Rocket.toml".into());
    let mut warnings = Vec::new();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if named.is_some() {
                warnings
                    .push(format!("ROCKET_CONFIG names {}, which does not exist", path.display()));
            }
            String::new()
        }
        Err(error) => return Err(Error::Setup(format!("cannot read {}: {error}", path.display()))),
    };
    let provider = Toml::string(&text).nested();
    // Parsed here already so that the error names the file.
    provider.data().map_err(|error| {
        Error::Setup(format!("{}: {}", path.display(), without_source(&error.kind.to_string())))
    })?;
    let sections = provider.data().unwrap_or_default();
    for section in sections.keys().map(Profile::as_str).map(|name| name.as_str()) {
        if !["default", "global", "debug", "release", profile].contains(&section) {
            warnings.push(format!("{} has a section [{section}] that is not read", path.display()));
        }
    }
    Ok((provider, warnings))
}

/// What a TOML parser says, in one line and without the line of the file that it quotes: that may
/// hold the signing key.
fn without_source(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let (begins, ends) = (lines.first().copied().unwrap_or_default(), lines.last().copied());
    match ends {
        Some(why) if why.contains("expected a map") => {
            format!("{begins}: every key stands in a section such as [default]")
        }
        Some(why) if lines.len() > 1 => format!("{begins}: {why}"),
        _ => begins.to_owned(),
    }
}

fn with_flags(mut given: Figment, flags: &Flags) -> Figment {
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

fn check_keys(given: &Figment) -> Result<()> {
    let all: Dict = given.extract().map_err(|error| wrong(&error, None))?;
    let unknown = |key: &str| {
        Err(Error::Setup(format!("unknown key {key}: see the table of keys in the README")))
    };
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

/// Rocket's settings: what was given, over defaults of ours, over Rocket's.
fn rocket_settings(given: &Figment) -> Result<Figment> {
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

/// The value of `key`, if it is set.
fn read<T: DeserializeOwned>(given: &Figment, key: &str) -> Result<Option<T>> {
    match given.extract_inner(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.missing() => Ok(None),
        Err(error) => Err(wrong(&error, Some(key))),
    }
}

/// The text that `key` is set to. One of digits is a number to figment where it comes from the
/// environment.
fn text(given: &Figment, key: &str) -> Result<Option<String>> {
    match given.find_value(key) {
        Err(_) => Ok(None),
        Ok(Value::String(_, text)) => Ok(Some(text)),
        Ok(Value::Num(_, number)) => {
            let digits = number.to_u128().map(|number| number.to_string());
            let digits = digits.or_else(|| number.to_i128().map(|number| number.to_string()));
            digits
                .map(Some)
                .ok_or_else(|| Error::Setup(format!("{key}: expected a text in quotes")))
        }
        Ok(_) => Err(Error::Setup(format!("{key}: expected a text in quotes"))),
    }
}

/// The texts that `key` is set to; one alone need not be a list.
fn texts(given: &Figment, key: &str) -> Result<Vec<String>> {
    match given.find_value(key) {
        Ok(Value::String(_, text)) => Ok(vec![text]),
        _ => Ok(read(given, key)?.unwrap_or_default()),
    }
}

/// The path that `key` is set to.
fn path(given: &Figment, key: &str) -> Result<Option<PathBuf>> {
    match text(given, key)? {
        Some(text) if text.is_empty() => {
            Err(Error::Setup(format!("{key}: expected a path, found none")))
        }
        text => Ok(text.map(PathBuf::from)),
    }
}

fn wrong(error: &figment::Error, key: Option<&str>) -> Error {
    let path = error.path.join(".");
    let key = if path.is_empty() { key.unwrap_or("configuration") } else { &path };
    Error::Setup(format!("{key}: {}", error.kind))
}

fn backups(given: &Figment) -> Result<Option<Schedule>> {
    let every: Option<String> = text(given, "backup_every")?;
    let every = duration("backup_every", every.as_deref().unwrap_or("24h"))?;
    let keep: usize = read(given, "backup_keep")?.unwrap_or(7);
    if keep == 0 {
        return Err(Error::Setup("backup_keep: expected at least 1".into()));
    }
    let folder = path(given, "backup_dir")?;
    Ok(folder.map(|folder| Schedule { folder, every, keep }))
}

fn signing_key(given: &Figment) -> Result<Option<Vec<u8>>> {
    let direct = secret_key(given)?;
    let file = path(given, "secret_key_file")?;
    match (direct, file) {
        (Some(_), Some(_)) => Err(Error::Setup(
            "secret_key and secret_key_file are both set: keep one of them".into(),
        )),
        (Some(key), None) if key.is_empty() => {
            Err(Error::Setup("secret_key: expected a key, found none".into()))
        }
        (Some(key), None) => Ok(Some(key.into_bytes())),
        (None, Some(path)) => key_from(&path).map(Some),
        (None, None) => Ok(None),
    }
}

/// Read past figment where it comes from the environment: a key of digits would become a number
/// there, and the error about it would show the key.
fn secret_key(given: &Figment) -> Result<Option<String>> {
    for name in ["CALENDAR_SECRET_KEY", "ROCKET_SECRET_KEY"] {
        match std::env::var(name) {
            Ok(key) => return Ok(Some(key)),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(Error::Setup(format!(
                    "secret_key: {name} is not UTF-8: use secret_key_file"
                )));
            }
            Err(std::env::VarError::NotPresent) => {}
        }
    }
    match given.find_value("secret_key") {
        Ok(Value::String(_, key)) => Ok(Some(key)),
        Ok(_) => Err(Error::Setup("secret_key: expected a string in quotes".into())),
        Err(_) => Ok(None),
    }
}

/// The bytes of a key file, without the line break that editors leave at its end.
fn key_from(path: &Path) -> Result<Vec<u8>> {
    let mut key = std::fs::read(path).map_err(|error| {
        Error::Setup(format!("secret_key_file: cannot read {}: {error}", path.display()))
    })?;
    while key.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        key.pop();
    }
    if key.is_empty() {
        return Err(Error::Setup(format!("secret_key_file: {} is empty", path.display())));
    }
    Ok(key)
}
