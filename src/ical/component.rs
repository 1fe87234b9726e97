//! What a VEVENT says, as far as a calendar shows it.

use super::rule::Rule;
use crate::model::{Properties, ShortText, WallTime};

/// What an event component says (RFC 5545, 3.6.1). Its times are on the clock of its `zone`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventComponent {
    /// What it is about (SUMMARY).
    pub subject: ShortText,
    /// What it says besides, without zones.
    pub properties: Properties,
    /// The IANA name of its own zone. None for whole days, for floating times, and for the zone of the server.
    pub zone: Option<String>,
    /// When it begins (DTSTART).
    pub starts: WallTime,
    /// When it ends, which is not before its start (DTEND, DURATION).
    pub ends: WallTime,
    /// By what it repeats (RRULE).
    pub rule: Option<Rule>,
    /// The starts that are left out, in order (EXDATE).
    pub exceptions: Vec<WallTime>,
    /// When it occurs besides, from when until when, in order (RDATE).
    pub additions: Vec<(WallTime, WallTime)>,
    /// The start by the rule of the occurrence that it replaces, on the clock of the series (RECURRENCE-ID).
    pub replaces: Option<WallTime>,
}
