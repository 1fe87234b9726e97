//! calendar-query (RFC 4791, 7.8) and free-busy-query (7.10).

use jiff::tz::TimeZone;

use super::filter::{self, Fault};
use crate::caldav::answer::{Answer, Multistatus, bad, failed};
use crate::caldav::call::Call;
use crate::caldav::propfind::{Asked, MOST_ASKED, of_object};
use crate::caldav::xml::{CALDAV, DAV, Element};
use crate::domain::collections::{self, Reader, Resource};
use crate::error::{Error, Result};
use crate::ical::free_busy as write_free_busy;
use crate::ical::{ComponentFilter, Span, Wanted, partial};

/// How the objects themselves are wanted (RFC 4791, 9.6).
#[derive(Debug, Clone, Default)]
pub(super) struct Data {
    /// Each occurrence in this span by itself.
    expand: Option<Span>,
    /// Only the changed occurrences that matter in this span.
    limit: Option<Span>,
    /// Only these components and properties.
    only: Option<Wanted>,
}

impl Data {
    /// As `root` says in its `prop`.
    pub(super) fn of(root: &Element) -> std::result::Result<Self, Fault> {
        let data = root.child(DAV, "prop").and_then(|prop| prop.child(CALDAV, "calendar-data"));
        let Some(data) = data else { return Ok(Self::default()) };
        let kind = data.value("content-type").unwrap_or("text/calendar");
        let version = data.value("version").unwrap_or("2.0");
        if kind != "text/calendar" || version != "2.0" {
            let why = "calendar-data: expected text/calendar of version 2.0".to_owned();
            return Err(Fault::Precondition("supported-calendar-data", why));
        }
        let span = |name| data.child(CALDAV, name).map(filter::span).transpose();
        let only = data.child(CALDAV, "comp").map(wanted);
        if only.as_ref().is_some_and(|only| size(only) > MOST_ASKED) {
            return Err(Fault::Bad(format!(
                "expected at most {MOST_ASKED} components and properties"
            )));
        }
        Ok(Self { expand: span("expand")?, limit: span("limit-recurrence-set")?, only })
    }

    /// Makes of an object what is wanted of it.
    pub(super) fn apply(&self, resource: &mut Resource, zone: &TimeZone) -> Result<()> {
        if let Some(span) = self.expand {
            match collections::expanded(&resource.text, span, zone) {
                Ok(text) => resource.text = text,
                // One object with very many occurrences must not take all others away: it is given as it is.
                Err(Error::TooLong(_)) => {}
                Err(error) => return Err(error),
            }
        } else if let Some(span) = self.limit {
            resource.text = collections::limited(&resource.text, span, zone)?;
        }
        if let Some(only) = &self.only {
            resource.text = partial(&resource.text, only);
        }
        Ok(())
    }
}

/// Which part of a component is wanted.
fn wanted(comp: &Element) -> Wanted {
    let names = |element: &Element| element.value("name").unwrap_or_default().to_owned();
    let all = comp.child(CALDAV, "allprop").is_some();
    let properties = comp.all(CALDAV, "prop").map(names).collect();
    let inner = comp.all(CALDAV, "comp").map(wanted).collect();
    let no_parts = comp.child(CALDAV, "allcomp").is_none();
    let no_lines = !all && comp.child(CALDAV, "prop").is_none();
    Wanted {
        name: names(comp),
        // A component that says nothing is wanted whole.
        properties: (!(all || no_lines && comp.children.is_empty())).then_some(properties),
        components: (no_parts && !comp.children.is_empty()).then_some(inner),
    }
}

/// How many components and properties are wanted by name.
fn size(wanted: &Wanted) -> usize {
    let inner = wanted.components.iter().flatten().map(size).sum::<usize>();
    1 + wanted.properties.as_ref().map_or(0, Vec::len) + inner
}

