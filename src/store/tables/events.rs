//! The table `event`.
//!
//! A view needs the events that overlap a time range. Events are indexed by a class of length
//! (`length_class`, see migration V1) and then by start. Each query searches a narrow range of starts
//! per class: an event of at most a day that overlaps June began after 30 May. So a month costs a few
//! index searches, however long the history is. For a group only the classes of its own events are
//! searched (`group_length_class`): to search all five takes 27 % more instructions a view with 5
//! selected groups, and 57 % more with 500.

use crate::error::Result;
use crate::model::{
    Email, Event, EventDetails, EventId, EventTimes, GroupId, Revision, Room, ShortText, TimeRange,
    UserId, WallTime,
};
use crate::store::engine::sql::{Param, Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};
use crate::store::tables::sequences;

/// The event with id ?1.
pub(in crate::store) const BY_ID: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.id = ?1
    AND NOT EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = e.group_id AND g.deleted = 1)"#,
);

/// The personal events of user ?1 that overlap `[?2, ?3)`, except the birthday (`access::shows`). An
/// event that overlaps begins in the range, or before it by at most the maximum length of its class.
/// INDEXED BY and the order of CROSS JOIN force one range of the index per class; PostgreSQL has no such
/// hints, but what is behind LATERAL and has an OFFSET is read by itself, for one class after the other.
pub(in crate::store) const PERSONAL_BETWEEN: Sql = Sql::each(
    r#"
WITH length (class, days) AS (VALUES (0, 1), (1, 32), (2, 1024), (3, 32768), (4, 3652060))
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision
FROM length CROSS JOIN event e INDEXED BY event_personal JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.birthday = 0
    AND e.length_class = length.class
    AND e.starts < ?3 AND e.starts >= ?2 - 86400 * length.days
    AND (e.starts >= ?2 OR e.ends > ?2)"#,
    r#"
WITH length (class, days) AS (VALUES (0::bigint, 1::bigint), (1, 32), (2, 1024), (3, 32768), (4, 3652060))
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision
FROM length
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.user_id = ?1 AND p.group_id IS NULL AND p.length_class = length.class
        AND p.starts < ?3 AND p.starts >= ?2 - 86400 * length.days
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE e.birthday = 0 AND (e.starts >= ?2 OR e.ends > ?2)"#,
);

/// The events that overlap `[?2, ?3)` in the groups that user ?1 has selected (`access::shows`).
/// INDEXED BY and the order of CROSS JOIN force one range of the index per class of each group; in
/// PostgreSQL, LATERAL and OFFSET do.
pub(in crate::store) const SELECTED_BETWEEN: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision
FROM selection s CROSS JOIN calendar_group g CROSS JOIN group_length_class l
CROSS JOIN event e INDEXED BY event_in_group JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1 AND g.id = s.group_id AND g.deleted = 0 AND l.group_id = s.group_id
    AND e.group_id = s.group_id AND e.length_class = l.length_class
    AND e.starts < ?3
    AND e.starts >= ?2 - 86400 * CASE l.length_class
        WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    AND (e.starts >= ?2 OR e.ends > ?2)"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision
FROM selection s
JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
JOIN group_length_class l ON l.group_id = s.group_id
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = l.group_id AND p.length_class = l.length_class
        AND p.starts < ?3
        AND p.starts >= ?2 - 86400::bigint * CASE l.length_class
            WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1 AND (e.starts >= ?2 OR e.ends > ?2)"#,
);

/// The birthday of user ?1.
pub(in crate::store) const BIRTHDAY_OF: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.birthday = 1"#,
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
WHERE g.creator_id = ?1 AND g.deleted = 0 AND e.user_id <> ?1",
);

const INSERT: Sql = Sql::both("
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday, revision)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
RETURNING id");

/// Adds an imported event, with the time of its last change.
const IMPORT: Sql = Sql::both(
    "
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
RETURNING id",
);

/// The same, with its id.
const IMPORT_AS: Sql = Sql::both(
    "
INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
RETURNING id",
);

