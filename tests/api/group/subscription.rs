//! `POST /group/subscription`: a group that is filled from an outside calendar, what is told of it, and that nobody
//! changes it. That it is filled is tested over the network, with the program.

use serde_json::{Value, json};

use super::two_users;
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE};

const URL: &str = "https://club.example/secret.ics";
const OUTSIDE: &str = "the events of group 1 come from an outside calendar";

fn subscribe(calendar: &Calendar, token: &str, url: &str) -> Answer {
    let body = json!({"url": url, "group_name": "경기"}).to_string();
    calendar.post("/group/subscription", token, body)
}

/// Two users, and group 1 of the first with an event of each; a calendar fills it from then on.
fn filled() -> (Calendar, String, String) {
    let (calendar, park, kim) = two_users();
    calendar.group(&park, "경기");
    for token in [&park, &kim] {
        calendar.group_event(token, 1, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "a");
    }
    calendar
        .execute(&format!("INSERT INTO subscription (group_id, url, due) VALUES (1, '{URL}', 0)"));
    (calendar, park, kim)
}

#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.body);
    let meta = json!({"code": 40102, "message": "UNAUTHORIZED REQUEST", "detail": OUTSIDE});
    assert_eq!(answer.json()["meta"], meta);
}

#[test]
fn a_subscription_makes_a_group_whose_address_only_its_creator_sees() {
    let (calendar, park, kim) = two_users();
    let made = subscribe(&calendar, &park, " webcal://club.example/secret.ics#a ");
    assert_eq!(made.made(), 1);
    let told = |token: &str| {
        let one = calendar.get("/group/1", token).json()["data"]["subscription"].clone();
        let all = calendar.get("/group/list", token).json()["data"][0]["subscription"].clone();
        assert_eq!(one, all);
        one
    };
    assert_eq!(told(&park), json!({"url": URL, "read": null}));
    assert_eq!(told(&kim), json!({"read": null}));
    assert_eq!(calendar.get("/group", &park).json()["data"][0]["subscription"]["url"], URL);
    let selected = calendar.get("/user/calendar/group", &park).json();
    assert_eq!(selected["data"]["selected_group"], "0", "as any other group that is made");
}

#[test]
fn a_subscription_has_the_color_that_it_is_made_with() {
    let (calendar, park, kim) = two_users();
    let make = |color: Value| {
        let body = json!({"url": URL, "group_name": "경기", "color": color}).to_string();
        calendar.post("/group/subscription", &park, body)
    };
    assert_eq!(make(json!("#D50000")).made(), 1);
    assert_eq!(make(Value::Null).made(), 2);
    let color =
        |id: i64| calendar.get(&format!("/group/{id}"), &kim).json()["data"].get("color").cloned();
    assert_eq!([color(1), color(2)], [Some(json!("#d50000")), None]);
    make(json!("red")).invalid("color: expected a colour, such as #1a73e8");
    make(json!(3)).invalid("color: expected a string");
    let groups = calendar.get("/group", &park).json()["data"].as_array().map(Vec::len);
    assert_eq!(groups, Some(2), "what was refused made nothing");
}

#[test]
fn another_group_says_nothing_of_a_subscription() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    assert_eq!(calendar.get("/group/1", &park).json()["data"].get("subscription"), None);
}

#[test]
fn it_is_told_when_the_calendar_was_read_and_what_went_wrong() {
    let (calendar, park, kim) = filled();
    calendar.execute(
        r#"UPDATE subscription SET "read" = 1497869704, problem = 'the server is asked too often'"#,
    );
    let others = calendar.get("/group/1", &kim).json()["data"]["subscription"].clone();
    let told = "it could not be read, or not all of it";
    assert_eq!(others, json!({"read": "Mon, 19 Jun 2017 19:55:04 GMT", "problem": told}));
    let list = calendar.get("/group/list", &kim).json()["data"][0]["subscription"].clone();
    assert_eq!(list, others);
    assert_eq!(
        calendar.get("/group/1", &park).json()["data"]["subscription"],
        json!({
            "url": URL, "read": "Mon, 19 Jun 2017 19:55:04 GMT", "problem": "the server is asked too often",
        })
    );
}

