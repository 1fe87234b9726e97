//! Changes of what other programs wrote, in the manner of five of them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::component::EventComponent;
use super::content::Events;
use super::content_line::ContentLine;
use super::object::Object;
use super::rewrite::{renamed, rewritten};
use super::rule::Rule;
use super::samples::{at, zone};
use crate::model::{ShortText, Status};

const GOOGLE: &str = include_str!("../../tests/data/calendars/google.ics");
const APPLE: &str = include_str!("../../tests/data/calendars/apple.ics");
const OUTLOOK: &str = include_str!("../../tests/data/calendars/outlook.ics");
const THUNDERBIRD: &str = include_str!("../../tests/data/calendars/thunderbird.ics");
const EVOLUTION: &str = include_str!("../../tests/data/calendars/evolution.ics");
const ALL: [&str; 5] = [GOOGLE, APPLE, OUTLOOK, THUNDERBIRD, EVOLUTION];

/// What the other lines of a component become when it is changed.
const STAMPS: [&str; 3] = ["SEQUENCE", "LAST-MODIFIED", "DTSTAMP"];

/// 2026-11-27 00:00:00 UTC.
const NOW: i64 = 1_795_737_600;

fn server() -> TimeZone {
    zone("Asia/Seoul")
}

fn parsed(text: &str) -> (Object, Events) {
    // A stored object has no METHOD.
    let object = Object::parse(text.replace("METHOD:PUBLISH\r\n", "")).unwrap();
    let events = object.events(&server()).unwrap();
    (object, events)
}

/// The text after a change of its events, and what it says then.
fn after(text: &str, change: impl FnOnce(&mut Events)) -> String {
    let (object, mut events) = parsed(text);
    let names: Vec<_> = events.changed.iter().map(|event| event.replaces).collect();
    change(&mut events);
    let renamed = events.changed.iter().zip(names);
    let before = renamed.filter_map(|(event, name)| Some((event.replaces?, name?))).collect();
    let (main, changed) = (events.main.as_ref(), &events.changed);
    let new = rewritten(&object, main, changed, &before, NOW, &server()).unwrap();
    let (_, said) = parsed(&new);
    assert_eq!((said.main, said.changed), (events.main, events.changed), "{new}");
    new
}

/// As [`after`], for a change of the main component.
fn changed(text: &str, change: impl FnOnce(&mut EventComponent)) -> String {
    after(text, |events| change(events.main.as_mut().unwrap()))
}

/// The unfolded lines that are gone and those that are new, without stamps.
fn lines_between(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let all = |text: &str| -> Vec<String> {
        let lines = ContentLine::all(text).map(|line| line.text().to_owned());
        lines.filter(|line| line != "METHOD:PUBLISH").collect()
    };
    let (old, new) = (all(old), all(new));
    let without = |of: &[String], other: &[String]| -> Vec<String> {
        let mut other = other.to_vec();
        let gone = of.iter().filter(|line| {
            let place = other.iter().position(|other| other == *line);
            place.map(|place| other.remove(place)).is_none()
        });
        let stamp = |line: &&String| !STAMPS.iter().any(|stamp| line.starts_with(stamp));
        gone.filter(stamp).cloned().collect()
    };
    (without(&old, &new), without(&new, &old))
}

#[test]
fn what_does_not_differ_is_the_same_text() {
    for text in ALL {
        let (object, events) = parsed(text);
        let (main, changed) = (events.main.as_ref(), &events.changed);
        let same = rewritten(&object, main, changed, &BTreeMap::new(), NOW, &server());
        assert_eq!(same.unwrap(), object.text());
    }
}

#[test]
fn a_new_subject_changes_its_line_and_the_stamps_alone() {
    for text in ALL {
        let subject = ShortText::read("Other; words, with marks").unwrap();
        let new = changed(text, |main| main.subject = subject);
        let (gone, came) = lines_between(text, &new);
        assert_eq!((gone.len(), came.len()), (1, 1), "{gone:?} {came:?}");
        assert!(came[0].ends_with(":Other\\; words\\, with marks"), "{came:?}");
    }
}

