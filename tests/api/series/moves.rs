//! What becomes of the exceptions of a series that moves, and what is refused.

use serde_json::{Value, json};

use super::{change, shown};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};

struct Series {
    calendar: Calendar,
    park: String,
}

impl Series {
    /// Event 1, an hour from `sdate` on by `rule`.
    fn new(sdate: &str, rule: &str) -> Self {
        let calendar = Calendar::new();
        let park = calendar.register(PARK);
        let body = json!({"sdate": sdate, "edate": sdate.replace(" 09:", " 10:"), "subject": "a", "rrule": rule});
        calendar.post("/calendar/event", &park, body.to_string()).made();
        Self { calendar, park }
    }

    /// Moves event 1, or what of it `more` names, to an hour from `sdate` on.
    fn put(&self, sdate: &str, more: Value) -> Answer {
        let body = change(1, sdate, &sdate.replace(" 09:", " 10:"), "a", more);
        self.calendar.put("/calendar/event", &self.park, body)
    }

    fn leave_out(&self, occurrence: &str) {
        let body = json!({"event_id": 1, "occurrence": occurrence});
        self.calendar.delete("/calendar/event", &self.park, body.to_string()).is(200, DONE);
    }

    /// The days that are shown between two others.
    fn days(&self, from: &str, until: &str) -> Vec<String> {
        let lines = shown(&self.calendar, &self.park, from, until);
        lines.iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect()
    }

    fn rule(&self) -> String {
        self.calendar.rows("SELECT rule FROM event WHERE id = 1").remove(0)
    }
}

#[test]
fn what_is_left_out_of_a_month_stays_left_out_when_the_weekday_moves() {
    let series = Series::new("2017-04-11 09:00:00", "FREQ=MONTHLY;BYDAY=2TU");
    series.leave_out("2017-11-14 09:00:00");
    // In November the second Wednesday comes before the second Tuesday.
    series
        .put("2017-04-12 09:00:00", json!({"scope": "all", "occurrence": "2017-04-11 09:00:00"}))
        .is(200, DONE);
    assert_eq!(series.rule(), "FREQ=MONTHLY;BYDAY=2WE");
    assert_eq!(series.days("2017-09-01", "2018-01-01"), ["09-13", "10-11", "12-13"]);
}

#[test]
fn a_part_that_moves_to_another_weekday_has_as_many_occurrences_as_before() {
    // The fourth Fridays are a day after the fourth Thursdays, but in January 2027 six days before.
    let following = json!({"scope": "following", "occurrence": "2026-11-26 09:00:00"});
    let series = Series::new("2026-10-22 09:00:00", "FREQ=MONTHLY;BYDAY=4TH;UNTIL=20270127");
    assert_eq!(series.put("2026-11-27 09:00:00", following.clone()).made(), 2);
    assert_eq!(series.days("2026-10-01", "2027-10-01"), ["10-22", "11-27", "12-25"]);
    let rules = series.calendar.rows("SELECT rule FROM event ORDER BY id");
    assert_eq!(
        rules,
        ["FREQ=MONTHLY;BYDAY=4TH;UNTIL=20261126T085959", "FREQ=MONTHLY;BYDAY=4FR;UNTIL=20261225"]
    );
    // And the other way round, one would be missing.
    let series = Series::new("2026-10-23 09:00:00", "FREQ=MONTHLY;BYDAY=4FR;UNTIL=20270122T090000");
    let following = json!({"scope": "following", "occurrence": "2026-11-27 09:00:00"});
    assert_eq!(series.put("2026-11-26 09:00:00", following).made(), 2);
    assert_eq!(series.days("2026-10-01", "2027-10-01"), ["10-23", "11-26", "12-24", "01-28"]);
}

#[test]
fn a_move_that_the_rule_cannot_follow_asks_for_a_rule() {
    let follow = "sdate: the rule cannot follow this move: send rrule too";
    // The first occurrence would be on the third Wednesday of March, so it would be lost.
    let series = Series::new("2017-03-14 09:00:00", "FREQ=MONTHLY;BYDAY=2TU");
    let all = json!({"scope": "all", "occurrence": "2017-04-11 09:00:00"});
    series.put("2017-04-12 09:00:00", all).invalid(follow);
    assert_eq!(series.days("2017-03-01", "2017-05-01"), ["03-14", "04-11"]);
    // 28 days later there is none.
    let series = Series::new("2017-01-10 09:00:00", "FREQ=MONTHLY");
    let all = json!({"scope": "all", "occurrence": "2017-02-10 09:00:00"});
    series.put("2017-03-10 09:00:00", all).invalid(follow);
    let all = json!({"scope": "all", "occurrence": "2017-02-10 09:00:00", "rrule": "FREQ=MONTHLY;BYMONTHDAY=7"});
    series.put("2017-03-10 09:00:00", all).is(200, DONE);
    assert_eq!(series.days("2017-01-01", "2017-05-01"), ["02-07", "03-07", "04-07"]);
}

