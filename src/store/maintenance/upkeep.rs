//! Deferred work, which the writer thread does when it is idle. A large write defers most of its
//! work, so that it is answered at once.
//!
//! The work is done in steps, each in a short transaction, so that a write that arrives meanwhile
//! does not wait long. The database holds what is left to do, so that a crash loses none of it.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;
use crate::store::engine::conn::Conn;
use crate::store::tables::{groups, subject_index};

/// Does a step of deferred work; gives whether there may be more.
///
/// # Errors
/// If the database cannot be written now.
pub(in crate::store) fn step(conn: &mut Connection) -> Result<bool> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = groups::purge_deleted(Conn::Sqlite(&tx))? + subject_index::index_some(&tx)?;
    // Even an empty commit waits for the disk.
    if done > 0 {
        tx.commit()?;
    }
    Ok(done > 0)
}
