//! The table `import`: imports that are too large for one short transaction.
//!
//! An import adds its objects and events in slices, each in a transaction. Their rows name it, and no query shows them
//! until it is shown, all at once. Each row then has a number of its own, as if it had been added at that moment: its id
//! with the offset of the import, up to the number that the calendar has afterwards. Upkeep then gives the rows these
//! numbers, slice by slice, so that views need not ask for the import any more; or it deletes them, if the import was given
//! up (`go_on`).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::model::{CalendarOf, GroupId, ImportId, UserId};
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};
use crate::store::engine::{Snapshot, Transaction};

const INSERT: Sql =
    Sql::both("INSERT INTO import (user_id, group_id, touched) VALUES (?1, ?2, ?3) RETURNING id");

/// Gives up what user ?1 has not shown in group ?2, or without one in their personal calendar.
const ABANDON_SAME: Sql = Sql::each(
    "
UPDATE import SET abandoned = 1
WHERE user_id = ?1 AND group_id IS ?2 AND shown IS NULL AND abandoned = 0",
    "
UPDATE import SET abandoned = 1
WHERE user_id = ?1 AND group_id IS NOT DISTINCT FROM ?2 AND shown IS NULL AND abandoned = 0",
);

const GOING_ON: Sql =
    Sql::both("SELECT id, touched FROM import WHERE shown IS NULL AND abandoned = 0");

const ABANDON: Sql = Sql::both(
    "
UPDATE import SET abandoned = 1
WHERE id = ?1 AND touched = ?2 AND shown IS NULL AND abandoned = 0",
);

const ABANDON_ALL: Sql =
    Sql::both("UPDATE import SET abandoned = 1 WHERE shown IS NULL AND abandoned = 0");

const TOUCH: Sql =
    Sql::both("UPDATE import SET touched = ?2 WHERE id = ?1 AND shown IS NULL AND abandoned = 0");

/// The calendar of import ?1, if it can be shown.
const TO_SHOW: Sql = Sql::both(
    "SELECT i.user_id, i.group_id FROM import i WHERE i.id = ?1 AND i.shown IS NULL AND i.abandoned = 0",
);

/// The lowest and the highest id of the events of import ?1, and of its objects. INDEXED BY makes each one look into an
/// index.
pub(in crate::store) const BOUNDS: Sql = Sql::each(
    "
SELECT (SELECT e.id FROM event e INDEXED BY event_of_import
        WHERE e.import_id = ?1 AND e.change = 0 ORDER BY e.id LIMIT 1),
    (SELECT e.id FROM event e INDEXED BY event_of_import
        WHERE e.import_id = ?1 AND e.change = 0 ORDER BY e.id DESC LIMIT 1),
    (SELECT o.id FROM calendar_object o INDEXED BY calendar_object_of_import
        WHERE o.import_id = ?1 ORDER BY o.id LIMIT 1),
    (SELECT o.id FROM calendar_object o INDEXED BY calendar_object_of_import
        WHERE o.import_id = ?1 ORDER BY o.id DESC LIMIT 1)",
    "
SELECT (SELECT e.id FROM event e WHERE e.import_id = ?1 AND e.change = 0 ORDER BY e.id LIMIT 1),
    (SELECT e.id FROM event e WHERE e.import_id = ?1 AND e.change = 0 ORDER BY e.id DESC LIMIT 1),
    (SELECT o.id FROM calendar_object o WHERE o.import_id = ?1 ORDER BY o.id LIMIT 1),
    (SELECT o.id FROM calendar_object o WHERE o.import_id = ?1 ORDER BY o.id DESC LIMIT 1)",
);

const MOVE_PERSONAL: Sql = Sql::both(
    r#"
UPDATE "user" SET calendar_version = calendar_version + ?2 WHERE id = ?1 RETURNING calendar_version"#,
);

const MOVE_GROUP: Sql = Sql::both(
    "
UPDATE calendar_group SET version = version + ?2 WHERE id = ?1 AND deleted = 0 RETURNING version",
);

const SHOW: Sql =
    Sql::both("UPDATE import SET shown = ?2, event_offset = ?3, object_offset = ?4 WHERE id = ?1");

/// The object with the UID ?2 that user ?1 has in an import that was given up.
const ABANDONED_PERSONAL: Sql = Sql::both(
    "
SELECT o.id FROM calendar_object o JOIN import i ON i.id = o.import_id AND i.abandoned = 1
WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NULL",
);

/// The same in group ?1.
const ABANDONED_IN_GROUP: Sql = Sql::both(
    "
SELECT o.id FROM calendar_object o JOIN import i ON i.id = o.import_id AND i.abandoned = 1
WHERE o.group_id = ?1 AND o.uid = ?2",
);

