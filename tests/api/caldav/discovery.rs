//! How programs find the calendars of a person who has typed no path.

use rocket::http::Method;

use super::{HOME, PERSONAL, Program, group, hrefs, refused, texts};
use crate::support::calendar::Calendar;

const PRINCIPAL: &str = "/dav/principals/park@jungi.me/";

#[test]
fn the_well_known_address_leads_to_the_root() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    for method in [Method::Get, Method::Put, Method::Post, Method::Delete] {
        let answer = calendar.send(method, "/.well-known/caldav", &[], "");
        assert_eq!((answer.status, answer.header("Location")), (301, Some("/dav/")));
    }
    let answer = calendar.send_as("REPORT", "/.well-known/caldav", &[], "");
    assert_eq!((answer.status, answer.header("Location")), (301, Some("/dav/")));
    // iOS asks here and gives up if it is not answered.
    for path in ["/.well-known/caldav", "/", "/principals/", "/dav", "/dav/", "/dav/principals/"] {
        let answer = program.propfind(path, "0", "<D:current-user-principal/>");
        assert_eq!(answer.status, 207, "{path}: {}", answer.body);
        let principal = format!(
            "<D:current-user-principal><D:href>{PRINCIPAL}</D:href></D:current-user-principal>"
        );
        assert!(answer.body.contains(&principal), "{path}: {}", answer.body);
    }
}

#[test]
fn options_tell_what_there_is_without_a_password() {
    let calendar = Calendar::new();
    for path in ["/", "/dav/", PRINCIPAL, PERSONAL, "/dav/calendars/park@jungi.me/personal/a.ics"] {
        let answer = calendar.send(Method::Options, path, &[], "");
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
        assert_eq!(answer.header("DAV"), Some("1, 3, calendar-access, extended-mkcol"));
        assert!(answer.header("Allow").unwrap().contains("PROPFIND, PROPPATCH, REPORT"));
    }
}

#[test]
fn a_principal_leads_to_its_home_and_that_to_the_calendars() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let token = &program.token;
    let choir = group(&calendar, token, "Choir", &[token]);
    calendar.group(token, "Not selected");
    let asked = "<C:calendar-home-set/><C:calendar-user-address-set/><D:displayname/><C:schedule-inbox-URL/>";
    let answer = program.propfind(PRINCIPAL, "0", asked);
    assert_eq!(hrefs(&answer), [PRINCIPAL]);
    assert_eq!(
        texts(&answer, "C:calendar-home-set"),
        ["<D:href>/dav/calendars/park@jungi.me/</D:href>"]
    );
    assert_eq!(
        texts(&answer, "C:calendar-user-address-set"),
        [format!("<D:href>mailto:park@jungi.me</D:href><D:href>{PRINCIPAL}</D:href>")]
    );
    assert!(
        answer.body.contains("<C:schedule-inbox-URL/></D:prop><D:status>HTTP/1.1 404 Not Found")
    );
    let answer = program.propfind(HOME, "1", "<D:displayname/><D:resourcetype/>");
    assert_eq!(
        hrefs(&answer),
        [
            format!("{HOME}/"),
            format!("{HOME}/personal/"),
            format!("{HOME}/birthdays/"),
            format!("{HOME}/group-{choir}/"),
        ]
    );
    assert_eq!(
        texts(&answer, "D:displayname"),
        ["park@jungi.me", "park@jungi.me", "Birthdays", "Choir"]
    );
    assert_eq!(
        texts(&answer, "D:resourcetype"),
        [
            "<D:collection/>",
            "<D:collection/><C:calendar/>",
            "<D:collection/><C:calendar/>",
            "<D:collection/><C:calendar/>"
        ]
    );
}

