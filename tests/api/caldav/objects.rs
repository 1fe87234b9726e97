//! Objects: what is put comes back as it came, and is an event for everybody else.

use serde_json::json;

use super::{HOME, PERSONAL, Program, event, group, june, kim, meeting, refused, texts};
use crate::support::calendar::Calendar;

#[test]
fn an_object_comes_back_byte_for_byte_and_is_an_event_of_the_api() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let path = format!("{PERSONAL}/Own%20name.ics");
    let text = meeting("a", "Choir").replace("END:VEVENT", "X-OWN;A=\"b\":c\r\n  d\r\nEND:VEVENT");
    let tag = program.put(&path, &text);
    let answer = program.call("GET", &path, &[], "");
    assert_eq!((answer.status, answer.body.as_str()), (200, text.as_str()));
    assert_eq!(answer.header("ETag"), Some(tag.as_str()));
    assert_eq!(
        answer.header("Content-Type"),
        Some("text/calendar; charset=utf-8; component=vevent")
    );
    let known = program.call("GET", &path, &[("If-None-Match", &tag)], "");
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_eq!(june(&calendar, &program.token), ["Tue, 20 Jun 2017 09:00:00 GMT Choir"]);
    let listed = program.propfind(PERSONAL, "1", "<D:getetag/>");
    assert_eq!(super::hrefs(&listed)[1], path);
    assert!(texts(&listed, "D:getetag")[1] == tag);
}

#[test]
fn an_event_of_the_api_is_an_object_and_keeps_its_name_when_it_is_put() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let id = calendar.event(&program.token, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "회의");
    let path = format!("{PERSONAL}/{id}.ics");
    let answer = program.call("GET", &path, &[], "");
    let (text, tag) = (answer.body.clone(), answer.header("ETag").unwrap().to_owned());
    assert!(text.contains("SUMMARY:회의\r\n"), "{text}");
    let changed = text.replace("SUMMARY:회의", "SUMMARY:다른 회의\r\nX-OWN:1");
    let answer = program.call("PUT", &path, &[("If-Match", &tag)], &changed);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(program.get(&path), changed);
    assert_eq!(june(&calendar, &program.token), ["Tue, 20 Jun 2017 09:00:00 GMT 다른 회의"]);
    // It is the same event, and a change by the API leaves what it does not know.
    let body = json!({"event_id": id, "subject": "셋째", "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00"});
    assert_eq!(calendar.put("/calendar/event", &program.token, body.to_string()).status, 200);
    let text = program.get(&path);
    assert!(text.contains("SUMMARY:셋째\r\n") && text.contains("X-OWN:1\r\n"), "{text}");
    let stale = program.call("PUT", &path, &[("If-Match", &tag)], &changed);
    assert_eq!(stale.status, 412);
}

#[test]
fn a_condition_that_is_not_met_changes_nothing() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let path = format!("{PERSONAL}/a.ics");
    let first = meeting("a", "First");
    let none = program.call("PUT", &path, &[("If-Match", "\"x\"")], &first);
    assert_eq!(none.status, 412);
    let gone = program.call("DELETE", &path, &[("If-Match", "\"x\"")], "");
    assert_eq!(gone.status, 412);
    assert_eq!(program.call("DELETE", &path, &[], "").status, 404);
    let tag = program.put(&path, &first);
    for (method, headers) in [
        ("PUT", &[("If-None-Match", "*")][..]),
        ("PUT", &[("If-Match", "\"x\"")]),
        ("PUT", &[("If-Match", "x")]),
        ("DELETE", &[("If-Match", "\"x\"")]),
    ] {
        let answer = program.call(method, &path, headers, &meeting("a", "Second"));
        assert_eq!(answer.status, 412, "{method} {headers:?}");
    }
    assert_eq!(program.get(&path), first);
    let answer = program.call("PUT", &path, &[("If-Match", &tag)], &meeting("a", "Second"));
    assert_eq!(answer.status, 204);
    let tag = answer.header("ETag").unwrap().to_owned();
    assert_eq!(program.call("DELETE", &path, &[("If-Match", &tag)], "").status, 204);
    assert_eq!(program.call("GET", &path, &[], "").status, 404);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
}

