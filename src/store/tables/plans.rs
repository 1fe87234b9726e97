//! Tests of the query plans: each query uses the index that is meant for it, and none scans a whole
//! table. A scan would go unnoticed until a calendar has grown large.

use rusqlite::OpenFlags;

use super::events::{
    BIRTHDAY_OF, BY_ID, PERSONAL_BETWEEN, PERSONAL_SERIES, SELECTED_BETWEEN, SELECTED_SERIES,
};
use super::series::{CHANGED_OCCURRENCE, COUNT_SERIES, ZONED};
use super::{groups, idempotency_keys, selections, subject_index, user_settings, users};
use crate::store::Store;
use crate::store::engine::sql::Sql;
use crate::store::engine::{Place, connection};

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::both(text)
    }
}

/// SQLite's plan for `sql`.
fn plan_of(sql: impl Into<Sql>) -> String {
    let sql = sql.into().sqlite();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.sqlite");
    drop(Store::open(&path).unwrap());
    let conn = connection::open(&Place::of(&path), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>(3).unwrap());
    }
    lines.join("\n")
}

#[track_caller]
fn assert_plan(sql: impl Into<Sql>, expected: &[&str]) {
    let plan = plan_of(sql);
    for part in expected {
        assert!(plan.contains(part), "no {part:?} in:\n{plan}");
    }
    for line in plan.lines().filter(|line| line.starts_with("SCAN")) {
        assert!(
            // The list of pending events is read whole. It is short unless the writer is busy.
            line == "SCAN length"
                || line.contains("CONSTANT")
                || line.contains("calendar_group_deleted")
                || line == "SCAN p"
                || line == "SCAN few"
                || line.contains("VIRTUAL TABLE INDEX"),
            "a whole table is scanned:\n{plan}"
        );
    }
}

#[test]
fn a_view_of_personal_events_reads_a_range_of_their_index() {
    assert_plan(
        PERSONAL_BETWEEN,
        &[
            "SEARCH e USING INDEX event_personal (user_id=? AND length_class=? AND starts>? AND starts<?)",
            "SEARCH u USING INTEGER PRIMARY KEY",
        ],
    );
}

#[test]
fn a_view_of_selected_groups_reads_a_range_of_the_index_per_group() {
    assert_plan(
        SELECTED_BETWEEN,
        &[
            "SEARCH s USING PRIMARY KEY (user_id=?)",
            "SEARCH l USING PRIMARY KEY (group_id=? AND length_class<?)",
            "SEARCH e USING INDEX event_in_group (group_id=? AND length_class=? AND starts>? AND starts<?)",
        ],
    );
}

#[test]
fn series_are_found_by_the_end_of_their_reach() {
    let of_user =
        "SEARCH e USING INDEX event_series_of_user (user_id=? AND group_id=? AND reach>?)";
    assert_plan(PERSONAL_SERIES, &[of_user]);
    assert_plan(
        SELECTED_SERIES,
        &[
            "SEARCH s USING PRIMARY KEY (user_id=?)",
            "SEARCH l USING PRIMARY KEY (group_id=? AND length_class=?)",
            "SEARCH e USING INDEX event_series_in_group (group_id=? AND reach>?)",
        ],
    );
    assert_plan(CHANGED_OCCURRENCE, &["event_of_series (series_id=? AND occurrence=?)"]);
    assert_plan(COUNT_SERIES, &["INDEX event_series_of_user (user_id=?)"]);
    assert_plan(ZONED, &["INDEX event_zoned (id>?)"]);
}

#[test]
fn a_search_of_places_and_notes_reads_only_events_that_have_any() {
    assert_plan(subject_index::NOTED_PERSONAL, &["USING INDEX event_noted_personal (user_id=?)"]);
    assert_plan(subject_index::NOTED_SELECTED, &["USING INDEX event_noted_in_group (group_id=?)"]);
}

#[test]
fn the_keys_of_one_user_are_found_by_the_key_or_by_their_age() {
    assert_plan(idempotency_keys::MADE, &["USING PRIMARY KEY (user_id=? AND kind=? AND key=?)"]);
    let by_age = "USING INDEX idempotency_key_used (user_id=? AND used<?)";
    assert_plan(idempotency_keys::FORGET_OLD, &[by_age]);
    assert_plan(idempotency_keys::FORGET_MANY, &[by_age, "SEARCH k USING COVERING INDEX"]);
}

#[test]
fn the_settings_of_a_user_are_found_by_their_key() {
    assert_plan(user_settings::OF_USER, &["SEARCH s USING INTEGER PRIMARY KEY"]);
}

#[test]
fn a_search_of_a_small_calendar_reads_only_its_events() {
    assert_plan(subject_index::PERSONAL, &["SEARCH e USING INDEX event_personal (user_id=?)"]);
    assert_plan(subject_index::SELECTED, &["SEARCH e USING INDEX event_in_group (group_id=?)"]);
}

