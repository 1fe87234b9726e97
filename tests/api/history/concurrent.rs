//! Undoing while others change the same thing, or undo it, or delete the group that it is in.

use std::sync::Arc;

use calendar_server::domain::groups::{self, Trash};
use calendar_server::domain::{Setting, history, members};
use calendar_server::error::{Error, Result};
use calendar_server::model::{
    Author, Bounds, Door, Email, EntryId, EventDetails, EventId, GroupId, Recurrence, ShortText,
    User, WallTime,
};
use calendar_server::store::{Store, Transaction};
use serde_json::json;

use super::{EVENTS, entries, left_by, undo};
use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK, Settings};

const ROUNDS: usize = 16;

/// Park and Kim, who both own group 1, in which Park has an event.
fn shared() -> (Calendar, [String; 2]) {
    let calendar = Calendar::with(Settings { trash_days: 30, ..Settings::default() });
    let people = [PARK, KIM].map(|email| calendar.register(email));
    calendar.group(&people[0], "club");
    calendar.group_event(&people[0], 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "choir");
    owner(&calendar, &people[0], KIM);
    (calendar, people)
}

fn owner(calendar: &Calendar, token: &str, email: &str) {
    let body = json!({"useremail": email, "role": "owner"}).to_string();
    calendar.put("/group/1/member", token, body).is(200, DONE);
}

