//! The public holidays that the program has with it, by country.
//!
//! They are found in no library of Rust: many follow the moon, and others what a government decides. So they are tables,
//! `assets/holidays/`, which `scripts/holidays` writes and somebody looks at. A newer program brings newer ones, and the
//! groups that are filled from them follow as they follow any other calendar.

use include_dir::{Dir, include_dir};

use crate::ical::{WholeDay, whole_days};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/holidays");

/// A country whose holidays are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// Its code of ISO 3166-1, as in `KR`.
    pub code: &'static str,
    /// Its name in English.
    pub name: &'static str,
    table: &'static str,
}

/// All countries, by their codes.
pub fn countries() -> impl Iterator<Item = Country> {
    FILES.files().filter_map(|file| {
        let code = file.path().to_str()?.strip_suffix(".tsv")?;
        let text = file.contents_utf8()?;
        let mut lines = text.lines().skip_while(|line| line.starts_with('#'));
        Some(Country { code, name: lines.next()?, table: text })
    })
}

/// The country with that code.
#[must_use]
pub fn of(code: &str) -> Option<Country> {
    countries().find(|country| country.code == code)
}

impl Country {
    /// Its holidays as a calendar (RFC 5545): their names in its own language, and in English as a note.
    #[must_use]
    pub fn calendar(&self) -> String {
        let mut days: Vec<_> = self.days().collect();
        days.sort_unstable();
        let mut before = ("", 0);
        whole_days(days.into_iter().map(|(date, name, english)| {
            // Some days are two holidays.
            before = (date, if before.0 == date { before.1 + 1 } else { 1 });
            WholeDay {
                uid: format!("holiday-{}-{date}-{}@calendar-server", self.code, before.1),
                date,
                subject: name,
                description: (english != name).then_some(english),
            }
        }))
    }

    /// Each holiday: its date, its name and its name in English.
    fn days(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let holidays = self.table.lines().filter_map(|line| {
            let mut parts = line.split('\t');
            Some((parts.next()?, parts.next()?, parts.next()?))
        });
        holidays.flat_map(|(name, english, dates)| {
            dates.split(' ').map(move |date| (date, name, english))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ical::{File, Object};
    use crate::model::{Day, ShortText};

    #[test]
    fn every_day_of_every_country_is_a_real_one_with_names_that_an_event_can_have() {
        let mut count = 0;
        for country in countries() {
            assert!(country.code.len() == 2 && !country.name.is_empty(), "{country:?}");
            for (date, name, english) in country.days() {
                let dashed = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
                assert!(Day::read(&dashed).is_ok(), "{} {date}", country.code);
                assert!(("2015".."2041").contains(&&date[..4]), "{} {date}", country.code);
                assert!(ShortText::read(name).is_ok() && !english.is_empty(), "{name}");
                count += 1;
            }
        }
        assert!(count > 3000, "{count}");
    }

    #[test]
    fn a_country_is_a_calendar_that_is_read_as_it_is() {
        for country in countries() {
            let file = File::read(country.calendar().into_bytes());
            assert_eq!(file.problems(), [], "{}", country.code);
            assert_eq!(file.len(), country.days().count(), "{}", country.code);
            let uids: BTreeSet<_> = file.objects().map(|object| object.uid).collect();
            assert_eq!(uids.len(), file.len(), "{}", country.code);
        }
        let object = File::read(of("KR").unwrap().calendar().into_bytes()).object(0).unwrap();
        assert!(object.text.contains("SUMMARY:신정연휴\r\nDESCRIPTION:New Year's Day\r\n"));
        assert!(Object::parse(object.text).is_ok());
    }

    #[test]
    fn korea_has_the_days_that_follow_the_moon() {
        let days: Vec<_> = of("KR").unwrap().days().collect();
        for (date, name) in
            [("20260925", "추석"), ("20270207", "설날"), ("20260524", "부처님오신날")]
        {
            assert!(days.iter().any(|day| (day.0, day.1) == (date, name)), "{name}");
        }
        assert_eq!(of("kr"), None);
        assert_eq!(of("XX"), None);
    }
}
