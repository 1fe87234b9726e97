//! Objects that came from elsewhere with their events, and imports in slices.

use calendar_server::error::{Error, Result};
use calendar_server::model::{
    CalendarOf, Email, EventDetails, EventId, EventTimes, GroupDetails, GroupId, ImportId, Member,
    ObjectId, Page, Recurrence, Repeats, Room, SearchIn, ShortText, TimeRange, UserId, WallTime,
};
use calendar_server::store::{DirectStore, NewEvent, NewObject, Snapshot, Transaction};
use tempfile::TempDir;

use crate::support::postgres::SharedDatabase;

/// A calendar of two users, of whom the first made a group.
struct Calendar {
    store: DirectStore,
    users: [UserId; 2],
    group: GroupId,
    _shared: Option<SharedDatabase>,
    _folder: TempDir,
}

const DAY: i64 = 86_400;

fn at(seconds: i64) -> WallTime {
    WallTime::from_seconds(seconds).unwrap()
}

fn daily() -> Recurrence {
    Recurrence::Series(Box::new(Repeats {
        rule: "FREQ=DAILY;COUNT=9".into(),
        last: Some(at(8 * DAY)),
        exceptions: Vec::new(),
        reach: at(20 * DAY),
    }))
}

fn add(
    tx: &Transaction<'_>,
    (owner, group): (UserId, Option<GroupId>),
    subject: &str,
    recurrence: &Recurrence,
    (object, import): (Option<ObjectId>, Option<ImportId>),
) -> Result<EventId> {
    let details = EventDetails::new(ShortText::stored(subject.into()), EventTimes::moment(at(0)));
    let (details, created) = (&details, at(0));
    let birthday = false;
    tx.insert_event(&NewEvent {
        owner,
        group,
        details,
        created,
        birthday,
        recurrence,
        object,
        import,
    })
}

fn object(
    (owner, group): (UserId, Option<GroupId>),
    uid: &str,
    import: Option<ImportId>,
) -> NewObject<'_> {
    NewObject { owner, group, component: "VEVENT", uid, ics: "BEGIN:VCALENDAR", import }
}

impl Calendar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shared = SharedDatabase::new();
        let mut store = match &shared {
            Some(shared) => DirectStore::open(shared.database()).unwrap(),
            None => DirectStore::open_or_make(&folder.path().join("calendar.sqlite")).unwrap(),
        };
        let made = store.write(|tx| {
            let user = |name: &str| {
                let email = Email::parse("useremail", &format!("{name}@example.com"))?;
                tx.insert_user(&email, None, WallTime::MIN).map(|user| user.id)
            };
            let users = [user("a")?, user("b")?];
            let group = tx.insert_group(
                users[0],
                &GroupDetails::named(ShortText::stored("g".into())),
                WallTime::MIN,
            )?;
            tx.replace_selection(users[0], &[group].into_iter().collect())?;
            Ok((users, group))
        });
        let (users, group) = made.unwrap();
        Self { store, users, group, _shared: shared, _folder: folder }
    }

    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> T {
        self.store.write(work).unwrap()
    }

    fn read<T>(&mut self, work: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> T {
        self.store.read(work).unwrap()
    }

    /// The first user, with and without the group.
    fn places(&self) -> [(UserId, Option<GroupId>); 2] {
        [(self.users[0], None), (self.users[0], Some(self.group))]
    }

    fn calendars(&self) -> [CalendarOf; 2] {
        [CalendarOf::Personal(self.users[0]), CalendarOf::Group(self.group)]
    }

    /// How many events the first user sees, finds, has in all and may have.
    fn seen(&mut self) -> [usize; 4] {
        let (user, calendars) = (self.users[0], self.calendars());
        self.read(|snapshot| {
            let range = TimeRange { from: 0, until: DAY };
            let view = snapshot.events_between(user, range, &mut Room::in_list())?.len();
            let word = ShortText::stored("import".into());
            let page = Page { after: None, limit: None };
            let found =
                snapshot.events_containing(user, &word, SearchIn::All, page, Room::in_list())?;
            let pages = calendars
                .map(|calendar| snapshot.calendar_page(calendar, EventId(0), 1000).unwrap().len());
            let email = Email::parse("useremail", "a@example.com")?;
            let counted = snapshot.user_by_email(&email)?.map_or(0, |user| user.events);
            Ok([view, found.len(), pages.iter().sum(), usize::try_from(counted).unwrap()])
        })
    }
}

