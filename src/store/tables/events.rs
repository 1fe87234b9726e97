//! The table `event`: what views show, and how an event is found. What its columns hold is in `event_rows.rs`, how rows are
//! written in `event_writes.rs`.
//!
//! A view needs the events that overlap a time range. Events are indexed by a class of length
//! (`length_class`, see migration V1) and then by start. Each query searches a narrow range of starts
//! per class: an event of at most a day that overlaps June began after 30 May. So a month costs a few
//! index searches, however long the history is. For a group only the classes of its own events are
//! searched (`group_length_class`): to search all five takes 27 % more instructions a view with 5
//! selected groups, and 57 % more with 500.

use super::event_rows::from_row;
use crate::error::Result;
use crate::model::{Event, EventId, Room, TimeRange, UserId};
use crate::store::engine::Snapshot;
use crate::store::engine::sql::{Param, Sql, params};

/// The event with id ?1.
pub(in crate::store) const BY_ID: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.id = ?1
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = e.group_id AND g.deleted = 1)"#,
);

/// The personal events of user ?1 that overlap `[?2, ?3)` and do not repeat (`access::shows`). An
/// event that overlaps begins in the range, or before it by at most the maximum length of its class.
/// INDEXED BY and the order of CROSS JOIN force one range of the index per class; PostgreSQL has no such
/// hints, but what is behind LATERAL and has an OFFSET is read by itself, for one class after the other.
pub(in crate::store) const PERSONAL_BETWEEN: Sql = Sql::each(
    r#"
WITH length (class, days) AS (VALUES (0, 1), (1, 32), (2, 1024), (3, 32768), (4, 3652060))
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM length CROSS JOIN event e INDEXED BY event_personal JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL
    AND e.length_class = length.class
    AND e.starts < ?3 AND e.starts >= ?2 - 86400 * length.days
    AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
    r#"
WITH length (class, days) AS (VALUES (0::bigint, 1::bigint), (1, 32), (2, 1024), (3, 32768), (4, 3652060))
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM length
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.user_id = ?1 AND p.group_id IS NULL AND p.length_class = length.class
        AND p.starts < ?3 AND p.starts >= ?2 - 86400 * length.days
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

/// The events that overlap `[?2, ?3)` in the groups that user ?1 has selected (`access::shows`).
/// INDEXED BY and the order of CROSS JOIN force one range of the index per class of each group; in
/// PostgreSQL, LATERAL and OFFSET do.
pub(in crate::store) const SELECTED_BETWEEN: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM selection s CROSS JOIN calendar_group g CROSS JOIN group_length_class l
CROSS JOIN event e INDEXED BY event_in_group JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1 AND g.id = s.group_id AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
    AND l.group_id = s.group_id
    AND l.length_class < 9 AND e.group_id = s.group_id AND e.length_class = l.length_class
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
FROM selection s
JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
JOIN group_length_class l ON l.group_id = s.group_id AND l.length_class < 9
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = l.group_id AND p.length_class = l.length_class
        AND p.starts < ?3
        AND p.starts >= ?2 - 86400::bigint * CASE l.length_class
            WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1 AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

/// The personal series of user ?1, the birthday among them, that may have an occurrence in `[?2, ?3)` (`access::shows`): those that have begun
/// and have not ended. INDEXED BY limits the search to them.
pub(in crate::store) const PERSONAL_SERIES: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e INDEXED BY event_series_of_user JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

/// The same for the groups that user ?1 has selected (`access::shows`). Only those that have series
/// (`group_length_class`) are searched; INDEXED BY and the order of CROSS JOIN force that.
pub(in crate::store) const SELECTED_SERIES: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM selection s CROSS JOIN group_length_class l CROSS JOIN calendar_group g
CROSS JOIN event e INDEXED BY event_series_in_group JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1 AND l.group_id = s.group_id AND l.length_class = 9
    AND g.id = s.group_id AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
    AND e.group_id = s.group_id AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM selection s
JOIN group_length_class l ON l.group_id = s.group_id AND l.length_class = 9
JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = l.group_id AND p.rule IS NOT NULL AND p.reach > ?2 AND p.starts < ?3
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

/// The birthday of user ?1.
pub(in crate::store) const BIRTHDAY_OF: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.birthday = 1
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))"#,
);