/// The import that is going on in which user ?1 has the UID ?2.
const GOING_ON_PERSONAL: Sql = Sql::both(
    "
SELECT i.id, i.user_id FROM calendar_object o
JOIN import i ON i.id = o.import_id AND i.abandoned = 0 AND i.shown IS NULL
WHERE o.user_id = ?1 AND o.uid = ?2 AND o.group_id IS NULL",
);

/// The same in group ?1.
const GOING_ON_IN_GROUP: Sql = Sql::both(
    "
SELECT i.id, i.user_id FROM calendar_object o
JOIN import i ON i.id = o.import_id AND i.abandoned = 0 AND i.shown IS NULL
WHERE o.group_id = ?1 AND o.uid = ?2",
);

const DELETE_OBJECT: Sql = Sql::both("DELETE FROM calendar_object WHERE id = ?1");

/// Deletes up to ?2 events of import ?1. The newest first: a series is older than its changed occurrences, and would take
/// all of them along. INDEXED BY limits the search to the import.
pub(in crate::store) const DELETE_EVENTS: Sql = Sql::each(
    "
DELETE FROM event WHERE id IN (
    SELECT e.id FROM event e INDEXED BY event_of_import
    WHERE e.import_id = ?1 AND e.change = 0 ORDER BY e.id DESC LIMIT ?2)",
    "
DELETE FROM event WHERE id IN (
    SELECT e.id FROM event e WHERE e.import_id = ?1 AND e.change = 0 ORDER BY e.id DESC LIMIT ?2)",
);

pub(in crate::store) const DELETE_OBJECTS: Sql = Sql::each(
    "
DELETE FROM calendar_object WHERE id IN (
    SELECT o.id FROM calendar_object o INDEXED BY calendar_object_of_import
    WHERE o.import_id = ?1 ORDER BY o.id LIMIT ?2)",
    "
DELETE FROM calendar_object WHERE id IN (
    SELECT o.id FROM calendar_object o WHERE o.import_id = ?1 ORDER BY o.id LIMIT ?2)",
);

/// Deletes import ?1 if it has no rows left.
const DELETE: Sql = Sql::both(
    "
DELETE FROM import
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.import_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM calendar_object o WHERE o.import_id = ?1)",
);

/// Locks the user of import ?1, whose count of events shrinks with those of the import.
const LOCK_USER: Sql = Sql::both(
    r#"
SELECT u.id FROM "user" u WHERE u.id = (SELECT i.user_id FROM import i WHERE i.id = ?1)"#,
)
.locking("u");

/// An import that upkeep has work with. There are few that it has none with: those that are going on.
const NEXT: Sql = Sql::each(
    "
SELECT id, shown, event_offset, object_offset FROM import
WHERE shown IS NOT NULL OR abandoned = 1 LIMIT 1",
    "
SELECT id, shown, event_offset, object_offset FROM import
WHERE shown IS NOT NULL OR abandoned = 1 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
);

/// Takes up to ?3 events out of import ?1. Each gets its number, the id with ?2, unless it has changed since. What somebody
/// is at work on comes later.
pub(in crate::store) const SETTLE_EVENTS: Sql = Sql::each(
    "
UPDATE event SET import_id = NULL, change = CASE WHEN change = 0 THEN id + ?2 ELSE change END
WHERE id IN (SELECT e.id FROM event e INDEXED BY event_of_import WHERE e.import_id = ?1 LIMIT ?3)",
    "
UPDATE event SET import_id = NULL, change = CASE WHEN change = 0 THEN id + ?2 ELSE change END
WHERE id IN (
    SELECT e.id FROM event e WHERE e.import_id = ?1 ORDER BY e.change, e.id LIMIT ?3
    FOR NO KEY UPDATE SKIP LOCKED)",
);

/// The same for its objects. Those of events have no number of their own.
pub(in crate::store) const SETTLE_OBJECTS: Sql = Sql::each(
    "
UPDATE calendar_object SET import_id = NULL,
    change = CASE WHEN change = 0 AND component <> 'VEVENT' THEN id + ?2 ELSE change END
WHERE id IN (
    SELECT o.id FROM calendar_object o INDEXED BY calendar_object_of_import WHERE o.import_id = ?1 LIMIT ?3)",
    "
UPDATE calendar_object SET import_id = NULL,
    change = CASE WHEN change = 0 AND component <> 'VEVENT' THEN id + ?2 ELSE change END
WHERE id IN (
    SELECT o.id FROM calendar_object o WHERE o.import_id = ?1 ORDER BY o.id LIMIT ?3
    FOR NO KEY UPDATE SKIP LOCKED)",
);

