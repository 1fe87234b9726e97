//! Calendars themselves: made, named, coloured, left and deleted by a program.

use super::{HOME, PERSONAL, Program, group, hrefs, kim, meeting, refused, texts};
use crate::support::calendar::Calendar;

const NEW: &str = "/dav/calendars/park@jungi.me/2F1A-new";

fn make(program: &Program<'_>, path: &str, props: &str) -> crate::support::answer::Answer {
    let body = format!(
        "<C:mkcalendar {}><D:set><D:prop>{props}</D:prop></D:set></C:mkcalendar>",
        super::NAMES
    );
    program.call("MKCALENDAR", path, &[], &body)
}

#[test]
fn a_calendar_that_a_program_makes_is_a_private_group_at_its_address() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let props = "<D:displayname>가족</D:displayname><A:calendar-color>#FF8000FF</A:calendar-color>";
    let answer = make(&program, NEW, props);
    assert_eq!((answer.status, answer.body.as_str()), (201, ""));
    let asked = "<D:displayname/><A:calendar-color/>";
    let answer = program.propfind(NEW, "0", asked);
    assert_eq!(hrefs(&answer), [format!("{NEW}/")]);
    assert_eq!(texts(&answer, "D:displayname"), ["가족"]);
    assert_eq!(texts(&answer, "A:calendar-color"), ["#FF8000FF"]);
    program.put(&format!("{NEW}/a.ics"), &meeting("a", "Picnic"));
    assert!(hrefs(&program.propfind(HOME, "1", "<D:displayname/>")).contains(&format!("{NEW}/")));
    assert_eq!(
        calendar.rows("SELECT name, everyone, (SELECT count(*) FROM event e WHERE e.group_id = g.id) FROM calendar_group g"),
        ["가족|0|1"]
    );
    let again = make(&program, NEW, "");
    assert_eq!(refused(&again, 405, "D:resource-must-be-null"), "there is a calendar here");
    for taken in [PERSONAL.to_owned(), format!("{HOME}/group-7")] {
        refused(&make(&program, &taken, ""), 405, "D:resource-must-be-null");
    }
    let inside = make(&program, &format!("{NEW}/inner"), "");
    refused(&inside, 403, "C:calendar-collection-location-ok");
    assert_eq!(program.call("DELETE", NEW, &[], "").status, 204);
    assert_eq!(program.propfind(NEW, "0", asked).status, 404);
    assert_eq!(make(&program, NEW, "").status, 201);
    assert_eq!(texts(&program.propfind(NEW, "0", asked), "D:displayname"), ["2F1A-new"]);
}

#[test]
fn an_extended_mkcol_makes_a_calendar_and_nothing_else() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let body = |kind: &str| {
        format!(
            "<D:mkcol {}><D:set><D:prop><D:resourcetype>{kind}</D:resourcetype><D:displayname>Work</D:displayname></D:prop></D:set></D:mkcol>",
            super::NAMES
        )
    };
    let plain = program.call("MKCOL", NEW, &[], &body("<D:collection/>"));
    assert_eq!(
        refused(&plain, 403, "D:valid-resourcetype"),
        "expected a resourcetype with a calendar: there are no other collections"
    );
    assert_eq!(program.call("MKCOL", NEW, &[], &body("<D:collection/><C:calendar/>")).status, 201);
    assert_eq!(texts(&program.propfind(NEW, "0", "<D:displayname/>"), "D:displayname"), ["Work"]);
}