#[test]
fn with_its_last_event_an_object_is_deleted_and_with_another_it_has_changed() {
    let mut calendar = Calendar::new();
    for (place, of) in calendar.places().into_iter().zip(calendar.calendars()) {
        let (two, first, second) = calendar.write(|tx| {
            let two = tx.insert_object(&object(place, "two", None))?;
            let first = add(tx, place, "first", &Recurrence::Once, (Some(two), None))?;
            let second = add(tx, place, "second", &Recurrence::Once, (Some(two), None))?;
            Ok((two, first, second))
        });
        let begun = calendar.read(|snapshot| snapshot.changes_since(of, None, 9)).unwrap().upto;
        calendar.write(|tx| tx.delete_event(first));
        let since = calendar.read(|snapshot| snapshot.changes_since(of, Some(begun), 9)).unwrap();
        assert_eq!((since.changed, since.deleted), (vec![Member::Object(two)], vec![]));
        let left = calendar.read(|snapshot| snapshot.events_of_object(two));
        assert_eq!(left.iter().map(|event| event.id).collect::<Vec<_>>(), [second]);
        calendar.write(|tx| tx.delete_event(second));
        assert_eq!(calendar.read(|snapshot| snapshot.object(two)), None);
        let since = calendar.read(|snapshot| snapshot.changes_since(of, Some(since.upto), 9));
        assert_eq!(since.unwrap().deleted, [format!("object-{}", two.0)]);
    }
}

#[test]
fn a_series_takes_its_object_and_its_changed_occurrences_along() {
    let mut calendar = Calendar::new();
    let place = calendar.places()[0];
    let (id, series) = calendar.write(|tx| {
        let id = tx.insert_object(&object(place, "uid", None))?;
        let series = add(tx, place, "series", &daily(), (Some(id), None))?;
        let changed = Recurrence::Changed { series, start: at(DAY) };
        // It is not said to belong to the object, and does.
        add(tx, place, "changed", &changed, (None, None))?;
        Ok((id, series))
    });
    let events = calendar.read(|snapshot| snapshot.events_of_object(id));
    let subjects: Vec<_> = events.iter().map(|event| event.details.subject.as_str()).collect();
    assert_eq!(subjects, ["series", "changed"]);
    let of_changed = calendar.read(|snapshot| snapshot.object_of_event(events[1].id)).unwrap();
    assert_eq!((of_changed.id, of_changed.uid.as_str()), (id, "uid"));
    calendar.write(|tx| tx.delete_event(series));
    assert_eq!(calendar.read(|snapshot| snapshot.object(id)), None);
    assert_eq!(calendar.seen(), [0; 4]);
}

#[test]
fn a_uid_is_in_a_calendar_once_and_may_be_in_others() {
    let mut calendar = Calendar::new();
    let [personal, in_group] = calendar.places();
    let [of_personal, of_group] = calendar.calendars();
    let first = calendar.write(|tx| tx.insert_object(&object(personal, "uid", None)));
    let again = calendar.store.write(|tx| tx.insert_object(&object(personal, "uid", None)));
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let second = calendar.write(|tx| tx.insert_object(&object(in_group, "uid", None)));
    let other = (calendar.users[1], Some(calendar.group));
    let again = calendar.store.write(|tx| tx.insert_object(&object(other, "uid", None)));
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let user = calendar.users[0];
    calendar.read(|snapshot| {
        assert_eq!(snapshot.object_by_uid(of_personal, "uid")?.map(|it| it.id), Some(first));
        assert_eq!(snapshot.object_by_uid(of_group, "uid")?.map(|it| it.id), Some(second));
        assert_eq!(snapshot.object_by_uid(of_group, "UID")?, None);
        let elsewhere =
            |calendar| snapshot.objects_by_uid_elsewhere(user, calendar, "uid").unwrap();
        assert_eq!(elsewhere(of_personal), [(second, in_group.1)]);
        assert_eq!(elsewhere(of_group), [(first, None)]);
        Ok(())
    });
}

