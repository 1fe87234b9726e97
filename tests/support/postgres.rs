//! Databases of PostgreSQL, for the tests that run on both: `scripts/with-postgres` gives the server.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use calendar_server::model::{Database, PostgresUrl};
use calendar_server::store;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Where the server is; none where the tests run on files.
fn server() -> Option<String> {
    std::env::var("POSTGRES_FOR_TESTS").ok()
}

/// A database of its own.
pub(crate) struct SharedDatabase {
    name: String,
}

/// Those that are free. To empty one takes a tenth of the time in which one is made.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Empties every table but that of the key, and begins with the first ids again.
const EMPTY: &str = r#"
TRUNCATE "user", removed_user, calendar_group, event, selection, group_length_class, backup, idempotency_key,
    user_settings, event_count_change, calendar_object, import, tombstone, tombstones_kept, app_password, feed,
    subscription, member, history, invitation, calendar_look, calendar_property,
    resource_name
    RESTART IDENTITY"#;

impl SharedDatabase {
    /// Whether the tests run on PostgreSQL.
    pub(crate) fn are_used() -> bool {
        server().is_some()
    }

    /// An empty, migrated one, where the tests run on PostgreSQL.
    pub(crate) fn new() -> Option<Self> {
        server()?;
        let free = FREE.lock().unwrap().pop();
        if let Some(name) = free {
            run(&name, EMPTY);
            return Some(Self { name });
        }
        let made = Self::bare()?;
        store::upgrade(made.database()).unwrap();
        Some(made)
    }

    /// One without tables, where the tests run on PostgreSQL.
    pub(crate) fn bare() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        server()?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("calendar_{}_{number}", std::process::id());
        run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        Some(Self { name })
    }

    pub(crate) fn url(&self) -> String {
        format!("{}{}", server().unwrap(), self.name)
    }

    /// With few connections: there is a server of it for each test.
    pub(crate) fn database(&self) -> Database {
        Database::Postgres(PostgresUrl::new(self.url()).with_connections(Some(2)))
    }

    /// Runs statements that were written for SQLite.
    pub(crate) fn execute(&self, sql: &str) {
        run(&self.name, &translated(sql));
    }

    /// As `database::rows`.
    pub(crate) fn rows(&self, sql: &str, null: &str) -> Vec<String> {
        run(&self.name, &translated(sql))
            .into_iter()
            .map(|cells| {
                let cells = cells.into_iter().map(|cell| cell.unwrap_or_else(|| null.to_owned()));
                cells.collect::<Vec<_>>().join("|")
            })
            .collect()
    }
}

/// The server that the tests run beside is removed with all its databases.
impl Drop for SharedDatabase {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            FREE.lock().unwrap().push(self.name.clone());
        }
    }
}

/// Statements for SQLite in the words of PostgreSQL: `user` is a reserved word there, for example.
fn translated(sql: &str) -> String {
    let mut sql = sql.to_owned();
    for (pattern, replacement) in [
        (r"\b(FROM|UPDATE|INTO|JOIN) user\b", "$1 \"user\""),
        (r"\bPRAGMA foreign_keys = ON;", ""),
        (
            r"\bdatetime\((\w+), 'unixepoch'\)",
            "to_char(to_timestamp($1) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')",
        ),
        (r"\bx'([0-9a-f]*)'", "'\\x$1'::bytea"),
        (
            r"\bdate\((\w+), 'unixepoch'\)",
            "to_char(to_timestamp($1) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        ),
        (r"\bgroup_concat\((\w+)\)", "string_agg($1::text, ',')"),
    ] {
        sql = regex_lite::Regex::new(pattern).unwrap().replace_all(&sql, replacement).into_owned();
    }
    sql
}

/// The rows of all statements of `sql` in the database `name`.
fn run(name: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    let url = format!("{}{name}", server().unwrap());
    let sql = sql.to_owned();
    // A test may be inside a runtime already.
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            let messages = client.simple_query(&sql).await.unwrap_or_else(|error| {
                panic!("{}: {sql}", error.as_db_error().unwrap().message());
            });
            let rows = messages.into_iter().filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
                }
                _ => None,
            });
            rows.collect()
        })
    });
    thread.join().unwrap()
}
