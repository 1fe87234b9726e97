//! The clock set back by a day. Only the in-process client can set it: the binary has the
//! machine's.

use std::time::Duration;

use calendar_server::domain::stored::READERS;
use calendar_server::store::{self, Faults};
use serde_json::json;

use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK, Settings};

const DAY: i64 = 86_400;

fn with_token_lifetime() -> Calendar {
    let hour = Some(Duration::from_secs(3600));
    Calendar::with(Settings { token_lifetime: hour, ..Settings::default() })
}

#[test]
fn tokens_from_before_and_after_the_clock_was_set_back_expire_by_the_clock() {
    let calendar = with_token_lifetime();
    let before = calendar.register(PARK);
    calendar.clock.set(NOW - DAY);
    // Its `iat` is in the future now.
    assert_eq!(calendar.get("/user/", &before).status, 200);
    let after = calendar.register(KIM);
    assert_eq!(calendar.get("/user/", &after).status, 200);
    assert_eq!(
        calendar.get("/user/", &after).json()["data"]["created"],
        "Sun, 18 Jun 2017 19:55:04 GMT"
    );
    calendar.clock.set(NOW - DAY + 3600);
    calendar.get("/user/", &after).bad_token();
    assert_eq!(calendar.get("/user/", &before).status, 200);
}

#[test]
fn ids_rise_and_times_follow_the_clock_after_it_was_set_back() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let [sdate, edate] = ["2017-06-18 09:00:00", "2017-06-18 12:00:00"];
    let first = calendar.event(&token, sdate, edate, "a");
    let gone = calendar.event(&token, sdate, edate, "b");
    calendar.delete("/calendar/event", &token, json!({"event_id": gone}).to_string()).is(200, DONE);
    assert_eq!(calendar.get("/calendar/today", &token).json()["data"], json!([]));

    calendar.clock.set(NOW - DAY);
    let second = calendar.event(&token, sdate, edate, "c");
    assert!(second > gone, "{second} after {gone}");
    let change = json!({"event_id": first, "sdate": sdate, "edate": edate, "subject": "d"});
    calendar.put("/calendar/event", &token, change.to_string()).is(200, DONE);
    let today = calendar.get("/calendar/today", &token).json();
    let [first_shown, second_shown] = [&today["data"][0], &today["data"][1]];
    assert_eq!((&first_shown["id"], &second_shown["id"]), (&json!(first), &json!(second)));
    assert_eq!(first_shown["created"], "Mon, 19 Jun 2017 19:55:04 GMT");
    assert_eq!(first_shown["updated"], "Sun, 18 Jun 2017 19:55:04 GMT");
    assert_eq!(second_shown["created"], "Sun, 18 Jun 2017 19:55:04 GMT");

    // Also to before 1970, where a clock without a battery may stand.
    calendar.clock.set(-DAY);
    let third = calendar.event(&token, sdate, edate, "e");
    assert!(third > second, "{third} after {second}");
    let path = format!("/calendar/event/{third}");
    assert_eq!(
        calendar.get(&path, &token).json()["data"]["created"],
        "Wed, 31 Dec 1969 09:00:00 GMT"
    );
    assert_eq!(store::check(calendar.database.database(), READERS).unwrap(), Faults::default());
}
