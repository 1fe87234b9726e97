//! Many objects as one calendar: what a feed gives, and an export.
//!
//! It is made piece by piece, so that a calendar of any size costs what one object does. A zone that IANA names is written
//! once from 1970 on, whatever part of it an object brings along: that of the first object may begin after the events
//! of the next one. Of another zone, the first definition of a name is taken, and a second one gets another name.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::content_line::{escaped, fold};
use super::tree::{Component, Part};
use super::vtimezone::vtimezone;
use super::write::{HEAD, TAIL};
use super::zone::named;

/// Puts the components of objects into one calendar, each VTIMEZONE once.
#[derive(Debug)]
pub struct Merge {
    head: String,
    /// The names that are taken.
    names: HashSet<String>,
    /// Foreign VTIMEZONEs by their text, with the names that they have here.
    foreign: HashMap<String, String>,
}

impl Merge {
    /// A calendar of that name. A program that subscribes to it is asked to look again after `refresh`.
    #[must_use]
    pub fn new(name: Option<&str>, refresh: Option<Duration>) -> Self {
        let mut head = String::from(HEAD);
        let mut line = |text: String| fold(&mut head, &text, "\r\n");
        if let Some(name) = name {
            // RFC 7986, 5.1, and what programs knew before it.
            line(format!("NAME:{}", escaped(name)));
            line(format!("X-WR-CALNAME:{}", escaped(name)));
        }
        if let Some(refresh) = refresh {
            let minutes = refresh.as_secs().div_ceil(60).max(1);
            line(format!("REFRESH-INTERVAL;VALUE=DURATION:PT{minutes}M"));
            line(format!("X-PUBLISHED-TTL:PT{minutes}M"));
        }
        Self { head, names: HashSet::new(), foreign: HashMap::new() }
    }

    /// What the calendar begins with.
    #[must_use]
    pub fn head(&self) -> String {
        self.head.clone()
    }

    /// What an object adds to it: the zones that are new, and then its components.
    pub fn add(&mut self, object_text: &str) -> String {
        let text = object_text.trim_start_matches('\u{feff}');
        let whole = Component::read(text);
        let mut out = String::new();
        let mut renamed = HashMap::new();
        let calendars = || whole.components().filter(|part| part.name == "VCALENDAR");
        for zone in calendars().flat_map(Component::components) {
            if zone.name == "VTIMEZONE" {
                self.zone(zone, &mut out, &mut renamed);
            }
        }
        for component in calendars().flat_map(Component::components) {
            if component.name != "VTIMEZONE" {
                self.undefined(component, &mut out);
                let mut component = component.clone();
                if !renamed.is_empty() {
                    rename(&mut component, &renamed);
                }
                printed(&component, &mut out);
            }
        }
        out
    }

    /// What it ends with.
    #[must_use]
    pub fn tail(&self) -> &'static str {
        TAIL
    }

    /// Writes the zones that a component names and its object does not define, as far as IANA has them: some programs
    /// leave them out, which RFC 5545 (3.2.19) does not allow.
    fn undefined(&mut self, component: &Component<'_>, out: &mut String) {
        for part in &component.parts {
            match part {
                Part::ContentLine(line) => {
                    let Some(tzid) =
                        line.parameter("TZID").filter(|tzid| !self.names.contains(*tzid))
                    else {
                        continue;
                    };
                    if let Some(known) = named(tzid) {
                        self.names.insert(tzid.to_owned());
                        out.push_str(&vtimezone(tzid, &known, 0));
                    }
                }
                Part::Component(inside) => self.undefined(inside, out),
                Part::Text(_) => {}
            }
        }
    }

    /// Writes a zone that is new, and notes the name that it has here if that is another.
    fn zone(
        &mut self,
        zone: &Component<'_>,
        out: &mut String,
        renamed: &mut HashMap<String, String>,
    ) {
        let Some(tzid) = zone.line("TZID").map(|line| line.value().trim().to_owned()) else {
            return;
        };
        if let Some(known) = named(&tzid) {
            if self.names.insert(tzid.clone()) {
                out.push_str(&vtimezone(&tzid, &known, 0));
            }
            return;
        }
        let mut text = String::new();
        printed(zone, &mut text);
        if let Some(name) = self.foreign.get(&text) {
            if *name != tzid {
                renamed.insert(tzid, name.clone());
            }
            return;
        }
        let mut name = tzid.clone();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{tzid} {number}");
            number += 1;
        }
        self.foreign.insert(text.clone(), name.clone());
        if name == tzid {
            out.push_str(&text);
        } else {
            let mut zone = zone.clone();
            if let Some(line) = zone.line("TZID") {
                let line = line.changed(&name, &[], &[]);
                zone.set(line);
            }
            printed(&zone, out);
            renamed.insert(tzid, name);
        }
    }
}