#[test]
fn each_other_line_has_its_bytes_at_its_place() {
    let new = changed(THUNDERBIRD, |main| main.subject = ShortText::read("회의").unwrap());
    let expected = THUNDERBIRD
        .replace("LANGUAGE=ko:주간 회의\r\n", "LANGUAGE=ko:회의\r\n")
        .replace("LAST-MODIFIED:20260211T010203Z", "LAST-MODIFIED:20261127T000000Z")
        .replace("DTSTAMP:20260211T010203Z", "DTSTAMP:20261127T000000Z")
        .replace("X-MOZ-GENERATION:4\r\n", "X-MOZ-GENERATION:4\r\nSEQUENCE:1\r\n");
    assert_eq!(new, expected);
}

#[test]
fn only_the_component_that_differs_is_stamped() {
    let new = changed(GOOGLE, |main| main.properties.status = Status::Tentative);
    assert_eq!(new.matches("LAST-MODIFIED:20261127T000000Z").count(), 1);
    assert!(new.contains("SEQUENCE:3\r\nSTATUS:TENTATIVE\r\n"), "{new}");
    let new = after(GOOGLE, |events| {
        events.changed[0].subject = ShortText::read("Much later").unwrap();
    });
    assert_eq!(new.matches("LAST-MODIFIED:20261127T000000Z").count(), 1);
    assert!(new.contains("SEQUENCE:4\r\nSTATUS:CONFIRMED\r\nSUMMARY:Much later\r\n"), "{new}");
}

#[test]
fn a_time_stays_on_the_clock_on_which_it_is_written() {
    let later = |main: &mut EventComponent| {
        (main.starts, main.ends) = (main.starts.later(3600), main.ends.later(3600));
    };
    let (gone, came) = lines_between(EVOLUTION, &changed(EVOLUTION, later));
    assert_eq!(gone, ["DTSTART:20260305T130000Z", "DTEND:20260305T140000Z"]);
    assert_eq!(came, ["DTSTART:20260305T140000Z", "DTEND:20260305T150000Z"]);
    let (_, came) = lines_between(OUTLOOK, &changed(OUTLOOK, later));
    assert_eq!(
        came,
        [
            "DTEND;TZID=\"Eastern Standard Time\":20260107T160000",
            "DTSTART;TZID=\"Eastern Standard Time\":20260107T150000",
        ]
    );
    // What is left out is named by its start, and is no longer one.
    let (_, came) = lines_between(THUNDERBIRD, &changed(THUNDERBIRD, later));
    assert_eq!(came, ["DTSTART;X-A=1;TZID=/mozilla.org/20050126_1/Asia/Seoul:20260212T180000"]);
}

#[test]
fn an_end_is_written_as_the_length_that_was_there() {
    let new = changed(THUNDERBIRD, |main| main.ends = main.starts.later(7200));
    let (gone, came) = lines_between(THUNDERBIRD, &new);
    assert_eq!((gone, came), (vec!["DURATION:PT1H30M".into()], vec!["DURATION:PT2H".into()]));
    let new = changed(EVOLUTION, |main| main.ends = main.starts);
    assert!(!new.contains("DTEND"), "{new}");
    let new = changed(&new, |main| main.ends = main.starts.later(60));
    assert!(new.contains("DTEND:20260305T130100Z\r\n"), "{new}");
}

#[test]
fn whole_days_become_times_and_times_whole_days() {
    let new = changed(APPLE, |main| {
        main.properties.all_day = false;
        main.starts = at("2026-07-01 09:00:00");
        main.ends = at("2026-07-01 10:00:00");
    });
    let (_, came) = lines_between(APPLE, &new);
    assert!(came.contains(&"DTSTART;TZID=Asia/Seoul:20260701T090000".to_owned()), "{came:?}");
    assert!(new.contains("BEGIN:VTIMEZONE\r\nTZID:Asia/Seoul\r\n"), "{new}");
    let new = after(GOOGLE, |events| {
        let main = events.main.as_mut().unwrap();
        main.properties.all_day = true;
        main.zone = None;
        (main.starts, main.ends) = (at("2026-03-02 00:00:00"), at("2026-03-03 00:00:00"));
        main.exceptions = vec![at("2026-03-09 00:00:00")];
        main.rule = Some(Rule::parse("FREQ=WEEKLY;BYDAY=MO,WE").unwrap());
        events.changed[0].replaces = Some(at("2026-03-11 00:00:00"));
    });
    assert!(new.contains("EXDATE;VALUE=DATE:20260309\r\n"), "{new}");
    assert!(new.contains("RECURRENCE-ID;VALUE=DATE:20260311\r\n"), "{new}");
}

