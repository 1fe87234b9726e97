//! The names of occurrences: their starts by the rule, on the server's clock.
//!
//! A series on a clock of its own can have two occurrences in an hour that comes twice on the server's. Views show both at
//! the same time, as that clock does; the name of the later one is a second later, so that each can be changed. What names
//! an occurrence by the time that is shown means the first.

use jiff::tz::TimeZone;

use crate::error::Result;
use crate::ical::zone;
use crate::model::{Event, Expected, Recurrence, WallTime};

/// Checks that `at`, on the server's clock, names the occurrence that `event` has become, if it is no series.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) if it does not, or the event is no occurrence of a series.
pub(super) fn check_name(event: &Event, at: WallTime, server: &TimeZone) -> Result<()> {
    let expected = match changed_from(event, server, zone::convert_apart) {
        Some(name) if name == at => return Ok(()),
        Some(_) if changed_from(event, server, zone::convert) == Some(at) => return Ok(()),
        Some(_) => "the one that this event replaces, or none",
        None => "none, since the event does not repeat",
    };
    Err(Expected::new(expected).of("occurrence"))
}

/// What names an occurrence that was changed by itself: its start by the rule, on the server's clock.
pub(super) fn name_of_changed(event: &Event, server: &TimeZone) -> Option<WallTime> {
    changed_from(event, server, zone::convert_apart)
}

/// The start by the rule of an occurrence that was changed by itself, as `convert` tells it on the server's clock.
fn changed_from(
    event: &Event,
    server: &TimeZone,
    convert: fn(WallTime, &TimeZone, &TimeZone) -> WallTime,
) -> Option<WallTime> {
    let Recurrence::Changed { start, .. } = event.recurrence else { return None };
    let properties = event.details.properties.as_ref();
    let zone = properties.and_then(|properties| properties.series_zone.as_deref());
    let zone = zone.and_then(zone::named);
    Some(zone.map_or(start, |zone| convert(start, &zone, server)))
}
