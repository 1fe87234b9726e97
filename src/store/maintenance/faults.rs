//! What a check of a database finds, and how it is said: one line for each fault of a row.

use crate::error::Result;
use crate::model::{ShortText, WallTime};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};

/// How many faults are listed: nobody reads more.
pub(super) const MOST: usize = 1000;

/// What is wrong with a database.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The first of them, one line each.
    pub listed: Vec<String>,
    /// How many more there are.
    pub more: usize,
    /// Whether SQLite stopped before the end, so that there may be even more.
    pub stopped: bool,
}

impl Faults {
    pub(in crate::store) fn add(&mut self, fault: String) {
        if self.listed.len() < MOST {
            self.listed.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// What is wrong with a text that the store keeps without reading it, if anything. The caller knows iCalendar.
#[derive(Debug, Clone, Copy)]
pub struct TextReaders {
    /// For the rule of a series (RFC 5545, 3.3.10).
    pub rule: fn(&str) -> Option<String>,
    /// For an object that came from elsewhere.
    pub object: fn(&str) -> Option<String>,
}

/// A fault of a row, if there is one.
pub(super) type Fault = Option<String>;

/// Looks at the rows of `table` that `sql` gives; their first column is their key.
pub(super) fn each(
    conn: Conn<'_>,
    table: &str,
    sql: Sql,
    faults: &mut Faults,
    of: impl Fn(&Row<'_>) -> Result<Vec<Fault>>,
) -> Result<()> {
    conn.each(sql, params![], |row| {
        let key: String = row.get(0)?;
        let found = of(row).unwrap_or_else(|error| vec![Some(error.to_string())]);
        let texts = found.into_iter().flatten();
        texts.for_each(|fault| faults.add(format!("{table} {key}: {fault}")));
        Ok(())
    })
}

/// The same, for a key that is an id; not for rows that are looked at twice.
pub(super) fn each_with_id(
    conn: Conn<'_>,
    table: &str,
    sql: Sql,
    faults: &mut Faults,
    of: impl Fn(&Row<'_>) -> Result<Vec<Fault>>,
) -> Result<()> {
    each(conn, table, sql, faults, |row| {
        let key: String = row.get(0)?;
        let own = when(key == "0" || key.starts_with('-'), "id: is not positive");
        let found = of(row).unwrap_or_else(|error| vec![Some(error.to_string())]);
        Ok(std::iter::once(own).chain(found).collect())
    })
}

/// The fault `what`, if it is `wrong`.
pub(super) fn when(wrong: bool, what: &str) -> Fault {
    wrong.then(|| what.to_owned())
}

/// Faults of a short text.
pub(super) fn short(row: &Row<'_>, column: usize, name: &str) -> Result<Fault> {
    let text: String = row.get(column)?;
    Ok(match ShortText::well_formed(&text) {
        Ok(parsed) => when(parsed.as_str() != text, &format!("{name}: has white space at an end")),
        Err(expected) => Some(expected.of(name).to_string()),
    })
}

/// Faults of a time.
pub(super) fn time(row: &Row<'_>, column: usize, name: &str) -> Result<Fault> {
    let seconds: Option<i64> = row.get(column)?;
    let wrong = seconds.is_some_and(|seconds| WallTime::from_seconds(seconds).is_err());
    Ok(when(wrong, &format!("{name}: is outside the years 0001 to 9999")))
}
