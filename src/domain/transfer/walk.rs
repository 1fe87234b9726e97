//! All objects of a calendar, as those see them who read it.

use std::collections::HashMap;

use crate::domain::objects::Writer;
use crate::error::Result;
use crate::model::{CalendarOf, Event, EventId, ObjectId, Recurrence, WallTime};
use crate::store::{Snapshot, StoredObject};

/// How many rows are read at a time.
const SLICE: u32 = 500;

/// What becomes of an object that came from elsewhere.
#[derive(Default)]
struct Fate {
    /// Whether any of its events is shown.
    shown: bool,
    /// Whether one of them is not to be seen as it is.
    hides: bool,
}

/// A walk through calendars.
pub(super) struct Walk<'a> {
    pub(super) snapshot: &'a Snapshot<'a>,
    pub(super) writer: &'a Writer<'a>,
    /// An event as its readers see it; none if they see nothing of it.
    pub(super) seen: &'a dyn Fn(Event) -> Option<Event>,
    /// Whether they see less of an event than its object says.
    pub(super) hides: &'a dyn Fn(&Event) -> bool,
    /// Whether an event is among what they read.
    pub(super) shows: &'a dyn Fn(&Event) -> bool,
    /// Whether they read an object that has no events: a to-do, a journal entry.
    pub(super) takes: &'a dyn Fn(&StoredObject) -> bool,
}

impl Walk<'_> {
    /// Gives each object of a calendar to `give`: as it came, if its readers may see all of it, or else as its rows have it.
    pub(super) fn each(
        &self,
        calendar: CalendarOf,
        give: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let mut objects: HashMap<ObjectId, Fate> = HashMap::new();
        let mut after = EventId(0);
        loop {
            let page = self.snapshot.calendar_page(calendar, after, SLICE)?;
            let Some((last, _)) = page.last() else { break };
            after = last.id;
            for (event, object) in page {
                if let Some(object) = object {
                    let fate = objects.entry(object).or_default();
                    fate.shown |= (self.shows)(&event);
                    fate.hides |= (self.hides)(&event);
                } else if (self.shows)(&event) {
                    self.give(event, give)?;
                }
            }
        }
        let mut after = ObjectId(0);
        loop {
            let page = self.snapshot.objects_page(calendar, after, SLICE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for object in &page {
                match objects.get(&object.id) {
                    Some(Fate { shown: false, .. }) => {}
                    Some(Fate { hides: true, .. }) => {
                        for event in self.snapshot.events_of_object(object.id)? {
                            self.give(event, give)?;
                        }
                    }
                    Some(_) => give(&object.ics)?,
                    None if (self.takes)(object) => give(&object.ics)?,
                    None => {}
                }
            }
        }
    }

    /// Gives the text of an event, and of what was changed of it by itself. An occurrence of which readers see nothing is left
    /// out of its series, as its row says.
    fn give(&self, event: Event, give: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        // It comes with its series.
        if matches!(event.recurrence, Recurrence::Changed { .. }) {
            return Ok(());
        }
        let changed = match event.recurrence {
            Recurrence::Series(_) => self.snapshot.changed_occurrences(event.id, WallTime::MIN)?,
            _ => Vec::new(),
        };
        let changed: Vec<_> = changed.into_iter().filter_map(self.seen).collect();
        let event = (self.seen)(event);
        event.map_or(Ok(()), |event| give(&self.writer.object(&event, &changed)?))
    }
}
