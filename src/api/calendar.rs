//! `/calendar`: what the caller's calendar shows, and the caller's birthday.

use std::sync::Arc;

use jiff::tz::TimeZone;
use rocket::{State, delete, get, post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::conditional::{Conditional, TakesGzip};
use super::envelope::{Answer, Done, List};
use super::event::{self, Event, OneEvent};
use super::input::Input;
use super::parameters::{Parameters, missing};
use super::query::Query;
use super::refusal::Result;
use super::values::{Day, DayOrTime, Id, Limit, Month, SearchIn, Text, Time};
use crate::app::{App, Subject, ViewCache};
use crate::domain;
use crate::error::{self, Error};
use crate::model::{self, EventId, Expected, Occurrence, Page, Room, TimeRange, User};
use crate::store::Snapshot;

/// The events that a calendar shows.
type Events = Answer<List<Event<'static>>>;

/// Answers with the caller's events in the range that `range` derives from `input`.
async fn view<I, F>(
    caller: Caller,
    input: I,
    conditional: Conditional,
    app: &App,
    range: F,
) -> Result<Events>
where
    I: Input,
    F: FnOnce(I::Value) -> error::Result<TimeRange> + Send + 'static,
{
    let zone = app.clock.zone().clone();
    let view = View { cache: Arc::clone(&app.views), zone, conditional };
    let shown = caller.read_inline(app, input, move |snapshot, user, input| {
        let range = range(input)?;
        match view.shown(snapshot, &user, range, Room::at_once) {
            Err(Error::TooLong(_)) => Ok(Err((view, range))),
            shown => Ok(Ok(shown?)),
        }
    });
    match shown.await? {
        Ok(shown) => Ok(shown),
        // It is long, so it is made where it holds nobody up.
        Err((view, range)) => {
            let shown = caller.read(app, (), move |snapshot, user, ()| {
                view.shown(snapshot, &user, range, Room::in_view)
            });
            shown.await
        }
    }
}

/// A view, as a client asks for it.
struct View {
    cache: Arc<ViewCache>,
    zone: TimeZone,
    conditional: Conditional,
}

impl View {
    /// What the calendar of `user` shows in `range`, if it fits into `room`; or that the client has it.
    fn shown(
        &self,
        snapshot: &Snapshot<'_>,
        user: &User,
        range: TimeRange,
        room: fn() -> Room,
    ) -> error::Result<Events> {
        let Self { cache, zone, conditional } = self;
        let version = snapshot.calendar_version(user.id)?;
        let tag = cache.tag(Subject::Calendar, version, range);
        if conditional.has(&tag) {
            return Ok(Answer::not_modified(tag));
        }
        if let Some(kept) = cache.get(Subject::Calendar, version, range, conditional.gzip) {
            return Ok(Answer::view(kept, tag));
        }
        let occurrences = domain::events::in_range(snapshot, user.id, range, zone, room())?;
        let view = event::list(&occurrences, room())?.into_view(conditional.gzip)?;
        cache.keep(Subject::Calendar, version, range, conditional.gzip, &view);
        Ok(Answer::view(view, tag))
    }
}

/// Call 3.
#[get("/calendar")]
pub(super) async fn this_month(
    caller: Caller,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Events> {
    let today = app.clock.today();
    view(caller, (), conditional, app, |()| Ok(today?.month().time_range())).await
}

/// Which month call 4 shows. The reference prints call 9 under its path too, with a `date`: that is a
/// day's view.
#[derive(Deserialize, ToSchema)]
pub(super) struct WhichMonth {
    #[schema(required, value_type = Month)]
    year_month: Option<Month>,
    /// Read only without a month, so beside one it may be anything.
    #[schema(ignore)]
    date: Option<String>,
}

impl Parameters for WhichMonth {}

impl WhichMonth {
    fn range(self) -> error::Result<TimeRange> {
        match (self.year_month, self.date) {
            (Some(Month(month)), _) => Ok(month.time_range()),
            (None, Some(date)) => Ok(model::Day::parse("date", &date)?.time_range()),
            (None, None) => Err(missing("year_month")),
        }
    }
}

/// Call 4.
#[get("/calendar/month")]
pub(super) async fn month(
    caller: Caller,
    query: Query<WhichMonth>,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Events> {
    view(caller, query, conditional, app, WhichMonth::range).await
}

/// Call 8.
#[get("/calendar/today")]
pub(super) async fn today(
    caller: Caller,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Events> {
    let today = app.clock.today();
    view(caller, (), conditional, app, |()| Ok(today?.time_range())).await
}

/// Which day call 9 shows.
#[derive(Deserialize, ToSchema)]
pub(super) struct WhichDay {
    date: Day,
}

impl Parameters for WhichDay {}

/// Call 9.
#[get("/calendar/date")]
pub(super) async fn date(
    caller: Caller,
    query: Query<WhichDay>,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Events> {
    view(caller, query, conditional, app, |day| Ok(day.date.0.time_range())).await
}

/// Which times a view shows: `[sdate, edate)`, at most 400 days.
#[derive(Deserialize, ToSchema)]
pub(super) struct WhichRange {
    sdate: Time,
    edate: Time,
}

impl Parameters for WhichRange {}

impl WhichRange {
    fn range(self) -> error::Result<TimeRange> {
        const LONGEST: i64 = 400 * 86_400;
        let (from, until) = (self.sdate.0.seconds(), self.edate.0.seconds());
        if until <= from || until - from > LONGEST {
            return Err(Expected::new("a time after sdate, by at most 400 days").of("edate"));
        }
        Ok(TimeRange { from, until })
    }
}

/// The events between two times.
#[get("/calendar/range")]
pub(super) async fn range(
    caller: Caller,
    query: Query<WhichRange>,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Events> {
    view(caller, query, conditional, app, WhichRange::range).await
}

/// What call 10 searches for.
#[derive(Deserialize, ToSchema)]
pub(super) struct Find {
    search_word: Text,
    #[serde(rename = "in")]
    #[schema(nullable = false)]
    place: Option<SearchIn>,
    #[schema(nullable = false)]
    limit: Option<Limit>,
    /// The id of the last event of the answer before: only what comes after that event in the order of
    /// the answer, from where the event is now.
    #[schema(nullable = false)]
    after: Option<Id>,
}

impl Parameters for Find {}

/// Call 10.
#[get("/calendar/search")]
pub(super) async fn search(
    caller: Caller,
    query: Query<Find>,
    coding: TakesGzip,
    app: &State<App>,
) -> Result<Events> {
    let zone = app.clock.zone().clone();
    let found = caller.read(app, query, move |snapshot, user, search| {
        let page = Page {
            after: search.after.map(|Id(id)| EventId(id)),
            limit: search.limit.map(|Limit(limit)| limit),
        };
        let (word, place) = (&search.search_word.0, search.place.map(|SearchIn(place)| place));
        let place = place.unwrap_or_default();
        let found = domain::events::search(snapshot, user.id, word, place, page, &zone)?;
        event::list(&found, Room::in_list())?.coded(coding)
    });
    found.await
}

/// `brithday` and `sdate` are read as well, since the published reference has both.
#[derive(Deserialize, ToSchema)]
pub(super) struct Birthday {
    birthday: DayOrTime,
}

impl Parameters for Birthday {
    const ALIASES: &'static [&'static str] = &["birthday", "brithday", "sdate"];
}

/// Call 11.
#[put("/calendar/birthday", data = "<body>")]
pub(super) async fn put_birthday(
    caller: Caller,
    app: &State<App>,
    body: Body<Birthday>,
) -> Result<Answer<Done>> {
    register_birthday(caller, app, body).await
}

/// Call 11 again: clients of the earlier system use either method.
#[post("/calendar/birthday", data = "<body>")]
pub(super) async fn post_birthday(
    caller: Caller,
    app: &State<App>,
    body: Body<Birthday>,
) -> Result<Answer<Done>> {
    register_birthday(caller, app, body).await
}

/// The caller's birthday in the year of birth.
#[get("/calendar/birthday")]
pub(super) async fn birthday(
    caller: Caller,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer<OneEvent<'static>>> {
    let birthday = caller
        .read_inline(app, (), |snapshot, user, ()| domain::events::birthday(snapshot, user.id))
        .await?;
    Ok(event::one(&Occurrence::of(birthday), &conditional)?)
}

/// Deletes the caller's birthday.
#[delete("/calendar/birthday")]
pub(super) async fn delete_birthday(caller: Caller, app: &State<App>) -> Result<Answer<Done>> {
    caller.write(app, (), |tx, user, ()| domain::events::delete_birthday(tx, user.id)).await?;
    Ok(Answer::done())
}

async fn register_birthday(
    caller: Caller,
    app: &App,
    body: Body<Birthday>,
) -> Result<Answer<Done>> {
    let now = app.clock.now();
    let most = app.bounds.events;
    caller
        .write(app, body, move |tx, user, body| {
            domain::events::register_birthday(tx, &user, body.birthday.0, now?, most)
        })
        .await?;
    Ok(Answer::done())
}
