//! Tests of the query plans: each query uses the index that is meant for it, and none scans a whole
//! table. A scan would go unnoticed until a calendar has grown large.

use rusqlite::OpenFlags;

use super::events::{
    BIRTHDAY_OF, BY_ID, PERSONAL_BETWEEN, PERSONAL_SERIES, SELECTED_BETWEEN, SELECTED_SERIES,
};
use super::series::{CHANGED_OCCURRENCE, COUNT_SERIES, ZONED};
use super::{
    app_passwords, changes, feeds, group_events, groups, idempotency_keys, imports, invitations,
    looks, members, objects, pages, selections, subject_index, subscriptions, tombstones,
    user_settings, users,
};
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
pub(super) fn assert_plan(sql: impl Into<Sql>, expected: &[&str]) {
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
                || line.contains("calendar_group_narrowed")
                || line == "SCAN p"
                || line == "SCAN few"
                || line.contains("VIRTUAL TABLE INDEX"),
            "a whole table is scanned:\n{plan}"
        );
    }
}

#[test]
fn looks_are_found_by_their_user_or_their_group() {
    for sql in [looks::OF_USER, looks::COUNT, looks::PLACES] {
        assert_plan(sql, &["calendar_look_of_user (user_id=?)"]);
    }
    for sql in [looks::SET_COLOR, looks::SET_POSITION] {
        assert_plan(sql, &["calendar_look_of_user (user_id=? AND <expr>=?)"]);
    }
    assert_plan(looks::PURGE, &["calendar_look_of_group (group_id=?"]);
    assert_plan(looks::PURGE_LOST, &["calendar_look_of_group (group_id=?"]);
}

#[test]
fn invitations_are_found_by_their_secret_or_their_group_and_those_that_expire_by_when() {
    assert_plan(
        invitations::BY_DIGEST,
        &["SEARCH i USING INDEX sqlite_autoindex_invitation_1 (digest=?)"],
    );
    assert_plan(invitations::OF_GROUP, &["SEARCH i USING INDEX invitation_of_group (group_id=?)"]);
    assert_plan(invitations::COUNT_OF_GROUP, &["invitation_of_group (group_id=?)"]);
    assert_plan(invitations::PURGE_EXPIRED, &["invitation_expires (expires<?)"]);
    assert_plan(invitations::IS_EXPIRED, &["invitation_expires (expires<?)"]);
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
    assert_plan(groups::COUNT_EVENTS, &["INDEX event_changes (<expr>=?)"]);
    assert_plan(groups::PURGE_OBJECTS, &["INDEX calendar_object_in_group (group_id=?)"]);
    assert_plan(groups::PURGE_TOMBSTONES, &["INDEX tombstone_in_group (group_id=? AND change<?)"]);
    assert_plan(groups::PURGE_SELECTIONS, &["selection_group (group_id=?)"]);
}

#[test]
fn changes_since_a_number_are_read_from_an_index_in_their_order() {
    for (sql, index) in [
        (changes::EVENTS_PERSONAL, "event_changes (<expr>=? AND change>?)"),
        (changes::EVENTS_IN_GROUP, "event_changes (<expr>=? AND change>?)"),
        (
            changes::OBJECTS_PERSONAL,
            "calendar_object_changes (user_id=? AND group_id=? AND change>?)",
        ),
        (changes::OBJECTS_IN_GROUP, "calendar_object_changes_in_group (group_id=? AND change>?)"),
        (changes::TOMBSTONES_PERSONAL, "tombstone_personal (user_id=? AND change>?)"),
        (changes::TOMBSTONES_IN_GROUP, "tombstone_in_group (group_id=? AND change>?)"),
        (changes::IMPORTS_PERSONAL, "import_of_user (user_id=? AND group_id=? AND shown>?)"),
        (changes::IMPORTS_IN_GROUP, "import_in_group (group_id=? AND shown>?)"),
        (changes::IMPORTED_EVENTS, "event_of_import (import_id=? AND change=? AND rowid>?)"),
        (changes::IMPORTED_OBJECTS, "calendar_object_of_import (import_id=? AND rowid>?)"),
    ] {
        assert_plan(sql, &[index]);
        assert!(!plan_of(sql).contains("TEMP B-TREE"), "{}", plan_of(sql));
    }
    assert_plan(tombstones::NEXT, &["tombstones_to_prune (kept>?)"]);
    assert_plan(changes::NUMBER_PERSONAL, &["SEARCH k USING INDEX tombstones_kept_personal"]);
    assert_plan(changes::NUMBER_OF_GROUP, &["SEARCH k USING INDEX tombstones_kept_in_group"]);
    assert_plan(tombstones::LAST_PERSONAL, &["tombstone_personal (user_id=?)"]);
    assert_plan(tombstones::LAST_IN_GROUP, &["tombstone_in_group (group_id=?)"]);
}

