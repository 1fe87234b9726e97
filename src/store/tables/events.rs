//! The table `event`.
//!
//! A view needs the events that overlap a time range. Events are indexed by a class of length
//! (`length_class`, see migration V1) and then by start. Each query searches a narrow range of starts
//! per class: an event of at most a day that overlaps June began after 30 May. So a month costs a few
//! index searches, however long the history is. For a group only the classes of its own events are
//! searched (`group_length_class`): to search all five takes 27 % more instructions a view with 5
//! selected groups, and 57 % more with 500.

use crate::error::{Error, Result};
use crate::model::{
    Email, Event, EventDetails, EventId, EventTimes, GroupId, Properties, Recurrence, Repeats,
    Revision, Room, ShortText, TimeRange, UserId, WallTime,
};
use crate::store::engine::sql::{Param, Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};
use crate::store::tables::sequences;

/// The event with id ?1.
pub(in crate::store) const BY_ID: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
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
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM length CROSS JOIN event e INDEXED BY event_personal JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.birthday = 0
    AND e.length_class = length.class
    AND e.starts < ?3 AND e.starts >= ?2 - 86400 * length.days
    AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL"#,
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
WHERE e.birthday = 0 AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL"#,
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
WHERE s.user_id = ?1 AND g.id = s.group_id AND g.deleted = 0 AND l.group_id = s.group_id
    AND l.length_class < 9 AND e.group_id = s.group_id AND e.length_class = l.length_class
    AND e.starts < ?3
    AND e.starts >= ?2 - 86400 * CASE l.length_class
        WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM selection s
JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
JOIN group_length_class l ON l.group_id = s.group_id AND l.length_class < 9
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = l.group_id AND p.length_class = l.length_class
        AND p.starts < ?3
        AND p.starts >= ?2 - 86400::bigint * CASE l.length_class
            WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1 AND (e.starts >= ?2 OR e.ends > ?2) AND e.rule IS NULL"#,
);

/// The personal series of user ?1 that may have an occurrence in `[?2, ?3)` (`access::shows`): those that have begun
/// and have not ended. INDEXED BY limits the search to them.
pub(in crate::store) const PERSONAL_SERIES: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e INDEXED BY event_series_of_user JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM event e JOIN "user" u ON u.id = e.user_id
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3"#,
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
    AND e.group_id = s.group_id AND e.rule IS NOT NULL AND e.reach > ?2 AND e.starts < ?3"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM selection s
JOIN group_length_class l ON l.group_id = s.group_id AND l.length_class = 9
JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
CROSS JOIN LATERAL (
    SELECT p.* FROM event p
    WHERE p.group_id = l.group_id AND p.rule IS NOT NULL AND p.reach > ?2 AND p.starts < ?3
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE s.user_id = ?1"#,
);

/// The birthday of user ?1.
pub(in crate::store) const BIRTHDAY_OF: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
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

const INSERT: Sql = Sql::both(
    "
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
RETURNING id",
);

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

const UPDATE: Sql = Sql::both(
    "
UPDATE event SET subject = ?2, subject_folded = ?3, starts = ?4, ends = ?5, updated = ?6, revision = ?7,
    private = ?8, properties = ?9, properties_folded = ?10, rule = ?11, last_start = ?12, exceptions = ?13,
    reach = ?14
WHERE id = ?1",
);

const DELETE: Sql = Sql::both("DELETE FROM event WHERE id = ?1");

pub(super) fn from_row(row: &Row<'_>) -> Result<Event> {
    let times = EventTimes::spanning(
        WallTime::from_seconds(row.get(5)?)?,
        WallTime::from_seconds(row.get(6)?)?,
    );
    let subject = ShortText::stored(row.get(4)?);
    Ok(Event {
        id: EventId(row.get(0)?),
        owner: UserId(row.get(1)?),
        email: Email::stored(row.get(2)?),
        group: row.get::<Option<i64>>(3)?.map(GroupId),
        details: EventDetails { subject, times, properties: properties(row)? },
        created: WallTime::from_seconds(row.get(7)?)?,
        updated: row.get::<Option<i64>>(8)?.map(WallTime::from_seconds).transpose()?,
        birthday: row.get(9)?,
        revision: Revision(row.get(10)?),
        recurrence: recurrence(row)?,
    })
}

fn properties(row: &Row<'_>) -> Result<Option<Box<Properties>>> {
    let (private, json): (bool, Option<String>) = (row.get(11)?, row.get(12)?);
    if !private && json.is_none() {
        return Ok(None);
    }
    let properties = json.map(|json| serde_json::from_str(&json)).transpose();
    let properties = properties.map_err(|error| Error::Internal(format!("properties: {error}")))?;
    Ok(Some(Box::new(Properties { private, ..properties.unwrap_or_default() })))
}

fn recurrence(row: &Row<'_>) -> Result<Recurrence> {
    if let Some(rule) = row.get(13)? {
        let exceptions: Option<String> = row.get(15)?;
        return Ok(Recurrence::Series(Box::new(Repeats {
            rule,
            last: row.get::<Option<i64>>(14)?.map(WallTime::from_seconds).transpose()?,
            exceptions: exceptions.as_deref().map_or(Ok(Vec::new()), read_times)?,
            reach: WallTime::from_seconds(row.get(16)?)?,
        })));
    }
    Ok(match row.get::<Option<i64>>(17)? {
        Some(series) => Recurrence::Changed {
            series: EventId(series),
            start: WallTime::from_seconds(row.get(18)?)?,
        },
        None => Recurrence::Once,
    })
}

