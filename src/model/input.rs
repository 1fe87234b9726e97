//! What a request says of an event.

use super::{Expected, Patch, ShortText, Status, WallTime};

/// An event as a request has it. The times are on the clock of `timezone`, if the request has one, or else on the
/// server's.
#[derive(Debug, Clone)]
pub struct EventInput {
    /// What it is about.
    pub subject: ShortText,
    /// When it begins.
    pub sdate: WallTime,
    /// When it ends.
    pub edate: WallTime,
    /// Whether it lasts whole days.
    pub all_day: Patch<bool>,
    /// Where it takes place.
    pub location: Patch<String>,
    /// Notes.
    pub description: Patch<String>,
    /// An address of the web.
    pub url: Patch<String>,
    /// The IANA name of its own zone.
    pub timezone: Patch<String>,
    /// The value of its `RRULE`.
    pub rrule: Patch<String>,
    /// Whether it takes place.
    pub status: Patch<Status>,
    /// Whether it takes up no time.
    pub free: Patch<bool>,
    /// Whether others see when it is, and not what.
    pub private: Patch<bool>,
    /// Minutes before its start.
    pub reminders: Patch<Vec<u32>>,
}

/// Which occurrences of a series a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One.
    This,
    /// One, and all after it.
    Following,
    /// All.
    All,
}

impl Scope {
    /// How they are written.
    pub const WORDS: [&str; 3] = ["this", "following", "all"];

    /// Reads one of [`Scope::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> Result<Self, Expected> {
        match word {
            "this" => Ok(Self::This),
            "following" => Ok(Self::Following),
            "all" => Ok(Self::All),
            _ => Err(Expected::new("\"this\", \"following\" or \"all\"")),
        }
    }
}

/// What a call on a series names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Target {
    /// The start of an occurrence by the rule, on the server's clock.
    pub occurrence: Option<WallTime>,
    /// How far the call reaches.
    pub scope: Option<Scope>,
}

/// Where a search looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchIn {
    /// In subjects.
    #[default]
    Subject,
    /// In subjects, places and notes.
    All,
}

impl SearchIn {
    /// How they are written.
    pub const WORDS: [&str; 2] = ["subject", "all"];

    /// Reads one of [`SearchIn::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> Result<Self, Expected> {
        match word {
            "subject" => Ok(Self::Subject),
            "all" => Ok(Self::All),
            _ => Err(Expected::new("\"subject\" or \"all\"")),
        }
    }
}
