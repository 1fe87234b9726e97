//! Reports: objects by their addresses, by what they say, and by when they take place.

use super::{HOME, PERSONAL, Program, event, group, hrefs, meeting, refused, texts};
use crate::support::calendar::Calendar;

fn query(filter: &str, data: &str) -> String {
    format!(
        "<C:calendar-query><D:prop><D:getetag/>{data}</D:prop><C:filter><C:comp-filter name=\"VCALENDAR\">{filter}</C:comp-filter></C:filter></C:calendar-query>"
    )
}

fn in_june(kind: &str) -> String {
    format!(
        "<C:comp-filter name=\"{kind}\"><C:time-range start=\"20170601T000000Z\" end=\"20170701T000000Z\"/></C:comp-filter>"
    )
}

/// The last parts of the addresses.
fn names(answer: &crate::support::answer::Answer) -> Vec<String> {
    let mut names: Vec<_> =
        hrefs(answer).iter().map(|href| href.rsplit('/').next().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn filled(program: &Program<'_>) {
    let put = |name: &str, object: &str| {
        program.put(&format!("{PERSONAL}/{name}.ics"), object);
    };
    put("june", &meeting("june", "Choir rehearsal"));
    put("may", &meeting("may", "May walk").replace("201706", "201705"));
    put(
        "weekly",
        &event(
            "weekly",
            "SUMMARY:Swimming\r\nLOCATION:Pool\r\nDTSTART;TZID=Asia/Seoul:20160105T170000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;UNTIL=20170614T000000Z\r\n",
        ),
    );
    put(
        "day",
        &event(
            "day",
            "SUMMARY:Holiday\r\nDTSTART;VALUE=DATE:20170630\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-P1D\r\nEND:VALARM\r\n",
        ),
    );
    put(
        "todo",
        &event("todo", "SUMMARY:Shopping\r\nDUE:20170610T000000Z\r\nCATEGORIES:HOME\r\n")
            .replace("VEVENT", "VTODO"),
    );
}

#[test]
fn events_are_found_by_when_they_take_place() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    filled(&program);
    let own = calendar.event(&program.token, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "Own");
    let found = |filter: &str| names(&program.report(PERSONAL, &query(filter, "")));
    let own = format!("{own}.ics");
    assert_eq!(found(&in_june("VEVENT")), [&own, "day.ics", "june.ics", "weekly.ics"]);
    assert_eq!(found(&in_june("VTODO")), ["todo.ics"]);
    assert_eq!(found("<C:comp-filter name=\"VTODO\"/>"), ["todo.ics"]);
    let late =
        "<C:comp-filter name=\"VEVENT\"><C:time-range start=\"20170614T000000Z\"/></C:comp-filter>";
    assert_eq!(found(late), [&own, "day.ics", "june.ics"]);
    let alarm = "<C:comp-filter name=\"VEVENT\"><C:comp-filter name=\"VALARM\"><C:time-range start=\"20170628T140000Z\" end=\"20170628T160000Z\"/></C:comp-filter></C:comp-filter>";
    assert_eq!(found(alarm), ["day.ics"]);
    assert_eq!(found("").len(), 6);
}

#[test]
fn objects_are_found_by_what_they_say() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    filled(&program);
    let found = |inner: &str| {
        let filter = format!("<C:comp-filter name=\"VEVENT\">{inner}</C:comp-filter>");
        names(&program.report(PERSONAL, &query(&filter, "")))
    };
    let says =
        |name: &str, inner: &str| format!("<C:prop-filter name=\"{name}\">{inner}</C:prop-filter>");
    assert_eq!(found(&says("SUMMARY", "<C:text-match>choir</C:text-match>")), ["june.ics"]);
    let exact = "<C:text-match collation=\"i;octet\">choir</C:text-match>";
    assert_eq!(found(&says("SUMMARY", exact)), [""; 0]);
    let not = "<C:text-match negate-condition=\"yes\">choir</C:text-match>";
    assert_eq!(found(&says("SUMMARY", not)), ["day.ics", "may.ics", "weekly.ics"]);
    assert_eq!(found(&says("LOCATION", "<C:is-not-defined/>")), ["day.ics", "june.ics", "may.ics"]);
    assert_eq!(found(&says("LOCATION", "")), ["weekly.ics"]);
    let zone = "<C:param-filter name=\"TZID\"><C:text-match>seoul</C:text-match></C:param-filter>";
    assert_eq!(found(&says("DTSTART", zone)), ["june.ics", "may.ics", "weekly.ics"]);
}

