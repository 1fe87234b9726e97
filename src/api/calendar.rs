//! `/calendar`: the caller's own calendar, its views and the events in it.

use std::sync::Arc;

use rocket::{State, delete, get, post, put};
use serde::Serialize;

use super::BASE;
use super::conditional::{IfMatch, tag};
use super::envelope::Answer;
use super::guard::{Bearer, Caller, Fields, PathId, Query};
use super::negotiation::Conditional;
use crate::app::App;
use crate::domain;
use crate::error::{Error, Result};
use crate::model::{
    Day, Event, EventDetails, EventId, EventTimes, GroupId, Month, Occurrence, ShortText,
    TimeRange, WallTime,
};

/// Appends an event as JSON. `email` and `useremail` are the same: the reference's example has the
/// one, its table the other.
///
/// By hand, since a view is nearly all of this: derived, it spends as long on escaping the names of
/// the fields, which need none, as on the values.
fn write_event(out: &mut Vec<u8>, occurrence: &Occurrence) -> Result<()> {
    let Occurrence { event, times } = occurrence;
    let Event { id: EventId(id), email, group, details, created, updated, birthday, .. } = &**event;
    out.extend_from_slice(b"{\"id\":");
    json(out, id)?;
    out.extend_from_slice(b",\"email\":");
    let email_at = out.len();
    json(out, email)?;
    let email_ends = out.len();
    out.extend_from_slice(b",\"useremail\":");
    out.extend_from_within(email_at..email_ends);
    out.extend_from_slice(b",\"subject\":");
    json(out, &details.subject.as_str())?;
    out.extend_from_slice(b",\"group\":");
    match group {
        Some(GroupId(group)) => json(out, &group.to_string())?,
        None => out.extend_from_slice(b"null"),
    }
    for (name, time) in [("sdate", times.starts()), ("edate", times.ends()), ("created", *created)]
    {
        write_time(out, name, time);
    }
    match updated {
        Some(time) => write_time(out, "updated", *time),
        None => out.extend_from_slice(b",\"updated\":null"),
    }
    let birthday: &[u8] = if *birthday { b"\"1\"" } else { b"null" };
    out.extend_from_slice(b",\"birthday\":");
    out.extend_from_slice(birthday);
    out.push(b'}');
    Ok(())
}

fn write_time(out: &mut Vec<u8>, name: &str, time: WallTime) {
    for part in [b",\"", name.as_bytes(), b"\":\"", &time.http_date(), b"\""] {
        out.extend_from_slice(part);
    }
}

fn json(out: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    let written = serde_json::to_writer(out, value);
    written.map_err(|error| Error::Internal(format!("cannot write an event: {error}")))
}

fn list(events: &[Occurrence]) -> Result<Answer> {
    Answer::written(events.len() * 320, |out| {
        out.push(b'[');
        for (index, event) in events.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_event(out, event)?;
        }
        out.push(b']');
        Ok(())
    })
}

/// What the caller's calendar shows in the range that `range` gives.
async fn view<F>(bearer: Bearer, wanted: Conditional, app: &App, range: F) -> Result<Answer>
where
    F: FnOnce() -> Result<TimeRange> + Send + 'static,
{
    let views = Arc::clone(&app.views);
    let shown = bearer.read_inline(app, move |snapshot, user| {
        let range = range()?;
        let tag = views.tag(&user, range);
        if wanted.has(&tag) {
            return Ok(Answer::not_modified(tag));
        }
        if let Some(kept) = views.get(&user, range, wanted.gzip) {
            return Ok(Answer::view(kept, tag));
        }
        let events = domain::events::in_range(snapshot, user.id, range)?;
        let view = list(&events)?.into_view(wanted.gzip)?;
        views.keep(&user, range, wanted.gzip, &view);
        Ok(Answer::view(view, tag))
    });
    shown.await
}

/// What calls 5, 6 and 17 say of an event.
pub(super) fn details(fields: &Fields) -> Result<EventDetails> {
    let times = EventTimes::parse(&fields.string("sdate")?, &fields.string("edate")?)?;
    let subject = ShortText::parse("subject", &fields.string("subject")?)?;
    Ok(EventDetails { subject, times })
}

/// Where an event can be read.
pub(super) fn location(EventId(id): EventId) -> String {
    format!("{BASE}/calendar/event/{id}")
}

