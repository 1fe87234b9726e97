//! Tests of the query plans of PostgreSQL, on tables with rows: its plans depend on how many there are.

use super::events::{
    BIRTHDAY_OF, BY_ID, PERSONAL_BETWEEN, PERSONAL_SERIES, SELECTED_BETWEEN, SELECTED_SERIES,
};
use super::series::{CHANGED_OCCURRENCE, COUNT_SERIES};
use super::{
    changes, groups, idempotency_keys, imports, objects, pages, search, selections, user_settings,
    users,
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
INSERT INTO import (user_id, touched) SELECT i, 0 FROM generate_series(1, 20) i;
INSERT INTO calendar_object (user_id, group_id, component, uid, ics, import_id)
    SELECT i % 2000 + 1, CASE WHEN i % 2 = 0 THEN i % 500 + 1 END, 'VTODO', i::text, '',
        CASE WHEN i % 10 = 1 THEN i / 10 % 20 + 1 END FROM generate_series(1, 10000) i;
INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, object_id, import_id)
    SELECT i % 2000 + 1, 'i', 'i', 0, 0, 0, i, i % 20 + 1 FROM generate_series(1, 2000) i;
INSERT INTO tombstone (user_id, change, name) SELECT i % 2000 + 1, i, i::text FROM generate_series(1, 10000) i;
INSERT INTO tombstone (group_id, change, name) SELECT i % 500 + 1, i, i::text FROM generate_series(1, 10000) i;
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
        for table in ["event", "calendar_object", "tombstone"] {
            let scan = format!("Seq Scan on {table} ");
            assert!(!plan.contains(&scan), "a whole table is scanned:\n{plan}");
        }
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
    filled.assert_plan(groups::PURGE_EVENTS, &[ID; 2], &["_in_group", "event_pkey"]);
    filled.assert_plan(groups::PURGE_SELECTIONS, &[ID; 2], &["selection_group"]);
    filled.assert_plan(groups::COUNT_OF_CREATOR, &[ID; 2], &["calendar_group_creator"]);
    filled.assert_plan(selections::OF_USER, &[ID], &["selection_pkey"]);
    filled.assert_plan(idempotency_keys::MADE, &[ID, TEXT, TEXT, ID], &["idempotency_key_pkey"]);
    filled.assert_plan(idempotency_keys::FORGET_OLD, &[ID; 2], &["idempotency_key_used"]);
    filled.assert_plan(user_settings::OF_USER, &[ID], &["user_settings_pkey"]);
    assert_plans_of_changes_objects_and_imports(&filled);
}

fn assert_plans_of_changes_objects_and_imports(filled: &Filled) {
    for (sql, index) in [
        (changes::EVENTS_PERSONAL, "event_changes_personal on event"),
        (changes::EVENTS_IN_GROUP, "event_changes_in_group on event"),
        (changes::OBJECTS_PERSONAL, "calendar_object_changes on calendar_object"),
        (changes::OBJECTS_IN_GROUP, "calendar_object_changes_in_group on calendar_object"),
        (changes::TOMBSTONES_PERSONAL, "tombstone_personal on tombstone"),
        (changes::TOMBSTONES_IN_GROUP, "tombstone_in_group on tombstone"),
        (changes::IMPORTED_EVENTS, "event_of_import on event"),
        (changes::IMPORTED_OBJECTS, "calendar_object_of_import on calendar_object"),
    ] {
        filled.assert_plan(sql, &[ID; 3], &[index]);
    }
    for (sql, index) in [
        (objects::PERSONAL_PAGE, "Scan using calendar_object_pkey"),
        (objects::GROUP_PAGE, "Scan using calendar_object_pkey"),
        (pages::PERSONAL, "event_changes_personal"),
        (pages::IN_GROUP, "event_changes_in_group"),
    ] {
        filled.assert_plan(sql, &[ID; 3], &[index]);
    }
    filled.assert_plan(objects::BY_ID, &[ID], &["calendar_object_pkey"]);
    filled.assert_plan(
        objects::BY_UID,
        &[ID, TEXT],
        &["calendar_object_personal", "calendar_object_of_user_in_group"],
    );
    filled.assert_plan(objects::EVENTS, &[ID], &["event_of_object"]);
    filled.assert_plan(imports::BOUNDS, &[ID], &["event_of_import", "calendar_object_of_import"]);
    filled.assert_plan(imports::SETTLE_EVENTS, &[ID; 3], &["event_of_import"]);
    filled.assert_plan(imports::DELETE_EVENTS, &[ID; 2], &["event_of_import"]);
    filled.assert_plan(groups::PURGE_OBJECTS, &[ID; 2], &["calendar_object_"]);
}
