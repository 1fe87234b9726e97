//! The sequences of PostgreSQL, which give out ids. SQLite keeps its own up by itself.
//!
//! `setval` would stay after a transaction that is rolled back; ALTER SEQUENCE goes back with it.

use crate::error::Result;
use crate::store::engine::conn::Conn;
use crate::store::engine::postgres::session::Session;
use crate::store::engine::sql::{Sql, params};

const LAST_USER: Sql = Sql::both("SELECT last_value FROM user_id_seq");
const LAST_GROUP: Sql = Sql::both("SELECT last_value FROM calendar_group_id_seq");
const LAST_EVENT: Sql = Sql::both("SELECT last_value FROM event_id_seq");

/// Makes the ids of later rows of `table` higher than `id`.
///
/// # Errors
/// If the database cannot be written.
pub(in crate::store) fn pass(session: &Session, table: &str, id: i64) -> Result<()> {
    let last = match table {
        "user" => LAST_USER,
        "event" => LAST_EVENT,
        _ => LAST_GROUP,
    };
    let last: i64 = Conn::Postgres(session).one(last, params![], |row| row.get(0))?;
    if last > id {
        return Ok(());
    }
    set(session, table, id)
}

/// Makes the id of the next row of `table` the one after `id`.
///
/// # Errors
/// If the database cannot be written.
pub(in crate::store) fn set(session: &Session, table: &str, id: i64) -> Result<()> {
    // A statement of this kind has no parameters. The table is one of ours.
    session.batch(&format!("ALTER SEQUENCE {table}_id_seq RESTART WITH {}", id.saturating_add(1)))
}

/// As [`pass`], for a row that was just imported with its id, in either database.
///
/// # Errors
/// If the database cannot be written.
pub(in crate::store) fn pass_imported(conn: Conn<'_>, table: &str, id: i64) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(session) => pass(session, table, id),
    }
}
