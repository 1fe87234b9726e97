//! Requests as well-known programs send them, rebuilt in our own words from what is publicly described of them.

use super::{HOME, PERSONAL, Program, hrefs, meeting, texts};
use crate::support::calendar::Calendar;

/// iOS and macOS: they walk from the well-known address, and look at the home with the properties of Apple.
#[test]
fn apples_programs_find_what_they_look_for() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let asked = "<D:current-user-principal/><D:principal-URL/><D:resourcetype/>";
    let answer = program.propfind("/.well-known/caldav", "0", asked);
    let principal = "<D:href>/dav/principals/park@jungi.me/</D:href>";
    assert_eq!(texts(&answer, "D:current-user-principal"), [principal]);
    assert_eq!(texts(&answer, "D:principal-URL"), [principal]);
    let asked = "<C:calendar-home-set/><C:calendar-user-address-set/><D:displayname/><S:dropbox-home-URL/><S:email-address-set/><S:notification-URL/><D:principal-collection-set/><D:principal-URL/><D:resource-id/><C:schedule-inbox-URL/><C:schedule-outbox-URL/><D:supported-report-set/>";
    let answer = program.propfind("/dav/principals/park@jungi.me/", "0", asked);
    assert_eq!(
        texts(&answer, "C:calendar-home-set"),
        ["<D:href>/dav/calendars/park@jungi.me/</D:href>"]
    );
    assert_eq!(texts(&answer, "D:principal-collection-set"), ["<D:href>/dav/principals/</D:href>"]);
    let asked = "<D:add-member/><S:allowed-sharing-modes/><S:autoprovisioned/><A:calendar-color/><A:calendar-order/><C:calendar-timezone/><D:current-user-privilege-set/><D:displayname/><S:getctag/><D:owner/><S:pre-publish-url/><D:resourcetype/><D:sync-token/><C:supported-calendar-component-set/>";
    let answer = program.propfind(HOME, "1", asked);
    assert_eq!(hrefs(&answer).len(), 3);
    assert_eq!(texts(&answer, "D:owner"), [principal; 3]);
    // Reminders make a calendar of their own where none takes to-dos: this one does.
    assert!(texts(&answer, "C:supported-calendar-component-set")[0].contains("VTODO"));
}

/// `DAVx5`: sync-collection for the names, multiget for what has changed; a name of its own for what it adds.
#[test]
fn davx5_syncs_both_ways() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let own = calendar.event(&program.token, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "Own");
    let asked = "<D:sync-collection><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>";
    let first = program.report(PERSONAL, asked);
    let listed = format!("{PERSONAL}/{own}.ics");
    assert_eq!(hrefs(&first), std::slice::from_ref(&listed));
    let body = format!(
        "<C:calendar-multiget><D:prop><D:getcontenttype/><D:getetag/><C:calendar-data/></D:prop><D:href>{listed}</D:href></C:calendar-multiget>"
    );
    let got = program.report(PERSONAL, &body);
    assert_eq!(texts(&got, "D:getetag"), texts(&first, "D:getetag"));
    assert!(texts(&got, "C:calendar-data").concat().contains("SUMMARY:Own"));
    program.put(
        &format!("{PERSONAL}/6f1c1f0e-0000-4000-8000-000000000001.ics"),
        &meeting("6f1c", "Added"),
    );
    let token = texts(&first, "D:sync-token").concat();
    let next = program.report(
        PERSONAL,
        &asked.replace("<D:sync-token/>", &format!("<D:sync-token>{token}</D:sync-token>")),
    );
    assert_eq!(hrefs(&next), [format!("{PERSONAL}/6f1c1f0e-0000-4000-8000-000000000001.ics")]);
}

/// Thunderbird sends `Depth: 1` with a sync, Evolution none with a multiget.
#[test]
fn a_depth_that_does_not_matter_is_no_error() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "A"));
    let sync = format!(
        "<D:sync-collection {0}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getcontenttype/><D:getetag/></D:prop></D:sync-collection>",
        super::NAMES
    );
    let multiget = format!(
        "<C:calendar-multiget {0}><D:prop><D:getetag/></D:prop><D:href>{PERSONAL}/a.ics</D:href></C:calendar-multiget>",
        super::NAMES
    );
    for body in [&sync, &multiget] {
        for headers in [&[][..], &[("Depth", "0")], &[("Depth", "1")]] {
            let answer = program.call("REPORT", PERSONAL, headers, body);
            assert_eq!(hrefs(&answer), [format!("{PERSONAL}/a.ics")]);
        }
    }
}

/// Outlook's synchronizer looks for all properties, and asks for a range of time.
#[test]
fn outlooks_synchronizer_is_answered() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "A"));
    let body = format!("<D:propfind {}><D:allprop/></D:propfind>", super::NAMES);
    let all = program.call("PROPFIND", PERSONAL, &[("Depth", "1")], &body);
    assert_eq!(hrefs(&all), [format!("{PERSONAL}/"), format!("{PERSONAL}/a.ics")]);
    let query = "<C:calendar-query><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\"><C:time-range start=\"20170101T000000Z\" end=\"20180101T000000Z\"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>";
    assert_eq!(hrefs(&program.report(PERSONAL, query)), [format!("{PERSONAL}/a.ics")]);
}

#[test]
fn a_principal_is_found_by_itself_and_by_nobody_else() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), super::kim(&calendar));
    let search = |of: &Program<'_>, word: &str| {
        let body = format!(
            "<D:principal-property-search><D:property-search><D:prop><D:displayname/></D:prop><D:match>{word}</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>"
        );
        hrefs(&of.report("/dav/principals/", &body))
    };
    assert_eq!(search(&park, "JUNGI"), ["/dav/principals/park@jungi.me/"]);
    assert_eq!(search(&kim, "jungi"), [""; 0]);
    let body = "<D:expand-property><D:property name=\"current-user-principal\"><D:property name=\"calendar-home-set\" namespace=\"urn:ietf:params:xml:ns:caldav\"/></D:property></D:expand-property>";
    let answer = park.report("/dav/", body);
    assert!(
        answer.body.contains("<C:calendar-home-set><D:href>/dav/calendars/park@jungi.me/</D:href>"),
        "{}",
        answer.body
    );
}
