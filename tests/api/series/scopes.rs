//! Changes and deletions of one occurrence, of one and all after it, and of all.

use serde_json::{Value, json};

use super::{LESSON, change, shown};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};

const ROWS: &str = "SELECT id, subject, datetime(starts, 'unixepoch'), rule, exceptions, series_id,
    datetime(occurrence, 'unixepoch') FROM event ORDER BY id";

/// The swimming lesson, event 1.
struct Lesson {
    calendar: Calendar,
    park: String,
}

impl Lesson {
    fn new() -> Self {
        Self::with(&json!({}))
    }

    fn with(more: &Value) -> Self {
        let calendar = Calendar::new();
        let park = calendar.register(PARK);
        let mut body: Value = serde_json::from_str(LESSON).unwrap();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        calendar.post("/calendar/event", &park, body.to_string()).made();
        Self { calendar, park }
    }

    fn put(&self, id: i64, sdate: &str, edate: &str, subject: &str, more: Value) -> Answer {
        self.calendar.put("/calendar/event", &self.park, change(id, sdate, edate, subject, more))
    }

    fn delete(&self, body: &Value) -> Answer {
        self.calendar.delete("/calendar/event", &self.park, body.to_string())
    }

    /// From 20 June to 19 July.
    #[track_caller]
    fn shows(&self, expected: &[&str]) {
        assert_eq!(shown(&self.calendar, &self.park, "2017-06-01", "2017-07-19"), expected);
    }

    fn rows(&self) -> Vec<String> {
        self.calendar.rows(ROWS)
    }
}

const ALL: [&str; 5] = [
    "1 06-20 09:00 to 10:00 Swimming",
    "1 06-27 09:00 to 10:00 Swimming",
    "1 07-04 09:00 to 10:00 Swimming",
    "1 07-11 09:00 to 10:00 Swimming",
    "1 07-18 09:00 to 10:00 Swimming",
];

#[test]
fn a_client_that_knows_no_series_changes_the_subject_of_all_and_no_time() {
    let lesson = Lesson::with(&json!({"location": "pool"}));
    lesson.put(1, "2017-07-04 09:00:00", "2017-07-04 10:00:00", "Diving", json!({})).is(200, DONE);
    lesson
        .shows(&ALL.map(|line| line.replace("Swimming", "Diving")).each_ref().map(String::as_str));
    assert_eq!(
        lesson.calendar.get("/calendar/event/1", &lesson.park).json()["data"]["location"],
        "pool"
    );
    for (sdate, edate) in [
        ("2017-07-04 10:00:00", "2017-07-04 11:00:00"),
        ("2017-07-04 09:00:00", "2017-07-04 11:00:00"),
        ("2017-07-05 09:00:00", "2017-07-05 10:00:00"),
    ] {
        lesson
            .put(1, sdate, edate, "no", json!({}))
            .invalid("occurrence: required, since sdate and edate are those of no occurrence");
    }
    lesson.delete(&json!({"event_id": 1})).is(200, DONE);
    assert_eq!(lesson.rows(), [""; 0]);
}

