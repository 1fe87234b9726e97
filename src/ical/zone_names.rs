//! The names that programs have for time zones, and which zone of IANA each means.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::zone::named;

/// The longest name that is looked up.
const MOST_NAME: usize = 255;

/// What Windows, Outlook and Exchange call zones.
const WINDOWS: &str = include_str!("windows_zones.tsv");

/// The first parts of the IANA names that are places.
const REGIONS: [&str; 11] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
    "US",
];

/// The zone that a TZID means: an IANA name, such a name with what programs write before it, a name of
/// Windows, or a list of cities.
pub(super) fn by_name(name: &str) -> Option<TimeZone> {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if name.is_empty() || name.len() > MOST_NAME {
        return None;
    }
    named(name).or_else(|| with_prefix(name)).or_else(|| of_windows(name)).or_else(|| of_city(name))
}

/// Without what stands before an IANA name in `/mozilla.org/20050126_1/Europe/Berlin` and the like, and with
/// other signs between its parts, as in `US-Eastern`.
fn with_prefix(name: &str) -> Option<TimeZone> {
    let name = name.replace(' ', "_");
    let name = name.strip_prefix("custom_").unwrap_or(&name);
    let rooted = name.starts_with('/');
    let mut slashes = name.match_indices('/').map(|(at, _)| at).take(16);
    let after = |at: usize| {
        let rest = name.get(at + 1..).filter(|rest| rooted || rest.contains('/'))?;
        named(rest)
    };
    named(name)
        .or_else(|| slashes.find_map(after))
        .or_else(|| ['-', '_'].iter().find_map(|sign| named(&name.replacen(*sign, "/", 1))))
}

/// By its name in Windows, in any of the forms that Outlook and Exchange give it: `W. Europe Standard Time`,
/// `Eastern Standard Time 1`, `(UTC-05:00) Eastern Time (US & Canada)`, `Pacific`.
fn of_windows(name: &str) -> Option<TimeZone> {
    let name = without_offset(name).to_lowercase();
    let whole = std::iter::once(name.as_str());
    whole.chain(name.split([',', ';', ':', '/'])).take(16).find_map(|name| {
        let name = name.trim();
        let numbered = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        let short = numbered.split(" (").next().unwrap_or(numbered);
        let short = ["standard time", "daylight time", "summer time", "time"]
            .iter()
            .find_map(|ending| short.strip_suffix(ending))
            .unwrap_or(short);
        let long = format!("{} standard time", short.trim_end());
        [name, numbered, &long, short.trim_end()].into_iter().find_map(windows)
    })
}

/// The zone that the table has for a name in lower case.
pub(super) fn windows(name: &str) -> Option<TimeZone> {
    let rows = WINDOWS.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.filter_map(|line| line.split_once('\t'));
    rows.find(|(given, _)| *given == name).and_then(|(_, zone)| named(zone))
}

/// The zones of the table, in its order.
pub(super) fn usual() -> impl Iterator<Item = &'static str> {
    let rows = WINDOWS.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once('\t')).map(|(_, zone)| zone)
}

/// By the first city of a list that has a zone of its own, as in `Amsterdam, Berlin, Bern`.
fn of_city(name: &str) -> Option<TimeZone> {
    let name = without_offset(name).replace(' ', "_");
    let cities = name.split([',', '/', ';', ':']).take(16).map(|city| city.trim_matches('_'));
    cities.filter(|city| city.len() > 2).find_map(|city| {
        let database = TimeZoneDatabase::bundled();
        let found = database.available().find(|zone| {
            let parts = zone.as_str().split_once('/');
            parts.is_some_and(|(region, place)| {
                let last = place.rsplit('/').next().unwrap_or(place);
                REGIONS.contains(&region) && last.eq_ignore_ascii_case(city)
            })
        });
        named(found?.as_str())
    })
}

/// Without the offset in brackets before it.
fn without_offset(name: &str) -> &str {
    let rest = name.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    rest.map_or(name, |(_, rest)| rest.trim_start())
}

