//! Rules and times for tests.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::zone;
use crate::model::WallTime;

/// `2024-03-10 02:30:00`.
pub(super) fn at(text: &str) -> WallTime {
    WallTime::read(text).unwrap()
}

/// `20240310T023000`.
pub(super) fn compact(text: &str) -> WallTime {
    let (date, time) = text.split_once('T').unwrap();
    let (d, t) = (|range| &date[range], |range| &time[range]);
    at(&format!("{}-{}-{} {}:{}:{}", d(0..4), d(4..6), d(6..8), t(0..2), t(2..4), t(4..6)))
}

pub(super) fn zone(name: &str) -> TimeZone {
    zone::named(name).unwrap()
}

pub(super) fn typed(times: impl IntoIterator<Item = WallTime>) -> Vec<String> {
    times.into_iter().map(WallTime::typed).collect()
}

const DAYS: [&str; 7] = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/// Up to three of these values.
fn few(from: Vec<i32>) -> impl Strategy<Value = String> {
    proptest::sample::subsequence(from, 1..=3)
        .prop_shuffle()
        .prop_map(|values| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

fn maybe(
    chance: f64,
    name: &'static str,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    proptest::option::weighted(chance, value)
        .prop_map(move |value| value.map_or_else(String::new, |value| format!(";{name}={value}")))
}

fn weekdays(ordinals: Vec<i32>) -> impl Strategy<Value = String> {
    let number = proptest::option::weighted(0.4, proptest::sample::select(ordinals));
    let day = (number, proptest::sample::select(&DAYS[..])).prop_map(|(number, day)| {
        number.map_or_else(String::new, |number| number.to_string()) + day
    });
    proptest::collection::vec(day, 1..4).prop_map(|days| days.join(","))
}

fn plain_weekdays() -> impl Strategy<Value = String> {
    proptest::sample::subsequence(&DAYS[..], 1..4).prop_map(|days| days.join(","))
}

/// The parts of a rule that name days.
fn days(freq: &'static str) -> BoxedStrategy<String> {
    let month_day =
        || maybe(0.3, "BYMONTHDAY", few(vec![1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -31]));
    let year_day =
        || maybe(0.15, "BYYEARDAY", few(vec![1, 60, 100, 200, 365, 366, -1, -100, -366]));
    let week = || few(vec![1, 2, 5, 20, 40, 51, 52, 53, -1, -2, -10, -52, -53]);
    match freq {
        "YEARLY" => prop_oneof![
            3 => (month_day(), year_day(), maybe(0.5, "BYDAY", weekdays(vec![1, 5, -1, -5, 20, -20, 53]))),
            1 => (week().prop_map(|week| format!(";BYWEEKNO={week}")), month_day(), maybe(0.7, "BYDAY", plain_weekdays())),
        ]
        .prop_map(|(a, b, c)| a + &b + &c)
        .boxed(),
        "MONTHLY" => (month_day(), maybe(0.5, "BYDAY", weekdays(vec![1, 2, 4, 5, -1, -2, -5])))
            .prop_map(|(a, b)| a + &b)
            .boxed(),
        "WEEKLY" => maybe(0.6, "BYDAY", plain_weekdays()).boxed(),
        _ => (month_day(), maybe(0.5, "BYDAY", plain_weekdays())).prop_map(|(a, b)| a + &b).boxed(),
    }
}

/// The parts of a rule that name times of day.
fn times() -> impl Strategy<Value = String> {
    let hours = maybe(0.8, "BYHOUR", few((0..24).collect()));
    let minutes = maybe(0.6, "BYMINUTE", few((0..60).step_by(5).collect()));
    let seconds = maybe(0.3, "BYSECOND", few(vec![0, 10, 30, 59]));
    prop_oneof![
        4 => Just(String::new()).boxed(),
        1 => (hours, minutes, seconds).prop_map(|(a, b, c)| a + &b + &c).boxed(),
    ]
}

/// A rule without an end.
pub(super) fn rule() -> impl Strategy<Value = String> {
    let freqs = vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"];
    let parts = proptest::sample::select(freqs).prop_flat_map(|freq| {
        (
            Just(format!("FREQ={freq}")),
            maybe(0.4, "INTERVAL", (2..14).prop_map(|n: i32| n.to_string())),
            maybe(0.3, "BYMONTH", few((1..13).collect())),
            days(freq),
            times(),
            maybe(0.25, "WKST", proptest::sample::select(&DAYS[..]).prop_map(str::to_owned)),
            maybe(0.2, "BYSETPOS", few(vec![1, 2, 3, 5, -1, -2])),
        )
    });
    parts.prop_map(|(freq, interval, month, days, times, wkst, position)| {
        let position = if month.len() + days.len() > 0 { position } else { String::new() };
        freq + &interval + &month + &days + &times + &wkst + &position
    })
}

/// A weekly rule of all months, without an end.
pub(super) fn weekly() -> impl Strategy<Value = String> {
    let interval = maybe(0.5, "INTERVAL", (2..5).prop_map(|n: i32| n.to_string()));
    let start = maybe(0.5, "WKST", proptest::sample::select(&DAYS[..]).prop_map(str::to_owned));
    let position = maybe(0.2, "BYSETPOS", few(vec![1, 2, -1]));
    (interval, plain_weekdays(), times(), start, position).prop_map(
        |(interval, days, times, start, position)| {
            format!("FREQ=WEEKLY{interval};BYDAY={days}{times}{start}{position}")
        },
    )
}

/// An end for a rule that starts at `starts`.
pub(super) fn end(starts: WallTime) -> impl Strategy<Value = String> {
    let later = (1..2000 * 86_400_i64).prop_map(move |seconds: i64| {
        let at = WallTime::from_seconds(starts.seconds() + seconds).unwrap();
        at.compact().replace('-', "T")
    });
    prop_oneof![
        Just(String::new()),
        (1..40).prop_map(|count: i32| format!(";COUNT={count}")),
        (later, 0..3_u8).prop_map(|(time, form)| match form {
            0 => format!(";UNTIL={}", time.split('T').next().unwrap()),
            1 => format!(";UNTIL={time}"),
            _ => format!(";UNTIL={time}Z"),
        }),
    ]
}

/// A start between 1996 and 2026, some of them at the end of a month or at midnight.
pub(super) fn start() -> impl Strategy<Value = WallTime> {
    let day = prop_oneof![
        4 => 9500..20_700_i64,
        1 => proptest::sample::select(vec![9555_i64, 11_016, 12_477, 16_466, 19_752, 19_782]),
    ];
    let time = prop_oneof![
        2 => (0..96_i64).prop_map(|quarter| quarter * 900),
        1 => Just(0_i64),
        1 => Just(9000_i64),
    ];
    (day, time).prop_map(|(day, time)| WallTime::from_seconds(day * 86_400 + time).unwrap())
}

pub(super) fn clock() -> impl Strategy<Value = Option<TimeZone>> {
    let names = vec!["America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Europe/Dublin"];
    proptest::option::of(proptest::sample::select(names).prop_map(zone))
}
