//! `ViewCache` that are read while others write.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::clients::{CLIENTS, Client, Server};

/// The tag of the month and the ids that it shows; nothing if `has` is its tag.
fn month(client: &Client<'_>, has: &str) -> Option<(String, BTreeSet<i64>)> {
    let request = client.agent.get(format!("{}/calendar/month?year_month=2017-06", client.base));
    let request = request.header("X-calendar-access-token", &client.token);
    let mut response = request.header("If-None-Match", has).call().unwrap();
    if response.status() == 304 {
        return None;
    }
    let body: Value = response.body_mut().read_json().unwrap();
    let ids = body["data"].as_array().unwrap().iter().map(|event| event["id"].as_i64().unwrap());
    let tag = response.headers().get("ETag").unwrap().to_str().unwrap().to_owned();
    Some((tag, ids.collect()))
}

#[test]
fn a_304_never_hides_a_write_that_was_answered_before() {
    let server = Server::start();
    let park = server.register("park@jungi.me");
    let unchanged = server.at_once(&park.token, |number, client| {
        let (mut tag, mut shown, mut unchanged) = ("\"none\"".to_owned(), BTreeSet::new(), 0);
        for round in 0..20 {
            // Half of the clients only look.
            let made = (number % 2 == 0).then(|| {
                let event = json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00",
                    "subject": format!("{number} {round}")});
                client.post("/calendar/event", event).made.unwrap()
            });
            match month(client, &tag) {
                Some((newer, ids)) => (tag, shown) = (newer, ids),
                None => unchanged += 1,
            }
            assert!(made.is_none_or(|id| shown.contains(&id)), "{made:?} is not in {shown:?}");
        }
        // No other client may be writing any more; then the tag stays.
        (tag, unchanged)
    });
    let looked = server.client(&park.token);
    let (tag, shown) = month(&looked, "\"none\"").unwrap();
    assert_eq!(shown.len(), CLIENTS / 2 * 20);
    assert!(month(&looked, &tag).is_none());
    for (older, _) in unchanged.iter().filter(|(older, _)| *older != tag) {
        assert!(month(&looked, older).is_some(), "{older} was called unchanged");
    }
    server.assert_sound();
}
