//! What a client that follows a calendar is told, against the calendar itself: whatever happened, a client that applies what
//! it is told has exactly what is there.

mod concurrent;
mod world;

use calendar_server::model::CalendarOf;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::postgres::SharedDatabase;
use world::World;

/// Fewer on PostgreSQL, where each step takes longer.
fn cases(in_file: u32) -> u32 {
    if SharedDatabase::are_used() { in_file / 4 } else { in_file }
}

proptest! {
    // No file is written beside the source: a failing case is shrunk and printed.
    #![proptest_config(ProptestConfig {
        cases: cases(24),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_client_that_follows_has_exactly_what_is_there(
        steps in vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..60)
    ) {
        let mut world = World::new();
        for (kind, calendar, which) in steps {
            world.take(kind, calendar, which);
        }
        world.follow_everywhere();
        world.assert_sound();
    }
}

#[test]
fn a_client_that_comes_back_after_too_many_deletions_has_to_list_anew() {
    let mut world = World::new();
    let personal = world.calendar(0);
    let before = world.now(personal);
    world.lose_many(0);
    let known = world.now(personal);
    world.store.finish().unwrap();
    assert!(world.since(personal, Some(before), 10).is_none(), "what was pruned is not known");
    assert!(world.since(personal, Some(known), 10).is_some());
    let beginning = world.since(personal, None, 10);
    assert!(beginning.is_some_and(|changes| changes.deleted.is_empty()));
}

#[test]
fn a_client_in_its_first_list_need_not_know_what_was_deleted_before_it_began() {
    let mut world = World::new();
    let personal = world.calendar(0);
    for which in 0..5 {
        world.make_event(0, which);
    }
    world.lose_many(0);
    world.store.finish().unwrap();
    let first = world.since(personal, None, 2).unwrap();
    assert!(first.more && first.upto.begun > 0, "{first:?}");
    let second = world.since(personal, Some(first.upto), 2).unwrap();
    assert!(second.more && second.deleted.is_empty(), "{second:?}");
    world.lose_many(0);
    world.store.finish().unwrap();
    assert!(world.since(personal, Some(second.upto), 2).is_none(), "deletions since are lost");
}

#[test]
fn a_token_of_another_history_or_of_the_future_is_not_gone_on_from() {
    let mut world = World::new();
    let personal = world.calendar(0);
    world.make_event(0, 1);
    let now = world.now(personal);
    for other in [
        calendar_server::model::SyncToken { history: now.history ^ 1, ..now },
        calendar_server::model::SyncToken { change: now.change + 1, ..now },
        calendar_server::model::SyncToken { begun: now.change + 1, ..now },
    ] {
        assert!(world.since(personal, Some(other), 10).is_none(), "{other:?}");
    }
    let nobody = CalendarOf::Personal(calendar_server::model::UserId(4711));
    assert!(world.since(nobody, None, 10).is_none());
    let nothing = CalendarOf::Group(calendar_server::model::GroupId(4711));
    assert!(world.since(nothing, None, 10).is_none());
}
