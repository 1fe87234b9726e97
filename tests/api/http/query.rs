//! How a query string is read.

use crate::support::calendar::{Calendar, PARK};
use crate::support::expected::{Shown, events};

const BROKEN: &str = "query: expected percent-encoded UTF-8";

/// A calendar with the events `a b` and `a+b`, and the lists that hold the one and the other.
fn two_events() -> (Calendar, String, String, String) {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let [spaced, plus] = ["a b", "a+b"].map(|subject| {
        let id = calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 10:00:00", subject);
        events(&[Shown {
            id,
            subject,
            sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
            edate: "Tue, 20 Jun 2017 10:00:00 GMT",
            ..Shown::default()
        }])
    });
    (calendar, park, spaced, plus)
}

#[test]
fn a_plus_is_a_space_and_an_encoded_plus_is_a_plus() {
    let (calendar, park, spaced, plus) = two_events();
    calendar.get("/calendar/search?search_word=a+b", &park).is(200, &spaced);
    calendar.get("/calendar/search?search_word=a%20b", &park).is(200, &spaced);
    calendar.get("/calendar/search?search_word=a%2Bb", &park).is(200, &plus);
    calendar.get("/calendar/search?search_word=a%2bb", &park).is(200, &plus);
}

#[test]
fn parameter_names_are_decoded() {
    let (calendar, park, spaced, _) = two_events();
    calendar.get("/calendar/search?search%5Fword=%61+b", &park).is(200, &spaced);
    calendar.get("/calendar/month?year%5Fmonth=%32017%2D07", &park).is(200, &events(&[]));
}

#[test]
fn percent_encoding_takes_digits_of_either_case() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let at = "2017-06-20 09:00:00";
    calendar.event(&park, at, at, "테스트 👍");
    let list = events(&[Shown {
        subject: "테스트 👍",
        sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
        edate: "Tue, 20 Jun 2017 09:00:00 GMT",
        ..Shown::default()
    }]);
    for word in ["%ED%85%8C%EC%8A%A4%ED%8A%B8", "%ec%8a%a4%ED%8a%B8+", "%F0%9F%91%8D"] {
        calendar.get(&format!("/calendar/search?search_word={word}"), &park).is(200, &list);
    }
}

#[test]
fn the_first_of_a_repeated_parameter_counts() {
    let (calendar, park, spaced, plus) = two_events();
    calendar.get("/calendar/search?search_word=a+b&search_word=a%2Bb", &park).is(200, &spaced);
    calendar.get("/calendar/search?search_word=a%2Bb&search_word=", &park).is(200, &plus);
    calendar
        .get("/calendar/month?year_month=&year_month=2017-06", &park)
        .invalid("year_month: expected YYYY-MM");
}

#[test]
fn other_parameters_and_empty_pairs_are_ignored() {
    let (calendar, park, spaced, _) = two_events();
    for query in
        ["x=1&search_word=a+b", "&&search_word=a+b&", "search_word=a+b&y", "=&search_word=a+b"]
    {
        calendar.get(&format!("/calendar/search?{query}"), &park).is(200, &spaced);
    }
}

#[test]
fn a_value_may_hold_an_equals_sign() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let at = "2017-06-20 09:00:00";
    calendar.event(&park, at, at, "1+1=2");
    let list = calendar.get("/calendar/date?date=2017-06-20", &park).body;
    assert!(list.contains("1+1=2"));
    calendar.get("/calendar/search?search_word=2=1", &park).is(200, &events(&[]));
    calendar.get("/calendar/search?search_word=2=", &park).is(200, &events(&[]));
    calendar.get("/calendar/search?search_word=%2B1=2", &park).is(200, &list);
}

#[test]
fn broken_percent_encoding_is_refused() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for broken in
        ["%", "a%", "%4", "%zz", "%4g", "%%34", "%ff", "%C3%28", "%ED%A0%80", "%C0%AF", "%u0041"]
    {
        for query in [
            format!("search?search_word={broken}"),
            format!("search?search_word=a&x={broken}"),
            format!("search?{broken}=1&search_word=a"),
            format!("month?year_month={broken}"),
            format!("date?date={broken}"),
            format!("date?x={broken}"),
            format!("?x={broken}"),
            format!("event/1?{broken}"),
        ] {
            calendar.get(&format!("/calendar/{query}"), &park).malformed(BROKEN);
        }
    }
}

#[test]
fn the_month_call_without_a_month_shows_the_day_of_a_date() {
    let (calendar, park, ..) = two_events();
    let of = |query: &str| calendar.get(&format!("/calendar/month?{query}"), &park);
    assert_eq!(of("date=2017-06-20").json()["data"].as_array().unwrap().len(), 2);
    of("date=2017-06-21").is(200, &events(&[]));
    of("date=2017-06").invalid("date: expected YYYY-MM-DD");
    of("date=2017-06-20%00").invalid("date: expected text without U+0000");
    of("year_month=2017-06&date=x").is(200, &of("year_month=2017-06").body);
    of("year_month=x&date=2017-06-20").invalid("year_month: expected YYYY-MM");
    of("").invalid("year_month: required, but missing");
}

#[test]
fn a_call_without_parameters_ignores_the_query() {
    let (calendar, token) = Calendar::populated();
    for path in
        ["/user", "/user/calendar/group", "/calendar/event/1", "/group", "/group/1", "/group/list"]
    {
        let body = calendar.get(path, &token).body;
        calendar.get(&format!("{path}?group_id=7&event_id=7&x"), &token).is(200, &body);
    }
}
