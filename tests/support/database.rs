//! A look into a database file beside the program that has it open.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

/// All rows that `sql` gives, as text: the columns joined by `|`, NULL as `null`.
pub(crate) fn rows(conn: &Connection, sql: &str, null: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..columns).map(|column| match row.get_unwrap(column) {
            Value::Null => null.to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text,
            other => panic!("unexpected {other:?}"),
        });
        Ok(cells.collect::<Vec<_>>().join("|"))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// How many events are in `file`.
pub(crate) fn count_events(file: &Path) -> i64 {
    let conn = Connection::open(file).unwrap();
    conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap()
}

/// Adds `events` personal events of user 1 to `file`, a megabyte for about ten thousand.
pub(crate) fn add_bulk(file: &Path, events: i64) {
    let conn = Connection::open(file).unwrap();
    conn.execute_batch(&format!(
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {events})
         INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
         SELECT 1, 'a dinner with friends ' || i, 'a dinner with friends ' || i, 0, 0, 0 FROM n"
    ))
    .unwrap();
}
