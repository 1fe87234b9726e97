//! Files that come in and go out, and what becomes of objects that came from elsewhere.

mod corpus;
mod download;
mod edits;
mod export;
mod file;
mod following;
mod import;
mod staged;

use crate::support::answer::Answer;
use crate::support::calendar::Calendar;
use crate::support::expected::data;

/// A calendar with one event.
pub(crate) const CALENDAR: &str = "\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//Calendar//EN\r
BEGIN:VEVENT\r
UID:dinner@example.com\r
DTSTAMP:20170619T105504Z\r
DTSTART:20170619T200000\r
DTEND:20170619T230000\r
SUMMARY:친구들과 약속\r
END:VEVENT\r
END:VCALENDAR\r
";

/// A weekly lesson with an occurrence left out and one changed, in the manner of a phone: with properties that this
/// server does not show.
pub(crate) const LESSON: &str = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Phone 9//EN
CALSCALE:GREGORIAN
BEGIN:VTIMEZONE
TZID:Asia/Seoul
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:KST
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:lesson@phone.example
DTSTAMP:20170601T000000Z
CREATED:20170601T000000Z
LAST-MODIFIED:20170601T000000Z
SEQUENCE:2
SUMMARY;LANGUAGE=en:Swimming
CATEGORIES:Sport,Children
ATTENDEE;CN=\"Kim, Mina\";PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:mina@exam
 ple.com
DTSTART;TZID=Asia/Seoul:20170620T090000
DTEND;TZID=Asia/Seoul:20170620T100000
RRULE:FREQ=WEEKLY
EXDATE;TZID=Asia/Seoul:20170627T090000
LOCATION:Pool
X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT15M
BEGIN:VALARM
UID:alarm-1
TRIGGER:-PT30M
ACTION:DISPLAY
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:lesson@phone.example
RECURRENCE-ID;TZID=Asia/Seoul:20170704T090000
DTSTAMP:20170601T000000Z
SEQUENCE:2
SUMMARY:Swimming test
DTSTART;TZID=Asia/Seoul:20170704T140000
DTEND;TZID=Asia/Seoul:20170704T150000
LOCATION:Pool
END:VEVENT
END:VCALENDAR
";

/// The same text with the line ends of RFC 5545.
pub(crate) fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// A calendar of these components.
pub(crate) fn file(components: &str) -> String {
    let head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//Test//EN\n";
    crlf(&format!("{head}{components}END:VCALENDAR\n"))
}

/// A single event in UTC, with more lines.
pub(crate) fn single(uid: &str, start: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20170601T000000Z\nDTSTART:{start}\nDURATION:PT1H\n{more}END:VEVENT\n"
    )
}

/// Imports `text` with that query, such as `?group=1`.
pub(crate) fn import(calendar: &Calendar, token: &str, query: &str, text: &str) -> Answer {
    calendar.post(&format!("/import{query}"), token, text)
}

/// What an import answers: how many were read, created, updated, unchanged, skipped, and the items as JSON.
pub(crate) fn report(counts: [u64; 5], items: &str) -> String {
    let [read, created, updated, unchanged, skipped] = counts;
    data(&format!(
        r#"{{"read":{read},"created":{created},"updated":{updated},"unchanged":{unchanged},"skipped":{skipped},"items":[{items}]}}"#
    ))
}

/// The item of a report of a file without objects.
pub(crate) const NOTHING: &str =
    r#"{"line":1,"outcome":"noted","detail":"there is no event, to-do or journal entry in it"}"#;

/// The caller's personal calendar as a file, or that of a group.
#[track_caller]
pub(crate) fn exported(calendar: &Calendar, token: &str, group: Option<i64>) -> String {
    let path = group.map_or("/export".to_owned(), |group| format!("/group/{group}/export"));
    let answer = calendar.get(&path, token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The text without folds.
pub(crate) fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}
