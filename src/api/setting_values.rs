//! The values of settings; others are in `values.rs`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::values::{described, integer, string, value, words};
use crate::model::{self, Expected};

words!(
    /// A setting.
    WeekStart, "The day on which weeks start."
);
words!(
    /// A setting.
    View, "The view that the calendar opens with."
);
words!(
    /// A setting.
    Language, "The language of the page."
);
words!(
    /// A setting.
    Theme, "The colours of the page."
);
/// Defines a value that is one of some integers; `$expected` says which.
macro_rules! integers {
    ($(#[$about:meta])* $name:ident, $expected:literal, $allowed:expr, $schema:expr) => {
        $(#[$about])*
        pub(super) struct $name(pub(super) i64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(from).ok().filter(|number| $allowed.contains(number));
                number.map(Self).ok_or_else(|| D::Error::custom(concat!("expected ", $expected)))
            }
        }

        described!($name, $schema);
    };
}

integers!(
    /// A setting.
    Clock,
    "12 or 24",
    [12, 24],
    integer(12)
        .maximum(Some(24))
        .enum_values(Some([12, 24]))
        .description(Some("The hours of the clock."))
);
integers!(
    /// A setting.
    DayStart,
    "an hour from 0 to 23",
    (0..=23),
    integer(0)
        .maximum(Some(23))
        .description(Some("The first hour that the week shows; before `day_end`."))
);
integers!(
    /// A setting.
    DayEnd,
    "an hour from 1 to 24",
    (1..=24),
    integer(1)
        .maximum(Some(24))
        .description(Some("The hour at which what the week shows ends; after `day_start`."))
);
integers!(
    /// A setting.
    EventMinutes,
    "a length from 5 to 1440 minutes",
    (5..=1440),
    integer(5).maximum(Some(1440)).description(Some("How long a new event is."))
);

/// A setting.
#[derive(Deserialize)]
pub(super) struct WeekNumbers(pub(super) bool);

described!(
    WeekNumbers,
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(
        "Whether weeks have numbers: those of ISO 8601 where they start on Monday."
    ))
);
