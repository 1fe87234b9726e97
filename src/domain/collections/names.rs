//! What the objects of a collection are called.
//!
//! An object that a client has put is called as the client calls it. Any other is called by its [`Member`], such as `17.ics` or
//! `object-17.ics`; and where a client has taken that name for another object, hyphens follow the number.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::model::{CalendarOf, Member, ObjectId};
use crate::store::Snapshot;

/// The most bytes of a name.
pub const MOST_NAME: usize = 255;

/// The names of a calendar.
pub(super) struct Names {
    given: HashMap<ObjectId, String>,
    taken: HashSet<String>,
}

impl Names {
    /// Those of `calendar`.
    ///
    /// # Errors
    /// If the store cannot read.
    pub(super) fn of(snapshot: &Snapshot<'_>, calendar: CalendarOf) -> Result<Self> {
        let given: HashMap<_, _> = snapshot.resource_names(calendar)?.into_iter().collect();
        let taken = given.values().cloned().collect();
        Ok(Self { given, taken })
    }

    /// What `member` is called.
    pub(super) fn name(&self, member: Member) -> String {
        self.given_to(member).cloned().unwrap_or_else(|| self.by_number(&member.to_string()))
    }

    fn given_to(&self, member: Member) -> Option<&String> {
        match member {
            Member::Object(id) => self.given.get(&id),
            Member::Event(_) => None,
        }
    }

    fn by_number(&self, number: &str) -> String {
        let mut name = format!("{number}.ics");
        let mut hyphens = 0;
        while self.taken.contains(&name) {
            hyphens += 1;
            name = format!("{number}{}.ics", "-".repeat(hyphens));
        }
        name
    }

    /// What was called so before it was deleted, by the name of its tombstone.
    pub(super) fn of_deleted(&self, tombstone: &str) -> String {
        match tombstone.parse() {
            Ok(member) => self.name(member),
            Err(()) => format!("{tombstone}.ics"),
        }
    }
}

/// The member that is called `name`, which may be gone.
///
/// # Errors
/// If the store cannot read.
pub(super) fn member_called(
    snapshot: &Snapshot<'_>,
    calendar: CalendarOf,
    name: &str,
) -> Result<Option<Member>> {
    if let Some(object) = snapshot.object_called(calendar, name)? {
        return Ok(Some(Member::Object(object)));
    }
    let number = name.strip_suffix(".ics").map(|stem| stem.trim_end_matches('-'));
    let Some(Ok(member)) = number.map(str::parse) else { return Ok(None) };
    let called = name_of(snapshot, calendar, member)?;
    Ok((called == name).then_some(member))
}

/// What `member` of `calendar` is called.
///
/// # Errors
/// If the store cannot read.
pub(super) fn name_of(
    snapshot: &Snapshot<'_>,
    calendar: CalendarOf,
    member: Member,
) -> Result<String> {
    if let Member::Object(id) = member
        && let Some(name) = snapshot.name_of_object(id)?
    {
        return Ok(name);
    }
    let number = member.to_string();
    let mut name = format!("{number}.ics");
    let mut hyphens = 0;
    while snapshot.object_called(calendar, &name)?.is_some() {
        hyphens += 1;
        name = format!("{number}{}.ics", "-".repeat(hyphens));
    }
    Ok(name)
}
