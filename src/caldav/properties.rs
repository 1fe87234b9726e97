//! The properties of things (RFC 4918, 15; RFC 4791, 5.2; RFC 6578, 4; RFC 5397; RFC 3744, 4 and 5).

use jiff::tz::TimeZone;

use super::paths::Hrefs;
use super::xml::{APPLE, CALDAV, DAV, Element, Name, SERVER};
use crate::domain::collections::{Collection, Info, Resource};
use crate::ical::calendar_of_zone;
use crate::model::Email;

/// The most bytes of an object.
const MOST_BYTES: usize = 1 << 20;

/// The reports of a calendar.
const REPORTS: [(&str, &str); 5] = [
    (CALDAV, "calendar-query"),
    (CALDAV, "calendar-multiget"),
    (CALDAV, "free-busy-query"),
    (DAV, "sync-collection"),
    (DAV, "expand-property"),
];

/// What a person may in a calendar of theirs that they may write into (RFC 3744, 3).
const WRITING: [&str; 6] = ["read", "write", "write-content", "write-properties", "bind", "unbind"];

/// A thing that has properties.
pub(super) enum Thing<'a> {
    /// The root, and what only leads somewhere: with its address.
    Way(String),
    /// The user.
    Principal,
    /// Where their calendars are.
    Home,
    /// A calendar.
    Calendar(&'a Info),
    /// An object of a calendar.
    Object(&'a Info, &'a Resource),
}

/// Tells the properties of the things of one user.
pub(super) struct Teller {
    pub(super) hrefs: Hrefs,
    pub(super) email: Email,
    /// Whether they may change anything.
    pub(super) writes: bool,
    /// The zone of the server.
    pub(super) zone: TimeZone,
}

fn href(to: &str) -> Element {
    Element::dav("href").text(to)
}

impl Teller {
    /// The address of a thing.
    pub(super) fn href_of(&self, thing: &Thing<'_>) -> String {
        match thing {
            Thing::Way(href) => href.clone(),
            Thing::Principal => self.hrefs.principal(),
            Thing::Home => self.hrefs.home(),
            Thing::Calendar(info) => self.hrefs.calendar(&info.segment),
            Thing::Object(of, resource) => self.hrefs.object(&of.segment, &resource.name),
        }
    }

    /// The token of a calendar, as clients get it: a URI (RFC 6578, 4).
    pub(super) fn token(token: &str) -> String {
        format!("urn:calendar-server:sync:{token}")
    }

    /// The token in such a URI.
    pub(super) fn token_in(uri: &str) -> Option<&str> {
        uri.trim().strip_prefix("urn:calendar-server:sync:")
    }

