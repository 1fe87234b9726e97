//! What of an object takes place when: for the questions of clients, and for each occurrence by itself.

use jiff::tz::TimeZone;

use super::resources::{Reader, Resource};
use crate::domain::objects::{Placed, occurrences, unix};
use crate::error::{Error, Result};
use crate::ical::{ComponentFilter, Events, Instance, Object, Span, zone};
use crate::ical::{expanded as written_expanded, limited as written_limited};
use crate::model::{Status, TimeRange, WallTime};

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

fn read(text: &str) -> Result<Object> {
    Object::parse(text.to_owned())
        .map_err(|fault| Error::Internal(format!("a stored object: {fault}")))
}

impl Reader<'_> {
    /// Gives each object that has an occurrence in `span` to `give`.
    ///
    /// # Errors
    /// Those of `give`; [`Error::TooLong`] if there are too many; if the store cannot read.
    pub fn taking_place(
        &self,
        span: Span,
        give: &mut dyn FnMut(Resource) -> Result<()>,
    ) -> Result<()> {
        for (name, _) in self.between(range_of(span, self.zone()))? {
            if let Some(resource) = self.called(&name)? {
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
            occurrences(&object, range, self.zone(), 1).is_ok_and(|placed| !placed.is_empty())
        };
        Ok(object.matches(filter, &occurs, self.zone()))
    }

    /// When the events of the collection take up time in `span`: from when until when, in Unix seconds, and whether that is
    /// tentative.
    ///
    /// # Errors
    /// [`Error::TooLong`] if there are too many; if the store cannot read.
    pub fn busy(&self, span: Span) -> Result<Vec<(i64, i64, bool)>> {
        let mut busy = Vec::new();
        for (_, shown) in self.between(range_of(span, self.zone()))? {
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
