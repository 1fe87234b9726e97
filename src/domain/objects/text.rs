//! The text of an event that has no object: written from its rows, always the same way.

use jiff::tz::TimeZone;

use super::rows::Components;
use crate::error::Result;
use crate::ical::{Stamps, object, zone};
use crate::model::{Event, EventId, Recurrence, WallTime};

/// The line by which an exported birthday is known when it comes back.
const BIRTHDAY: &str = "X-CALENDAR-SERVER-BIRTHDAY:TRUE\r\n";
const DAY: i64 = 86_400;

/// The Unix time of `at` on the server's clock.
pub(in crate::domain) fn unix(at: WallTime, server: &TimeZone) -> i64 {
    zone::convert(at, server, &TimeZone::UTC).seconds()
}

/// Whether the text of an object is that of a birthday, as [`Writer`] writes it.
pub(super) fn is_birthday(text: &str) -> bool {
    text.contains(BIRTHDAY)
}

/// Writes events as calendar objects.
pub(in crate::domain) struct Writer<'a> {
    suffix: String,
    server: &'a TimeZone,
}

impl<'a> Writer<'a> {
    /// For the events of the database whose UIDs end in `suffix`.
    pub(in crate::domain) fn new(suffix: String, server: &'a TimeZone) -> Self {
        Self { suffix, server }
    }

    /// The UID of an event that has no object.
    pub(in crate::domain) fn uid(&self, id: EventId) -> String {
        format!("{}@{}", id.0, self.suffix)
    }

    /// The id of the event with that UID; none for a UID of another database.
    pub(super) fn id(&self, uid: &str) -> Option<EventId> {
        let id = uid.strip_suffix(self.suffix.as_str())?.strip_suffix('@')?;
        id.parse().ok().map(EventId)
    }

    /// When an event was last changed, as its text says it: in Unix seconds.
    pub(super) fn stamp(&self, event: &Event) -> i64 {
        self.stamps(event).changed
    }

    fn stamps(&self, event: &Event) -> Stamps {
        let created = unix(event.created, self.server);
        let changed = event.updated.map_or(created, |updated| unix(updated, self.server));
        Stamps { created, changed }
    }

    /// The object of a single event or a series, with what was changed of it by itself.
    ///
    /// # Errors
    /// If it was stored as it cannot be.
    pub(in crate::domain) fn object(&self, event: &Event, changed: &[Event]) -> Result<String> {
        let uid = self.uid(event.id);
        if event.birthday {
            return self.birthday(event, &uid);
        }
        let all: Vec<_> = std::iter::once(event).chain(changed).cloned().collect();
        let components = Components::of_events(&all, self.server)?;
        let by_start = |start| {
            let same = |one: &&Event| matches!(one.recurrence, Recurrence::Changed { start: at, .. } if Some(at) == start);
            changed.iter().find(same).unwrap_or(event)
        };
        let replaced: Vec<_> = components
            .changed
            .into_iter()
            .map(|component| {
                let stamps = self.stamps(by_start(component.replaces));
                (component, stamps)
            })
            .collect();
        let main = components.main.as_ref();
        Ok(object(&uid, main, &replaced, self.stamps(event), self.server))
    }

    /// A birthday is a moment here, and a whole day of every year for other programs.
    fn birthday(&self, event: &Event, uid: &str) -> Result<String> {
        let mut components = Components::of_events(std::slice::from_ref(event), self.server)?;
        if let Some(main) = &mut components.main {
            main.properties.all_day = true;
            main.properties.free = true;
            main.ends = main.starts.later(DAY);
        }
        let main = components.main.as_ref();
        let text = object(uid, main, &[], self.stamps(event), self.server);
        let end = "END:VEVENT\r\n";
        Ok(text.replacen(end, &format!("{BIRTHDAY}{end}"), 1))
    }
}
