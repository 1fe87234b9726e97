//! What has changed in a calendar since a client last looked (RFC 6578): from the numbers in `event`, `calendar_object` and
//! `import`, and from the table `tombstone`.
//!
//! Each change of a row moves the number of its calendar, under the lock of the row that holds it, and takes the new number.
//! So numbers commit in their order, no two rows of a calendar have the same, and "changed since n" is "above n", which may
//! be cut anywhere. Triggers write the tombstones (migration V15), so that no deletion forgets to.

use crate::error::Result;
use crate::model::{CalendarOf, Changes, EventId, Member, ObjectId, SyncToken};
use crate::store::engine::Snapshot;
use crate::store::engine::sql::{Row, Sql, params};

const HISTORY: Sql = Sql::both("SELECT history FROM database_identity WHERE id = 1");

const UID_SUFFIX: Sql = Sql::both("SELECT uid_suffix FROM database_identity WHERE id = 1");

/// The number of a calendar, and the one up to which its deletions are not known any more.
pub(in crate::store) const NUMBER_PERSONAL: Sql = Sql::both(
    r#"
SELECT u.calendar_version, coalesce((SELECT k.pruned_to FROM tombstones_kept k WHERE k.user_id = u.id), 0)
FROM "user" u WHERE u.id = ?1"#,
);

pub(in crate::store) const NUMBER_OF_GROUP: Sql = Sql::both(
    "
SELECT g.version, coalesce((SELECT k.pruned_to FROM tombstones_kept k WHERE k.group_id = g.id), 0)
FROM calendar_group g WHERE g.id = ?1 AND g.deleted = 0",
);

/// The events of a calendar with a number above ?2, at most ?3, by number: number, object, series or event.
pub(in crate::store) const EVENTS_PERSONAL: Sql = Sql::each(
    "
SELECT e.change, e.object_id, coalesce(e.series_id, e.id) FROM event e
WHERE coalesce(-e.group_id, e.user_id) = ?1 AND e.change > ?2 ORDER BY e.change LIMIT ?3",
    "
SELECT e.change, e.object_id, coalesce(e.series_id, e.id) FROM event e
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.change > ?2 ORDER BY e.change LIMIT ?3",
);

pub(in crate::store) const EVENTS_IN_GROUP: Sql = Sql::each(
    "
SELECT e.change, e.object_id, coalesce(e.series_id, e.id) FROM event e
WHERE coalesce(-e.group_id, e.user_id) = -?1 AND e.change > ?2 ORDER BY e.change LIMIT ?3",
    "
SELECT e.change, e.object_id, coalesce(e.series_id, e.id) FROM event e
WHERE e.group_id = ?1 AND e.change > ?2 ORDER BY e.change LIMIT ?3",
);

/// The same for objects that have changed by themselves.
pub(in crate::store) const OBJECTS_PERSONAL: Sql = Sql::both(
    "
SELECT o.change, o.id, o.id FROM calendar_object o
WHERE o.user_id = ?1 AND o.group_id IS NULL AND o.change > ?2 ORDER BY o.change LIMIT ?3",
);

pub(in crate::store) const OBJECTS_IN_GROUP: Sql = Sql::both(
    "
SELECT o.change, o.id, o.id FROM calendar_object o
WHERE o.group_id = ?1 AND o.change > ?2 ORDER BY o.change LIMIT ?3",
);

pub(in crate::store) const TOMBSTONES_PERSONAL: Sql = Sql::both(
    "
SELECT t.change, t.name FROM tombstone t
WHERE t.user_id = ?1 AND t.change > ?2 ORDER BY t.change LIMIT ?3",
);

pub(in crate::store) const TOMBSTONES_IN_GROUP: Sql = Sql::both(
    "
SELECT t.change, t.name FROM tombstone t
WHERE t.group_id = ?1 AND t.change > ?2 ORDER BY t.change LIMIT ?3",
);

/// The imports into a calendar that were shown after the number ?2, as they were shown. Their numbers do not overlap.
pub(in crate::store) const IMPORTS_PERSONAL: Sql = Sql::both(
    "
SELECT i.id, i.event_offset, i.object_offset FROM import i
WHERE i.user_id = ?1 AND i.group_id IS NULL AND i.shown > ?2 ORDER BY i.shown",
);

pub(in crate::store) const IMPORTS_IN_GROUP: Sql = Sql::both(
    "
SELECT i.id, i.event_offset, i.object_offset FROM import i
WHERE i.group_id = ?1 AND i.shown > ?2 ORDER BY i.shown",
);

/// The events of import ?1 that have not changed since, with an id above ?2, at most ?3: id, object, series or event.
pub(in crate::store) const IMPORTED_EVENTS: Sql = Sql::each(
    "
SELECT e.id, e.object_id, coalesce(e.series_id, e.id) FROM event e INDEXED BY event_of_import
WHERE e.import_id = ?1 AND e.change = 0 AND e.id > ?2 ORDER BY e.id LIMIT ?3",
    "
SELECT e.id, e.object_id, coalesce(e.series_id, e.id) FROM event e
WHERE e.import_id = ?1 AND e.change = 0 AND e.id > ?2 ORDER BY e.id LIMIT ?3",
);

/// The same for its objects without events.
pub(in crate::store) const IMPORTED_OBJECTS: Sql = Sql::each(
    "
SELECT o.id, o.id, o.id FROM calendar_object o INDEXED BY calendar_object_of_import
WHERE o.import_id = ?1 AND o.change = 0 AND o.id > ?2 AND o.component <> 'VEVENT' ORDER BY o.id LIMIT ?3",
    "
SELECT o.id, o.id, o.id FROM calendar_object o
WHERE o.import_id = ?1 AND o.change = 0 AND o.id > ?2 AND o.component <> 'VEVENT' ORDER BY o.id LIMIT ?3",
);

