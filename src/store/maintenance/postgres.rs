//! Work on a PostgreSQL database as a whole: its migrations, its signing key, its state.

use std::time::Instant;

use include_dir::{Dir, include_dir};
use refinery::{Runner, Target};

use super::migrations::{self, Applied, Migration, Plan};
use crate::error::{Error, Result};
use crate::model::PostgresUrl;
use crate::store::engine::conn::Conn;
use crate::store::engine::postgres::address::Address;
use crate::store::engine::postgres::error::said;
use crate::store::engine::postgres::pool::{self, Chores, Upkeep};
use crate::store::engine::postgres::session::Session;
use crate::store::engine::sql::{Sql, params};
use crate::store::tables::contents::{self, Contents};
use crate::store::tables::{event_counts, groups, imports, members, tombstones};

/// They begin with the one that stands for all of SQLite's until then.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations/postgres");

/// Keeps two servers that start from migrating at the same time. The number is `CALD` in ASCII.
const LOCK: &str = "SET lock_timeout = 0; SELECT pg_advisory_lock(1128352836)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(1128352836); SET lock_timeout = '10s'";

const HAS_HISTORY: Sql =
    Sql::both("SELECT 1 FROM pg_class WHERE oid = to_regclass('refinery_schema_history')");
const HISTORY: Sql = Sql::both(
    "SELECT CAST(version AS BIGINT), name, checksum FROM refinery_schema_history ORDER BY version",
);
const CHARACTERS: Sql = Sql::both(
    "SELECT pg_encoding_to_char(encoding), CAST(datctype AS text) FROM pg_database
    WHERE datname = current_database()",
);
const INSERT_KEY: Sql =
    Sql::both("INSERT INTO signing_key (id, key) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING");
const KEY: Sql = Sql::both("SELECT key FROM signing_key WHERE id = 1");
const SIZE: Sql = Sql::both("SELECT pg_database_size(current_database())");
/// Without the right to see the others (the role `pg_monitor`), their state is not told.
const STANDBYS: Sql = Sql::both(
    "SELECT application_name, coalesce(sync_state, 'not told') FROM pg_stat_replication
    ORDER BY application_name, pid",
);

/// Without the right to see the others, it counts none.
const IN_STEP: Sql =
    Sql::both("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')");

/// What a server does when nobody asks for anything.
pub(in crate::store) const CHORES: Chores = Chores { upkeep, standbys: standbys_in_step };

fn standbys_in_step(conn: Conn<'_>) -> Result<usize> {
    let standbys: i64 = conn.one(IN_STEP, params![], |row| row.get(0))?;
    Ok(usize::try_from(standbys).unwrap_or_default())
}

/// A database, to work on.
pub(in crate::store) struct Cluster {
    pub(in crate::store) address: Address,
    pub(in crate::store) session: Session,
}

impl Cluster {
    /// Connects to the database at `url`.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot be reached, or its texts are not UTF-8.
    pub(in crate::store) fn open(url: &PostgresUrl) -> Result<Self> {
        let address = Address::of(url)?;
        let session = pool::open(&address)?;
        let cluster = Self { address, session };
        cluster.check_characters()?;
        Ok(cluster)
    }

    /// Search needs to know where a character ends.
    fn check_characters(&self) -> Result<()> {
        let (encoding, ctype): (String, String) = self
            .conn()
            .one(CHARACTERS, params![], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|error| self.named(error))?;
        let plain = ctype.to_ascii_lowercase().replace('-', "");
        if encoding == "UTF8" && plain.contains("utf8") {
            return Ok(());
        }
        Err(Error::Setup(format!(
            "{} has the encoding {encoding} and the character type {ctype}: make it with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
            self.address
        )))
    }

