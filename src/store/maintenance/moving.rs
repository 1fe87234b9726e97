//! Moving a calendar between a file and PostgreSQL: every row of every table with its ids, the key that signs
//! tokens, and the ids that are not to be used again.
//!
//! The rows are read from one state and written in one transaction. Before that is kept, what was written is
//! read back, and the digests of all rows have to be those of the rows that were read.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::store::engine::conn::Conn;
use crate::store::engine::postgres::session::Copying;
use crate::store::engine::sql::{Param, Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};
use crate::store::tables::sequences;

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Integer,
    Text,
    Bytes,
}

/// A value of a row.
enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
}

/// A table, with the statements that read and write it whole.
struct Table {
    name: &'static str,
    kinds: &'static [Kind],
    count: Sql,
    select: Sql,
    /// For SQLite. A row that a trigger has made already is the same.
    insert: &'static str,
    /// For PostgreSQL.
    copy: &'static str,
}

macro_rules! another {
    ($column:literal) => {
        ", ?"
    };
}

macro_rules! table {
    ($name:literal: $first:literal $kind:ident $(, $column:literal $other:ident)*) => {
        Table {
            name: $name,
            kinds: &[Kind::$kind $(, Kind::$other)*],
            count: Sql::both(concat!("SELECT count(*) FROM ", $name)),
            select: Sql::both(concat!("SELECT ", $first $(, ", ", $column)*, " FROM ", $name)),
            insert: concat!(
                "INSERT INTO ", $name, " (", $first $(, ", ", $column)*,
                ") VALUES (?" $(, another!($column))*, ") ON CONFLICT DO NOTHING"
            ),
            copy: concat!("COPY ", $name, " (", $first $(, ", ", $column)*, ") FROM STDIN"),
        }
    };
}

/// Every table, those that others refer to first. What is not here is made again: the index of the subjects.
static TABLES: [Table; 24] = [
    table!("signing_key": "id" Integer, "key" Bytes),
    table!("database_identity": "id" Integer, "uid_suffix" Text, "history" Integer),
    Table {
        // What PostgreSQL has still to add to the counts is added up.
        select: Sql::each(
            r#"SELECT id, email, email_folded, created, password_hash, token_generation, calendar_version, events
            FROM "user""#,
            r#"SELECT id, email, email_folded, created, password_hash, token_generation, calendar_version,
                events + CAST(coalesce((
                    SELECT sum(c.change) FROM event_count_change c WHERE c.user_id = "user".id), 0) AS BIGINT)
            FROM "user""#,
        ),
        ..table!("\"user\"": "id" Integer, "email" Text, "email_folded" Text, "created" Integer,
            "password_hash" Text, "token_generation" Integer, "calendar_version" Integer, "events" Integer)
    },
    table!("removed_user": "email_digest" Bytes, "token_generation" Integer),
    table!("calendar_group": "id" Integer, "name" Text, "creator_id" Integer, "created" Integer,
        "updated" Integer, "version" Integer, "deleted" Integer, "everyone" Integer, "color" Text, "description" Text,
        "narrowed" Integer, "trashed" Integer),
    table!("member": "group_id" Integer, "user_id" Integer, "role" Integer, "created" Integer),
    table!("import": "id" Integer, "user_id" Integer, "group_id" Integer, "shown" Integer, "event_offset" Integer,
        "object_offset" Integer, "touched" Integer, "abandoned" Integer),
    table!("calendar_object": "id" Integer, "user_id" Integer, "group_id" Integer, "import_id" Integer,
        "change" Integer, "component" Text, "uid" Text, "ics" Text),
    table!("event": "id" Integer, "user_id" Integer, "group_id" Integer, "subject" Text, "subject_folded" Text,
        "starts" Integer, "ends" Integer, "created" Integer, "updated" Integer, "birthday" Integer,
        "revision" Integer, "private" Integer, "properties" Text, "properties_folded" Text, "rule" Text,
        "last_start" Integer, "exceptions" Text, "reach" Integer, "series_id" Integer, "occurrence" Integer,
        "object_id" Integer, "import_id" Integer, "change" Integer),
    table!("tombstones_kept": "user_id" Integer, "group_id" Integer, "kept" Integer, "pruned_to" Integer),
    table!("tombstone": "user_id" Integer, "group_id" Integer, "change" Integer, "name" Text),
    table!("selection": "user_id" Integer, "group_id" Integer),
    table!("group_length_class": "group_id" Integer, "length_class" Integer),
    table!("idempotency_key": "user_id" Integer, "kind" Text, "key" Text, "made_id" Integer, "used" Integer),
    table!("user_settings": "user_id" Integer, "week_start" Text, "clock" Integer, "week_numbers" Integer,
        "day_start" Integer, "day_end" Integer, "\"view\"" Text, "event_minutes" Integer,
        "default_group" Integer, "language" Text, "theme" Text),
    table!("app_password": "id" Integer, "user_id" Integer, "name" Text, "scope" Integer, "digest" Bytes,
        "created" Integer, "used" Integer, "used_from" Text),
    table!("feed": "id" Integer, "user_id" Integer, "group_id" Integer, "busy_only" Integer, "name" Text,
        "digest" Bytes, "created" Integer, "used" Integer),
    table!("invitation": "id" Integer, "group_id" Integer, "inviter_id" Integer, "role" Integer, "digest" Bytes,
        "created" Integer, "expires" Integer),
    table!("calendar_look": "user_id" Integer, "group_id" Integer, "color" Text, "position" Integer),
    table!("calendar_property": "user_id" Integer, "group_id" Integer, "name" Text, "value" Text),
    table!("resource_name": "object_id" Integer, "user_id" Integer, "group_id" Integer, "name" Text),
    table!("subscription": "group_id" Integer, "url" Text, "etag" Text, "modified" Text, "\"read\"" Integer,
        "problem" Text, "wish" Integer, "due" Integer, "failures" Integer),
    table!("history": "id" Integer, "entry_id" Integer, "at" Integer, "email" Text, "door" Integer, "door_name" Text,
        "undoes" Integer, "undone_by" Integer, "user_id" Integer, "group_id" Integer, "kind" Integer, "row_id" Integer,
        "subject" Text, "private" Integer, "image" Text, "state" Integer),
    table!("backup": "id" Integer, "finished" Integer, "failure" Text),
];

