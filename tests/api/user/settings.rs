//! `/user/settings`: how a user wants to see the calendar.

use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};
use crate::support::expected::data;

const ROWS: &str = r#"SELECT user_id, week_start, clock, week_numbers, day_start, day_end, "view",
    event_minutes, default_group, language, theme FROM user_settings ORDER BY user_id"#;

const ALL: &str = r#"{"week_start":"saturday","clock":12,"week_numbers":false,"day_start":7,"day_end":22,"view":"year","event_minutes":30,"default_group":1,"language":"ko","theme":"dark"}"#;

/// A calendar with a group of Park, and the tokens of Park and Kim.
fn calendar() -> (Calendar, String, String) {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    calendar.group(&park, "가족");
    (calendar, park, kim)
}

fn put(calendar: &Calendar, token: &str, settings: &Value) -> Answer {
    calendar.put("/user/settings", token, settings.to_string())
}

#[track_caller]
fn shows(calendar: &Calendar, token: &str, settings: &str) {
    calendar.get("/user/settings", token).is(200, &data(settings));
}

#[test]
fn nothing_is_set_at_first() {
    let (calendar, park, _) = calendar();
    shows(&calendar, &park, "{}");
    assert!(calendar.rows(ROWS).is_empty());
}

#[test]
fn settings_come_back_as_they_were_sent_and_are_the_callers_alone() {
    let (calendar, park, kim) = calendar();
    calendar.put("/user/settings", &park, ALL).is(200, DONE);
    shows(&calendar, &park, ALL);
    shows(&calendar, &kim, "{}");
    assert_eq!(calendar.rows(ROWS), ["1|saturday|12|0|7|22|year|30|1|ko|dark"]);
}

#[test]
fn settings_replace_all_those_before() {
    let (calendar, park, _) = calendar();
    calendar.put("/user/settings", &park, ALL).is(200, DONE);
    calendar.put("/user/settings", &park, r#"{"clock":24,"colour":"red"}"#).is(200, DONE);
    shows(&calendar, &park, r#"{"clock":24}"#);
    calendar.put("/user/settings", &park, "{}").is(200, DONE);
    shows(&calendar, &park, "{}");
}

#[test]
fn a_setting_that_is_none_of_its_values_changes_nothing() {
    let (calendar, park, _) = calendar();
    calendar.put("/user/settings", &park, ALL).is(200, DONE);
    for (setting, bad, expected) in [
        ("week_start", json!("Monday"), "expected one of monday, sunday, saturday"),
        ("week_start", json!(1), "expected a string"),
        ("clock", json!(23), "expected 12 or 24"),
        ("clock", json!("24"), "expected 12 or 24"),
        ("clock", Value::Null, "expected 12 or 24"),
        ("week_numbers", json!(1), "expected true or false"),
        ("week_numbers", json!("true"), "expected true or false"),
        ("day_start", json!(24), "expected an hour from 0 to 23"),
        ("day_start", json!(-1), "expected an hour from 0 to 23"),
        ("day_end", json!(0), "expected an hour from 1 to 24"),
        ("day_end", json!(7.5), "expected an hour from 1 to 24"),
        ("view", json!("era"), "expected one of year, month, week, day, list"),
        ("event_minutes", json!(4), "expected a length from 5 to 1440 minutes"),
        ("event_minutes", json!(1441), "expected a length from 5 to 1440 minutes"),
        ("default_group", json!("1"), "expected an integer of 64 bits"),
        ("language", json!("fr"), "expected one of en, ko"),
        ("theme", json!("pink"), "expected one of light, dark"),
    ] {
        put(&calendar, &park, &json!({setting: bad})).invalid(&format!("{setting}: {expected}"));
    }
    for (given, said) in [
        (json!({"day_start": 9, "day_end": 9}), "9; got 9"),
        (json!({"day_end": 5, "day_start": 6}), "6; got 5"),
    ] {
        put(&calendar, &park, &given)
            .invalid(&format!("day_end: expected an hour after day_start, {said}"));
    }
    shows(&calendar, &park, ALL);
}

#[test]
fn the_group_for_new_events_exists() {
    let (calendar, park, kim) = calendar();
    put(&calendar, &park, &json!({"clock": 24, "default_group": 2}))
        .not_found("group 2 does not exist");
    shows(&calendar, &park, "{}");
    put(&calendar, &kim, &json!({"clock": 24, "default_group": 1})).is(200, DONE);
    calendar.delete("/group/", &park, r#"{"group_id": 1}"#).is(200, DONE);
    shows(&calendar, &kim, r#"{"clock":24}"#);
    put(&calendar, &kim, &json!({"default_group": 1})).not_found("group 1 does not exist");
    calendar.wait_until_none("SELECT count(*) FROM calendar_group");
    assert_eq!(calendar.rows(ROWS), ["2|-|24|-|-|-|-|-|-|-|-"]);
}

#[test]
fn a_word_of_a_newer_version_counts_as_not_set() {
    let (calendar, park, _) = calendar();
    calendar.execute("INSERT INTO user_settings (user_id, view, language) VALUES (1, 'era', 'ko')");
    shows(&calendar, &park, r#"{"language":"ko"}"#);
}