    pub(in crate::store) fn conn(&self) -> Conn<'_> {
        Conn::Postgres(&self.session)
    }

    /// The migrations that the database has and lacks.
    ///
    /// # Errors
    /// [`Error::Setup`] if it is newer than this binary, or was made by another one.
    pub(in crate::store) fn plan(&self) -> Result<Plan> {
        migrations::compare(&self.address, &known()?, &self.history()?)
    }

    fn history(&self) -> Result<Vec<Applied>> {
        if self.conn().row(HAS_HISTORY, params![], |_| Ok(()))?.is_none() {
            return Ok(Vec::new());
        }
        self.conn().rows(HISTORY, params![], |row| {
            let version = i32::try_from(row.get::<i64>(0)?).unwrap_or(i32::MAX);
            Ok((version, row.get(1)?, row.get(2)?))
        })
    }

    /// Checks that no migration is pending.
    ///
    /// # Errors
    /// [`Error::Setup`] if one is.
    pub(in crate::store) fn check_migrated(&self) -> Result<()> {
        migrations::check_none_pending(&self.address, &self.plan()?)
    }

    /// Applies the pending migrations, each in a transaction of its own, and makes the signing key. Of several
    /// servers, one does it.
    ///
    /// # Errors
    /// [`Error::Setup`] if a migration fails. Those before it stay applied.
    pub(in crate::store) fn migrate(&mut self) -> Result<Vec<Migration>> {
        self.batch(LOCK)?;
        let applied = self.apply();
        let unlocked = self.batch(UNLOCK);
        let applied = applied?;
        unlocked?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| Error::Internal(error.to_string()))?;
        pool::write(&self.session, |tx| tx.conn.execute(INSERT_KEY, params![&key[..]]))
            .map_err(|error| self.named(error))?;
        Ok(applied)
    }

    fn apply(&mut self) -> Result<Vec<Migration>> {
        let known = known()?;
        let mut applied = Vec::new();
        for migration in self.plan()?.pending {
            let upto = Target::Version(migration.version);
            let runner = Runner::new(&known).set_grouped(true).set_target(upto);
            let (runtime, client) = self.session.parts();
            runtime.block_on(runner.run_async(client)).map_err(|error| {
                let Migration { version, name } = &migration;
                let why = migration_error(&error);
                Error::Setup(format!(
                    "migration V{version}__{name} failed, nothing of it was kept: {why}"
                ))
            })?;
            applied.push(migration);
        }
        Ok(applied)
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        let (runtime, client) = self.session.parts();
        let done = runtime.block_on(client.batch_execute(sql));
        done.map_err(|error| Error::Setup(format!("cannot use {}: {}", self.address, said(&error))))
    }

    /// The key that signs tokens: 32 bytes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(in crate::store) fn signing_key(&self) -> Result<Vec<u8>> {
        self.conn().one(KEY, params![], |row| row.get(0))
    }

    /// The size of the database on its primary, in bytes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(in crate::store) fn bytes(&self) -> Result<u64> {
        let bytes: i64 = self.conn().one(SIZE, params![], |row| row.get(0))?;
        Ok(bytes.unsigned_abs())
    }

    /// The standbys of the primary, each by its name and whether it is waited for (`sync`, `quorum`,
    /// `potential`, `async`).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(in crate::store) fn standbys(&self) -> Result<Vec<(String, String)>> {
        self.conn().rows(STANDBYS, params![], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// How much it holds; nothing if it was never migrated.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(in crate::store) fn contents(&self) -> Result<Contents> {
        if self.history()?.is_empty() {
            return Ok(Contents::default());
        }
        self.conn().one(contents::COUNT, params![], Contents::from_row)
    }

    /// An error whose text was for the log, with the address, for the operator.
    pub(in crate::store) fn named(&self, error: Error) -> Error {
        named(&self.address, error)
    }
}

/// As [`Cluster::named`].
pub(in crate::store) fn named(address: &Address, error: Error) -> Error {
    match error {
        Error::Internal(why) | Error::Unavailable(why) => {
            Error::Setup(format!("cannot use {address}: {why}"))
        }
        Error::Unknown(why) => {
            Error::Setup(format!("{address}: it is not known whether this was stored: {why}"))
        }
        other => other,
    }
}

fn known() -> Result<Vec<refinery::Migration>> {
    migrations::embedded(&FILES)
}

/// What the server said: refinery's own text has the whole error only in its source.
fn migration_error(error: &refinery::Error) -> String {
    use std::error::Error as _;
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<tokio_postgres::Error>() {
            return said(error);
        }
        source = error.source();
    }
    error.to_string()
}

/// What does a step of deferred work each time, and gives whether there may be more. It fails if the database cannot be
/// written now.
pub(in crate::store) fn upkeep() -> Upkeep {
    let mut watch = imports::Watch::default();
    Box::new(move |conn| {
        if watch.look(conn, Instant::now())? > 0 {
            return Ok(true);
        }
        // One kind of work in a transaction, so that none waits for a lock while it has one of another.
        let work = [
            groups::purge_deleted,
            members::purge_lost,
            imports::go_on,
            tombstones::prune,
            event_counts::settle,
        ];
        for work in work {
            if work(conn)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_migration_after_the_first_is_a_pair() {
        let names = |all: Vec<refinery::Migration>| {
            let named = all.iter().map(|one| (one.version(), one.name().to_owned()));
            named.filter(|(version, _)| *version >= 13).collect::<Vec<_>>()
        };
        assert_eq!(names(known().unwrap()), names(migrations::sqlite().unwrap()));
    }
}
