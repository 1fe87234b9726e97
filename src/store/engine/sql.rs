//! What the file of a table sees of both databases: a statement, its parameters, a row.
//!
//! A statement is written once, in the SQL that both have, with the parameters `?1`, `?2` … SQLite takes
//! them as they are. PostgreSQL is sent `$1`, `$2` …, which SQLite would number by their first
//! appearance. Where the two need different words, both stand beside each other ([`Sql::each`]). The type
//! of a parameter is that of its value and never inferred: PostgreSQL would take `?2 - 86400` for four bytes.

use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::error::{Error, Result};

/// A statement, in the words of both databases.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Sql {
    sqlite: &'static str,
    postgres: &'static str,
    locked: Option<Lock>,
}

/// Which rows a statement locks in PostgreSQL, and how.
#[derive(Debug, Clone, Copy)]
struct Lock {
    /// The alias of their table in the statement.
    table: &'static str,
    strength: &'static str,
}

/// Where the text of a statement is in this program, and how long it is; how it locks rows.
pub(super) type Key = (usize, usize, Option<&'static str>);

impl Sql {
    /// One that has the same words in both.
    pub(in crate::store) const fn both(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text, locked: None }
    }

    /// One that has not.
    pub(in crate::store) const fn each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres, locked: None }
    }

    /// The same, keeping other transactions from changing the rows of `table` (its alias in the
    /// statement) until this one ends. In SQLite only one transaction writes at a time.
    pub(in crate::store) const fn locking(self, table: &'static str) -> Self {
        Self { locked: Some(Lock { table, strength: "NO KEY UPDATE" }), ..self }
    }

    /// The same, keeping other transactions only from deleting the rows of `table` until this one ends.
    pub(in crate::store) const fn keeping(self, table: &'static str) -> Self {
        Self { locked: Some(Lock { table, strength: "KEY SHARE" }), ..self }
    }

    /// The text for SQLite.
    pub(in crate::store) const fn sqlite(self) -> &'static str {
        self.sqlite
    }

    /// The text for PostgreSQL.
    pub(in crate::store) fn postgres(self) -> String {
        let text = self.postgres.replace('?', "$");
        match self.locked {
            Some(Lock { table, strength }) => format!("{text} FOR {strength} OF {table}"),
            None => text,
        }
    }

    /// Identifies the text for PostgreSQL: no other statement of this program has the same.
    pub(super) fn key(self) -> Key {
        let strength = self.locked.map(|lock| lock.strength);
        (self.postgres.as_ptr() as usize, self.postgres.len(), strength)
    }
}

/// The value of a parameter.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Param<'v> {
    Integer(Option<i64>),
    Text(Option<&'v str>),
    Bytes(&'v [u8]),
}

macro_rules! integers {
    ($($type:ty),+) => {
        $(
            impl From<$type> for Param<'_> {
                fn from(value: $type) -> Self {
                    Self::Integer(Some(value.into()))
                }
            }

            impl From<Option<$type>> for Param<'_> {
                fn from(value: Option<$type>) -> Self {
                    Self::Integer(value.map(Into::into))
                }
            }
        )+
    };
}
integers!(i64, u32, u16, bool);

impl<'v> From<&'v str> for Param<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Some(text))
    }
}

impl<'v> From<&'v String> for Param<'v> {
    fn from(text: &'v String) -> Self {
        Self::Text(Some(text))
    }
}

impl<'v> From<Option<&'v str>> for Param<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::Text(text)
    }
}

impl<'v> From<&'v [u8]> for Param<'v> {
    fn from(bytes: &'v [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Integer(Some(number)) => ValueRef::Integer(number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Integer(None) | Self::Text(None) => ValueRef::Null,
        }))
    }
}

/// The parameters of a statement, in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::engine::sql::Param::from($value)),*]
    };
}
pub(in crate::store) use params;

/// A row of an answer.
pub(in crate::store) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// The value in the column at `at`, counted from 0.
    pub(in crate::store) fn get<T: Column>(&self, at: usize) -> Result<T> {
        T::of(self, at)
    }
}

/// A value that a row can have.
pub(in crate::store) trait Column: Sized {
    /// The value in the column of `row` at `at`.
    ///
    /// # Errors
    /// [`Error::Internal`] if it is of another type.
    fn of(row: &Row<'_>, at: usize) -> Result<Self>;
}

macro_rules! columns {
    ($($type:ty),+) => {
        $(impl Column for $type {
            fn of(row: &Row<'_>, at: usize) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => Ok(row.get(at)?),
                    Row::Postgres(row) => Ok(row.try_get(at)?),
                }
            }
        })+
    };
}
columns!(i64, Option<i64>, String, Option<String>, Vec<u8>);

/// Both databases keep it as 0 or 1.
impl Column for bool {
    fn of(row: &Row<'_>, at: usize) -> Result<Self> {
        Ok(row.get::<i64>(at)? != 0)
    }
}

impl Column for Option<bool> {
    fn of(row: &Row<'_>, at: usize) -> Result<Self> {
        Ok(row.get::<Option<i64>>(at)?.map(|number| number != 0))
    }
}

impl Column for u32 {
    fn of(row: &Row<'_>, at: usize) -> Result<Self> {
        let number: i64 = row.get(at)?;
        number.try_into().map_err(|_| Error::Internal(format!("{number} is not a count")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Sql = Sql::both("SELECT id FROM event e WHERE id = ?1 AND starts > ?2");

    #[test]
    fn postgres_is_sent_parameters_by_number_and_a_lock() {
        assert_eq!(FIRST.postgres(), "SELECT id FROM event e WHERE id = $1 AND starts > $2");
        assert_eq!(
            FIRST.locking("e").postgres(),
            "SELECT id FROM event e WHERE id = $1 AND starts > $2 FOR NO KEY UPDATE OF e"
        );
        assert_ne!(FIRST.key(), FIRST.locking("e").key());
        assert_ne!(FIRST.keeping("e").key(), FIRST.locking("e").key());
        assert!(FIRST.keeping("e").postgres().ends_with(" FOR KEY SHARE OF e"));
        assert_eq!(FIRST.locking("e").sqlite(), FIRST.sqlite());
    }
}
