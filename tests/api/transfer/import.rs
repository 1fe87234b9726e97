//! Files of other programs come in.

use serde_json::json;

use super::{LESSON, NOTHING, crlf, exported, file, import, report, single, unfolded};
use crate::series::{line, shown};
use crate::support::calendar::{Calendar, DONE, KIM, PARK, Settings};

const EVENTS: &str =
    "SELECT id, subject, starts, ends, rule, series_id, properties FROM event ORDER BY id";
const OBJECTS: &str = "SELECT id, uid, component, group_id, ics FROM calendar_object ORDER BY id";

#[test]
fn a_series_comes_in_with_its_exceptions() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    assert_eq!(
        shown(&calendar, &park, "2017-06-19", "2017-07-20"),
        [
            "1 06-20 09:00 to 10:00 Swimming",
            "2 07-04 14:00 to 15:00 Swimming test",
            "1 07-11 09:00 to 10:00 Swimming",
            "1 07-18 09:00 to 10:00 Swimming",
        ]
    );
    let event = calendar.get("/calendar/event/1", &park).json()["data"].clone();
    assert_eq!(event["rrule"], "FREQ=WEEKLY");
    assert_eq!(event["location"], "Pool");
    assert_eq!(event["reminders"], json!([30]));
    assert_eq!(event.get("timezone"), None);
    let changed = calendar.get("/calendar/event/2", &park).json()["data"].clone();
    assert_eq!(
        (&changed["series"], &changed["occurrence"]),
        (&json!(1), &json!("2017-07-04 09:00:00"))
    );
}

#[test]
fn what_came_in_goes_out_as_it_came() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    let out = exported(&calendar, &park, None);
    let lesson = crlf(LESSON);
    let events = lesson.find("BEGIN:VEVENT").unwrap()..lesson.find("END:VCALENDAR").unwrap();
    assert!(out.contains(&lesson[events]), "{out}");
    assert_eq!(out.matches("BEGIN:VTIMEZONE").count(), 1);
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    let before = (calendar.rows(EVENTS), calendar.rows(OBJECTS));
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 0, 0, 1, 0], ""));
    // As a program that stamps what it exports.
    let stamped = crlf(LESSON).replace("DTSTAMP:20170601T000000Z", "DTSTAMP:20170618T000000Z");
    import(&calendar, &park, "", &stamped).is(200, &report([1, 0, 0, 1, 0], ""));
    assert_eq!((calendar.rows(EVENTS), calendar.rows(OBJECTS)), before);
}

#[test]
fn a_newer_version_replaces_an_older_one_and_keeps_its_ids() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    let newer = crlf(LESSON)
        .replace("SEQUENCE:2", "SEQUENCE:3")
        .replace("SUMMARY:Swimming test", "SUMMARY:Swimming badge")
        .replace("EXDATE;TZID=Asia/Seoul:20170627T090000\r\n", "");
    let item = r#"{"uid":"lesson@phone.example","line":14,"outcome":"updated"}"#;
    import(&calendar, &park, "", &newer).is(200, &report([1, 0, 1, 0, 0], item));
    let now = [
        "1 06-20 09:00 to 10:00 Swimming",
        "1 06-27 09:00 to 10:00 Swimming",
        "2 07-04 14:00 to 15:00 Swimming badge",
    ];
    assert_eq!(shown(&calendar, &park, "2017-06-19", "2017-07-10"), now);
    let item = r#"{"uid":"lesson@phone.example","line":14,"outcome":"unchanged","detail":"a newer version of it is here"}"#;
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 0, 0, 1, 0], item));
    assert_eq!(shown(&calendar, &park, "2017-06-19", "2017-07-10"), now);
}

#[test]
fn a_version_without_a_changed_occurrence_takes_it_away() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    let lesson = crlf(LESSON);
    let second = lesson.rfind("BEGIN:VEVENT").unwrap()..lesson.find("END:VCALENDAR").unwrap();
    let mut newer = lesson.replacen("SEQUENCE:2", "SEQUENCE:3", 1);
    newer.replace_range(second, "");
    assert_eq!(import(&calendar, &park, "", &newer).json()["data"]["updated"], 1);
    assert_eq!(
        shown(&calendar, &park, "2017-06-19", "2017-07-10"),
        ["1 06-20 09:00 to 10:00 Swimming", "1 07-04 09:00 to 10:00 Swimming"]
    );
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
}

