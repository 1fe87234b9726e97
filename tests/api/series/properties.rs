//! What events say beside their subject and times.

use serde_json::{Value, json};

use super::{change, shown};
use crate::support::calendar::{Calendar, DONE, KIM, PARK};

/// All properties, as a request and an answer have them.
fn all() -> Value {
    json!({
        "location": "수영장 2층", "description": "Bring\ntowels", "url": "https://pool.example/?a=b",
        "status": "tentative", "free": true, "private": true, "reminders": [10, 1440],
    })
}

fn with(more: Value) -> String {
    let mut body =
        json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "a"});
    let Value::Object(more) = more else { return body.to_string() };
    body.as_object_mut().unwrap().extend(more);
    body.to_string()
}

/// The keys of event `id` beside the ten that every event has.
fn more(calendar: &Calendar, token: &str, id: i64) -> Value {
    let mut event = calendar.get(&format!("/calendar/event/{id}"), token).json()["data"].clone();
    let keys = event.as_object_mut().unwrap();
    for key in [
        "id",
        "email",
        "useremail",
        "subject",
        "group",
        "sdate",
        "edate",
        "created",
        "updated",
        "birthday",
        "revision",
    ] {
        assert!(keys.remove(key).is_some(), "{key}");
    }
    event
}

#[test]
fn what_is_sent_comes_back_in_every_answer() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let id = calendar.post("/calendar/event", &park, with(all())).made();
    assert_eq!(more(&calendar, &park, id), all());
    let list = calendar.get("/calendar/month?year_month=2017-06", &park).json()["data"].clone();
    let found = calendar.get("/calendar/search?search_word=a", &park).json()["data"].clone();
    assert_eq!(list, found);
    for (key, value) in all().as_object().unwrap() {
        assert_eq!(&list[0][key], value, "{key}");
    }
    assert_eq!(
        calendar.rows("SELECT private, properties, properties_folded FROM event"),
        [r#"1|{"location":"수영장 2층","description":"Bring\ntowels","url":"https://pool.example/?a=b","status":"tentative","free":true,"reminders":[10,1440]}|"#.to_owned()
            + "수영장 2층\nbring\ntowels"]
    );
}

#[test]
fn what_a_change_leaves_out_stays_and_null_takes_it_away() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let id = calendar.post("/calendar/event", &park, with(all())).made();
    let change = |more| change(id, "2017-06-21 09:00:00", "2017-06-21 10:00:00", "b", more);
    calendar.put("/calendar/event", &park, change(json!({}))).is(200, DONE);
    assert_eq!(more(&calendar, &park, id), all());
    calendar
        .put("/calendar/event", &park, change(json!({"location": "x", "url": null, "free": null})))
        .is(200, DONE);
    let mut left = all();
    left["location"] = json!("x");
    left.as_object_mut().unwrap().retain(|key, _| key != "url" && key != "free");
    assert_eq!(more(&calendar, &park, id), left);
    let nothing = json!({"location": null, "description": null, "status": null, "private": null, "reminders": null});
    calendar.put("/calendar/event", &park, change(nothing)).is(200, DONE);
    assert_eq!(more(&calendar, &park, id), json!({}));
    assert_eq!(
        calendar.rows("SELECT subject, private, properties, properties_folded FROM event"),
        ["b|0|-|-"]
    );
    // Null and false say nothing in a new event either.
    let nothing = json!({"location": null, "free": false, "private": false, "all_day": false, "rrule": null, "reminders": []});
    let plain = calendar.post("/calendar/event", &park, with(nothing)).made();
    assert_eq!(more(&calendar, &park, plain), json!({}));
}

