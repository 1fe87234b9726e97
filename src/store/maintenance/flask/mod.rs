//! The database of the earlier system, which was written in Python with Flask and SQLAlchemy: its
//! rows as they are. `domain/flask/` decides what becomes of them.
//!
//! That file is only ever read, and nothing is left beside it (`open.rs`).

mod open;

use std::borrow::Cow;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::error::{Error, Result};
use crate::store::engine::Place;
use open::{connect, unreadable};

/// A table of the earlier system.
struct Table {
    name: &'static str,
    /// The columns that are read, besides the key `id`.
    columns: &'static [&'static str],
    /// Gives the key and those columns of the rows whose key is `?1` to `?2`.
    select: &'static str,
}

const USER: Table = Table {
    name: "user",
    columns: &["email", "selected_calendar_group"],
    select: r#"SELECT id, email, selected_calendar_group FROM "user"
        WHERE id BETWEEN ?1 AND ?2 ORDER BY id"#,
};

const GROUP: Table = Table {
    name: "group",
    columns: &["name", "created", "updated", "creator_email"],
    select: r#"SELECT id, name, created, updated, creator_email FROM "group"
        WHERE id BETWEEN ?1 AND ?2 ORDER BY id"#,
};

const EVENT: Table = Table {
    name: "event",
    columns: &["email", "subject", "sdate", "edate", "created", "updated", "group", "birthday"],
    select: r#"SELECT id, email, subject, sdate, edate, created, updated, "group", birthday
        FROM event WHERE id BETWEEN ?1 AND ?2 ORDER BY id"#,
};

/// The columns of the table ?1, and whether each is an integer key.
const COLUMNS: &str =
    "SELECT lower(name), pk = 1 AND upper(type) = 'INTEGER' FROM pragma_table_info(?1)";

/// The highest id that is kept. It is far below the end of 64 bits, so that ids never run out after it.
const HIGHEST_KEPT_ID: i64 = i64::MAX / 2;

/// All ids: first those that can be kept.
const RANGES: [(i64, i64); 3] =
    [(1, HIGHEST_KEPT_ID), (i64::MIN, 0), (HIGHEST_KEPT_ID + 1, i64::MAX)];

/// An open database of the earlier system, in one state from beginning to end.
#[derive(Debug)]
pub struct Flask {
    conn: Connection,
    place: Place,
}

/// A row of its table `user`.
#[derive(Debug, Default)]
pub struct OldUser {
    /// Its key.
    pub id: i64,
    /// The email address, which the user's tokens carry.
    pub email: Option<String>,
    /// Group ids joined by commas, of groups that may have been deleted.
    pub selected: Option<String>,
    /// Whether some of its text was not UTF-8 or had U+0000. U+FFFD replaces each.
    pub garbled: bool,
}

/// A row of its table `group`.
#[derive(Debug, Default)]
pub struct OldGroup {
    /// Its key.
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// When it was made, as text.
    pub created: Option<String>,
    /// When it was renamed, as text.
    pub updated: Option<String>,
    /// The email address of its creator.
    pub creator_email: Option<String>,
    /// Whether some of its text was not UTF-8 or had U+0000. U+FFFD replaces each.
    pub garbled: bool,
}

/// A row of its table `event`.
#[derive(Debug, Default)]
pub struct OldEvent {
    /// Its key.
    pub id: i64,
    /// The email address of its creator.
    pub email: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// When it begins, as text.
    pub sdate: Option<String>,
    /// When it ends, as text.
    pub edate: Option<String>,
    /// When it was made, as text.
    pub created: Option<String>,
    /// When it was changed, as text.
    pub updated: Option<String>,
    /// The id of its group, as text.
    pub group: Option<String>,
    /// `1` for a birthday.
    pub birthday: Option<String>,
    /// Whether some of its text was not UTF-8 or had U+0000. U+FFFD replaces each.
    pub garbled: bool,
}

