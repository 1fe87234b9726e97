//! PROPFIND (RFC 4918, 9.1): what is there, and what it is like.

use super::answer::{Answer, Multistatus, bad, failed, not_found};
use super::call::{Call, Depth};
use super::paths::Place;
use super::properties::{Teller, Thing};
use super::xml::{CALDAV, DAV, Element, Name};
use crate::domain::collections::{self, Info, Reader, Resource};
use crate::error::Result;

/// Which properties a client asks for.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// Those with these names.
    Props(Vec<Name>),
    /// All, and these besides.
    All(Vec<Name>),
    /// Only which there are.
    Names,
}

/// How many properties a client may ask for. Each is looked for on each of many objects.
pub(super) const MOST_ASKED: usize = 200;

impl Asked {
    /// What the children of `parent` ask for. Without any, all.
    ///
    /// # Errors
    /// A sentence, if that is too much.
    pub(super) fn of(parent: &Element) -> std::result::Result<Self, String> {
        if parent.child(DAV, "propname").is_some() {
            return Ok(Self::Names);
        }
        if let (None, Some(prop)) = (parent.child(DAV, "allprop"), parent.child(DAV, "prop")) {
            return Ok(Self::Props(names(&prop.children)?));
        }
        let include = parent.child(DAV, "include");
        Ok(Self::All(names(include.map_or(&[][..], |include| &include.children))?))
    }
}

/// The names of those elements.
///
/// # Errors
/// A sentence, if they are too many.
pub(super) fn names(props: &[Element]) -> std::result::Result<Vec<Name>, String> {
    if props.len() > MOST_ASKED {
        return Err(format!("expected at most {MOST_ASKED} properties"));
    }
    Ok(props.iter().map(|prop| prop.name.clone()).collect())
}

/// What a document asks for.
fn read(body: &[u8]) -> std::result::Result<Asked, String> {
    if body.is_empty() {
        return Ok(Asked::All(Vec::new()));
    }
    let root = Element::read(body)?;
    if !root.name.is(DAV, "propfind") {
        return Err("expected a DAV: propfind".to_owned());
    }
    Asked::of(&root)
}

/// Answers a call.
pub(super) async fn answer(call: &Call<'_>, place: Place) -> Result<Answer> {
    let asked = match read(&call.body) {
        Ok(asked) => asked,
        Err(why) => return Ok(bad(&why)),
    };
    let deep = match call.depth {
        Some(Depth::Zero) => false,
        Some(Depth::One) => true,
        // Without the header, it is infinity (RFC 4918, 9.1).
        None | Some(Depth::Infinity) => {
            let precondition = Element::dav("propfind-finite-depth");
            return Ok(failed(403, precondition, "send Depth: 0 or Depth: 1"));
        }
    };
    let teller = call.teller();
    let minimal = call.minimal;
    let zone = call.app.clock.zone().clone();
    let (segment, name) = match place {
        Place::Calendar(_, segment) => (segment, None),
        Place::Object(_, segment, name) => (segment, Some(name)),
        Place::Nothing => return Ok(not_found()),
        place => return ways(call, teller, &asked, (place, deep)).await,
    };
    let found = call.signed_in.caller.read(call.app, move |snapshot, user| {
        let info = collections::find(snapshot, &user, &segment)?;
        let reader = Reader::new(snapshot, &user, info.collection, &zone)?;
        let mut list = Multistatus::new();
        if let Some(name) = name {
            let resource = reader.called(&name)?;
            let Some(resource) = resource else { return Ok(None) };
            list.push(&of_object(&teller, &info, &resource, &asked, minimal))?;
            return Ok(Some(list));
        }
        list.push(&response(&teller, &Thing::Calendar(&info), &asked, minimal))?;
        if deep {
            reader.each(&mut |resource| {
                list.push(&of_object(&teller, &info, &resource, &asked, minimal))
            })?;
        }
        Ok(Some(list))
    });
    Ok(found.await?.map_or_else(not_found, Answer::written))
}

