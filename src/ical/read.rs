//! What an object says of events: its VEVENTs as values that can be stored and shown.
//!
//! The bytes of an object are kept beside what is read here. So nothing is refused because it cannot be
//! shown: a property that does not fit is shortened or left out, with a note.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::alarm::reminders;
use super::component::EventComponent;
use super::content::{Events, ObjectFault};
use super::dates::{Dates, too_many};
use super::part::Part;
use super::problem::Notes;
use super::source_line::SourceLine;
use super::texts::{description, location, subject, url};
use super::told::{Clocks, Frame};
use super::value::{Length, When};
use super::zone::DAY;
use crate::model::{Properties, Repeats, Status, WallTime};

/// How the components of a kind are called, and what says when they end.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub(super) component: &'static str,
    pub(super) end: &'static str,
}

/// Those of events.
pub(super) const EVENTS: Names = Names { component: "VEVENT", end: "DTEND" };
/// Those of to-dos, which take place like events where they say when they start.
pub(super) const TODOS: Names = Names { component: "VTODO", end: "DUE" };

/// Reads the events of a calendar, or what `names` says, whose times without a zone of their own are on the clock of `server`.
///
/// # Errors
/// [`ObjectFault::Data`] for times that cannot be read, [`ObjectFault::Instances`] for more dates than a
/// series may have.
pub(super) fn events(
    text: &str,
    calendar: &Part,
    server: &TimeZone,
    names: Names,
) -> Result<Events, ObjectFault> {
    let clocks = Clocks::new(text, calendar, server);
    let mut reader = Reader { text, clocks, notes: Notes::default(), names };
    let parts = || calendar.parts.iter().filter(|part| part.name == names.component);
    let is_main = |part: &&Part| part.line(text, "RECURRENCE-ID").is_none();
    let main = parts().find(is_main).map(|part| reader.main(part)).transpose()?;
    let (main, frame) = main.unzip();
    let (mut changed, mut following) = (Vec::new(), BTreeMap::new());
    for (number, part) in parts().enumerate().filter(|(_, part)| !is_main(part)) {
        if changed.len() == Repeats::MOST_EXCEPTIONS {
            return Err(too_many());
        }
        let event = reader.changed(part, frame.as_ref())?;
        if let Some(replaces) = event.replaces.filter(|_| reaches_on(text, part)) {
            following.entry(replaces).or_insert(number);
        }
        changed.push(event);
    }
    changed.sort_by_key(|changed| changed.replaces);
    let before = changed.len();
    changed.dedup_by_key(|changed| changed.replaces);
    if changed.len() < before {
        reader.notes.add("recurrence-id: several of the same occurrence; only the first is shown");
    }
    let dates = main.as_ref().map_or(0, |main| main.exceptions.len() + main.additions.len());
    if dates + changed.len() > Repeats::MOST_EXCEPTIONS {
        return Err(too_many());
    }
    let mut notes = reader.notes.into_inner();
    notes.extend(reader.clocks.into_notes());
    Ok(Events { main, changed, following, notes })
}

/// Whether a component says what all occurrences after its own are too.
fn reaches_on(text: &str, part: &Part) -> bool {
    part.line(text, "RECURRENCE-ID").is_some_and(|line| line.says("RANGE", "THISANDFUTURE"))
}

struct Reader<'a> {
    text: &'a str,
    clocks: Clocks<'a>,
    notes: Notes,
    names: Names,
}

