//! The occurrences of an object, by its text alone.

use jiff::tz::TimeZone;

use super::rows::Rows;
use crate::domain::series::Recurring;
use crate::error::{Error, Result};
use crate::ical::Object;
use crate::model::{EventDetails, Recurrence, TimeRange, WallTime};

/// An occurrence, on the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) struct Placed {
    /// Its start by the rule, in UTC, or the midnight of a day; none for what does not repeat.
    pub(in crate::domain) name: Option<WallTime>,
    pub(in crate::domain) starts: WallTime,
    pub(in crate::domain) ends: WallTime,
    pub(in crate::domain) all_day: bool,
}

impl Placed {
    fn of(details: &EventDetails, name: Option<WallTime>) -> Self {
        let (starts, ends) = (details.times.starts(), details.times.ends());
        Self { name, starts, ends, all_day: details.is_all_day() }
    }
}

/// The occurrences of an object that overlap `range`, at most `most`, by their starts. `server` is its zone.
///
/// # Errors
/// [`Error::TooLong`] if there are more; [`Error::Internal`] if it was stored as it cannot be.
pub(in crate::domain) fn occurrences(
    object: &Object,
    range: TimeRange,
    server: &TimeZone,
    most: usize,
) -> Result<Vec<Placed>> {
    let stored = |fault| Error::Internal(format!("a stored object: {fault}"));
    let events = object.taking_place(server).map_err(stored)?;
    let rows = Rows::of(&events, server)?;
    let mut found = Vec::new();
    let mut add = |placed: Placed| {
        if range.holds(placed.starts, placed.ends) {
            found.push(placed);
        }
        // One that is asked for is enough.
        if most > 1 && found.len() > most {
            return Err(Error::TooLong(format!(
                "an object has more than {most} occurrences there"
            )));
        }
        Ok(())
    };
    let mut series = |details: &EventDetails,
                      recurrence: &Recurrence,
                      changed: Vec<(Option<WallTime>, &EventDetails)>|
     -> Result<()> {
        let Recurrence::Series(repeats) = recurrence else {
            add(Placed::of(details, None))?;
            let mut changed = changed.into_iter();
            return changed.try_for_each(|(_, details)| add(Placed::of(details, None)));
        };
        let recurring = Recurring::of(details, repeats, server)?;
        for (start, times) in recurring.between(range) {
            let (starts, ends) = (times.starts(), times.ends());
            let name = Some(recurring.in_utc(start));
            add(Placed { name, starts, ends, all_day: details.is_all_day() })?;
        }
        changed.into_iter().try_for_each(|(start, details)| {
            add(Placed::of(details, start.map(|start| recurring.in_utc(start))))
        })
    };
    match &rows.main {
        Some((details, recurrence)) => {
            let changed = rows.changed.iter().map(|(start, details)| (*start, details));
            series(details, recurrence, changed.collect())?;
        }
        None => {
            for (_, details) in &rows.changed {
                series(details, &Recurrence::Once, Vec::new())?;
            }
        }
    }
    for following in &rows.following {
        let changed = following.changed.iter().map(|(start, details)| (Some(*start), details));
        series(&following.details, &following.recurrence, changed.collect())?;
    }
    found.sort_by_key(|placed| (placed.starts, placed.name));
    Ok(found)
}
