//! The end of a series: `UNTIL` means the same whatever clock the series is moved to or written on, and `COUNT` ends
//! what would be too much.

use serde_json::{Value, json};

use super::{change, shown};
use crate::support::calendar::{Calendar, DONE, PARK, Settings};
use crate::transfer::{exported, file, import, unfolded};

struct Server {
    calendar: Calendar,
    park: String,
}

impl Server {
    fn of(zone: &'static str) -> Self {
        let calendar = Calendar::with(Settings { zone, ..Settings::default() });
        let park = calendar.register(PARK);
        Self { calendar, park }
    }

    /// Makes event 1.
    fn make(&self, sdate: &str, edate: &str, rule: &str, more: Value) {
        let mut body = json!({"sdate": sdate, "edate": edate, "subject": "a", "rrule": rule});
        let Value::Object(more) = more else { panic!("{more}") };
        body.as_object_mut().unwrap().extend(more);
        assert_eq!(self.calendar.post("/calendar/event", &self.park, body.to_string()).made(), 1);
    }

    /// Changes event 1.
    #[track_caller]
    fn put(&self, sdate: &str, edate: &str, more: Value) {
        let body = change(1, sdate, edate, "a", more);
        self.calendar.put("/calendar/event", &self.park, body).is(200, DONE);
    }

    /// Ends event 1 before an occurrence.
    fn end_before(&self, occurrence: &str) {
        let body = json!({"event_id": 1, "occurrence": occurrence, "scope": "following"});
        self.calendar.delete("/calendar/event", &self.park, body.to_string()).is(200, DONE);
    }

    /// The starts that are shown in the spring and summer of 2024.
    fn starts(&self) -> Vec<String> {
        let lines = shown(&self.calendar, &self.park, "2024-03-01", "2024-09-01");
        lines.iter().map(|line| line[2..13].to_owned()).collect()
    }

    /// The rule of event 1 as a client reads it.
    fn rule(&self) -> String {
        let event = self.calendar.get("/calendar/event/1", &self.park).json();
        event["data"]["rrule"].as_str().unwrap().to_owned()
    }

    /// The rules of the exported file.
    fn written(&self) -> Vec<String> {
        let lines = unfolded(&exported(&self.calendar, &self.park, None));
        // Those of a VTIMEZONE are yearly.
        lines.into_iter().filter(|line| line.starts_with("RRULE:FREQ=DAILY")).collect()
    }
}

#[test]
fn the_end_of_a_floating_series_is_written_as_a_local_time() {
    let event = "BEGIN:VEVENT\nUID:late\nDTSTAMP:20240601T000000Z\nSUMMARY:a\n\
        DTSTART:20240603T220000\nDTEND:20240603T230000\nRRULE:FREQ=DAILY;COUNT=10\nEND:VEVENT\n";
    for zone in ["America/New_York", "Asia/Seoul"] {
        let server = Server::of(zone);
        assert_eq!(import(&server.calendar, &server.park, "", &file(event)).status, 200);
        server.end_before("2024-06-06 22:00:00");
        let days = ["06-03 22:00", "06-04 22:00", "06-05 22:00"];
        assert_eq!(server.starts(), days, "{zone}");
        assert_eq!(server.written(), ["RRULE:FREQ=DAILY;UNTIL=20240606T215959"], "{zone}");
        // What was written is read as what was shown.
        let text = exported(&server.calendar, &server.park, None);
        let again = Server::of(zone);
        assert_eq!(import(&again.calendar, &again.park, "", &text).status, 200);
        assert_eq!(again.starts(), days, "{zone}");
    }
}

#[test]
fn a_series_that_becomes_whole_days_keeps_its_last_and_ends_with_a_day() {
    let server = Server::of("America/New_York");
    server.make("2024-06-03 22:00:00", "2024-06-03 23:00:00", "FREQ=DAILY;COUNT=8", json!({}));
    server.end_before("2024-06-07 22:00:00");
    assert_eq!(server.rule(), "FREQ=DAILY;UNTIL=20240607T215959");
    let whole = json!({"all_day": true, "scope": "all"});
    server.put("2024-06-03 00:00:00", "2024-06-04 00:00:00", whole);
    assert_eq!(server.starts(), ["06-03 00:00", "06-04 00:00", "06-05 00:00", "06-06 00:00"]);
    assert_eq!(server.rule(), "FREQ=DAILY;UNTIL=20240606");
    assert_eq!(server.written(), ["RRULE:FREQ=DAILY;UNTIL=20240606"]);
    // And back, at another time.
    let timed = json!({"all_day": false, "scope": "all"});
    server.put("2024-06-04 21:00:00", "2024-06-04 22:00:00", timed);
    assert_eq!(server.starts(), ["06-04 21:00", "06-05 21:00", "06-06 21:00", "06-07 21:00"]);
    assert_eq!(server.rule(), "FREQ=DAILY;UNTIL=20240607T235959");
}

