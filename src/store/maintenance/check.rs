//! Checks a database: its pages, the references between its rows, and the rules of the API on each
//! row.

use std::net::IpAddr;

use argon2::password_hash::phc::PasswordHash;
use rusqlite::Connection;

use super::check_objects;
use super::faults::{Fault, Faults, MOST, TextReaders, each_with_id, short, time, when};
use super::migrations;
use super::postgres::Cluster;
use crate::error::Result;
use crate::model::{Color, Database, Properties, Repeats, WallTime, lowercase, search_key};
use crate::store::engine::conn::Conn;
use crate::store::engine::postgres::pool;
use crate::store::engine::sql::{Row, Sql};
use crate::store::engine::{Place, explain, file};

/// Lists at most as many faults as [`MOST`].
const INTEGRITY: &str = "PRAGMA integrity_check(1000)";
const REFERENCES: &str = "PRAGMA foreign_key_check";

/// The tables of one row, and whether they have it.
const SINGLE_ROWS: &str = "SELECT 'signing_key', EXISTS (SELECT 1 FROM signing_key WHERE id = 1)
    UNION ALL
    SELECT 'subject_gram_progress', EXISTS (SELECT 1 FROM subject_gram_progress WHERE id = 1)
    UNION ALL
    SELECT 'database_identity', EXISTS (SELECT 1 FROM database_identity WHERE id = 1)";

/// The tables whose ids are never used again: the last id given out, and the highest id in the
/// table.
const SEQUENCES: &str = r#"
    SELECT t.name, coalesce((SELECT max(s.seq) FROM sqlite_sequence s WHERE s.name = t.name), 0),
        coalesce(t.highest, 0)
    FROM (SELECT 'user' AS name, (SELECT max(id) FROM "user") AS highest
        UNION ALL SELECT 'calendar_group', (SELECT max(id) FROM calendar_group)
        UNION ALL SELECT 'event', (SELECT max(id) FROM event)
        UNION ALL SELECT 'calendar_object', (SELECT max(id) FROM calendar_object)
        UNION ALL SELECT 'import', (SELECT max(id) FROM import)
        UNION ALL SELECT 'app_password', (SELECT max(id) FROM app_password)
        UNION ALL SELECT 'feed', (SELECT max(id) FROM feed)
        UNION ALL SELECT 'history', (SELECT max(id) FROM history)
        UNION ALL SELECT 'invitation', (SELECT max(id) FROM invitation)) t"#;

/// The first column of each is the key of the row, as text.
const USERS: Sql = Sql::each(
    r#"
SELECT CAST(u.id AS TEXT), u.email, u.email_folded, u.created, u.token_generation, u.password_hash, u.events,
    coalesce(e.events, 0)
FROM "user" u
LEFT JOIN (SELECT user_id, count(*) AS events FROM event GROUP BY user_id) e ON e.user_id = u.id
ORDER BY u.id"#,
    r#"
SELECT CAST(u.id AS TEXT), u.email, u.email_folded, u.created, u.token_generation, u.password_hash,
    u.events + CAST(coalesce((
        SELECT sum(c.change) FROM event_count_change c WHERE c.user_id = u.id), 0) AS BIGINT),
    coalesce(e.events, 0)
FROM "user" u
LEFT JOIN (SELECT user_id, count(*) AS events FROM event GROUP BY user_id) e ON e.user_id = u.id
ORDER BY u.id"#,
);
const REMOVED_USERS: Sql = Sql::each(
    "SELECT lower(hex(email_digest)), length(email_digest), token_generation FROM removed_user",
    "SELECT encode(email_digest, 'hex'), CAST(length(email_digest) AS BIGINT), token_generation
    FROM removed_user",
);
const BACKUPS: Sql = Sql::both("SELECT CAST(id AS TEXT), finished FROM backup");
const GROUPS: Sql = Sql::both(
    "
SELECT CAST(id AS TEXT), name, created, updated, color, description,
    CAST(CASE WHEN EXISTS (SELECT 1 FROM member m WHERE m.group_id = calendar_group.id AND m.role = 4)
    THEN 1 ELSE 0 END AS BIGINT)
FROM calendar_group",
);
const MEMBERS: Sql = Sql::both(
    "SELECT CAST(group_id AS TEXT) || ', ' || CAST(user_id AS TEXT), created FROM member",
);
/// What users have of groups that they may not see (`access::role_in`), and that no upkeep will purge.
const LOST: Sql = Sql::both(
    "
SELECT CAST(s.user_id AS TEXT) || ', ' || CAST(s.group_id AS TEXT)
FROM selection s JOIN calendar_group g ON g.id = s.group_id
WHERE g.everyone = 0 AND g.deleted = 0 AND g.narrowed = 0
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = s.user_id)",
);
const APP_PASSWORDS: Sql = Sql::both(
    "SELECT CAST(id AS TEXT), name, CAST(length(digest) AS BIGINT), created, used, used_from FROM app_password",
);
const LOOKS: Sql = Sql::both(
    "
SELECT CAST(l.user_id AS TEXT) || coalesce(', ' || CAST(l.group_id AS TEXT), ''), l.color, coalesce(l.position, 1),
    CAST(CASE WHEN g.everyone = 0 AND g.deleted = 0 AND g.narrowed = 0
        AND NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = l.user_id)
    THEN 1 ELSE 0 END AS BIGINT)
