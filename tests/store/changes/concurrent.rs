//! A client that follows while others write.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar_server::model::{
    CalendarOf, Database, Email, EventDetails, EventTimes, GroupDetails, GroupId, PostgresUrl,
    Recurrence, ShortText, SyncToken, UserId, WallTime,
};
use calendar_server::store::{Lane, NewEvent, Store};

use crate::support::postgres::SharedDatabase;

const WRITERS: usize = 4;
const EACH: usize = 25;

/// A store that PostgreSQL, where the tests run on it, lets write from several connections.
fn open(shared: Option<&SharedDatabase>, folder: &std::path::Path) -> Store {
    let database = match shared {
        Some(shared) => {
            Database::Postgres(PostgresUrl::new(shared.url()).with_connections(Some(2 * WRITERS)))
        }
        None => Database::File(folder.join("calendar.sqlite")),
    };
    Store::open(&database).unwrap().0
}

async fn users_and_group(store: &Store) -> (Vec<UserId>, GroupId) {
    let made = store.write(|tx| {
        let user = |name: usize| {
            let email = Email::parse("useremail", &format!("{name}@example.com"))?;
            tx.insert_user(&email, None, WallTime::MIN).map(|user| user.id)
        };
        let users = (0..WRITERS).map(user).collect::<Result<Vec<_>, _>>()?;
        let group = tx.insert_group(
            users[0],
            &GroupDetails::named(ShortText::stored("g".into())),
            WallTime::MIN,
        )?;
        Ok((users, group))
    });
    made.await.unwrap()
}

/// Adds events to a group, and deletes every fifth again, each in a transaction of its own. Gives the names of those
/// that are left.
async fn write(store: Arc<Store>, owner: UserId, group: GroupId) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    for number in 0..EACH {
        let added = store.write(move |tx| {
            let times = EventTimes::moment(WallTime::MIN);
            tx.insert_event(&NewEvent {
                owner,
                group: Some(group),
                details: &EventDetails::new(ShortText::stored("a".into()), times),
                created: WallTime::MIN,
                birthday: false,
                recurrence: &Recurrence::Once,
                object: None,
                import: None,
            })
        });
        let added = added.await.unwrap();
        if number.is_multiple_of(5) {
            store.write(move |tx| tx.delete_event(added)).await.unwrap();
        } else {
            left.insert(added.0.to_string());
        }
    }
    left
}

#[test]
fn nothing_that_others_write_meanwhile_is_missed() {
    let (folder, shared) = (tempfile::tempdir().unwrap(), SharedDatabase::new());
    let store = Arc::new(open(shared.as_ref(), folder.path()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let (users, group) = users_and_group(&store).await;
        let writers: Vec<_> = users
            .iter()
            .map(|user| tokio::spawn(write(Arc::clone(&store), *user, group)))
            .collect();
        let (mut known, mut token): (BTreeSet<String>, Option<SyncToken>) = (BTreeSet::new(), None);
        let mut last_look = false;
        loop {
            let ended = writers.iter().all(tokio::task::JoinHandle::is_finished);
            let look = store.read(Lane::alone(), move |snapshot| {
                snapshot.changes_since(CalendarOf::Group(group), token, 7)
            });
            let told = look.await.unwrap().unwrap();
            known.extend(told.changed.iter().map(ToString::to_string));
            known.retain(|name| !told.deleted.contains(name));
            token = Some(told.upto);
            if last_look && !told.more {
                break;
            }
            last_look = ended;
        }
        let mut left = BTreeSet::new();
        for writer in writers {
            left.append(&mut writer.await.unwrap());
        }
        assert_eq!(known, left);
    });
}