#[test]
fn what_is_no_object_is_refused_by_the_precondition_that_fails() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let path = format!("{PERSONAL}/a.ics");
    let put = |body: &str| program.call("PUT", &path, &[], body);
    let two = meeting("a", "One").replace("END:VCALENDAR\r\n", "")
        + "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20170620T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    for (body, precondition, why) in [
        ("", "C:valid-calendar-data", "expected BEGIN:VCALENDAR"),
        ("<html>", "C:valid-calendar-data", "line 1: expected BEGIN:VCALENDAR"),
        (
            two.as_str(),
            "C:valid-calendar-object-resource",
            "UID: expected the same in all components",
        ),
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
            "C:valid-calendar-object-resource",
            "METHOD: expected none in a stored object",
        ),
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\nUID:a\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n",
            "C:supported-calendar-component",
            "expected VEVENT, VTODO or VJOURNAL and not \"VFREEBUSY\"",
        ),
    ] {
        assert_eq!(refused(&put(body), 403, precondition), why, "{body}");
    }
    let deep = format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:X\r\n".repeat(10_000));
    let why = refused(&put(&deep), 403, "C:valid-calendar-data");
    assert_eq!(why, "line 9: expected components at most 8 deep");
    let large = "a".repeat((1 << 20) + 1);
    assert_eq!(refused(&put(&large), 403, "C:max-resource-size"), "expected at most 1048576 bytes");
    let answer = program.call("PUT", PERSONAL, &[], &meeting("a", "One"));
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (405, "only an object of a calendar can be put\n")
    );
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_object"), ["0"]);
}

#[test]
fn a_uid_is_there_once_in_a_calendar() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "Choir"));
    let own = calendar.event(&program.token, "2017-06-21 09:00:00", "2017-06-21 10:00:00", "Own");
    let text = program.get(&format!("{PERSONAL}/{own}.ics"));
    for (path, object, taken) in [
        ("b.ics", meeting("a", "Other"), "a.ics".to_owned()),
        ("a.ics", meeting("b", "Other"), "a.ics".to_owned()),
        ("c.ics", text, format!("{own}.ics")),
    ] {
        let answer = program.call("PUT", &format!("{PERSONAL}/{path}"), &[], &object);
        refused(&answer, 403, "C:no-uid-conflict");
        let href = format!("<C:no-uid-conflict><D:href>{PERSONAL}/{taken}</D:href>");
        assert!(answer.body.contains(&href), "{}", answer.body);
    }
}

#[test]
fn to_dos_and_journals_are_kept_and_shown_in_no_view() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    for kind in ["VTODO", "VJOURNAL"] {
        let text = meeting(kind, "Shopping").replace("VEVENT", kind).replace("DTEND", "X-END");
        let path = format!("{PERSONAL}/{kind}.ics");
        program.put(&path, &text);
        assert_eq!(program.get(&path), text);
        let other = program.call("PUT", &path, &[], &meeting(kind, "Shopping"));
        assert_eq!(
            refused(&other, 403, "C:valid-calendar-object-resource"),
            "the object that is here is of another kind"
        );
    }
    assert_eq!(june(&calendar, &program.token), [""; 0]);
}

#[test]
fn an_object_is_copied_and_moved_among_the_calendars_of_its_user() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let choir = group(&calendar, &program.token, "Choir", &[&program.token]);
    let (from, to) = (format!("{PERSONAL}/a.ics"), format!("{HOME}/group-{choir}/b.ics"));
    let text = meeting("a", "Rehearsal");
    program.put(&from, &text);
    let send = |method: &str, from: &str, to: &str, overwrite: &str| {
        program.call(method, from, &[("Destination", to), ("Overwrite", overwrite)], "").status
    };
    assert_eq!(send("COPY", &from, &format!("https://calendar.example{to}"), "F"), 201);
    assert_eq!((program.get(&from), program.get(&to)), (text.clone(), text.clone()));
    assert_eq!(send("COPY", &from, &to, "F"), 412);
    assert_eq!(send("MOVE", &from, &to, "T"), 204);
    assert_eq!(program.call("GET", &from, &[], "").status, 404);
    assert_eq!(program.get(&to), text);
    assert_eq!(send("MOVE", &to, &from.replace("park", "kim"), "T"), 403);
    assert_eq!(send("MOVE", &to, &to, "T"), 403);
    assert_eq!(send("MOVE", &to, PERSONAL, "T"), 409);
    assert_eq!(send("MOVE", &from, &to, "T"), 404);
    assert_eq!(program.get(&to), text);
}

