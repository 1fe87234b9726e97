//! What a calendar object is about, what it says, and why it is refused.

use std::collections::BTreeMap;
use std::fmt;

use super::component::EventComponent;
use crate::model::WallTime;

/// The most bytes of an object.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// What a calendar object is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An event (RFC 5545, 3.6.1).
    Event,
    /// A to-do (3.6.2).
    Todo,
    /// A journal entry (3.6.3).
    Journal,
}

impl Kind {
    /// The name of its components, as in `VEVENT`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "VEVENT",
            Self::Todo => "VTODO",
            Self::Journal => "VJOURNAL",
        }
    }

    /// Reads the name of a component, in any case.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Event, Self::Todo, Self::Journal]
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word))
    }
}

/// Why a text is not a calendar object that can be stored: which precondition of RFC 4791 (5.3.2.1) it
/// fails, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectFault {
    /// Over 1 MiB (`max-resource-size`).
    TooLarge,
    /// Not iCalendar (`valid-calendar-data`).
    Data(String),
    /// iCalendar, and not one object (`valid-calendar-object-resource`).
    Object(String),
    /// Of another kind of component (`supported-calendar-component`).
    Component(String),
    /// More dates than a series may have (`max-instances`).
    Instances(String),
}

impl fmt::Display for ObjectFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("expected at most 1048576 bytes"),
            Self::Data(what)
            | Self::Object(what)
            | Self::Component(what)
            | Self::Instances(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for ObjectFault {}

/// What an object says of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// The event: the component without RECURRENCE-ID.
    pub main: Option<EventComponent>,
    /// Its occurrences that were changed by themselves, in the order of `replaces`, each of which is set.
    pub changed: Vec<EventComponent>,
    /// Which of these say what all after them are too (`RANGE=THISANDFUTURE`, RFC 5545, 3.2.13), by `replaces`: each with its
    /// number among the VEVENTs of the text, from 0 on.
    pub following: BTreeMap<WallTime, usize>,
    /// What was read otherwise than it is written.
    pub notes: Vec<String>,
}
