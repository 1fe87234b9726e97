//! What the views show, against a model that a reader can check by eye: a list of events, and a
//! filter that looks at every one of them.
//!
//! Times cluster where mistakes are made (the first and last seconds of days, months and of all
//! time) and lengths at the edges of the classes that `migrations/V1` sorts events into. The model
//! reckons with jiff's calendar, the server with the crate `time`.

mod model;
mod steps;
mod world;

use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::postgres::SharedDatabase;
use model::EMAILS;
use steps::{DAY, Fields, Step, View, later};
use world::World;

/// How many random cases are tried: fewer on PostgreSQL, where each step takes longer.
pub(crate) fn cases(in_file: u32) -> u32 {
    if SharedDatabase::are_used() { in_file / 4 } else { in_file }
}

proptest! {
    // No file is written beside the source: a failing case is shrunk and printed.
    #![proptest_config(ProptestConfig {
        cases: cases(64),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_views_show_what_a_plain_list_of_events_says(
        steps in vec((0..EMAILS.len(), steps::step()), 1..32)
    ) {
        let mut world = World::new();
        for (user, step) in &steps {
            world.take(*user, step);
        }
        world.look_everywhere();
        world.compare_rule_and_queries();
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(8),
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_views_and_searches_of_large_calendars_show_what_a_plain_list_of_events_says(
        followed in any::<bool>(),
        steps in vec((0..EMAILS.len(), steps::step()), 1..32),
        words in vec(steps::word(), 8),
    ) {
        let mut world = World::large();
        if followed {
            world.wait_for_the_index();
        }
        for (user, step) in &steps {
            world.take(*user, step);
            // Before the index has the event.
            if let Step::Add { event, .. } | Step::Change { to: event, .. } = step {
                world.take(*user, &Step::Look(View::Search(event.subject.clone())));
            }
        }
        world.wait_for_the_index();
        for word in words {
            for user in 0..EMAILS.len() {
                world.take(user, &Step::Look(View::Search(word.clone())));
            }
        }
        world.look_everywhere();
    }
}

/// Random steps would take long to find each of these seconds.
#[test]
fn an_event_of_each_length_class_is_shown_to_the_second() {
    let mut world = World::new();
    world.take(0, &Step::MakeGroup);
    world.take(0, &Step::Select { groups: [0].into() });
    let edge = date(2017, 6, 1).at(0, 0, 0, 0);
    let classes = [1, 32, 1024, 32768].map(|days| days * DAY);
    let lengths = classes.iter().flat_map(|class| [class - 1, *class, class + 1]);
    for length in lengths.chain([0, 1, 2, 700_000 * DAY]) {
        for by in -1..=1 {
            for starts in [later(edge, by), later(edge, by - length)] {
                let ends = later(starts, length);
                let event = Fields { starts, ends, subject: format!("{length} {by}") };
                world.take(0, &Step::Add { group: None, event: event.clone() });
                world.take(0, &Step::Add { group: Some(0), event });
            }
        }
    }
    for day in [date(2017, 5, 31), date(2017, 6, 1)] {
        world.take(0, &Step::Look(View::Day(day)));
        world.take(0, &Step::Look(View::Month(day)));
    }
}

/// A birthday that is sent back on a day that shows it stays what it is; on another it moves there.
#[test]
fn a_birthday_moves_to_the_days_that_do_not_show_it() {
    let mut world = World::new();
    let born = date(2016, 2, 29);
    world.take(0, &Step::Birthday { on: born });
    let days = [born, date(2017, 2, 28), date(2020, 2, 29), date(2020, 2, 28), date(2019, 2, 28)];
    for day in days.into_iter().chain([date(2018, 2, 28)]) {
        let at = day.at(0, 0, 0, 0);
        let to = Fields { starts: at, ends: at, subject: day.to_string() };
        world.take(0, &Step::Change { event: 0, to });
        world.look_everywhere();
    }
}
