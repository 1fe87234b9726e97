//! Deferred work, which the writer thread does when it is idle. A large write defers most of its
//! work, so that it is answered at once.
//!
//! The work is done in steps, each in a short transaction, so that a write that arrives meanwhile
//! does not wait long. The database holds what is left to do, so that a crash loses none of it.

use std::time::Instant;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;
use crate::store::engine::conn::Conn;
use crate::store::tables::{groups, imports, members, subject_index, tombstones};

/// What does a step of deferred work each time, and gives whether there may be more. It fails if the database cannot be
/// written now.
pub(in crate::store) fn steps() -> impl FnMut(&mut Connection) -> Result<bool> + Send + 'static {
    let mut watch = imports::Watch::default();
    move |conn| step(conn, &mut watch)
}

fn step(conn: &mut Connection, watch: &mut imports::Watch) -> Result<bool> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let conn = Conn::Sqlite(&tx);
    let done = groups::purge_deleted(conn)?
        + members::purge_lost(conn)?
        + watch.look(conn, Instant::now())?
        + imports::go_on(conn)?
        + tombstones::prune(conn)?
        + subject_index::index_some(&tx)?;
    // Even an empty commit waits for the disk.
    if done > 0 {
        tx.commit()?;
    }
    Ok(done > 0)
}
