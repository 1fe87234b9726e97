//! Reports about people (RFC 3253, 3.8; RFC 3744, 9.4 and 9.5). Nobody finds anybody but themselves: who else has an account
//! is not for everybody to know.

use crate::caldav::answer::{Answer, bad, not_found};
use crate::caldav::call::Call;
use crate::caldav::paths::Place;
use crate::caldav::properties::{Teller, Thing};
use crate::caldav::propfind::{Asked, MOST_ASKED, names, response};
use crate::caldav::xml::{CALDAV, DAV, Element, Name};
use crate::error::Result;

/// How deep an expand-property goes.
const MOST_DEEP: usize = 4;

/// Answers an expand-property of the principal, the home, or what leads there.
pub(super) async fn expand(call: &Call<'_>, root: &Element, place: Place) -> Result<Answer> {
    if asks_too_much(root) {
        return Ok(bad(&format!("expected at most {MOST_ASKED} properties")));
    }
    call.signed_in.caller.read_inline(call.app, |_, _| Ok(())).await?;
    let teller = call.teller();
    let thing = match place {
        Place::Root => Thing::Way(teller.hrefs.root()),
        Place::Principals => Thing::Way(teller.hrefs.principals()),
        Place::Homes => Thing::Way(teller.hrefs.homes()),
        Place::Principal(_) => Thing::Principal,
        Place::Home(_) => Thing::Home,
        Place::Calendar(..) | Place::Object(..) | Place::Nothing => return Ok(not_found()),
    };
    Ok(Answer::multistatus([expanded(&teller, &thing, root, 0)]))
}

fn asks_too_much(element: &Element) -> bool {
    element.children.len() > MOST_ASKED || element.children.iter().any(asks_too_much)
}

fn expanded(teller: &Teller, thing: &Thing<'_>, asked: &Element, depth: usize) -> Element {
    let wanted: Vec<&Element> = asked.all(DAV, "property").collect();
    let name = |one: &Element| {
        let space = one.value("namespace").unwrap_or(DAV);
        Name::new(space, one.value("name").unwrap_or_default())
    };
    let names = wanted.iter().map(|one| name(one)).collect();
    let mut answered = response(teller, thing, &Asked::Props(names), false);
    for value in answered
        .children
        .iter_mut()
        .flat_map(|stat| &mut stat.children)
        .filter(|prop| prop.name.is(DAV, "prop"))
        .flat_map(|prop| &mut prop.children)
    {
        let Some(inner) = wanted.iter().find(|one| name(one) == value.name) else { continue };
        if depth >= MOST_DEEP || inner.child(DAV, "property").is_none() {
            continue;
        }
        for child in &mut value.children {
            let to = match Place::read(teller.hrefs.inside(&child.text)) {
                Place::Principal(_) => Thing::Principal,
                Place::Home(_) => Thing::Home,
                _ => continue,
            };
            if child.name.is(DAV, "href") {
                *child = expanded(teller, &to, inner, depth + 1);
            }
        }
    }
    answered
}

/// Answers a principal-property-search.
pub(super) async fn search(call: &Call<'_>, root: &Element) -> Result<Answer> {
    call.signed_in.caller.read_inline(call.app, |_, _| Ok(())).await?;
    let teller = call.teller();
    let email = call.signed_in.email.as_str().to_lowercase();
    let searched = root.all(DAV, "property-search").flat_map(|search| search.all(DAV, "match"));
    let mut words = searched.map(|word| word.text.trim().to_lowercase());
    let found = words.all(|word| email.contains(&word));
    // python-caldav writes what it asks for beside the `prop` that it belongs into.
    let beside = root.children.iter().filter(|child| {
        !["property-search", "prop", "apply-to-principal-collection-set"]
            .contains(&child.name.local.as_str())
    });
    let inside = root.child(DAV, "prop").into_iter().flat_map(|prop| &prop.children);
    let props: Vec<Element> = beside.chain(inside).cloned().collect();
    let asked = match names(&props) {
        Ok(names) => Asked::Props(names),
        Err(why) => return Ok(bad(&why)),
    };
    let own = found.then(|| response(&teller, &Thing::Principal, &asked, call.minimal));
    Ok(Answer::multistatus(own))
}

/// By what principals are searched.
pub(super) fn searchable() -> Answer {
    let by = |space: &str, local: &str, what: &str| {
        Element::dav("principal-search-property")
            .with(Element::dav("prop").with(Element::new(space, local)))
            .with(Element::dav("description").attribute("xml:lang", "en").text(what))
    };
    let set = Element::dav("principal-search-property-set")
        .with(by(DAV, "displayname", "Name"))
        .with(by(CALDAV, "calendar-user-address-set", "Email"));
    Answer::xml(200, &set)
}
