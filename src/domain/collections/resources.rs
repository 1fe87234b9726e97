//! The objects of a collection, as one user reads them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::names::{Names, member_called, name_of};
use super::{Collection, calendar};
use crate::domain::access;
use crate::domain::objects::Writer;
use crate::error::Result;
use crate::model::{
    CalendarOf, Event, EventId, GroupId, Member, ObjectId, Recurrence, Room, SyncToken, TimeRange,
    User, UserId, WallTime,
};
use crate::store::{Snapshot, StoredObject};

/// How many rows are read at a time.
const SLICE: u32 = 500;

/// An object of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it is called in its collection.
    pub name: String,
    /// Its text (RFC 5545, 3.4).
    pub text: String,
    /// The tag of its bytes, without quotes.
    pub tag: String,
}

/// What became of a collection since a token.
#[derive(Debug)]
pub struct Synced {
    /// The names of the objects that are gone.
    pub deleted: Vec<String>,
    /// The token to go on from.
    pub upto: SyncToken,
    /// Whether there is more to tell now.
    pub more: bool,
}

/// The tag of a text: half of its SHA-256 digest, in hexadecimal digits.
pub(super) fn tag_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::with_capacity(32), |mut tag, byte| {
        // Writing to a string does not fail.
        let _ = write!(tag, "{byte:02x}");
        tag
    })
}

/// Reads the objects of one collection.
pub struct Reader<'a> {
    snapshot: &'a Snapshot<'a>,
    user: &'a User,
    collection: Collection,
    calendar: CalendarOf,
    zone: &'a TimeZone,
    writer: Writer<'a>,
}

/// What is known of a member before its text is made.
enum Stored {
    Object(StoredObject),
    Event(Box<Event>),
}

impl<'a> Reader<'a> {
    /// For `user`; `zone` is that of the server.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::error::Error::NotFound) if they have no such collection.
    pub fn new(
        snapshot: &'a Snapshot<'a>,
        user: &'a User,
        collection: Collection,
        zone: &'a TimeZone,
    ) -> Result<Self> {
        let calendar = calendar(snapshot, user, collection)?;
        let writer = Writer::new(snapshot.uid_suffix()?, zone);
        Ok(Self { snapshot, user, collection, calendar, zone, writer })
    }

    pub(super) fn zone(&self) -> &TimeZone {
        self.zone
    }

    pub(super) fn calendar(&self) -> CalendarOf {
        self.calendar
    }

