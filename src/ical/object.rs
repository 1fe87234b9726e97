//! A calendar object resource: what CalDAV stores under one address (RFC 4791, 4.1).

use jiff::tz::TimeZone;

use super::content::{Events, Kind, MOST_BYTES, ObjectFault};
use super::part::Part;
use super::read::{EVENTS, TODOS, events};
use super::value::{When, uid_of};

/// A calendar object resource, of which the text and the places of its components are kept.
#[derive(Debug, Clone)]
pub struct Object {
    text: String,
    calendar: Part,
    uid: String,
    kind: Kind,
    sequence: u32,
    stamp: Option<i64>,
}

impl Object {
    /// The most bytes of an object.
    pub const MOST_BYTES: usize = MOST_BYTES;
    /// The most bytes of a UID. Those of Exchange have 112.
    pub const MOST_UID: usize = 1024;

    /// Reads one object as CalDAV allows it.
    ///
    /// # Errors
    /// [`ObjectFault`] by the precondition that fails.
    pub fn parse(text: String) -> Result<Self, ObjectFault> {
        if text.len() > Self::MOST_BYTES {
            return Err(ObjectFault::TooLarge);
        }
        if text.contains('\0') {
            return Err(ObjectFault::Data("expected text without U+0000".to_owned()));
        }
        let mut calendars = Part::read(&text).map_err(ObjectFault::Data)?;
        let calendar = calendars.pop().filter(|calendar| calendar.name == "VCALENDAR");
        let calendar = calendar.ok_or_else(|| data("expected BEGIN:VCALENDAR"))?;
        if !calendars.is_empty() {
            return Err(object("expected one VCALENDAR"));
        }
        check_calendar(&text, &calendar)?;
        let (kind, uid) = identity(&text, &calendar)?;
        let parts = || calendar.parts.iter().filter(|part| part.name == kind.word());
        let sequence = |part: &Part| part.line(&text, "SEQUENCE")?.value().trim().parse().ok();
        let stamp = |part: &Part| {
            let time = |name: &str| When::read(part.line(&text, name)?.value());
            Some(time("LAST-MODIFIED").or_else(|| time("DTSTAMP"))?.digits().seconds())
        };
        let sequence = parts().filter_map(sequence).max().unwrap_or(0);
        let stamp = parts().filter_map(stamp).max();
        Ok(Self { text, calendar, uid, kind, sequence, stamp })
    }

    /// The text as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The UID of all its components.
    #[must_use]
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The highest SEQUENCE of its components.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// When it was changed last, in Unix seconds: the latest LAST-MODIFIED, or else DTSTAMP.
    #[must_use]
    pub fn stamp(&self) -> Option<i64> {
        self.stamp
    }

    /// Whether any component of it is not for others to see.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.calendar.parts.iter().any(|part| part.is_private(&self.text))
    }

    /// The calendar, with its components in it.
    pub(super) fn calendar(&self) -> &Part {
        &self.calendar
    }

    /// What it says of events. Times without a zone of their own are on the clock of `server`. There is
    /// nothing in it for to-dos and journal entries.
    ///
    /// # Errors
    /// [`ObjectFault::Data`] for times that cannot be read, [`ObjectFault::Instances`] for more than 1,000
    /// dates besides the rule.
    pub fn events(&self, server: &TimeZone) -> Result<Events, ObjectFault> {
        match self.kind {
            Kind::Event => events(&self.text, &self.calendar, server, EVENTS),
            Kind::Todo | Kind::Journal => Ok(Events::default()),
        }
    }
}

impl Object {
    /// What takes place by it: as [`Object::events`], and to-dos that say when they start.
    ///
    /// # Errors
    /// As [`Object::events`].
    pub fn taking_place(&self, server: &TimeZone) -> Result<Events, ObjectFault> {
        match self.kind {
            Kind::Todo => events(&self.text, &self.calendar, server, TODOS),
            Kind::Event | Kind::Journal => self.events(server),
        }
    }
}

fn data(what: &str) -> ObjectFault {
    ObjectFault::Data(what.to_owned())
}

fn object(what: &str) -> ObjectFault {
    ObjectFault::Object(what.to_owned())
}

/// What the calendar says of itself.
fn check_calendar(text: &str, calendar: &Part) -> Result<(), ObjectFault> {
    for line in calendar.lines(text) {
        if line.is("METHOD") {
            return Err(object("METHOD: expected none in a stored object"));
        } else if line.is("VERSION") && line.value().trim() != "2.0" {
            return Err(data("VERSION: expected 2.0"));
        }
    }
    Ok(())
}

