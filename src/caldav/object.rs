//! Objects: GET, PUT, DELETE, COPY and MOVE (RFC 4918, 9; RFC 4791, 5.3.2).

use super::answer::{Answer, failed, not_found, quoted, unfit};
use super::call::Call;
use super::paths::Place;
use super::properties::kind;
use super::xml::{CALDAV, Element};
use crate::domain::Setting;
use crate::domain::collections::{self, Condition, Outcome, Reader, Sent};
use crate::error::{Error, Result};
use crate::http::etag::{self, Allowed, Tag};
use crate::ical::ObjectFault;

/// Gives an object. A calendar as a whole is no file here: it says so, for whoever opens its address in a browser.
pub(super) async fn get(call: &Call<'_>, place: Place) -> Result<Answer> {
    let (segment, name) = match place {
        Place::Object(_, segment, name) => (segment, name),
        Place::Nothing => return Ok(not_found()),
        _ => {
            let why = "this is an address for calendar programs: type it into one, or connect a device on the page";
            return Ok(Answer::text(200, why));
        }
    };
    let zone = call.app.clock.zone().clone();
    let found = call.signed_in.caller.read(call.app, move |snapshot, user| {
        let collection = collections::resolve(snapshot, &user, &segment)?;
        Reader::new(snapshot, &user, collection, &zone)?.called(&name)
    });
    let Some(resource) = found.await? else { return Ok(not_found()) };
    let known = call.request.headers().get("If-None-Match");
    if etag::is_known(known, &quoted(&resource.tag)) {
        return Ok(Answer::empty(304).header("ETag", quoted(&resource.tag)));
    }
    let kind = kind(&resource.text);
    Ok(Answer::calendar(resource.text, &resource.tag, kind))
}

/// What has to be true of the object that is there.
fn condition(call: &Call<'_>) -> Condition {
    let headers = call.request.headers();
    let tags = match etag::allowed(headers.get("If-Match")) {
        Allowed::Any if headers.contains("If-Match") => Some(Vec::new()),
        Allowed::Any => None,
        // No object has an empty tag, so that a header without any that can be read allows none.
        Allowed::Only(tags) if tags.is_empty() => Some(vec![String::new()]),
        Allowed::Only(tags) => Some(tags.into_iter().map(str::to_owned).collect()),
    };
    let mut condition = Condition { tags, ..Condition::default() };
    for tag in headers.get("If-None-Match").flat_map(etag::tags) {
        match tag {
            Tag::Any => condition.none = true,
            Tag::Strong(tag) | Tag::Weak(tag) => {
                condition.not.push(tag.trim_matches('"').to_owned());
            }
        }
    }
    condition
}

/// Stores an object as it came.
pub(super) async fn put(call: &Call<'_>, place: Place) -> Result<Answer> {
    let (segment, name) = match place {
        Place::Object(_, segment, name) => (segment, name),
        Place::Nothing => return Ok(not_found()),
        _ => return Ok(Answer::text(405, "only an object of a calendar can be put")),
    };
    let Ok(text) = String::from_utf8(call.body.clone()) else {
        return Ok(unfit(&ObjectFault::Data("expected UTF-8".to_owned())));
    };
    let setting = call.setting()?;
    let sent = match Sent::read(text, setting) {
        Ok(sent) => sent,
        Err(fault) => return Ok(unfit(&fault)),
    };
    let condition = condition(call);
    let href = of_calendar(call, &segment);
    let (zone, bounds, now) = (setting.zone.clone(), setting.bounds, setting.now);
    call.signed_in.caller.count_write(call.app)?;
    let put = call.signed_in.caller.write(call.app, move |tx, user| {
        let setting = Setting { now, zone: &zone, bounds };
        let collection = collections::resolve(tx, &user, &segment)?;
        collections::put(tx, &user, collection, &name, &sent, &condition, setting)
    });
    let (outcome, _) = put.await?;
    Ok(told(&href, outcome))
}