FROM calendar_look l LEFT JOIN calendar_group g ON g.id = l.group_id",
);
/// What clients of CalDAV keep, each with whether it can be said in an address or as a property.
const RESOURCE_NAMES: Sql =
    Sql::both("SELECT CAST(object_id AS TEXT), CAST(length(name) AS BIGINT) FROM resource_name");
const CALENDAR_PROPERTIES: Sql = Sql::both(
    "
SELECT CAST(user_id AS TEXT) || coalesce(', ' || CAST(group_id AS TEXT), ''),
    CAST(length(name) + length(value) AS BIGINT) FROM calendar_property",
);
const FEEDS: Sql = Sql::both(
    "SELECT CAST(id AS TEXT), name, CAST(length(digest) AS BIGINT), created, used FROM feed",
);
const INVITATIONS: Sql = Sql::both(
    "SELECT CAST(id AS TEXT), CAST(length(digest) AS BIGINT), created, expires FROM invitation",
);
const SUBSCRIPTIONS: Sql =
    Sql::both("SELECT CAST(group_id AS TEXT), url, failures FROM subscription");
/// An image is a JSON object that says whose the row was; that of a group need not. Whoever runs the server has no email, and
/// comes by door 4 (`model/history.rs`).
const HISTORY: Sql = Sql::both(
    "
SELECT CAST(id AS TEXT), at, image, kind,
    CAST(CASE WHEN entry_id IS NOT NULL OR door IS NOT NULL AND (email IS NOT NULL OR door = 4) THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN entry_id IS NOT NULL OR user_id IS NOT NULL OR group_id IS NOT NULL THEN 1 ELSE 0 END AS BIGINT)
FROM history",
);
const EVENTS: Sql = Sql::both(
    "
SELECT CAST(id AS TEXT), subject, subject_folded, birthday, starts, ends, created, updated,
    CAST(CASE WHEN group_id IS NULL OR EXISTS (
        SELECT 1 FROM group_length_class l
        WHERE l.group_id = event.group_id AND l.length_class = event.length_class)
    THEN 1 ELSE 0 END AS BIGINT),
    properties, properties_folded, rule, exceptions,
    CAST(CASE WHEN rule IS NULL OR group_id IS NULL OR EXISTS (
        SELECT 1 FROM group_length_class l WHERE l.group_id = event.group_id AND l.length_class = 9)
    THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN series_id IS NULL OR rule IS NULL AND EXISTS (
        SELECT 1 FROM event s WHERE s.id = event.series_id AND s.rule IS NOT NULL)
    THEN 1 ELSE 0 END AS BIGINT),
    last_start, occurrence, reach
FROM event",
);

