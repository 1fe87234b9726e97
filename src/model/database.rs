//! Where a calendar is kept.

use std::fmt;
use std::path::{Path, PathBuf};

/// The database of a calendar.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file, by its path.
    File(PathBuf),
    /// A PostgreSQL, which several servers share.
    Postgres(PostgresUrl),
}

impl Database {
    /// The path of the file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Database {
    fn from(path: &P) -> Self {
        Self::File(path.as_ref().to_owned())
    }
}

impl From<&Database> for Database {
    fn from(database: &Database) -> Self {
        database.clone()
    }
}

/// Without the user and the password of an address.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => write!(f, "{url:?}"),
        }
    }
}

/// The address of a PostgreSQL database, with what its servers are told and checked by.
#[derive(Clone)]
pub struct PostgresUrl {
    url: String,
    password: Option<String>,
    ca: Option<PathBuf>,
    connections: usize,
}

/// The number of connections of a server by default. Four for each core of PostgreSQL is about what it can use.
const CONNECTIONS: usize = 8;

impl PostgresUrl {
    /// Whether `text` is meant as the address of a PostgreSQL and not as the path of a file.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// The database at `url`, whose form is that of `libpq`.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self { url, password: None, ca: None, connections: CONNECTIONS }
    }

    /// The same at another URL.
    #[must_use]
    pub fn with_url(self, url: String) -> Self {
        Self { url, ..self }
    }

    /// The same, with a password that is not in the URL.
    #[must_use]
    pub fn with_password(self, password: Option<String>) -> Self {
        Self { password, ..self }
    }

    /// The same over TLS, with the file of the certificates that the server's is checked by, in PEM.
    #[must_use]
    pub fn with_ca(self, ca: Option<PathBuf>) -> Self {
        Self { ca, ..self }
    }

    /// The same with another number of connections.
    #[must_use]
    pub fn with_connections(self, connections: Option<usize>) -> Self {
        Self { connections: connections.unwrap_or(self.connections), ..self }
    }

    /// The URL, which may hold a password.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether it is clear where the user and the password end: they may hold no raw `/` or `?`.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.url.split_once("://").is_some_and(|(_, rest)| {
            rest.rsplit_once('@').is_none_or(|(before, _)| !before.contains(['/', '?']))
        })
    }

    /// The password that is not in the URL, if there is one.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The certificates that the server's is checked by.
    #[must_use]
    pub fn ca(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    /// How many connections a server has.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections
    }
}

/// Without the user, the password and the parameters.
impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_plain() {
            return f.write_str("postgres://…");
        }
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        write!(f, "postgres://{}", place.split('?').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_user_and_password() {
        for (url, shown) in [
            ("postgres://calendar:p@ss@db:5432/calendar", "postgres://db:5432/calendar"),
            ("postgresql://a,b/calendar?user=u&password=secret", "postgres://a,b/calendar"),
            ("postgres://", "postgres://"),
            ("postgres://calendar:pa?ss@db/calendar", "postgres://…"),
            ("postgres://db/calendar?user=calendar&password=p@ss", "postgres://…"),
        ] {
            let url = PostgresUrl::new(url.into()).with_password(Some("secret".into()));
            assert_eq!(Database::Postgres(url.clone()).to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
        }
    }
}