#[test]
fn a_property_of_another_form_is_refused_by_name() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let url = "url: expected an http or https address of at most 2048 characters";
    let reminders = "reminders: expected at most 10 integers from 0 to 5256000";
    for (given, detail) in [
        (json!({"location": ""}), "location: expected 1 to 1024 characters"),
        (json!({"location": "x".repeat(1025)}), "location: expected 1 to 1024 characters"),
        (json!({"location": 1}), "location: expected a string"),
        (json!({"description": " "}), "description: expected 1 to 16384 characters"),
        (
            json!({"description": "가".repeat(16_385)}),
            "description: expected 1 to 16384 characters",
        ),
        (json!({"url": "javascript:alert(1)"}), url),
        (json!({"url": "jungi.me"}), url),
        (
            json!({"timezone": "Mars/Base"}),
            "timezone: expected an IANA name such as \"Europe/Paris\"",
        ),
        (json!({"timezone": "UTC+9"}), "timezone: expected an IANA name such as \"Europe/Paris\""),
        (json!({"status": "confirmed"}), "status: expected \"tentative\" or \"cancelled\""),
        (json!({"free": "yes"}), "free: expected true or false"),
        (json!({"private": 1}), "private: expected true or false"),
        (json!({"reminders": 10}), "reminders: expected an array of integers"),
        (json!({"reminders": ["10"]}), "reminders: expected an array of integers"),
        (json!({"reminders": [-1]}), reminders),
        (json!({"reminders": [1.5]}), "reminders: expected an array of integers"),
        (json!({"reminders": vec![1; 11]}), reminders),
        (json!({"all_day": true}), "sdate: expected a midnight, since the event lasts whole days"),
        (
            json!({"all_day": true, "timezone": "Europe/Paris"}),
            "timezone: expected none beside all_day",
        ),
        (json!({"scope": "later"}), ""),
    ] {
        let answer = calendar.post("/calendar/event", &park, with(given.clone()));
        // Call 5 knows no scope: an unknown key is ignored.
        if detail.is_empty() {
            answer.made();
        } else {
            answer.invalid(detail);
        }
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
    calendar
        .put(
            "/calendar/event",
            &park,
            change(1, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "a", json!({"scope": "later"})),
        )
        .invalid("scope: expected \"this\", \"following\" or \"all\"");
}

#[test]
fn whole_days_end_at_the_midnight_after_the_last() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let days = |sdate: &str, edate: &str| {
        json!({"sdate": sdate, "edate": edate, "subject": "trip", "all_day": true}).to_string()
    };
    let id = calendar
        .post("/calendar/event", &park, days("2017-06-20 00:00:00", "2017-06-22 00:00:00"))
        .made();
    assert_eq!(more(&calendar, &park, id), json!({"all_day": true}));
    assert_eq!(shown(&calendar, &park, "2017-06-21", "2017-06-22").len(), 1);
    assert_eq!(shown(&calendar, &park, "2017-06-22", "2017-06-23").len(), 0);
    let end = "edate: expected the midnight after the last day";
    calendar
        .post("/calendar/event", &park, days("2017-06-20 00:00:00", "2017-06-20 00:00:00"))
        .invalid(end);
    calendar
        .post("/calendar/event", &park, days("2017-06-20 00:00:00", "2017-06-21 00:00:01"))
        .invalid("edate: expected a midnight, since the event lasts whole days");
    // A client that knows no whole days cannot make it something between.
    calendar
        .put(
            "/calendar/event",
            &park,
            change(id, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "trip", json!({})),
        )
        .invalid("sdate: expected a midnight, since the event lasts whole days");
    calendar
        .put(
            "/calendar/event",
            &park,
            change(
                id,
                "2017-06-20 09:00:00",
                "2017-06-20 10:00:00",
                "trip",
                json!({"all_day": null}),
            ),
        )
        .is(200, DONE);
    assert_eq!(more(&calendar, &park, id), json!({}));
}

