//! SQLite's index of the words in subjects: the tables `subject_gram`, `subject_gram_progress` and
//! `subject_gram_pending`.
//!
//! A small calendar is scanned. For a larger one an index finds the events whose subject may contain
//! the word, and the query then checks each of them.
//!
//! The index is SQLite's full-text index, FTS5, with terms made here. FTS5's own tokenizer `trigram`
//! finds nothing for a word of one or two characters, as most Korean words are. So every character of
//! a subject begins a term of up to three characters: `회의 자료` has the terms `회의␣`, `의␣자`, `␣자료`, `자료`
//! and `료`. A word of three characters or more is searched by its trigrams, of which the rarest are enough. A
//! shorter word matches the events that have a term beginning with it. FTS5's tokenizer `ascii`
//! splits the terms at spaces, and treats every character outside ASCII as a letter.
//!
//! The writer indexes events when it is idle (`maintenance/upkeep.rs`). Events not indexed yet are
//! scanned: those after the last one that was indexed, and earlier ones that are listed as changed.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Params, Statement};

use crate::error::Result;
use crate::model::{Event, EventId, Page, Room, UserId, WallTime};

/// The largest calendar, in events, that is scanned without the index.
///
/// The index covers the events of all users, so a search through it costs more the more others write.
/// Beside 20,000 events of others, a search for a frequent word in 200 events of one's own takes
/// 2.9 million instructions by a scan and 82 million by the index.
pub(super) const FEW: i64 = 2000;

/// The maximum length of a term, in characters.
pub(super) const GRAM: usize = 3;

/// Trigrams with fewer hits than one of these are enough to search by; the first limits are the cheapest to
/// check. Where all have more, the search takes [`SAMPLE`] of them.
///
/// Every trigram of `filler 99999` but three is in each of 380,000 events called `filler N`. To match all of
/// them takes ten times as long as to match the three.
const RARE: [i64; 3] = [64, 512, 4096];
/// How many trigrams are matched at most.
const SAMPLE: usize = 8;

/// How many events are indexed in one transaction.
const SLICE: u16 = 128;