/// Gives TZIDs their other names, also in the components inside.
fn rename(component: &mut Component<'_>, renamed: &HashMap<String, String>) {
    for part in &mut component.parts {
        match part {
            Part::ContentLine(line) => {
                let name = line.parameter("TZID").and_then(|tzid| renamed.get(tzid));
                if let Some(name) = name {
                    *line = line.changed(line.value(), &["TZID"], &[("TZID", name)]);
                }
            }
            Part::Component(inside) => rename(inside, renamed),
            Part::Text(_) => {}
        }
    }
}

/// Appends the bytes of a component, every line of them ended by CRLF.
fn printed(component: &Component<'_>, out: &mut String) {
    let mut text = String::new();
    component.print(&mut text);
    for line in text.split_inclusive('\n').filter(|line| !line.trim_ascii().is_empty()) {
        out.push_str(line.trim_end_matches(['\r', '\n']));
        out.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "BEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
        TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";

    fn object(zone: &str, uid: &str, start: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:PUBLISH\n{zone}BEGIN:VEVENT\nUID:{uid}\n\
             DTSTART{start}\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    }

    #[test]
    fn a_calendar_has_its_name_and_when_to_look_again() {
        let merge = Merge::new(Some("Team, all"), Some(Duration::from_secs(3600)));
        assert_eq!(
            merge.head() + merge.tail(),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calendar-server//EN\r\n\
             NAME:Team\\, all\r\nX-WR-CALNAME:Team\\, all\r\n\
             REFRESH-INTERVAL;VALUE=DURATION:PT60M\r\nX-PUBLISHED-TTL:PT60M\r\nEND:VCALENDAR\r\n"
        );
        assert_eq!(Merge::new(None, None).head(), HEAD);
    }

    #[test]
    fn a_zone_that_an_object_names_and_does_not_define_is_written() {
        let mut merge = Merge::new(None, None);
        let object = object("", "1", ";TZID=Asia/Seoul:20260101T090000");
        let first = merge.add(&object);
        assert!(first.starts_with("BEGIN:VTIMEZONE\r\nTZID:Asia/Seoul\r\n"), "{first}");
        assert!(merge.add(&object).starts_with("BEGIN:VEVENT\r\n"));
    }

    #[test]
    fn a_zone_that_two_objects_have_is_written_once() {
        let mut merge = Merge::new(None, None);
        let first = merge.add(&object(ZONE, "1", ";TZID=Office:20260101T090000"));
        assert!(first.starts_with("BEGIN:VTIMEZONE\r\nTZID:Office\r\n"), "{first}");
        let second = merge.add(&object(ZONE, "2", ";TZID=Office:20260101T090000"));
        assert_eq!(
            second,
            "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;TZID=Office:20260101T090000\r\nEND:VEVENT\r\n"
        );
    }

    #[test]
    fn another_zone_of_the_same_name_gets_another_name() {
        let mut merge = Merge::new(None, None);
        merge.add(&object(ZONE, "1", ";TZID=Office:20260101T090000"));
        let other = ZONE.replace("0100", "0500");
        for uid in ["2", "3"] {
            let added = merge.add(&object(&other, uid, ";TZID=\"Office\";X-A=b:20260101T090000"));
            assert_eq!(added.matches("TZID:Office 2\r\n").count(), usize::from(uid == "2"));
            assert!(added.contains("DTSTART;X-A=b;TZID=Office 2:20260101T090000\r\n"), "{added}");
        }
    }

    #[test]
    fn a_zone_of_iana_is_right_for_events_of_any_object() {
        let own = "BEGIN:VTIMEZONE\nTZID:Europe/Paris\nEND:VTIMEZONE\n";
        let mut merge = Merge::new(None, None);
        let added = merge.add(&object(own, "1", ";TZID=Europe/Paris:20260101T090000"));
        assert!(added.starts_with(&vtimezone("Europe/Paris", &named("Europe/Paris").unwrap(), 0)));
        assert!(!merge.add(&object(own, "2", ":20200101T090000Z")).contains("VTIMEZONE"));
    }

    #[test]
    fn what_is_no_calendar_adds_nothing() {
        let mut merge = Merge::new(None, None);
        for text in ["", "\u{feff}", "BEGIN:VEVENT\nEND:VEVENT\n", "hello"] {
            assert_eq!(merge.add(text), "");
        }
    }
}
