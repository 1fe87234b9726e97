//! The values in parameters and answers: how each is read, and its schema (OpenAPI 3.1).
//!
//! Input that fits a schema is accepted. The limits of a text do not count the white space at its
//! ends, which is trimmed. Rules that a schema cannot express are stated in words: that `edate` is
//! not before `sdate`, that only leap years have a 29 February, and that `1.0` is not an integer,
//! although JSON Schema says so.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::holidays;
use crate::model::{self, CalendarSource, Expected, Page, Properties};

const MAX_LIMIT: u16 = Page::<()>::MAX_LIMIT;

/// White space as in Unicode, which is cut off the ends of texts.
macro_rules! white {
    () => {
        r"\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
    };
}
/// Control characters as in Unicode.
macro_rules! control {
    () => {
        r"\u0000-\u001F\u007F-\u009F"
    };
}
/// Characters that nobody sees beside those: `Default_Ignorable_Code_Point`, and the blank of Braille.
macro_rules! invisible {
    () => {
        concat!(
            r"\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E",
            r"\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8",
            // An escape of these means different characters to different readers of patterns.
            "\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}"
        )
    };
}
/// A year from 0001 to 9999.
macro_rules! year {
    () => {
        "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
    };
}
macro_rules! day {
    () => {
        concat!(
            year!(),
            "-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
            "|02-(0[1-9]|[12][0-9]))"
        )
    };
}
macro_rules! clock {
    () => {
        " ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    };
}

/// A part of a recurrence rule, as answers have it; requests may have it in lower case, with blanks.
macro_rules! rule_part {
    () => {
        concat!(
            "(FREQ=(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)|(INTERVAL|COUNT)=[0-9]+|UNTIL=[0-9]{8}(T[0-9]{6}Z?)?",
            "|BY(SECOND|MINUTE|HOUR|MONTH)=[0-9]+(,[0-9]+)*",
            "|BY(MONTHDAY|YEARDAY|WEEKNO|SETPOS)=[+-]?[0-9]+(,[+-]?[0-9]+)*",
            "|BYDAY=([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU))*",
            "|WKST=(MO|TU|WE|TH|FR|SA|SU))"
        )
    };
}

const TEXT: &str = concat!(r"^[^\u0000]*[^", white!(), control!(), invisible!(), r"][^\u0000]*$");
const ANY: &str = r"^[^\u0000]*$";
const EMAIL: &str = concat!("^[^@", white!(), control!(), "]+@[^@", white!(), control!(), "]+$");
const MONTH: &str = concat!("^", year!(), "-(0[1-9]|1[0-2])$");
const DAY: &str = concat!("^", day!(), "$");
const TIME: &str = concat!("^", day!(), clock!(), "$");
const DAY_OR_TIME: &str = concat!("^", day!(), "(", clock!(), ")?$");
const PRINTED: &str = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (0[1-9]|[12][0-9]|3[01]) \
    (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} \
    ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] GMT$";
const IDS: &str =
    concat!("^[", white!(), "]*(0|[1-9][0-9]{0,18}( *, *[1-9][0-9]{0,18})*)[", white!(), "]*$");

const ZONE: &str = "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$";
const RULE: &str = concat!("^", rule_part!(), "(;", rule_part!(), ")*$");

pub(super) fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A string of that form.
pub(super) fn form(pattern: &str, example: &str, about: &str) -> ObjectBuilder {
    string().pattern(Some(pattern)).examples([example]).description(Some(about))
}

/// An integer of 64 bits from `minimum` on.
pub(super) fn integer(minimum: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(minimum))
        .maximum(Some(i64::MAX))
}

/// The calendar at an address, if it is not of a country whose holidays nobody here knows.
fn known_source(raw: &str) -> Result<CalendarSource, Expected> {
    match CalendarSource::read(raw)? {
        CalendarSource::Holidays(country) if holidays::of(&country).is_none() => {
            Err(Expected::new(format!(
                "a country whose holidays are known, as GET /holidays names them: {country} is none"
            )))
        }
        source => Ok(source),
    }
}

/// Defines a value, named as in the description: its type in the model, how it is read from a string, and
/// its schema.
macro_rules! value {
    ($(#[$about:meta])* $name:ident($inner:ty), $read:expr, $schema:expr) => {
        $(#[$about])*
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Result<$inner, Expected> = $read;
                read(&String::deserialize(from)?).map(Self).map_err(D::Error::custom)
            }
        }

        described!($name, $schema);
    };
}

/// Gives a type a schema of its own name.
macro_rules! described {
    ($name:ident, $schema:expr) => {
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {}
    };
}