impl Flask {
    /// Opens the database at `path` to read it.
    ///
    /// # Errors
    /// [`Error::Setup`] if it is not a database of the earlier system, with what is missing, or if it
    /// cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let old = Self { conn: connect(&place)?, place };
        [USER, GROUP, EVENT].iter().try_for_each(|table| old.check(table))?;
        Ok(old)
    }

    /// Checks that the table exists and has the columns that are read.
    fn check(&self, Table { name: table, columns, .. }: &Table) -> Result<()> {
        let look = || -> rusqlite::Result<Vec<(String, bool)>> {
            let mut statement = self.conn.prepare(COLUMNS)?;
            statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let there = look().map_err(|error| unreadable(&self.place, &error))?;
        let missing = |what: String| {
            let place = &self.place;
            Err(Error::Setup(format!(
                "{place} is not a database of the Flask system: {what} is missing"
            )))
        };
        if there.is_empty() {
            return missing(format!("its table {table}"));
        }
        for column in std::iter::once(&"id").chain(columns.iter()) {
            if !there.iter().any(|(name, _)| name == column) {
                return missing(format!("the column {column} of its table {table}"));
            }
        }
        if !there.contains(&("id".into(), true)) {
            return missing(format!("the integer key id of its table {table}"));
        }
        Ok(())
    }

    /// Gives `work` each user: by id those whose id can be kept, then the others.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Setup`] if the file cannot be read.
    pub fn each_user(&self, work: impl FnMut(OldUser) -> Result<()>) -> Result<()> {
        let read = |row: &Row<'_>| {
            let mut user = OldUser { id: row.get(0)?, ..OldUser::default() };
            user.email = text(row, 1, &mut user.garbled)?;
            user.selected = text(row, 2, &mut user.garbled)?;
            Ok(user)
        };
        self.each(&USER, read, work)
    }

    /// Gives `work` each group: by id those whose id can be kept, then the others.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Setup`] if the file cannot be read.
    pub fn each_group(&self, work: impl FnMut(OldGroup) -> Result<()>) -> Result<()> {
        let read = |row: &Row<'_>| {
            let mut group = OldGroup { id: row.get(0)?, ..OldGroup::default() };
            group.name = text(row, 1, &mut group.garbled)?;
            group.created = text(row, 2, &mut group.garbled)?;
            group.updated = text(row, 3, &mut group.garbled)?;
            group.creator_email = text(row, 4, &mut group.garbled)?;
            Ok(group)
        };
        self.each(&GROUP, read, work)
    }

    /// Gives `work` each event: by id those whose id can be kept, then the others.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Setup`] if the file cannot be read.
    pub fn each_event(&self, work: impl FnMut(OldEvent) -> Result<()>) -> Result<()> {
        let read = |row: &Row<'_>| {
            let mut event = OldEvent { id: row.get(0)?, ..OldEvent::default() };
            event.email = text(row, 1, &mut event.garbled)?;
            event.subject = text(row, 2, &mut event.garbled)?;
            event.sdate = text(row, 3, &mut event.garbled)?;
            event.edate = text(row, 4, &mut event.garbled)?;
            event.created = text(row, 5, &mut event.garbled)?;
            event.updated = text(row, 6, &mut event.garbled)?;
            event.group = text(row, 7, &mut event.garbled)?;
            event.birthday = text(row, 8, &mut event.garbled)?;
            Ok(event)
        };
        self.each(&EVENT, read, work)
    }

    /// Reads one row at a time, so that it does not matter how many there are. Ordering by whether
    /// an id can be kept would make SQLite sort all rows first, so each range is a query of its
    /// own.
    fn each<T>(
        &self,
        table: &Table,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut work: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let unreadable = |error| unreadable(&self.place, &error);
        for range in RANGES {
            let mut statement = self.conn.prepare(table.select).map_err(unreadable)?;
            let mut rows = statement.query(range).map_err(unreadable)?;
            while let Some(row) = rows.next().map_err(unreadable)? {
                work(read(row).map_err(unreadable)?)?;
            }
        }
        Ok(())
    }
}

/// Whether an id of the earlier system can be kept. There, an id is any integer; here, it is
/// positive.
#[must_use]
pub fn can_be_kept(id: i64) -> bool {
    (1..=HIGHEST_KEPT_ID).contains(&id)
}

/// A value of any type as text, since a column of SQLite holds values of any type. U+0000, which no
/// text may have here, becomes U+FFFD, like bytes that are not UTF-8. Either sets `garbled`.
fn text(row: &Row<'_>, column: usize, garbled: &mut bool) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            *garbled |= matches!(text, Cow::Owned(_)) || text.contains('\0');
            Some(text.replace('\0', "\u{fffd}"))
        }
    })
}