    /// The names of all properties that `thing` has.
    pub(super) fn names(thing: &Thing<'_>) -> Vec<Name> {
        let common = [
            (DAV, "resourcetype"),
            (DAV, "displayname"),
            (DAV, "current-user-principal"),
            (DAV, "current-user-privilege-set"),
            (DAV, "owner"),
        ];
        let own: &[(&str, &str)] = match thing {
            Thing::Way(_) => &[],
            Thing::Principal => &[
                (DAV, "principal-URL"),
                (CALDAV, "calendar-home-set"),
                (CALDAV, "calendar-user-address-set"),
                (CALDAV, "calendar-user-type"),
                (SERVER, "email-address-set"),
            ],
            Thing::Home => &[(DAV, "supported-report-set")],
            Thing::Calendar(_) => &[
                (APPLE, "calendar-color"),
                (APPLE, "calendar-order"),
                (CALDAV, "calendar-description"),
                (CALDAV, "calendar-timezone"),
                (CALDAV, "supported-calendar-component-set"),
                (CALDAV, "supported-calendar-data"),
                (CALDAV, "max-resource-size"),
                (DAV, "supported-report-set"),
                (SERVER, "getctag"),
                (DAV, "sync-token"),
                (DAV, "getetag"),
                (DAV, "getcontenttype"),
            ],
            Thing::Object(..) => {
                &[(DAV, "getetag"), (DAV, "getcontenttype"), (DAV, "getcontentlength")]
            }
        };
        let known = common.iter().chain(own).map(|(space, local)| Name::new(space, local));
        let kept = match thing {
            Thing::Calendar(info) => &info.properties[..],
            _ => &[],
        };
        let kept = kept.iter().filter_map(|(name, _)| {
            let (space, local) = name.strip_prefix('{')?.split_once('}')?;
            Some(Name::new(space, local))
        });
        let mut names: Vec<_> = known.chain(kept).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The property of that name, as an element; none if `thing` does not have it.
    pub(super) fn property(&self, thing: &Thing<'_>, name: &Name) -> Option<Element> {
        let element = Element::named(name.clone());
        let (space, local) = (name.space.as_str(), name.local.as_str());
        let own = match thing {
            Thing::Way(_) | Thing::Home => None,
            Thing::Principal => self.of_principal(space, local, element.clone()),
            Thing::Calendar(info) => self.of_calendar(info, name, element.clone()),
            Thing::Object(_, resource) => of_object(resource, space, local, element.clone()),
        };
        own.or_else(|| self.common(thing, space, local, element))
    }

    fn common(
        &self,
        thing: &Thing<'_>,
        space: &str,
        local: &str,
        element: Element,
    ) -> Option<Element> {
        Some(match (space, local) {
            (DAV, "resourcetype") => element.with_all(match thing {
                Thing::Way(_) | Thing::Home => vec![Element::dav("collection")],
                Thing::Principal => vec![Element::dav("principal")],
                Thing::Calendar(_) => {
                    vec![Element::dav("collection"), Element::new(CALDAV, "calendar")]
                }
                Thing::Object(..) => Vec::new(),
            }),
            (DAV, "displayname") => element.text(match thing {
                Thing::Object(_, resource) => resource.name.clone(),
                _ => self.email.as_str().to_owned(),
            }),
            (DAV, "current-user-principal" | "owner" | "principal-URL") => {
                element.with(href(&self.hrefs.principal()))
            }
            // Apple's programs look for it on whatever they reach first.
            (CALDAV, "calendar-home-set")
                if !matches!(thing, Thing::Calendar(_) | Thing::Object(..)) =>
            {
                element.with(href(&self.hrefs.home()))
            }
            (DAV, "supported-report-set") if !matches!(thing, Thing::Object(..)) => {
                let reports = [(DAV, "expand-property"), (DAV, "principal-property-search")];
                element.with_all(reports.map(|(space, local)| report(space, local)))
            }
            (DAV, "principal-collection-set") => element.with(href(&self.hrefs.principals())),
            (DAV, "current-user-privilege-set") => {
                let writes = self.writes
                    && match thing {
                        Thing::Calendar(info) | Thing::Object(info, _) => info.takes,
                        Thing::Home => true,
                        Thing::Way(_) | Thing::Principal => false,
                    };
                let privileges = if writes { &WRITING[..] } else { &WRITING[..1] };
                let privilege = |name: &&str| Element::dav("privilege").with(Element::dav(name));
                let all = privileges.iter().map(privilege);
                let own = Element::dav("read-current-user-privilege-set");
                element.with_all(all).with(Element::dav("privilege").with(own))
            }
            _ => return None,
        })
    }

    fn of_principal(&self, space: &str, local: &str, element: Element) -> Option<Element> {
        Some(match (space, local) {
            (CALDAV, "calendar-user-address-set") => element
                .with(href(&format!("mailto:{}", self.email.as_str())))
                .with(href(&self.hrefs.principal())),
            (CALDAV, "calendar-user-type") => element.text("INDIVIDUAL"),
            (SERVER, "email-address-set") => {
                element.with(Element::new(SERVER, "email-address").text(self.email.as_str()))
            }
            _ => return None,
        })
    }

    fn of_calendar(&self, info: &Info, name: &Name, element: Element) -> Option<Element> {
        // What is kept comes first: a person may call a calendar, and describe it, as they like.
        let written = name.to_string();
        if let Some((_, value)) = info.properties.iter().find(|(kept, _)| *kept == written) {
            return Element::read(value.as_bytes()).ok();
        }
        Some(match (name.space.as_str(), name.local.as_str()) {
            (DAV, "displayname") => element.text(match (&info.name, info.collection) {
                (Some(name), _) => name.clone(),
                (None, Collection::Birthdays) => "Birthdays".to_owned(),
                (None, _) => self.email.as_str().to_owned(),
            }),
            (APPLE, "calendar-color") => {
                element.text(format!("{}FF", info.color.as_ref()?.as_str().to_uppercase()))
            }
            (APPLE, "calendar-order") => element.text(info.position?.to_string()),
            (CALDAV, "calendar-description") => element.text(info.description.clone()?),
            (CALDAV, "calendar-timezone") => element.text(calendar_of_zone(&self.zone)),
            (CALDAV, "supported-calendar-component-set") => {
                let all: &[&str] = match info.collection {
                    Collection::Birthdays => &["VEVENT"],
                    _ => &["VEVENT", "VTODO", "VJOURNAL"],
                };
                let made_for = info.kinds.as_deref();
                let kinds = all.iter().filter(|kind| {
                    made_for.is_none_or(|kinds| kinds.iter().any(|one| one == *kind))
                });
                element.with_all(
                    kinds.map(|kind| Element::new(CALDAV, "comp").attribute("name", *kind)),
                )
            }
            (CALDAV, "supported-calendar-data") => element.with(
                Element::new(CALDAV, "calendar-data")
                    .attribute("content-type", "text/calendar")
                    .attribute("version", "2.0"),
            ),
            (CALDAV, "max-resource-size") => element.text(MOST_BYTES.to_string()),
            (DAV, "supported-report-set") => {
                element.with_all(REPORTS.map(|(space, local)| report(space, local)))
            }
            (SERVER, "getctag") | (DAV, "getetag") => element.text(format!("\"{}\"", info.token)),
            (DAV, "sync-token") => element.text(Self::token(&info.token.to_string())),
            (DAV, "getcontenttype") => element.text("text/calendar; charset=utf-8"),
            _ => return None,
        })
    }
}

fn of_object(resource: &Resource, space: &str, local: &str, element: Element) -> Option<Element> {
    Some(match (space, local) {
        (DAV, "getetag") => element.text(format!("\"{}\"", resource.tag)),
        (DAV, "getcontenttype") => element
            .text(format!("text/calendar; charset=utf-8; component={}", kind(&resource.text))),
        (DAV, "getcontentlength") => element.text(resource.text.len().to_string()),
        _ => return None,
    })
}

/// What an object is about, in lower case.
pub(super) fn kind(text: &str) -> &'static str {
    let is = |name: &str| text.contains(&format!("BEGIN:{name}"));
    if is("VEVENT") {
        "vevent"
    } else if is("VTODO") {
        "vtodo"
    } else if is("VJOURNAL") {
        "vjournal"
    } else {
        "vevent"
    }
}

fn report(space: &str, local: &str) -> Element {
    Element::dav("supported-report").with(Element::dav("report").with(Element::new(space, local)))
}