value!(
    /// An email address that somebody registers with.
    Email(model::Email),
    model::Email::read,
    form(
        EMAIL,
        "park@jungi.me",
        "Has one `@` with something on both sides, no white space and no control characters. White \
         space at either end is cut off and does not count. Compared without regard to case. A new one \
         must not pass for another (UTS #39): it has no invisible characters, and no letters of two \
         alphabets in one word that look alike.",
    )
    .min_length(Some(3))
    .max_length(Some(model::Email::MAX_CHARS))
);
value!(
    /// A new password.
    Password(model::Password),
    model::Password::read,
    string()
        .pattern(Some(ANY))
        .min_length(Some(model::Password::MIN_CHARS))
        .max_length(Some(model::Password::MAX_CHARS))
        .description(Some("Any characters but U+0000, white space among them."))
);
value!(
    /// A subject, a name, or a word to search for.
    Text(model::ShortText),
    model::ShortText::read,
    form(
        TEXT,
        "테스트 일정",
        "Has at least one visible character, and no U+0000. White space at either end is cut off and \
         does not count. A character is a Unicode scalar value."
    )
    .min_length(Some(1))
    .max_length(Some(model::ShortText::MAX_CHARS))
);
value!(
    /// The address of an outside calendar, or of holidays.
    CalendarAddress(CalendarSource),
    known_source,
    form(
        r"^([^\u0000]*://[^\u0000]+|holidays:[A-Z]{2})$",
        "https://club.example/calendar.ics",
        "An `https`, `http`, `webcal` or `webcals` address without white space in it; the last two mean `https`. It \
         may have a user and a password in it. Or one of `GET /holidays`, as in `holidays:KR`."
    )
    .max_length(Some(model::FeedUrl::MAX_CHARS))
);
value!(
    /// A month.
    Month(model::Month),
    model::Month::read,
    form(MONTH, "2017-06", "`YYYY-MM`, years 0001 to 9999.")
);
value!(
    /// A day.
    Day(model::Day),
    model::Day::read,
    form(DAY, "2017-06-22", "A real date, `YYYY-MM-DD`, years 0001 to 9999.")
);
value!(
    /// A wall-clock time.
    Time(model::WallTime),
    model::WallTime::read,
    form(
        TIME,
        "2017-06-20 09:00:00",
        "A real date and time, `YYYY-MM-DD HH:MM:SS`, years 0001 to 9999."
    )
);
value!(
    /// A day, or a time of it.
    DayOrTime(model::Day),
    model::Day::read_loosely,
    form(DAY_OR_TIME, "1990-06-22", "A date, or a date and time. Only the date is used.")
);
value!(
    /// A selection of groups.
    GroupIds(model::Selection),
    model::Selection::read,
    form(IDS, "1,2,3", "Group ids of 64 bits joined by commas, spaces allowed; `0` alone for none.")
);

value!(
    /// Groups in an order, as ids joined by commas.
    GroupOrder(Vec<model::GroupId>),
    model::Selection::read_in_order,
    form(IDS, "3,1,2", "Group ids in an order, joined by commas, spaces allowed; `0` alone for none.")
);

/// Defines a value that is one of the words of its type in the model.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $description:expr) => {
        value!(
            $(#[$about])*
            $name(model::$name),
            model::$name::read,
            string()
                .enum_values(Some(model::$name::WORDS.iter().copied()))
                .description(Some($description))
        );
    };
}

/// A string of 1 to `most` characters.
pub(super) fn text(most: usize, about: &str) -> ObjectBuilder {
    let about = format!("{about} White space at either end is cut off and does not count.");
    string().pattern(Some(TEXT)).min_length(Some(1)).max_length(Some(most)).description(Some(about))
}

value!(
    /// A place.
    Location(String),
    Properties::read_location,
    text(Properties::MOST_LOCATION, "Where it takes place.")
);
value!(
    /// Notes.
    Description(String),
    Properties::read_description,
    text(Properties::MOST_DESCRIPTION, "Notes.")
);
value!(
    /// An address of the web.
    Url(String),
    Properties::read_url,
    form(
        concat!(
            r"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#:", white!(), control!(), invisible!(), "]",
            "[^", white!(), control!(), invisible!(), "]*$"
        ),
        "https://jungi.me",
        "An absolute address of the web."
    )
    .max_length(Some(Properties::MOST_URL))
);
value!(
    /// The name of a zone.
    Zone(String),
    |name| Ok(name.to_owned()),
    form(
        ZONE,
        "Europe/Paris",
        "The IANA name of the event's own zone, where it is not the server's. The times in the same request are on \
         the clock of that zone; in answers, all times are on the server's. None for whole days."
    )
    .min_length(Some(2))
    .max_length(Some(64))
);
value!(
    /// A recurrence rule.
    RecurrenceRule(String),
    |rule| Ok(rule.to_owned()),
    form(
        RULE,
        "FREQ=WEEKLY;BYDAY=MO",
        "The value of an `RRULE` (RFC 5545, 3.3.10), each part once and `FREQ` among them: hourly at most, and at most \
         1,000 occurrences in 31 days. `COUNT` is at most 10000, `INTERVAL` at most 100000. A start that the rule does \
         not give is moved to the first one that it gives."
    )
    .min_length(Some(10))
    .max_length(Some(1000))
);
value!(
    /// The name of an occurrence.
    Start(model::WallTime),
    model::WallTime::read,
    form(
        TIME,
        "2017-06-26 20:00:00",
        "Of an event that repeats, one occurrence: its start by the rule on the server's clock, also where it was moved."
    )
);

