//! What the API changes of an object that came from elsewhere: the lines that say it, and no others.

use serde_json::{Value, json};

use super::{LESSON, crlf, exported, file, import, single, unfolded};
use crate::series::{change, shown};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, PARK};

pub(super) struct Imported {
    pub(super) calendar: Calendar,
    pub(super) park: String,
}

impl Imported {
    pub(super) fn of(text: &str) -> Self {
        let calendar = Calendar::new();
        let park = calendar.register(PARK);
        let answer = import(&calendar, &park, "", text);
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self { calendar, park }
    }

    fn put(&self, id: i64, sdate: &str, edate: &str, subject: &str, more: Value) -> Answer {
        self.calendar.put("/calendar/event", &self.park, change(id, sdate, edate, subject, more))
    }

    /// The lines of the export that are gone, and those that are new.
    #[track_caller]
    fn differs(&self, before: &str, gone: &[&str], new: &[&str]) {
        let (mut old, mut now) =
            (unfolded(before), unfolded(&exported(&self.calendar, &self.park, None)));
        old.retain(|line| {
            now.iter().position(|other| other == line).map(|at| now.remove(at)).is_none()
        });
        let (mut gone, mut new) = (strings(gone), strings(new));
        [&mut old, &mut now, &mut gone, &mut new].into_iter().for_each(|lines| lines.sort());
        assert_eq!((old, now), (gone, new));
    }

    fn exported(&self) -> String {
        exported(&self.calendar, &self.park, None)
    }
}

