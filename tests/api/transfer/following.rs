//! Changes of an occurrence and all after it that another program wrote as one component (`RANGE=THISANDFUTURE`).

use serde_json::json;

use super::edits::Imported;
use super::{exported, file, import, report, unfolded};
use crate::series::{change, shown};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, PARK, Settings};

/// On Tuesdays, from 11 July on a day later, longer, and in the evening. The sixth is left out, the seventh moved.
const LESSON: &str = "BEGIN:VEVENT
UID:lesson
DTSTAMP:20170601T000000Z
DTSTART;TZID=Asia/Seoul:20170620T090000
DTEND;TZID=Asia/Seoul:20170620T100000
RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=8
EXDATE;TZID=Asia/Seoul:20170725T090000
SUMMARY:Swimming
X-OWN:1
END:VEVENT
BEGIN:VEVENT
UID:lesson
DTSTAMP:20170601T000000Z
RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Seoul:20170711T090000
DTSTART;TZID=Asia/Seoul:20170712T180000
DTEND;TZID=Asia/Seoul:20170712T193000
SUMMARY:Diving
X-OWN:2
END:VEVENT
BEGIN:VEVENT
UID:lesson
DTSTAMP:20170601T000000Z
RECURRENCE-ID;TZID=Asia/Seoul:20170801T090000
DTSTART;TZID=Asia/Seoul:20170801T150000
DTEND;TZID=Asia/Seoul:20170801T160000
SUMMARY:Trip
X-OWN:3
END:VEVENT
";

const SHOWN: [&str; 7] = [
    "1 06-20 09:00 to 10:00 Swimming",
    "1 06-27 09:00 to 10:00 Swimming",
    "1 07-04 09:00 to 10:00 Swimming",
    "2 07-12 18:00 to 19:30 Diving",
    "2 07-19 18:00 to 19:30 Diving",
    "3 08-01 15:00 to 16:00 Trip",
    "2 08-09 18:00 to 19:30 Diving",
];

fn all(calendar: &Calendar, token: &str) -> Vec<String> {
    shown(calendar, token, "2017-06-01", "2017-12-31")
}

/// What a calendar shows that has only what `imported` exports; without ids.
fn elsewhere(imported: &Imported) -> Vec<String> {
    let other = Imported::of(&exported(&imported.calendar, &imported.park, None));
    without_ids(&all(&other.calendar, &other.park))
}

