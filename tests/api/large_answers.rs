//! Answers that would have more than 64 MB.

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, NOW, PARK};

/// The most bytes that an answer has.
const MOST: usize = 64_000_000;

/// A literal of 128 characters and 512 bytes.
fn long() -> String {
    format!("'{}'", "\u{1f44d}".repeat(128))
}

#[track_caller]
fn too_large(answer: &Answer, advice: &str) {
    // Without the body, which would be printed.
    assert_eq!(answer.status, 503);
    let detail = format!("the answer would have more than 64 MB: {advice}");
    answer.refuses(503, 50300, "SERVICE UNAVAILABLE", &detail);
}

/// Adds rows straight to the database, `count` times. In parts: each row raises the number of its calendar, and
/// PostgreSQL goes through all that a row has been in the same transaction.
fn repeat(calendar: &Calendar, count: usize, columns: &str, values: &str) {
    for before in (0..count).step_by(1000) {
        let (first, last) = (before + 1, count.min(before + 1000));
        calendar.execute(&format!(
            "WITH RECURSIVE n (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM n WHERE n < {last})
             INSERT INTO {columns} SELECT {values} FROM n"
        ));
    }
}

fn count(answer: &Answer) -> usize {
    answer.json()["data"].as_array().unwrap().len()
}

#[test]
fn a_list_of_groups_over_64_mb_is_refused_and_given_in_parts() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let columns = "calendar_group (name, creator_id, created)";
    repeat(&calendar, 103_000, columns, &format!("{}, 1, {NOW}", long()));
    for path in ["/group", "/group/list"] {
        let advice = "ask for a part of it with limit and after";
        too_large(&calendar.get(path, &park), advice);
        assert_eq!(count(&calendar.get(&format!("{path}?limit=1000"), &park)), 1000);
        let rest = calendar.get(&format!("{path}?after=1000"), &park);
        assert_eq!(rest.status, 200);
        assert!((MOST - 1_000_000..=MOST).contains(&rest.bytes.len()), "{}", rest.bytes.len());
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_group"), ["103000"]);
}

#[test]
fn a_view_and_a_search_over_64_mb_are_refused_and_given_in_parts() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let columns = "event (user_id, subject, subject_folded, starts, ends, created)";
    // On 1 and 2 January 1970: each day by itself fits, and both together do not.
    let values = format!("1, {0}, {0}, n % 2 * 86400, n % 2 * 86400, 0", long());
    repeat(&calendar, 90_000, columns, &values);
    let advice = "ask for a shorter span, or select fewer groups";
    too_large(&calendar.get("/calendar/month?year_month=1970-01", &park), advice);
    for day in ["1970-01-01", "1970-01-02"] {
        let answer = calendar.get(&format!("/calendar/date?date={day}"), &park);
        assert_eq!(answer.status, 200);
        assert!((MOST / 2..=MOST).contains(&answer.bytes.len()), "{}", answer.bytes.len());
    }
    let found = "/calendar/search?search_word=%F0%9F%91%8D%F0%9F%91%8D%F0%9F%91%8D";
    too_large(&calendar.get(found, &park), "ask for a part of it with limit and after");
    let part = calendar.get(&format!("{found}&limit=1000"), &park);
    assert_eq!((part.status, count(&part)), (200, 1000));
    assert_eq!(part.json()["data"][999]["id"], 2000);
    // What a user can do about it is still possible.
    calendar.delete("/calendar/event", &park, r#"{"event_id":1}"#).is(200, DONE);
}
