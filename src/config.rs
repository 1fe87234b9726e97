//! Every setting, read from where it may stand and checked once, at start.
//!
//! A flag beats the environment (`CALENDAR_PORT`, and `ROCKET_PORT` as everywhere in Rocket), which
//! beats `Rocket.toml`, which beats the built-in default. A key that is unknown, or whose value is
//! none, is an error that names it: a misspelt key that was ignored would show much later, and as
//! something else. No error shows the value of a secret.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use rocket::config::LogLevel;
use rocket::figment::providers::{Env, Format, Serialized, Toml};
use rocket::figment::value::{Dict, Value};
use rocket::figment::{self, Figment, Profile, Provider};
use serde::de::DeserializeOwned;

use crate::app::Rate;
use crate::error::{Error, Result};

const OURS: [&str; 9] = [
    "database",
    "timezone",
    "secret_key_file",
    "secret_key",
    "token_lifetime",
    "registration",
    "cors_origins",
    "auth_rate",
    "trusted_proxies",
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
        let (file, warnings) = file()?;
        let given = Figment::from(file)
            .merge(Env::prefixed("ROCKET_").ignore(&["config", "profile", "secret_key"]).global())
            .merge(Env::prefixed("CALENDAR_").ignore(&["secret_key"]).global())
            .select(Profile::new(&profile));
        let given = with_flags(given, flags);
        check_keys(&given)?;
        let rocket = rocket_settings(&given)?;
        let settings = rocket::Config::try_from(&rocket).map_err(|error| wrong(&error, None))?;
        Ok(Self {
            database: read(&given, "database")?.unwrap_or_else(|| "calendar.sqlite".into()),
            zone: zone(read(&given, "timezone")?)?,
            signing_key: signing_key(&given)?,
            token_lifetime: read::<String>(&given, "token_lifetime")?
                .map(|text| lifetime(&text))
                .transpose()?,
            registration_open: registration_open(
                read::<String>(&given, "registration")?.as_deref(),
            )?,
            auth_rate: rate(
                &read::<String>(&given, "auth_rate")?.unwrap_or_else(|| defaults.auth_rate.into()),
            )?,
            trusted_proxies: proxies(
                &read::<Vec<String>>(&given, "trusted_proxies")?.unwrap_or_default(),
            )?,
            address: settings.address,
            cors_origins: origins(read(&given, "cors_origins")?.unwrap_or_default())?,
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
fn file() -> Result<(impl Provider, Vec<String>)> {
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
    provider.data().map_err(|error| Error::Setup(format!("{}: {}", path.display(), error.kind)))?;
    Ok((provider, warnings))
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

fn wrong(error: &figment::Error, key: Option<&str>) -> Error {
    let path = error.path.join(".");
    let key = if path.is_empty() { key.unwrap_or("configuration") } else { &path };
    Error::Setup(format!("{key}: {}", error.kind))
}

fn zone(name: Option<String>) -> Result<TimeZone> {
    match name {
        None => Ok(TimeZone::system()),
        Some(name) => TimeZone::get(&name).map_err(|_| {
            Error::Setup(format!(
                "timezone: {name:?} is not a time zone: give an IANA name such as \"Asia/Seoul\""
            ))
        }),
    }
}

fn lifetime(text: &str) -> Result<Duration> {
    let read = || {
        let span: jiff::Span = text.parse().ok()?;
        let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
        Duration::try_from(duration).ok().filter(|duration| duration.as_secs() > 0)
    };
    read().ok_or_else(|| {
        Error::Setup(format!(
            "token_lifetime: {text:?} is no length of time: give one such as \"365d\" or \"12h\""
        ))
    })
}

/// `10/min`: so many in a second, a minute or an hour; `off` for no limit.
fn rate(text: &str) -> Result<Option<Rate>> {
    if text == "off" {
        return Ok(None);
    }
    let read = || {
        let (times, unit) = text.split_once('/')?;
        let seconds = match unit.trim() {
            "s" => 1,
            "min" => 60,
            "h" => 3600,
            _ => return None,
        };
        Some(Rate { times: times.trim().parse().ok()?, per: Duration::from_secs(seconds) })
    };
    read().map(Some).ok_or_else(|| {
        Error::Setup(format!(
            "auth_rate: {text:?} is no rate: give one such as \"10/min\" (s, min or h), or \"off\""
        ))
    })
}

fn proxies(given: &[String]) -> Result<Vec<IpNet>> {
    let read = |text: &String| {
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map_err(|_| {
            Error::Setup(format!(
                "trusted_proxies: {text:?} is no address: give one such as \"127.0.0.1\" or \"10.0.0.0/8\""
            ))
        })
    };
    given.iter().map(read).collect()
}

fn registration_open(text: Option<&str>) -> Result<bool> {
    match text {
        None | Some("open") => Ok(true),
        Some("closed") => Ok(false),
        Some(other) => Err(Error::Setup(format!(
            "registration: expected \"open\" or \"closed\", found {other:?}"
        ))),
    }
}

/// An origin is a scheme and a host, with a port where it is not the scheme's own, and no path
/// (RFC 6454, 6.2); `*` stands for all.
fn origins(given: Vec<String>) -> Result<Vec<String>> {
    for origin in &given {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let sound = host.is_some_and(|host| {
            !host.is_empty()
                && !host
                    .contains(|c: char| "/?#@ ".contains(c) || c.is_control() || c.is_uppercase())
        });
        if !sound && origin != "*" {
            return Err(Error::Setup(format!(
                "cors_origins: {origin:?} is no origin: give one such as \"https://app.example.com\""
            )));
        }
    }
    Ok(given)
}

fn signing_key(given: &Figment) -> Result<Option<Vec<u8>>> {
    let direct = secret_key(given)?;
    let file: Option<PathBuf> = read(given, "secret_key_file")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_length_of_time() {
        assert_eq!(lifetime("365d").unwrap(), Duration::from_secs(365 * 86_400));
        assert_eq!(lifetime("12h").unwrap(), Duration::from_secs(12 * 3600));
        for bad in ["", "0d", "-1d", "365", "soon", "1y and a bit"] {
            assert!(
                lifetime(bad).unwrap_err().to_string().starts_with("token_lifetime: "),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for good in ["*", "https://app.example.com", "http://localhost:8080", "http://[::1]:3000"] {
            assert!(origins(vec![good.into()]).is_ok(), "{good}");
        }
        for bad in ["", "app.example.com", "https://", "https://a/", "https://a b", "null"] {
            assert!(origins(vec![bad.into()]).is_err(), "{bad}");
        }
    }
}
