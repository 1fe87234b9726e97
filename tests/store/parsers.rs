//! Every parser, with any input: what it takes it gives back unchanged, and nothing makes it panic.

use calendar_server::model::{
    Day, Email, EventTimes, Month, Password, Selection, ShortText, WallTime, lowercase,
};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// Texts that look like times, most of them wrong somewhere.
fn almost_a_time() -> impl Strategy<Value = String> {
    ("[0-9]{3,5}", "[-/.]?", "[0-9]{1,3}", "[-]?", "[0-9]{1,2}", "[ T]?", "[0-9:]{0,9}")
        .prop_map(|(y, a, m, b, d, c, t)| format!("{y}{a}{m}{b}{d}{c}{t}"))
}

/// The days of a month.
fn days(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_time_that_exists_is_read_and_comes_back_with_its_digits(
        year in 1..=9999_i64, month in 1..=12_u32, day in 1..=31_u32,
        hour in 0..24_u32, minute in 0..60_u32, second in 0..60_u32,
    ) {
        let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
        let read = WallTime::parse("sdate", &text);
        prop_assert_eq!(read.is_ok(), day <= days(year, month), "{}", text);
        if let Ok(time) = read {
            let shown = time.to_string();
            let digits = format!(" {day:02} ");
            prop_assert!(shown.contains(&digits) && shown.ends_with(&format!(" {year:04} {hour:02}:{minute:02}:{second:02} GMT")), "{}", shown);
            prop_assert_eq!(WallTime::from_seconds(time.seconds()).unwrap(), time);
            let (midnight, range) = (time.day().midnight(), time.day().time_range());
            prop_assert!(midnight <= time && range.holds(time, time));
            prop_assert!(time.day().month().time_range().holds(time, time));
        }
    }

    #[test]
    fn a_time_of_another_form_is_refused_by_name(text in prop_oneof![any::<String>(), almost_a_time()]) {
        let form = |pattern: &str| {
            text.len() == pattern.len()
                && text.bytes().zip(pattern.bytes()).all(|(given, wanted)| {
                    if wanted == b'0' { given.is_ascii_digit() } else { given == wanted }
                })
        };
        for (read, pattern) in [
            (WallTime::parse("x", &text).map(drop), "0000-00-00 00:00:00"),
            (Day::parse("x", &text).map(drop), "0000-00-00"),
            (Month::parse("x", &text).map(drop), "0000-00"),
        ] {
            match read {
                Ok(()) => prop_assert!(form(pattern), "{:?}", text),
                Err(error) => prop_assert!(error.to_string().starts_with("x: expected YYYY-MM")),
            }
        }
    }

    #[test]
    fn an_event_never_ends_before_it_begins(a in 0..4_000_000_000_i64, b in 0..4_000_000_000_i64) {
        let text = |seconds| {
            let at = WallTime::from_seconds(seconds).unwrap().compact();
            let (date, time) = at.split_once('-').unwrap();
            format!("{}-{}-{} {}:{}:{}", &date[..4], &date[4..6], &date[6..], &time[..2], &time[2..4], &time[4..])
        };
        let times = EventTimes::parse(&text(a), &text(b));
        prop_assert_eq!(times.is_ok(), a <= b);
    }

    #[test]
    fn a_selection_comes_back_sorted_and_each_group_once(
        mut ids in proptest::collection::vec(1..i64::MAX, 1..20),
        spaces in proptest::collection::vec(" {0,2}", 20),
    ) {
        let text = ids.iter().zip(&spaces).map(|(id, space)| format!("{space}{id}{space}"));
        let text = text.collect::<Vec<_>>().join(",");
        ids.sort_unstable();
        ids.dedup();
        let shown = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let read = Selection::parse("selected_group", &text).unwrap();
        prop_assert_eq!(read.to_string(), shown.clone());
        prop_assert_eq!(Selection::parse("selected_group", &shown).unwrap(), read);
    }

    #[test]
    fn any_other_selection_is_refused(text in prop_oneof![any::<String>(), "[0-9, +-]{0,12}"]) {
        let ids = text.trim().split(',').map(|id| id.trim_matches(' '));
        let sound = text.trim() == "0" || ids.clone().all(|id| {
            !id.starts_with('0') && !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) && id.parse::<i64>().is_ok()
        });
        prop_assert_eq!(Selection::parse("selected_group", &text).is_ok(), sound, "{:?}", text);
    }

    #[test]
    fn an_email_is_kept_as_it_is_given_and_compared_in_any_case(
        text in prop_oneof![any::<String>(), "[a-zA-Zäß가@. ]{0,12}"]
    ) {
        if let Ok(email) = Email::parse("useremail", &text) {
            prop_assert_eq!(email.as_str(), text.trim());
            prop_assert_eq!(email.as_str().matches('@').count(), 1);
            prop_assert!(!email.as_str().starts_with('@') && !email.as_str().ends_with('@'));
            prop_assert!(!email.as_str().chars().any(|c| c.is_whitespace() || c.is_control()));
            prop_assert!(email.as_str().chars().count() <= 254);
            prop_assert_eq!(lowercase(&email.folded()), email.folded(), "lower-cased once and for all");
        }
    }

    #[test]
    fn a_text_has_1_to_128_characters_once_it_is_trimmed(text in prop_oneof![any::<String>(), "[ a가]{100,140}"]) {
        let length = text.trim().chars().count();
        let read = ShortText::parse("subject", &text);
        if text.contains(char::is_alphanumeric) || !(1..=128).contains(&length) {
            prop_assert_eq!(read.is_ok(), (1..=128).contains(&length));
        }
        if let Ok(read) = read {
            prop_assert_eq!(read.as_str(), text.trim());
        }
    }

    #[test]
    fn a_password_is_taken_as_it_is_typed_but_composed(text in any::<String>()) {
        let read = Password::parse("password", &text);
        let composed: String = text.nfc().collect();
        prop_assert_eq!(read.is_ok(), (8..=256).contains(&composed.chars().count()));
        if let Ok(read) = read {
            prop_assert_eq!(read.as_bytes(), composed.as_bytes());
            prop_assert_eq!(read.raw_bytes(), (composed != text).then_some(text.as_bytes()));
        }
    }
}