pub(super) use {described, value, words};

words!(
    /// Whether an event takes place.
    Status, "Without it, it is confirmed."
);
words!(
    /// Where a search looks.
    SearchIn, "Where to look: in subjects alone (as without it), or also in places and notes."
);
words!(
    /// What of a series a call is about.
    Scope,
    "Of an event that repeats: the `occurrence` alone (as without it), that one and all after it, or all."
);

/// Minutes before the start of an event.
pub(super) struct Reminders(pub(super) Vec<u32>);

impl<'de> Deserialize<'de> for Reminders {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let expected = || {
            D::Error::custom(format!(
                "expected at most {} integers from 0 to {}",
                Properties::MOST_REMINDERS,
                Properties::LONGEST_REMINDER
            ))
        };
        let minutes = Vec::<i64>::deserialize(from)?;
        if minutes.len() > Properties::MOST_REMINDERS {
            return Err(expected());
        }
        let minutes = minutes.into_iter().map(|minutes| {
            u32::try_from(minutes).ok().filter(|minutes| *minutes <= Properties::LONGEST_REMINDER)
        });
        minutes.collect::<Option<_>>().map(Self).ok_or_else(expected)
    }
}

described!(
    Reminders,
    ArrayBuilder::new()
        .items(integer(0).maximum(Some(Properties::LONGEST_REMINDER)))
        .max_items(Some(Properties::MOST_REMINDERS))
        .description(Some("When to remind of it, in minutes before its start."))
);

/// The id of an event or a group, which need not exist.
#[derive(Deserialize)]
pub(super) struct Id(pub(super) i64);

described!(
    Id,
    integer(i64::MIN).description(Some(
        "An id, without a fraction or an exponent. An id that nothing has is not found, \
         also 0 and negative ones."
    ))
);

/// The most items of a list that an answer is to hold.
pub(super) struct Limit(pub(super) u16);

/// What a limit has to be.
pub(super) const LIMIT: &str = "expected an integer from 1 to 1000";

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(from).ok().and_then(|number| u16::try_from(number).ok());
        let limit = number.filter(|number| (1..=MAX_LIMIT).contains(number));
        limit.map(Self).ok_or_else(|| D::Error::custom(LIMIT))
    }
}

described!(
    Limit,
    integer(1)
        .maximum(Some(i64::from(MAX_LIMIT)))
        .description(Some("The most items that the answer is to hold. Without it, it holds all."))
);

words!(
    /// What an app password is good for.
    AppPasswordScope,
    "`read` for calls that change nothing; `all` for all but those on the account itself: on app passwords, the password, \
     tokens and new feeds."
);

/// The id of an event or a group, in an answer.
pub(super) struct Key;

described!(Key, integer(1));

value!(
    /// A revision of an event, as its call gives it.
    Revision(model::Revision),
    |text| text.parse().map_err(|()| Expected::new("a revision of 16 hexadecimal digits")),
    form(
        "^[0-9a-f]{16}$",
        "6f1e0c2ab94d3758",
        "A state of an event: every change gives it another. With it, an event that has another by now \
         is not changed (code 41200)."
    )
);

/// A number of things.
pub(super) struct Count;

described!(Count, integer(0));

/// The number of events in a group.
pub(super) struct EventCount;

described!(EventCount, integer(0).description(Some("How many are in the group.")));

/// A wall-clock time as it is printed.
pub(super) struct PrintedTime;

described!(
    PrintedTime,
    form(
        PRINTED,
        "Tue, 20 Jun 2017 09:00:00 GMT",
        "The wall-clock digits as they came in; `GMT` belongs to the form and shifts nothing."
    )
);

/// The email of a user, as it was registered.
pub(super) struct PrintedEmail;

described!(
    PrintedEmail,
    string().min_length(Some(3)).max_length(Some(model::Email::MAX_CHARS)).pattern(Some(EMAIL))
);