/// The last ids that were given out, by table.
const LAST_IDS: Sql = Sql::each(
    "SELECT name, seq FROM sqlite_sequence
        WHERE name IN ('user', 'calendar_group', 'event', 'calendar_object', 'import', 'app_password', 'feed', 'history',
            'invitation')
        ORDER BY name",
    "SELECT CAST('calendar_group' AS text), CASE WHEN is_called THEN last_value ELSE last_value - 1 END
        FROM calendar_group_id_seq
    UNION ALL SELECT 'calendar_object', CASE WHEN is_called THEN last_value ELSE last_value - 1 END
        FROM calendar_object_id_seq
    UNION ALL SELECT 'import', CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM import_id_seq
    UNION ALL SELECT 'event', CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM event_id_seq
    UNION ALL SELECT 'app_password', CASE WHEN is_called THEN last_value ELSE last_value - 1 END
        FROM app_password_id_seq
    UNION ALL SELECT 'feed', CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM feed_id_seq
    UNION ALL SELECT 'history', CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM history_id_seq
    UNION ALL SELECT 'invitation', CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM invitation_id_seq
    UNION ALL SELECT 'user', CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM user_id_seq",
);
const FORGET_LAST_ID: Sql = Sql::both("DELETE FROM sqlite_sequence WHERE name = ?1");
const SET_LAST_ID: Sql = Sql::both("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)");
const DELETE_KEY: Sql = Sql::both("DELETE FROM signing_key");
const DELETE_IDENTITY: Sql = Sql::both("DELETE FROM database_identity");
/// Whether anything but a signing key is there.
const COUNT_ANY: Sql =
    Sql::both(r#"SELECT (SELECT count(*) FROM "user") + (SELECT count(*) FROM removed_user)"#);

/// What was moved, or would be.
#[derive(Debug, PartialEq, Eq)]
pub struct Moved {
    /// The tables, each with how many rows it has.
    pub tables: Vec<(&'static str, u64)>,
}

impl Moved {
    /// How many rows all tables have.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// The number of rows of each table in `from`.
///
/// # Errors
/// If it cannot be read.
pub(in crate::store) fn count(from: &Snapshot<'_>) -> Result<Moved> {
    let of = |table: &Table| {
        let rows: i64 = from.conn.one(table.count, params![], |row| row.get(0))?;
        Ok((table.name.trim_matches('"'), rows.unsigned_abs()))
    };
    Ok(Moved { tables: TABLES.iter().map(of).collect::<Result<_>>()? })
}

/// Checks that `to` has nothing that would be mixed with what is moved.
///
/// # Errors
/// [`Error::Conflict`] if it has, or had, users.
pub(in crate::store) fn check_empty(to: &Snapshot<'_>) -> Result<()> {
    let any: i64 = to.conn.one(COUNT_ANY, params![], |row| row.get(0))?;
    if any > 0 || to.has_had_users()? {
        return Err(Error::Conflict(
            "the database to move to has or had users: move to a new one".into(),
        ));
    }
    Ok(())
}

/// Copies everything that `from` has to `to`, which is empty, and reads it back. Tells `progress` how many rows are
/// done, of how many: each is read twice and written once, and counts once.
///
/// # Errors
/// [`Error::Internal`] if what was read back is not what was written; if one of them cannot be used.
pub(in crate::store) fn copy(
    from: &Snapshot<'_>,
    to: &Transaction<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Moved> {
    // The first statement of a read is on its own, so this comes before those that see one state.
    from.has_users()?;
    let moved = count(from)?;
    check_empty(to)?;
    let total = moved.rows();
    let mut done = 0;
    to.conn.execute(DELETE_KEY, params![])?;
    to.conn.execute(DELETE_IDENTITY, params![])?;
    let mut order: Vec<&Table> = TABLES.iter().collect();
    match to.conn {
        Conn::Postgres(session) => session.batch(
            "ALTER TABLE event DISABLE TRIGGER USER; ALTER TABLE calendar_object DISABLE TRIGGER USER;
             ALTER TABLE calendar_group DISABLE TRIGGER USER;
             ALTER TABLE tombstone DISABLE TRIGGER USER; ALTER TABLE selection DISABLE TRIGGER USER",
        )?,
        Conn::Sqlite(conn) => {
            // The triggers count at rows that are not there yet.
            conn.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            order.reverse();
        }
    }
    let mut digests = Vec::new();
    for table in &order {
        let mut sink = Sink::of(to.conn, table)?;
        let mut digest = RowDigest::default();
        from.conn.each(table.select, params![], |row| {
            let values = read(row, table)?;
            digest.add(&values);
            sink.put(&values)?;
            done += 1;
            if done % 1024 == 0 {
                progress(done, total);
            }
            Ok(())
        })?;
        sink.finish()?;
        digests.push(digest);
    }
    progress(total, total);
    if let Conn::Postgres(session) = to.conn {
        session.batch(
            "SET CONSTRAINTS ALL IMMEDIATE;
             ALTER TABLE event ENABLE TRIGGER USER; ALTER TABLE calendar_object ENABLE TRIGGER USER;
             ALTER TABLE calendar_group ENABLE TRIGGER USER;
             ALTER TABLE tombstone ENABLE TRIGGER USER; ALTER TABLE selection ENABLE TRIGGER USER",
        )?;
    }
    copy_last_ids(from, to)?;
    for (table, digest) in order.iter().zip(digests) {
        let mut written = RowDigest::default();
        to.conn.each(table.select, params![], |row| {
            written.add(&read(row, table)?);
            Ok(())
        })?;
        if written != digest {
            return Err(Error::Internal(format!(
                "{} was not written as it was read: nothing was kept",
                table.name
            )));
        }
    }
    Ok(moved)
}

fn copy_last_ids(from: &Snapshot<'_>, to: &Transaction<'_>) -> Result<()> {
    let last: Vec<(String, i64)> =
        from.conn.rows(LAST_IDS, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (table, id) in last.iter().filter(|(_, id)| *id > 0) {
        match to.conn {
            Conn::Sqlite(_) => {
                to.conn.execute(FORGET_LAST_ID, params![table])?;
                to.conn.execute(SET_LAST_ID, params![table, *id])?;
            }
            Conn::Postgres(session) => sequences::set(session, table, *id)?,
        }
    }
    Ok(())
}

fn read(row: &Row<'_>, table: &Table) -> Result<Vec<Value>> {
    let value = |(at, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Integer => Value::Integer(row.get(at)?),
            Kind::Text => Value::Text(row.get(at)?),
            Kind::Bytes => Value::Bytes(row.get(at)?),
        })
    };
    table.kinds.iter().enumerate().map(value).collect()
}

/// A digest of rows in any order: the number of the rows, and the sum of their own digests.
#[derive(Debug, Default, PartialEq, Eq)]
struct RowDigest {
    rows: u64,
    sum: u128,
}

impl RowDigest {
    fn add(&mut self, row: &[Value]) {
        let mut digest = Sha256::new();
        for value in row {
            let (kind, bytes): (u8, Option<Vec<u8>>) = match value {
                Value::Integer(number) => (0, number.map(|number| number.to_le_bytes().to_vec())),
                Value::Text(text) => (1, text.as_ref().map(|text| text.as_bytes().to_vec())),
                Value::Bytes(bytes) => (2, Some(bytes.clone())),
            };
            digest.update([kind, u8::from(bytes.is_some())]);
            let bytes = bytes.unwrap_or_default();
            digest.update(bytes.len().to_le_bytes());
            digest.update(&bytes);
        }
        let digest = digest.finalize();
        let half: [u8; 16] = std::array::from_fn(|at| digest[at]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
    }
}

/// How many bytes are sent to PostgreSQL at once.
const CHUNK: usize = 256 << 10;

/// What writes the rows of a table.
enum Sink<'c> {
    Sqlite(rusqlite::CachedStatement<'c>),
    Postgres { copying: Copying<'c>, text: Vec<u8> },
}

impl<'c> Sink<'c> {
    fn of(conn: Conn<'c>, table: &Table) -> Result<Self> {
        Ok(match conn {
            Conn::Sqlite(conn) => Self::Sqlite(conn.prepare_cached(table.insert)?),
            Conn::Postgres(session) => {
                Self::Postgres { copying: session.copy(table.copy)?, text: Vec::new() }
            }
        })
    }

    fn put(&mut self, row: &[Value]) -> Result<()> {
        match self {
            Self::Sqlite(statement) => {
                let values = row.iter().map(|value| match value {
                    Value::Integer(number) => Param::from(*number),
                    Value::Text(text) => Param::from(text.as_deref()),
                    Value::Bytes(bytes) => Param::from(&bytes[..]),
                });
                statement.execute(rusqlite::params_from_iter(values))?;
                Ok(())
            }
            Self::Postgres { copying, text } => {
                write_line(text, row);
                if text.len() < CHUNK {
                    return Ok(());
                }
                copying.send(Bytes::from(std::mem::take(text)))
            }
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres { mut copying, text } => {
                copying.send(Bytes::from(text))?;
                copying.finish()
            }
        }
    }
}

/// Adds a row in the text format of COPY.
fn write_line(line: &mut Vec<u8>, row: &[Value]) {
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            line.push(b'\t');
        }
        match value {
            Value::Integer(Some(number)) => line.extend(number.to_string().bytes()),
            Value::Text(Some(text)) => {
                for byte in text.bytes() {
                    match byte {
                        b'\\' => line.extend(b"\\\\"),
                        b'\n' => line.extend(b"\\n"),
                        b'\r' => line.extend(b"\\r"),
                        b'\t' => line.extend(b"\\t"),
                        other => line.push(other),
                    }
                }
            }
            Value::Bytes(bytes) => {
                line.extend(b"\\\\x");
                bytes.iter().for_each(|byte| line.extend(format!("{byte:02x}").bytes()));
            }
            Value::Integer(None) | Value::Text(None) => line.extend(b"\\N"),
        }
    }
    line.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::init;
    use crate::store::maintenance::migrations;

    #[test]
    fn a_row_is_one_line_whatever_it_holds() {
        let mut line = Vec::new();
        let row = [
            Value::Integer(Some(-5)),
            Value::Text(Some("a\tb\nc\\N".into())),
            Value::Text(None),
            Value::Bytes(vec![0, 255]),
            Value::Text(Some(String::new())),
        ];
        write_line(&mut line, &row);
        assert_eq!(String::from_utf8(line).unwrap(), "-5\ta\\tb\\nc\\\\N\t\\N\t\\\\x00ff\t\n");
    }

    /// What is made again, and what is SQLite's own.
    const NOT_MOVED: &str = "^(sqlite_|refinery_|subject_gram)";

    #[test]
    fn every_table_is_moved_with_every_column() {
        let conn = migrations::scratch().unwrap();
        conn.execute_batch(init::CREATE_KEY).unwrap();
        let list = |sql: &str| {
            let mut statement = conn.prepare(sql).unwrap();
            let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            names.collect::<rusqlite::Result<Vec<_>>>().unwrap()
        };
        let not_moved = regex_lite::Regex::new(NOT_MOVED).unwrap();
        let mut real: Vec<String> = list("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .into_iter()
            .filter(|table| !not_moved.is_match(table))
            .map(|table| {
                let sql = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY name");
                format!("{table}: {}", list(&sql).join(", "))
            })
            .collect();
        let mut moved: Vec<String> = TABLES
            .iter()
            .map(|table| {
                let text = table.copy.replace('"', "");
                let (_, columns) = text.split_once('(').unwrap();
                let mut columns: Vec<_> = columns.split_once(')').unwrap().0.split(", ").collect();
                columns.sort_unstable();
                format!("{}: {}", table.name.trim_matches('"'), columns.join(", "))
            })
            .collect();
        real.sort();
        moved.sort();
        assert_eq!(moved, real);
    }

    #[test]
    fn a_digest_counts_rows_and_tells_their_values_apart() {
        let of = |rows: &[&[Value]]| {
            let mut digest = RowDigest::default();
            rows.iter().for_each(|row| digest.add(row));
            digest
        };
        let (a, b) = ([Value::Text(Some("a".into()))], [Value::Text(Some("b".into()))]);
        assert_eq!(of(&[&a, &b]), of(&[&b, &a]));
        assert_ne!(of(&[&a, &a]), of(&[&a]));
        assert_ne!(of(&[&[Value::Text(None)]]), of(&[&[Value::Text(Some(String::new()))]]));
        assert_ne!(of(&[&[Value::Integer(None)]]), of(&[&[Value::Text(None)]]));
    }
}
