//! REPORT (RFC 3253, 3.6): the questions of CalDAV, of collection synchronisation, and of those who look for people.

mod filter;
mod multiget;
mod principals;
mod query;
mod sync;

use super::answer::{Answer, bad, failed, not_found};
use super::call::Call;
use super::paths::Place;
use super::xml::{CALDAV, DAV, Element};
use crate::error::Result;

/// Answers a call.
pub(super) async fn answer(call: &Call<'_>, place: Place) -> Result<Answer> {
    let root = match Element::read(&call.body) {
        Ok(root) => root,
        Err(why) => return Ok(bad(&why)),
    };
    let name = (root.name.space.as_str(), root.name.local.as_str());
    match (name, place) {
        (_, Place::Nothing) => Ok(not_found()),
        ((CALDAV, "calendar-query"), Place::Calendar(_, segment)) => {
            query::answer(call, root, segment).await
        }
        ((CALDAV, "calendar-multiget"), Place::Calendar(_, segment)) => {
            multiget::answer(call, root, Some(segment)).await
        }
        ((CALDAV, "calendar-multiget"), Place::Home(_)) => multiget::answer(call, root, None).await,
        ((CALDAV, "free-busy-query"), Place::Calendar(_, segment)) => {
            query::free_busy(call, &root, segment).await
        }
        ((DAV, "sync-collection"), Place::Calendar(_, segment)) => {
            sync::answer(call, root, segment).await
        }
        ((DAV, "expand-property"), place) => principals::expand(call, &root, place).await,
        ((DAV, "principal-property-search"), _) => principals::search(call, &root).await,
        ((DAV, "principal-search-property-set"), _) => Ok(principals::searchable()),
        _ => {
            let why = "this report is not for what is at this address";
            Ok(failed(403, Element::dav("supported-report"), why))
        }
    }
}