/// The offset that is all that a name says, in seconds: `UTC+11`, `(GMT-03:00)`, `GMT +0100`.
pub(super) fn offset_in(name: &str) -> Option<i32> {
    let name = name.trim().trim_start_matches('(').trim_end_matches(')');
    let rest = ["UTC", "GMT"].iter().find_map(|word| {
        let (start, rest) = name.split_at_checked(word.len())?;
        start.eq_ignore_ascii_case(word).then_some(rest)
    });
    let rest = rest.unwrap_or(name).trim();
    let number = rest.strip_prefix(['+', '-'])?;
    let (hours, minutes) = match number.split_once([':', '.']) {
        Some(parts) => parts,
        None if number.len() <= 2 => (number, "0"),
        None => number.split_at_checked(number.len().checked_sub(2)?)?,
    };
    let part = |text: &str, most: i32| {
        let good = (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
        Some(text).filter(|_| good)?.parse::<i32>().ok().filter(|number| *number <= most)
    };
    let seconds = part(hours, 14)? * 3600 + part(minutes, 59)? * 60;
    Some(if rest.starts_with('-') { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iana(name: &str) -> Option<String> {
        by_name(name)?.iana_name().map(str::to_owned)
    }

    #[test]
    fn each_program_has_its_names_for_a_zone() {
        for (name, zone) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("\"Europe/Berlin\"", "Europe/Berlin"),
            ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
            ("/softwarestudio.org/Olson_20011030_5/America/Chicago", "America/Chicago"),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta",
                "America/Argentina/Salta",
            ),
            ("/freeassociation.sourceforge.net/Asia/Seoul", "Asia/Seoul"),
            ("/citadel.org/20260108_1/Etc/UTC", "Etc/UTC"),
            ("/citadel.org/20260108_1/ROK", "ROK"),
            ("/Europe/Stockholm", "Europe/Stockholm"),
            ("http://tzurl.org/zoneinfo/Europe/Zurich", "Europe/Zurich"),
            ("custom_America/New_York", "America/New_York"),
            ("America/New York", "America/New_York"),
            ("America_New_York", "America/New_York"),
            ("US-Eastern", "US/Eastern"),
            ("Korea Standard Time", "Asia/Seoul"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("w. europe", "Europe/Berlin"),
            ("Eastern Standard Time 1", "America/New_York"),
            ("Eastern Daylight Time", "America/New_York"),
            ("Eastern", "America/New_York"),
            ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("(GMT-08.00) Pacific Time (US & Canada)/Tijuana", "America/Los_Angeles"),
            ("Pacific Time (US & Canada), Tijuana", "America/Los_Angeles"),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
            ("(GMT+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
            ("Kuala Lumpur, Singapore", "Asia/Singapore"),
            ("Greenwich Mean Time: Dublin, Edinburgh, Lisbon, London", "Europe/London"),
            ("Western/Central Europe", "Europe/Budapest"),
            ("tzone://Microsoft/Utc", "Etc/UTC"),
            ("cdo 72", "Asia/Seoul"),
        ] {
            assert_eq!(iana(name).as_deref(), Some(zone), "{name}");
        }
        for name in
            ["", " ", "/", "Nowhere/Middle", "Customized Time Zone", "MyTimezone", "0", "(", "()"]
        {
            assert_eq!(iana(name), None, "{name}");
        }
        assert_eq!(iana(&"x/".repeat(100_000)), None);
    }

    #[test]
    fn the_table_of_windows_is_sorted_and_names_zones_that_there_are() {
        let rows = WINDOWS.lines().filter(|line| !line.starts_with('#'));
        let rows: Vec<_> = rows.map(|line| line.split_once('\t').unwrap()).collect();
        assert!(rows.len() > 200);
        assert!(rows.is_sorted_by(|(one, _), (other, _)| one < other));
        for (name, zone) in rows {
            assert!(named(zone).is_some(), "{zone}");
            assert_eq!(name.to_lowercase(), name);
        }
    }

    #[test]
    fn a_name_can_be_an_offset() {
        for (name, hours) in [
            ("UTC+11", 11),
            ("(GMT-03:00)", -3),
            ("GMT +0100", 1),
            ("utc-5", -5),
            ("(GMT+01.00)", 1),
        ] {
            assert_eq!(offset_in(name), Some(hours * 3600), "{name}");
        }
        assert_eq!(offset_in("+0530"), Some(19_800));
        for name in ["UTC", "GMT-05.00/-04.00", "+", "UTC+", "UTC+99", "Europe/Berlin", "가+1", ""]
        {
            assert_eq!(offset_in(name), None, "{name}");
        }
    }
}
