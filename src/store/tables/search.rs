//! The search for a word in subjects, in all that a calendar shows.
//!
//! SQLite's index is in `subject_index.rs`. PostgreSQL has one of the same terms over the table of the events
//! itself (`event_search`), which it keeps up by itself.

use super::event_rows;
use super::subject_index::{self, FEW, GRAM, MOST};
use crate::error::Result;
use crate::model::{Event, EventId, Page, Room, SearchIn, ShortText, UserId, WallTime};
use crate::store::engine::Snapshot;
use crate::store::engine::conn::Conn;
use crate::store::engine::sql::{Row, Sql, params};

/// Counts the events that the calendar of user ?1 shows, up to ?2.
const COUNT: Sql = Sql::both(
    "
SELECT count(*) FROM (
    SELECT 1 FROM event e WHERE e.user_id = ?1 AND e.group_id IS NULL
    UNION ALL
    SELECT 1 FROM selection s JOIN event e ON e.group_id = s.group_id WHERE s.user_id = ?1
    LIMIT ?2) AS few",
);

/// The first ?5 events that the calendar of user ?1 shows (`access::shows`, `access::seen_by`) after the start ?3 and the id ?4,
/// and whose folded subject contains ?2. For a small calendar.
pub(in crate::store) const SCANNED: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM (
    SELECT p.* FROM event p WHERE p.user_id = ?1 AND p.group_id IS NULL
    UNION ALL
    SELECT p.* FROM selection s JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
        AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
    JOIN event p ON p.group_id = s.group_id WHERE s.user_id = ?1) e
JOIN "user" u ON u.id = e.user_id
WHERE strpos(e.subject_folded, ?2) > 0 AND (e.private = 0 OR e.user_id = ?1) AND (e.starts, e.id) > (?3, ?4)
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))
ORDER BY e.starts, e.id LIMIT ?5"#,
);

/// The same for those whose folded place or notes contain ?2, through the indexes of those that have any.
pub(in crate::store) const NOTED: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM (
    SELECT p.* FROM event p
    WHERE p.user_id = ?1 AND p.group_id IS NULL AND p.properties_folded IS NOT NULL
    UNION ALL
    SELECT p.* FROM selection s JOIN calendar_group g ON g.id = s.group_id AND g.deleted = 0
        AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
    JOIN event p ON p.group_id = s.group_id AND p.properties_folded IS NOT NULL
    WHERE s.user_id = ?1) e
JOIN "user" u ON u.id = e.user_id
WHERE strpos(e.properties_folded, ?2) > 0 AND (e.private = 0 OR e.user_id = ?1) AND (e.starts, e.id) > (?3, ?4)
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))
ORDER BY e.starts, e.id LIMIT ?5"#,
);

/// The same by the index, whose expression is ?6.
pub(in crate::store) const INDEXED: Sql = Sql::both(
    r#"
SELECT e.id, e.user_id, u.email, e.group_id, e.subject, e.starts, e.ends, e.created, e.updated,
    e.birthday, e.revision, e.private, e.properties, e.rule, e.last_start, e.exceptions, e.reach,
    e.series_id, e.occurrence
FROM (
    SELECT p.* FROM event p
    WHERE coalesce(-p.group_id, p.user_id) = ANY (ARRAY(
            SELECT ?1 UNION ALL
            SELECT -s.group_id FROM selection s JOIN calendar_group g ON g.id = s.group_id
            WHERE s.user_id = ?1 AND g.deleted = 0
                AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))))
        AND subject_terms(p.subject_folded) @@ CAST(CAST(?6 AS text) AS tsquery)
    OFFSET 0) e
JOIN "user" u ON u.id = e.user_id
WHERE strpos(e.subject_folded, ?2) > 0 AND (e.private = 0 OR e.user_id = ?1) AND (e.starts, e.id) > (?3, ?4)
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))
ORDER BY e.starts, e.id LIMIT ?5"#,
);

impl Snapshot<'_> {
    /// The events in `page` of the list of those in the calendar of `user` whose subject contains `word`,
    /// ignoring case, or with [`SearchIn::All`] also their place or notes, by start and then id. The birthday is included, and
    /// private events of others are not.
    ///
    /// # Errors
    /// If the database cannot be read, or the events take more than `room`.
    pub fn events_containing(
        &self,
        user: UserId,
        word: &ShortText,
        place: SearchIn,
        page: Page<(WallTime, EventId)>,
        mut room: Room,
    ) -> Result<Vec<Event>> {
        let (folded, everywhere) = (word.search_key(), place == SearchIn::All);
        let mut events = Vec::new();
        if let Conn::Sqlite(conn) = self.conn {
            for id in subject_index::find(conn, user, &folded, everywhere, page)? {
                if let Some(event) = self.event(id)? {
                    room.take(event.least_bytes())?;
                    events.push(event);
                }
            }
            return Ok(events);
        }
        let counted: i64 = self.conn.one(COUNT, params![user.0, FEW + 1], |row| row.get(0))?;
        let (starts, id) =
            page.after.map_or((i64::MIN, i64::MIN), |(starts, id)| (starts.seconds(), id.0));
        // One more than what fits is enough to know that it does not.
        let limit = page.limit.map_or(MOST + 1, usize::from);
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut add = |row: &Row<'_>| {
            let event = event_rows::from_row(row)?;
            room.take(event.least_bytes())?;
            events.push(event);
            Ok(())
        };
        if counted <= FEW {
            self.conn.each(SCANNED, params![user.0, &folded, starts, id, most], &mut add)?;
        } else {
            let expression = expression(&folded);
            let params = params![user.0, &folded, starts, id, most, &expression];
            self.conn.each(INDEXED, params, &mut add)?;
        }
        if everywhere {
            self.conn.each(NOTED, params![user.0, &folded, starts, id, most], &mut add)?;
            let order = |event: &Event| (event.details.times.starts(), event.id);
            events.sort_unstable_by_key(order);
            events.dedup_by_key(|event| event.id);
            events.truncate(limit);
        }
        Ok(events)
    }
}

/// The expression of the index for the events that may contain `folded`, a `tsquery`: its terms of three
/// characters, or for a shorter word the terms that begin with it.
fn expression(folded: &str) -> String {
    let quoted = |term: &[char]| {
        let term: String = term.iter().collect();
        format!("'{}'", term.replace('\\', r"\\").replace('\'', "''"))
    };
    let letters: Vec<char> = folded.chars().collect();
    if letters.len() < GRAM {
        return format!("{}:*", quoted(&letters));
    }
    letters.windows(GRAM).map(quoted).collect::<Vec<_>>().join(" & ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_searched_by_its_terms_or_by_their_beginning() {
        assert_eq!(expression("회의"), "'회의':*");
        assert_eq!(expression("회의 자"), "'회의 ' & '의 자'");
        assert_eq!(expression("it's"), "'it''' & 't''s'");
        assert_eq!(expression(r"\"), r"'\\':*");
    }
}
