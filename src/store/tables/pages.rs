//! The events of one calendar by id, page by page, for an export.

use super::event_rows::from_row;
use crate::error::Result;
use crate::model::{CalendarOf, Event, EventId, ObjectId};
use crate::store::engine::Snapshot;
use crate::store::engine::sql::{Sql, params};

/// At most ?3 personal events of user ?1 with an id above ?2, by id. Their ids are read from an index alone, since none has
/// them in this order; INDEXED BY and OFFSET ensure that.
pub(in crate::store) const PERSONAL: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence, e.object_id
FROM (
    SELECT p.id FROM event p INDEXED BY event_changes
    WHERE coalesce(-p.group_id, p.user_id) = ?1 AND p.id > ?2 AND (p.change > 0 OR p.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few
JOIN event e ON e.id = few.id JOIN "user" u ON u.id = e.user_id
ORDER BY e.id"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence, e.object_id
FROM (
    SELECT p.id FROM (
        SELECT a.id, a.import_id FROM event a
        WHERE a.user_id = ?1 AND a.group_id IS NULL AND a.id > ?2 OFFSET 0) p
    WHERE (p.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few
JOIN event e ON e.id = few.id JOIN "user" u ON u.id = e.user_id
ORDER BY e.id"#,
);

/// The same of group ?1.
pub(in crate::store) const IN_GROUP: Sql = Sql::each(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence, e.object_id
FROM (
    SELECT p.id FROM event p INDEXED BY event_changes
    WHERE coalesce(-p.group_id, p.user_id) = -?1 AND p.id > ?2 AND (p.change > 0 OR p.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few
JOIN event e ON e.id = few.id JOIN "user" u ON u.id = e.user_id
ORDER BY e.id"#,
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence, e.object_id
FROM (
    SELECT p.id FROM (
        SELECT a.id, a.import_id FROM event a WHERE a.group_id = ?1 AND a.id > ?2 OFFSET 0) p
    WHERE (p.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = p.import_id AND i.shown IS NOT NULL))
    ORDER BY p.id LIMIT ?3) few
JOIN event e ON e.id = few.id JOIN "user" u ON u.id = e.user_id
ORDER BY e.id"#,
);

impl Snapshot<'_> {
    /// At most `limit` events of `calendar` with an id above `after`, by id, each with its object: series and their changed
    /// occurrences alike, and the birthday.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn calendar_page(
        &self,
        calendar: CalendarOf,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<(Event, Option<ObjectId>)>> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(user) => (PERSONAL, user.0),
            CalendarOf::Group(group) => (IN_GROUP, group.0),
        };
        self.conn.rows(sql, params![of, after.0, limit], |row| {
            Ok((from_row(row)?, row.get::<Option<i64>>(19)?.map(ObjectId)))
        })
    }
}
