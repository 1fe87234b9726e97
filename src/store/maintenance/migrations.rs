//! The migrations: plain SQL under `migrations/`, embedded in the binary, run by refinery. Those of PostgreSQL
//! have a folder of their own there (`maintenance/postgres.rs`).
//!
//! Each is committed together with its row in refinery's history, so that a crash leaves it done or
//! undone. A database whose history has a migration that this binary does not know is newer than the
//! binary, and is refused before anything is written to it.

use std::fmt::Display;
use std::path::Path;

use include_dir::{Dir, include_dir};
use refinery::{Runner, Target};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::error::{Error, Result};
use crate::model::{lowercase, search_key};
use crate::store::engine::file::{self, Found};
use crate::store::engine::lock::Lock;
use crate::store::engine::{Place, connection, explain};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

const HAS_HISTORY: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')";
const HISTORY: &str =
    "SELECT version, name, checksum FROM refinery_schema_history ORDER BY version";

/// The migration that makes emails unique by their lower case alone.
const LOWER_CASE_EMAILS: i32 = 12;
/// Two users who are one in lower case, as `İ` and `i` are, and were two with case folded.
const SAME_IN_LOWER_CASE: &str = r#"
SELECT group_concat(email, ' and ') FROM "user" GROUP BY lowercase(email) HAVING count(*) > 1 LIMIT 1"#;

const BROKEN_REFERENCES: &str = "SELECT count(*) FROM pragma_foreign_key_check";

/// A migration, by the name of its file, `V<version>__<name>.sql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number, from 1.
    pub version: i32,
    /// What it does, in words joined by `_`.
    pub name: String,
}

/// The migrations of this binary, by whether a database has them.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// Those that the database has, oldest first.
    pub applied: Vec<Migration>,
    /// Those that it lacks, in the order in which they are applied.
    pub pending: Vec<Migration>,
}

/// The schema version that this binary makes.
///
/// # Errors
/// [`Error::Internal`] if an embedded file is misnamed, which a test rules out.
pub fn newest_version() -> Result<i32> {
    Ok(sqlite()?.iter().map(refinery::Migration::version).max().unwrap_or(0))
}

/// Compares the database at `path` with this binary, without changing it. Where there is none, every
/// migration is pending.
///
/// # Errors
/// [`Error::Setup`] if the file is not a calendar database or is newer than this binary.
pub(in crate::store) fn plan(path: &Path) -> Result<Plan> {
    let place = Place::of(path);
    match file::look(&place)? {
        Found::Nothing | Found::Empty => compare(&place, &sqlite()?, &[]),
        Found::Calendar(conn) => plan_of(&place, &conn),
    }
}

/// The same for the database at `place` that `conn` is open on.
pub(in crate::store) fn plan_of(place: &Place, conn: &Connection) -> Result<Plan> {
    compare(place, &sqlite()?, &history(place, conn)?)
}

/// Checks that no migration is pending.
///
/// # Errors
/// [`Error::Setup`] if one is, or as [`plan`].
pub(in crate::store) fn check_migrated(place: &Place, conn: &Connection) -> Result<()> {
    check_none_pending(place, &plan_of(place, conn)?)
}

/// The same for the database `shown`, of which `plan` is known.
pub(super) fn check_none_pending(shown: &impl Display, plan: &Plan) -> Result<()> {
    if plan.pending.is_empty() {
        return Ok(());
    }
    Err(Error::Setup(format!("{shown} is not migrated: run calendar-server db upgrade")))
}

/// Applies the pending migrations to the database at `path`, each in a transaction of its own, and
/// gives those that it applied.
///
/// # Errors
/// [`Error::Setup`] if there is no database, if it is newer than this binary, or if a migration
/// fails. The migrations before it stay applied.
pub(in crate::store) fn upgrade(path: &Path) -> Result<Vec<Migration>> {
    let place = Place::of(path);
    let _lock = Lock::to_write(&place)?;
    migrate(&place)
}

/// The same without the lock: the caller has it, or nobody else knows the file.
pub(in crate::store) fn migrate(place: &Place) -> Result<Vec<Migration>> {
    let seen = file::calendar(place)?;
    let pending = plan_of(place, &seen)?.pending;
    // Its transaction would block the first migration.
    drop(seen);
    apply(place, pending)
}

/// Applies `pending`, as [`plan_of`] gave it, to the database at `place`.
///
/// # Errors
/// As [`upgrade`].
pub(in crate::store) fn apply(place: &Place, pending: Vec<Migration>) -> Result<Vec<Migration>> {
    if pending.is_empty() {
        return Ok(pending);
    }
    let mut conn = connection::open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // A table can only be rebuilt with foreign keys off; they are checked below instead.
    conn.pragma_update(None, "foreign_keys", false)?;
    conn.pragma_update(None, "synchronous", "full")?;
    add_functions(&conn)?;
    let known = sqlite()?;
    let mut applied = Vec::new();
    for migration in pending {
        if migration.version == LOWER_CASE_EMAILS {
            refuse_same_emails(&conn, place)?;
        }
        let upto = Target::Version(migration.version);
        let runner = Runner::new(&known).set_grouped(true).set_target(upto);
        let Err(error) = runner.run(&mut conn) else {
            applied.push(migration);
            continue;
        };
        // Another process may have applied it first.
        let waiting = plan_of(place, &conn)?.pending;
        if waiting.contains(&migration) {
            let Migration { version, name } = migration;
            return Err(Error::Setup(format!(
                "migration V{version}__{name} failed, nothing of it was kept: {error}"
            )));
        }
    }
    let broken: i64 = conn.query_row(BROKEN_REFERENCES, [], |row| row.get(0))?;
    if broken > 0 {
        return Err(Error::Setup(format!("{place} has {broken} rows that refer to missing ones")));
    }
    Ok(applied)
}

