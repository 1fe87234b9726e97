//! What a series shows, and which rules are refused.

use serde_json::json;

use super::{LESSON, range, shown};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};
use crate::support::expected::data;

/// Registers an event of an hour with a rule.
fn repeat(calendar: &Calendar, token: &str, sdate: &str, rule: &str) -> Answer {
    let edate = sdate.replace("09:00:00", "10:00:00");
    let body = json!({"sdate": sdate, "edate": edate, "subject": "a", "rrule": rule});
    calendar.post("/calendar/event", token, body.to_string())
}

#[test]
fn every_occurrence_is_in_the_views_that_it_overlaps() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let id = calendar.post("/calendar/event", &park, LESSON).made();
    assert_eq!(id, 1);
    let event = |day: &str, name: &str, more: &str| {
        format!(
            r#"{{"id":1,"email":"{PARK}","useremail":"{PARK}","subject":"Swimming","group":null,"sdate":"{day} 09:00:00 GMT","edate":"{day} 10:00:00 GMT","created":"Mon, 19 Jun 2017 19:55:04 GMT","updated":null,"birthday":null,"rrule":"FREQ=WEEKLY","occurrence":"{name} 09:00:00"{more}}}"#
        )
    };
    let (first, second) =
        (event("Tue, 20 Jun 2017", "2017-06-20", ""), event("Tue, 27 Jun 2017", "2017-06-27", ""));
    let june = data(&format!("[{first},{second}]"));
    calendar.get("/calendar/month?year_month=2017-06", &park).is(200, &june);
    calendar.get("/calendar", &park).is(200, &june);
    calendar.get(&range("2017-06-01", "2017-07-01"), &park).is(200, &june);
    calendar.get("/calendar/date?date=2017-06-27", &park).is(200, &data(&format!("[{second}]")));
    calendar.get("/calendar/today", &park).is(200, &data("[]"));
    let august = event("Tue, 01 Aug 2017", "2017-08-01", "");
    calendar.get("/calendar/date?date=2017-08-01", &park).is(200, &data(&format!("[{august}]")));
    let far = shown(&calendar, &park, "9999-12-20", "9999-12-31");
    assert_eq!(far, ["1 12-21 09:00 to 10:00 Swimming", "1 12-28 09:00 to 10:00 Swimming"]);
    let of_one = calendar.get("/calendar/event/1?occurrence=2017-06-27+09:00:00", &park);
    let revision = of_one.json()["data"]["revision"].as_str().unwrap().to_owned();
    let with_revision =
        event("Tue, 27 Jun 2017", "2017-06-27", &format!(r#","revision":"{revision}""#));
    of_one.is(200, &data(&with_revision));
    assert_eq!(
        calendar.get("/calendar/event/1", &park).json()["data"]["occurrence"],
        "2017-06-20 09:00:00"
    );
    calendar
        .get("/calendar/event/1?occurrence=2017-06-26+09:00:00", &park)
        .invalid("occurrence: expected the start of an occurrence of the series");
    calendar
        .get("/calendar/event/1?occurrence=2017-06-26", &park)
        .invalid("occurrence: expected YYYY-MM-DD HH:MM:SS");
    assert_eq!(
        calendar
            .rows("SELECT rule, last_start, exceptions, datetime(starts, 'unixepoch') FROM event"),
        ["FREQ=WEEKLY|-|-|2017-06-20 09:00:00"]
    );
}

#[test]
fn a_long_occurrence_shows_on_its_middle_days_and_those_of_several_overlap() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let body = json!({"sdate": "2017-06-20 22:00:00", "edate": "2017-06-23 02:00:00", "subject": "night", "rrule": "FREQ=DAILY;COUNT=3"});
    calendar.post("/calendar/event", &park, body.to_string()).made();
    assert_eq!(
        shown(&calendar, &park, "2017-06-24", "2017-06-25"),
        ["1 06-21 22:00 to 06-24 02:00 night", "1 06-22 22:00 to 06-25 02:00 night"]
    );
    assert_eq!(shown(&calendar, &park, "2017-06-26", "2017-06-27"), [""; 0]);
    assert_eq!(shown(&calendar, &park, "2017-06-19", "2017-06-20"), [""; 0]);
}

