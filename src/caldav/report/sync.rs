//! sync-collection (RFC 6578, 3.2): what has changed since a token.

use super::query::{Data, answer_data, cut, limit_of};
use crate::caldav::answer::{Answer, Multistatus, bad, failed};
use crate::caldav::call::Call;
use crate::caldav::properties::Teller;
use crate::caldav::propfind::{Asked, gone, of_object};
use crate::caldav::xml::{DAV, Element};
use crate::domain::collections::{self, Reader};
use crate::error::Result;
use crate::model::SyncToken;

/// How many changes are told at once. A client goes on from the token that it gets.
const MOST: u32 = 20_000;

/// Answers a call. Any `Depth` is taken for 0: Thunderbird sends 1.
pub(super) async fn answer(call: &Call<'_>, root: Element, segment: String) -> Result<Answer> {
    let asked = match Asked::of(&root) {
        Ok(asked) => asked,
        Err(why) => return Ok(bad(&why)),
    };
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
        let mut list = Multistatus::new();
        let synced = reader.since(token, most, &mut |mut resource| {
            data.apply(&mut resource, &zone)?;
            list.push(&of_object(&teller, &info, &resource, &asked, minimal))
        })?;
        let Some(synced) = synced else { return Ok(None) };
        // Who lists a calendar for the first time has nothing that could be gone.
        for name in synced.deleted.iter().filter(|_| token.is_some()) {
            list.push(&gone(&teller.hrefs.object(&info.segment, name)))?;
        }
        if synced.more {
            list.push(&cut(&teller.hrefs.calendar(&info.segment)))?;
        }
        let upto = Element::dav("sync-token").text(Teller::token(&synced.upto.to_string()));
        list.push(&upto)?;
        Ok(Some(list))
    });
    Ok(found.await?.map_or_else(ended, Answer::written))
}

/// The client has to begin anew (RFC 6578, 3.2.1).
fn ended() -> Answer {
    failed(403, Element::dav("valid-sync-token"), "list the calendar anew, without a token")
}