/// How many rows upkeep goes through in one transaction.
const SLICE: u32 = 500;

const IS_SHOWN: Sql = Sql::both("SELECT 1 FROM import WHERE id = ?1 AND shown IS NOT NULL");

impl Snapshot<'_> {
    /// The import that is going on and will show an object with that UID in `calendar`, and its user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn import_of_uid(
        &self,
        calendar: CalendarOf,
        uid: &str,
    ) -> Result<Option<(ImportId, UserId)>> {
        let (sql, of) = match calendar {
            CalendarOf::Personal(user) => (GOING_ON_PERSONAL, user.0),
            CalendarOf::Group(group) => (GOING_ON_IN_GROUP, group.0),
        };
        let read = |row: &Row<'_>| Ok((ImportId(row.get(0)?), UserId(row.get(1)?)));
        self.conn.row(sql, params![of, uid], read)
    }
}

impl Transaction<'_> {
    /// Begins an import of `user` into `group`, or without one into their personal calendar, at `now` (Unix time in
    /// seconds). One that they have not finished there is given up: nobody waits for it any more.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn begin_import(&self, user: UserId, group: Option<GroupId>, now: i64) -> Result<ImportId> {
        self.give_up_imports(user, group)?;
        let row = params![user.0, group.map(|group| group.0), now];
        self.conn.one(INSERT, row, |row| row.get(0).map(ImportId))
    }

    /// Gives up what `user` has begun to import into `group`, or without one into their personal calendar, and not
    /// finished.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn give_up_imports(&self, user: UserId, group: Option<GroupId>) -> Result<()> {
        self.conn.execute(ABANDON_SAME, params![user.0, group.map(|group| group.0)]).map(drop)
    }

    /// Notes that the import goes on at `now` (Unix time in seconds). Comes before what a slice adds.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it was given up; if the database cannot be written.
    pub fn touch_import(&self, import: ImportId, now: i64) -> Result<()> {
        match self.conn.execute(TOUCH, params![import.0, now])? {
            0 => Err(given_up()),
            _ => Ok(()),
        }
    }

    /// Shows all that the import has added, at once: the work is the same however much it is.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it was given up, or its group is gone; if the database cannot be written.
    pub fn show_import(&self, import: ImportId) -> Result<()> {
        let read = |row: &Row<'_>| Ok((row.get::<i64>(0)?, row.get::<Option<i64>>(1)?));
        let calendar = self.conn.row(TO_SHOW.locking("i"), params![import.0], read)?;
        let (user, group) = calendar.ok_or_else(given_up)?;
        let [first_event, last_event, first_object, last_object] =
            self.conn.one(BOUNDS, params![import.0], |row| {
                Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
            })?;
        let span = |first: Option<i64>, last: Option<i64>| {
            first.zip(last).map_or(0, |(first, last)| last - first + 1)
        };
        let (events, objects) = (span(first_event, last_event), span(first_object, last_object));
        // An import of nothing changes nothing, but a number that was not there before is simpler than none.
        let by = (events + objects).max(1);
        let (sql, of) = group.map_or((MOVE_PERSONAL, user), |group| (MOVE_GROUP, group));
        let shown: Option<i64> = self.conn.row(sql, params![of, by], |row| row.get(0))?;
        let shown = shown.ok_or_else(|| Error::Conflict("the group was deleted".into()))?;
        let before = shown - by;
        let event_offset = before + 1 - first_event.unwrap_or_default();
        let object_offset = before + events + 1 - first_object.unwrap_or_default();
        let row = params![import.0, shown, event_offset, object_offset];
        self.conn.execute(SHOW, row).map(drop)
    }

    /// Deletes at most `limit` rows of an import that is not shown, and the import itself with the last of them. Gives
    /// whether there is more.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it is shown; if the database cannot be written.
    pub fn delete_import_slice(&self, import: ImportId, limit: u32) -> Result<bool> {
        if self.conn.row(IS_SHOWN, params![import.0], |_| Ok(()))?.is_some() {
            return Err(Error::Conflict("the import is shown already".into()));
        }
        delete_slice(self.conn, import, limit)
    }

    /// Deletes the object with that UID in a calendar if it is of an import that was given up. Gives whether it was.
    pub(super) fn delete_abandoned_object(
        &self,
        user: UserId,
        group: Option<GroupId>,
        uid: &str,
    ) -> Result<bool> {
        let (sql, of) = match group {
            None => (ABANDONED_PERSONAL, user.0),
            Some(group) => (ABANDONED_IN_GROUP, group.0),
        };
        let object: Option<i64> = self.conn.row(sql, params![of, uid], |row| row.get(0))?;
        let Some(object) = object else { return Ok(false) };
        self.conn.execute(DELETE_OBJECT, params![object])?;
        Ok(true)
    }
}