#[test]
fn what_is_in_another_calendar_is_told_and_not_doubled() {
    let (calendar, park) = Calendar::populated();
    import(&calendar, &park, "?group=1", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    let item = r#"{"uid":"lesson@phone.example","line":14,"outcome":"skipped","detail":"it is in group 1 already"}"#;
    import(&calendar, &park, "", &crlf(LESSON)).is(200, &report([1, 0, 0, 0, 1], item));
    // Another person's is another's.
    let kim = calendar.register(KIM);
    import(&calendar, &kim, "", &crlf(LESSON)).is(200, &report([1, 1, 0, 0, 0], ""));
    let theirs = crlf(LESSON).replace("SEQUENCE:2", "SEQUENCE:9");
    let item = r#"{"uid":"lesson@phone.example","line":14,"outcome":"skipped","detail":"somebody else registered it"}"#;
    import(&calendar, &kim, "?group=1", &theirs).is(200, &report([1, 0, 0, 0, 1], item));
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let text = file(&format!(
        "{}{}",
        single("a", "20170620T000000Z", "SUMMARY:a\nRRULE:FREQ=SECONDLY\n"),
        single("b", "2017", "SUMMARY:b\n")
    ));
    let told = import(&calendar, &park, "?dry_run=true", &text);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
    let done = import(&calendar, &park, "?dry_run=false", &text);
    assert_eq!(told.json(), done.json());
    let report = &done.json()["data"];
    assert_eq!((&report["created"], &report["skipped"]), (&json!(1), &json!(1)), "{report}");
    let items = report["items"].as_array().unwrap();
    assert_eq!((&items[0]["uid"], &items[0]["outcome"]), (&json!("a"), &json!("created")));
    assert!(items[0]["detail"].as_str().unwrap().starts_with("rrule: FREQ"), "{report}");
    assert_eq!((&items[1]["uid"], &items[1]["line"]), (&json!("b"), &json!(12)));
    assert_eq!(shown(&calendar, &park, "2017-06-19", "2017-07-20"), ["1 06-20 09:00 to 10:00 a"]);
}

#[test]
fn the_parameters_are_checked() {
    let (calendar, park) = Calendar::populated();
    import(&calendar, "", "", LESSON).without_token();
    import(&calendar, &park, "?group=7", LESSON).not_found("group 7 does not exist");
    for (query, detail) in [
        ("?group=one", "group: expected an integer of 64 bits"),
        ("?group=", "group: expected an integer of 64 bits"),
        ("?dry_run=yes", "dry_run: expected true or false"),
    ] {
        import(&calendar, &park, query, LESSON).invalid(detail);
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
}

#[test]
fn what_is_broken_is_taken_as_far_as_it_can_be() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    // Without an envelope, with CR alone, without an end.
    let fragment = single("f", "20170620T010000Z", "SUMMARY:fragment\n");
    let answer = import(&calendar, &park, "", &fragment.replace('\n', "\r"));
    assert_eq!(answer.json()["data"]["created"], 1, "{}", answer.body);
    let cut = file(&single("c", "20170620T020000Z", "SUMMARY:cut\n"));
    let cut = cut.split("END:VEVENT").next().unwrap();
    let answer = import(&calendar, &park, "", cut);
    assert_eq!(answer.json()["data"]["created"], 1, "{}", answer.body);
    // Latin-1 after a byte order mark's absence, and no UID: the same every time.
    let latin = file("BEGIN:VEVENT\nDTSTART:20170620T030000Z\nSUMMARY:Caf?\nEND:VEVENT\n");
    let latin: Vec<u8> = latin.bytes().map(|byte| if byte == b'?' { 0xe9 } else { byte }).collect();
    let answer = calendar.post("/import", &park, &latin);
    assert_eq!(answer.json()["data"]["created"], 1, "{}", answer.body);
    let answer = calendar.post("/import", &park, &latin);
    assert_eq!(answer.json()["data"]["unchanged"], 1, "{}", answer.body);
    assert_eq!(
        shown(&calendar, &park, "2017-06-19", "2017-07-20"),
        [
            "1 06-20 10:00 to 11:00 fragment",
            "2 06-20 11:00 to 12:00 cut",
            "3 06-20 12:00 to 12:00 Café"
        ]
    );
}

#[test]
fn to_dos_are_kept_and_not_shown() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let todo = "BEGIN:VTODO\nUID:t\nDTSTAMP:20170601T000000Z\nSUMMARY:milk\nDUE:20170620T000000Z\nEND:VTODO\n";
    import(&calendar, &park, "", &file(todo)).is(200, &report([1, 1, 0, 0, 0], ""));
    assert_eq!(shown(&calendar, &park, "2017-06-19", "2017-07-20"), [""; 0]);
    assert!(exported(&calendar, &park, None).contains(&crlf(todo)));
    import(&calendar, &park, "", &file(todo)).is(200, &report([1, 0, 0, 1, 0], ""));
}

