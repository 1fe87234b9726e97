//! Checks the objects that came from elsewhere, and the numbers, tombstones and imports of calendars.

use super::faults::{Faults, TextReaders, each, each_with_id, when};
use crate::error::Result;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::Sql;

/// The first column of each is the key of the row, as text. What is true or false is 1 or 0.
const IDENTITY: Sql = Sql::both("SELECT CAST(id AS TEXT), uid_suffix FROM database_identity");

/// Of a deleted group nobody is told any more.
const KEPT: Sql = Sql::both(
    r#"
SELECT coalesce('user ' || CAST(k.user_id AS TEXT), 'group ' || CAST(k.group_id AS TEXT)), k.pruned_to,
    CASE WHEN k.user_id IS NOT NULL THEN (SELECT u.calendar_version FROM "user" u WHERE u.id = k.user_id)
        ELSE (SELECT g.version FROM calendar_group g WHERE g.id = k.group_id AND g.deleted = 0) END,
    k.kept, CASE WHEN k.user_id IS NOT NULL
        THEN (SELECT count(*) FROM tombstone t WHERE t.user_id = k.user_id)
        ELSE (SELECT count(*) FROM tombstone t WHERE t.group_id = k.group_id) END
FROM tombstones_kept k
WHERE k.group_id IS NULL OR EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = k.group_id AND g.deleted = 0)
ORDER BY k.user_id, k.group_id"#,
);

/// The number of an event or an object, and that of its calendar; whether it, its object and its import are in one
/// calendar; whether a changed occurrence has the object of its series.
const EVENTS: Sql = Sql::each(
    r#"
SELECT CAST(e.id AS TEXT), e.change,
    CASE WHEN e.group_id IS NULL THEN (SELECT u.calendar_version FROM "user" u WHERE u.id = e.user_id)
        ELSE (SELECT g.version FROM calendar_group g WHERE g.id = e.group_id AND g.deleted = 0) END,
    e.object_id IS NULL OR EXISTS (
        SELECT 1 FROM calendar_object o
        WHERE o.id = e.object_id AND o.user_id = e.user_id AND o.group_id IS e.group_id),
    e.import_id IS NULL OR EXISTS (
        SELECT 1 FROM import i
        WHERE i.id = e.import_id AND i.user_id = e.user_id AND i.group_id IS e.group_id),
    e.series_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM event s WHERE s.id = e.series_id AND s.object_id IS NOT e.object_id)
FROM event e"#,
    r#"
SELECT CAST(e.id AS TEXT), e.change,
    CASE WHEN e.group_id IS NULL THEN (SELECT u.calendar_version FROM "user" u WHERE u.id = e.user_id)
        ELSE (SELECT g.version FROM calendar_group g WHERE g.id = e.group_id AND g.deleted = 0) END,
    CAST(CASE WHEN e.object_id IS NULL OR EXISTS (
        SELECT 1 FROM calendar_object o
        WHERE o.id = e.object_id AND o.user_id = e.user_id AND o.group_id IS NOT DISTINCT FROM e.group_id)
    THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN e.import_id IS NULL OR EXISTS (
        SELECT 1 FROM import i
        WHERE i.id = e.import_id AND i.user_id = e.user_id AND i.group_id IS NOT DISTINCT FROM e.group_id)
    THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN e.series_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM event s WHERE s.id = e.series_id AND s.object_id IS DISTINCT FROM e.object_id)
    THEN 1 ELSE 0 END AS BIGINT)
FROM event e"#,
);

/// An object that an import has not shown may be without its events yet.
const OBJECTS: Sql = Sql::each(
    r#"
SELECT CAST(o.id AS TEXT), o.change,
    CASE WHEN o.group_id IS NULL THEN (SELECT u.calendar_version FROM "user" u WHERE u.id = o.user_id)
        ELSE (SELECT g.version FROM calendar_group g WHERE g.id = o.group_id AND g.deleted = 0) END,
    o.import_id IS NULL OR EXISTS (
        SELECT 1 FROM import i
        WHERE i.id = o.import_id AND i.user_id = o.user_id AND i.group_id IS o.group_id),
    o.component <> 'VEVENT' OR EXISTS (SELECT 1 FROM event e WHERE e.object_id = o.id)
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NULL)
        OR EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = o.group_id AND g.deleted = 1),
    o.component = 'VEVENT' OR NOT EXISTS (SELECT 1 FROM event e WHERE e.object_id = o.id), o.uid, o.ics
FROM calendar_object o"#,
    r#"
SELECT CAST(o.id AS TEXT), o.change,
    CASE WHEN o.group_id IS NULL THEN (SELECT u.calendar_version FROM "user" u WHERE u.id = o.user_id)
        ELSE (SELECT g.version FROM calendar_group g WHERE g.id = o.group_id AND g.deleted = 0) END,
    CAST(CASE WHEN o.import_id IS NULL OR EXISTS (
        SELECT 1 FROM import i
        WHERE i.id = o.import_id AND i.user_id = o.user_id AND i.group_id IS NOT DISTINCT FROM o.group_id)
    THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN o.component <> 'VEVENT' OR EXISTS (SELECT 1 FROM event e WHERE e.object_id = o.id)
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = o.import_id AND i.shown IS NULL)
        OR EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = o.group_id AND g.deleted = 1)
    THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN o.component = 'VEVENT' OR NOT EXISTS (SELECT 1 FROM event e WHERE e.object_id = o.id)
    THEN 1 ELSE 0 END AS BIGINT), o.uid, o.ics
