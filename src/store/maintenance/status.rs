//! What an operator wants to know about a database at a glance.

use std::path::Path;

use super::migrations::{self, Plan};
use super::postgres::Cluster;
use crate::error::Result;
use crate::model::Database;
use crate::store::engine::conn::Conn;
use crate::store::engine::{Place, explain, file};
use crate::store::tables::backups::{self, BackupHistory};
use crate::store::tables::contents::Contents;

/// The state of a database.
#[derive(Debug, PartialEq, Eq)]
pub struct Status {
    /// The version of the last migration applied; 0 for none.
    pub version: i32,
    /// How many migrations are pending.
    pub pending: usize,
    /// Bytes on disk, with the write-ahead log.
    pub bytes: u64,
    /// How many users, groups and events there are.
    pub contents: Contents,
    /// The last backup, and why the next one failed if it did.
    pub backups: BackupHistory,
    /// The standbys of the primary; none for a file, which has none.
    pub standbys: Option<Vec<Standby>>,
}

/// A standby of a PostgreSQL primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standby {
    /// The name that it gives itself.
    pub name: String,
    /// Whether commits wait for it: `sync` or `quorum` if they do, `potential` or `async` if not, `not told` if
    /// this user may not know.
    pub state: String,
}

/// Looks at `database` and changes nothing.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if there is none, or it cannot be read.
pub fn status(database: impl Into<Database>) -> Result<Status> {
    match database.into() {
        Database::File(path) => {
            let place = Place::of(&path);
            explain::named(&place, look_at(&place))
        }
        Database::Postgres(url) => {
            let cluster = Cluster::open(&url)?;
            look_at_cluster(&cluster).map_err(|error| cluster.named(error))
        }
    }
}

fn look_at(place: &Place) -> Result<Status> {
    let conn = file::calendar(place)?;
    let Plan { applied, pending } = migrations::plan_of(place, &conn)?;
    // The table `backup` of an older database may be another.
    let backups = if pending.is_empty() {
        backups::history(Conn::Sqlite(&conn))?
    } else {
        BackupHistory::default()
    };
    Ok(Status {
        version: applied.last().map_or(0, |migration| migration.version),
        pending: pending.len(),
        bytes: bytes(place),
        contents: Contents::of(&conn)?,
        backups,
        standbys: None,
    })
}

fn look_at_cluster(cluster: &Cluster) -> Result<Status> {
    let Plan { applied, pending } = cluster.plan()?;
    let standbys = cluster.standbys()?.into_iter().map(|(name, state)| Standby { name, state });
    Ok(Status {
        version: applied.last().map_or(0, |migration| migration.version),
        pending: pending.len(),
        bytes: cluster.bytes()?,
        contents: cluster.contents()?,
        backups: BackupHistory::default(),
        standbys: Some(standbys.collect()),
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
