//! Files of many events, which come in by and by and are seen at once.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{exported, file, import, report, single};
use crate::support::calendar::{Calendar, KIM, PARK, Settings};

/// More than one transaction takes.
const MANY: u64 = 700;

fn many() -> String {
    let events = (0..MANY)
        .map(|n| single(&format!("e{n}"), "20170620T000000Z", &format!("SUMMARY:needle {n}\n")));
    file(&events.collect::<String>())
}

fn found(calendar: &Calendar, token: &str) -> usize {
    let answer = calendar.get("/calendar/search?search_word=needle", token);
    answer.json()["data"].as_array().unwrap().len()
}

#[test]
fn many_events_are_seen_and_found_at_once() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.get("/calendar/date?date=2017-06-20", &park);
    assert_eq!(before.json()["data"].as_array().unwrap().len(), 1);
    import(&calendar, &park, "", &many()).is(200, &report([MANY, MANY, 0, 0, 0], ""));
    let day = calendar.get("/calendar/date?date=2017-06-20", &park);
    assert_eq!(day.json()["data"].as_array().unwrap().len(), 701);
    assert_eq!(found(&calendar, &park), 700);
    assert_eq!(exported(&calendar, &park, None).matches("BEGIN:VEVENT").count(), 701);
    import(&calendar, &park, "", &many()).is(200, &report([MANY, 0, 0, MANY, 0], ""));
    // Newer versions of all.
    let newer =
        many().replace("DTSTAMP:20170601", "LAST-MODIFIED:20170602").replace("needle", "pin");
    let answer = import(&calendar, &park, "?group=1", &newer);
    assert_eq!(answer.json()["data"]["skipped"], MANY);
    let answer = import(&calendar, &park, "", &newer);
    assert_eq!(answer.json()["data"]["updated"], MANY, "{}", answer.body);
    assert_eq!(found(&calendar, &park), 0);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["701"]);
}

#[test]
fn nothing_of_a_file_is_left_when_it_is_too_much() {
    let mut settings = Settings::default();
    settings.bounds.events = 600;
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "own");
    let before = calendar.get("/calendar/date?date=2017-06-20", &park).body;
    import(&calendar, &park, "", &many()).invalid(
        "with these you would have registered more than 600 events, which is the most: delete some first",
    );
    assert_eq!(calendar.get("/calendar/date?date=2017-06-20", &park).body, before);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
    // There is room again.
    let few = file(&single("x", "20170620T000000Z", "SUMMARY:x\n"));
    import(&calendar, &park, "", &few).is(200, &report([1, 1, 0, 0, 0], ""));
    assert_eq!(calendar.get("/user/", &park).json()["data"]["useremail"], json!(PARK));
}

/// Few events, which together are more than one transaction takes.
fn large() -> String {
    let note = "x".repeat(8000);
    let more = |n: u32| format!("SUMMARY:needle {n}\nDESCRIPTION:{note}\n");
    let events = (0..100).map(|n| single(&format!("e{n}"), "20170620T000000Z", &more(n)));
    file(&events.collect::<String>())
}

#[test]
fn a_few_large_events_are_taken_all_or_none() {
    let mut settings = Settings::default();
    settings.bounds.events = 99;
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    let why = "with these you would have registered more than 99 events, which is the most: delete some first";
    import(&calendar, &park, "?dry_run=true", &large()).invalid(why);
    import(&calendar, &park, "", &large()).invalid(why);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);

    let (calendar, park) = Calendar::populated();
    import(&calendar, &park, "", &large()).is(200, &report([100, 100, 0, 0, 0], ""));
    assert_eq!(found(&calendar, &park), 100);
    import(&calendar, &park, "", &large()).is(200, &report([100, 0, 0, 100, 0], ""));
}

#[test]
fn a_dry_run_tells_that_there_would_be_too_many_events_that_repeat() {
    let mut settings = Settings::default();
    settings.bounds.series = 2;
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    let series = |numbers: std::ops::Range<u32>| {
        let more = "SUMMARY:s\nRRULE:FREQ=DAILY\n";
        let events = numbers.map(|n| single(&format!("s{n}"), "20170620T000000Z", more));
        file(&events.collect::<String>())
    };
    let why = "you have registered 2 events that repeat, which is the most: delete some first";
    for query in ["?dry_run=true", ""] {
        import(&calendar, &park, query, &series(0..3)).invalid(why);
    }
    for query in ["?dry_run=true", ""] {
        import(&calendar, &park, query, &series(0..2)).is(200, &report([2, 2, 0, 0, 0], ""));
    }
    // What is there already needs no room, in a newer version either.
    let newer = series(0..2).replace("DTSTAMP:20170601", "DTSTAMP:20170602").replace(":s", ":t");
    for query in ["?dry_run=true", ""] {
        let answer = import(&calendar, &park, query, &newer.replace("UID:t", "UID:s"));
        assert_eq!(answer.json()["data"]["updated"], 2, "{}", answer.body);
    }
}

#[test]
fn files_of_a_zip_that_have_the_same_events_have_them_once() {
    let (calendar, park) = Calendar::populated();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a.ics", "b.ics"] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(large().as_bytes()).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let answer = calendar.post("/import", &park, &zip);
    let data = &answer.json()["data"];
    assert_eq!(
        (&data["read"], &data["created"], &data["skipped"]),
        (&json!(200), &json!(100), &json!(100)),
        "{}",
        answer.body
    );
    let item = json!({"file": "b.ics", "uid": "e0", "line": 4, "outcome": "skipped", "detail": "another of the files has its UID"});
    assert_eq!(data["items"][0], item);
    assert_eq!(found(&calendar, &park), 100);
}

/// What an import of user 2 leaves in group 1 when the server is killed in the middle of it.
fn interrupted(calendar: &Calendar) {
    calendar.execute("INSERT INTO import (user_id, group_id, touched) VALUES (2, 1, 5)");
    calendar.execute(
        "INSERT INTO calendar_object (user_id, group_id, import_id, change, component, uid, ics)
         VALUES (2, 1, (SELECT max(id) FROM import), 0, 'VEVENT', 'lesson', 'BEGIN:VCALENDAR')",
    );
}

#[test]
fn an_import_that_was_interrupted_is_in_nobodys_way() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    interrupted(&calendar);
    let both = file(&format!(
        "{}{}",
        single("lesson", "20170620T000000Z", "SUMMARY:lesson\n"),
        single("other", "20170620T000000Z", "SUMMARY:other\n")
    ));
    // It may be going on.
    let why = "somebody else is importing it at this moment: try again in some minutes";
    let item = format!(r#"{{"uid":"lesson","line":4,"outcome":"skipped","detail":"{why}"}}"#);
    for query in ["?group=1&dry_run=true", "?group=1"] {
        import(&calendar, &park, query, &both).is(200, &report([2, 1, 0, 0, 1], &item));
    }
    // Whoever began it begins again.
    for query in ["?group=1&dry_run=true", "?group=1"] {
        import(&calendar, &kim, query, &both).is(200, &report([2, 1, 0, 1, 0], ""));
    }
    import(&calendar, &park, "?group=1", &both).is(200, &report([2, 0, 0, 2, 0], ""));
}