#[test]
fn days_zones_and_dates_of_other_programs_are_read() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let text = file(
        "BEGIN:VEVENT
UID:day
DTSTAMP:20170601T000000Z
DTSTART;VALUE=DATE:20170621
DTEND;VALUE=DATE:20170623
SUMMARY:Camp
CLASS:PRIVATE
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:outlook
DTSTAMP:20170601T000000Z
DTSTART;TZID=Eastern Standard Time:20170621T200000
DTEND;TZID=Eastern Standard Time:20170621T210000
SUMMARY:Call\\, with Mina\\nand others
STATUS:TENTATIVE
DESCRIPTION:First line\\nsecond line
URL:https://example.com/call
END:VEVENT
BEGIN:VEVENT
UID:dates
DTSTAMP:20170601T000000Z
DTSTART:20170624T090000
DTEND:20170624T100000
RDATE:20170626T100000,20170628T090000
SUMMARY:Choir
END:VEVENT
",
    );
    import(&calendar, &park, "", &text).is(200, &report([3, 3, 0, 0, 0], ""));
    assert_eq!(
        shown(&calendar, &park, "2017-06-19", "2017-07-20"),
        [
            "1 06-21 00:00 to 06-23 00:00 Camp",
            "2 06-22 09:00 to 10:00 Call, with Mina and others",
            "3 06-24 09:00 to 10:00 Choir",
            "4 06-26 10:00 to 11:00 Choir",
            "5 06-28 09:00 to 10:00 Choir",
        ]
    );
    let event =
        |id: i64| calendar.get(&format!("/calendar/event/{id}"), &park).json()["data"].clone();
    let camp = event(1);
    assert_eq!(
        (&camp["all_day"], &camp["private"], &camp["free"]),
        (&json!(true), &json!(true), &json!(true))
    );
    let call = event(2);
    assert_eq!(
        (&call["timezone"], &call["status"]),
        (&json!("America/New_York"), &json!("tentative"))
    );
    assert_eq!(
        (&call["description"], &call["url"]),
        (&json!("First line\nsecond line"), &json!("https://example.com/call"))
    );
}

#[test]
fn what_a_user_may_have_bounds_a_file_too() {
    let mut settings = Settings::default();
    settings.bounds.events = 3;
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "own");
    let three: String =
        (0..3).map(|n| single(&format!("e{n}"), "20170620T000000Z", "SUMMARY:e\n")).collect();
    let answer = import(&calendar, &park, "", &file(&three));
    answer.invalid("with these you would have registered more than 3 events, which is the most: delete some first");
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
}

#[test]
fn ones_own_export_changes_nothing_where_it_came_from() {
    let (calendar, park) = Calendar::populated();
    let body = json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "Swimming", "rrule": "FREQ=WEEKLY"});
    calendar.post("/calendar/event", &park, body.to_string()).made();
    calendar.put("/calendar/birthday", &park, r#"{"birthday": "1984-02-29"}"#).is(200, DONE);
    let text = exported(&calendar, &park, None);
    import(&calendar, &park, "", &text).is(200, &report([3, 0, 0, 3, 0], ""));
    let answer = import(&calendar, &park, "?group=1", &text);
    assert_eq!(answer.json()["data"]["skipped"], 3, "{}", answer.body);
    // Changed elsewhere after it went out, it comes back as a newer version.
    let newer = text
        .replace("SUMMARY:Swimming", "SUMMARY:Diving\r\nCATEGORIES:Sport")
        .replace("LAST-MODIFIED:20170619T105504Z", "LAST-MODIFIED:20170620T105504Z");
    let answer = import(&calendar, &park, "", &newer);
    assert_eq!(answer.json()["data"]["updated"], 2, "{}", answer.body);
    let event = calendar.get("/calendar/event/2", &park).json()["data"].clone();
    assert_eq!(line(&event), "2 06-20 09:00 to 10:00 Diving");
    assert!(unfolded(&exported(&calendar, &park, None)).contains(&"CATEGORIES:Sport".to_owned()));
}

