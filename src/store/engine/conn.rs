//! A connection to either database, for the files of the tables.

use std::fmt;

use super::postgres::session::Session;
use super::sql::{Param, Row, Sql};
use crate::error::{Error, Result};

/// A connection that is in a transaction.
#[derive(Clone, Copy)]
pub(in crate::store) enum Conn<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c Session),
}

impl fmt::Debug for Conn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Sqlite",
            Self::Postgres(_) => "Postgres",
        })
    }
}

impl Conn<'_> {
    /// Which history of the database this is; see [`CalendarVersion`](crate::model::CalendarVersion).
    pub(in crate::store) fn lineage(self) -> u64 {
        match self {
            Self::Sqlite(_) => 0,
            Self::Postgres(session) => session.lineage(),
        }
    }

    /// Hands each row of `sql` to `work`, as it comes. `work` must not use this connection.
    ///
    /// # Errors
    /// Those of `work`; if the database cannot be read.
    pub(in crate::store) fn each(
        self,
        sql: Sql,
        params: &[Param<'_>],
        mut work: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(sql.sqlite())?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                while let Some(row) = rows.next()? {
                    work(&Row::Sqlite(row))?;
                }
                Ok(())
            }
            Self::Postgres(session) => session.each(&[(sql, params)], &mut work),
        }
    }

    /// The same for several statements, in their order. PostgreSQL is sent all of them at once.
    ///
    /// # Errors
    /// As [`Conn::each`].
    pub(in crate::store) fn each_of(
        self,
        statements: &[(Sql, &[Param<'_>])],
        mut work: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(_) => {
                statements.iter().try_for_each(|(sql, params)| self.each(*sql, params, &mut work))
            }
            Self::Postgres(session) => session.each(statements, &mut work),
        }
    }

    /// All rows of `sql`, as `read` reads them.
    ///
    /// # Errors
    /// As [`Conn::each`].
    pub(in crate::store) fn rows<T>(
        self,
        sql: Sql,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of `sql`, if there is any.
    ///
    /// # Errors
    /// As [`Conn::each`].
    pub(in crate::store) fn row<T>(
        self,
        sql: Sql,
        params: &[Param<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match self {
            Self::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(sql.sqlite())?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                rows.next()?.map(|row| read(&Row::Sqlite(row))).transpose()
            }
            Self::Postgres(session) => {
                let (mut read, mut first) = (Some(read), None);
                session.each(&[(sql, params)], &mut |row| {
                    if let Some(read) = read.take() {
                        first = Some(read(row)?);
                    }
                    Ok(())
                })?;
                Ok(first)
            }
        }
    }

    /// The row that `sql` always has.
    ///
    /// # Errors
    /// As [`Conn::each`]; [`Error::Internal`] if there is none.
    pub(in crate::store) fn one<T>(
        self,
        sql: Sql,
        params: &[Param<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.row(sql, params, read)?.ok_or_else(|| Error::Internal("a row is missing".into()))
    }

    /// Runs `sql`, which gives no rows, and counts those that it changed.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub(in crate::store) fn execute(self, sql: Sql, params: &[Param<'_>]) -> Result<usize> {
        match self {
            Self::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(sql.sqlite())?;
                Ok(statement.execute(rusqlite::params_from_iter(params))?)
            }
            Self::Postgres(session) => session.execute(sql, params),
        }
    }
}