#[test]
fn a_move_that_cannot_be_made_leaves_all_as_it_was() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let choir = group(&calendar, &program.token, "Choir", &[&program.token]);
    let (from, there) = (format!("{PERSONAL}/a.ics"), format!("{HOME}/group-{choir}/there.ics"));
    let other = format!("{HOME}/group-{choir}/other.ics");
    program.put(&from, &meeting("a", "Here"));
    program.put(&there, &meeting("a", "There"));
    program.put(&other, &meeting("b", "Other"));
    for (method, to) in [("COPY", "new.ics"), ("MOVE", "new.ics"), ("MOVE", "other.ics")] {
        let to = format!("{HOME}/group-{choir}/{to}");
        let answer = program.call(method, &from, &[("Destination", &to)], "");
        refused(&answer, 403, "C:no-uid-conflict");
        let href = format!("<C:no-uid-conflict><D:href>{there}</D:href>");
        assert!(answer.body.contains(&href), "{}", answer.body);
    }
    assert_eq!(program.get(&from), meeting("a", "Here"));
    assert_eq!(program.get(&there), meeting("a", "There"));
    assert_eq!(program.get(&other), meeting("b", "Other"));
    // Under another name in its own calendar, and over the one that has its UID, it goes.
    let renamed = format!("{PERSONAL}/renamed.ics");
    assert_eq!(program.call("MOVE", &from, &[("Destination", &renamed)], "").status, 201);
    assert_eq!(program.call("MOVE", &renamed, &[("Destination", &there)], "").status, 204);
    assert_eq!(program.get(&there), meeting("a", "Here"));
    assert_eq!(program.call("GET", &renamed, &[], "").status, 404);
}

#[test]
fn what_somebody_else_has_registered_is_changed_by_who_may() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    let choir = group(&calendar, &park.token, "Choir", &[&park.token, &kim.token]);
    let of_kim = format!("/dav/calendars/kim@example.com/group-{choir}/a.ics");
    let of_park = format!("{HOME}/group-{choir}/a.ics");
    kim.put(&of_kim, &meeting("a", "Rehearsal"));
    assert_eq!(park.get(&of_park), meeting("a", "Rehearsal"));
    let answer = park.call("PUT", &of_park, &[], &meeting("a", "Concert"));
    assert_eq!(answer.status, 204);
    let owner = "SELECT u.email, e.subject FROM event e JOIN user u ON u.id = e.user_id";
    assert_eq!(calendar.rows(&owner.replace("user u", "\"user\" u")), ["kim@example.com|Concert"]);
    let own = format!("{HOME}/group-{choir}/b.ics");
    park.put(&own, &meeting("b", "Only mine"));
    let answer = kim.call("DELETE", &of_kim.replace("a.ics", "b.ics"), &[], "");
    assert_eq!(refused(&answer, 403, "D:need-privileges"), "it was registered by somebody else");
    assert_eq!(park.get(&own), meeting("b", "Only mine"));
}

