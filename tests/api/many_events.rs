//! A calendar with more events than are searched without the index.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::support::calendar::{Calendar, KIM, PARK};

/// More than are searched without the index.
pub(crate) const MANY: usize = 2500;

pub(crate) const WORDS: [&str; 12] = [
    "회의",
    "회식 자리",
    "Straße",
    "a%b",
    "a_b",
    "\"quoted\"",
    "x",
    "점심(12시)",
    "👍🏽",
    "lunch",
    "ΣΊΣΥΦΟΣ",
    "회",
];

/// The subject of the event that was made after `number` others.
pub(crate) fn subject(number: usize) -> String {
    format!("{} {number}", WORDS[number % WORDS.len()])
}

/// A calendar with [`MANY`] events of [`PARK`], half of them in group 1, which is selected. They are
/// written straight to the database. [`KIM`] has an event of each word too.
pub(crate) fn many() -> (Calendar, String) {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&park, "회식 관련");
    calendar.select(&park, "1");
    let mut sql = String::from("BEGIN;");
    for number in 0..MANY {
        let (text, group) = (subject(number), if number % 2 == 0 { "NULL" } else { "1" });
        let folded = calendar_server::model::search_key(&text);
        sql.push_str(&format!(
            "INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)
             VALUES (1, {group}, '{text}', '{folded}', {number}, {number}, 0);"
        ));
    }
    sql.push_str("COMMIT;");
    calendar.execute(&sql);
    for word in WORDS {
        calendar.event(&kim, "1970-01-01 00:00:00", "1970-01-01 00:00:00", word);
    }
    (calendar, park)
}

/// The subjects that a search for `word` finds.
pub(crate) fn found(calendar: &Calendar, token: &str, word: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(word, NON_ALPHANUMERIC);
    let answer = calendar.get(&format!("/calendar/search?search_word={encoded}"), token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let events = answer.json()["data"].as_array().unwrap().clone();
    events.iter().map(|event| event["subject"].as_str().unwrap().to_owned()).collect()
}
