//! The calendar of a user as collections of calendar objects, as CalDAV knows it (RFC 4791, 4.2): the personal events, the
//! events of each selected group, and the birthday, which cannot be changed there.
//!
//! What a user sees and may do in a collection is asked of [`access`], as everywhere. Each object has a name in its collection,
//! which stays its own (`names.rs`), and a tag, which is that of its bytes.

mod changes;
mod names;
mod occurrences;
mod resources;

use super::{Setting, access};
use crate::error::{Error, Result};
use crate::model::{CalendarOf, Color, Group, GroupId, Role, SyncToken, User};
use crate::store::{Snapshot, Transaction};

pub use changes::{Condition, Outcome, copy, delete, put};
pub use names::MOST_NAME;
pub use occurrences::{expanded, limited};
pub use resources::{Reader, Resource, Synced};

use crate::domain::objects::Prepared;
use crate::ical::ObjectFault;

/// An object that a client sends, read.
pub struct Sent(Prepared);

impl Sent {
    /// Reads one.
    ///
    /// # Errors
    /// [`ObjectFault`] by the precondition that fails.
    pub fn read(text: String, setting: Setting<'_>) -> std::result::Result<Self, ObjectFault> {
        Prepared::parse(text, setting).map(Self)
    }
}

/// One of the collections of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// The personal events, without the birthday.
    Personal,
    /// The birthday.
    Birthdays,
    /// The events of a group.
    Group(GroupId),
}

impl Collection {
    /// The calendar whose objects are in it, of `user`.
    #[must_use]
    pub fn calendar(self, user: &User) -> CalendarOf {
        match self {
            Self::Personal | Self::Birthdays => CalendarOf::Personal(user.id),
            Self::Group(group) => CalendarOf::Group(group),
        }
    }

    /// What it is called in addresses, unless its user has called it otherwise.
    fn segment(self) -> String {
        match self {
            Self::Personal => "personal".to_owned(),
            Self::Birthdays => "birthdays".to_owned(),
            Self::Group(GroupId(id)) => format!("group-{id}"),
        }
    }

    /// The collection that is called so.
    fn called(segment: &str) -> Option<Self> {
        match segment {
            "personal" => Some(Self::Personal),
            "birthdays" => Some(Self::Birthdays),
            _ => {
                let digits = segment.strip_prefix("group-")?;
                let id: i64 = digits.parse().ok()?;
                (digits == id.to_string() && id > 0).then_some(Self::Group(GroupId(id)))
            }
        }
    }

    /// Its group, if it is one's.
    #[must_use]
    pub fn group(self) -> Option<GroupId> {
        match self {
            Self::Personal | Self::Birthdays => None,
            Self::Group(group) => Some(group),
        }
    }
}

/// What a user sees of a collection itself.
#[derive(Debug, Clone)]
pub struct Info {
    /// Which it is.
    pub collection: Collection,
    /// What it is called in the addresses of this user.
    pub segment: String,
    /// Its name, if it is a group's.
    pub name: Option<String>,
    /// What the group is for.
    pub description: Option<String>,
    /// Its colour: the user's own, or else the group's.
    pub color: Option<Color>,
    /// Where the user lists it, from 1.
    pub position: Option<i64>,
    /// Whether the user may register events in it.
    pub takes: bool,
    /// The kinds of components that the user's program has made it for, such as `VTODO`; none for all.
    pub kinds: Option<Vec<String>>,
    /// Whether the user may delete the group.
    pub owned: bool,
    /// Up to where whoever reads it now knows it.
    pub token: SyncToken,
    /// What the user's programs keep with it: `{namespace}name`, and XML.
    pub properties: Vec<(String, String)>,
}

