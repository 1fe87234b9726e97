//! Calendars go out as files.

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{NOTHING, exported, file, import, report, single, unfolded};
use crate::series::shown;
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};

#[test]
fn an_event_of_the_api_is_written_as_rfc_5545_has_it() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.event(
        &park,
        "2017-06-20 09:00:00",
        "2017-06-20 12:00:00",
        "회의, 점심; 그리고\\ 저녁",
    );
    let answer = calendar.get("/export", &park);
    assert_eq!(answer.header("Content-Type"), Some("text/calendar; charset=utf-8"));
    let suffix = calendar.rows("SELECT uid_suffix FROM database_identity").remove(0);
    assert_eq!(suffix.len(), 32);
    let lines = unfolded(&answer.body);
    let event = lines.iter().position(|line| line == "BEGIN:VEVENT").unwrap();
    assert_eq!(
        lines[event..],
        [
            "BEGIN:VEVENT",
            &format!("UID:1@{suffix}"),
            "DTSTAMP:20170619T105504Z",
            "CREATED:20170619T105504Z",
            "LAST-MODIFIED:20170619T105504Z",
            "SUMMARY:회의\\, 점심\\; 그리고\\\\ 저녁",
            "DTSTART;TZID=Asia/Seoul:20170620T090000",
            "DTEND;TZID=Asia/Seoul:20170620T120000",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    );
    assert_eq!(lines[..2], ["BEGIN:VCALENDAR", "VERSION:2.0"]);
    assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VTIMEZONE").count(), 1);
    assert!(answer.body.split("\r\n").all(|line| line.len() <= 75));
}

#[test]
fn a_group_goes_out_as_the_caller_sees_it() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let body = json!({"group_id": 1, "sdate": "2017-06-21 09:00:00", "edate": "2017-06-21 10:00:00", "subject": "secret", "private": true, "location": "nowhere"});
    calendar.post("/group/event", &kim, body.to_string()).made();
    import(
        &calendar,
        &kim,
        "?group=1",
        &file(&single(
            "p",
            "20170622T000000Z",
            "SUMMARY:hidden\nCLASS:PRIVATE\nCOMMENT:not for all\n",
        )),
    )
    .is(200, &report([1, 1, 0, 0, 0], ""));
    let own = exported(&calendar, &kim, Some(1));
    assert!(own.contains("SUMMARY:secret") && own.contains("COMMENT:not for all"), "{own}");
    let others = exported(&calendar, &park, Some(1));
    assert_eq!(others.matches("BEGIN:VEVENT").count(), 2);
    for hidden in ["secret", "hidden", "nowhere", "not for all"] {
        assert!(!others.contains(hidden), "{others}");
    }
    // What cannot be shown in part is not shown at all.
    let todo = |uid: &str, class: &str| {
        format!(
            "BEGIN:VTODO\nUID:{uid}\nDTSTAMP:20170601T000000Z\nSUMMARY:{uid}\n{class}END:VTODO\n"
        )
    };
    let todos =
        [todo("open", ""), todo("own", "CLASS:PRIVATE\n"), todo("odd", "CLASS:X-STAFF\n")].concat();
    import(&calendar, &kim, "?group=1", &file(&todos)).is(200, &report([3, 3, 0, 0, 0], ""));
    let summaries = |token: &str| {
        let lines = unfolded(&exported(&calendar, token, Some(1)));
        ["open", "own", "odd"].map(|uid| lines.contains(&format!("SUMMARY:{uid}")))
    };
    assert_eq!((summaries(&kim), summaries(&park)), ([true; 3], [true, false, false]));
    calendar.get("/group/7/export", &park).not_found("group 7 does not exist");
    calendar.get("/export", "").without_token();
}

#[test]
fn an_export_is_known_by_its_tag() {
    let (calendar, park) = Calendar::populated();
    for path in ["/export", "/group/1/export"] {
        let uri = format!("/api/v1{path}");
        let tag = calendar.get(path, &park).header("ETag").unwrap().to_owned();
        let again = |tag: &str| {
            let headers = [("X-calendar-access-token", park.as_str()), ("If-None-Match", tag)];
            calendar.send(rocket::http::Method::Get, &uri, &headers, "").status
        };
        assert_eq!(again(&tag), 304);
        calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "more");
        calendar.group_event(&park, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "more");
        assert_eq!(again(&tag), 200);
    }
}

#[test]
fn a_birthday_comes_back_as_one() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.put("/calendar/birthday", &park, r#"{"birthday": "1984-02-29"}"#).is(200, DONE);
    let text = exported(&calendar, &park, None);
    assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1\r\n"), "{text}");
    assert!(text.contains("DTSTART;VALUE=DATE:19840229\r\n"), "{text}");
    let other = Calendar::new();
    let kim = other.register(KIM);
    import(&other, &kim, "", &text).is(200, &report([1, 1, 0, 0, 0], ""));
    let birthday = |calendar: &Calendar, token: &str| {
        let mut event = calendar.get("/calendar/birthday", token).json()["data"].clone();
        for key in ["revision", "email", "useremail"] {
            event.as_object_mut().unwrap().remove(key);
        }
        event
    };
    assert_eq!(birthday(&other, &kim), birthday(&calendar, &park));
}