/// Call 3.
#[get("/calendar")]
pub(super) async fn this_month(
    bearer: Bearer,
    wanted: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    let today = app.clock.today();
    view(bearer, wanted, app, || Ok(today?.month().time_range())).await
}

/// Call 4. The reference prints call 9 under this path too, with a `date`: that is a day's view.
#[get("/calendar/month")]
pub(super) async fn month(
    bearer: Bearer,
    query: Query,
    wanted: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    view(bearer, wanted, app, move || match (query.get("year_month"), query.get("date")) {
        (Err(_), Ok(day)) => Ok(Day::parse("date", &day)?.time_range()),
        (month, _) => Ok(Month::parse("year_month", &month?)?.time_range()),
    })
    .await
}

/// Call 8.
#[get("/calendar/today")]
pub(super) async fn today(bearer: Bearer, wanted: Conditional, app: &State<App>) -> Result<Answer> {
    let today = app.clock.today();
    view(bearer, wanted, app, || Ok(today?.time_range())).await
}

/// Call 9.
#[get("/calendar/date")]
pub(super) async fn date(
    bearer: Bearer,
    query: Query,
    wanted: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    view(bearer, wanted, app, move || Ok(Day::parse("date", &query.get("date")?)?.time_range()))
        .await
}

/// Call 10.
#[get("/calendar/search")]
pub(super) async fn search(bearer: Bearer, query: Query, app: &State<App>) -> Result<Answer> {
    let found = bearer.read(app, move |snapshot, user| {
        let word = ShortText::parse("search_word", &query.get("search_word")?)?;
        domain::events::search(snapshot, user.id, &word)
    });
    list(&found.await?)
}

/// Call 5.
#[post("/calendar/event", data = "<fields>")]
pub(super) async fn create_event(
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let details = caller.token_first(app, details(&fields)).await?;
    let now = app.clock.now()?;
    let id = caller
        .write(app, move |tx, user| domain::events::create(tx, user.id, None, &details, now))
        .await?;
    Answer::made_at(location(id))
}

/// Call 6.
#[put("/calendar/event", data = "<fields>")]
pub(super) async fn change_event(
    caller: Caller,
    condition: IfMatch,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let given = fields.integer("event_id");
    let given = given.and_then(|id| Ok((EventId(id), details(&fields)?)));
    let (id, details) = caller.token_first(app, given).await?;
    let now = app.clock.now()?;
    caller
        .write(app, move |tx, user| {
            domain::events::change(tx, user.id, id, &details, &condition.0, now)
        })
        .await?;
    Answer::done()
}

/// Call 7.
#[delete("/calendar/event", data = "<fields>")]
pub(super) async fn delete_event(
    caller: Caller,
    condition: IfMatch,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let id = EventId(caller.token_first(app, fields.integer("event_id")).await?);
    caller
        .write(app, move |tx, user| domain::events::delete(tx, user.id, id, &condition.0))
        .await?;
    Answer::done()
}

/// One event that the caller registered or that the caller's calendar shows. Its `ETag` is for the
/// `If-Match` of calls 6 and 7.
#[get("/calendar/event/<_>")]
pub(super) async fn event(
    id: PathId,
    bearer: Bearer,
    wanted: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    let id = EventId(id.0);
    let event = bearer
        .read_inline(app, move |snapshot, user| domain::events::get(snapshot, user.id, id))
        .await?;
    let tag = tag(event.revision);
    let occurrence = Occurrence::of(event);
    let answer = Answer::written(320, |out| write_event(out, &occurrence))?;
    Ok(answer.tagged(tag, &wanted))
}

/// Call 11.
#[put("/calendar/birthday", data = "<fields>")]
pub(super) async fn put_birthday(
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    birthday(caller, app, &fields).await
}

/// Call 11 again: clients of the earlier system send it either way.
#[post("/calendar/birthday", data = "<fields>")]
pub(super) async fn post_birthday(
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    birthday(caller, app, &fields).await
}

/// The reference names the parameter `sdate` in its table and `brithday` in its example.
async fn birthday(caller: Caller, app: &App, fields: &Fields) -> Result<Answer> {
    let given = fields.string_of(&["birthday", "brithday", "sdate"]);
    let given = given.and_then(|(name, raw)| Day::parse_loosely(name, &raw));
    let day = caller.token_first(app, given).await?;
    let now = app.clock.now()?;
    caller
        .write(app, move |tx, user| domain::events::register_birthday(tx, &user, day, now))
        .await?;
    Answer::done()
}