#[test]
fn a_calendar_for_to_dos_takes_to_dos() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let set = "<C:supported-calendar-component-set><C:comp name=\"VTODO\"/></C:supported-calendar-component-set>";
    assert_eq!(make(&program, NEW, set).status, 201);
    let shown = program.propfind(NEW, "0", "<C:supported-calendar-component-set/>");
    assert_eq!(texts(&shown, "C:supported-calendar-component-set"), [r#"<C:comp name="VTODO"/>"#]);
    let answer = program.call("PUT", &format!("{NEW}/a.ics"), &[], &meeting("a", "Event"));
    assert_eq!(
        refused(&answer, 403, "C:supported-calendar-component"),
        "the calendar was made for components of another kind"
    );
    let todo = meeting("a", "To do").replace("VEVENT", "VTODO").replace("DTEND", "DUE");
    program.put(&format!("{NEW}/a.ics"), &todo);
}

#[test]
fn what_a_program_keeps_with_a_calendar_is_its_users_alone() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    let choir = group(&calendar, &park.token, "Choir", &[&park.token, &kim.token]);
    let path = format!("{HOME}/group-{choir}");
    let patch = |inner: &str| {
        let body = format!("<D:propertyupdate {}>{inner}</D:propertyupdate>", super::NAMES);
        park.call("PROPPATCH", &path, &[], &body)
    };
    let asked = "<D:displayname/><A:calendar-color/><A:calendar-order/><own xmlns=\"urn:own\"/>";
    let answer = patch(
        "<D:set><D:prop><D:displayname>My choir</D:displayname><A:calendar-color>#00ff00ff</A:calendar-color><A:calendar-order>3</A:calendar-order><own xmlns=\"urn:own\" a=\"1\"><b>c&amp;d</b></own></D:prop></D:set>",
    );
    assert_eq!(
        (answer.status, answer.body.matches("HTTP/1.1 200 OK").count()),
        (207, 1),
        "{}",
        answer.body
    );
    let seen = park.propfind(&path, "0", asked);
    assert_eq!(texts(&seen, "D:displayname"), ["My choir"]);
    assert_eq!(texts(&seen, "A:calendar-color"), ["#00FF00FF"]);
    assert_eq!(texts(&seen, "A:calendar-order"), ["3"]);
    assert!(
        seen.body.contains(r#"<own xmlns="urn:own" a="1"><b xmlns="urn:own">c&amp;d</b></own>"#),
        "{}",
        seen.body
    );
    let look = calendar.get("/user/calendar/look", &park.token);
    assert!(look.body.contains("#00ff00"), "{}", look.body);
    let other = kim.propfind(&format!("/dav/calendars/kim@example.com/group-{choir}"), "0", asked);
    assert_eq!(texts(&other, "D:displayname"), ["Choir"]);
    assert!(!other.body.contains("c&amp;d") && !other.body.contains("#00FF00FF"));
    assert_eq!(patch("<D:remove><D:prop><D:displayname/></D:prop></D:remove>").status, 207);
    assert_eq!(texts(&park.propfind(&path, "0", asked), "D:displayname"), ["Choir"]);
    let refused = patch(
        "<D:set><D:prop><S:getctag>1</S:getctag><A:calendar-order>9</A:calendar-order></D:prop></D:set>",
    );
    assert_eq!(refused.status, 207);
    assert!(refused.body.contains("<S:getctag/></D:prop><D:status>HTTP/1.1 403 Forbidden"));
    assert!(
        refused
            .body
            .contains("<A:calendar-order/></D:prop><D:status>HTTP/1.1 424 Failed Dependency")
    );
    assert_eq!(texts(&park.propfind(&path, "0", asked), "A:calendar-order"), ["3"]);
    for inner in [
        "<D:set><D:prop><A:calendar-color>blueish</A:calendar-color></D:prop></D:set>".to_owned(),
        format!(
            "<D:set><D:prop><own xmlns=\"urn:own\">{}</own></D:prop></D:set>",
            "a".repeat(16 << 10)
        ),
    ] {
        let answer = patch(&inner);
        assert!(
            answer.body.contains("409 Conflict")
                || answer.body.contains("507 Insufficient Storage"),
            "{}",
            answer.body
        );
    }
    for number in 0..60 {
        patch(&format!(
            "<D:set><D:prop><own{number} xmlns=\"urn:own\">1</own{number}></D:prop></D:set>"
        ));
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM calendar_property"), ["50"]);
}

#[test]
fn a_group_of_somebody_else_is_left_and_not_deleted() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    let choir = group(&calendar, &park.token, "Choir", &[&park.token, &kim.token]);
    let path = format!("/dav/calendars/kim@example.com/group-{choir}");
    assert_eq!(kim.call("DELETE", &path, &[], "").status, 204);
    assert_eq!(kim.propfind(&path, "0", "<D:displayname/>").status, 404);
    assert_eq!(
        park.propfind(&format!("{HOME}/group-{choir}"), "0", "<D:displayname/>").status,
        207
    );
    for path in [PERSONAL, HOME, "/dav/"] {
        let answer = park.call("DELETE", path, &[], "");
        refused(&answer, 403, "D:need-privileges");
    }
}

#[test]
fn a_reader_of_a_group_reads() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    let body = r#"{"group_name": "Clinic", "everyone": "reader"}"#;
    let clinic = calendar.post("/group/", &park.token, body).made();
    calendar.select(&park.token, &clinic.to_string());
    calendar.select(&kim.token, &clinic.to_string());
    park.put(&format!("{HOME}/group-{clinic}/a.ics"), &meeting("a", "Open"));
    let path = format!("/dav/calendars/kim@example.com/group-{clinic}");
    assert_eq!(kim.get(&format!("{path}/a.ics")), meeting("a", "Open"));
    let privileges = kim.propfind(&path, "0", "<D:current-user-privilege-set/>");
    assert!(privileges.body.contains("<D:read/>") && !privileges.body.contains("<D:write"));
    for (method, name) in [("PUT", "b.ics"), ("PUT", "a.ics"), ("DELETE", "a.ics")] {
        let answer = kim.call(method, &format!("{path}/{name}"), &[], &meeting("b", "Mine"));
        refused(&answer, 403, "D:need-privileges");
    }
}