fn delete_slice(conn: Conn<'_>, import: ImportId, limit: u32) -> Result<bool> {
    if let Conn::Postgres(_) = conn {
        conn.each(LOCK_USER, params![import.0], |_| Ok(()))?;
    }
    for sql in [DELETE_EVENTS, DELETE_OBJECTS] {
        // A series may have taken changed occurrences along that are not counted.
        if conn.execute(sql, params![import.0, limit.max(1)])? > 0 {
            return Ok(true);
        }
    }
    conn.execute(DELETE, params![import.0])?;
    Ok(false)
}

/// Goes on with one import: deletes rows of one that was given up, or takes rows out of one that is shown. Gives how many
/// rows, of any kind, it has gone through.
pub(in crate::store) fn go_on(conn: Conn<'_>) -> Result<usize> {
    let next = conn.row(NEXT, params![], |row| {
        let shown: Option<i64> = row.get(1)?;
        Ok((row.get::<i64>(0)?, shown.is_some(), row.get::<i64>(2)?, row.get::<i64>(3)?))
    })?;
    let Some((import, shown, event_offset, object_offset)) = next else { return Ok(0) };
    if !shown {
        delete_slice(conn, ImportId(import), SLICE)?;
        return Ok(1);
    }
    for (sql, offset) in [(SETTLE_EVENTS, event_offset), (SETTLE_OBJECTS, object_offset)] {
        let settled = conn.execute(sql, params![import, offset, SLICE])?;
        if settled > 0 {
            return Ok(settled);
        }
    }
    conn.execute(DELETE, params![import])
}

/// Gives up every import that is going on. A server that starts on a file finds there what was interrupted when it, or a
/// command, last ran; a command that imports at that very moment is told, and can be repeated.
pub(in crate::store) fn give_up_all(conn: Conn<'_>) -> Result<()> {
    conn.execute(ABANDON_ALL, params![]).map(drop)
}

/// How long an import may add nothing until it is given up. It does nothing but add rows, so it was interrupted long ago:
/// by a crash, for one.
const PATIENCE: Duration = Duration::from_mins(10);

/// Gives up imports that do not go on. It goes by this process's own clock, which nobody sets, and not by the times in the
/// table, which may be of another server or of a command beside this one.
#[derive(Debug, Default)]
pub(in crate::store) struct Watch {
    /// When each import was first seen as it was last touched.
    seen: BTreeMap<(i64, i64), Instant>,
}

impl Watch {
    /// Looks at the imports that are going on, at `now`. Gives how many it has given up.
    pub(in crate::store) fn look(&mut self, conn: Conn<'_>, now: Instant) -> Result<usize> {
        let going_on: Vec<(i64, i64)> =
            conn.rows(GOING_ON, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.seen.retain(|import, _| going_on.contains(import));
        let mut given_up = 0;
        for (id, touched) in going_on {
            let since = *self.seen.entry((id, touched)).or_insert(now);
            if now.duration_since(since) >= PATIENCE {
                given_up += conn.execute(ABANDON, params![id, touched])?;
            }
        }
        Ok(given_up)
    }
}

fn given_up() -> Error {
    Error::Conflict("the import was given up: it was interrupted, or a later one began".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Email, WallTime};
    use crate::store::maintenance::migrations;

    #[test]
    fn an_import_that_adds_nothing_for_ten_minutes_is_given_up() {
        let file = migrations::scratch().unwrap();
        let (conn, mut watch, start) = (Conn::Sqlite(&file), Watch::default(), Instant::now());
        let tx = Transaction::on(conn);
        let email = Email::parse("useremail", "park@jungi.me").unwrap();
        let user = tx.insert_user(&email, None, WallTime::MIN).unwrap().id;
        let import = tx.begin_import(user, None, 100).unwrap();
        let mut look =
            |minutes: u64| watch.look(conn, start + Duration::from_mins(minutes)).unwrap();
        assert_eq!([look(0), look(9)], [0, 0]);
        tx.touch_import(import, 101).unwrap();
        assert_eq!([look(10), look(19)], [0, 0], "it was touched");
        assert_eq!(look(20), 1);
        assert_eq!(look(21), 0);
        assert!(tx.touch_import(import, 102).is_err() && tx.show_import(import).is_err());
        assert_eq!(go_on(conn).unwrap(), 1);
        assert_eq!(go_on(conn).unwrap(), 0, "its rows and itself are gone");
    }
}
