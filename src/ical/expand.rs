//! Parts of an object, for clients that want no more (RFC 4791, 9.6): each occurrence by itself, only some of the changed ones,
//! only some of the properties.

use jiff::tz::TimeZone;

use super::content::Kind;
use super::content_line::fold;
use super::filter::Span;
use super::form::{digits, utc};
use super::object::Object;
use super::part::Part;
use super::source_line::SourceLine;
use super::tree::{self, Component};
use super::tzid::{Clock, Zones};
use super::value::When;
use super::write::{HEAD, TAIL};
use super::zone::convert;
use crate::model::WallTime;

/// An occurrence, on the clock of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    /// Its start by the rule, in UTC, or the midnight of a day; none for what does not repeat.
    pub name: Option<WallTime>,
    /// When it begins.
    pub starts: WallTime,
    /// When it ends.
    pub ends: WallTime,
    /// Whether it lasts whole days.
    pub all_day: bool,
}

/// What an occurrence by itself says otherwise than its component.
const OF_TIME: [&str; 9] =
    ["DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"];

/// The Unix time of a UTC time as CalDAV writes it, such as `20260131T000000Z`; none for anything else.
#[must_use]
pub fn unix_of_utc(text: &str) -> Option<i64> {
    match When::read(text)? {
        When::Utc(at) => Some(at.seconds()),
        When::Date(_) | When::Local(_) => None,
    }
}

/// The text of an object with these occurrences, each a VEVENT, with times in UTC. Other components of it are left out.
#[must_use]
pub fn expanded(object: &Object, instances: &[Instance], server: &TimeZone) -> String {
    let text = object.text();
    let zones = Zones::new(text, object.calendar(), server);
    let kind = object.kind().word();
    let end = if object.kind() == Kind::Todo { "DUE" } else { "DTEND" };
    let events: Vec<(&Part, Option<WallTime>)> = object
        .calendar()
        .parts
        .iter()
        .filter(|part| part.name == kind)
        .map(|part| {
            let line = part.line(text, "RECURRENCE-ID");
            (part, line.and_then(|line| in_utc(&line, &zones, server)))
        })
        .collect();
    let mut out = String::from(HEAD);
    for instance in instances {
        let own = events.iter().find(|(_, name)| name.is_some() && *name == instance.name);
        let main = || events.iter().find(|(_, name)| name.is_none());
        let Some((part, _)) = own.or_else(main).or(events.first()) else { continue };
        out.push_str(&format!("BEGIN:{kind}\r\n"));
        for line in part.lines(text).filter(|line| !OF_TIME.iter().any(|name| line.is(name))) {
            fold(&mut out, &line.content, "\r\n");
        }
        let mut add = |name: &str, at: WallTime| {
            let digits = digits(at);
            let line = if instance.all_day {
                format!("{name};VALUE=DATE:{}", digits.get(..8).unwrap_or(&digits))
            } else {
                format!("{name}:{digits}Z")
            };
            fold(&mut out, &line, "\r\n");
        };
        let told = |at| if instance.all_day { at } else { convert(at, server, &TimeZone::UTC) };
        if let Some(name) = instance.name {
            add("RECURRENCE-ID", name);
        }
        add("DTSTART", told(instance.starts));
        if instance.ends > instance.starts {
            add(end, told(instance.ends));
        }
        for inner in &part.parts {
            let inner = text.get(inner.span.clone()).unwrap_or_default();
            out.push_str(inner.trim_end());
            out.push_str("\r\n");
        }
        out.push_str(&format!("END:{kind}\r\n"));
    }
    out.push_str(TAIL);
    out
}

