//! Where the components of a file are, and which of them belong together.

use std::collections::HashMap;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::content::{Kind, MOST_BYTES};
use super::part::MOST_DEEP;
use super::problem::Problems;
use super::source_line::{SourceLine, lines};
use super::value::uid_of;

/// The most bytes of a VTIMEZONE. Each object gets a copy of those that it names, so that a large one would be
/// multiplied. Real ones with all of their history have 20,000.
const MOST_ZONE: usize = 64 << 10;

/// The most components of a file, without those inside others; what follows is not read. A file of 64 MiB that is no attack
/// has 300,000; one of nothing but `BEGIN:VEVENT` would have 5,000,000, and each takes a digest.
const MOST_COMPONENTS: usize = 500_000;

/// Stands for a text of any length.
pub(super) type Key = [u8; 16];

/// A component that belongs to an object.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    pub(super) line: usize,
    /// Its place among the envelopes.
    pub(super) envelope: usize,
    object: usize,
}

/// The lines of a VCALENDAR that its objects keep, each with its place.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) version: Option<usize>,
    pub(super) product: Option<usize>,
    pub(super) scale: Option<usize>,
}

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) envelopes: Vec<Envelope>,
    /// The components in the order of their objects.
    found: Vec<Found>,
    /// Where in it each object begins.
    firsts: Vec<usize>,
    zones: HashMap<(usize, Key), Range<usize>>,
    /// The first of each name in any envelope.
    any_zone: HashMap<Key, Range<usize>>,
}

impl Index {
    /// Finds what is in `text`.
    pub(super) fn of(text: &str, problems: &mut Problems) -> Self {
        let mut scan = Scan {
            text,
            problems,
            number: 1,
            in_envelope: false,
            outside: false,
            in_text: false,
            open: None,
            closed: 0,
            index: Self::default(),
            by_uid: HashMap::new(),
            objects: Vec::new(),
        };
        for line in lines(text, 0) {
            let breaks = line.span.clone();
            let blank = blank_lines(text, &line);
            scan.number += blank;
            scan.take(&line);
            if scan.closed > MOST_COMPONENTS {
                let detail = format!("the file has over {MOST_COMPONENTS} components");
                scan.problems.ended(scan.number, &format!("{detail}: the rest is not read"));
                scan.open = None;
                break;
            }
            scan.number += text.get(breaks).map_or(0, |line| line.matches('\n').count()) - blank;
        }
        scan.close(text.len(), false);
        scan.finish()
    }

    /// How many objects there are.
    pub(super) fn len(&self) -> usize {
        self.firsts.len()
    }

    /// The components of an object.
    pub(super) fn object(&self, place: usize) -> &[Found] {
        let first = self.firsts.get(place).copied().unwrap_or_default();
        let end = self.firsts.get(place + 1).copied().unwrap_or(self.found.len());
        self.found.get(first..end).unwrap_or_default()
    }

    /// Where the VTIMEZONE of that name is, which a component in an envelope means.
    pub(super) fn zone(&self, envelope: usize, name: &str) -> Option<Range<usize>> {
        let key = key(name);
        self.zones.get(&(envelope, key)).or_else(|| self.any_zone.get(&key)).cloned()
    }
}

/// How many empty lines are before a line.
fn blank_lines(text: &str, line: &SourceLine) -> usize {
    let bytes = text.as_bytes().get(line.span.clone()).unwrap_or_default();
    bytes.iter().take_while(|c| matches!(c, b'\r' | b'\n')).filter(|c| **c == b'\n').count()
}

/// The first 16 bytes of a digest.
pub(super) fn key(text: &str) -> Key {
    let digest = Sha256::digest(text.as_bytes());
    let mut key = Key::default();
    key.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    key
}