/// Checks every page and row of `database`, without changing it; of a PostgreSQL, every row. `readers` read the texts.
///
/// # Errors
/// [`Error::Setup`](crate::error::Error::Setup) if there is no database, it is not migrated, or it cannot be read.
pub fn check(database: impl Into<Database>, readers: TextReaders) -> Result<Faults> {
    match database.into() {
        Database::File(path) => {
            let place = Place::of(&path);
            explain::named(&place, look_at(&place, readers))
        }
        Database::Postgres(url) => {
            let cluster = Cluster::open(&url)?;
            cluster.check_migrated()?;
            let checked = pool::read(&cluster.session, |snapshot| {
                let mut faults = Faults::default();
                rows(snapshot.conn, readers, &mut faults)?;
                Ok(faults)
            });
            checked.map_err(|error| cluster.named(error))
        }
    }
}

fn look_at(place: &Place, readers: TextReaders) -> Result<Faults> {
    let conn = file::calendar(place)?;
    migrations::check_migrated(place, &conn)?;
    let mut faults = structure(&conn)?;
    single_rows(&conn, &mut faults)?;
    rows(Conn::Sqlite(&conn), readers, &mut faults)?;
    sequences(&conn, &mut faults)?;
    Ok(faults)
}

/// Faults of the pages, and of the references between rows.
pub(in crate::store) fn structure(conn: &Connection) -> Result<Faults> {
    let mut faults = Faults::default();
    let mut statement = conn.prepare(INTEGRITY)?;
    let mut rows = statement.query([])?;
    let mut said = 0;
    while let Some(row) = rows.next()? {
        let fault: String = row.get(0)?;
        if fault != "ok" {
            faults.add(fault);
            said += 1;
        }
    }
    faults.stopped = said >= MOST;
    let mut missing = Vec::new();
    let mut statement = conn.prepare(REFERENCES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let id = id.map_or_else(String::new, |id| format!(" {id}"));
        missing.push(format!("{table}{id}: refers to a {parent} that does not exist"));
    }
    missing.sort();
    for fault in missing {
        faults.add(fault);
    }
    Ok(faults)
}

/// Tables of one row that lack it: the key that signs tokens, and the progress of the search index,
/// without which a search of a large calendar finds no new event.
fn single_rows(conn: &Connection, faults: &mut Faults) -> Result<()> {
    let mut statement = conn.prepare(SINGLE_ROWS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, there): (String, bool) = (row.get(0)?, row.get(1)?);
        if !there {
            faults.add(format!("{table}: has no row"));
        }
    }
    Ok(())
}

/// Sequences behind their table, so that an id could be given out again.
fn sequences(conn: &Connection, faults: &mut Faults) -> Result<()> {
    let mut statement = conn.prepare(SEQUENCES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, last, highest): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if last < highest {
            faults.add(format!("sqlite_sequence {table}: is {last}, and there is an id {highest}"));
        }
    }
    Ok(())
}

/// Faults of the history.
fn history(conn: Conn<'_>, faults: &mut Faults) -> Result<()> {
    each_with_id(conn, "history", HISTORY, faults, |row| {
        let (image, kind): (Option<String>, i64) = (row.get(2)?, row.get(3)?);
        let name = match kind {
            1 | 2 => "user_id",
            3 => "name",
            _ => "role",
        };
        let is_image = |image: &str| {
            let read: Option<serde_json::Value> = serde_json::from_str(image).ok();
            read.is_some_and(|image| image.get(name).is_some())
        };
        Ok(vec![
            time(row, 1, "at")?,
            when(!image.as_deref().is_none_or(is_image), "image: is none of its kind"),
            when(!row.get::<bool>(4)?, "does not say who made it, or how"),
            when(!row.get::<bool>(5)?, "is of no calendar"),
        ])
    })
}

