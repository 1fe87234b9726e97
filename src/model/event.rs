//! An entry of the calendar.

use std::sync::Arc;

use super::{
    Day, Email, EventId, Expected, GroupId, Revision, ShortText, TimeRange, UserId, WallTime,
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

    /// An event of no length.
    #[must_use]
    pub fn moment(at: WallTime) -> Self {
        Self { starts: at, ends: at }
    }

    /// From the earlier of two times to the later.
    #[must_use]
    pub fn spanning(one: WallTime, other: WallTime) -> Self {
        Self { starts: one.min(other), ends: one.max(other) }
    }

    /// When it begins.
    #[must_use]
    pub fn starts(self) -> WallTime {
        self.starts
    }

    /// When it ends: the first moment after it.
    #[must_use]
    pub fn ends(self) -> WallTime {
        self.ends
    }
}

/// What an event says: what its registrant gives and may change, as one value from the request to the
/// database and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDetails {
    /// What it is about.
    pub subject: ShortText,
    /// When it begins and ends.
    pub times: EventTimes,
}

impl EventDetails {
    /// A subject and times, and nothing else.
    #[must_use]
    pub fn new(subject: ShortText, times: EventTimes) -> Self {
        Self { subject, times }
    }

    /// Those of the birthday of the user with `email`: the day of birth, under a subject of its own.
    #[must_use]
    pub fn birthday(email: &Email, day: Day) -> Self {
        let subject = ShortText::stored(format!("{} 생일", email.as_str()));
        Self::new(subject, EventTimes::moment(day.midnight()))
    }
}

/// An event that is registered.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its key.
    pub id: EventId,
    /// Who registered it.
    pub owner: UserId,
    /// The email of who registered it.
    pub email: Email,
    /// The group it belongs to; none for a personal event.
    pub group: Option<GroupId>,
    /// What it says. The times of a birthday are those of the day of birth.
    pub details: EventDetails,
    /// When it was registered.
    pub created: WallTime,
    /// When it was last changed, if ever.
    pub updated: Option<WallTime>,
    /// Whether it is its owner's birthday, which takes place every year.
    pub birthday: bool,
    /// Which state of the event this is.
    pub revision: Revision,
}

/// An event and when it takes place. An ordinary event does so once, at its own times; a birthday every
/// year.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// What takes place.
    pub event: Arc<Event>,
    /// When.
    pub times: EventTimes,
}

impl Occurrence {
    /// That of `event` at its own times.
    #[must_use]
    pub fn of(event: Event) -> Self {
        Self { times: event.details.times, event: Arc::new(event) }
    }

    /// Those of `birthday` that fall into `range`: the same day of every year from that of birth on.
    pub fn of_birthday(birthday: Event, range: TimeRange) -> impl Iterator<Item = Self> {
        let event = Arc::new(birthday);
        let days = event.details.times.starts().day().anniversaries(range);
        days.map(move |at| Self { event: Arc::clone(&event), times: EventTimes::moment(at) })
    }

    /// What occurrences are sorted by: the start, then the event's id.
    #[must_use]
    pub fn order(&self) -> (WallTime, EventId) {
        (self.times.starts(), self.event.id)
    }
}