/// What is known of an object.
pub(super) fn of_object(
    teller: &Teller,
    of: &Info,
    resource: &Resource,
    asked: &Asked,
    minimal: bool,
) -> Element {
    response(teller, &Thing::Object(of, resource), asked, minimal)
}

/// The things above calendars.
async fn ways(
    call: &Call<'_>,
    teller: Teller,
    asked: &Asked,
    (place, deep): (Place, bool),
) -> Result<Answer> {
    let caller = &call.signed_in.caller;
    // Whether they still may.
    let with_calendars = deep && matches!(place, Place::Home(_));
    let infos: Vec<Info> = caller
        .read(call.app, move |snapshot, user| {
            if with_calendars { collections::list(snapshot, &user) } else { Ok(Vec::new()) }
        })
        .await?;
    let hrefs = &teller.hrefs;
    let way = |href: String| Thing::Way(href);
    let mut things = match place {
        Place::Root => vec![way(hrefs.root())],
        Place::Principals => vec![way(hrefs.principals())],
        Place::Principal(_) => vec![Thing::Principal],
        Place::Homes => vec![way(hrefs.homes())],
        _ => vec![Thing::Home],
    };
    if deep {
        match things.first() {
            Some(Thing::Way(href)) if *href == hrefs.root() => {
                things.extend([way(hrefs.principals()), way(hrefs.homes())]);
            }
            Some(Thing::Way(href)) if *href == hrefs.principals() => things.push(Thing::Principal),
            Some(Thing::Way(href)) if *href == hrefs.homes() => things.push(Thing::Home),
            _ => things.extend(infos.iter().map(Thing::Calendar)),
        }
    }
    let responses = things.iter().map(|thing| response(&teller, thing, asked, call.minimal));
    Ok(Answer::multistatus(responses))
}

/// What is known of one thing.
pub(super) fn response(
    teller: &Teller,
    thing: &Thing<'_>,
    asked: &Asked,
    minimal: bool,
) -> Element {
    let (names, is_asked) = match asked {
        Asked::Props(names) => (names.clone(), true),
        Asked::All(more) => {
            let mut names = Teller::names(thing);
            names.extend(
                more.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>(),
            );
            (names, false)
        }
        Asked::Names => {
            let names = Teller::names(thing).into_iter().map(Element::named);
            let found = Element::dav("prop").with_all(names);
            return of(&teller.href_of(thing), vec![propstat(found, "200 OK")]);
        }
    };
    let (mut found, mut missing) = (Element::dav("prop"), Element::dav("prop"));
    for name in names {
        match (teller.property(thing, &name), thing) {
            (Some(value), _) => found.children.push(value),
            (None, Thing::Object(_, resource)) if name.is(CALDAV, "calendar-data") => {
                found.children.push(Element::named(name).text(resource.text.clone()));
            }
            (None, _) if is_asked => missing.children.push(Element::named(name)),
            (None, _) => {}
        }
    }
    let mut stats = Vec::new();
    if !found.children.is_empty() || missing.children.is_empty() || minimal {
        stats.push(propstat(found, "200 OK"));
    }
    if !missing.children.is_empty() && !minimal {
        stats.push(propstat(missing, "404 Not Found"));
    }
    of(&teller.href_of(thing), stats)
}

/// A response with that address.
fn of(href: &str, stats: Vec<Element>) -> Element {
    Element::dav("response").with(Element::dav("href").text(href)).with_all(stats)
}

pub(super) fn propstat(prop: Element, status: &str) -> Element {
    let status = Element::dav("status").text(format!("HTTP/1.1 {status}"));
    Element::dav("propstat").with(prop).with(status)
}

/// A response that has a status alone.
pub(super) fn gone(href: &str) -> Element {
    let status = Element::dav("status").text("HTTP/1.1 404 Not Found");
    of(href, vec![status])
}
