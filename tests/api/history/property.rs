//! Random changes by random people, each undone in the reverse order, lead back to exactly what was.

use serde_json::json;

use super::{EVENTS, OBJECTS, undo};
use crate::series::change;
use crate::support::calendar::{Calendar, KIM, PARK};

const VIEW: &str = "/calendar/range?sdate=2017-06-01+00:00:00&edate=2017-09-01+00:00:00";

const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20170619T105504Z\r\nDTSTART:20170619T200000\r\nDTEND:20170619T210000\r\nRRULE:FREQ=WEEKLY\r\nX-COLOUR:red\r\nSUMMARY:from elsewhere\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// What is stored, what both people see, and the files that they would get.
fn everything(calendar: &Calendar, people: &[String]) -> Vec<String> {
    let mut all = calendar.rows(EVENTS);
    all.extend(calendar.rows(OBJECTS));
    for token in people {
        for path in [VIEW, "/export", "/group/1/export"] {
            let body = calendar.get(path, token).body;
            all.push(body.split("\r\n").filter(|line| !line.starts_with("DTSTAMP")).collect());
        }
    }
    all
}

/// A random call about one of the events that are there.
fn random_call(
    calendar: &Calendar,
    rng: &mut fastrand::Rng,
) -> (&'static str, &'static str, String) {
    let ids = calendar.rows("SELECT id FROM event ORDER BY id");
    let id: i64 = ids.get(rng.usize(..ids.len().max(1))).map_or(1, |id| id.parse().unwrap());
    let (day, hour) = ([20, 27][rng.usize(..2)], rng.u8(8..20));
    let (sdate, edate) =
        (format!("2017-06-{day} {hour:02}:00:00"), format!("2017-06-{day} {hour:02}:30:00"));
    let scope = ["this", "following", "all"][rng.usize(..3)];
    let starts = format!("SELECT starts FROM event WHERE id = {id}");
    let starts: i64 = calendar.rows(&starts).first().map_or(0, |at| at.parse().unwrap());
    let at = jiff::Timestamp::from_second(starts + 604_800 * rng.i64(0..4)).unwrap();
    let occurrence = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let part = json!({"occurrence": occurrence, "scope": scope});
    let subject = format!("subject {}", rng.u8(..));
    let new = json!({"sdate": sdate, "edate": edate, "subject": subject});
    let body = |more: serde_json::Value| {
        let mut body = new.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    match rng.u8(..12) {
        0 => ("POST", "/calendar/event", new.to_string()),
        1 => ("POST", "/group/event", body(json!({"group_id": 1}))),
        2 => ("POST", "/calendar/event", body(json!({"rrule": "FREQ=WEEKLY;COUNT=6"}))),
        3 => (
            "POST",
            "/group/event",
            body(json!({"group_id": 1, "rrule": "FREQ=WEEKLY", "timezone": "Europe/Berlin"})),
        ),
        4 => ("POST", "/import", FILE.replace("from elsewhere", &subject)),
        5 => (
            "PUT",
            "/calendar/event",
            change(id, &sdate, &edate, &subject, json!({"location": "a", "private": rng.bool()})),
        ),
        6 | 7 => ("PUT", "/calendar/event", change(id, &sdate, &edate, &subject, part)),
        8 => (
            "PUT",
            "/calendar/event",
            change(id, &sdate, &edate, &subject, json!({"scope": "all"})),
        ),
        9 | 10 => ("DELETE", "/calendar/event", {
            let mut body = part;
            body["event_id"] = json!(id);
            body.to_string()
        }),
        _ => ("DELETE", "/calendar/event", json!({ "event_id": id }).to_string()),
    }
}

#[test]
fn random_changes_undone_in_reverse_order_lead_back_to_exactly_what_was() {
    for seed in 0..6 {
        let calendar = Calendar::new();
        let people = [PARK, KIM].map(|email| calendar.register(email));
        calendar.group(&people[0], "club");
        people.iter().for_each(|token| calendar.select(token, "1"));
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut done = Vec::new();
        for _ in 0..60 {
            let before = everything(&calendar, &people);
            let token = &people[rng.usize(..2)];
            let (method, path, body) = random_call(&calendar, &mut rng);
            let answer = calendar.call(method.parse().unwrap(), path, token, &body);
            match answer.header("X-Calendar-Entry") {
                Some(entry) => done.push((entry.parse().unwrap(), token, before, body)),
                None => assert_eq!(everything(&calendar, &people), before, "{}", answer.body),
            }
        }
        assert!(done.len() > 15, "only {} calls have changed something", done.len());
        for (entry, token, before, body) in done.iter().rev() {
            let mut answer = undo(&calendar, token, *entry);
            if answer.status == 401 {
                // Who makes somebody else's event private may not change it any more. Its owner may.
                let other = people.iter().find(|other| other != token).unwrap();
                answer = undo(&calendar, other, *entry);
            }
            assert_eq!(answer.status, 200, "seed {seed}: {body}: {}", answer.body);
            assert_eq!(&everything(&calendar, &people), before, "seed {seed}: {body}");
        }
    }
}
