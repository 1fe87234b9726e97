//! Two users and two groups, steps that change what they hold, and clients that follow.

use std::collections::BTreeMap;
use std::path::PathBuf;

use calendar_server::error::Error;
use calendar_server::model::{
    CalendarOf, Changes, Email, Event, EventDetails, EventId, EventTimes, GroupDetails, GroupId,
    ImportId, Member, ObjectId, Recurrence, Repeats, ShortText, SyncToken, UserId, WallTime,
};
use calendar_server::store::{
    self, DirectStore, NewEvent, NewObject, Snapshot, TextReaders, Transaction,
};
use tempfile::TempDir;

use crate::support::postgres::SharedDatabase;

/// The texts of this world are no calendars.
const UNREAD: TextReaders = TextReaders { rule: |_| None, object: |_| None };

const CALENDARS: u8 = 4;

pub(super) struct World {
    pub(super) store: DirectStore,
    users: [UserId; 2],
    groups: [GroupId; 2],
    clients: Vec<Client>,
    /// Each with its calendar, and with the user that its rows have to be of.
    imports: Vec<(ImportId, u8, u8)>,
    /// Counts what has been made, so that no two texts are the same.
    made: u32,
    path: PathBuf,
    shared: Option<SharedDatabase>,
    _folder: TempDir,
}

/// What a client knows of a calendar: the members by name, each as it was when it last looked.
struct Client {
    calendar: CalendarOf,
    token: Option<SyncToken>,
    known: BTreeMap<String, String>,
}

fn at(seconds: i64) -> WallTime {
    WallTime::from_seconds(seconds).unwrap()
}

fn details(subject: String) -> EventDetails {
    EventDetails::new(ShortText::stored(subject), EventTimes::moment(at(0)))
}

fn series() -> Recurrence {
    Recurrence::Series(Box::new(Repeats {
        rule: "FREQ=DAILY;COUNT=9".into(),
        last: Some(at(8 * 86_400)),
        exceptions: Vec::new(),
        reach: at(20 * 86_400),
    }))
}

