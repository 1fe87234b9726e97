//! Series and events in a zone of their own, seen on the server's clock.

use serde_json::{Value, json};

use super::{change, shown};
use crate::support::calendar::{Calendar, DONE, PARK, Settings};

fn server_in(zone: &'static str) -> (Calendar, String) {
    let calendar = Calendar::with(Settings { zone, ..Settings::default() });
    let park = calendar.register(PARK);
    (calendar, park)
}

fn call(zone: Option<&str>, sdate: &str, edate: &str, rule: &str) -> String {
    let mut body = json!({"sdate": sdate, "edate": edate, "subject": "a", "rrule": rule});
    if let Some(zone) = zone {
        body["timezone"] = json!(zone);
    }
    body.to_string()
}

#[test]
fn a_series_runs_on_its_own_clock_and_is_told_on_the_servers() {
    let (calendar, park) = server_in("Asia/Seoul");
    let body =
        call(Some("America/New_York"), "2017-10-31 09:00:00", "2017-10-31 10:00:00", "FREQ=WEEKLY");
    let id = calendar.post("/calendar/event", &park, body).made();
    // The clocks of New York are set back on 5 November.
    assert_eq!(
        shown(&calendar, &park, "2017-10-31", "2017-11-15"),
        [
            "1 10-31 22:00 to 23:00 a",
            "1 11-07 23:00 to 11-08 00:00 a",
            "1 11-14 23:00 to 11-15 00:00 a"
        ]
    );
    let event = calendar.get(&format!("/calendar/event/{id}"), &park).json()["data"].clone();
    assert_eq!(event["timezone"], "America/New_York");
    assert_eq!(event["occurrence"], "2017-10-31 22:00:00");
    // Moved by a client that sends the server's times, it keeps its clock.
    let all = json!({"occurrence": "2017-11-07 23:00:00", "scope": "all"});
    let body = change(id, "2017-11-07 22:00:00", "2017-11-07 23:00:00", "a", all);
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    assert_eq!(
        shown(&calendar, &park, "2017-10-31", "2017-11-15"),
        ["1 10-31 21:00 to 22:00 a", "1 11-07 22:00 to 23:00 a", "1 11-14 22:00 to 23:00 a"]
    );
    let this = json!({"occurrence": "2017-11-07 22:00:00", "timezone": "America/New_York"});
    let body = change(id, "2017-11-07 12:00:00", "2017-11-07 13:00:00", "b", this);
    let changed = calendar.put("/calendar/event", &park, body).made();
    let event = calendar.get(&format!("/calendar/event/{changed}"), &park).json()["data"].clone();
    assert_eq!(event["occurrence"], "2017-11-07 22:00:00");
    assert_eq!(super::line(&event), "2 11-08 02:00 to 03:00 b");
    assert_eq!(
        calendar.rows("SELECT datetime(occurrence, 'unixepoch') FROM event WHERE series_id = 1"),
        ["2017-11-07 08:00:00"]
    );
}

#[test]
fn a_series_takes_another_zone_with_its_exceptions() {
    let (calendar, park) = server_in("Asia/Seoul");
    let body = call(None, "2017-10-31 22:00:00", "2017-10-31 23:00:00", "FREQ=WEEKLY");
    calendar.post("/calendar/event", &park, body).made();
    let gone = r#"{"event_id": 1, "occurrence": "2017-11-14 22:00:00"}"#;
    calendar.delete("/calendar/event", &park, gone).is(200, DONE);
    let this = json!({"occurrence": "2017-11-21 22:00:00"});
    let body = change(1, "2017-11-22 01:00:00", "2017-11-22 02:00:00", "b", this);
    calendar.put("/calendar/event", &park, body).made();
    let all = json!({"scope": "all", "timezone": "America/New_York"});
    let body = change(1, "2017-10-31 09:00:00", "2017-10-31 10:00:00", "a", all);
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    // What is left out and what was changed are the same occurrences, an hour later after 5 November.
    let found = calendar.rows("SELECT exceptions FROM event WHERE id = 1");
    let found: Vec<i64> = serde_json::from_str(&found[0]).unwrap();
    assert_eq!(found.len(), 2);
    let event = calendar.get("/calendar/event/2", &park).json()["data"].clone();
    assert_eq!(event["series"], 1);
    assert_eq!(shown(&calendar, &park, "2017-11-21", "2017-11-23")[0], "2 11-22 01:00 to 02:00 b");
}