#[test]
fn what_is_no_address_of_the_web_is_refused() {
    let (calendar, park, _) = two_users();
    for url in ["file:///etc/passwd", "ftp://a/b", "club.example", "https://"] {
        subscribe(&calendar, &park, url).invalid(
            "url: expected the https, http or webcal address of a calendar, of at most 2048 characters and without \
             spaces",
        );
    }
    calendar
        .post("/group/subscription", &park, r#"{"group_name": "a"}"#)
        .invalid("url: required, but missing");
    calendar
        .post("/group/subscription", &park, json!({ "url": URL }).to_string())
        .invalid("group_name: required, but missing");
}

#[test]
fn the_holidays_of_a_country_have_an_address_of_their_own() {
    let (calendar, park, _) = two_users();
    let known = calendar.get("/holidays", &park).json()["data"].clone();
    let korea = json!({"country": "KR", "name": "South Korea", "url": "holidays:KR"});
    assert!(known.as_array().unwrap().contains(&korea), "{known}");
    for country in known.as_array().unwrap() {
        subscribe(&calendar, &park, country["url"].as_str().unwrap()).made();
    }
    subscribe(&calendar, &park, " HOLIDAYS:kr ").made();
    let last = calendar.get("/group", &park).json()["data"].as_array().unwrap().last().cloned();
    assert_eq!(last.unwrap()["subscription"], json!({"url": "holidays:KR", "read": null}));
    subscribe(&calendar, &park, "holidays:XX").invalid(
        "url: expected a country whose holidays are known, as GET /holidays names them: XX is none",
    );
    subscribe(&calendar, &park, "holidays:Korea")
        .invalid("url: expected the two letters of a country after holidays:, as in holidays:KR");
}

#[test]
fn a_user_subscribes_to_at_most_50_calendars() {
    let (calendar, park, kim) = two_users();
    for _ in 0..50 {
        subscribe(&calendar, &park, URL).made();
    }
    subscribe(&calendar, &park, URL).invalid(
        "you have subscribed to 50 calendars, which is the most: delete the group of one first",
    );
    subscribe(&calendar, &kim, URL).made();
    calendar.delete("/group", &park, r#"{"group_id": 7}"#).is(200, DONE);
    subscribe(&calendar, &park, URL).made();
}

#[test]
fn a_repeated_call_with_its_key_subscribes_once() {
    let (calendar, park, _) = two_users();
    let headers = [("X-calendar-access-token", park.as_str()), ("Idempotency-Key", "\"a\"")];
    let body = json!({"url": URL, "group_name": "a"}).to_string();
    for _ in 0..2 {
        let path = "/api/v1/group/subscription";
        assert_eq!(
            calendar.send(rocket::http::Method::Post, path, &headers, body.clone()).made(),
            1
        );
    }
    assert_eq!(calendar.rows("SELECT count(*) FROM subscription"), ["1"]);
}

#[test]
fn nobody_registers_changes_or_deletes_an_event_of_a_subscription() {
    let (calendar, park, kim) = filled();
    let times = r#""sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "b""#;
    for token in [&park, &kim] {
        is_refused(&calendar.post("/group/event", token, format!(r#"{{"group_id": 1, {times}}}"#)));
        for id in [1, 2] {
            let body = format!(r#"{{"event_id": {id}, {times}}}"#);
            is_refused(&calendar.put("/calendar/event", token, body));
            let body = json!({ "event_id": id }).to_string();
            is_refused(&calendar.delete("/calendar/event", token, body));
        }
        is_refused(&calendar.post(
            "/import?group=1",
            token,
            "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        ));
    }
    assert_eq!(calendar.rows("SELECT subject FROM event"), ["a", "a"]);
}

#[test]
fn its_creator_renames_and_deletes_the_group_of_a_subscription_and_nobody_else() {
    let (calendar, park, kim) = filled();
    let renamed = r#"{"group_id": 1, "group_name": "b"}"#;
    assert_eq!(calendar.put("/group", &kim, renamed).status, 401);
    calendar.put("/group", &park, renamed).is(200, DONE);
    let read: Value = calendar.get("/group/1", &park).json();
    assert_eq!(read["data"]["name"], "b");
    assert_eq!(calendar.delete("/group", &kim, r#"{"group_id": 1}"#).status, 401);
    calendar.delete("/group", &park, r#"{"group_id": 1}"#).is(200, DONE);
    calendar.get("/group/1", &park).not_found("group 1 does not exist");
    calendar.settle();
    assert_eq!(calendar.rows("SELECT count(*) FROM subscription"), ["0"]);
}

#[test]
fn everybody_selects_the_group_of_a_subscription_and_reads_its_events() {
    let (calendar, _, kim) = filled();
    calendar.select(&kim, "1");
    let day = calendar.get("/calendar/date?date=2017-06-20", &kim).json();
    assert_eq!(day["data"].as_array().unwrap().len(), 2);
    assert_eq!(calendar.get("/calendar/event/1", &kim).json()["data"]["subject"], "a");
    assert_eq!(calendar.get("/group/1/export", &kim).status, 200);
}
