//! One object of a file as a calendar of its own.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::content::MOST_BYTES;
use super::gather::{Envelope, Found, Index, is_text, made_uid};
use super::source_line::{SourceLine, lines, physical};
use super::value::{is_quoted_printable, quoted_printable, uid_of};

/// Who says of itself that it wrote a calendar that does not say it.
const PRODUCT: &str = "PRODID:-//calendar-server//EN";

/// The longest PRODID that is kept: each object gets a copy.
const MOST_PRODUCT: usize = 512;

/// An object.
pub(super) struct Extract {
    pub(super) uid: String,
    pub(super) text: String,
    pub(super) detail: Option<String>,
}

/// Makes the object at a place of the index.
pub(super) fn extract(text: &str, index: &Index, place: usize) -> Extract {
    let all = index.object(place);
    let uid = all.first().and_then(|found| own_uid(text, &found.span));
    let made = uid.is_none();
    let uid = uid.or_else(|| Some(made_uid(text, &all.first()?.span))).unwrap_or_default();
    let (found, left_out) = newest(text, all);
    let mut out = String::from("BEGIN:VCALENDAR\r\n");
    let envelope = all.first().and_then(|found| index.envelopes.get(found.envelope));
    head(text, envelope, &mut out);
    zones(text, index, &found, &mut out);
    for found in &found {
        component(text, &found.span, made.then_some(uid.as_str()), &mut out);
    }
    out.push_str("END:VCALENDAR\r\n");
    let mut detail = Vec::new();
    if made {
        detail.push("it has no UID and was given one".to_owned());
    }
    if left_out > 0 {
        detail.push(match left_out {
            1 => "a component of it is there twice; the newest is taken".to_owned(),
            many => format!("{many} components of it are there twice; the newest are taken"),
        });
    }
    let detail = (!detail.is_empty()).then(|| detail.join("; "));
    Extract { uid, text: out, detail }
}

/// The lines of a component.
fn inside<'a>(text: &'a str, span: &Range<usize>) -> impl Iterator<Item = SourceLine<'a>> {
    let end = span.end;
    lines(text, span.start).take_while(move |line| line.span.start < end)
}

/// Its own lines, without those of the components in it.
fn own<'a>(text: &'a str, span: &Range<usize>) -> impl Iterator<Item = SourceLine<'a>> {
    let mut open: Vec<String> = Vec::new();
    inside(text, span).filter(move |line| {
        if line.is("BEGIN") {
            open.push(name_of(line));
        } else if line.is("END") {
            let name = name_of(line);
            if let Some(place) = open.iter().rposition(|open| *open == name) {
                open.truncate(place);
            }
        }
        open.len() == 1
    })
}

/// The name of the component that a line begins or ends.
fn name_of(line: &SourceLine) -> String {
    line.value().trim_ascii().to_ascii_uppercase()
}

fn own_uid(text: &str, span: &Range<usize>) -> Option<String> {
    own(text, span).find_map(|line| uid_of(&line))
}

/// The components of an object, of those for the same occurrence only the newest, and how many others
/// there are: files that were put together have events twice.
fn newest<'a>(text: &str, all: &'a [Found]) -> (Vec<&'a Found>, usize) {
    if let [only] = all {
        return (vec![only], 0);
    }
    let mut places: HashMap<String, (usize, (u32, String))> = HashMap::new();
    let mut kept: Vec<&Found> = Vec::new();
    for found in all {
        let (mut occurrence, mut sequence) = (String::new(), 0);
        let (mut changed, mut stamp) = (String::new(), String::new());
        for line in own(text, &found.span) {
            let value = line.value().trim();
            match line.name().to_ascii_uppercase().as_str() {
                "RECURRENCE-ID" => value.clone_into(&mut occurrence),
                "SEQUENCE" => sequence = value.parse().unwrap_or(0),
                "LAST-MODIFIED" => value.clone_into(&mut changed),
                "DTSTAMP" => value.clone_into(&mut stamp),
                _ => {}
            }
        }
        let age = (sequence, if changed.is_empty() { stamp } else { changed });
        match places.get_mut(&occurrence) {
            None => {
                places.insert(occurrence, (kept.len(), age));
                kept.push(found);
            }
            Some((place, before)) if age > *before => {
                *before = age;
                if let Some(kept) = kept.get_mut(*place) {
                    *kept = found;
                }
            }
            Some(_) => {}
        }
    }
    let left_out = all.len() - kept.len();
    (kept, left_out)
}

