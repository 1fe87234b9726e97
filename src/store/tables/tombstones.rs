//! The table `tombstone` is kept bounded, by the numbers in `tombstones_kept`: of a calendar that has lost very much, only the last deletions are known. A client
//! that has not looked since then lists the calendar anew.

use super::resource_names;
use crate::error::Result;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Sql, params};

/// How many deletions of a calendar stay known. Migration V15 has the number beyond which they are pruned: a tenth more,
/// so that not each deletion brings a pruning.
const KEPT: u32 = 10_000;

/// A calendar with too many tombstones. INDEXED BY forces the index of those.
pub(in crate::store) const NEXT: Sql = Sql::each(
    "
SELECT k.user_id, k.group_id FROM tombstones_kept k INDEXED BY tombstones_to_prune
WHERE k.kept > 11000 LIMIT 1",
    "
SELECT k.user_id, k.group_id FROM tombstones_kept k
WHERE k.kept > 11000 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
);

/// The number of the newest tombstone of user ?1 beyond the newest ?2.
pub(in crate::store) const LAST_PERSONAL: Sql = Sql::both(
    "
SELECT t.change FROM tombstone t WHERE t.user_id = ?1 ORDER BY t.change DESC LIMIT 1 OFFSET ?2",
);

pub(in crate::store) const LAST_IN_GROUP: Sql = Sql::both(
    "
SELECT t.change FROM tombstone t WHERE t.group_id = ?1 ORDER BY t.change DESC LIMIT 1 OFFSET ?2",
);

const PRUNE_PERSONAL: Sql = Sql::both("DELETE FROM tombstone WHERE user_id = ?1 AND change <= ?2");

const PRUNE_IN_GROUP: Sql = Sql::both("DELETE FROM tombstone WHERE group_id = ?1 AND change <= ?2");

const NOTE_PERSONAL: Sql = Sql::both(
    "
UPDATE tombstones_kept SET pruned_to = ?2, kept = (SELECT count(*) FROM tombstone t WHERE t.user_id = ?1)
WHERE user_id = ?1",
);

const NOTE_IN_GROUP: Sql = Sql::both(
    "
UPDATE tombstones_kept SET pruned_to = ?2, kept = (SELECT count(*) FROM tombstone t WHERE t.group_id = ?1)
WHERE group_id = ?1",
);

/// Prunes the tombstones of one calendar that has too many, and notes the number up to which its deletions are not known
/// any more. Gives how many were pruned.
pub(in crate::store) fn prune(conn: Conn<'_>) -> Result<usize> {
    let full: Option<(Option<i64>, Option<i64>)> =
        conn.row(NEXT, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (of, last, prune, note) = match full {
        Some((Some(user), _)) => (user, LAST_PERSONAL, PRUNE_PERSONAL, NOTE_PERSONAL),
        Some((None, Some(group))) => (group, LAST_IN_GROUP, PRUNE_IN_GROUP, NOTE_IN_GROUP),
        _ => return Ok(0),
    };
    let upto: Option<i64> = conn.row(last, params![of, KEPT], |row| row.get(0))?;
    let Some(upto) = upto else { return Ok(0) };
    let pruned = conn.execute(prune, params![of, upto])?;
    conn.execute(note, params![of, upto])?;
    resource_names::prune(conn, of, matches!(full, Some((None, _))))?;
    Ok(pruned)
}
