//! What an event says beside its subject and times (RFC 5545, 3.8).

use serde::{Deserialize, Serialize};

use super::deception::is_invisible;
use super::text::{is_visible, without_nul};
use super::{Day, Expected, ShortText, WallTime, search_key};

/// The properties of an event that few events have. The store keeps them as one JSON object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// Whether it lasts whole days: from a midnight to the midnight after its last day.
    #[serde(skip_serializing_if = "is_false")]
    pub all_day: bool,
    /// Where it takes place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// An address of the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The event's own zone, if it is not the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<OwnZone>,
    /// Of an occurrence that was changed by itself: the own zone of its series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series_zone: Option<String>,
    /// Whether it takes place.
    #[serde(skip_serializing_if = "Status::is_confirmed")]
    pub status: Status,
    /// Whether it takes up no time.
    #[serde(skip_serializing_if = "is_false")]
    pub free: bool,
    /// Whether others see when it is, and not what. The store has a column of its own for it, by which searches
    /// leave it out.
    #[serde(skip)]
    pub private: bool,
    /// When to remind of it, in minutes before its start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<u32>,
}

/// An event's own zone, and its times on the clock of that zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnZone {
    /// The IANA name.
    pub name: String,
    /// When the event begins there, in seconds as [`WallTime::seconds`] gives them.
    pub starts: i64,
    /// When it ends there.
    pub ends: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Whether an event takes place (RFC 5545, 3.8.1.11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It does.
    #[default]
    Confirmed,
    /// Perhaps.
    Tentative,
    /// No longer.
    Cancelled,
}

impl Status {
    /// How the ones that differ from the ordinary are written.
    pub const WORDS: [&str; 2] = ["tentative", "cancelled"];

    /// Reads one of [`Status::WORDS`].
    ///
    /// # Errors
    /// What was expected.
    pub fn read(word: &str) -> Result<Self, Expected> {
        match word {
            "tentative" => Ok(Self::Tentative),
            "cancelled" => Ok(Self::Cancelled),
            _ => Err(Expected::new("\"tentative\" or \"cancelled\"")),
        }
    }

    /// Its word; none for the ordinary one.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Confirmed => None,
            Self::Tentative => Some("tentative"),
            Self::Cancelled => Some("cancelled"),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_confirmed(&self) -> bool {
        *self == Self::Confirmed
    }
}

impl Properties {
    /// The most characters of a place.
    pub const MOST_LOCATION: usize = 1024;
    /// The most characters of notes.
    pub const MOST_DESCRIPTION: usize = 16_384;
    /// The most characters of an address.
    pub const MOST_URL: usize = 2048;
    /// The most reminders.
    pub const MOST_REMINDERS: usize = 10;
    /// The longest time of a reminder before the start, in minutes: ten years.
    pub const LONGEST_REMINDER: u32 = 5_256_000;

    /// Reads a place: 1 to 1,024 characters without white space at either end.
    ///
    /// # Errors
    /// What was expected.
    pub fn read_location(raw: &str) -> Result<String, Expected> {
        text(raw, Self::MOST_LOCATION, "1 to 1024 characters")
    }

    /// Reads notes: 1 to 16,384 characters without white space at either end.
    ///
    /// # Errors
    /// What was expected.
    pub fn read_description(raw: &str) -> Result<String, Expected> {
        text(raw, Self::MOST_DESCRIPTION, "1 to 16384 characters")
    }

    /// Reads an absolute address of the scheme `http` or `https`, of at most 2,048 characters.
    ///
    /// # Errors
    /// What was expected.
    pub fn read_url(raw: &str) -> Result<String, Expected> {
        let expected = || Expected::new("an http or https address of at most 2048 characters");
        let url = raw.trim();
        let rest = ["https://", "http://"].iter().find_map(|scheme| {
            let (start, rest) = url.split_at_checked(scheme.len())?;
            start.eq_ignore_ascii_case(scheme).then_some(rest)
        });
        let hides = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
        let named =
            rest.is_some_and(|rest| !rest.starts_with(['/', '?', '#', ':']) && !rest.is_empty());
        let fits = named && url.chars().count() <= Self::MOST_URL && !url.contains(hides);
        if fits { Ok(url.to_owned()) } else { Err(expected()) }
    }

    /// Whether there is nothing in them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The place and the notes as searches compare them; none without either.
    #[must_use]
    pub fn search_key(&self) -> Option<String> {
        let texts: Vec<_> = [&self.location, &self.description].into_iter().flatten().collect();
        let keys: Vec<_> = texts.iter().map(|text| search_key(text)).collect();
        (!keys.is_empty()).then(|| keys.join("\n"))
    }

    /// The bytes of their texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let texts = [&self.location, &self.description, &self.url].into_iter().flatten();
        texts.map(String::len).sum()
    }

    /// What others see of a private event.
    #[must_use]
    pub fn seen_by_others(&self) -> Self {
        Self {
            all_day: self.all_day,
            status: self.status,
            free: self.free,
            private: true,
            series_zone: self.series_zone.clone(),
            zone: self.zone.clone(),
            ..Self::default()
        }
    }
}