#[test]
fn an_import_is_seen_nowhere_until_all_of_it_is_seen_at_once() {
    let mut calendar = Calendar::new();
    for (place, of) in calendar.places().into_iter().zip(calendar.calendars()) {
        let (before, since) = (
            calendar.seen(),
            calendar.read(|snapshot| snapshot.changes_since(of, None, 9)).unwrap().upto,
        );
        let import = calendar.write(|tx| tx.begin_import(place.0, place.1, 5));
        let (id, events) = calendar.write(|tx| {
            tx.touch_import(import, 6)?;
            let id = tx.insert_object(&object(place, "uid", Some(import)))?;
            let series = add(tx, place, "import series", &daily(), (Some(id), Some(import)))?;
            let changed = Recurrence::Changed { series, start: at(DAY) };
            let changed = add(tx, place, "import change", &changed, (Some(id), Some(import)))?;
            let plain = add(tx, place, "import plain", &Recurrence::Once, (None, Some(import)))?;
            Ok((id, [series, changed, plain]))
        });
        let counted = before[3] + 3;
        assert_eq!(calendar.seen(), [before[0], before[1], before[2], counted]);
        calendar.read(|snapshot| {
            assert!(events.iter().all(|event| snapshot.event(*event).unwrap().is_none()));
            assert!(snapshot.object(id)?.is_none() && snapshot.object_by_uid(of, "uid")?.is_none());
            assert!(snapshot.object_of_event(events[0])?.is_none());
            assert_eq!(snapshot.objects_page(of, ObjectId(0), 9)?.len(), 0);
            assert_eq!(snapshot.changes_since(of, Some(since), 9)?.unwrap().upto, since);
            Ok(())
        });
        calendar.write(|tx| tx.show_import(import));
        let shown = [before[0] + 3, before[1] + 3, before[2] + 3, counted];
        assert_eq!(calendar.seen(), shown);
        let told = [Member::Object(id), Member::Event(events[2])];
        let changes = calendar.read(|snapshot| snapshot.changes_since(of, Some(since), 9)).unwrap();
        assert_eq!(changes.changed, told);
        calendar.store.finish().unwrap();
        assert_eq!(calendar.seen(), shown, "upkeep changes nothing that is seen");
        let again = calendar.read(|snapshot| snapshot.changes_since(of, Some(since), 9));
        assert_eq!(again, Some(changes), "nor what is told");
        let ended = calendar.store.write(|tx| tx.touch_import(import, 7));
        assert!(matches!(ended, Err(Error::Conflict(_))), "{ended:?}");
    }
}

#[test]
fn a_later_import_gives_up_an_earlier_one_and_may_have_the_same_uids() {
    let mut calendar = Calendar::new();
    let place = calendar.places()[0];
    let fill = |tx: &Transaction<'_>, import| {
        let id = tx.insert_object(&object(place, "uid", Some(import)))?;
        add(tx, place, "import", &Recurrence::Once, (Some(id), Some(import)))
    };
    let first = calendar.write(|tx| {
        let import = tx.begin_import(place.0, None, 5)?;
        fill(tx, import)?;
        add(tx, place, "import", &Recurrence::Once, (None, Some(import)))?;
        Ok(import)
    });
    let second = calendar.write(|tx| {
        let import = tx.begin_import(place.0, None, 6)?;
        fill(tx, import)?;
        Ok(import)
    });
    for refused in [
        calendar.store.write(|tx| tx.touch_import(first, 7)),
        calendar.store.write(|tx| tx.show_import(first)),
    ] {
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    calendar.store.finish().unwrap();
    calendar.write(|tx| tx.show_import(second));
    assert_eq!(calendar.seen(), [1; 4], "what was given up is gone, and not counted");
}

