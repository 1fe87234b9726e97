//! The filter of a calendar-query, read (RFC 4791, 9.7).

use crate::caldav::xml::{CALDAV, Element};
use crate::ical::{ComponentFilter, PropertyFilter, Span, TextMatch, unix_of_utc};

/// How many parts a filter may have: each is compared with each object.
const MOST_PARTS: usize = 100;

/// Why a filter is refused.
pub(super) enum Fault {
    /// By which precondition, and a sentence.
    Precondition(&'static str, String),
    /// It cannot be read.
    Bad(String),
}

fn invalid(why: impl Into<String>) -> Fault {
    Fault::Precondition("valid-filter", why.into())
}

/// Reads the filter in `root`.
pub(super) fn read(root: &Element) -> Result<ComponentFilter, Fault> {
    let filter = root.child(CALDAV, "filter");
    let filter = filter.ok_or_else(|| Fault::Bad("expected a filter".to_owned()))?;
    let [calendar] = &filter.children[..] else {
        return Err(invalid("expected one comp-filter in the filter"));
    };
    let mut parts = 0;
    let read = component(calendar, &mut parts)?;
    if !read.name.eq_ignore_ascii_case("VCALENDAR") {
        return Err(invalid("expected a comp-filter of VCALENDAR"));
    }
    Ok(read)
}

fn count(parts: &mut usize) -> Result<(), Fault> {
    *parts += 1;
    if *parts > MOST_PARTS {
        return Err(invalid(format!("expected at most {MOST_PARTS} parts of a filter")));
    }
    Ok(())
}

fn name_of(element: &Element) -> Result<String, Fault> {
    let name = element.value("name").filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| invalid("name: required, but missing"))
}

fn component(element: &Element, parts: &mut usize) -> Result<ComponentFilter, Fault> {
    count(parts)?;
    if !element.name.is(CALDAV, "comp-filter") {
        return Err(invalid(format!("expected a comp-filter and not {}", element.name.local)));
    }
    let mut filter = ComponentFilter { name: name_of(element)?, ..ComponentFilter::default() };
    for child in &element.children {
        match child.name.local.as_str() {
            "is-not-defined" => filter.absent = true,
            "time-range" => filter.span = Some(span(child)?),
            "prop-filter" => filter.properties.push(property(child, parts)?),
            "comp-filter" => filter.components.push(component(child, parts)?),
            other => return Err(invalid(format!("{other} is not known in a comp-filter"))),
        }
    }
    Ok(filter)
}

fn property(element: &Element, parts: &mut usize) -> Result<PropertyFilter, Fault> {
    count(parts)?;
    let mut filter = PropertyFilter { name: name_of(element)?, ..PropertyFilter::default() };
    for child in &element.children {
        match child.name.local.as_str() {
            "is-not-defined" => filter.absent = true,
            "time-range" => filter.span = Some(span(child)?),
            "text-match" => filter.text = Some(text(child)?),
            "param-filter" => {
                count(parts)?;
                let wanted = match child.child(CALDAV, "text-match") {
                    Some(wanted) => Ok(text(wanted)?),
                    None => Err(child.child(CALDAV, "is-not-defined").is_none()),
                };
                filter.parameters.push((name_of(child)?, wanted));
            }
            other => return Err(invalid(format!("{other} is not known in a prop-filter"))),
        }
    }
    Ok(filter)
}

fn text(element: &Element) -> Result<TextMatch, Fault> {
    let exact = match element.value("collation").unwrap_or("i;ascii-casemap") {
        "i;octet" => true,
        "i;ascii-casemap" | "i;unicode-casemap" | "default" => false,
        other => {
            let why = format!("collation: expected i;ascii-casemap or i;octet and not {other}");
            return Err(Fault::Precondition("supported-collation", why));
        }
    };
    let negated = match element.value("negate-condition").unwrap_or("no") {
        "yes" => true,
        "no" => false,
        _ => return Err(invalid("negate-condition: expected yes or no")),
    };
    Ok(TextMatch { contains: element.text.clone(), exact, negated })
}

/// The span of a `time-range`, `expand` or `limit-recurrence-set`: times in UTC, of which one may be missing.
pub(super) fn span(element: &Element) -> Result<Span, Fault> {
    let time = |name: &str, without: i64| match element.value(name) {
        None => Ok(without),
        Some(value) => unix_of_utc(value).ok_or_else(|| {
            invalid(format!("{name}: expected a time in UTC, such as 20260131T000000Z"))
        }),
    };
    // The years 0001 to 9999, as far as times go here.
    let span = Span { from: time("start", -62_135_596_800)?, until: time("end", 253_402_300_799)? };
    if element.value("start").is_none() && element.value("end").is_none() {
        return Err(invalid("time-range: expected a start or an end"));
    }
    if span.until <= span.from {
        return Err(invalid("end: expected a time after the start"));
    }
    Ok(span)
}
