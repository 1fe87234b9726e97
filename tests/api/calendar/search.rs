//! `/calendar/search`: what a word finds. How a query is read is in `http/query.rs`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};
use crate::support::expected::{Shown, events};

fn search(calendar: &Calendar, token: &str, word: &str) -> Answer {
    let word = utf8_percent_encode(word, NON_ALPHANUMERIC);
    calendar.get(&format!("/calendar/search?search_word={word}"), token)
}

/// A calendar with an event for each of `subjects`, numbered from 1.
fn with_subjects(subjects: &[&str]) -> (Calendar, String) {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for subject in subjects {
        calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 10:00:00", subject);
    }
    (calendar, park)
}

/// Asserts that `word` finds the subjects `ids`, counted from 1, and no others.
#[track_caller]
fn finds(calendar: &Calendar, token: &str, subjects: &[&str], word: &str, ids: &[i64]) {
    let shown = |id: &i64| Shown {
        id: *id,
        subject: subjects[usize::try_from(*id).unwrap() - 1],
        sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
        edate: "Tue, 20 Jun 2017 10:00:00 GMT",
        ..Shown::default()
    };
    let list: Vec<_> = ids.iter().map(shown).collect();
    search(calendar, token, word).is(200, &events(&list));
}

#[test]
fn a_word_is_found_anywhere_in_a_subject() {
    let subjects = ["테스트 일정", "놀이동산", "일정", "정일", "나의 테스트"];
    let (calendar, park) = with_subjects(&subjects);
    finds(&calendar, &park, &subjects, "테스트", &[1, 5]);
    finds(&calendar, &park, &subjects, "일정", &[1, 3]);
    finds(&calendar, &park, &subjects, "트 일", &[1]);
    finds(&calendar, &park, &subjects, "산", &[2]);
    finds(&calendar, &park, &subjects, "테스트일정", &[]);
    finds(&calendar, &park, &subjects, "테스트 일정 ", &[1]);
}

#[test]
fn case_does_not_matter_in_any_script() {
    let subjects =
        ["Straße", "STRASSE", "ΟΔΥΣΣΕΥΣ", "οδυσσευς", "Ärger", "Привет", "Team Meeting", "ﬁle"];
    let (calendar, park) = with_subjects(&subjects);
    for (word, ids) in [
        ("strasse", &[1, 2][..]),
        ("STRAẞE", &[1, 2]),
        ("straße", &[1, 2]),
        ("SS", &[1, 2]),
        ("ß", &[1, 2]),
        ("οδυσσευσ", &[3, 4]),
        ("ΟΔΥΣΣΕΥΣ", &[3, 4]),
        ("ευς", &[3, 4]),
        ("äRGER", &[5]),
        ("ПРИВЕТ", &[6]),
        ("team meeting", &[7]),
        ("MEET", &[7]),
        ("FILE", &[8]),
    ] {
        finds(&calendar, &park, &subjects, word, ids);
    }
}

#[test]
fn accents_matter_however_they_are_composed() {
    let subjects = ["cafe", "café", "cafe\u{301}"];
    let (calendar, park) = with_subjects(&subjects);
    finds(&calendar, &park, &subjects, "CAFE", &[1]);
    finds(&calendar, &park, &subjects, "CAFÉ", &[2, 3]);
    finds(&calendar, &park, &subjects, "CAFE\u{301}", &[2, 3]);
}