/// Reads a JSON array of times.
fn read_times(json: &str) -> Result<Vec<WallTime>> {
    let seconds: Vec<i64> = serde_json::from_str(json)
        .map_err(|error| Error::Internal(format!("exceptions: {error}")))?;
    seconds.into_iter().map(WallTime::from_seconds).collect()
}

/// The columns of an event's details and recurrence, as they are stored.
struct Columns<'a> {
    details: &'a EventDetails,
    search_key: String,
    properties: Option<String>,
    properties_folded: Option<String>,
    repeats: Option<&'a Repeats>,
    exceptions: Option<String>,
    changed: Option<(EventId, WallTime)>,
}

impl<'a> Columns<'a> {
    fn of(details: &'a EventDetails, recurrence: &'a Recurrence) -> Result<Self> {
        let properties = details.properties.as_deref();
        let json = properties.map(serde_json::to_string).transpose();
        let json = json.map_err(|error| Error::Internal(format!("properties: {error}")))?;
        let (repeats, changed) = match recurrence {
            Recurrence::Once => (None, None),
            Recurrence::Series(repeats) => (Some(&**repeats), None),
            Recurrence::Changed { series, start } => (None, Some((*series, *start))),
        };
        let exceptions = repeats.filter(|repeats| !repeats.exceptions.is_empty()).map(|repeats| {
            let seconds: Vec<_> =
                repeats.exceptions.iter().map(|at| at.seconds().to_string()).collect();
            format!("[{}]", seconds.join(","))
        });
        Ok(Self {
            details,
            search_key: details.subject.search_key(),
            // An object of nothing is that of an event that is only private.
            properties: json.filter(|json| json != "{}"),
            properties_folded: properties.and_then(Properties::search_key),
            repeats,
            exceptions,
            changed,
        })
    }

    fn rule(&self) -> Option<&str> {
        self.repeats.map(|repeats| repeats.rule.as_str())
    }

    fn last(&self) -> Option<i64> {
        self.repeats.and_then(|repeats| repeats.last).map(WallTime::seconds)
    }

    fn reach(&self) -> Option<i64> {
        self.repeats.map(|repeats| repeats.reach.seconds())
    }
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
    /// of the selected groups; and every series that may have an occurrence there. The birthday is the last, whether it
    /// overlaps or not.
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
        let statements: [(Sql, &[Param<'_>]); 5] = [
            (PERSONAL_BETWEEN, between),
            (SELECTED_BETWEEN, between),
            (PERSONAL_SERIES, between),
            (SELECTED_SERIES, between),
            (BIRTHDAY_OF, params![user.0]),
        ];
        let mut events = Vec::new();
        self.conn.each_of(&statements, |row| {
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
    /// Whether it is a series, or an occurrence of one.
    pub recurrence: &'a Recurrence,
}

impl Transaction<'_> {
    /// Adds an event; its user and group must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_event(&self, event: &NewEvent<'_>) -> Result<EventId> {
        let columns = Columns::of(event.details, event.recurrence)?;
        let EventDetails { subject, times, .. } = columns.details;
        let row = params![
            event.owner.0,
            event.group.map(|group| group.0),
            subject.as_str(),
            &columns.search_key,
            times.starts().seconds(),
            times.ends().seconds(),
            event.created.seconds(),
            event.birthday,
            Revision::random().0,
            event.details.is_private(),
            columns.properties.as_deref(),
            columns.properties_folded.as_deref(),
            columns.rule(),
            columns.last(),
            columns.exceptions.as_deref(),
            columns.reach(),
            columns.changed.map(|(series, _)| series.0),
            columns.changed.map(|(_, start)| start.seconds()),
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
        let EventDetails { subject, times, .. } = event.details;
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

    /// Gives an event that was just added its details and its recurrence.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn begin_event(
        &self,
        id: EventId,
        details: &EventDetails,
        recurrence: &Recurrence,
    ) -> Result<()> {
        self.update_event(id, details, recurrence, None)
    }

    /// Gives an event new details and a new revision. It becomes a series, or none, by `recurrence`; a changed
    /// occurrence stays one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn change_event(
        &self,
        id: EventId,
        details: &EventDetails,
        recurrence: &Recurrence,
        updated: WallTime,
    ) -> Result<()> {
        self.update_event(id, details, recurrence, Some(updated))
    }

    fn update_event(
        &self,
        id: EventId,
        details: &EventDetails,
        recurrence: &Recurrence,
        updated: Option<WallTime>,
    ) -> Result<()> {
        let columns = Columns::of(details, recurrence)?;
        let row = params![
            id.0,
            details.subject.as_str(),
            &columns.search_key,
            details.times.starts().seconds(),
            details.times.ends().seconds(),
            updated.map(WallTime::seconds),
            Revision::random().0,
            details.is_private(),
            columns.properties.as_deref(),
            columns.properties_folded.as_deref(),
            columns.rule(),
            columns.last(),
            columns.exceptions.as_deref(),
            columns.reach(),
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
