//! The calendar file of a feed (RFC 5545).

use calendar_server::domain::transfer::Import;
use calendar_server::domain::{Setting, users};
use calendar_server::model::Email;
use rocket::http::Method;
use serde_json::json;

use super::{event, get};
use crate::support::calendar::{Calendar, DONE, KIM, PARK};

/// The lines of a feed's file, unfolded.
#[track_caller]
fn lines(calendar: &Calendar, feed: &str) -> Vec<String> {
    let answer = get(calendar, feed);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = answer.body.replace("\r\n ", "");
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    text.lines().map(str::to_owned).collect()
}

/// The values of the lines of that name, in order.
fn values(calendar: &Calendar, feed: &str, name: &str) -> Vec<String> {
    let lines = lines(calendar, feed).into_iter();
    let found = lines.filter_map(|line| {
        let (head, value) = line.split_once(':')?;
        (head.split(';').next() == Some(name)).then(|| value.to_owned())
    });
    found.collect()
}

#[test]
fn a_feed_is_a_calendar_file_with_its_name_and_how_often_to_look() {
    let (calendar, token) = Calendar::populated();
    let feed = calendar.feed(&token, "{}");
    let answer = get(&calendar, &feed);
    assert_eq!(answer.header("Content-Type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(
        answer.header("Content-Disposition"),
        Some(
            "inline; filename=\"calendar.ics\"; filename*=UTF-8''%ED%99%88%ED%8E%98%EC%9D%B4%EC%A7%80.ics"
        )
    );
    assert_eq!(answer.header("X-Robots-Tag"), Some("noindex"));
    let lines = lines(&calendar, &feed);
    for line in [
        "VERSION:2.0",
        "X-WR-CALNAME:홈페이지",
        "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
        "X-PUBLISHED-TTL:PT60M",
        "SUMMARY:테스트 일정",
        "DTSTART;TZID=Asia/Seoul:20170620T090000",
    ] {
        assert!(lines.iter().any(|found| found == line), "no {line} in {lines:#?}");
    }
}

#[test]
fn a_file_is_kept_until_the_calendar_or_the_day_changes() {
    let (calendar, token) = Calendar::populated();
    let feed = calendar.feed(&token, "{}");
    let tag = get(&calendar, &feed).header("ETag").unwrap().to_owned();
    let ask = || calendar.send(Method::Get, &feed, &[("If-None-Match", tag.as_str())], "");
    assert_eq!((ask().status, ask().body.as_str()), (304, ""));
    calendar.clock.set(1_497_869_704 + 3600);
    assert_eq!(ask().status, 304);
    calendar.clock.set(1_497_869_704 + 86_400);
    assert_eq!(ask().status, 200, "what is past is counted by days");
    calendar.clock.set(1_497_869_704);
    calendar.event(&token, "2017-06-21 09:00:00", "2017-06-21 12:00:00", "new");
    assert!(ask().body.contains("SUMMARY:new"));
}

#[test]
fn a_long_file_is_compressed_for_who_takes_gzip() {
    let (calendar, token) = Calendar::populated();
    for number in 0..20 {
        let subject = format!("event {number}");
        calendar.event(&token, "2017-06-21 09:00:00", "2017-06-21 12:00:00", &subject);
    }
    let feed = calendar.feed(&token, "{}");
    let ask = |headers: &[(&'static str, &str)]| calendar.send(Method::Get, &feed, headers, "");
    let plain = ask(&[]);
    assert_eq!(plain.header("Content-Encoding"), None);
    assert_eq!(plain.header("Vary"), Some("Accept-Encoding"));
    for _ in 0..2 {
        let compressed = ask(&[("Accept-Encoding", "gzip")]);
        assert_eq!(compressed.header("Content-Encoding"), Some("gzip"));
        assert_eq!(compressed.header("ETag"), plain.header("ETag"));
        assert_eq!(compressed.status, 200);
    }
}

#[test]
fn a_series_goes_out_with_its_rule_its_exceptions_and_what_was_changed() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let id = event(&calendar, &token, "Training", &json!({"rrule": "FREQ=DAILY;COUNT=4"}));
    let moved = json!({
        "event_id": id, "occurrence": "2017-06-21 09:00:00", "subject": "Late training",
        "sdate": "2017-06-21 19:00:00", "edate": "2017-06-21 21:00:00",
    });
    assert_eq!(calendar.put("/calendar/event", &token, moved.to_string()).status, 200);
    let left_out = json!({"event_id": id, "occurrence": "2017-06-22 09:00:00"});
    calendar.delete("/calendar/event", &token, left_out.to_string()).is(200, DONE);
    let feed = calendar.feed(&token, "{}");
    assert_eq!(values(&calendar, &feed, "RRULE"), ["FREQ=DAILY;COUNT=4"]);
    assert_eq!(values(&calendar, &feed, "EXDATE"), ["20170622T090000"]);
    assert_eq!(values(&calendar, &feed, "RECURRENCE-ID"), ["20170621T090000"]);
    assert_eq!(values(&calendar, &feed, "SUMMARY"), ["Training", "Late training"]);
}

#[test]
fn busy_times_go_out_without_anything_that_was_said() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let told = json!({
        "rrule": "FREQ=DAILY;COUNT=4", "location": "Clinic", "description": "tests",
        "url": "https://clinic.example", "reminders": [10],
    });
    let id = event(&calendar, &token, "Doctor", &told);
    let cancelled = json!({
        "event_id": id, "occurrence": "2017-06-21 09:00:00", "subject": "Doctor", "status": "cancelled",
        "sdate": "2017-06-21 09:00:00", "edate": "2017-06-21 12:00:00",
    });
    assert_eq!(calendar.put("/calendar/event", &token, cancelled.to_string()).status, 200);
    event(&calendar, &token, "Maybe", &json!({"free": true}));
    calendar.put("/calendar/birthday", &token, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let feed = calendar.feed(&token, r#"{"busy_only": true}"#);
    assert_eq!(values(&calendar, &feed, "SUMMARY"), ["Busy"]);
    assert_eq!(values(&calendar, &feed, "RRULE"), ["FREQ=DAILY;COUNT=4"]);
    assert_eq!(values(&calendar, &feed, "EXDATE"), ["20170621T090000"], "what was cancelled");
    let body = get(&calendar, &feed).body;
    for told in ["Doctor", "Clinic", "tests", "clinic.example", "VALARM", "Maybe", PARK] {
        assert!(!body.contains(told), "{told} in {body}");
    }
}

#[test]
fn others_private_events_of_a_group_go_out_as_busy_times() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let private = json!({"group_id": 1, "private": true, "location": "secret"});
    event(&calendar, &kim, "Kim's", &private);
    event(&calendar, &park, "Park's", &private);
    let whole = calendar.feed(&park, "{}");
    assert_eq!(values(&calendar, &whole, "SUMMARY"), ["테스트 일정", "Busy", "Park's"]);
    let of_group = calendar.feed(&park, r#"{"group": 1}"#);
    assert_eq!(values(&calendar, &of_group, "SUMMARY"), ["Busy", "Busy"]);
    assert!(!get(&calendar, &of_group).body.contains("secret"));
}

#[test]
fn what_ended_long_ago_is_left_out_and_a_series_that_goes_on_is_not() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let on = |subject: &str, day: &str, rule: Option<&str>| {
        let mut body = json!({
            "subject": subject, "sdate": format!("{day} 09:00:00"), "edate": format!("{day} 10:00:00"),
        });
        if let Some(rule) = rule {
            body["rrule"] = json!(rule);
        }
        calendar.post("/calendar/event", &token, body.to_string()).made();
    };
    // It is 19 June 2017.
    on("long ago", "2016-06-18", None);
    on("a year ago", "2016-06-19", None);
    on("ended", "2010-01-01", Some("FREQ=DAILY;COUNT=9"));
    on("goes on", "2010-01-01", Some("FREQ=WEEKLY"));
    on("far ahead", "2050-01-01", None);
    let feed = calendar.feed(&token, "{}");
    assert_eq!(values(&calendar, &feed, "SUMMARY"), ["a year ago", "goes on", "far ahead"]);
}

/// A lesson, a task and an old lesson of another program.
const SCHOOL: &str = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//School//EN
BEGIN:VEVENT
UID:lesson@school.example
DTSTAMP:20170601T000000Z
DTSTART:20170620T000000Z
DTEND:20170620T010000Z
SUMMARY:Lesson
CATEGORIES:School
ATTENDEE:mailto:mina@example.com
END:VEVENT
BEGIN:VEVENT
UID:old@school.example
DTSTAMP:20100601T000000Z
DTSTART:20100620T000000Z
DTEND:20100620T010000Z
SUMMARY:Old lesson
END:VEVENT
BEGIN:VTODO
UID:homework@school.example
DTSTAMP:20170601T000000Z
SUMMARY:Homework
END:VTODO
END:VCALENDAR
";

/// Takes a file into the personal calendar of [`PARK`].
fn import(calendar: &Calendar, file: &str) {
    let app = calendar.app();
    let (now, zone, bounds) = (app.clock.now().unwrap(), app.clock.zone().clone(), app.bounds);
    let mut import = Import::new(vec![(None, file.replace('\n', "\r\n").into_bytes())], None);
    let write = app.store.queue_write(move |tx| {
        let user = users::get(tx, &Email::stored(PARK.into()))?;
        import.step(tx, &user, Setting { now, zone: &zone, bounds })
    });
    write.unwrap().blocking_recv().unwrap().unwrap().unwrap();
}

#[test]
fn an_event_of_another_program_goes_out_as_it_came_and_no_task_does() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    import(&calendar, SCHOOL);
    let feed = calendar.feed(&token, "{}");
    let lines = lines(&calendar, &feed);
    for line in
        ["UID:lesson@school.example", "CATEGORIES:School", "ATTENDEE:mailto:mina@example.com"]
    {
        assert!(lines.iter().any(|found| found == line), "no {line} in {lines:#?}");
    }
    assert_eq!(values(&calendar, &feed, "SUMMARY"), ["Lesson"]);
}

#[test]
fn busy_times_of_another_programs_events_say_nothing_of_them() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    import(&calendar, SCHOOL);
    let feed = calendar.feed(&token, r#"{"busy_only": true}"#);
    assert_eq!(values(&calendar, &feed, "SUMMARY"), ["Busy"]);
    let body = get(&calendar, &feed).body;
    for told in ["Lesson", "CATEGORIES", "mina", "school.example", "Homework"] {
        assert!(!body.contains(told), "{told} in {body}");
    }
}