/// The personal events of user ?1 whose folded subject contains ?2 (`access::shows`). INDEXED BY
/// limits the scan to the user's own events.
pub(in crate::store) const PERSONAL: &str = "
SELECT e.starts, e.id
FROM event e INDEXED BY event_personal
WHERE e.user_id = ?1 AND e.group_id IS NULL AND instr(e.subject_folded, ?2) > 0
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// The same for the groups that user ?1 has selected (`access::shows`), without others' private events
/// (`access::seen_by`). INDEXED BY and the order of CROSS JOIN limit the scan to the events of those groups.
pub(in crate::store) const SELECTED: &str = "
SELECT e.starts, e.id
FROM selection s CROSS JOIN calendar_group c CROSS JOIN event e INDEXED BY event_in_group
WHERE s.user_id = ?1 AND c.id = s.group_id AND c.deleted = 0 AND e.group_id = s.group_id
    AND (c.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = c.id AND m.user_id = ?1))
    AND instr(e.subject_folded, ?2) > 0 AND (e.private = 0 OR e.user_id = ?1)
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// The events that the index finds for the expression ?3, if the calendar of user ?1 shows them
/// (`access::shows`, `access::seen_by`) and their folded subject contains ?2. CROSS JOIN forces it to start at the index.
pub(in crate::store) const INDEXED: &str = "
SELECT e.starts, e.id
FROM subject_gram g CROSS JOIN event e ON e.id = g.rowid
WHERE g.subject_gram MATCH ?3 AND instr(e.subject_folded, ?2) > 0
    AND (e.group_id IS NULL AND e.user_id = ?1
        OR e.group_id IN (
            SELECT s.group_id FROM selection s JOIN calendar_group c ON c.id = s.group_id
            WHERE s.user_id = ?1 AND c.deleted = 0
                AND (c.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = c.id AND m.user_id = ?1))) AND (e.private = 0 OR e.user_id = ?1))
    AND NOT EXISTS (SELECT 1 FROM subject_gram_pending p WHERE p.event_id = g.rowid)
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// The same for the events that have changed since they were indexed. CROSS JOIN forces it to start at
/// their list.
pub(in crate::store) const PENDING: &str = "
SELECT e.starts, e.id
FROM subject_gram_pending p CROSS JOIN event e ON e.id = p.event_id
WHERE instr(e.subject_folded, ?2) > 0
    AND (e.group_id IS NULL AND e.user_id = ?1
        OR e.group_id IN (
            SELECT s.group_id FROM selection s JOIN calendar_group c ON c.id = s.group_id
            WHERE s.user_id = ?1 AND c.deleted = 0
                AND (c.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = c.id AND m.user_id = ?1))) AND (e.private = 0 OR e.user_id = ?1))
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// The same for the events after the last indexed one. NOT INDEXED forces a search by id.
pub(in crate::store) const NEW: &str = "
SELECT e.starts, e.id
FROM event e NOT INDEXED
WHERE e.id > (SELECT followed FROM subject_gram_progress WHERE id = 1)
    AND instr(e.subject_folded, ?2) > 0
    AND (e.group_id IS NULL AND e.user_id = ?1
        OR e.group_id IN (
            SELECT s.group_id FROM selection s JOIN calendar_group c ON c.id = s.group_id
            WHERE s.user_id = ?1 AND c.deleted = 0
                AND (c.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = c.id AND m.user_id = ?1))) AND (e.private = 0 OR e.user_id = ?1))
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// The personal events of user ?1 whose folded place or notes contain ?2. INDEXED BY limits the scan to the user's own
/// events that have any.
pub(in crate::store) const NOTED_PERSONAL: &str = "
SELECT e.starts, e.id
FROM event e INDEXED BY event_noted_personal
WHERE e.user_id = ?1 AND e.group_id IS NULL AND e.properties_folded IS NOT NULL
    AND instr(e.properties_folded, ?2) > 0
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// The same for the groups that user ?1 has selected (`access::shows`, `access::seen_by`).
pub(in crate::store) const NOTED_SELECTED: &str = "
SELECT e.starts, e.id
FROM selection s CROSS JOIN calendar_group c CROSS JOIN event e INDEXED BY event_noted_in_group
WHERE s.user_id = ?1 AND c.id = s.group_id AND c.deleted = 0 AND e.group_id = s.group_id
    AND (c.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = c.id AND m.user_id = ?1))
    AND e.properties_folded IS NOT NULL AND instr(e.properties_folded, ?2) > 0
    AND (e.private = 0 OR e.user_id = ?1)
    AND (e.import_id IS NULL
        OR EXISTS (SELECT 1 FROM import i WHERE i.id = e.import_id AND i.shown IS NOT NULL))";

/// Counts the personal events of user ?1, up to ?2. INDEXED BY limits the scan to those.
pub(in crate::store) const COUNT_PERSONAL: &str = "
SELECT count(*) FROM (
    SELECT 1 FROM event e INDEXED BY event_personal
    WHERE e.user_id = ?1 AND e.group_id IS NULL LIMIT ?2) AS few";

/// Counts the events of the groups that user ?1 has selected, up to ?2. CROSS JOIN and INDEXED BY
/// limit the scan to those.
pub(in crate::store) const COUNT_SELECTED: &str = "
SELECT count(*) FROM (
    SELECT 1 FROM selection s CROSS JOIN event e INDEXED BY event_in_group
    WHERE s.user_id = ?1 AND e.group_id = s.group_id LIMIT ?2) AS few";

/// Counts the events that have the term ?1, up to ?2.
pub(in crate::store) const COUNT_TERM: &str = "
SELECT count(*) FROM (
    SELECT 1 FROM subject_gram g WHERE g.subject_gram MATCH ?1 LIMIT ?2) AS few";

const ADD: &str = "INSERT INTO subject_gram (rowid, grams) VALUES (?1, ?2)";

const REMOVE: &str =
    "INSERT INTO subject_gram (subject_gram, rowid, grams) VALUES ('delete', ?1, ?2)";