#[test]
fn an_occurrence_can_be_had_by_itself_and_an_object_in_part() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    filled(&program);
    let ask = |data: &str| {
        let filter = "<C:comp-filter name=\"VEVENT\"><C:time-range start=\"20170601T000000Z\" end=\"20170701T000000Z\"/><C:prop-filter name=\"SUMMARY\"><C:text-match>swim</C:text-match></C:prop-filter></C:comp-filter>";
        let data = format!("<C:calendar-data>{data}</C:calendar-data>");
        texts(&program.report(PERSONAL, &query(filter, &data)), "C:calendar-data").concat()
    };
    let expanded = ask("<C:expand start=\"20170601T000000Z\" end=\"20170701T000000Z\"/>");
    let starts: Vec<_> = expanded.lines().filter(|line| line.starts_with("DTSTART")).collect();
    assert_eq!(starts, ["DTSTART:20170606T080000Z", "DTSTART:20170613T080000Z"]);
    assert!(expanded.contains("RECURRENCE-ID:20170606T080000Z") && !expanded.contains("RRULE"));
    assert!(expanded.contains("LOCATION:Pool"));
    let part = ask(
        "<C:comp name=\"VCALENDAR\"><C:prop name=\"VERSION\"/><C:comp name=\"VEVENT\"><C:prop name=\"SUMMARY\"/><C:prop name=\"UID\"/></C:comp></C:comp>",
    );
    let lines: Vec<_> = part.lines().collect();
    assert_eq!(
        lines,
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            "UID:weekly",
            "SUMMARY:Swimming",
            "END:VEVENT",
            "END:VCALENDAR"
        ]
    );
}

#[test]
fn a_span_without_an_end_finds_what_repeats_for_ever() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let daily = event(
        "daily",
        "SUMMARY:Daily\r\nDTSTART:20160101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n",
    );
    program.put(&format!("{PERSONAL}/daily.ics"), &daily);
    let ended = daily.replace("daily", "ended").replace("FREQ=DAILY", "FREQ=DAILY;COUNT=3");
    program.put(&format!("{PERSONAL}/ended.ics"), &ended);
    let todo =
        event("todo", "DTSTART:20160101T000000Z\r\nDUE:20160101T010000Z\r\nRRULE:FREQ=DAILY\r\n");
    program.put(&format!("{PERSONAL}/todo.ics"), &todo.replace("VEVENT", "VTODO"));
    let body = r#"{"subject": "Own", "sdate": "2016-01-01 09:00:00", "edate": "2016-01-01 10:00:00", "rrule": "FREQ=DAILY"}"#;
    let own = calendar.post("/calendar/event", &program.token, body).made();
    let open = "<C:time-range start=\"20170601T000000Z\"/>";
    let found = |filter: &str| names(&program.report(PERSONAL, &query(filter, "")));
    let of =
        |kind: &str, inner: &str| format!("<C:comp-filter name=\"{kind}\">{inner}</C:comp-filter>");
    assert_eq!(found(&of("VEVENT", open)), [format!("{own}.ics"), "daily.ics".to_owned()]);
    assert_eq!(found(&of("VTODO", open)), ["todo.ics"]);
    assert_eq!(found(&of("VEVENT", &of("VALARM", open))), ["daily.ics"]);
}

#[test]
fn one_object_with_very_many_occurrences_takes_no_other_away() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let many = event(
        "many",
        "SUMMARY:Many\r\nDTSTART:20000101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6\r\n",
    );
    program.put(&format!("{PERSONAL}/many.ics"), &many);
    program.put(&format!("{PERSONAL}/one.ics"), &meeting("one", "One"));
    let data = "<C:calendar-data><C:expand start=\"20000101T000000Z\" end=\"20300101T000000Z\"/></C:calendar-data>";
    let answer = program.report(PERSONAL, &query("<C:comp-filter name=\"VEVENT\"/>", data));
    let [one, two] = &texts(&answer, "C:calendar-data")[..] else { panic!("{}", answer.body) };
    assert_eq!(one, &many);
    assert!(two.contains("DTSTART:20170620T000000Z"), "{two}");
}