#[test]
fn another_zone_brings_its_rules_along() {
    let new = changed(OUTLOOK, |main| main.zone = Some("Europe/Paris".into()));
    assert!(new.contains("DTSTART;TZID=Europe/Paris:20260107T140000\r\n"), "{new}");
    assert_eq!(new.matches("BEGIN:VTIMEZONE").count(), 2);
    let new = changed(GOOGLE, |main| {
        main.zone = None;
        main.rule = None;
        main.exceptions = Vec::new();
    });
    assert!(new.contains("DTSTART;TZID=Asia/Seoul:20260302T093000\r\n"), "{new}");
}

#[test]
fn an_event_in_utc_that_is_to_repeat_gets_the_clock_on_which_it_repeats() {
    let new = changed(EVOLUTION, |main| {
        main.rule = Some(Rule::parse("FREQ=WEEKLY;BYDAY=TH").unwrap());
    });
    assert!(new.contains("DTSTART;TZID=Asia/Seoul:20260305T220000\r\n"), "{new}");
    assert!(new.contains("RRULE:FREQ=WEEKLY;BYDAY=TH\r\n"), "{new}");
}

#[test]
fn one_more_or_less_left_out_is_one_line_or_one_value() {
    let new = changed(GOOGLE, |main| main.exceptions.push(at("2026-03-18 09:30:00")));
    let (gone, came) = lines_between(GOOGLE, &new);
    assert_eq!((gone.len(), came), (0, vec!["EXDATE;TZID=Europe/Paris:20260318T093000".into()]));
    let new = changed(GOOGLE, |main| _ = main.exceptions.remove(0));
    let (gone, came) = lines_between(GOOGLE, &new);
    assert_eq!((gone, came.len()), (vec!["EXDATE;TZID=Europe/Paris:20260309T093000".into()], 0));
    let new = changed(THUNDERBIRD, |main| _ = main.exceptions.remove(1));
    assert!(new.contains("Asia/Seoul:20260219T170000\r\n"), "{new}");
}

#[test]
fn a_date_that_was_left_out_does_not_come_out_when_it_is_no_longer_named() {
    let hidden = "RDATE;TZID=Europe/Paris:20260309T093000\r\nORGANIZER";
    let text = GOOGLE.replace("ORGANIZER", hidden);
    let new = changed(&text, |main| _ = main.exceptions.remove(0));
    assert!(!new.contains("RDATE"), "{new}");
}

#[test]
fn a_zone_that_nobody_knows_keeps_its_clock() {
    let text = OUTLOOK
        .replace("Eastern Standard Time", "Middle")
        .replace("-0400", "-0741")
        .replace("-0500", "-0741")
        .replace("RRULE:FREQ=MONTHLY;COUNT=12;BYDAY=1WE\r\n", "");
    let new = changed(&text, |main| main.ends = main.starts.later(1800));
    assert!(new.contains("DTEND;TZID=\"Middle\":20260107T143000\r\n"), "{new}");
}

#[test]
fn reminders_come_and_go_and_other_alarms_stay() {
    let new = changed(APPLE, |main| main.properties.reminders = vec![30]);
    assert!(!new.contains("ACTION:AUDIO") && new.contains("ACTION:EMAIL"), "{new}");
    let alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Holidays\r\nTRIGGER:-PT30M\r\nEND:VALARM\r\nEND:VEVENT\r\n";
    assert!(new.contains(alarm), "{new}");
}