const NEXT_PENDING: &str = "
SELECT p.event_id, p.indexed, e.subject_folded
FROM subject_gram_pending p LEFT JOIN event e ON e.id = p.event_id LIMIT 1";

const DELETE_PENDING: &str = "DELETE FROM subject_gram_pending WHERE event_id = ?1";

const NEXT_NEW: &str = "
SELECT id, subject_folded FROM event
WHERE id > (SELECT followed FROM subject_gram_progress WHERE id = 1) ORDER BY id LIMIT ?1";

const SET_PROGRESS: &str = "UPDATE subject_gram_progress SET followed = ?1 WHERE id = 1";

/// The ids of the events in `page` of the list of those in the calendar of `user` whose folded subject contains
/// `folded`, or with `everywhere` also their place or notes, by start and then id. The birthday is included.
pub(super) fn find(
    conn: &Connection,
    user: UserId,
    folded: &str,
    everywhere: bool,
    page: Page<(WallTime, EventId)>,
) -> Result<Vec<EventId>> {
    let params = (user.0, folded);
    let mut found = Found::of(page);
    if has_few_events(conn, user)? {
        found.add_all(conn, PERSONAL, params)?;
        found.add_all(conn, SELECTED, params)?;
    } else {
        let terms = rarest(conn, folded)?;
        found.add_all(conn, INDEXED, (user.0, folded, terms))?;
        found.add_all(conn, PENDING, params)?;
        found.add_all(conn, NEW, params)?;
    }
    if everywhere {
        found.add_all(conn, NOTED_PERSONAL, params)?;
        found.add_all(conn, NOTED_SELECTED, params)?;
    }
    Ok(found.first.into_iter().map(|(_, id)| EventId(id)).collect())
}

/// The FTS5 expression for the events that may contain `folded`: all that contain it, and few others.
fn rarest(conn: &Connection, folded: &str) -> Result<String> {
    let terms = terms_to_match(folded);
    if terms.len() == 1 {
        return Ok(terms.join(" "));
    }
    let mut count = conn.prepare_cached(COUNT_TERM)?;
    for rare in RARE {
        let mut few = Vec::new();
        for term in &terms {
            if count.query_row((term, rare), |row| row.get::<_, i64>(0))? < rare {
                few.push(term.as_str());
            }
        }
        if !few.is_empty() {
            few.truncate(SAMPLE);
            return Ok(few.join(" "));
        }
    }
    let every = terms.len().div_ceil(SAMPLE);
    Ok(terms.iter().step_by(every).map(String::as_str).collect::<Vec<_>>().join(" "))
}

fn has_few_events(conn: &Connection, user: UserId) -> Result<bool> {
    let mut counted = 0;
    for sql in [COUNT_PERSONAL, COUNT_SELECTED] {
        let limit = FEW + 1 - counted;
        let mut statement = conn.prepare_cached(sql)?;
        counted += statement.query_row((user.0, limit), |row| row.get::<_, i64>(0))?;
    }
    Ok(counted <= FEW)
}

/// The events that a search has found, each by its start and id: the first of those that come after
/// `after`, at most `limit` of them. No index has the events in this order, so a search goes through all
/// that it finds, and remembers no more than it gives.
struct Found {
    first: BTreeSet<(i64, i64)>,
    after: (i64, i64),
    limit: Option<usize>,
}

/// More events than this are not in one answer.
pub(super) const MOST: usize = Room::BYTES / Event::LEAST_BYTES;

impl Found {
    fn of(page: Page<(WallTime, EventId)>) -> Self {
        let after =
            page.after.map_or((i64::MIN, i64::MIN), |(starts, id)| (starts.seconds(), id.0));
        Self { first: BTreeSet::new(), after, limit: page.limit.map(usize::from) }
    }

    /// Adds the events that `sql` selects.
    fn add_all(&mut self, conn: &Connection, sql: &str, params: impl Params) -> Result<()> {
        let mut statement = conn.prepare_cached(sql)?;
        for event in statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))? {
            self.add(event?)?;
        }
        Ok(())
    }

    fn add(&mut self, event: (i64, i64)) -> Result<()> {
        if event <= self.after {
            return Ok(());
        }
        self.first.insert(event);
        match self.limit {
            Some(limit) if self.first.len() > limit => {
                self.first.pop_last();
            }
            None if self.first.len() > MOST => return Err(Room::in_list().exceeded()),
            _ => {}
        }
        Ok(())
    }
}

