//! PROPPATCH (RFC 4918, 9.2): what the programs of one user keep with a calendar, as that user sees it.
//!
//! The colour is that of the user's own look at the calendar, on the page too. The name, the description, the place in the list, the zone, and what
//! this server does not know are kept as they come. What only the server says is refused, property by property; then none is
//! changed.

use super::answer::{Answer, bad, failed, not_found};
use super::call::Call;
use super::paths::Place;
use super::propfind::propstat;
use super::xml::{APPLE, CALDAV, DAV, Element, Name, SERVER};
use crate::domain::collections::{self, Collection};
use crate::domain::looks;
use crate::error::{Error, Result};
use crate::model::{Color, User};
use crate::store::Transaction;

/// What is to become of a property.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) name: Name,
    /// None takes it away.
    pub(super) value: Option<Element>,
}

/// The changes that a document asks for, in its order.
pub(super) fn changes(root: &Element) -> Vec<Change> {
    let mut changes = Vec::new();
    for part in &root.children {
        let sets = match (part.name.space.as_str(), part.name.local.as_str()) {
            (DAV, "set") => true,
            (DAV, "remove") => false,
            _ => continue,
        };
        for prop in part.all(DAV, "prop").flat_map(|prop| &prop.children) {
            let value = sets.then(|| prop.clone());
            changes.push(Change { name: prop.name.clone(), value });
        }
    }
    changes
}

/// Whether the server alone says what a property is.
pub(super) fn is_protected(name: &Name) -> bool {
    let names: &[&str] = match name.space.as_str() {
        DAV => {
            if name.local == "displayname" {
                return false;
            }
            // All others of WebDAV are the server's.
            return true;
        }
        CALDAV => &[
            "supported-calendar-component-set",
            "supported-calendar-data",
            "max-resource-size",
            "min-date-time",
            "max-date-time",
            "max-instances",
            "max-attendees-per-instance",
            "calendar-home-set",
            "calendar-user-address-set",
            "calendar-data",
        ],
        SERVER => &["getctag", "email-address-set"],
        _ => &[],
    };
    names.contains(&name.local.as_str())
}

/// Answers a call.
pub(super) async fn answer(call: &Call<'_>, place: Place) -> Result<Answer> {
    let segment = match place {
        Place::Calendar(_, segment) => segment,
        Place::Nothing => return Ok(not_found()),
        _ => {
            let why = "only the properties of a calendar can be changed";
            return Ok(failed(403, Element::dav("cannot-modify-protected-property"), why));
        }
    };
    let changes = match Element::read(&call.body) {
        Ok(root) if root.name.is(DAV, "propertyupdate") => changes(&root),
        Ok(_) => return Ok(bad("expected a DAV: propertyupdate")),
        Err(why) => return Ok(bad(&why)),
    };
    let refused: Vec<_> = changes.iter().map(|change| is_protected(&change.name)).collect();
    let href = call.hrefs().calendar(&segment);
    if refused.contains(&true) {
        let mut stats = Vec::new();
        for (status, of) in [("403 Forbidden", true), ("424 Failed Dependency", false)] {
            let of = changes.iter().zip(&refused).filter(|(_, refused)| **refused == of);
            let names: Vec<_> = of.map(|(change, _)| Element::named(change.name.clone())).collect();
            if !names.is_empty() {
                stats.push(propstat(Element::dav("prop").with_all(names), status));
            }
        }
        // That the collection is there is told first.
        call.signed_in
            .caller
            .read(call.app, move |snapshot, user| collections::resolve(snapshot, &user, &segment))
            .await?;
        return Ok(told(&href, stats));
    }
    let most = call.app.bounds.selected_groups;
    call.signed_in.caller.count_write(call.app)?;
    let given = changes.clone();
    let written = call.signed_in.caller.write(call.app, move |tx, user| {
        let collection = collections::resolve(tx, &user, &segment)?;
        given.iter().try_for_each(|change| apply(tx, &user, collection, change, most))
    });
    let names = changes.iter().map(|change| Element::named(change.name.clone()));
    let names = Element::dav("prop").with_all(names);
    match written.await {
        Ok(_) => Ok(told(&href, vec![propstat(names, "200 OK")])),
        Err(Error::Conflict(_)) => {
            Ok(told(&href, vec![propstat(names, "507 Insufficient Storage")]))
        }
        Err(Error::Invalid(_)) => Ok(told(&href, vec![propstat(names, "409 Conflict")])),
        Err(error) => Err(error),
    }
}

fn told(href: &str, stats: Vec<Element>) -> Answer {
    let href = Element::dav("href").text(href);
    Answer::multistatus([Element::dav("response").with(href).with_all(stats)])
}

/// Changes one property.
pub(super) fn apply(
    tx: &Transaction<'_>,
    user: &User,
    collection: Collection,
    change: &Change,
    most: u32,
) -> Result<()> {
    let name = &change.name;
    if name.is(APPLE, "calendar-color") && collection != Collection::Birthdays {
        let color = match &change.value {
            Some(value) => Some(color(&value.text)?),
            None => None,
        };
        return looks::set_color(tx, user.id, collection.group(), color.as_ref(), most);
    }
    let value = change.value.as_ref().map(Element::standalone);
    collections::set_property(tx, user, collection, &name.to_string(), value.as_deref())
}

/// The colour that a program has written: `#RRGGBB`, or with its opacity after it, which is no calendar's.
fn color(text: &str) -> Result<Color> {
    let text = text.trim();
    let opaque = text.get(..7).filter(|_| text.len() == 9).unwrap_or(text);
    Color::read(opaque).map_err(|expected| expected.of("calendar-color"))
}
