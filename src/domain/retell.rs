//! The times of events with a zone of their own, on the clock of the server.
//!
//! They are stored as the server told them when they were written. Another zone of the server, or other rules of a zone,
//! tell them otherwise; so a server that starts looks them through.

use jiff::tz::TimeZone;

use super::series;
use crate::error::Result;
use crate::model::{EventId, EventTimes, Recurrence, WallTime};
use crate::store::{Snapshot, Transaction};

/// How many events are looked through at a time.
const SLICE: u16 = 500;

/// Times that are told otherwise now.
#[derive(Debug)]
pub struct Retold {
    id: EventId,
    times: EventTimes,
    reach: Option<WallTime>,
}

/// Looks through some events after the one with the id `after`: what is told otherwise by a server in `zone`, and the id
/// to go on after; none at the end.
///
/// # Errors
/// If the store cannot be read.
pub fn look(
    snapshot: &Snapshot<'_>,
    zone: &TimeZone,
    after: EventId,
) -> Result<(Vec<Retold>, Option<EventId>)> {
    let events = snapshot.zoned_events(after, SLICE)?;
    let mut retold = Vec::new();
    for event in &events {
        let Some(times) = series::told_otherwise(&event.details, zone)? else { continue };
        let reach = match &event.recurrence {
            Recurrence::Series(repeats) => Some(series::reach(&event.details, repeats, zone)?),
            _ => None,
        };
        retold.push(Retold { id: event.id, times, reach });
    }
    let last = events.last().filter(|_| events.len() == usize::from(SLICE));
    Ok((retold, last.map(|event| event.id)))
}

/// Stores what [`look`] has found.
///
/// # Errors
/// If the store cannot be written.
pub fn store(tx: &Transaction<'_>, retold: &[Retold]) -> Result<()> {
    retold.iter().try_for_each(|event| tx.retell_event(event.id, event.times, event.reach))
}