#[test]
fn an_hour_that_does_not_exist_is_left_out_and_one_that_comes_twice_counts_once() {
    let (calendar, park) = server_in("America/New_York");
    let body = call(None, "2024-03-08 02:30:00", "2024-03-08 03:00:00", "FREQ=DAILY;COUNT=3");
    calendar.post("/calendar/event", &park, body).made();
    assert_eq!(
        shown(&calendar, &park, "2024-03-07", "2024-03-20"),
        ["1 03-08 02:30 to 03:00 a", "1 03-09 02:30 to 03:00 a", "1 03-11 02:30 to 03:00 a"]
    );
    let body = call(None, "2024-11-02 01:30:00", "2024-11-02 02:00:00", "FREQ=DAILY;COUNT=3");
    calendar.post("/calendar/event", &park, body).made();
    assert_eq!(
        shown(&calendar, &park, "2024-11-01", "2024-11-20"),
        ["2 11-02 01:30 to 02:00 a", "2 11-03 01:30 to 02:00 a", "2 11-04 01:30 to 02:00 a"]
    );
}

/// What names the occurrences of a night, in order, and what they say.
fn named(calendar: &Calendar, token: &str) -> Vec<String> {
    let answer = calendar.get(&super::range("2024-11-03", "2024-11-04"), token).json();
    let events = answer["data"].as_array().unwrap();
    let line = |event: &Value| {
        let (name, subject) = (&event["occurrence"], &event["subject"]);
        format!("{} {} {}", event["id"], name.as_str().unwrap(), subject.as_str().unwrap())
    };
    events.iter().map(line).collect()
}

#[test]
fn two_occurrences_in_an_hour_that_comes_twice_are_named_apart() {
    let (calendar, park) = server_in("America/New_York");
    // Its own clock is never set back; that of the server is, after 05:59 in UTC.
    let (sdate, edate) = ("2024-11-03 04:30:00", "2024-11-03 04:45:00");
    let body = call(Some("UTC"), sdate, edate, "FREQ=HOURLY;COUNT=4");
    calendar.post("/calendar/event", &park, body).made();
    let lines = [
        "1 11-03 00:30 to 00:45 a",
        "1 11-03 01:30 to 01:45 a",
        "1 11-03 01:30 to 01:45 a",
        "1 11-03 02:30 to 02:45 a",
    ];
    assert_eq!(shown(&calendar, &park, "2024-11-03", "2024-11-04"), lines);
    let names = [
        "2024-11-03 00:30:00",
        "2024-11-03 01:30:00",
        "2024-11-03 01:30:01",
        "2024-11-03 02:30:00",
    ];
    assert_eq!(named(&calendar, &park), names.map(|name| format!("1 {name} a")));
    let one = |name: &str| {
        let name = name.replace(' ', "+");
        calendar.get(&format!("/calendar/event/1?occurrence={name}"), &park).json()["data"].clone()
    };
    assert_eq!(one(names[2])["occurrence"], names[2]);
    assert_eq!(one(names[2])["sdate"], "Sun, 03 Nov 2024 01:30:00 GMT");

    // The later one is changed by itself, and keeps its name.
    let this = json!({"occurrence": names[2]});
    let body = change(1, "2024-11-03 05:00:00", "2024-11-03 05:15:00", "b", this);
    assert_eq!(calendar.put("/calendar/event", &park, body).made(), 2);
    let event = calendar.get("/calendar/event/2", &park).json()["data"].clone();
    assert_eq!((&event["occurrence"], &event["series"]), (&json!(names[2]), &json!(1)));
    let body = json!({"event_id": 2, "occurrence": names[3]}).to_string();
    calendar
        .delete("/calendar/event", &park, body)
        .invalid("occurrence: expected the one that this event replaces, or none");
    // So the earlier one can be left out alone.
    let body = json!({"event_id": 1, "occurrence": names[1]}).to_string();
    calendar.delete("/calendar/event", &park, body).is(200, DONE);
    assert_eq!(
        named(&calendar, &park),
        ["1 2024-11-03 00:30:00 a", "1 2024-11-03 02:30:00 a", "2 2024-11-03 01:30:01 b",]
    );
    assert_eq!(
        calendar.rows("SELECT datetime(occurrence, 'unixepoch') FROM event WHERE id = 2"),
        ["2024-11-03 06:30:00"],
        "which is kept on the clock of the series"
    );
    // Left out and changed, they end up where they were.
    let body = json!({"event_id": 2, "occurrence": names[2]}).to_string();
    calendar.delete("/calendar/event", &park, body).is(200, DONE);
    assert_eq!(named(&calendar, &park).len(), 2);
}

#[test]
fn an_occurrence_alone_in_the_second_run_of_an_hour_is_found_by_the_time_that_is_shown() {
    let (calendar, park) = server_in("America/New_York");
    let (sdate, edate) = ("2024-11-02 06:30:00", "2024-11-02 06:45:00");
    let body = call(Some("UTC"), sdate, edate, "FREQ=DAILY;COUNT=3");
    calendar.post("/calendar/event", &park, body).made();
    assert_eq!(named(&calendar, &park), ["1 2024-11-03 01:30:01 a"]);
    let gone = r#"{"event_id": 1, "occurrence": "2024-11-03 01:30:00"}"#;
    calendar.delete("/calendar/event", &park, gone).is(200, DONE);
    assert_eq!(
        shown(&calendar, &park, "2024-11-01", "2024-11-10"),
        ["1 11-02 02:30 to 02:45 a", "1 11-04 01:30 to 01:45 a"]
    );
}

