//! What the writer does when nobody asks it for anything: work that a write left for later, so as to
//! be done itself in a moment.
//!
//! It is done in slices, each a short transaction of its own, so that a write that comes meanwhile
//! does not wait long. What is left to do stands in the database; a crash leaves it there.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;
use crate::store::tables::{groups, subject_index};

/// Does a slice of what is left to do. Gives whether there may be more.
pub(in crate::store) fn step(conn: &mut Connection) -> Result<bool> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = groups::purge_deleted(&tx)? + subject_index::index_some(&tx)?;
    // Without anything done, there is nothing to wait for the disk for.
    if done > 0 {
        tx.commit()?;
    }
    Ok(done > 0)
}
