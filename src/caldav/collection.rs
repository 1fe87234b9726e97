//! Calendars: MKCALENDAR (RFC 4791, 5.3.1), extended MKCOL (RFC 5689), and DELETE.
//!
//! A calendar that a program makes is a private group of its user. Its address is what the program has given it, for that user;
//! for other members it is as that of any group.

use super::answer::{Answer, bad, failed, not_found};
use super::call::Call;
use super::paths::Place;
use super::proppatch::{self, Change};
use super::xml::{CALDAV, DAV, Element};
use crate::domain::collections::{self, Collection};
use crate::domain::groups::{self, GroupInput, Trash};
use crate::domain::selections;
use crate::error::{Error, Result};
use crate::ical::Kind;
use crate::model::{Patch, ShortText, Visibility};

/// Makes a calendar.
pub(super) async fn make(call: &Call<'_>, method: &str, place: Place) -> Result<Answer> {
    let segment = match place {
        Place::Calendar(_, segment) => segment,
        Place::Nothing => return Ok(not_found()),
        Place::Object(..) => {
            let precondition = Element::new(CALDAV, "calendar-collection-location-ok");
            return Ok(failed(403, precondition, "there are no calendars in calendars"));
        }
        _ => {
            return Ok(failed(
                405,
                Element::dav("resource-must-be-null"),
                "there is something here",
            ));
        }
    };
    let root = if call.body.is_empty() {
        None
    } else {
        match Element::read(&call.body) {
            Ok(root) => Some(root),
            Err(why) => return Ok(bad(&why)),
        }
    };
    let changes = root.as_ref().map(proppatch::changes).unwrap_or_default();
    let is = |change: &&Change, local: &str| change.name.is(DAV, local);
    if method == "MKCOL" {
        let kind = changes.iter().find(|change| is(change, "resourcetype"));
        let kind = kind.and_then(|change| change.value.as_ref());
        if kind.is_none_or(|kind| kind.child(CALDAV, "calendar").is_none()) {
            let why = "expected a resourcetype with a calendar: there are no other collections";
            return Ok(failed(403, Element::dav("valid-resourcetype"), why));
        }
    }
    let shown = changes.iter().find(|change| is(change, "displayname"));
    let shown = shown.and_then(|change| change.value.as_ref()).map(|value| value.text.trim());
    let shown = shown.filter(|shown| !shown.is_empty()).unwrap_or(&segment);
    let shown: String = shown.chars().take(ShortText::MAX_CHARS).collect();
    let name = ShortText::parse("displayname", &shown)?;
    let input = GroupInput {
        name,
        visibility: Some(Visibility::Private),
        everyone: None,
        color: Patch::Keep,
        description: Patch::Keep,
    };
    let (bounds, now) = (call.app.bounds, call.app.clock.now()?);
    let set =
        changes.iter().find(|change| change.name.is(CALDAV, "supported-calendar-component-set"));
    let comps = set.and_then(|set| set.value.as_ref()).map(|set| set.all(CALDAV, "comp"));
    let given = comps.into_iter().flatten().filter_map(|comp| comp.value("name"));
    let kinds: Vec<Kind> = given.filter_map(Kind::read).collect();
    if set.is_some() && kinds.is_empty() {
        let precondition = Element::new(CALDAV, "supported-calendar-component");
        return Ok(failed(403, precondition, "expected VEVENT, VTODO or VJOURNAL"));
    }
    // What the server says of itself is not the program's to set, and no reason to refuse the rest: Apple's sends it.
    let kept: Vec<_> = changes
        .into_iter()
        .filter(|change| change.value.is_some())
        .filter(|change| !is(&change, "displayname") && !proppatch::is_protected(&change.name))
        .collect();
    call.signed_in.caller.count_write(call.app)?;
    let make = call.signed_in.caller.write(call.app, move |tx, user| {
        if collections::is_taken(tx, &user, &segment)? {
            return Ok(false);
        }
        let group = groups::create(tx, user.id, &input.made()?, now, bounds.groups)?;
        selections::add(tx, user.id, group, bounds.selected_groups)?;
        let collection = Collection::Group(group);
        collections::set_segment(tx, &user, collection, &segment)?;
        if !kinds.is_empty() {
            let words: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
            collections::set_kinds(tx, &user, collection, &words)?;
        }
        for change in &kept {
            proppatch::apply(tx, &user, collection, change, bounds.selected_groups)?;
        }
        Ok(true)
    });
    if !make.await?.0 {
        return Ok(failed(405, Element::dav("resource-must-be-null"), "there is a calendar here"));
    }
    Ok(Answer::empty(201).header("Cache-Control", "no-cache"))
}

/// Deletes a calendar: a group of one's own, or takes that of somebody else out of one's own calendars.
pub(super) async fn delete(call: &Call<'_>, segment: String) -> Result<Answer> {
    let (days, now) = (call.app.trash_days, call.app.clock.now()?);
    let most = call.app.bounds.groups;
    let trash = Trash { since: (days > 0).then_some(now), most };
    call.signed_in.caller.count_write(call.app)?;
    let delete = call.signed_in.caller.write(call.app, move |tx, user| {
        let info = collections::find(tx, &user, &segment)?;
        let Collection::Group(group) = info.collection else {
            return Err(Error::NotOwner("this calendar cannot be deleted".into()));
        };
        collections::forget_segment(tx, &user, info.collection)?;
        if info.owned {
            groups::delete(tx, user.id, group, trash)
        } else {
            selections::remove(tx, user.id, group)
        }
    });
    delete.await?;
    Ok(Answer::empty(204))
}
