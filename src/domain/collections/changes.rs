//! How objects get into a collection and out of it.

use super::names::{MOST_NAME, member_called, name_of};
use super::resources::tag_of;
use super::{Collection, Reader, Sent, calendar};
use crate::domain::access;
use crate::domain::objects::{Decision, Existing, Intake};
use crate::domain::{Setting, edits};
use crate::error::{Error, Result};
use crate::model::{
    CalendarOf, Event, Member, ObjectId, Precondition, Recurrence, Scope, Target, User, UserId,
};
use crate::store::{StoredObject, Transaction};

/// What has to be true of the object that is there, for a change of it (RFC 9110, 13.1).
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// `If-Match`: the tags of which it has one, without quotes. An empty list allows any object, and there has to be one.
    pub tags: Option<Vec<String>>,
    /// `If-None-Match: *`: there is none.
    pub none: bool,
    /// `If-None-Match` with tags: it has none of these.
    pub not: Vec<String>,
}

impl Condition {
    fn allows(&self, tag: Option<&str>) -> bool {
        let Some(tag) = tag else { return self.tags.is_none() };
        let wanted = |tags: &Vec<String>| tags.is_empty() || tags.iter().any(|one| one == tag);
        !self.none
            && !self.not.iter().any(|one| one == tag)
            && self.tags.as_ref().is_none_or(wanted)
    }
}

/// What became of a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new object with this tag.
    Created(String),
    /// The object that was there is another, with this tag, or gone (none).
    Changed(Option<String>),
    /// The condition was not met.
    ConditionFailed,
    /// The collection has an object of this name with the same UID, or the one that is there has another.
    UidTaken(String),
    /// The collection was made for other kinds of components.
    WrongKind,
    /// The object that is there is about something else: a to-do and no event.
    OtherKind,
}

/// What is there under a name.
enum There {
    Object(StoredObject),
    Event(Box<Event>),
}

fn read_only() -> Error {
    Error::NotOwner("the calendar of birthdays cannot be changed".into())
}

/// Puts an object into a collection of `user` under a name, in place of the one that is there.
///
/// # Errors
/// [`Error::NotFound`] if they have no such collection, [`Error::NotOwner`] if they may not, [`Error::Invalid`] for a name that
/// none can have, [`Error::Conflict`] if they would have too much.
pub fn put(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    name: &str,
    sent: &Sent,
    condition: &Condition,
    setting: Setting<'_>,
) -> Result<Outcome> {
    let calendar = collection.calendar(user);
    if !takes_kind(tx, user, collection, sent)? {
        return Ok(Outcome::WrongKind);
    }
    let there = there(tx, user, collection, name, setting)?;
    if !condition.allows(there.as_ref().map(|(_, tag)| tag.as_str())) {
        return Ok(Outcome::ConditionFailed);
    }
    let tag = tag_of(sent.0.text());
    match there {
        None => create(tx, user, calendar, name, sent, setting).map(|taken| match taken {
            Some(taken) => Outcome::UidTaken(taken),
            None => Outcome::Created(tag),
        }),
        Some((There::Object(object), _)) => {
            check_object(tx, user, &object, true)?;
            if object.uid != sent.0.uid() {
                return Ok(Outcome::UidTaken(name.to_owned()));
            }
            if object.component != sent.0.component() {
                return Ok(Outcome::OtherKind);
            }
            if object.ics != sent.0.text() {
                let owner = owner(tx, user, object.owner)?;
                let mut intake = Intake::into(tx, &owner, calendar, setting)?;
                intake.put(tx, &sent.0, &Decision::Update(Existing::Object(object)))?;
            }
            Ok(Outcome::Changed(Some(tag)))
        }
        Some((There::Event(event), _)) => {
            let event = access::changeable_event(tx, user.id, event.id)?;
            let owner = owner(tx, user, event.owner)?;
            let mut intake = Intake::into(tx, &owner, calendar, setting)?;
            if intake.uid_of(event.id) != sent.0.uid() {
                return Ok(Outcome::UidTaken(name.to_owned()));
            }
            if sent.0.component() != "VEVENT" {
                return Ok(Outcome::OtherKind);
            }
            let decision = Decision::Update(Existing::Event(Box::new(event)));
            intake.put(tx, &sent.0, &decision)?;
            name_new(tx, calendar, sent, name)?;
            Ok(Outcome::Changed(Some(tag)))
        }
    }
}

