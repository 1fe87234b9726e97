//! The table `event`.
//!
//! A view asks for what overlaps a span of time. Every query of a span names a class of length
//! first (`length_class`, see the migration) and then a range of starts: an event of at most a
//! day's length that overlaps June began after 30 May. So a month costs a few narrow looks into an
//! index, however long the history is. Of a group only the classes are asked that it has events of
//! (`group_length_class`).

use rusqlite::{OptionalExtension, Params, Row};

use crate::error::Result;
use crate::model::{
    Email, Event, EventId, EventTimes, GroupId, ShortText, TimeRange, UserId, WallTime, casefold,
};
use crate::store::engine::{Snapshot, Transaction};

macro_rules! columns {
    () => {
        "e.id, u.email, e.subject, e.group_id, e.starts, e.ends, e.created, e.updated, e.birthday"
    };
}
pub(in crate::store) use columns;

/// Which events of a class overlap `[?2, ?3)`: those that begin in it, or before it by no more than
/// the longest of the class is long. The index answers all of it but the last line's end.
macro_rules! overlaps {
    ($class:literal) => {
        concat!(
            "e.length_class = ", $class, " AND e.starts < ?3
             AND e.starts >= ?2 - 86400 * CASE ", $class, "
                 WHEN 0 THEN 1 WHEN 1 THEN 32 WHEN 2 THEN 1024 WHEN 3 THEN 32768 ELSE 3652060 END
             AND (e.starts >= ?2 OR e.ends > ?2)"
        )
    };
}

/// Not one of a group that is deleted: those are swept behind it.
macro_rules! is_seen {
    () => {
        "NOT EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = e.group_id AND g.deleted = 1)"
    };
}

/// Counts the events, without those.
pub(in crate::store) const COUNT: &str = "SELECT (SELECT count(*) FROM event) - (
    SELECT count(*) FROM calendar_group g JOIN event e ON e.group_id = g.id WHERE g.deleted = 1)";

pub(in crate::store) const OWNER: &str =
    concat!("SELECT e.user_id FROM event e WHERE e.id = ?1 AND ", is_seen!());

pub(in crate::store) const PERSONAL_BETWEEN: &str = concat!(
    "WITH length (class) AS (VALUES (0), (1), (2), (3), (4)) SELECT ",
    columns!(),
    "
     FROM length CROSS JOIN event e INDEXED BY event_personal JOIN user u ON u.id = e.user_id
     WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.birthday = 0 AND ",
    overlaps!("length.class")
);

pub(in crate::store) const SELECTED_BETWEEN: &str = concat!(
    "SELECT ",
    columns!(),
    "
     FROM selection s CROSS JOIN group_length_class l
     CROSS JOIN event e INDEXED BY event_in_group JOIN user u ON u.id = e.user_id
     WHERE s.user_id = ?1 AND l.group_id = s.group_id AND e.group_id = s.group_id AND ",
    overlaps!("l.length_class")
);

pub(in crate::store) const BIRTHDAY_OF: &str = concat!(
    "SELECT ",
    columns!(),
    "
     FROM event e INDEXED BY event_birthday JOIN user u ON u.id = e.user_id
     WHERE e.user_id = ?1 AND e.birthday = 1"
);

pub(in crate::store) const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM event e JOIN user u ON u.id = e.user_id WHERE e.id = ?1 AND ",
    is_seen!()
);

fn from_row(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        id: EventId(row.get(0)?),
        email: Email::stored(row.get(1)?),
        subject: row.get(2)?,
        group: row.get::<_, Option<i64>>(3)?.map(GroupId),
        starts: WallTime::from_seconds(row.get(4)?)?,
        ends: WallTime::from_seconds(row.get(5)?)?,
        created: WallTime::from_seconds(row.get(6)?)?,
        updated: row.get::<_, Option<i64>>(7)?.map(WallTime::from_seconds).transpose()?,
        birthday: row.get(8)?,
    })
}

impl Snapshot<'_> {
    /// The event of that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn event(&self, id: EventId) -> Result<Option<Event>> {
        Ok(self.events(BY_ID, [id.0])?.pop())
    }

    /// Who registered the event of that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn owner_of_event(&self, id: EventId) -> Result<Option<UserId>> {
        let mut statement = self.conn.prepare_cached(OWNER)?;
        let row = statement.query_row([id.0], |row| row.get(0)).optional()?;
        Ok(row.map(UserId))
    }

    /// The events that overlap `range` in the calendar of `user`, in no order: the personal ones
    /// but for the birthday, and those of the selected groups.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn events_between(&self, user: UserId, range: TimeRange) -> Result<Vec<Event>> {
        let params = (user.0, range.from, range.until);
        let mut events = self.events(PERSONAL_BETWEEN, params)?;
        events.extend(self.events(SELECTED_BETWEEN, params)?);
        Ok(events)
    }

    /// The birthday of `user`, in the year of birth.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn birthday_of(&self, user: UserId) -> Result<Option<Event>> {
        Ok(self.events(BIRTHDAY_OF, [user.0])?.pop())
    }

    /// How many personal events `user` has, the birthday included.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_personal_events(&self, user: UserId) -> Result<u64> {
        self.count("SELECT count(*) FROM event WHERE user_id = ?1 AND group_id IS NULL", user)
    }

    /// How many events `user` has in groups.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_group_events(&self, user: UserId) -> Result<u64> {
        let sql = concat!(
            "SELECT count(*) FROM event e
             WHERE e.user_id = ?1 AND e.group_id IS NOT NULL AND ",
            is_seen!()
        );
        self.count(sql, user)
    }

    /// How many events others have in the groups that `creator` made.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_others_events_in_groups_of(&self, creator: UserId) -> Result<u64> {
        let sql = "SELECT count(*) FROM calendar_group g JOIN event e ON e.group_id = g.id
            WHERE g.creator_id = ?1 AND g.deleted = 0 AND e.user_id <> ?1";
        self.count(sql, creator)
    }

    fn count(&self, sql: &str, user: UserId) -> Result<u64> {
        let count: i64 = self.conn.query_row(sql, [user.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    pub(in crate::store) fn events(&self, sql: &str, params: impl Params) -> Result<Vec<Event>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            events.push(from_row(row)?);
        }
        Ok(events)
    }
}

/// An event that is about to be registered.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// By whom.
    pub user: UserId,
    /// In which group; none for a personal event.
    pub group: Option<GroupId>,
    /// What it is about.
    pub subject: &'a str,
    /// When it begins and ends.
    pub times: EventTimes,
    /// Now.
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
        let sql = "INSERT INTO event
            (user_id, group_id, subject, subject_folded, starts, ends, created, birthday)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let id = self.conn.prepare_cached(sql)?.insert((
            event.user.0,
            event.group.map(|group| group.0),
            event.subject,
            casefold(event.subject),
            event.times.starts().seconds(),
            event.times.ends().seconds(),
            event.created.seconds(),
            event.birthday,
        ))?;
        Ok(EventId(id))
    }

    /// Gives an event other times and another subject.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn change_event(
        &self,
        id: EventId,
        times: EventTimes,
        subject: &ShortText,
        updated: WallTime,
    ) -> Result<()> {
        let sql = "UPDATE event
            SET subject = ?2, subject_folded = ?3, starts = ?4, ends = ?5, updated = ?6 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute((
            id.0,
            subject.as_str(),
            subject.folded(),
            times.starts().seconds(),
            times.ends().seconds(),
            updated.seconds(),
        ))?;
        Ok(())
    }

    /// Removes an event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_event(&self, id: EventId) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM event WHERE id = ?1")?.execute([id.0])?;
        Ok(())
    }
}
