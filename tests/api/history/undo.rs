//! `POST /history/<id>/undo`.

use calendar_server::domain::groups::Trash;
use calendar_server::domain::{Setting, history};
use calendar_server::error::Error;
use calendar_server::model::{
    Author, Bounds, Door, Email, EntryId, EventDetails, EventId, Recurrence, ShortText,
};
use serde_json::json;

use super::{EVENTS, OBJECTS, changed, deleted, entries, left_by, undo};
use crate::series::{LESSON, change, shown};
use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK, Settings};

const REFUSED: &str = "PRECONDITION FAILED";

#[test]
fn a_deleted_event_comes_back_with_its_id_and_everything_it_had() {
    let (calendar, park) = Calendar::populated();
    let before = calendar.rows(EVENTS);
    let shown = calendar.get("/calendar/event/1", &park).body;
    let entry = left_by(&calendar.delete("/calendar/event", &park, deleted(1)));
    calendar.get("/calendar/event/1", &park).not_found("event 1 does not exist");
    calendar.clock.set(NOW + 60);
    let answer = undo(&calendar, &park, entry);
    let after = json!({
        "subject": "테스트 일정", "sdate": "Tue, 20 Jun 2017 09:00:00 GMT", "edate": "Tue, 20 Jun 2017 12:00:00 GMT",
    });
    assert_eq!(
        answer.json()["data"],
        json!({
            "id": 4, "at": "Mon, 19 Jun 2017 19:56:04 GMT", "useremail": PARK, "door": "api", "action": "undo",
            "event": 1, "subject": "테스트 일정", "after": after, "undone": false, "undoes": 3,
        })
    );
    assert_eq!(left_by(&answer), 4);
    assert_eq!(calendar.rows(EVENTS), before);
    assert_eq!(calendar.get("/calendar/event/1", &park).body, shown);
    assert_eq!(calendar.rows("SELECT events FROM \"user\""), ["1"]);
    assert_eq!(calendar.rows("SELECT count(*) FROM tombstone"), ["0"]);
    let found = calendar.get("/calendar/search?search_word=%EC%9D%BC%EC%A0%95", &park).json();
    assert_eq!(found["data"][0]["id"], 1);
}

#[test]
fn an_undone_change_is_done_again_by_undoing_that() {
    let (calendar, park) = Calendar::populated();
    let first = calendar.rows(EVENTS);
    let change = left_by(&calendar.put("/calendar/event", &park, changed(1, "b")));
    let second = calendar.rows(EVENTS);
    let undone = left_by(&undo(&calendar, &park, change));
    assert_eq!(calendar.rows(EVENTS), first);
    let history = entries(&calendar, "/calendar/event/1/history", &park);
    assert_eq!((&history[0]["action"], &history[0]["undoes"]), (&json!("undo"), &json!(change)));
    assert_eq!(history[1]["undone"], true);
    let again = left_by(&undo(&calendar, &park, undone));
    assert_eq!(calendar.rows(EVENTS), second);
    let history = entries(&calendar, "/calendar/event/1/history", &park);
    assert_eq!((&history[1]["undone"], &history[2]["undone"]), (&json!(true), &json!(false)));
    left_by(&undo(&calendar, &park, again));
    assert_eq!(calendar.rows(EVENTS), first);
}

#[test]
fn an_event_that_was_made_goes() {
    let (calendar, park) = Calendar::populated();
    let answer = undo(&calendar, &park, 1);
    let entry = &answer.json()["data"];
    assert_eq!((&entry["action"], entry.get("after")), (&json!("undo"), None));
    calendar.get("/calendar/event/1", &park).not_found("event 1 does not exist");
    assert_eq!(calendar.rows("SELECT name FROM tombstone"), ["1"]);
}

#[test]
fn what_was_changed_since_is_not_undone() {
    let (calendar, park) = Calendar::populated();
    let change = left_by(&calendar.put("/calendar/event", &park, changed(1, "b")));
    calendar.put("/calendar/event", &park, changed(1, "c")).is(200, DONE);
    let before = calendar.rows(EVENTS);
    let detail = "event 1 was changed since: undo that first";
    undo(&calendar, &park, change).refuses(412, 41200, REFUSED, detail);
    undo(&calendar, &park, 1).refuses(412, 41200, REFUSED, detail);
    assert_eq!(calendar.rows(EVENTS), before);
    let delete = left_by(&calendar.delete("/calendar/event", &park, deleted(1)));
    undo(&calendar, &park, change).refuses(412, 41200, REFUSED, detail);
    left_by(&undo(&calendar, &park, delete));
    let detail = format!("entry {delete} was undone already");
    undo(&calendar, &park, delete).refuses(412, 41200, REFUSED, &detail);
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn an_entry_that_is_none_or_somebody_elses_is_not_found() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    for (token, id) in [(&park, 99), (&park, 0), (&park, -1), (&kim, 1)] {
        let detail = format!("entry {id} does not exist, or is too old");
        undo(&calendar, token, id).not_found(&detail);
    }
    calendar.post("/history/a/undo", &park, "").not_found("no such path");
    assert_eq!(calendar.rows("SELECT count(*) FROM history WHERE kind = 1"), ["1"]);
}

