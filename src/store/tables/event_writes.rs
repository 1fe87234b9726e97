//! How rows of `event` are added, changed and deleted.
//!
//! Each such row takes the number that its calendar has afterwards (`changes.rs`). In SQLite the statement gives it, and the
//! triggers of migration V15 move the calendar to it. In PostgreSQL a trigger does both, which locks the row of the calendar.

use super::event_rows::Columns;
use super::history::{Left, MadeRow};
use super::sequences;
use crate::error::Result;
use crate::model::{
    EventDetails, EventId, GroupId, ImportId, ObjectId, Recurrence, Revision, Touched, UserId,
    WallTime,
};
use crate::store::engine::Transaction;
use crate::store::engine::sql::{Sql, params};

/// Adds an event that was made here and is no occurrence of a series: that is most of them. What it cannot have is not
/// even NULL here, since SQLite checks each reference that a statement gives.
const INSERT: Sql = Sql::each(
    r#"
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach, change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, CASE
    WHEN ?2 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?1)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?2) END)
RETURNING id"#,
    "
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
RETURNING id",
);

/// Adds any other event.
const INSERT_OF: Sql = Sql::each(
    r#"
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence,
    object_id, import_id, change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
    coalesce(?19, (SELECT s.object_id FROM event s WHERE s.id = ?17)), ?20, CASE
        WHEN ?20 IS NOT NULL THEN 0
        WHEN ?2 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?1)
        ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?2) END)
RETURNING id"#,
    "
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday, revision,
    private, properties, properties_folded, rule, last_start, exceptions, reach, series_id, occurrence,
    object_id, import_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
    coalesce(?19, (SELECT s.object_id FROM event s WHERE s.id = ?17)), ?20)
RETURNING id",
);

/// Adds an imported event, with the time of its last change.
const IMPORT: Sql = Sql::each(
    r#"
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision, rule, reach, change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, CASE
    WHEN ?2 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?1)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?2) END)
RETURNING id"#,
    "
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision, rule, reach)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
RETURNING id",
);

/// The same, with its id.
const IMPORT_AS: Sql = Sql::each(
    r#"
INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision, rule, reach, change)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, CASE
    WHEN ?3 IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = ?2)
    ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = ?3) END)
RETURNING id"#,
    "
INSERT INTO event (id, user_id, group_id, subject, subject_folded, starts, ends, created, updated,
    birthday, revision, rule, reach)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
RETURNING id",
);

const UPDATE: Sql = Sql::each(
    r#"
UPDATE event SET subject = ?2, subject_folded = ?3, starts = ?4, ends = ?5, updated = ?6, revision = ?7,
    private = ?8, properties = ?9, properties_folded = ?10, rule = ?11, last_start = ?12, exceptions = ?13,
    reach = ?14, change = CASE
        WHEN import_id IS NOT NULL
            AND EXISTS (SELECT 1 FROM import i WHERE i.id = event.import_id AND i.shown IS NULL) THEN 0
        WHEN group_id IS NULL
            THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = event.user_id)
        ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = event.group_id) END
WHERE id = ?1"#,
    "
UPDATE event SET subject = ?2, subject_folded = ?3, starts = ?4, ends = ?5, updated = ?6, revision = ?7,
    private = ?8, properties = ?9, properties_folded = ?10, rule = ?11, last_start = ?12, exceptions = ?13,
    reach = ?14
WHERE id = ?1",
);

const DELETE: Sql = Sql::both("DELETE FROM event WHERE id = ?1 RETURNING object_id");

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
    /// The object that it belongs to, if it came from elsewhere. A changed occurrence belongs to that of its series in any
    /// case.
    pub object: Option<ObjectId>,
    /// The import that it is part of, which shows it later.
    pub import: Option<ImportId>,
}

impl Transaction<'_> {
    /// Adds an event; its user and group must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_event(&self, event: &NewEvent<'_>) -> Result<EventId> {
        let columns = Columns::of(event.details, event.recurrence)?;
        let EventDetails { subject, times, .. } = columns.details;
        let (revision, private) = (Revision::random().0, event.details.is_private());
        let row = params![
            event.owner.0,
            event.group.map(|group| group.0),
            subject.as_str(),
            &columns.search_key,
            times.starts().seconds(),
            times.ends().seconds(),
            event.created.seconds(),
            event.birthday,
            revision,
            private,
            columns.properties.as_deref(),
            columns.properties_folded.as_deref(),
            columns.rule(),
            columns.last(),
            columns.exceptions.as_deref(),
            columns.reach(),
            columns.changed.map(|(series, _)| series.0),
            columns.changed.map(|(_, start)| start.seconds()),
            event.object.map(|object| object.0),
            event.import.map(|import| import.0),
        ];
        let of = [event.object.is_some(), event.import.is_some(), columns.changed.is_some()];
        let (sql, row) =
            if of.contains(&true) { (INSERT_OF, &row[..]) } else { (INSERT, &row[..16]) };
        let id = self.conn.one(sql, row, |row| row.get(0).map(EventId))?;
        if event.import.is_none() {
            self.note_made(&MadeRow {
                about: Touched::Event(id),
                owner: event.owner,
                group: event.group,
                subject: Some(subject.as_str()),
                private,
                state: revision,
            })?;
        }
        Ok(id)
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
        let columns = Columns::of(event.details, event.recurrence)?;
        let EventDetails { subject, times, .. } = columns.details;
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
                &columns.search_key,
                starts,
                ends,
                created,
                updated,
                birthday,
                revision,
                columns.rule(),
                columns.reach(),
            ];
            return self.conn.one(IMPORT, row, |row| row.get(0).map(EventId));
        };
        let row = params![
            id.0,
            owner,
            group,
            subject,
            &columns.search_key,
            starts,
            ends,
            created,
            updated,
            birthday,
            revision,
            columns.rule(),
            columns.reach(),
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
        let (revision, private) = (Revision::random().0, details.is_private());
        let left = Left::Changed(revision, details.subject.as_str(), private);
        self.note_event_before(id, left)?;
        let row = params![
            id.0,
            details.subject.as_str(),
            &columns.search_key,
            details.times.starts().seconds(),
            details.times.ends().seconds(),
            updated.map(WallTime::seconds),
            revision,
            private,
            columns.properties.as_deref(),
            columns.properties_folded.as_deref(),
            columns.rule(),
            columns.last(),
            columns.exceptions.as_deref(),
            columns.reach(),
        ];
        self.conn.execute(UPDATE, row).map(drop)
    }

    /// Deletes an event, with its changed occurrences; with the last event of an object, the object too.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_event(&self, id: EventId) -> Result<()> {
        self.note_children_before(id, WallTime::MIN)?;
        self.note_event_before(id, Left::Gone)?;
        let object = self.conn.row(DELETE, params![id.0], |row| row.get::<Option<i64>>(0))?;
        object.flatten().map_or(Ok(()), |object| self.delete_empty_object(object))
    }
}
