//! A connection to PostgreSQL, and the thread's own runtime that drives it.
//!
//! Every statement is a way through the network, so what can travel together does: `BEGIN` goes with the first
//! statement of its transaction, and the `ROLLBACK` that ends a read is not waited for.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::{poll_fn, try_join, try_join_all};
use futures_util::{SinkExt, TryStreamExt};
use tokio::runtime::{self, Runtime};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Client, Config, CopyInSink, Statement};

use super::address::Address;
use super::error::{said, was_refused};
use crate::error::{Error, Result};
use crate::store::engine::sql::{Key, Param, Row, Sql};

/// What every connection sets for itself, whatever the role or the database say: a commit is on the disk of
/// the primary and of its synchronous standby before it is answered; nobody waits for a lock without end, or
/// for a server that has gone in the middle of its transaction.
const SET_UP: &str = "
SET synchronous_commit = on;
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = '30s';
SET client_min_messages = warning";

/// Identifies the history of this database: its cluster, the timeline that is written, which a fail-over and a
/// recovery change, and the table of the events, which is another one in a database that was filled again. The
/// control file has the old timeline until the first checkpoint after a promotion.
const LINEAGE: &str = "
SELECT c.system_identifier,
    ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int,
    to_regclass('event')::oid
FROM pg_control_system() c";

/// How long a server waits for a statement, or for a commit, which the standby has to confirm. What takes longer ends
/// the connection. A command, for which somebody waits, waits without end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    statement: Duration,
    commit: Duration,
}

impl Limits {
    pub(super) const SERVER: Self =
        Self { statement: Duration::from_secs(60), commit: Duration::from_secs(10) };
    pub(super) const COMMAND: Self = Self { statement: Duration::MAX, commit: Duration::MAX };
}

/// How long one server may take until a new connection to it is ready.
const READY: Duration = Duration::from_secs(3);

/// Reads see one state. What a decision rests on is read again only in a write, which locks it.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Rows that a decision rests on are locked (`Snapshot::locking`), so this level is enough.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// What is sent before the next statement.
#[derive(Debug, Clone, Copy)]
enum Next {
    /// Nothing: it is in a transaction, or needs none.
    Statement,
    /// Nothing, but a `BEGIN` before the one after it.
    Alone,
    /// A `BEGIN`.
    Begin(&'static str),
}

/// A connection.
pub(in crate::store) struct Session {
    // Dropped first: the connection then ends.
    client: Client,
    runtime: Runtime,
    statements: RefCell<HashMap<Key, Statement>>,
    next: Cell<Next>,
    in_transaction: Cell<bool>,
    /// Whether a statement of the transaction has failed, so that it cannot be committed.
    failed: Cell<bool>,
    /// Whether the server did not answer in time, so that what it answers now is for something else.
    broken: Cell<bool>,
    /// Whether the server has said that it did not wait for its standby.
    alone: Arc<AtomicBool>,
    lineage: u64,
    limits: Limits,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// The errors of tokio-postgres, which are not this crate's own yet.
type Asked<T> = std::result::Result<T, tokio_postgres::Error>;

impl Session {
    /// A connection to the server at `address` that takes writes.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn open(address: &Address, limits: Limits) -> std::result::Result<Self, String> {
        let mut why = String::from("it names no server");
        for server in address.servers() {
            match Self::open_at(address, server, limits) {
                Ok(session) => return Ok(session),
                Err(said) => why = said,
            }
        }
        Err(why)
    }

