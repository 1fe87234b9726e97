//! Every setting, read from its sources and checked once, at the start.
//!
//! A flag beats the environment (`CALENDAR_PORT`, and `ROCKET_PORT` as everywhere in Rocket), which
//! beats `Rocket.toml`, which beats the built-in default. An unknown key or a wrong value is an
//! error that names the key: a misspelt key that is ignored shows up much later, as another
//! problem. No error shows the value of a secret.

mod database;
mod front;
mod keys;
mod lookup;
mod secret;
mod sources;
mod values;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use rocket::config::LogLevel;
use rocket::figment::providers::Env;
use rocket::figment::{Figment, Profile};

pub(crate) use front::is_prefix;
pub use front::{Front, Tls};
pub use keys::keys;
pub use sources::Flags;
pub use values::LogFormat;

use crate::error::{Error, Result};
use crate::model::{
    Bounds, Database, FeedSpan, HISTORY_DAYS, Invitations, PostgresUrl, Rate, TRASH_DAYS,
};
use lookup::{path, read, text, texts, wrong};
use values::{
    duration, frame_ancestors, invitations, log_format, networks, origins, rate, registration_open,
    socket_address, span, zone,
};

/// The defaults that depend on the command.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// The section of `Rocket.toml` that is read besides `[default]` and `[global]`, unless
    /// `ROCKET_PROFILE` names another.
    pub profile: &'static str,
    /// The value of `auth_rate`.
    pub auth_rate: &'static str,
    /// The value of `write_rate`.
    pub write_rate: &'static str,
}

/// For a laptop, where the only client is whoever started the server.
pub const LAPTOP: Defaults = Defaults { profile: "debug", auth_rate: "off", write_rate: "off" };
/// For a deployment.
pub const DEPLOYMENT: Defaults =
    Defaults { profile: "release", auth_rate: "10/min", write_rate: "3000/min" };

/// The schedule of the server's own backups.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The folder of the backups.
    pub folder: PathBuf,
    /// The time from one backup to the next.
    pub every: Duration,
    /// How many backups are kept, at least 1.
    pub keep: usize,
}

/// Every setting, checked.
#[derive(Clone)]
pub struct Config {
    /// Where the calendar is kept.
    pub database: Database,
    /// What a PostgreSQL is reached by, without its address.
    postgres: PostgresUrl,
    /// The zone whose wall clock the calendar shows.
    pub zone: TimeZone,
    /// The key that signs tokens; without one, the key that was made with the database signs them.
    pub signing_key: Option<Vec<u8>>,
    /// How long a token is valid; without one, for ever.
    pub token_lifetime: Option<Duration>,
    /// Whether anybody may register.
    pub registration_open: bool,
    /// Who may accept an invitation to a group.
    pub invitations: Invitations,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// How much one user may have.
    pub bounds: Bounds,
    /// How many days the history goes back; with 0, there is none.
    pub history_days: u32,
    /// How many days a deleted group stays in the trash; with 0, it is purged at once.
    pub trash_days: u32,
    /// How far feeds go back and ahead.
    pub feed_span: FeedSpan,
    /// The networks of the operator's own from which outside calendars are fetched all the same.
    pub feed_networks: Vec<IpNet>,
    /// Which pages may have the page of a feed in them.
    pub frame_ancestors: Vec<String>,
    /// How often one address may register and sign in; `None` for no limit.
    pub auth_rate: Option<Rate>,
    /// How often one user may write; `None` for no limit.
    pub write_rate: Option<Rate>,
    /// The backups that the server makes, if it makes any.
    pub backups: Option<Schedule>,
    /// Where the metrics are served, if they are.
    pub metrics_address: Option<SocketAddr>,
    /// Where it listens, and what it allows a connection.
    pub front: Front,
    /// How many threads serve requests.
    pub workers: usize,
    /// The most threads for work that blocks, besides those.
    pub max_blocking: usize,
    /// How much is logged.
    pub log_level: LogLevel,
    /// The form of its lines.
    pub log_format: LogFormat,
    /// Rocket's own settings, complete.
    pub rocket: Figment,
    /// Warnings for the operator about the configuration, one line each.
    pub warnings: Vec<String>,
}

/// The signing key is not shown.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("database", &self.database).finish_non_exhaustive()
    }
}

impl Config {
    /// The database that a command names: a path, or the address of a PostgreSQL, which is reached as the keys say.
    #[must_use]
    pub fn database_called(&self, name: &str) -> Database {
        if PostgresUrl::is_meant_by(name) {
            Database::Postgres(self.postgres.clone().with_url(name.to_owned()))
        } else {
            Database::from(name)
        }
    }