#[test]
fn one_occurrence_is_changed_and_changed_back() {
    let lesson = Lesson::new();
    let this = json!({"occurrence": "2017-07-04 09:00:00"});
    let made = lesson.put(1, "2017-07-05 11:00:00", "2017-07-05 12:00:00", "Diving", this.clone());
    assert_eq!(made.made(), 2);
    let changed = [ALL[0], ALL[1], "2 07-05 11:00 to 12:00 Diving", ALL[3], ALL[4]];
    lesson.shows(&changed);
    let event = lesson.calendar.get("/calendar/event/2", &lesson.park).json()["data"].clone();
    assert_eq!(event["series"], 1);
    assert_eq!(event["occurrence"], "2017-07-04 09:00:00");
    assert_eq!(event.get("rrule"), None);
    // By the series and the name of the occurrence, also after that.
    let path = "/calendar/event/1?occurrence=2017-07-04+09:00:00";
    assert_eq!(lesson.calendar.get(path, &lesson.park).json()["data"]["id"], 2);
    lesson
        .put(1, "2017-07-05 11:00:00", "2017-07-05 13:00:00", "Diving", this.clone())
        .is(200, DONE);
    // By its own id, as a client that knows no series.
    lesson.put(2, "2017-07-05 12:00:00", "2017-07-05 13:00:00", "Diving", json!({})).is(200, DONE);
    lesson.shows(&[ALL[0], ALL[1], "2 07-05 12:00 to 13:00 Diving", ALL[3], ALL[4]]);
    lesson
        .put(
            2,
            "2017-07-05 12:00:00",
            "2017-07-05 13:00:00",
            "Diving",
            json!({"rrule": "FREQ=DAILY"}),
        )
        .invalid("rrule: expected none for a single occurrence, unless scope is sent too");
    lesson
        .put(
            2,
            "2017-07-05 12:00:00",
            "2017-07-05 13:00:00",
            "Diving",
            json!({"occurrence": "2017-07-05 12:00:00"}),
        )
        .invalid("occurrence: expected the one that this event replaces, or none");
    // Given back what the series has for it, it is one of it again.
    lesson.put(1, "2017-07-04 09:00:00", "2017-07-04 10:00:00", "Swimming", this).is(200, DONE);
    lesson.shows(&ALL);
    assert_eq!(lesson.rows(), ["1|Swimming|2017-06-20 09:00:00|FREQ=WEEKLY|-|-|-"]);
}

#[test]
fn one_occurrence_is_left_out_and_put_back() {
    let lesson = Lesson::new();
    let this = json!({"event_id": 1, "occurrence": "2017-07-04 09:00:00"});
    lesson.delete(&this).is(200, DONE);
    let left = [ALL[0], ALL[1], ALL[3], ALL[4]];
    lesson.shows(&left);
    assert_eq!(lesson.rows(), ["1|Swimming|2017-06-20 09:00:00|FREQ=WEEKLY|[1499158800]|-|-"]);
    let path = "/calendar/event/1?occurrence=2017-07-04+09:00:00";
    lesson
        .calendar
        .get(path, &lesson.park)
        .not_found("the occurrence of event 1 at 2017-07-04 09:00:00 is left out");
    lesson.delete(&this).is(200, DONE);
    lesson.shows(&left);
    let this = json!({"occurrence": "2017-07-04 09:00:00", "scope": "this"});
    lesson.put(1, "2017-07-04 09:00:00", "2017-07-04 10:00:00", "Swimming", this).is(200, DONE);
    lesson.shows(&ALL);
    lesson
        .delete(&json!({"event_id": 1, "occurrence": "2017-07-05 09:00:00"}))
        .invalid("occurrence: expected the start of an occurrence of the series");
    lesson
        .delete(&json!({"event_id": 1, "scope": "this"}))
        .invalid("occurrence: required with this scope, but missing");
    // A changed one is left out by its own id too.
    let this = json!({"occurrence": "2017-07-04 09:00:00"});
    let id = lesson.put(1, "2017-07-04 11:00:00", "2017-07-04 12:00:00", "Diving", this).made();
    lesson.delete(&json!({"event_id": id})).is(200, DONE);
    lesson.shows(&left);
    // The first one is left out: the series goes on with the second.
    lesson.delete(&json!({"event_id": 1, "occurrence": "2017-06-20 09:00:00"})).is(200, DONE);
    let first =
        lesson.calendar.get("/calendar/event/1", &lesson.park).json()["data"]["occurrence"].clone();
    assert_eq!(first, "2017-06-27 09:00:00");
}

#[test]
fn a_series_of_which_nothing_is_left_is_gone() {
    let lesson = Lesson::with(&json!({"rrule": "FREQ=WEEKLY;COUNT=2"}));
    lesson.shows(&ALL[..2]);
    lesson.delete(&json!({"event_id": 1, "occurrence": "2017-06-20 09:00:00"})).is(200, DONE);
    let this = json!({"occurrence": "2017-06-27 09:00:00"});
    let id = lesson.put(1, "2017-06-28 09:00:00", "2017-06-28 10:00:00", "Diving", this).made();
    lesson.shows(&["2 06-28 09:00 to 10:00 Diving"]);
    lesson.delete(&json!({"event_id": id})).is(200, DONE);
    assert_eq!(lesson.rows(), [""; 0]);
    assert_eq!(lesson.calendar.rows("SELECT events FROM user"), ["0"]);
}

