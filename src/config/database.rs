//! Where the calendar is kept. No error shows a password.

use rocket::figment::Figment;

use super::lookup::{path, read, text};
use super::secret;
use crate::error::{Error, Result};
use crate::model::{Database, PostgresUrl};

/// The keys that are for a PostgreSQL alone.
const SHARED: [&str; 3] = ["database_password_file", "database_ca", "database_connections"];

/// What a PostgreSQL is reached by, without its address.
///
/// # Errors
/// [`Error::Setup`] that names the key.
pub(super) fn postgres(given: &Figment) -> Result<PostgresUrl> {
    let password = path(given, "database_password_file")?
        .map(|file| secret::text_from("database_password_file", &file))
        .transpose()?;
    let connections: Option<usize> = read(given, "database_connections")?;
    if connections == Some(0) {
        return Err(Error::Setup("database_connections: expected at least 1".into()));
    }
    Ok(PostgresUrl::new(String::new())
        .with_password(password)
        .with_ca(path(given, "database_ca")?)
        .with_connections(connections))
}

/// The database that `database` names: a file, or a PostgreSQL that is reached as `postgres` says.
///
/// # Errors
/// [`Error::Setup`] that names the key.
pub(super) fn database(given: &Figment, postgres: &PostgresUrl) -> Result<Database> {
    match text(given, "database")? {
        Some(url) if PostgresUrl::is_meant_by(&url) => {
            Ok(Database::Postgres(postgres.clone().with_url(url)))
        }
        _ => {
            Ok(Database::File(path(given, "database")?.unwrap_or_else(|| "calendar.sqlite".into())))
        }
    }
}

/// What the operator should know: the keys that say nothing about a file.
pub(super) fn warning(given: &Figment, database: &Database) -> Option<String> {
    database.file()?;
    let key = SHARED.iter().find(|key| given.find_value(key).is_ok())?;
    Some(format!(
        "{key} is set, and database is a file: it is for one such as postgres://db.example.com/calendar"
    ))
}