/// Faults of single rows.
fn rows(conn: Conn<'_>, readers: TextReaders, faults: &mut Faults) -> Result<()> {
    each_with_id(conn, "user", USERS, faults, |row| {
        let (email, folded): (String, String) = (row.get(1)?, row.get(2)?);
        let hash: Option<String> = row.get(5)?;
        let (kept, counted): (i64, i64) = (row.get(6)?, row.get(7)?);
        Ok(vec![
            // The email itself may be any text: users of the earlier system keep theirs.
            when(folded != lowercase(&email), "email_folded: is not the email in lower case"),
            time(row, 3, "created")?,
            when(row.get::<i64>(4)? < 0, "token_generation: is negative"),
            when(
                hash.is_some_and(|hash| !is_hash(&hash)),
                "password_hash: is not an argon2id hash",
            ),
            when(kept != counted, &format!("events: is {kept}, and they have {counted} events")),
        ])
    })?;
    each_with_id(conn, "removed_user", REMOVED_USERS, faults, |row| {
        Ok(vec![
            when(row.get::<i64>(1)? != 32, "email_digest: is not a SHA-256 digest"),
            when(row.get::<i64>(2)? < 0, "token_generation: is negative"),
        ])
    })?;
    each_with_id(conn, "backup", BACKUPS, faults, |row| Ok(vec![time(row, 1, "finished")?]))?;
    each_with_id(conn, "calendar_group", GROUPS, faults, |row| {
        let (color, about): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
        let is_about = |about: String| Properties::read_location(&about).is_ok();
        Ok(vec![
            short(row, 1, "name")?,
            time(row, 2, "created")?,
            time(row, 3, "updated")?,
            when(!color.is_none_or(|color| is_color(&color)), "color: is not #rrggbb"),
            when(!about.is_none_or(is_about), "description: is empty or too long"),
            when(!row.get::<bool>(6)?, "has no owner"),
        ])
    })?;
    each_with_id(conn, "member", MEMBERS, faults, |row| Ok(vec![time(row, 1, "created")?]))?;
    each_with_id(conn, "selection", LOST, faults, |_| {
        Ok(vec![Some("its user may not see the group".into())])
    })?;
    of_users(conn, faults)?;
    each_with_id(conn, "subscription", SUBSCRIPTIONS, faults, |row| {
        Ok(vec![
            when(row.get::<String>(1)?.is_empty(), "url: is missing"),
            when(row.get::<i64>(2)? < 0, "failures: is negative"),
        ])
    })?;
    history(conn, faults)?;
    each_with_id(conn, "event", EVENTS, faults, |row| {
        let (subject, folded, birthday): (String, String, bool) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let (starts, ends): (i64, i64) = (row.get(4)?, row.get(5)?);
        Ok(vec![
            // The subject of a birthday holds an email, so it may be longer.
            if birthday { None } else { short(row, 1, "subject")? },
            when(
                folded != search_key(&subject),
                "subject_folded: is not the search key of the subject",
            ),
            when(ends < starts, "ends: is before its start"),
            when(
                birthday && (ends != starts || starts.rem_euclid(86_400) != 0),
                "starts: a birthday is at midnight",
            ),
            time(row, 4, "starts")?,
            time(row, 5, "ends")?,
            time(row, 6, "created")?,
            time(row, 7, "updated")?,
            // No view would read it.
            when(!row.get::<bool>(8)?, "length_class: is missing from group_length_class"),
            birthday_rule(row)?,
            rule(row, readers)?,
            properties(row)?,
            exceptions(row)?,
            when(!row.get::<bool>(13)?, "rule: its group is not listed in group_length_class"),
            when(!row.get::<bool>(14)?, "series_id: is no series"),
            time(row, 15, "last_start")?,
            time(row, 16, "occurrence")?,
            time(row, 17, "reach")?,
        ])
    })?;
    check_objects::rows(conn, readers, faults)
}