#[test]
fn of_what_is_private_others_see_when_it_is() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    let choir = group(&calendar, &park.token, "Choir", &[&park.token, &kim.token]);
    let secret =
        meeting("a", "Doctor").replace("END:VEVENT", "CLASS:PRIVATE\r\nX-OWN:knee\r\nEND:VEVENT");
    let path = format!("/dav/calendars/kim@example.com/group-{choir}/a.ics");
    kim.put(&path, &secret);
    assert_eq!(kim.get(&path), secret);
    let seen = park.get(&format!("{HOME}/group-{choir}/a.ics"));
    assert!(!seen.contains("Doctor") && !seen.contains("knee"), "{seen}");
    assert!(seen.contains("DTSTART") && seen.contains("20170620T090000"), "{seen}");
    // Park owns the group, and would write over, or take along, what is not to be seen.
    let body = r#"{"subject": "Dentist", "sdate": "2017-06-21 09:00:00", "edate": "2017-06-21 10:00:00", "private": true}"#;
    let body = body.replacen('{', &format!(r#"{{"group_id": {choir}, "#), 1);
    let own = calendar.post("/group/event", &kim.token, body).made();
    for (name, text) in [("a.ics".to_owned(), seen), (format!("{own}.ics"), meeting("b", "B"))] {
        let there = format!("{HOME}/group-{choir}/{name}");
        refused(&park.call("PUT", &there, &[], &text), 403, "D:need-privileges");
        let away = format!("{PERSONAL}/away.ics");
        let moved = park.call("MOVE", &there, &[("Destination", &away)], "");
        let why = refused(&moved, 403, "D:need-privileges");
        assert!(why.ends_with("is private: only who registered it may change it"), "{why}");
        assert_eq!(park.call("GET", &away, &[], "").status, 404);
    }
    assert_eq!(kim.get(&path), secret);
}

#[test]
fn a_birthday_is_read_and_not_changed() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let day = r#"{"birthday": "1990-06-20"}"#;
    assert_eq!(calendar.put("/calendar/birthday", &program.token, day).status, 200);
    let birthdays = format!("{HOME}/birthdays");
    let listed = super::hrefs(&program.propfind(&birthdays, "1", "<D:getetag/>"));
    let [_, birthday] = &listed[..] else { panic!("{listed:?}") };
    assert!(program.get(birthday).contains("DTSTART;VALUE=DATE:19900620\r\n"));
    assert_eq!(super::hrefs(&program.propfind(PERSONAL, "1", "<D:getetag/>")).len(), 1);
    for (method, path) in [
        ("PUT", birthday.clone()),
        ("DELETE", birthday.clone()),
        ("PUT", format!("{birthdays}/a.ics")),
        ("DELETE", birthdays),
    ] {
        let answer = program.call(method, &path, &[], &meeting("a", "Other"));
        refused(&answer, 403, "D:need-privileges");
    }
    assert_eq!(calendar.rows("SELECT birthday, starts FROM event"), ["1|645840000"]);
}

#[test]
fn what_a_program_does_is_in_the_history_under_its_name_and_can_be_undone() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let path = format!("{PERSONAL}/a.ics");
    program.put(&path, &meeting("a", "Choir"));
    assert_eq!(program.call("DELETE", &path, &[], "").status, 204);
    let activity = calendar.get("/calendar/activity", &program.token).json()["data"].clone();
    let told: Vec<_> = activity
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["action"].clone(), entry["door"].clone(), entry["door_name"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!("delete"), json!("app_password"), json!("b")),
            (json!("create"), json!("app_password"), json!("b")),
        ]
    );
    let entry = &activity[0]["id"];
    let undone = calendar.post(&format!("/history/{entry}/undo"), &program.token, "");
    assert_eq!(undone.status, 200, "{}", undone.body);
    assert_eq!(program.get(&path), meeting("a", "Choir"));
}

#[test]
fn a_series_with_a_changed_occurrence_is_one_object() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let path = format!("{PERSONAL}/a.ics");
    let text = event("a", "SUMMARY:Choir\r\nDTSTART;TZID=Asia/Seoul:20170606T190000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n")
        .replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;TZID=Asia/Seoul:20170613T190000\r\nSUMMARY:Concert\r\nDTSTART;TZID=Asia/Seoul:20170614T200000\r\nDURATION:PT2H\r\nEND:VEVENT\r\nEND:VCALENDAR");
    program.put(&path, &text);
    assert_eq!(
        june(&calendar, &program.token),
        [
            "Tue, 06 Jun 2017 19:00:00 GMT Choir",
            "Wed, 14 Jun 2017 20:00:00 GMT Concert",
            "Tue, 20 Jun 2017 19:00:00 GMT Choir",
        ]
    );
    assert_eq!(super::hrefs(&program.propfind(PERSONAL, "1", "<D:getetag/>")).len(), 2);
    assert_eq!(program.call("DELETE", &path, &[], "").status, 204);
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["0"]);
}