    fn open_at(
        address: &Address,
        server: &Config,
        limits: Limits,
    ) -> std::result::Result<Self, String> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("cannot start a runtime: {error}"))?;
        let alone = Arc::new(AtomicBool::new(false));
        let open = async {
            let (client, mut poll) = address.connect(server).await?;
            let told = Arc::clone(&alone);
            tokio::spawn(async move {
                while let Some(message) = poll_fn(|cx| poll(cx)).await {
                    match message {
                        // "canceling wait for synchronous replication due to user request".
                        Ok(AsyncMessage::Notice(notice)) if *notice.code() == SqlState::WARNING => {
                            told.store(true, Ordering::Relaxed);
                        }
                        Ok(_) => {}
                        Err(_) => break,
                    }
                }
            });
            let set_up = async {
                client.batch_execute(SET_UP).await?;
                lineage(&client.query_one(LINEAGE, &[]).await?)
            };
            let lineage = set_up.await.map_err(|error| said(&error))?;
            Ok::<_, String>((client, lineage))
        };
        // A timer begins inside the runtime.
        let ready = runtime.block_on(async { timeout(READY, open).await });
        let (client, lineage) =
            ready.map_err(|_| format!("no answer within {} s", READY.as_secs()))??;
        Ok(Self {
            client,
            runtime,
            statements: RefCell::default(),
            next: Cell::new(Next::Statement),
            in_transaction: Cell::new(false),
            failed: Cell::new(false),
            broken: Cell::new(false),
            alone,
            lineage,
            limits,
        })
    }

    /// Which history of the database this is.
    pub(in crate::store) fn lineage(&self) -> u64 {
        self.lineage
    }

    /// Whether the server has not closed it, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        // The first turn tells the connection that something has come meanwhile, the second lets it read that.
        self.runtime.block_on(async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        !self.broken.get() && !self.client.is_closed()
    }

    /// The client and the runtime that it needs, for work of another kind.
    pub(in crate::store) fn parts(&mut self) -> (&Runtime, &mut Client) {
        (&self.runtime, &mut self.client)
    }

    /// Begins a read: its first statement is on its own, since most reads have no other, and the others see
    /// one state.
    pub(super) fn begin_read(&self) {
        self.next.set(Next::Alone);
    }

    /// Begins a write.
    pub(super) fn begin_write(&self) {
        self.next.set(Next::Begin(WRITE));
    }

    /// Hands each row of the statements, which are all sent at once, to `work`.
    pub(in crate::store) fn each(
        &self,
        statements: &[(Sql, &[Param<'_>])],
        work: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let begin = self.begins(statements.len());
        let work = RefCell::new((work, Ok(())));
        let run = async {
            // Where a statement has to be prepared first, the server is told of the transaction before that.
            let unknown = !statements.iter().all(|(sql, _)| self.knows(*sql));
            self.begin(begin.filter(|_| unknown)).await?;
            let prepare = statements.iter().map(|(sql, params)| self.prepared(*sql, params));
            let prepared = try_join_all(prepare).await?;
            // The answers come in the order of the statements, and the later ones only once the earlier ones
            // are read.
            let answers = prepared.iter().zip(statements).map(async |(statement, (_, params))| {
                let params = params.iter().map(|param| param as &dyn ToSql);
                let mut rows = pin!(self.client.query_raw(statement, params).await?);
                while let Some(row) = rows.try_next().await? {
                    let (work, done) = &mut *work.borrow_mut();
                    if done.is_ok() {
                        *done = work(&Row::Postgres(&row));
                    }
                }
                Ok(())
            });
            try_join(self.begin(begin.filter(|_| !unknown)), try_join_all(answers)).await
        };
        self.run(run)?;
        work.into_inner().1
    }

    /// Runs a statement and counts the rows that it changed.
    pub(in crate::store) fn execute(&self, sql: Sql, params: &[Param<'_>]) -> Result<usize> {
        let begin = self.begins(1);
        let run = async {
            let unknown = !self.knows(sql);
            self.begin(begin.filter(|_| unknown)).await?;
            let statement = self.prepared(sql, params).await?;
            let params = params.iter().map(|param| param as &dyn ToSql);
            let run = self.client.execute_raw(&statement, params);
            Ok(try_join(self.begin(begin.filter(|_| !unknown)), run).await?.1)
        };
        let changed = self.run(run)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Runs statements without parameters and without rows.
    ///
    /// # Errors
    /// If one of them fails.
    pub(in crate::store) fn batch(&self, sql: &str) -> Result<()> {
        let begin = self.begins(1);
        let run = async {
            self.begin(begin).await?;
            self.client.batch_execute(sql).await
        };
        self.run(run)
    }

    /// Begins a `COPY … FROM STDIN`.
    ///
    /// # Errors
    /// If it is refused.
    pub(in crate::store) fn copy(&self, sql: &str) -> Result<Copying<'_>> {
        let begin = self.begins(1);
        let run = async {
            self.begin(begin).await?;
            self.client.copy_in(sql).await
        };
        let sink = self.run(run)?;
        Ok(Copying { session: self, sink: Box::pin(sink) })
    }

    /// The `BEGIN` that goes before `count` statements, which are sent now.
    fn begins(&self, count: usize) -> Option<&'static str> {
        match self.next.get() {
            Next::Statement => None,
            Next::Alone if count == 1 => {
                self.next.set(Next::Begin(SNAPSHOT));
                None
            }
            Next::Alone => Some(SNAPSHOT),
            Next::Begin(begin) => Some(begin),
        }
    }

    async fn begin(&self, begin: Option<&'static str>) -> Asked<()> {
        let Some(begin) = begin else { return Ok(()) };
        self.next.set(Next::Statement);
        self.in_transaction.set(true);
        self.client.batch_execute(begin).await
    }

    fn knows(&self, sql: Sql) -> bool {
        self.statements.borrow().contains_key(&sql.key())
    }

    async fn prepared(&self, sql: Sql, params: &[Param<'_>]) -> Asked<Statement> {
        if let Some(known) = self.statements.borrow().get(&sql.key()) {
            return Ok(known.clone());
        }
        let types: Vec<Type> = params.iter().map(type_of).collect();
        let statement = self.client.prepare_typed(&sql.postgres(), &types).await?;
        self.statements.borrow_mut().insert(sql.key(), statement.clone());
        Ok(statement)
    }

    /// Waits for `asked`. After a failure the server refuses the rest of the transaction.
    fn run<T>(&self, asked: impl Future<Output = Asked<T>>) -> Result<T> {
        let longest = self.limits.statement;
        let answer = self.runtime.block_on(async { timeout(longest, asked).await });
        let answer = answer.map_err(|_| {
            self.broken.set(true);
            Error::Unavailable(format!("no answer within {} s", longest.as_secs()))
        });
        answer.and_then(|answer| answer.map_err(Error::from)).inspect_err(|_| self.failed.set(true))
    }

    /// Commits. When this returns `Ok`, the primary and its synchronous standby have all of it on disk.
    ///
    /// # Errors
    /// [`Error::Unknown`] if the connection was lost meanwhile, or the standby was not waited for.
    pub(super) fn commit(&self) -> Result<()> {
        if !self.in_transaction.get() {
            return Ok(());
        }
        if self.failed.get() {
            // The server would answer COMMIT by a ROLLBACK, and without an error.
            return Err(Error::Internal("a statement of this write has failed".into()));
        }
        self.alone.store(false, Ordering::Relaxed);
        let commit = self.client.batch_execute("COMMIT");
        let longest = self.limits.commit;
        let committed = self.runtime.block_on(async { timeout(longest, commit).await });
        self.in_transaction.set(false);
        let Ok(committed) = committed else {
            self.broken.set(true);
            return Err(Error::Unknown(format!(
                "a commit was not confirmed within {} s: is a standby there?",
                longest.as_secs()
            )));
        };
        match committed {
            Ok(()) if self.alone.load(Ordering::Relaxed) => Err(Error::Unknown(
                "PostgreSQL committed a write without waiting for its standby".into(),
            )),
            Ok(()) => Ok(()),
            Err(error) if was_refused(&error) => Err(error.into()),
            Err(error) => Err(Error::Unknown(format!(
                "the connection was lost during a commit: {}",
                said(&error)
            ))),
        }
    }

    /// Ends what is not committed. What is asked next queues up behind it.
    pub(super) fn end(&self) {
        self.next.set(Next::Statement);
        self.failed.set(false);
        if !self.in_transaction.take() || self.broken.get() {
            return;
        }
        self.runtime.block_on(async {
            let mut rollback = pin!(self.client.batch_execute("ROLLBACK"));
            // Polled once, which hands it to the connection.
            poll_fn(|cx| {
                let _ = rollback.as_mut().poll(cx);
                Poll::Ready(())
            })
            .await;
            tokio::task::yield_now().await;
        });
    }
}

/// A `COPY` that takes rows.
pub(in crate::store) struct Copying<'s> {
    session: &'s Session,
    sink: Pin<Box<CopyInSink<Bytes>>>,
}

impl Copying<'_> {
    /// Sends some bytes of the rows.
    ///
    /// # Errors
    /// If the connection is lost.
    pub(in crate::store) fn send(&mut self, bytes: Bytes) -> Result<()> {
        self.session.run(self.sink.send(bytes))
    }

    /// Waits until all rows are taken.
    ///
    /// # Errors
    /// If one of them was refused.
    pub(in crate::store) fn finish(mut self) -> Result<()> {
        self.session.run(self.sink.as_mut().finish()).map(drop)
    }
}

fn lineage(row: &tokio_postgres::Row) -> Asked<u64> {
    let (system, timeline): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
    let table: Option<u32> = row.try_get(2)?;
    // Mixed so that small differences of each make another number (SplitMix64).
    let mix = |number: u64| {
        let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    };
    let own = u64::from(timeline.unsigned_abs()) << 32 | u64::from(table.unwrap_or_default());
    Ok(mix(system.unsigned_abs() ^ mix(own)))
}

fn type_of(param: &Param<'_>) -> Type {
    match param {
        Param::Integer(_) => Type::INT8,
        Param::Text(_) => Type::TEXT,
        Param::Bytes(_) => Type::BYTEA,
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}