#[test]
fn objects_and_their_events_are_found_by_index() {
    assert_plan(objects::BY_ID, &["SEARCH o USING INTEGER PRIMARY KEY (rowid=?)"]);
    let personal = "calendar_object_personal (user_id=? AND uid=?)";
    assert_plan(objects::PERSONAL_BY_UID, &[personal]);
    assert_plan(objects::IN_GROUP_BY_UID, &["calendar_object_in_group (group_id=? AND uid=?)"]);
    let in_group = "calendar_object_of_user_in_group (user_id=? AND uid=?)";
    assert_plan(objects::BY_UID, &[personal, in_group]);
    assert_plan(objects::EVENTS, &["SEARCH e USING INDEX event_of_object (object_id=?)"]);
    let by_key = "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)";
    assert_plan(objects::PERSONAL_PAGE, &["calendar_object_changes (user_id=?", by_key]);
    assert_plan(objects::GROUP_PAGE, &["calendar_object_changes_in_group (group_id=?", by_key]);
    let by_key = "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)";
    assert_plan(pages::PERSONAL, &["INDEX event_changes (<expr>=?)", by_key]);
    assert_plan(pages::IN_GROUP, &["INDEX event_changes (<expr>=?)", by_key]);
}

#[test]
fn the_rows_of_an_import_are_found_by_index() {
    let events = "INDEX event_of_import (import_id=?";
    let objects = "INDEX calendar_object_of_import (import_id=?)";
    assert_plan(imports::BOUNDS, &[events, objects]);
    assert!(!plan_of(imports::BOUNDS).contains("TEMP B-TREE"));
    assert_plan(imports::DELETE_EVENTS, &[events]);
    assert_plan(imports::DELETE_OBJECTS, &[objects]);
    assert_plan(imports::SETTLE_EVENTS, &[events]);
    assert_plan(imports::SETTLE_OBJECTS, &[objects]);
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
fn an_app_password_is_found_by_its_digest_and_those_of_a_user_by_index() {
    assert_plan(
        app_passwords::BY_DIGEST,
        &[
            "SEARCH p USING INDEX sqlite_autoindex_app_password_1 (digest=?)",
            "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    );
    let of_user = "app_password_of_user (user_id=?)";
    assert_plan(app_passwords::OF_USER, &[of_user]);
    assert_plan(app_passwords::COUNT_OF_USER, &[of_user]);
}

#[test]
fn a_role_and_what_is_lost_with_it_are_found_by_index() {
    let member = "SEARCH m USING PRIMARY KEY (group_id=? AND user_id=?)";
    assert_plan(members::STANDING, &["SEARCH g USING INTEGER PRIMARY KEY", member]);
    assert_plan(members::OF_GROUP, &["SEARCH m USING PRIMARY KEY (group_id=?)"]);
    assert_plan(members::COUNT, &["SEARCH m USING PRIMARY KEY (group_id=?)"]);
    assert_plan(members::NEXT_NARROWED, &["calendar_group_narrowed"]);
    assert_plan(members::PURGE_SELECTIONS, &["selection_group (group_id=?)", member]);
    assert_plan(members::PURGE_FEEDS, &["feed_of_group (group_id=?)", member]);
    let owned = "member_of_user (user_id=?)";
    assert_plan(groups::ALONE, &["MULTI-INDEX OR", "calendar_group_creator (creator_id=?)", owned]);
    for sql in [SELECTED_BETWEEN, SELECTED_SERIES] {
        assert_plan(sql, &[member]);
    }
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
    let filled = "SEARCH s USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
SEARCH m USING PRIMARY KEY (group_id=? AND user_id=?) LEFT-JOIN";
    assert_eq!(plan_of(groups::ALL), format!("{all}\n{by_id}\n{filled}"), "without a sort");
    let created = "SEARCH g USING INDEX calendar_group_creator (creator_id=? AND rowid>?)";
    assert_eq!(
        plan_of(groups::OF_CREATOR),
        format!("{by_id}\n{created}\n{filled}"),
        "without a sort"
    );
}

#[test]
fn a_feed_is_found_by_its_digest_and_those_of_a_user_by_their_index() {
    assert_plan(
        feeds::BY_DIGEST,
        &[
            "SEARCH f USING INDEX sqlite_autoindex_feed_1 (digest=?)",
            "SEARCH u USING INTEGER PRIMARY KEY",
            "SEARCH c USING PRIMARY KEY (user_id=?)",
        ],
    );
    assert_plan(feeds::OF_USER, &["SEARCH f USING INDEX feed_of_user (user_id=?)"]);
    assert_plan(feeds::COUNT_OF_USER, &["feed_of_user (user_id=?)"]);
}

#[test]
fn what_is_due_is_found_by_its_index_and_what_fills_a_group_by_its_uids() {
    for sql in [subscriptions::DUE, subscriptions::IS_DUE] {
        assert_plan(sql, &["INDEX subscription_due (due<?)", "SEARCH g USING INTEGER PRIMARY KEY"]);
    }
    assert_plan(
        subscriptions::COUNT_OF_CREATOR,
        &["SEARCH s USING INTEGER PRIMARY KEY", "(creator_id=?"],
    );
    let by_uid = "SEARCH o USING INDEX calendar_object_in_group (group_id=? AND uid>?)";
    assert_plan(subscriptions::BY_UID, &[by_uid]);
}

#[test]
fn the_events_of_one_group_are_found_by_ranges_of_its_indexes() {
    assert_plan(
        group_events::BETWEEN,
        &[
            "SEARCH g USING INTEGER PRIMARY KEY",
            "SEARCH l USING PRIMARY KEY (group_id=? AND length_class<?)",
            "SEARCH e USING INDEX event_in_group (group_id=? AND length_class=? AND starts>? AND starts<?)",
        ],
    );
    assert_plan(
        group_events::SERIES,
        &["SEARCH e USING INDEX event_series_in_group (group_id=? AND reach>?"],
    );
}
