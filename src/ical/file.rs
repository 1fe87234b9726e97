//! A file of any program, taken as far as it can be.
//!
//! A file is read once from its beginning to its end, without a tree of it: what is kept is where each
//! component begins and ends. Its objects are made from that one by one, so that a file of 64 MiB costs
//! little more than its bytes. What a strict reader would refuse a whole file for is mended or left
//! out, and told: people have the file that they have.

use std::time::Duration;

use super::decode::{decode, is_web_page};
use super::extract::extract;
use super::gather::Index;
use super::problem::{Problem, Problems};
use super::refresh::refresh_interval;
use super::source_line::lines;

/// A file, of which the places of its components are kept. It costs little more than its bytes.
#[derive(Debug)]
pub struct File {
    text: String,
    index: Index,
    problems: Problems,
}

/// One object: all components of one UID and one kind with the VTIMEZONEs that they name, as a calendar of
/// its own, with line ends of CRLF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectText {
    /// Its UID.
    pub uid: String,
    /// The line in the file at which its first component begins, from 1.
    pub line: usize,
    /// The calendar.
    pub text: String,
    /// What was made of it, if it is not as it was written.
    pub detail: Option<String>,
}

impl File {
    /// Reads a file. What cannot be taken is among the problems.
    #[must_use]
    pub fn read(bytes: Vec<u8>) -> Self {
        let mut problems = Problems::default();
        let text = decode(bytes, &mut problems);
        if is_web_page(&text) {
            problems.lost(1, None, "the file is a page of the web and no calendar");
            return Self { text, index: Index::default(), problems };
        }
        let index = Index::of(&text, &mut problems);
        problems.first.sort_by_key(|problem| problem.line);
        Self { text, index, problems }
    }