/// The collections of `user`.
///
/// # Errors
/// If the store cannot read.
pub fn list(snapshot: &Snapshot<'_>, user: &User) -> Result<Vec<Info>> {
    let groups = snapshot.selection_of(user.id)?;
    let own = [Collection::Personal, Collection::Birthdays];
    let all = own.into_iter().chain(groups.ids().map(Collection::Group));
    let mut found = Vec::new();
    for collection in all {
        match get(snapshot, user, collection) {
            Ok(info) => found.push(info),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// One collection of `user`.
///
/// # Errors
/// [`Error::NotFound`] if they have none such: also for a group that is not selected.
pub fn get(snapshot: &Snapshot<'_>, user: &User, collection: Collection) -> Result<Info> {
    let token = snapshot.sync_token(collection.calendar(user))?.ok_or_else(none)?;
    let group = match collection {
        Collection::Personal | Collection::Birthdays => None,
        Collection::Group(id) => Some(selected(snapshot, user, id)?),
    };
    let looks = snapshot.looks_of(user.id)?;
    let look = looks.into_iter().find(|look| look.group == collection.group());
    let look = look.filter(|_| collection != Collection::Birthdays);
    let (own, position) = look.map_or((None, None), |look| (look.color, look.position));
    let mut properties = match collection {
        Collection::Birthdays => Vec::new(),
        _ => snapshot.calendar_properties(user.id, collection.group())?,
    };
    let given = properties.iter().position(|(name, _)| name == SEGMENT);
    let segment = given.map_or_else(|| collection.segment(), |at| properties.remove(at).1);
    let kinds = properties.iter().position(|(name, _)| name == KINDS);
    let kinds = kinds.map(|at| properties.remove(at).1.split(',').map(str::to_owned).collect());
    let role = group.as_ref().and_then(Group::role);
    let filled = group.as_ref().is_some_and(|group| group.subscription.is_some());
    let takes = match collection {
        Collection::Personal => true,
        Collection::Birthdays => false,
        Collection::Group(_) => role >= Some(Role::Writer) && !filled,
    };
    let owned = role == Some(Role::Owner);
    let (name, color, description) = match group {
        None => (None, None, None),
        Some(group) => (Some(group.name), group.color.map(Color::stored), group.description),
    };
    let color = own.or(color);
    Ok(Info {
        collection,
        segment,
        name,
        description,
        color,
        position,
        takes,
        kinds,
        owned,
        token,
        properties,
    })
}

/// The collection of `user` that is called `segment`. Whether they still see it, [`get`] says.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub fn resolve(snapshot: &Snapshot<'_>, user: &User, segment: &str) -> Result<Collection> {
    if let Some(collection) = Collection::called(segment) {
        return Ok(collection);
    }
    let group = snapshot.group_by_property(user.id, SEGMENT, segment)?;
    group.map(Collection::Group).ok_or_else(none)
}

/// The same, with what the user sees of it.
///
/// # Errors
/// As [`get`].
pub fn find(snapshot: &Snapshot<'_>, user: &User, segment: &str) -> Result<Info> {
    get(snapshot, user, resolve(snapshot, user, segment)?)
}

/// Whether no new collection of `user` can be called `segment`.
///
/// # Errors
/// If the store cannot read.
pub fn is_taken(snapshot: &Snapshot<'_>, user: &User, segment: &str) -> Result<bool> {
    Ok(Collection::called(segment).is_some()
        || snapshot.group_by_property(user.id, SEGMENT, segment)?.is_some())
}

/// Calls a new collection of `user` by a name in their addresses.
///
/// # Errors
/// [`Error::Invalid`] for a name that none can have; if the store cannot be written.
pub fn set_segment(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    segment: &str,
) -> Result<()> {
    if segment.is_empty() || segment.len() > MOST_NAME || segment.chars().any(char::is_control) {
        return Err(Error::Invalid(format!(
            "the name of a calendar: expected 1 to {MOST_NAME} bytes without control characters"
        )));
    }
    tx.set_calendar_property(user.id, collection.group(), SEGMENT, Some(segment))
}

/// Takes away what a collection of `user` is called in their addresses, so that another one may be called so.
///
/// # Errors
/// If the store cannot be written.
pub fn forget_segment(tx: &Transaction<'_>, user: &User, collection: Collection) -> Result<()> {
    tx.set_calendar_property(user.id, collection.group(), SEGMENT, None)
}

/// The group with that id, if `user` has selected it.
fn selected(snapshot: &Snapshot<'_>, user: &User, id: GroupId) -> Result<Group> {
    if !snapshot.has_selected(user.id, id)? {
        return Err(none());
    }
    snapshot.group(id, Some(user.id))?.and_then(access::seen_group).ok_or_else(none)
}

/// Checks that `user` has that collection, and gives the calendar of it.
fn calendar(snapshot: &Snapshot<'_>, user: &User, of: Collection) -> Result<CalendarOf> {
    if let Collection::Group(id) = of {
        selected(snapshot, user, id)?;
    }
    Ok(of.calendar(user))
}

fn none() -> Error {
    Error::NotFound("there is no such calendar".into())
}

/// What the name of a collection is kept as that its user has given it, beside the properties: no element can be called so.
const SEGMENT: &str = "segment";

/// What the kinds of components are kept as that a collection was made for.
const KINDS: &str = "kinds";

/// Notes the kinds of components that a new collection is made for: of the others, nothing is put into it by CalDAV.
///
/// # Errors
/// If the store cannot be written.
pub fn set_kinds(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    kinds: &[&str],
) -> Result<()> {
    tx.set_calendar_property(user.id, collection.group(), KINDS, Some(&kinds.join(",")))
}

/// How many properties the programs of a user may keep with one collection.
pub const MOST_PROPERTIES: usize = 50;
/// The most bytes of one.
pub const MOST_PROPERTY: usize = 16 << 10;

/// Sets a property that a program of `user` keeps with a collection, or takes it away.
///
/// # Errors
/// [`Error::NotFound`] if they have no such collection, [`Error::NotOwner`] for one that keeps none, [`Error::Conflict`] if it
/// has [`MOST_PROPERTIES`] already, or for more than [`MOST_PROPERTY`] bytes.
pub fn set_property(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    name: &str,
    value: Option<&str>,
) -> Result<()> {
    calendar(tx, user, collection)?;
    if collection == Collection::Birthdays {
        return Err(Error::NotOwner("the calendar of birthdays cannot be changed".into()));
    }
    let group = collection.group();
    if let Some(value) = value {
        if name.len() + value.len() > MOST_PROPERTY {
            return Err(Error::Conflict(format!("{name}: expected at most {MOST_PROPERTY} bytes")));
        }
        let there = tx.calendar_properties(user.id, group)?;
        let others = there.iter().filter(|(other, _)| other != name).count();
        if others >= MOST_PROPERTIES {
            return Err(Error::Conflict(format!(
                "{name}: the calendar keeps {MOST_PROPERTIES} properties already, which is the most"
            )));
        }
    }
    tx.set_calendar_property(user.id, group, name, value)
}