FROM calendar_object o"#,
);

const IMPORTS: Sql = Sql::both(
    r#"
SELECT CAST(i.id AS TEXT), i.shown,
    CASE WHEN i.group_id IS NULL THEN (SELECT u.calendar_version FROM "user" u WHERE u.id = i.user_id)
        ELSE (SELECT g.version FROM calendar_group g WHERE g.id = i.group_id AND g.deleted = 0) END
FROM import i"#,
);

/// The tombstones: whether their number is above that of their calendar, and whether what they name is there.
const TOMBSTONES: Sql = Sql::each(
    r#"
SELECT t.name, t.change > coalesce(
        (SELECT u.calendar_version FROM "user" u WHERE u.id = t.user_id),
        (SELECT g.version FROM calendar_group g WHERE g.id = t.group_id), t.change),
    EXISTS (
        SELECT 1 FROM event e
        WHERE e.id = CAST(t.name AS INTEGER) AND e.object_id IS NULL AND e.series_id IS NULL)
    OR EXISTS (
        SELECT 1 FROM calendar_object o
        WHERE t.name LIKE 'object-%' AND o.id = CAST(substr(t.name, 8) AS INTEGER))
FROM tombstone t"#,
    r#"
SELECT t.name, CAST(CASE WHEN t.change > coalesce(
        (SELECT u.calendar_version FROM "user" u WHERE u.id = t.user_id),
        (SELECT g.version FROM calendar_group g WHERE g.id = t.group_id), t.change)
    THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN EXISTS (
            SELECT 1 FROM event e
            WHERE e.id = CASE WHEN t.name ~ '^[0-9]{1,18}$' THEN CAST(t.name AS BIGINT) END
                AND e.object_id IS NULL AND e.series_id IS NULL)
        OR EXISTS (
            SELECT 1 FROM calendar_object o
            WHERE o.id = CASE WHEN t.name ~ '^object-[0-9]{1,18}$' THEN CAST(substr(t.name, 8) AS BIGINT) END)
    THEN 1 ELSE 0 END AS BIGINT)
FROM tombstone t"#,
);

/// Whether `number` is none that the calendar, which has `now`, can have given. Nobody is told of deleted groups.
fn is_ahead(number: Option<i64>, now: Option<i64>) -> bool {
    number.zip(now).is_some_and(|(number, now)| number > now || number < 0)
}

/// Adds the faults of single rows.
///
/// # Errors
/// If the database cannot be read.
pub(super) fn rows(conn: Conn<'_>, readers: TextReaders, faults: &mut Faults) -> Result<()> {
    each(conn, "database_identity", IDENTITY, faults, |row| {
        let suffix: String = row.get(1)?;
        let digits = suffix.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let sound = digits && suffix.len() == 32;
        Ok(vec![when(!sound, "uid_suffix: is not 32 lower-case hexadecimal digits")])
    })?;
    each(conn, "tombstones_kept", KEPT, faults, |row| {
        let (kept, counted): (i64, i64) = (row.get(3)?, row.get(4)?);
        Ok(vec![
            when(is_ahead(row.get(1)?, row.get(2)?), "pruned_to: is above the calendar's number"),
            when(kept != counted, &format!("kept: is {kept}, and there are {counted}")),
        ])
    })?;
    each(conn, "event", EVENTS, faults, |row| {
        Ok(vec![
            when(is_ahead(row.get(1)?, row.get(2)?), "change: is above the calendar's number"),
            when(!row.get::<bool>(3)?, "object_id: is an object of another calendar or user"),
            when(!row.get::<bool>(4)?, "import_id: is an import into another calendar"),
            when(!row.get::<bool>(5)?, "object_id: is not that of its series"),
        ])
    })?;
    each_with_id(conn, "calendar_object", OBJECTS, faults, |row| {
        Ok(vec![
            when(is_ahead(row.get(1)?, row.get(2)?), "change: is above the calendar's number"),
            when(!row.get::<bool>(3)?, "import_id: is an import into another calendar"),
            when(!row.get::<bool>(4)?, "component: is an event without events"),
            when(!row.get::<bool>(5)?, "component: is no event, and has events"),
            when(row.get::<String>(6)?.is_empty(), "uid: is empty"),
            (readers.object)(&row.get::<String>(7)?).map(|fault| format!("ics: {fault}")),
        ])
    })?;
    each_with_id(conn, "import", IMPORTS, faults, |row| {
        Ok(vec![when(is_ahead(row.get(1)?, row.get(2)?), "shown: is above the calendar's number")])
    })?;
    each(conn, "tombstone", TOMBSTONES, faults, |row| {
        Ok(vec![
            when(row.get(1)?, "change: is above the calendar's number"),
            when(row.get(2)?, "name: is that of something that is there"),
        ])
    })
}