#[test]
fn a_series_of_another_zone_that_becomes_whole_days_keeps_its_last() {
    let server = Server::of("Asia/Seoul");
    let rule = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20240429T080000Z";
    let berlin = json!({"timezone": "Europe/Berlin"});
    server.make("2024-03-04 10:00:00", "2024-03-04 11:00:00", rule, berlin);
    assert_eq!(server.starts().len(), 9);
    let whole = json!({"all_day": true, "scope": "all"});
    server.put("2024-03-04 00:00:00", "2024-03-05 00:00:00", whole);
    let starts = server.starts();
    assert_eq!((starts.len(), starts[8].as_str()), (9, "04-29 00:00"));
    assert_eq!(server.rule(), "FREQ=WEEKLY;BYDAY=MO;UNTIL=20240429");
}

#[test]
fn a_series_that_gets_another_zone_keeps_its_last() {
    for (zone, other, until, moved, time) in [
        ("Asia/Seoul", "America/New_York", "20240606T000000Z", "20240606T130000Z", "22:00"),
        ("America/New_York", "Asia/Seoul", "20240606T130000Z", "20240606T000000Z", "20:00"),
    ] {
        let server = Server::of(zone);
        let rule = |until: &str| format!("FREQ=DAILY;UNTIL={until}");
        server.make("2024-06-03 09:00:00", "2024-06-03 10:00:00", &rule(until), json!({}));
        let starts = server.starts();
        assert_eq!(starts.len(), 4, "{zone}");
        let zoned = json!({"timezone": other, "scope": "all"});
        server.put("2024-06-03 09:00:00", "2024-06-03 10:00:00", zoned);
        let first = if zone == "Asia/Seoul" { 3 } else { 2 };
        let days: Vec<_> = (first..first + 4).map(|day| format!("06-0{day} {time}")).collect();
        assert_eq!(server.starts(), days, "{zone}");
        assert_eq!(server.rule(), rule(moved), "{zone}");
        assert_eq!(server.written(), [format!("RRULE:{}", rule(moved))], "{zone}");
        // Back on the clock of the server.
        let own = json!({"timezone": null, "scope": "all"});
        server.put("2024-06-03 09:00:00", "2024-06-03 10:00:00", own);
        assert_eq!(server.starts(), starts, "{zone}");
        assert_eq!(server.rule(), rule("20240606T090000"), "{zone}");
        assert_eq!(server.written(), [format!("RRULE:{}", rule(until))], "{zone}");
    }
}

#[test]
fn the_rest_of_a_series_that_gets_another_zone_keeps_its_last() {
    let server = Server::of("Asia/Seoul");
    let rule = "FREQ=DAILY;UNTIL=20240606T000000Z";
    server.make("2024-06-03 09:00:00", "2024-06-03 10:00:00", rule, json!({}));
    let rest = json!({
        "occurrence": "2024-06-05 09:00:00", "scope": "following", "timezone": "America/New_York",
    });
    let body = change(1, "2024-06-05 09:00:00", "2024-06-05 10:00:00", "a", rest);
    assert_eq!(server.calendar.put("/calendar/event", &server.park, body).made(), 2);
    assert_eq!(server.starts(), ["06-03 09:00", "06-04 09:00", "06-05 22:00", "06-06 22:00"]);
}

#[test]
fn an_end_that_does_not_move_stays_as_it_was_written() {
    let server = Server::of("America/New_York");
    let event = "BEGIN:VEVENT\nUID:days\nDTSTAMP:20240601T000000Z\nSUMMARY:b\n\
        DTSTART;VALUE=DATE:20240603\nRRULE:FREQ=DAILY;UNTIL=20240606T235959Z\nEND:VEVENT\n";
    assert_eq!(import(&server.calendar, &server.park, "", &file(event)).status, 200);
    server.put("2024-06-03 00:00:00", "2024-06-04 00:00:00", json!({"scope": "all"}));
    assert_eq!(server.starts(), ["06-03 00:00", "06-04 00:00", "06-05 00:00", "06-06 00:00"]);
    assert_eq!(server.written(), ["RRULE:FREQ=DAILY;UNTIL=20240606T235959Z"]);
}

#[test]
fn a_dense_rule_is_taken_if_its_count_ends_it_early() {
    let server = Server::of("Asia/Seoul");
    let rule = "FREQ=HOURLY;BYMINUTE=0,30;COUNT=4";
    server.make("2024-06-03 09:00:00", "2024-06-03 09:15:00", rule, json!({}));
    assert_eq!(server.starts(), ["06-03 09:00", "06-03 09:30", "06-03 10:00", "06-03 10:30"]);
    let body = json!({
        "sdate": "2024-06-03 09:00:00", "edate": "2024-06-03 09:15:00", "subject": "a",
        "rrule": "FREQ=HOURLY;BYMINUTE=0,30;COUNT=1001",
    });
    let answer = server.calendar.post("/calendar/event", &server.park, body.to_string());
    answer.invalid("rrule: expected at most 1000 occurrences in 31 days");
}
