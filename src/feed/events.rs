//! The events of a feed as its page reads them. They have what an event says, and nothing of who registered it.

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::access;
use crate::error::{Error, Result};
use crate::model::{Feed, Occurrence, Properties, WallTime};

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    /// The IANA name of the zone of the times, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'a str>,
    events: Vec<Event<'a>>,
}

/// Times are written as the API writes them.
#[derive(Serialize)]
struct Event<'a> {
    subject: &'a str,
    sdate: WallTime,
    edate: WallTime,
    #[serde(skip_serializing_if = "is_false")]
    all_day: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// Only when it is is shown.
    #[serde(skip_serializing_if = "is_false")]
    busy: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What `feed` shows, as JSON. `zone` is that of the server.
///
/// # Errors
/// [`Error::Internal`] if it cannot be written.
pub(super) fn json(feed: &Feed, shown: &[Occurrence], zone: &TimeZone) -> Result<Vec<u8>> {
    let none = Properties::default();
    let event = |occurrence| event(feed, occurrence, &none);
    let events = shown.iter().map(event).collect();
    let shown = Shown { name: feed.name.as_str(), timezone: zone.iana_name(), events };
    serde_json::to_vec(&shown)
        .map_err(|error| Error::Internal(format!("cannot write a feed: {error}")))
}

fn event<'a>(feed: &Feed, occurrence: &'a Occurrence, none: &'a Properties) -> Event<'a> {
    let details = &occurrence.event.details;
    let properties = details.properties.as_deref().unwrap_or(none);
    Event {
        subject: details.subject.as_str(),
        sdate: occurrence.times.starts(),
        edate: occurrence.times.ends(),
        all_day: properties.all_day || occurrence.event.birthday,
        location: properties.location.as_deref(),
        description: properties.description.as_deref(),
        url: properties.url.as_deref(),
        status: properties.status.word(),
        busy: access::hides(feed, &occurrence.event),
    }
}
