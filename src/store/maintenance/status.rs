//! What an operator wants to know about a database at a glance.

use std::path::Path;

use super::migrations::{self, Plan};
use crate::error::Result;
use crate::store::engine::{Place, explain, file};
use crate::store::tables::backups::{self, BackupHistory};
use crate::store::tables::{events, groups};

/// The state of a database.
#[derive(Debug, PartialEq, Eq)]
pub struct Status {
    /// The version of the last migration applied; 0 for none.
    pub version: i32,
    /// How many migrations are pending.
    pub pending: usize,
    /// Bytes on disk, with the write-ahead log.
    pub bytes: u64,
    /// How many users are registered.
    pub users: u64,
    /// How many groups there are.
    pub groups: u64,
    /// How many events there are, birthdays included.
    pub events: u64,
    /// The last backup, and why the next one failed if it did.
    pub backups: BackupHistory,
}

/// Looks at the database at `path` and changes nothing.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if there is none, or it cannot be read.
pub fn status(path: &Path) -> Result<Status> {
    let place = Place::of(path);
    explain::named(&place, look_at(&place))
}

fn look_at(place: &Place) -> Result<Status> {
    let conn = file::calendar(place)?;
    let Plan { applied, pending } = migrations::plan_of(place, &conn)?;
    let migrated = !applied.is_empty();
    let ask = |sql: &str| -> Result<Option<i64>> {
        if migrated { Ok(conn.query_row(sql, [], |row| row.get(0))?) } else { Ok(None) }
    };
    let count = |sql: &str| -> Result<u64> { Ok(ask(sql)?.map_or(0, i64::unsigned_abs)) };
    // An older database marks no group as deleted, and its table `backup` may be another.
    let (groups, events) = if pending.is_empty() {
        (groups::COUNT, events::COUNT)
    } else {
        ("SELECT count(*) FROM calendar_group", "SELECT count(*) FROM event")
    };
    let backups =
        if pending.is_empty() { backups::history(&conn)? } else { BackupHistory::default() };
    Ok(Status {
        version: applied.last().map_or(0, |migration| migration.version),
        pending: pending.len(),
        bytes: bytes(place),
        users: count(r#"SELECT count(*) FROM "user""#)?,
        groups: count(groups)?,
        events: count(events)?,
        backups,
    })
}

/// Bytes on disk of the database at `path`, with its write-ahead log; 0 where there is none.
#[must_use]
pub fn size(path: &Path) -> u64 {
    bytes(&Place::of(path))
}

fn bytes(place: &Place) -> u64 {
    let of = |file: &Path| std::fs::metadata(file).map_or(0, |found| found.len());
    of(place.path()) + of(&place.wal())
}