#[test]
fn one_and_all_after_it_become_a_series_of_their_own() {
    let lesson = Lesson::with(&json!({"rrule": "FREQ=WEEKLY;COUNT=5", "location": "pool"}));
    lesson.delete(&json!({"event_id": 1, "occurrence": "2017-06-27 09:00:00"})).is(200, DONE);
    lesson.delete(&json!({"event_id": 1, "occurrence": "2017-07-11 09:00:00"})).is(200, DONE);
    let last = json!({"occurrence": "2017-07-18 09:00:00"});
    assert_eq!(lesson.put(1, "2017-07-18 15:00:00", "2017-07-18 16:00:00", "Race", last).made(), 2);
    let following = json!({"occurrence": "2017-07-04 09:00:00", "scope": "following"});
    let made =
        lesson.put(1, "2017-07-05 10:00:00", "2017-07-05 12:00:00", "Diving", following).made();
    assert_eq!(made, 3);
    lesson.shows(&[ALL[0], "3 07-05 10:00 to 12:00 Diving", "2 07-18 15:00 to 16:00 Race"]);
    assert_eq!(
        lesson.rows(),
        [
            "1|Swimming|2017-06-20 09:00:00|FREQ=WEEKLY;UNTIL=20170704T085959|[1498554000]|-|-",
            "2|Race|2017-07-18 15:00:00|-|-|3|2017-07-19 10:00:00",
            "3|Diving|2017-07-05 10:00:00|FREQ=WEEKLY;COUNT=3|[1499853600,1500458400]|-|-",
        ]
        .map(|row| row.replace("20170703T235959Z", &until(&lesson)))
    );
    assert_eq!(
        lesson.calendar.get("/calendar/event/3", &lesson.park).json()["data"]["location"],
        "pool"
    );
    // It deletes with its own, not with the first.
    lesson.delete(&json!({"event_id": 1, "scope": "all"})).is(200, DONE);
    lesson.shows(&["3 07-05 10:00 to 12:00 Diving", "2 07-18 15:00 to 16:00 Race"]);
    lesson.delete(&json!({"event_id": 3})).is(200, DONE);
    assert_eq!(lesson.rows(), [""; 0]);
}

/// The end that the first part was given.
fn until(lesson: &Lesson) -> String {
    let rule = lesson.calendar.rows("SELECT rule FROM event WHERE id = 1").remove(0);
    let until = rule.split_once("UNTIL=").unwrap().1.to_owned();
    // Before 4 July 09:00 in Seoul, after 27 June.
    assert!(("20170627T090001".."20170704T090000").contains(&until.as_str()), "{until}");
    until
}

#[test]
fn from_the_first_on_is_all() {
    let lesson = Lesson::new();
    let following = json!({"occurrence": "2017-06-20 09:00:00", "scope": "following"});
    lesson
        .put(1, "2017-06-20 10:00:00", "2017-06-20 11:00:00", "Swimming", following)
        .is(200, DONE);
    let moved = ALL.map(|line| line.replace("09:00 to 10:00", "10:00 to 11:00"));
    lesson.shows(&moved.each_ref().map(String::as_str));
    let following =
        json!({"event_id": 1, "occurrence": "2017-06-20 10:00:00", "scope": "following"});
    lesson.delete(&following).is(200, DONE);
    assert_eq!(lesson.rows(), [""; 0]);
}