/// Whether objects of that kind are put into a collection of `user`.
///
/// # Errors
/// [`Error::NotFound`] if they have none such, [`Error::NotOwner`] for the birthday's.
fn takes_kind(tx: &Transaction<'_>, user: &User, of: Collection, sent: &Sent) -> Result<bool> {
    let info = super::get(tx, user, of)?;
    if of == Collection::Birthdays {
        return Err(read_only());
    }
    let kind = sent.0.component();
    Ok(info.kinds.is_none_or(|kinds| kinds.iter().any(|one| one == kind)))
}

/// What the object of `calendar` is called that has that UID, if there is one.
fn name_with_uid(
    tx: &Transaction<'_>,
    calendar: CalendarOf,
    intake: &Intake<'_>,
    uid: &str,
) -> Result<Option<String>> {
    let member = match tx.object_by_uid(calendar, uid)? {
        Some(there) => Some(Member::Object(there.id)),
        None => intake.own_event(tx, uid)?.map(Member::Event),
    };
    member.map(|member| name_of(tx, calendar, member)).transpose()
}

/// Adds an object. Gives the name of the one that has its UID, if there is one.
fn create(
    tx: &Transaction<'_>,
    user: &User,
    calendar: CalendarOf,
    name: &str,
    sent: &Sent,
    setting: Setting<'_>,
) -> Result<Option<String>> {
    if name.is_empty() || name.len() > MOST_NAME || name.chars().any(char::is_control) {
        return Err(Error::Invalid(format!(
            "the name of an object: expected 1 to {MOST_NAME} bytes without control characters"
        )));
    }
    if let CalendarOf::Group(group) = calendar {
        access::fillable_group(tx, user.id, group)?;
    }
    let mut intake = Intake::into(tx, user, calendar, setting)?;
    if let Some(taken) = name_with_uid(tx, calendar, &intake, sent.0.uid())? {
        return Ok(Some(taken));
    }
    intake.put(tx, &sent.0, &Decision::Create)?;
    name_new(tx, calendar, sent, name)?;
    Ok(None)
}

/// Gives the object that has come to be its name.
fn name_new(tx: &Transaction<'_>, calendar: CalendarOf, sent: &Sent, name: &str) -> Result<()> {
    let made = tx.object_by_uid(calendar, sent.0.uid())?;
    let made: ObjectId = made.ok_or_else(|| Error::Internal("an object is gone".into()))?.id;
    tx.name_object(calendar, made, name)
}

/// Deletes the object of a collection that is called `name`.
///
/// # Errors
/// [`Error::NotFound`] if there is none, [`Error::NotOwner`] if `user` may not.
pub fn delete(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    name: &str,
    condition: &Condition,
    setting: Setting<'_>,
) -> Result<Outcome> {
    calendar(tx, user, collection)?;
    let there = there(tx, user, collection, name, setting)?;
    let Some((there, tag)) = there else {
        return if condition.tags.is_some() {
            Ok(Outcome::ConditionFailed)
        } else {
            Err(no_object())
        };
    };
    if !condition.allows(Some(&tag)) {
        return Ok(Outcome::ConditionFailed);
    }
    if collection == Collection::Birthdays {
        return Err(read_only());
    }
    match there {
        There::Object(object) => {
            check_object(tx, user, &object, false)?;
            tx.delete_object(object.id)?;
        }
        There::Event(event) => {
            let scope = matches!(event.recurrence, Recurrence::Series(_)).then_some(Scope::All);
            let target = Target { scope, occurrence: None };
            edits::delete(tx, user, event.id, target, &Precondition::Any, setting)?;
        }
    }
    Ok(Outcome::Changed(None))
}

