//! `/calendar/search` in parts: `limit` and `after`.

use serde_json::json;

use crate::many_events::{MANY, many};
use crate::support::calendar::{Calendar, DONE, KIM, NOT_INDEXED, PARK};
use crate::support::expected::{Shown, events};

const TIMES: [&str; 4] =
    ["2017-06-22 09:00:00", "2017-06-20 09:00:00", "2017-06-21 09:00:00", "2017-06-20 09:00:00"];

/// A calendar of [`PARK`] with four events, which a search for `a` gives in the order 2, 4, 3, 1.
fn four() -> (Calendar, String) {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for time in TIMES {
        calendar.event(&park, time, time, "a");
    }
    (calendar, park)
}

fn shown(id: i64) -> Shown<'static> {
    let at = [
        "Thu, 22 Jun 2017 09:00:00 GMT",
        "Tue, 20 Jun 2017 09:00:00 GMT",
        "Wed, 21 Jun 2017 09:00:00 GMT",
        "Tue, 20 Jun 2017 09:00:00 GMT",
    ][usize::try_from(id).unwrap() - 1];
    Shown { id, subject: "a", sdate: at, edate: at, ..Shown::default() }
}

/// Asserts which of the four events a search with these further parameters gives.
#[track_caller]
fn gives(calendar: &Calendar, token: &str, parameters: &str, ids: &[i64]) {
    let answer = calendar.get(&format!("/calendar/search?search_word=a{parameters}"), token);
    answer.is(200, &events(&ids.iter().map(|id| shown(*id)).collect::<Vec<_>>()));
}

#[test]
fn a_search_goes_on_after_the_last_event_of_the_answer_before() {
    let (calendar, park) = four();
    for (parameters, ids) in [
        ("", &[2, 4, 3, 1][..]),
        ("&limit=1000", &[2, 4, 3, 1]),
        ("&limit=1", &[2]),
        ("&limit=1&after=2", &[4]),
        ("&limit=2&after=4", &[3, 1]),
        ("&after=4", &[3, 1]),
        ("&after=3&limit=5", &[1]),
        ("&after=1", &[]),
    ] {
        gives(&calendar, &park, parameters, ids);
    }
}

#[test]
fn every_page_of_a_large_calendar_gives_the_next_events_indexed_or_not() {
    let (calendar, park) = many();
    let all = |parameters: &str| {
        let path = format!("/calendar/search?search_word=1{parameters}");
        let answer = calendar.get(&path, &park);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let list = answer.json()["data"].as_array().unwrap().clone();
        list.iter().map(|event| event["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let whole = all("");
    assert!(whole.len() > MANY / 10, "{}", whole.len());
    let mut paged = all("&limit=100");
    while let Some(last) = paged.last()
        && let next = all(&format!("&limit=100&after={last}"))
        && !next.is_empty()
    {
        assert!(next.len() <= 100);
        paged.extend(next);
    }
    assert_eq!(paged, whole);
    calendar.wait_until_none(NOT_INDEXED);
    assert_eq!(all(&format!("&limit=3&after={}", whole[9])), whole[10..13]);
}

#[test]
fn a_search_after_an_event_that_is_gone_or_unknown_to_the_caller_is_not_found() {
    let (calendar, park) = four();
    let kim = calendar.register(KIM);
    let others = calendar.event(&kim, TIMES[0], TIMES[0], "a");
    calendar.delete("/calendar/event", &park, r#"{"event_id":4}"#).is(200, DONE);
    for id in [4, others, 99, 0, -1, i64::MAX] {
        calendar
            .get(&format!("/calendar/search?search_word=a&after={id}"), &park)
            .not_found(&format!("after: event {id} does not exist: search again without it"));
    }
    assert_eq!(calendar.rows("SELECT id FROM event"), ["1", "2", "3", "5"]);
}

#[test]
fn a_search_goes_on_from_where_the_event_is_now_whatever_its_subject() {
    let (calendar, park) = four();
    let moved = json!({
        "event_id": 2, "sdate": "2017-06-21 08:00:00", "edate": "2017-06-21 08:00:00", "subject": "b",
    });
    calendar.put("/calendar/event", &park, moved.to_string()).is(200, DONE);
    gives(&calendar, &park, "&after=2", &[3, 1]);
}

#[test]
fn a_search_goes_on_after_an_event_of_ones_own_in_a_group_that_is_deselected() {
    let (calendar, park) = four();
    let kim = calendar.register(KIM);
    calendar.group(&park, "b");
    calendar.group_event(&park, 1, TIMES[1], TIMES[1], "a");
    calendar.group_event(&kim, 1, TIMES[1], TIMES[1], "a");
    calendar.select(&park, "1");
    calendar.select(&park, "0");
    gives(&calendar, &park, "&after=5", &[3, 1]);
    calendar
        .get("/calendar/search?search_word=a&after=6", &park)
        .not_found("after: event 6 does not exist: search again without it");
}

#[test]
fn a_limit_is_1_to_1000_and_after_is_an_integer() {
    let (calendar, park) = four();
    for limit in ["", "0", "-1", "1001", "65537", "1.0", "a", " 1", "9223372036854775808"] {
        let limit = limit.replace(' ', "%20");
        calendar
            .get(&format!("/calendar/search?search_word=a&limit={limit}"), &park)
            .invalid("limit: expected an integer from 1 to 1000");
    }
    for after in ["", "a", "1.0", "9223372036854775808"] {
        calendar
            .get(&format!("/calendar/search?search_word=a&after={after}"), &park)
            .invalid("after: expected an integer of 64 bits");
    }
    // In the order in which the call declares them.
    calendar
        .get("/calendar/search?limit=0&after=a", &park)
        .invalid("search_word: required, but missing");
    calendar
        .get("/calendar/search?search_word=a&after=a&limit=0", &park)
        .invalid("limit: expected an integer from 1 to 1000");
    calendar.get("/calendar/search?search_word=a&limit=0", "abc").bad_token();
}