/// The statements for one kind of calendar.
struct Statements {
    number: Sql,
    events: Sql,
    objects: Sql,
    tombstones: Sql,
    imports: Sql,
}

const PERSONAL: Statements = Statements {
    number: NUMBER_PERSONAL,
    events: EVENTS_PERSONAL,
    objects: OBJECTS_PERSONAL,
    tombstones: TOMBSTONES_PERSONAL,
    imports: IMPORTS_PERSONAL,
};

const IN_GROUP: Statements = Statements {
    number: NUMBER_OF_GROUP,
    events: EVENTS_IN_GROUP,
    objects: OBJECTS_IN_GROUP,
    tombstones: TOMBSTONES_IN_GROUP,
    imports: IMPORTS_IN_GROUP,
};

/// What became of a member.
enum Became {
    Changed(Member),
    Deleted(String),
}

fn member(row: &Row<'_>) -> Result<Member> {
    Ok(match row.get::<Option<i64>>(1)? {
        Some(object) => Member::Object(ObjectId(object)),
        None => Member::Event(EventId(row.get(2)?)),
    })
}

impl Snapshot<'_> {
    /// What follows the `@` in the UID of an event that was made here: 32 lower-case hexadecimal digits, which no other
    /// database has.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn uid_suffix(&self) -> Result<String> {
        self.conn.one(UID_SUFFIX, params![], |row| row.get(0))
    }

    /// Another text after every change of what `calendar` holds, also after a restore. None if the calendar is not there.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn calendar_tag(&self, calendar: CalendarOf) -> Result<Option<String>> {
        let token = self.sync_token(calendar)?;
        Ok(token.map(|SyncToken { history, change, .. }| format!("{history:x}-{change}")))
    }

    /// The token up to which a client knows `calendar` that reads it now. None if the calendar is not there.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn sync_token(&self, calendar: CalendarOf) -> Result<Option<SyncToken>> {
        let (of, sql) = match calendar {
            CalendarOf::Personal(user) => (user.0, PERSONAL.number),
            CalendarOf::Group(group) => (group.0, IN_GROUP.number),
        };
        let number: Option<i64> = self.conn.row(sql, params![of], |row| row.get(0))?;
        let history = self.history()?;
        Ok(number.map(|change| SyncToken { history, change, begun: 0 }))
    }

    /// The first changes of `calendar` since `since`, in their order, at most `limit`; without `since`, what it holds. None
    /// if the calendar is not there, or the token is not, or no longer, one that can be gone on from.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn changes_since(
        &self,
        calendar: CalendarOf,
        since: Option<SyncToken>,
        limit: u32,
    ) -> Result<Option<Changes>> {
        let (of, sql) = match calendar {
            CalendarOf::Personal(user) => (user.0, PERSONAL),
            CalendarOf::Group(group) => (group.0, IN_GROUP),
        };
        let number =
            self.conn.row(sql.number, params![of], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some((now, known_from)) = number else { return Ok(None) };
        let history = self.history()?;
        let since = since.unwrap_or(SyncToken { history, change: 0, begun: now });
        // What was deleted before a client began to list the calendar, it need not be told.
        let deletions_from = since.change.max(since.begun);
        if since.history != history || !(known_from..=now).contains(&deletions_from) {
            return Ok(None);
        }
        let limit = limit.max(1);
        let mut found = self.found_since(of, &sql, since.change, deletions_from, limit + 1)?;
        found.sort_by_key(|(number, _)| *number);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map_or(now, |(number, _)| *number);
        let change = if more { last } else { now };
        let begun = if change < since.begun { since.begun } else { 0 };
        let mut changes = Changes {
            changed: Vec::new(),
            deleted: Vec::new(),
            upto: SyncToken { history, change, begun },
            more,
        };
        for (_, became) in found {
            match became {
                Became::Changed(member) => changes.changed.push(member),
                Became::Deleted(name) => changes.deleted.push(name),
            }
        }
        changes.changed.sort_unstable();
        changes.changed.dedup();
        Ok(Some(changes))
    }

    /// Which history of the database this is, for the tokens of clients.
    fn history(&self) -> Result<u64> {
        let own: i64 = self.conn.one(HISTORY, params![], |row| row.get(0))?;
        Ok(own.cast_unsigned() ^ self.conn.lineage())
    }

    /// The first changes above the number `from`, with their numbers, in no order. At least the first `limit` are among
    /// them.
    fn found_since(
        &self,
        of: i64,
        sql: &Statements,
        from: i64,
        deletions_from: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Became)>> {
        let mut found = Vec::new();
        for statement in [sql.events, sql.objects] {
            self.conn.each(statement, params![of, from, limit], |row| {
                found.push((row.get(0)?, Became::Changed(member(row)?)));
                Ok(())
            })?;
        }
        self.conn.each(sql.tombstones, params![of, deletions_from, limit], |row| {
            found.push((row.get(0)?, Became::Deleted(row.get(1)?)));
            Ok(())
        })?;
        let imports: Vec<[i64; 3]> = self.conn.rows(sql.imports, params![of, from], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?])
        })?;
        let enough = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut imported = 0;
        for [import, event_offset, object_offset] in imports {
            for (statement, offset) in
                [(IMPORTED_EVENTS, event_offset), (IMPORTED_OBJECTS, object_offset)]
            {
                let row = params![import, from.saturating_sub(offset), limit];
                self.conn.each(statement, row, |row| {
                    let number = row.get::<i64>(0)?.saturating_add(offset);
                    found.push((number, Became::Changed(member(row)?)));
                    imported += 1;
                    Ok(())
                })?;
            }
            if imported >= enough {
                break;
            }
        }
        Ok(found)
    }
}