#[test]
fn objects_are_had_by_their_addresses() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    filled(&program);
    let choir = group(&calendar, &program.token, "Choir", &[&program.token]);
    program.put(&format!("{HOME}/group-{choir}/a.ics"), &meeting("a", "Rehearsal"));
    let hrefs_in = |hrefs: &[&str]| {
        let hrefs: String = hrefs.iter().map(|href| format!("<D:href>{href}</D:href>")).collect();
        format!(
            "<C:calendar-multiget><D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"
        )
    };
    let june = format!("{PERSONAL}/june.ics");
    let encoded = june.replace('@', "%40");
    let body = hrefs_in(&[
        &encoded,
        &format!("{PERSONAL}/none.ics"),
        "x-apple-reminderkit://REMCDReminder/1",
        "/dav/calendars/kim@example.com/personal/a.ics",
    ]);
    let answer = program.report(PERSONAL, &body);
    assert_eq!(
        hrefs(&answer),
        [
            june.as_str(),
            &format!("{PERSONAL}/none.ics"),
            "x-apple-reminderkit://REMCDReminder/1",
            "/dav/calendars/kim@example.com/personal/a.ics"
        ]
    );
    assert_eq!(
        answer.body.matches("<D:status>HTTP/1.1 404 Not Found</D:status></D:response>").count(),
        3
    );
    let data = texts(&answer, "C:calendar-data").concat();
    assert_eq!(data, meeting("june", "Choir rehearsal"));
    let of_group = format!("{HOME}/group-{choir}/a.ics");
    let answer = program.report(HOME, &hrefs_in(&[&june, &of_group]));
    assert_eq!(hrefs(&answer), [june, of_group]);
    let many: Vec<_> = (0..10_001).map(|_| "/a").collect();
    let answer = program.report(PERSONAL, &hrefs_in(&many));
    assert_eq!(refused(&answer, 403, "C:valid-calendar-query"), "expected at most 10000 addresses");
}

#[test]
fn a_question_that_cannot_be_answered_is_refused_by_its_precondition() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let report = |body: &str| program.report(PERSONAL, body);
    let deep = "<C:comp-filter name=\"VEVENT\">".repeat(20) + &"</C:comp-filter>".repeat(20);
    assert_eq!(report(&query(&deep, "")).status, 207);
    let many = "<C:comp-filter name=\"VEVENT\"/>".repeat(101);
    for (filter, precondition, why) in [
        (many.as_str(), "C:valid-filter", "expected at most 100 parts of a filter"),
        ("<C:comp-filter/>", "C:valid-filter", "name: required, but missing"),
        ("<C:other/>", "C:valid-filter", "other is not known in a comp-filter"),
        (
            "<C:time-range start=\"20170601\"/>",
            "C:valid-filter",
            "start: expected a time in UTC, such as 20260131T000000Z",
        ),
        ("<C:time-range/>", "C:valid-filter", "time-range: expected a start or an end"),
        (
            "<C:time-range start=\"20170701T000000Z\" end=\"20170601T000000Z\"/>",
            "C:valid-filter",
            "end: expected a time after the start",
        ),
        (
            "<C:prop-filter name=\"A\"><C:text-match collation=\"i;own\">a</C:text-match></C:prop-filter>",
            "C:supported-collation",
            "collation: expected i;ascii-casemap or i;octet and not i;own",
        ),
    ] {
        assert_eq!(refused(&report(&query(filter, "")), 403, precondition), why, "{filter:.80}");
    }
    let wanted = "<C:prop name=\"A\"/>".repeat(201);
    let part =
        format!("<C:calendar-data><C:comp name=\"VCALENDAR\">{wanted}</C:comp></C:calendar-data>");
    let answer = report(&query("", &part));
    let why = "expected at most 200 components and properties\n";
    assert_eq!((answer.status, answer.body.as_str()), (400, why));
    let data = "<C:calendar-data content-type=\"text/html\"/>";
    let answer = report(&query("", data));
    assert_eq!(
        refused(&answer, 403, "C:supported-calendar-data"),
        "calendar-data: expected text/calendar of version 2.0"
    );
    assert_eq!(
        refused(&report("<D:other></D:other>"), 403, "D:supported-report"),
        "this report is not for what is at this address"
    );
    assert_eq!(program.report(HOME, &query("", "")).status, 403);
}

#[test]
fn busy_times_are_told_and_nothing_else() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    filled(&program);
    program.put(
        &format!("{PERSONAL}/free.ics"),
        &meeting("free", "Free").replace("END:VEVENT", "TRANSP:TRANSPARENT\r\nEND:VEVENT"),
    );
    let answer = program.report(PERSONAL, "<C:free-busy-query><C:time-range start=\"20170613T000000Z\" end=\"20170621T000000Z\"/></C:free-busy-query>");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("Content-Type"), Some("text/calendar; charset=utf-8"));
    let busy: Vec<_> = answer.body.lines().filter(|line| line.starts_with("FREEBUSY")).collect();
    assert_eq!(
        busy,
        [
            "FREEBUSY:20170613T080000Z/20170613T090000Z",
            "FREEBUSY:20170620T000000Z/20170620T010000Z"
        ]
    );
    assert!(!answer.body.contains("Choir"));
}
