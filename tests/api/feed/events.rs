//! Which events a feed shows, and what of them.

use calendar_server::model::FeedSpan;
use serde_json::json;

use super::{event, events_in_june, get, june, subjects_in_june};
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};

#[test]
fn a_feed_of_a_calendar_shows_what_the_calendar_shows() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let feed = calendar.feed(&park, "{}");
    event(&calendar, &kim, "of the group", &json!({"group_id": 1}));
    event(&calendar, &kim, "Kim's own", &json!({}));
    assert_eq!(subjects_in_june(&calendar, &feed), ["테스트 일정", "of the group"]);
    calendar.select(&park, "0");
    assert_eq!(subjects_in_june(&calendar, &feed), ["테스트 일정"]);
}

#[test]
fn a_feed_of_a_group_shows_all_of_it_and_nothing_else() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let feed = calendar.feed(&park, r#"{"group": 1}"#);
    event(&calendar, &kim, "by Kim", &json!({"group_id": 1}));
    let series = json!({"group_id": 1, "rrule": "FREQ=DAILY;COUNT=3"});
    event(&calendar, &park, "by Park", &series);
    calendar.select(&park, "0");
    let subjects = ["by Kim", "by Park", "by Park", "by Park"];
    assert_eq!(subjects_in_june(&calendar, &feed), subjects);
}

#[test]
fn an_event_is_shown_with_what_it_says_and_without_who_registered_it() {
    let (calendar, park) = Calendar::populated();
    let feed = calendar.feed(&park, r#"{"group": 1}"#);
    let more = json!({
        "group_id": 1, "location": "Pool", "description": "Bring a towel", "url": "https://club.example",
        "status": "tentative", "reminders": [10],
    });
    event(&calendar, &park, "Swimming", &more);
    assert_eq!(
        events_in_june(&calendar, &feed),
        [json!({
            "subject": "Swimming", "sdate": "Tue, 20 Jun 2017 09:00:00 GMT",
            "edate": "Tue, 20 Jun 2017 12:00:00 GMT", "location": "Pool", "description": "Bring a towel",
            "url": "https://club.example", "status": "tentative",
        })]
    );
    let answer = get(&calendar, &june(&feed));
    assert!(!answer.body.contains(PARK), "{}", answer.body);
    assert_eq!(answer.json()["name"], "홈페이지");
    assert_eq!(answer.json()["timezone"], "Asia/Seoul");
}

#[test]
fn private_events_are_shown_in_full_only_in_their_owners_own_calendar() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let private = json!({"group_id": 1, "private": true, "location": "secret"});
    event(&calendar, &park, "Park's", &private);
    event(&calendar, &kim, "Kim's", &private);
    let whole = calendar.feed(&park, "{}");
    assert_eq!(subjects_in_june(&calendar, &whole), ["테스트 일정", "Park's", "Busy"]);
    let of_group = calendar.feed(&park, r#"{"group": 1}"#);
    for shown in events_in_june(&calendar, &of_group) {
        assert_eq!(shown["subject"], "Busy");
        assert_eq!(shown["busy"], true);
        assert!(shown.get("location").is_none(), "{shown}");
    }
}

#[test]
fn a_feed_of_busy_times_shows_when_and_not_what() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let told = json!({
        "location": "Clinic", "description": "tests", "url": "https://clinic.example", "status": "tentative",
    });
    event(&calendar, &token, "Doctor", &told);
    event(&calendar, &token, "Maybe", &json!({"free": true}));
    event(&calendar, &token, "Off", &json!({"status": "cancelled"}));
    calendar.put("/calendar/birthday", &token, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let feed = calendar.feed(&token, r#"{"busy_only": true}"#);
    assert_eq!(
        events_in_june(&calendar, &feed),
        [json!({
            "subject": "Busy", "sdate": "Tue, 20 Jun 2017 09:00:00 GMT",
            "edate": "Tue, 20 Jun 2017 12:00:00 GMT", "status": "tentative", "busy": true,
        })]
    );
}

#[test]
fn a_birthday_is_a_whole_day_of_the_feed() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    calendar.put("/calendar/birthday", &token, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let shown = events_in_june(&calendar, &calendar.feed(&token, "{}"));
    assert_eq!(shown[0]["sdate"], "Tue, 20 Jun 2017 00:00:00 GMT");
    assert_eq!(shown[0]["all_day"], true);
}

#[test]
fn what_lies_outside_the_span_of_feeds_is_not_shown() {
    let day = std::time::Duration::from_hours(24);
    let feed_span = FeedSpan { past: Some(day * 2), future: Some(day * 3) };
    let calendar = Calendar::with(Settings { feed_span, ..Settings::default() });
    let token = calendar.register(PARK);
    let feed = calendar.feed(&token, "{}");
    // It is 19 June.
    for day in 15..26 {
        let time = |hour: u32| format!("2017-06-{day} {hour:02}:00:00");
        calendar.event(&token, &time(9), &time(10), &day.to_string());
    }
    assert_eq!(subjects_in_june(&calendar, &feed), ["17", "18", "19", "20", "21", "22"]);
    let page = feed.strip_suffix(".ics").unwrap();
    let past = format!("{page}.json?sdate=2016-06-01%2000:00:00&edate=2016-07-01%2000:00:00");
    assert_eq!(get(&calendar, &past).json()["events"], json!([]));
}

#[test]
fn the_page_asks_for_at_most_400_days() {
    let (calendar, token) = Calendar::populated();
    let feed = calendar.feed(&token, "{}");
    let page = feed.strip_suffix(".ics").unwrap();
    for query in [
        "",
        "?sdate=2017-06-01%2000:00:00",
        "?sdate=2017-06-01&edate=2017-07-01",
        "?sdate=2017-06-01%2000:00:00&edate=2017-06-01%2000:00:00",
        "?sdate=2017-06-01%2000:00:00&edate=2018-08-01%2000:00:00",
    ] {
        assert_eq!(get(&calendar, &format!("{page}.json{query}")).status, 400, "{query}");
    }
}
