//! `GET /group` and `GET /group/list` in parts: `limit` and `after`.

use super::two_users;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};
use crate::support::expected::{group, groups};

/// Groups 1 to 5: the odd ones are [`PARK`]'s, the others [`KIM`]'s.
fn five() -> (Calendar, String) {
    let (calendar, park, kim) = two_users();
    for id in 1..=5 {
        calendar.group(if id % 2 == 1 { &park } else { &kim }, "a");
    }
    (calendar, park)
}

#[track_caller]
fn gives(calendar: &Calendar, token: &str, path: &str, ids: &[i64]) {
    let creator = |id: i64| if id % 2 == 1 { PARK } else { KIM };
    let list: Vec<_> = ids.iter().map(|id| group(*id, "a", creator(*id), None)).collect();
    calendar.get(path, token).is(200, &groups(&list));
}

#[test]
fn a_list_goes_on_after_the_last_group_of_the_answer_before() {
    let (calendar, park) = five();
    for (parameters, all, mine) in [
        ("", &[1, 2, 3, 4, 5][..], &[1, 3, 5][..]),
        ("?limit=1000", &[1, 2, 3, 4, 5], &[1, 3, 5]),
        ("?limit=2", &[1, 2], &[1, 3]),
        ("?limit=2&after=2", &[3, 4], &[3, 5]),
        ("?after=3", &[4, 5], &[5]),
        ("?after=5&limit=1", &[], &[]),
        ("?after=0", &[1, 2, 3, 4, 5], &[1, 3, 5]),
        ("?after=-9223372036854775808", &[1, 2, 3, 4, 5], &[1, 3, 5]),
        ("?after=9223372036854775807", &[], &[]),
    ] {
        gives(&calendar, &park, &format!("/group/list{parameters}"), all);
        gives(&calendar, &park, &format!("/group{parameters}"), mine);
    }
}

#[test]
fn a_list_goes_on_after_a_group_that_is_gone() {
    let (calendar, park) = five();
    calendar.delete("/group", &park, r#"{"group_id":3}"#).is(200, DONE);
    gives(&calendar, &park, "/group/list?after=3&limit=1", &[4]);
    gives(&calendar, &park, "/group?after=3", &[5]);
    gives(&calendar, &park, "/group/list?after=2", &[4, 5]);
}

#[test]
fn a_limit_is_1_to_1000_and_after_is_an_integer() {
    let (calendar, park) = five();
    for path in ["/group", "/group/list"] {
        for limit in ["", "0", "-1", "1001", "65537", "1.0", "a", "%201", "9223372036854775808"] {
            calendar
                .get(&format!("{path}?limit={limit}"), &park)
                .invalid("limit: expected an integer from 1 to 1000");
        }
        for after in ["", "a", "1.0", "9223372036854775808"] {
            calendar
                .get(&format!("{path}?after={after}"), &park)
                .invalid("after: expected an integer of 64 bits");
        }
        calendar.get(&format!("{path}?limit=0"), "").without_token();
        calendar
            .get(&format!("{path}?limit=%zz"), &park)
            .malformed("query: expected percent-encoded UTF-8");
    }
}
