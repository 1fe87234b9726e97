//! The plans of the queries of the history, as `plans.rs` has them of the other tables.

use super::plans::assert_plan;
use super::{groups, history, history_reads, trash};

#[test]
fn a_history_is_read_backwards_by_its_calendar_or_its_event() {
    let personal = "SEARCH h USING INDEX history_personal (user_id=? AND id<?)";
    assert_plan(history_reads::PERSONAL, &[personal]);
    let in_group = "SEARCH h USING INDEX history_in_group (group_id=? AND id<?)";
    assert_plan(history_reads::IN_GROUP, &[in_group]);
    let of_event = "SEARCH r USING INDEX history_of_event (row_id=?)";
    assert_plan(history_reads::OF_EVENT, &[of_event, "SEARCH h USING INTEGER PRIMARY KEY"]);
    assert_plan(history_reads::NEXT, &["INDEX history_of_event (row_id=? AND id>?)"]);
    assert_plan(history_reads::NEXT_GROUP, &["INDEX history_in_group (group_id=? AND id>?)"]);
    assert_plan(history_reads::ROWS, &["INDEX history_of_entry (entry_id=?)"]);
    assert_plan(history::HIDE, &["INDEX history_of_event (row_id=?)"]);
}

#[test]
fn a_history_is_pruned_and_purged_by_its_indexes() {
    assert_plan(history::PRUNE_PERSONAL, &["INDEX history_personal (user_id=?)"]);
    assert_plan(history::PRUNE_IN_GROUP, &["INDEX history_in_group (group_id=?)"]);
    assert_plan(groups::PURGE_HISTORY, &["INDEX history_in_group (group_id=?)"]);
    assert_plan(trash::EMPTY_TRASH, &["INDEX calendar_group_trashed (trashed<?)"]);
    assert_plan(trash::COUNT_TRASHED, &["SEARCH g USING INDEX calendar_group"]);
}
