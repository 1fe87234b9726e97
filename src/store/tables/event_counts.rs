//! The table `event_count_change`, which only PostgreSQL has: what is to be added to the counts of users' events.

use crate::error::Result;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Sql, params};

const NEXT: Sql = Sql::both("SELECT user_id FROM event_count_change ORDER BY user_id LIMIT 1");

/// Moves what is noted for user ?1 into their row. They may have been removed.
const SETTLE: Sql = Sql::both(
    r#"
WITH settled AS (DELETE FROM event_count_change WHERE user_id = ?1 RETURNING change)
UPDATE "user" SET events = events + CAST((SELECT coalesce(sum(change), 0) FROM settled) AS BIGINT)
WHERE id = ?1"#,
);

/// Adds up what is noted for one user; gives for how many it did.
pub(in crate::store) fn settle(conn: Conn<'_>) -> Result<usize> {
    let next: Option<i64> = conn.row(NEXT, params![], |row| row.get(0))?;
    let Some(user) = next else { return Ok(0) };
    conn.execute(SETTLE, params![user])?;
    Ok(1)
}