#[test]
fn what_could_not_be_taken_is_counted_and_what_was_only_noted_is_not() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    // More than are listed, without a UID.
    let many: String = (0..1200)
        .map(|n| format!("BEGIN:VEVENT\nDTSTART:20170620T000000Z\nSUMMARY:{n}\nEND:VEVENT\n"))
        .collect();
    let answer = import(&calendar, &park, "?dry_run=true", &file(&many));
    let data = &answer.json()["data"];
    let counts = ["read", "created", "updated", "unchanged", "skipped"]
        .map(|key| data[key].as_u64().unwrap());
    assert_eq!(counts, [1200, 1200, 0, 0, 0]);
    let items = data["items"].as_array().unwrap();
    assert_eq!(items.len(), 1000);
    assert_eq!(items[0]["detail"], "it has no UID and was given one");
    assert_eq!(items[0]["outcome"], "created");
    // One of another kind, and a line that is none, beside one that is sound.
    let text = file(&format!(
        "BEGIN:VFREEBUSY\nUID:busy\nEND:VFREEBUSY\n{}",
        single("a", "20170620T000000Z", "SUMMARY:a\n")
            .replace("DURATION:PT1H", "DURATION:PT1H\nno property")
    ));
    let items = [
        r#"{"uid":"busy","line":4,"outcome":"skipped","detail":"\"VFREEBUSY\" is neither VEVENT, VTODO nor VJOURNAL"}"#,
        r#"{"uid":"a","line":12,"outcome":"noted","detail":"the line is no property of iCalendar"}"#,
    ];
    import(&calendar, &park, "", &text).is(200, &report([2, 1, 0, 0, 1], &items.join(",")));
}

#[test]
fn a_file_without_anything_in_it_is_told() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for text in [file("").as_str(), "", "\r\n\r\n"] {
        import(&calendar, &park, "", text).is(200, &report([0; 5], NOTHING));
    }
}

#[test]
fn the_uid_of_an_item_has_a_bound() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let text = file(&single(&"u".repeat(100_000), "2017", "SUMMARY:a\n"));
    let answer = import(&calendar, &park, "", &text);
    let item = &answer.json()["data"]["items"][0];
    assert_eq!(item["uid"].as_str().unwrap(), "u".repeat(255), "{item}");
}

#[test]
fn a_start_that_its_rule_does_not_give_is_an_occurrence_that_counts() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    // A Monday, and every Tuesday.
    let event = |count: u8| {
        let rule = format!("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT={count}\nSUMMARY:a\n");
        file(&single(&count.to_string(), "20170605T000000", &rule))
    };
    import(&calendar, &park, "", &event(3)).is(200, &report([1, 1, 0, 0, 0], ""));
    let june = |calendar: &Calendar| shown(calendar, &park, "2017-06-01", "2017-07-01");
    assert_eq!(
        june(&calendar),
        ["2 06-05 00:00 to 01:00 a", "1 06-06 00:00 to 01:00 a", "1 06-13 00:00 to 01:00 a",]
    );
    // It goes out as it came, and without the first once that is left out.
    assert!(exported(&calendar, &park, None).contains("DTSTART:20170605T000000\r\n"));
    let first = r#"{"event_id": 2, "occurrence": "2017-06-05 00:00:00"}"#;
    calendar.delete("/calendar/event", &park, first).is(200, DONE);
    assert_eq!(june(&calendar), ["1 06-06 00:00 to 01:00 a", "1 06-13 00:00 to 01:00 a"]);
    let text = exported(&calendar, &park, None);
    assert!(text.contains("EXDATE:20170605T000000\r\n"), "{text}");
    // A series of one is the start alone.
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    import(&calendar, &park, "", &event(1)).is(200, &report([1, 1, 0, 0, 0], ""));
    assert_eq!(shown(&calendar, &park, "2017-06-01", "2017-07-01"), ["1 06-05 00:00 to 01:00 a"]);
}