/// The subject that others see of a private event.
#[must_use]
pub fn private_subject() -> ShortText {
    ShortText::stored("Busy".into())
}

/// A text of 1 to `most` characters, trimmed.
fn text(raw: &str, most: usize, expected: &'static str) -> Result<String, Expected> {
    let text = raw.trim();
    without_nul(text)?;
    let count = text.chars().take(most + 1).count();
    if !(1..=most).contains(&count) {
        return Err(Expected::new(expected));
    }
    if text.chars().any(is_visible) {
        Ok(text.to_owned())
    } else {
        Err(Expected::new("at least one visible character"))
    }
}

/// How an event recurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Recurrence {
    /// It does not.
    #[default]
    Once,
    /// It is a series, whose event has the times of its first occurrence.
    Series(Box<Repeats>),
    /// It is an occurrence of a series, changed by itself.
    Changed {
        /// The series.
        series: super::EventId,
        /// The start of the occurrence by the rule, on the clock of the series.
        start: WallTime,
    },
}

impl Recurrence {
    /// How the birthday of who was born on `day` recurs.
    #[must_use]
    pub fn of_birthday(day: Day) -> Self {
        Self::Series(Box::new(Repeats::of_birthday(day)))
    }
}

/// What makes an event a series. Its times are on the clock of the event's own zone, or else of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeats {
    /// The value of the `RRULE` (RFC 5545, 3.8.5.3).
    pub rule: String,
    /// The start of the last occurrence; none if there is no end.
    pub last: Option<WallTime>,
    /// The starts of the occurrences that are left out or were changed by themselves, in order.
    pub exceptions: Vec<WallTime>,
    /// No occurrence reaches beyond this time of the server's clock.
    pub reach: WallTime,
}

impl Repeats {
    /// The most exceptions of a series.
    pub const MOST_EXCEPTIONS: usize = 1000;

    /// What makes the birthday of who was born on `day` a series: its day every year. In a common year, that of 29 February
    /// is on the 28th.
    #[must_use]
    pub fn of_birthday(day: Day) -> Self {
        let rule =
            if day.is_leap_day() { "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1" } else { "FREQ=YEARLY" };
        Self { rule: rule.into(), last: None, exceptions: Vec::new(), reach: WallTime::MAX }
    }

    /// Whether the occurrence that starts at `start` is left out or was changed by itself.
    #[must_use]
    pub fn excepts(&self, start: WallTime) -> bool {
        self.exceptions.binary_search(&start).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_absolute_and_of_the_web() {
        for good in
            ["https://jungi.me", "HTTP://jungi.me/a?b=c#d", "https://[::1]:8000/", " https://x "]
        {
            assert_eq!(Properties::read_url(good).unwrap(), good.trim());
        }
        for bad in [
            "",
            "jungi.me",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "http://a b",
            "ftp://x",
            "https://\u{200b}x",
        ] {
            let error = Properties::read_url(bad).unwrap_err().to_string();
            assert_eq!(
                error, "expected an http or https address of at most 2048 characters",
                "{bad}"
            );
        }
        assert!(Properties::read_url(&format!("https://{}", "x".repeat(2040))).is_ok());
        assert!(Properties::read_url(&format!("https://{}", "x".repeat(2041))).is_err());
    }

    #[test]
    fn a_text_has_its_length_after_trimming() {
        assert_eq!(Properties::read_location(" 회의실 \n").unwrap(), "회의실");
        assert_eq!(
            Properties::read_location("  ").unwrap_err().to_string(),
            "expected 1 to 1024 characters"
        );
        assert!(Properties::read_location(&"가".repeat(1024)).is_ok());
        assert!(Properties::read_location(&"가".repeat(1025)).is_err());
        assert!(Properties::read_description(&"가".repeat(16_384)).is_ok());
        assert!(Properties::read_description(&"가".repeat(16_385)).is_err());
        assert!(Properties::read_description("a\0b").is_err());
        let error = Properties::read_description("\u{200b}").unwrap_err().to_string();
        assert_eq!(error, "expected at least one visible character");
    }

    #[test]
    fn the_json_has_only_what_says_something() {
        assert_eq!(serde_json::to_string(&Properties::default()).unwrap(), "{}");
        let zone = OwnZone { name: "Europe/Paris".into(), starts: 1, ends: 2 };
        let all = Properties {
            all_day: true,
            location: Some("a".into()),
            description: Some("b".into()),
            url: Some("https://c".into()),
            zone: Some(zone),
            series_zone: Some("Asia/Seoul".into()),
            status: Status::Tentative,
            free: true,
            private: false,
            reminders: vec![10, 60],
        };
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(
            json,
            r#"{"all_day":true,"location":"a","description":"b","url":"https://c","zone":{"name":"Europe/Paris","starts":1,"ends":2},"series_zone":"Asia/Seoul","status":"tentative","free":true,"reminders":[10,60]}"#
        );
        assert_eq!(serde_json::from_str::<Properties>(&json).unwrap(), all);
    }
}