/// Refuses a database whose emails cannot be unique in lower case.
fn refuse_same_emails(conn: &Connection, place: &Place) -> Result<()> {
    let same: Option<String> =
        conn.query_row(SAME_IN_LOWER_CASE, [], |row| row.get(0)).optional()?;
    match same {
        None => Ok(()),
        Some(emails) => Err(Error::Setup(format!(
            "{place} cannot be upgraded: {emails} are one user in lower case; remove one of them with the version before"
        ))),
    }
}

/// A migrated temporary database, which SQLite keeps in memory, or in a temporary file if it grows.
pub(in crate::store) fn scratch() -> Result<Connection> {
    let mut conn = Connection::open("")?;
    add_functions(&conn)?;
    let migrated = Runner::new(&sqlite()?).run(&mut conn);
    migrated.map_err(|error| Error::Internal(format!("cannot migrate: {error}")))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    Ok(conn)
}

/// Adds the SQL functions that migrations call: SQLite's own know no Unicode.
///
/// # Errors
/// If SQLite refuses them.
pub fn add_functions(conn: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, function) in
        [("lowercase", lowercase as fn(&str) -> String), ("search_key", search_key)]
    {
        conn.create_scalar_function(name, 1, flags, move |context| {
            Ok(function(context.get_raw(0).as_str()?))
        })?;
    }
    Ok(())
}

/// The migrations of SQLite, by their version.
pub(super) fn sqlite() -> Result<Vec<refinery::Migration>> {
    embedded(&FILES)
}

/// The migrations in a folder, by their version.
pub(super) fn embedded(folder: &Dir<'_>) -> Result<Vec<refinery::Migration>> {
    let mut migrations = folder
        .files()
        // An editor may leave other files beside them.
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "sql"))
        .map(|file| {
            let name = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            parse(name, file.contents())
        })
        .collect::<Result<Vec<_>>>()?;
    migrations.sort();
    Ok(migrations)
}

/// The migration in a file of that name, without its ending.
fn parse(name: &str, contents: &[u8]) -> Result<refinery::Migration> {
    let cannot = |why: &dyn Display| Error::Internal(format!("embedded migration {name}: {why}"));
    let sql = str::from_utf8(contents).map_err(|error| cannot(&error))?;
    refinery::Migration::unapplied(name, sql).map_err(|error| cannot(&error))
}

/// A row of refinery's history: version, name, checksum.
pub(super) type Applied = (i32, String, String);

fn history(place: &Place, conn: &Connection) -> Result<Vec<Applied>> {
    let read = || {
        if !conn.query_row(HAS_HISTORY, [], |row| row.get(0))? {
            return Ok(Vec::new());
        }
        conn.prepare(HISTORY)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
    };
    read().map_err(|error| explain::unusable(place, &error))
}

/// Compares the history of the database `place` with the migrations that are `known`.
pub(super) fn compare(
    place: &impl Display,
    known: &[refinery::Migration],
    history: &[Applied],
) -> Result<Plan> {
    let of = |migration: &refinery::Migration| Migration {
        version: migration.version(),
        name: migration.name().to_owned(),
    };
    for (version, name, checksum) in history {
        let Some(migration) = known.iter().find(|migration| migration.version() == *version) else {
            return Err(Error::Setup(format!(
                "{place} is at version {version}, newer than this binary's {}: use a newer calendar-server",
                newest_version()?
            )));
        };
        if *name != migration.name() || *checksum != migration.checksum().to_string() {
            return Err(Error::Setup(format!(
                "{place} was migrated by another V{version} than this binary's: use the calendar-server that made it"
            )));
        }
    }
    let (applied, pending) = known
        .iter()
        .map(of)
        .partition(|migration| history.iter().any(|(version, ..)| *version == migration.version));
    Ok(Plan { applied, pending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_that_is_not_utf_8_or_has_no_number_is_an_error() {
        assert!(parse("V1__first", b"SELECT 1").is_ok());
        for (name, contents) in [("V1__first", b"\xff".as_slice()), ("first", b"SELECT 1")] {
            let error = parse(name, contents).unwrap_err().to_string();
            assert!(error.contains(&format!("embedded migration {name}: ")), "{error}");
        }
    }

    #[test]
    fn migrations_are_numbered_from_one_without_gaps() {
        let versions: Vec<_> = sqlite().unwrap().iter().map(refinery::Migration::version).collect();
        assert_eq!(versions, (1..=newest_version().unwrap()).collect::<Vec<_>>());
    }
}