#[test]
fn a_calendar_has_what_programs_ask_for() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let asked = "<C:supported-calendar-component-set/><D:supported-report-set/><S:getctag/><D:sync-token/><C:max-resource-size/><C:calendar-timezone/><D:owner/><D:quota-used-bytes/>";
    let answer = program.propfind(PERSONAL, "0", asked);
    assert_eq!(
        texts(&answer, "C:supported-calendar-component-set"),
        [r#"<C:comp name="VEVENT"/><C:comp name="VTODO"/><C:comp name="VJOURNAL"/>"#]
    );
    let reports = texts(&answer, "D:report").concat();
    for report in
        ["C:calendar-query", "C:calendar-multiget", "C:free-busy-query", "D:sync-collection"]
    {
        assert!(reports.contains(&format!("<{report}/>")), "{report}: {reports}");
    }
    assert!(texts(&answer, "D:sync-token")[0].starts_with("urn:calendar-server:sync:"));
    assert_eq!(texts(&answer, "C:max-resource-size"), ["1048576"]);
    assert!(texts(&answer, "C:calendar-timezone")[0].contains("TZID:Asia/Seoul"));
    assert!(answer.body.contains("<D:quota-used-bytes/></D:prop><D:status>HTTP/1.1 404"));
    for (name, value) in [("Prefer", "return=minimal"), ("Brief", "t")] {
        let body = format!("<D:propfind {}><D:prop>{asked}</D:prop></D:propfind>", super::NAMES);
        let answer = program.call("PROPFIND", PERSONAL, &[("Depth", "0"), (name, value)], &body);
        assert!(!answer.body.contains("404"), "{}", answer.body);
    }
}

#[test]
fn properties_are_listed_and_all_given() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let body = format!("<D:propfind {}><D:propname/></D:propfind>", super::NAMES);
    let names = program.call("PROPFIND", PERSONAL, &[("Depth", "0")], &body);
    assert!(names.body.contains("<S:getctag/>") && names.body.contains("<D:sync-token/>"));
    for body in [String::new(), body.replace("propname", "allprop")] {
        let all = program.call("PROPFIND", PERSONAL, &[("Depth", "0")], &body);
        assert_eq!(texts(&all, "D:displayname"), ["park@jungi.me"], "{body}");
        assert!(!all.body.contains("404 Not Found"));
    }
}

#[test]
fn a_question_without_an_end_is_refused() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    for headers in [&[("Depth", "infinity")][..], &[]] {
        let answer = program.call("PROPFIND", HOME, headers, "");
        assert_eq!(refused(&answer, 403, "D:propfind-finite-depth"), "send Depth: 0 or Depth: 1");
    }
    for (body, why) in [
        ("<a>", "the XML: expected an element that ends\n"),
        ("<a/>", "expected a DAV: propfind\n"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "the XML: expected no document type\n"),
    ] {
        let answer = program.call("PROPFIND", HOME, &[("Depth", "0")], body);
        assert_eq!((answer.status, answer.body.as_str()), (400, why));
    }
    let asked: String = (0..201).map(|number| format!("<b{number}/>")).collect();
    let answer = program.propfind(HOME, "0", &asked);
    assert_eq!((answer.status, answer.body.as_str()), (400, "expected at most 200 properties\n"));
    let answer = program.call("PROPFIND", HOME, &[("Depth", "2")], "");
    assert_eq!((answer.status, answer.body.as_str()), (400, "Depth: expected 0, 1 or infinity\n"));
    let large = "a".repeat((1 << 20) + 1);
    let answer = program.call("PROPFIND", HOME, &[("Depth", "0")], &large);
    assert_eq!((answer.status, answer.body.as_str()), (413, "the body is larger than 1 MiB\n"));
    for path in [
        "/dav/other/",
        "/dav/calendars/park@jungi.me/office/",
        "/dav/calendars/park@jungi.me/group-7/a.ics",
    ] {
        assert_eq!(program.propfind(path, "0", "<D:getetag/>").status, 404, "{path}");
    }
    for (method, path) in
        [("POST", PERSONAL), ("BREW", PERSONAL), ("TRACE", "/"), ("BREW", "/"), ("PROPPATCH", "/")]
    {
        let answer = calendar.send_as(method, path, &[], "");
        let found = (answer.status, answer.body.as_str());
        assert_eq!(found, (405, "this method is not for calendars\n"), "{method} {path}");
    }
}
