//! What a group is filled from.

use std::fmt;

use super::{Expected, FeedUrl};

/// What begins the address of holidays that the program has with it.
const HOLIDAYS: &str = "holidays:";

/// The calendar that a group is filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarSource {
    /// One on the web.
    Web(FeedUrl),
    /// The holidays of a country, by its code in capital letters (ISO 3166-1). Whether they are known is not checked.
    Holidays(String),
}

impl CalendarSource {
    /// Trims and reads `raw`: an address as [`FeedUrl::read`] takes it, or `holidays:` with a country, as in
    /// `holidays:KR`.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(raw: &str) -> Result<Self, Expected> {
        let trimmed = raw.trim();
        let Some((scheme, country)) = trimmed.split_at_checked(HOLIDAYS.len()) else {
            return FeedUrl::read(raw).map(Self::Web);
        };
        if !scheme.eq_ignore_ascii_case(HOLIDAYS) {
            return FeedUrl::read(raw).map(Self::Web);
        }
        if country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_alphabetic()) {
            Ok(Self::Holidays(country.to_ascii_uppercase()))
        } else {
            Err(Expected::new("the two letters of a country after holidays:, as in holidays:KR"))
        }
    }

    /// What the log may have of it.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Web(url) => url.host(),
            Self::Holidays(_) => "holidays",
        }
    }
}

/// The whole address, with what is secret in it.
impl fmt::Display for CalendarSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(url) => f.write_str(url.as_str()),
            Self::Holidays(country) => write!(f, "{HOLIDAYS}{country}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_are_named_by_their_country() {
        for raw in ["holidays:KR", " Holidays:kr\n"] {
            let read = CalendarSource::read(raw).unwrap();
            assert_eq!(read, CalendarSource::Holidays("KR".into()));
            assert_eq!(read.to_string(), "holidays:KR");
        }
        for bad in ["holidays:", "holidays:KOR", "holidays: KR", "holidays://KR", "holidays:한"] {
            let error = CalendarSource::read(bad).unwrap_err().to_string();
            assert!(error.starts_with("expected the two letters of a country"), "{bad}");
        }
    }

    #[test]
    fn any_other_address_is_one_of_the_web() {
        let read = CalendarSource::read("webcal://club.example/a.ics").unwrap();
        assert_eq!(read.to_string(), "https://club.example/a.ics");
        for bad in ["", "a", "holiday:KR", "한국의 공휴일"] {
            assert!(CalendarSource::read(bad).is_err(), "{bad}");
        }
    }
}
