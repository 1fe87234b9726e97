//! How a user wants to see the calendar, on all their devices.

use serde::{Serialize, Serializer};

use super::{Expected, GroupId};
use crate::error::{Error, Result};

/// Defines a value that is one of some words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$case_about:meta])* $case:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$case_about])* $case),+ }

        impl $name {
            /// Its words.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// Reads one of its words.
            ///
            /// # Errors
            /// The words.
            pub fn read(text: &str) -> std::result::Result<Self, Expected> {
                match text {
                    $($word => Ok(Self::$case),)+
                    _ => Err(Expected::new(format!("one of {}", Self::WORDS.join(", ")))),
                }
            }

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $word),+ }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    };
}

words!(
    /// The day on which a week starts.
    WeekStart {
        /// As ISO 8601 has it.
        Monday = "monday",
        /// As in Korea and the United States.
        Sunday = "sunday",
        /// As in much of the Middle East.
        Saturday = "saturday",
    }
);
words!(
    /// The view that a calendar opens with.
    View {
        /// Twelve months.
        Year = "year",
        /// A month.
        Month = "month",
        /// A week.
        Week = "week",
        /// A day.
        Day = "day",
        /// What is coming.
        List = "list",
    }
);
words!(
    /// A language of the page (BCP 47).
    Language {
        /// English.
        English = "en",
        /// Korean.
        Korean = "ko",
    }
);
words!(
    /// The colours of the page.
    Theme {
        /// Dark text on a light page.
        Light = "light",
        /// Light text on a dark page.
        Dark = "dark",
    }
);

/// The settings of a user. What is none is as the browser has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSettings {
    /// The day on which weeks start.
    pub week_start: Option<WeekStart>,
    /// The hours of the clock: 12 or 24.
    pub clock: Option<i64>,
    /// Whether weeks have numbers.
    pub week_numbers: Option<bool>,
    /// The first hour that the week shows, 0 to 23.
    pub day_start: Option<i64>,
    /// The hour at which what the week shows ends, 1 to 24.
    pub day_end: Option<i64>,
    /// The first view.
    pub view: Option<View>,
    /// How long a new event is, in minutes.
    pub event_minutes: Option<i64>,
    /// The group that a new event is in, instead of being personal.
    pub default_group: Option<GroupId>,
    /// The language of the page.
    pub language: Option<Language>,
    /// The colours of the page.
    pub theme: Option<Theme>,
}

impl UserSettings {
    /// Checks what concerns several of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the day that the week shows does not end after it starts.
    pub fn checked(self) -> Result<Self> {
        let (start, end) = (self.day_start.unwrap_or(0), self.day_end.unwrap_or(24));
        if start < end {
            Ok(self)
        } else {
            Err(Error::Invalid(format!(
                "day_end: expected an hour after day_start, {start}; got {end}"
            )))
        }
    }
}