#[test]
fn pattern_characters_are_searched_literally() {
    let subjects =
        ["100% sure", "100 percent", "snake_case", "snakeXcase", r"back\slash", "a*b?[c]", "it's"];
    let (calendar, park) = with_subjects(&subjects);
    for (word, ids) in [
        ("%", &[1][..]),
        ("0%", &[1]),
        ("1%0", &[]),
        ("_", &[3]),
        ("e_c", &[3]),
        (r"\", &[5]),
        (r"\%", &[]),
        ("*", &[6]),
        ("?", &[6]),
        ("[c]", &[6]),
        ("'", &[7]),
        ("' OR '1'='1", &[]),
        ("\"", &[]),
    ] {
        finds(&calendar, &park, &subjects, word, ids);
    }
}

#[test]
fn a_zero_character_is_refused_in_a_word_as_in_a_subject() {
    let (calendar, park) = with_subjects(&["b"]);
    search(&calendar, &park, "\u{0}b").invalid("search_word: expected text without U+0000");
    let time = "2017-06-20 09:00:00";
    let body = serde_json::json!({"sdate": time, "edate": time, "subject": "a\u{0}b"}).to_string();
    calendar.post("/calendar/event", &park, body).invalid("subject: expected text without U+0000");
    assert_eq!(calendar.rows("SELECT count(*) FROM event"), ["1"]);
}

#[test]
fn a_search_finds_the_events_of_the_callers_calendar_at_any_time() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&kim, "약속 그룹");
    calendar.group(&kim, "b");
    calendar.select(&park, "1");
    let (late, early) = ("9999-12-31 23:59:59", "0001-01-01 00:00:00");
    calendar.event(&park, late, late, "약속");
    calendar.event(&kim, early, early, "약속");
    calendar.group_event(&kim, 1, early, early, "약속");
    calendar.group_event(&park, 2, early, early, "약속");
    calendar.event(&park, early, early, "약속");
    let (late, early) = ("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT");
    let shown = |id, at| Shown { id, subject: "약속", sdate: at, edate: at, ..Shown::default() };
    search(&calendar, &park, "약속").is(
        200,
        &events(&[
            Shown { email: KIM, group: Some(1), ..shown(3, early) },
            shown(5, early),
            shown(1, late),
        ]),
    );
    search(&calendar, &park, "그룹").is(200, &events(&[]));
    search(&calendar, &kim, "약속").is(200, &events(&[Shown { email: KIM, ..shown(2, early) }]));
}

#[test]
fn a_search_finds_the_changed_subject_and_not_the_old_one() {
    let (calendar, park) = Calendar::populated();
    let body = r#"{"event_id":1,"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"STRASSE"}"#;
    calendar.put("/calendar/event", &park, body).is(200, DONE);
    search(&calendar, &park, "테스트").is(200, &events(&[]));
    let shown = Shown {
        subject: "STRASSE",
        sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
        edate: "Tue, 20 Jun 2017 12:00:00 GMT",
        updated: Some("Mon, 19 Jun 2017 19:55:04 GMT"),
        ..Shown::default()
    };
    search(&calendar, &park, "straße").is(200, &events(&[shown]));
}

#[test]
fn a_word_is_1_to_128_characters() {
    let longest = "👍".repeat(128);
    let subjects = [longest.as_str()];
    let (calendar, park) = with_subjects(&subjects);
    for empty in ["", " ", "\u{3000}\t\n"] {
        search(&calendar, &park, empty)
            .invalid("search_word: expected 1 to 128 characters, got none");
    }
    search(&calendar, &park, &format!("{longest}👍"))
        .invalid("search_word: expected at most 128 characters");
    finds(&calendar, &park, &subjects, &longest, &[1]);
    finds(&calendar, &park, &subjects, &format!("  {longest} "), &[1]);
    calendar.get("/calendar/search", &park).invalid("search_word: required, but missing");
}

#[test]
fn canonically_equal_texts_and_widths_are_found_and_given_back_as_they_were_sent() {
    let decomposed = "\u{1112}\u{116c}\u{110b}\u{1174}";
    let subjects = [
        decomposed,
        "회의",
        "か\u{3099}くせい",
        "がくせい",
        "ガス会社",
        "ｶﾞｽ代",
        "Ｔｅａｍ ３",
        "team 3",
    ];
    let (calendar, park) = with_subjects(&subjects);
    for (word, ids) in [
        ("회의", &[1, 2][..]),
        (decomposed, &[1, 2]),
        ("が", &[3, 4]),
        ("か\u{3099}", &[3, 4]),
        ("ガス", &[5, 6]),
        ("ｶﾞｽ", &[5, 6]),
        ("TEAM\u{3000}3", &[7, 8]),
        ("회", &[1, 2]),
        ("호", &[]),
    ] {
        finds(&calendar, &park, &subjects, word, ids);
    }
}
