//! An entry of the calendar.

use super::{Email, EventId, GroupId, WallTime};
use crate::error::{Error, Result};

/// When an event begins and ends: `[starts, ends)`, the end never before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTimes {
    starts: WallTime,
    ends: WallTime,
}

impl EventTimes {
    /// Reads `sdate` and `edate` as the API takes them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a malformed time, or an `edate` before the `sdate`.
    pub fn parse(sdate: &str, edate: &str) -> Result<Self> {
        let (starts, ends) = (WallTime::parse("sdate", sdate)?, WallTime::parse("edate", edate)?);
        if ends < starts {
            return Err(Error::Invalid("edate: expected a time that is not before sdate".into()));
        }
        Ok(Self { starts, ends })
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

/// An event as a calendar shows it.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its key.
    pub id: EventId,
    /// Who registered it.
    pub email: Email,
    /// What it is about.
    pub subject: String,
    /// The group it belongs to; none for a personal event.
    pub group: Option<GroupId>,
    /// When it begins.
    pub starts: WallTime,
    /// When it ends: the first moment after it.
    pub ends: WallTime,
    /// When it was registered.
    pub created: WallTime,
    /// When it was last changed, if ever.
    pub updated: Option<WallTime>,
    /// Whether it is its owner's birthday, which is shown every year.
    pub birthday: bool,
}
