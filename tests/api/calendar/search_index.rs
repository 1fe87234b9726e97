//! `/calendar/search` in a calendar of so many events that the index is used: it finds what a scan
//! would.

use crate::many_events::{MANY, found, many, subject};
use crate::support::calendar::{Calendar, DONE, NOT_INDEXED};

#[track_caller]
fn assert_finds_what_a_scan_finds(calendar: &Calendar, token: &str, subjects: &[String]) {
    let words = [
        "회",
        "의",
        "회의",
        "회의 1",
        "회의 12",
        "식 자",
        "STRASSE",
        "ß",
        "%",
        "_",
        "a%b",
        "\"",
        "(",
        "12시)",
        "👍",
        "👍🏽 1",
        "unch",
        "σίσυφος",
        "Σ",
        "x 1",
        "23",
        "없는 말",
        "q",
        "qq",
        " ",
    ];
    for word in words {
        let folded = calendar_server::model::search_key(word.trim());
        if folded.is_empty() {
            continue;
        }
        let expected: Vec<&String> = subjects
            .iter()
            .filter(|subject| calendar_server::model::search_key(subject).contains(&folded))
            .collect();
        let found = found(calendar, token, word);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{word:?}");
    }
}

#[test]
fn the_index_finds_what_a_scan_finds_complete_or_not() {
    let (calendar, park) = many();
    let mut subjects: Vec<String> = (0..MANY).map(subject).collect();
    assert_finds_what_a_scan_finds(&calendar, &park, &subjects);
    calendar.wait_until_none(NOT_INDEXED);
    assert_finds_what_a_scan_finds(&calendar, &park, &subjects);

    // The ids count from 1 as the subjects do from 0; these are renamed and deleted.
    for (id, to) in [(1, "회의 첫"), (2, "없는 말"), (3, "q")] {
        let at = id - 1;
        let body = format!(
            r#"{{"event_id": {id}, "sdate": "1970-01-01 00:00:0{at}", "edate": "1970-01-01 00:00:0{at}", "subject": "{to}"}}"#
        );
        calendar.put("/calendar/event", &park, body).is(200, DONE);
        to.clone_into(&mut subjects[at]);
    }
    calendar.delete("/calendar/event", &park, r#"{"event_id": 5}"#).is(200, DONE);
    let fifth = subjects.remove(4);
    assert_finds_what_a_scan_finds(&calendar, &park, &subjects);
    calendar.wait_until_none(NOT_INDEXED);
    assert_finds_what_a_scan_finds(&calendar, &park, &subjects);

    // As an import does, which keeps the ids.
    calendar.execute(&format!(
        "INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created)
         VALUES (5, 1, '{fifth}', '{}', 4, 4, 0)",
        calendar_server::model::search_key(&fifth)
    ));
    subjects.insert(4, fifth);
    assert_finds_what_a_scan_finds(&calendar, &park, &subjects);
    // The writer looks for deferred work after a write.
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 09:00:00", "끝");
    subjects.push("끝".into());
    calendar.wait_until_none(NOT_INDEXED);
    assert_finds_what_a_scan_finds(&calendar, &park, &subjects);
}