#[test]
fn whoever_may_change_an_event_may_undo_what_was_done_to_it() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let lee = calendar.register("lee@jungi.me");
    let id = calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "choir");
    let before = calendar.rows(EVENTS);
    let change = left_by(&calendar.put("/calendar/event", &park, changed(id, "band")));
    undo(&calendar, &lee, change).not_owned("event 2 was registered by somebody else");
    left_by(&undo(&calendar, &kim, change));
    assert_eq!(calendar.rows(EVENTS), before);
    let delete = left_by(&calendar.delete("/calendar/event", &kim, deleted(id)));
    undo(&calendar, &lee, delete).not_owned("event 2 was registered by somebody else");
    let reader = r#"{"group_id": 1, "group_name": "a", "everyone": "reader"}"#;
    calendar.put("/group", &park, reader).is(200, DONE);
    let detail = "you may see the events of group 1, and not change them";
    undo(&calendar, &kim, delete).not_owned(detail);
    left_by(&undo(&calendar, &park, delete));
    assert_eq!(calendar.rows(EVENTS), before);
    calendar.settle();
    assert_eq!(calendar.rows("SELECT events FROM \"user\" ORDER BY id"), ["1", "1", "0"]);
}

#[test]
fn an_editor_brings_back_a_private_event_without_seeing_it() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    calendar.select(&kim, "1");
    let body = r#"{"group_id": 1, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00", "subject": "surgery", "private": true}"#;
    let id = calendar.post("/group/event", &kim, body).made();
    let change = left_by(&calendar.put("/calendar/event", &kim, changed(id, "operation")));
    let detail = "event 2 is private: only who registered it may change it";
    undo(&calendar, &park, change).not_owned(detail);
    let before = calendar.rows(EVENTS);
    let delete = left_by(&calendar.delete("/calendar/event", &park, deleted(id)));
    let answer = undo(&calendar, &park, delete);
    left_by(&answer);
    assert!(!answer.body.contains("operation"), "{}", answer.body);
    assert_eq!(calendar.rows(EVENTS), before);
}

#[test]
fn bounds_hold_for_what_comes_back() {
    let bounds = calendar_server::model::Bounds { events: 2, series: 1, ..Default::default() };
    let calendar = Calendar::with(Settings { bounds, ..Settings::default() });
    let park = calendar.register(PARK);
    let [first, _] = ["a", "b"].map(|subject| {
        calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", subject)
    });
    let delete = left_by(&calendar.delete("/calendar/event", &park, deleted(first)));
    let third = calendar.post("/calendar/event", &park, LESSON).made();
    let detail =
        "with this there would be more than 2 events, which is the most: delete some first";
    undo(&calendar, &park, delete).invalid(detail);
    let lesson = left_by(&calendar.delete("/calendar/event", &park, deleted(third)));
    left_by(&undo(&calendar, &park, delete));
    let gone = left_by(&calendar.delete("/calendar/event", &park, deleted(first)));
    calendar.post("/calendar/event", &park, LESSON).made();
    calendar.delete("/calendar/event", &park, deleted(2)).is(200, DONE);
    let detail = "you have registered 1 events that repeat, which is the most: delete some first";
    undo(&calendar, &park, lesson).invalid(detail);
    left_by(&undo(&calendar, &park, gone));
}