const UPDATE: Sql = Sql::both("
UPDATE event SET subject = ?2, subject_folded = ?3, starts = ?4, ends = ?5, updated = ?6, revision = ?7
WHERE id = ?1");

const DELETE: Sql = Sql::both("DELETE FROM event WHERE id = ?1");

pub(super) fn from_row(row: &Row<'_>) -> Result<Event> {
    let times = EventTimes::spanning(
        WallTime::from_seconds(row.get(5)?)?,
        WallTime::from_seconds(row.get(6)?)?,
    );
    Ok(Event {
        id: EventId(row.get(0)?),
        owner: UserId(row.get(1)?),
        email: Email::stored(row.get(2)?),
        group: row.get::<Option<i64>>(3)?.map(GroupId),
        details: EventDetails { subject: ShortText::stored(row.get(4)?), times },
        created: WallTime::from_seconds(row.get(7)?)?,
        updated: row.get::<Option<i64>>(8)?.map(WallTime::from_seconds).transpose()?,
        birthday: row.get(9)?,
        revision: Revision(row.get(10)?),
    })
}

impl Snapshot<'_> {
    /// The event with that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn event(&self, id: EventId) -> Result<Option<Event>> {
        self.conn.row(self.locking(BY_ID, "e"), params![id.0], from_row)
    }

    /// The events in the calendar of `user` that overlap `range`, in no order: the personal ones, and those
    /// of the selected groups. The birthday is the last, whether it overlaps or not.
    ///
    /// # Errors
    /// If the database cannot be read, or the events take more than `room`.
    pub fn events_between(
        &self,
        user: UserId,
        range: TimeRange,
        mut room: Room,
    ) -> Result<Vec<Event>> {
        let between = params![user.0, range.from, range.until];
        let statements: [(Sql, &[Param<'_>]); 3] = [
            (PERSONAL_BETWEEN, between),
            (SELECTED_BETWEEN, between),
            (BIRTHDAY_OF, params![user.0]),
        ];
        let mut events = Vec::new();
        self.conn.each_of(&statements, |row| {
            let event = from_row(row)?;
            room.take(event.least_bytes())?;
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

    /// How many events other users have in the groups of `creator`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_others_events_in_groups_of(&self, creator: UserId) -> Result<u64> {
        self.count(COUNT_OF_OTHERS, creator)
    }

    fn count(&self, sql: Sql, user: UserId) -> Result<u64> {
        let count: i64 = self.conn.one(sql, params![user.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

/// An event to register.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// Who registers it.
    pub owner: UserId,
    /// Its group; none for a personal event.
    pub group: Option<GroupId>,
    /// Its subject and times.
    pub details: &'a EventDetails,
    /// When it is registered.
    pub created: WallTime,
    /// Whether it is the user's birthday.
    pub birthday: bool,
}

impl Transaction<'_> {
    /// Adds an event; its user and group must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_event(&self, event: &NewEvent<'_>) -> Result<EventId> {
        let EventDetails { subject, times } = event.details;
        let search_key = subject.search_key();
        let row = params![
            event.owner.0,
            event.group.map(|group| group.0),
            subject.as_str(),
            &search_key,
            times.starts().seconds(),
            times.ends().seconds(),
            event.created.seconds(),
            event.birthday,
            Revision::random().0,
        ];
        self.conn.one(INSERT, row, |row| row.get(0).map(EventId))
    }

    /// Adds an event of the earlier system, with its id or, without one, the next free id.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn import_event(
        &self,
        id: Option<EventId>,
        event: &NewEvent<'_>,
        updated: Option<WallTime>,
    ) -> Result<EventId> {
        let EventDetails { subject, times } = event.details;
        let search_key = subject.search_key();
        let (owner, group) = (event.owner.0, event.group.map(|group| group.0));
        let (starts, ends) = (times.starts().seconds(), times.ends().seconds());
        let (created, updated) = (event.created.seconds(), updated.map(WallTime::seconds));
        let (birthday, revision) = (event.birthday, Revision::random().0);
        let subject = subject.as_str();
        let Some(id) = id else {
            let row = params![
                owner,
                group,
                subject,
                &search_key,
                starts,
                ends,
                created,
                updated,
                birthday,
                revision
            ];
            return self.conn.one(IMPORT, row, |row| row.get(0).map(EventId));
        };
        let row = params![
            id.0,
            owner,
            group,
            subject,
            &search_key,
            starts,
            ends,
            created,
            updated,
            birthday,
            revision
        ];
        let id = self.conn.one(IMPORT_AS, row, |row| row.get(0))?;
        sequences::pass_imported(self.conn, "event", id)?;
        Ok(EventId(id))
    }

    /// Gives an event new details and a new revision.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn change_event(
        &self,
        id: EventId,
        details: &EventDetails,
        updated: WallTime,
    ) -> Result<()> {
        let EventDetails { subject, times } = details;
        let search_key = subject.search_key();
        let row = params![
            id.0,
            subject.as_str(),
            &search_key,
            times.starts().seconds(),
            times.ends().seconds(),
            updated.seconds(),
            Revision::random().0,
        ];
        self.conn.execute(UPDATE, row).map(drop)
    }

    /// Deletes an event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_event(&self, id: EventId) -> Result<()> {
        self.conn.execute(DELETE, params![id.0]).map(drop)
    }
}