impl Reader<'_> {
    /// The component without RECURRENCE-ID.
    fn main(&mut self, part: &Part) -> Result<(EventComponent, Frame), ObjectFault> {
        let repeats = part.lines(self.text).any(|line| line.is("RRULE") || line.is("RDATE"));
        let frame = self.frame(part, None, repeats)?;
        let mut event = self.component(part, &frame);
        let mut dates = Dates {
            text: self.text,
            part,
            frame: &frame,
            clocks: &self.clocks,
            notes: &mut self.notes,
        };
        event.additions = dates.additions(event.ends)?;
        event.rule = dates.rule();
        let exceptions = dates.exceptions()?;
        if event.rule.is_none() && event.additions.is_empty() {
            // Shown once only, a time in UTC needs no clock of its own.
            let once = self.frame(part, None, false)?;
            return Ok((self.component(part, &once), once));
        }
        event.exceptions = exceptions;
        event.additions.retain(|(start, _)| event.exceptions.binary_search(start).is_err());
        Ok((event, frame))
    }

    /// A component with RECURRENCE-ID.
    fn changed(
        &mut self,
        part: &Part,
        main: Option<&Frame>,
    ) -> Result<EventComponent, ObjectFault> {
        let frame = self.frame(part, main, true)?;
        let mut event = self.component(part, &frame);
        let line = part.line(self.text, "RECURRENCE-ID");
        let Some(line) = line else { return Ok(event) };
        let when = When::read(line.value()).ok_or_else(|| unreadable(&line))?;
        let all_day = matches!(when, When::Date(_));
        let own = Frame { all_day, starts: when.digits(), ..frame };
        event.replaces = Some(self.clocks.told(&line, when, main.unwrap_or(&own)));
        Ok(event)
    }

    /// On what clock a component is told: by its DTSTART.
    fn frame(
        &self,
        part: &Part,
        main: Option<&Frame>,
        repeats: bool,
    ) -> Result<Frame, ObjectFault> {
        let line = part.line(self.text, "DTSTART");
        let line =
            line.ok_or_else(|| ObjectFault::Data("DTSTART: expected in each event".to_owned()))?;
        let when = when(&line).ok_or_else(|| unreadable(&line))?;
        Ok(self.clocks.frame(&line, when, main, repeats))
    }

    /// What a component says, without how it repeats.
    fn component(&mut self, part: &Part, frame: &Frame) -> EventComponent {
        let ends = self.ends(part, frame);
        let notes = &mut self.notes;
        let text = self.text;
        let value = |name: &str| part.line(text, name);
        let transparency = value("TRANSP").map(|line| line.value().trim().to_ascii_uppercase());
        let status = value("STATUS").map(|line| line.value().trim().to_ascii_lowercase());
        let properties = Properties {
            all_day: frame.all_day,
            location: value("LOCATION").and_then(|line| location(&line, notes)),
            description: value("DESCRIPTION").and_then(|line| description(&line, notes)),
            url: value("URL").and_then(|line| url(&line, notes)),
            status: status.and_then(|word| Status::read(&word).ok()).unwrap_or_default(),
            free: transparency.as_deref() == Some("TRANSPARENT"),
            private: part.is_private(text),
            reminders: reminders(text, part),
            ..Properties::default()
        };
        let subject = subject(value("SUMMARY").as_ref(), notes);
        EventComponent {
            subject,
            properties,
            zone: frame.zone.as_ref().and_then(TimeZone::iana_name).map(str::to_owned),
            starts: frame.starts,
            ends,
            rule: None,
            exceptions: Vec::new(),
            additions: Vec::new(),
            replaces: None,
        }
    }

    /// When it ends: by DTEND, by DURATION, or else at once or at the end of its day.
    fn ends(&mut self, part: &Part, frame: &Frame) -> WallTime {
        let least = if frame.all_day { frame.starts.later(DAY) } else { frame.starts };
        let end = if let Some(line) = part.line(self.text, self.names.end) {
            if let Some(when) = when(&line) {
                self.clocks.end(&line, when, frame)
            } else {
                self.notes.add("dtend: cannot be read; the event has no length");
                least
            }
        } else if let Some(line) = part.line(self.text, "DURATION") {
            if let Some(length) = Length::read(line.value()) {
                self.clocks.after(frame, length)
            } else {
                self.notes.add("duration: cannot be read; the event has no length");
                least
            }
        } else {
            least
        };
        if end < frame.starts {
            self.notes.add("dtend: before the start; the event has no length");
        }
        end.max(least)
    }
}

/// The time of a property; of VALUE=DATE its day.
fn when(line: &SourceLine) -> Option<When> {
    let when = When::read(line.value())?;
    Some(if line.says("VALUE", "DATE") { when.date() } else { when })
}