    /// What was lost or taken otherwise, by line; the first 1,000.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems.first
    }

    /// How many components were left out, also beyond those problems.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.problems.components
    }

    /// How many components and parts of the file were left out, also beyond those problems.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.problems.components + self.problems.parts
    }

    /// How many objects it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it says that it is a calendar, also one without objects.
    #[must_use]
    pub fn is_calendar(&self) -> bool {
        lines(&self.text, 0)
            .any(|line| line.is("BEGIN") && line.value().trim().eq_ignore_ascii_case("VCALENDAR"))
    }

    /// How long to wait before it is fetched again, as it says itself: `REFRESH-INTERVAL` (RFC 7986, 5.7), else the
    /// older `X-PUBLISHED-TTL`. None if neither is there, or not a length of time.
    #[must_use]
    pub fn refresh_interval(&self) -> Option<Duration> {
        refresh_interval(&self.text)
    }

    /// The objects in the order of their first components, made one by one.
    pub fn objects(&self) -> impl Iterator<Item = ObjectText> {
        (0..self.len()).filter_map(|place| self.object(place))
    }

    /// The object at that place among them, from 0.
    #[must_use]
    pub fn object(&self, place: usize) -> Option<ObjectText> {
        if place >= self.len() {
            return None;
        }
        let extract = extract(&self.text, &self.index, place);
        let line = self.index.object(place).first().map_or(1, |found| found.line);
        Some(ObjectText { uid: extract.uid, line, text: extract.text, detail: extract.detail })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Loss, Object, ObjectFault};
    use super::*;

    /// An event, with lines of its own after its UID.
    fn event(uid: &str, lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20260101T090000Z\r\n{lines}END:VEVENT\r\n")
    }

    fn calendar(inside: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b\r\n{inside}END:VCALENDAR\r\n")
    }

    fn zone(name: &str) -> String {
        format!(
            "BEGIN:VTIMEZONE\r\nTZID:{name}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        )
    }

    fn read(text: &str) -> File {
        File::read(text.as_bytes().to_vec())
    }

    fn objects(text: &str) -> Vec<ObjectText> {
        read(text).objects().collect()
    }

    fn uids(text: &str) -> Vec<String> {
        objects(text).into_iter().map(|object| object.uid).collect()
    }

    /// The problems, each as line, whether something was lost, and what it is.
    fn told(text: &str) -> Vec<(usize, bool, String)> {
        let problems = read(text).problems().to_vec();
        problems
            .into_iter()
            .map(|problem| (problem.line, problem.loss != Loss::Nothing, problem.detail))
            .collect()
    }

    fn one(line: usize, lost: bool, detail: &str) -> Vec<(usize, bool, String)> {
        vec![(line, lost, detail.to_owned())]
    }

    #[test]
    fn an_object_is_all_of_a_uid_with_the_zones_that_it_names_and_its_own_bytes() {
        let seoul = event("a", "DTEND;TZID=Seoul:20260101T190000\r\nSUMMARY:a\r\n  b\r\nX-A:1\r\n");
        let changed = event("a", "RECURRENCE-ID:20260102T090000Z\r\n");
        let other = event("b", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n");
        let (zone, unused) = (zone("Seoul"), zone("Tokyo"));
        let text = calendar(&format!(
            "METHOD:PUBLISH\r\nCALSCALE:GREGORIAN\r\nX-WR-CALNAME:c\r\n{unused}{seoul}{other}{changed}{zone}"
        ));
        let file = read(&text);
        assert!(file.problems().is_empty(), "{:?}", file.problems());
        assert_eq!((file.len(), file.is_empty()), (2, false));
        let objects: Vec<_> = file.objects().collect();
        let whole = |inside: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b\r\nCALSCALE:GREGORIAN\r\n{inside}END:VCALENDAR\r\n"
            )
        };
        assert_eq!(objects[0].text, whole(&format!("{zone}{seoul}{changed}")));
        assert_eq!(objects[1].text, whole(&other));
        assert_eq!((objects[0].uid.as_str(), objects[0].line), ("a", 15));
        assert_eq!(objects[1].detail, None);
        for object in objects {
            assert_eq!(Object::parse(object.text).unwrap().uid(), object.uid);
        }
    }

    #[test]
    fn line_ends_become_crlf_and_empty_lines_go() {
        let wanted = objects(&calendar(&event("a", "SUMMARY:b\r\n"))).remove(0).text;
        let crlf = calendar(&event("a", "SUMMARY:b\r\n"));
        for text in [
            crlf.replace("\r\n", "\n"),
            crlf.replace("\r\n", "\r"),
            crlf.replace("\r\n", "\r\r\n"),
            crlf.replace("\r\n", "\r\n\r\n"),
            crlf.trim_end().to_owned(),
            format!("\u{feff}{crlf}"),
        ] {
            assert_eq!(objects(&text)[0].text, wanted, "{text:?}");
            assert!(told(&text).is_empty());
        }
    }

    #[test]
    fn events_without_an_envelope_are_taken() {
        let text = event("a", "") + &event("b", "");
        assert_eq!(uids(&text), ["a", "b"]);
        let object = &objects(&text)[0];
        let head =
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calendar-server//EN\r\nBEGIN:VEVENT";
        assert!(object.text.starts_with(head), "{}", object.text);
    }

    #[test]
    fn several_calendars_are_one_file() {
        let text = calendar(&(zone("Z") + &event("a", "DTEND;TZID=Z:20260101T190000\r\n")))
            + &calendar(&event("b", "DTEND;TZID=Z:20260101T190000\r\n"))
                .replace("-//a//b", "-//c//d");
        let objects = objects(&text);
        assert_eq!(objects.len(), 2);
        assert!(objects[1].text.contains("PRODID:-//c//d"));
        assert!(objects[1].text.contains("TZID:Z\r\n"), "a zone of another calendar does as well");
    }

    #[test]
    fn to_dos_and_journal_entries_are_objects_and_others_are_told() {
        let text = calendar(
            "BEGIN:VTODO\r\nUID:a\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nUID:b\r\nEND:VJOURNAL\r\nBEGIN:VFREEBUSY\r\nUID:c\r\nEND:VFREEBUSY\r\nBEGIN:VALARM\r\nUID:d\r\nEND:VALARM\r\n",
        );
        assert_eq!(uids(&text), ["a", "b"]);
        let wrong = |name: &str| format!("{name:?} is neither VEVENT, VTODO nor VJOURNAL");
        assert_eq!(told(&text), [(10, true, wrong("VFREEBUSY")), (13, true, wrong("VALARM"))]);
    }

    #[test]
    fn of_a_uid_that_two_kinds_have_the_first_wins() {
        let text = calendar(&(event("a", "") + "BEGIN:VTODO\r\nUID:a\r\nEND:VTODO\r\n"));
        assert_eq!(objects(&text).len(), 1);
        assert_eq!(told(&text), one(8, true, "the UID is that of a VEVENT before"));
        assert_eq!(read(&text).problems()[0].uid.as_deref(), Some("a"));
    }

    #[test]
    fn an_event_without_a_uid_gets_the_same_one_each_time() {
        let text = |stamp: &str, subject: &str| {
            calendar(&format!(
                "BEGIN:VEVENT\r\nDTSTAMP:{stamp}\r\nUID:\r\nDTSTART:20260101\r\nSUMMARY:{subject}\r\nEND:VEVENT\r\n"
            ))
        };
        let object = objects(&text("20260101T000000Z", "a")).remove(0);
        assert_eq!(object.uid.len(), 32);
        assert_eq!(object.uid, uids(&text("20270101T000000Z", "a"))[0]);
        assert_ne!(object.uid, uids(&text("20260101T000000Z", "b"))[0]);
        assert_eq!(object.detail.as_deref(), Some("it has no UID and was given one"));
        assert_eq!(object.text.matches("UID:").count(), 1);
        assert_eq!(Object::parse(object.text).unwrap().uid(), object.uid);
        assert_eq!(told(&text("", "a")), []);
    }

    #[test]
    fn an_event_that_is_there_twice_is_taken_once_the_newest() {
        let text = calendar(
            &[
                event("a", "SEQUENCE:1\r\nSUMMARY:one\r\n"),
                event("a", "SEQUENCE:2\r\nSUMMARY:two\r\n"),
                event("a", "SEQUENCE:2\r\nSUMMARY:three\r\n"),
            ]
            .concat(),
        );
        let object = objects(&text).remove(0);
        assert!(object.text.contains("SUMMARY:two") && !object.text.contains("one"));
        assert_eq!(
            object.detail.unwrap(),
            "2 components of it are there twice; the newest are taken"
        );
    }

    #[test]
    fn a_component_without_its_end_is_taken() {
        let missing = "the component, or one in it, has no END";
        for text in [
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n",
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nBEGIN:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VCALENDAR\r\n",
        ] {
            assert_eq!(told(text), one(2, false, missing), "{text}");
            assert_eq!(Object::parse(objects(text).remove(0).text).unwrap().uid(), "a", "{text}");
        }
        let next = format!("BEGIN:VEVENT\r\nUID:a\r\n{}", event("b", ""));
        assert_eq!(uids(&next), ["a", "b"]);
        let stray = calendar(&event("a", "END:VALARM\r\n"));
        assert_eq!(told(&stray), one(7, false, "the END ends nothing"));
        assert!(Object::parse(objects(&stray).remove(0).text).is_ok());
    }

    #[test]
    fn a_line_without_a_name_goes_on_with_the_text_before_or_is_lost() {
        let text = calendar(&event("a", "DESCRIPTION:one\r\ntwo, three\r\nX-A:1\r\nfour\r\n"));
        let object = objects(&text).remove(0);
        assert!(object.text.contains("DESCRIPTION:one\r\n \\ntwo, three\r\nX-A:1\r\nEND"));
        let more = "the line has no name and is taken as more of the text before";
        let lost = "the line is no property of iCalendar";
        assert_eq!(told(&text), [(8, false, more.to_owned()), (10, true, lost.to_owned())]);
    }

    #[test]
    fn the_encoding_of_vcalendar_1_0_becomes_plain_text() {
        let line =
            "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=ED=9A=8C=\r\n=EC=9D=98=0D=0Ab\r\n";
        let text = calendar(&event("a", line)).replace("VERSION:2.0", "VERSION:1.0");
        let object = objects(&text).remove(0);
        assert!(object.text.contains("VERSION:2.0\r\n"));
        assert!(object.text.contains("\r\nSUMMARY:회의\\nb\r\n"), "{}", object.text);
    }

    #[test]
    fn what_is_no_calendar_is_told() {
        assert_eq!(
            told("<!DOCTYPE html>\n<p>\n"),
            one(1, true, "the file is a page of the web and no calendar")
        );
        assert_eq!(told("{\"a\": 1}\nb\n"), one(1, true, "the text is in no calendar"));
        assert!(told("").is_empty() && read("").is_empty());
        assert!(File::read(vec![0xFF; 1000]).is_empty());
    }

    #[test]
    fn after_half_a_million_components_the_rest_is_not_read() {
        let file = read(&"BEGIN:VFREEBUSY\n".repeat(500_010));
        let last = file.problems().last().unwrap();
        let told = "the file has over 500000 components: the rest is not read";
        assert_eq!((last.detail.as_str(), last.line), (told, 500_002));
        assert_eq!((file.len(), file.problems().len()), (0, 1000));
        // One that is inside another is not one of the file.
        let inside =
            format!("BEGIN:VEVENT\nUID:a\n{}END:VEVENT\n", "BEGIN:VALARM\nEND:VALARM\n".repeat(9));
        assert_eq!(read(&inside).problems(), []);
    }

    #[test]
    fn hostile_nesting_loses_its_component_alone() {
        let deep = "BEGIN:X\r\n".repeat(20_000) + &"END:X\r\n".repeat(20_000);
        let text = calendar(&(event("a", &deep) + &event("b", "")));
        assert_eq!(uids(&text), ["b"]);
        assert_eq!(told(&text), one(4, true, "the component has others in it over 8 deep"));
        // As deep as an object may be.
        let nested = |deep: usize| {
            calendar(&event("a", &("BEGIN:X\r\n".repeat(deep) + &"END:X\r\n".repeat(deep))))
        };
        assert!(Object::parse(objects(&nested(6)).remove(0).text).is_ok());
        assert!(objects(&nested(7)).is_empty());
        let open = "BEGIN:VEVENT\r\n".repeat(5000);
        assert_eq!(objects(&open).len(), 1);
    }

    #[test]
    fn an_object_that_is_too_large_is_lost_alone() {
        let large = event("a", &format!("DESCRIPTION:{}\r\n", "x\r\n ".repeat(300_000)));
        let many = event("b", &format!("COMMENT:{}\r\n", "x".repeat(600_000))).repeat(2);
        let text = calendar(&(large + &many + &event("c", "")));
        assert_eq!(uids(&text), ["c"]);
        let details: Vec<_> = told(&text).into_iter().map(|(_, _, detail)| detail).collect();
        assert_eq!(
            details,
            [
                "the component is over 1048576 bytes",
                "the components of the UID are over 1048576 bytes"
            ]
        );
        // Zones are not counted; the object itself is refused then.
        let big = zone("Z")
            .replace("END:VTIMEZONE", &format!("X:{}\r\nEND:VTIMEZONE", "x".repeat(70_000)));
        assert_eq!(told(&calendar(&big)), one(4, true, "the VTIMEZONE is over 65536 bytes"));
        let fault = Object::parse("x".repeat(Object::MOST_BYTES + 1)).unwrap_err();
        assert_eq!(fault, ObjectFault::TooLarge);
    }

    #[test]
    fn problems_are_told_up_to_a_number() {
        let text = calendar(&event("a", &"x\r\n".repeat(1500)));
        let file = read(&text);
        assert_eq!((file.problems().len(), file.lost(), file.skipped()), (1000, 1500, 0));
        let text = calendar(&"BEGIN:VFREEBUSY\r\nEND:VFREEBUSY\r\n".repeat(1500));
        let file = read(&text);
        assert_eq!((file.problems().len(), file.lost(), file.skipped()), (1000, 1500, 1500));
    }

    #[test]
    fn a_large_file_costs_little_more_than_its_bytes() {
        let text = calendar(&(0..5000).map(|n| event(&format!("{n}"), "")).collect::<String>());
        let file = read(&text);
        assert_eq!(file.objects().count(), 5000);
        assert_eq!(file.objects().last().unwrap().uid, "4999");
        assert_eq!(file.text.capacity(), text.len());
    }
}