fn without_ids(shown: &[String]) -> Vec<String> {
    shown.iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

/// How often each of `wanted` is in the export.
fn count(imported: &Imported, wanted: &[&str]) -> Vec<usize> {
    let lines = unfolded(&exported(&imported.calendar, &imported.park, None));
    let of = |wanted: &&str| lines.iter().filter(|line| line.starts_with(*wanted)).count();
    wanted.iter().map(of).collect()
}

#[test]
fn all_after_the_occurrence_are_as_it_is_and_the_object_stays_as_it_came() {
    let text = file(LESSON);
    let lesson = Imported::of(&text);
    assert_eq!(all(&lesson.calendar, &lesson.park), SHOWN);
    let once_more = import(&lesson.calendar, &lesson.park, "", &text);
    once_more.is(200, &report([1, 0, 0, 1, 0], ""));
    let out = exported(&lesson.calendar, &lesson.park, None);
    let events = |text: &str| {
        let begin = text.find("BEGIN:VEVENT").unwrap();
        text[begin..].to_owned()
    };
    assert_eq!(events(&out), events(&text));
    assert_eq!(elsewhere(&lesson), without_ids(&SHOWN.map(str::to_owned)));
    let series = "SELECT count(*) FROM event WHERE rule IS NOT NULL";
    assert_eq!(lesson.calendar.rows(series), ["2"]);
}

#[test]
fn a_change_of_one_of_its_series_makes_them_two_objects_which_lose_nothing() {
    let lesson = Imported::of(&file(LESSON));
    let whole = json!({"scope": "all", "occurrence": "2017-07-19 18:00:00"});
    let body = change(2, "2017-07-19 18:00:00", "2017-07-19 19:30:00", "Deep diving", whole);
    lesson.calendar.put("/calendar/event", &lesson.park, body).is(200, DONE);
    let now = SHOWN.map(|line| line.replace("Diving", "Deep diving"));
    assert_eq!(all(&lesson.calendar, &lesson.park), now);
    assert_eq!(count(&lesson, &["X-OWN:1", "X-OWN:2", "X-OWN:3", "UID:lesson"]), [1; 4]);
    let wanted =
        ["RECURRENCE-ID", "RECURRENCE-ID;TZID=Asia/Seoul:20170802T180000", "BEGIN:VEVENT", "RRULE"];
    assert_eq!(count(&lesson, &wanted), [1, 1, 3, 2]);
    assert!(!exported(&lesson.calendar, &lesson.park, None).contains("THISANDFUTURE"));
    assert_eq!(lesson.calendar.rows("SELECT count(*) FROM calendar_object"), ["2"]);
    assert_eq!(elsewhere(&lesson), without_ids(&now));
    // The file once more is older than what is here.
    let answer = import(&lesson.calendar, &lesson.park, "", &file(LESSON));
    assert_eq!(answer.json()["data"]["unchanged"], 1, "{}", answer.body);
    assert_eq!(all(&lesson.calendar, &lesson.park), now);
}

#[test]
fn occurrences_of_each_of_its_series_can_be_left_out_and_moved() {
    let lesson = Imported::of(&file(LESSON));
    let delete = |body: serde_json::Value| {
        lesson.calendar.delete("/calendar/event", &lesson.park, body.to_string()).is(200, DONE);
    };
    delete(json!({"event_id": 1, "occurrence": "2017-06-27 09:00:00"}));
    delete(json!({"event_id": 3}));
    let this = json!({"occurrence": "2017-08-09 18:00:00"});
    let body = change(2, "2017-08-10 07:00:00", "2017-08-10 08:00:00", "Early", this);
    lesson.calendar.put("/calendar/event", &lesson.park, body).made();
    let now = [
        "1 06-20 09:00 to 10:00 Swimming",
        "1 07-04 09:00 to 10:00 Swimming",
        "2 07-12 18:00 to 19:30 Diving",
        "2 07-19 18:00 to 19:30 Diving",
        "4 08-10 07:00 to 08:00 Early",
    ];
    assert_eq!(all(&lesson.calendar, &lesson.park), now);
    assert_eq!(elsewhere(&lesson), without_ids(&now.map(str::to_owned)));
    delete(json!({"event_id": 2, "scope": "all"}));
    assert_eq!(all(&lesson.calendar, &lesson.park), now[..2]);
    assert_eq!(elsewhere(&lesson), without_ids(&now.map(str::to_owned)[..2]));
}

#[test]
fn a_newer_version_replaces_all_of_it() {
    let lesson = Imported::of(&file(LESSON));
    let newer = file(&LESSON.replace("DTSTAMP:2017", "DTSTAMP:2018").replace("Diving", "Rowing"));
    let answer = import(&lesson.calendar, &lesson.park, "", &newer);
    answer.is(200, &report([1, 0, 1, 0, 0], r#"{"uid":"lesson","line":4,"outcome":"updated"}"#));
    let now = without_ids(&SHOWN.map(|line| line.replace("Diving", "Rowing")));
    assert_eq!(without_ids(&all(&lesson.calendar, &lesson.park)), now);
    assert_eq!(lesson.calendar.rows("SELECT count(*) FROM event"), ["3"]);
}

/// A component of the event `UID:a` that begins at nine on a day of June, for an hour.
fn component(day: u8, hour: u8, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:a\nDTSTAMP:20170601T000000Z\nDTSTART:201706{day}T{hour:02}0000\nDURATION:PT1H\n{more}\nEND:VEVENT\n"
    )
}

#[test]
fn each_reaches_up_to_the_next() {
    let text = [
        component(24, 11, "SUMMARY:c\nRECURRENCE-ID;RANGE=THISANDFUTURE:20170624T090000"),
        component(20, 9, "SUMMARY:a\nRRULE:FREQ=DAILY"),
        component(22, 10, "SUMMARY:b\nRECURRENCE-ID;RANGE=THISANDFUTURE:20170622T090000"),
    ];
    let daily = Imported::of(&file(&text.concat()));
    let week =
        |imported: &Imported| shown(&imported.calendar, &imported.park, "2017-06-19", "2017-06-27");
    let expected = [
        "1 06-20 09:00 to 10:00 a",
        "1 06-21 09:00 to 10:00 a",
        "2 06-22 10:00 to 11:00 b",
        "2 06-23 10:00 to 11:00 b",
        "3 06-24 11:00 to 12:00 c",
        "3 06-25 11:00 to 12:00 c",
        "3 06-26 11:00 to 12:00 c",
    ];
    assert_eq!(week(&daily), expected);
    let body = json!({"event_id": 2, "occurrence": "2017-06-23 10:00:00"});
    daily.calendar.delete("/calendar/event", &daily.park, body.to_string()).is(200, DONE);
    let other = Imported::of(&exported(&daily.calendar, &daily.park, None));
    let left = [&expected[..3], &expected[4..]].concat();
    let mut left: Vec<_> = left.iter().map(|line| line[2..].to_owned()).collect();
    left.sort();
    assert_eq!(without_ids(&week(&other)), left);
}

#[test]
fn one_that_its_rule_cannot_follow_is_changed_alone_and_told() {
    let told = r#"{"uid":"a","line":4,"outcome":"created","detail":"recurrence-id: later occurrences are not changed with the one"}"#;
    let range = "RECURRENCE-ID;RANGE=THISANDFUTURE:201706";
    let cases = [
        // The rule gives other days than the change, and Thursday is not a day after each of them.
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=20,30", component(29, 9, &format!("{range}30T090000"))),
        // The first of all, no occurrence, and one whose series is elsewhere.
        ("RRULE:FREQ=DAILY;COUNT=2", component(20, 10, &format!("{range}20T090000"))),
        ("RRULE:FREQ=DAILY;COUNT=2", component(28, 10, &format!("{range}28T090000"))),
    ];
    for (rule, changed) in cases {
        let (calendar, text) = (Calendar::new(), file(&(component(20, 9, rule) + &changed)));
        let park = calendar.register(PARK);
        let answer: Answer = import(&calendar, &park, "", &text);
        answer.is(200, &report([1, 1, 0, 0, 0], told));
        let rows = "SELECT count(*) FROM event WHERE rule IS NOT NULL";
        assert_eq!(calendar.rows(rows), ["1"], "{text}");
    }
}

#[test]
fn its_series_count_as_such() {
    let mut settings = Settings::default();
    settings.bounds.series = 1;
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    let why = "you have registered 1 events that repeat, which is the most: delete some first";
    for query in ["?dry_run=true", ""] {
        import(&calendar, &park, query, &file(LESSON)).invalid(why);
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
}
