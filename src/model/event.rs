//! Events of the calendar, and their occurrences.

use std::sync::Arc;

use super::{
    Day, Email, EventId, Expected, GroupId, Properties, Recurrence, Revision, ShortText, UserId,
    WallTime,
};
use crate::error::Result;

/// When an event begins and ends: `[starts, ends)`, the end never before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTimes {
    starts: WallTime,
    ends: WallTime,
}

impl EventTimes {
    /// From `sdate` to `edate`.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) for an `edate` before the `sdate`.
    pub fn new(sdate: WallTime, edate: WallTime) -> Result<Self> {
        if edate < sdate {
            return Err(Expected::new("a time that is not before sdate").of("edate"));
        }
        Ok(Self { starts: sdate, ends: edate })
    }

    /// Reads `sdate` and `edate` as the API takes them.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) for a malformed time, or an `edate` before the `sdate`.
    pub fn parse(sdate: &str, edate: &str) -> Result<Self> {
        Self::new(WallTime::parse("sdate", sdate)?, WallTime::parse("edate", edate)?)
    }

    /// Times of no length.
    #[must_use]
    pub fn moment(at: WallTime) -> Self {
        Self { starts: at, ends: at }
    }

    /// From the earlier of two times to the later.
    #[must_use]
    pub fn spanning(one: WallTime, other: WallTime) -> Self {
        Self { starts: one.min(other), ends: one.max(other) }
    }

    /// From `starts` to `ends`, or of no length if that is earlier, as on the night when clocks are set back.
    #[must_use]
    pub fn forward(starts: WallTime, ends: WallTime) -> Self {
        Self { starts, ends: ends.max(starts) }
    }

    /// When it begins.
    #[must_use]
    pub fn starts(self) -> WallTime {
        self.starts
    }

    /// When it ends: the first moment after the event.
    #[must_use]
    pub fn ends(self) -> WallTime {
        self.ends
    }
}

/// The part of an event that its owner enters and may change, as one value from the request to the
/// database and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDetails {
    /// What it is about.
    pub subject: ShortText,
    /// When it begins and ends.
    pub times: EventTimes,
    /// What it says besides; none for most events.
    pub properties: Option<Box<Properties>>,
}

impl EventDetails {
    /// Details of a subject and times.
    #[must_use]
    pub fn new(subject: ShortText, times: EventTimes) -> Self {
        Self { subject, times, properties: None }
    }

    /// The details of a birthday: the day of birth, and a subject that names the user's `email`.
    #[must_use]
    pub fn birthday(email: &Email, day: Day) -> Self {
        let subject = ShortText::stored(format!("{} 생일", email.as_str()));
        Self::new(subject, EventTimes::moment(day.midnight()))
    }

    /// The bytes of its texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let properties = self.properties.as_ref().map_or(0, |properties| properties.bytes());
        self.subject.as_str().len() + properties
    }

    /// Whether it lasts whole days.
    #[must_use]
    pub fn is_all_day(&self) -> bool {
        self.properties.as_ref().is_some_and(|properties| properties.all_day)
    }

    /// Whether others see when it is, and not what.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.properties.as_ref().is_some_and(|properties| properties.private)
    }
}

/// A registered event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Who registered it.
    pub owner: UserId,
    /// The email of its owner.
    pub email: Email,
    /// The group it belongs to; none for a personal event.
    pub group: Option<GroupId>,
    /// Its subject and times. A birthday's times are those of the day of birth.
    pub details: EventDetails,
    /// When it was registered.
    pub created: WallTime,
    /// When it was last changed, if ever.
    pub updated: Option<WallTime>,
    /// Whether it is its owner's birthday: a series without time of day, which is changed and deleted as a whole.
    pub birthday: bool,
    /// The revision, which changes with the event.
    pub revision: Revision,
    /// Whether it is a series, as a birthday is, or an occurrence of one.
    pub recurrence: Recurrence,
}

impl Event {
    /// The least bytes that an event takes in an answer beside its texts.
    pub const LEAST_BYTES: usize = 200;

    /// How many bytes of memory its exceptions took to read, beside the event itself.
    #[must_use]
    pub fn exception_bytes(&self) -> usize {
        match &self.recurrence {
            Recurrence::Series(repeats) => 8 * repeats.exceptions.len(),
            _ => 0,
        }
    }

    /// The least bytes that this event takes in an answer.
    #[must_use]
    pub fn least_bytes(&self) -> usize {
        let properties =
            self.details.properties.as_ref().map_or(0, |properties| properties.bytes());
        let subject = self.details.subject.as_str().len();
        Self::LEAST_BYTES + 2 * self.email.as_str().len() + subject + properties
    }
}

/// An occurrence of an event. An ordinary event occurs once, at its own times.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// The event.
    pub event: Arc<Event>,
    /// When it occurs.
    pub times: EventTimes,
    /// Of an occurrence of a series: its start by the rule, on the server's clock.
    pub start: Option<WallTime>,
}

impl Occurrence {
    /// The occurrence of `event` at its own times.
    #[must_use]
    pub fn of(event: Event) -> Self {
        Self { times: event.details.times, event: Arc::new(event), start: None }
    }

    /// The sort key of occurrences: the start, then the event's id.
    #[must_use]
    pub fn order(&self) -> (WallTime, EventId) {
        (self.times.starts(), self.event.id)
    }
}
