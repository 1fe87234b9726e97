//! The rows of the table `event` that are series, or changed occurrences of one, and those with a zone of their own.
//!
//! What a view shows of them is in `events.rs`, beside what it shows of other events.

use super::event_rows::from_row;
use crate::error::Result;
use crate::model::{Event, EventId, EventTimes, UserId, WallTime};
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The occurrence of series ?1 that starts at ?2 by the rule, if it was changed by itself.
pub(in crate::store) const CHANGED_OCCURRENCE: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.series_id = ?1 AND e.occurrence = ?2"#,
);

/// The changed occurrences of series ?1 that start at ?2 or later by the rule.
const CHANGED_FROM: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.series_id = ?1 AND e.occurrence >= ?2"#,
);

const SERIES_OF: Sql = Sql::both("SELECT series_id FROM event WHERE id = ?1");

const HAS_CHANGED: Sql = Sql::both(
    "SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM event WHERE series_id = ?1) THEN 1 ELSE 0 END AS BIGINT)",
);

/// Counts the series that user ?1 has registered, up to ?2, without the birthday. INDEXED BY limits the count to them.
pub(in crate::store) const COUNT_SERIES: Sql = Sql::each(
    "
SELECT count(*) FROM (
    SELECT 1 FROM event e INDEXED BY event_series_of_user
    WHERE e.user_id = ?1 AND e.rule IS NOT NULL AND e.birthday = 0 LIMIT ?2) AS few",
    "
SELECT count(*) FROM (
    SELECT 1 FROM event e WHERE e.user_id = ?1 AND e.rule IS NOT NULL AND e.birthday = 0 LIMIT ?2) AS few",
);

/// At most ?2 events with a zone of their own and an id above ?1, by id. INDEXED BY limits the search to them.
pub(in crate::store) const ZONED: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e INDEXED BY event_zoned JOIN "user" u ON u.id = e.user_id
WHERE e.id > ?1 AND instr(e.properties, '"zone":{') > 0 ORDER BY e.id LIMIT ?2"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.id > ?1 AND strpos(e.properties, '"zone":{') > 0 ORDER BY e.id LIMIT ?2"#,
);

/// Deletes the changed occurrences of series ?1 that start at ?2 or later by the rule.
const DELETE_CHANGED: Sql =
    Sql::both("DELETE FROM event WHERE series_id = ?1 AND occurrence >= ?2");

const MOVE_CHANGED: Sql = Sql::each(
    r#"
UPDATE event SET series_id = ?2, occurrence = ?3,
    object_id = (SELECT s.object_id FROM event s WHERE s.id = ?2), change = CASE
        WHEN group_id IS NULL
            THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = event.user_id)
        ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = event.group_id) END
WHERE id = ?1"#,
    "
UPDATE event SET series_id = ?2, occurrence = ?3,
    object_id = (SELECT s.object_id FROM event s WHERE s.id = ?2)
WHERE id = ?1",
);

/// Its number stays, as its revision does: what it says is on the clock of its own zone, and that is the same.
const RETELL: Sql = Sql::both("UPDATE event SET starts = ?2, ends = ?3, reach = ?4 WHERE id = ?1");

impl Snapshot<'_> {
    /// The occurrence of `series` that starts at `start` by the rule, if it was changed by itself.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn changed_occurrence(&self, series: EventId, start: WallTime) -> Result<Option<Event>> {
        self.conn.row(CHANGED_OCCURRENCE, params![series.0, start.seconds()], from_row)
    }

    /// The occurrences of `series` that start at `from` or later by the rule and were changed by themselves, in no order.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn changed_occurrences(&self, series: EventId, from: WallTime) -> Result<Vec<Event>> {
        self.conn.rows(CHANGED_FROM, params![series.0, from.seconds()], from_row)
    }

    /// The series of which the event `id` is a changed occurrence, without a lock.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn series_of(&self, id: EventId) -> Result<Option<EventId>> {
        let series = self.conn.row(SERIES_OF, params![id.0], |row| row.get::<Option<i64>>(0))?;
        Ok(series.flatten().map(EventId))
    }

    /// Whether any occurrence of `series` was changed by itself.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_changed_occurrences(&self, series: EventId) -> Result<bool> {
        self.conn.one(HAS_CHANGED, params![series.0], |row| row.get(0))
    }

    /// How many series `user` has registered, without the birthday, counted up to `most`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_series(&self, user: UserId, most: u32) -> Result<u32> {
        self.conn.one(COUNT_SERIES, params![user.0, most], |row| row.get(0))
    }

    /// At most `limit` events with a zone of their own and an id above `after`, by id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn zoned_events(&self, after: EventId, limit: u16) -> Result<Vec<Event>> {
        self.conn.rows(ZONED, params![after.0, limit], from_row)
    }
}

impl Transaction<'_> {
    /// Deletes the changed occurrences of `series` that start at `from` or later by the rule.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_changed_occurrences(&self, series: EventId, from: WallTime) -> Result<()> {
        self.note_children_before(series, from)?;
        self.conn.execute(DELETE_CHANGED, params![series.0, from.seconds()]).map(drop)
    }

    /// Makes the changed occurrence `id` that of the series `to` which starts at `start` by the rule.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn move_changed_occurrence(&self, id: EventId, to: EventId, start: WallTime) -> Result<()> {
        self.note_event(id)?;
        self.conn.execute(MOVE_CHANGED, params![id.0, to.0, start.seconds()]).map(drop)
    }

    /// Tells the times of an event anew on the server's clock. It says what it said before, so its revision stays.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn retell_event(
        &self,
        id: EventId,
        times: EventTimes,
        reach: Option<WallTime>,
    ) -> Result<()> {
        let reach = reach.map(WallTime::seconds);
        let row = params![id.0, times.starts().seconds(), times.ends().seconds(), reach];
        self.conn.execute(RETELL, row).map(drop)
    }
}
