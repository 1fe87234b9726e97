//! Whether a database is what it should be: its pages, the references between its rows, and the
//! rules of the API on each of them.

use std::fmt::Display;
use std::path::Path;

use rusqlite::{Connection, Row};

use super::file::{self, Found};
use super::schema;
use crate::error::{Error, Result};
use crate::model::{ShortText, WallTime, fold};

/// How many faults are listed; a database with more is past reading them.
const MOST: usize = 1000;

/// Looks at every row of the database at `path`, changes nothing, and gives what is wrong.
///
/// # Errors
/// [`Error::Setup`] if there is no database, it is not migrated, or it cannot be read.
pub fn check(path: &Path) -> Result<Vec<String>> {
    look_at(path).map_err(|error| file::about(path, error))
}

fn look_at(path: &Path) -> Result<Vec<String>> {
    if file::look(path)? != Found::Calendar {
        return Err(file::missing(path));
    }
    if !schema::plan(path)?.pending.is_empty() {
        return Err(schema::unmigrated(path));
    }
    let conn = file::open_to_look(path)?;
    conn.execute_batch("BEGIN")?;
    let mut faults = structure(&conn)?;
    rows(&conn, &mut faults)?;
    faults.truncate(MOST);
    Ok(faults)
}

/// What is wrong with the pages, and with the references between rows.
pub(super) fn structure(conn: &Connection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let sql = format!("PRAGMA integrity_check({MOST})");
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let said: String = row.get(0)?;
        if said != "ok" {
            faults.push(said);
        }
    }
    let mut missing = Vec::new();
    let mut statement = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let id = id.map_or_else(String::new, |id| format!(" {id}"));
        missing.push(format!("{table}{id}: refers to a {parent} that does not exist"));
    }
    missing.sort();
    faults.extend(missing);
    Ok(faults)
}

/// What is wrong with single rows.
fn rows(conn: &Connection, faults: &mut Vec<String>) -> Result<()> {
    each(
        conn,
        "SELECT id, email, email_folded, created, token_generation FROM user",
        faults,
        |row| {
            let (email, folded): (String, String) = (row.get(1)?, row.get(2)?);
            Ok(vec![
                // The email itself may be any text: users of the earlier system keep theirs.
                when(folded != fold(&email), "email_folded: is not the folded email"),
                time(row, 3, "created")?,
                when(row.get::<_, i64>(4)? < 0, "token_generation: is negative"),
            ])
        },
    )?;
    each(conn, "SELECT id, name, created, updated FROM calendar_group", faults, |row| {
        Ok(vec![short(row, 1, "name")?, time(row, 2, "created")?, time(row, 3, "updated")?])
    })?;
    let events =
        "SELECT id, subject, subject_folded, birthday, starts, ends, created, updated FROM event";
    each(conn, events, faults, |row| {
        let (subject, folded, birthday): (String, String, bool) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let (starts, ends): (i64, i64) = (row.get(4)?, row.get(5)?);
        Ok(vec![
            // That of a birthday holds an email, which may be longer.
            if birthday { None } else { short(row, 1, "subject")? },
            when(folded != fold(&subject), "subject_folded: is not the folded subject"),
            when(ends < starts, "ends: is before its start"),
            when(
                birthday && (ends != starts || starts.rem_euclid(86_400) != 0),
                "starts: a birthday is at midnight",
            ),
            time(row, 4, "starts")?,
            time(row, 5, "ends")?,
            time(row, 6, "created")?,
            time(row, 7, "updated")?,
        ])
    })
}

type Fault = Option<String>;

fn each(
    conn: &Connection,
    sql: &str,
    faults: &mut Vec<String>,
    of: impl Fn(&Row<'_>) -> rusqlite::Result<Vec<Fault>>,
) -> Result<()> {
    let table = sql.rsplit(' ').next().unwrap_or_default();
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let own = when(id <= 0, "id: is not positive");
        let found = of(row).unwrap_or_else(|error| vec![Some(error.to_string())]);
        let texts = std::iter::once(own).chain(found).flatten();
        faults.extend(texts.map(|fault| format!("{table} {id}: {fault}")));
        if faults.len() >= MOST {
            break;
        }
    }
    Ok(())
}

fn when(wrong: bool, what: &str) -> Fault {
    wrong.then(|| what.to_owned())
}

/// `as_is`: that parsing left the value as it is stored.
fn parsed(name: impl Display, as_is: Result<bool>) -> Fault {
    match as_is {
        Ok(true) => None,
        Ok(false) => Some(format!("{name}: has white space at an end")),
        Err(Error::Invalid(why)) => Some(why),
        Err(other) => Some(other.to_string()),
    }
}

fn short(row: &Row<'_>, column: usize, name: &str) -> rusqlite::Result<Fault> {
    let text: String = row.get(column)?;
    Ok(parsed(name, ShortText::parse(name, &text).map(|parsed| parsed.as_str() == text)))
}

fn time(row: &Row<'_>, column: usize, name: &str) -> rusqlite::Result<Fault> {
    let seconds: Option<i64> = row.get(column)?;
    let wrong = seconds.is_some_and(|seconds| WallTime::from_seconds(seconds).is_err());
    Ok(when(wrong, &format!("{name}: is outside the years 0001 to 9999")))
}