/// Everything that a calendar holds, by name.
fn contents(snapshot: &Snapshot<'_>, calendar: CalendarOf) -> BTreeMap<String, String> {
    let mut all: BTreeMap<Member, String> = BTreeMap::new();
    let mut after = ObjectId(0);
    loop {
        let page = snapshot.objects_page(calendar, after, 3).unwrap();
        let Some(last) = page.last() else { break };
        after = last.id;
        for object in page {
            all.insert(Member::Object(object.id), object.ics);
        }
    }
    let mut after = EventId(0);
    loop {
        let page = snapshot.calendar_page(calendar, after, 3).unwrap();
        let Some((last, _)) = page.last() else { break };
        after = last.id;
        for (event, object) in page {
            let member = match (object, &event.recurrence) {
                (Some(object), _) => Member::Object(object),
                (None, Recurrence::Changed { series, .. }) => Member::Event(*series),
                (None, _) => Member::Event(event.id),
            };
            let text = all.entry(member).or_default();
            *text = format!("{text} {}:{}", event.id.0, event.details.subject.as_str());
        }
    }
    all.into_iter().map(|(member, text)| (member.to_string(), text)).collect()
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.sqlite");
        let shared = SharedDatabase::new();
        let mut store = match &shared {
            Some(shared) => DirectStore::open(shared.database()).unwrap(),
            None => DirectStore::open_or_make(&path).unwrap(),
        };
        let (users, groups) = store
            .write(|tx| {
                let user = |name: &str| {
                    let email = Email::parse("useremail", &format!("{name}@example.com"))?;
                    tx.insert_user(&email, None, WallTime::MIN).map(|user| user.id)
                };
                let users = [user("a")?, user("b")?];
                let name = ShortText::stored("g".into());
                let group =
                    || tx.insert_group(users[0], &GroupDetails::named(name.clone()), WallTime::MIN);
                Ok((users, [group()?, group()?]))
            })
            .unwrap();
        let mut world = Self {
            store,
            users,
            groups,
            clients: Vec::new(),
            imports: Vec::new(),
            made: 0,
            path,
            shared,
            _folder: folder,
        };
        for calendar in 0..CALENDARS {
            for _ in 0..2 {
                let calendar = world.calendar(calendar);
                world.clients.push(Client { calendar, token: None, known: BTreeMap::new() });
            }
        }
        world
    }

    pub(super) fn calendar(&self, calendar: u8) -> CalendarOf {
        match calendar % CALENDARS {
            0 => CalendarOf::Personal(self.users[0]),
            1 => CalendarOf::Personal(self.users[1]),
            2 => CalendarOf::Group(self.groups[0]),
            _ => CalendarOf::Group(self.groups[1]),
        }
    }

    /// Who adds something to a calendar: to a group, either user.
    fn owner(&self, calendar: u8, which: u8) -> (UserId, Option<GroupId>) {
        match self.calendar(calendar) {
            CalendarOf::Personal(user) => (user, None),
            CalendarOf::Group(group) => (self.users[usize::from(which >> 7)], Some(group)),
        }
    }

    fn text(&mut self) -> String {
        self.made += 1;
        format!("text {}", self.made)
    }

    pub(super) fn since(
        &mut self,
        calendar: CalendarOf,
        since: Option<SyncToken>,
        limit: u32,
    ) -> Option<Changes> {
        self.store.read(|snapshot| snapshot.changes_since(calendar, since, limit)).unwrap()
    }

    /// A token of one who knows all.
    pub(super) fn now(&mut self, calendar: CalendarOf) -> SyncToken {
        let all = self.since(calendar, None, 1000).unwrap();
        assert!(!all.more);
        all.upto
    }

    /// One of the events of a calendar that are seen.
    fn event(&mut self, calendar: u8, which: u8) -> Option<(Event, Option<ObjectId>)> {
        let calendar = self.calendar(calendar);
        let page = self.store.read(|snapshot| snapshot.calendar_page(calendar, EventId(0), 1000));
        let mut page = page.unwrap();
        (!page.is_empty()).then(|| page.swap_remove(usize::from(which) % page.len()))
    }

    fn object(&mut self, calendar: u8, which: u8) -> Option<ObjectId> {
        let calendar = self.calendar(calendar);
        let page = self.store.read(|snapshot| snapshot.objects_page(calendar, ObjectId(0), 1000));
        let page = page.unwrap();
        (!page.is_empty()).then(|| page[usize::from(which) % page.len()].id)
    }

    /// Adds an event, or for an odd `which` a series with two changed occurrences.
    pub(super) fn make_event(&mut self, calendar: u8, which: u8) {
        self.add_event(calendar, which, None, None);
    }

    fn add_event(
        &mut self,
        calendar: u8,
        which: u8,
        object: Option<ObjectId>,
        import: Option<ImportId>,
    ) {
        let (owner, group) = self.owner(calendar, which);
        let texts = [self.text(), self.text(), self.text()];
        let add = |tx: &Transaction<'_>, text: &str, recurrence: &Recurrence| {
            tx.insert_event(&NewEvent {
                owner,
                group,
                details: &details(text.to_owned()),
                created: at(0),
                birthday: false,
                recurrence,
                object,
                import,
            })
        };
        let added = self.store.write(|tx| {
            if which.is_multiple_of(2) {
                return add(tx, &texts[0], &Recurrence::Once).map(drop);
            }
            let series = add(tx, &texts[0], &series())?;
            for (text, day) in [(&texts[1], 1), (&texts[2], 2)] {
                add(tx, text, &Recurrence::Changed { series, start: at(day * 86_400) })?;
            }
            Ok(())
        });
        added.unwrap();
    }

    /// Adds an object, with its events or, of a task, without.
    fn add_object(&mut self, calendar: u8, which: u8, import: Option<ImportId>) {
        let (owner, group) = self.owner(calendar, which);
        let (ics, uid) = (self.text(), format!("uid {}", which % 16));
        let component = if which.is_multiple_of(3) { "VTODO" } else { "VEVENT" };
        let object = NewObject { owner, group, component, uid: &uid, ics: &ics, import };
        let added = match self.store.write(|tx| tx.insert_object(&object)) {
            Ok(added) => added,
            Err(Error::Conflict(_)) => return,
            Err(error) => panic!("{error}"),
        };
        if component == "VEVENT" {
            self.add_event(calendar, which, Some(added), import);
        }
    }

    pub(super) fn take(&mut self, kind: u8, calendar: u8, which: u8) {
        match kind % 18 {
            0 | 1 => self.make_event(calendar, which),
            2 | 3 => self.add_object(calendar, which, None),
            4 | 5 => self.change_event(calendar, which),
            6 | 7 => self.delete_event(calendar, which),
            8 => {
                let (object, ics) = (self.object(calendar, which), self.text());
                if let Some(object) = object {
                    self.store.write(|tx| tx.change_object(object, &ics)).unwrap();
                }
            }
            9 => {
                if let Some(object) = self.object(calendar, which) {
                    self.store.write(|tx| tx.delete_object(object)).unwrap();
                }
            }
            10 => self.begin_import(calendar, which),
            11 | 12 => self.go_on_with_import(which),
            13 => self.end_import(which),
            14 => self.store.finish().unwrap(),
            15 if which < 16 => self.lose_many(calendar),
            _ => {
                self.follow(usize::from(calendar), u32::from(which % 5) + 1);
            }
        }
        for at in [calendar, which] {
            let client = usize::from(at);
            if kind.is_multiple_of(5) {
                self.follow(client, 2);
            }
        }
    }

    fn change_event(&mut self, calendar: u8, which: u8) {
        let text = self.text();
        if let Some((event, _)) = self.event(calendar, which) {
            let (details, recurrence) = (details(text), event.recurrence);
            let change =
                |tx: &Transaction<'_>| tx.change_event(event.id, &details, &recurrence, at(1));
            self.store.write(change).unwrap();
        }
    }

    fn delete_event(&mut self, calendar: u8, which: u8) {
        if let Some((event, _)) = self.event(calendar, which) {
            self.store.write(|tx| tx.delete_event(event.id)).unwrap();
        }
    }

    fn begin_import(&mut self, calendar: u8, which: u8) {
        let (owner, group) = self.owner(calendar, which);
        let import = self.store.write(|tx| tx.begin_import(owner, group, 5)).unwrap();
        self.imports.push((import, calendar, which & 0x80));
    }

    /// Adds a slice, as the user who began it.
    fn go_on_with_import(&mut self, which: u8) {
        let Some((import, calendar, user)) = self.import(which) else { return };
        let which = which & 0x7f | user;
        if self.store.write(|tx| tx.touch_import(import, 5)).is_err() {
            return;
        }
        self.add_object(calendar, which, Some(import));
        self.add_event(calendar, which, None, Some(import));
    }

    fn end_import(&mut self, which: u8) {
        let Some((import, ..)) = self.import(which) else { return };
        if which.is_multiple_of(4) {
            while self.store.write(|tx| tx.delete_import_slice(import, 2)).unwrap_or(false) {}
        } else {
            // One that was given up cannot be shown.
            let _ = self.store.write(|tx| tx.show_import(import));
        }
    }

    fn import(&self, which: u8) -> Option<(ImportId, u8, u8)> {
        let most = self.imports.len();
        (most > 0).then(|| self.imports[usize::from(which) % most])
    }

    /// Makes a calendar look as if it had lost 11,001 events.
    pub(super) fn lose_many(&mut self, calendar: u8) {
        let (table, column, version, id) = match self.calendar(calendar) {
            CalendarOf::Personal(user) => ("user", "user_id", "calendar_version", user.0),
            CalendarOf::Group(group) => ("calendar_group", "group_id", "version", group.0),
        };
        self.execute(&format!(
            "INSERT INTO tombstone ({column}, change, name)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11001)
             SELECT {id}, t.{version} + n.i, 'lost-' || n.i FROM n CROSS JOIN (SELECT {version} FROM \"{table}\" WHERE id = {id}) t;
             UPDATE \"{table}\" SET {version} = {version} + 11001 WHERE id = {id}"
        ));
    }

    fn execute(&self, sql: &str) {
        match &self.shared {
            Some(shared) => shared.execute(sql),
            None => rusqlite::Connection::open(&self.path).unwrap().execute_batch(sql).unwrap(),
        }
    }

    /// Lets a client look for one page of changes.
    fn follow(&mut self, client: usize, limit: u32) -> bool {
        let at = client % self.clients.len();
        let Client { calendar, token, .. } = self.clients[at];
        let Some(changes) = self.since(calendar, token, limit) else {
            let client = &mut self.clients[at];
            assert!(client.token.is_some(), "a list cannot be refused");
            (client.token, client.known) = (None, BTreeMap::new());
            return true;
        };
        let most = usize::try_from(limit).unwrap();
        assert!(changes.changed.len() + changes.deleted.len() <= most, "{changes:?}");
        let there = self.store.read(|snapshot| Ok(contents(snapshot, calendar))).unwrap();
        let client = &mut self.clients[at];
        for name in changes.deleted {
            client.known.remove(&name);
        }
        for member in changes.changed {
            let name = member.to_string();
            let text = there.get(&name).unwrap_or_else(|| panic!("{name} is told, and not there"));
            client.known.insert(name, text.clone());
        }
        assert!(!changes.more || Some(changes.upto) != client.token, "it gets nowhere");
        client.token = Some(changes.upto);
        if !changes.more {
            assert_eq!(client.known, there);
        }
        changes.more
    }

    /// Lets every client come to its end.
    pub(super) fn follow_everywhere(&mut self) {
        for client in 0..self.clients.len() {
            while self.follow(client, 3) {}
        }
    }

    /// Checks that no two changes of a calendar have the same number, and all that `db check` does.
    pub(super) fn assert_sound(&mut self) {
        let twice = "SELECT count(*) FROM (
            SELECT 1 FROM (
                SELECT coalesce(-group_id, user_id) AS calendar, change FROM event WHERE change > 0
                UNION ALL SELECT coalesce(-group_id, user_id), change FROM calendar_object WHERE change > 0
                UNION ALL SELECT coalesce(-group_id, user_id), change FROM tombstone) AS t
            GROUP BY calendar, change HAVING count(*) > 1) AS twice";
        let (rows, faults) = if let Some(shared) = &self.shared {
            (shared.rows(twice, ""), store::check(shared.database(), UNREAD))
        } else {
            let conn = rusqlite::Connection::open(&self.path).unwrap();
            (crate::support::database::rows(&conn, twice, ""), store::check(&self.path, UNREAD))
        };
        assert_eq!(rows, ["0"], "a number was given twice");
        assert_eq!(faults.unwrap(), store::Faults::default());
    }
}