/// A UID for a component that has none: a digest of what it says, without the times at which it was
/// written, so that the same file gives the same one.
pub(super) fn made_uid(text: &str, span: &Range<usize>) -> String {
    const CHANGES: [&str; 4] = ["UID", "DTSTAMP", "CREATED", "LAST-MODIFIED"];
    let mut digest = Sha256::new();
    for line in lines(text, span.start).take_while(|line| line.span.start < span.end) {
        if !CHANGES.iter().any(|name| line.is(name)) {
            digest.update(line.content.as_bytes());
            digest.update(b"\n");
        }
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a line is a text that goes on in a line without a name after it: some programs forget to escape
/// line ends.
pub(super) fn is_text(line: &SourceLine) -> bool {
    const TEXTS: [&str; 5] = ["SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT"];
    TEXTS.iter().any(|name| line.is(name))
}

/// Stands at a line of the file.
struct Scan<'a, 'p> {
    text: &'a str,
    problems: &'p mut Problems,
    number: usize,
    in_envelope: bool,
    /// Whether the line before was outside of everything.
    outside: bool,
    /// Whether the line before was a text.
    in_text: bool,
    open: Option<Open>,
    /// How many components have ended.
    closed: usize,
    index: Index,
    by_uid: HashMap<Key, usize>,
    objects: Vec<Gathered>,
}

/// A component that has begun.
struct Open {
    start: usize,
    line: usize,
    /// The names of the components that are open, itself first.
    names: Vec<String>,
    /// How many are open beyond those.
    beyond: usize,
    too_deep: bool,
    /// Its UID, or the TZID of a time zone.
    id: Option<String>,
}

/// An object so far.
struct Gathered {
    kind: Kind,
    bytes: usize,
    line: usize,
}

impl Scan<'_, '_> {
    fn take(&mut self, line: &SourceLine) {
        let outside = self.open.is_none() && !self.in_envelope;
        if line.is("BEGIN") {
            self.begin(line);
        } else if line.is("END") {
            self.end(line);
        } else if let Some(open) = &mut self.open {
            if open.names.len() == 1 && open.beyond == 0 && open.id.is_none() {
                let zone = open.names.first().is_some_and(|name| name == "VTIMEZONE");
                open.id = if zone && line.is("TZID") {
                    Some(line.value().trim().to_owned())
                } else {
                    uid_of(line)
                };
            }
            let uid = open.id.as_deref();
            if line.is_well_formed() {
                self.in_text = is_text(line);
                return;
            } else if self.in_text {
                let detail = "the line has no name and is taken as more of the text before";
                return self.problems.taken(self.number, uid, detail);
            }
            self.problems.lost(self.number, uid, "the line is no property of iCalendar");
        } else if self.in_envelope {
            self.head(line);
        } else if !self.outside && !line.content.trim().is_empty() {
            self.problems.lost(self.number, None, "the text is in no calendar");
        }
        self.outside = outside;
        self.in_text = false;
    }

    /// Notes a line of the envelope.
    fn head(&mut self, line: &SourceLine) {
        let Some(envelope) = self.index.envelopes.last_mut() else { return };
        let place = if line.is("VERSION") {
            &mut envelope.version
        } else if line.is("PRODID") {
            &mut envelope.product
        } else if line.is("CALSCALE") {
            &mut envelope.scale
        } else {
            return;
        };
        place.get_or_insert(line.span.start);
    }

    fn begin(&mut self, line: &SourceLine) {
        let name = line.value().trim_ascii().to_ascii_uppercase();
        let stands_alone = Kind::read(&name).is_some()
            || matches!(name.as_str(), "VCALENDAR" | "VTIMEZONE" | "VFREEBUSY");
        if stands_alone {
            self.close(line.span.start, false);
        }
        if name == "VCALENDAR" {
            self.in_envelope = true;
            self.index.envelopes.push(Envelope::default());
        } else if let Some(open) = &mut self.open {
            // The calendar itself is one more.
            if open.names.len() + 1 < MOST_DEEP && open.beyond == 0 {
                open.names.push(name);
            } else {
                open.beyond += 1;
                open.too_deep = true;
            }
        } else {
            self.open = Some(Open {
                start: line.span.start,
                line: self.number,
                names: vec![name],
                beyond: 0,
                too_deep: false,
                id: None,
            });
        }
    }

    fn end(&mut self, line: &SourceLine) {
        let name = line.value().trim_ascii();
        let Some(open) = &mut self.open else {
            if name.eq_ignore_ascii_case("VCALENDAR") && self.in_envelope {
                self.in_envelope = false;
            } else {
                self.problems.taken(self.number, None, "the END ends nothing");
            }
            return;
        };
        let place = open.names.iter().rposition(|open| name.eq_ignore_ascii_case(open));
        match place {
            Some(0) => {
                let whole = open.names.len() == 1 && open.beyond == 0;
                self.close(line.span.end, whole);
            }
            _ if open.beyond > 0 => open.beyond -= 1,
            Some(place) => open.names.truncate(place),
            None if name.eq_ignore_ascii_case("VCALENDAR") => {
                self.close(line.span.start, false);
                self.in_envelope = false;
            }
            None => {
                let uid = open.id.as_deref();
                self.problems.taken(self.number, uid, "the END ends nothing");
            }
        }
    }

    /// Takes the component that is open, which ends at `end`.
    fn close(&mut self, end: usize, whole: bool) {
        let Some(open) = self.open.take() else { return };
        self.closed += 1;
        let span = open.start..end;
        let (line, uid) = (open.line, open.id.as_deref());
        let name = open.names.first().map_or("", String::as_str);
        if open.too_deep {
            self.problems.skipped(line, uid, "the component has others in it over 8 deep");
        } else if span.len() > MOST_BYTES {
            self.problems.skipped(line, uid, "the component is over 1048576 bytes");
        } else if name == "VTIMEZONE" {
            self.zone(&open, span);
        } else if let Some(kind) = Kind::read(name) {
            if !whole {
                self.problems.taken(line, uid, "the component, or one in it, has no END");
            }
            self.component(kind, &open, span);
        } else {
            let name: String = name.chars().take(64).collect();
            let detail = format!("{name:?} is neither VEVENT, VTODO nor VJOURNAL");
            self.problems.skipped(line, uid, &detail);
        }
    }

    fn zone(&mut self, open: &Open, span: Range<usize>) {
        match open.id.as_deref() {
            _ if span.len() > MOST_ZONE => {
                self.problems.lost(open.line, None, "the VTIMEZONE is over 65536 bytes");
            }
            None | Some("") => self.problems.lost(open.line, None, "the VTIMEZONE has no TZID"),
            Some(name) => {
                let key = key(name);
                let envelope = self.index.envelopes.len().saturating_sub(1);
                self.index.any_zone.entry(key).or_insert_with(|| span.clone());
                self.index.zones.entry((envelope, key)).or_insert(span);
            }
        }
    }

    fn component(&mut self, kind: Kind, open: &Open, span: Range<usize>) {
        let (line, uid) = (open.line, open.id.as_deref());
        let key = match uid {
            Some(uid) => key(uid),
            None => key(&made_uid(self.text, &span)),
        };
        let next = self.objects.len();
        let object = *self.by_uid.entry(key).or_insert(next);
        if object == next {
            self.objects.push(Gathered { kind, bytes: 0, line });
        }
        let Some(gathered) = self.objects.get_mut(object) else { return };
        if gathered.kind != kind {
            let detail = format!("the UID is that of a {} before", gathered.kind.word());
            self.problems.skipped(line, uid, &detail);
            return;
        }
        gathered.bytes = gathered.bytes.saturating_add(span.len());
        // Fragments without any envelope have one without lines.
        let envelope = self.index.envelopes.len().saturating_sub(1);
        self.index.found.push(Found { span, line, envelope, object });
    }

    /// Puts the components of each object together.
    fn finish(mut self) -> Index {
        let too_large =
            |object: usize| self.objects.get(object).is_none_or(|object| object.bytes > MOST_BYTES);
        self.index.found.retain(|found| !too_large(found.object));
        for object in self.objects.iter().filter(|object| object.bytes > MOST_BYTES) {
            self.problems.skipped(
                object.line,
                None,
                "the components of the UID are over 1048576 bytes",
            );
        }
        let found = &mut self.index.found;
        found.sort_by_key(|found| found.object);
        let before = found.iter().map(|found| Some(found.object));
        let before = std::iter::once(None).chain(before);
        let starts = found.iter().zip(before).enumerate();
        let starts = starts.filter(|(_, (found, before))| *before != Some(found.object));
        self.index.firsts = starts.map(|(place, _)| place).collect();
        self.index
    }
}