fn unreadable(line: &SourceLine) -> ObjectFault {
    let (name, value) = (line.name().to_ascii_uppercase(), line.value());
    let value: String = value.chars().take(32).collect();
    let expected = "expected a date or a time in the years 0001 to 9999";
    ObjectFault::Data(format!("{name}: {expected} and not {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, typed, zone};
    use super::super::{NO_TITLE, Object};
    use super::*;

    /// The events of a calendar of such VEVENTs, for a server in Seoul.
    fn read(components: &[&str]) -> Result<Events, ObjectFault> {
        let whole = |lines: &&str| format!("BEGIN:VEVENT\nUID:a\n{lines}\nEND:VEVENT\n");
        let inside: String = components.iter().map(whole).collect();
        let object = Object::parse(format!("BEGIN:VCALENDAR\n{inside}END:VCALENDAR\n")).unwrap();
        object.events(&zone("Asia/Seoul"))
    }

    fn main(lines: &str) -> EventComponent {
        read(&[lines]).unwrap().main.unwrap()
    }

    fn notes(lines: &str) -> Vec<String> {
        read(&[lines]).unwrap().notes
    }

    /// An event at a time in Seoul.
    fn with(lines: &str) -> String {
        format!("DTSTART:20260105T090000\nDTEND:20260105T100000\n{lines}")
    }

    #[test]
    fn a_text_is_shown_as_far_as_it_fits() {
        let subject = |line: &str| main(&with(line)).subject.as_str().to_owned();
        assert_eq!(subject("SUMMARY: a\\, b\\nc\td "), "a, b c d");
        assert_eq!(subject("SUMMARY:a\u{7}b"), "ab");
        for none in ["", "SUMMARY:", "SUMMARY: \\n", "SUMMARY:\u{200b}"] {
            assert_eq!(subject(none), NO_TITLE, "{none:?}");
            assert!(notes(&with(none)).is_empty());
        }
        let long = format!("SUMMARY:{}", "가".repeat(129));
        assert_eq!(subject(&long), "가".repeat(127) + "…");
        assert_eq!(
            notes(&with(&long)),
            ["summary: over 128 characters; only the beginning is shown"]
        );
        assert_eq!(subject(&format!("SUMMARY:{}", "가".repeat(128))), "가".repeat(128));
        let long =
            with(&format!("LOCATION:{}\nDESCRIPTION:{}", "x".repeat(2000), "y\\n".repeat(20_000)));
        let event = main(&long);
        assert_eq!(event.properties.location.unwrap().chars().count(), 1024);
        assert_eq!(event.properties.description.unwrap().chars().count(), 16_384);
        assert_eq!(notes(&long).len(), 2);
    }

    #[test]
    fn what_few_events_say_is_read() {
        let event = main(&with(
            "LOCATION;ALTREP=\"x:y\":Room 1\\nfloor 2\nDESCRIPTION:a\\nb\nURL:https://jungi.me/a?b=c,d\nSTATUS:tentative\nTRANSP:TRANSPARENT\nCLASS:CONFIDENTIAL",
        ));
        let properties = Properties {
            location: Some("Room 1\nfloor 2".into()),
            description: Some("a\nb".into()),
            url: Some("https://jungi.me/a?b=c,d".into()),
            status: Status::Tentative,
            free: true,
            private: true,
            ..Properties::default()
        };
        assert_eq!(event.properties, properties);
        let empty = main(&with(
            "LOCATION:\nDESCRIPTION: \nURL:\nSTATUS:CONFIRMED\nTRANSP:OPAQUE\nCLASS:PUBLIC",
        ));
        assert_eq!(empty.properties, Properties::default());
        assert_eq!(notes(&with("URL:message:x")), ["url: no address of the web, and not shown"]);
    }

    #[test]
    fn plain_alarms_are_reminders() {
        let alarm = |lines: &str| format!("BEGIN:VALARM\n{lines}\nEND:VALARM");
        let alarms: Vec<_> = [
            "ACTION:DISPLAY\nTRIGGER:-PT15M",
            "ACTION:audio\nTRIGGER;RELATED=START:-P1D",
            "ACTION:DISPLAY\nTRIGGER:-PT15M",
            "ACTION:DISPLAY\nTRIGGER:-PT61S",
            "ACTION:DISPLAY\nTRIGGER:PT0S",
            "ACTION:DISPLAY\nTRIGGER:PT5M",
            "ACTION:DISPLAY\nTRIGGER;RELATED=END:-PT5M",
            "ACTION:EMAIL\nTRIGGER:-PT5M",
            "ACTION:DISPLAY\nTRIGGER;VALUE=DATE-TIME:20260101T000000Z",
            "ACTION:DISPLAY\nTRIGGER:-P20000D",
            "TRIGGER:-PT5M",
            "ACTION:DISPLAY",
        ]
        .map(alarm)
        .to_vec();
        assert_eq!(main(&with(&alarms.join("\n"))).properties.reminders, [15, 1440, 2, 0]);
        let many: Vec<_> =
            (1..=12).map(|n| alarm(&format!("ACTION:DISPLAY\nTRIGGER:-PT{n}M"))).collect();
        assert_eq!(main(&with(&many.join("\n"))).properties.reminders.len(), 10);
    }

    #[test]
    fn an_event_ends_by_its_end_or_its_length() {
        for (lines, ends) in [
            ("DTSTART:20260105T090000\nDTEND:20260105T100000", "2026-01-05 10:00:00"),
            ("DTSTART:20260105T090000\nDURATION:PT90M", "2026-01-05 10:30:00"),
            ("DTSTART:20260105T090000", "2026-01-05 09:00:00"),
            ("DTSTART:20260105T090000\nDTEND:20260105T080000", "2026-01-05 09:00:00"),
            ("DTSTART:20260105T090000\nDURATION:-PT1H", "2026-01-05 09:00:00"),
            ("DTSTART:20260105T090000\nDTEND;VALUE=DATE:20260106", "2026-01-06 00:00:00"),
            ("DTSTART:20260105T090000\nDTEND:20260105T010000Z", "2026-01-05 10:00:00"),
            ("DTSTART:20260105T090000\nDTEND:soon", "2026-01-05 09:00:00"),
            ("DTSTART:20260105", "2026-01-06 00:00:00"),
            ("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260105", "2026-01-06 00:00:00"),
            ("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260107", "2026-01-07 00:00:00"),
            ("DTSTART;VALUE=DATE:20260105\nDTEND:20260106T120000", "2026-01-07 00:00:00"),
            ("DTSTART;VALUE=DATE:20260105\nDURATION:P2D", "2026-01-07 00:00:00"),
            ("DTSTART;VALUE=DATE:20260105\nDURATION:PT1H", "2026-01-06 00:00:00"),
            (
                "DTSTART;VALUE=DATE:20260105T090000\nDTEND;VALUE=DATE:20260106T090000",
                "2026-01-06 00:00:00",
            ),
            // A day on the clock, of which an hour is skipped, and an exact day.
            ("DTSTART;TZID=America/New_York:20260307T120000\nDURATION:P1D", "2026-03-08 12:00:00"),
            (
                "DTSTART;TZID=America/New_York:20260307T120000\nDURATION:PT24H",
                "2026-03-08 13:00:00",
            ),
        ] {
            assert_eq!(main(lines).ends.typed(), ends, "{lines}");
        }
        let before = "DTSTART:20260105T090000\nDTEND:20260105T080000";
        assert_eq!(notes(before), ["dtend: before the start; the event has no length"]);
        assert!(main("DTSTART:20260105").properties.all_day);
    }

    #[test]
    fn a_start_is_needed() {
        let fault = |lines: &str| read(&[lines]).unwrap_err();
        let data = |what: &str| ObjectFault::Data(what.to_owned());
        assert_eq!(fault("SUMMARY:a"), data("DTSTART: expected in each event"));
        assert_eq!(
            fault("DTSTART:00000101T000000"),
            data(
                "DTSTART: expected a date or a time in the years 0001 to 9999 and not \"00000101T000000\""
            )
        );
        assert!(read(&["DTSTART:20260105\nRECURRENCE-ID:x"]).is_err());
    }

    #[test]
    fn changed_occurrences_are_in_the_order_of_what_they_replace() {
        let events = read(&[
            &with("RECURRENCE-ID:20260108T000000Z\nSUMMARY:c"),
            &with("RRULE:FREQ=DAILY"),
            &with("RECURRENCE-ID;RANGE=THISANDFUTURE:20260107T090000\nSUMMARY:b"),
            &with("RECURRENCE-ID;VALUE=DATE:20260106\nSUMMARY:a"),
            &with("RECURRENCE-ID:20260106T090000\nSUMMARY:again"),
        ])
        .unwrap();
        let replaced = events.changed.iter().filter_map(|changed| changed.replaces);
        assert_eq!(
            typed(replaced),
            ["06", "07", "08"].map(|day| format!("2026-01-{day} 09:00:00"))
        );
        let subjects: Vec<_> = events.changed.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!(subjects, ["a", "b", "c"]);
        assert_eq!(events.notes.len(), 1);
        let following: Vec<_> = events.following.into_iter().collect();
        assert_eq!(following, [(at("2026-01-07 09:00:00"), 2)]);
        let alone = read(&[&with("RECURRENCE-ID:20260106T090000Z")]).unwrap();
        assert!(alone.main.is_none());
        assert_eq!(alone.changed[0].replaces, Some(at("2026-01-06 18:00:00")));
    }
}