/// VERSION, PRODID and CALSCALE. What is written is iCalendar 2.0, whatever the file was.
fn head(text: &str, envelope: Option<&Envelope>, out: &mut String) {
    out.push_str("VERSION:2.0\r\n");
    let line = |at: Option<usize>| {
        SourceLine::at(text, at?)
            .filter(|line| line.is_well_formed() && line.span.len() <= MOST_PRODUCT)
    };
    match line(envelope.and_then(|envelope| envelope.product)) {
        Some(line) => copy(text, &line.span, out),
        None => out.extend([PRODUCT, "\r\n"]),
    }
    if let Some(line) = line(envelope.and_then(|envelope| envelope.scale)) {
        copy(text, &line.span, out);
    }
}

/// The time zones that components name.
fn zones(text: &str, index: &Index, found: &[&Found], out: &mut String) {
    let mut named = HashSet::new();
    for found in found {
        for line in inside(text, &found.span) {
            let Some(name) = line.param("TZID") else { continue };
            if named.contains(name) || out.len() > MOST_BYTES {
                continue;
            }
            named.insert(name.to_owned());
            if let Some(zone) = index.zone(found.envelope, name) {
                component(text, &zone, None, out);
            }
        }
    }
}

/// Writes a component with its own bytes, line ends of CRLF, and what is missing: the ENDs, and the UID if
/// it was made.
fn component(text: &str, span: &Range<usize>, made_uid: Option<&str>, out: &mut String) {
    let mut open: Vec<String> = Vec::new();
    let mut has_uid = false;
    let mut in_text = false;
    for line in inside(text, span) {
        let mut after_text = false;
        if line.is("BEGIN") {
            open.push(name_of(&line));
            copy(text, &line.span, out);
            if let (Some(uid), 1) = (made_uid, open.len()) {
                out.extend(["UID:", uid, "\r\n"]);
            }
        } else if line.is("END") {
            let name = name_of(&line);
            if let Some(place) = open.iter().rposition(|open| *open == name) {
                end(&mut open, place + 1, out);
                open.pop();
                copy(text, &line.span, out);
            }
        } else if line.is("UID") && open.len() == 1 {
            if !has_uid && uid_of(&line).is_some() {
                has_uid = true;
                property(text, &line, out);
            }
        } else if line.is_well_formed() {
            after_text = is_text(&line);
            property(text, &line, out);
        } else if in_text {
            after_text = true;
            out.extend([" \\n", line.content.trim_ascii(), "\r\n"]);
        }
        in_text = after_text;
    }
    end(&mut open, 0, out);
}

/// Ends the components that are open, down to `depth`.
fn end(open: &mut Vec<String>, depth: usize, out: &mut String) {
    while open.len() > depth {
        let name = open.pop().unwrap_or_default();
        out.extend(["END:", &name, "\r\n"]);
    }
}

/// A property. One in the encoding of vCalendar 1.0, which iCalendar 2.0 does not have, is written anew.
fn property(text: &str, line: &SourceLine, out: &mut String) {
    if !is_quoted_printable(line) {
        return copy(text, &line.span, out);
    }
    out.extend([line.name(), ":"]);
    let mut width = line.name().len() + 1;
    for c in quoted_printable(line.value()).trim_end().chars() {
        if width + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            width = 1;
        }
        if c == '\n' {
            out.push_str("\\n");
            width += 2;
        } else {
            out.push(c);
            width += c.len_utf8();
        }
    }
    out.push_str("\r\n");
}

/// A line as it is, without empty lines in it.
fn copy(text: &str, span: &Range<usize>, out: &mut String) {
    let mut at = span.start;
    while let Some((line, end)) = physical(text, at).filter(|_| at < span.end) {
        if !line.is_empty() {
            out.extend([line, "\r\n"]);
        }
        at = end;
    }
}
