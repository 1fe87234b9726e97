//! The database of the earlier system, which was written in Python with Flask and SQLAlchemy: its
//! rows as they are, and the rows that are made of them here. What becomes of which is decided in
//! `domain/import/`.
//!
//! That file is only ever read, and nothing is left beside it. How it is opened depends on its
//! journal. In the rollback mode that the earlier system used, a read-only connection makes no
//! file, and its lock keeps a system that still runs from changing what is being read. In WAL mode
//! a reader would make a `-wal` and a `-shm` and could not remove them: where there is no log, the
//! file is read as one that nobody changes, and where there is a log without its index, as after a
//! crash, it is refused, since the file without its log is not all of it. Copying the file away to
//! open it there was rejected: a copy of a file in use is not one state of it.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};

use crate::error::{Error, Result};
use crate::model::{Email, EventId, GroupId, ShortText, UserId, WallTime, casefold};
use crate::store::engine::{BUSY_TIMEOUT, Place, connection, explain};
use crate::store::{NewEvent, Snapshot, Transaction};

/// What is read, by table.
const TABLES: [(&str, &[&str]); 3] = [
    ("user", &["id", "email", "selected_calendar_group"]),
    ("group", &["id", "name", "created", "updated", "creator_email"]),
    (
        "event",
        &["id", "email", "subject", "sdate", "edate", "created", "updated", "group", "birthday"],
    ),
];

/// The highest id that is kept: so far below the end of 64 bits that ids never run out after it.
const HIGHEST_KEPT_ID: i64 = i64::MAX / 2;

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
    /// The address, which is also what the user's tokens say.
    pub email: Option<String>,
    /// Group ids joined by commas, of groups that may have been deleted.
    pub selected: Option<String>,
    /// Whether some of its text was not UTF-8; what was not is U+FFFD here.
    pub garbled: bool,
}

/// A row of its table `group`.
#[derive(Debug, Default)]
pub struct OldGroup {
    /// Its key.
    pub id: i64,
    /// What it is called.
    pub name: Option<String>,
    /// When it was made, as text.
    pub created: Option<String>,
    /// When it was renamed, as text.
    pub updated: Option<String>,
    /// Who made it.
    pub creator_email: Option<String>,
    /// Whether some of its text was not UTF-8; what was not is U+FFFD here.
    pub garbled: bool,
}

/// A row of its table `event`.
#[derive(Debug, Default)]
pub struct OldEvent {
    /// Its key.
    pub id: i64,
    /// Who registered it.
    pub email: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// When it begins, as text.
    pub sdate: Option<String>,
    /// When it ends, as text.
    pub edate: Option<String>,
    /// When it was registered, as text.
    pub created: Option<String>,
    /// When it was changed, as text.
    pub updated: Option<String>,
    /// The id of its group, as text.
    pub group: Option<String>,
    /// `1` for a birthday.
    pub birthday: Option<String>,
    /// Whether some of its text was not UTF-8; what was not is U+FFFD here.
    pub garbled: bool,
}

impl Flask {
    /// Opens the database at `path` to read it.
    ///
    /// # Errors
    /// [`Error::Setup`] that says what is missing if it is no database of the earlier system, or why
    /// it cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path);
        let old = Self { conn: connect(&place)?, place };
        for (table, columns) in TABLES {
            old.has(table, columns)?;
        }
        Ok(old)
    }

    fn has(&self, table: &str, columns: &[&str]) -> Result<()> {
        let look = || -> rusqlite::Result<Vec<(String, bool)>> {
            let sql =
                "SELECT lower(name), pk = 1 AND upper(type) = 'INTEGER' FROM pragma_table_info(?1)";
            let mut statement = self.conn.prepare(sql)?;
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
        for column in columns {
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
        self.each(&TABLES[0], read, work)
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
        self.each(&TABLES[1], read, work)
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
        self.each(&TABLES[2], read, work)
    }

    /// One row at a time, so that it does not matter how many there are.
    fn each<T>(
        &self,
        (table, columns): &(&str, &[&str]),
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut work: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let unreadable = |error| unreadable(&self.place, &error);
        let columns = columns.join("\", \"");
        for within in ["BETWEEN", "NOT BETWEEN"] {
            let sql = format!(
                "SELECT \"{columns}\" FROM \"{table}\"
                 WHERE id {within} 1 AND {HIGHEST_KEPT_ID} ORDER BY id"
            );
            let mut statement = self.conn.prepare(&sql).map_err(unreadable)?;
            let mut rows = statement.query([]).map_err(unreadable)?;
            while let Some(row) = rows.next().map_err(unreadable)? {
                work(read(row).map_err(unreadable)?)?;
            }
        }
        Ok(())
    }
}

/// Whether an id of the earlier system is one here too. SQLite takes any integer, but an id here is
/// positive.
#[must_use]
pub fn can_be_kept(id: i64) -> bool {
    (1..=HIGHEST_KEPT_ID).contains(&id)
}

/// A value as text, whatever it is: a column of SQLite holds values of any type.
fn text(row: &Row<'_>, column: usize, garbled: &mut bool) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            *garbled |= matches!(text, Cow::Owned(_));
            Some(text.into_owned())
        }
    })
}

