//! The events of one group in a range of time, whoever has selected it: what a feed of the group shows.
//!
//! The statements are those of `events.rs` for all groups that a user has selected, for one group instead.

use super::event_rows::from_row;
use crate::error::Result;
use crate::model::{Event, GroupId, Room, TimeRange};
use crate::store::engine::Snapshot;
use crate::store::engine::sql::{Param, Sql, params};

/// The events of group ?1 that overlap `[?2, ?3)`. INDEXED BY and the order of CROSS JOIN force one range of the index per
/// class of length; in PostgreSQL, LATERAL and OFFSET do.
pub(in crate::store) const BETWEEN: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM calendar_group g CROSS JOIN group_length_class l
CROSS JOIN event e INDEXED BY event_in_group JOIN "user" u ON u.id = e.user_id
WHERE g.id = ?1 AND g.deleted = 0 AND l.group_id = g.id
    AND l.length_class < 9 AND e.group_id = g.id AND e.length_class = l.length_class
    AND e.starts < ?3
    AND e.starts >= ?2 - 86400 * CASE l.length_class
        WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM calendar_group g
JOIN group_length_class l ON l.group_id = g.id AND l.length_class < 9
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = l.group_id AND p.length_class = l.length_class
        AND p.starts < ?3
        AND p.starts >= ?2 - 86400::bigint * CASE l.length_class
            WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE g.id = ?1 AND g.deleted = 0 AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

/// The series of group ?1 that may have an occurrence in `[?2, ?3)`: those that have begun and have not ended. INDEXED BY
/// limits the search to them.
pub(in crate::store) const SERIES: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM calendar_group g CROSS JOIN event e INDEXED BY event_series_in_group JOIN "user" u ON u.id = e.user_id
WHERE g.id = ?1 AND g.deleted = 0
    AND e.group_id = g.id AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM calendar_group g
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = g.id AND p.rule IS NOT NULL AND p.reach > ?2 AND p.starts < ?3
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE g.id = ?1 AND g.deleted = 0
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

impl Snapshot<'_> {
    /// The events of `group` that overlap `range`, in no order, and every series that may have an occurrence there.
    ///
    /// # Errors
    /// If the database cannot be read, or the events take more than `room`.
    pub fn group_events_between(
        &self,
        group: GroupId,
        range: TimeRange,
        room: &mut Room,
    ) -> Result<Vec<Event>> {
        let between = params![group.0, range.from, range.until];
        let statements: [(Sql, &[Param<'_>]); 2] = [(BETWEEN, between), (SERIES, between)];
        let mut events = Vec::new();
        self.conn.each_of(&statements, |row| {
            let event = from_row(row)?;
            room.take(event.least_bytes() + event.exception_bytes())?;
            events.push(event);
            Ok(())
        })?;
        Ok(events)
    }
}
