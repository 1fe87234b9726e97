//! Calendars of many events: the search by the index, and groups that go in slices.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::helpers::{Calendar, DONE, KIM, PARK, UNFOLLOWED};

/// More than are looked through without the index.
const MANY: usize = 2500;

const WORDS: [&str; 12] = [
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

fn subject(number: usize) -> String {
    format!("{} {number}", WORDS[number % WORDS.len()])
}

/// A calendar with [`MANY`] events of [`PARK`], half of them in group 1, which is selected, put
/// there behind the server's back. [`KIM`] has one of each word too.
fn many() -> (Calendar, String) {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&park, "회식 관련");
    calendar.select(&park, "1");
    let mut sql = String::from("BEGIN;");
    for number in 0..MANY {
        let (text, group) = (subject(number), if number % 2 == 0 { "NULL" } else { "1" });
        let folded = calendar_server::model::casefold(&text);
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

fn found(calendar: &Calendar, token: &str, word: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(word, NON_ALPHANUMERIC);
    let answer = calendar.get(&format!("/calendar/search?search_word={encoded}"), token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let events = answer.json()["data"].as_array().unwrap().clone();
    events.iter().map(|event| event["subject"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn assert_finds_what_is_there(calendar: &Calendar, token: &str, subjects: &[String]) {
    let words = [
        "회",
        "의",
        "회의",
        "회의 1",
        "회의 12",
        "식 자",
        "STRASSE",
        "ß",
        "%",
        "_",
        "a%b",
        "\"",
        "(",
        "12시)",
        "👍",
        "👍🏽 1",
        "unch",
        "σίσυφος",
        "Σ",
        "x 1",
        "23",
        "없는 말",
        "q",
        "qq",
        " ",
    ];
    for word in words {
        let folded = calendar_server::model::casefold(word.trim());
        if folded.is_empty() {
            continue;
        }
        let expected: Vec<&String> = subjects
            .iter()
            .filter(|subject| calendar_server::model::casefold(subject).contains(&folded))
            .collect();
        let found = found(calendar, token, word);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{word:?}");
    }
}

#[test]
fn a_large_calendar_is_searched_as_a_small_one_whether_the_index_has_followed_or_not() {
    let (calendar, park) = many();
    let mut subjects: Vec<String> = (0..MANY).map(subject).collect();
    assert_finds_what_is_there(&calendar, &park, &subjects);
    calendar.wait_until_none(UNFOLLOWED);
    assert_finds_what_is_there(&calendar, &park, &subjects);

    // The ids count from 1 as the subjects do from 0; these are renamed and deleted.
    for (id, to) in [(1, "회의 첫"), (2, "없는 말"), (3, "q")] {
        let at = id - 1;
        let body = format!(
            r#"{{"event_id": {id}, "sdate": "1970-01-01 00:00:0{at}", "edate": "1970-01-01 00:00:0{at}", "subject": "{to}"}}"#
        );
        calendar.put("/calendar/event", &park, body).is(200, DONE);
        to.clone_into(&mut subjects[at]);
    }
    calendar.delete("/calendar/event", &park, r#"{"event_id": 5}"#).is(200, DONE);
    let fifth = subjects.remove(4);
    assert_finds_what_is_there(&calendar, &park, &subjects);
    calendar.wait_until_none(UNFOLLOWED);
    assert_finds_what_is_there(&calendar, &park, &subjects);

    // As an import brings events over, with the ids that they had.
    calendar.execute(&format!(
        "INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created)
         VALUES (5, 1, '{fifth}', '{}', 4, 4, 0)",
        calendar_server::model::casefold(&fifth)
    ));
    subjects.insert(4, fifth);
    assert_finds_what_is_there(&calendar, &park, &subjects);
    // The writer looks for what is left to do when it has written.
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 09:00:00", "끝");
    subjects.push("끝".into());
    calendar.wait_until_none(UNFOLLOWED);
    assert_finds_what_is_there(&calendar, &park, &subjects);
}

#[test]
fn a_large_group_is_gone_for_everybody_at_once_and_its_events_from_the_file_soon() {
    let (calendar, park) = many();
    let kim = calendar.register("lee@jungi.me");
    calendar.select(&kim, "1");
    calendar.delete("/group/", &park, r#"{"group_id": 1}"#).is(200, DONE);
    // Whatever is left of it in the file by now.
    let empty = r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[]}"#;
    calendar.get("/group/list", &park).is(200, empty);
    calendar.get("/group/", &park).is(200, empty);
    calendar.get("/group/1", &park).not_found("group 1 does not exist");
    calendar.get("/calendar/month?year_month=1970-01", &kim).is(200, empty);
    // The last events of all are the last to go.
    let last = MANY;
    let gone = format!("event {last} does not exist");
    calendar.get(&format!("/calendar/event/{last}"), &park).not_found(&gone);
    let body = format!(r#"{{"event_id": {last}}}"#);
    calendar.delete("/calendar/event", &park, body).not_found(&gone);
    calendar
        .post("/user/calendar/group", &kim, r#"{"selected_group": "1"}"#)
        .not_found("group 1 does not exist");
    let body = r#"{"group_id": 1, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 09:00:00", "subject": "a"}"#;
    calendar.post("/group/event", &park, body).not_found("group 1 does not exist");
    assert_eq!(found(&calendar, &kim, "회"), [""; 0]);

    calendar.wait_until_none("SELECT count(*) FROM calendar_group");
    assert_eq!(calendar.rows("SELECT count(*) FROM event WHERE group_id IS NOT NULL"), ["0"]);
    let personal = MANY.div_ceil(2).to_string();
    assert_eq!(calendar.rows("SELECT count(*) FROM event WHERE user_id = 1"), [personal]);
}