#[test]
fn all_move_by_as_much_as_the_one_that_is_named() {
    let lesson = Lesson::with(&json!({"rrule": "FREQ=WEEKLY;BYDAY=TU,TH"}));
    lesson.delete(&json!({"event_id": 1, "occurrence": "2017-06-22 09:00:00"})).is(200, DONE);
    let this = json!({"occurrence": "2017-07-04 09:00:00"});
    assert_eq!(lesson.put(1, "2017-07-04 20:00:00", "2017-07-04 21:00:00", "Late", this).made(), 2);
    let all = json!({"occurrence": "2017-06-27 09:00:00", "scope": "all"});
    lesson.put(1, "2017-06-28 10:30:00", "2017-06-28 11:00:00", "Diving", all).is(200, DONE);
    lesson.shows(&[
        "1 06-21 10:30 to 11:00 Diving",
        "1 06-28 10:30 to 11:00 Diving",
        "1 06-30 10:30 to 11:00 Diving",
        "2 07-04 20:00 to 21:00 Late",
        "1 07-07 10:30 to 11:00 Diving",
        "1 07-12 10:30 to 11:00 Diving",
        "1 07-14 10:30 to 11:00 Diving",
    ]);
    assert_eq!(
        lesson.rows(),
        [
            "1|Diving|2017-06-21 10:30:00|FREQ=WEEKLY;BYDAY=WE,FR|[1498213800,1499250600]|-|-",
            "2|Late|2017-07-04 20:00:00|-|-|1|2017-07-05 10:30:00",
        ]
    );
    // And all the way back.
    let all = json!({"occurrence": "2017-06-28 10:30:00", "scope": "all", "rrule": "FREQ=WEEKLY;BYDAY=TU,TH"});
    lesson.put(1, "2017-06-27 09:00:00", "2017-06-27 10:00:00", "Swimming", all).is(200, DONE);
    assert_eq!(
        lesson.rows()[0],
        "1|Swimming|2017-06-20 09:00:00|FREQ=WEEKLY;BYDAY=TU,TH|[1498122000,1499158800]|-|-"
    );
}

#[test]
fn all_without_an_occurrence_get_new_first_times() {
    let lesson = Lesson::new();
    let all = json!({"scope": "all", "rrule": "FREQ=DAILY;COUNT=2"});
    lesson.put(1, "2017-07-01 09:00:00", "2017-07-01 09:30:00", "Swimming", all).is(200, DONE);
    lesson.shows(&["1 07-01 09:00 to 09:30 Swimming", "1 07-02 09:00 to 09:30 Swimming"]);
}

#[test]
fn without_its_rule_a_series_is_one_event() {
    let lesson = Lesson::new();
    let this = json!({"occurrence": "2017-07-04 09:00:00"});
    lesson.put(1, "2017-07-04 20:00:00", "2017-07-04 21:00:00", "Late", this).made();
    let this = json!({"occurrence": "2017-06-27 09:00:00", "rrule": null});
    lesson
        .put(1, "2017-06-27 09:00:00", "2017-06-27 10:00:00", "Swimming", this)
        .invalid("rrule: expected none for a single occurrence, unless scope is sent too");
    let all = json!({"occurrence": "2017-06-27 09:00:00", "scope": "all", "rrule": null});
    lesson.put(1, "2017-06-27 09:00:00", "2017-06-27 10:00:00", "Swimming", all).is(200, DONE);
    assert_eq!(lesson.rows(), ["1|Swimming|2017-06-27 09:00:00|-|-|-|-"]);
    lesson
        .put(
            1,
            "2017-06-27 09:00:00",
            "2017-06-27 10:00:00",
            "Swimming",
            json!({"occurrence": "2017-06-27 09:00:00"}),
        )
        .invalid("occurrence: expected none, since the event does not repeat");
}

#[test]
fn a_series_ends_before_the_one_that_is_deleted_with_all_after_it() {
    let lesson = Lesson::new();
    let this = json!({"occurrence": "2017-07-18 09:00:00"});
    lesson.put(1, "2017-07-18 20:00:00", "2017-07-18 21:00:00", "Late", this).made();
    let following = json!({"event_id": 2, "scope": "following"});
    lesson.delete(&following).is(200, DONE);
    lesson.shows(&ALL[..4]);
    let following =
        json!({"event_id": 1, "occurrence": "2017-07-04 09:00:00", "scope": "following"});
    lesson.delete(&following).is(200, DONE);
    lesson.shows(&ALL[..2]);
    assert_eq!(lesson.calendar.rows("SELECT count(*) FROM event"), ["1"]);
    assert_eq!(shown(&lesson.calendar, &lesson.park, "2018-01-01", "2018-12-31"), [""; 0]);
}