/// The answer to what cannot be read.
pub(super) fn answer_data(fault: Fault) -> Answer {
    match fault {
        Fault::Precondition(name, why) => failed(403, Element::new(CALDAV, name), &why),
        Fault::Bad(why) => bad(&why),
    }
}

/// The span in which an event must take place for `filter` to be met, if there is one: then only those are looked at.
fn span_of_events(filter: &ComponentFilter) -> Option<Span> {
    let events = filter.components.iter().find(|inner| inner.name.eq_ignore_ascii_case("VEVENT"));
    events.filter(|events| !events.absent).and_then(|events| events.span)
}

/// Answers a calendar-query.
pub(super) async fn answer(call: &Call<'_>, root: Element, segment: String) -> Result<Answer> {
    let asked = match Asked::of(&root) {
        Ok(asked) => asked,
        Err(why) => return Ok(bad(&why)),
    };
    let filter = match filter::read(&root) {
        Ok(filter) => filter,
        Err(fault) => return Ok(answer_data(fault)),
    };
    let data = match Data::of(&root) {
        Ok(data) => data,
        Err(fault) => return Ok(answer_data(fault)),
    };
    let most = limit_of(&root);
    let teller = call.teller();
    let (minimal, zone) = (call.minimal, call.app.clock.zone().clone());
    let found = call.signed_in.caller.read(call.app, move |snapshot, user| {
        let info = collections::find(snapshot, &user, &segment)?;
        let reader = Reader::new(snapshot, &user, info.collection, &zone)?;
        let (mut list, mut count) = (Multistatus::new(), 0);
        let mut give = |mut resource: Resource| {
            count += 1;
            if most.is_some_and(|most| count > most) {
                return Ok(());
            }
            data.apply(&mut resource, &zone)?;
            list.push(&of_object(&teller, &info, &resource, &asked, minimal))
        };
        let mut try_one = |resource: Resource| {
            if reader.is_like(&resource, &filter)? { give(resource) } else { Ok(()) }
        };
        match span_of_events(&filter) {
            Some(span) => reader.taking_place(span, &mut try_one)?,
            None => reader.each(&mut try_one)?,
        }
        if most.is_some_and(|most| count > most) {
            list.push(&cut(&teller.hrefs.calendar(&info.segment)))?;
        }
        Ok(list)
    });
    Ok(Answer::written(found.await?))
}

/// Says that the list of what is at `href` is cut (RFC 6578, 3.6; RFC 5323, 5.17.1).
pub(super) fn cut(href: &str) -> Element {
    let status = Element::dav("status").text("HTTP/1.1 507 Insufficient Storage");
    let error = Element::dav("error").with(Element::dav("number-of-matches-within-limits"));
    let href = Element::dav("href").text(href);
    Element::dav("response").with(href).with(status).with(error)
}

/// The most results that a client takes.
pub(super) fn limit_of(root: &Element) -> Option<usize> {
    root.child(DAV, "limit")?.child(DAV, "nresults")?.text.trim().parse().ok()
}

/// Answers a free-busy-query: when the events of a calendar take up time.
pub(super) async fn free_busy(call: &Call<'_>, root: &Element, segment: String) -> Result<Answer> {
    let Some(range) = root.child(CALDAV, "time-range") else {
        return Ok(bad("time-range: required, but missing"));
    };
    let span = match filter::span(range) {
        Ok(span) => span,
        Err(fault) => return Ok(answer_data(fault)),
    };
    let zone = call.app.clock.zone().clone();
    let now = call.app.clock.unix();
    let found = call.signed_in.caller.read(call.app, move |snapshot, user| {
        let collection = collections::resolve(snapshot, &user, &segment)?;
        Reader::new(snapshot, &user, collection, &zone)?.busy(span)
    });
    let busy = found.await?;
    let text = write_free_busy(span, &busy, now);
    Ok(Answer::text(200, "").header("Content-Type", "text/calendar; charset=utf-8").with_body(text))
}