/// The kind and the UID that all components have.
fn identity(text: &str, calendar: &Part) -> Result<(Kind, String), ObjectFault> {
    let mut identity: Option<(Kind, String)> = None;
    let mut mains = 0;
    for part in &calendar.parts {
        let Some(kind) = Kind::read(&part.name) else {
            match part.name.as_str() {
                "VTIMEZONE" => continue,
                // Of programs, and nothing that CalDAV would know.
                name if name.starts_with("X-") => continue,
                "VALARM" => return Err(object("VALARM: expected in an event")),
                name => {
                    let name: String = name.chars().take(64).collect();
                    let what = format!("expected VEVENT, VTODO or VJOURNAL and not {name:?}");
                    return Err(ObjectFault::Component(what));
                }
            }
        };
        let uid = part.lines(text).find_map(|line| uid_of(&line));
        let uid = uid.ok_or_else(|| object("UID: expected in each component"))?;
        if uid.len() > Object::MOST_UID {
            return Err(data("UID: expected at most 1024 bytes"));
        }
        match &identity {
            Some((before, _)) if *before != kind => {
                return Err(object("expected components of one kind"));
            }
            Some((_, before)) if *before != uid => {
                return Err(object("UID: expected the same in all components"));
            }
            _ => identity = Some((kind, uid)),
        }
        mains += usize::from(part.line(text, "RECURRENCE-ID").is_none());
    }
    if mains > 1 {
        return Err(object("RECURRENCE-ID: expected in all components but one"));
    }
    identity.ok_or_else(|| object("expected a VEVENT, VTODO or VJOURNAL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(inside: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\n{lines}END:VEVENT\r\n")
    }

    fn fault(text: &str) -> ObjectFault {
        Object::parse(text.to_owned()).unwrap_err()
    }

    #[test]
    fn an_object_has_one_uid_and_one_kind() {
        let main = event(
            "UID:a\\,b\r\nSEQUENCE:2\r\nDTSTAMP:20260103T000000Z\r\nLAST-MODIFIED:20260101T000000Z\r\n",
        );
        let changed = event(
            "UID:a\\,b\r\nSEQUENCE:3\r\nDTSTAMP:20260102T000000Z\r\nRECURRENCE-ID:20260101\r\n",
        );
        let text = calendar(&format!("{main}{changed}BEGIN:X-OWN\r\nEND:X-OWN\r\n"));
        let object = Object::parse(text.clone()).unwrap();
        assert_eq!(
            (object.uid(), object.kind(), object.text()),
            ("a,b", Kind::Event, text.as_str())
        );
        assert_eq!((object.sequence(), object.stamp()), (3, Some(1_767_312_000)));
        assert!(!object.is_private());
        for (class, private) in [
            ("PUBLIC", false),
            ("private", true),
            ("CONFIDENTIAL", true),
            ("X-OURS", true),
            ("", false),
        ] {
            let text = calendar(&event(&format!("UID:a\r\nCLASS:{class}\r\n")));
            assert_eq!(Object::parse(text).unwrap().is_private(), private, "{class}");
        }
        let todo = Object::parse(calendar("BEGIN:VTODO\r\nUID:a\r\nEND:VTODO\r\n")).unwrap();
        assert_eq!((todo.kind().word(), todo.sequence(), todo.stamp()), ("VTODO", 0, None));
        assert_eq!(todo.events(&TimeZone::UTC).unwrap(), Events::default());
        assert!(Object::parse(format!("\u{feff}{text}")).is_ok());
        assert!(Object::parse(text.replace("\r\n", "\n")).is_ok());
    }

    #[test]
    fn what_is_no_icalendar_is_refused_as_such() {
        for (text, what) in [
            (String::new(), "expected BEGIN:VCALENDAR"),
            (event("UID:a\r\n"), "expected BEGIN:VCALENDAR"),
            ("<html>".to_owned(), "line 1: expected BEGIN:VCALENDAR"),
            (calendar(&event("UID:a\r\nnothing\r\n")), "line 6: expected a name and a colon"),
            (calendar(&event("UID:a\r\nX:\0\r\n")), "expected text without U+0000"),
            (calendar("").replace("2.0", "1.0"), "VERSION: expected 2.0"),
            (
                calendar(&event(&format!("UID:{}\r\n", "a".repeat(1025)))),
                "UID: expected at most 1024 bytes",
            ),
        ] {
            assert_eq!(fault(&text), ObjectFault::Data(what.to_owned()));
        }
        let deep = "BEGIN:X\r\n".repeat(100_000);
        assert_eq!(fault(&deep).to_string(), "line 9: expected components at most 8 deep");
    }

    #[test]
    fn what_is_not_one_object_is_refused_as_such() {
        for (text, what) in [
            (calendar("METHOD:PUBLISH\r\n"), "METHOD: expected none in a stored object"),
            (calendar(""), "expected a VEVENT, VTODO or VJOURNAL"),
            (calendar("").repeat(2), "expected one VCALENDAR"),
            (calendar(&event("")), "UID: expected in each component"),
            (calendar(&event("UID: \r\n")), "UID: expected in each component"),
            (
                calendar(&(event("UID:a\r\n") + &event("UID:b\r\n"))),
                "UID: expected the same in all components",
            ),
            (
                calendar(&event("UID:a\r\n").repeat(2)),
                "RECURRENCE-ID: expected in all components but one",
            ),
            (
                calendar(&(event("UID:a\r\n") + "BEGIN:VTODO\r\nUID:a\r\nEND:VTODO\r\n")),
                "expected components of one kind",
            ),
            (calendar("BEGIN:VALARM\r\nEND:VALARM\r\n"), "VALARM: expected in an event"),
        ] {
            assert_eq!(fault(&text), ObjectFault::Object(what.to_owned()));
        }
        let other = calendar("BEGIN:VFREEBUSY\r\nUID:a\r\nEND:VFREEBUSY\r\n");
        let what = "expected VEVENT, VTODO or VJOURNAL and not \"VFREEBUSY\"";
        assert_eq!(fault(&other), ObjectFault::Component(what.to_owned()));
    }
}