/// The time that a line says, in UTC; of a day, its midnight.
fn in_utc(line: &SourceLine<'_>, zones: &Zones<'_>, server: &TimeZone) -> Option<WallTime> {
    let (at, zone) = match (When::read(line.value())?, line.param("TZID")) {
        (When::Utc(at) | When::Date(at), _) => return Some(at),
        (When::Local(at), Some(tzid)) => match zones.clock(tzid, at) {
            Clock::Zone(zone) | Clock::Fixed(zone) => (at, zone),
            Clock::Server => (at, server.clone()),
        },
        (When::Local(at), None) => (at, server.clone()),
    };
    Some(convert(at, &zone, &TimeZone::UTC))
}

/// The text of an object without the changed occurrences that neither are in `span` nor were to be.
#[must_use]
pub fn limited(object: &Object, span: Span, server: &TimeZone) -> String {
    let text = object.text();
    let zones = Zones::new(text, object.calendar(), server);
    let mut out = text.to_owned();
    let parts = object.calendar().parts.iter().filter(|part| part.name == "VEVENT");
    let aside: Vec<_> = parts
        .filter(|part| {
            let Some(name) = part.line(text, "RECURRENCE-ID") else { return false };
            // That of all after it matters whenever they are.
            if name.says("RANGE", "THISANDFUTURE") {
                return false;
            }
            let unix = |line: &SourceLine<'_>| in_utc(line, &zones, server).map(|at| at.seconds());
            let start = part.line(text, "DTSTART");
            let times = [Some(name), start].into_iter().flatten().filter_map(|line| unix(&line));
            // One that has begun before lasts no longer than this.
            let longest = 400 * super::zone::DAY;
            !times.into_iter().any(|at| at < span.until && at >= span.from - longest)
        })
        .map(|part| part.span.clone())
        .collect();
    for span in aside.into_iter().rev() {
        out.replace_range(span, "");
    }
    out
}

/// What is wanted of a component.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name, in any case.
    pub name: String,
    /// The names of its properties; none for all.
    pub properties: Option<Vec<String>>,
    /// The components in it; none for all.
    pub components: Option<Vec<Wanted>>,
}

/// The text of an object with no more than what is wanted (RFC 4791, 9.6.1).
#[must_use]
pub fn partial(text: &str, wanted: &Wanted) -> String {
    let mut whole = Component::read(text);
    for calendar in whole.components_mut().filter(|part| part.name == "VCALENDAR") {
        thin_out(calendar, wanted);
    }
    let mut out = String::new();
    whole.print(&mut out);
    out
}

fn thin_out(component: &mut Component<'_>, wanted: &Wanted) {
    component.parts.retain_mut(|part| match part {
        tree::Part::ContentLine(line) => {
            let named = |names: &Vec<String>| names.iter().any(|name| line.is(name));
            wanted.properties.as_ref().is_none_or(named)
        }
        tree::Part::Component(inner) => match &wanted.components {
            None => true,
            Some(all) => {
                let own = all.iter().find(|one| one.name.eq_ignore_ascii_case(&inner.name));
                own.map(|own| thin_out(inner, own)).is_some()
            }
        },
        tree::Part::Text(_) => true,
    });
}

/// A VFREEBUSY (RFC 5545, 3.6.4) with these times, each from when until when in Unix seconds, and whether it is tentative; made at the Unix
/// time `now`.
#[must_use]
pub fn free_busy(span: Span, busy: &[(i64, i64, bool)], now: i64) -> String {
    let mut out = String::from(HEAD);
    let mut line = |text: String| fold(&mut out, &text, "\r\n");
    line("BEGIN:VFREEBUSY".to_owned());
    line(format!("UID:{now}-{}-{}", span.from, span.until));
    line(format!("DTSTAMP:{}", utc(now)));
    line(format!("DTSTART:{}", utc(span.from)));
    line(format!("DTEND:{}", utc(span.until)));
    for (from, until, tentative) in busy {
        let kind = if *tentative { ";FBTYPE=BUSY-TENTATIVE" } else { "" };
        line(format!("FREEBUSY{kind}:{}/{}", utc(*from), utc(*until)));
    }
    line("END:VFREEBUSY".to_owned());
    out.push_str(TAIL);
    out
}