/// Faults of what users have given to programs and to others, and of how calendars look to them.
fn of_users(conn: Conn<'_>, faults: &mut Faults) -> Result<()> {
    each_with_id(conn, "app_password", APP_PASSWORDS, faults, |row| {
        let (used, from): (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
        let is_address = |from: String| from.parse::<IpAddr>().is_ok();
        Ok(vec![
            short(row, 1, "name")?,
            when(row.get::<i64>(2)? != 32, "digest: is not a SHA-256 digest"),
            time(row, 3, "created")?,
            time(row, 4, "used")?,
            when(used.is_none() && from.is_some(), "used_from: is there before the first use"),
            when(!from.is_none_or(is_address), "used_from: is not an address"),
        ])
    })?;
    each_with_id(conn, "calendar_look", LOOKS, faults, |row| {
        let color: Option<String> = row.get(1)?;
        Ok(vec![
            when(!color.is_none_or(|color| is_color(&color)), "color: is not #rrggbb"),
            when(row.get::<i64>(2)? < 1, "position: is below 1"),
            when(row.get(3)?, "its user may not see the group"),
        ])
    })?;
    each_with_id(conn, "resource_name", RESOURCE_NAMES, faults, |row| {
        let length: i64 = row.get(1)?;
        Ok(vec![when(!(1..=255).contains(&length), "name: is not 1 to 255 characters")])
    })?;
    each_with_id(conn, "calendar_property", CALENDAR_PROPERTIES, faults, |row| {
        Ok(vec![when(row.get::<i64>(1)? > 16 << 10, "value: is longer than 16384 bytes")])
    })?;
    each_with_id(conn, "feed", FEEDS, faults, |row| {
        Ok(vec![
            short(row, 1, "name")?,
            when(row.get::<i64>(2)? != 32, "digest: is not a SHA-256 digest"),
            time(row, 3, "created")?,
            time(row, 4, "used")?,
        ])
    })?;
    each_with_id(conn, "invitation", INVITATIONS, faults, |row| {
        let (created, expires): (i64, i64) = (row.get(2)?, row.get(3)?);
        Ok(vec![
            when(row.get::<i64>(1)? != 32, "digest: is not a SHA-256 digest"),
            time(row, 2, "created")?,
            time(row, 3, "expires")?,
            when(expires < created, "expires: is before it was made"),
        ])
    })
}

/// Whether `text` is a colour as it is stored.
fn is_color(text: &str) -> bool {
    Color::read(text).is_ok_and(|read| read.as_str() == text)
}

/// Whether `text` is a hash that a password can be checked against.
fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| {
        hash.algorithm == argon2::ARGON2ID_IDENT
            && hash.hash.is_some()
            && argon2::Params::try_from(&hash).is_ok()
    })
}

/// Faults of the properties of an event, and of what searches compare of them.
fn properties(row: &Row<'_>) -> Result<Fault> {
    let (json, folded): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
    let json = json.unwrap_or_else(|| "{}".into());
    let Ok(properties) = serde_json::from_str::<Properties>(&json) else {
        return Ok(Some("properties: are no properties".into()));
    };
    let what = "properties_folded: is not the search key of the place and the notes";
    Ok(when(folded != properties.search_key(), what))
}

/// Faults of a rule: views would leave the series out.
fn rule(row: &Row<'_>, readers: TextReaders) -> Result<Fault> {
    let rule: Option<String> = row.get(11)?;
    Ok(rule.and_then(|rule| (readers.rule)(&rule)).map(|fault| format!("rule: {fault}")))
}

/// Faults of the rule of a birthday: no view would show it as it is.
fn birthday_rule(row: &Row<'_>) -> Result<Fault> {
    let (birthday, starts, rule): (bool, i64, Option<String>) =
        (row.get(3)?, row.get(4)?, row.get(11)?);
    let Ok(starts) = WallTime::from_seconds(starts) else { return Ok(None) };
    let expected = Repeats::of_birthday(starts.day()).rule;
    Ok(when(birthday && rule != Some(expected), "rule: is not that of a birthday"))
}

/// Faults of the exceptions of a series.
fn exceptions(row: &Row<'_>) -> Result<Fault> {
    let (rule, json): (Option<String>, Option<String>) = (row.get(11)?, row.get(12)?);
    let Some(json) = json else { return Ok(None) };
    let starts = serde_json::from_str::<Vec<i64>>(&json);
    let sound = rule.is_some() && starts.is_ok_and(|starts| starts.is_sorted());
    Ok(when(!sound, "exceptions: are not the starts of occurrences in order"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_lists_as_many_faults_as_are_listed() {
        assert_eq!(INTEGRITY, format!("PRAGMA integrity_check({MOST})"));
    }
}