#[test]
fn a_new_rule_takes_along_what_it_has_and_drops_the_rest() {
    let series = Series::new("2017-06-20 09:00:00", "FREQ=WEEKLY");
    let this = json!({"occurrence": "2017-07-18 09:00:00"});
    assert_eq!(series.put("2017-07-19 09:00:00", this).made(), 2);
    series.leave_out("2017-06-27 09:00:00");
    series
        .put("2017-06-20 09:00:00", json!({"scope": "all", "rrule": "FREQ=WEEKLY;COUNT=3"}))
        .is(200, DONE);
    assert_eq!(series.days("2017-06-01", "2017-12-01"), ["06-20", "07-04"]);
    assert_eq!(
        series.calendar.rows("SELECT id, rule, exceptions FROM event"),
        ["1|FREQ=WEEKLY;COUNT=3|[1498554000]"]
    );
}

#[test]
fn all_without_an_occurrence_are_told_from_the_first_that_is_shown() {
    let series = Series::new("2017-06-20 09:00:00", "FREQ=WEEKLY");
    series.leave_out("2017-06-20 09:00:00");
    // As it was read: nothing moves.
    series.put("2017-06-27 09:00:00", json!({"scope": "all"})).is(200, DONE);
    assert_eq!(series.days("2017-06-01", "2017-07-06"), ["06-27", "07-04"]);
    series.put("2017-06-27 09:00:00", json!({"rrule": null})).is(200, DONE);
    assert_eq!(series.days("2017-06-01", "2017-12-01"), ["06-27"]);
}

#[test]
fn all_change_by_as_much_as_a_changed_one_does_and_it_takes_on_the_whole_change() {
    let series = Series::new("2017-06-20 09:00:00", "FREQ=WEEKLY");
    let this = json!({"occurrence": "2017-06-27 09:00:00"});
    series.put("2017-06-28 09:00:00", this).made();
    let body =
        change(2, "2017-06-28 09:00:00", "2017-06-28 10:00:00", "b", json!({"scope": "all"}));
    series.calendar.put("/calendar/event", &series.park, body).is(200, DONE);
    assert_eq!(
        shown(&series.calendar, &series.park, "2017-06-20", "2017-07-06"),
        ["1 06-20 09:00 to 10:00 b", "2 06-28 09:00 to 10:00 b", "1 07-04 09:00 to 10:00 b"]
    );
    // An hour later than what it was changed to.
    let body =
        change(2, "2017-06-28 10:00:00", "2017-06-28 11:00:00", "c", json!({"scope": "following"}));
    let made = series.calendar.put("/calendar/event", &series.park, body).made();
    assert_eq!(
        shown(&series.calendar, &series.park, "2017-06-20", "2017-07-06"),
        [
            "1 06-20 09:00 to 10:00 b".to_owned(),
            "2 06-28 10:00 to 11:00 c".into(),
            format!("{made} 07-04 10:00 to 11:00 c"),
        ]
    );
    let event = series.calendar.get("/calendar/event/2", &series.park).json()["data"].clone();
    assert_eq!(
        (&event["series"], &event["occurrence"]),
        (&json!(made), &json!("2017-06-27 10:00:00"))
    );
}

#[test]
fn a_series_made_private_is_private_as_a_whole() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&park, "family");
    calendar.select(&kim, "1");
    let body = json!({"group_id": 1, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "Doctor", "location": "Clinic", "rrule": "FREQ=WEEKLY"});
    calendar.post("/group/event", &park, body.to_string()).made();
    let this = json!({"occurrence": "2017-06-27 09:00:00"});
    let body = change(1, "2017-06-27 11:00:00", "2017-06-27 12:00:00", "Doctor", this);
    assert_eq!(calendar.put("/calendar/event", &park, body).made(), 2);
    let tag =
        |token: &str| calendar.get("/calendar/event/2", token).header("ETag").unwrap().to_owned();
    let before = tag(&park);
    let body =
        change(1, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "Doctor", json!({"private": true}));
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    assert_ne!(tag(&park), before);
    let busy = ["1 06-20 09:00 to 10:00 Busy", "2 06-27 11:00 to 12:00 Busy"];
    assert_eq!(shown(&calendar, &kim, "2017-06-20", "2017-07-01"), busy);
    for id in [1, 2] {
        let event = calendar.get(&format!("/calendar/event/{id}"), &kim).json()["data"].clone();
        assert_eq!((event.get("location"), &event["private"]), (None, &json!(true)));
    }
    let path = "/calendar/search?search_word=Clinic&in=all";
    assert_eq!(calendar.get(path, &kim).json()["data"], json!([]));
}

