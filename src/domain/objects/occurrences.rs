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

/// The occurrences of an object that overlap `range`, by their starts. `server` is its zone.
///
/// # Errors
/// [`Error::TooLong`] if there are more than `most`; [`Error::Internal`] if it was stored as it cannot be.
pub(in crate::domain) fn occurrences(
    object: &Object,
    range: TimeRange,
    server: &TimeZone,
    most: usize,
) -> Result<Vec<Placed>> {
    let mut found = Vec::new();
    each(object, range, server, &mut |placed| {
        if found.len() == most {
            return Err(Error::TooLong(format!(
                "an object has more than {most} occurrences there"
            )));
        }
        found.push(placed);
        Ok(true)
    })?;
    found.sort_by_key(|placed| (placed.starts, placed.name));
    Ok(found)
}

/// Whether an object has an occurrence that overlaps `range`, which may be centuries long.
///
/// # Errors
/// [`Error::Internal`] if it was stored as it cannot be.
pub(in crate::domain) fn takes_place(
    object: &Object,
    range: TimeRange,
    server: &TimeZone,
) -> Result<bool> {
    let mut found = false;
    each(object, range, server, &mut |_| {
        found = true;
        Ok(false)
    })?;
    Ok(found)
}

/// Gives each occurrence that overlaps `range` to `give`, in no order, until that says that it has enough.
fn each(
    object: &Object,
    range: TimeRange,
    server: &TimeZone,
    give: &mut dyn FnMut(Placed) -> Result<bool>,
) -> Result<()> {
    let stored = |fault| Error::Internal(format!("a stored object: {fault}"));
    let rows = Rows::of(&object.taking_place(server).map_err(stored)?, server)?;
    let mut wants_more = true;
    let mut add = |placed: Placed| {
        if wants_more && range.holds(placed.starts, placed.ends) {
            wants_more = give(placed)?;
        }
        Ok::<_, Error>(wants_more)
    };
    let mut series = |details: &EventDetails,
                      recurrence: &Recurrence,
                      changed: Vec<(Option<WallTime>, &EventDetails)>|
     -> Result<()> {
        let recurring = match recurrence {
            Recurrence::Series(repeats) => Some(Recurring::of(details, repeats, server)?),
            _ => None,
        };
        let name = |start: Option<WallTime>| Some(recurring.as_ref()?.in_utc(start?));
        for (start, details) in changed {
            add(Placed::of(details, name(start)))?;
        }
        let Some(recurring) = &recurring else {
            return add(Placed::of(details, None)).map(drop);
        };
        for (start, times) in recurring.between(range) {
            let (starts, ends) = (times.starts(), times.ends());
            let all_day = details.is_all_day();
            if !add(Placed { name: name(Some(start)), starts, ends, all_day })? {
                break;
            }
        }
        Ok(())
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
    Ok(())
}