/// A body of call 5.
fn body() -> impl Strategy<Value = Value> {
    let texts = || prop::option::of("[a-z,;: \\\\\u{d55c}\u{1f600}]{1,90}[a-z]");
    let rules = prop::sample::select(vec![
        None,
        Some("FREQ=DAILY;COUNT=9"),
        Some("FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2"),
        Some("FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20181231T000000"),
        Some("FREQ=YEARLY"),
    ]);
    let zones = prop::sample::select(vec![
        None,
        Some("America/New_York"),
        Some("Europe/Dublin"),
        Some("UTC"),
    ]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), 0..3_usize);
    (0..400_i32, 0..24_i8, 0..50_i64, texts(), texts(), rules, zones, flags).prop_map(
        |(day, hour, length, subject, notes, rule, zone, (all_day, free, private, reminders))| {
            let day = date(2017, 6, 1).checked_add(day.days()).unwrap();
            let start = day.at(if all_day { 0 } else { hour }, 0, 0, 0);
            let end = start.checked_add(if all_day { (length / 24 + 1) * 24 } else { length }.hours()).unwrap();
            let typed = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
            let mut body = json!({
                "sdate": typed(start), "edate": typed(end), "all_day": all_day, "free": free, "private": private,
                "subject": format!("s{}", subject.unwrap_or_default()),
                "reminders": (0..reminders).map(|n| 10 * n).collect::<Vec<_>>(),
            });
            for (name, value) in [("description", notes), ("rrule", rule.map(str::to_owned)), ("timezone", zone.filter(|_| !all_day).map(str::to_owned))] {
                if let Some(value) = value {
                    body[name] = value.into();
                }
            }
            body
        },
    )
}

/// All that a calendar shows in two years, without what a copy has of its own.
fn all(calendar: &Calendar, token: &str) -> Vec<Value> {
    let mut events = Vec::new();
    for (from, until) in [("2017-06-01", "2018-06-01"), ("2018-06-01", "2019-06-01")] {
        let path = crate::series::range(from, until);
        events.extend(calendar.get(&path, token).json()["data"].as_array().unwrap().clone());
    }
    for event in &mut events {
        let event = event.as_object_mut().unwrap();
        for name in ["id", "series", "created", "updated", "email", "useremail"] {
            event.remove(name);
        }
        // A single time in UTC is one on the clock of the server.
        if event.get("rrule").is_none() && event.get("timezone") == Some(&json!("UTC")) {
            event.remove("timezone");
        }
        // An end is written in UTC (RFC 5545, 3.3.10).
        if let Some(rule) =
            event.get("rrule").and_then(Value::as_str).and_then(|rule| rule.split(";UNTIL").next())
        {
            let rule = rule.to_owned();
            event.insert("rrule".into(), rule.into());
        }
    }
    events.sort_by_key(ToString::to_string);
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_calendar_comes_back_as_it_went_out(bodies in prop::collection::vec(body(), 1..8), moved in any::<bool>(), zone in prop::sample::select(vec!["Asia/Seoul", "Europe/Paris"])) {
        let calendar = Calendar::with(Settings { zone, ..Settings::default() });
        let park = calendar.register(PARK);
        for body in &bodies {
            calendar.post("/calendar/event", &park, body.to_string()).made();
        }
        // An occurrence of each series is changed by itself, and one left out.
        for occurrence in shown_series(&calendar, &park) {
            let (id, at) = (&occurrence["id"], &occurrence["occurrence"]);
            if moved {
                let body = json!({"event_id": id, "occurrence": at, "sdate": "2018-01-01 00:00:00", "edate": "2018-01-02 00:00:00", "subject": "moved"});
                calendar.put("/calendar/event", &park, body.to_string());
            } else {
                calendar.delete("/calendar/event", &park, json!({"event_id": id, "occurrence": at}).to_string()).is(200, DONE);
            }
        }
        let text = exported(&calendar, &park, None);
        let copy = Calendar::with(Settings { zone, ..Settings::default() });
        let kim = copy.register(KIM);
        let answer = import(&copy, &kim, "", &text);
        prop_assert_eq!(&answer.json()["data"]["items"], &json!([]), "{}", answer.body);
        prop_assert_eq!(all(&copy, &kim), all(&calendar, &park), "{}", text);
        // And what goes out of the copy is what came in.
        let mut again = unfolded(&exported(&copy, &kim, None));
        let mut first = unfolded(&text);
        again.retain(|line| !line.starts_with("NAME:") && !line.starts_with("X-WR-CALNAME:"));
        first.retain(|line| !line.starts_with("NAME:") && !line.starts_with("X-WR-CALNAME:"));
        again.sort();
        first.sort();
        prop_assert_eq!(again, first);
    }
}

/// The second occurrence of each series.
fn shown_series(calendar: &Calendar, token: &str) -> Vec<Value> {
    let events =
        calendar.get(&crate::series::range("2017-06-01", "2018-06-01"), token).json()["data"]
            .clone();
    let mut seen = std::collections::BTreeMap::<i64, usize>::new();
    let second = |event: &&Value| {
        let id = event["id"].as_i64().unwrap();
        let count = seen.entry(id).or_default();
        *count += 1;
        event.get("occurrence").is_some() && *count == 2
    };
    events.as_array().unwrap().iter().filter(second).cloned().collect()
}

#[test]
fn an_empty_calendar_goes_out_too() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let text = exported(&calendar, &park, None);
    import(&calendar, &park, "", &text).is(200, &report([0, 0, 0, 0, 0], NOTHING));
    assert_eq!(shown(&calendar, &park, "2017-06-01", "2017-07-01"), [""; 0]);
}
