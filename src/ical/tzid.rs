//! On what clock a time with a TZID is.
//!
//! A name comes first, since programs know zones by their names and what they copy of their rules is often
//! out of date. Only for a name that says nothing is the VTIMEZONE asked. The TZID in the bytes stays.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::offsets::{Offsets, fixed};
use super::part::Part;
use super::problem::Notes;
use super::zone_names::{by_name, offset_in, windows};
use crate::model::WallTime;

/// How many names of one object are looked up. Others are on the clock of the server.
const MOST_NAMES: usize = 64;

/// The clock that a TZID names.
#[derive(Debug, Clone)]
pub(super) enum Clock {
    /// That of a zone of IANA.
    Zone(TimeZone),
    /// One that is always so far from UTC, which has no name.
    Fixed(TimeZone),
    /// None that is known, so that of the server.
    Server,
}

/// The zones of an object, each looked up once.
pub(super) struct Zones<'a> {
    text: &'a str,
    calendar: &'a Part,
    server: &'a TimeZone,
    known: RefCell<HashMap<String, Clock>>,
    notes: RefCell<Notes>,
}

impl<'a> Zones<'a> {
    pub(super) fn new(text: &'a str, calendar: &'a Part, server: &'a TimeZone) -> Self {
        Self { text, calendar, server, known: RefCell::default(), notes: RefCell::default() }
    }

    /// The clock of a TZID, for times near `around`.
    pub(super) fn clock(&self, name: &str, around: WallTime) -> Clock {
        if let Some(clock) = self.known.borrow().get(name) {
            return clock.clone();
        }
        if self.known.borrow().len() >= MOST_NAMES {
            return Clock::Server;
        }
        let (clock, note) = self.find(name, around);
        if let Some(note) = note {
            let name: String = name.chars().take(64).collect();
            self.notes.borrow_mut().add(&format!("tzid: {name:?} {note}"));
        }
        self.known.borrow_mut().insert(name.to_owned(), clock.clone());
        clock
    }