    /// Reads the configuration of the working directory and the environment.
    ///
    /// # Errors
    /// [`Error::Setup`] that names the key.
    pub fn load(defaults: Defaults, flags: &Flags) -> Result<Self> {
        let profile =
            std::env::var("ROCKET_PROFILE").unwrap_or_else(|_| defaults.profile.to_owned());
        let (file, mut warnings) = sources::file(&profile)?;
        let given = Figment::from(file)
            .merge(Env::prefixed("ROCKET_").ignore(&["config", "profile", "secret_key"]).global())
            .merge(Env::prefixed("CALENDAR_").ignore(&["secret_key"]).global())
            .select(Profile::new(&profile));
        let given = sources::with_flags(given, flags);
        keys::check(&given)?;
        let rocket = keys::rocket_settings(&given)?;
        let settings = rocket::Config::try_from(&rocket).map_err(|error| wrong(&error, None))?;
        for (key, value) in [("workers", settings.workers), ("max_blocking", settings.max_blocking)]
        {
            if value == 0 {
                return Err(Error::Setup(format!("{key}: expected at least 1")));
            }
        }
        let zone = zone(text(&given, "timezone")?)?;
        if zone.is_unknown() {
            warnings.push(
                "the time zone of this machine cannot be told (see TZ), so the calendar shows UTC: set timezone, for example to \"Asia/Seoul\"".into(),
            );
        }
        let postgres = database::postgres(&given)?;
        let database = database::database(&given, &postgres)?;
        warnings.extend(database::warning(&given, &database));
        let signing_key = secret::signing_key(&given)?;
        let front = front::front(
            &given,
            SocketAddr::new(settings.address, settings.port),
            settings.keep_alive,
        )?;
        warnings.extend(secret::warnings(&given, signing_key.as_deref(), front.tls.as_ref()));
        let default_span = FeedSpan::default();
        let rate_of =
            |key: &str, default: &str| rate(key, text(&given, key)?.as_deref().unwrap_or(default));
        Ok(Self {
            database,
            postgres,
            zone,
            signing_key,
            token_lifetime: text(&given, "token_lifetime")?
                .map(|text| duration("token_lifetime", &text))
                .transpose()?,
            registration_open: registration_open(text(&given, "registration")?.as_deref())?,
            invitations: invitations(text(&given, "invitations")?.as_deref())?,
            bounds: bounds(&given)?,
            history_days: read(&given, "history_days")?.unwrap_or(HISTORY_DAYS),
            trash_days: read(&given, "trash_days")?.unwrap_or(TRASH_DAYS),
            feed_span: FeedSpan {
                past: span("feed_past", text(&given, "feed_past")?.as_deref(), default_span.past)?,
                future: span(
                    "feed_future",
                    text(&given, "feed_future")?.as_deref(),
                    default_span.future,
                )?,
            },
            feed_networks: networks("feed_networks", &texts(&given, "feed_networks")?)?,
            frame_ancestors: frame_ancestors(texts(&given, "frame_ancestors")?)?,
            auth_rate: rate_of("auth_rate", defaults.auth_rate)?,
            write_rate: rate_of("write_rate", defaults.write_rate)?,
            backups: backups(&given)?,
            metrics_address: text(&given, "metrics_address")?
                .map(|text| socket_address("metrics_address", &text))
                .transpose()?,
            front,
            cors_origins: origins(texts(&given, "cors_origins")?)?,
            workers: settings.workers,
            max_blocking: settings.max_blocking,
            log_level: settings.log_level,
            log_format: log_format(text(&given, "log_format")?.as_deref())?,
            // Rocket's own log shows whole request lines, with the words that people search for.
            rocket: rocket.merge(("log_level", LogLevel::Off)),
            warnings,
        })
    }
}

fn bounds(given: &Figment) -> Result<Bounds> {
    let bound = |key: &str, default: u32| match read(given, key)?.unwrap_or(default) {
        0 => Err(Error::Setup(format!("{key}: expected at least 1"))),
        bound => Ok(bound),
    };
    let default = Bounds::default();
    Ok(Bounds {
        groups: bound("max_groups", default.groups)?,
        selected_groups: bound("max_selected_groups", default.selected_groups)?,
        group_members: bound("max_group_members", default.group_members)?,
        events: bound("max_events", default.events)?,
        series: bound("max_series", default.series)?,
    })
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