/// Copies an object of one collection into another under a name, or moves it there. `overwrites` says whether it may take the place
/// of one that is called so. What cannot be done is found before anything is.
///
/// # Errors
/// As [`put`] and [`delete`].
pub fn copy(
    tx: &Transaction<'_>,
    user: &User,
    (from, name): (Collection, &str),
    (to, new_name): (Collection, &str),
    (moves, overwrites): (bool, bool),
    setting: Setting<'_>,
) -> Result<Outcome> {
    let found = Reader::new(tx, user, from, setting.zone)?.called(name)?;
    let sent = Sent::read(found.ok_or_else(no_object)?.text, setting)
        .map_err(|fault| Error::Internal(format!("a stored object: {fault}")))?;
    if !takes_kind(tx, user, to, &sent)? {
        return Ok(Outcome::WrongKind);
    }
    let calendar = to.calendar(user);
    let intake = Intake::into(tx, user, calendar, setting)?;
    if let Some(taken) = name_with_uid(tx, calendar, &intake, sent.0.uid())? {
        let goes = taken == new_name || moves && from == to && taken == name;
        if !goes {
            return Ok(Outcome::UidTaken(taken));
        }
    }
    let replaces = there(tx, user, to, new_name, setting)?.is_some();
    if replaces && !overwrites {
        return Ok(Outcome::ConditionFailed);
    }
    let any = Condition::default();
    if moves {
        check_whole(tx, user, from, name, setting)?;
        delete(tx, user, from, name, &any, setting)?;
    }
    if replaces {
        delete(tx, user, to, new_name, &any, setting)?;
    }
    match put(tx, user, to, new_name, &sent, &any, setting)? {
        Outcome::Created(tag) if replaces => Ok(Outcome::Changed(Some(tag))),
        Outcome::Created(tag) => Ok(Outcome::Created(tag)),
        other => {
            Err(Error::Internal(format!("an object was not put where it could be: {other:?}")))
        }
    }
}

/// What is called `name` in a collection, with its tag as `user` sees it.
fn there(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    name: &str,
    setting: Setting<'_>,
) -> Result<Option<(There, String)>> {
    let reader = Reader::new(tx, user, collection, setting.zone)?;
    let Some(member) = member_called(tx, reader.calendar(), name)? else { return Ok(None) };
    let Some(resource) = reader.called(name)? else { return Ok(None) };
    let there = match member {
        Member::Object(id) => tx.object(id)?.map(There::Object),
        Member::Event(id) => tx.event(id)?.map(|event| There::Event(Box::new(event))),
    };
    Ok(there.map(|there| (there, resource.tag)))
}

/// Checks that `user` may delete `object`, or change it as well.
fn check_object(
    tx: &Transaction<'_>,
    user: &User,
    object: &StoredObject,
    changes: bool,
) -> Result<()> {
    access::check_editable_object(tx, user.id, object)?;
    if changes {
        let events = tx.events_of_object(object.id)?;
        events.iter().try_for_each(|event| access::check_seen(event, user.id))?;
    }
    Ok(())
}

/// Checks that `user` sees all that the object says which is called `name`: what they would move is what they see.
fn check_whole(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    name: &str,
    setting: Setting<'_>,
) -> Result<()> {
    match there(tx, user, collection, name, setting)? {
        Some((There::Object(object), _)) => check_object(tx, user, &object, true),
        Some((There::Event(event), _)) => access::check_seen(&event, user.id),
        None => Ok(()),
    }
}

/// Who has registered an object: more of it is theirs too.
fn owner(tx: &Transaction<'_>, user: &User, id: UserId) -> Result<User> {
    if id == user.id {
        return Ok(user.clone());
    }
    tx.user(id)?.ok_or_else(|| Error::Internal("an object of nobody".into()))
}

fn no_object() -> Error {
    Error::NotFound("there is no such object in the calendar".into())
}
