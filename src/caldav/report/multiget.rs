//! calendar-multiget (RFC 4791, 7.9): objects by their addresses.

use std::collections::HashMap;

use super::query::{Data, answer_data};
use crate::caldav::answer::{Answer, Multistatus, bad, failed};
use crate::caldav::call::Call;
use crate::caldav::paths::Place;
use crate::caldav::propfind::{Asked, gone, of_object};
use crate::caldav::xml::{CALDAV, DAV, Element};
use crate::domain::collections::{self, Info, Reader};
use crate::error::{Error, Result};

/// How many addresses one request may have.
const MOST: usize = 10_000;

/// Answers a call on the calendar `segment`, or on all of them.
pub(super) async fn answer(
    call: &Call<'_>,
    root: Element,
    segment: Option<String>,
) -> Result<Answer> {
    let asked = match Asked::of(&root) {
        Ok(asked) => asked,
        Err(why) => return Ok(bad(&why)),
    };
    let data = match Data::of(&root) {
        Ok(data) => data,
        Err(fault) => return Ok(answer_data(fault)),
    };
    let hrefs: Vec<String> =
        root.all(DAV, "href").map(|href| href.text.trim().to_owned()).collect();
    if hrefs.len() > MOST {
        let why = format!("expected at most {MOST} addresses");
        return Ok(failed(403, Element::new(CALDAV, "valid-calendar-query"), &why));
    }
    let teller = call.teller();
    let (minimal, zone) = (call.minimal, call.app.clock.zone().clone());
    let found = call.signed_in.caller.read(call.app, move |snapshot, user| {
        let mut infos: HashMap<String, Option<Info>> = HashMap::new();
        // Whether the calendar is there is told first.
        if let Some(segment) = segment {
            let info = collections::find(snapshot, &user, &segment)?;
            infos.insert(segment, Some(info));
        }
        let mut list = Multistatus::new();
        for href in hrefs {
            let place = Place::read(teller.hrefs.inside(&href));
            let Place::Object(_, segment, name) = &place else {
                list.push(&gone(&href))?;
                continue;
            };
            if !place.is_of(&user.email) {
                list.push(&gone(&href))?;
                continue;
            }
            if !infos.contains_key(segment) {
                let info = match collections::find(snapshot, &user, segment) {
                    Ok(info) => Some(info),
                    Err(Error::NotFound(_)) => None,
                    Err(error) => return Err(error),
                };
                infos.insert(segment.clone(), info);
            }
            let Some(Some(info)) = infos.get(segment) else {
                list.push(&gone(&href))?;
                continue;
            };
            let reader = Reader::new(snapshot, &user, info.collection, &zone)?;
            match reader.called(name)? {
                Some(mut resource) => {
                    data.apply(&mut resource, &zone)?;
                    list.push(&of_object(&teller, info, &resource, &asked, minimal))?;
                }
                None => list.push(&gone(&href))?,
            }
        }
        Ok(list)
    });
    Ok(Answer::written(found.await?))
}
