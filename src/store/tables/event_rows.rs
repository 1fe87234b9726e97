//! What the columns of a row of `event` hold: from a row to an [`Event`], and from its details to a row.

use crate::error::{Error, Result};
use crate::model::{
    Email, Event, EventDetails, EventId, EventTimes, GroupId, Properties, Recurrence, Repeats,
    Revision, ShortText, UserId, WallTime,
};
use crate::store::engine::sql::Row;

pub(super) fn from_row(row: &Row<'_>) -> Result<Event> {
    let times = EventTimes::spanning(
        WallTime::from_seconds(row.get(5)?)?,
        WallTime::from_seconds(row.get(6)?)?,
    );
    let subject = ShortText::stored(row.get(4)?);
    Ok(Event {
        id: EventId(row.get(0)?),
        owner: UserId(row.get(1)?),
        email: Email::stored(row.get(2)?),
        group: row.get::<Option<i64>>(3)?.map(GroupId),
        details: EventDetails { subject, times, properties: properties(row)? },
        created: WallTime::from_seconds(row.get(7)?)?,
        updated: row.get::<Option<i64>>(8)?.map(WallTime::from_seconds).transpose()?,
        birthday: row.get(9)?,
        revision: Revision(row.get(10)?),
        recurrence: recurrence(row)?,
    })
}

fn properties(row: &Row<'_>) -> Result<Option<Box<Properties>>> {
    let (private, json): (bool, Option<String>) = (row.get(11)?, row.get(12)?);
    if !private && json.is_none() {
        return Ok(None);
    }
    let properties = json.map(|json| serde_json::from_str(&json)).transpose();
    let properties = properties.map_err(|error| Error::Internal(format!("properties: {error}")))?;
    Ok(Some(Box::new(Properties { private, ..properties.unwrap_or_default() })))
}

fn recurrence(row: &Row<'_>) -> Result<Recurrence> {
    if let Some(rule) = row.get(13)? {
        let exceptions: Option<String> = row.get(15)?;
        return Ok(Recurrence::Series(Box::new(Repeats {
            rule,
            last: row.get::<Option<i64>>(14)?.map(WallTime::from_seconds).transpose()?,
            exceptions: exceptions.as_deref().map_or(Ok(Vec::new()), read_times)?,
            reach: WallTime::from_seconds(row.get(16)?)?,
        })));
    }
    Ok(match row.get::<Option<i64>>(17)? {
        Some(series) => Recurrence::Changed {
            series: EventId(series),
            start: WallTime::from_seconds(row.get(18)?)?,
        },
        None => Recurrence::Once,
    })
}

/// Reads a JSON array of times.
fn read_times(json: &str) -> Result<Vec<WallTime>> {
    let seconds: Vec<i64> = serde_json::from_str(json)
        .map_err(|error| Error::Internal(format!("exceptions: {error}")))?;
    seconds.into_iter().map(WallTime::from_seconds).collect()
}

/// The columns of an event's details and recurrence, as they are stored.
pub(super) struct Columns<'a> {
    pub(super) details: &'a EventDetails,
    pub(super) search_key: String,
    pub(super) properties: Option<String>,
    pub(super) properties_folded: Option<String>,
    repeats: Option<&'a Repeats>,
    pub(super) exceptions: Option<String>,
    pub(super) changed: Option<(EventId, WallTime)>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(details: &'a EventDetails, recurrence: &'a Recurrence) -> Result<Self> {
        let properties = details.properties.as_deref();
        let json = properties.map(serde_json::to_string).transpose();
        let json = json.map_err(|error| Error::Internal(format!("properties: {error}")))?;
        let (repeats, changed) = match recurrence {
            Recurrence::Once => (None, None),
            Recurrence::Series(repeats) => (Some(&**repeats), None),
            Recurrence::Changed { series, start } => (None, Some((*series, *start))),
        };
        let exceptions = repeats.filter(|repeats| !repeats.exceptions.is_empty()).map(|repeats| {
            let seconds: Vec<_> =
                repeats.exceptions.iter().map(|at| at.seconds().to_string()).collect();
            format!("[{}]", seconds.join(","))
        });
        Ok(Self {
            details,
            search_key: details.subject.search_key(),
            // An object of nothing is that of an event that is only private.
            properties: json.filter(|json| json != "{}"),
            properties_folded: properties.and_then(Properties::search_key),
            repeats,
            exceptions,
            changed,
        })
    }

    pub(super) fn rule(&self) -> Option<&str> {
        self.repeats.map(|repeats| repeats.rule.as_str())
    }

    pub(super) fn last(&self) -> Option<i64> {
        self.repeats.and_then(|repeats| repeats.last).map(WallTime::seconds)
    }

    pub(super) fn reach(&self) -> Option<i64> {
        self.repeats.map(|repeats| repeats.reach.seconds())
    }
}