/// Deletes an object.
pub(super) async fn delete(call: &Call<'_>, place: Place) -> Result<Answer> {
    let (segment, name) = match place {
        Place::Object(_, segment, name) => (segment, name),
        Place::Nothing => return Ok(not_found()),
        _ => {
            return Err(Error::NotOwner("this cannot be deleted".into()));
        }
    };
    let condition = condition(call);
    let href = of_calendar(call, &segment);
    let setting = call.setting()?;
    let (zone, bounds, now) = (setting.zone.clone(), setting.bounds, setting.now);
    call.signed_in.caller.count_write(call.app)?;
    let delete = call.signed_in.caller.write(call.app, move |tx, user| {
        let setting = Setting { now, zone: &zone, bounds };
        let collection = collections::resolve(tx, &user, &segment)?;
        collections::delete(tx, &user, collection, &name, &condition, setting)
    });
    let (outcome, _) = delete.await?;
    Ok(told(&href, outcome))
}

/// Copies an object, or moves it.
pub(super) async fn copy(call: &Call<'_>, place: Place, moves: bool) -> Result<Answer> {
    let Place::Object(_, from, name) = place else {
        return Ok(failed(
            403,
            Element::dav("need-privileges"),
            "only objects can be copied and moved",
        ));
    };
    let Some(destination) = call.header("Destination") else {
        return Ok(Answer::text(400, "Destination: required, but missing"));
    };
    let hrefs = call.hrefs();
    let to = Place::read(hrefs.inside(destination));
    if !to.is_of(&call.signed_in.email) {
        return Ok(failed(
            403,
            Element::dav("need-privileges"),
            "Destination: expected a calendar of yours",
        ));
    }
    let Place::Object(_, to, new_name) = to else {
        return Ok(Answer::text(409, "Destination: expected an object of a calendar"));
    };
    if (&from, &name) == (&to, &new_name) {
        return Ok(Answer::text(403, "Destination: expected another address"));
    }
    let href = of_calendar(call, &to);
    let overwrites =
        call.header("Overwrite").is_none_or(|value| !value.trim().eq_ignore_ascii_case("f"));
    let setting = call.setting()?;
    let (zone, bounds, now) = (setting.zone.clone(), setting.bounds, setting.now);
    call.signed_in.caller.count_write(call.app)?;
    let copy = call.signed_in.caller.write(call.app, move |tx, user| {
        let setting = Setting { now, zone: &zone, bounds };
        let how = (moves, overwrites);
        let from = collections::resolve(tx, &user, &from)?;
        let to = collections::resolve(tx, &user, &to)?;
        collections::copy(tx, &user, (from, &name), (to, &new_name), how, setting)
    });
    let (outcome, _) = copy.await?;
    Ok(told(&href, outcome))
}

/// Gives the address of the object of a calendar that has a name.
fn of_calendar(call: &Call<'_>, segment: &str) -> impl Fn(&str) -> String + use<> {
    let (hrefs, segment) = (call.hrefs(), segment.to_owned());
    move |name| hrefs.object(&segment, name)
}

/// The answer to a change in a calendar.
fn told(href: &dyn Fn(&str) -> String, outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Created(tag) => Answer::empty(201).header("ETag", quoted(&tag)),
        Outcome::Changed(Some(tag)) => Answer::empty(204).header("ETag", quoted(&tag)),
        Outcome::Changed(None) => Answer::empty(204),
        Outcome::ConditionFailed => {
            Answer::text(412, "the object is not as the request expects it")
        }
        Outcome::UidTaken(name) => {
            let href = Element::dav("href").text(href(&name));
            let precondition = Element::new(CALDAV, "no-uid-conflict").with(href);
            failed(
                403,
                precondition,
                "the calendar has an object with this UID, or this one has another",
            )
        }
        Outcome::WrongKind => {
            let why = "the calendar was made for components of another kind".to_owned();
            unfit(&ObjectFault::Component(why))
        }
        Outcome::OtherKind => {
            let why = "the object that is here is of another kind".to_owned();
            unfit(&ObjectFault::Object(why))
        }
    }
}
