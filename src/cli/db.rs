//! The `db` commands. `init`, `migrate`, `upgrade` and `status` are here; the others have files of
//! their own.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{backup, flask, moving, output};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::{Database, WallTime};
use crate::store::{self, Contents, Initialised, Plan, Standby, Status};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make the database file with its signing key and no tables, unless it exists
    Init,
    /// Show which migrations are applied and which are pending; changes nothing
    Migrate {
        /// For developers: write the next empty migration in the source tree
        #[arg(short, long, value_name = "WHAT IT DOES")]
        message: Option<String>,
        /// Print JSON
        #[arg(long, conflicts_with = "message")]
        json: bool,
    },
    /// Apply the pending migrations
    Upgrade,
    /// Copy the database to a file and check the copy, with a server running or not
    Backup {
        /// The file to make [default: named by the time, in `backup_dir` or beside the database]
        file: Option<PathBuf>,
    },
    /// Replace the database by a backup, and keep the old one beside it
    Restore {
        /// The backup
        file: PathBuf,
        /// End every token issued so far, which includes those ended after the backup was made
        #[arg(long)]
        end_tokens: bool,
    },
    /// Check every row, and list what is wrong
    Check {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what is in the database
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy a calendar from a file to a PostgreSQL or back, with all ids, tokens and passwords; nothing is kept
    /// unless all that was written is read back the same
    Move {
        /// The database that has the calendar: a file, or postgres://…
        from: String,
        /// The database to copy it to, which has and had no users
        to: String,
        /// Count the rows, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Import a database of the earlier Flask system into a new database, or one that never had users;
    /// lists each row that could not be kept as it was
    ImportFlask {
        /// The SQLite file of the Flask system, which is not changed
        #[arg(value_name = "OLD.sqlite")]
        old: PathBuf,
        /// Report what would be done, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: &Command, config: &Config) -> Result<()> {
    let database = &config.database;
    match command {
        Command::Init => init(database),
        Command::Migrate { message: Some(message), .. } => write_migration(message),
        Command::Migrate { message: None, json } => migrate(database, *json),
        Command::Upgrade => upgrade(database),
        Command::Status { json } => status(database, *json),
        Command::Backup { file } => backup::backup(config, file.as_deref()),
        Command::Restore { file, end_tokens } => backup::restore(config, file, *end_tokens),
        Command::Check { json } => backup::check(config, *json),
        Command::Move { from, to, dry_run } => moving::run(config, from, to, *dry_run),
        Command::ImportFlask { old, dry_run, json } => flask::run(config, old, *dry_run, *json),
    }
}

fn init(database: &Database) -> Result<()> {
    let shown = database;
    match store::init(database)? {
        Initialised::Made => {
            output::line(&format!("made {shown}; next: calendar-server db upgrade"))
        }
        Initialised::There => output::line(&format!("{shown} is there already; nothing was done")),
    }
}

#[derive(Serialize)]
struct Step {
    version: i32,
    name: String,
    state: &'static str,
}

fn migrate(database: &Database, json: bool) -> Result<()> {
    let Plan { applied, pending } = store::plan(database)?;
    let step = |state| {
        move |migration: store::Migration| Step {
            version: migration.version,
            name: migration.name,
            state,
        }
    };
    let steps: Vec<Step> = applied
        .into_iter()
        .map(step("applied"))
        .chain(pending.into_iter().map(step("pending")))
        .collect();
    if json {
        return output::json(&steps);
    }
    let header = ["version", "name", "state"].map(String::from).to_vec();
    let rows = steps
        .iter()
        .map(|step| vec![step.version.to_string(), step.name.clone(), step.state.to_owned()]);
    output::table(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}

fn upgrade(database: &Database) -> Result<()> {
    let applied = store::upgrade(database)?;
    for migration in &applied {
        output::line(&format!("applied V{}__{}", migration.version, migration.name))?;
    }
    output::line(&format!("{} is at version {}", database, store::newest_version()?))
}

#[derive(Serialize)]
struct WireStatus {
    database: String,
    version: i32,
    pending: usize,
    bytes: u64,
    users: u64,
    groups: u64,
    events: u64,
    last_backup: Option<String>,
    backup_failure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standbys: Option<Vec<WireStandby>>,
}

#[derive(Serialize)]
struct WireStandby {
    name: String,
    state: String,
}

fn status(database: &Database, json: bool) -> Result<()> {
    let Status { version, pending, bytes, contents, backups, standbys } = store::status(database)?;
    let Contents { users, groups, events } = contents;
    let database = database.to_string();
    let shown = |at: WallTime| at.to_string().trim_end_matches(" GMT").to_owned();
    let last_backup = backups.last.map(shown);
    let backup_failure = backups.failed.map(|(at, why)| format!("{}: {why}", shown(at)));
    let status = WireStatus {
        database,
        version,
        pending,
        bytes,
        users,
        groups,
        events,
        last_backup,
        backup_failure,
        standbys: standbys.map(|all| {
            all.into_iter().map(|Standby { name, state }| WireStandby { name, state }).collect()
        }),
    };
    if json {
        return output::json(&status);
    }
    let state = match pending {
        0 => version.to_string(),
        _ => format!("{version}, {pending} pending: calendar-server db upgrade"),
    };
    let mut rows = vec![
        ("database", status.database),
        ("version", state),
        ("size", format!("{bytes} bytes")),
        ("users", users.to_string()),
        ("groups", groups.to_string()),
        ("events", events.to_string()),
    ];
    match status.standbys {
        None => rows.push(("last backup", status.last_backup.unwrap_or_else(|| "never".into()))),
        Some(standbys) if standbys.is_empty() => rows.push(("standbys", "none".into())),
        Some(standbys) => rows.extend(
            standbys.into_iter().map(|one| ("standby", format!("{} ({})", one.name, one.state))),
        ),
    }
    if let Some(failure) = status.backup_failure {
        rows.push(("backup failed", failure));
    }
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]);
    output::table(&rows.collect::<Vec<_>>())
}

/// Writes `migrations/V<n>__<message>.sql`, empty, in the source tree of the working directory, and its pair for
/// PostgreSQL.
fn write_migration(message: &str) -> Result<()> {
    let words = message.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
    if name.is_empty() {
        return Err(Error::Setup(
            "-m: expected words in ASCII letters and digits, such as \"add colour\"".into(),
        ));
    }
    let folder = Path::new("migrations");
    let cannot = |error| Error::Setup(format!("cannot write in migrations/: {error}"));
    if !folder.is_dir() {
        return Err(Error::Setup(
            "there is no folder migrations/ here: run it in the source tree".into(),
        ));
    }
    let mut newest = 0;
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let name = entry.map_err(cannot)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix('V')?.split_once("__"));
        newest = newest.max(number.and_then(|(number, _)| number.parse().ok()).unwrap_or(0));
    }
    let name = format!("V{}__{name}.sql", newest + 1_u32);
    let folders = [folder.to_owned(), folder.join("postgres")];
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let path = folder.join(&name);
        fs::File::create_new(&path).map_err(cannot)?;
        output::line(&format!("wrote {}", path.display()))?;
    }
    Ok(())
}