#[test]
fn a_search_of_a_large_calendar_uses_the_subject_index() {
    let by_key = "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)";
    let in_selection = "SEARCH s USING PRIMARY KEY (user_id=?)";
    assert_plan(subject_index::INDEXED, &["SCAN g VIRTUAL TABLE INDEX", by_key, in_selection]);
    assert_plan(
        subject_index::COUNT_TERM,
        &["CO-ROUTINE few", "SCAN g VIRTUAL TABLE INDEX", "SCAN few"],
    );
    assert_plan(subject_index::PENDING, &["SCAN p", by_key, in_selection]);
    assert_plan(
        subject_index::NEW,
        &["SEARCH e USING INTEGER PRIMARY KEY (rowid>?)", in_selection],
    );
    assert_plan(
        subject_index::COUNT_PERSONAL,
        &["SEARCH e USING INDEX event_personal (user_id=?)"],
    );
    assert_plan(
        subject_index::COUNT_SELECTED,
        &["SEARCH e USING COVERING INDEX event_in_group (group_id=?)"],
    );
}

#[test]
fn the_birthday_and_single_events_are_found_by_index() {
    assert_plan(BIRTHDAY_OF, &["SEARCH e USING INDEX event_birthday (user_id=?)"]);
    assert_plan(
        BY_ID,
        &[
            "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH g USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    );
}

#[test]
fn deleting_a_group_finds_its_events_and_selections_by_index() {
    assert_plan(groups::PURGE_EVENTS, &["event_in_group (group_id=?)"]);
    assert_plan(groups::PURGE_CHANGED, &["INDEX event_changed_in_group (group_id=?)"]);
    assert_plan(groups::NEXT_DELETED, &["calendar_group_deleted"]);
    assert_plan(groups::COUNT_EVENTS, &["COVERING INDEX event_in_group (group_id=?)"]);
    assert_plan(groups::PURGE_SELECTIONS, &["selection_group (group_id=?)"]);
}

#[test]
fn the_caller_and_a_selection_are_found_by_index() {
    assert_plan(
        users::BY_EMAIL,
        &["SEARCH user USING INDEX sqlite_autoindex_user_1 (email_folded=?)"],
    );
    assert_plan(
        users::CALENDAR_VERSION,
        &[
            "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH s USING PRIMARY KEY (user_id=?)",
            "SEARCH g USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    );
    assert_plan(selections::OF_USER, &["SEARCH s USING PRIMARY KEY (user_id=?)"]);
    assert_plan(
        selections::HAS,
        &["SEARCH s USING COVERING INDEX selection_group (group_id=? AND user_id=?)"],
    );
}

#[test]
fn all_groups_are_read_without_a_sort_and_a_creators_by_index() {
    assert_plan(
        groups::COUNT_OF_CREATOR,
        &["SEARCH g USING INDEX calendar_group_creator (creator_id=?)"],
    );
    assert_plan(groups::BY_ID, &["SEARCH g USING INTEGER PRIMARY KEY (rowid=?)"]);
    let by_id = "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)";
    let all = "SEARCH g USING INTEGER PRIMARY KEY (rowid>?)";
    assert_eq!(plan_of(groups::ALL), format!("{all}\n{by_id}"), "without a sort");
    let created = "SEARCH g USING INDEX calendar_group_creator (creator_id=? AND rowid>?)";
    assert_eq!(plan_of(groups::OF_CREATOR), format!("{by_id}\n{created}"), "without a sort");
}

/// The same for PostgreSQL, on tables with rows, whose numbers its plans depend on.
mod postgres {
    use super::super::{groups, idempotency_keys, search, selections, user_settings};
    use super::{
        BIRTHDAY_OF, BY_ID, CHANGED_OCCURRENCE, COUNT_SERIES, PERSONAL_BETWEEN, PERSONAL_SERIES,
        SELECTED_BETWEEN, SELECTED_SERIES, users,
    };
    use crate::model::PostgresUrl;
    use crate::store::engine::conn::Conn;
    use crate::store::engine::sql::Sql;
    use crate::store::maintenance::postgres::Cluster;

    /// Two thousand users and five hundred groups, of which each user has selected some, and their events.
    const FILL: &str = r#"
INSERT INTO "user" (email, email_folded, created) SELECT i::text, i::text, 0 FROM generate_series(1, 2000) i;
INSERT INTO calendar_group (name, creator_id, created, deleted)
    SELECT 'g', i, 0, (i = 50)::int FROM generate_series(1, 500) i;
INSERT INTO selection SELECT u, g FROM generate_series(1, 2000) u, generate_series(1, 500) g WHERE (u + g) % 100 = 0;
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, birthday)
    SELECT i % 2000 + 1, CASE WHEN i % 2 = 0 THEN i % 500 + 1 END, i::text, md5(i::text), i * 3600, i * 3600 + 60, 0,
        (i < 2000 AND i % 2 = 1)::int FROM generate_series(1, 60000) i;
INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created, rule, reach, properties_folded)
    SELECT i % 2000 + 1, CASE WHEN i % 2 = 0 THEN i % 500 + 1 END, i::text, md5(i::text), i * 3600, i * 3600 + 60, 0,
        'FREQ=DAILY', i * 7200, i::text FROM generate_series(1, 6000) i;
INSERT INTO idempotency_key SELECT i % 2000 + 1, 'event', i::text, i, i FROM generate_series(1, 20000) i;
INSERT INTO user_settings (user_id) SELECT i FROM generate_series(1, 2000) i;
ANALYZE"#;

    struct Filled(Cluster);

    impl Filled {
        fn new() -> Self {
            let server = std::env::var("POSTGRES_FOR_TESTS").unwrap();
            let open =
                |name: &str| Cluster::open(&PostgresUrl::new(format!("{server}{name}"))).unwrap();
            open("postgres").session.batch("CREATE DATABASE plans TEMPLATE template0").unwrap();
            let mut filled = open("plans");
            filled.migrate().unwrap();
            filled.session.batch(FILL).unwrap();
            filled.session.batch("SET plan_cache_mode = force_generic_plan").unwrap();
            Self(filled)
        }

        /// The plan of `sql`, whose parameters have `types`.
        fn plan_of(&self, sql: Sql, types: &[&str]) -> String {
            let types =
                if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
            let count = types.matches(',').count() + usize::from(!types.is_empty());
            let values = if count == 0 {
                String::new()
            } else {
                format!("({})", vec!["NULL"; count].join(", "))
            };
            let prepare = format!("PREPARE one {types} AS {}", sql.postgres());
            self.0.session.batch(&prepare).unwrap();
            // Not a constant, so it lives as long as the test.
            let explain: &'static str = format!("EXPLAIN EXECUTE one {values}").leak();
            let conn = Conn::Postgres(&self.0.session);
            let lines = conn.rows(Sql::both(explain), &[], |row| row.get::<String>(0)).unwrap();
            self.0.session.batch("DEALLOCATE one").unwrap();
            lines.join("\n")
        }

        #[track_caller]
        fn assert_plan(&self, sql: Sql, types: &[&str], expected: &[&str]) {
            let plan = self.plan_of(sql, types);
            for part in expected {
                assert!(plan.contains(part), "no {part:?} in:\n{plan}");
            }
            assert!(!plan.contains("Seq Scan on event "), "a whole table is scanned:\n{plan}");
        }
    }

    const ID: &str = "bigint";
    const TEXT: &str = "text";

    #[test]
    #[ignore = "needs PostgreSQL: scripts/with-postgres"]
    fn postgres_uses_the_indexes_that_are_meant() {
        let filled = Filled::new();
        filled.assert_plan(
            PERSONAL_BETWEEN,
            &[ID; 3],
            &[
                "event_personal on event",
                "Index Cond: ((user_id = $1) AND (length_class =",
                ") AND (starts < $3) AND (starts >=",
            ],
        );
        filled.assert_plan(
            SELECTED_BETWEEN,
            &[ID; 3],
            &[
                "event_in_group",
                "(length_class = l.length_class) AND (starts < $3) AND (starts >=",
                "selection_pkey",
            ],
        );
        filled.assert_plan(PERSONAL_SERIES, &[ID; 3], &["event_series_of_user on event"]);
        filled.assert_plan(SELECTED_SERIES, &[ID; 3], &["event_series_in_group", "selection_pkey"]);
        filled.assert_plan(CHANGED_OCCURRENCE, &[ID; 2], &["event_of_series on event"]);
        filled.assert_plan(COUNT_SERIES, &[ID; 2], &["event_series_of_user"]);
        filled.assert_plan(
            search::NOTED,
            &[ID, TEXT, ID, ID, ID],
            &["event_noted_personal", "event_noted_in_group"],
        );
        filled.assert_plan(BIRTHDAY_OF, &[ID], &["event_birthday on event"]);
        filled.assert_plan(BY_ID, &[ID], &["event_pkey on event"]);
        filled.assert_plan(
            users::BY_EMAIL,
            &[TEXT],
            &["user_email_folded_key on \"user\"", "selection_pkey"],
        );
        filled.assert_plan(
            search::INDEXED,
            &[ID, TEXT, ID, ID, ID, TEXT],
            &["Bitmap Index Scan on event_search"],
        );
        filled.assert_plan(
            search::SCANNED,
            &[ID, TEXT, ID, ID, ID],
            &["event_personal", "event_in_group"],
        );
        filled.assert_plan(groups::NEXT_DELETED, &[], &["calendar_group_deleted"]);
        filled.assert_plan(groups::PURGE_EVENTS, &[ID; 2], &["event_in_group", "event_pkey"]);
        filled.assert_plan(groups::PURGE_SELECTIONS, &[ID; 2], &["selection_group"]);
        filled.assert_plan(groups::COUNT_OF_CREATOR, &[ID; 2], &["calendar_group_creator"]);
        filled.assert_plan(selections::OF_USER, &[ID], &["selection_pkey"]);
        filled.assert_plan(
            idempotency_keys::MADE,
            &[ID, TEXT, TEXT, ID],
            &["idempotency_key_pkey"],
        );
        filled.assert_plan(idempotency_keys::FORGET_OLD, &[ID; 2], &["idempotency_key_used"]);
        filled.assert_plan(user_settings::OF_USER, &[ID], &["user_settings_pkey"]);
    }
}