#[test]
fn a_series_in_a_group_shows_for_all_who_have_selected_it() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    let group = calendar.group(&park, "pool");
    let body = LESSON.replacen('{', &format!("{{\"group_id\": {group}, "), 1);
    calendar.post("/group/event", &park, body).made();
    assert_eq!(shown(&calendar, &kim, "2017-06-26", "2017-07-01"), [""; 0]);
    calendar.select(&kim, "1");
    let lesson = ["1 06-27 09:00 to 10:00 Swimming"];
    assert_eq!(shown(&calendar, &kim, "2017-06-26", "2017-07-01"), lesson);
    assert_eq!(shown(&calendar, &park, "2017-06-26", "2017-07-01"), [""; 0]);
    calendar.select(&park, "1");
    assert_eq!(shown(&calendar, &park, "2017-06-26", "2017-07-01"), lesson);
    calendar.delete("/group", &park, r#"{"group_id": 1}"#).is(200, crate::support::calendar::DONE);
    assert_eq!(shown(&calendar, &kim, "2017-06-26", "2017-07-01"), [""; 0]);
}

#[test]
fn an_event_gets_a_rule_and_a_group_its_first_series_by_call_6() {
    let (calendar, park) = Calendar::populated();
    let group = calendar.group_event(&park, 1, "2017-06-21 09:00:00", "2017-06-21 10:00:00", "b");
    let body = super::change(
        group,
        "2017-06-21 09:00:00",
        "2017-06-21 10:00:00",
        "b",
        json!({"rrule": "FREQ=DAILY;COUNT=2"}),
    );
    calendar.put("/calendar/event", &park, body).is(200, crate::support::calendar::DONE);
    let both = ["2 06-21 09:00 to 10:00 b", "2 06-22 09:00 to 10:00 b"];
    assert_eq!(shown(&calendar, &park, "2017-06-21", "2017-07-01"), both);
    let body = super::change(
        group,
        "2017-06-21 09:00:00",
        "2017-06-21 10:00:00",
        "b",
        json!({"rrule": null}),
    );
    calendar.put("/calendar/event", &park, body).is(200, crate::support::calendar::DONE);
    assert_eq!(shown(&calendar, &park, "2017-06-21", "2017-07-01"), both[..1]);
}

#[test]
fn a_view_is_new_after_each_change_of_a_series_and_unchanged_otherwise() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.post("/calendar/event", &park, LESSON).made();
    let tag = || {
        let answer = calendar.get("/calendar/month?year_month=2018-01", &park);
        answer.header("ETag").unwrap().to_owned()
    };
    let before = tag();
    assert_eq!(tag(), before);
    let body = r#"{"event_id": 1, "occurrence": "2018-01-02 09:00:00"}"#;
    calendar.delete("/calendar/event", &park, body).is(200, crate::support::calendar::DONE);
    assert_ne!(tag(), before);
    assert_eq!(
        shown(&calendar, &park, "2018-01-01", "2018-01-10"),
        ["1 01-09 09:00 to 10:00 Swimming"]
    );
}

#[test]
fn a_start_that_the_rule_does_not_give_moves_to_the_first_one_that_it_gives() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    repeat(&calendar, &park, "2017-06-20 09:00:00", "FREQ=WEEKLY;BYDAY=FR").made();
    assert_eq!(
        shown(&calendar, &park, "2017-06-20", "2017-07-01"),
        ["1 06-23 09:00 to 10:00 a", "1 06-30 09:00 to 10:00 a"]
    );
    assert_eq!(
        calendar
            .rows("SELECT datetime(starts, 'unixepoch'), datetime(ends, 'unixepoch') FROM event"),
        ["2017-06-23 09:00:00|2017-06-23 10:00:00"]
    );
}