#[test]
fn who_made_a_series_or_its_group_changes_and_deletes_of_it_and_nobody_else() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&kim, "pool");
    let body = LESSON.replacen('{', "{\"group_id\": 1, ", 1);
    calendar.post("/group/event", &park, body).made();
    calendar.select(&kim, "1");
    let all = json!({"occurrence": "2017-06-27 09:00:00", "scope": "all"});
    let body = change(1, "2017-06-27 09:00:00", "2017-06-27 10:00:00", "Swimming", all);
    calendar.put("/calendar/event", &kim, &body).is(200, DONE);
    let this = r#"{"event_id": 1, "occurrence": "2017-06-27 09:00:00"}"#;
    calendar.delete("/calendar/event", &kim, this).is(200, DONE);
    assert_eq!(shown(&calendar, &kim, "2017-06-20", "2017-07-01"), ALL[..1]);
    let lee = calendar.register("lee@example.com");
    calendar
        .put("/calendar/event", &lee, &body)
        .not_owned("event 1 was registered by somebody else");
    calendar
        .delete("/calendar/event", &lee, this)
        .not_owned("event 1 was registered by somebody else");
}

#[test]
fn an_old_revision_changes_nothing_of_a_series() {
    let lesson = Lesson::new();
    let revision = || {
        let event = lesson.calendar.get("/calendar/event/1", &lesson.park).json();
        event["data"]["revision"].as_str().unwrap().to_owned()
    };
    let old = revision();
    lesson
        .delete(&json!({"event_id": 1, "occurrence": "2017-06-27 09:00:00", "revision": old}))
        .is(200, DONE);
    let late = json!({"event_id": 1, "occurrence": "2017-07-04 09:00:00", "revision": old});
    assert_eq!(lesson.delete(&late).status, 412);
    let late = json!({"occurrence": "2017-07-04 09:00:00", "scope": "following", "revision": old});
    assert_eq!(lesson.put(1, "2017-07-04 09:00:00", "2017-07-04 10:00:00", "x", late).status, 412);
    lesson.shows(&[ALL[0], ALL[2], ALL[3], ALL[4]]);
    assert_ne!(revision(), old);
}

#[test]
fn the_revision_of_a_changed_occurrence_is_good_by_the_id_of_its_series_too() {
    let lesson = Lesson::new();
    let at = "2017-06-27 09:00:00";
    let this = json!({"occurrence": at});
    lesson.put(1, "2017-06-27 20:00:00", "2017-06-27 21:00:00", "Late", this).made();
    let path = "/calendar/event/1?occurrence=2017-06-27+09:00:00";
    let read = || {
        let event = lesson.calendar.get(path, &lesson.park).json();
        event["data"]["revision"].as_str().unwrap().to_owned()
    };
    let old = read();
    let with = |revision: &str| json!({"occurrence": at, "revision": revision});
    lesson.put(1, "2017-06-27 20:00:00", "2017-06-27 22:00:00", "Later", with(&old)).is(200, DONE);
    let stale = lesson.put(1, "2017-06-27 20:00:00", "2017-06-27 23:00:00", "Later", with(&old));
    assert_eq!(stale.status, 412, "{}", stale.body);
    let body = json!({"event_id": 1, "occurrence": at, "revision": read()});
    lesson.delete(&body).is(200, DONE);
    lesson.shows(&[ALL[0], ALL[2], ALL[3], ALL[4]]);
}

#[test]
fn a_removed_user_takes_series_and_changed_occurrences_along() {
    let lesson = Lesson::new();
    let this = json!({"occurrence": "2017-06-27 09:00:00"});
    lesson.put(1, "2017-06-27 20:00:00", "2017-06-27 21:00:00", "Late", this).made();
    assert_eq!(lesson.calendar.rows("SELECT events FROM user"), ["2"]);
    lesson.calendar.execute("DELETE FROM user");
    lesson.calendar.settle();
    assert_eq!(lesson.rows(), [""; 0]);
}