fn strings(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// The lines that note a change at the time of the tests.
const STAMPS: [&str; 3] =
    ["DTSTAMP:20170619T105504Z", "LAST-MODIFIED:20170619T105504Z", "SEQUENCE:3"];
const OLD_STAMPS: [&str; 3] =
    ["DTSTAMP:20170601T000000Z", "LAST-MODIFIED:20170601T000000Z", "SEQUENCE:2"];

#[test]
fn a_subject_changes_its_line_alone() {
    let lesson = Imported::of(&crlf(LESSON));
    let before = lesson.exported();
    let all = json!({"scope": "all", "occurrence": "2017-06-20 09:00:00"});
    lesson.put(1, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "Diving", all).is(200, DONE);
    let [stamp, modified, sequence] = STAMPS;
    let [old_stamp, old_modified, old_sequence] = OLD_STAMPS;
    lesson.differs(
        &before,
        &[old_stamp, old_modified, old_sequence, "SUMMARY;LANGUAGE=en:Swimming"],
        &[stamp, modified, sequence, "SUMMARY;LANGUAGE=en:Diving"],
    );
}

#[test]
fn nothing_changed_is_nothing_written() {
    let lesson = Imported::of(&crlf(LESSON));
    let before = lesson.exported();
    let all = json!({"scope": "all", "occurrence": "2017-06-20 09:00:00"});
    lesson.put(1, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "Swimming", all).is(200, DONE);
    lesson.differs(&before, &[], &[]);
}

#[test]
fn an_occurrence_that_is_left_out_is_a_date_more() {
    let lesson = Imported::of(&crlf(LESSON));
    let before = unfolded(&lesson.exported());
    let body = json!({"event_id": 1, "occurrence": "2017-07-11 09:00:00"});
    lesson.calendar.delete("/calendar/event", &lesson.park, body.to_string()).is(200, DONE);
    let after = unfolded(&lesson.exported());
    let left_out = |lines: &[String]| {
        let dates = lines.iter().filter(|line| line.starts_with("EXDATE"));
        dates
            .map(|line| line.split(':').next_back().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(",")
    };
    assert_eq!(left_out(&before), "20170627T090000");
    assert_eq!(left_out(&after), "20170627T090000,20170711T090000");
    let kept = |lines: &[String]| {
        let other = |line: &&String| {
            !["EXDATE", "DTSTAMP", "LAST-M", "SEQUENCE"].iter().any(|name| line.starts_with(name))
        };
        lines.iter().filter(other).cloned().collect::<Vec<_>>()
    };
    assert_eq!(kept(&before), kept(&after));
}

#[test]
fn an_occurrence_that_is_changed_becomes_a_component_with_all_that_the_series_has() {
    let lesson = Imported::of(&crlf(LESSON));
    let this = json!({"occurrence": "2017-07-18 09:00:00", "location": "Lake"});
    lesson.put(1, "2017-07-18 16:00:00", "2017-07-18 17:30:00", "Swimming", this).is(200, DONE);
    let lines = unfolded(&lesson.exported());
    let begin = lines
        .iter()
        .position(|line| line == "RECURRENCE-ID;TZID=Asia/Seoul:20170718T090000")
        .unwrap();
    let begin = lines[..begin].iter().rposition(|line| line == "BEGIN:VEVENT").unwrap();
    let end = begin + lines[begin..].iter().position(|line| line == "END:VEVENT").unwrap();
    let component = &lines[begin..end];
    for line in [
        "UID:lesson@phone.example",
        "DTSTART;TZID=Asia/Seoul:20170718T160000",
        "DTEND;TZID=Asia/Seoul:20170718T173000",
        "LOCATION:Lake",
        "CATEGORIES:Sport,Children",
        "SUMMARY;LANGUAGE=en:Swimming",
        "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT15M",
        "TRIGGER:-PT30M",
    ] {
        assert!(component.iter().any(|own| own == line), "{line} in {component:#?}");
    }
    assert!(!component.iter().any(|line| line.starts_with("RRULE") || line.starts_with("EXDATE")));
    // And given back what its series has for it, it is gone.
    let this = json!({"occurrence": "2017-07-18 09:00:00", "location": "Pool"});
    lesson.put(1, "2017-07-18 09:00:00", "2017-07-18 10:00:00", "Swimming", this).is(200, DONE);
    assert!(!lesson.exported().contains("20170718"));
}

#[test]
fn a_series_that_is_parted_becomes_two_objects() {
    let lesson = Imported::of(&crlf(LESSON));
    let following = json!({"scope": "following", "occurrence": "2017-07-11 09:00:00"});
    lesson.put(1, "2017-07-11 11:00:00", "2017-07-11 12:00:00", "Diving", following).made();
    assert_eq!(
        shown(&lesson.calendar, &lesson.park, "2017-06-19", "2017-07-20"),
        [
            "1 06-20 09:00 to 10:00 Swimming",
            "2 07-04 14:00 to 15:00 Swimming test",
            "3 07-11 11:00 to 12:00 Diving",
            "3 07-18 11:00 to 12:00 Diving",
        ]
    );
    let lines = unfolded(&lesson.exported());
    let count = |wanted: &str| lines.iter().filter(|line| line.contains(wanted)).count();
    assert_eq!(count("UID:lesson@phone.example"), 2);
    assert_eq!(count("CATEGORIES:Sport,Children"), 2);
    assert_eq!(count("ATTENDEE"), 2);
    assert_eq!(count("RRULE:FREQ=WEEKLY;UNTIL="), 1);
    assert_eq!(count("SUMMARY;LANGUAGE=en:Diving"), 1);
    assert_eq!(lesson.calendar.rows("SELECT count(*) FROM calendar_object"), ["2"]);
}

#[test]
fn times_keep_the_form_in_which_they_are_written() {
    let single =
        Imported::of(&file(&single("one", "20170620T000000Z", "SUMMARY:One\nX-MINE:kept\n")));
    let before = single.exported();
    single.put(1, "2017-06-20 10:00:00", "2017-06-20 12:00:00", "One", json!({})).is(200, DONE);
    single.differs(
        &before,
        &["DTSTAMP:20170601T000000Z", "DTSTART:20170620T000000Z", "DURATION:PT1H"],
        &[
            "DTSTAMP:20170619T105504Z",
            "DTSTART:20170620T010000Z",
            "DURATION:PT2H",
            "LAST-MODIFIED:20170619T105504Z",
            "SEQUENCE:1",
        ],
    );
}

#[test]
fn a_date_of_its_own_can_be_changed_and_left_out() {
    let text = "BEGIN:VEVENT\nUID:d\nDTSTAMP:20170601T000000Z\nDTSTART:20170624T090000\nDTEND:20170624T100000\nRDATE:20170626T100000,20170628T090000\nSUMMARY:Choir\nCATEGORIES:Music\nEND:VEVENT\n";
    let choir = Imported::of(&file(text));
    choir.put(2, "2017-06-26 18:00:00", "2017-06-26 19:00:00", "Choir", json!({})).is(200, DONE);
    let body = json!({"event_id": 3});
    choir.calendar.delete("/calendar/event", &choir.park, body.to_string()).is(200, DONE);
    let now = ["1 06-24 09:00 to 10:00 Choir", "2 06-26 18:00 to 19:00 Choir"];
    assert_eq!(shown(&choir.calendar, &choir.park, "2017-06-19", "2017-07-20"), now);
    // What another program reads of it is the same.
    let other = Imported::of(&choir.exported());
    assert_eq!(shown(&other.calendar, &other.park, "2017-06-19", "2017-07-20"), now);
}

/// Weekly on Mondays, with a Wednesday besides, and a Wednesday left out that there never was.
const BESIDES: &str = "BEGIN:VEVENT\nUID:b\nDTSTAMP:20170601T000000Z\nDTSTART:20170605T090000\nDTEND:20170605T100000\nRRULE:FREQ=WEEKLY;COUNT=4\nRDATE:20170607T150000\nEXDATE:20170614T090000\nSUMMARY:Choir\nEND:VEVENT\n";

#[test]
fn what_a_series_has_beside_its_rule_stays_when_the_series_changes() {
    let all = |choir: &Imported| shown(&choir.calendar, &choir.park, "2017-06-01", "2017-07-01");
    let days = |subject: &str| {
        let day = |id: u32, day: &str| format!("{id} 06-{day} {subject}");
        [
            day(1, "05 09:00 to 10:00"),
            day(2, "07 15:00 to 16:00"),
            day(1, "12 09:00 to 10:00"),
            day(1, "19 09:00 to 10:00"),
            day(1, "26 09:00 to 10:00"),
        ]
    };
    let choir = Imported::of(&file(BESIDES));
    assert_eq!(all(&choir), days("Choir"));
    let before = choir.exported();
    choir.put(1, "2017-06-05 09:00:00", "2017-06-05 10:00:00", "Singing", json!({})).is(200, DONE);
    assert_eq!(all(&choir), days("Singing"));
    choir.differs(
        &before,
        &["DTSTAMP:20170601T000000Z", "SUMMARY:Choir"],
        &[
            "DTSTAMP:20170619T105504Z",
            "LAST-MODIFIED:20170619T105504Z",
            "SEQUENCE:1",
            "SUMMARY:Singing",
        ],
    );
    // By the date besides, of all, at its own time.
    let scope = json!({"scope": "all"});
    choir.put(2, "2017-06-07 15:00:00", "2017-06-07 16:00:00", "Choir", scope).is(200, DONE);
    assert_eq!(all(&choir), days("Choir"));
    // All move, the date besides with them.
    let scope = json!({"scope": "all"});
    choir.put(1, "2017-06-06 10:00:00", "2017-06-06 11:00:00", "Choir", scope).is(200, DONE);
    assert_eq!(
        all(&choir),
        [
            "1 06-06 10:00 to 11:00 Choir",
            "2 06-08 16:00 to 17:00 Choir",
            "1 06-13 10:00 to 11:00 Choir",
            "1 06-20 10:00 to 11:00 Choir",
            "1 06-27 10:00 to 11:00 Choir",
        ]
    );
    // No rule goes on from it.
    let scope = json!({"scope": "following"});
    choir
        .put(2, "2017-06-08 16:00:00", "2017-06-08 17:00:00", "Choir", scope)
        .invalid("occurrence: expected an occurrence of the rule, with this scope");
}

#[test]
fn a_start_beside_the_rule_is_a_date_of_its_own_once_the_series_moves() {
    // A Monday, and two Tuesdays.
    let rule = "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3\nSUMMARY:a\n";
    let imported = Imported::of(&file(&single("a", "20170605T000000Z", rule)));
    let before = imported.exported();
    let all = |day: &str| json!({"scope": "all", "occurrence": day});
    let (from, to) = ("2017-06-06 09:00:00", "2017-06-06 10:00:00");
    imported.put(1, from, to, "b", all(from)).is(200, DONE);
    let [stamp, modified, _] = STAMPS;
    imported.differs(
        &before,
        &["DTSTAMP:20170601T000000Z", "SUMMARY:a"],
        &[stamp, modified, "SEQUENCE:1", "SUMMARY:b"],
    );
    imported.put(1, "2017-06-07 10:00:00", "2017-06-07 11:00:00", "b", all(from)).is(200, DONE);
    let moved =
        ["2 06-06 10:00 to 11:00 b", "1 06-07 10:00 to 11:00 b", "1 06-14 10:00 to 11:00 b"];
    let june = |of: &Imported| shown(&of.calendar, &of.park, "2017-06-01", "2017-07-01");
    assert_eq!(june(&imported), moved);
    let again = Imported::of(&imported.exported());
    let days =
        |lines: Vec<String>| lines.iter().map(|line| line[2..].to_owned()).collect::<Vec<_>>();
    assert_eq!(
        days(june(&again)),
        moved.map(|line| line[2..].to_owned()),
        "{}",
        imported.exported()
    );
}

#[test]
fn dates_without_a_rule_change_together_and_one_by_its_name() {
    let text = "BEGIN:VEVENT\nUID:d\nDTSTAMP:20170601T000000Z\nDTSTART:20170624T090000\nDTEND:20170624T100000\nRDATE:20170626T100000\nSUMMARY:Choir\nEND:VEVENT\n";
    let choir = Imported::of(&file(text));
    choir.put(1, "2017-06-24 09:00:00", "2017-06-24 10:00:00", "Singing", json!({})).is(200, DONE);
    let path = "/calendar/event/1?occurrence=2017-06-26+10:00:00";
    let read = choir.calendar.get(path, &choir.park);
    assert_eq!((read.status, &read.json()["data"]["id"]), (200, &json!(2)), "{}", read.body);
    let named = json!({"occurrence": "2017-06-26 10:00:00"});
    choir.put(1, "2017-06-26 18:00:00", "2017-06-26 19:00:00", "Late", named).is(200, DONE);
    assert_eq!(
        shown(&choir.calendar, &choir.park, "2017-06-19", "2017-07-20"),
        ["1 06-24 09:00 to 10:00 Singing", "2 06-26 18:00 to 19:00 Late"]
    );
}

#[test]
fn the_object_goes_with_its_last_event() {
    let lesson = Imported::of(&crlf(LESSON));
    lesson.calendar.delete("/calendar/event", &lesson.park, r#"{"event_id": 1}"#).is(200, DONE);
    assert_eq!(lesson.calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
    assert_eq!(lesson.calendar.rows("SELECT count(*) FROM event"), ["0"]);
    // Two occurrences whose series is elsewhere.
    let one = |day: u32| {
        format!(
            "BEGIN:VEVENT\nUID:o\nDTSTAMP:20170601T000000Z\nRECURRENCE-ID:201706{day}T000000Z\nDTSTART:201706{day}T000000Z\nSUMMARY:o{day}\nX-DAY:{day}\nEND:VEVENT\n"
        )
    };
    let two = Imported::of(&file(&format!("{}{}", one(20), one(21))));
    two.put(2, "2017-06-21 10:00:00", "2017-06-21 10:00:00", "later", json!({})).is(200, DONE);
    two.calendar.delete("/calendar/event", &two.park, r#"{"event_id": 1}"#).is(200, DONE);
    let out = two.exported();
    assert!(
        out.contains("X-DAY:21\r\n")
            && out.contains("SUMMARY:later\r\n")
            && !out.contains("X-DAY:20"),
        "{out}"
    );
    assert!(out.contains("RECURRENCE-ID:20170621T000000Z\r\n"), "{out}");
    two.calendar.delete("/calendar/event", &two.park, r#"{"event_id": 2}"#).is(200, DONE);
    assert_eq!(two.calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
}

/// A series with `rule` from 9:00 on `start`, and its occurrences on `days`, each of which was moved to 14:00 and has lines
/// of another program: `X-OWN` and categories.
fn with_own_lines(start: &str, rule: &str, days: &[&str]) -> Imported {
    let event = |lines: &str, day: &str, hour: &str, own: &str| {
        format!(
            "BEGIN:VEVENT\nUID:own\nDTSTAMP:20170601T000000Z\n{lines}\nDTSTART:{day}T{hour}0000\nDTEND:{day}T{hour}3000\nSUMMARY:Choir\n{own}\nEND:VEVENT\n"
        )
    };
    let mut text = event(&format!("RRULE:{rule}"), start, "09", "CATEGORIES:Series\nX-SERIES:yes");
    for day in days {
        let own = format!("CATEGORIES:Own\nX-OWN:{day}");
        text += &event(&format!("RECURRENCE-ID:{day}T090000"), day, "14", &own);
    }
    Imported::of(&file(&text))
}

/// Of each component with an X-OWN, that and its RECURRENCE-ID. Each must have its own lines and none of the series.
#[track_caller]
fn own_lines(of: &Imported) -> Vec<String> {
    let lines = unfolded(&of.exported());
    let mut found = Vec::new();
    for component in lines.split(|line| line == "BEGIN:VEVENT") {
        let value = |name: &str| component.iter().find_map(|line| line.strip_prefix(name));
        if let Some(own) = value("X-OWN:") {
            assert_eq!(value("CATEGORIES:"), Some("Own"), "{component:#?}");
            assert_eq!(value("X-SERIES:"), None, "{component:#?}");
            found.push(format!("{own} at {}", value("RECURRENCE-ID:").unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn changed_occurrences_keep_their_lines_when_the_series_is_parted_and_moves() {
    let days = ["20170626", "20170710", "20170717"];
    let choir = with_own_lines("20170619", "FREQ=WEEKLY;COUNT=6", &days);
    let following = json!({"scope": "following", "occurrence": "2017-07-03 09:00:00"});
    choir.put(1, "2017-07-03 10:15:00", "2017-07-03 10:45:00", "Choir", following).made();
    assert_eq!(
        own_lines(&choir),
        [
            "20170626 at 20170626T090000",
            "20170710 at 20170710T101500",
            "20170717 at 20170717T101500",
        ]
    );
}

#[test]
fn a_changed_occurrence_from_which_the_series_is_parted_keeps_its_lines() {
    let days = ["20170626", "20170710", "20170717"];
    let choir = with_own_lines("20170619", "FREQ=WEEKLY;COUNT=6", &days);
    let following = json!({"scope": "following"});
    choir.put(3, "2017-07-10 15:00:00", "2017-07-10 15:30:00", "Choir", following).made();
    assert_eq!(
        own_lines(&choir),
        [
            "20170626 at 20170626T090000",
            "20170710 at 20170710T100000",
            "20170717 at 20170717T100000",
        ]
    );
}

#[test]
fn changed_occurrences_that_move_to_where_others_were_keep_their_own_lines() {
    let days = ["20170626", "20170703", "20170710"];
    let choir = with_own_lines("20170619", "FREQ=WEEKLY;COUNT=6", &days);
    let all = json!({"scope": "all", "occurrence": "2017-06-19 09:00:00"});
    choir.put(1, "2017-06-26 09:00:00", "2017-06-26 09:30:00", "Choir", all).is(200, DONE);
    assert_eq!(
        own_lines(&choir),
        [
            "20170626 at 20170703T090000",
            "20170703 at 20170710T090000",
            "20170710 at 20170717T090000",
        ]
    );
}

#[test]
fn changed_occurrences_keep_their_lines_where_each_moves_by_another_time() {
    // The day after the second Tuesday of November is the third Wednesday, that of August the second.
    let days = ["20170808", "20171114"];
    let choir = with_own_lines("20170613", "FREQ=MONTHLY;BYDAY=2TU;COUNT=8", &days);
    let all = json!({"scope": "all", "occurrence": "2017-06-13 09:00:00"});
    choir.put(1, "2017-06-14 09:00:00", "2017-06-14 09:30:00", "Choir", all).is(200, DONE);
    assert_eq!(own_lines(&choir), ["20170808 at 20170809T090000", "20171114 at 20171108T090000"]);
}