fn connect(place: &Place) -> Result<Connection> {
    match fs::metadata(place.path()) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::Setup(format!(
                "there is no file {place}: name the SQLite file of the Flask system"
            )));
        }
        Err(error) => return Err(Error::Setup(format!("cannot open {place}: {error}"))),
        Ok(found) if !found.is_file() => {
            return Err(Error::Setup(format!(
                "{place} is not a file: name the SQLite file of the Flask system"
            )));
        }
        Ok(_) => {}
    }
    let wal_mode = is_in_wal_mode(place);
    let has_log = wal_mode && fs::metadata(place.wal()).is_ok_and(|log| log.len() > 0);
    if has_log && !place.shm().exists() {
        return Err(left_open(place));
    }
    let begun = || -> rusqlite::Result<Connection> {
        let uri = connection::uri(place, wal_mode && !has_log);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(uri, flags)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.execute_batch("BEGIN")?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(conn)
    };
    begun().map_err(|error| unreadable(place, &error))
}

/// By the file's header (SQLite's file format, 1.3.3). False for a file that cannot be read, which
/// cannot be opened either.
fn is_in_wal_mode(place: &Place) -> bool {
    let mut header = [0; 20];
    let read = File::open(place.path()).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

fn left_open(place: &Place) -> Error {
    Error::Setup(format!(
        "{place} was not closed by the program that wrote to it: import a copy, made by sqlite3 {place} \"VACUUM INTO 'copy.sqlite'\""
    ))
}

fn unreadable(place: &Place, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::Setup(format!(
            "{place} is not a database: name the SQLite file of the Flask system"
        )),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Error::Setup(format!(
            "no permission to read {place}: run as its owner, or change its mode ({error})"
        )),
        // A change was interrupted, and undoing it would be another one.
        Some(ErrorCode::ReadOnly) => left_open(place),
        _ => explain::unusable(place, error),
    }
}

impl Snapshot<'_> {
    /// Whether there is a user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_users(&self) -> Result<bool> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM user)", [], |row| row.get(0))?)
    }

    /// Whether there has ever been a user, so that ids have been given out.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_had_users(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_sequence
            WHERE name IN ('user', 'calendar_group', 'event') AND seq > 0)";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }

    /// How many users, groups and events there are.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_all(&self) -> Result<[u64; 3]> {
        let sql = "SELECT (SELECT count(*) FROM user), (SELECT count(*) FROM calendar_group),
            (SELECT count(*) FROM event)";
        let counts: [i64; 3] =
            self.conn.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
        Ok(counts.map(i64::unsigned_abs))
    }
}

/// Rows that come with ids; a row without one gets the next.
impl Transaction<'_> {
    /// Adds a user for whom the tokens of the earlier system count; the address must not be taken.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_user(
        &self,
        id: Option<UserId>,
        email: &Email,
        created: WallTime,
    ) -> Result<UserId> {
        let sql = "INSERT INTO user (id, email, email_folded, created) VALUES (?1, ?2, ?3, ?4)";
        let mut statement = self.conn.prepare_cached(sql)?;
        let row = (id.map(|id| id.0), email.as_str(), email.folded(), created.seconds());
        Ok(UserId(statement.insert(row)?))
    }

    /// Lets the next user's id be higher than `id`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn pass_user_id(&self, UserId(id): UserId) -> Result<()> {
        let sql = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'user'";
        self.conn.execute(sql, [id])?;
        Ok(())
    }

    /// Adds a group; its creator must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_group(
        &self,
        id: Option<GroupId>,
        creator: UserId,
        name: &ShortText,
        created: WallTime,
        updated: Option<WallTime>,
    ) -> Result<GroupId> {
        let sql = "INSERT INTO calendar_group (id, name, creator_id, created, updated)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        Ok(GroupId(self.conn.prepare_cached(sql)?.insert((
            id.map(|id| id.0),
            name.as_str(),
            creator.0,
            created.seconds(),
            updated.map(WallTime::seconds),
        ))?))
    }

    /// Adds an event; its user and group must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_event(
        &self,
        id: Option<EventId>,
        event: &NewEvent<'_>,
        updated: Option<WallTime>,
    ) -> Result<EventId> {
        let sql = "INSERT INTO event
            (id, user_id, group_id, subject, subject_folded, starts, ends, created, updated, birthday)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        Ok(EventId(self.conn.prepare_cached(sql)?.insert((
            id.map(|id| id.0),
            event.user.0,
            event.group.map(|group| group.0),
            event.subject,
            casefold(event.subject),
            event.times.starts().seconds(),
            event.times.ends().seconds(),
            event.created.seconds(),
            updated.map(WallTime::seconds),
            event.birthday,
        ))?))
    }
}