    /// Gives each object of the collection to `give`.
    ///
    /// # Errors
    /// Those of `give`; if the store cannot read.
    pub fn each(&self, give: &mut dyn FnMut(Resource) -> Result<()>) -> Result<()> {
        let names = Names::of(self.snapshot, self.calendar)?;
        if self.collection == Collection::Birthdays {
            if let Some(event) = self.snapshot.birthday_of(self.user.id)? {
                let name = names.name(Member::Event(event.id));
                give(self.of_event(event, name)?)?;
            }
            return Ok(());
        }
        let mut hiding = BTreeSet::new();
        let mut after = EventId(0);
        loop {
            let page = self.snapshot.calendar_page(self.calendar, after, SLICE)?;
            let Some((last, _)) = page.last() else { break };
            after = last.id;
            for (event, object) in page {
                if let Some(object) = object {
                    if access::hidden_from(&event, self.user.id) {
                        hiding.insert(object);
                    }
                } else if !matches!(event.recurrence, Recurrence::Changed { .. }) && !event.birthday
                {
                    let name = names.name(Member::Event(event.id));
                    give(self.of_event(event, name)?)?;
                }
            }
        }
        let mut after = ObjectId(0);
        loop {
            let page = self.snapshot.objects_page(self.calendar, after, SLICE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for object in page {
                let name = names.name(Member::Object(object.id));
                let hides = hiding.contains(&object.id);
                if let Some(resource) = self.of_object(object, name, Some(hides))? {
                    give(resource)?;
                }
            }
        }
    }

    /// The object that is called `name`; none if there is none.
    ///
    /// # Errors
    /// If the store cannot read.
    pub fn called(&self, name: &str) -> Result<Option<Resource>> {
        let Some(member) = member_called(self.snapshot, self.calendar, name)? else {
            return Ok(None);
        };
        self.resource(member, name.to_owned())
    }

    fn resource(&self, member: Member, name: String) -> Result<Option<Resource>> {
        match self.stored(member)? {
            Some(Stored::Event(event)) => self.of_event(*event, name).map(Some),
            Some(Stored::Object(object)) => self.of_object(object, name, None),
            None => Ok(None),
        }
    }

    /// The object or the event of a member, if it is one of this collection.
    fn stored(&self, member: Member) -> Result<Option<Stored>> {
        Ok(match member {
            Member::Object(id) if self.collection != Collection::Birthdays => {
                let object = self.snapshot.object(id)?;
                let here = object.filter(|object| self.is_here(object.owner, object.group));
                here.map(Stored::Object)
            }
            Member::Object(_) => None,
            Member::Event(id) => {
                let event = self.snapshot.event(id)?.filter(|event| {
                    self.is_here(event.owner, event.group)
                        && event.birthday == (self.collection == Collection::Birthdays)
                        && !matches!(event.recurrence, Recurrence::Changed { .. })
                });
                match event {
                    Some(event) if self.snapshot.object_id_of_event(id)?.is_none() => {
                        Some(Stored::Event(Box::new(event)))
                    }
                    _ => None,
                }
            }
        })
    }

    fn is_here(&self, owner: UserId, group: Option<GroupId>) -> bool {
        group.map_or(CalendarOf::Personal(owner), CalendarOf::Group) == self.calendar
    }

    /// The object of an event that has none of its own.
    fn of_event(&self, event: Event, name: String) -> Result<Resource> {
        let changed = match event.recurrence {
            Recurrence::Series(_) if !event.birthday => {
                self.snapshot.changed_occurrences(event.id, WallTime::MIN)?
            }
            _ => Vec::new(),
        };
        let seen = |event| access::seen_by(event, self.user.id);
        let changed: Vec<_> = changed.into_iter().map(seen).collect();
        let text = self.writer.object(&seen(event), &changed)?;
        let tag = tag_of(&text);
        Ok(Resource { name, text, tag })
    }

    /// An object as it came, or, where the user is not to see all that it says, as its rows have it.
    fn of_object(
        &self,
        object: StoredObject,
        name: String,
        hides: Option<bool>,
    ) -> Result<Option<Resource>> {
        let hides = match hides {
            Some(hides) => hides,
            None if object.owner == self.user.id => false,
            None => self
                .snapshot
                .events_of_object(object.id)?
                .iter()
                .any(|event| access::hidden_from(event, self.user.id)),
        };
        if !hides {
            let tag = tag_of(&object.ics);
            return Ok(Some(Resource { name, text: object.ics, tag }));
        }
        let whole = self.snapshot.events_of_object(object.id)?;
        let main =
            whole.into_iter().find(|event| !matches!(event.recurrence, Recurrence::Changed { .. }));
        main.map(|main| self.of_event(main, name)).transpose()
    }

    /// The events of the collection that a query finds for `range`, on the server's clock, each with its member.
    ///
    /// # Errors
    /// [`Error::TooLong`](crate::error::Error::TooLong) if they do not fit into `room`; if the store cannot read.
    pub(super) fn events_between(
        &self,
        range: TimeRange,
        room: &mut Room,
    ) -> Result<Vec<(Member, Event)>> {
        let events = match self.calendar {
            CalendarOf::Personal(user) => {
                self.snapshot.personal_events_between(user, range, room)?
            }
            CalendarOf::Group(group) => self.snapshot.group_events_between(group, range, room)?,
        };
        let is_birthdays = self.collection == Collection::Birthdays;
        let mut found = Vec::new();
        for event in events.into_iter().filter(|event| event.birthday == is_birthdays) {
            let member = match self.snapshot.object_id_of_event(event.id)? {
                Some(object) => Member::Object(object),
                None => Member::Event(match event.recurrence {
                    Recurrence::Changed { series, .. } => series,
                    _ => event.id,
                }),
            };
            found.push((member, access::seen_by(event, self.user.id)));
        }
        Ok(found)
    }

    /// What `member` is, under its name.
    ///
    /// # Errors
    /// If the store cannot read.
    pub(super) fn named(&self, member: Member) -> Result<Option<Resource>> {
        let name = name_of(self.snapshot, self.calendar, member)?;
        self.resource(member, name)
    }

    /// What became of the collection since `token`, in at most `limit` changes; without one, all that it holds. Gives each
    /// object that was added or changed to `give`. None if the token cannot be gone on from.
    ///
    /// # Errors
    /// Those of `give`; if the store cannot read.
    pub fn since(
        &self,
        token: Option<SyncToken>,
        limit: u32,
        give: &mut dyn FnMut(Resource) -> Result<()>,
    ) -> Result<Option<Synced>> {
        let Some(changes) = self.snapshot.changes_since(self.calendar, token, limit)? else {
            return Ok(None);
        };
        let names = Names::of(self.snapshot, self.calendar)?;
        if token.is_none() && !changes.more {
            // All of it is read faster in one go than one by one.
            self.each(give)?;
        } else {
            for member in changes.changed {
                if let Some(resource) = self.resource(member, names.name(member))? {
                    give(resource)?;
                }
            }
        }
        let mut deleted = Vec::new();
        for tombstone in &changes.deleted {
            // What was deleted may have come back by an undo, as what it was.
            let member = tombstone.parse().ok();
            if member.map_or(Ok(None), |member| self.stored(member))?.is_none() {
                deleted.push(names.of_deleted(tombstone));
            }
        }
        Ok(Some(Synced { deleted, upto: changes.upto, more: changes.more }))
    }
}
