//! Whether a database is what it should be: its pages, the references between its rows, and the
//! rules of the API on each of them.

use std::fmt::Display;
use std::path::Path;

use argon2::password_hash::phc::PasswordHash;
use rusqlite::types::Value;
use rusqlite::{Connection, Row};

use super::migrations;
use crate::error::{Error, Result};
use crate::model::{ShortText, WallTime, casefold};
use crate::store::engine::{Place, explain, file};

/// How many faults are listed; a database with more is past reading them.
const MOST: usize = 1000;

/// What is wrong with a database.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The first of them, a line each.
    pub listed: Vec<String>,
    /// How many there are beyond those.
    pub more: usize,
    /// Whether SQLite stopped looking, so that there may be still more.
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

/// Looks at every row of the database at `path`, changes nothing, and gives what is wrong.
///
/// # Errors
/// [`Error::Setup`] if there is no database, it is not migrated, or it cannot be read.
pub fn check(path: &Path) -> Result<Faults> {
    let place = Place::of(path);
    explain::named(&place, look_at(&place))
}

fn look_at(place: &Place) -> Result<Faults> {
    let conn = file::calendar(place)?;
    migrations::check_migrated(place, &conn)?;
    let mut faults = structure(&conn)?;
    single_rows(&conn, &mut faults)?;
    rows(&conn, &mut faults)?;
    sequences(&conn, &mut faults)?;
    Ok(faults)
}

/// What is wrong with the pages, and with the references between rows.
pub(in crate::store) fn structure(conn: &Connection) -> Result<Faults> {
    let mut faults = Faults::default();
    let sql = format!("PRAGMA integrity_check({MOST})");
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut said = 0;
    while let Some(row) = rows.next()? {
        let fault: String = row.get(0)?;
        if fault != "ok" {
            faults.add(fault);
            said += 1;
        }
    }
    faults.stopped = said >= MOST;
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
    missing.into_iter().for_each(|fault| faults.add(fault));
    Ok(faults)
}

/// Whether the tables of one row have it: the key that signs tokens, and how far the index of the
/// search has come, without which no search of a large calendar finds a new event.
fn single_rows(conn: &Connection, faults: &mut Faults) -> Result<()> {
    for table in ["signing_key", "subject_gram_progress"] {
        let there = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE id = 1)");
        if !conn.query_row(&there, [], |row| row.get(0))? {
            faults.add(format!("{table}: there is none"));
        }
    }
    Ok(())
}

/// What is wrong with the numbers from which ids are given out, so that one could come again.
fn sequences(conn: &Connection, faults: &mut Faults) -> Result<()> {
    for table in ["user", "calendar_group", "event"] {
        let sql = format!(
            "SELECT coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}'), 0),
                coalesce((SELECT max(id) FROM {table}), 0)"
        );
        let (last, highest): (i64, i64) =
            conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if last < highest {
            faults.add(format!("sqlite_sequence {table}: is {last}, and there is an id {highest}"));
        }
    }
    Ok(())
}

/// What is wrong with single rows.
fn rows(conn: &Connection, faults: &mut Faults) -> Result<()> {
    each(
        conn,
        "SELECT id, email, email_folded, created, token_generation, password_hash FROM user",
        faults,
        |row| {
            let (email, folded): (String, String) = (row.get(1)?, row.get(2)?);
            Ok(vec![
                // The email itself may be any text: users of the earlier system keep theirs.
                when(folded != casefold(&email), "email_folded: is not the folded email"),
                time(row, 3, "created")?,
                when(row.get::<_, i64>(4)? < 0, "token_generation: is negative"),
                when(
                    row.get::<_, Option<String>>(5)?.is_some_and(|hash| !is_hash(&hash)),
                    "password_hash: is no argon2id hash",
                ),
            ])
        },
    )?;
    let removed =
        "SELECT lower(hex(email_digest)), length(email_digest), token_generation FROM removed_user";
    each(conn, removed, faults, |row| {
        Ok(vec![
            when(row.get::<_, i64>(1)? != 32, "email_digest: is no SHA-256"),
            when(row.get::<_, i64>(2)? < 0, "token_generation: is negative"),
        ])
    })?;
    each(conn, "SELECT id, finished FROM backup", faults, |row| {
        Ok(vec![time(row, 1, "finished")?])
    })?;
    each(conn, "SELECT id, name, created, updated FROM calendar_group", faults, |row| {
        Ok(vec![short(row, 1, "name")?, time(row, 2, "created")?, time(row, 3, "updated")?])
    })?;
    let events = "SELECT id, subject, subject_folded, birthday, starts, ends, created, updated,
        group_id IS NULL OR (group_id, length_class) IN (SELECT group_id, length_class FROM group_length_class)
        FROM event";
    each(conn, events, faults, |row| {
        let (subject, folded, birthday): (String, String, bool) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let (starts, ends): (i64, i64) = (row.get(4)?, row.get(5)?);
        Ok(vec![
            // That of a birthday holds an email, which may be longer.
            if birthday { None } else { short(row, 1, "subject")? },
            when(folded != casefold(&subject), "subject_folded: is not the folded subject"),
            when(ends < starts, "ends: is before its start"),
            when(
                birthday && (ends != starts || starts.rem_euclid(86_400) != 0),
                "starts: a birthday is at midnight",
            ),
            time(row, 4, "starts")?,
            time(row, 5, "ends")?,
            time(row, 6, "created")?,
            time(row, 7, "updated")?,
            // Then no view asks for it.
            when(!row.get::<_, bool>(8)?, "length_class: its group is not known to have it"),
        ])
    })
}

type Fault = Option<String>;

/// Looks at the rows that `sql` gives, whose first column is what they are known by.
fn each(
    conn: &Connection,
    sql: &str,
    faults: &mut Faults,
    of: impl Fn(&Row<'_>) -> rusqlite::Result<Vec<Fault>>,
) -> Result<()> {
    let table = sql.rsplit(' ').next().unwrap_or_default();
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, own) = match row.get::<_, Value>(0)? {
            Value::Integer(id) => (id.to_string(), when(id <= 0, "id: is not positive")),
            Value::Text(name) => (name, None),
            other => (format!("{other:?}"), None),
        };
        let found = of(row).unwrap_or_else(|error| vec![Some(error.to_string())]);
        let texts = std::iter::once(own).chain(found).flatten();
        texts.for_each(|fault| faults.add(format!("{table} {id}: {fault}")));
    }
    Ok(())
}

/// Whether a stored password can be checked at all: the hash of another algorithm never could.
fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| {
        hash.algorithm == argon2::ARGON2ID_IDENT
            && hash.hash.is_some()
            && argon2::Params::try_from(&hash).is_ok()
    })
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