#[test]
fn a_birthday_comes_back_unless_there_is_another() {
    let (calendar, park) = Calendar::populated();
    calendar.put("/calendar/birthday", &park, r#"{"birthday": "1990-06-20"}"#).is(200, DONE);
    let before = calendar.rows(EVENTS);
    let delete = left_by(&calendar.delete("/calendar/birthday", &park, ""));
    left_by(&undo(&calendar, &park, delete));
    assert_eq!(calendar.rows(EVENTS), before);
    let delete = left_by(&calendar.delete("/calendar/birthday", &park, ""));
    calendar.put("/calendar/birthday", &park, r#"{"birthday": "1991-06-20"}"#).is(200, DONE);
    let detail = "another birthday was registered since";
    undo(&calendar, &park, delete).refuses(412, 41200, REFUSED, detail);
}

#[test]
fn every_change_of_a_series_is_undone_exactly() {
    let at = "2017-06-27 09:00:00";
    let calls = [
        change(2, "2017-06-27 10:00:00", "2017-06-27 11:00:00", "b", json!({"occurrence": at})),
        change(
            2,
            "2017-06-27 10:00:00",
            "2017-06-27 11:00:00",
            "c",
            json!({"occurrence": at, "scope": "following"}),
        ),
        change(
            2,
            "2017-06-27 10:00:00",
            "2017-06-27 11:00:00",
            "d",
            json!({"occurrence": at, "scope": "all"}),
        ),
        change(
            2,
            "2017-06-20 09:00:00",
            "2017-06-20 10:00:00",
            "e",
            json!({"scope": "all", "rrule": null}),
        ),
        json!({"event_id": 2, "occurrence": at}).to_string(),
        json!({"event_id": 2, "occurrence": at, "scope": "following"}).to_string(),
        json!({"event_id": 2}).to_string(),
    ];
    for (number, body) in calls.iter().enumerate() {
        let (calendar, park) = Calendar::populated();
        calendar.post("/calendar/event", &park, LESSON).made();
        let later = json!({"occurrence": "2017-07-04 09:00:00"});
        calendar.put(
            "/calendar/event",
            &park,
            change(2, "2017-07-04 12:00:00", "2017-07-04 13:00:00", "moved", later),
        );
        let view = || shown(&calendar, &park, "2017-06-19", "2017-07-30");
        let (rows, seen) = (calendar.rows(EVENTS), view());
        let call = |body: &str| match number {
            0..4 => calendar.put("/calendar/event", &park, body),
            _ => calendar.delete("/calendar/event", &park, body),
        };
        let entry = left_by(&call(body));
        let (changed, other) = (calendar.rows(EVENTS), view());
        assert_ne!(rows, changed, "{body}");
        let of_series = entries(&calendar, "/calendar/event/2/history", &park);
        assert_eq!(of_series[0]["id"], entry, "{body}");
        let undone = left_by(&undo(&calendar, &park, entry));
        assert_eq!((calendar.rows(EVENTS), view()), (rows, seen), "{body}");
        left_by(&undo(&calendar, &park, undone));
        assert_eq!((calendar.rows(EVENTS), view()), (changed, other), "{body}");
    }
}

const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20170619T105504Z\r\nDTSTART:20170619T200000\r\nDTEND:20170619T210000\r\nRRULE:FREQ=WEEKLY\r\nX-COLOUR:red\r\nSUMMARY:from elsewhere\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn an_event_that_came_from_elsewhere_gets_back_its_text() {
    let (calendar, park) = Calendar::populated();
    let all = || (calendar.rows(EVENTS), calendar.rows(OBJECTS));
    let empty = all();
    let import = left_by(&calendar.post("/import", &park, FILE));
    let full = all();
    let body = change(
        2,
        "2017-06-26 21:00:00",
        "2017-06-26 22:00:00",
        "b",
        json!({"occurrence": "2017-06-26 20:00:00"}),
    );
    let change = left_by(&calendar.put("/calendar/event", &park, body));
    assert_ne!(all().1, full.1);
    left_by(&undo(&calendar, &park, change));
    assert_eq!(all(), full);
    let delete = left_by(&calendar.delete("/calendar/event", &park, deleted(2)));
    assert_eq!(all(), empty);
    left_by(&undo(&calendar, &park, delete));
    assert_eq!(all(), full);
    let gone = left_by(&undo(&calendar, &park, import));
    assert_eq!(all(), empty);
    left_by(&undo(&calendar, &park, gone));
    assert_eq!(all(), full);
    assert_eq!(calendar.rows("SELECT count(*) FROM tombstone"), ["0"]);
    // It comes in once more, and is the same still.
    let delete = left_by(&calendar.delete("/calendar/event", &park, deleted(2)));
    assert_eq!(calendar.post("/import", &park, FILE).status, 200);
    undo(&calendar, &park, delete).refuses(412, 41200, REFUSED, "it has come in again since");
}

#[test]
fn two_undos_and_a_change_at_once_are_one_after_the_other() {
    let (calendar, park) = Calendar::populated();
    let app = calendar.app();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let zone = app.clock.zone().clone();
    let work = |undoes: Option<i64>| {
        let (zone, now) = (zone.clone(), app.clock.now().unwrap());
        app.store.write(move |tx| {
            let user = tx.user_by_email(&Email::stored(PARK.into()))?.unwrap();
            let (email, door) = (Some(user.email.clone()), Door::Api);
            tx.record(Author { user: Some(user.id), email, door, door_name: None, at: now });
            let setting = Setting { now, zone: &zone, bounds: Bounds::default() };
            let trash = Trash { since: None, most: 1 };
            if let Some(entry) = undoes {
                return history::undo(tx, &user, EntryId(entry), setting, trash).map(drop);
            }
            let details = &tx.event(EventId(1))?.unwrap().details;
            let subject = ShortText::stored("c".into());
            let details = EventDetails { subject, ..details.clone() };
            tx.change_event(EventId(1), &details, &Recurrence::Once, now)
        })
    };
    for round in 0..20 {
        let change = left_by(&calendar.put("/calendar/event", &park, changed(1, "b")));
        let count = || -> usize {
            let rows = calendar.rows("SELECT count(*) FROM history WHERE undoes IS NOT NULL");
            rows[0].parse().unwrap()
        };
        let before = count();
        let (one, other, changed) = runtime
            .block_on(async { tokio::join!(work(Some(change)), work(Some(change)), work(None)) });
        changed.unwrap();
        let undone = [one, other].into_iter().filter(|done| match done {
            Ok(()) => true,
            Err(error) => {
                assert!(matches!(error, Error::Outdated(_)), "{error:?}");
                false
            }
        });
        let undone = undone.count();
        assert!(undone <= 1, "round {round}");
        assert_eq!(count(), before + undone, "round {round}");
        assert_eq!(calendar.rows("SELECT subject FROM event WHERE id = 1"), ["c"]);
    }
}
