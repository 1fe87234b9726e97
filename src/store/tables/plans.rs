//! Tests of the query plans: each query uses the index that is meant for it, and none scans a whole
//! table. A scan would go unnoticed until a calendar has grown large.

use rusqlite::OpenFlags;

use super::events::{BIRTHDAY_OF, BY_ID, PERSONAL_BETWEEN, SELECTED_BETWEEN};
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
            "SEARCH l USING PRIMARY KEY (group_id=?)",
            "SEARCH e USING INDEX event_in_group (group_id=? AND length_class=? AND starts>? AND starts<?)",
        ],
    );
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