const COUNT_PERSONAL: Sql =
    Sql::both("SELECT count(*) FROM event WHERE user_id = ?1 AND group_id IS NULL");

const COUNT_IN_GROUPS: Sql = Sql::both(
    "
SELECT count(*) FROM event e JOIN calendar_group g ON g.id = e.group_id
WHERE e.user_id = ?1 AND g.deleted = 0",
);

const COUNT_OF_OTHERS: Sql = Sql::both(
    "
SELECT count(*) FROM calendar_group g JOIN event e ON e.group_id = g.id
WHERE (g.creator_id = ?1 OR g.id IN (SELECT m.group_id FROM member m WHERE m.user_id = ?1 AND m.role = 4))
    AND g.deleted = 0 AND e.user_id <> ?1
    AND NOT EXISTS (SELECT 1 FROM member o WHERE o.group_id = g.id AND o.user_id <> ?1)",
);

impl Snapshot<'_> {
    /// The event with that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn event(&self, id: EventId) -> Result<Option<Event>> {
        self.conn.row(self.locking(BY_ID, "e"), params![id.0], from_row)
    }

    /// The events in the calendar of `user` that overlap `range`, in no order: the personal ones, and those
    /// of the selected groups; and every series that may have an occurrence there, as the birthday may.
    ///
    /// # Errors
    /// If the database cannot be read, or the events take more than `room`.
    pub fn events_between(
        &self,
        user: UserId,
        range: TimeRange,
        room: &mut Room,
    ) -> Result<Vec<Event>> {
        let between = params![user.0, range.from, range.until];
        let statements: [(Sql, &[Param<'_>]); 4] = [
            (PERSONAL_BETWEEN, between),
            (SELECTED_BETWEEN, between),
            (PERSONAL_SERIES, between),
            (SELECTED_SERIES, between),
        ];
        self.taken(&statements, room)
    }

    /// The same of the personal ones alone.
    ///
    /// # Errors
    /// As [`Snapshot::events_between`].
    pub fn personal_events_between(
        &self,
        user: UserId,
        range: TimeRange,
        room: &mut Room,
    ) -> Result<Vec<Event>> {
        let between = params![user.0, range.from, range.until];
        let statements: [(Sql, &[Param<'_>]); 2] =
            [(PERSONAL_BETWEEN, between), (PERSONAL_SERIES, between)];
        self.taken(&statements, room)
    }

    /// The events that `statements` find.
    fn taken(&self, statements: &[(Sql, &[Param<'_>])], room: &mut Room) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        self.conn.each_of(statements, |row| {
            let event = from_row(row)?;
            room.take(event.least_bytes() + event.exception_bytes())?;
            events.push(event);
            Ok(())
        })?;
        Ok(events)
    }

    /// The birthday of `user`, on the day of birth.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn birthday_of(&self, user: UserId) -> Result<Option<Event>> {
        self.conn.row(BIRTHDAY_OF, params![user.0], from_row)
    }

    /// How many personal events `user` has, the birthday included.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_personal_events(&self, user: UserId) -> Result<u64> {
        self.count(COUNT_PERSONAL, user)
    }

    /// How many events `user` has in groups.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_group_events(&self, user: UserId) -> Result<u64> {
        self.count(COUNT_IN_GROUPS, user)
    }

    /// How many events other users have in the groups of `user` that have no other member ([`Snapshot::groups_alone_of`]).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_others_events_in_groups_of(&self, user: UserId) -> Result<u64> {
        self.count(COUNT_OF_OTHERS, user)
    }

    fn count(&self, sql: Sql, user: UserId) -> Result<u64> {
        let count: i64 = self.conn.one(sql, params![user.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}