#[test]
fn others_see_when_a_private_event_is_and_not_what() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    let group = calendar.group(&park, "family");
    calendar.select(&park, "1");
    calendar.select(&kim, "1");
    let mut given = all();
    given["group_id"] = json!(group);
    given["subject"] = json!("Doctor");
    given["rrule"] = json!("FREQ=DAILY;COUNT=2");
    let id = calendar.post("/group/event", &park, with(given)).made();
    let (day, other) = ("2017-06-20", "2017-06-22");
    assert_eq!(
        shown(&calendar, &park, day, other),
        ["1 06-20 09:00 to 10:00 Doctor", "1 06-21 09:00 to 10:00 Doctor"]
    );
    assert_eq!(
        shown(&calendar, &kim, day, other),
        ["1 06-20 09:00 to 10:00 Busy", "1 06-21 09:00 to 10:00 Busy"]
    );
    let seen = json!({
        "status": "tentative", "free": true, "private": true,
        "rrule": "FREQ=DAILY;COUNT=2", "occurrence": "2017-06-20 09:00:00",
    });
    assert_eq!(more(&calendar, &kim, id), seen);
    let found = |token: &str, word: &str| {
        let path = format!("/calendar/search?search_word={word}&in=all");
        calendar.get(&path, token).json()["data"].as_array().unwrap().len()
    };
    for word in ["Doctor", "towels", "2%EC%B8%B5"] {
        assert_eq!((found(&park, word), found(&kim, word)), (1, 0), "{word}");
    }
    assert_eq!(found(&kim, "Busy"), 0);
    // Changed by itself, an occurrence is as private.
    let body = change(
        id,
        "2017-06-21 11:00:00",
        "2017-06-21 12:00:00",
        "Surgeon",
        json!({"occurrence": "2017-06-21 09:00:00"}),
    );
    let changed = calendar.put("/calendar/event", &park, body).made();
    assert_eq!(
        shown(&calendar, &kim, "2017-06-21", other),
        [format!("{changed} 06-21 11:00 to 12:00 Busy")]
    );
    let path = format!("/calendar/event/{id}?occurrence=2017-06-21+09:00:00");
    assert_eq!(calendar.get(&path, &kim).json()["data"]["subject"], "Busy");
    assert_eq!(calendar.get(&path, &park).json()["data"]["subject"], "Surgeon");
    assert_eq!(found(&kim, "Surgeon"), 0);
}

#[test]
fn a_search_of_all_finds_places_and_notes_each_event_once_and_in_parts() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    for (day, subject, location, description) in [
        ("20", "pool", "Pool 1", "at the pool"),
        ("21", "other", "the POOL", "x"),
        ("22", "pool again", "elsewhere", "x"),
        ("23", "nothing", "elsewhere", "ｐｏｏｌ"),
    ] {
        let time = format!("2017-06-{day} 09:00:00");
        let body = json!({"sdate": time, "edate": time, "subject": subject, "location": location, "description": description});
        calendar.post("/calendar/event", &park, body.to_string()).made();
    }
    let ids = |token: &str, query: &str| {
        let answer = calendar.get(&format!("/calendar/search?search_word=pool{query}"), token);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let events = answer.json()["data"].as_array().unwrap().clone();
        events.iter().map(|event| event["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&park, ""), [1, 3]);
    assert_eq!(ids(&park, "&in=subject"), [1, 3]);
    assert_eq!(ids(&park, "&in=all"), [1, 2, 3, 4]);
    assert_eq!(ids(&park, "&in=all&limit=2"), [1, 2]);
    assert_eq!(ids(&park, "&in=all&limit=2&after=2"), [3, 4]);
    assert_eq!(ids(&kim, "&in=all"), [0; 0]);
    calendar
        .get("/calendar/search?search_word=pool&in=notes", &park)
        .invalid("in: expected \"subject\" or \"all\"");
}

#[test]
fn a_birthday_is_a_day_and_has_no_properties() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.put("/calendar/birthday", &park, r#"{"birthday": "1990-06-22"}"#).is(200, DONE);
    let body = |more| change(1, "1990-06-23 00:00:00", "1990-06-23 00:00:00", "me", more);
    calendar
        .put("/calendar/event", &park, body(json!({"location": "home"})))
        .invalid("location: expected none, since a birthday has a subject and a day alone");
    calendar
        .put("/calendar/event", &park, body(json!({"occurrence": "2017-06-22 00:00:00"})))
        .invalid("occurrence: expected none, since a birthday is changed as a whole");
    calendar
        .put("/calendar/event", &park, body(json!({"scope": "this"})))
        .invalid("scope: expected none, since a birthday is changed as a whole");
    calendar
        .put("/calendar/event", &park, body(json!({"scope": "all", "location": null})))
        .is(200, DONE);
    assert_eq!(more(&calendar, &park, 1), json!({}));
    assert_eq!(shown(&calendar, &park, "2017-06-20", "2017-06-30"), ["1 06-23 00:00 to 00:00 me"]);
    calendar
        .delete(
            "/calendar/event",
            &park,
            r#"{"event_id": 1, "scope": "this", "occurrence": "2017-06-23 00:00:00"}"#,
        )
        .invalid("occurrence: expected none, since the event does not repeat");
    calendar.delete("/calendar/event", &park, r#"{"event_id": 1}"#).is(200, DONE);
}
