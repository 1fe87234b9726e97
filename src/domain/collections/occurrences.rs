//! What of an object takes place when: for the questions of clients, and for each occurrence by itself.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::resources::{Reader, Resource};
use crate::domain::objects::{Placed, occurrences, takes_place, unix};
use crate::domain::series::{self, Recurring};
use crate::error::{Error, Result};
use crate::ical::{ComponentFilter, Events, Instance, Object, Span, zone};
use crate::ical::{expanded as written_expanded, limited as written_limited};
use crate::model::{Event, Recurrence, Room, Status, TimeRange, WallTime};

/// How many occurrences of one object are told one by one.
const MOST: usize = 10_000;

/// A span on the clock of the server.
fn range_of(span: Span, server: &TimeZone) -> TimeRange {
    let on_server = |unix: i64| {
        let unix = unix.clamp(WallTime::MIN.seconds(), WallTime::MAX.seconds());
        let at = WallTime::from_seconds(unix).unwrap_or(WallTime::MIN);
        zone::convert(at, &TimeZone::UTC, server).seconds()
    };
    TimeRange { from: on_server(span.from), until: on_server(span.until) }
}

/// Whether `event`, which a query has found for `range`, takes place there: a series may have no occurrence in it.
fn occurs(event: &Event, range: TimeRange, server: &TimeZone) -> bool {
    let Recurrence::Series(repeats) = &event.recurrence else { return true };
    let of = if event.birthday { Recurring::of_birthday } else { Recurring::of };
    match of(&event.details, repeats, server) {
        Ok(recurring) => recurring.between(range).next().is_some(),
        Err(error) => {
            // One row that cannot be read must not take all others away.
            tracing::error!(event = event.id.0, "is found at its first occurrence: {error}");
            range.holds(event.details.times.starts(), event.details.times.ends())
        }
    }
}

fn read(text: &str) -> Result<Object> {
    Object::parse(text.to_owned())
        .map_err(|fault| Error::Internal(format!("a stored object: {fault}")))
}

impl Reader<'_> {
    /// Gives each object that has an occurrence in `span`, which may have no end, to `give`.
    ///
    /// # Errors
    /// Those of `give`; [`Error::TooLong`] if there are too many; if the store cannot read.
    pub fn taking_place(
        &self,
        span: Span,
        give: &mut dyn FnMut(Resource) -> Result<()>,
    ) -> Result<()> {
        let range = range_of(span, self.zone());
        let mut members = BTreeSet::new();
        for (member, event) in self.events_between(range, &mut Room::in_view())? {
            if occurs(&event, range, self.zone()) {
                members.insert(member);
            }
        }
        for member in members {
            if let Some(resource) = self.named(member)? {
                give(resource)?;
            }
        }
        Ok(())
    }

    /// Whether an object is like `filter`.
    ///
    /// # Errors
    /// [`Error::Internal`] if it was stored as it cannot be.
    pub fn is_like(&self, resource: &Resource, filter: &ComponentFilter) -> Result<bool> {
        let object = read(&resource.text)?;
        let occurs = |span: Span| {
            let range = range_of(span, self.zone());
            takes_place(&object, range, self.zone()).unwrap_or(false)
        };
        Ok(object.matches(filter, &occurs, self.zone()))
    }

    /// When the events of the collection take up time in `span`: from when until when, in Unix seconds, and whether that is
    /// tentative.
    ///
    /// # Errors
    /// [`Error::TooLong`] if there are too many; if the store cannot read.
    pub fn busy(&self, span: Span) -> Result<Vec<(i64, i64, bool)>> {
        let (range, mut room) = (range_of(span, self.zone()), Room::in_view());
        let mut shown = Vec::new();
        for (_, event) in self.events_between(range, &mut room)? {
            series::expand(event, range, self.zone(), &mut room, &mut shown)?;
        }
        let mut busy = Vec::new();
        for occurrence in shown {
            let properties = occurrence.event.details.properties.as_deref();
            let status = properties.map_or(Status::Confirmed, |properties| properties.status);
            let is_free = properties.is_some_and(|properties| properties.free);
            if is_free || occurrence.event.birthday || status == Status::Cancelled {
                continue;
            }
            let from = unix(occurrence.times.starts(), self.zone()).max(span.from);
            let until = unix(occurrence.times.ends(), self.zone()).min(span.until);
            if from < until {
                busy.push((from, until, status == Status::Tentative));
            }
        }
        busy.sort_unstable();
        Ok(busy)
    }
}

/// The text of an object with each of its occurrences in `span` by itself, in UTC (RFC 4791, 9.6.5).
///
/// # Errors
/// [`Error::TooLong`] if there are too many of them.
pub fn expanded(text: &str, span: Span, server: &TimeZone) -> Result<String> {
    let object = read(text)?;
    // A to-do need not say when it is.
    if object.taking_place(server).map_or(true, |events| events == Events::default()) {
        return Ok(object.text().to_owned());
    }
    let placed = occurrences(&object, range_of(span, server), server, MOST)?;
    let instances: Vec<_> = placed
        .into_iter()
        .map(|Placed { name, starts, ends, all_day }| Instance { name, starts, ends, all_day })
        .collect();
    Ok(written_expanded(&object, &instances, server))
}

/// The text of an object without the changed occurrences that have nothing to do with `span` (RFC 4791, 9.6.6).
///
/// # Errors
/// [`Error::Internal`] if it was stored as it cannot be.
pub fn limited(text: &str, span: Span, server: &TimeZone) -> Result<String> {
    Ok(written_limited(&read(text)?, span, server))
}
