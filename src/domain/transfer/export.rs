//! A calendar that goes out.

use std::io::Write;

use super::walk::Walk;
use crate::domain::limits::Setting;
use crate::domain::objects::Writer;
use crate::domain::{access, no_group};
use crate::error::{Error, Result};
use crate::ical::{Merge, Object};
use crate::model::{CalendarOf, GroupId, User, WallTime};
use crate::store::Snapshot;

/// What goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The caller's personal calendar.
    Personal,
    /// All events of a group.
    Group(GroupId),
}

impl What {
    fn calendar(self, caller: &User) -> CalendarOf {
        match self {
            Self::Personal => CalendarOf::Personal(caller.id),
            Self::Group(group) => CalendarOf::Group(group),
        }
    }
}

/// Writes a calendar as `caller` sees it into `out`, as an iCalendar file (RFC 5545). Objects that came from elsewhere go
/// out as they came, each time zone once. Others' private events are shown as busy times, and their private to-dos left out.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group; if the store cannot be read, or `out` not be written.
pub fn export(
    snapshot: &Snapshot<'_>,
    caller: &User,
    what: What,
    setting: Setting<'_>,
    out: &mut impl Write,
) -> Result<()> {
    let name = match what {
        What::Personal => caller.email.as_str().to_owned(),
        What::Group(id) => name_of(snapshot, Some(caller), id)?,
    };
    write(snapshot, Some(caller), what.calendar(caller), &name, setting, out)
}

/// Writes a group into `out` as [`export`] does, with all that is private: for whoever runs the server.
///
/// # Errors
/// As [`export`].
pub fn export_whole_group(
    snapshot: &Snapshot<'_>,
    group: GroupId,
    setting: Setting<'_>,
    out: &mut impl Write,
) -> Result<()> {
    let name = name_of(snapshot, None, group)?;
    write(snapshot, None, CalendarOf::Group(group), &name, setting, out)
}

/// The name of a group that `viewer` may see, or of any.
fn name_of(snapshot: &Snapshot<'_>, viewer: Option<&User>, id: GroupId) -> Result<String> {
    let group = snapshot.group(id, viewer.map(|user| user.id))?;
    let group = group.filter(|group| viewer.is_none() || group.role().is_some());
    Ok(group.ok_or_else(|| no_group(id))?.name)
}

/// Writes a calendar as `viewer` sees it, or as it is.
fn write(
    snapshot: &Snapshot<'_>,
    viewer: Option<&User>,
    calendar: CalendarOf,
    name: &str,
    setting: Setting<'_>,
    out: &mut impl Write,
) -> Result<()> {
    let mut merge = Merge::new(Some(name), None);
    let mut put = |text: &str| out.write_all(text.as_bytes()).map_err(|error| cannot_write(&error));
    put(&merge.head())?;
    let walk = Walk {
        snapshot,
        writer: &Writer::new(snapshot.uid_suffix()?, setting.zone),
        seen: &|event| {
            Some(match viewer {
                Some(viewer) => access::seen_by(event, viewer.id),
                None => event,
            })
        },
        hides: &|event| viewer.is_some_and(|viewer| access::hidden_from(event, viewer.id)),
        shows: &|_| true,
        takes: &|object| {
            viewer.is_none_or(|viewer| object.owner == viewer.id || is_for_others(&object.ics))
        },
    };
    walk.each(calendar, &mut |text| put(&merge.add(text)))?;
    put(merge.tail())
}

/// Whether others may see an object that has no events, which cannot be shown in part.
fn is_for_others(ics: &str) -> bool {
    Object::parse(ics.to_owned()).is_ok_and(|object| !object.is_private())
}

/// Changes whenever an export of the same would.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group; if the store cannot be read.
pub fn export_tag(snapshot: &Snapshot<'_>, caller: &User, what: What) -> Result<String> {
    let tag = snapshot.calendar_tag(what.calendar(caller))?;
    let named = match what {
        What::Personal => 0,
        What::Group(id) => {
            let group = snapshot.group(id, Some(caller.id))?.and_then(access::seen_group);
            let group = group.ok_or_else(|| no_group(id))?;
            group.updated.map_or(0, WallTime::seconds)
        }
    };
    Ok(format!("{}-{}-{named}", caller.id.0, tag.unwrap_or_default()))
}

fn cannot_write(error: &std::io::Error) -> Error {
    Error::Internal(format!("cannot write an export: {error}"))
}