/// Indexes some of the events that are not indexed yet; gives how many.
pub(in crate::store) fn index_some(conn: &Connection) -> Result<usize> {
    let mut add = conn.prepare_cached(ADD)?;
    let changed = index_changed(conn, &mut add)?;
    Ok(usize::from(changed) + index_new(conn, &mut add, SLICE - changed)?)
}

fn index_changed(conn: &Connection, add: &mut Statement<'_>) -> Result<u16> {
    let mut next = conn.prepare_cached(NEXT_PENDING)?;
    let mut done = conn.prepare_cached(DELETE_PENDING)?;
    let mut remove = conn.prepare_cached(REMOVE)?;
    for indexed in 0..SLICE {
        type Pending = (i64, Option<String>, Option<String>);
        let pending: Option<Pending> =
            next.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let Some((event, before, now)) = pending else { return Ok(indexed) };
        if let Some(folded) = before {
            remove.execute((event, terms(&folded)))?;
        }
        if let Some(folded) = now {
            add.execute((event, terms(&folded)))?;
        }
        done.execute([event])?;
    }
    Ok(SLICE)
}

fn index_new(conn: &Connection, add: &mut Statement<'_>, most: u16) -> Result<usize> {
    let mut next = conn.prepare_cached(NEXT_NEW)?;
    let new: Vec<(i64, String)> = next
        .query_map([most], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (event, folded) in &new {
        add.execute((event, terms(folded)))?;
    }
    if let Some((last, _)) = new.last() {
        conn.prepare_cached(SET_PROGRESS)?.execute([last])?;
    }
    Ok(new.len())
}

/// The characters of `folded`, all of which the tokenizer `ascii` treats as letters: ASCII
/// punctuation, at which it would split terms, is moved to Unicode's private use area. A subject that
/// contains such a private character matches a few more words, which the query then rejects.
fn letters(folded: &str) -> Vec<char> {
    let letter = |c: char| {
        let splits = c.is_ascii() && !c.is_ascii_alphanumeric();
        if splits { char::from_u32(0xE000 + u32::from(c)).unwrap_or(c) } else { c }
    };
    folded.chars().map(letter).collect()
}

/// The terms of a subject, separated by spaces.
fn terms(folded: &str) -> String {
    let letters = letters(folded);
    let mut terms = String::with_capacity(folded.len() * (GRAM + 1));
    for at in 0..letters.len() {
        terms.extend(&letters[at..letters.len().min(at + GRAM)]);
        terms.push(' ');
    }
    terms
}

/// The terms that every event containing `folded` has, as FTS5 expressions, each once.
fn terms_to_match(folded: &str) -> Vec<String> {
    let letters = letters(folded);
    if letters.len() < GRAM {
        let beginning: String = letters.into_iter().collect();
        return vec![format!("\"{beginning}\" *")];
    }
    let trigrams: BTreeSet<&[char]> = letters.windows(GRAM).collect();
    trigrams.into_iter().map(|gram| format!("\"{}\"", gram.iter().collect::<String>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_begins_a_term_of_up_to_three() {
        assert_eq!(terms("회의 자료"), "회의\u{e020} 의\u{e020}자 \u{e020}자료 자료 료 ");
        assert_eq!(terms("a"), "a ");
    }

    #[test]
    fn a_long_word_is_searched_by_trigrams_and_a_short_one_by_prefix() {
        assert_eq!(terms_to_match("회의 자"), ["\"의\u{e020}자\"", "\"회의\u{e020}\""]);
        assert_eq!(terms_to_match("abc"), ["\"abc\""]);
        assert_eq!(terms_to_match("aaaa"), ["\"aaa\""]);
        assert_eq!(terms_to_match("회의"), ["\"회의\" *"]);
        assert_eq!(terms_to_match("\""), ["\"\u{e022}\" *"]);
    }
}