#[test]
fn what_says_the_same_in_other_words_does_not_contradict() {
    let new = changed(OUTLOOK, |main| {
        main.properties.description = Some("Nothing".into());
        main.properties.free = true;
        main.properties.private = true;
    });
    assert!(!new.contains("X-ALT-DESC"), "{new}");
    assert!(new.contains("X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n"), "{new}");
    assert!(new.contains("CLASS:PRIVATE\r\n"), "{new}");
    let new = changed(THUNDERBIRD, |main| main.properties.description = Some("Nothing".into()));
    assert!(new.contains("DESCRIPTION:Nothing\r\n"), "{new}");
    let new = changed(APPLE, |main| {
        main.properties.location = None;
        main.properties.url = None;
    });
    assert!(!new.contains("LOCATION") && !new.contains("URL;"), "{new}");
}

#[test]
fn a_changed_occurrence_is_a_copy_of_the_series() {
    let new = after(GOOGLE, |events| {
        let main = events.main.clone().unwrap();
        let start = at("2026-03-18 09:30:00");
        events.changed.push(EventComponent {
            subject: ShortText::read("Elsewhere").unwrap(),
            rule: None,
            exceptions: Vec::new(),
            replaces: Some(start),
            starts: start.later(3600),
            ends: start.later(5400),
            ..main
        });
    });
    let copy = new.rsplit("BEGIN:VEVENT").next().unwrap();
    assert!(copy.contains("RECURRENCE-ID;TZID=Europe/Paris:20260318T093000\r\n"), "{copy}");
    assert!(copy.contains("DTSTART;TZID=Europe/Paris:20260318T103000\r\n"), "{copy}");
    assert!(copy.contains("ATTENDEE;CUTYPE=INDIVIDUAL;") && !copy.contains("RRULE"), "{copy}");
    assert!(copy.contains("SEQUENCE:3\r\n"), "{copy}");
    let (gone, _) = lines_between(GOOGLE, &new);
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn an_occurrence_that_is_no_longer_changed_goes() {
    let new = after(GOOGLE, |events| events.changed.clear());
    assert_eq!(new.matches("BEGIN:VEVENT").count(), 1);
    assert!(new.contains("SEQUENCE:2\r\n"), "{new}");
}

#[test]
fn changed_occurrences_move_with_their_series() {
    let new = after(GOOGLE, |events| {
        let main = events.main.as_mut().unwrap();
        (main.starts, main.ends) = (main.starts.later(3600), main.ends.later(3600));
        main.exceptions.iter_mut().for_each(|start| *start = start.later(3600));
        let replaces = &mut events.changed[0].replaces;
        *replaces = replaces.map(|start| start.later(3600));
    });
    assert!(new.contains("RECURRENCE-ID;TZID=Europe/Paris:20260311T103000\r\n"), "{new}");
    assert!(new.contains("SUMMARY:Planning\\, later\r\n"), "{new}");
}

#[test]
fn an_occurrence_alone_can_get_its_series_and_lose_it() {
    let alone = after(GOOGLE, |events| events.main = None);
    assert_eq!(alone.matches("BEGIN:VEVENT").count(), 1);
    let (_, events) = parsed(GOOGLE);
    let again = after(&alone, |alone| alone.main = events.main);
    assert!(again.contains("RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261231T225959Z;BYDAY=MO,WE\r\n"));
}

#[test]
fn nothing_is_no_object() {
    let (object, _) = parsed(GOOGLE);
    let fault = rewritten(&object, None, &[], &BTreeMap::new(), NOW, &server()).unwrap_err();
    assert_eq!(fault.to_string(), "expected an event, or a changed occurrence");
}

#[test]
fn a_text_with_other_line_ends_keeps_them() {
    let text = format!("\u{feff}{}", OUTLOOK.replace("\r\n", "\n"));
    let new = changed(&text, |main| {
        main.zone = Some("Europe/Paris".into());
        main.properties.reminders.push(60);
    });
    assert!(!new.contains('\r') && new.starts_with('\u{feff}'), "{new}");
}

#[test]
fn another_uid_changes_the_lines_of_the_components_alone() {
    let (object, _) = parsed(APPLE);
    let new = renamed(&object, "a,b");
    let (gone, came) = lines_between(object.text(), &new);
    assert_eq!((gone.len(), came), (1, vec!["UID:a\\,b".into()]));
    assert_eq!(Object::parse(new).unwrap().uid(), "a,b");
    let (object, _) = parsed(GOOGLE);
    assert_eq!(renamed(&object, "1").matches("\r\nUID:1\r\n").count(), 2);
}