#[test]
fn an_import_is_deleted_in_slices_until_it_is_shown() {
    let mut calendar = Calendar::new();
    let place = calendar.places()[1];
    let import = calendar.write(|tx| {
        let import = tx.begin_import(place.0, place.1, 5)?;
        let series = add(tx, place, "import", &daily(), (None, Some(import)))?;
        for day in 1..4 {
            let changed = Recurrence::Changed { series, start: at(day * DAY) };
            add(tx, place, "import", &changed, (None, Some(import)))?;
        }
        Ok(import)
    });
    let mut slices = 1;
    while calendar.write(|tx| tx.delete_import_slice(import, 2)) {
        slices += 1;
    }
    calendar.store.finish().unwrap();
    assert_eq!((slices, calendar.seen()), (3, [0; 4]));
    let of = calendar.calendars()[1];
    let told = calendar.read(|snapshot| snapshot.changes_since(of, None, 9)).unwrap();
    assert!(told.changed.is_empty() && told.deleted.is_empty(), "nobody has known of it: {told:?}");
    let shown = calendar.write(|tx| {
        let import = tx.begin_import(place.0, place.1, 5)?;
        tx.show_import(import)?;
        Ok(import)
    });
    let refused = calendar.store.write(|tx| tx.delete_import_slice(shown, 2));
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

#[test]
fn who_follows_a_group_is_told_what_goes_with_a_removed_user() {
    let mut calendar = Calendar::new();
    let of = calendar.calendars()[1];
    let other = (calendar.users[1], Some(calendar.group));
    let (event, id) = calendar.write(|tx| {
        let event = add(tx, other, "plain", &Recurrence::Once, (None, None))?;
        let id = tx.insert_object(&object(other, "uid", None))?;
        add(tx, other, "of an object", &Recurrence::Once, (Some(id), None))?;
        Ok((event, id))
    });
    let since = calendar.read(|snapshot| snapshot.changes_since(of, None, 9)).unwrap().upto;
    calendar.write(|tx| tx.delete_user(other.0));
    let told = calendar.read(|snapshot| snapshot.changes_since(of, Some(since), 9)).unwrap();
    let mut deleted = told.deleted;
    deleted.sort();
    assert_eq!(deleted, [event.0.to_string(), format!("object-{}", id.0)]);
    assert_eq!(told.changed, []);
}

#[test]
fn a_deleted_group_is_purged_with_its_objects_tombstones_and_imports() {
    let mut calendar = Calendar::new();
    let (group, of) = (calendar.group, calendar.calendars()[1]);
    let place = calendar.places()[1];
    let import = calendar.write(|tx| {
        let lost = add(tx, place, "lost", &Recurrence::Once, (None, None))?;
        tx.delete_event(lost)?;
        let id = tx.insert_object(&object(place, "uid", None))?;
        add(tx, place, "of an object", &daily(), (Some(id), None))?;
        let import = tx.begin_import(place.0, place.1, 5)?;
        add(tx, place, "import", &Recurrence::Once, (None, Some(import)))?;
        tx.replace_selection(place.0, &[].into_iter().collect())?;
        tx.delete_group(group, None)?;
        Ok(import)
    });
    assert_eq!(calendar.read(|snapshot| snapshot.changes_since(of, None, 9)), None);
    calendar.store.finish().unwrap();
    assert!(calendar.store.write(|tx| tx.show_import(import)).is_err());
    assert_eq!(calendar.read(|snapshot| snapshot.contents()).events, 0);
}

#[test]
fn a_user_is_removed_with_all_that_came_from_elsewhere() {
    let mut calendar = Calendar::new();
    let user = calendar.users[0];
    for place in calendar.places() {
        calendar.write(|tx| {
            let id = tx.insert_object(&object(place, "uid", None))?;
            let series = add(tx, place, "series", &daily(), (Some(id), None))?;
            let changed = Recurrence::Changed { series, start: at(DAY) };
            add(tx, place, "changed", &changed, (Some(id), None))?;
            let lost = add(tx, place, "lost", &Recurrence::Once, (None, None))?;
            tx.delete_event(lost)?;
            let import = tx.begin_import(place.0, place.1, 5)?;
            let id = tx.insert_object(&object(place, "other", Some(import)))?;
            add(tx, place, "import", &Recurrence::Once, (Some(id), Some(import))).map(drop)
        });
    }
    calendar.write(|tx| tx.delete_user(user));
    let left = calendar.read(|snapshot| snapshot.contents());
    assert_eq!((left.users, left.groups, left.events), (1, 0, 0));
}
