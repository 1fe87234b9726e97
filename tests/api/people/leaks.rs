//! Whatever call there is, a private group answers those who are no members as one that was deleted.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::http::Method;
use serde_json::{Value, json};

use super::Club;
use crate::support::answer::Answer;
use crate::support::calendar::DONE;

/// A club with an event, a series with a changed occurrence, and something for a search, which Kim had selected, made
/// a feed of, and is no member of any more.
fn club() -> Club {
    let club = Club::open();
    club.calendar.select(&club.kim, "1");
    club.calendar.select(&club.park, "1");
    club.calendar.feed(&club.kim, r#"{"group": 1}"#);
    club.event(&club.park, &json!({"subject": "친구들과 약속"})).made();
    club.event(&club.park, &json!({"rrule": "FREQ=DAILY;COUNT=9", "location": "약속"})).made();
    let body = json!({
        "event_id": 2, "occurrence": "2017-06-21 09:00:00", "sdate": "2017-06-21 10:00:00",
        "edate": "2017-06-21 10:00:00", "subject": "약속",
    });
    assert_eq!(club.calendar.put("/calendar/event", &club.park, body.to_string()).status, 200);
    club
}

/// What each call answers Kim with the example that the description of the API has of it.
fn answers(club: &Club) -> Vec<(String, Answer)> {
    let document = club.calendar.get("/openapi.json", "").json();
    let mut answers = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let name = call["operationId"].as_str().unwrap();
            // These end the token.
            if ["endTokens", "changePassword"].contains(&name) {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let body = match &call["requestBody"]["content"] {
                Value::Null => String::new(),
                content => {
                    match &content.as_object().unwrap().values().next().unwrap()["example"] {
                        Value::String(file) => file.clone(),
                        example => example.to_string(),
                    }
                }
            };
            let mut uri = path.clone();
            for parameter in call["parameters"].as_array().into_iter().flatten() {
                let (name, example) = (parameter["name"].as_str().unwrap(), &parameter["example"]);
                if parameter["in"] == "path" {
                    uri = uri.replace(&format!("{{{name}}}"), "1");
                } else if let Some(example) =
                    example.as_str().filter(|_| parameter["in"] == "query")
                {
                    let value = utf8_percent_encode(example, NON_ALPHANUMERIC);
                    let sign = if uri.contains('?') { '&' } else { '?' };
                    uri += &format!("{sign}{name}={value}");
                }
            }
            let mut ask = |uri: String| {
                let answer = club.calendar.call(method, &uri, &club.kim, &body);
                answers.push((format!("{method} {uri}"), answer));
            };
            if method == Method::Get || name == "import" {
                for more in ["group=1", "after=1"] {
                    let sign = if uri.contains('?') { '&' } else { '?' };
                    ask(format!("{uri}{sign}{more}"));
                }
            }
            ask(uri);
        }
    }
    answers
}

/// An answer without what is random in it.
fn plain(answer: &Answer) -> (u16, String) {
    let Ok(mut json) = serde_json::from_str::<Value>(&answer.body) else {
        // Every database has a suffix of UIDs of its own.
        let lines = answer.body.lines().filter(|line| !line.starts_with("UID:"));
        return (answer.status, lines.collect::<Vec<_>>().join("\n"));
    };
    for random in ["token", "url", "revision", "password"] {
        if json["data"].get(random).is_some() {
            json["data"][random] = Value::Null;
        }
    }
    (answer.status, json.to_string())
}

#[test]
fn every_call_answers_of_a_private_group_as_of_one_that_was_deleted() {
    let [private, deleted] = [club(), club()];
    private.change(&private.park, &json!({"visibility": "private"})).is(200, DONE);
    deleted.calendar.delete("/group", &deleted.park, r#"{"group_id": 1}"#).is(200, DONE);
    let [private, deleted] = [&private, &deleted].map(answers);
    assert!(private.len() > 60);
    for ((call, private), (_, deleted)) in private.iter().zip(&deleted) {
        assert_eq!(plain(private), plain(deleted), "{call}");
    }
}