    /// What was taken otherwise than it is written.
    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes.into_inner().into_inner()
    }

    fn find(&self, name: &str, around: WallTime) -> (Clock, Option<String>) {
        if let Some(zone) = by_name(name) {
            return (Clock::Zone(zone), None);
        }
        let named = |part: &&Part| {
            let id = part.line(self.text, "TZID");
            part.name == "VTIMEZONE" && id.is_some_and(|line| line.value().trim() == name.trim())
        };
        let part = self.calendar.parts.iter().find(named);
        if let Some(zone) = part.and_then(|part| self.own_name(part)) {
            return (Clock::Zone(zone), None);
        }
        let offsets = part.and_then(|part| Offsets::read(self.text, part, around));
        if let Some(zone) = offsets.as_ref().and_then(|offsets| offsets.zone(self.server)) {
            let note = format!("is read as {} by its offsets", zone.iana_name().unwrap_or("UTC"));
            return (Clock::Zone(zone), Some(note));
        }
        let standard = offsets.and_then(|offsets| offsets.standard);
        let offset = standard.or_else(|| offset_in(name).map(i64::from));
        match offset.and_then(fixed) {
            Some(zone) if zone.iana_name().is_some() => {
                let note = format!("is read as {}", zone.iana_name().unwrap_or_default());
                (Clock::Zone(zone), Some(note))
            }
            Some(zone) => {
                let note = "is no known zone, and told on the server's clock by its offset";
                (Clock::Fixed(zone), Some(note.to_owned()))
            }
            None => {
                (Clock::Server, Some("is no known zone, and taken for the server's".to_owned()))
            }
        }
    }

    /// The name that programs write into a VTIMEZONE beside its TZID.
    fn own_name(&self, part: &Part) -> Option<TimeZone> {
        let value = |name: &str| Some(part.line(self.text, name)?.value().trim().to_owned());
        let location = value("X-LIC-LOCATION").and_then(|name| by_name(&name));
        let address = || by_name(value("TZURL")?.trim_end_matches(".ics"));
        let number = || {
            let number: u8 = value("X-MICROSOFT-CDO-TZID")?.parse().ok()?;
            windows(&format!("cdo {number:02}"))
        };
        location.or_else(address).or_else(number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::zone;
    use super::super::{Object, zone as zones};

    /// The own zone of a weekly event of 2026 with a VTIMEZONE, when it starts, and the notes.
    fn read(id: &str, timezone: &str) -> (Option<String>, String, Vec<String>) {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=\"{id}\":20260105T090000\nRRULE:FREQ=WEEKLY\nEND:VEVENT\nBEGIN:VTIMEZONE\nTZID:{id}\n{timezone}END:VTIMEZONE\nEND:VCALENDAR\n"
        );
        let events = Object::parse(text).unwrap().events(&zone("Asia/Seoul")).unwrap();
        let main = events.main.unwrap();
        (main.zone, main.starts.typed(), events.notes)
    }

    fn own_zone(id: &str, timezone: &str) -> Option<String> {
        read(id, timezone).0
    }

    fn observance(name: &str, start: &str, from: &str, to: &str, rest: &str) -> String {
        format!(
            "BEGIN:{name}\nDTSTART:{start}\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{rest}END:{name}\n"
        )
    }

    fn of_the_us(standard: &str, daylight: &str) -> String {
        let summer = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n";
        let winter = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\n";
        observance("DAYLIGHT", "20070311T020000", standard, daylight, summer)
            + &observance("STANDARD", "20071104T020000", daylight, standard, winter)
    }

    #[test]
    fn the_names_in_a_vtimezone_come_before_its_offsets() {
        let winter = observance("STANDARD", "19700101T000000", "+0500", "+0500", "");
        for (line, name) in [
            ("X-LIC-LOCATION:Europe/Paris\n", "Europe/Paris"),
            ("TZURL:http://tzurl.org/zoneinfo/Europe/Zurich.ics\n", "Europe/Zurich"),
            ("X-MICROSOFT-CDO-TZID:4\n", "Europe/Berlin"),
        ] {
            let (own, _, notes) = read("Mine", &format!("{line}{winter}"));
            assert_eq!((own.as_deref(), notes.len()), (Some(name), 0), "{line}");
        }
        let (own, _, _) = read("Europe/Rome", &format!("X-LIC-LOCATION:Europe/Paris\n{winter}"));
        assert_eq!(own.as_deref(), Some("Europe/Rome"), "the TZID comes first");
    }

    #[test]
    fn a_zone_is_known_by_its_offsets() {
        let (own, starts, notes) = read("Mine", &of_the_us("-0500", "-0400"));
        assert_eq!(own.as_deref(), Some("America/New_York"));
        assert_eq!(starts, "2026-01-05 09:00:00");
        assert_eq!(notes, ["tzid: \"Mine\" is read as America/New_York by its offsets"]);
        assert_eq!(
            own_zone("Mine", &of_the_us("-0800", "-0700")).as_deref(),
            Some("America/Los_Angeles")
        );
        // The rules of before 2007, which its program never heard of.
        let old = observance(
            "DAYLIGHT",
            "19870405T020000",
            "-0600",
            "-0500",
            "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\n",
        ) + &observance(
            "STANDARD",
            "19671029T020000",
            "-0500",
            "-0600",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n",
        );
        assert_eq!(own_zone("Mine", &old).as_deref(), Some("America/Chicago"));
        // That of the server needs no name.
        let seoul = observance("STANDARD", "19700101T000000", "+0900", "+0900", "");
        assert_eq!(own_zone("Mine", &seoul), None);
        // Each change written out.
        let dates = (2020..2030).map(|year| {
            let summer = format!("{year}{}T020000", "0331");
            observance("DAYLIGHT", &summer, "+0100", "+0200", "")
                + &observance("STANDARD", &format!("{year}1027T030000"), "+0200", "+0100", "")
        });
        assert_eq!(own_zone("Mine", &dates.collect::<String>()).as_deref(), Some("Europe/Berlin"));
    }

    #[test]
    fn what_no_zone_has_becomes_an_offset() {
        let (own, _, notes) = read("Mine", &of_the_us("-1200", "-1130"));
        assert_eq!(own.as_deref(), Some("Etc/GMT+12"));
        assert_eq!(notes, ["tzid: \"Mine\" is read as Etc/GMT+12"]);
        let (own, starts, notes) = read("Mine", &of_the_us("+0815", "+0845"));
        assert_eq!((own, starts.as_str()), (None, "2026-01-05 09:45:00"));
        assert_eq!(
            notes,
            ["tzid: \"Mine\" is no known zone, and told on the server's clock by its offset"]
        );
        assert_eq!(own_zone("UTC+11", "").as_deref(), Some("Etc/GMT-11"));
        let (own, starts, notes) = read("Mine", "");
        assert_eq!((own, starts.as_str()), (None, "2026-01-05 09:00:00"));
        assert_eq!(notes, ["tzid: \"Mine\" is no known zone, and taken for the server's"]);
    }

    #[test]
    fn hostile_zones_cost_no_more_than_others() {
        let all = (0..60).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let rule = format!("RRULE:FREQ=YEARLY;BYYEARDAY=1,2,3,4,5;BYMINUTE={all}\n");
        let many: String = (0..1000)
            .map(|_| observance("STANDARD", "00010101T000000", "+0100", "+0200", &rule))
            .collect();
        read("Mine", &many);
        let secondly =
            observance("STANDARD", "00010101T000000", "+0100", "+0200", "RRULE:FREQ=SECONDLY\n");
        read("Mine", &secondly.repeat(1000));
        let never = observance(
            "STANDARD",
            "00010101T000000",
            "+0100",
            "+0200",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n",
        );
        read("Mine", &never.repeat(1000));
        for offset in ["+9900", "-0000", "x", "+99999999999999", "가나다라"] {
            read("Mine", &observance("STANDARD", "20200101T000000", offset, offset, ""));
        }
        // Many names, each of which is looked up.
        let event = |n: usize| {
            format!(
                "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260101T{:02}{:02}00\nDTSTART;TZID=Mine {n}:20260105T090000\nEND:VEVENT\n",
                n / 60,
                n % 60
            )
        };
        let events: String = (0..500).map(event).collect();
        let object = Object::parse(format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")).unwrap();
        let events = object.events(&zone("Asia/Seoul")).unwrap();
        assert_eq!((events.changed.len(), events.notes.len()), (500, 20));
        assert!(zones::named("Mine").is_none());
    }
}