/// Runs both at the same time, each for its user, as two calls do that come in together.
fn at_once<F, G>(calendar: &Calendar, one: (&str, F), other: (&str, G)) -> [Result<()>; 2]
where
    F: FnOnce(&Transaction<'_>, &User, WallTime) -> Result<()> + Send + 'static,
    G: FnOnce(&Transaction<'_>, &User, WallTime) -> Result<()> + Send + 'static,
{
    let store = &calendar.app().store;
    let now = calendar.clock.now().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (one, other) = (by(store, one.0, now, one.1), by(store, other.0, now, other.1));
    let done = runtime.block_on(async { tokio::join!(runtime.spawn(one), runtime.spawn(other)) });
    [done.0.unwrap(), done.1.unwrap()]
}

/// `work` as a call of the user with that email.
fn by(
    store: &Arc<Store>,
    email: &str,
    now: WallTime,
    work: impl FnOnce(&Transaction<'_>, &User, WallTime) -> Result<()> + Send + 'static,
) -> impl Future<Output = Result<()>> + Send + 'static {
    let (store, email) = (Arc::clone(store), Email::stored(email.to_owned()));
    async move {
        let write = move |tx: &Transaction<'_>| {
            let user = tx.user_by_email(&email)?.unwrap();
            let (email, door) = (Some(user.email.clone()), Door::Api);
            tx.record(Author { user: Some(user.id), email, door, door_name: None, at: now });
            work(tx, &user, now)
        };
        store.write(write).await
    }
}

fn undoes(
    entry: i64,
) -> impl FnOnce(&Transaction<'_>, &User, WallTime) -> Result<()> + Send + 'static {
    move |tx, user, now| {
        let zone = jiff::tz::TimeZone::get("Asia/Seoul").unwrap();
        let setting = Setting { now, zone: &zone, bounds: Bounds::default() };
        history::undo(tx, user, EntryId(entry), setting, trash(now)).map(drop)
    }
}

fn trash(now: WallTime) -> Trash {
    Trash { since: Some(now), most: 10 }
}

fn edit(calendar: &Calendar, token: &str, subject: &str) -> i64 {
    let body = json!({
        "event_id": 1, "sdate": "2017-06-20 10:00:00", "edate": "2017-06-20 11:00:00", "subject": subject,
    });
    left_by(&calendar.put("/calendar/event", token, body.to_string()))
}

#[test]
fn of_two_users_who_undo_the_same_entry_at_once_one_does() {
    let (calendar, [park, kim]) = shared();
    let before = calendar.rows(EVENTS);
    for round in 0..ROUNDS {
        let entry = edit(&calendar, &park, "b");
        let both = at_once(&calendar, (PARK, undoes(entry)), (KIM, undoes(entry)));
        let refused: Vec<_> = both.iter().filter_map(|done| done.as_ref().err()).collect();
        let [Error::Outdated(why)] = refused[..] else { panic!("round {round}: {both:?}") };
        assert_eq!(*why, format!("entry {entry} was undone already"));
        assert_eq!(calendar.rows(EVENTS), before);
        let told = &entries(&calendar, "/group/1/activity", &kim)[0];
        assert_eq!((&told["action"], &told["undoes"]), (&json!("undo"), &json!(entry)));
        let count = format!("SELECT count(*) FROM history WHERE undoes = {entry}");
        assert_eq!(calendar.rows(&count), ["1"]);
    }
}

#[test]
fn an_undo_never_loses_a_change_that_comes_in_at_once() {
    let (calendar, [park, kim]) = shared();
    for round in 0..ROUNDS {
        let entry = edit(&calendar, &park, "b");
        let subject = format!("by Kim {round}");
        let named = ShortText::stored(subject.clone());
        let change = move |tx: &Transaction<'_>, _: &User, now| {
            let event = tx.event(EventId(1))?.unwrap();
            let details = EventDetails { subject: named, ..event.details };
            tx.change_event(EventId(1), &details, &Recurrence::Once, now)
        };
        let [undone, changed] = at_once(&calendar, (PARK, undoes(entry)), (KIM, change));
        changed.unwrap();
        let event = calendar.get("/calendar/event/1/history?limit=1", &kim).json();
        assert_eq!(event["data"][0]["after"]["subject"], subject.as_str());
        assert_eq!(calendar.rows("SELECT subject FROM event WHERE id = 1"), [subject]);
        match undone {
            // It came first, and the change was made to what it had given back.
            Ok(()) => undo(&calendar, &park, entry).refuses(
                412,
                41200,
                "PRECONDITION FAILED",
                &format!("entry {entry} was undone already"),
            ),
            Err(Error::Outdated(why)) => {
                assert_eq!(why, "event 1 was changed since: undo that first");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn an_undo_and_the_deletion_of_its_group_at_once_leave_one_of_two_orders() {
    let (calendar, [park, kim]) = shared();
    let first = calendar.rows(EVENTS);
    for round in 0..ROUNDS {
        let entry = edit(&calendar, &park, "b");
        let changed = calendar.rows(EVENTS);
        let delete = |tx: &Transaction<'_>, user: &User, now| {
            groups::delete(tx, user.id, GroupId(1), trash(now))
        };
        let [undone, deleted] = at_once(&calendar, (PARK, undoes(entry)), (KIM, delete));
        deleted.unwrap();
        calendar.get("/group/1", &park).not_found("group 1 does not exist");
        match &undone {
            Ok(()) => assert_eq!(calendar.rows(EVENTS), first, "round {round}"),
            Err(Error::NotFound(_)) => assert_eq!(calendar.rows(EVENTS), changed, "round {round}"),
            Err(error) => panic!("{error:?}"),
        }
        undo(&calendar, &park, entry)
            .not_found(&format!("entry {entry} does not exist, or is too old"));
        let told = entries(&calendar, "/calendar/activity?limit=1", &kim)[0].clone();
        assert_eq!((&told["action"], &told["subject"]), (&json!("delete"), &json!("club")));
        // Whoever owns it brings it back, and then the change is undone if it was not.
        let deletion = told["id"].as_i64().unwrap();
        left_by(&undo(&calendar, &kim, deletion));
        if undone.is_err() {
            left_by(&undo(&calendar, &park, entry));
        }
        assert_eq!(calendar.rows(EVENTS), first, "round {round}");
    }
}

#[test]
fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    let (calendar, people) = shared();
    let owners = "SELECT user_id FROM member WHERE role = 4";
    for round in 0..ROUNDS {
        let removes = |email: &str| {
            let email = Email::stored(email.to_owned());
            move |tx: &Transaction<'_>, user: &User, _| {
                members::remove(tx, user.id, GroupId(1), &email)
            }
        };
        let both = at_once(&calendar, (PARK, removes(KIM)), (KIM, removes(PARK)));
        let refused: Vec<_> = both.iter().filter_map(|done| done.as_ref().err()).collect();
        // Whoever comes second is no owner any more.
        let [Error::NotOwner(why)] = refused[..] else { panic!("round {round}: {both:?}") };
        assert_eq!(*why, "group 1 belongs to somebody else");
        let left = calendar.rows(owners);
        assert_eq!(left.len(), 1, "round {round}");
        let stays = usize::from(left[0] == "2");
        owner(&calendar, &people[stays], [PARK, KIM][1 - stays]);
    }
    // The same when both leave.
    for round in 0..ROUNDS {
        let leaves = |tx: &Transaction<'_>, user: &User, _| {
            members::remove(tx, user.id, GroupId(1), &user.email)
        };
        let both = at_once(&calendar, (PARK, leaves), (KIM, leaves));
        let refused: Vec<_> = both.iter().filter_map(|done| done.as_ref().err()).collect();
        let [Error::Invalid(why)] = refused[..] else { panic!("round {round}: {both:?}") };
        let last = "useremail: the group has no other owner: make somebody else an owner first";
        assert_eq!(*why, last);
        let left = calendar.rows(owners);
        assert_eq!(left.len(), 1, "round {round}");
        let stays = usize::from(left[0] == "2");
        owner(&calendar, &people[stays], [PARK, KIM][1 - stays]);
    }
    calendar.clock.set(NOW);
}
