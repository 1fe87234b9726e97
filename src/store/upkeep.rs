//! What the writer does when nobody asks it for anything: work that a write left for later, so as to
//! be done itself in a moment.
//!
//! It is done in slices, each a short transaction of its own, so that a write that comes meanwhile
//! does not wait long. What is left to do stands in the database; a crash leaves it there.

use rusqlite::{Connection, TransactionBehavior};

use super::{groups, search};
use crate::error::Result;

/// Does a slice of what is left to do. Gives whether there may be more.
pub(super) fn slice(conn: &mut Connection) -> Result<bool> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = groups::sweep(&tx)? + search::follow(&tx)?;
    // Without anything done, there is nothing to wait for the disk for.
    if done > 0 {
        tx.commit()?;
    }
    Ok(done > 0)
}
