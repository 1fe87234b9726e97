//! An object with other values: a change that is made here, of a text that another program wrote.
//!
//! What another program knows and this one does not (attendees, attachments, travel times) must come back to it as
//! it was. So the text is changed line by line where a value differs, and never written anew.

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;

use super::component::EventComponent;
use super::content::{Events, ObjectFault};
use super::content_line::{end_of, escaped};
use super::edit::Edit;
use super::form::{Form, clock};
use super::object::Object;
use super::tree::{Component, Part};
use super::tzid;
use super::write::{Stamps, Zones, component};
use crate::model::WallTime;

/// The text of an object with what `main` and `changed` say, at the Unix time `now`. Lines of properties whose value is
/// the same keep their bytes, and where nothing differs, so does the text. Of each component that differs, SEQUENCE is
/// one higher, and LAST-MODIFIED and DTSTAMP are `now`.
///
/// Which component an occurrence has is told by its name, the start that it replaces. `before` has, by its new name, how
/// each that was renamed was named in `object`: where a series moves, its occurrences need not all move by the same time.
///
/// An occurrence that was not changed before is a copy of the main component. One that is no longer changed goes. A
/// UTC time, a floating time and a TZID stay where they can say what is wanted.
///
/// # Errors
/// What [`Object::events`] refuses; [`ObjectFault::TooLarge`]; and [`ObjectFault::Object`] if nothing would be left.
pub fn rewritten(
    object: &Object,
    main: Option<&EventComponent>,
    changed: &[EventComponent],
    before: &BTreeMap<WallTime, WallTime>,
    now: i64,
    server: &TimeZone,
) -> Result<String, ObjectFault> {
    let was = object.events(server)?;
    let mut changed: Vec<_> = changed.iter().collect();
    changed.sort_by_key(|event| event.replaces);
    if was.main.as_ref() == main && was.changed.iter().eq(changed.iter().copied()) {
        return Ok(object.text().to_owned());
    }
    if main.is_none() && changed.is_empty() {
        return Err(ObjectFault::Object("expected an event, or a changed occurrence".to_owned()));
    }
    let (mark, text) = without_mark(object.text());
    let mut whole = Component::read(text);
    let edit = Edit {
        server,
        known: tzid::Zones::new(object.text(), object.calendar(), server),
        now,
        end: end_of(text),
        zones: Zones::default(),
    };
    let mut rewrite = Rewrite { uid: object.uid(), was: &was, main, before, edit };
    if let Some(calendar) = whole.components_mut().find(|part| part.name == "VCALENDAR") {
        rewrite.apply(calendar, &changed);
    }
    let mut out = String::from(mark);
    whole.print(&mut out);
    if out.len() > Object::MOST_BYTES { Err(ObjectFault::TooLarge) } else { Ok(out) }
}

/// The text of an object under another UID.
#[must_use]
pub fn renamed(object: &Object, uid: &str) -> String {
    let (mark, text) = without_mark(object.text());
    let mut whole = Component::read(text);
    for calendar in whole.components_mut().filter(|part| part.name == "VCALENDAR") {
        for part in calendar.components_mut().filter(|part| part.name != "VTIMEZONE") {
            if let Some(line) = part.line("UID") {
                let line = line.changed(&escaped(uid), &[], &[]);
                part.set(line);
            }
        }
    }
    let mut out = String::from(mark);
    whole.print(&mut out);
    out
}

/// The mark of UTF-8 that some programs write first, and what follows it.
pub(super) fn without_mark(text: &str) -> (&str, &str) {
    let text_only = text.trim_start_matches('\u{feff}');
    text.split_at(text.len() - text_only.len())
}

struct Rewrite<'a> {
    uid: &'a str,
    was: &'a Events,
    main: Option<&'a EventComponent>,
    before: &'a BTreeMap<WallTime, WallTime>,
    edit: Edit<'a>,
}

