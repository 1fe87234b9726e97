//! sync-collection (RFC 6578, 3.2): what has changed since a token.

use super::query::{Data, answer_data, limit_of};
use crate::caldav::Call;
use crate::caldav::answer::{Answer, bad, failed};
use crate::caldav::properties::Teller;
use crate::caldav::propfind::{Asked, gone, of_object};
use crate::caldav::xml::{DAV, Element};
use crate::domain::collections::{self, Reader, Resource};
use crate::error::Result;
use crate::model::{Room, SyncToken};

/// How many changes are told at once. A client goes on from the token that it gets.
const MOST: u32 = 20_000;

/// Answers a call. Any `Depth` is taken for 0: Thunderbird sends 1.
pub(super) async fn answer(call: &Call<'_>, root: Element, segment: String) -> Result<Answer> {
    let asked = Asked::of(&root);
    let data = match Data::of(&root) {
        Ok(data) => data,
        Err(fault) => return Ok(answer_data(fault)),
    };
    let Some(sent) = root.child(DAV, "sync-token") else {
        return Ok(bad("sync-token: required, but missing"));
    };
    let level = root.child(DAV, "sync-level").map_or("1", |level| level.text.trim());
    if !matches!(level, "1" | "infinite" | "infinity") {
        return Ok(bad("sync-level: expected 1 or infinite"));
    }
    let sent = sent.text.trim();
    let token: Option<SyncToken> = if sent.is_empty() {
        None
    } else {
        match Teller::token_in(sent).and_then(|token| token.parse().ok()) {
            Some(token) => Some(token),
            None => return Ok(ended()),
        }
    };
    let most = limit_of(&root).and_then(|most| u32::try_from(most).ok()).unwrap_or(MOST);
    let most = most.clamp(1, MOST);
    let teller = call.teller();
    let (minimal, zone) = (call.minimal, call.app.clock.zone().clone());
    let found = call.signed_in.caller.read(call.app, move |snapshot, user| {
        let info = collections::find(snapshot, &user, &segment)?;
        let reader = Reader::new(snapshot, &user, info.collection, &zone)?;
        let Some(synced) = reader.since(token, most)? else { return Ok(None) };
        let (mut room, mut responses) = (Room::in_view(), Vec::new());
        let mut give = |mut resource: Resource| -> Result<()> {
            data.apply(&mut resource, &zone)?;
            if asked.wants_data() {
                room.take(resource.text.len())?;
            }
            responses.push(of_object(&teller, &info, &resource, &asked, minimal));
            Ok(())
        };
        for resource in synced.changed {
            give(resource)?;
        }
        // Who lists a calendar for the first time has nothing that could be gone.
        for name in synced.deleted.iter().filter(|_| token.is_some()) {
            responses.push(gone(&teller.hrefs.object(&info.segment, name)));
        }
        if synced.more {
            let status = Element::dav("status").text("HTTP/1.1 507 Insufficient Storage");
            let error = Element::dav("error").with(Element::dav("number-of-matches-within-limits"));
            let href = Element::dav("href").text(teller.hrefs.calendar(&info.segment));
            responses.push(Element::dav("response").with(href).with(status).with(error));
        }
        let upto = Element::dav("sync-token").text(Teller::token(&synced.upto.to_string()));
        responses.push(upto);
        Ok(Some(responses))
    });
    Ok(found.await?.map_or_else(ended, Answer::multistatus))
}

/// The client has to begin anew (RFC 6578, 3.2.1).
fn ended() -> Answer {
    failed(403, Element::dav("valid-sync-token"), "list the calendar anew, without a token")
}