#[test]
fn a_rule_that_is_refused_is_named_by_its_part() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for (rule, part) in [
        ("", "FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("FREQ=MINUTELY", "FREQ"),
        ("FREQ=SECONDLY;COUNT=2", "FREQ"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT"),
        ("FREQ=WEEKLY;COUNT=10001", "COUNT"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20180101", "UNTIL"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL"),
        ("FREQ=WEEKLY;FREQ=DAILY", "FREQ"),
        ("RRULE:FREQ=WEEKLY", "FREQ"),
        ("FREQ=HOURLY;BYMINUTE=0,20,40", ""),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", ""),
        ("FREQ=DAILY;UNTIL=20170601", ""),
    ] {
        let answer = repeat(&calendar, &park, "2017-06-20 09:00:00", rule);
        assert_eq!((answer.status, &answer.json()["meta"]["code"]), (400, &json!(40001)), "{rule}");
        let detail = answer.json()["meta"]["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("rrule: ") && detail.contains(part), "{rule}: {detail}");
    }
    let body = json!({"sdate": "2017-06-20 09:00:00", "edate": "2018-08-20 09:00:00", "subject": "a", "rrule": "FREQ=DAILY"});
    calendar
        .post("/calendar/event", &park, body.to_string())
        .invalid("edate: expected at most 400 days after sdate in an event that repeats");
    calendar
        .post("/calendar/event", &park, LESSON.replace("\"FREQ=WEEKLY\"", "1"))
        .invalid("rrule: expected a string");
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
    repeat(&calendar, &park, "2017-06-20 09:00:00", " freq=weekly; byday=tu ").made();
    assert_eq!(calendar.rows("SELECT rule FROM event"), ["FREQ=WEEKLY;BYDAY=TU"]);
}

#[test]
fn a_range_has_two_ends_and_at_most_400_days() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let wrong = "edate: expected a time after sdate, by at most 400 days";
    calendar.get(&range("2017-06-20", "2017-06-20"), &park).invalid(wrong);
    calendar.get(&range("2017-06-20", "2017-06-19"), &park).invalid(wrong);
    calendar.get(&range("2017-01-01", "2018-02-06"), &park).invalid(wrong);
    calendar.get(&range("2017-01-01", "2018-02-05"), &park).is(200, &data("[]"));
    calendar
        .get("/calendar/range?sdate=2017-06-20+00:00:00", &park)
        .invalid("edate: required, but missing");
    calendar
        .get("/calendar/range?sdate=2017-06-20&edate=2017-06-21", &park)
        .invalid("sdate: expected YYYY-MM-DD HH:MM:SS");
    calendar.get(&range("2017-01-01", "2018-02-05"), "").without_token();
}

#[test]
fn a_user_may_have_only_so_many_series() {
    let bounds = calendar_server::model::Bounds { series: 1, ..Default::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let park = calendar.register(PARK);
    repeat(&calendar, &park, "2017-06-20 09:00:00", "FREQ=DAILY").made();
    let most = "you have registered 1 events that repeat, which is the most: delete some first";
    repeat(&calendar, &park, "2017-06-20 09:00:00", "FREQ=DAILY").invalid(most);
    let single = calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 09:00:00", "b");
    let body = super::change(
        single,
        "2017-06-20 09:00:00",
        "2017-06-20 09:00:00",
        "b",
        json!({"rrule": "FREQ=DAILY"}),
    );
    calendar.put("/calendar/event", &park, body).invalid(most);
    let body = super::change(
        1,
        "2017-06-25 09:00:00",
        "2017-06-25 10:00:00",
        "b",
        json!({"scope": "following", "occurrence": "2017-06-25 09:00:00"}),
    );
    calendar.put("/calendar/event", &park, body).invalid(most);
    assert_eq!(
        calendar.rows("SELECT id, subject, rule FROM event ORDER BY id"),
        ["1|a|FREQ=DAILY", "2|b|-"]
    );
}

#[test]
fn a_rule_that_cannot_be_read_takes_no_view_away() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.post("/calendar/event", &park, LESSON).made();
    calendar.event(&park, "2017-06-20 12:00:00", "2017-06-20 13:00:00", "lunch");
    // As by hand, or by a newer version.
    calendar.execute("UPDATE event SET rule = 'FREQ=SOMETIMES' WHERE id = 1");
    assert_eq!(
        shown(&calendar, &park, "2017-06-19", "2017-07-10"),
        ["1 06-20 09:00 to 10:00 Swimming", "2 06-20 12:00 to 13:00 lunch"]
    );
    assert_eq!(shown(&calendar, &park, "2017-06-26", "2017-07-10"), [""; 0]);
}

#[test]
fn a_birthday_is_none_of_the_series_that_a_user_may_have() {
    let bounds = calendar_server::model::Bounds { series: 1, ..Default::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let park = calendar.register(PARK);
    calendar.put("/calendar/birthday", &park, r#"{"birthday":"1990-06-22"}"#).is(200, DONE);
    repeat(&calendar, &park, "2017-06-20 09:00:00", "FREQ=DAILY").made();
    calendar
        .get("/calendar/event/1?occurrence=2017-06-22%2000:00:00", &park)
        .invalid("occurrence: expected none, since the event does not repeat");
    let named = r#"{"event_id":1,"occurrence":"2017-06-22 00:00:00"}"#;
    calendar
        .delete("/calendar/event", &park, named)
        .invalid("occurrence: expected none, since the event does not repeat");
    let rules = "SELECT id, rule FROM event ORDER BY id";
    assert_eq!(calendar.rows(rules), ["1|FREQ=YEARLY", "2|FREQ=DAILY"]);
    let body = super::change(1, "2000-02-29 00:00:00", "2000-02-29 00:00:00", "b", json!({}));
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    let leap_day = "1|FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1";
    assert_eq!(calendar.rows(rules), [leap_day, "2|FREQ=DAILY"]);
}
