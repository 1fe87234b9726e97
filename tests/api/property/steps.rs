//! What users do, at random, but more often where mistakes are made.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::{Date, DateTime, date};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

pub(crate) const DAY: i64 = 86_400;

/// A request of a user. The numbers pick among the ids given out so far, deleted ones included.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Add { group: Option<usize>, event: Fields },
    Change { event: usize, to: Fields },
    Delete { event: usize },
    Birthday { on: Date },
    MakeGroup,
    DeleteGroup { group: usize },
    Select { groups: BTreeSet<usize> },
    SetClock { at: DateTime },
    Look(View),
}

#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) starts: DateTime,
    pub(crate) ends: DateTime,
    pub(crate) subject: String,
}

#[derive(Debug, Clone)]
pub(crate) enum View {
    ThisMonth,
    Month(Date),
    Today,
    Day(Date),
    Search(String),
}

fn moment() -> impl Strategy<Value = DateTime> {
    let edge = prop_oneof![
        6 => (2015..2021_i16, 1..=12_i8).prop_map(|(year, month)| date(year, month, 1)),
        2 => prop::sample::select(vec![
            date(2016, 2, 29), date(2016, 3, 1), date(2017, 2, 28), date(1900, 3, 1),
            date(2000, 2, 29), date(2017, 6, 20), date(1970, 1, 1), date(1582, 10, 15),
        ]),
        1 => Just(date(1, 1, 1)),
        1 => Just(date(9999, 12, 31)),
        1 => (1..=9999_i16, 1..=12_i8).prop_map(|(year, month)| date(year, month, 1)),
    ];
    let seconds = prop_oneof![
        4 => Just(0),
        4 => -2..=2_i64,
        2 => prop::sample::select(vec![-DAY, DAY, DAY - 1, DAY / 2]),
        2 => -40 * DAY..40 * DAY,
    ];
    (edge, seconds).prop_map(|(edge, seconds)| later(edge.at(0, 0, 0, 0), seconds))
}

/// Lengths in seconds, at and between the edges of the length classes.
fn length() -> impl Strategy<Value = i64> {
    let class = prop::sample::select(vec![DAY, DAY * 32, DAY * 1024, DAY * 32768]);
    prop_oneof![
        3 => Just(0),
        3 => 1..=3_i64,
        3 => 1..DAY * 3,
        3 => (class, -1..=1_i64).prop_map(|(edge, by)| edge + by),
        2 => (1..=40_i64).prop_map(|days| days * DAY),
        2 => (20..=70_i64, -1..=1_i64).prop_map(|(days, by)| days * DAY + by),
        2 => (360..=1200_i64, 0..DAY).prop_map(|(days, by)| days * DAY + by),
        2 => (20..=400_i64, 0..DAY).prop_map(|(years, by)| years * 365 * DAY + by),
        1 => Just(i64::MAX),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let letters = vec![
        "a",
        "A",
        "ß",
        "ẞ",
        "SS",
        "s",
        "Σ",
        "ς",
        "σ",
        "회",
        "\u{1112}\u{116c}",
        "의",
        "%",
        "_",
        " ",
        "@",
        "일",
        "Ａ",
    ];
    vec(prop::sample::select(letters), 1..6).prop_map(|letters| letters.concat())
}

pub(crate) fn word() -> impl Strategy<Value = String> {
    prop_oneof![3 => text(), 1 => "[aAsSßςΣ회의%_]"]
}

fn fields() -> impl Strategy<Value = Fields> {
    (moment(), length(), text()).prop_map(|(starts, length, subject)| Fields {
        starts,
        ends: later(starts, length),
        subject,
    })
}

fn view() -> impl Strategy<Value = View> {
    prop_oneof![
        1 => Just(View::ThisMonth),
        2 => moment().prop_map(|at| View::Month(at.date())),
        1 => Just(View::Today),
        2 => moment().prop_map(|at| View::Day(at.date())),
        2 => word().prop_map(View::Search),
    ]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let any = 0..64_usize;
    let clock = (2015..2021_i16, 1..=12_i8, -2..=2_i64)
        .prop_map(|(year, month, by)| later(date(year, month, 1).at(0, 0, 0, 0), by));
    prop_oneof![
        8 => fields().prop_map(|event| Step::Add { group: None, event }),
        6 => (any.clone(), fields())
            .prop_map(|(group, event)| Step::Add { group: Some(group), event }),
        4 => (any.clone(), fields()).prop_map(|(event, to)| Step::Change { event, to }),
        2 => any.clone().prop_map(|event| Step::Delete { event }),
        2 => moment().prop_map(|at| Step::Birthday { on: at.date() }),
        3 => Just(Step::MakeGroup),
        1 => any.clone().prop_map(|group| Step::DeleteGroup { group }),
        4 => btree_set(any, 0..4).prop_map(|groups| Step::Select { groups }),
        1 => clock.prop_map(|at| Step::SetClock { at }),
        3 => view().prop_map(Step::Look),
    ]
}

/// The time so many seconds later, or the first or last of all time.
pub(crate) fn later(at: DateTime, seconds: i64) -> DateTime {
    let whole = Span::new().try_seconds(seconds).ok();
    let moved = whole.and_then(|span| at.checked_add(span).ok()).filter(|at| at.year() >= 1);
    let end = if seconds < 0 {
        date(1, 1, 1).at(0, 0, 0, 0)
    } else {
        date(9999, 12, 31).at(23, 59, 59, 0)
    };
    moved.unwrap_or(end)
}