#[test]
fn whole_days_are_the_same_days_everywhere() {
    for zone in ["Asia/Seoul", "UTC", "America/Sao_Paulo"] {
        let (calendar, park) = server_in(zone);
        let body = json!({
            "sdate": "2017-10-14 00:00:00", "edate": "2017-10-15 00:00:00", "subject": "a",
            "all_day": true, "rrule": "FREQ=DAILY;COUNT=3",
        });
        calendar.post("/calendar/event", &park, body.to_string()).made();
        // In São Paulo, midnight of 15 October 2017 was skipped.
        assert_eq!(
            shown(&calendar, &park, "2017-10-10", "2017-10-20"),
            [
                "1 10-14 00:00 to 10-15 00:00 a",
                "1 10-15 00:00 to 10-16 00:00 a",
                "1 10-16 00:00 to 10-17 00:00 a"
            ],
            "{zone}"
        );
    }
}

#[test]
fn the_servers_own_zone_is_none_and_a_zone_goes_with_null() {
    let (calendar, park) = server_in("Asia/Seoul");
    let event = |id: i64| -> Value {
        calendar.get(&format!("/calendar/event/{id}"), &park).json()["data"].clone()
    };
    let zoned = |zone: &str| {
        let body = json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "a", "timezone": zone});
        calendar.post("/calendar/event", &park, body.to_string()).made()
    };
    let own = zoned("asia/seoul");
    assert_eq!(event(own).get("timezone"), None);
    let paris = zoned("europe/paris");
    assert_eq!(event(paris)["timezone"], "Europe/Paris");
    assert_eq!(super::line(&event(paris)), "2 06-20 16:00 to 17:00 a");
    let body = change(paris, "2017-06-20 18:00:00", "2017-06-20 19:00:00", "a", json!({}));
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    assert_eq!(event(paris)["timezone"], "Europe/Paris");
    assert_eq!(
        calendar.rows("SELECT properties FROM event WHERE id = 2"),
        [r#"{"zone":{"name":"Europe/Paris","starts":1497956400,"ends":1497960000}}"#]
    );
    let body =
        change(paris, "2017-06-20 18:00:00", "2017-06-20 19:00:00", "a", json!({"timezone": null}));
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    assert_eq!(event(paris).get("timezone"), None);
    assert_eq!(super::line(&event(paris)), "2 06-20 18:00 to 19:00 a");
}

/// A weekly series at 9:00 over a change of each clock, as three servers tell it.
#[test]
fn a_series_keeps_its_hour_over_every_change_of_its_clock_wherever_it_is_seen() {
    let cases = [
        // Put forward on 12 March 2023.
        (
            "America/New_York",
            "2023-03-06",
            ["03-06 23:00", "03-13 22:00"],
            ["03-06 14:00", "03-13 13:00"],
            ["03-06 11:00", "03-13 10:00"],
        ),
        // Put back on 2 April 2023.
        (
            "Australia/Sydney",
            "2023-03-28",
            ["03-28 07:00", "04-04 08:00"],
            ["03-27 22:00", "04-03 23:00"],
            ["03-27 19:00", "04-03 20:00"],
        ),
        // Put back on 2 April 2023, by half an hour.
        (
            "Australia/Lord_Howe",
            "2023-03-28",
            ["03-28 07:00", "04-04 07:30"],
            ["03-27 22:00", "04-03 22:30"],
            ["03-27 19:00", "04-03 19:30"],
        ),
        // Put forward on 26 March 2023: what is standard time there is that of the summer.
        (
            "Europe/Dublin",
            "2023-03-20",
            ["03-20 18:00", "03-27 17:00"],
            ["03-20 09:00", "03-27 08:00"],
            ["03-20 06:00", "03-27 05:00"],
        ),
        // Put back for Ramadan, on 19 March 2023.
        (
            "Africa/Casablanca",
            "2023-03-15",
            ["03-15 17:00", "03-22 18:00"],
            ["03-15 08:00", "03-22 09:00"],
            ["03-15 05:00", "03-22 06:00"],
        ),
    ];
    for (zone, day, seoul, utc, sao_paulo) in cases {
        for (server, starts) in
            [("Asia/Seoul", seoul), ("UTC", utc), ("America/Sao_Paulo", sao_paulo)]
        {
            let (calendar, park) = server_in(server);
            let (sdate, edate) = (format!("{day} 09:00:00"), format!("{day} 09:30:00"));
            let body = call(Some(zone), &sdate, &edate, "FREQ=WEEKLY;COUNT=2");
            calendar.post("/calendar/event", &park, body).made();
            let lines = shown(&calendar, &park, "2023-03-01", "2023-04-20");
            let seen: Vec<_> = lines.iter().map(|line| &line[2..13]).collect();
            assert_eq!(seen, starts, "{zone} seen from {server}");
        }
    }
}