impl Rewrite<'_> {
    fn apply(&mut self, calendar: &mut Component<'_>, changed: &[&EventComponent]) {
        let names = |part: &Component<'_>| part.line("RECURRENCE-ID").is_some();
        let original =
            calendar.components().find(|part| part.name == "VEVENT" && !names(part)).cloned();
        let pairs = self.pairs(changed);
        let mut places = self.places(calendar);
        let series = self.series(original.as_ref());
        let mut written_main = false;
        let mut index = 0;
        calendar.parts.retain_mut(|part| {
            let Part::Component(event) = part else { return true };
            if event.name != "VEVENT" {
                return true;
            }
            if !names(event) {
                let (Some(was), Some(want)) = (&self.was.main, self.main) else { return false };
                written_main = true;
                self.edit.apply(event, was, want);
                return true;
            }
            let place = places.get_mut(index).and_then(Option::take);
            index += 1;
            // Of several for one occurrence only the first was read.
            let Some(place) = place else { return true };
            let Some(was) = self.was.changed.get(place) else { return true };
            let Some(want) = pairs.iter().position(|pair| *pair == Some(place)) else {
                return false;
            };
            let Some(want) = changed.get(want) else { return false };
            self.occurrence(event, was, want, series.as_ref());
            true
        });
        let mut new = Vec::new();
        if let Some(main) = self.main.filter(|_| !written_main) {
            new.push(self.made(main));
        }
        for (want, _) in changed.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()) {
            new.push(match (&original, &self.was.main) {
                (Some(original), Some(was)) => self.copied(original, was, want, series.as_ref()),
                _ => self.made(want),
            });
        }
        let last = calendar
            .parts
            .iter()
            .rposition(|part| matches!(part, Part::Component(event) if event.name == "VEVENT"));
        let at = last.map_or(calendar.parts.len(), |at| at + 1);
        calendar.parts.splice(at..at, new);
        self.zones(calendar);
    }

    /// For each occurrence that is wanted, the one that was there.
    fn pairs(&self, changed: &[&EventComponent]) -> Vec<Option<usize>> {
        let place = |event: &&EventComponent| {
            let name = event.replaces?;
            let before = Some(self.before.get(&name).copied().unwrap_or(name));
            self.was.changed.binary_search_by_key(&before, |was| was.replaces).ok()
        };
        changed.iter().map(place).collect()
    }

    /// For each component with a RECURRENCE-ID, in the order of the text, which of the occurrences it is.
    fn places(&self, calendar: &Component<'_>) -> Vec<Option<usize>> {
        let mut taken = HashSet::new();
        let events = calendar.components().filter(|part| part.name == "VEVENT");
        let place = |event: &Component<'_>| {
            let line = event.line("RECURRENCE-ID")?;
            let own = |was: &EventComponent| self.edit.told(was, line, line.value());
            let place = match &self.was.main {
                Some(main) => {
                    let at = own(main);
                    self.was.changed.binary_search_by_key(&at, |was| was.replaces).ok()
                }
                None => self.was.changed.iter().position(|was| was.replaces == own(was)),
            };
            Some(place.filter(|place| taken.insert(*place)))
        };
        events.filter_map(place).collect()
    }

    /// How the occurrences are named now, if it is otherwise than before: the form, and the clock.
    fn series(&self, original: Option<&Component<'_>>) -> Option<Named> {
        let (was, want) = (self.was.main.as_ref(), self.main?);
        let form = match (original, was) {
            (Some(original), Some(was)) => self.edit.fitting(original, was, want),
            _ => Form::own(want, self.edit.server),
        };
        let before = original.zip(was).map(|(part, was)| self.edit.written(part, was));
        let other = before.as_ref() != Some(&form);
        Some(Named { form, clock: clock(want, self.edit.server), other })
    }

    /// Changes a component with a RECURRENCE-ID.
    fn occurrence(
        &mut self,
        event: &mut Component<'_>,
        was: &EventComponent,
        want: &EventComponent,
        series: Option<&Named>,
    ) {
        let edited = self.edit.apply(event, was, want);
        let renamed = series.is_some_and(|series| series.other) || was.replaces != want.replaces;
        if renamed {
            self.name(event, want, series);
            if !edited {
                self.edit.touch(event);
            }
        }
    }

    /// Sets the RECURRENCE-ID.
    fn name(&self, event: &mut Component<'_>, want: &EventComponent, series: Option<&Named>) {
        let Some(replaces) = want.replaces else { return };
        let own = Named {
            form: self.edit.written(event, want),
            clock: clock(want, self.edit.server),
            other: true,
        };
        let series = series.unwrap_or(&own);
        self.edit.time(event, "RECURRENCE-ID", replaces, &series.form, &series.clock);
    }

    /// A changed occurrence as a copy of the main component.
    fn copied<'t>(
        &mut self,
        original: &Component<'t>,
        main: &EventComponent,
        want: &EventComponent,
        series: Option<&Named>,
    ) -> Part<'t> {
        let mut event = original.clone();
        for name in ["RRULE", "RDATE", "EXDATE", "EXRULE"] {
            event.remove(name);
        }
        let was = EventComponent {
            rule: None,
            exceptions: Vec::new(),
            additions: Vec::new(),
            // Its form is that of an occurrence.
            replaces: want.replaces,
            ..main.clone()
        };
        if !self.edit.apply(&mut event, &was, want) {
            self.edit.touch(&mut event);
        }
        self.name(&mut event, want, series);
        Part::Component(event)
    }

    /// A component of ours.
    fn made<'t>(&mut self, event: &EventComponent) -> Part<'t> {
        let server = self.edit.server;
        self.edit.zones.note(&Form::own(event, server), event, server);
        let stamps = Stamps { created: self.edit.now, changed: self.edit.now };
        let text = component(self.uid, event, self.main, stamps, server);
        Part::Text(if self.edit.end == "\n" { text.replace("\r\n", "\n") } else { text })
    }

    /// Adds the zones that are named now and not there yet.
    fn zones(&mut self, calendar: &mut Component<'_>) {
        let has = |tzid: &str| {
            let mut zones = calendar.components().filter(|part| part.name == "VTIMEZONE");
            zones.any(|zone| zone.line("TZID").is_some_and(|line| line.value().trim() == tzid))
        };
        self.edit.zones.without(has);
        let text = self.edit.zones.text();
        if text.is_empty() {
            return;
        }
        let text = if self.edit.end == "\n" { text.replace("\r\n", "\n") } else { text };
        let first = calendar.parts.iter().position(|part| !matches!(part, Part::ContentLine(_)));
        let at = first.unwrap_or(calendar.parts.len());
        calendar.parts.insert(at, Part::Text(text));
    }
}

/// How the occurrences of a series are named.
struct Named {
    form: Form,
    clock: TimeZone,
    /// Whether that is otherwise than it was.
    other: bool,
}