#[test]
fn nothing_moves_beyond_the_years_that_there_are() {
    let series = Series::new("9999-12-01 09:00:00", "FREQ=DAILY");
    let this = json!({"occurrence": "9999-12-31 09:00:00"});
    assert_eq!(series.put("9999-12-30 20:00:00", this).made(), 2);
    // There is no day after the last one.
    let all = json!({"scope": "all", "occurrence": "9999-12-01 09:00:00"});
    series.put("9999-12-02 09:00:00", all).is(200, DONE);
    assert_eq!(series.days("9999-12-30", "9999-12-31"), ["12-30", "12-30"]);
    assert_eq!(
        series.calendar.rows("SELECT datetime(occurrence, 'unixepoch') FROM event WHERE id = 2"),
        ["9999-12-31 09:00:00"]
    );
    let series = Series::new("0001-01-02 09:00:00", "FREQ=DAILY");
    let all = json!({"scope": "all", "occurrence": "0001-01-05 09:00:00"});
    series
        .put("0001-01-01 09:00:00", all)
        .invalid("sdate: expected a move within the years 0001 to 9999");
}

#[test]
fn whole_days_have_no_times_of_day_and_no_zone() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let body = |rule: &str| {
        json!({"sdate": "2017-06-20 00:00:00", "edate": "2017-06-21 00:00:00", "subject": "a", "all_day": true, "rrule": rule}).to_string()
    };
    for (rule, part) in [("FREQ=DAILY;BYHOUR=9", "BYHOUR=9"), ("FREQ=HOURLY", "FREQ=HOURLY")] {
        calendar.post("/calendar/event", &park, body(rule)).invalid(&format!(
            "rrule: {part}: expected no time of day, since the event lasts whole days"
        ));
    }
    calendar.post("/calendar/event", &park, body("FREQ=DAILY")).made();
    let whole = |more| change(1, "2017-06-20 00:00:00", "2017-06-21 00:00:00", "a", more);
    calendar
        .put("/calendar/event", &park, whole(json!({"timezone": "Europe/Paris"})))
        .invalid("timezone: expected none, since the event lasts whole days");
}

#[test]
fn one_series_does_not_fill_the_views_of_a_group() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let too_much = "rrule: expected at most 2 MB of occurrences in a month";
    let body = |edate: &str, rule: &str, notes: usize| {
        json!({"sdate": "2017-06-20 09:00:00", "edate": edate, "subject": "a", "rrule": rule, "description": "x".repeat(notes)}).to_string()
    };
    let hourly = body("2017-06-20 10:00:00", "FREQ=HOURLY", 16_384);
    calendar.post("/calendar/event", &park, hourly).invalid(too_much);
    let long = body("2018-07-20 09:00:00", "FREQ=HOURLY", 1);
    calendar.post("/calendar/event", &park, long).invalid(too_much);
    calendar
        .post("/calendar/event", &park, body("2017-06-20 10:00:00", "FREQ=DAILY", 16_384))
        .made();
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
}

#[test]
fn a_scope_without_its_occurrence_is_refused_where_nothing_repeats_too() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "a");
    let missing = "occurrence: required with this scope, but missing";
    calendar
        .delete("/calendar/event", &park, r#"{"event_id": 1, "scope": "following"}"#)
        .invalid(missing);
    let body =
        change(1, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "a", json!({"scope": "this"}));
    calendar.put("/calendar/event", &park, body).invalid(missing);
    calendar.delete("/calendar/event", &park, r#"{"event_id": 1, "scope": "all"}"#).is(200, DONE);
}

#[test]
fn a_time_of_an_hour_that_comes_twice_is_kept_as_it_was_sent() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let body = json!({"sdate": "2017-11-04 20:00:00", "edate": "2017-11-04 21:00:00", "subject": "a", "timezone": "America/New_York"});
    calendar.post("/calendar/event", &park, body.to_string()).made();
    // In New York, 15:30 in Seoul is the second 1:30 of the night.
    let body = change(1, "2017-11-05 13:30:00", "2017-11-05 15:30:00", "a", json!({}));
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    assert_eq!(shown(&calendar, &park, "2017-11-01", "2017-11-10"), ["1 11-05 13:30 to 15:30 a"]);
}
