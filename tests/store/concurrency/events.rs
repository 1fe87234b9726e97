//! Users and events: registered, edited and deleted by many clients at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::clients::{CLIENTS, Edit, Server};

#[test]
fn one_of_many_registrations_of_an_email_gets_a_token() {
    let server = Server::start();
    let emails: Vec<String> = (0..CLIENTS)
        .map(|number| {
            let upper = |(at, letter): (usize, char)| match number >> at & 1 {
                1 if at < 5 => letter.to_ascii_uppercase(),
                _ => letter,
            };
            "minji@jungi.me".chars().enumerate().map(upper).collect()
        })
        .collect();
    let answers = server
        .at_once("", |number, client| client.post("/user/", json!({"useremail": emails[number]})));
    let (first, rest): (Vec<_>, Vec<_>) =
        answers.iter().zip(&emails).partition(|(answer, _)| answer.code() == 20000);
    assert_eq!(first.len(), 1, "{answers:?}");
    for (answer, _) in rest {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, json!({"meta": {"code": 20010, "message": "USER ID EXIST"}}));
    }
    let (answer, email) = first[0];
    let client = server.client(answer.body["data"]["token"].as_str().unwrap());
    assert_eq!(client.get("/user/").body["data"]["useremail"], **email);
    assert_eq!(server.rows::<String>("SELECT email FROM user"), [email.as_str()]);
}

#[test]
fn one_of_many_birthdays_of_a_user_is_kept() {
    let server = Server::start();
    let token = server.register("park@jungi.me").token;
    let day = |number: usize| format!("1990-01-{:02}", number % 28 + 1);
    let answers = server.at_once(&token, |number, client| {
        (number, client.put("/calendar/birthday", json!({"birthday": day(number)})))
    });
    assert!(answers.iter().all(|(_, answer)| answer.status == 200));
    let kept: Vec<_> = answers.iter().filter(|(_, answer)| answer.code() == 20000).collect();
    assert_eq!(kept.len(), 1);
    assert!(answers.iter().filter(|(_, answer)| answer.code() == 20010).count() == CLIENTS - 1);
    let rows = server.rows::<String>("SELECT date(starts, 'unixepoch') FROM event");
    assert_eq!(rows, [day(kept[0].0)]);
}

#[test]
fn concurrent_edits_leave_an_event_as_a_last_one_made_it() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    let id = owner.post("/calendar/event", Edit(0, 0).json(json!({}))).made.unwrap();
    let path = format!("/calendar/event/{id}");
    let turns = server.at_once(&owner.token, |number, client| {
        let turn = |round| {
            let edit = Edit(number, round);
            (edit, client.edit(id, &edit), client.get(&path))
        };
        (1..=10).map(turn).collect::<Vec<_>>()
    });
    let turns: Vec<_> = turns.into_iter().flatten().collect();
    assert!(turns.iter().all(|(_, edit, read)| edit.done() && read.done()));
    let edits: BTreeMap<_, _> = turns.iter().map(|(edit, answer, _)| (*edit, answer)).collect();
    for (edit, answer, read) in &turns {
        let seen = Edit::of(&read.body["data"]);
        // The client's own edit, or another that had not ended before it began.
        assert!(!edits[&seen].before(answer), "after {edit:?} was done, {seen:?} was read");
    }
    let last = Edit::of(&owner.get(&path).body["data"]);
    let later = edits.values().filter(|answer| edits[&last].before(answer)).count();
    assert_eq!(later, 0, "{later} edits that came after the one that was kept are lost");
    assert_eq!(server.rows::<i64>("SELECT count(*) FROM event"), [1]);
}

#[test]
fn one_of_many_edits_with_the_same_tag_succeeds() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    let id = owner.post("/calendar/event", Edit(40, 0).json(json!({}))).made.unwrap();
    let known = owner.get(&format!("/calendar/event/{id}")).etag.unwrap();
    let answers = server.at_once(&owner.token, |number, client| {
        let edit = Edit(number, 0);
        let request = client.agent.put(format!("{}/calendar/event", client.base));
        (edit, client.send(request.header("If-Match", &known), &edit.json(json!({"event_id": id}))))
    });
    let (done, told): (Vec<_>, Vec<_>) =
        answers.iter().partition(|(_, answer)| (answer.status, answer.code()) == (200, 20000));
    assert_eq!(done.len(), 1, "{answers:?}");
    assert!(told.iter().all(|(_, answer)| (answer.status, answer.code()) == (412, 41200)));
    assert_eq!(Edit::of(&owner.get(&format!("/calendar/event/{id}")).body["data"]), done[0].0);
}

#[test]
fn an_event_deleted_during_edits_is_gone_for_all_later_ones() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    for _ in 0..5 {
        let id = owner.post("/calendar/event", Edit(0, 0).json(json!({}))).made.unwrap();
        // Four of the clients edit it a few times and delete it then.
        let answers = server.at_once(&owner.token, |number, client| {
            let rounds = if number % 8 == 0 { 3 } else { 12 };
            let edits: Vec<_> =
                (0..rounds).map(|round| client.edit(id, &Edit(number, round))).collect();
            let delete = (number % 8 == 0)
                .then(|| client.delete("/calendar/event", json!({"event_id": id})));
            (edits, delete)
        });
        let (edits, deletes): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let (edits, deletes) =
            (edits.into_iter().flatten(), deletes.into_iter().flatten().collect::<Vec<_>>());
        let done: Vec<_> = deletes.iter().filter(|delete| delete.done()).collect();
        assert_eq!(done.len(), 1, "it was deleted {} times: {deletes:?}", done.len());
        for edit in edits {
            let found = edit.done();
            assert!(!(found && done[0].before(&edit)), "edited after it was deleted: {edit:?}");
            assert!(found || !edit.before(done[0]), "gone before it was deleted: {edit:?}");
        }
        assert!(!owner.get(&format!("/calendar/event/{id}")).done());
        assert_eq!(server.rows::<i64>("SELECT count(*) FROM event"), [0]);
    }
    server.assert_sound();
}

#[test]
fn every_acknowledged_event_is_there_once_after_a_kill() {
    let mut server = Server::start();
    let token = server.register("park@jungi.me").token;
    let made = server.at_once(&token, |number, client| {
        let create = |round| {
            let edit = Edit(number, round);
            let answer = client.post("/calendar/event", edit.json(json!({})));
            assert!(answer.done());
            format!("{} {number} {round}", answer.made.unwrap())
        };
        (0..50).map(create).collect::<Vec<_>>()
    });
    server.kill();
    let made: Vec<_> = made.into_iter().flatten().collect();
    assert_eq!(made.len(), CLIENTS * 50);
    let stored = server.rows::<String>("SELECT id || ' ' || subject FROM event");
    assert_eq!(stored.len(), made.len());
    assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), made.into_iter().collect());
    server.assert_sound();
}
