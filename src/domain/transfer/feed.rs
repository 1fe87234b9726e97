//! What a feed shows, as a calendar file (RFC 5545).
//!
//! Unlike an export, it is read by others, and again and again. So it has events alone, of a span of time, and leaves out or
//! writes anew whatever they are not to see.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::walk::Walk;
use crate::domain::access;
use crate::domain::objects::Writer;
use crate::error::Result;
use crate::ical::Merge;
use crate::model::{CalendarOf, Event, Feed, Recurrence, Room, TimeRange};
use crate::store::Snapshot;

/// How often a program is asked to look again.
const REFRESH: Duration = Duration::from_hours(1);

/// What `feed` shows in `range`, as a calendar file. `zone` is that of the server. A series is in it whole, if any of it may
/// be in the range.
///
/// # Errors
/// [`Error::TooLong`](crate::error::Error::TooLong) if it does not fit into `room`.
pub fn feed(
    snapshot: &Snapshot<'_>,
    feed: &Feed,
    range: TimeRange,
    zone: &TimeZone,
    room: Room,
) -> Result<Vec<u8>> {
    let mut file = File { text: String::new(), room };
    let mut merge = Merge::new(Some(feed.name.as_str()), Some(REFRESH));
    file.add(&merge.head())?;
    let walk = Walk {
        snapshot,
        writer: &Writer::new(snapshot.uid_suffix()?, zone),
        seen: &|event| access::seen_in(feed, event),
        hides: &|event| access::hides(feed, event),
        shows: &|event| may_be_in(range, event),
        takes: &|_| false,
    };
    for calendar in calendars(snapshot, feed)? {
        walk.each(calendar, &mut |object| file.add(&merge.add(object)))?;
    }
    file.add(merge.tail())?;
    Ok(file.text.into_bytes())
}

/// The file, as far as it is written.
struct File {
    text: String,
    room: Room,
}

impl File {
    fn add(&mut self, text: &str) -> Result<()> {
        self.room.take(text.len())?;
        self.text.push_str(text);
        Ok(())
    }
}

/// The calendars that a feed shows.
fn calendars(snapshot: &Snapshot<'_>, feed: &Feed) -> Result<Vec<CalendarOf>> {
    if let Some(group) = feed.group {
        return Ok(vec![CalendarOf::Group(group)]);
    }
    let selection = snapshot.selection_of(feed.owner)?;
    let groups = selection.ids().map(CalendarOf::Group);
    Ok(std::iter::once(CalendarOf::Personal(feed.owner)).chain(groups).collect())
}

/// Whether any of an event may be in `range`.
fn may_be_in(range: TimeRange, event: &Event) -> bool {
    let (starts, ends) = (event.details.times.starts(), event.details.times.ends());
    match &event.recurrence {
        Recurrence::Series(repeats) => {
            starts.seconds() < range.until && repeats.reach.seconds() > range.from
        }
        _ => range.holds(starts, ends),
    }
}
